//! Nodes, edges and tables of circuits that are wrong: an error that names the place, in time and memory of the file's size.

use hdf5::File;
use neuropil_record::trains::TrainFile;
use neuropil_record::{Error, TypeTable, edges, nodes};
use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};

/// Lengths of the datasets of four edges, some of them wrong, and the values of one.
#[derive(Debug, Clone)]
struct Wrong {
    lengths: [usize; 6],
    ids: Vec<i64>,
    group: i64,
}

fn write(path: &Path, wrong: &Wrong) {
    let file = File::create(path).unwrap();
    let group = file.create_group("edges/a_b").unwrap();
    let put = |name: &str, length: usize| {
        let values: Vec<i64> = (0..length).map(|at| wrong.ids[at % wrong.ids.len()]).collect();
        group.new_dataset::<i64>().shape((length,)).create(name).unwrap().write(&values).unwrap();
    };
    let names = ["source_node_id", "target_node_id", "edge_type_id", "edge_group_index"];
    names.iter().zip(wrong.lengths).for_each(|(name, length)| put(name, length));
    for name in ["source_node_id", "target_node_id"] {
        let text: hdf5::types::VarLenUnicode = "a".parse().unwrap();
        let attribute = group.dataset(name).unwrap().new_attr::<hdf5::types::VarLenUnicode>();
        attribute.create("node_population").unwrap().write_scalar(&text).unwrap();
    }
    let of_group = vec![wrong.group; wrong.lengths[4]];
    group.new_dataset::<i64>().shape((of_group.len(),)).create("edge_group_id").unwrap().write(&of_group).unwrap();
    let own = group.create_group("0").unwrap();
    let weights = vec![1.5; wrong.lengths[5]];
    own.new_dataset::<f64>().shape((weights.len(),)).create("syn_weight").unwrap().write(&weights).unwrap();
}

/// Whether the edges can be what the file says.
fn sound(wrong: &Wrong) -> bool {
    let [sources, targets, types, index, groups, weights] = wrong.lengths;
    let ids = |length: usize| (0..length).map(|at| wrong.ids[at % wrong.ids.len()]);
    let needed = ids(index).max().map_or(0, |most| most + 1);
    [targets, types, index, groups].iter().all(|length| *length == sources)
        && ids(sources).all(|id| id >= 0)
        && wrong.group >= 0
        && (wrong.group != 0 || i64::try_from(weights).unwrap() >= needed)
}

fn length() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(4_usize), 1 => 0_usize..9]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Read if and only if every list has the length that it should and every index a value.
    #[test]
    fn edges_are_read_exactly_if_they_fit_together(
        lengths in [length(), length(), length(), length(), length(), length()],
        ids in prop_oneof![3 => Just(vec![0, 1, 2, 3]), 1 => prop::collection::vec(prop_oneof![0_i64..6, Just(-1), Just(i64::MAX - 1)], 1..5)],
        group in prop_oneof![4 => Just(0_i64), 1 => Just(1), 1 => Just(-2)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edges.h5");
        let wrong = Wrong { lengths, ids, group };
        write(&path, &wrong);
        let read = edges(&path, None);
        prop_assert_eq!(read.is_ok(), sound(&wrong), "{:?}: {:?}", wrong, read.err());
    }

    /// Tables of any text end in rows or in an error with a line, at once.
    #[test]
    fn tables_of_any_text_are_judged(
        head in prop_oneof![Just("node_type_id ei model"), Just("timestamps node_ids"), Just("node_ids,timestamps,population")],
        body in "[ -~\t\n\"',µ]{0,400}",
        rows in prop::collection::vec("[0-9.eE+-]{1,12}[ ,][0-9-]{1,20}([ ,][a-z]{0,3})?", 0..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let started = Instant::now();
        for text in [format!("{head}\n{body}"), format!("{head}\n{}\n", rows.join("\n")), body] {
            std::fs::write(&path, &text).unwrap();
            let lines = text.lines().count().max(1);
            let faults = [TypeTable::read(&path, "node_type_id").err(), TrainFile::open(&path).err()];
            for fault in faults.into_iter().flatten().filter(|_| !text.is_empty()) {
                let Error::Table { line, .. } = fault else { return Err(TestCaseError::fail(format!("{fault}"))) };
                prop_assert!((1..=lines).contains(&line));
            }
        }
        prop_assert!(started.elapsed() < Duration::from_secs(2));
    }
}

/// The library would make room for 10^12 rows and fill them with zeros.
#[test]
fn a_header_that_claims_more_than_its_file_can_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let claim = |file: &File, object: &str| {
        let rows = 1_000_000_000_000_usize;
        file.new_dataset::<u64>().chunk((1 << 16,)).shape((rows,)).create(object).unwrap();
    };
    let path = folder.path().join("nodes.h5");
    claim(&File::create(&path).unwrap(), "nodes/v1/node_type_id");
    let fault = nodes(&path, None).unwrap_err();
    assert!(matches!(&fault, Error::Claim { object, .. } if object == "/nodes/v1/node_type_id"), "{fault}");
    let path = folder.path().join("edges.h5");
    write(&path, &Wrong { lengths: [4; 6], ids: vec![0, 1, 2, 3], group: 0 });
    assert!(edges(&path, None).is_ok());
    claim(&File::open_rw(&path).unwrap(), "edges/a_b/0/nsyns");
    let fault = edges(&path, None).unwrap_err();
    assert!(matches!(&fault, Error::Claim { object, .. } if object == "/edges/a_b/0/nsyns"), "{fault}");
}

/// Would catch an edge whose type nobody describes and that is taken for one with defaults.
#[test]
fn a_type_that_the_table_lacks_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let (path, types) = (folder.path().join("edges.h5"), folder.path().join("types.csv"));
    write(&path, &Wrong { lengths: [4; 6], ids: vec![0, 1, 2, 3], group: 0 });
    std::fs::write(&types, "edge_type_id delay\n0 1.0\n1 1.0\n3 2.0\n").unwrap();
    let text = edges(&path, Some(&types)).unwrap_err().to_string();
    assert!(text.contains("edge_type_id[2] is 2") && text.contains("table of types"), "{text}");
    edges(&path, None).unwrap();
}
