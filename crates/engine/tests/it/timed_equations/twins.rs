//! Files of models/synapses beside the hand-written models of the same equations.

use super::{built, synapse};
use crate::timed::bits;
use crate::{Net, noise, probe, record};
use neuropil_core::{CellSet, Distribution, Outside, Shape};
use neuropil_engine::Runnable;
use neuropil_network::Property;
use neuropil_network::connect::AllToAll;
use neuropil_network::source::SpikeTrain;
use neuropil_network::synapse::third_factor::{Origin, ThirdFactor};
use neuropil_network::synapse::{SynapseModel, model};
use neuropil_network::voice::Voice;

/// The files, by the name of their twins.
pub(super) const FILES: [(&str, &str); 8] = [
    ("stdp", include_str!("../../../../../models/synapses/stdp.nestml")),
    ("stdp_nn_symm", include_str!("../../../../../models/synapses/stdp_nn_symm.nestml")),
    ("stdp_nn_restr", include_str!("../../../../../models/synapses/stdp_nn_restr.nestml")),
    ("stdp_nn_pre_centered", include_str!("../../../../../models/synapses/stdp_nn_pre_centered.nestml")),
    ("stdp_power_law", include_str!("../../../../../models/synapses/stdp_power_law.nestml")),
    ("stdp_triplet", include_str!("../../../../../models/synapses/stdp_triplet.nestml")),
    ("vogels_sprekeler", include_str!("../../../../../models/synapses/vogels_sprekeler.nestml")),
    ("stdp_dopamine", include_str!("../../../../../models/synapses/stdp_dopamine.nestml")),
];

/// Values that make a model do much in little time, by its symbols; both have them.
pub(super) fn values(name: &str, axonal_delay: f64) -> Vec<(&'static str, f64)> {
    let own: &[(&str, f64)] = match name {
        "stdp_triplet" => &[("a_plus", 3e-3), ("tau_minus", 25.0), ("w_max", 2.0)],
        "stdp_power_law" => &[("learning_rate", 0.02), ("mu", 0.4), ("tau_minus", 30.0)],
        // Dopamine passes the baseline again and again.
        "stdp_dopamine" => &[
            ("a_plus", 0.03),
            ("a_minus", 0.04),
            ("tau_minus", 30.0),
            ("tau_c", 300.0),
            ("baseline", 0.3),
            ("w_max", 2.0),
        ],
        "vogels_sprekeler" => &[("learning_rate", 0.02), ("alpha", 0.6), ("tau_minus", 30.0), ("w_max", 2.0)],
        _ => &[
            ("learning_rate", 0.02),
            ("alpha", 1.3),
            ("mu_plus", 0.3),
            ("mu_minus", 0.7),
            ("tau_minus", 30.0),
            ("w_max", 2.0),
        ],
    };
    own.iter().copied().chain([("axonal_delay", axonal_delay)]).collect()
}

fn twin(name: &str, given: &[(&str, f64)]) -> Box<dyn SynapseModel> {
    let entry = model(name).unwrap();
    let value =
        |row: &neuropil_core::Parameter| given.iter().find(|own| own.0 == row.symbol).map_or(row.default, |own| own.1);
    entry.build(&entry.info.parameters.iter().map(value).collect::<Vec<_>>())
}

pub(super) fn of_file(name: &str, text: &str, given: &[(&str, f64)], dt_ms: f64) -> Box<dyn SynapseModel> {
    let entry = model(name).unwrap();
    let (mut axonal, mut set) = (0.0, Vec::new());
    for row in entry.info.parameters {
        match given.iter().find(|own| own.0 == row.symbol).map_or(row.default, |own| own.1) {
            value if row.symbol == "axonal_delay" => axonal = value,
            value => set.push((row.name(), value)),
        }
    }
    let set: Vec<(&str, f64)> = set.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    built(&synapse(text), &set, (axonal, dt_ms))
}

/// Bursting trains of 6 senders and 5 cells, with many coincidences, through synapses of drawn weights (of both signs) and
/// delays; the weights at every step.
pub(super) fn weights(synapse: Box<dyn SynapseModel>) -> Vec<Vec<f64>> {
    let mut net = Net::<f64>::new(0.5, 3);
    let rate = |step: u64| if (step / 100).is_multiple_of(3) { 0.1 } else { 0.01 };
    let train = |cell: u32, of: u32| {
        (1..2600)
            .filter(move |step| noise(cell + of, *step) < rate(*step))
            .map(move |step| (step, cell))
            .collect::<Vec<_>>()
    };
    let source = net.train(6, &(0..6).flat_map(|cell| train(cell, 0)).collect::<Vec<_>>());
    let modulator = net.train(3, &(0..3).flat_map(|cell| train(cell, 200)).collect::<Vec<_>>());
    let target = net.cells("lif_delta", 5, &[("v_th", 1e6)]);
    let spikes = SpikeTrain::new((0..5).flat_map(|cell| train(cell, 100)).collect());
    net.design.voices.push(Voice {
        population: target,
        cells: CellSet::new((0..5).collect::<Vec<_>>()).unwrap(),
        spikes,
    });
    let projection = net.project(source, target, AllToAll, 0.0, 1.0);
    let uniform = |low, high| {
        let shape = Shape::Uniform { low, high };
        Property::Drawn(Distribution { shape, min: f64::NEG_INFINITY, max: f64::INFINITY, outside: Outside::Redraw })
    };
    (projection.weight, projection.delay_ms) = (uniform(-1.5, 1.5), uniform(2.0, 6.0));
    let ports = synapse.timing().map_or(0, |timing| timing.ports().len());
    let origin = Origin::Spikes { senders: vec![(modulator, None)], delay_steps: 5 };
    projection.third_factors = vec![ThirdFactor { gain: 1.0, origin }; ports];
    projection.synapse = Some(synapse);
    let mut simulation = net.simulation(1, 1, Vec::new()).with_weights_every(Some(1));
    let mut all = Vec::new();
    while simulation.step() < 2600 {
        simulation.advance(61).unwrap();
        all.extend(simulation.chunk().learned.iter().flat_map(|own| &own.weights).map(|own| own.2.clone()));
    }
    all
}

