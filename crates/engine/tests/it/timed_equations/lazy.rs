//! What is done at events alone is what a synapse that is advanced in every step does.

use super::eager::Eager;
use super::{built, cell};
use crate::timed::{pair_of, told};
use crate::{Net, noise};
use neuropil_engine::Runnable;
use neuropil_equations::synapse::{Asked, Keep, Synapse, alone};
use neuropil_network::synapse::third_factor::{Course, Origin, Port, ThirdFactor};
use std::sync::Arc;

/// Models of ours that need what the shipped ones do not: what they are, the names of their weight and delay, and the variables that
/// synapses, senders and cells keep.
const MODELS: [(&str, &str, Option<&str>, [&str; 3]); 7] = [
    // An eligibility trace that decays by synapse, and changes the weight at the next presynaptic spike.
    (
        "model eligible:
    state:
        w real = 1
        c real = 0
        x real = 0
        y real = 0.5
    parameters:
        tau_x ms = 20 ms
        tau_y ms = 35 ms
        tau_c ms = 300 ms
    equations:
        x' = -x / tau_x
        y' = -y / tau_y
        c' = -c / tau_c
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        c += 0.1 * x
        y += 1
    onReceive(pre_spikes):
        c -= 0.08 * y
        w = max(0, w + 0.05 * c)
        x += 1
        emit_spike(w)
",
        "w",
        None,
        ["w, c", "x", "y"],
    ),
    // Kernels: an exponential and an alpha function of both sides, and one of second order by synapse through what is written.
    (
        "model kernels:
    state:
        w real = 1
        z real = 0
    parameters:
        tau_a ms = 15 ms
        tau_b ms = 25 ms
    equations:
        kernel a = exp(-t / tau_a)
        kernel b = (e / tau_b) * t * exp(-t / tau_b)
        inline pre_trace real = convolve(a, pre_spikes)
        inline post_trace real = convolve(b, post_spikes)
        z' = -z / tau_b + 0.01 * pre_trace / ms
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes(z)
    onReceive(post_spikes):
        w += 0.02 * pre_trace + 0.01 * z
    onReceive(pre_spikes):
        w = max(0, w - 0.02 * post_trace)
        emit_spike(w)
",
        "w",
        None,
        ["w", "z, a__X__pre_spikes", "b__X__post_spikes, b__d__X__post_spikes_per_ms"],
    ),
    // Presynaptic spikes first; a delay; what is transmitted is not the weight; a loop.
    (
        "model first:
    state:
        w real = 1
        x real = 0
        n integer = 0
        i integer = 0
    parameters:
        d ms = 1 ms
        tau ms = 20 ms
    equations:
        x' = -x / tau
    input:
        before <- spike
        after <- spike
    output:
        spike
    update:
        integrate_odes(x)
    onReceive(before, priority=2):
        x += exp(-d / tau)
        n += 1
        for i in 0 ... 3 step 1:
            w = w * 0.999
        if n > 2:
            emit_spike(w * x)
        else:
            emit_spike(0.25)
    onReceive(after, priority=1):
        w += 0.01 * x
",
        "w",
        Some("d"),
        ["w", "x, n, i", ""],
    ),
    // A timer of the receiving cell, and a clock of each synapse.
    (
        "model timers:
    state:
        w real = 1
        since_post ms = 100 ms
        last ms = 0 ms
        spikes integer = 0
    equations:
        since_post' = 1
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        since_post = 0 ms
        if t - last < 10 ms:
            w += 0.01
        spikes += 1
    onReceive(pre_spikes):
        last = t
        if since_post <= 12 ms and spikes > 1:
            w = max(0, w - 0.012)
        emit_spike(w)
",
        "w",
        None,
        ["w", "last_ms", "since_post_ms, spikes"],
    ),
    // An equation with a constant and a chain of two, kept by the cell; a variable of both sides.
    (
        "model chained:
    state:
        w real = 1
        r real = 0
        s real = 0
        both real = 0
    parameters:
        tau_r ms = 30 ms
        tau_s ms = 12 ms
        rate 1/ms = 0.02 / ms
    equations:
        r' = -r / tau_r + rate
        s' = (r - s) / tau_s
        both' = -both / tau_r
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        w += 0.01 * both
        r -= 0.3 * r
        both += 0.4
    onReceive(pre_spikes):
        w = max(0, w - 0.01 * s * both)
        both = 0
        emit_spike(w)
",
        "w",
        None,
        // Equations that are integrated together are kept together where one of them is the synapse's own.
        ["w, r, s, both", "", ""],
    ),
    // Spikes of others, a level, and a weight that `update` moves between events by formula.
    (
        "model heard:
    state:
        w real = 1
        c real = 0
        x real = 0
        y real = 0
    parameters:
        tau_c ms = 60 ms
        tau_x ms = 20 ms
    equations:
        x' = -x / tau_x
        y' = -y / tau_x
    input:
        pre_spikes <- spike
        post_spikes <- spike
        others <- spike
        level real <- continuous
    output:
        spike
    update:
        w -= 0.05 * c * expm1(-timestep() / tau_c)
        c *= exp(-timestep() / tau_c)
        integrate_odes()
    onReceive(post_spikes):
        c += 0.2 * level * x
        y += 1
    onReceive(pre_spikes):
        x += 1
        w = max(0, w - 0.01 * level)
        emit_spike(w)
    onReceive(others):
        w += 0.1 * c + 0.001 * x * y
",
        "w",
        None,
        ["w, c", "x", "y"],
    ),
    // What leaves depends on the presynaptic side, but not in proportion to the weight.
    (
        "model saturating:
    state:
        x real = 0
    parameters:
        w real = 1
        tau ms = 40 ms
    equations:
        x' = -x / tau
    input:
        pre_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(pre_spikes):
        x += 1
        emit_spike(w / (1 + w * x))
",
        "w",
        None,
        ["", "x", ""],
    ),
];

