//! Cells whose equations are all linear are exact: what they do does not depend on the step.

use super::runs::{cells, library};
use crate::ir::Cell;
use crate::machine::{Column, Frame, Machine, Method, Settings};
use neuropil_core::{Stream, StreamKey};

/// When states are compared and arrivals come, ms, and how often.
const COMMON_MS: f64 = 0.5;
const TIMES: u64 = 200;
/// In how many steps it is divided: those of 0.025 to 0.5 ms.
const PARTS: [u64; 5] = [20, 10, 5, 2, 1];

/// Its name, what arrives, the current, and parameters with their values.
type Linear = (&'static str, f64, f64, &'static [(&'static str, f64)]);

/// Linear cells of the library: what arrives at every port and time by chance, what current flows, and time constants that are set alike.
const LINEAR: [Linear; 6] = [
    ("lif_psc_multi", 15.0, 100.0, &[("tau_1", 10.0), ("tau_2", 10.0 + 1e-9), ("tau_3", 0.3)]),
    ("lif_release", 15.0, 100.0, &[("tau_exc", 10.0), ("tau_psc", 5.0), ("tau_rec", 5.0)]),
    ("lif_relative", 15.0, 100.0, &[("tau_exc", 10.0), ("tau_inh", 10.0 - 1e-7)]),
    ("mat2", 20.0, 100.0, &[("tau_exc", 5.0)]),
    ("fly_lif", 1.0, 20.0, &[]),
    ("lif_difference", 0.02, -0.5, &[]),
];

/// Every plane at every common time, where it is divided in so many steps.
fn states(cell: &Cell, weight: f64, current: f64, set: &[(&str, f64)], parts: u64) -> Vec<Vec<f64>> {
    let dt_ms = COMMON_MS / parts as f64;
    let value = |name: &str| set.iter().find(|own| own.0 == name).map(|own| Column::One(own.1));
    let set: Vec<Option<Column>> = cell.parameters.iter().map(|own| value(&own.name.text)).collect();
    let settings = Settings { dt_ms, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    let machine = Machine::<f64>::new(cell, settings, &set, 1, StreamKey::new(1, Stream::Equation, 0));
    let machine = machine.expect("a sound cell");
    let mut planes: Vec<Vec<f64>> = (0..machine.planes()).map(|plane| vec![machine.start(plane, 0)]).collect();
    let held = vec![vec![current]; cell.input_ports.len()];
    let mut found = Vec::new();
    for step in 1..=parts * TIMES {
        let common = step.is_multiple_of(parts);
        let drawn = |port: usize| {
            StreamKey::new(9, Stream::Position, 1).at(u32::try_from(port).unwrap_or(0), step / parts).unit()
        };
        let arrives = |port: usize| if common && drawn(port) < 0.2 { weight } else { 0.0 };
        let mut arrivals: Vec<[f64; 1]> = (0..cell.spike_ports.len()).map(|port| [arrives(port)]).collect();
        let mut fired = [0];
        let sound = machine.advance(&mut Frame {
            planes: &mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            arrivals: &mut arrivals.iter_mut().map(<[f64; 1]>::as_mut_slice).collect::<Vec<_>>(),
            currents: &held.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            fired: &mut fired,
            first_cell: 0,
            lanes: 1,
            step,
        });
        assert!(sound && fired == [0], "{}: nothing fires here", cell.name);
        if common {
            found.push(planes.iter().map(|plane| plane[0]).collect());
        }
    }
    found
}

/// All states at times that all steps have in common, to 1e-9 of a unit, with time constants that are equal and nearly equal. Would catch a
/// propagator of another step, one that divides by the difference of time constants, and arrivals within a step.
#[test]
fn linear_cells_do_not_depend_on_the_step() {
    for (name, weight, current, set) in LINEAR {
        let cell = &cells(&library().join(format!("{name}.nestml")))[0];
        let all = PARTS.map(|parts| states(cell, weight, current, set, parts));
        let [finest, others @ ..] = &all;
        let moved = finest.iter().map(|own| (own[0] - finest[0][0]).abs()).fold(0.0, f64::max);
        assert!(moved > 0.1, "{name}: V moves by {moved}");
        for (own, parts) in others.iter().zip(&PARTS[1..]) {
            let pairs = own.iter().flatten().zip(finest.iter().flatten());
            let far = pairs.fold(0.0_f64, |far, (one, other)| far.max((one - other).abs()));
            assert!(far < 1e-9, "{name}, {parts} steps in {COMMON_MS} ms: {far:e}");
        }
    }
}
