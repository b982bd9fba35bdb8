//! Synapses whose weights follow the spikes of both sides.

use super::{Net, noise, record};
use neuropil_core::{CellSet, Distribution, Outside, ParameterSet, Shape};
use neuropil_engine::Runnable;
use neuropil_network::connect::{AllToAll, FixedProbability};
use neuropil_network::source::{Rate, SpikeTrain};
use neuropil_network::synapse::stdp::StdpParams;
use neuropil_network::synapse::third_factor::Origin;
use neuropil_network::synapse::{Entry, MODELS, SynapseModel, ThirdFactor};
use neuropil_network::voice::Voice;
use neuropil_network::{NetworkError, Property, Scalar};

/// The models whose weights follow spikes of both sides.
fn models() -> impl Iterator<Item = &'static Entry> {
    MODELS.iter().filter(|entry| entry.build(&defaults(entry)).timing().is_some())
}

fn defaults(entry: &Entry) -> Vec<f64> {
    entry.info.parameters.iter().map(|row| row.default).collect()
}

/// `stdp` that is additive, of weights up to 2.
pub(super) fn additive(axonal_delay: f64) -> StdpParams {
    let mut params = StdpParams::defaults();
    (params.learning_rate.0, params.alpha.0, params.mu_plus.0, params.mu_minus.0) = (0.01, 1.5, 0.0, 0.0);
    (params.tau_plus.0, params.tau_minus.0, params.w_max.0) = (15.0, 25.0, 2.0);
    params.axonal_delay.0 = axonal_delay;
    params
}

pub(super) fn stdp(params: &StdpParams) -> Option<Box<dyn SynapseModel>> {
    Some(neuropil_network::synapse::model("stdp").unwrap().build(&params.values()))
}

/// Two trains and a synapse between them, of weight 1 and a delay of 3 ms; steps of 0.5 ms.
pub(super) fn pair(pre: &[u64], post: &[u64], params: &StdpParams) -> Net<f64> {
    pair_of(pre, post, stdp(params))
}

/// The same with synapses of any model.
pub(super) fn pair_of(pre: &[u64], post: &[u64], synapse: Option<Box<dyn SynapseModel>>) -> Net<f64> {
    let mut net = Net::<f64>::new(0.5, 1);
    let source = net.train(1, &pre.iter().map(|step| (*step, 0)).collect::<Vec<_>>());
    let target = net.cells("lif_delta", 1, &[("v_th", 1e6)]);
    let spikes = SpikeTrain::new(post.iter().map(|step| (*step, 0)).collect());
    net.design.voices.push(Voice { population: target, cells: CellSet::new(vec![0]).unwrap(), spikes });
    net.project(source, target, AllToAll, 1.0, 3.0).synapse = synapse;
    net
}

/// The weights told at each step, from the start on.
pub(super) fn told(net: Net<f64>, steps: u64) -> Vec<f64> {
    let mut simulation = net.simulation(1, 1, Vec::new()).with_weights_every(Some(1));
    let mut weights = Vec::new();
    while simulation.step() < steps {
        simulation.advance(steps.min(77)).unwrap();
        weights.extend(simulation.chunk().learned.iter().flat_map(|own| &own.weights).map(|own| own.2[0]));
    }
    weights
}

/// The change of weight by one pair is the window λ w_max e^{−Δ/τ₊} or −α λ w_max e^{Δ/τ₋}, with Δ the time between the two
/// *at the synapse*: the presynaptic spike is there `axonal` after it left, the postsynaptic one the rest of the delay after its
/// cell fired. Two that meet do not pair. Would catch a delay on the wrong side.
#[test]
fn a_pair_is_the_window() {
    for axonal in [0.0, 1.0, 2.5] {
        let params = additive(axonal);
        for post in 60..=160 {
            // A second presynaptic spike, far later, brings what the pair did; it pairs by less than 1e-25.
            let weights = told(pair(&[100, 4000], &[post], &params), 4100);
            let delta = (post as f64 - 100.0) * 0.5 + (3.0 - axonal) - axonal;
            let window = match delta {
                d if d > 0.0 => 0.01 * 2.0 * (-d / 15.0).exp(),
                d if d < 0.0 => -1.5 * 0.01 * 2.0 * (d / 25.0).exp(),
                _ => 0.0,
            };
            let found = weights.last().unwrap() - 1.0;
            assert!((found - window).abs() < 1e-14, "{delta} ms: {found}, not {window}");
        }
    }
}

