//! A model as a recording keeps it: whole, with the text of its cells and synapses.

use crate::document::{Document, Member, Node, Value};
use crate::model::{CellSource, KindSpec, Model, SynapseSpec};
use std::path::PathBuf;

impl Model {
    /// The document as a recording keeps it: with the text of all cells and synapses that files write.
    pub fn whole(&self) -> Document {
        let mut document = self.document.clone();
        for own in &self.populations {
            let KindSpec::Neurons { source: CellSource::File(cell), .. } = &own.kind else { continue };
            if cell.file.is_some() {
                with_text(&mut document.root, &["populations", &own.name], &cell.text);
            }
        }
        for own in &self.projections {
            let Some(SynapseSpec::File(synapse)) = &own.synapse else { continue };
            if synapse.file.is_some() {
                let path: Vec<&str> = own.path.split('.').chain(["synapse"]).collect();
                with_text(&mut document.root, &path, &synapse.text);
            }
        }
        document
    }

    /// Files that the model names, but those of cells and synapses, whose text a recording has with it.
    pub fn files_beside_cells(&self) -> Vec<PathBuf> {
        let cells = self.cell_files();
        self.files().into_iter().filter(|file| !cells.contains(file)).collect()
    }
}

/// Puts the text of a file beside its name.
fn with_text(root: &mut Node, path: &[&str], text: &str) {
    let mut node = root;
    for key in path {
        let next = match &mut node.value {
            Value::Object(members) => members.iter_mut().find(|own| own.key == *key).map(|own| &mut own.node),
            Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
            _ => None,
        };
        let Some(next) = next else { return };
        node = next;
    }
    if let Value::Object(members) = &mut node.value {
        let node = Node { value: Value::String(text.to_owned()), offset: None };
        members.push(Member { key: "text".into(), offset: None, node });
    }
}
