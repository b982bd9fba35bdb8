//! Rules of synapses between spikes of two sides, each against one that is looked at in every step; and what they come to.

use super::{Net, noise};
use neuropil_core::{CellSet, Distribution, Outside, ParameterSet, Shape, Stream, StreamKey};
use neuropil_engine::Runnable;
use neuropil_network::Property;
use neuropil_network::connect::{AllToAll, OneToOne};
use neuropil_network::source::{PoissonSource, Rate, SpikeTrain};
use neuropil_network::synapse::stdp::StdpParams;
use neuropil_network::synapse::stdp_heterosynaptic::StdpHeterosynapticParams;
use neuropil_network::synapse::stdp_scaling::StdpScalingParams;
use neuropil_network::voice::Voice;

const DT: f64 = 0.5;
/// From the receiving cell to the synapse: all of the delay.
const LATE: u64 = 6;

/// The weight told after each step of a synapse of weight 1 between two trains.
fn told(rule: &str, values: &[f64], pre: &[u64], post: &[u64], steps: u64) -> Vec<f64> {
    let mut net = Net::<f64>::new(DT, 1);
    let train = |steps: &[u64]| steps.iter().map(|step| (*step, 0)).collect::<Vec<_>>();
    let source = net.train(1, &train(pre));
    let target = net.cells("lif_delta", 1, &[("v_th", 1e6)]);
    let spikes = SpikeTrain::new(train(post));
    net.design.voices.push(Voice { population: target, cells: CellSet::new(vec![0]).unwrap(), spikes });
    net.project(source, target, AllToAll, 1.0, DT * 6.0).synapse =
        Some(neuropil_network::synapse::model(rule).unwrap().build(values));
    let mut simulation = net.simulation(1, 1, Vec::new()).with_weights_every(Some(1));
    let mut weights = Vec::new();
    while simulation.step() < steps {
        simulation.advance(steps.min(77)).unwrap();
        weights.extend(simulation.chunk().learned.iter().flat_map(|own| &own.weights).map(|own| own.2[0]));
    }
    weights
}

fn draw(cell: u32, rate: f64) -> Vec<u64> {
    (1..8000).filter(|&step| noise(cell, step) < rate).collect()
}

/// What comes to the synapse at each step, and calls of an eager rule: after each step, then for a spike of the receiving cell, then of the other.
fn eager(pre: &[u64], post: &[u64], mut synapse: impl Eager) -> Vec<f64> {
    let at = |spikes: &[u64], step: u64, late: u64| {
        step.checked_sub(late).is_some_and(|sent| spikes.binary_search(&sent).is_ok())
    };
    (0..8000 - LATE)
        .map(|step| {
            if step > 0 {
                synapse.pass();
            }
            let (post, pre) = (at(post, step, LATE), at(pre, step, 0));
            synapse.meet(post, pre);
            synapse.weight()
        })
        .collect()
}

trait Eager {
    /// A step passes.
    fn pass(&mut self);
    /// Spikes of the receiving and of the sending cell, at one time.
    fn meet(&mut self, post: bool, pre: bool);
    fn weight(&self) -> f64;
}

fn same(found: &[f64], expected: &[f64], tolerance: f64) {
    for (step, own) in expected.iter().enumerate() {
        let weight = found[step + 6];
        assert!((weight - own).abs() < tolerance, "step {step}: {weight}, not {own}");
    }
    let far = expected.iter().fold(0.0_f64, |far, own| far.max((own - 1.0).abs()));
    assert!(far > 0.05, "the trains must change the weight: {far}");
}

fn left(tau: f64) -> f64 {
    (-DT / tau).exp()
}

struct Scaling {
    own: StdpScalingParams,
    w: f64,
    k: [f64; 2],
    rate: f64,
}

impl Eager for Scaling {
    fn pass(&mut self) {
        let own = &self.own;
        let tau = own.tau_rate.0;
        let fired = self.rate * tau * (1.0 - left(tau));
        let grown = self.w * (own.scaling_rate.0 * (own.target.0 / 1000.0 * DT - fired)).exp();
        self.w = grown.min(own.w_max.0);
        self.rate *= left(tau);
        self.k = [self.k[0] * left(own.tau_plus.0), self.k[1] * left(own.tau_minus.0)];
    }

    fn meet(&mut self, post: bool, pre: bool) {
        let (own, [plus, minus]) = (&self.own, self.k);
        let step = own.learning_rate.0 * own.w_max.0;
        if post {
            self.w += step * (1.0 - self.w / own.w_max.0) * plus;
            self.k[1] += 1.0;
            self.rate += 1.0 / own.tau_rate.0;
        }
        if pre {
            self.w -= own.alpha.0 * step * self.w / own.w_max.0 * minus;
            self.k[0] += 1.0;
        }
    }

