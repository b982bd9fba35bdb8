//! Cells of files held to recorded spikes: they do what the file says of a spike, where it was recorded, and rules make of that
//! what they make of the built-in cells, and of trials.

use super::equations_learn::texts::GRADED;
use super::equations_learn::twins::{Described, described};
use super::equations_learn::{file, library};
use super::learning_written::{ALL, EXOTIC, network};
use super::replay::clamps;
use super::trial::{CELLS, INPUTS, coupled_of, teaching, trains};
use super::{Net, noise, record};
use neuropil_engine::clamp::Clamp;
use neuropil_engine::replay::{Replayed, replay};
use neuropil_engine::trial::{ResetGradient, SpikeSlope, Teaching, TrialCells, run_group};
use neuropil_equations::machine::Method;
use neuropil_network::connect::AllToAll;
use neuropil_network::neuron::NeuronModel;
use neuropil_network::{Kind, Sign};
use neuropil_plasticity::cell::Means;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Credit, Form, Gradient, Learner, Plane, gradient};

const STEPS: usize = 120;
const RULES: [&str; 5] = ["bptt", "eprop", "modprop_type", "modprop_cell", "mdgl_type_all"];

/// What a rule makes of a replay, for errors that are drawn.
fn learned(name: &str, learner: &Learner, tape: &neuropil_plasticity::Tape, mu: [f64; 2]) -> Gradient {
    let mut learner = Learner { mu: mu.to_vec(), ..learner.clone() };
    Means::of(&learner, tape).give(&mut learner).unwrap();
    let err = Plane::from_fn(tape.steps(), 2, 1, |step, k, _| noise(70 + u32::try_from(k).unwrap(), step as u64) - 0.5);
    let credit = Credit { err, regulariser: Vec::new(), asked: None };
    gradient(Form::Adjoint, rule(name).unwrap(), &learner, tape, &credit).unwrap()
}

/// The largest difference of recurrent and input gradients, in units of the largest entry.
fn off(found: &Gradient, expected: &Gradient) -> f64 {
    let all = |own: &Gradient| [own.w_in.values(), own.w_rec.values()].concat();
    let (found, expected) = (all(found), all(expected));
    let largest = expected.iter().fold(0.0, |most: f64, own| most.max(own.abs()));
    assert!(largest > 0.0, "nothing was learned");
    found.iter().zip(&expected).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / largest
}

/// Spikes that have nothing to do with what the cells would do, now and then two of a cell within its refractory time.
fn foreign() -> Vec<Clamp> {
    let of = |(population, cells): (usize, u32)| {
        let all = (1..=STEPS as u64).flat_map(|step| (0..cells).map(move |cell| (step, cell)));
        let fires = |(step, cell): &(u64, u32)| noise(1000 * u32::try_from(population).unwrap() + cell, *step) < 0.06;
        Clamp { population, spikes: all.filter(fires).collect() }
    };
    [(1, CELLS[0]), (2, CELLS[1])].map(of).into()
}

/// A file and the cell that it describes, held to the spikes of a run and to others: the same ψ and the same gradients of every
/// kind of rule. Would catch a reset that does not happen where a spike is told, one that does where none is, a derivative of
/// another test, a port of the wrong sign.
#[test]
fn a_file_that_is_held_is_the_cell_that_it_describes() {
    for twin in described() {
        let Described { name, strength, .. } = twin;
        let built = || coupled_of(1.0, &|net, cells| twin.built_in(net, cells), strength, &trains(7));
        let written = || network(1.0, strength, &|cells| twin.of_file(cells));
        let (spikes, _) = record(&mut built().simulation(1, 1, Vec::new()), STEPS as u64, 50);
        for held in [clamps(built(), &spikes), foreign()] {
            for reset in [ResetGradient::Attached, ResetGradient::Detached] {
                let teaching = Teaching { reset, ..teaching() };
                let of = |net: Net<f64>| replay(net.design, &held, &teaching, STEPS).unwrap();
                let (expected, found): (Replayed, Replayed) = (of(built()), of(written()));
                assert_eq!(found.spikes, expected.spikes, "{name}");
                assert_eq!(found.tape.z, expected.tape.z, "{name}");
                let slopes = found.tape.psi.values().iter().zip(expected.tape.psi.values());
                let psi = slopes.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
                let largest = expected.tape.psi.values().iter().fold(0.0, |most: f64, own| most.max(*own));
                assert!(largest > 0.0 && psi < 1e-10 * largest, "{name}: {psi:.1e} of {largest}");
                for rule in RULES {
                    let of = |own: &Replayed| learned(rule, &own.outline.learner, &own.tape, [0.03, 0.02]);
                    let off = off(&of(&found), &of(&expected));
                    assert!(off < 1e-10, "{name}, {rule}, {reset:?}: {off:.1e}");
                }
            }
        }
    }
}

