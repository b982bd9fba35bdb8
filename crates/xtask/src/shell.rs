//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a chore could not be done, for the screen.
#[derive(Debug)]
pub struct Failure(pub String);

/// A failure with this message.
pub fn failure(message: impl Into<String>) -> Failure {
    Failure(message.into())
}

/// The root of the repository.
pub fn root() -> &'static Path {
    // crates/xtask is two levels below.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask lies in the repository")
}

/// The command as a user would type it.
fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Runs a command on this screen.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = spelled(command);
    println!("$ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failure(format!("`{shown}` failed ({status})"))),
        Err(error) => Err(failure(format!("`{shown}` could not be started: {error}"))),
    }
}

/// Runs a command and returns what it prints.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let shown = spelled(command);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failure(format!("`{shown}` could not be started: {error}")))?;
    if !output.status.success() {
        return Err(failure(format!("`{shown}` failed ({})", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| failure(format!("`{shown}` printed something that is not text")))
}

/// Whether a program runs and ends well, silently.
pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Reads a file of the repository.
pub fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(root().join(path)).map_err(|error| failure(format!("cannot read {path}: {error}")))
}

/// Files below a directory of the repository with one of these endings, in the order of their names.
pub fn files_below(directory: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files_below(&path, endings));
        } else if path.extension().is_some_and(|own| endings.iter().any(|ending| own == *ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}
