//! Faults as Python's exceptions: the only file that maps them.

use neuropil_files::FileError;
use neuropil_model::Faults;
use neuropil_plasticity::Error as PlasticityError;
use neuropil_record::Error as RecordError;
use neuropil_report::Error as ReportError;
use neuropil_session::{Kind, SessionError};
use neuropil_train::TrainError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A fault on its way to Python.
pub enum Fault {
    /// Input that is missing or faulty, with the places of its faults where it is a file.
    Input(String, Option<Faults>),
    /// Output that exists or cannot be written.
    Output(String),
    /// A state, a loss or a gradient became non-finite.
    NonFinite(String),
    /// Use of what is closed, or has ended.
    State(String),
    /// A reference case that missed its tolerance.
    Missed(String),
    /// A bug of ours.
    Bug(String),
    /// An exception of the caller's own code.
    Python(PyErr),
}

impl Fault {
    /// A fault of the input.
    pub fn input(fault: impl std::fmt::Display) -> Self {
        Fault::Input(fault.to_string(), None)
    }

    /// What it says.
    pub fn message(&self) -> String {
        match self {
            Fault::Input(message, _)
            | Fault::Output(message)
            | Fault::NonFinite(message)
            | Fault::State(message)
            | Fault::Missed(message)
            | Fault::Bug(message) => message.clone(),
            Fault::Python(own) => own.to_string(),
        }
    }
}

/// Options of the command line whose spelling in Python is not that of their name.
const SPELLED: [(&str, &str); 2] = [("--force", "force=True"), ("--precision single", "precision=\"single\"")];

/// A message as Python says it: `--until-ms` of the command line is `until_ms`. What is quoted stays.
fn spelled(message: &str) -> String {
    let part = |(place, part): (usize, &str)| if place % 2 == 0 { unquoted(part) } else { part.to_owned() };
    message.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
}

fn unquoted(text: &str) -> String {
    let text = SPELLED.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    let word = |word: &str| {
        let start = word.find("--").filter(|start| word[..*start].chars().all(|own| own == '('));
        match start {
            Some(start) if word[start + 2..].starts_with(|own: char| own.is_ascii_lowercase()) => {
                format!("{}{}", &word[..start], word[start + 2..].replace('-', "_"))
            }
            _ => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> Self {
        let (class, message, faults) = match fault {
            Fault::Python(own) => return own,
            Fault::Input(message, faults) => ("InputError", message, faults),
            Fault::Output(message) => ("OutputError", message, None),
            Fault::NonFinite(message) => ("NonFiniteError", message, None),
            Fault::State(message) => ("StateError", message, None),
            Fault::Missed(message) => ("NeuropilError", message, None),
            Fault::Bug(message) => {
                ("BugError", format!("this is a bug in neuropil, please report it: {message}"), None)
            }
        };
        Python::attach(|py| exception(py, class, &spelled(&message), faults).unwrap_or_else(|other| other))
    }
}

fn exception(py: Python<'_>, class: &str, message: &str, faults: Option<Faults>) -> PyResult<PyErr> {
    let class = py.import("neuropil.errors")?.getattr(class)?;
    let error = class.call1((message,))?;
    if let Some(faults) = faults {
        let places = faults.faults.into_iter().map(|fault| {
            let place = fault.place.map(|place| (place.line, place.column));
            (fault.path, place.map(|own| own.0), place.map(|own| own.1), fault.message).into_pyobject(py)
        });
        let places = places.collect::<PyResult<Vec<Bound<'_, PyTuple>>>>()?;
        error.setattr("faults", PyList::new(py, places)?)?;
    }
    Ok(PyErr::from_value(error))
}

impl From<PyErr> for Fault {
    fn from(own: PyErr) -> Self {
        Fault::Python(own)
    }
}

impl From<Faults> for Fault {
    fn from(faults: Faults) -> Self {
        Fault::Input(faults.to_string(), Some(faults))
    }
}

impl From<SessionError> for Fault {
    fn from(fault: SessionError) -> Self {
        match (fault.kind(), fault) {
            (_, SessionError::Model(faults)) => faults.into(),
            (Kind::Input, fault) => Fault::input(fault),
            (Kind::Output, fault) => Fault::Output(fault.to_string()),
            (Kind::NonFinite, fault) => Fault::NonFinite(fault.to_string()),
        }
    }
}

impl From<RecordError> for Fault {
    fn from(fault: RecordError) -> Self {
        match fault {
            RecordError::Exists { .. } | RecordError::Interrupted { .. } | RecordError::Write { .. } => {
                Fault::Output(fault.to_string())
            }
            RecordError::File(fault) => fault.into(),
            fault => Fault::input(fault),
        }
    }
}

impl From<ReportError> for Fault {
    fn from(fault: ReportError) -> Self {
        match fault {
            ReportError::Exists { .. } | ReportError::Write { .. } => Fault::Output(fault.to_string()),
            ReportError::File(fault) => fault.into(),
            fault => Fault::input(fault),
        }
    }
}

impl From<FileError> for Fault {
    fn from(fault: FileError) -> Self {
        if fault.is_of_input() { Fault::input(fault) } else { Fault::Output(fault.to_string()) }
    }
}

impl From<TrainError> for Fault {
    fn from(fault: TrainError) -> Self {
        match fault {
            TrainError::Task(faults) => faults.into(),
            TrainError::Diverged { .. } => Fault::NonFinite(fault.to_string()),
            fault => Fault::input(fault),
        }
    }
}

impl From<PlasticityError> for Fault {
    fn from(fault: PlasticityError) -> Self {
        Fault::input(fault)
    }
}

/// A panic is a bug of ours, and becomes an exception; Python's own message would be of no use.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Does `work` with the interpreter lock released.
pub fn released<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Fault> + Send) -> Result<T, Fault> {
    py.detach(|| guarded(work))
}

/// Does `work`; a panic in it becomes a fault.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Fault::Bug(text(panic.as_ref()))))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|own| (*own).to_owned())).unwrap_or_else(|| "a panic".into())
}
