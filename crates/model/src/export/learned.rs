//! A circuit that has learned: its files of edges with the learned weights, and the configuration that names them.

use super::text::pretty;
use crate::circuit::{Circuit, CircuitError, LEARNING, LearnedWeights};
use neuropil_record::{EdgeWeights, Folder, copy_edges};
use serde_json::{Value, json};

/// What was written of a circuit that has learned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LearnedWritten {
    /// Files of edges.
    pub files: usize,
    /// Edges whose weights were learned.
    pub edges: usize,
}

/// Writes `config.json`, and below `network/` a copy of each file of edges that learned, whose `syn_weight` is what was learned.
/// Of all other files the configuration has the whole paths.
///
/// # Errors
/// Weights that are not those of this circuit, or that `syn_weight` cannot make; files.
pub fn learned_circuit(
    circuit: &Circuit,
    learned: &[LearnedWeights],
    folder: &Folder,
) -> Result<LearnedWritten, CircuitError> {
    let (columns, edges) = circuit.learned_columns(learned)?;
    let mut written = LearnedWritten { files: 0, edges };
    let mut members = circuit.whole_configuration();
    members.remove(LEARNING);
    for file in circuit.edge_files()? {
        let is_own = |own: &&EdgeWeights| file.populations.contains(&own.population);
        let own: Vec<EdgeWeights> = columns.iter().filter(is_own).cloned().collect();
        if own.is_empty() {
            continue;
        }
        // Files of one name may lie in several directories.
        let stem = file.path.file_name().map_or_else(|| "edges.h5".into(), |name| name.to_string_lossy().into_owned());
        let name = format!("network/{}_{stem}", file.index);
        copy_edges(&file.path, &folder.file(&name)?, &own)?;
        members["networks"]["edges"][file.index]["edges_file"] = Value::from(format!("$BASE_DIR/{name}"));
        written.files += 1;
    }
    members.insert("manifest".into(), json!({"$BASE_DIR": "${configdir}"}));
    if let Some(Value::Object(output)) = members.get_mut("output") {
        output.insert("output_dir".into(), "$BASE_DIR/output".into());
    }
    folder.text("config.json", &pretty(&Value::Object(members)))?;
    Ok(written)
}
