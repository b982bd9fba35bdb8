//! A run over ranks leaves the file of a run by one process.

use super::{NETWORK, Until, input};
use neuropil_engine::ranks::{Exchange, ExchangeError, Gathered, Local, Rank};
use neuropil_model::Document;
use neuropil_record::Arrays;
use neuropil_session::{Changes, Finished, Input, Session, SessionError, Unwatched, Watch};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The bits of every dataset of numbers in a file.
fn datasets(path: &Path) -> BTreeMap<String, Vec<u64>> {
    let file = Arrays::open(path).unwrap();
    let mut found = BTreeMap::new();
    let mut groups = vec![String::new()];
    while let Some(group) = groups.pop() {
        let place = |name: &String| format!("{group}/{name}");
        let own = if group.is_empty() { "/" } else { &group };
        let sets = file.datasets(own).unwrap();
        groups.extend(file.list(own).unwrap().iter().filter(|name| !sets.contains(name)).map(place));
        for path in sets.iter().map(place) {
            if let Ok((_, values)) = file.f64(&path) {
                found.insert(path, values.into_iter().map(f64::to_bits).collect());
            }
        }
    }
    found
}

/// Runs a session on each of some ranks, which `of` makes.
fn on<W: Watch>(
    ranks: usize,
    of: impl Fn(Option<Rank>) -> (Session, Input) + Sync,
    watch: impl Fn(usize) -> W + Sync,
) -> Vec<Result<Finished, Box<SessionError>>> {
    std::thread::scope(|scope| {
        let spawn = |local: Local| {
            let (of, watch) = (&of, &watch);
            scope.spawn(move || {
                let rank = Rank::new(Box::new(local));
                let (session, input) = of((ranks > 1).then(|| rank.clone()));
                // All have read what they go on from before the first writes.
                assert_eq!(rank.first_trouble(None), Ok(None));
                session.run(input, &watch(rank.rank)).map_err(Box::new)
            })
        };
        let all: Vec<_> = Local::ranks_of(ranks).into_iter().map(spawn).collect();
        all.into_iter().map(|own| own.join().unwrap()).collect()
    })
}

/// Runs an input into a new file.
fn over<W: Watch>(
    (ranks, threads): (usize, u16),
    output: &Path,
    of: impl Fn() -> Input + Sync,
    watch: impl Fn(usize) -> W + Sync,
) -> Vec<Result<Finished, Box<SessionError>>> {
    let session = |rank| {
        let input = of();
        (Session { threads: Some(threads), rank, ..Session::new(&input, output.to_owned()) }, input)
    };
    on(ranks, session, watch)
}

fn folder() -> (tempfile::TempDir, impl Fn(&str) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    (folder, move |name: &str| root.join(name))
}

/// Runs alone and over ranks; all datasets must be equal. Returns those of the run alone.
fn equal(of: impl Fn() -> Input + Sync, ways: &[(usize, u16)]) -> BTreeMap<String, Vec<u64>> {
    let (_folder, path) = folder();
    let alone = of();
    let session = Session { threads: Some(1), ..Session::new(&alone, path("alone.h5")) };
    let one = session.run(alone, &Unwatched).unwrap();
    let expected = datasets(&path("alone.h5"));
    assert!(one.counts.total() > 50, "{} spikes: too few to compare", one.counts.total());
    for &way in ways {
        let output = path(&format!("{}_{}.h5", way.0, way.1));
        for finished in over(way, &output, &of, |_| Unwatched) {
            let finished = finished.unwrap();
            assert!(finished.complete);
            assert_eq!((finished.synapses, finished.events), (one.synapses, one.events), "{way:?}");
            assert_eq!(finished.counts.total(), one.counts.total(), "{way:?}");
        }
        let found = datasets(&output);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{way:?}");
        for (path, values) in &found {
            assert!(*values == expected[path], "{way:?}: {path}");
        }
    }
    expected
}

