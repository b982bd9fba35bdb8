//! Cells from files run: those of models/cells, and the published ones of the folder that `NEUROPIL_NESTML_MODELS` names.

use crate::function::exp;
use crate::machine::{Column, Frame, Machine, Method, Settings};
use crate::{Cell, Role, read};
use neuropil_core::{Stream, StreamKey};
use std::path::{Path, PathBuf};

const AUTO: Method = Method::Auto { tolerance: 1e-5 };

pub(super) fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/cells")
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder that can be read").flatten();
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    all.retain(|path| path.extension().is_some_and(|extension| extension == "nestml"));
    all.sort();
    all
}

pub(super) fn cells(file: &Path) -> Vec<Cell> {
    let text = std::fs::read_to_string(file).expect("a text");
    read(&text, Some(Role::Cell)).expect("a sound file").cells
}

fn machine(cell: &Cell, method: Method, set: &[Option<Column>], cells: usize) -> Machine<f64> {
    let settings = Settings { dt_ms: 0.1, method, timers_on_grid: true };
    Machine::new(cell, settings, set, cells, StreamKey::new(3, Stream::Equation, 0)).expect("sound cells")
}

/// What some cells did under a current (that of cell i, by `current`) and arrivals of `weight` at every port in turn.
struct Outcome {
    spikes: Vec<Vec<u64>>,
    /// The first plane of the first cell, by step.
    membrane: Vec<f64>,
    /// The first step after which the state was not finite.
    broken: Option<u64>,
    unmet: u64,
}

fn run(machine: &Machine<f64>, cells: usize, steps: u64, weight: f64, current: impl Fn(usize) -> f64) -> Outcome {
    let plane = |plane| (0..cells).map(|cell| machine.start(plane, cell)).collect();
    let mut planes: Vec<Vec<f64>> = (0..machine.planes()).map(plane).collect();
    let ports = machine.model().spike_ports.len();
    let mut fired = vec![0; cells];
    let mut outcome = Outcome { spikes: vec![Vec::new(); cells], membrane: Vec::new(), broken: None, unmet: 0 };
    let held: Vec<f64> = (0..cells).map(current).collect();
    let held = vec![held.as_slice(); machine.model().input_ports.len()];
    for step in 1..=steps {
        let port_of = usize::try_from(step / 37).expect("few") % ports.max(1);
        let arrives = |port: usize| if step % 37 == 0 && port == port_of { weight } else { 0.0 };
        let mut arrivals: Vec<Vec<f64>> = (0..ports).map(|port| vec![arrives(port); cells]).collect();
        let sound = machine.advance(&mut Frame {
            planes: &mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            arrivals: &mut arrivals.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            currents: &held,
            fired: &mut fired,
            first_cell: 0,
            lanes: 1,
            step,
        });
        if !sound {
            outcome.broken = Some(step);
            break;
        }
        outcome.membrane.push(planes[0][0]);
        let fired = fired.iter().zip(&mut outcome.spikes).filter(|(fired, _)| **fired == 1);
        fired.for_each(|(_, spikes)| spikes.push(step));
    }
    outcome.unmet = machine.unmet();
    outcome
}

/// Would catch a cell that is no longer read, that has become silent, or whose state grows without bound.
#[test]
fn every_cell_of_the_library_fires_and_stays_finite() {
    let mut seen = 0;
    for file in files(&library()) {
        for cell in cells(&file) {
            // From no current to one that makes every cell of some hundred pF fire; Izhikevich's without units count currents
            // by 10, those of Hill & Tononi are mV, those of Litwin-Kumar & Doiron thresholds.
            let strongest = match cell.name.as_str() {
                "izhikevich" | "izhikevich_2003" | "izhikevich_excitatory" | "izhikevich_inhibitory" => 20.0,
                "hill_tononi" => 50.0,
                "lif_difference" => 2.0,
                // 85 nS are open at rest.
                "hh_destexhe" => 3000.0,
                // It adapts within a few spikes.
                "adex_clopath" => 2000.0,
                _ => 1000.0,
            };
            let own = machine(&cell, AUTO, &vec![None; cell.parameters.len()], 8);
            let outcome = run(&own, 8, 5000, 1.0, |cell| strongest * cell as f64 / 7.0);
            assert_eq!(outcome.broken, None, "{}", cell.name);
            let rates: Vec<usize> = outcome.spikes.iter().map(Vec::len).collect();
            assert!(rates[7] > 5 && rates[0] < rates[7], "{}: {rates:?} spikes by current", cell.name);
            seen += 1;
        }
    }
    assert_eq!(seen, 39, "cells in the library");
}

/// The slopes of V, h, n of Wang & Buzsáki (1996), as in the paper: per cm², V in mV, I in µA/cm².
fn wang_buzsaki(state: [f64; 3], current: f64) -> [f64; 3] {
    let [v, h, n] = state;
    let (alpha_m, beta_m) = (-0.1 * (v + 35.0) / (exp(-0.1 * (v + 35.0)) - 1.0), 4.0 * exp(-(v + 60.0) / 18.0));
    let (alpha_h, beta_h) = (0.07 * exp(-(v + 58.0) / 20.0), 1.0 / (exp(-0.1 * (v + 28.0)) + 1.0));
    let (alpha_n, beta_n) = (-0.01 * (v + 34.0) / (exp(-0.1 * (v + 34.0)) - 1.0), 0.125 * exp(-(v + 44.0) / 80.0));
    let m = alpha_m / (alpha_m + beta_m);
    let ionic = 35.0 * m * m * m * h * (v - 55.0) + 9.0 * n * n * n * n * (v + 90.0) + 0.1 * (v + 65.0);
    [current - ionic, 5.0 * (alpha_h * (1.0 - h) - beta_h * h), 5.0 * (alpha_n * (1.0 - n) - beta_n * n)]
}

