//! Derivatives of whole steps: against central differences, over every cell of the library, of the published ones of the
//! folder that `NEUROPIL_NESTML_MODELS` names, and every method.

use super::runs::{cells, files, library};
use crate::graph::{Binary, Node};
use crate::ir::{Kind, Takes};
use crate::machine::{Column, Derivative, Frame, Machine, Method, Quantity, Settings, Source};
use crate::spike::{Firing, Threshold};
use crate::{Cell, NodeId};
use neuropil_core::{Stream, StreamKey};
use std::path::Path;

/// A number in [0, 1) of a place and step.
fn noise(place: usize, step: usize) -> f64 {
    let mut x = (place as u64) << 32 ^ step as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..3 {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x ^= x >> 27;
    }
    (x >> 11) as f64 / (1u64 << 53) as f64
}

/// The derivative of all that a step does, conditions as well: what is "tested" is the sum of all that evolves.
fn whole(cell: &Cell, machine: &Machine<f64>) -> Derivative {
    let mut own = cell.clone();
    let mut all: Vec<Node> = Vec::new();
    for (place, state) in (0..).zip(&own.states) {
        if state.kind == Kind::Real && state.timer.is_none() {
            all.push(Node::State(place));
        }
    }
    for (block, convolution) in (0..).zip(&own.convolutions) {
        let components = (0..).zip(&convolution.start);
        all.extend(components.map(|(component, _)| Node::Convolution { block, component }));
    }
    let nodes: Vec<NodeId> = all.into_iter().map(|leaf| own.graph.add(leaf)).collect();
    let distance = nodes.into_iter().reduce(|a, b| own.graph.binary(Binary::Add, a, b)).expect("a cell has state");
    let firing = Firing {
        condition: None,
        line: 1,
        distance,
        threshold: Threshold::InDistance,
        width: None,
        gates: Vec::new(),
        membrane: Vec::new(),
        runaway: None,
        graded: true,
        linear: false,
    };
    machine.derivative_of(own, firing, None).expect("a derivative")
}

/// One cell: its planes, and what a step makes of them.
struct Probe<'d> {
    own: &'d Derivative,
    planes: usize,
    ports: usize,
    inputs: usize,
}

impl Probe<'_> {
    /// The planes after a step, and the outputs.
    fn step(&self, state: &[f64], arriving: &[f64], current: f64, step: u64) -> Option<(Vec<f64>, Vec<f64>)> {
        let mut all: Vec<f64> = state.to_vec();
        all.resize(self.planes + self.own.outputs(), 0.0);
        let mut arrivals = arriving.to_vec();
        let held = [current];
        let held = vec![&held[..]; self.inputs];
        let mut fired = [0];
        let sound = self.own.advance(&mut Frame {
            planes: &mut all.chunks_exact_mut(1).collect::<Vec<_>>(),
            arrivals: &mut arrivals.chunks_exact_mut(1).collect::<Vec<_>>(),
            currents: &held,
            fired: &mut fired,
            first_cell: 0,
            lanes: 1,
            step,
        });
        let outputs = all.split_off(self.planes);
        debug_assert_eq!(arrivals.len(), self.ports);
        sound.then_some((all, outputs))
    }
}

/// What went wrong first, and how many directions could be compared.
struct Compared {
    worst: f64,
    told: String,
    /// Steps.
    good: usize,
    torn: usize,
}

