use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use neuropil_record::{Error, Outcome, Recorder, Recording};

use crate::sample::{block, header, weights};

/// Opens the bytes on disk, which are what a killed process leaves.
fn open_copy(part: &Path) -> Result<Recording, Error> {
    let copy = part.with_file_name("copy.h5");
    fs::copy(part, &copy).unwrap();
    Recording::open(&copy)
}

#[test]
fn a_file_cut_right_after_its_header_opens() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::create(&folder.path().join("run.h5"), false, header()).unwrap();
    let recording = open_copy(recorder.part_path()).unwrap();
    let provenance = recording.provenance().unwrap().unwrap();
    assert_eq!((provenance.complete, provenance.simulated_until_ms), (false, 0.0));
    assert_eq!(provenance.model_json, header().model_json);
    assert_eq!(recording.spike_count("exc").unwrap(), 0);
    assert_eq!(recording.reports().unwrap()[0].frames, 0);
}

#[test]
fn a_cut_file_holds_everything_up_to_the_last_flush() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(&folder.path().join("run.h5"), false, header()).unwrap();
    (0..5).for_each(|number| recorder.write(block(number)).unwrap());
    recorder.write_weights(weights("q")).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        sleep(Duration::from_millis(300));
        // A copy taken during a flush may be torn; the next is not.
        if open_copy(recorder.part_path()).is_ok_and(|cut| cut.spike_count("exc") == Ok(20)) {
            break;
        }
        assert!(Instant::now() < deadline, "nothing was flushed");
    }
    let cut = open_copy(recorder.part_path()).unwrap();
    let provenance = cut.provenance().unwrap().unwrap();
    assert_eq!((provenance.complete, provenance.simulated_until_ms), (false, 5.0));
    let reports = cut.reports().unwrap();
    assert_eq!(reports[0].frames, 10);
    assert!((reports[0].stop_ms - 2.1).abs() < 1e-12);
    assert_eq!(cut.weights().unwrap()[0].synapses, 2);
}

#[test]
fn a_dropped_recorder_leaves_a_closed_part_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    let part = recorder.part_path().to_owned();
    drop(recorder);
    assert!(!path.exists());
    let recording = Recording::open(&part).unwrap();
    assert_eq!(recording.spike_count("exc").unwrap(), 4);
    assert!(!recording.provenance().unwrap().unwrap().complete);
    drop(recording);
    assert_eq!(Recorder::create(&path, false, header()).unwrap_err(), Error::Interrupted { path: part });
    Recorder::create(&path, true, header()).unwrap().finish(Outcome::default()).unwrap();
    assert!(path.exists());
}

#[test]
fn two_recorders_never_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let first = Recorder::create(&path, false, header()).unwrap();
    let busy = Error::Busy { path: first.part_path().to_owned() };
    assert_eq!(Recorder::create(&path, true, header()).unwrap_err(), busy);
    first.finish(Outcome::default()).unwrap();
}