/// The file against the paper's equations, integrated here with 64 parts a step: V to 1e-6 mV over a train of spikes, and
/// each spike at the maximum of V.
#[test]
fn wang_buzsaki_is_that_of_the_paper() {
    let cell = &cells(&library().join("wang_buzsaki.nestml"))[0];
    let own = machine(cell, Method::RungeKutta { substeps: 64 }, &vec![None; cell.parameters.len()], 1);
    // 1 µA/cm² of a cell of 100 pF is 100 pA.
    let outcome = run(&own, 1, 1000, 0.0, |_| 100.0);
    let start = |plane| own.start(plane, 0);
    let place = |name: &str| cell.states.iter().position(|state| state.name.text == name).expect("a state");
    let mut state = [start(0), start(place("h_Na")), start(place("n_K"))];
    let h = 0.1 / 64.0;
    let mut before = state[0];
    let mut spikes = Vec::new();
    for step in 1..=1000 {
        for _ in 0..64 {
            let moved = |slopes: [f64; 3], by: f64| [0, 1, 2].map(|i: usize| state[i] + by * slopes[i]);
            let k1 = wang_buzsaki(state, 1.0);
            let k2 = wang_buzsaki(moved(k1, h / 2.0), 1.0);
            let k3 = wang_buzsaki(moved(k2, h / 2.0), 1.0);
            let k4 = wang_buzsaki(moved(k3, h), 1.0);
            state = [0, 1, 2].map(|i: usize| state[i] + h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]));
        }
        let found = outcome.membrane[step - 1];
        assert!((found - state[0]).abs() < 1e-6, "step {step}: {found}, not {}", state[0]);
        let last = spikes.last().copied().unwrap_or(0);
        if state[0] >= 0.0 && before > state[0] && (last == 0 || step - last > 21) {
            spikes.push(step);
        }
        before = state[0];
    }
    let spikes: Vec<u64> = spikes.into_iter().map(|step| step as u64).collect();
    assert_eq!(outcome.spikes[0], spikes);
    assert!(spikes.len() >= 4, "about 60 Hz: {spikes:?}");
}

/// A threshold reached from below at the same place by all solvers: as many spikes, each within a step.
#[test]
fn solvers_agree_on_spikes() {
    for name in ["hh_traub_miles", "wang_buzsaki", "lif_cond_alpha"] {
        let cell = &cells(&library().join(format!("{name}.nestml")))[0];
        let methods = [AUTO, Method::RungeKutta { substeps: 8 }, Method::RungeKutta { substeps: 16 }];
        let trains = methods.map(|method| {
            let own = machine(cell, method, &vec![None; cell.parameters.len()], 1);
            run(&own, 1, 3000, 5.0, |_| 400.0).spikes.remove(0)
        });
        for train in &trains {
            assert_eq!(train.len(), trains[2].len(), "{name}");
            assert!(train.iter().zip(&trains[2]).all(|(one, other)| one.abs_diff(*other) <= 1), "{name}: {trains:?}");
        }
    }
}

/// x' = cos(t) x from 1 is exp(sin t): `t` evolves within a step, in every part and stage.
#[test]
fn equations_that_read_the_time_see_it_move() {
    let text = "
model driven:
    state:
        x real = 1
    equations:
        x' = cos(t / ms) * x / ms
    output:
        spike
    update:
        integrate_odes()
    onCondition(x > 1e9):
        emit_spike()
";
    let cell = &read(text, Some(Role::Cell)).expect("a sound text").cells[0];
    // Errors of the method, with room of two; a time that stands still within a step is wrong by 0.05.
    let bounds = [
        (Method::RungeKutta { substeps: 1 }, 5e-6),
        (Method::RungeKutta { substeps: 4 }, 2e-8),
        (Method::Auto { tolerance: 1e-9 }, 1e-7),
    ];
    for (method, bound) in bounds {
        let outcome = run(&machine(cell, method, &[], 1), 1, 500, 0.0, |_| 0.0);
        for (step, found) in outcome.membrane.iter().enumerate() {
            let expected = (0.1 * (step + 1) as f64).sin().exp();
            assert!((found - expected).abs() < bound, "{method:?}, step {step}: {found}, not {expected}");
        }
    }
}

/// Would catch a construct of a published model that the machine does not take.
#[test]
fn published_cells_run() {
    let Ok(folder) = std::env::var("NEUROPIL_NESTML_MODELS") else {
        return;
    };
    let mut broken = Vec::new();
    for file in files(&Path::new(&folder).join("neurons")) {
        for cell in cells(&file) {
            let own = machine(&cell, AUTO, &vec![None; cell.parameters.len()], 70);
            let outcome = run(&own, 70, 1000, 2.0, |cell| 10.0 * cell as f64);
            if let Some(step) = outcome.broken {
                broken.push(format!("{} is not finite in step {step}", cell.name));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
