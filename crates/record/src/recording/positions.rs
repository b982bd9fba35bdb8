//! Positions of cells: of a recording, of a SONATA nodes file, or of a table.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::foreign::csv_fields::Rows;
use crate::recording::reader::Recording;
use crate::{Arrays, Error, nodes};

/// First bytes of an HDF5 file.
const SIGNATURE: [u8; 4] = *b"\x89HDF";

/// Where the cells of a population are, in um, in the order of their ids: `positions_um` of a recording of ours, `x`, `y`
/// and `z` of a SONATA nodes file, or the rows of a table with such columns and perhaps `population`. A file with one
/// population gives its positions whatever the name.
///
/// # Errors
///
/// [`Error::Missing`] or [`Error::Request`] where the file has none, [`Error::Table`] for a faulty row; as [`Arrays`].
pub fn positions(path: &Path, population: &str) -> Result<Vec<[f64; 3]>, Error> {
    // Before it is opened: a pipe would wait for a writer.
    neuropil_files::length(path)?;
    let mut start = [0; 4];
    let read = fs::File::open(path).and_then(|file| file.take(4).read(&mut start));
    read.map_err(|error| Error::io(path, "read", &error))?;
    if start != SIGNATURE {
        return of_table(path, population);
    }
    if Arrays::open(path)?.has("/nodes") {
        return of_nodes(path, population);
    }
    let recording = Recording::open(path)?;
    let known = recording.populations()?;
    let names: Vec<&str> = known.iter().map(|own| own.name.as_str()).collect();
    let own = &known[choose(path, &names, population)?];
    own.positions_um.clone().ok_or_else(|| {
        Error::request(path, format!("has no positions of `{}`: give a nodes file, or a table with x, y, z", own.name))
    })
}

fn choose(path: &Path, names: &[&str], population: &str) -> Result<usize, Error> {
    let found = names.iter().position(|name| *name == population);
    found.or((names.len() == 1).then_some(0)).ok_or_else(|| {
        Error::request(path, format!("has no population `{population}`; there are: {}", names.join(", ")))
    })
}

fn of_nodes(path: &Path, population: &str) -> Result<Vec<[f64; 3]>, Error> {
    let known = nodes(path, None)?;
    let names: Vec<&str> = known.iter().map(|own| own.population.as_str()).collect();
    let own = &known[choose(path, &names, population)?];
    let mut placed = vec![None; own.ids.len()];
    for (item, id) in own.ids.iter().enumerate() {
        let axis = |name: &str| {
            let missing = || Error::request(path, format!("node {id} of `{}` has no `{name}`", own.population));
            own.attributes.checked_number(item, name)?.ok_or_else(missing)
        };
        let place = usize::try_from(*id).ok().and_then(|id| placed.get_mut(id));
        let stray = || Error::request(path, format!("ids of `{}` are not 0 to {}", own.population, own.ids.len()));
        *place.ok_or_else(stray)? = Some([axis("x")?, axis("y")?, axis("z")?]);
    }
    let gap = || Error::request(path, format!("an id of `{}` stands twice", own.population));
    placed.into_iter().collect::<Option<Vec<_>>>().ok_or_else(gap)
}

fn of_table(path: &Path, population: &str) -> Result<Vec<[f64; 3]>, Error> {
    let text = neuropil_files::text(path, neuropil_files::MOST_TABLE)?;
    let wrong = |line: usize, reason: String| Error::Table { path: path.into(), line, reason };
    let mut rows = Rows::new(&text);
    let mut next = || rows.next().map(|row| row.map_err(|line| wrong(line, "a quote does not end".into())));
    let (first, names) = next().ok_or_else(|| wrong(1, "the file is empty, expected a header".into()))??;
    let column = |axis: &str| {
        let found = names.iter().position(|name| *name == axis || *name == format!("{axis}_um"));
        found.ok_or_else(|| wrong(first, format!("found {}, expected a column `{axis}`", names.join(", "))))
    };
    let (columns, of) =
        ([column("x")?, column("y")?, column("z")?], names.iter().position(|name| name == "population"));
    let mut points = Vec::new();
    while let Some(row) = next() {
        let (line, fields) = row?;
        if fields.len() != names.len() {
            return Err(wrong(line, format!("found {} fields, expected {}", fields.len(), names.len())));
        }
        if of.is_some_and(|of| fields[of] != population) {
            continue;
        }
        let mut point = [0.0; 3];
        for (value, &column) in point.iter_mut().zip(&columns) {
            let number = fields[column].parse::<f64>().ok().filter(|number| number.is_finite());
            *value = number.ok_or_else(|| wrong(line, format!("`{}` is no number", fields[column])))?;
        }
        points.push(point);
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_give_the_rows_of_a_population() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.csv");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            positions(&path, "b").map_err(|error| error.to_string())
        };
        assert_eq!(read("population,z,y,x\na,1,2,3\nb,4,5,6\nb,7,8,9\n").unwrap(), [[6.0, 5.0, 4.0], [9.0, 8.0, 7.0]]);
        assert_eq!(read("x_um y_um z_um\n1 2 3.5\n").unwrap(), [[1.0, 2.0, 3.5]]);
        assert!(read("x,y\n1,2\n").unwrap_err().contains("expected a column `z`"));
        assert!(read("x,y,z\n1,2,nan\n").unwrap_err().contains("line 2: `nan` is no number"));
    }

    #[test]
    fn nodes_are_in_the_order_of_their_ids() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nodes.h5");
        let columns = ["x", "y", "z"].into_iter().zip([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
        let columns: Vec<(String, Vec<f64>)> = columns.map(|(name, own)| (name.into(), own.to_vec())).collect();
        crate::write_nodes(&path, "cells", (1, 2), &columns).unwrap();
        assert_eq!(positions(&path, "other").unwrap(), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        crate::write_nodes(&path, "cells", (1, 2), &columns[..2]).unwrap();
        assert!(positions(&path, "cells").unwrap_err().to_string().contains("node 0 of `cells` has no `z`"));
    }
}