fn shipped(name: &str, scale_by: &Changes) -> Input {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/networks").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    Input::of(Document::parse(path.to_str().unwrap(), text).unwrap(), scale_by).unwrap()
}

const WAYS: [(usize, u16); 4] = [(2, 1), (2, 2), (3, 1), (4, 2)];

/// Synapses that follow spikes, drawn by target; states, weights of the beginning and in between; edits of every kind that cells and synapses have.
const BUSY: &str = r#"{
    "simulation": {"seed": 5, "duration_ms": 150},
    "populations": {
        "exc": {"cells": 60, "model": "lif_exp"},
        "inh": {"cells": 15, "model": "lif_cond_exp"}
    },
    "projections": [
        {"name": "ee", "from": "exc", "to": "exc", "rule": "fixed_in_degree", "in_degree": 12, "weight_pa": 20, "delay_ms": 1.5,
         "synapse": {"model": "stdp", "w_max": 60}},
        {"name": "ei", "from": "exc", "to": "inh", "rule": "fixed_total_number", "synapses": 300, "weight_ns": 2,
         "delay_ms": {"distribution": "uniform", "low": 0.8, "high": 2}},
        {"name": "ie", "from": "inh", "to": "exc", "rule": "fixed_out_degree", "out_degree": 20, "weight_pa": -60, "delay_ms": 1},
        {"name": "out", "from": "exc", "to": "exc", "rule": "fixed_out_degree", "out_degree": 7, "weight_pa": 15, "delay_ms": 1.1,
         "synapse": {"model": "stdp", "w_max": 40}},
        {"name": "depresses", "from": "exc", "to": "inh", "rule": "fixed_in_degree", "in_degree": 5, "weight_ns": 1, "delay_ms": 1.5,
         "synapse": {"model": "short_term"}}
    ],
    "inputs": [{"name": "drive", "kind": "poisson", "to": "exc", "rate_hz": 15, "in_degree": 100, "weight_pa": 150},
               {"kind": "poisson", "to": "inh", "rate_hz": 15, "in_degree": 100, "weight_ns": 15}],
    "interventions": [
        {"at_ms": 40, "current": {"to": {"population": "exc", "cells": "10:30"}, "amplitude_pa": 200}, "until_ms": 70},
        {"at_ms": 60, "weights": {"projection": "ie", "scale": 0.5}},
        {"at_ms": 90, "silence": "inh", "until_ms": 110},
        {"at_ms": 20, "noise": {"to": {"population": "exc", "cells": "3:50"}, "std_pa": 90, "tau_ms": 4}, "until_ms": 120},
        {"at_ms": 25, "noise": {"to": "exc", "std_pa": 50, "hold_ms": 0.5}},
        {"at_ms": 50, "state": {"of": {"population": "exc", "cells": "20:44"}, "v_m_mv": -55, "i_syn_inh_pa": -20}},
        {"at_ms": 65, "weights": {"projection": "out", "scale": 2, "to": {"population": "exc", "cells": "10:50"}}},
        {"at_ms": 75, "cut": {"projection": "ee", "from": {"population": "exc", "cells": "0:30"}}, "until_ms": 95},
        {"at_ms": 30, "add": {"from": "exc", "to": "inh", "rule": "fixed_out_degree", "out_degree": 3, "weight_ns": 4, "delay_ms": 1.2}, "until_ms": 100}
    ],
    "record": {"states": [{"population": "exc", "variables": "v_m_mv", "cells": 20, "every_ms": 0.5},
                          {"population": "inh", "variables": "v_m_mv", "cells": 15, "every_ms": 2}],
               "weights": ["ee", "ie"], "weights_every_ms": 50}
}"#;

/// Would catch frames and weights that are put together in another order than cells, edits that a rank misses, and rules of wiring that
/// draw otherwise for a share.
#[test]
fn a_busy_network_has_the_file_of_one_process() {
    let found = equal(|| input(BUSY, &Changes::default()).unwrap(), &WAYS);
    let changed = found.iter().find(|(path, _)| path.contains("ee") && path.ends_with("weight"));
    assert!(changed.is_some(), "{:?}", found.keys());
}

