//! Files of synapses that watch their receiving cells.

use super::eager::Eager;
use super::{synapse, watching};
use crate::timed::{bits, first, told};
use crate::{Net, noise, probe, record};
use neuropil_core::{CellSet, ParameterSet};
use neuropil_engine::Runnable;
use neuropil_equations::synapse::{Keep, Synapse};
use neuropil_network::connect::{AllToAll, List};
use neuropil_network::current::Waveform;
use neuropil_network::source::{Rate, SpikeTrain};
use neuropil_network::synapse::clopath::ClopathParams;
use neuropil_network::synapse::third_factor::{Course, Origin, ThirdFactor};
use neuropil_network::synapse::{SynapseModel, model};
use neuropil_network::voice::Voice;
use std::sync::Arc;

const CLOPATH: &str = include_str!("../../../../../models/synapses/clopath.nestml");
const URBANCZIK_SENN: &str = include_str!("../../../../../models/synapses/urbanczik_senn.nestml");

/// Handlers read the potential, and a low pass of it that a spike moves: nothing is done in steps but at the cell.
const READS: &str = "model reads:
    state:
        w real = 1
        x real = 0
        low mV = -70 mV
        lower mV = -70 mV
    parameters:
        tau_x ms = 20 ms
        tau_low ms = 12 ms
    equations:
        x' = -x / tau_x
        low' = (V_post - low) / tau_low
        lower' = (low - lower) / tau_low
    input:
        pre_spikes <- spike
        post_spikes <- spike
        V_post mV <- continuous
        V_old mV <- continuous
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        w += 0.002 * x * (V_old - lower) / 1 mV
        low += 2 mV
    onReceive(pre_spikes):
        w = max(0, w - 0.001 * (low - V_post) / 1 mV)
        x += 1
        emit_spike(w)
";

/// What a synapse keeps follows the potential and the low pass between events; presynaptic spikes come first, and others last.
const FOLLOWS: &str = "model follows:
    state:
        w real = 1
        x real = 0
        c real = 0
        low mV = -70 mV
        spikes integer = 0
        since ms = 50 ms
    parameters:
        tau_x ms = 20 ms
        tau_c ms = 90 ms
        tau_low ms = 30 ms
    equations:
        x' = -x / tau_x
        c' = -c / tau_c + (V_old - low) / (1 mV * tau_c)
        low' = (V_post - low) / tau_low
        since' = 1
    input:
        before <- spike
        post_spikes <- spike
        others <- spike
        level real <- continuous
        V_post mV <- continuous
        V_old mV <- continuous
    output:
        spike
    update:
        old mV = low
        integrate_odes()
        if V_post > low and since > 2 ms:
            w += 0.0002 * x * c
        w -= 0.0001 * (low - old) / 1 mV
    onReceive(before, priority=2):
        x += 1
        w = max(0, w - 0.0005 * (V_post - low) / 1 mV)
        emit_spike(w * 2)
    onReceive(post_spikes, priority=1):
        spikes += 1
        since = 0 ms
        low -= 1 mV
        c += 0.02 * x * spikes
    onReceive(others):
        w += 0.001 * level * (V_old - low) / 1 mV
";

fn follows() -> Arc<Synapse> {
    use neuropil_equations::synapse::{Asked, Hears};
    let cell = super::cell(FOLLOWS);
    let ports = [("before", Hears::Pre), ("post_spikes", Hears::Post), ("others", Hears::Others)];
    let asked = Asked {
        weight: Some("w".into()),
        ports: ports.map(|(name, hears)| (name.to_owned(), hears)).into(),
        watched: ["V_post".to_owned(), "V_old".to_owned()].into(),
        ..Asked::default()
    };
    Arc::new(Synapse::new(&cell, &asked).unwrap_or_else(|refusals| panic!("{refusals:#?}")))
}

fn listed(synapse: &Synapse, keep: Keep) -> String {
    synapse.kept(keep).into_iter().map(|own| synapse.name(own).text.clone()).collect::<Vec<_>>().join(", ")
}