/// Follows a cell for 200 steps; in each a random direction in its state and its arrivals.
fn compare(cell: &Cell, own: &Derivative, mut state: Vec<f64>) -> Compared {
    let planes = cell.states.len() + cell.convolutions.iter().map(|own| own.start.len()).sum::<usize>();
    let ports = cell.spike_ports.len();
    let probe = Probe { own, planes, ports, inputs: cell.input_ports.len() };
    let strongest = if cell.name.starts_with("izhikevich") { 8.0 } else { 400.0 };
    let mut found = Compared { worst: 0.0, told: String::new(), good: 0, torn: 0 };
    for (at, step) in (1..=200).zip(1..) {
        let arriving: Vec<f64> =
            (0..ports).map(|port| if noise(port, at) < 0.3 { 2.0 * noise(100 + port, at) } else { 0.1 }).collect();
        let current = strongest * noise(300, at / 20);
        let Some((after, outputs)) = probe.step(&state, &arriving, current, step) else {
            found.told = format!("step {step}: not finite");
            found.worst = f64::INFINITY;
            return found;
        };
        // A direction, of a size that suits each variable.
        let size = |plane: usize| 0.02 * state[plane].abs() + 1e-3;
        let along: Vec<f64> =
            own.variables().iter().map(|plane| (noise(400 + plane, at) - 0.5) * size(*plane)).collect();
        let arrived: Vec<f64> = (0..ports).map(|port| noise(500 + port, at) - 0.5).collect();
        let mut exact = vec![0.0; along.len()];
        let mut sizes = vec![0.0; along.len()];
        let numbers = own.fixed(0);
        for entry in own.entries() {
            let value = match entry.source {
                Source::Fixed(place) => numbers[place],
                Source::Output(place) => outputs[place],
            };
            let (to, term) = match entry.quantity {
                Quantity::Transition { to, from } => (to, value * along[from]),
                Quantity::Arrival { to, port } => {
                    let of_size = cell.spike_ports[port].takes == Takes::Inhibitory;
                    (to, value * if of_size { -arrived[port] } else { arrived[port] })
                }
                _ => continue,
            };
            exact[to] += term;
            sizes[to] += term.abs();
        }
        let moved = |by: f64| {
            let mut state = state.clone();
            own.variables().iter().zip(&along).for_each(|(plane, along)| state[*plane] += by * along);
            let arriving: Vec<f64> = arriving.iter().zip(&arrived).map(|(own, along)| own + by * along).collect();
            probe.step(&state, &arriving, current, step).map(|(after, _)| after)
        };
        let slope = |h: f64| -> Option<Vec<f64>> {
            let (up, down) = (moved(h)?, moved(-h)?);
            Some(own.variables().iter().map(|plane| (up[*plane] - down[*plane]) / (2.0 * h)).collect())
        };
        let h = 0.01;
        let (Some(wide), Some(narrow)) = (slope(h), slope(h / 2.0)) else {
            found.torn += 1;
            state = after;
            continue;
        };
        // Where a branch, a spike or the number of parts changes in between, there is no derivative to compare.
        let differs =
            |(place, (wide, narrow)): (usize, (&f64, &f64))| (wide - narrow).abs() > 1e-4 * sizes[place].max(1e-9);
        if wide.iter().zip(&narrow).enumerate().any(differs) {
            found.torn += 1;
            state = after;
            continue;
        }
        for (place, (wide, narrow)) in wide.into_iter().zip(narrow).enumerate() {
            let plane = own.variables()[place];
            let rounding = 8.0 * f64::EPSILON * after[plane].abs() / h;
            let difference = (4.0 * narrow - wide) / 3.0 - exact[place];
            let error = ((difference.abs() - rounding) / sizes[place].max(1e-9)).max(0.0);
            if error > found.worst {
                found.worst = error;
                let (name, found_value) = (own.name(plane), exact[place]);
                found.told = format!("step {step}, {name}: {found_value:e} by the derivative, off by {difference:e}");
            }
        }
        found.good += 1;
        state = after;
    }
    found
}

const METHODS: [Method; 6] = [
    Method::RungeKutta { substeps: 1 },
    Method::RungeKutta { substeps: 4 },
    Method::Auto { tolerance: 1e-5 },
    Method::ForwardEuler { substeps: 1 },
    Method::ForwardEuler { substeps: 2 },
    Method::ExponentialEuler { substeps: 2 },
];