/// Every weight at every step is that of the hand-written model to 1e-12. Would catch an event in another order, a trace that is kept
/// by the wrong side, and a spike that is met twice or never.
#[test]
fn files_are_their_twins() {
    for (name, text) in FILES {
        for axonal in [0.0, 1.5] {
            let given = values(name, axonal);
            let (found, expected) = (weights(of_file(name, text, &given, 0.5)), weights(twin(name, &given)));
            assert_eq!(found.len(), expected.len());
            let far = |(found, expected): (&Vec<f64>, &Vec<f64>)| {
                found.iter().zip(expected).fold(0.0_f64, |far, (own, other)| far.max((own - other).abs()))
            };
            let far = found.iter().zip(&expected).map(far).fold(0.0, f64::max);
            assert!(far < 1e-12, "{name}, axonal delay {axonal} ms: {far:e}");
            let moved = (found.last().unwrap()[0] - found[0][0]).abs();
            assert!(moved > 0.01, "{name}: the trains must change the weights, {moved}");
        }
    }
}

/// A depressing and a facilitating synapse of a file, by the membrane that they act on, is `short_term` to 1e-12.
#[test]
fn short_term_is_its_twin() {
    let text = include_str!("../../../../../models/synapses/short_term.nestml");
    for [u, rec, fac] in [[0.5, 30.0, 0.0], [0.1, 10.0, 100.0], [0.3, 0.0, 20.0]] {
        let own = built(&synapse(text), &[("u", u), ("tau_rec_ms", rec), ("tau_fac_ms", fac)], (0.0, 0.5));
        assert!(own.timing().is_none() && own.sender().is_some());
        let frames = |synapse: Box<dyn SynapseModel>| {
            let mut net = Net::<f64>::new(0.5, 1);
            let spikes = (0..3)
                .flat_map(|cell| (1..900).filter(move |step| noise(cell, *step) < 0.1).map(move |step| (step, cell)));
            let source = net.train(3, &spikes.collect::<Vec<_>>());
            let target = net.cells("lif_delta", 2, &[("v_th", 1e6)]);
            net.project(source, target, AllToAll, 5.0, 2.0).synapse = Some(synapse);
            record(&mut net.simulation(2, 2, vec![probe(target, 0, 2)]), 900, 50).1.remove(0)
        };
        let (found, expected) = (frames(own), frames(model("short_term").unwrap().build(&[u, rec, fac])));
        let far = found.iter().zip(&expected).fold(0.0_f64, |far, (own, other)| far.max((own - other).abs()));
        assert!(far < 1e-12 && expected.iter().any(|v| *v > -68.0), "{u} {rec} {fac}: {far:e}");
    }
}

/// The same spikes and weights for any blocks, threads, chunks, and from a checkpoint of others.
#[test]
fn bits_do_not_depend_on_blocks_threads_and_pauses() {
    for (name, text) in FILES {
        let w_max = if name == "stdp_power_law" { &[][..] } else { &[("w_max", 50.0)] };
        bits::<f64>(name, &|| built(&synapse(text), w_max, (1.0, 1.0)));
    }
}

/// A file without state is a static synapse, and may stand where any other does.
#[test]
fn a_file_without_state_is_static() {
    let text = "model fixed:
    parameters:
        w real = 1
    input:
        pre_spikes <- spike
    output:
        spike
    onReceive(pre_spikes):
        emit_spike(w)
";
    let frames = |own: Option<Box<dyn SynapseModel>>| {
        let mut net = Net::<f64>::new(0.5, 1);
        let source = net.train(2, &[(3, 0), (3, 1), (7, 1)]);
        let target = net.cells("lif_delta", 3, &[("v_th", 1e6)]);
        net.project(source, target, AllToAll, 0.3, 1.0).synapse = own;
        record(&mut net.simulation(1, 1, vec![probe(target, 0, 3)]), 30, 30).1.remove(0)
    };
    assert_eq!(frames(Some(built(&synapse(text), &[], (0.0, 0.5)))), frames(None));
}