/// What a file says is kept where, and whether its synapses have steps. Would catch a low pass that each synapse keeps for itself, and a
/// synapse that is advanced in every step for nothing.
#[test]
fn cells_keep_what_they_know() {
    for (own, kept, steps) in [
        (synapse(READS), ["w", "x", "low, lower"], false),
        (follows(), ["w, x, c", "", "low, spikes, since"], true),
        (synapse(CLOPATH), ["w, x", "", "u_plus, u_minus, u_now, u_mean"], true),
        (synapse(URBANCZIK_SENN), ["w, credit, x_L, x_s", "", ""], true),
    ] {
        assert_eq!([Keep::Own, Keep::Pre, Keep::Post].map(|keep| listed(&own, keep)), kept, "{}", own.cell.name);
        assert_eq!(own.steps, steps, "{}", own.cell.name);
    }
}

/// A presynaptic train onto a cell whose potential is moved by others and whose spikes are given, through a synapse with a delay of 3 ms, in
/// steps of 0.5 ms; others are heard 4.5 ms late, and a level is 0.75.
fn driven(synapse: Box<dyn SynapseModel>, [pre, post, others]: [&[u64]; 3]) -> Net<f64> {
    let train = |steps: &[u64]| steps.iter().map(|step| (*step, 0)).collect::<Vec<_>>();
    let mut net = Net::<f64>::new(0.5, 11);
    let source = net.train(1, &train(pre));
    let target = net.cells("lif_exp", 1, &[("v_th", 1e6), ("i_e", 250.0)]);
    let modulator = net.train(1, &train(others));
    let spikes = SpikeTrain::new(train(post));
    net.design.voices.push(Voice { population: target, cells: CellSet::new(vec![0]).unwrap(), spikes });
    net.poisson(target, Rate::Constant(900.0), 90.0);
    let ports = synapse.timing().map_or(Vec::new(), |timing| timing.ports().to_vec());
    let projection = net.project(source, target, AllToAll, 1.0, 3.0);
    let given = |origin| ThirdFactor { gain: 1.0, origin };
    let factors = ports.iter().map(|port| match (port.watches, port.spikes) {
        (true, _) => first(),
        (_, true) => given(Origin::Spikes { senders: vec![(modulator, None)], delay_steps: 9 }),
        _ => given(Origin::Course(Course::constant(0.75))),
    });
    (projection.third_factors, projection.synapse) = (factors.collect(), Some(synapse));
    net
}

/// Every weight at every step, of synapses that are asked at spikes only, is that of a synapse which is advanced statement by statement in
/// every step, with equations solved in parts. Would catch a potential of the step before or after, a port that looks too early, what a cell keeps
/// before its spike in the place of what it keeps after it, steps that are lost as synapses settle, and a wrong order.
#[test]
fn lazy_is_eager() {
    for (own, earlier) in [
        (synapse(READS), vec![0, 5]),
        (follows(), vec![0, 7]),
        (synapse(CLOPATH), vec![0, 10]),
        (synapse(URBANCZIK_SENN), vec![0]),
    ] {
        for (axonal, late, seed) in [(0.0, 6, 300), (1.5, 3, 310), (2.5, 1, 320)] {
            beside_the_eager(&own, &earlier, (axonal, late, seed));
        }
    }
}

