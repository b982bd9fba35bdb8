//! The commands of the command line, by name.

use crate::error::{Fault, released};
use crate::run::LOOK_EVERY;
use neuropil_cli::CliError;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::cell::RefCell;
use std::time::Instant;

thread_local! {
    /// When this thread looked at signals, and what Python raised then.
    static LOOKED: RefCell<(Option<Instant>, Option<PyErr>)> = const { RefCell::new((None, None)) };
}

/// Whether Python's signals end the command.
fn stops() -> bool {
    LOOKED.with_borrow_mut(|(looked, raised)| {
        if raised.is_none() && looked.is_none_or(|time| time.elapsed() >= LOOK_EVERY) {
            *raised = Python::attach(|py| py.check_signals()).err();
            *looked = Some(Instant::now());
        }
        raised.is_some()
    })
}

/// Does what the command line does with these arguments: lines of its output, lines of its notes.
#[pyfunction]
pub fn command(py: Python<'_>, arguments: Vec<String>) -> PyResult<(Vec<String>, Vec<String>)> {
    let (outcome, said) = released(py, || Ok(neuropil_cli::call(&arguments, stops)))?;
    let raised = LOOKED.take().1;
    match outcome {
        Ok(()) => Ok((said.output, said.notes)),
        Err(CliError::Interrupted(message)) => match raised {
            Some(error) if !error.is_instance_of::<PyKeyboardInterrupt>(py) => Err(error),
            _ => Err(PyKeyboardInterrupt::new_err(message)),
        },
        Err(CliError::Input(message)) => Err(Fault::input(message).into()),
        Err(CliError::Faulty(faults)) => Err(Fault::from(faults).into()),
        Err(CliError::Output(message)) => Err(Fault::Output(message).into()),
        Err(CliError::NonFinite(message)) => Err(Fault::NonFinite(message).into()),
        Err(CliError::Missed(message)) => Err(Fault::Missed(format!("{}\n{message}", said.output.join("\n"))).into()),
        Err(CliError::Elsewhere { code, message }) => Err(match code {
            3 => Fault::input(message).into(),
            5 => Fault::NonFinite(message).into(),
            130 => PyKeyboardInterrupt::new_err(message),
            _ => Fault::Output(message).into(),
        }),
    }
}

/// The program `neuropil`: arguments, of which the first is its name, to an exit code.
#[pyfunction]
pub fn program(py: Python<'_>, arguments: Vec<String>) -> u8 {
    py.detach(|| neuropil_cli::run(arguments))
}
