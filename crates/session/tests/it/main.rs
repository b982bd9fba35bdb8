//! A session from outside: who watches it, where it ends, what is left of it.

mod ranks;

use neuropil_model::Document;
use neuropil_record::{Recording, Spikes};
use neuropil_session::{Changes, Input, Kind, Reached, Session, SessionError, Unwatched, Watch};
use std::path::Path;
use std::sync::Mutex;

/// Cells that fire by an input of their own, and reach each other.
const NETWORK: &str = r#"{
    "simulation": {"seed": 3, "duration_ms": 120},
    "populations": {"exc": {"cells": 40, "model": "lif_exp"}, "inh": {"cells": 10, "model": "lif_exp"}},
    "projections": [{"from": ["exc", "inh"], "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.2,
        "weight_pa": 30, "delay_ms": 1.5}],
    "inputs": [{"kind": "poisson", "to": ["exc", "inh"], "rate_hz": 8, "in_degree": 100, "weight_pa": 200}]
}"#;

fn input(text: &str, changes: &Changes) -> Result<Input, Box<SessionError>> {
    let document = Document::parse("network.json", text.to_owned()).expect("sound JSON");
    Input::of(document, changes).map_err(Box::new)
}

fn sound() -> Input {
    input(NETWORK, &Changes::default()).unwrap()
}

fn spikes(path: &Path) -> [Spikes; 2] {
    let recording = Recording::open(path).unwrap();
    ["exc", "inh"].map(|name| recording.spikes(name).unwrap())
}

/// A delay of low passes as long as years, of which every step would be kept, is refused before anything is built or written. Would catch a ring that
/// no reckoning of memory knows, with which the process ended.
#[test]
fn membranes_that_the_memory_does_not_hold_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let of = |delay: &str| {
        let synapse = format!(r#"{{"model": "clopath", "w_max": 60, "delay_u_bars_ms": {delay}}}"#);
        let set = vec![format!("projections.0.synapse={synapse}")];
        let input = input(NETWORK, &Changes { set, ..Changes::default() }).unwrap();
        Session::new(&input, path.clone()).run(input, &Unwatched).map_err(Box::new)
    };
    let Err(fault) = of("1e9") else { panic!("it is refused") };
    let SessionError::Memory { needed, .. } = *fault else { panic!("{fault}") };
    // Four voltages in 10^10 steps, of 50 cells by the projections from each of the two populations.
    assert_eq!(needed, "32.0 TB");
    assert!(!path.exists());
    assert!(of("5").unwrap().complete);
}

/// Ends a run once it has reached a time.
struct Until {
    ms: f64,
    reached_ms: Mutex<f64>,
}

impl Watch for Until {
    fn reached(&self, reached: &Reached) {
        *self.reached_ms.lock().unwrap() = reached.clock.time_ms(reached.step);
    }

    fn stops(&self) -> bool {
        *self.reached_ms.lock().unwrap() >= self.ms
    }
}

/// A run that its watch ends, and that is gone on with from its last checkpoint by another number of threads, has the spikes of
/// one without pause; so has its repetition. Would catch steps that are made twice or left out around a checkpoint, and a seed
/// or a change that the recording does not keep.
#[test]
fn a_run_that_was_ended_goes_on_and_is_repeated_with_the_same_spikes() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, parts, again] = ["whole.h5", "parts.h5", "again.h5"].map(|name| folder.path().join(name));
    let changes = Changes { seed: Some(9), set: vec!["populations.exc.i_e_pa=100".into()], ..Changes::default() };
    let changed = || input(NETWORK, &changes).unwrap();
    let finished = Session::new(&changed(), whole.clone()).run(changed(), &Unwatched).unwrap();
    assert!(finished.complete && finished.from_to_ms == (0.0, 120.0) && finished.counts.total() > 50);
    let session =
        Session { checkpoint_every_ms: Some(25.0), threads: Some(1), ..Session::new(&changed(), parts.clone()) };
    let watch = Until { ms: 40.0, reached_ms: Mutex::new(0.0) };
    let cut = session.run(changed(), &watch).unwrap();
    assert!(!cut.complete && cut.has_checkpoint && cut.from_to_ms.1 >= 40.0 && cut.from_to_ms.1 < 120.0);
    let (session, own) = Session::resume(&parts, None).unwrap();
    let rest = Session { threads: Some(2), ..session }.run(own, &Unwatched).unwrap();
    assert!(rest.complete && rest.from_to_ms == (cut.from_to_ms.1, 120.0));
    assert_eq!(spikes(&parts), spikes(&whole));
    assert_eq!(cut.counts.total() + rest.counts.total(), finished.counts.total());
    let (session, own) = Session::again(&parts).unwrap();
    Session { output: again.clone(), ..session }.run(own, &Unwatched).unwrap();
    assert_eq!(spikes(&again), spikes(&whole));
    assert_ne!(spikes(&whole)[0].times_ms, {
        let other = folder.path().join("other.h5");
        Session::new(&sound(), other.clone()).run(sound(), &Unwatched).unwrap();
        spikes(&other)[0].times_ms.clone()
    });
}

/// What exists is left as it is, and whoever is at fault is told: output that exists, a recording that has reached its end, one
/// that cannot go on.
#[test]
fn what_exists_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let session = Session::new(&sound(), path.clone());
    session.run(sound(), &Unwatched).unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = session.run(sound(), &Unwatched).unwrap_err();
    assert_eq!((refused.kind(), std::fs::read(&path).unwrap()), (Kind::Output, before));
    let Err(refused) = Session::resume(&path, Some(200.0)) else { panic!("there is no checkpoint") };
    assert!(refused.kind() == Kind::Input && refused.to_string().contains("holds no checkpoint"), "{refused}");
    let session = Session { force: true, checkpoint_every_ms: Some(60.0), ..session };
    session.run(sound(), &Unwatched).unwrap();
    let Err(refused) = Session::resume(&path, None) else { panic!("it has reached its end") };
    assert!(refused.to_string().contains("has reached 120 ms already"), "{refused}");
    let (further, own) = Session::resume(&path, Some(150.0)).unwrap();
    assert_eq!(further.run(own, &Unwatched).unwrap().from_to_ms, (120.0, 150.0));
}

/// Faults of an input are told before a file is claimed, and a network that cannot be built leaves none behind.
#[test]
fn a_refused_input_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("populations.exc.tau_m=3", "unknown field `tau_m`"),
        ("simulation.dt_ms=0", "must be > 0"),
        ("nowhere.cells=3", "nowhere"),
    ];
    for (set, expected) in cases {
        let changes = Changes { set: vec![set.into()], ..Changes::default() };
        let Err(refused) = input(NETWORK, &changes) else { panic!("{set} was taken") };
        assert!(refused.kind() == Kind::Input && refused.to_string().contains(expected), "{set}: {refused}");
    }
    let twice = Changes { seed: Some(1), set: vec!["simulation.seed=2".into()], ..Changes::default() };
    let refused = input(NETWORK, &twice).err().map(|fault| fault.to_string()).unwrap_or_default();
    assert!(refused.contains("--seed") && refused.contains("one of the two"), "{refused}");
    let path = folder.path().join("a.h5");
    let impossible =
        NETWORK.replace(r#""fixed_probability", "probability": 0.2"#, r#""fixed_in_degree", "in_degree": 1000"#);
    let own = || input(&impossible, &Changes::default()).unwrap();
    let refused = Session::new(&own(), path).run(own(), &Unwatched).unwrap_err();
    assert_eq!(refused.kind(), Kind::Input, "{refused}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{refused}");
}
