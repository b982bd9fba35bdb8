//! `neuropil cite`.

use crate::args::CiteArgs;
use crate::error::CliError;
use crate::{load, screen, trials};
use neuropil_model::citations::{Citation, Citations};
use neuropil_record::{Recording, TrainingFile};
use serde_json::{Value, json};

/// What a run owes to the program itself.
const OURS: &str = concat!(
    "@software{neuropil,\n  author  = {{The neuropil developers}},\n  title   = {neuropil},\n  version = {",
    env!("CARGO_PKG_VERSION"),
    "},\n}"
);

/// Prints the papers behind a file.
///
/// # Errors
/// A file that is none of those, a recording of another program.
pub fn cite(args: &CiteArgs) -> Result<(), CliError> {
    trials::refuse(&args.file)?;
    let citations = citations(args)?;
    if args.json {
        let list: Vec<Value> = citations.list().iter().map(as_json).collect();
        return screen::print(&json!({"citations": list}).to_string());
    }
    let entries =
        citations.list().iter().map(|citation| format!("% {}\n{}", citation.because.join(", "), citation.entry));
    let all: Vec<String> = std::iter::once(format!("% the program\n{OURS}")).chain(entries).collect();
    screen::print(&all.join("\n\n"))
}

fn as_json(citation: &Citation) -> Value {
    json!({"key": citation.key, "because": citation.because, "bibtex": citation.entry})
}

fn citations(args: &CiteArgs) -> Result<Citations, CliError> {
    let shown = args.file.display();
    let parsed = |text: &str| -> Result<Value, CliError> {
        serde_json::from_str(text).map_err(|error| CliError::Input(format!("`{shown}`: {error}")))
    };
    if args.file.extension().is_some_and(|ending| ending == "json") {
        return Ok(Citations::of(&parsed(&load::read(&args.file)?)?));
    }
    if TrainingFile::is_one(&args.file).map_err(CliError::input)? {
        let file = TrainingFile::read(&args.file).map_err(CliError::input)?;
        let mut citations = Citations::of(&parsed(&file.task)?);
        file.runs.iter().for_each(|run| citations.add_rule(&run.rule));
        return Ok(citations);
    }
    let provenance =
        Recording::open(&args.file).and_then(|recording| recording.provenance()).map_err(CliError::input)?;
    let provenance = provenance.ok_or_else(|| {
        CliError::Input(format!("`{shown}` does not hold the model that was run: nothing tells its papers"))
    })?;
    Ok(Citations::of(&parsed(&provenance.model_json)?))
}
