//! Third factors of synapses: given, in spikes, and felt at each cell.

use super::peptides::{network, plan};
use super::{Net, noise, record};
use neuropil_core::{CellSet, Distribution, ParameterSet};
use neuropil_engine::tissue::{Felt, Room, TissuePlan};
use neuropil_engine::{Runnable, Simulation, Tissue};
use neuropil_network::connect::{AllToAll, FixedProbability};
use neuropil_network::source::SpikeTrain;
use neuropil_network::synapse::stdp_dopamine::StdpDopamineParams;
use neuropil_network::synapse::third_factor::{Course, Origin};
use neuropil_network::synapse::{SynapseModel, ThirdFactor};
use neuropil_network::voice::Voice;
use neuropil_network::{NetworkError, Property};
use neuropil_neuromod::Drive;
use neuropil_neuromod::field::{CLOSED, Grid, Layer, SeparableKernel, Transport};
use neuropil_neuromod::probe::{Measure, Probe};
use neuropil_neuromod::receptor::GClass;
use neuropil_neuromod::release::Scatter;

const DT: f64 = 0.5;

fn params() -> StdpDopamineParams {
    let mut own = StdpDopamineParams::defaults();
    (own.a_plus.0, own.a_minus.0, own.tau_plus.0, own.tau_minus.0) = (0.4, 0.6, 15.0, 25.0);
    (own.tau_c.0, own.tau_n.0, own.w_max.0) = (300.0, 80.0, 2.0);
    own
}

fn dopamine(params: &StdpDopamineParams) -> Option<Box<dyn SynapseModel>> {
    Some(neuropil_network::synapse::model("stdp_dopamine").unwrap().build(&params.values()))
}

/// Trains of two cells, a synapse between them of weight 1 and a delay of 3 ms, and one of dopamine; all in steps of 0.5 ms.
struct Trains {
    pre: Vec<u64>,
    post: Vec<u64>,
    dopamine: Vec<u64>,
}

impl Trains {
    /// A network whose synapse hears a factor, which is made of the dopamine population.
    fn net(&self, params: &StdpDopamineParams, factor: impl Fn(usize) -> ThirdFactor) -> Net<f64> {
        let mut net = Net::<f64>::new(DT, 1);
        let train = |steps: &[u64]| steps.iter().map(|step| (*step, 0)).collect::<Vec<_>>();
        let source = net.train(1, &train(&self.pre));
        let modulator = net.train(1, &train(&self.dopamine));
        let target = net.cells("lif_delta", 1, &[("v_th", 1e6)]);
        let spikes = SpikeTrain::new(train(&self.post));
        net.design.voices.push(Voice { population: target, cells: CellSet::new(vec![0]).unwrap(), spikes });
        let projection = net.project(source, target, AllToAll, 1.0, 3.0);
        projection.synapse = dopamine(params);
        projection.third_factors = vec![factor(modulator)];
        net
    }
}

fn spikes_of(population: usize, delay_steps: u32, gain: f64) -> ThirdFactor {
    ThirdFactor { gain, origin: Origin::Spikes { senders: vec![(population, None)], delay_steps } }
}

/// The weight told after each step, from the start on.
fn told(net: Net<f64>, steps: u64) -> Vec<f64> {
    let mut simulation = net.simulation(1, 1, Vec::new()).with_weights_every(Some(1));
    let mut weights = Vec::new();
    while simulation.step() < steps {
        simulation.advance(steps.min(77)).unwrap();
        weights.extend(simulation.chunk().learned.iter().flat_map(|own| &own.weights).map(|own| own.2[0]));
    }
    weights
}