fn beside_the_eager(own: &Arc<Synapse>, earlier: &[u64], (axonal, late, seed): (f64, u64, u32)) {
    const STEPS: u64 = 4000;
    let draw = |cell: u32, rate: f64| (1..STEPS).filter(move |&step| noise(cell, step) < rate).collect::<Vec<u64>>();
    let (name, trains) = (&own.cell.name, [draw(seed, 0.02), draw(seed + 1, 0.02), draw(seed + 2, 0.02)]);
    let [pre, post, others] = [&trains[0][..], &trains[1][..], &trains[2][..]];
    // Rates of the shipped rules that do much in little time.
    let given: &[(&str, f64)] = match name.as_str() {
        "clopath" => {
            &[("a_ltp", 2e-3), ("a_ltd", 4e-3), ("theta_plus_mv", -56.0), ("homeostasis", 2.0), ("w_max", 1.6)]
        }
        "urbanczik_senn" => &[("eta", 800.0), ("w_max", 2.0), ("tau_delta_ms", 40.0)],
        _ => &[],
    };
    let net = || driven(watching(own, given, (axonal, 0.5), earlier.to_vec()), [pre, post, others]);
    let (_, frames) = record(&mut net().simulation(1, 1, vec![probe(1, 0, 1)]), STEPS, 100);
    let found = told(net(), STEPS);
    let v_m: Vec<f64> = std::iter::once(-70.0).chain(frames[0].iter().copied()).collect();
    let mut eager = Eager::new(own, (1.0, 3.0), 0.5, late);
    eager.set(given);
    let there = |spikes: &[u64], late: u64, step: u64| step.checked_sub(late).is_some_and(|at| spikes.contains(&at));
    eager.level = 0.75;
    let watched: Vec<usize> = (0..own.roles.watched.len()).filter(|port| own.roles.watched[*port]).collect();
    let (mut least, mut most) = (1.0_f64, 1.0_f64);
    for step in 1..STEPS - 10 {
        let at = |back: u64| v_m[usize::try_from(step.saturating_sub(late + back)).unwrap()];
        eager.shown = vec![[0.0; 2]; own.roles.watched.len()];
        for (port, earlier) in watched.iter().zip(earlier) {
            eager.shown[*port] = [at(earlier + 1), at(*earlier)];
        }
        eager.step(step, (there(pre, 6 - late, step), there(post, late, step), there(others, 9, step)));
        let (w, own) = (eager.weight().unwrap(), found[usize::try_from(step + late).unwrap()]);
        (least, most) = (least.min(w), most.max(w));
        assert!((own - w).abs() < 1e-9, "{name}, {axonal} ms, step {step}: {own}, not {w}");
    }
    assert!(most - least > 0.05, "{name}: the weight must change: {least} to {most}");
}

/// The spikes and weights of 90 cells that excite each other are the same for any blocks, threads and pauses, and from a checkpoint. Would catch
/// steps of a cell that no checkpoint has, and a cell of one block that is shown to another.
#[test]
fn bits_do_not_depend_on_blocks_threads_and_pauses() {
    let reads = synapse(READS);
    bits::<f64>("reads", &|| watching(&reads, &[], (1.0, 1.0), vec![0, 3]));
    let own = synapse(CLOPATH);
    let given = [("a_ltp", 8e-3), ("a_ltd", 14e-3), ("theta_plus_mv", -56.0), ("w_max", 50.0)];
    bits::<f64>("clopath", &|| watching(&own, &given, (1.0, 1.0), vec![0, 5]));
    bits::<f32>("clopath", &|| watching(&own, &given, (1.0, 1.0), vec![0, 5]));
    let own = synapse(URBANCZIK_SENN);
    bits::<f64>("urbanczik_senn", &|| watching(&own, &[("eta", 1e4), ("w_max", 50.0)], (0.0, 1.0), vec![0]));
}

