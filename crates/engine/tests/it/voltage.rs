//! Synapses that watch the membranes of their receiving cells.

use super::timed::told;
use super::{Net, noise, probe, record};
use neuropil_core::ParameterSet;
use neuropil_network::connect::AllToAll;
use neuropil_network::current::Waveform;
use neuropil_network::source::Rate;
use neuropil_network::synapse::clopath::ClopathParams;
use neuropil_network::synapse::r_max::RMaxParams;
use neuropil_network::synapse::third_factor::Origin;
use neuropil_network::synapse::{SynapseModel, ThirdFactor};

const DT: f64 = 0.5;

fn train(steps: &[u64]) -> Vec<(u64, u32)> {
    steps.iter().map(|step| (*step, 0)).collect()
}

/// A presynaptic train onto a cell through a synapse of weight 1, with a delay of 3 ms.
fn onto(cell: &str, given: &[(&str, f64)], pre: &[u64], params: &ClopathParams) -> Net<f64> {
    let mut net = Net::<f64>::new(DT, 3);
    let source = net.train(1, &train(pre));
    let target = net.cells(cell, 1, given);
    net.project(source, target, AllToAll, 1.0, 3.0).synapse =
        Some(neuropil_network::synapse::model("clopath").unwrap().build(&params.values()));
    net
}

/// A cell whose potential is held, and n presynaptic spikes at equal intervals T: figure 1h of the paper. Each spike depresses by
/// A_LTD (u − θ₋)₊. Between them potentiation is A_LTP (u − θ₊)₊ (u − θ₋)₊ dt x̄ in each step, of which the sum over the train
/// is a double geometric one. Would catch a presynaptic trace that jumps by 1, steps that are counted twice or not, and a threshold on the wrong
/// voltage.
#[test]
fn a_clamped_cell_is_the_closed_form() {
    let mut params = ClopathParams::defaults();
    (params.w_max.0, params.a_ltp.0, params.a_ltd.0) = (100.0, 8e-4, 14e-4);
    let (interval, spikes) = (80_u64, 25_u64);
    for u in [-80.0, -70.6, -60.0, -45.3, -30.0, 0.0] {
        let pre: Vec<u64> = (1..=spikes).map(|spike| spike * interval).collect();
        // So large a capacity that what arrives moves nothing.
        let held = [("e_l", u), ("v_th", 1e6), ("v_reset", -100.0), ("c_m", 1e15)];
        let weights = told(onto("lif_exp", &held, &pre, &params), spikes * interval + 10);
        let above = |threshold: f64| (u - threshold).max(0.0);
        let left = (-DT / 15.0_f64).exp();
        // One spike's trace over a whole interval, and what is left of the traces of all before.
        let over = left.powi(80);
        let one = left * (1.0 - over) / (1.0 - left) / 15.0;
        let traces: f64 = (1..spikes).map(|spike| (1.0 - over.powf(spike as f64)) / (1.0 - over)).sum();
        let rate = params.a_ltp.0 * above(-45.3) * above(-70.6) * DT;
        let expected = (1.0 + rate * one * traces - params.a_ltd.0 * above(-70.6) * spikes as f64).max(0.0);
        // As the last spike carries it.
        let found = weights[usize::try_from(spikes * interval + 6).unwrap()];
        assert!((found - expected).abs() < 1e-9, "{u} mV: {found}, not {expected}");
    }
}

/// The rule of \[Clopath2010\] in every step, of a recorded potential: low passes of lines between the ends of steps.
struct Eager<'p> {
    p: &'p ClopathParams,
    /// u, ū₊, ū₋, ū̄ of each step.
    past: Vec<[f64; 4]>,
}

