//! Synapses that a file writes as equations.

use super::*;
use neuropil_engine::{Runnable, Simulation};
use neuropil_network::Network;
use neuropil_network::synapse::third_factor::{Course, Origin};
use std::sync::atomic::AtomicU64;

pub(super) const RULE: &str = "model rule:
    state:
        w real = 1 [[ w <= w_max ]]
        pre_trace real = 0
        post_trace real = 0
    parameters:
        rate real = 0.1
        tau ms = 20 ms [[ tau > 0 ms ]]
        w_max real = 50
        count integer = 1
        d ms = 1 ms
    equations:
        pre_trace' = -pre_trace / tau
        post_trace' = -post_trace / tau
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        w = min(w_max, w + rate * pre_trace)
        post_trace += 1
    onReceive(pre_spikes):
        w = max(0, w - rate * post_trace)
        pre_trace += 1
        emit_spike(w)
";

fn decoded(rule: &str, network: &str) -> (tempfile::TempDir, Result<Model, Faults>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("rule.nestml"), rule).expect("a file");
    let file = folder.path().join("net.json");
    let document = Document::parse(&file.display().to_string(), network.into()).expect("JSON");
    (folder, Model::decode(document))
}

/// A source and cells, and a projection whose synapses say this.
pub(super) fn network(projection: &str, synapse: &str) -> String {
    format!(
        r#"{{"simulation": {{"dt_ms": 0.5, "duration_ms": 200}},
        "populations": {{"in": {{"cells": 20, "model": "poisson_source", "rate_hz": 40}}, "out": {{"cells": 5, "model": "lif_exp", "i_e_pa": 500}},
                         "c": {{"cells": 2, "model": "lif_cond_exp"}}}},
        "projections": [{{"name": "p", "from": "in", "to": "out", "rule": "all_to_all", "delay_ms": 1.5, {projection}, "synapse": {{{synapse}}}}}]}}"#
    )
}

