//! Spikes as text: a header with `timestamps` (ms) and `node_ids`, perhaps `population`; separated by commas, semicolons
//! or spaces.

use crate::foreign::csv_fields::{Rows, csv_name};
use crate::{Error, Spikes};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// Columns that a fault lists.
const LISTED: usize = 8;

/// The spikes of a text file by population, each by time and then node.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SpikeTable {
    /// Without a column `population` there is one, with the name `""`.
    populations: BTreeMap<String, Vec<(f64, u64)>>,
}

impl SpikeTable {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = neuropil_files::text(path, neuropil_files::MOST_TABLE)?;
        let wrong = |line: usize, reason: String| Error::Table { path: path.into(), line, reason };
        let mut rows = Rows::new(&text);
        let mut next = || rows.next().map(|row| row.map_err(|line| wrong(line, "a quote does not end".into())));
        let (first, names) = next().ok_or_else(|| wrong(1, "the file is empty, expected a header".into()))??;
        let column = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_ref()));
        let missing = |what: &str| wrong(first, format!("found {}, expected a column `{what}`", listed(&names)));
        let time = column(&["timestamps", "timestamp", "time_ms"]).ok_or_else(|| missing("timestamps"))?;
        let node = column(&["node_ids", "node_id", "gids", "gid"]).ok_or_else(|| missing("node_ids"))?;
        let of = column(&["population"]);
        let mut populations: BTreeMap<String, Vec<(f64, u64)>> = BTreeMap::new();
        if of.is_none() {
            populations.insert(String::new(), Vec::new());
        }
        while let Some(row) = next() {
            let (line, fields) = row?;
            if fields.len() != names.len() {
                return Err(wrong(line, format!("found {} fields, expected {}", fields.len(), names.len())));
            }
            let time_ms: f64 = fields[time]
                .parse()
                .ok()
                .filter(|time: &f64| time.is_finite())
                .ok_or_else(|| wrong(line, format!("time `{}` is no number", shortened(&fields[time]))))?;
            let id: u64 = fields[node]
                .parse()
                .map_err(|_| wrong(line, format!("node id `{}` is no whole number >= 0", shortened(&fields[node]))))?;
            let own = of.map_or("", |of| csv_name(&fields[of]));
            match populations.get_mut(own) {
                Some(spikes) => spikes.push((time_ms, id)),
                None => {
                    populations.insert(own.to_owned(), vec![(time_ms, id)]);
                }
            }
        }
        for spikes in populations.values_mut() {
            spikes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        Ok(Self { populations })
    }

    /// Names of the populations, alphabetically.
    pub fn populations(&self) -> Vec<String> {
        self.populations.keys().cloned().collect()
    }

    /// The spikes of a population: none if it has none here.
    pub fn spikes(&self, population: &str) -> Spikes {
        let (times_ms, node_ids) = self.populations.get(population).into_iter().flatten().copied().unzip();
        Spikes { times_ms, node_ids }
    }
}

fn listed(names: &[Cow<'_, str>]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| shortened(name)).collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    format!("the columns {}{more}", shown.join(", "))
}

/// At most 30 characters of a field.
fn shortened(field: &str) -> String {
    let mut shown: String = field.chars().take(30).filter(|c| !c.is_control()).collect();
    if field.chars().nth(30).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SpikeTable, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spikes.csv");
        std::fs::write(&path, text).unwrap();
        SpikeTable::read(&path)
    }

    #[test]
    fn columns_are_found_by_name_and_populations_kept_apart() {
        let table = read("timestamps population node_ids\n2.5 lgn 3\n1.0 tw 9\n0.5 lgn 1\n").unwrap();
        let spikes = table.spikes("lgn");
        assert_eq!((spikes.times_ms, spikes.node_ids), (vec![0.5, 2.5], vec![1, 3]));
        assert_eq!(table.spikes("v1"), Spikes::default());
        assert_eq!(table.populations(), ["lgn", "tw"]);
        let table = read("\u{feff}node_ids,timestamps\r\n7,1e1\r\n").unwrap();
        assert_eq!((table.spikes("").node_ids, table.populations()), (vec![7], vec![String::new()]));
        let fault = |text: &str| read(text).unwrap_err().to_string();
        assert!(fault("node_ids,timestamps\n7,nan\n").contains("line 2: time `nan`"));
        assert!(fault("node_ids,timestamps\n7,1\n\"8,2\n").contains("line 3: a quote does not end"));
    }
}
