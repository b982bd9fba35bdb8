//! What happens in a process of its own: one is killed while it records, others read damaged files.
//!
//! These are apart from the other tests because a child inherits the files open in its parent, and their locks.

#[path = "../it/sample.rs"]
mod sample;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::Duration;

use neuropil_record::nwb::Nwb;
use neuropil_record::trains::{Request, TrainFile};
use neuropil_record::{Error, Outcome, Recorder, Recording};
use proptest::prelude::*;

use crate::sample::{block, header, weights};

/// Tells a child its file.
const FILE: &str = "NEUROPIL_TEST_FILE";
/// Exit code of a test process in which a test panicked.
const PANICKED: i32 = 101;

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

/// The bytes of an NWB file that pynwb made.
static SESSION: LazyLock<Vec<u8>> =
    LazyLock::new(|| fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/nwb/session.nwb")).unwrap());

/// Reads spike trains and tables of an NWB file.
fn read_trains(path: &Path) -> Result<(), Error> {
    TrainFile::open(path)?.read(&Request::default())?;
    Nwb::open(path)?.intervals("trials").map(|_| ())
}

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

fn run(test: &str, file: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored"])
        .env(FILE, file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Reads the file named by the environment; run by [`changed_bytes_never_cause_a_panic`] in a process of its own.
#[test]
#[ignore = "needs a file from another test"]
fn read_in_a_child() {
    let path = std::env::var_os(FILE).expect("the path of a damaged file");
    // Both outcomes are fine; a panic is not.
    let _ = read_all(Path::new(&path));
    let _ = read_trains(Path::new(&path));
}

/// The HDF5 library itself may crash or loop on damaged variable-length text (1.10 does), so each file is read by a
/// child that is killed after a while; what must not happen is a panic on our side.
fn read_by_child(bytes: &[u8]) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.h5");
    fs::write(&path, bytes).unwrap();
    let mut child = run("read_in_a_child", &path);
    for _ in 0..300 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap().code()
}

/// Records until it is killed; run by [`a_killed_process_leaves_a_readable_file`] in a process of its own.
#[test]
#[ignore = "records until it is killed"]
fn record_in_a_child() {
    let path = std::env::var_os(FILE).expect("the path of a recording");
    let mut recorder = Recorder::create(Path::new(&path), false, header()).unwrap();
    for number in 0.. {
        recorder.write(block(number)).unwrap();
        sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_killed_process_leaves_a_readable_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut child = run("record_in_a_child", &path);
    sleep(Duration::from_millis(2_500));
    child.kill().unwrap();
    child.wait().unwrap();
    let recording = Recording::open(folder.path().join("run.h5.part")).unwrap();
    let provenance = recording.provenance().unwrap().unwrap();
    assert!(!provenance.complete && provenance.simulated_until_ms > 0.0);
    let spikes = recording.spikes("exc").unwrap();
    assert_eq!(spikes.times_ms.len() as f64, 4.0 * provenance.simulated_until_ms);
    assert!(spikes.times_ms.last().is_some_and(|last| (provenance.simulated_until_ms - last - 0.1).abs() < 1e-9));
    assert!(!path.exists());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_cause_a_panic(changes in prop::collection::vec((0..INTACT.len().min(40_000), any::<u8>()), 1..6)) {
        let mut bytes = INTACT.clone();
        changes.into_iter().for_each(|(place, byte)| bytes[place] = byte);
        prop_assert_ne!(read_by_child(&bytes), Some(PANICKED));
    }

    #[test]
    fn changed_bytes_of_nwb_never_cause_a_panic(changes in prop::collection::vec((0..SESSION.len(), any::<u8>()), 1..40)) {
        let mut bytes = SESSION.clone();
        changes.into_iter().for_each(|(place, byte)| bytes[place] = byte);
        prop_assert_ne!(read_by_child(&bytes), Some(PANICKED));
    }
}