    fn weight(&self) -> f64 {
        self.w
    }
}

/// Would catch a trace of the rate that is taken at the wrong end of a stretch, and one that the first spike starts at its target.
#[test]
fn scaling_lazy_is_eager() {
    let mut own = StdpScalingParams::defaults();
    (own.tau_rate.0, own.scaling_rate.0, own.target.0, own.w_max.0) = (700.0, 0.02, 60.0, 2.0);
    let (pre, post) = (draw(50, 0.01), draw(51, 0.02));
    let found = told("stdp_scaling", &own.values(), &pre, &post, 8000);
    same(&found, &eager(&pre, &post, Scaling { own, w: 1.0, k: [0.0; 2], rate: 0.0 }), 1e-12);
}

/// Scaling alone, of a cell that 50 Poisson cells drive: weights end where the cell fires at its target, from below and from above.
#[test]
fn scaling_keeps_the_rate() {
    for start in [2.0, 14.0] {
        let mut own = StdpScalingParams::defaults();
        (own.learning_rate.0, own.tau_rate.0, own.scaling_rate.0) = (0.0, 500.0, 0.05);
        (own.target.0, own.w_max.0) = (20.0, 100.0);
        let mut net = Net::<f64>::new(DT, 3);
        let key = StreamKey::new(3, Stream::Poisson, 9);
        let clock = net.design.clock;
        let source = net.source(50, PoissonSource::new(Rate::Constant(20.0), key, clock));
        let target = net.cells("lif_delta", 20, &[]);
        let projection = net.project(source, target, AllToAll, 0.1 * start, 1.0);
        projection.weight = Property::Drawn(Distribution::constant(0.1 * start));
        projection.synapse = Some(neuropil_network::synapse::model("stdp_scaling").unwrap().build(&own.values()));
        let mut simulation = net.simulation(1, 1, Vec::new());
        simulation.advance(20_000).unwrap();
        let mut fired = 0;
        for _ in 0..20 {
            simulation.advance(1000).unwrap();
            fired += simulation.chunk().spikes.iter().filter(|spike| spike.1 >= 50).count();
        }
        let rate = fired as f64 / 20.0 / 10.0;
        assert!((rate - 20.0).abs() < 1.0, "from weights of {start}: {rate} Hz");
    }
}

struct Heterosynaptic {
    own: StdpHeterosynapticParams,
    w: f64,
    reference: f64,
    z: [f64; 3],
}

impl Eager for Heterosynaptic {
    fn pass(&mut self) {
        let own = &self.own;
        // Euler in steps so short that their error stays below the tolerance.
        const PARTS: u32 = 50;
        for _ in 0..PARTS {
            let reference = self.reference;
            let preference = own.p.0 * reference * (own.w_p.0 / 2.0 - reference) * (own.w_p.0 - reference);
            self.reference += DT / f64::from(PARTS) * (self.w - reference - preference) / own.tau_cons.0;
        }
        let taus = [own.tau_plus.0, own.tau_minus.0, own.tau_slow.0];
        self.z.iter_mut().zip(taus).for_each(|(z, tau)| *z *= left(tau));
    }

    fn meet(&mut self, post: bool, pre: bool) {
        let (own, [plus, minus, slow]) = (&self.own, self.z);
        if post {
            let burst = own.heterosynaptic.0 * (self.w - self.reference) * minus * minus * minus;
            self.w = (self.w + own.a_plus.0 * plus * slow - burst).clamp(0.0, own.w_max.0);
            (self.z[1], self.z[2]) = (minus + 1.0, slow + 1.0);
        }
        if pre {
            // A spike of the other side at this time does not depress.
            self.w = (self.w - own.a_minus.0 * minus + own.transmitter.0).clamp(0.0, own.w_max.0);
            self.z[0] += 1.0;
        }
    }

    fn weight(&self) -> f64 {
        self.w
    }
}

/// Would catch traces just behind a spike in place of those just before it, and a reference that jumps with a spike.
#[test]
fn heterosynaptic_lazy_is_eager() {
    let mut own = StdpHeterosynapticParams::defaults();
    (own.a_plus.0, own.a_minus.0, own.transmitter.0, own.tau_cons.0) = (0.02, 0.015, 2e-3, 4000.0);
    (own.p.0, own.w_max.0, own.reference.0) = (2.0, 2.0, 0.25);
    let (pre, post) = (draw(50, 0.01), draw(51, 0.02));
    let found = told("stdp_heterosynaptic", &own.values(), &pre, &post, 8000);
    let expected = eager(&pre, &post, Heterosynaptic { own, w: 1.0, reference: 0.25, z: [0.0; 3] });
    same(&found, &expected, 2e-6);
}