/// Traces that decay step by step, and a weight that changes as spikes come, have the weights of synapses that are looked at only
/// when a spike passes or every second. Would catch spikes forgotten too early, counted twice, or in another order.
#[test]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "delays are a few whole steps")]
fn lazy_is_eager() {
    let draw = |cell: u32, rate: f64| (1..8000).filter(move |&step| noise(cell, step) < rate).collect::<Vec<u64>>();
    for (axonal, seed) in [(0.0, 0), (1.5, 10)] {
        let (pre, post) = (draw(seed, 0.004), draw(seed + 1, 0.02));
        let mut params = additive(axonal);
        (params.mu_plus.0, params.mu_minus.0) = (0.3, 0.7);
        let found = told(pair(&pre, &post, &params), 8000);
        let there = |spikes: &[u64], delay: f64, step: u64| {
            let late = (delay / 0.5) as u64;
            step.checked_sub(late).is_some_and(|sent| spikes.binary_search(&sent).is_ok())
        };
        let (mut w, mut k_plus, mut k_minus) = (1.0_f64, 0.0, 0.0);
        let (plus, minus) = ((-0.5_f64 / 15.0).exp(), (-0.5_f64 / 25.0).exp());
        for step in 0..8000 {
            (k_plus, k_minus) = (k_plus * plus, k_minus * minus);
            let come = there(&post, 3.0 - axonal, step);
            if come {
                w = (w + 2.0 * 0.01 * (1.0 - w / 2.0).powf(0.3) * k_plus).min(2.0);
            }
            if there(&pre, axonal, step) {
                w = (w - 2.0 * 1.5 * 0.01 * (w / 2.0).powf(0.7) * k_minus).max(0.0);
                k_plus += 1.0;
            }
            k_minus += f64::from(u8::from(come));
            // What is at the synapse at `step` is told when the spike that passes it arrives.
            let seen = step + ((3.0 - axonal) / 0.5) as u64;
            if let Some(own) = usize::try_from(seen).ok().and_then(|seen| found.get(seen)) {
                assert!((own - w).abs() < 1e-12, "step {step}: {own}, not {w}");
            }
        }
        assert!((w - 1.0).abs() > 0.05, "the trains must change the weight");
    }
}

/// 90 cells that excite each other through synapses of a model, with drawn weights and delays, in steps of 1 ms.
fn recurrent<R: Scalar>(synapse: Box<dyn SynapseModel>) -> Net<R> {
    let mut net = Net::<R>::new(1.0, 7);
    let cells = net.cells("lif_exp", 90, &[("i_e", 320.0)]);
    let projection = net.project(cells, cells, FixedProbability { probability: 0.3 }, 0.0, 1.0);
    let uniform = |low, high| Property::Drawn(Distribution { shape: Shape::Uniform { low, high }, ..plain() });
    (projection.weight, projection.delay_ms) = (uniform(5.0, 40.0), uniform(2.0, 9.0));
    let ports = synapse.timing().map_or(Vec::new(), |timing| timing.ports().to_vec());
    projection.third_factors = ports.iter().map(|port| if port.watches { first() } else { heard(cells) }).collect();
    projection.synapse = Some(synapse);
    net.poisson(cells, Rate::Constant(700.0), 80.0);
    net
}

/// The model with weights up to `w_max`.
fn built(entry: &Entry, w_max: f64) -> Box<dyn SynapseModel> {
    let mut values = defaults(entry);
    for (row, value) in entry.info.parameters.iter().zip(&mut values) {
        match row.symbol {
            "w_max" => *value = w_max,
            "axonal_delay" => *value = 1.0,
            _ => {}
        }
    }
    entry.build(&values)
}

/// Spikes of some of the cells, as a third factor that takes longer than any synapse.
fn heard(cells: usize) -> ThirdFactor {
    let some = CellSet::new((5..90).step_by(7).collect::<Vec<_>>()).unwrap();
    ThirdFactor { gain: 0.5, origin: Origin::Spikes { senders: vec![(cells, Some(some))], delay_steps: 13 } }
}

/// The first variable of the receiving cell.
pub(super) fn first() -> ThirdFactor {
    ThirdFactor { gain: 1.0, origin: Origin::Watched { variable: 0, factor: 1.0 } }
}

fn plain() -> Distribution {
    Distribution {
        shape: Shape::Uniform { low: 0.0, high: 1.0 },
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        outside: Outside::Redraw,
    }
}

/// Spikes, and the last weights told.
type Outcome = (Vec<(u64, u32)>, Vec<u64>);