/// What is refused of a file with a change, used so.
fn faults_of((old, new): (&str, &str), projection: &str, synapse: &str) -> String {
    assert!(RULE.contains(old), "{old}");
    let (_folder, model) = decoded(&RULE.replacen(old, new, 1), &network(projection, synapse));
    match model {
        Err(faults) => faults.to_string(),
        Ok(model) => match model.design::<f64>(1, 1.0) {
            Err(faults) => faults.to_string(),
            Ok(lowered) => Network::build(lowered.design, None, 1, &AtomicU64::new(0))
                .err()
                .map(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
                .unwrap_or_default(),
        },
    }
}

const SAME: (&str, &str) = ("model", "model");

/// Would catch a parameter that is not set, a text that a recording does not have, and a network that is another from its text.
#[test]
fn a_file_of_synapses_runs() {
    let text = network(r#""weight_pa": 30"#, r#""model": "rule.nestml", "rate": 2.5, "axonal_delay_ms": 0.5"#);
    let (_folder, model) = decoded(RULE, &text);
    let model = model.unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(model.notes.len(), 1, "{:?}", model.notes);
    assert!(
        model.notes[0].contains("`pre_spikes` hears the sending cells and `post_spikes` hears the receiving cells")
    );
    assert_eq!(model.files().len(), 1);
    let weights = |model: &Model| {
        let design = model.design::<f64>(3, 1.0).unwrap_or_else(|faults| panic!("{faults}")).design;
        let own = design.projections[0].synapse.as_ref().unwrap();
        assert_eq!(own.parameters()[..2], [2.5, 20.0]);
        let network = Network::build(design, None, 1, &AtomicU64::new(0)).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut simulation = Simulation::new(network, Vec::new(), 1).with_weights_every(Some(400));
        simulation.advance(400).unwrap();
        simulation.chunk().learned.as_ref().unwrap().weights.last().unwrap().2.clone()
    };
    let found = weights(&model);
    assert!(found.iter().any(|weight| *weight > 31.0) && found.iter().all(|weight| (0.0..=50.0).contains(weight)));
    // From the document that a recording keeps, without the file.
    let whole = model.whole().to_json();
    assert!(whole.contains("model rule:"), "{whole}");
    let again = Model::decode(Document::parse("elsewhere/net.json", whole).unwrap())
        .unwrap_or_else(|faults| panic!("{faults}"));
    assert!(again.files().is_empty());
    assert_eq!(weights(&again), found);
}

/// Each thing that cannot be is refused by its name. Would catch a key that does nothing.
#[test]
fn what_cannot_be_is_refused() {
    let weight = r#""weight_pa": 30"#;
    let file = r#""model": "rule.nestml""#;
    let with = |more: &str| format!("{file}, {more}");
    let mut wrong = Vec::new();
    for (change, projection, synapse, expected) in [
        (SAME, weight, r#""model": "rool.nestml""#.to_owned(), "rool.nestml"),
        (
            SAME,
            weight,
            r#""model": "rule.nestml#roles""#.to_owned(),
            "the file has no model `roles`; did you mean `rule`?",
        ),
        (SAME, weight, with(r#""rat": 1"#), "unknown field `rat`; did you mean `rate`?"),
        (SAME, weight, with(r#""tau_ms": -1"#), "tau = -1: guard `tau > 0 ms` of line 8 does not hold"),
        (SAME, weight, with(r#""tau_ms": true"#), "expected a number"),
        (SAME, weight, with(r#""count": 1.5"#), "expected a whole number"),
        (SAME, weight, with(r#""w": 1"#), "`w` is the weight, which the projection gives"),
        (SAME, weight, with(r#""pre_trace": 1"#), "`pre_trace` is a state variable; the file says how it begins"),
        (
            SAME,
            weight,
            with(r#""weight": "v""#),
            "the weight is a state variable or a parameter, and none is called `v`",
        ),
        (
            SAME,
            weight,
            with(r#""delay": "dd""#),
            "the delay is a parameter, and none is called `dd`; did you mean `d`?",
        ),
        (SAME, weight, with(r#""delay": "rate""#), "`rate` is the delay, which is a time: declare it in ms"),
        (SAME, weight, with(r#""delay": "d", "d_ms": 3"#), "`d` is the delay, which the projection gives"),
        (SAME, weight, with(r#""axonal_delay_ms": 1.5"#), "longer than axonal_delay_ms = 1.5 ms"),
        (SAME, weight, with(r#""axonal_delay_ms": 0.7"#), "axonal_delay_ms"),
        (SAME, r#""weight_pa": 60"#, file.to_owned(), "weight 60: w = 60: guard `w <= w_max` of line 3 does not hold"),
        (SAME, weight, with(r#""ports": {"pre": "pre"}"#), "no spike port is called `pre`; did you mean `pre_spikes`?"),
        (SAME, weight, with(r#""ports": {"pre_spikes": "prae"}"#), "did you mean `pre`?"),
        (
            SAME,
            weight,
            with(r#""ports": {"pre_spikes": {"pre": "V_m"}}"#),
            "does not see the membrane of the sending cell",
        ),
        (
            SAME,
            weight,
            with(r#""ports": {"post_spikes": "pre"}"#),
            "`pre_spikes` and `post_spikes` both hear the presynaptic cell",
        ),
        (("w real", "w nS"), weight, file.to_owned(), "its weight `w` is in nS, and these cells take weights in pA"),
        (
            ("d ms = 1 ms", "axonal_delay ms = 1 ms"),
            weight,
            file.to_owned(),
            "its parameter `axonal_delay` has the name of a field",
        ),
        (
            ("post_trace += 1", "post_trace += 1\n        emit_spike(w)"),
            weight,
            file.to_owned(),
            "`onReceive(post_spikes)` calls emit_spike",
        ),
        (
            ("        integrate_odes()", "        integrate_odes()\n        emit_spike(w)"),
            weight,
            file.to_owned(),
            "`update` calls emit_spike",
        ),
        (
            ("emit_spike(w)", "emit_spike(w)\n        emit_spike(w)"),
            weight,
            file.to_owned(),
            "emit_spike is called twice for one spike",
        ),
        (
            ("emit_spike(w)", "emit_spike()"),
            weight,
            file.to_owned(),
            "emit_spike() of a synapse is given what it transmits",
        ),
        (("        emit_spike(w)\n", ""), weight, file.to_owned(), "this handler transmits nothing"),
        (
            ("emit_spike(w)", "emit_spike(2 * w)"),
            weight,
            file.to_owned(),
            "say which is the weight, \"weight\": \"NAME\"",
        ),
        (("pre_trace += 1", "tau = 3 ms"), weight, file.to_owned(), "`tau` is a parameter and cannot be assigned"),
        (
            ("pre_trace += 1", "pre_trace += resolution() / ms"),
            weight,
            file.to_owned(),
            "not advanced on the grid of `resolution()`",
        ),
        (
            ("-pre_trace / tau", "-pre_trace**2 / tau"),
            weight,
            file.to_owned(),
            "rule.nestml:4:9: the equation of `pre_trace` is not linear",
        ),
        (
            ("onReceive(pre_spikes)", "onCondition(w > 3):\n        w = 3\n    onReceive(pre_spikes)"),
            weight,
            file.to_owned(),
            "tests no `onCondition`",
        ),
        (
            ("pre_spikes <- spike", "pre_spikes <- spike\n        mod_spikes <- spike"),
            weight,
            file.to_owned(),
            "whose spikes does `mod_spikes` hear?",
        ),
        (
            ("pre_spikes <- spike", "pre_spikes <- spike\n        I_dend pA <- continuous"),
            weight,
            file.to_owned(),
            "`I_dend` is a continuous port: say",
        ),
        (
            ("post_trace += 1", "while post_trace < w:\n            post_trace += 1"),
            weight,
            file.to_owned(),
            "runs a number of times that is known from the text",
        ),
    ] {
        let found = faults_of(change, projection, &synapse);
        if !found.contains(expected) {
            wrong.push(format!("{change:?} {synapse}\nexpected {expected}\nfound {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let cells = network(weight, file).replace("\"to\": \"out\"", "\"to\": \"c\"").replace("weight_pa", "weight_ns");
    let (_folder, model) =
        decoded(&RULE.replace("w real = 1", "w pA = 1 pA").replace("w_max real = 50", "w_max pA = 50 pA"), &cells);
    let found = model.err().map(|faults| faults.to_string()).unwrap_or_default();
    assert!(found.contains("its weight `w` is in pA, and these cells take weights in nS"), "{found}");
    // Weights of 16 bits, and a rule that learns beside.
    let half = network(weight, file).replace("\"dt_ms\": 0.5", "\"dt_ms\": 0.5, \"weights\": \"half\"");
    let (_folder, model) = decoded(RULE, &half);
    let built = model.map(|model| model.design::<f64>(1, 1.0).map(|own| own.design.faults()));
    let found = format!(
        "{built:?}",
        built = built.map(|own| own.map(|own| own.iter().map(ToString::to_string).collect::<Vec<_>>()))
    );
    assert!(found.contains("weights of 16 bits cannot follow synapses of `rule`"), "{found}");
}

/// Would catch a complaint about the record of weights that follow spikes, where only their synapse is refused.
#[test]
fn a_refused_synapse_is_the_only_fault() {
    let text = network(r#""weight_pa": 30"#, r#""model": "rule.nestml", "rat": 2.5"#);
    let text = text.replacen('{', r#"{"record": {"weights": true, "weights_every_ms": 100}, "#, 1);
    let faults = decoded(RULE, &text).1.expect_err("a fault").to_string();
    assert!(faults.contains("unknown field `rat`; did you mean `rate`?") && !faults.contains("record"), "{faults}");
}

/// Ports of third factors take what they can hear, once, and each other thing is refused by its name. Would catch a factor that reaches no
/// synapse, and a key that does nothing.
#[test]
fn ports_hear_third_factors() {
    let rule = RULE.replacen(
        "post_spikes <- spike",
        "post_spikes <- spike\n        mod_spikes <- spike\n        level real <- continuous",
        1,
    ) + "    onReceive(mod_spikes):\n        w = min(w_max, w + rate * level)\n";
    let told = |mods: &str, level: &str| {
        let ports = format!(r#""model": "rule.nestml", "ports": {{"mod_spikes": {mods}, "level": {level}}}"#);
        decoded(&rule, &network(r#""weight_pa": 30"#, &ports))
    };
    let (spikes, signal) = (r#"{"spikes_of": "in", "delay_ms": 1}"#, r#"{"signal": 0.5}"#);
    let (_folder, model) = told(spikes, signal);
    let design = model.unwrap_or_else(|faults| panic!("{faults}")).design::<f64>(3, 1.0);
    let factors = &design.unwrap_or_else(|faults| panic!("{faults}")).design.projections[0].third_factors;
    assert!(
        matches!(&factors[..], [one, two] if matches!(one.origin, Origin::Spikes { delay_steps: 2, .. })
            && two.origin == Origin::Course(Course::constant(0.5))),
        "{factors:?}"
    );
    let mut wrong = Vec::new();
    for (mods, level, expected) in [
        (signal, signal, "ports.mod_spikes.signal: `mod_spikes` takes spikes: `spikes_of`"),
        (spikes, spikes, "ports.level.spikes_of: `level` takes a level"),
        (r#"{"spikes_of": "in"}"#, signal, "delay_ms"),
        (r#"{"spikes_of": "in", "delay_ms": 1, "gain": 2}"#, signal, "ports.mod_spikes.gain: has no effect"),
        (r#"{"spikes_of": "on", "delay_ms": 1}"#, signal, "ports.mod_spikes.spikes_of"),
        (spikes, r#"{"signal": 0.5, "delay_ms": 1}"#, "ports.level.delay_ms: has no effect beside `signal`"),
        (spikes, r#"{"post": "v_m_mv"}"#, "`v_m_mv` of `out` is in mV, and `level` is a pure number"),
        (spikes, r#"{"pre": "v_m"}"#, "does not see the membrane of the sending cell"),
        (spikes, r#"{"messenger": "Gs"}"#, "needs the section `peptides`"),
        (spikes, r#""pre""#, "no spike port is called `level`"),
        (
            spikes,
            r#"{"signal": 0.5}, "modspikes": {"signal": 1}"#,
            "no spike port is called `modspikes`; did you mean `mod_spikes`?",
        ),
    ] {
        let found = told(mods, level).1.err().map(|faults| faults.to_string()).unwrap_or_default();
        if !found.contains(expected) {
            wrong.push(format!("{mods} {level}\nexpected {expected}\nfound {found}"));
        }
    }
    let priority = rule.replace("onReceive(mod_spikes)", "onReceive(mod_spikes, priority=2)");
    let two = rule.replace("level real <- continuous", "level real <- continuous\n        more real <- continuous");
    let between = rule.replace("integrate_odes()", "integrate_odes()\n        w += level * timestep() / tau");
    for (rule, expected) in [
        (priority, "`mod_spikes` hears other cells, whose spikes come last of what comes at one time: no priority"),
        (two, "`more` is a second level; a synapse hears one"),
        (between, "`level` is read between events; a synapse reads a level in handlers only"),
    ] {
        let ports = format!(r#""model": "rule.nestml", "ports": {{"mod_spikes": {spikes}, "level": {signal}}}"#);
        let found = decoded(&rule, &network(r#""weight_pa": 30"#, &ports)).1;
        let found = found.err().map(|faults| faults.to_string()).unwrap_or_default();
        if !found.contains(expected) {
            wrong.push(format!("expected {expected}\nfound {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A parameter may be drawn for each synapse, and what cannot be is refused where it is said. Would catch a distribution that is read as its
/// mean.
#[test]
fn parameters_are_drawn_for_each_synapse() {
    let told = |rate: &str| {
        let text = network(r#""weight_pa": 30"#, &format!(r#""model": "rule.nestml", {rate}"#));
        decoded(RULE, &text)
    };
    let weights = |rate: &str| {
        let (_folder, model) = told(rate);
        let design = model.unwrap_or_else(|faults| panic!("{faults}")).design::<f64>(3, 1.0);
        let design = design.unwrap_or_else(|faults| panic!("{faults}")).design;
        let network = Network::build(design, None, 1, &AtomicU64::new(0)).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut simulation = Simulation::new(network, Vec::new(), 1).with_weights_every(Some(400));
        simulation.advance(400).unwrap();
        simulation.chunk().learned.as_ref().unwrap().weights.last().unwrap().2.clone()
    };
    let drawn = weights(r#""rate": {"distribution": "uniform", "low": 0.1, "high": 0.2}"#);
    let (least, most) = (weights(r#""rate": 0.1"#), weights(r#""rate": 0.2"#));
    let between = drawn.iter().zip(least.iter().zip(&most)).filter(|(own, (least, most))| {
        let (low, high) = (least.min(**most), least.max(**most));
        (low - 1e-9..=high + 1e-9).contains(*own) && (**own - *least).abs() > 1e-6
    });
    assert!(between.count() > 60, "of 100");
    for (given, expected) in [
        (r#""rate": {"distribution": "uniform", "low": 0.1}"#, "synapse.rate: `high` is missing"),
        (r#""rate": [0.1, 0.2]"#, "synapse.rate"),
        (
            r#""count": {"distribution": "uniform", "low": 0, "high": 3}"#,
            "`count` is no real number, and cannot be drawn",
        ),
        (r#""tau_ms": {"distribution": "uniform", "low": 5, "high": 30}"#, "is in the guard `tau > 0 ms`"),
    ] {
        let found = told(given).1.err().map(|faults| faults.to_string()).unwrap_or_default();
        assert!(found.contains(expected), "{given}\nexpected {expected}\nfound {found}");
    }
    // What the file divides by and says nothing of is above 0 too.
    let unguarded = RULE.replace(" [[ tau > 0 ms ]]", "");
    let told = |tau: &str| {
        let text = network(r#""weight_pa": 30"#, &format!(r#""model": "rule.nestml", "tau_ms": {tau}"#));
        decoded(&unguarded, &text).1.err().map(|faults| faults.to_string()).unwrap_or_default()
    };
    let found = told(r#"{"distribution": "normal", "mean": 20, "std": 10}"#);
    assert!(
        found.contains("synapse.tau_ms: reaches below 0, and the file divides by `tau`: give a greater `min`"),
        "{found}"
    );
    let found = told(r#"{"distribution": "normal", "mean": 20, "std": 10, "min": 0, "outside": "clip"}"#);
    assert!(found.contains("reaches 0, and"), "{found}");
    assert_eq!(told(r#"{"distribution": "normal", "mean": 20, "std": 10, "min": 1}"#), "");
}