#[test]
fn shipped_networks_have_the_files_of_one_process() {
    let changes = |duration_ms| Changes { duration_ms: Some(duration_ms), ..Changes::default() };
    equal(|| shipped("vogels_abbott_2005_cuba.json", &changes(60.0)), &[(3, 1)]);
    equal(|| shipped("vogels_2011.json", &changes(20.0)), &[(2, 2)]);
    equal(|| shipped("cortical_peptides.json", &changes(30.0)), &[(4, 1)]);
    equal(|| shipped("striatal_dopamine.json", &changes(100.0)), &[(2, 2)]);
}

/// Networks that learn, by all carriers; losses, readouts, credit and weights are recorded.
fn learns(carrier: Option<&str>) -> Input {
    let set = |all: &[&str]| all.iter().map(|own| (*own).to_owned()).collect();
    let Some(carrier) = carrier else {
        let set = set(&["learning.apply_every_ms=60", "learning.record_weights_every_ms=120"]);
        return shipped("online_modprop.json", &Changes { duration_ms: Some(300.0), set, ..Changes::default() });
    };
    let kind = format!("learning.carrier.kind={carrier}");
    let set = set(&["learning.apply_every_ms=100", "learning.record_weights_every_ms=200", &kind]);
    shipped("evidence_peptides.json", &Changes { duration_ms: Some(800.0), set, ..Changes::default() })
}

/// Would catch a recording of learning that lacks what other ranks have, and weights in another order than synapses are drawn.
#[test]
fn networks_that_learn_have_the_files_of_one_process() {
    let found = equal(|| learns(None), &WAYS);
    let course = |(path, values): (&String, &Vec<u64>)| path.ends_with("/weight") && values.len() > 1000;
    assert!(found.iter().any(course), "{:?}", found.keys());
    assert!(found["/neuropil/learning/loss"].len() == 5, "{:?}", found.keys());
    for carrier in ["field", "kernel"] {
        equal(|| learns(Some(carrier)), &[(2, 2), (3, 1)]);
    }
}

/// Would catch a state of cells, synapses or spikes under way that is lost or put to the wrong place between ranks.
#[test]
fn runs_go_on_with_other_numbers_of_ranks() {
    goes_on(|| input(BUSY, &Changes::default()).unwrap(), (20.0, 70.0));
    goes_on(|| learns(None), (100.0, 130.0));
    goes_on(|| learns(Some("field")), (150.0, 310.0));
}

/// Cuts runs of several ranks at a time, with checkpoints, and goes on with other numbers of ranks.
fn goes_on(of: impl Fn() -> Input + Sync, (every_ms, cut_ms): (f64, f64)) {
    let (_folder, path) = folder();
    let anew = |name: &str, rank| {
        let input = of();
        let session = Session::new(&input, path(name));
        (Session { checkpoint_every_ms: Some(every_ms), threads: Some(1), rank, ..session }, input)
    };
    on(1, |rank| anew("alone.h5", rank), |_| Unwatched).remove(0).unwrap();
    let expected = datasets(&path("alone.h5"));
    for (first, second) in [(4, 1), (1, 3), (2, 3)] {
        let name = format!("{first}_{second}.h5");
        let cut = on(first, |rank| anew(&name, rank), |_| Until { ms: cut_ms, reached_ms: Mutex::new(0.0) });
        assert!(cut.into_iter().all(|own| !own.unwrap().complete));
        let again = |rank| {
            let (session, input) = Session::resume(&path(&name), None).unwrap();
            (Session { threads: Some(1), rank, ..session }, input)
        };
        assert!(on(second, again, |_| Unwatched).into_iter().all(|own| own.unwrap().complete));
        let found = datasets(&path(&name));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (path, values) in &found {
            assert!(*values == expected[path], "{first} ranks, then {second}: {path}");
        }
    }
}