/// One pair, 10 ms apart at the synapse, and a spike of dopamine 500 ms after it: the weight rises by what is left of the
/// eligibility, times τ/τ_n (1 − e^{−h/τ}). Would catch an eligibility that does not wait, and a delay of dopamine that is none.
#[test]
fn a_reward_is_the_closed_form() {
    let own = params();
    let trains = Trains { pre: vec![100], post: vec![114], dopamine: vec![1120] };
    let found = told(trains.net(&own, |source| spikes_of(source, 8, 1.0)), 3000);
    let tau = 1.0 / (1.0 / 300.0 + 1.0 / 80.0);
    for (step, weight) in found.iter().enumerate().skip(7) {
        // What is told after a step is at the synapse 3 ms before.
        let since = DT * (step as f64 - 6.0 - 1128.0);
        let eligible = 0.4 * (-10.0_f64 / 15.0).exp() * (-(564.0 - 60.0) / 300.0_f64).exp();
        let expected = if since > 0.0 { 1.0 + eligible / 80.0 * tau * (1.0 - (-since / tau).exp()) } else { 1.0 };
        assert!((weight - expected).abs() < 1e-13, "step {step}: {weight}, not {expected}");
    }
    assert!(found[3000] > 1.02);
}

/// What the dopamine of a synapse is told to do at a step.
struct Told {
    level: Option<f64>,
    spikes: f64,
}

/// Eligibility, dopamine and weight propagated from step to step, the weight held within its bounds at each.
fn eager(own: &StdpDopamineParams, trains: &Trains, steps: u64, told: impl Fn(u64) -> Told) -> Vec<f64> {
    let left = |tau: f64| (-DT / tau).exp();
    let (plus, minus) = (left(own.tau_plus.0), left(own.tau_minus.0));
    let (decay_c, decay_n) = (left(own.tau_c.0), left(own.tau_n.0));
    let rate = 1.0 / own.tau_c.0 + 1.0 / own.tau_n.0;
    let at = |spikes: &[u64], step: u64, late: u64| {
        step.checked_sub(late).is_some_and(|sent| spikes.binary_search(&sent).is_ok())
    };
    let (mut w, mut c, mut k_plus, mut k_minus) = (1.0_f64, 0.0, 0.0, 0.0);
    let (mut n, mut level) = (0.0, 0.0);
    let mut weights = Vec::new();
    for step in 0..steps {
        if step > 0 {
            // The integral of c (n - b) over a step, term by term.
            let steady = (level - own.baseline.0) * own.tau_c.0 * (1.0 - decay_c);
            let moving = (n - level) * (1.0 - (-DT * rate).exp()) / rate;
            w = (w + c * (steady + moving)).clamp(own.w_min.0, own.w_max.0);
            (c, n) = (c * decay_c, level + (n - level) * decay_n);
            (k_plus, k_minus) = (k_plus * plus, k_minus * minus);
        }
        let come = at(&trains.post, step, 6);
        if come {
            c += own.a_plus.0 * k_plus;
        }
        if at(&trains.pre, step, 0) {
            c -= own.a_minus.0 * k_minus;
            k_plus += 1.0;
        }
        k_minus += f64::from(u8::from(come));
        let Told { level: now, spikes } = told(step);
        if let Some(now) = now {
            (n, level) = (if step == 0 { now } else { n }, now);
        }
        n += spikes / own.tau_n.0;
        weights.push(w);
    }
    weights
}

fn draw(cell: u32, rate: f64) -> Vec<u64> {
    (1..8000).filter(|&step| noise(cell, step) < rate).collect()
}

fn drawn() -> Trains {
    Trains { pre: draw(40, 0.01), post: draw(41, 0.03), dopamine: draw(42, 0.02) }
}

fn compare(found: &[f64], eager: &[f64]) {
    for (step, expected) in eager.iter().enumerate().take(found.len() - 6) {
        let weight = found[step + 6];
        assert!((weight - expected).abs() < 1e-12, "step {step}: {weight}, not {expected}");
    }
    let (low, high) = eager.iter().fold((9.0_f64, 0.0_f64), |(low, high), w| (low.min(*w), high.max(*w)));
    assert!(low == 0.2 && high == 2.0, "the weight must meet both bounds: {low} to {high}");
}

