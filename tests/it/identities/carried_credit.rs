//! What a task learns by carried credit, through its file, its stages and its loop.

use neuropil::engine::carrier::Spread;
use neuropil::model::Document;
use neuropil::plasticity::Gradient;
use neuropil::plasticity::optimizer::norm;
use neuropil::plasticity::rule::rule;
use neuropil::record::TrialFile;
use neuropil::train::stages::Trials;
use neuropil::train::{Setup, TrainError, Trainer};
use std::path::{Path, PathBuf};

fn tasks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tasks")
}

fn decode(name: &str, changes: &[&str]) -> Result<Setup, TrainError> {
    let text = std::fs::read_to_string(tasks().join(name)).unwrap();
    let mut document = Document::parse(name, text).unwrap();
    changes.iter().for_each(|change| document.set(change).unwrap());
    Setup::decode(&document, &tasks())
}

const SHORT: [&str; 3] = ["training.updates=1", "training.batch=20", "training.evaluate_every=1"];

fn setup(changes: &[&str]) -> Setup {
    decode("mini_evidence.json", &[&SHORT, changes].concat()).unwrap()
}

fn trainer<'s>(setup: &'s Setup, name: &str) -> Trainer<'s> {
    Trainer::new(setup, rule(name).unwrap(), 3).unwrap()
}

/// |g| of the first update in a closed loop.
fn closed(setup: &Setup, name: &str, threads: usize) -> f64 {
    let mut trainer = trainer(setup, name).with_threads(threads);
    trainer.advance().unwrap().evaluation.unwrap().gradient_norm
}

/// Trials, carried and credited in stages through files, give the bits of the loop, for every carrier and any number of
/// threads; rules without a carrier do not see that there was one.
#[test]
fn stages_are_the_closed_loop() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(&["carrier.hold_back_ms=5", "carrier.messenger_tau_ms=[2000]"]);
    let through = |trials: &Trials, name: &str| {
        let path = folder.path().join(name);
        let file = TrialFile { task: setup.json.clone(), seed: 3, command: String::new(), tables: trials.tables() };
        file.write(&path, true).unwrap();
        let file = TrialFile::read(&path).unwrap();
        let found = Trials::read(&setup, file.seed, &file.tables, name).unwrap();
        assert_eq!(found, *trials);
        found
    };
    let simulated = through(&trainer(&setup, "eprop").next_trials().unwrap(), "s.h5");
    for (spread, rules) in [
        (Spread::Field, ["modprop_type+field", "mdgl_type_all+field"]),
        (Spread::Kernel, ["modprop_type+kernel", "mdgl_type_all+kernel"]),
    ] {
        let mut trials = simulated.clone();
        trials.carry(&setup.chemical(spread, 3).unwrap()).unwrap();
        let carried = through(&trials, "d.h5");
        for name in rules.into_iter().chain(["modprop_type", "eprop", "bptt"]) {
            let staged = norm(&carried.gradient(&setup, rule(name).unwrap()).unwrap());
            for threads in [1, 3] {
                assert_eq!(staged.to_bits(), closed(&setup, name, threads).to_bits(), "{name} {threads}");
            }
        }
    }
    let fault = simulated.gradient(&setup, rule("modprop_type+field").unwrap()).unwrap_err().to_string();
    assert!(fault.contains("modprop_type+field") && fault.contains("diffuse"), "{fault}");
}

/// Where nothing arrives within a trial the rule is e-prop, and where it does it is not.
#[test]
fn slow_tissue_leaves_eprop() {
    let of = |changes: &[&str], name: &str| -> Gradient {
        let setup = setup(changes);
        let mut trials = trainer(&setup, "eprop").next_trials().unwrap();
        trials.carry(&setup.chemical(Spread::Field, 3).unwrap()).unwrap();
        trials.gradient(&setup, rule(name).unwrap()).unwrap()
    };
    let off = |changes: &[&str]| {
        let (found, eprop) = (of(changes, "modprop_type+field"), of(changes, "eprop"));
        let apart = found.w_rec.values().iter().zip(eprop.w_rec.values()).map(|(a, b)| (a - b).abs());
        apart.fold(0.0, f64::max) / norm(&eprop)
    };
    assert!(off(&["carrier.time_scale=0.001"]) < 1e-5);
    assert!(off(&[]) > 1e-3);
}
