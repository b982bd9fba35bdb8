//! Credit that is carried: recorded readouts, taps, what is watched, and what is refused.

use neuropil_engine::carrier::Spread;
use neuropil_model::Document;
use neuropil_plasticity::rule::rule;
use neuropil_record::Table;
use neuropil_train::stages::Trials;
use neuropil_train::{Setup, TrainError, Trainer};
use std::path::{Path, PathBuf};

fn tasks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tasks")
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

/// Errors are made of a recorded readout as the loop makes them of its own, to the bit; of another one they are by hand: w
/// (softmax − one), or w (y − y*). Would catch a share of the batch, or a weight, that is missing.
#[test]
fn a_recorded_readout_is_judged_as_that_of_the_cells() {
    for (file, changes, last) in
        [("mini_evidence.json", &[][..], 50), ("pattern_generation.json", &["cells.count=20"], 1000)]
    {
        let setup = decode(file, &[&SHORT, changes].concat()).unwrap();
        let simulated = trainer(&setup, "eprop").next_trials().unwrap();
        let read = |tables: &[Table]| Trials::read(&setup, 3, tables, "s.h5");
        let mut tables = simulated.tables();
        tables.retain(|own| !["err", "emission"].contains(&own.object.as_str()));
        let found = read(&tables).unwrap();
        for name in ["bptt", "eprop", "modprop_type"] {
            let of = |trials: &Trials| trials.gradient(&setup, rule(name).unwrap()).unwrap();
            assert_eq!(of(&found), of(&simulated), "{file} {name}");
        }
        let at = |tables: &[Table], name: &str| tables.iter().position(|own| own.object == name).unwrap();
        let place = at(&tables, "y");
        for (index, value) in tables[place].values.iter_mut().enumerate() {
            *value = 0.5 * *value + (index as f64).sin();
        }
        let [trials, steps, outputs] = tables[place].shape[..] else { panic!("{:?}", tables[place].shape) };
        let other = read(&tables).unwrap().tables();
        let err = &other[at(&other, "err")].values;
        let asked = |name: &str| tables.iter().find(|own| own.object == name).map(|own| &own.values);
        for (row, y) in tables[place].values.chunks(outputs).enumerate() {
            let (trial, step) = (row / steps, row % steps);
            let weight = match last {
                50 if step < steps - 50 => 0.0,
                50 => 1.0 / 50.0,
                _ => 1.0,
            } / trials as f64;
            let sum: f64 = y.iter().map(|y| y.exp()).sum();
            for k in 0..outputs {
                let apart = match (asked("labels"), asked("targets")) {
                    (Some(labels), None) => y[k].exp() / sum - f64::from(u8::from(labels[trial] == k as f64)),
                    (None, Some(targets)) => y[k] - targets[row * outputs + k],
                    _ => panic!("{file}: either labels or targets"),
                };
                let found = err[row * outputs + k];
                assert!((found - weight * apart).abs() < 1e-15, "{file} row {row}: {found}, {}", weight * apart);
            }
        }
        let told = |tables: &[Table], words: &[&str]| {
            let message = read(tables).unwrap_err().to_string();
            assert!(words.iter().all(|word| message.contains(word)), "{message}");
        };
        let mut cut = tables.clone();
        cut[place].shape[2] += 1;
        told(
            &cut,
            &[
                "s.h5",
                ": y",
                &format!("[{trials}, {steps}, {}]", outputs + 1),
                &format!("[{trials}, {steps}, {outputs}]"),
            ],
        );
        cut = tables.clone();
        cut.retain(|own| own.object != "y");
        told(&cut, &["s.h5", "err", "`y`", "labels"]);
        cut = tables.clone();
        cut.retain(|own| !["labels", "targets"].contains(&own.object.as_str()));
        told(&cut, &[if last == 50 { "labels" } else { "targets" }, "nothing"]);
        if let Some(labels) = tables.iter().position(|own| own.object == "labels") {
            tables[labels].values[1] = 2.0;
            told(&tables, &["labels", "2 of trial 1", "a class from 0 to 1"]);
        }
    }
}

