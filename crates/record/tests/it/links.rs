//! Files whose links lead back, or to other files.

use neuropil_record::{Arrays, Error, Recording, Table, TrainingFile, TrainingRun, TrialFile};
use std::path::Path;

fn tables() -> Vec<Table> {
    vec![Table { object: "a/b".into(), shape: vec![2], values: vec![1.0, 2.0] }]
}

fn training(path: &Path) {
    let runs = vec![TrainingRun { rule: "eprop".into(), seed: 3, tables: tables(), ..TrainingRun::default() }];
    TrainingFile { task: "{}".into(), runs, ..TrainingFile::default() }.save(path).unwrap();
}

/// Once a walk without end. Would catch a walk that only counts how deep it is: two links in each group double it.
#[test]
fn a_group_that_holds_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.h5");
    for (from, to) in
        [("/runs/eprop/seed_3", "/runs/eprop/seed_3/a/loop"), ("/runs/eprop/seed_3/a", "/runs/eprop/seed_3/z")]
    {
        training(&path);
        hdf5::File::open_rw(&path).unwrap().link_hard(from, to).unwrap();
        let fault = TrainingFile::read(&path).unwrap_err().to_string();
        assert!(fault.contains(to) && fault.contains("a second link to a group"), "{fault}");
    }
    let path = folder.path().join("trials.h5");
    let file = TrialFile { task: "{}".into(), seed: 1, command: String::new(), tables: tables() };
    file.write(&path, false).unwrap();
    hdf5::File::open_rw(&path).unwrap().link_hard("/", "/loop").unwrap();
    assert!(TrialFile::read(&path).unwrap_err().to_string().contains("/loop is a second link to a group"));
}

/// A file is read and no other: what a link leads to elsewhere is named, and not there for those who ask whether it is.
#[test]
fn no_other_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("runs.h5"), folder.path().join("other.h5"));
    training(&other);
    training(&path);
    let file = hdf5::File::open_rw(&path).unwrap();
    file.link_external("other.h5", "/runs", "/outside").unwrap();
    file.link_soft("/outside/eprop", "/bent").unwrap();
    file.link_soft("/runs/eprop", "/inside").unwrap();
    file.link_soft("/nowhere", "/broken").unwrap();
    file.new_dataset_builder().external(other.to_str().unwrap(), 0, 16).empty::<f64>().shape(2).create("lent").unwrap();
    file.close().unwrap();
    let arrays = Arrays::open(&path).unwrap();
    for object in ["/outside/eprop/seed_3/a/b", "/bent/seed_3/a/b", "/lent"] {
        let fault = arrays.f64(object).unwrap_err();
        assert!(matches!(&fault, Error::WrongType { found, .. } if found.contains("other file")), "{object}: {fault}");
    }
    assert!(matches!(arrays.list("/outside"), Err(Error::WrongType { .. })));
    assert_eq!(arrays.f64("/inside/seed_3/a/b").unwrap().1, [1.0, 2.0]);
    assert!(matches!(arrays.f64("/broken/a"), Err(Error::Missing { .. })));
    // Reports and spikes are looked for, whatever else there is.
    assert!(Recording::open(&path).is_err());
}