impl Eager<'_> {
    /// τ dy/dt = −y + a line from one value to another, by ten steps of Runge and Kutta within a step.
    fn follow(low: f64, [from, to]: [f64; 2], tau: f64) -> f64 {
        let h = DT / 10.0;
        let slope = |y: f64, at: f64| (from + (to - from) * at / 10.0 - y) / tau;
        (0..10).map(f64::from).fold(low, |y, part| {
            let first = slope(y, part);
            let second = slope(y + 0.5 * h * first, part + 0.5);
            let third = slope(y + 0.5 * h * second, part + 0.5);
            let fourth = slope(y + h * third, part + 1.0);
            y + h / 6.0 * (first + 2.0 * (second + third) + fourth)
        })
    }

    fn new<'p>(p: &'p ClopathParams, v_m: &[f64]) -> Eager<'p> {
        let mut past = vec![[v_m[0]; 4]];
        for ends in v_m.windows(2) {
            let [_, plus, minus, mean] = past[past.len() - 1];
            let now = Self::follow(minus, [ends[0], ends[1]], p.tau_minus.0);
            past.push([
                ends[1],
                Self::follow(plus, [ends[0], ends[1]], p.tau_plus.0),
                now,
                Self::follow(mean, [minus, now], p.tau_mean.0),
            ]);
        }
        Eager { p, past }
    }

    fn at(&self, step: i64) -> [f64; 4] {
        self.past[usize::try_from(step).unwrap_or(0)]
    }

    /// The weight at the synapse at the end of each step, of a train that leaves at some steps.
    fn weights(&self, pre: &[u64], (axonal, dendritic): (i64, i64)) -> Vec<f64> {
        let (p, lag) = (self.p, (self.p.delay_u_bars.0 / DT).round());
        #[expect(clippy::cast_possible_truncation, reason = "a few steps")]
        let lag = lag as i64;
        let (mut w, mut x) = (1.0_f64, 0.0);
        let steps = self.past.len().cast_signed() as i64;
        (0..steps)
            .map(|now| {
                x *= (-DT / p.tau_x.0).exp();
                let cell = now - dendritic;
                if cell >= 1 {
                    let (u, plus) = (self.at(cell)[0], self.at(cell - lag)[1]);
                    let grown = (u - p.theta_plus.0).max(0.0) * (plus - p.theta_minus.0).max(0.0);
                    w = (w + p.a_ltp.0 * grown * x * DT).min(p.w_max.0);
                }
                let sent = (now - axonal).try_into().is_ok_and(|sent: u64| pre.binary_search(&sent).is_ok());
                if sent {
                    let mean = (self.at(cell)[3] - p.u_rest.0) / p.u_ref.0;
                    let size = p.a_ltd.0 * if p.homeostasis.0 == 0.0 { 1.0 } else { mean * mean };
                    w = (w - size * (self.at(cell - lag)[2] - p.theta_minus.0).max(0.0)).max(p.w_min.0);
                    x += 1.0 / p.tau_x.0;
                }
                w
            })
            .collect()
    }
}

