//! Files as other tools write them.

use std::path::PathBuf;

use hdf5::types::{FixedAscii, VarLenAscii, VarLenUnicode};
use hdf5::{File, H5Type};
use neuropil_record::{Arrays, Error, Recording};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sonata").join(name)
}

/// A file with `/spikes/v1`, made by `fill`.
fn spikes(fill: impl FnOnce(&hdf5::Group)) -> (tempfile::TempDir, Recording) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spikes.h5");
    let file = File::create(&path).unwrap();
    fill(&file.create_group("spikes/v1").unwrap());
    file.close().unwrap();
    (folder, Recording::open(&path).unwrap())
}

fn put<T: H5Type>(group: &hdf5::Group, name: &str, values: &[T]) {
    group.new_dataset::<T>().shape((values.len(),)).create(name).unwrap().write(values).unwrap();
}

#[test]
fn the_example_with_text_sorting_is_read() {
    let recording = Recording::open(example("300_intfire/output/spikes.h5")).unwrap();
    let populations = recording.populations().unwrap();
    assert_eq!(populations.len(), 1);
    assert_eq!((populations[0].size, recording.provenance().unwrap()), (None, None));
    let spikes = recording.spikes(&populations[0].name).unwrap();
    assert_eq!(spikes.times_ms.len(), recording.spike_count(&populations[0].name).unwrap());
    assert!(spikes.times_ms.is_sorted() && !spikes.times_ms.is_empty());
}

#[test]
fn the_example_without_populations_is_read() {
    let recording = Recording::open(example("300_intfire/inputs/tw_spikes.h5")).unwrap();
    assert_eq!(recording.populations().unwrap()[0].name, "");
    assert!(recording.spikes("").unwrap().times_ms.is_sorted());
    assert!(recording.spike_count("").unwrap() > 0);
}

#[test]
fn any_number_type_and_order_is_read() {
    let (_folder, recording) = spikes(|group| {
        put::<f32>(group, "timestamps", &[2.0, 1.0, 1.0]);
        put::<i32>(group, "node_ids", &[7, 5, 4]);
    });
    let read = recording.spikes("v1").unwrap();
    assert_eq!((read.times_ms, read.node_ids), (vec![1.0, 1.0, 2.0], vec![4, 5, 7]));
}

#[test]
fn seconds_become_milliseconds() {
    let (_folder, recording) = spikes(|group| {
        put::<f64>(group, "timestamps", &[0.5]);
        put::<u64>(group, "node_ids", &[0]);
        let unit: VarLenAscii = VarLenAscii::from_ascii("s").unwrap();
        group
            .dataset("timestamps")
            .unwrap()
            .new_attr::<VarLenAscii>()
            .create("units")
            .unwrap()
            .write_scalar(&unit)
            .unwrap();
    });
    assert_eq!(recording.spikes("v1").unwrap().times_ms, [500.0]);
}

#[test]
fn faults_of_the_data_name_the_place() {
    let faults: [(&[f64], &[i64], &str); 3] = [
        (&[1.0], &[1, 2], "/spikes/v1/node_ids has 2 entries, expected 1"),
        (&[1.0, f64::NAN], &[1, 2], "/spikes/v1/timestamps[1] is NaN, expected a finite time"),
        (&[1.0, 2.0], &[1, -2], "/spikes/v1/node_ids[1] is -2, expected a whole number, not negative"),
    ];
    for (times, ids, expected) in faults {
        let (_folder, recording) = spikes(|group| {
            put(group, "timestamps", times);
            put(group, "node_ids", ids);
        });
        let text = recording.spikes("v1").unwrap_err().to_string();
        assert!(text.contains("spikes.h5") && text.contains(expected), "{text}");
    }
}

#[test]
fn missing_and_mistyped_datasets_are_told_apart() {
    let (_folder, recording) = spikes(|group| put(group, "timestamps", &[1.0]));
    assert!(matches!(recording.spikes("v1"), Err(Error::Missing { object, .. }) if object == "/spikes/v1/node_ids"));
    let (_folder, recording) = spikes(|group| {
        put(group, "node_ids", &[1_u64]);
        put(group, "timestamps", &[FixedAscii::<8>::from_ascii("1.0").unwrap()]);
    });
    assert!(matches!(recording.spikes("v1"), Err(Error::WrongType { object, .. }) if object.ends_with("timestamps")));
    let (_folder, recording) = spikes(|group| {
        put(group, "node_ids", &[1_u64]);
        group.create_group("timestamps").unwrap();
    });
    assert!(matches!(recording.spikes("v1"), Err(Error::WrongType { found, .. }) if found == "a group"));
}

