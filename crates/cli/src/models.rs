//! `neuropil models`: what comes with the program, listed, printed, or written where the commands of the documentation expect it.

use crate::error::CliError;
use crate::screen;
use clap::Args;
use neuropil_core::did_you_mean;
use neuropil_shipped::{FILES, Shipped};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Letters of a description that are shown in the list.
const SHOWN: usize = 96;
/// How a file of a folder beside the models is named: a recording, images. The program has none of them.
const OUTSIDE: &str = "\"../../";

/// Arguments of `models`.
#[derive(Args)]
pub struct ModelsArgs {
    /// Prints this file: its path as in the list, or the name of a file, as in first_network.
    #[arg(conflicts_with_all = ["output", "force"])]
    name: Option<String>,
    /// Writes all files into this folder, each in its own folder there; `-o models` makes the paths of the documentation.
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Replaces files that exist.
    #[arg(long, requires = "output")]
    force: bool,
}

/// Lists, prints or writes.
///
/// # Errors
/// A name that nothing has, a folder that cannot be written, files that exist.
pub fn models(args: &ModelsArgs) -> Result<(), CliError> {
    match (&args.name, &args.output) {
        (Some(name), _) => screen::print(named(name)?.text.trim_end()),
        (None, Some(folder)) => write(folder, args.force),
        (None, None) => screen::print(&list()),
    }
}

/// A line a file: its path, what it says of itself.
fn list() -> String {
    let width = FILES.iter().map(|file| file.path.len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for file in FILES.iter().filter(|file| !matches!(file.path.rsplit('.').next(), Some("md" | "txt"))) {
        let mut told = described(file);
        if told.chars().count() > SHOWN {
            told = told.chars().take(SHOWN - 1).chain(['…']).collect();
        }
        if file.text.contains(OUTSIDE) {
            told.push_str(" (needs data that does not come along)");
        }
        lines.push(format!("{:<width$}  {told}", file.path).trim_end().to_owned());
    }
    lines.push(
        "\nneuropil models -o models writes them all; neuropil run models/networks/first_network.json runs the first"
            .into(),
    );
    lines.join("\n")
}

/// `description` of a JSON file, the first comment of equations, the columns of a table.
fn described(file: &Shipped) -> String {
    let first = file.text.lines().next().unwrap_or_default();
    match file.path.rsplit('.').next() {
        Some("json") => {
            let whole: Option<Value> = serde_json::from_str(file.text).ok();
            whole.and_then(|own| own["description"].as_str().map(str::to_owned)).unwrap_or_default()
        }
        Some("nestml") => first.trim_start_matches(['#', ' ']).to_owned(),
        _ => format!("a table: {first}"),
    }
}

/// The file of this path, or the only one of this name.
fn named(name: &str) -> Result<&'static Shipped, CliError> {
    let same = |file: &&Shipped| file.path == name || file_name(file) == name || stem(file) == name;
    let found: Vec<&Shipped> = FILES.iter().filter(same).collect();
    match &found[..] {
        [file] => Ok(file),
        [] if FILES.iter().any(|file| file.path.starts_with(&format!("{name}/"))) => {
            let reason = format!("{name} is a folder: name a file of it, as `neuropil models` lists them");
            Err(CliError::Input(reason))
        }
        [] => {
            let meant = did_you_mean(name, FILES.iter().flat_map(|file| [stem(file), file.path]));
            Err(CliError::Input(format!(
                "{name}: no file of this name comes along{meant}; `neuropil models` lists all"
            )))
        }
        several => {
            let paths = several.iter().map(|file| file.path).collect::<Vec<_>>().join(", ");
            Err(CliError::Input(format!("{name}: several files have this name: {paths}")))
        }
    }
}

fn file_name(file: &Shipped) -> &'static str {
    file.path.rsplit('/').next().unwrap_or(file.path)
}

fn stem(file: &Shipped) -> &'static str {
    file_name(file).split('.').next().unwrap_or(file.path)
}

/// All files, and the schemas that they name, once it is known that none is in the way.
fn write(folder: &Path, force: bool) -> Result<(), CliError> {
    let schemas = [
        ("schema.json", neuropil_model::schema::text() + "\n"),
        ("task_schema.json", neuropil_model::schema::task::text() + "\n"),
    ];
    let all: Vec<(PathBuf, &str)> = FILES
        .iter()
        .map(|file| (file.path, file.text))
        .chain(schemas.iter().map(|(path, text)| (*path, text.as_str())))
        .map(|(path, text)| (folder.join(path), text))
        .collect();
    for (path, _) in &all {
        let above = path.ancestors().skip(1).take_while(|own| !own.as_os_str().is_empty());
        if let Some(other) = above.into_iter().find(|own| own.exists() && !own.is_dir()) {
            return Err(CliError::Output(format!("`{}` is no folder; nothing was written", other.display())));
        }
        if path.exists() && !(force && path.is_file()) {
            let reason = if path.is_file() {
                "exists already: choose another folder, or replace it with --force"
            } else {
                "is no file"
            };
            return Err(CliError::Output(format!("`{}` {reason}; nothing was written", path.display())));
        }
    }
    for (path, text) in &all {
        let place = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(place)
            .map_err(|fault| CliError::Output(format!("`{}` cannot be made: {fault}", place.display())))?;
        neuropil_files::write(path, text.as_bytes()).map_err(CliError::output)?;
    }
    screen::print(&format!("wrote {} files into {}", all.len(), folder.display()))
}