/// The density that the Fokker-Planck equation of independent Poisson trains of one rate has at rest: the drift of W is r² λ τ times
/// g(W) = (1 − W)^μ − α W^μ, and its diffusion r² λ² [τ₂ ((1 − W)^2μ + α² W^2μ) + 2 r τ² g²]. τ and τ₂ are the sums of the window and of its
/// square over the grid of 1 ms, of which τ and τ/2 are the limits: spikes that meet do not pair.
fn fokker_planck(rate_per_ms: f64, own: &StdpParams) -> Vec<f64> {
    const CELLS: usize = 4000;
    let sum = |tau: f64| 1.0 / ((1.0 / tau).exp() - 1.0);
    let (tau, tau_2) = (sum(own.tau_plus.0), sum(0.5 * own.tau_plus.0));
    let (alpha, lambda) = (own.alpha.0, own.learning_rate.0);
    let (mu_plus, mu_minus) = (own.mu_plus.0, own.mu_minus.0);
    let up = |w: f64| (1.0 - w).powf(mu_plus);
    let down = |w: f64| alpha * w.powf(mu_minus);
    let drift = |w: f64| rate_per_ms.powi(2) * lambda * tau * (up(w) - down(w));
    let diffusion = |w: f64| {
        let single = tau_2 * (up(w).powi(2) + down(w).powi(2));
        let common = 2.0 * rate_per_ms * (tau * (up(w) - down(w))).powi(2);
        rate_per_ms.powi(2) * lambda * lambda * (single + common)
    };
    let middle = |cell: usize| (cell as f64 + 0.5) / CELLS as f64;
    let mut exponent = 0.0;
    let mut density: Vec<f64> = (0..CELLS)
        .map(|cell| {
            let step = 2.0 * drift(middle(cell)) / diffusion(middle(cell)) / CELLS as f64;
            exponent += step;
            (exponent - 0.5 * step).exp() / diffusion(middle(cell))
        })
        .collect();
    let sum: f64 = density.iter().sum();
    density.iter_mut().for_each(|own| *own /= sum);
    density
}

/// 1,000 pairs of Poisson cells that do not know each other: the weights of the multiplicative rule gather around one value, as the
/// Fokker-Planck equation has them. Would catch a window of another area or width, and pairs that are counted twice.
#[test]
fn stationary_weights_are_those_of_fokker_planck() {
    const PAIRS: u32 = 1000;
    let (mu, alpha, lambda) = (1.0, 1.2, 0.0025);
    let mut own = StdpParams::defaults();
    (own.mu_plus.0, own.mu_minus.0, own.alpha.0, own.learning_rate.0) = (mu, mu, alpha, lambda);
    let mut net = Net::<f64>::new(1.0, 11);
    let clock = net.design.clock;
    let key = |owner| StreamKey::new(11, Stream::Poisson, owner);
    let poisson = |owner| PoissonSource::new(Rate::Constant(80.0), key(owner), clock);
    let source = net.source(PAIRS, poisson(20));
    let trigger = net.source(PAIRS, poisson(21));
    // A cell that fires whenever its trigger does.
    let target = net.cells("lif_delta", PAIRS, &[("t_ref", 0.0)]);
    net.project(trigger, target, OneToOne, 1000.0, 1.0);
    let projection = net.project(source, target, OneToOne, 0.0, 2.0);
    let uniform = Shape::Uniform { low: 0.0, high: 1.0 };
    let outside = Outside::Redraw;
    projection.weight =
        Property::Drawn(Distribution { shape: uniform, min: f64::NEG_INFINITY, max: f64::INFINITY, outside });
    projection.synapse = Some(neuropil_network::synapse::model("stdp").unwrap().build(&own.values()));
    let mut simulation = net.simulation(1, 1, Vec::new());
    let mut samples = Vec::new();
    for number in 0..12 {
        simulation.advance(if number == 0 { 12_000 } else { 1500 }).unwrap();
        samples.extend(simulation.weights(1));
    }
    let fired = simulation.chunk().spikes.iter().filter(|spike| spike.1 >= 2 * PAIRS).count();
    let rate = fired as f64 / f64::from(PAIRS) / 1.5;
    let density = fokker_planck(rate / 1000.0, &own);
    let moment = |power: i32| -> f64 {
        let each = density.iter().enumerate();
        each.map(|(cell, own)| own * ((cell as f64 + 0.5) / density.len() as f64).powi(power)).sum()
    };
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let square = samples.iter().map(|own| own * own).sum::<f64>() / samples.len() as f64;
    let (sd, expected) = ((square - mean * mean).sqrt(), (moment(2) - moment(1).powi(2)).sqrt());
    assert!((mean / moment(1) - 1.0).abs() < 0.005, "mean {mean}, not {}", moment(1));
    assert!((sd / expected - 1.0).abs() < 0.04, "sd {sd}, not {expected}");
}