/// The level that some hear: its values, and for how many steps each holds.
const LEVELS: [f64; 3] = [0.5, 1.5, -0.25];
const EVERY: u64 = 97;
/// From a spike of others to the synapses, in steps.
const LATE: u64 = 9;

/// A network whose synapses hear what they have ports for: spikes of others, and a level.
fn heard(mut net: Net<f64>, others: &[u64]) -> Net<f64> {
    let modulator = net.train(1, &others.iter().map(|step| (*step, 0)).collect::<Vec<_>>());
    let projection = &mut net.design.projections[0];
    let ports = projection.timing().map_or(Vec::new(), |timing| timing.ports().to_vec());
    let origin = |port: &Port| {
        if port.spikes {
            Origin::Spikes { senders: vec![(modulator, None)], delay_steps: u32::try_from(LATE).unwrap() }
        } else {
            Origin::Course(Course { values: LEVELS.to_vec(), every_steps: EVERY, repeats: true })
        }
    };
    projection.third_factors = ports.iter().map(|port| ThirdFactor { gain: 1.0, origin: origin(port) }).collect();
    net
}

/// What is kept where, the weight at every step, and what was transmitted last, for presynaptic and postsynaptic trains with
/// coincidences and two axonal delays, are those of a synapse that is solved in every step to 1e-12. Would catch spikes forgotten too
/// early, a variable kept by a side that does not know all that acts on it, and a wrong order.
#[test]
fn lazy_is_eager() {
    for (text, weight, delay, kept) in MODELS {
        let mut asked = Asked { weight: Some(weight.into()), delay: delay.map(str::to_owned), ..Asked::default() };
        use neuropil_equations::synapse::Hears;
        if text.contains("before <- spike") {
            asked.ports = [("before".to_owned(), Hears::Pre), ("after".to_owned(), Hears::Post)].into();
        }
        if text.contains("others <- spike") {
            asked.ports = [("others".to_owned(), Hears::Others)].into();
        }
        let cell = cell(text);
        let synapse = Arc::new(Synapse::new(&cell, &asked).unwrap_or_else(|refusals| panic!("{refusals:#?}")));
        let listed = |keep| {
            synapse.kept(keep).into_iter().map(|own| synapse.name(own).column.clone()).collect::<Vec<_>>().join(", ")
        };
        assert_eq!([Keep::Own, Keep::Pre, Keep::Post].map(listed), kept, "{}", cell.name);
        for (axonal, seed) in [(0.0, 40), (1.5, 50)] {
            compare(&synapse, (axonal, seed), 5000, 1e-12);
        }
    }
}

