//! The shipped files of synapses in a network, beside each synapse advanced in every step by the rule as its paper has it, written out.

use super::twins::{FILES, of_file, values};
use crate::{Net, noise};
use neuropil_core::CellSet;
use neuropil_engine::Runnable;
use neuropil_network::Property;
use neuropil_network::connect::List;
use neuropil_network::source::SpikeTrain;
use neuropil_network::synapse::third_factor::{Origin, ThirdFactor};
use neuropil_network::voice::Voice;
use std::collections::{BTreeMap, BTreeSet};

const DT: f64 = 0.1;
/// A step in which a cell of a train fires: 20 Hz.
const CHANCE: f64 = 0.002;
/// How often weights are looked at, and from a spike of dopamine to the synapses, in steps.
const EVERY: u64 = 250;
const LATE: u64 = 7;

/// Trains of senders, receivers and dopamine, and a synapse between each pair.
struct Pairs {
    pre: Vec<BTreeSet<u64>>,
    post: Vec<BTreeSet<u64>>,
    dopamine: BTreeSet<u64>,
    /// Weights and total delays in steps, receiver by receiver.
    weights: Vec<f64>,
    delays: Vec<u64>,
    axonal: u64,
    steps: u64,
}

impl Pairs {
    /// Poisson trains; every fifth spike of a receiver is moved so that it meets a sender's spike at their synapse.
    fn drawn((senders, receivers): (u32, u32), axonal: u64, steps: u64) -> Self {
        let train = |cell: u32| (1..steps).filter(move |&step| noise(cell, step) < CHANCE).collect::<BTreeSet<u64>>();
        let of_pair = |pair: u32, which: u64| noise(50_000 + pair, which);
        let pairs = senders * receivers;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few steps")]
        let delay = |pair| axonal + 1 + (of_pair(pair, 2) * (50 - axonal) as f64) as u64;
        let mut own = Self {
            pre: (0..senders).map(train).collect(),
            post: (0..receivers).map(|cell| train(1000 + cell)).collect(),
            dopamine: train(2000),
            weights: (0..pairs).map(|pair| 3.0 * of_pair(pair, 1) - 1.5).collect(),
            delays: (0..pairs).map(delay).collect(),
            axonal,
            steps,
        };
        for (receiver, train) in (0_u32..).zip(&mut own.post) {
            let moved: Vec<u64> = train.iter().copied().step_by(5).collect();
            for (number, spike) in (0_u32..).zip(moved) {
                let sender = (number + receiver) % senders;
                let delay = own.delays[(receiver * senders + sender) as usize];
                let next = own.pre[sender as usize].range(spike..).next();
                if let Some(meets) =
                    next.and_then(|pre| (pre + axonal).checked_sub(delay - axonal)).filter(|at| *at > 0)
                {
                    train.remove(&spike);
                    train.insert(meets);
                }
            }
        }
        own
    }

    /// Weights of the pairs at every so many steps, of the network with synapses of a file.
    fn of_network(&self, name: &str, text: &str) -> Vec<(u64, Vec<f64>)> {
        let given = values(name, self.axonal as f64 * DT);
        let synapse = of_file(name, text, &given, DT);
        let mut net = Net::<f64>::new(DT, 3);
        let spikes = |trains: &[BTreeSet<u64>]| {
            let all = (0..).zip(trains).flat_map(|(cell, own)| own.iter().map(move |step| (*step, cell)));
            let mut all: Vec<(u64, u32)> = all.collect();
            all.sort_unstable();
            all
        };
        let count = |trains: &[BTreeSet<u64>]| u32::try_from(trains.len()).unwrap();
        let (senders, receivers) = (count(&self.pre), count(&self.post));
        // Receivers first, so that a cell of a block has its number.
        let target = net.cells("lif_delta", receivers, &[("v_th", 1e6)]);
        let source = net.train(senders, &spikes(&self.pre));
        let modulator = net.train(1, &spikes(std::slice::from_ref(&self.dopamine)));
        net.design.voices.push(Voice {
            population: target,
            cells: CellSet::new((0..receivers).collect::<Vec<_>>()).unwrap(),
            spikes: SpikeTrain::new(spikes(&self.post)),
        });
        let froms = (0..receivers).flat_map(|_| 0..senders).collect();
        let tos: Vec<u32> = (0..receivers).flat_map(|to| (0..senders).map(move |_| to)).collect();
        let projection = net.project(source, target, List::new(froms, &tos), 0.0, 1.0);
        projection.weight = Property::List(self.weights.clone());
        projection.delay_ms = Property::List(self.delays.iter().map(|steps| *steps as f64 * DT).collect());
        let ports = synapse.timing().map_or(0, |timing| timing.ports().len());
        let origin = Origin::Spikes { senders: vec![(modulator, None)], delay_steps: u32::try_from(LATE).unwrap() };
        projection.third_factors = vec![ThirdFactor { gain: 1.0, origin }; ports];
        projection.synapse = Some(synapse);
        let mut simulation = net.simulation(1, 1, Vec::new()).with_weights_every(Some(EVERY));
        let mut all = Vec::new();
        while simulation.step() < self.steps {
            simulation.advance(1000.min(self.steps - simulation.step())).unwrap();
            let told = simulation.chunk().learned.iter().flat_map(|own| &own.weights);
            all.extend(told.map(|own| (own.0, own.2.clone())));
        }
        all
    }

