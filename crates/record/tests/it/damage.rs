//! Files that were cut or changed: an error, never a panic.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use neuropil_record::trains::{Request, TrainFile};
use neuropil_record::{Arrays, Error, Outcome, Recorder, Recording, TrainingFile};
use proptest::prelude::*;

use crate::sample::{block, header, weights};

/// The bytes of a small recording.
static INTACT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.write_weights(weights("q")).unwrap();
    recorder.finish(Outcome::default()).unwrap();
    fs::read(&path).unwrap()
});

/// Reads all there is; the first error ends it.
fn read_all(path: &Path) -> Result<(), Error> {
    let recording = Recording::open(path)?;
    let provenance = recording.provenance().err();
    for population in recording.populations()? {
        recording.spike_count(&population.name)?;
        recording.spikes(&population.name)?;
    }
    for report in recording.reports()? {
        recording.report_data(&report, 0..report.frames)?;
    }
    for record in recording.weights()? {
        recording.weight_data(&record)?;
    }
    provenance.map_or(Ok(()), Err)
}

fn read_bytes(bytes: &[u8]) -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.h5");
    fs::write(&path, bytes).unwrap();
    read_all(&path)
}

#[test]
fn an_intact_file_is_read() {
    read_bytes(&INTACT).unwrap();
}

#[test]
fn what_is_no_hdf5_file_is_named() {
    for bytes in [&b""[..], b"{}", &[0; 4096]] {
        assert!(matches!(read_bytes(bytes), Err(Error::NotHdf5 { .. })));
    }
    assert!(matches!(read_all(Path::new("/")), Err(Error::NotHdf5 { .. })));
    assert!(matches!(read_all(Path::new("/no/such/file")), Err(Error::Io { .. })));
}

#[test]
fn a_file_cut_in_half_is_called_truncated() {
    let fault = read_bytes(&INTACT[..INTACT.len() / 2]).unwrap_err();
    assert!(matches!(&fault, Error::Truncated { reason, .. } if reason.contains("eof")), "{fault}");
}

/// Once a fall of the process, within the HDF5 library of the system: a text lies elsewhere in the file, and the place and
/// length of it are all that an attribute holds.
#[test]
fn a_flipped_byte_in_the_place_of_a_text_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.h5");
    TrainingFile { task: "{}".into(), command: "here".into(), ..TrainingFile::default() }.save(&path).unwrap();
    let format = Arrays::open(&path).unwrap().string_attr("/", "format").unwrap().unwrap();
    let whole = fs::read(&path).unwrap();
    let find = |from: usize, what: &[u8]| from + whole[from..].windows(what.len()).position(|own| own == what).unwrap();
    let length = u32::try_from(format.len()).unwrap().to_le_bytes();
    // Length, address of the heap, number in it.
    let place = find(find(0, b"format\0"), &length);
    for at in place..place + 16 {
        for mask in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            fs::write(&path, bytes).unwrap();
            assert!(TrainingFile::read(&path).is_err(), "byte {at} of {}, {mask:#x}", whole.len());
        }
    }
}

/// Once a read without end, within the HDF5 library: it goes through a heap of texts by the lengths of the objects in it, and
/// the free room at the end had none.
#[test]
fn a_heap_of_texts_without_end_is_an_error() {
    let session = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/nwb/session.nwb");
    let mut bytes = fs::read(session).unwrap();
    let number =
        |bytes: &[u8], at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap();
    let heaps: Vec<usize> = (0..bytes.len() - 4).filter(|&at| &bytes[at..at + 5] == b"GCOL\x01").collect();
    assert!(!heaps.is_empty());
    for heap in heaps {
        let mut object = heap + 16;
        while bytes[object..object + 2] != [0, 0] {
            object += 16 + number(&bytes, object + 8).next_multiple_of(8);
        }
        bytes[object + 8..object + 16].fill(0);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.nwb");
    fs::write(&path, bytes).unwrap();
    let fault = TrainFile::open(&path).and_then(|file| file.read(&Request::default())).unwrap_err().to_string();
    assert!(fault.contains("the texts at byte") && fault.contains("takes no room"), "{fault}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn truncated_files_are_errors(keep in 0..INTACT.len()) {
        prop_assert!(read_bytes(&INTACT[..keep]).is_err());
    }
}