/// The published synapses of the folder that `NEUROPIL_NESTML_MODELS` names, whose weights change or that keep something by synapse,
/// likewise to 1e-10 over ten seconds; nothing, where none is named. Would catch what our own models do not use.
#[test]
fn published_lazy_is_eager() {
    let Ok(folder) = std::env::var("NEUROPIL_NESTML_MODELS") else { return };
    let files = std::fs::read_dir(std::path::Path::new(&folder).join("synapses")).expect("a folder of synapses");
    let mut compared = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).expect("a text");
        // Of `noisy_synapse` every event draws, which no other order could repeat.
        if text.contains("random_normal") {
            continue;
        }
        let cell = cell(&text);
        let own = Arc::new(alone(&cell).unwrap_or_else(|refusals| panic!("{refusals:#?}")).synapse);
        if built(&own, &[], (0.0, 0.5)).timing().is_none() {
            continue;
        }
        for (axonal, seed) in [(0.0, 60), (1.5, 70), (2.5, 80)] {
            compare(&own, (axonal, seed), 20_000, 1e-10);
        }
        compared.push(cell.name.clone());
    }
    assert!(compared.len() >= 7, "{compared:?}");
}

/// The same of every pair of 100 sending and 10 receiving cells, each with trains of its own; minutes, so that only who asks for it waits.
#[test]
#[ignore = "minutes: `cargo test --workspace --test it published_pairs -- --ignored`, with NEUROPIL_NESTML_MODELS"]
fn published_pairs_of_a_network_are_eager() {
    let folder = std::env::var("NEUROPIL_NESTML_MODELS").expect("NEUROPIL_NESTML_MODELS names the published models");
    let files = std::fs::read_dir(std::path::Path::new(&folder).join("synapses")).expect("a folder of synapses");
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).expect("a text");
        if text.contains("random_normal") {
            continue;
        }
        let cell = cell(&text);
        let own = Arc::new(alone(&cell).unwrap_or_else(|refusals| panic!("{refusals:#?}")).synapse);
        if built(&own, &[], (0.0, 0.5)).timing().is_none() {
            continue;
        }
        for pair in 0..1000 {
            compare(&own, ([0.0, 1.5, 2.5][pair as usize % 3], 1000 + 3 * pair), 20_000, 1e-10);
        }
        println!("{}: 1000 pairs over 10 s", cell.name);
    }
}

/// A synapse beside one that is solved in every step.
fn compare(synapse: &Arc<Synapse>, (axonal, seed): (f64, u32), steps: u64, tolerance: f64) {
    let draw = |cell: u32, rate: f64| (1..steps).filter(move |&step| noise(cell, step) < rate).collect::<Vec<u64>>();
    let name = &synapse.cell.name;
    let (pre, post, others) = (draw(seed, 0.01), draw(seed + 1, 0.03), draw(seed + 2, 0.02));
    // A delay of 3 ms is six steps.
    let late = 6 - if axonal == 0.0 { 0 } else { u64::from(axonal > 2.0) * 2 + 3 };
    let network = || heard(pair_of(&pre, &post, Some(built(synapse, &[], (axonal, 0.5)))), &others);
    let found = told(network(), steps);
    let mut sent = network().simulation(1, 1, Vec::new());
    let mut eager = Eager::new(synapse, (1.0, 3.0), 0.5, late);
    let there = |spikes: &[u64], late: u64, step: u64| {
        step.checked_sub(late).is_some_and(|sent| spikes.binary_search(&sent).is_ok())
    };
    for step in 1..steps - 10 {
        let comes = there(&pre, 6 - late, step);
        // A change at this step comes behind what else does.
        eager.level = LEVELS[usize::try_from((step - 1) / EVERY).unwrap() % LEVELS.len()];
        eager.step(step, (comes, there(&post, late, step), there(&others, LATE, step)));
        if let Some(w) = eager.weight() {
            let own = found[usize::try_from(step + late).unwrap()];
            assert!((own - w).abs() < tolerance, "{name}, {axonal} ms, step {step}: {own}, not {w}");
        }
        if comes {
            sent.advance(step + late - sent.step()).unwrap();
            let own = sent.timed_weights().next().unwrap()[0];
            let far = (own - eager.sent).abs();
            assert!(far < tolerance, "{name}, {axonal} ms, step {step}: sends {own}, not {}", eager.sent);
        }
    }
}