/// A synapse that is brought up to date when a spike passes it has the weight of one that is looked at in every step, also where
/// dopamine passes its baseline between two spikes and the weight is held at a bound there. Would catch an extremum that is
/// skipped, a change of the factor before or behind a spike of the same time, and changes that are forgotten too early.
#[test]
fn dopamine_lazy_is_eager() {
    let mut own = params();
    (own.baseline.0, own.w_min.0) = (0.02, 0.2);
    let trains = drawn();
    let found = told(trains.net(&own, |source| spikes_of(source, 9, 1.5)), 8000);
    let spikes = |step: u64| step.checked_sub(9).is_some_and(|sent| trains.dopamine.binary_search(&sent).is_ok());
    let told_of = |step| Told { level: None, spikes: if spikes(step) { 1.5 } else { 0.0 } };
    compare(&found, &eager(&own, &trains, 8000, told_of));
}

/// The same of levels that are given, and end before the run.
#[test]
fn a_given_level_lazy_is_eager() {
    let mut own = params();
    (own.baseline.0, own.w_min.0) = (0.02, 0.2);
    let (trains, values) = (drawn(), (0..60).map(|point| 0.06 * noise(43, point)).collect::<Vec<_>>());
    let course = Course { values: values.clone(), every_steps: 100, repeats: false };
    let found = told(trains.net(&own, |_| ThirdFactor { gain: 0.75, origin: Origin::Course(course.clone()) }), 8000);
    let level = |step: u64| {
        let point = usize::try_from(step / 100).unwrap();
        (step.is_multiple_of(100)).then(|| 0.75 * values.get(point).copied().unwrap_or(0.0))
    };
    compare(&found, &eager(&own, &trains, 8000, |step| Told { level: level(step), spikes: 0.0 }));
}

/// The network of the tests of peptides, in which synapses of 0.1 mV from `E` to `I` hear what reaches `I`.
fn felt(what: Felt, gain: f64) -> (Net<f64>, TissuePlan, Vec<Felt>) {
    let mut net = network();
    let projection = &mut net.design.projections[0];
    let mut own = params();
    (own.tau_n.0, own.baseline.0) = (20.0, 0.001);
    projection.synapse = dopamine(&own);
    projection.third_factors = vec![ThirdFactor { gain, origin: Origin::Felt { signal: 0 } }];
    (net, plan(false), vec![what])
}

fn simulation((net, plan, felt): (Net<f64>, TissuePlan, Vec<Felt>), blocks: u32, threads: usize) -> Simulation<f64> {
    let tissue = Tissue::new(&net.design, plan).unwrap().with_threads(threads).unwrap();
    let tissue = tissue.with_felt(&net.design, felt).unwrap();
    net.simulation(blocks, threads, Vec::new()).with_tissue(tissue)
}

/// Spikes, and the bits of the weights at the end.
fn outcome(own: &mut Simulation<f64>, steps: u64, chunk: u64) -> (Vec<(u64, u32)>, Vec<u64>) {
    let (spikes, _) = record(own, steps, chunk);
    (spikes, own.weights(0).iter().map(|weight| weight.to_bits()).collect())
}