    /// The largest difference of a weight of the network from the rule, and how many synapses moved.
    fn compare(&self, name: &str, text: &str) -> (f64, usize) {
        let told = self.of_network(name, text);
        let given: BTreeMap<&str, f64> = values(name, 0.0).into_iter().collect();
        let (mut far, mut moved) = (0.0_f64, 0);
        for (pair, (weight, delay)) in self.weights.iter().zip(&self.delays).enumerate() {
            let (receiver, sender) = (pair / self.pre.len(), pair % self.pre.len());
            let dendritic = delay - self.axonal;
            let mut slow = Slow::new(name, weight.abs(), &given);
            let mut looks = told.iter().peekable();
            for step in 0..self.steps {
                let there =
                    |train: &BTreeSet<u64>, late: u64| step.checked_sub(late).is_some_and(|at| train.contains(&at));
                if step > 0 {
                    slow.decay();
                }
                if there(&self.post[receiver], dendritic) {
                    slow.post();
                }
                if there(&self.pre[sender], self.axonal) {
                    slow.pre();
                }
                if there(&self.dopamine, LATE) {
                    slow.n += 1.0 / slow.tau_n;
                }
                while let Some((at, all)) = looks.peek().filter(|own| own.0 <= step + dendritic) {
                    if *at == step + dendritic {
                        let own = (all[pair] - weight.signum() * slow.w).abs();
                        far = if own > far || own.is_nan() { own } else { far };
                    }
                    looks.next();
                }
            }
            moved += usize::from((slow.w - weight.abs()).abs() > 0.01);
        }
        (far, moved)
    }
}

/// A synapse by the rule of its name: traces fall in every step, and spikes do what the paper says.
struct Slow<'n> {
    rule: &'n str,
    w: f64,
    pre: [f64; 2],
    post: [f64; 2],
    /// The postsynaptic trace without a spike of this very step: two that meet do not pair.
    post_before: f64,
    paired: bool,
    c: f64,
    n: f64,
    tau_n: f64,
    factors: [f64; 4],
    rate: f64,
    alpha: f64,
    mu: [f64; 2],
    w_max: f64,
    triplet: [f64; 4],
    /// Dopamine: amplitudes, the baseline, what a step leaves of c and n, and what c and c n give to the weight in a step.
    amplitudes: [f64; 2],
    baseline: f64,
    left: [f64; 2],
    gain: [f64; 2],
}

impl<'n> Slow<'n> {
    fn new(rule: &'n str, w: f64, given: &BTreeMap<&str, f64>) -> Self {
        let value = |name: &str, default: f64| given.get(name).copied().unwrap_or(default);
        let (tau_plus, tau_minus) = if rule == "stdp_triplet" { (16.8, 33.7) } else { (20.0, 20.0) };
        let left = |name: &str, default: f64| (-DT / value(name, default)).exp();
        let (tau_c, tau_n) = (value("tau_c", 1000.0), value("tau_n", 200.0));
        let both = tau_c * tau_n / (tau_c + tau_n);
        // Nearest-neighbour rules begin as if a presynaptic spike had come at the start.
        let first = f64::from(u8::from(["stdp_nn_symm", "stdp_nn_restr"].contains(&rule)));
        Self {
            rule,
            w,
            pre: [first, 0.0],
            post: [0.0; 2],
            post_before: 0.0,
            paired: false,
            c: 0.0,
            n: 0.0,
            tau_n,
            factors: [
                left("tau_plus", tau_plus),
                left("tau_plus_triplet", 101.0),
                left("tau_minus", tau_minus),
                left("tau_minus_triplet", 125.0),
            ],
            rate: value("learning_rate", 0.01),
            alpha: value("alpha", 1.0),
            mu: [value("mu_plus", 1.0), value("mu_minus", value("mu", 1.0))],
            w_max: value("w_max", f64::INFINITY),
            triplet: [value("a_plus", 5e-10), 6.2e-3, 7e-3, 2.3e-4],
            amplitudes: [value("a_plus", 1.0), value("a_minus", 1.5)],
            baseline: value("baseline", 0.0),
            left: [(-DT / tau_c).exp(), (-DT / tau_n).exp()],
            gain: [tau_c * (1.0 - (-DT / tau_c).exp()), both * (1.0 - (-DT / both).exp())],
        }
    }

