//! Parameters of which each synapse has a value of its own.

use super::twins::weights;
use super::{cell, synapse};
use crate::{Net, noise, probe, record};
use neuropil_core::{Clock, Distribution, Shape, Stream, StreamKey};
use neuropil_equations::synapse::{Asked, Synapse};
use neuropil_network::connect::AllToAll;
use neuropil_network::synapse::from_equations::Given;
use neuropil_network::synapse::{EquationSynapse, SynapseModel, model};
use std::sync::Arc;

const KEY: (u64, u32) = (5, 3);

fn key() -> StreamKey {
    StreamKey::new(KEY.0, Stream::SynapseEquation, KEY.1)
}

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::unbounded(Shape::Uniform { low, high })
}

/// Synapses of a text, some of whose parameters are drawn and others given, by the names in the text.
fn built(text: &str, drawn: &[(&str, Distribution)], given: &[(&str, f64)]) -> Box<dyn SynapseModel> {
    let names = drawn.iter().map(|own| own.0.to_owned()).collect();
    let asked = Asked { weight: Some("w".into()), drawn: names, ..Asked::default() };
    let synapse = Synapse::new(&cell(text), &asked).unwrap_or_else(|refusals| panic!("{refusals:#?}"));
    let own = |place: usize| synapse.cell.parameters[place].name.text.clone();
    let value = |place: usize| given.iter().find(|own_given| own_given.0 == own(place)).map(|found| found.1);
    let parameters = (0..synapse.cell.parameters.len()).map(value).collect();
    let drawn = synapse.roles.drawn.iter().map(|place| {
        let name = own(*place as usize);
        drawn.iter().find(|own| own.0 == name).unwrap().1
    });
    let given = Given { parameters, drawn: drawn.collect(), axonal_delay_ms: 0.5, earlier_steps: Vec::new() };
    Box::new(EquationSynapse::new(Arc::new(synapse), &given, Clock::new(0.5).unwrap(), key()))
}

/// The value that a synapse draws: of its number in the projection and that of the parameter.
fn value(text: &str, parameter: &str, distribution: Distribution, number: u32) -> f64 {
    let own = synapse(text);
    let place = own.cell.parameters.iter().position(|own| own.name.text == parameter).unwrap();
    distribution.draw(&mut key().at(number, (1 << 63) + place as u64))
}

/// The weights of a synapse at every step are those of synapses that were all given its values, to 1e-12. Would catch traces that
/// synapses of different time constants share, and values of another synapse.
#[test]
fn each_synapse_has_the_weights_of_its_own_values() {
    let text = include_str!("../../../../../models/synapses/stdp.nestml");
    let drawn =
        [("learning_rate", uniform(0.005, 0.05)), ("tau_plus", uniform(5.0, 40.0)), ("tau_minus", uniform(5.0, 40.0))];
    let bound = [("w_max", 2.0)];
    let found = weights(built(text, &drawn, &bound));
    for number in [0, 7, 19] {
        let own = drawn.map(|(name, distribution)| (name, value(text, name, distribution, number)));
        let given: Vec<(&str, f64)> = own.into_iter().chain(bound).collect();
        let expected = weights(built(text, &[], &given));
        let column = number as usize;
        let far =
            found.iter().zip(&expected).map(|(own, other)| (own[column] - other[column]).abs()).fold(0.0, f64::max);
        assert!(far < 1e-12, "synapse {number}: {far:e}");
        let others = found.iter().zip(&expected).map(|(own, other)| (own[1] - other[1]).abs()).fold(0.0, f64::max);
        assert!(others > 1e-3, "synapse 1 has other values");
    }
}

/// Utilisations and time constants of short-term plasticity that each synapse has of its own, as \[Tsodyks2000\] draws them: the cell
/// behind each synapse is moved as by the built-in model of its values, from the first spike on. Would catch a start value that is not
/// that of the synapse.
#[test]
fn short_term_plasticity_is_of_each_synapse() {
    let text = include_str!("../../../../../models/synapses/short_term.nestml");
    let drawn = [("u", uniform(0.1, 0.9)), ("tau_rec", uniform(20.0, 200.0)), ("tau_fac", uniform(5.0, 300.0))];
    let frames = |synapse: Box<dyn SynapseModel>| {
        let mut net = Net::<f64>::new(0.5, 1);
        let spikes: Vec<_> = (1..900).filter(|step| noise(1, *step) < 0.1).map(|step| (step, 0)).collect();
        let source = net.train(1, &spikes);
        let target = net.cells("lif_delta", 4, &[("v_th", 1e6)]);
        net.project(source, target, AllToAll, 5.0, 2.0).synapse = Some(synapse);
        record(&mut net.simulation(1, 1, vec![probe(target, 0, 4)]), 900, 50).1.remove(0)
    };
    let found = frames(built(text, &drawn, &[]));
    for number in 0..4_u32 {
        let own = drawn.map(|(name, distribution)| value(text, name, distribution, number));
        let expected = frames(model("short_term").unwrap().build(&own));
        let of_cell = |frames: &[f64]| frames.iter().copied().skip(number as usize).step_by(4).collect::<Vec<f64>>();
        let (own, other) = (of_cell(&found), of_cell(&expected));
        let far = own.iter().zip(&other).map(|(own, other)| (own - other).abs()).fold(0.0, f64::max);
        assert!(far < 1e-12 && other.iter().any(|v| *v > -69.0), "synapse {number}: {far:e}");
    }
}

/// What cannot differ from synapse to synapse is refused where it stands.
#[test]
fn what_cannot_be_drawn_is_refused() {
    let text = "model two:
    state:
        w real = 1
        x real = 0
        y real = 0
    parameters:
        tau ms = 20 ms
        half ms = tau / 2
        bounded ms = 5 ms [[ bounded > 0 ms ]]
    equations:
        x' = -x / tau + y / bounded
        y' = -y / half
    input:
        pre_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(pre_spikes):
        y += 1
        w = 1 + x
        emit_spike(w)
";
    let refused = |name: &str| {
        let asked = Asked { drawn: vec![name.into()], ..Asked::default() };
        let refusals = Synapse::new(&cell(text), &asked).err().unwrap_or_default();
        refusals.iter().map(|own| own.message.clone()).collect::<Vec<_>>().join("; ")
    };
    assert!(refused("tau").contains("the value of `half` is made of `tau`"), "{}", refused("tau"));
    assert!(refused("bounded").contains("is in the guard `bounded > 0 ms`"), "{}", refused("bounded"));
    let half = refused("half");
    assert!(half.contains("the equation of `x` is solved together with others"), "{half}");
}