/// What is felt at cells has the same bits for any blocks, threads and pauses, and in a run that goes on. Would catch levels of another
/// block's cells, and levels that a checkpoint forgets.
#[test]
fn felt_bits_do_not_depend_on_blocks_threads_and_pauses() {
    for what in [Felt::Concentration(0), Felt::Messenger(GClass::Gs)] {
        let make = |blocks, threads| simulation(felt(what, 0.02), blocks, threads);
        let (spikes, weights) = outcome(&mut make(1, 1), 11_000, 11_000);
        let start = f64::to_bits(0.1);
        assert!(weights.iter().filter(|own| **own != start).count() > 100, "{what:?} must change weights");
        assert!(outcome(&mut make(5, 2), 11_000, 130) == (spikes.clone(), weights.clone()), "{what:?}");
        let mut first = make(3, 1);
        let early = record(&mut first, 10_437, 610).0;
        let mut second = make(2, 2);
        second.restore(&first.snapshot()).unwrap();
        assert!(second.snapshot().timed == first.snapshot().timed, "{what:?}: a state taken back is another");
        let (late, found) = outcome(&mut second, 11_000, 121);
        assert!([early, late].concat() == spikes && found == weights, "{what:?}: resumed");
    }
}

/// Two cells in a closed box of 40 um: one far from a source that is always on, the other has the synapse. Gives the weight at the end, and the
/// concentrations at the receiving cell after each field step.
fn in_a_box(diffusivity: f64) -> (f64, Vec<f64>) {
    const LOSS: f64 = 0.004;
    let trains = Trains { pre: draw(40, 0.01), post: draw(41, 0.03), dopamine: Vec::new() };
    let felt = ThirdFactor { gain: 2e-3, origin: Origin::Felt { signal: 0 } };
    let mut net = trains.net(&box_params(), |_| felt.clone());
    let source = net.cells("lif_delta", 1, &[("v_th", 1e6)]);
    for (population, cell_type, place) in [(2, "I", [35.0; 3]), (source, "E", [5.0; 3])] {
        let own = &mut net.design.populations[population];
        (own.cell_type, own.positions) = (cell_type.into(), Some(vec![place]));
    }
    let mut plan = plan(false);
    let grid = Grid::new([8; 3], [5.0; 3]).unwrap();
    let transport = Transport { grid, walls: CLOSED, diffusivity: [diffusivity; 3], loss: LOSS };
    let layer = |name: &str| {
        let solver = Box::new(SeparableKernel::new(&transport, DT).unwrap());
        Layer { name: name.into(), solver, uptake: None }
    };
    plan.layers = vec![layer("P"), layer("Q")];
    let scatter = Scatter { points: 1, sd_um: 0.0 };
    plan.room = Room::Voxels { grid, origin_um: [0.0; 3], scatter, volume_fraction: vec![0.2] };
    plan.steps = 1;
    let tissue = Tissue::new(&net.design, plan).unwrap();
    let drive = |cell_type: &str| {
        tissue
            .chain()
            .cells()
            .iter()
            .position(|own| tissue.chain().peptides().cell_types[own.cell_type as usize].name == cell_type)
    };
    let (from, to) = (drive("E").unwrap(), drive("I").unwrap());
    let index = |cell: usize| u32::try_from(cell).unwrap();
    let drives = vec![Drive { cell: index(from), species: 0, rate: 400.0 }];
    let change = neuropil_engine::tissue::DriveChange { field_step: 0, drives };
    let measure = Measure::Concentration { species: 0, cells: vec![index(to)] };
    let tissue = tissue.with_drives(vec![change]).unwrap().with_probes(vec![Probe { measure, every: 1 }]);
    let tissue = tissue.with_felt(&net.design, vec![Felt::Concentration(0)]).unwrap();
    let mut simulation = net.simulation(1, 1, Vec::new()).with_tissue(tissue);
    let mut levels = vec![0.0];
    while simulation.step() < 4000 {
        simulation.advance(100).unwrap();
        levels.extend(&simulation.chunk().samples[0]);
    }
    (simulation.weights(0)[0], levels)
}

fn box_params() -> StdpDopamineParams {
    let mut own = params();
    (own.a_plus.0, own.a_minus.0, own.w_max.0, own.baseline.0) = (1e-3, 1e-3, 10.0, 1e-3);
    own
}