#[test]
fn a_claim_beyond_the_file_is_refused_before_it_is_allocated() {
    let (_folder, recording) = spikes(|group| {
        let rows = 1_000_000_000_000_usize;
        group.new_dataset::<f64>().chunk((1024,)).shape((rows..,)).create("timestamps").unwrap();
        group.new_dataset::<u64>().chunk((1024,)).shape((rows..,)).create("node_ids").unwrap();
    });
    assert!(matches!(recording.spikes("v1"), Err(Error::Claim { .. })));
    assert!(matches!(recording.spike_count("v1"), Err(Error::Claim { .. })));
}

#[test]
fn compressed_and_unwritten_data_are_believed() {
    let (_folder, recording) = spikes(|group| {
        let rows = 1_000_000_usize;
        group.new_dataset::<f64>().chunk((1024,)).shape((rows..,)).create("timestamps").unwrap();
        group.new_dataset::<u64>().chunk((1024,)).shape((rows..,)).create("node_ids").unwrap();
    });
    assert_eq!(recording.spike_count("v1").unwrap(), 1_000_000);
}

#[test]
fn text_of_every_kind_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.h5");
    let file = File::create(&path).unwrap();
    let unicode: VarLenUnicode = "µ".parse().unwrap();
    file.new_attr::<VarLenUnicode>().create("vlen").unwrap().write_scalar(&unicode).unwrap();
    let ascii = VarLenAscii::from_ascii("plain").unwrap();
    file.new_attr::<VarLenAscii>().create("vlen_ascii").unwrap().write_scalar(&ascii).unwrap();
    let fixed = FixedAscii::<16>::from_ascii("fixed").unwrap();
    file.new_attr::<FixedAscii<16>>().create("fixed").unwrap().write_scalar(&fixed).unwrap();
    file.new_attr::<FixedAscii<16>>().shape((1,)).create("list").unwrap().write(&[fixed]).unwrap();
    file.new_attr::<f64>().create("number").unwrap().write_scalar(&1.0).unwrap();
    file.close().unwrap();
    let arrays = Arrays::open(&path).unwrap();
    for (name, expected) in [("vlen", "µ"), ("vlen_ascii", "plain"), ("fixed", "fixed"), ("list", "fixed")] {
        assert_eq!(arrays.string_attr("/", name).unwrap().as_deref(), Some(expected), "{name}");
    }
    assert_eq!(arrays.string_attr("/", "none").unwrap(), None);
    assert!(matches!(arrays.string_attr("/", "number"), Err(Error::WrongType { .. })));
}

#[test]
fn arrays_convert_and_refuse_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arrays.h5");
    let file = File::create(&path).unwrap();
    put::<f64>(&file, "whole", &[1.0, -2.0]);
    put::<f64>(&file, "half", &[0.5]);
    put::<u64>(&file, "large", &[u64::MAX]);
    put::<i8>(&file, "small", &[-1]);
    put::<bool>(&file, "flags", &[true, false]);
    file.new_dataset::<u16>().create("a/scalar").unwrap().write_scalar(&7).unwrap();
    file.close().unwrap();
    let arrays = Arrays::open(&path).unwrap();
    assert_eq!(arrays.i64("whole").unwrap(), (vec![2], vec![1, -2]));
    assert_eq!(arrays.f64("small").unwrap().1, [-1.0]);
    assert_eq!(arrays.i64("/small").unwrap().1, [-1]);
    assert_eq!(arrays.u64("large").unwrap().1, [u64::MAX]);
    assert_eq!(arrays.u64("flags").unwrap().1, [1, 0]);
    assert_eq!(arrays.u64("a/scalar").unwrap(), (vec![], vec![7]));
    for fault in
        [arrays.i64("half").err(), arrays.i64("large").err(), arrays.u64("small").err(), arrays.u64("whole").err()]
    {
        assert!(matches!(fault, Some(Error::Value { .. })), "{fault:?}");
    }
    assert!(arrays.has("a") && arrays.has("/a/scalar") && !arrays.has("a/other/scalar"));
    assert_eq!(arrays.list("a").unwrap(), ["scalar"]);
    assert!(matches!(arrays.f64("none"), Err(Error::Missing { .. })));
}
