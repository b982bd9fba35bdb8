use std::fs;

use neuropil_engine::Snapshot;
use neuropil_engine::carrier::StreamState;
use neuropil_engine::learning::{LearningState, ProjectionState};
use neuropil_network::history::Outbox;
use neuropil_network::neuron::State;
use neuropil_network::synapse::SenderState;
use neuropil_network::synapse::timing::{Past, TimedState};
use neuropil_neuromod::release::{Released, VesicleState, Where};
use neuropil_neuromod::{ChainState, Drive};
use neuropil_record::{Checkpoint, Error, Outcome, Recorder, Recording};

use crate::contents::contents;
use crate::sample::{block, header, weights};

/// A state with a population that only sends, spikes and graded values under way, and odd numbers.
fn checkpoint(step: u64) -> Checkpoint {
    let state = State {
        variables: vec![vec![-70.0, 1e-300, f64::MIN], vec![0.1, 0.2, 0.3]],
        counters: vec![vec![7, 0, u32::MAX]],
    };
    let senders = SenderState { width: 2, variables: vec![0.5, 1.0, 0.25, 0.1], last_step: vec![None, Some(step)] };
    let sent = |fired: &[u32], factors: &[f64]| Outbox {
        fired: fired.to_vec(),
        factors: vec![factors.to_vec()],
        graded: vec![0.125, -3.0],
    };
    let past = vec![sent(&[0, 2], &[0.5]), sent(&[], &[]), sent(&[1], &[0.75])];
    let populations = vec![None, Some(state)];
    let synapses = vec![senders];
    let timed = vec![timed(), TimedState::default()];
    let (peptides, learning) = (Some(peptides()), Some(learning()));
    let currents = vec![vec![1e-300, -0.0, 2.5], Vec::new()];
    let laid_on = vec![vec![0.25, -1e-300]];
    let snapshot =
        Snapshot { step, events: 12, populations, currents, laid_on, synapses, timed, past, peptides, learning };
    Checkpoint { snapshot, synapses: 1 << 40, wall_s: 1.5, cpu_s: 2.5, digest: u64::MAX }
}

/// Synapses that follow spikes: a weight of -0, rows that differ in their delay, and a cell without spikes between two with some.
fn timed() -> TimedState {
    let past = |steps: &[u64], traces: &[f64]| Past { steps: steps.to_vec(), traces: traces.to_vec() };
    TimedState {
        weights: vec![-0.0, 1e-300, 45.5],
        own: vec![0.25, -1.0, 0.0],
        rows: [((0, 7), past(&[11], &[1.5, 2.5])), ((0, 9), past(&[9], &[1.0, 1.25]))].into(),
        cells: vec![past(&[3, 8], &[1.0, 1.5]), past(&[], &[]), past(&[12], &[1.0])],
        factor: vec![past(&[0, 10], &[0.5, -0.0]), past(&[0, 10], &[0.25, 1e-300])],
        membranes: vec![past(&[12, 13], &[-70.0, -0.0, -65.5, 1e-300]), past(&[12, 13], &[-1.0, -2.0, -3.0, -4.0])],
        settled: 5,
    }
}

/// Peptides with a release to one point and one to all, a cell that never fired, and a drive.
fn peptides() -> ChainState {
    let rested = VesicleState { facilitation: 0.0, releasable: 100.0, reserve: 1.0, last_ms: f64::NEG_INFINITY };
    let waits = |cell, place| Released { cell, step: 9 + u64::from(cell), vesicles: 0.3, place };
    ChainState {
        steps: 3,
        concentrations: vec![vec![0.0, 1e-30, 2.5], vec![7.0, 0.1, 0.2]],
        vesicles: vec![rested, VesicleState { facilitation: 1.5, last_ms: 0.9, ..rested }],
        waiting: vec![waits(1, Where::Spread), waits(0, Where::Point(31))],
        drives: vec![Drive { cell: 1, species: 1, rate: 12.5 }],
        totals: vec![3.5, 0.0, 0.0, 1e9],
        listeners: vec![0.25, -1.0, 1e-300],
    }
}

/// Two plastic projections, one of them moved by Adam, in the middle of a window.
fn learning() -> LearningState {
    let adam = ProjectionState {
        weights: vec![0.5, -1e-300],
        traces: vec![0.1, 0.2, 0.3, 0.4],
        updates: 3,
        mean: vec![1e-9, 2.0],
        square: vec![0.25, 1e-18],
    };
    let plain = ProjectionState { weights: vec![7.0], traces: vec![0.0], ..ProjectionState::default() };
    LearningState {
        begun: 8,
        loss: 0.75,
        projections: vec![adam, plain],
        psi: vec![0.3, 0.0],
        fired: vec![1, 0],
        refractory: vec![0, 1],
        v: vec![-1.5, 2.5],
        records: vec![0.9, -0.1, 1e-9],
        tested: vec![-70.5, 3.0],
        means: vec![12.5, 4.0],
        slow_psi: vec![0.01, 0.02],
        counts: vec![3.0, 0.0],
        readout: [
            vec![1.0, 2.0],
            vec![0.5],
            vec![0.1; 4],
            vec![-0.5, 0.5],
            vec![0.2; 4],
            vec![3.0, 4.0],
            vec![0.7, 0.1, -0.1],
        ],
        carrier: Some(StreamState {
            concentrations: vec![0.5; 3],
            deposits: vec![1.0, 0.0, 2.0, 0.25],
            receptors: vec![0.0, 0.1],
            pending: vec![0.3, 0.0],
            modulators: vec![0.4; 4],
        }),
        past: (vec![4, 7], vec![0.25, -0.5]),
        first_step: 5,
        spikes: (vec![6, 9], vec![1, 0]),
    }
}

