//! Networks in the words of others: as a SONATA circuit, or as tables of text.
//!
//! Both draw every synapse again, from the design and its seed, and never hold more than a piece of a projection.

mod csv;
mod inputs;
mod learned;
mod sonata;
mod text;

pub use csv::csv;
pub use learned::{LearnedWritten, learned_circuit};
pub use sonata::{ReportAsked, Run, refusals, sonata};

use neuropil_network::NetworkError;
use neuropil_network::network::Design;
use neuropil_network::projection::Synapse;

/// Why a network could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A file.
    #[error(transparent)]
    Record(#[from] neuropil_record::Error),
    /// An impossible synapse.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Nodes, virtual ones included.
    pub nodes: u64,
    /// Edges.
    pub edges: u64,
    /// Spikes of virtual nodes.
    pub input_spikes: u64,
}

/// Synapses that are held at a time, about.
const PIECE: f64 = 2e6;

/// Calls `visit` with the synapses of a projection, in pieces, by target; those of one target in the order in which they
/// are drawn. The first fault ends it.
fn by_target<E: From<NetworkError>>(
    design: &Design<f64>,
    projection: usize,
    visit: &mut dyn FnMut(&[Synapse]) -> Result<(), E>,
) -> Result<(), E> {
    let asked = &design.projections[projection];
    let number = u32::try_from(projection).expect("fewer than 2^32 projections");
    let context = design.context(number);
    let targets = design.populations[asked.target].cells;
    let each = asked.connector.expected(&context.wiring(asked)) / f64::from(targets.max(1));
    let mut from = 0;
    let mut piece = Vec::new();
    while from < targets {
        let mut to = from + 1;
        while to < targets && f64::from(to + 1 - from) * each <= PIECE {
            to = (to + 1 + (to - from) / 2).min(targets);
        }
        piece.clear();
        asked
            .visit(&context, from..to, &mut |synapse| piece.push(synapse))
            .map_err(|fault| NetworkError::Synapse { projection: asked.name.clone(), fault })?;
        piece.sort_by_key(|synapse| synapse.target);
        visit(&piece)?;
        from = to;
    }
    Ok(())
}

/// Names that can be names of files, keys and variables, each once.
fn plain(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    distinct(names.into_iter().map(|name| name.as_ref().chars().map(clean).collect()))
}

/// The names, those that came before with a number.
fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for base in names {
        let numbered = (1_u32..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") });
        let own = numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
        taken.push(own);
    }
    taken
}

/// The columns of a model's parameters: symbol, name in files, one value a cell.
fn parameters(design: &Design<f64>, population: usize) -> Vec<(&'static str, String, Vec<f64>)> {
    let own = &design.populations[population];
    let Some(model) = own.neurons() else { return Vec::new() };
    let rows: Vec<Vec<f64>> = (0..own.cells as usize).map(|cell| model.parameters(cell)).collect();
    let table = model.info().parameters.iter().enumerate();
    table.map(|(row, info)| (info.symbol, info.name(), rows.iter().map(|values| values[row]).collect())).collect()
}

/// The one value of a column, if it has one.
fn constant(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    values.iter().all(|value| *value == first).then_some(first)
}