/// A run of cells without a built-in twin, replayed: every spike is met without being forced, and the tape and the gradients are
/// those of the trial with the same input. Would catch a told step that is another one, records of another step or cell.
#[test]
fn a_replay_of_cells_without_a_twin_is_the_trial() {
    for exotic in &EXOTIC {
        let (spikes, _) = record(&mut exotic.net().simulation(1, 1, Vec::new()), STEPS as u64, 50);
        let free: Vec<_> = spikes.iter().filter(|(_, id)| *id >= INPUTS).collect();
        assert!(free.len() > 8, "{}: {} spikes", exotic.name, free.len());
        let choice = exotic.choice();
        let teaching = Teaching { slopes: vec![choice.clone(); 3], ..teaching() };
        let held = replay(exotic.net().design, &clamps(exotic.net(), &spikes), &teaching, STEPS).unwrap();
        assert_eq!(held.spikes, spikes, "{}", exotic.name);
        // Cells that run free, their spikes their own, leave the same.
        let alone = replay(exotic.net().design, &[], &teaching, STEPS).unwrap();
        assert_eq!(alone.spikes, spikes, "{}", exotic.name);
        assert_eq!(alone.tape.psi, held.tape.psi, "{}", exotic.name);
        assert_eq!(alone.tape.records, held.tape.records, "{}", exotic.name);

        let parts = CELLS.map(|cells| (exotic.cells(cells), cells as usize));
        let shape = teaching.pseudo_derivative;
        let slope =
            SpikeSlope { pseudo_derivative: shape, choice: choice.spike, jacobian_limit: choice.jacobian_limit };
        let cells = TrialCells::new(parts.into(), slope).unwrap();
        let learner =
            Learner { dynamics: cells.dynamics(teaching.reset), receptors: None, ..held.outline.learner.clone() };
        let tape = run_group(&cells, &learner, (*held.tape.x).clone()).unwrap();
        assert_eq!(tape.z, held.tape.z, "{}", exotic.name);
        for rule in RULES {
            let expected = learned(rule, &learner, &tape, exotic.mu());
            let off = off(&learned(rule, &held.outline.learner, &held.tape, exotic.mu()), &expected);
            assert!(off < 1e-10, "{}, {rule}: {off:.1e}", exotic.name);
        }
    }
}

/// `lif_psc_multi`, whose inputs, excitatory and inhibitory synapses come in by the given ports, of 2, 3 and 5 ms each.
fn with_ports(ports: [usize; 3]) -> Net<f64> {
    let taus = [2.0, 3.0, 5.0];
    let mut given = [("tau_1_ms", 1.0), ("tau_2_ms", 1.0), ("tau_3_ms", 1.0), ("tau_4_ms", 1.0)];
    ports.iter().zip(taus).for_each(|(port, tau)| given[*port].1 = tau);
    let mut net = Net::<f64>::new(1.0, 5);
    let inputs = net.train(INPUTS, &trains(7));
    let cells = CELLS.map(|cells| {
        let built = library("lif_psc_multi", cells as usize, &given, 1, 1.0);
        net.population(cells, Kind::Neurons(built))
    });
    net.design.populations[cells[0]].sign = Sign::Inhibitory;
    for to in cells {
        net.project(inputs, to, AllToAll, 500.0, 1.0).receptor = Some(ports[0]);
        for (from, port, weight) in [(cells[0], ports[2], -90.0), (cells[1], ports[1], 60.0)] {
            let projection = net.project(from, to, AllToAll, weight, 2.0);
            projection.receptor = Some(port);
            projection.autapses = false;
        }
    }
    net
}

/// Synapses learn by the port that their projection names: which of four equal ports that is makes no difference. Would catch ports
/// that go by the sign of a weight, and credit that comes back by another port.
#[test]
fn synapses_learn_by_the_port_that_they_name() {
    let of = |ports: [usize; 3]| {
        let (spikes, _) = record(&mut with_ports(ports).simulation(1, 1, Vec::new()), STEPS as u64, 50);
        let held = clamps(with_ports(ports), &spikes);
        (spikes, replay(with_ports(ports).design, &held, &teaching(), STEPS).unwrap())
    };
    let (spikes, expected) = of([0, 1, 2]);
    assert!(spikes.iter().filter(|(_, id)| *id >= INPUTS).count() > 60, "{} spikes", spikes.len());
    let (_, mixed) = of([3, 0, 1]);
    let (_, same) = of([3, 3, 3]);
    for rule in RULES {
        let by = |own: &Replayed| learned(rule, &own.outline.learner, &own.tape, [3e-4, 2e-4]);
        let expected = by(&expected);
        let off_by = off(&by(&mixed), &expected);
        assert!(off_by < 1e-12, "{rule}: {off_by:.1e}");
        assert!(off(&by(&same), &expected) > 1e-3, "{rule}: time constants matter");
    }
}

fn refused(make: impl Fn(&mut Net<f64>) -> Box<dyn NeuronModel<f64>>, ports: &[Option<usize>]) -> String {
    let mut net = Net::<f64>::new(0.5, 3);
    let source = net.train(2, &[(1, 0), (3, 1)]);
    let cells = make(&mut net);
    let cells = net.population(u32::try_from(ALL).unwrap(), Kind::Neurons(cells));
    for port in ports {
        net.project(source, cells, AllToAll, 1.0, 0.5).receptor = *port;
    }
    let held = Clamp { population: cells, spikes: vec![(2, 0)] };
    replay(net.design, &[held], &teaching(), 10).err().map(|fault| fault.to_string()).expect("it is refused")
}

/// What cannot be seen of recorded spikes is named: cells that spike by chance or send numbers, and two synapses of a pair onto
/// different ports.
#[test]
fn cells_that_cannot_be_held_are_refused() {
    let chance = refused(|_| library("gif", ALL, &[], 1, 0.5), &[None]);
    assert!(chance.contains("population `p1`: cells of `gif` cannot be held") && chance.contains("line"), "{chance}");
    let graded = refused(|_| file(GRADED, "graded", ALL, &[], Method::RungeKutta { substeps: 1 }, 0.5), &[None]);
    assert!(graded.contains("population `p1`") && graded.contains("`graded` cannot"), "{graded}");
    let clash = refused(|_| library("lif_psc_multi", ALL, &[], 1, 0.5), &[Some(0), Some(2)]);
    assert!(clash.contains("`receptor_1` and `receptor_3` of `lif_psc_multi` (projection 0_to_1)"), "{clash}");
}
