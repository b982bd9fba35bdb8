//! A model as a recording keeps it: whole, with the text of its cells.

use crate::document::{Document, Member, Node, Value};
use crate::model::{CellSource, KindSpec, Model};
use std::path::PathBuf;

impl Model {
    /// The document as a recording keeps it: with the text of every cell that a file writes.
    pub fn whole(&self) -> Document {
        let mut document = self.document.clone();
        let Value::Object(sections) = &mut document.root.value else { return document };
        let populations = sections.iter_mut().find(|own| own.key == "populations");
        let Some(Value::Object(populations)) = populations.map(|own| &mut own.node.value) else { return document };
        for own in &self.populations {
            let KindSpec::Neurons { source: CellSource::File(cell), .. } = &own.kind else { continue };
            let written = populations.iter_mut().find(|member| member.key == own.name);
            if let (Some(_), Some(Value::Object(members))) = (&cell.file, written.map(|own| &mut own.node.value)) {
                let node = Node { value: Value::String(cell.text.clone()), offset: None };
                members.push(Member { key: "text".into(), offset: None, node });
            }
        }
        document
    }

    /// Files that the model names, but those of cells, whose text a recording has with it.
    pub fn files_beside_cells(&self) -> Vec<PathBuf> {
        let cells = self.cell_files();
        self.files().into_iter().filter(|file| !cells.contains(file)).collect()
    }
}
