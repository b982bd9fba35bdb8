//! Standard output and standard error. A reader that has gone (`neuropil schema | head`) is no fault.

use crate::error::CliError;
use std::cell::RefCell;
use std::io::{ErrorKind, Write};

/// What a command said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The lines of the standard output.
    pub output: Vec<String>,
    /// Those of the standard error.
    pub notes: Vec<String>,
}

thread_local! {
    /// Where lines of this thread go, if they are not printed.
    static HEARD: RefCell<Option<Said>> = const { RefCell::new(None) };
}

/// Does `work`, of which nothing is printed.
pub fn heard<T>(work: impl FnOnce() -> T) -> (T, Said) {
    HEARD.set(Some(Said::default()));
    let outcome = work();
    (outcome, HEARD.take().unwrap_or_default())
}

/// Keeps a line, if this thread is heard.
fn kept(keep: impl FnOnce(&mut Said)) -> bool {
    HEARD.with_borrow_mut(|own| own.as_mut().map(keep).is_some())
}

/// Prints a line.
///
/// # Errors
/// A standard output that cannot be written, such as a file on a full disk.
pub fn print(text: &str) -> Result<(), CliError> {
    if kept(|own| own.output.push(text.to_owned())) {
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Output(format!("cannot write to the standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something beside the output; if nobody listens, nothing is lost.
pub fn note(text: &str) {
    if kept(|own| own.notes.push(text.to_owned())) {
        return;
    }
    let _ = writeln!(std::io::stderr(), "{text}");
}