    fn decay(&mut self) {
        if self.rule == "stdp_dopamine" {
            self.w += self.c * (self.n * self.gain[1] - self.baseline * self.gain[0]);
            self.w = self.w.clamp(0.0, self.w_max);
            (self.c, self.n) = (self.c * self.left[0], self.n * self.left[1]);
        }
        for (trace, left) in self.pre.iter_mut().chain(&mut self.post).zip(self.factors) {
            *trace *= left;
        }
        self.post_before = self.post[0];
    }

    fn post(&mut self) {
        let [trace, _] = self.pre;
        let grown = |w: f64| {
            (w / self.w_max + self.rate * (1.0 - w / self.w_max).powf(self.mu[0]) * trace).min(1.0) * self.w_max
        };
        match self.rule {
            "stdp" | "stdp_nn_symm" | "stdp_nn_pre_centered" => self.w = grown(self.w),
            "stdp_nn_restr" if self.paired => {}
            "stdp_nn_restr" => self.w = grown(self.w),
            "stdp_power_law" => self.w += self.rate * self.w.powf(self.mu[1]) * trace,
            "stdp_triplet" => {
                self.w = (self.w + trace * (self.triplet[0] + self.triplet[1] * self.post[1])).min(self.w_max);
            }
            "vogels_sprekeler" => self.w = (self.w + self.rate * trace).min(self.w_max),
            "stdp_dopamine" => self.c += self.amplitudes[0] * trace,
            other => panic!("{other}"),
        }
        self.paired = true;
        match self.rule.starts_with("stdp_nn") {
            true => self.post = [1.0; 2],
            false => self.post = self.post.map(|trace| trace + 1.0),
        }
        if self.rule == "stdp_nn_pre_centered" {
            self.pre = [0.0; 2];
        }
    }

    fn pre(&mut self) {
        let trace = self.post_before;
        let shrunk = |w: f64| {
            (w / self.w_max - self.alpha * self.rate * (w / self.w_max).powf(self.mu[1]) * trace).max(0.0) * self.w_max
        };
        match self.rule {
            "stdp" | "stdp_nn_symm" | "stdp_nn_pre_centered" => self.w = shrunk(self.w),
            "stdp_nn_restr" if !self.paired => {}
            "stdp_nn_restr" => self.w = shrunk(self.w),
            "stdp_power_law" => self.w = (self.w - self.alpha * self.rate * self.w * trace).max(0.0),
            "stdp_triplet" => {
                self.w = (self.w - trace * (self.triplet[2] + self.triplet[3] * self.pre[1])).max(0.0);
            }
            "vogels_sprekeler" => {
                self.w = (self.w + self.rate * trace).min(self.w_max);
                self.w = (self.w - self.alpha * self.rate).max(0.0);
            }
            "stdp_dopamine" => self.c -= self.amplitudes[1] * trace,
            other => panic!("{other}"),
        }
        self.paired = false;
        match ["stdp_nn_symm", "stdp_nn_restr"].contains(&self.rule) {
            true => self.pre = [1.0; 2],
            false => self.pre = self.pre.map(|trace| trace + 1.0),
        }
    }
}

/// Every weight of a network of pairs, at every 25 ms, is that of the rule to 1e-10. Delays are 0.1 to 5 ms, with axonal parts.
fn held(size: (u32, u32), steps: u64) {
    for (name, text) in FILES {
        for axonal in [0, 5, 20] {
            let pairs = Pairs::drawn(size, axonal, steps);
            let (far, moved) = pairs.compare(name, text);
            println!("{name}, axonal {axonal} steps: {far:e}, {moved} of {} moved", pairs.weights.len());
            assert!(far < 1e-10, "{name}, axonal delay of {axonal} steps: {far:e}");
            assert!(moved > pairs.weights.len() / 4, "{name}: {moved} weights moved");
        }
    }
}

/// Would catch a delay on the wrong side, two spikes that meet and pair, a spike that is met twice or never, and a history that one of many
/// synapses of a cell still needs.
#[test]
fn networks_of_pairs_are_advanced_in_every_step() {
    held((12, 4), 10_000);
}

/// The same at length: 1,000 pairs over ten seconds.
#[test]
#[ignore = "a minute or more: `cargo test --workspace --test it a_thousand_pairs -- --ignored`"]
fn a_thousand_pairs_are_advanced_in_every_step() {
    held((100, 10), 100_000);
}