/// Asks for an end on one rank.
struct Ends(bool);

impl Watch for Ends {
    fn stops(&self) -> bool {
        self.0
    }
}

/// Would catch ranks that go on while one was told to end.
#[test]
fn an_end_on_one_rank_is_one_on_all() {
    let (_folder, path) = folder();
    let of = || input(NETWORK, &Changes::default()).unwrap();
    for finished in over((3, 1), &path("out.h5"), of, |rank| Ends(rank == 2)) {
        let finished = finished.unwrap();
        assert!(!finished.complete && finished.from_to_ms.1 == 0.0);
    }
    assert!(path("out.h5").exists());
}

/// The first rank's words are everyone's; nothing is left. Would catch ranks that wait for one that was refused, and files of runs that
/// never were.
#[test]
fn what_is_refused_is_refused_by_all() {
    let (_folder, path) = folder();
    std::fs::write(path("there.h5"), "mine").unwrap();
    let of = || input(NETWORK, &Changes::default()).unwrap();
    for outcome in over((2, 1), &path("there.h5"), of, |_| Unwatched) {
        let fault = outcome.unwrap_err().to_string();
        assert!(fault.contains("there.h5") && fault.contains("--force"), "{fault}");
    }
    assert_eq!(std::fs::read_to_string(path("there.h5")).unwrap(), "mine");
    let few = NETWORK.replace(r#""seed": 3"#, r#""seed": 3, "blocks": 2"#);
    for outcome in over((3, 1), &path("few.h5"), || input(&few, &Changes::default()).unwrap(), |_| Unwatched) {
        let fault = outcome.unwrap_err().to_string();
        assert!(fault.contains("2 blocks are fewer than the 3 ranks"), "{fault}");
    }
    // Another file on another machine: two networks in one recording, or ranks that wait for ever.
    let output = path("other.h5");
    let of = |rank: Option<Rank>| {
        let is_other = rank.as_ref().is_some_and(|own| own.rank == 1);
        let text = if is_other { NETWORK.replace(r#""seed": 3"#, r#""seed": 4"#) } else { NETWORK.into() };
        let input = input(&text, &Changes::default()).unwrap();
        (Session { rank, ..Session::new(&input, output.clone()) }, input)
    };
    for outcome in on(2, of, |_| Unwatched) {
        let fault = outcome.unwrap_err().to_string();
        assert!(fault.contains("rank 1 reads another model"), "{fault}");
    }
    let names: Vec<_> = std::fs::read_dir(path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["there.h5"]);
}

/// Ends after so many exchanges, as a process that is killed.
struct Dies(Local, u32);

impl Exchange for Dies {
    fn rank(&self) -> usize {
        self.0.rank()
    }

    fn ranks(&self) -> usize {
        self.0.ranks()
    }

    fn all_gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError> {
        self.1 = self.1.checked_sub(1).ok_or(ExchangeError::Gone)?;
        self.0.all_gather(own, all)
    }

    fn gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError> {
        self.0.gather(own, all)
    }
}

/// Would catch a rank that waits for ever, and a recording that is lost because another process died.
#[test]
fn a_rank_that_dies_leaves_the_recording() {
    let (_folder, path) = folder();
    std::thread::scope(|scope| {
        for local in Local::ranks_of(2) {
            let path = &path;
            scope.spawn(move || {
                let input = input(NETWORK, &Changes::default()).unwrap();
                let dies = local.rank() == 1;
                let exchange: Box<dyn Exchange> = if dies { Box::new(Dies(local, 40)) } else { Box::new(local) };
                let rank = Some(Rank::new(exchange));
                let fault =
                    Session { rank, ..Session::new(&input, path("out.h5")) }.run(input, &Unwatched).unwrap_err();
                assert!(fault.to_string().contains("another rank has ended"), "{fault}");
            });
        }
    });
    let found = datasets(&path("out.h5"));
    assert!(found.keys().any(|path| path.starts_with("/spikes")), "{:?}", found.keys());
}
