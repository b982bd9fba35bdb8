//! A file of edges, copied with other weights.

use crate::Error;
use crate::h5::written;
use hdf5::File;
use std::path::Path;

/// The weights of a group of edges: a column `syn_weight`, one number an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeWeights {
    /// The population.
    pub population: String,
    /// The group in it.
    pub group: u64,
    /// The column, which takes the place of one that is there.
    pub weights: Vec<f64>,
}

/// Copies a file of edges in which groups have these weights; everything else stays as it is.
///
/// # Errors
/// [`Error::Io`] for files that cannot be read or written, [`Error::Write`] for what HDF5 refuses.
pub fn copy_edges(from: &Path, to: &Path, weights: &[EdgeWeights]) -> Result<(), Error> {
    neuropil_files::length(from)?;
    // Of the contents alone: a copy of a file that nobody may write could not be written either.
    let mut source = std::fs::File::open(from).map_err(|fault| Error::io(from, "read", &fault))?;
    let copied = std::fs::File::create(to).and_then(|mut copy| std::io::copy(&mut source, &mut copy));
    copied.map_err(|fault| Error::io(to, "write", &fault))?;
    let opened = File::open_rw(to).map_err(|source| Error::write(to, "/", &source))?;
    for own in weights {
        let object = format!("/edges/{}/{}", own.population, own.group);
        put(&opened, &object, &own.weights).map_err(|source| Error::write(to, &object, &source))?;
    }
    written::finish(opened, to)
}

fn put(file: &File, object: &str, weights: &[f64]) -> hdf5::Result<()> {
    let group = if file.link_exists(object) { file.group(object)? } else { file.create_group(object)? };
    if group.link_exists(NAME) {
        // Whatever it is of: a column of 32 bits would round the weights.
        group.unlink(NAME)?;
    }
    group.new_dataset::<f64>().shape(weights.len()).obj_track_times(false).create(NAME)?.write_raw(weights)
}

const NAME: &str = "syn_weight";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arrays;

    /// Would catch a column of 32 bits that stays, one that is doubled, and a group or a column that is lost.
    #[test]
    fn weights_take_the_place_of_others_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a.h5"), folder.path().join("b.h5"));
        let file = written::create(&from).unwrap();
        for group in ["/edges/a_b/0", "/edges/a_b/1"] {
            let group = file.create_group(group).unwrap();
            group.new_dataset::<u32>().shape(2).create("nsyns").unwrap().write_raw(&[1_u32, 2]).unwrap();
        }
        let single = file.group("/edges/a_b/0").unwrap().new_dataset::<f32>().shape(2).create("syn_weight").unwrap();
        single.write_raw(&[0.5_f32, 0.25]).unwrap();
        drop(single);
        written::finish(file, &from).unwrap();
        let before = std::fs::read(&from).unwrap();
        let own = |group, weights| EdgeWeights { population: "a_b".into(), group, weights };
        copy_edges(&from, &to, &[own(0, vec![0.1, 0.2]), own(1, vec![-0.3, 1e-300])]).unwrap();
        let arrays = Arrays::open(&to).unwrap();
        for (group, expected) in [("0", [0.1, 0.2]), ("1", [-0.3, 1e-300])] {
            assert_eq!(arrays.f64(&format!("/edges/a_b/{group}/syn_weight")).unwrap().1, expected);
            assert_eq!(arrays.u64(&format!("/edges/a_b/{group}/nsyns")).unwrap().1, [1, 2]);
        }
        assert_eq!(std::fs::read(&from).unwrap(), before);
        let lost = copy_edges(&folder.path().join("none.h5"), &to, &[]);
        assert!(matches!(lost, Err(Error::Io { .. } | Error::File(_))), "{lost:?}");
    }
}