/// Taps of the slowest modes, and of the way through the tissue, are other gradients of the rules of S lags, and of no others.
#[test]
fn taps_may_be_modal_or_of_the_tissue() {
    let lags = r#"training.lags=30"#;
    let modal = |modes: u32| format!(r#"training.taps={{"kind":"modal","modes":{modes}}}"#);
    let of = |taps: &str, name: &str| closed(&setup(&[lags, taps]), name, 1);
    let whole = r#"training.taps={"kind":"whole"}"#;
    let chain = r#"training.taps={"kind":"chain"}"#;
    let of_whole = of(whole, "modprop_type_S");
    assert_eq!(of_whole.to_bits(), closed(&setup(&[lags]), "modprop_type_S", 1).to_bits());
    assert!((of(&modal(50), "modprop_type_S") - of_whole).abs() < 1e-9 * of_whole);
    for taps in [chain, &modal(1)] {
        for name in ["modprop_type_S", "modprop_type_S+field"] {
            assert!((of(taps, name) - of(whole, name)).abs() > 1e-6 * of_whole, "{taps} {name}");
        }
        assert_eq!(of(taps, "modprop_type").to_bits(), of(whole, "modprop_type").to_bits());
    }
    let told = |changes: &[&str], words: &[&str]| {
        let message = match decode("mini_evidence.json", changes) {
            Err(fault) => fault.to_string(),
            Ok(setup) => Trainer::new(&setup, rule("modprop_type_S").unwrap(), 1).err().unwrap().to_string(),
        };
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    told(&[r#"training.taps={"kind":"modes"}"#], &["training.taps.kind", "whole, modal, chain"]);
    told(&[r#"training.taps={"kind":"modal"}"#], &["training.taps", "`modes` is missing"]);
    told(&[&modal(0)], &["training.taps.modes", "found 0"]);
    told(&[r#"training.taps={"kind":"chain","modes":2}"#], &["training.taps.modes"]);
    told(&[chain, lags, "carrier.time_scale=0.1"], &["carrier", "time_scale", "30 lags"]);
    let bare = std::fs::read_to_string(tasks().join("pattern_generation.json")).unwrap();
    let mut document = Document::parse("bare.json", bare).unwrap();
    document.set(chain).unwrap();
    let fault = Setup::decode(&document, &tasks()).err().unwrap().to_string();
    assert!(fault.contains("training.taps") && fault.contains("`carrier`"), "{fault}");
}

/// A watched trial of a carried rule has what came back through the tissue: where hardly anything arrives that is 0, and
/// modulators are those of the stages, of the chosen cells.
#[test]
fn trials_of_carried_rules_are_watched() {
    let record = r#"record={"trial_every": 1, "cells": [4, 30], "synapses": [[30, 4]]}"#;
    let of = |change: &str| {
        let setup = setup(&[record, change, "training.batch=2"]);
        let mut own = trainer(&setup, "modprop_type+field");
        let mut trials = own.next_trials().unwrap();
        trials.carry(&setup.chemical(Spread::Field, 3).unwrap()).unwrap();
        own.advance().unwrap();
        let tables = own.record().tables;
        let get = move |name: &str| tables.iter().find(|own| own.object == name).unwrap().clone();
        let staged = trials.tables().into_iter().find(|own| own.object == "modulators/m").unwrap();
        (get("trials/update_0/modulator"), get("trials/update_0/returned_credit"), staged)
    };
    let (found, returned, staged) = of("carrier.step_ms=5");
    let [trials, steps, classes, cells] = staged.shape[..] else { panic!("{:?}", staged.shape) };
    assert_eq!((trials, &found.shape[..]), (2, &[steps, classes, 2][..]));
    for (place, value) in found.values.iter().enumerate() {
        let (step, class, own) = (place / (2 * classes), place / 2 % classes, [4, 30][place % 2]);
        assert_eq!(value.to_bits(), staged.values[(step * classes + class) * cells + own].to_bits());
    }
    let largest = |table: &Table| table.values.iter().fold(0.0_f64, |most, own| most.max(own.abs()));
    let (_, slow, _) = of("carrier.time_scale=0.001");
    assert!(largest(&returned) > 0.0 && largest(&slow) < 1e-4 * largest(&returned));
}

/// Faults are told with the field that is wrong, before anything runs.
#[test]
fn bad_fields_are_named() {
    let told = |changes: &[&str], words: &[&str]| {
        let Err(fault) = decode("mini_evidence.json", changes) else { panic!("{changes:?} was taken") };
        let message = fault.to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    told(
        &[r#"carrier={"kind":"field"}"#],
        &["positions", "box_um", "voxels", "diffusivity_um2_per_ms", "loss_per_ms", "missing"],
    );
    told(&["carrier={}"], &["carrier", "`kind` is missing"]);
    told(&["carrier.kind=feild"], &["carrier.kind", "feild", "ideal, kernel, field", "did you mean `field`"]);
    told(&["carrier.loss_per_ms=0"], &["carrier.loss_per_ms", "change"]);
    told(&["carrier.loss_per_ms=-1"], &["carrier.loss_per_ms", "-1"]);
    told(&["carrier.voxels=[5,5]"], &["carrier.voxels", "3 whole numbers"]);
    told(&["carrier.step_ms=2.5"], &["carrier.step_ms", "2.5", "whole steps"]);
    told(&["carrier.hold_back_ms=0.3"], &["carrier.hold_back_ms"]);
    told(&["carrier.box_um=[80,80,20]"], &["carrier", "outside"]);
    told(&[r#"carrier.positions={"shape":"list","points_um":[[1,2,3],[4,5,6]]}"#], &["carrier.positions", "2", "50"]);
    told(&[r#"carrier.receptors={"kind":"binding","k_d_nm":1}"#], &["carrier.receptors", "nm_per_credit"]);
    told(&[r#"carrier.receptors={"kind":"linear","report":"change"}"#], &["carrier.receptors.report", "lost"]);
    told(&[r#"carrier.signed={"kind":"baseline","credit":0}"#], &["carrier.signed.credit", "> 0"]);
    told(&["carrier.messenger_tau_ms=[10,0]"], &["carrier.messenger_tau_ms"]);
    told(&["carrier.diffusivity=1"], &["carrier.diffusivity", "diffusivity_um2_per_ms"]);
    told(&["cells.types_per_sign=11"], &["cells.types_per_sign", "11", "10"]);
    let setup = decode("small_delayed_xor.json", &[]).unwrap();
    let fault = Trainer::new(&setup, rule("modprop_type+field").unwrap(), 1).err().unwrap().to_string();
    assert!(
        ["small_delayed_xor.json", "modprop_type+field", "`carrier`"].iter().all(|word| fault.contains(word)),
        "{fault}"
    );
}

/// Files whose tables do not fit the task are refused by table, and lose nothing.
#[test]
fn trials_of_other_populations_are_refused() {
    let setup = setup(&[]);
    let tables = trainer(&setup, "eprop").next_trials().unwrap().tables();
    let told = |change: &dyn Fn(&mut Vec<Table>), words: &[&str]| {
        let mut tables = tables.clone();
        change(&mut tables);
        let message = Trials::read(&setup, 3, &tables, "s.h5").unwrap_err().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    let of = |tables: &mut Vec<Table>, name: &str| tables.iter().position(|own| own.object == name).unwrap();
    told(&|all| all.retain(|own| own.object != "psi"), &["s.h5", "psi", "nothing"]);
    told(
        &|all| {
            let place = of(all, "psi");
            all[place].shape = vec![20, 550, 49];
            all[place].values.truncate(20 * 550 * 49);
        },
        &["psi", "[20, 550, 49]", "[20, 550, 50]"],
    );
    told(
        &|all| {
            let place = of(all, "z");
            all[place].shape = vec![20, 500, 50];
            all[place].values.truncate(20 * 500 * 50);
        },
        &["z", "500", "550"],
    );
    told(
        &|all| {
            let place = of(all, "err");
            all[place].values[7] = f64::NAN;
        },
        &["err", "7", "NaN"],
    );
}
