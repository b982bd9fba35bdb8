//! The microcircuit against the published table (Potjans & Diesmann 2014, table 5), and its scaling.

use super::{decode, shipped, shipped_text};
use crate::model::{InputKind, KindSpec};
use crate::scale::missing_current;
use crate::{Document, Model};
use neuropil_network::Property;
use neuropil_network::network::Design;

const NAMES: [&str; 8] = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"];
const CELLS: [u32; 8] = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948];
const EXTERNAL: [f64; 8] = [1600.0, 1500.0, 2100.0, 1900.0, 2000.0, 1900.0, 2900.0, 2100.0];
const RATES: [f64; 8] = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829];
/// (to, from)
const PROBABILITIES: [[f64; 8]; 8] = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
];
const W: f64 = 87.81;
const TAU_SYN_MS: f64 = 0.5;

fn weight(to: usize, from: usize) -> f64 {
    match (to, from) {
        (0, 2) => 2.0 * W,
        _ if from % 2 == 1 => -4.0 * W,
        _ => W,
    }
}

/// Eq. 1 of the paper: K = ln(1 - p) / ln(1 - 1/(N_pre N_post)).
fn synapses(to: usize, from: usize) -> f64 {
    let pairs = f64::from(CELLS[to]) * f64::from(CELLS[from]);
    (-PROBABILITIES[to][from]).ln_1p() / (-1.0 / pairs).ln_1p()
}

/// (to, from) of every projection, with its weight's mean and its expected number of synapses.
fn table(design: &Design<f64>) -> Vec<(usize, usize, f64, f64)> {
    let each = (0_u32..).zip(&design.projections);
    each.map(|(number, projection)| {
        let Property::Drawn(weight) = &projection.weight else { panic!("drawn weights") };
        let expected = projection.connector.expected(&design.context(number).wiring(projection));
        (projection.target, projection.source, weight.unbounded_mean(), expected)
    })
    .collect()
}

#[test]
fn populations_and_projections_are_those_of_the_paper() {
    let model = decode(&shipped_text("potjans_diesmann_2014")).unwrap();
    let design = model.design::<f64>(1, 1.0).unwrap().design;
    let named: Vec<(&str, u32)> = design.populations.iter().map(|own| (own.name.as_str(), own.cells)).collect();
    assert_eq!(named, NAMES.into_iter().zip(CELLS).collect::<Vec<_>>());
    assert_eq!(design.cells(), 77_169);
    assert_eq!(model.populations.iter().map(|own| own.mean_rate_hz.unwrap()).collect::<Vec<_>>(), RATES);
    for population in &model.populations {
        let KindSpec::Neurons { info, parameters, .. } = &population.kind else { panic!("neurons") };
        let value = |symbol: &str| {
            let row = info.parameters.iter().position(|row| row.symbol == symbol).unwrap();
            let crate::values::PerCell::Drawn(value) = &parameters[row] else { panic!("{symbol}") };
            value.as_constant().unwrap()
        };
        let published = [
            ("c_m", 250.0),
            ("tau_m", 10.0),
            ("e_l", -65.0),
            ("v_th", -50.0),
            ("v_reset", -65.0),
            ("t_ref", 2.0),
            ("tau_syn_exc", 0.5),
            ("tau_syn_inh", 0.5),
            ("i_e", 0.0),
        ];
        assert_eq!(info.name, "lif_exp");
        for (symbol, expected) in published {
            assert_eq!(value(symbol), expected, "{}: {symbol}", population.name);
        }
    }
    let table = table(&design);
    for to in 0..8 {
        for from in 0..8 {
            let found: Vec<_> = table.iter().filter(|row| (row.0, row.1) == (to, from)).collect();
            if PROBABILITIES[to][from] == 0.0 {
                assert!(found.is_empty(), "{} -> {}", NAMES[from], NAMES[to]);
                continue;
            }
            let [(_, _, mean, expected)] = found[..] else { panic!("{} -> {}", NAMES[from], NAMES[to]) };
            assert!((mean - weight(to, from)).abs() < 1e-9);
            assert!((expected - synapses(to, from)).abs() <= 0.5, "{} -> {}: {expected}", NAMES[from], NAMES[to]);
        }
    }
    let total = design.expected_synapses();
    assert!((total - 2.99e8).abs() < 1e6, "{total}");
    for (population, in_degree) in EXTERNAL.into_iter().enumerate() {
        let inputs: Vec<_> =
            model.inputs.iter().filter(|input| input.to.iter().any(|own| own.population == population)).collect();
        let [input] = inputs[..] else { panic!("one input each") };
        let InputKind::Poisson { rate, weight, .. } = &input.kind else { panic!("Poisson") };
        assert_eq!((rate.mean_hz(), *weight), (8.0 * in_degree, W));
    }
}