/// A cell that fires at some 30 Hz, and its synapse beside the slow program, with and without homeostasis, and with a delay that is half axonal. Would
/// catch a membrane of the step before or after, a history that is forgotten too early, and low passes that start elsewhere than the cell.
#[test]
fn clopath_lazy_is_eager() {
    for (axonal, homeostasis, seed) in [(0.0, 0.0, 0), (1.5, 2.0, 1), (2.5, 2.0, 2)] {
        let mut params = ClopathParams::defaults();
        (params.a_ltp.0, params.a_ltd.0, params.w_max.0, params.w_min.0) = (4e-3, 14e-3, 1.4, 0.2);
        (params.theta_plus.0, params.theta_minus.0, params.delay_u_bars.0) = (-56.0, -68.0, 2.0 + axonal);
        (params.homeostasis.0, params.tau_mean.0) = (homeostasis, 300.0);
        params.axonal_delay.0 = axonal;
        let pre: Vec<u64> = (1..5000).filter(|&step| noise(40 + seed, step) < 0.02).collect();
        let net = |probed: bool| {
            let mut net = onto("lif_exp", &[("i_e", 300.0)], &pre, &params);
            net.poisson(1, Rate::Constant(800.0), 60.0);
            net.current(1, Waveform::Constant { amplitude: 30.0 });
            let probes = if probed { vec![probe(1, 0, 1)] } else { Vec::new() };
            (net, probes)
        };
        let (probed, probes) = net(true);
        let mut simulation = probed.simulation(1, 1, probes);
        let start = -70.0;
        let (spikes, frames) = record(&mut simulation, 5000, 100);
        assert!(spikes.iter().filter(|spike| spike.1 == 1).count() > 20);
        let v_m: Vec<f64> = std::iter::once(start).chain(frames[0].iter().copied()).collect();
        let late = ((3.0 - axonal) / DT).round();
        #[expect(clippy::cast_possible_truncation, reason = "a few steps")]
        let (before, behind) = ((axonal / DT).round() as i64, late as i64);
        let expected = Eager::new(&params, &v_m).weights(&pre, (before, behind));
        let found = told(net(false).0, 5000);
        let far = expected.iter().fold(0.0_f64, |far, own| far.max((own - 1.0).abs()));
        assert!(far > 0.05, "the voltage must change the weight: {far}");
        for (step, own) in expected.iter().enumerate() {
            // What is at the synapse is told when it arrives at the cell.
            let Some(weight) = found.get(step + usize::try_from(behind).unwrap()) else { break };
            assert!((weight - own).abs() < 1e-8, "{axonal} ms, step {step}: {weight}, not {own}");
        }
    }
}

/// A rule that watches a membrane is refused by name where cells have none in mV, and where the delay of low passes is off the grid.
#[test]
fn cells_without_a_membrane_are_named() {
    let faults = |cell: &str, delay: f64| -> String {
        let mut params = ClopathParams::defaults();
        params.delay_u_bars.0 = delay;
        let net = onto(cell, &[], &[1], &params);
        let faults = net.build(None, 1).err().unwrap_or_default();
        faults.iter().map(|fault| format!("{fault}\n")).collect()
    };
    assert!(faults("lif_exp", 5.0).is_empty());
    let fault = faults("rflo_tanh", 5.0);
    assert!(fault.contains("voltage-based plasticity watches a membrane in mV"), "{fault}");
    assert!(faults("lif_exp", 0.7).contains("delay_u_bars_ms"), "{}", faults("lif_exp", 0.7));
}

/// The rule of \[Fremaux2010\] in every step, of a recorded potential and recorded spikes; reward comes in spikes. Between steps the
/// eligibility and the reward decay, and the weight follows their product, by Simpson's rule.
fn rewarded(p: &RMaxParams, v_m: &[f64], arrive: &[u64], fired: &[u64], reward: &[u64]) -> Vec<f64> {
    let at = |spikes: &[u64], step: u64| spikes.binary_search(&step).is_ok();
    let (mut w, mut e, mut n, mut x) = (1.0_f64, 0.0, 0.0, 0.0);
    let slope = |e: f64, n: f64| e * (n - p.baseline.0);
    let after = |y: f64, tau: f64, part: f64| y * (-part * DT / tau).exp();
    let rate = |u: f64| p.rho_0.0 / 1000.0 * ((u - p.theta.0) / p.delta_u.0).exp() * DT;
    (0..v_m.len() as u64)
        .map(|step| {
            if step == 0 {
                return w;
            }
            let [e0, em, e1] = [0.0, 0.5, 1.0].map(|part| after(e, p.tau_e.0, part));
            let [n0, nm, n1] = [0.0, 0.5, 1.0].map(|part| after(n, p.tau_n.0, part));
            w += DT / 6.0 * (slope(e0, n0) + 4.0 * slope(em, nm) + slope(e1, n1));
            w = w.clamp(p.w_min.0, p.w_max.0);
            (e, n, x) = (e1, n1, after(x, p.tau_x.0, 1.0));
            x += f64::from(u8::from(at(arrive, step)));
            let here = usize::try_from(step).unwrap();
            let expected = rate(v_m[here - usize::from(at(fired, step))]);
            let beside = if at(fired, step) { expected / expected.exp_m1() } else { -expected };
            e += p.learning_rate.0 * x * beside / p.delta_u.0;
            n += if at(reward, step) { 1.0 / p.tau_n.0 } else { 0.0 };
            w
        })
        .collect()
}

