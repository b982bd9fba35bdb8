//! `neuropil peptides`: model files out of tables of genes and edges.

use crate::args::{CelegansArgs, CortexArgs, PeptidesCommand};
use crate::error::CliError;
use crate::{channels, load, screen};
use neuropil_model::Document;
use neuropil_model::peptides::{CLASSES, Group, connectome_text, cortex, decode};
use neuropil_neuromod::Peptides;
use neuropil_neuromod::receptor::GClass;
use std::path::Path;

const EXPRESSION: &str = neuropil_shipped::peptides::data::NP_EXPRESSION_BY_TYPE;
const PAIRS: &str = neuropil_shipped::peptides::data::NP_COGNATE_PAIRS;
const EDGES: &str = neuropil_shipped::peptides::data::CELEGANS_NP_SHORT_RANGE_EDGES;
/// Types of which the number of channels between each two is shown.
const SHOWN: usize = 20;

/// Makes a model file.
///
/// # Errors
/// Faulty tables, output that exists or cannot be written.
pub fn peptides(command: &PeptidesCommand) -> Result<(), CliError> {
    match command {
        PeptidesCommand::Cortex(args) => of_cortex(args),
        PeptidesCommand::Celegans(args) => of_worm(args),
    }
}

fn of_cortex(args: &CortexArgs) -> Result<(), CliError> {
    if !(0.0..=1.0).contains(&args.threshold) {
        return Err(CliError::Input(format!("--threshold {}: must be between 0 and 1", args.threshold)));
    }
    let expression = table(args.expression.as_deref(), EXPRESSION)?;
    let pairs = table(args.pairs.as_deref(), PAIRS)?;
    let named = args.group.iter().map(|group| {
        let (name, classes) = group.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
            CliError::Input(format!("--group {group}: expected NAME=CLASS,CLASS, as in Pyr_L5=L5_IT,L5_PT"))
        })?;
        Ok((name, classes.split(',').collect::<Vec<_>>()))
    });
    let named = named.collect::<Result<Vec<_>, CliError>>()?;
    let groups: Vec<Group<'_>> = named.iter().map(|(name, classes)| Group { name, classes }).collect();
    let groups = if groups.is_empty() { CLASSES.to_vec() } else { groups };
    let text = cortex(&expression, &pairs, args.threshold, &groups).map_err(CliError::input)?;
    finish(text, &args.output, args.force)
}

fn of_worm(args: &CelegansArgs) -> Result<(), CliError> {
    let edges = table(args.edges.as_deref(), EDGES)?;
    let class = GClass::ALL.into_iter().find(|class| class.name() == args.class).unwrap_or(GClass::Gq);
    finish(connectome_text(&edges, class).map_err(CliError::input)?, &args.output, args.force)
}

fn table(file: Option<&Path>, shipped: &str) -> Result<String, CliError> {
    match file {
        Some(file) => Ok(load::read(file)?),
        None => Ok(shipped.to_owned()),
    }
}

/// Checks the file as any other, writes it and tells who speaks to whom.
fn finish(text: String, output: &Path, force: bool) -> Result<(), CliError> {
    let model = decode(Document::parse(&output.display().to_string(), text.clone()).map_err(CliError::input)?);
    let model = model.map_err(CliError::input)?;
    write(output, &text, force)?;
    for warning in &model.warnings {
        screen::note(&format!("warning: {}: {}", warning.path, warning.message));
    }
    screen::print(&format!("{}\nwrote {}", counts(&model.peptides), output.display()))
}

/// The file is written beside and renamed; an existing one stays unless `force`. A pipe is written to.
fn write(output: &Path, text: &str, force: bool) -> Result<(), CliError> {
    if output.is_file() && !force {
        let reason = format!("`{}` exists already: choose another name, or replace it with --force", output.display());
        return Err(CliError::Output(reason));
    }
    neuropil_files::write(output, text.as_bytes()).map_err(CliError::output)
}

/// Channels from each type (row) to each (column).
fn counts(peptides: &Peptides) -> String {
    if peptides.cell_types.len() > SHOWN {
        let text = channels::list(peptides);
        return text.lines().next().unwrap_or_default().trim_end_matches(':').to_owned();
    }
    let width = peptides.cell_types.iter().map(|own| own.name.chars().count()).max().unwrap_or(0).max(9);
    let names = peptides.cell_types.iter().map(|own| format!(" {:>7}", own.name)).collect::<String>();
    let mut lines = vec![format!("{:<width$}{names}", "from, to:")];
    for (own, row) in peptides.cell_types.iter().zip(peptides.pair_counts()) {
        let row = row.iter().map(|count| format!(" {count:>7}")).collect::<String>();
        lines.push(format!("{:<width$}{row}", own.name));
    }
    lines.join("\n")
}