/// At scale s: s N cells, s K in-degree, w / sqrt(s), so that s K (w / sqrt(s))^2 r = K w^2 r; the current is the
/// lost part of the mean, (1 - sqrt(s)) tau_syn sum K w r (van Albada et al. 2015).
#[test]
fn scaling_keeps_mean_and_variance_of_the_input() {
    let model = decode(&shipped_text("potjans_diesmann_2014")).unwrap();
    for scale in [0.02, 0.1, 0.5, 2.0] {
        let design = model.design::<f64>(1, scale).unwrap().design;
        let table = table(&design);
        for (to, population) in design.populations.iter().enumerate() {
            assert_eq!(f64::from(population.cells), (f64::from(CELLS[to]) * scale).round());
            let (mut mean, mut variance, mut full_mean, mut full_variance) = (0.0, 0.0, 0.0, 0.0);
            for &(_, from, weight, synapses) in table.iter().filter(|row| row.0 == to) {
                let in_degree = synapses / f64::from(population.cells);
                mean += in_degree * weight * RATES[from];
                variance += in_degree * weight * weight * RATES[from];
            }
            for (from, rate) in RATES.into_iter().enumerate() {
                let in_degree = synapses(to, from) / f64::from(CELLS[to]);
                full_mean += in_degree * weight(to, from) * rate;
                full_variance += in_degree * weight(to, from).powi(2) * rate;
            }
            let [input] = design.poisson.iter().filter(|input| input.target == to).collect::<Vec<_>>()[..] else {
                panic!("one input")
            };
            // The train's rate is not shown by the design; its weight is.
            assert!((input.weight - W / scale.sqrt()).abs() < 1e-9);
            let external = EXTERNAL[to] * 8.0;
            mean += external * scale * input.weight;
            variance += external * scale * input.weight * input.weight;
            full_mean += external * W;
            full_variance += external * W * W;
            // Rates are per second, tau_syn in ms: pA.
            let current = missing_current::<f64>(&model, to, population.neurons().unwrap(), 0, scale).unwrap();
            let published = 1e-3 * TAU_SYN_MS * (1.0 - scale.sqrt()) * full_mean;
            assert!(
                (current - published).abs() < 2e-5 * full_mean.abs(),
                "{}: {current} pA, {published} pA",
                NAMES[to]
            );
            let kept = (1e-3 * TAU_SYN_MS * mean + current) / (1e-3 * TAU_SYN_MS * full_mean);
            // Numbers of synapses are whole: at 2 % it shows.
            assert!((kept - 1.0).abs() < 5e-3, "{} at {scale}: mean {kept}", NAMES[to]);
            assert!((variance / full_variance - 1.0).abs() < 5e-3, "{} at {scale}", NAMES[to]);
        }
    }
}

#[test]
fn all_shipped_models_are_sound() {
    for (file, text) in shipped() {
        let document = Document::parse(&file.to_string_lossy(), text).unwrap();
        let model = Model::decode(document).unwrap_or_else(|faults| panic!("{}: {faults}", file.display()));
        // A gene without its partner in the tables is worth a warning, and no fault of the network.
        let own = model.warnings.iter().filter(|warning| warning.path != "peptides.file");
        assert_eq!(own.count(), 0, "{}: {:?}", file.display(), model.warnings);
        let lowered = model.design::<f32>(1, 1.0).map(|lowered| lowered.design.cells());
        assert!(lowered.unwrap_or_else(|faults| panic!("{}: {faults}", file.display())) > 0);
    }
}

#[test]
fn what_cannot_be_scaled_says_why() {
    let refused = |text: &str| {
        let model = decode(text).unwrap();
        model.design::<f64>(1, 0.5).err().unwrap_or_else(|| panic!("scaled: {text}")).to_string()
    };
    let cells = r#""a": {"cells": 10, "model": "lif_exp", "mean_rate_hz": 5}"#;
    let with = |projection: &str| format!(r#"{{"populations": {{{cells}}}, "projections": [{projection}]}}"#);
    let common = r#""from": "a", "to": "a", "delay_ms": 1"#;
    let list = with(&format!(r#"{{{common}, "weight_pa": 1, "rule": "list", "sources": [0], "targets": [1]}}"#));
    assert!(refused(&list).contains("a network with this rule cannot be scaled"));
    let plastic =
        with(&format!(r#"{{{common}, "weight_pa": 1, "rule": "all_to_all", "synapse": {{"model": "short_term"}}}}"#));
    assert!(refused(&plastic).contains("short-term plasticity cannot be scaled"));
    let rates = [", \"mean_rate_hz\": 8.9", ", \"mean_rate_hz\": 8.7"];
    let first = shipped_text("first_network");
    decode(&first).unwrap().design::<f64>(1, 0.5).unwrap();
    let unknown = rates.iter().fold(first, |text, rate| text.replace(rate, ""));
    assert!(refused(&unknown).contains("needs `mean_rate_hz`"));
}
