//! Type tables of SONATA circuits: `node_types.csv` and `edge_types.csv`.
//!
//! Columns are separated by spaces, fields with spaces stand in quotes, `NULL` is a missing value. One column, named
//! after the kind (`node_type_id`, `edge_type_id`), tells the types apart.

use crate::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The rows of a table, by type id; missing values are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypeTable {
    path: PathBuf,
    /// The line of the header, and its columns.
    header: (usize, Vec<String>),
    rows: BTreeMap<i64, Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    line: usize,
    values: BTreeMap<String, String>,
}

impl TypeTable {
    /// Reads a table whose ids stand in column `id`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], or [`Error::Table`] for rows of another length than the header, and for ids that are missing,
    /// not whole or there twice.
    pub fn read(path: &Path, id: &str) -> Result<Self, Error> {
        let text = neuropil_files::bytes(path, neuropil_files::MOST_TABLE)?;
        let text = String::from_utf8_lossy(&text);
        let wrong = |line: usize, reason: String| Error::Table { path: path.into(), line, reason };
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let Some((first, header)) = lines.next() else {
            return Err(wrong(1, format!("the table is empty, expected a header with `{id}`")));
        };
        let names = fields(header);
        let Some(id_column) = names.iter().position(|name| name == id) else {
            return Err(wrong(first, format!("found the columns {}, expected `{id}` among them", names.join(", "))));
        };
        let mut rows = BTreeMap::new();
        for (line, text) in lines {
            let values = fields(text);
            if values.len() != names.len() {
                return Err(wrong(line, format!("found {} fields, expected {}", values.len(), names.len())));
            }
            let type_id = values[id_column].parse::<i64>();
            let type_id = type_id
                .map_err(|_| wrong(line, format!("{id} is `{}`, expected a whole number", values[id_column])))?;
            let values = names.iter().cloned().zip(values).filter(|(_, value)| value != "NULL").collect();
            if rows.insert(type_id, Row { line, values }).is_some() {
                return Err(wrong(line, format!("{id} {type_id} is there twice")));
            }
        }
        Ok(Self { path: path.to_owned(), header: (first, names), rows })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.header.1
    }

    /// The number in a column for a type; `None` if it is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for a text that is no finite number.
    pub fn number(&self, type_id: i64, column: &str) -> Result<Option<f64>, Error> {
        let Some(row) = self.rows.get(&type_id) else { return Ok(None) };
        let Some(text) = row.values.get(column) else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let fault = || self.fault(row.line, format!("{column} is `{text}`, expected a finite number or NULL"));
        number.map(Some).ok_or_else(fault)
    }

    /// A fault of a column, where the header has it.
    pub fn column_fault(&self, reason: String) -> Error {
        self.fault(self.header.0, reason)
    }

    fn fault(&self, line: usize, reason: String) -> Error {
        Error::Table { path: self.path.clone(), line, reason }
    }

    /// The value of a column for a type; `None` if it is missing.
    pub fn get(&self, type_id: i64, column: &str) -> Option<&str> {
        self.rows.get(&type_id)?.values.get(column).map(String::as_str)
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether there is a row for a type.
    pub fn has(&self, type_id: i64) -> bool {
        self.rows.contains_key(&type_id)
    }
}

/// The fields of a line.
fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let (mut quote, mut begun) = (None, false);
    for character in line.trim().chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => field.push(character),
            // A quote inside a field (`ei=='i'`) belongs to it.
            (None, '"' | '\'') if !begun => (quote, begun) = (Some(character), true),
            (None, ' ' | '\t') => {
                if begun {
                    fields.push(std::mem::take(&mut field));
                    begun = false;
                }
            }
            (None, _) => {
                field.push(character);
                begun = true;
            }
        }
    }
    if begun {
        fields.push(field);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_be_quoted_and_hold_quotes() {
        assert_eq!(
            fields("100 model_type=='point'&ei=='i'  \"a b\" 'c d' '' NULL"),
            ["100", "model_type=='point'&ei=='i'", "a b", "c d", "", "NULL"]
        );
    }

    #[test]
    fn faults_name_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("types.csv");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            TypeTable::read(&path, "node_type_id")
        };
        let table = read("node_type_id ei\n100 e\n\n101 NULL\n").unwrap();
        assert_eq!((table.get(100, "ei"), table.get(101, "ei"), table.has(101)), (Some("e"), None, true));
        let message = |text: &str| read(text).unwrap_err().to_string();
        assert!(message("node_type_id ei\n100 e\n100 e\n").contains("line 3: node_type_id 100 is there twice"));
        assert!(message("node_type_id ei\n100\n").contains("line 2: found 1 fields, expected 2"));
        assert!(message("id ei\n").contains("expected `node_type_id` among them"));
        assert!(message("").contains("empty"));
    }

    /// Would catch text that is taken for a value that is missing, which has a default.
    #[test]
    fn text_is_no_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("types.csv");
        std::fs::write(&path, "edge_type_id delay\n\n1 1.7\n2 NULL\n3 1,7\n4 nan\n").unwrap();
        let table = TypeTable::read(&path, "edge_type_id").unwrap();
        let number = |id| table.number(id, "delay");
        assert_eq!((number(1).unwrap(), number(2).unwrap(), number(5).unwrap()), (Some(1.7), None, None));
        let fault = number(3).unwrap_err().to_string();
        assert!(fault.contains("types.csv`, line 5: delay is `1,7`, expected a finite number or NULL"), "{fault}");
        assert!(number(4).unwrap_err().to_string().contains("line 6: delay is `nan`"));
    }
}