/// Parameters within 20 % of their values, where that makes a sound cell.
fn varied(cell: &Cell, method: Method) -> Machine<f64> {
    let settings = Settings { dt_ms: 0.1, method, timers_on_grid: true };
    let key = StreamKey::new(3, Stream::Equation, 0);
    let defaults = crate::machine::defaults(cell, 0.1);
    let some = |(place, value): (usize, &f64)| {
        let is_duration = cell.parameters[place].name.column.contains("ref");
        let is_plain = cell.parameters[place].kind == Kind::Real && !is_duration;
        (is_plain && value.is_finite()).then(|| Column::One(value * (0.8 + 0.4 * noise(900 + place, 1))))
    };
    let set: Vec<Option<Column>> = defaults.iter().enumerate().map(some).collect();
    Machine::new(cell, settings, &set, 1, key).unwrap_or_else(|_| {
        let none = vec![None; cell.parameters.len()];
        Machine::new(cell, settings, &none, 1, key).expect("sound cells")
    })
}

/// What is wrong with a cell; `may_overflow`: it is none of ours, and is compared as far as it stays finite.
fn follow(cell: &Cell, may_overflow: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for method in METHODS {
        let machine = varied(cell, method);
        let planes = machine.planes();
        let start = (0..planes).map(|plane| machine.start(plane, 0)).collect();
        let found = compare(cell, &whole(cell, &machine), start);
        if found.worst == f64::INFINITY && (may_overflow || !matches!(method, Method::Auto { .. })) {
            // Coarse steps let stiff cells overflow, as they do without derivatives.
            continue;
        }
        if found.worst > 1e-7 || found.good < 50 {
            let Compared { worst, told, good, torn } = found;
            wrong.push(format!("{} {method:?}: {worst:e} ({told}), {good} steps compared, {torn} torn", cell.name));
        }
    }
    wrong
}

/// Would catch a rule of differentiation that is wrong, a stage, a loop, a mask, or a variable that is left out.
#[test]
fn steps_of_the_library_against_differences() {
    // The NMDA gates of Hill & Tononi rest on a kink while V falls: on one side they follow it, on the other they lag. There
    // is no derivative to compare, and their cell takes no part in tasks, which cannot choose among its ports.
    let smooth = |cell: &Cell| cell.name != "hill_tononi";
    let all = files(&library()).into_iter().flat_map(|file| cells(&file)).filter(smooth);
    let wrong: Vec<String> = all.flat_map(|cell| follow(&cell, false)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same of the published cells.
#[test]
fn steps_of_published_cells_against_differences() {
    let Ok(folder) = std::env::var("NEUROPIL_NESTML_MODELS") else {
        return;
    };
    let all = files(&Path::new(&folder).join("neurons"));
    let wrong: Vec<String> = all.iter().flat_map(|file| cells(file)).flat_map(|cell| follow(&cell, true)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// x/(e^x - 1) by its closed derivative (e^x - 1 - x e^x)/(e^x - 1)² at places where neither cancels, and by its series near 0.
#[test]
fn the_slope_of_the_removable_quotient() {
    let mut graph = crate::Graph::default();
    let x = graph.add(Node::State(0));
    let f = graph.unary(crate::Unary::OverExpm1, x);
    let slope = crate::derivative::derivative(&mut graph, f, Node::State(0));
    for x in [-30.0, -3.0, -0.5, -0.031, -0.029, -1e-3, 1e-9, 1e-4, 0.0299, 0.0301, 0.4, 2.0, 20.0_f64] {
        let found = crate::machine::value_of(&graph, slope, x);
        let e = x.exp_m1();
        let expected = if x.abs() < 0.05 {
            -0.5 + x / 6.0 - x.powi(3) / 180.0 + x.powi(5) / 5040.0 - x.powi(7) / 151_200.0
        } else {
            (e - x * x.exp()) / (e * e)
        };
        assert!((found - expected).abs() < 2e-14, "at {x}: {found}, not {expected}");
    }
}
