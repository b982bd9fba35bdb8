//! Replay: cells held to recorded spikes.

use super::learning::{free, learning, plan, plastic, readout};
use super::trial::{INPUTS, SPIKING, STEPS, coupled, input, teaching, trains};
use super::{Net, noise, record};
use neuropil_engine::Runnable;
use neuropil_engine::clamp::Clamp;
use neuropil_engine::learning::Teacher;
use neuropil_engine::replay::{ReplayError, replay};
use neuropil_engine::trial::{Trainee, run_group};
use neuropil_network::source::Rate;
use neuropil_plasticity::Plane;
use neuropil_plasticity::rule::rule;

/// The spikes of a free run, by population, of those that are no source.
pub fn clamps(net: Net<f64>, spikes: &[(u64, u32)]) -> Vec<Clamp> {
    let first_ids = net.design.first_ids();
    let own = |population: usize| {
        let ids = first_ids[population]..first_ids[population + 1];
        let spikes = spikes.iter().filter(|(_, id)| ids.contains(id)).map(|(step, id)| (*step, id - ids.start));
        Clamp { population, spikes: spikes.collect() }
    };
    (0..net.design.populations.len()).filter(|p| net.design.populations[*p].neurons().is_some()).map(own).collect()
}

fn bits(plane: &Plane) -> Vec<u64> {
    plane.values().iter().map(|value| value.to_bits()).collect()
}

/// A recording of a network, replayed onto it, leaves what the run had, to the bit: x, z, ψ, v, R, hence all traces and
/// gradients; and the tape of the trial. Would catch a spike a step late, a membrane after its reset, and a hold that is forgotten.
#[test]
fn a_replay_of_a_run_is_the_run() {
    for (name, given, strength) in SPIKING {
        let net = || coupled(name, given, strength, &trains(7));
        let trainee = Trainee::of(&net().design, &teaching()).unwrap();
        let expected = run_group(&trainee.cells, &trainee.learner, input(7, trainee.input_delay)).unwrap();
        let (spikes, _) = record(&mut net().simulation(1, 1, Vec::new()), STEPS as u64, 50);
        let held = clamps(net(), &spikes);
        let replayed = replay(net().design, &held, &teaching(), STEPS).unwrap();
        assert_eq!(replayed.outline.learner, trainee.learner, "{name}");
        assert_eq!(replayed.spikes, spikes, "{name}");
        let tape = &replayed.tape;
        assert_eq!((bits(&tape.x), bits(&tape.z)), (bits(&expected.x), bits(&expected.z)), "{name}");
        let off = tape.psi.values().iter().zip(expected.psi.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // Trials sum what arrives before they add it to a current, free runs do not.
        assert!(if name == "lif_exp" { off < 1e-12 } else { off == 0.0 }, "{name}: {off}");

        let read = readout(&teaching().readout, 0.0);
        let teacher = Teacher::Readout(rule("eprop").unwrap(), read);
        let plan = plan(teacher, &plastic(net()), free(0.0), 1000);
        let mut run = learning(plastic(net()), plan, (2, 1)).unwrap();
        record(&mut run, 100, 30);
        let state = run.snapshot().learning.unwrap();
        let inputs = INPUTS as usize;
        let (cells, width) = (tape.z.channels(), tape.z.channels() + inputs);
        for (step, cell) in (1..=100).flat_map(|step| (0..cells).map(move |cell| (step, cell))) {
            let at = step * width + inputs + cell;
            assert_eq!(tape.psi.at(step - 1, cell, 0).to_bits(), state.psi[at].to_bits(), "{name} step {step}");
            assert_eq!(tape.z.at(step - 1, cell, 0), f64::from(state.fired[at]), "{name} step {step}");
            if let Some(clamped) = &tape.clamped {
                assert_eq!(clamped.v.at(step - 1, cell, 0).to_bits(), state.v[at].to_bits(), "{name} step {step}");
                assert_eq!(
                    clamped.refractory.at(step - 1, cell, 0),
                    f64::from(state.refractory[at]),
                    "{name} step {step}"
                );
            }
        }
    }
}

/// Spikes that the cells would not fire are theirs nonetheless, and those that they would fire are not: the membrane is
/// that of the recursion with the recorded resets. Poisson input is drawn as in the run.
#[test]
fn recorded_spikes_are_sent_whatever_the_membrane_says() {
    for (name, v_th, weight) in [("lif_delta", 15.0, 1.2), ("lif_exp", 15.0, 90.0), ("alif", 0.6, 0.05)] {
        let mut net = Net::<f64>::new(1.0, 3);
        let cells = net.cells(name, 3, &[("t_ref", 2.0)]);
        net.project(cells, cells, neuropil_network::connect::AllToAll, weight, 2.0).autapses = false;
        net.poisson(cells, Rate::Constant(3000.0), weight);
        let every = |cell: u64| (1..STEPS as u64).filter(move |step| (step + 3 * cell).is_multiple_of(11));
        let mut spikes: Vec<(u64, u32)> =
            (0..3).flat_map(|cell: u32| every(u64::from(cell)).map(move |step| (step, cell))).collect();
        spikes.sort_unstable();
        let mut teaching = teaching();
        teaching.readout.w_out = neuropil_plasticity::Matrix::from_fn(2, 3, |k, j| noise(0, (3 * k + j) as u64));
        let clamp = Clamp { population: cells, spikes: spikes.clone() };
        let replayed = replay(net.design, &[clamp], &teaching, STEPS).unwrap();
        assert_eq!(replayed.spikes, spikes, "{name}");
        let (tape, mut above) = (&replayed.tape, 0);
        for step in 0..STEPS {
            for (cell, id) in (0..3).zip(0..) {
                let fires = spikes.binary_search(&(step as u64 + 1, id)).is_ok();
                assert_eq!(tape.z.at(step, cell, 0), f64::from(u8::from(fires)), "{name}");
                let Some(clamped) = &tape.clamped else { continue };
                let held = (1..=2).any(|ago| step >= ago && tape.z.at(step - ago, cell, 0) == 1.0);
                assert_eq!(clamped.refractory.at(step, cell, 0), f64::from(u8::from(held)), "{name} step {step}");
                let v = clamped.v.at(step, cell, 0);
                assert!(!held || v == 0.0, "{name} step {step}: {v} while held");
                above += usize::from(v >= v_th && !fires);
            }
        }
        assert!(tape.clamped.is_none() || above > 0, "{name}: no cell would have fired by itself");
    }
}

/// What rules cannot see as a whole is named.
#[test]
fn networks_that_rules_cannot_see_are_refused() {
    let mut net = coupled("alif", &[], 0.3, &[]);
    net.design.projections[1].synapse = super::short_term(0.5, 100.0, 0.0);
    let fault = replay(net.design, &[], &teaching(), 10).err().unwrap();
    assert!(fault.to_string().contains("short-term plasticity of projection"), "{fault}");
    let net = coupled("alif", &[], 0.3, &[]);
    let source = Clamp { population: 0, spikes: vec![(1, INPUTS - 1)] };
    let fault = replay(net.design, &[source], &teaching(), 10).err().unwrap().to_string();
    assert_eq!(fault, "population `p0`: its cells only send");
    let net = coupled("alif", &[], 0.3, &[]);
    assert!(matches!(replay(net.design, &[], &teaching(), 400_000_000), Err(ReplayError::TooLong { .. })));
    let mut net = coupled("alif", &[], 0.3, &[]);
    net.cells("alif", 40_000, &[]);
    let fault = replay(net.design, &[], &teaching(), 10).err().unwrap();
    assert!(matches!(fault, ReplayError::TooLarge { .. }), "{fault}");
}
