//! A rule of bursts, on trains and on the cell that bursts.

use super::{built, synapse};
use crate::timed::{pair_of, told};
use crate::{Net, noise};
use neuropil_core::{Stream, StreamKey};
use neuropil_engine::Runnable;
use neuropil_equations::machine::{Method, Settings};
use neuropil_equations::{Role, read};
use neuropil_network::connect::AllToAll;
use neuropil_network::current::Waveform;
use neuropil_network::neuron::EquationModel;
use neuropil_network::source::Rate;
use neuropil_network::{Kind, Window};

const RULE: &str = include_str!("../../../../../models/synapses/burst_dependent.nestml");
const CELL: &str = include_str!("../../../../../models/cells/naud_sprekeler.nestml");
const DT: f64 = 0.5;

/// The rule of \[Payeur2021\], of spikes as they are at the synapse: dw/dt = η (B − P E) x, where an event follows a pause of more than 16 ms, and a
/// burst is the second spike of an event.
fn expected(pre: &[u64], post: &[u64], steps: u64) -> Vec<f64> {
    let (eta, tau_x, tau_mean, most) = (0.05, 50.0, 800.0, 16.0);
    let (mut w, mut x) = (1.0_f64, 0.0);
    let (mut events, mut bursts) = (0.005, 0.5 * 0.005);
    let (mut last_pre, mut last_post, mut in_burst) = (f64::NEG_INFINITY, f64::NEG_INFINITY, false);
    (0..=steps)
        .map(|step| {
            let now = step as f64 * DT;
            if step > 0 {
                x *= (-DT / tau_x).exp();
            }
            // What the cell keeps begins with the run at the cell, and is at the synapse six steps later.
            if step > 6 {
                events *= (-DT / tau_mean).exp();
                bursts *= (-DT / tau_mean).exp();
            }
            if post.contains(&step) {
                if now - last_post > most {
                    w = (w - eta * bursts / events * x).max(0.0);
                    events += 1.0 / tau_mean;
                    in_burst = false;
                } else if !in_burst {
                    w = (w + eta * x).min(3.0);
                    bursts += 1.0 / tau_mean;
                    in_burst = true;
                }
                last_post = now;
            }
            if pre.contains(&step) {
                x += f64::from(u8::from(now - last_pre > most));
                last_pre = now;
            }
            w
        })
        .collect()
}

/// Trains of single spikes and bursts of two to four. Would catch a third spike that counts, an event within 16 ms, and averages of another order.
#[test]
fn bursts_and_events_are_told_apart() {
    let train = |seed: u32| {
        let mut all: Vec<u64> = Vec::new();
        for event in (1..4900).filter(|step| noise(seed, *step) < 0.012) {
            let spikes = u64::from(noise(seed + 1, event) < 0.5) * (1 + event % 3) + 1;
            // 16 ms are 32 steps: some gaps are just that, and some a step more.
            let gap = [9, 20, 32, 33][usize::try_from(event % 4).unwrap()];
            all.extend((0..spikes).map(|spike| event + spike * gap));
        }
        all.sort_unstable();
        all.dedup();
        all
    };
    let (pre, post) = (train(500), train(510));
    let given = [("eta", 0.05), ("tau_mean_ms", 800.0), ("w_max", 3.0)];
    let own = built(&synapse(RULE), &given, (0.0, DT));
    let found = told(pair_of(&pre, &post, Some(own)), 5000);
    // All of the delay of six steps lies behind the synapse.
    let late: Vec<u64> = post.iter().map(|step| step + 6).collect();
    let (mut before, mut grown, mut shrunk) = (1.0_f64, 0.0, 0.0);
    for (step, w) in expected(&pre, &late, 4980).into_iter().enumerate() {
        (before, grown, shrunk) = (w, grown + (w - before).max(0.0), shrunk + (before - w).max(0.0));
        assert!((found[step + 6] - w).abs() < 1e-11, "step {step}: {}, not {w}", found[step + 6]);
    }
    assert!(grown > 0.1 && shrunk > 0.1, "{grown} and {shrunk}");
}

