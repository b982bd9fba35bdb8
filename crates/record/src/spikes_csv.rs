//! Spikes as text: a header with `timestamps` (ms) and `node_ids`, perhaps `population`; separated by spaces or commas.

use crate::{Error, Spikes};
use std::path::Path;

/// The spikes of `population` (all, if the file names no populations), by time and then node.
///
/// # Errors
///
/// [`Error::Io`], or [`Error::Table`] with the line of the first fault.
pub fn spikes_csv(path: &Path, population: &str) -> Result<Spikes, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", &error))?;
    let wrong = |line: usize, reason: String| Error::Table { path: path.into(), line, reason };
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let (first, header) = lines.next().ok_or_else(|| wrong(1, "the file is empty, expected a header".into()))?;
    let split = |line: &str| -> Vec<String> {
        line.split([' ', '\t', ',', ';']).filter(|field| !field.is_empty()).map(str::to_owned).collect()
    };
    let names = split(header);
    let column = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
    let missing =
        |what: &str| wrong(first, format!("found the columns {}, expected `{what}` among them", names.join(", ")));
    let time = column(&["timestamps", "timestamp", "time_ms"]).ok_or_else(|| missing("timestamps"))?;
    let node = column(&["node_ids", "node_id", "gids", "gid"]).ok_or_else(|| missing("node_ids"))?;
    let of = column(&["population"]);
    let mut spikes = Vec::new();
    for (line, text) in lines {
        let fields = split(text);
        if fields.len() != names.len() {
            return Err(wrong(line, format!("found {} fields, expected {}", fields.len(), names.len())));
        }
        if of.is_some_and(|of| fields[of] != population) {
            continue;
        }
        let time_ms: f64 = fields[time]
            .parse()
            .ok()
            .filter(|time: &f64| time.is_finite())
            .ok_or_else(|| wrong(line, format!("time `{}` is no number", fields[time])))?;
        let id: u64 = fields[node]
            .parse()
            .map_err(|_| wrong(line, format!("node id `{}` is no whole number >= 0", fields[node])))?;
        spikes.push((time_ms, id));
    }
    spikes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (times_ms, node_ids) = spikes.into_iter().unzip();
    Ok(Spikes { times_ms, node_ids })
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
        std::fs::write(&path, "node_ids,timestamps\n7,1e1\n").unwrap();
        assert_eq!(spikes_csv(&path, "any").unwrap().node_ids, [7]);
        std::fs::write(&path, "node_ids,timestamps\n7,nan\n").unwrap();
        assert!(spikes_csv(&path, "any").unwrap_err().to_string().contains("line 2: time `nan`"));
    }
}