/// The file of the voltage rule beside the built-in model, in steps of 0.4, 0.2 and 0.1 ms: low passes take the potential of a step as the mean of
/// both its ends in the file, and as a line in the model, so that weights differ by the square of the step. Would catch any difference
/// but that one.
#[test]
fn clopath_is_its_twin_but_for_the_square_of_the_step() {
    let own = synapse(CLOPATH);
    let mut far = Vec::new();
    for parts in [1_u64, 2, 4] {
        let dt = 0.4 / parts as f64;
        let mut params = ClopathParams::defaults();
        (params.a_ltp.0, params.a_ltd.0, params.w_max.0) = (2e-3, 4e-3, 3.0);
        (params.theta_plus.0, params.homeostasis.0, params.delay_u_bars.0) = (-56.0, 2.0, 4.0);
        let weights = |synapse: Box<dyn SynapseModel>| {
            let mut net = Net::<f64>::new(dt, 3);
            let pre: Vec<(u64, u32)> = (1..60).map(|spike| (spike * 25 * parts, 0)).collect();
            let source = net.train(1, &pre);
            // Slow waves of the potential, which has no jumps.
            let target = net.cells("lif_exp", 1, &[("v_th", 1e6), ("i_e", 300.0)]);
            net.current(target, Waveform::Sine { offset: 0.0, amplitude: 400.0, frequency_hz: 30.0, phase: 0.0 });
            let watches = synapse.timing().is_some_and(|timing| !timing.ports().is_empty());
            let projection = net.project(source, target, AllToAll, 1.0, 1.2);
            projection.third_factors = if watches { vec![first(); 2] } else { Vec::new() };
            projection.synapse = Some(synapse);
            told(net, 1500 * parts)
        };
        let given = [
            ("a_ltp", 2e-3),
            ("a_ltd", 4e-3),
            ("w_max", 3.0),
            ("theta_plus_mv", -56.0),
            ("homeostasis", 2.0),
            ("u_start_mv", -70.0),
        ];
        let of_file = weights(watching(&own, &given, (0.0, dt), vec![0, 10 * parts]));
        let twin = weights(model("clopath").unwrap().build(&params.values()));
        let moved = twin.iter().fold(0.0_f64, |far, own| far.max((own - 1.0).abs()));
        assert!(moved > 0.2, "the voltage must change the weight: {moved}");
        let apart = of_file.iter().zip(&twin).fold(0.0_f64, |far, (own, twin)| far.max((own - twin).abs()));
        far.push(apart / moved);
    }
    assert!(far[0] < 2e-4, "{far:?}");
    assert!(far.windows(2).all(|pair| (3.5..4.5).contains(&(pair[0] / pair[1]))), "{far:?}");
}

/// Synapses onto 2 of 90 cells, so that blocks of others hear nothing of them: a checkpoint is taken back all the same, by the file and by the
/// built-in model. It was refused.
#[test]
fn cells_that_no_synapse_reaches_are_not_missed() {
    let own = synapse(CLOPATH);
    let built_in = || model("clopath").unwrap().build(&ClopathParams::defaults().values());
    let of_file = || watching(&own, &[], (0.0, 0.5), vec![0, 10]);
    let net = |synapse: Box<dyn SynapseModel>| {
        let mut net = Net::<f64>::new(0.5, 3);
        let source = net.train(1, &(1..60).map(|spike| (spike * 25, 0)).collect::<Vec<_>>());
        let target = net.cells("lif_exp", 90, &[("i_e", 300.0)]);
        let ports = synapse.timing().map_or(0, |timing| timing.ports().len());
        let projection = net.project(source, target, List::new(vec![0, 0], &[1, 2]), 1.0, 1.5);
        (projection.third_factors, projection.synapse) = (vec![first(); ports], Some(synapse));
        net
    };
    for synapse in [&built_in as &dyn Fn() -> Box<dyn SynapseModel>, &of_file] {
        let mut first = net(synapse()).simulation(3, 1, Vec::new());
        record(&mut first, 333, 50);
        let mut second = net(synapse()).simulation(2, 2, Vec::new());
        second.restore(&first.snapshot()).unwrap();
        // Of a cell that is asked for nothing may be missing; it was taken for one that nobody asks for.
        let mut damaged = first.snapshot();
        damaged.timed[0].membranes[1] = damaged.timed[0].membranes[80].clone();
        assert!(damaged.timed[0].membranes[1].steps.is_empty());
        let fault = net(synapse()).simulation(2, 2, Vec::new()).restore(&damaged).unwrap_err().to_string();
        assert!(fault.contains("membranes of other cells"), "{fault}");
        record(&mut second, 900, 50);
        record(&mut first, 900, 70);
        let weights = |simulation: &neuropil_engine::Simulation<f64>| simulation.snapshot().timed[0].weights.clone();
        assert_eq!(weights(&first), weights(&second));
        assert!(weights(&first)[0] != 1.0);
    }
}