/// After a silence in which both averages fade to nothing, the share of bursts is what it was: the first spike takes eta P x, as after a short one.
/// Would catch 0/0, which a bound would hide.
#[test]
fn a_long_silence_leaves_the_share_of_bursts() {
    for silence in [2000, 40_000] {
        let pre = [silence + 10];
        let post = [silence + 20];
        let given = [("eta", 0.05), ("tau_mean_ms", 20.0), ("w_max", 3.0)];
        let found = told(pair_of(&pre, &post, Some(built(&synapse(RULE), &given, (0.0, DT)))), silence + 40);
        // The spike of the cell is at the synapse six steps later.
        let x = (-16.0 * DT / 50.0_f64).exp();
        let expected = 1.0 - 0.05 * 0.5 * x;
        let last = found[usize::try_from(silence + 40).unwrap() - 1];
        assert!((last - expected).abs() < 1e-14, "{silence}: {last}, not {expected}");
    }
}

/// Twenty of the paper's cells, whose dendrites are excited more in the second half than in the first, or less: bursts become more frequent than they were,
/// or rarer, and weights grow or shrink. Would catch a sign, and a burst probability that is no average of the cell's own past.
#[test]
fn a_dendrite_that_is_excited_teaches_its_synapses() {
    let change = |first: f64, second: f64| {
        let dt = 0.1;
        let mut net = Net::<f64>::new(dt, 21);
        // Ten senders at some 10 Hz, of single spikes.
        let spikes = (1..60_000).flat_map(|step| (0..10).map(move |cell| (step, cell)));
        let spikes: Vec<(u64, u32)> = spikes.filter(|(step, cell)| noise(600 + cell, *step) < 1e-3).collect();
        let source = net.train(10, &spikes);
        let cell = read(CELL, Some(Role::Cell)).expect("a sound file").cells.remove(0);
        let model = EquationModel::new(cell, dt).expect("a cell");
        let columns = vec![None; model.info().parameters.len()];
        let settings = Settings { dt_ms: dt, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
        let key = StreamKey::new(21, Stream::Equation, 1);
        let cells = model.build::<f64>(&columns, 20, settings, key).expect("sound cells");
        let target = net.population(20, Kind::Neurons(cells));
        let dendrite = model.info().currents.iter().position(|port| port.name == "I_stim_d").unwrap();
        net.poisson(target, Rate::Constant(700.0), 120.0);
        net.design.poisson.last_mut().unwrap().receptor = model.info().ports.iter().position(|port| port.name == "exc");
        let windows = [(0.0, 3000.0, first), (3000.0, f64::INFINITY, second)];
        for (from, until, amplitude) in windows {
            let window = Window { start_ms: from, stop_ms: until };
            net.current_in(target, Waveform::Constant { amplitude }, window);
            net.design.currents.last_mut().unwrap().port = dendrite;
        }
        let given = [("eta", 2.0), ("tau_mean_ms", 1000.0), ("w_max", 60.0)];
        let projection = net.project(source, target, AllToAll, 30.0, 1.0);
        projection.receptor = model.info().ports.iter().position(|port| port.name == "exc");
        projection.synapse = Some(built(&synapse(RULE), &given, (0.0, dt)));
        let mut simulation = net.simulation(1, 1, Vec::new()).with_weights_every(Some(30_000));
        let mut means = Vec::new();
        for _ in 0..2 {
            simulation.advance(30_000).unwrap();
            let told = simulation.chunk().learned.as_ref().unwrap().weights.last().unwrap().2.clone();
            means.push(told.iter().sum::<f64>() / told.len() as f64);
        }
        means[1] - means[0]
    };
    let (more, less) = (change(150.0, 400.0), change(400.0, 150.0));
    assert!(more > 1.0 && less < -1.0, "{more} and {less} pA");
}
