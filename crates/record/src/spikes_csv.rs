//! Spikes as text: a header with `timestamps` (ms) and `node_ids`, perhaps `population`; separated by spaces or commas.

use crate::{Error, Spikes};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns that a fault lists.
const LISTED: usize = 8;

/// The spikes of a text file by population, each by time and then node.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SpikeTable {
    /// Without a column `population` there is one, with the name `""`.
    populations: BTreeMap<String, Vec<(f64, u64)>>,
    named: bool,
}

impl SpikeTable {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", &error))?;
        let wrong = |line: usize, reason: String| Error::Table { path: path.into(), line, reason };
        // Spreadsheets begin a file with a byte-order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (first, header) = lines.next().ok_or_else(|| wrong(1, "the file is empty, expected a header".into()))?;
        let names: Vec<&str> = fields(header).collect();
        let column = |known: &[&str]| names.iter().position(|name| known.contains(name));
        let missing = |what: &str| wrong(first, format!("found {}, expected a column `{what}`", listed(&names)));
        let time = column(&["timestamps", "timestamp", "time_ms"]).ok_or_else(|| missing("timestamps"))?;
        let node = column(&["node_ids", "node_id", "gids", "gid"]).ok_or_else(|| missing("node_ids"))?;
        let of = column(&["population"]);
        let mut populations: BTreeMap<String, Vec<(f64, u64)>> = BTreeMap::new();
        if of.is_none() {
            populations.insert(String::new(), Vec::new());
        }
        for (line, text) in lines {
            let fields: Vec<&str> = fields(text).collect();
            if fields.len() != names.len() {
                return Err(wrong(line, format!("found {} fields, expected {}", fields.len(), names.len())));
            }
            let time_ms: f64 = fields[time]
                .parse()
                .ok()
                .filter(|time: &f64| time.is_finite())
                .ok_or_else(|| wrong(line, format!("time `{}` is no number", shortened(fields[time]))))?;
            let id: u64 = fields[node]
                .parse()
                .map_err(|_| wrong(line, format!("node id `{}` is no whole number >= 0", shortened(fields[node]))))?;
            let own = of.map_or("", |of| fields[of]);
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
        Ok(Self { populations, named: of.is_some() })
    }

    /// Names of the populations, alphabetically.
    pub fn populations(&self) -> Vec<String> {
        self.populations.keys().cloned().collect()
    }

    /// The spikes of a population: none if it has none here, all if the file names no populations.
    pub fn spikes(&self, population: &str) -> Spikes {
        let own = self.populations.get(if self.named { population } else { "" });
        let (times_ms, node_ids) = own.into_iter().flatten().copied().unzip();
        Spikes { times_ms, node_ids }
    }
}

/// The spikes of `population` (all, if the file names no populations), by time and then node.
///
/// # Errors
///
/// [`Error::Io`], or [`Error::Table`] with the line of the first fault.
pub fn spikes_csv(path: &Path, population: &str) -> Result<Spikes, Error> {
    Ok(SpikeTable::read(path)?.spikes(population))
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t', ',', ';']).filter(|field| !field.is_empty())
}

fn listed(names: &[&str]) -> String {
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

    #[test]
    fn columns_are_found_by_name_and_populations_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spikes.csv");
        std::fs::write(&path, "timestamps population node_ids\n2.5 lgn 3\n1.0 tw 9\n0.5 lgn 1\n").unwrap();
        let spikes = spikes_csv(&path, "lgn").unwrap();
        assert_eq!((spikes.times_ms, spikes.node_ids), (vec![0.5, 2.5], vec![1, 3]));
        assert_eq!(spikes_csv(&path, "v1").unwrap(), Spikes::default());
        assert_eq!(SpikeTable::read(&path).unwrap().populations(), ["lgn", "tw"]);
        std::fs::write(&path, "\u{feff}node_ids,timestamps\r\n7,1e1\r\n").unwrap();
        assert_eq!(spikes_csv(&path, "any").unwrap().node_ids, [7]);
        assert_eq!(SpikeTable::read(&path).unwrap().populations(), [""]);
        std::fs::write(&path, "node_ids,timestamps\n7,nan\n").unwrap();
        assert!(spikes_csv(&path, "any").unwrap_err().to_string().contains("line 2: time `nan`"));
    }
}