/// A projection whose synapses settle every 10 ms leaves the bits of another alone, whose weights flow between spikes and settle every second. All
/// settled as often as the most impatient did.
#[test]
fn each_projection_settles_as_often_as_it_asks_for() {
    let weights = |beside: bool| {
        let mut net = Net::<f64>::new(0.5, 9);
        let source =
            net.train(3, &(1..400).map(|step| (step * 7, u32::try_from(step % 3).unwrap())).collect::<Vec<_>>());
        let target = net.cells("lif_exp", 4, &[("i_e", 700.0)]);
        let reward = |net: &Net<f64>| {
            let senders = vec![(net.design.populations.len() - 1, None)];
            ThirdFactor { gain: 1.0, origin: Origin::Spikes { senders, delay_steps: 4 } }
        };
        net.train(1, &(1..40).map(|step| (step * 61, 0)).collect::<Vec<_>>());
        let factor = reward(&net);
        let mut add = |name: &str, from: usize, to: usize| {
            let entry = model(name).unwrap();
            let values: Vec<f64> = entry.info.parameters.iter().map(|row| row.default).collect();
            let projection = net.project(from, to, AllToAll, 0.5, 2.0);
            (projection.synapse, projection.third_factors) = (Some(entry.build(&values)), vec![factor.clone()]);
        };
        add("stdp_dopamine", source, target);
        if beside {
            // Onto cells that reach nothing.
            let other = net.cells("lif_exp", 2, &[]);
            let entry = model("r_max").unwrap();
            let values: Vec<f64> = entry.info.parameters.iter().map(|row| row.default).collect();
            let projection = net.project(source, other, AllToAll, 0.5, 2.0);
            (projection.synapse, projection.third_factors) = (Some(entry.build(&values)), vec![factor]);
        }
        let mut simulation = net.simulation(1, 1, Vec::new());
        record(&mut simulation, 2900, 100);
        simulation.snapshot().timed[0].weights.iter().map(|weight| weight.to_bits()).collect::<Vec<_>>()
    };
    let alone = weights(false);
    assert!(alone.iter().any(|weight| *weight != 0.5_f64.to_bits()));
    assert_eq!(alone, weights(true));
}

/// A port that watches is refused a level, spikes, and a variable that the cells do not have. Would catch a place that reads beside the cell.
#[test]
fn what_cells_do_not_have_is_named() {
    let own = synapse(URBANCZIK_SENN);
    let fault = |origin: Origin| {
        let mut net = driven(watching(&own, &[], (0.0, 0.5), vec![0]), [&[3], &[], &[]]);
        net.design.projections[0].third_factors[0].origin = origin;
        let faults = net.build(None, 1).err().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect::<String>()
    };
    assert!(fault(Origin::Watched { variable: 0, factor: 1.0 }).is_empty());
    let beyond = fault(Origin::Watched { variable: 9, factor: 1.0 });
    assert!(beyond.contains("`V_dend` watches variable 9 of p1, whose cells, lif_exp, have "), "{beyond}");
    let level = fault(Origin::Course(Course::constant(1.0)));
    assert!(level.contains("`V_dend` takes a variable of the receiving cell, found a level"), "{level}");
}

/// A level is no variable of the cell. Would catch a port of the cell that is fed by a level.
#[test]
fn a_level_takes_no_variable() {
    let text =
        READS.replace("        V_old mV <- continuous\n", "        level mV <- continuous\n").replace("V_old", "level");
    let own = synapse(&text);
    let mut net = driven(watching(&own, &[], (0.0, 0.5), vec![0]), [&[3], &[], &[]]);
    net.design.projections[0].third_factors[0] = first();
    let faults = net.build(None, 1).err().unwrap_or_default();
    let told: String = faults.iter().map(ToString::to_string).collect();
    assert!(told.contains("`level` takes a level, found a variable of the receiving cell"), "{told}");
}
