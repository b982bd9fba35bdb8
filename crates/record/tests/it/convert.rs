//! Files of other tools, converted.

use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group, H5Type};
use neuropil_record::{Error, Outcome, Recorder, Recording, convert};

use crate::sample::{block, header};

fn put<T: H5Type>(group: &Group, name: &str, values: &[T]) {
    group.new_dataset::<T>().shape((values.len(),)).create(name).unwrap().write(values).unwrap();
}

/// A report of two frames below `group`: node 7 has two columns, node 3 one.
fn report(group: &Group, [nodes, pointers, elements]: [&str; 3]) {
    let data = group.new_dataset::<f32>().shape((2, 3)).create("data").unwrap();
    data.write(&ndarray::arr2(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]])).unwrap();
    let mapping = group.create_group("mapping").unwrap();
    put::<u64>(&mapping, nodes, &[7, 3]);
    put::<u64>(&mapping, pointers, &[0, 2, 3]);
    put::<u32>(&mapping, elements, &[4, 5, 0]);
    put::<f32>(&mapping, "element_pos", &[0.25, 0.75, 0.5]);
    put::<f64>(&mapping, "time", &[0.0, 1.0, 0.5]);
}

const OURS: [&str; 3] = ["node_ids", "index_pointers", "element_ids"];

fn converted(population: Option<&str>, fill: impl FnOnce(&File)) -> (tempfile::TempDir, Result<Vec<String>, Error>) {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create(folder.path().join("theirs.h5")).unwrap();
    fill(&file);
    file.close().unwrap();
    let changes = convert(&folder.path().join("theirs.h5"), &folder.path().join("ours.h5"), false, population);
    (folder, changes)
}

fn ours(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("ours.h5")
}

/// The values and all that `mapping` says of a report of [`report`].
fn check(path: &Path, group: &str, population: &str) {
    let file = File::open(path).unwrap();
    let mapping = file.group(&format!("{group}/mapping")).unwrap();
    let list = |name: &str| mapping.dataset(name).unwrap().read_raw::<f64>().unwrap();
    assert_eq!(list("node_ids"), [7.0, 3.0]);
    assert_eq!(list("index_pointers"), [0.0, 2.0, 3.0]);
    assert_eq!(list("element_ids"), [4.0, 5.0, 0.0]);
    assert_eq!(list("element_pos"), [0.25, 0.75, 0.5]);
    drop((mapping, file));
    let recording = Recording::open(path).unwrap();
    let reports = recording.reports().unwrap();
    let report = reports.iter().find(|report| report.population == population).unwrap();
    assert_eq!((report.start_ms, report.dt_ms, &report.node_ids[..]), (0.0, 0.5, &[7, 7, 3][..]));
    assert_eq!(recording.report_data(report, 0..2).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn places_along_elements_are_kept_and_what_is_lost_is_named() {
    let (folder, changes) = converted(None, |file| {
        let group = file.create_group("report/v1").unwrap();
        report(&group, OURS);
        put::<f64>(&group.group("mapping").unwrap(), "areas", &[1.0]);
        put::<f64>(file, "notes", &[1.0]);
        let empty = file.create_group("report/none").unwrap();
        empty.new_dataset::<f32>().shape((0, 0)).create("data").unwrap();
        let mapping = empty.create_group("mapping").unwrap();
        put::<u64>(&mapping, "node_ids", &[]);
        put::<u64>(&mapping, "index_pointers", &[0]);
        put::<f64>(&mapping, "time", &[0.0, 1.0, 0.5]);
    });
    let changes = changes.unwrap().join("\n");
    for part in ["/report/v1/mapping/areas: left out", "/notes: left out", "/report/none: left out, it has no columns"]
    {
        assert!(changes.contains(part), "{part}: {changes}");
    }
    check(&ours(&folder), "report/v1", "v1");
    // What was converted can be exported, too.
    let recording = Recording::open(ours(&folder)).unwrap();
    let exported = folder.path().join("exported.h5");
    recording.report_to_sonata(&recording.reports().unwrap()[0], &exported).unwrap();
    check(&exported, "report/v1", "v1");
}

/// Would catch a second name for a report that is the first of another.
#[test]
fn a_report_keeps_its_name_when_an_earlier_one_is_of_a_population_of_that_name() {
    let (folder, changes) = converted(None, |file| {
        for name in ["a", "b"] {
            let group = file.create_group(&format!("report/{name}")).unwrap();
            report(&group, OURS);
            let population: VarLenUnicode = "b".parse().unwrap();
            group.new_attr::<VarLenUnicode>().create("population").unwrap().write_scalar(&population).unwrap();
        }
    });
    changes.unwrap();
    assert_eq!(Recording::open(ours(&folder)).unwrap().reports().unwrap().len(), 2);
    check(&ours(&folder), "report/a", "b");
}

#[test]
fn a_flat_report_of_older_tools_is_given_a_population() {
    let flat = |file: &File| report(file, ["gids", "index_pointer", "element_id"]);
    let (folder, refused) = converted(None, flat);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("--population") && !ours(&folder).exists(), "{refused}");
    let (folder, changes) = converted(Some("v1"), flat);
    let changes = changes.unwrap().join("\n");
    assert!(changes.contains("/report/v1: was /data and /mapping") && !changes.contains("left out"), "{changes}");
    check(&ours(&folder), "report/v1", "v1");
}

#[test]
fn recordings_of_neuropil_are_not_converted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.finish(Outcome { complete: true, simulated_until_ms: 1.0, ..Outcome::default() }).unwrap();
    let refused = convert(&path, &folder.path().join("b.h5"), false, None).unwrap_err().to_string();
    assert!(refused.contains("run.h5") && refused.contains("`neuropil export --to sonata`"), "{refused}");
    assert!(!folder.path().join("b.h5").exists());
}

/// The columns of a report that has no frame yet are made room for: a header must not decide how much.
#[test]
fn a_report_that_claims_a_trillion_columns_is_refused() {
    let (_folder, refused) = converted(None, |file| {
        let group = file.create_group("report/v1").unwrap();
        let columns = 1_000_000_000_000_usize;
        group.new_dataset::<f32>().chunk((1, 1024)).shape((0.., columns)).create("data").unwrap();
        let mapping = group.create_group("mapping").unwrap();
        put::<u64>(&mapping, "node_ids", &[0]);
        put::<u64>(&mapping, "index_pointers", &[0, columns as u64]);
        put::<f64>(&mapping, "time", &[0.0, 1.0, 0.5]);
    });
    let refused = refused.unwrap_err();
    assert!(matches!(&refused, Error::Claim { object, .. } if object == "/report/v1/data"), "{refused}");
}

/// Would catch a copy whose times are not those of its frames.
#[test]
fn times_of_other_frames_are_refused() {
    let (_folder, changes) = converted(Some("v1"), |file| {
        report(file, OURS);
        file.dataset("mapping/time").unwrap().write(&[0.0, 9.0, 1.0]).unwrap();
    });
    let fault = changes.unwrap_err().to_string();
    assert!(
        fault.contains("/mapping/time is [0, 9, 1], which makes 9 frames, expected the times of the 2 frames"),
        "{fault}"
    );
}