fn outcome(simulation: &mut dyn Runnable, steps: u64, chunk: u64) -> Outcome {
    let (spikes, _) = record(simulation, steps, chunk);
    let told = simulation.chunk().learned.as_ref().and_then(|own| own.weights.last()).unwrap();
    assert_eq!(told.0, steps);
    (spikes, told.2.iter().map(|weight| weight.to_bits()).collect())
}

/// The same spikes and weights for any blocks, threads, chunks, and from a checkpoint of others.
pub(super) fn bits<R: Scalar>(name: &str, synapse: &dyn Fn() -> Box<dyn SynapseModel>) {
    let net = || recurrent::<R>(synapse());
    let simulation = |blocks, threads| net().simulation(blocks, threads, Vec::new()).with_weights_every(Some(100));
    let (spikes, weights) = outcome(&mut simulation(1, 1), 1300, 100);
    let rate = spikes.len() as f64 / 90.0 / 1.3;
    assert!((3.0..150.0).contains(&rate), "{name}: {rate} Hz");
    for (blocks, threads, chunk) in [(1, 1, 1300), (3, 2, 50)] {
        assert!(outcome(&mut simulation(blocks, threads), 1300, chunk) == (spikes.clone(), weights.clone()), "{name}");
    }
    // From a checkpoint behind the first sweep, by other blocks; and not told in between.
    let mut first = simulation(3, 1);
    let early = record(&mut first, 1037, 61).0;
    let mut second = simulation(2, 2);
    second.restore(&first.snapshot()).unwrap();
    assert!(second.snapshot() == first.snapshot(), "{name}: a state taken back is another");
    let (late, found) = outcome(&mut second, 1300, 121);
    assert!([early, late].concat() == spikes && found == weights, "{name}: resumed");
    let mut changed = false;
    let mut start = simulation(1, 1);
    start.advance(100).unwrap();
    if let Some(own) = &start.chunk().learned {
        changed = own.weights[0].2.iter().zip(&weights).any(|(before, after)| before.to_bits() != *after);
    }
    assert!(changed, "{name}: no weight has changed");
}

/// Every model: the same spikes and weights for any blocks, threads, chunks, and from a checkpoint of others. Would catch a history that
/// is forgotten by blocks, traces that belong to a thread, and state that no checkpoint has.
#[test]
fn bits_do_not_depend_on_blocks_threads_and_pauses() {
    models().for_each(|entry| bits::<f64>(entry.info.name, &|| built(entry, 50.0)));
    models().take(1).for_each(|entry| bits::<f32>(entry.info.name, &|| built(entry, 50.0)));
}

/// A snapshot that does not fit is refused, never half taken.
#[test]
fn snapshots_of_others_are_refused() {
    let entry = neuropil_network::synapse::model("stdp").unwrap();
    let mut simulation = recurrent::<f64>(built(entry, 50.0)).simulation(1, 1, Vec::new());
    simulation.advance(300).unwrap();
    let sound = simulation.snapshot();
    for change in [
        (|state| state.weights.truncate(3)) as fn(&mut neuropil_network::synapse::TimedState),
        |state| state.own.push(0.0),
        |state| state.cells.truncate(7),
        |state| state.settled = 10_000,
        |state| state.cells.iter_mut().for_each(|cell| cell.traces.push(1.0)),
        |state| state.rows.values_mut().for_each(|row| row.steps[0] = 10_000),
    ] {
        let mut wrong = sound.clone();
        change(&mut wrong.timed[0]);
        let fault = simulation.restore(&wrong).unwrap_err().to_string();
        assert!(fault.contains("0_to_0"), "{fault}");
    }
}

/// Weights above w_max, delays within the axonal one, and an axonal delay off the grid are named before the first step.
#[test]
fn impossible_synapses_are_named() {
    let fault = |weight: f64, params: &StdpParams| -> String {
        let mut net = pair(&[1], &[2], params);
        net.design.projections[0].weight = Property::Drawn(Distribution::constant(weight));
        let faults: Vec<NetworkError> = net.build(None, 1).err().unwrap();
        faults.iter().map(ToString::to_string).collect()
    };
    assert!(fault(2.5, &additive(0.0)).contains("at most 2 in size"), "{}", fault(2.5, &additive(0.0)));
    assert!(fault(1.0, &additive(3.0)).contains("longer than axonal_delay_ms = 3 ms"));
    assert!(fault(1.0, &additive(0.7)).contains("axonal_delay_ms"));
}