fn outcome(until: u32) -> Outcome {
    Outcome { complete: true, simulated_until_ms: f64::from(until), ..Outcome::default() }
}

#[test]
fn a_checkpoint_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.checkpoint(checkpoint(10)).unwrap();
    recorder.finish(outcome(1)).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "the checkpoint is in the recording now");
    let (found, rows) = Checkpoint::find(&path, &path).unwrap().unwrap();
    assert_eq!(found, checkpoint(10));
    assert_eq!((rows.spikes, rows.frames), (vec![0, 4], vec![2, 2]));
    let provenance = Recording::open(&path).unwrap().provenance().unwrap().unwrap();
    assert_eq!((provenance.scale, provenance.until_ms, provenance.checkpoint_every_ms), (0.5, 9.0, 2.0));
    assert_eq!(provenance.model_path, "/models/pd14.json");
}

/// Would catch rows that are lost, doubled or kept from beyond the checkpoint.
#[test]
fn a_recording_goes_on_from_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.h5");
    let mut recorder = Recorder::create(&whole, false, header()).unwrap();
    recorder.write_weights(weights("q")).unwrap();
    (0..5).for_each(|number| recorder.write(block(number)).unwrap());
    recorder.finish(outcome(5)).unwrap();

    let path = folder.path().join("cut.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write_weights(weights("q")).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.checkpoint(checkpoint(10)).unwrap();
    recorder.write(block(1)).unwrap();
    recorder.checkpoint(checkpoint(20)).unwrap();
    // Written and flushed, but of a time that the checkpoint does not know.
    recorder.write(block(2)).unwrap();
    let part = recorder.part_path().to_owned();
    drop(recorder);

    let saved = Checkpoint::find(&path, &part).unwrap().unwrap();
    assert_eq!((saved.0.snapshot.step, &saved.1.spikes[..]), (20, &[0, 8][..]));
    // Stopped before its first step, it still can go on.
    let reached = Outcome { simulated_until_ms: 2.0, ..Outcome::default() };
    Recorder::resume(&path, header(), saved.clone()).unwrap().finish(reached).unwrap();
    assert_eq!(Checkpoint::find(&path, &path).unwrap().unwrap(), saved);
    let mut recorder = Recorder::resume(&path, header(), saved).unwrap();
    (2..4).for_each(|number| recorder.write(block(number)).unwrap());
    recorder.checkpoint(checkpoint(40)).unwrap();
    recorder.finish(outcome(4)).unwrap();

    // And once more, from the finished file.
    let saved = Checkpoint::find(&path, &path).unwrap().unwrap();
    assert_eq!(saved.0.snapshot.step, 40);
    let mut recorder = Recorder::resume(&path, header(), saved.clone()).unwrap();
    assert_eq!(
        Recorder::resume(&path, header(), saved).unwrap_err(),
        Error::Busy { path: recorder.part_path().into() }
    );
    recorder.write(block(4)).unwrap();
    recorder.checkpoint(checkpoint(50)).unwrap();
    recorder.finish(outcome(5)).unwrap();
    assert_eq!(Checkpoint::find(&path, &path).unwrap().unwrap().0, checkpoint(50));
    assert_eq!(contents(&path), contents(&whole));
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_recording_that_misses_rows_of_its_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.checkpoint(checkpoint(10)).unwrap();
    recorder.finish(outcome(1)).unwrap();
    let mut saved = Checkpoint::find(&path, &path).unwrap().unwrap();
    saved.1.spikes[1] = 5;
    let text = Recorder::resume(&path, header(), saved.clone()).unwrap_err().to_string();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "the copy is gone");
    assert!(text.contains("/spikes") && text.contains("[4]") && text.contains("5 rows"), "{text}");
    saved.1.spikes.pop();
    assert!(matches!(Recorder::resume(&path, header(), saved), Err(Error::Refused { .. })));
}

/// A new run must not be taken for the one whose checkpoint lies there.
#[test]
fn a_new_recording_removes_an_old_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.checkpoint(checkpoint(10)).unwrap();
    drop(recorder);
    assert!(folder.path().join("run.h5.checkpoint").exists());
    fs::remove_file(folder.path().join("run.h5.part")).unwrap();
    assert!(matches!(Recorder::create(&path, false, header()), Err(Error::Interrupted { .. })), "it may be wanted");
    let mut recorder = Recorder::create(&path, true, header()).unwrap();
    assert!(folder.path().join("run.h5.checkpoint").exists(), "the new run may yet be refused");
    recorder.begin().unwrap();
    assert!(!folder.path().join("run.h5.checkpoint").exists());
    recorder.finish(Outcome::default()).unwrap();
    assert_eq!(Checkpoint::find(&path, &path).unwrap(), None);
}

/// Of an extension that was given up: its checkpoint does not belong to the recording as it was.
#[test]
fn a_checkpoint_beside_a_finished_recording_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.checkpoint(checkpoint(10)).unwrap();
    recorder.finish(outcome(1)).unwrap();
    let saved = Checkpoint::find(&path, &path).unwrap().unwrap();
    let mut recorder = Recorder::resume(&path, header(), saved.clone()).unwrap();
    recorder.write(block(1)).unwrap();
    recorder.checkpoint(checkpoint(20)).unwrap();
    let part = recorder.part_path().to_owned();
    drop(recorder);
    assert_eq!(Checkpoint::find(&path, &part).unwrap().unwrap().0.snapshot.step, 20);
    fs::remove_file(part).unwrap();
    assert_eq!(Checkpoint::find(&path, &path).unwrap().unwrap(), saved);
    let recorder = Recorder::resume(&path, header(), saved).unwrap();
    assert!(!folder.path().join("run.h5.checkpoint").exists());
    recorder.finish(outcome(1)).unwrap();
}