/// A concentration is felt as the level that the field has at the cell: the eager synapse with the recorded concentrations has the same weight.
/// As diffusion becomes fast, it is the level of a box that is mixed, c = Q/(V α k) (1 − e^{−k t}), and the weight tends to that of the scalar
/// factor: what is left falls as 1/D, as long as diffusion is slow beside a field step. Would catch a level of another time or place, and a concentration per tissue volume.
#[test]
fn a_felt_factor_tends_to_the_scalar_one() {
    let trains = Trains { pre: draw(40, 0.01), post: draw(41, 0.03), dopamine: Vec::new() };
    let own = box_params();
    let last = |level: &dyn Fn(usize) -> f64| {
        let told = |step: u64| Told { level: Some(level(usize::try_from(step).unwrap())), spikes: 0.0 };
        eager(&own, &trains, 3995, told)[3994]
    };
    // A source that puts Q x 0.5 ms in at the start of each field step of 0.5 ms.
    let (kept, volume) = ((-0.004_f64 * DT).exp(), 40.0_f64.powi(3) * 0.2 * 0.602_214_076);
    let dose = 400.0 * DT / volume;
    let mixed = |step: usize| dose * kept * (1.0 - kept.powf(step as f64)) / (1.0 - kept);
    let scalar = last(&|step| 2e-3 * mixed(step));
    let away: Vec<f64> = [10.0, 20.0, 40.0]
        .into_iter()
        .map(|diffusivity| {
            let (weight, levels) = in_a_box(diffusivity);
            let same = last(&|step| 2e-3 * levels[step]);
            assert!((weight - same).abs() < 1e-12, "D = {diffusivity}: {weight}, not {same}");
            (weight - scalar).abs()
        })
        .collect();
    assert!((scalar - 1.0).abs() > 0.01, "the factor must act: {scalar}");
    assert!(away[0] < 0.2 * (scalar - 1.0).abs(), "{away:?} beside {scalar}");
    for pair in away.windows(2) {
        assert!((pair[0] / pair[1] - 2.0).abs() < 0.1, "{away:?}");
    }
}

/// What cannot be heard is named before the first step.
#[test]
fn factors_that_do_not_fit_are_named() {
    let trains = Trains { pre: vec![1], post: vec![2], dopamine: vec![3] };
    let faults = |change: &dyn Fn(&mut Net<f64>)| -> String {
        let mut net = trains.net(&params(), |source| spikes_of(source, 1, 1.0));
        change(&mut net);
        let faults: Vec<NetworkError> = net.build(None, 1).err().unwrap();
        faults.iter().map(ToString::to_string).collect()
    };
    let found = faults(&|net| net.design.projections[0].third_factors.clear());
    assert!(found.contains("hear `third_factor`, found 0"), "{found}");
    let found = faults(&|net| net.design.projections[0].synapse = None);
    assert!(found.contains("no third factor, found 1"), "{found}");
    let mut least = params();
    least.w_min.0 = 1.5;
    let found = faults(&|net| net.design.projections[0].synapse = dopamine(&least));
    assert!(found.contains("at least 1.5 in size (w_min)"), "{found}");
    // Synapses onto cells of no type of the tissue, and of a messenger for which they have no receptor.
    let (mut net, plan, _) = felt(Felt::Messenger(GClass::Gi), 1.0);
    let other = net.project(0, 1, FixedProbability { probability: 0.1 }, 0.1, 1.0);
    other.synapse = dopamine(&params());
    other.weight = Property::Drawn(Distribution::constant(0.1));
    other.third_factors = vec![ThirdFactor { gain: 1.0, origin: Origin::Felt { signal: 0 } }];
    let tissue = Tissue::new(&net.design, plan).unwrap();
    let faults = tissue.with_felt(&net.design, vec![Felt::Messenger(GClass::Gi)]).unwrap_err();
    let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(found.len() == 2 && found[0].contains("no receptor of class Gi"), "{found:?}");
    assert!(found[1].contains("takes no part") && found[1].contains("`other`"), "{found:?}");
}