fn r_max(params: &RMaxParams, delay_steps: u32, reward: usize) -> (Box<dyn SynapseModel>, ThirdFactor) {
    let origin = Origin::Spikes { senders: vec![(reward, None)], delay_steps };
    (neuropil_network::synapse::model("r_max").unwrap().build(&params.values()), ThirdFactor { gain: 1.0, origin })
}

/// A synapse beside the slow program. Would catch a trace that is a step early or late at the cell, a potential of the wrong step, and
/// moments that are lost as synapses settle.
#[test]
fn r_max_lazy_is_eager() {
    r_max_beside_the_slow_program(20.0, 0.1);
}

/// The same of a trace that lasts for no step: a spike counts for what its cell does in the very step of its arrival. Would catch a trace that is
/// more than 1 before it arrives, of which e^(dt/tau_x) is no number.
#[test]
fn a_trace_of_r_max_may_be_as_short_as_it_likes() {
    r_max_beside_the_slow_program(DT / 1000.0, 2.0);
}

fn r_max_beside_the_slow_program(tau_x: f64, learning_rate: f64) {
    let mut params = RMaxParams::defaults();
    (params.tau_x.0, params.learning_rate.0) = (tau_x, learning_rate);
    (params.theta.0, params.delta_u.0, params.tau_e.0) = (-56.0, 3.0, 300.0);
    (params.baseline.0, params.w_max.0, params.tau_n.0) = (2e-3, 3.0, 40.0);
    let draw = |cell: u32, rate: f64| (1..4000).filter(move |&step| noise(cell, step) < rate).collect::<Vec<u64>>();
    let (pre, reward) = (draw(70, 0.02), draw(71, 0.003));
    let net = || {
        let mut net = Net::<f64>::new(DT, 3);
        let source = net.train(1, &train(&pre));
        let target = net.cells("lif_exp", 1, &[("i_e", 330.0)]);
        let giver = net.train(1, &train(&reward));
        let (synapse, factor) = r_max(&params, 4, giver);
        let projection = net.project(source, target, AllToAll, 1.0, 3.0);
        (projection.synapse, projection.third_factors) = (Some(synapse), vec![factor]);
        net.poisson(target, Rate::Constant(800.0), 60.0);
        net
    };
    let (spikes, frames) = record(&mut net().simulation(1, 1, vec![probe(1, 0, 1)]), 4000, 100);
    let fired: Vec<u64> = spikes.iter().filter(|spike| spike.1 == 1).map(|spike| spike.0).collect();
    assert!(fired.len() > 20, "{}", fired.len());
    let v_m: Vec<f64> = std::iter::once(-70.0).chain(frames[0].iter().copied()).collect();
    let late = |spikes: &[u64], steps: u64| spikes.iter().map(|step| step + steps).collect::<Vec<u64>>();
    let expected = rewarded(&params, &v_m, &late(&pre, 6), &fired, &late(&reward, 4));
    let found = told(net(), 4000);
    let far = expected.iter().fold(0.0_f64, |far, own| far.max((own - 1.0).abs()));
    assert!(far > 0.05 && expected.iter().all(|own| *own > 0.0 && *own < 3.0), "the weight moves freely: {far}");
    for (step, (own, weight)) in expected.iter().zip(&found).enumerate() {
        assert!((weight - own).abs() < 1e-8, "step {step}: {weight}, not {own}");
    }
}
