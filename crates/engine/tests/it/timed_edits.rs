//! Other weights of synapses that follow spikes, at a moment, and cuts of them, against closed forms.

use super::Net;
use super::timed::{additive, pair, pair_of, stdp};
use neuropil_engine::intervention::{TimedCut, WeightChange, WeightEdit};
use neuropil_engine::{Edit, Intervention, Runnable};
use neuropil_network::synapse::MODELS;
use std::sync::Arc;

fn put(from: u64, change: WeightChange) -> Intervention {
    let edit = Edit::TimedWeights(WeightEdit { projection: 0, from: None, to: None, change });
    Intervention { from, until: None, edit, item: 0 }
}

/// The weight after each step, from the start on.
fn told(net: Net<f64>, list: &[Intervention], steps: u64) -> Vec<f64> {
    let mut simulation = net.simulation(1, 1, Vec::new()).with_interventions(list).unwrap().with_weights_every(Some(1));
    let mut weights = Vec::new();
    while simulation.step() < steps {
        simulation.advance(77.min(steps - simulation.step())).unwrap();
        weights.extend(simulation.chunk().learned.iter().flat_map(|own| &own.weights).map(|own| own.2[0]));
    }
    weights
}

/// After the edit every pair of spikes that the later of the two closes adds its window to the weight that was put in: λ w_max e^{−Δ/τ₊} or
/// −α λ w_max e^{Δ/τ₋} (additive, all to all), traces of spikes before the edit among them. Would catch an edit that comes too early or late, that
/// forgets traces, or that is done twice.
#[test]
fn a_weight_goes_on_from_where_it_is_put() {
    let params = additive(0.0);
    let (pre, post) = ([100, 300, 4000], [110, 320]);
    let plain = told(pair(&pre, &post, &params), &[], 4100);
    for (change, expected) in [
        (WeightChange::Set(0.5), 0.5),
        (WeightChange::Each(Arc::new(vec![0.7])), 0.7),
        (WeightChange::Scale(0.5), 0.5 * plain[200]),
    ] {
        let edited = told(pair(&pre, &post, &params), &[put(200, change)], 4100);
        assert_eq!(edited[..=200], plain[..=200], "what is told at its time is what was before");
        assert!((edited[201] - expected).abs() < 1e-15, "{}", edited[201]);
        let mut weight = expected;
        for (pre, arrives) in pre.iter().map(|step| (step, *step as f64 * 0.5)) {
            for post in post {
                // A delay of 3 ms, all of it behind the synapse; what came to the synapse before 100 ms is in the weight before.
                let at_synapse = post as f64 * 0.5 + 3.0;
                if arrives.max(at_synapse) <= 100.0 || *pre == 4000 {
                    continue;
                }
                let delta = at_synapse - arrives;
                weight += if delta > 0.0 { 0.02 * (-delta / 15.0).exp() } else { -0.03 * (delta / 25.0).exp() };
            }
        }
        let found = edited.last().unwrap();
        assert!((found - weight).abs() < 1e-12, "{found}, not {weight}");
    }
}

/// A scale stops at the bounds of the model; two edits of one moment are made one after the other.
#[test]
fn a_scale_stops_at_the_greatest_weight() {
    let net = || pair(&[100, 4000], &[110], &additive(0.0));
    assert_eq!(told(net(), &[put(50, WeightChange::Scale(30.0))], 60)[60], 2.0);
    assert_eq!(told(net(), &[put(50, WeightChange::Scale(0.0))], 60)[60], 0.0);
    let both = [put(50, WeightChange::Set(0.5)), put(50, WeightChange::Scale(0.5))];
    assert_eq!(told(net(), &both, 60)[60], 0.25);
}

/// Of every model, a scale of 1 leaves weights as they are but for rounding, before and after a pause. Would catch a model whose synapses lose what
/// they keep beside the weight.
#[test]
fn a_scale_of_one_changes_no_model() {
    for entry in MODELS.iter().filter(|own| own.info.third_factor.is_none()) {
        let defaults: Vec<f64> = entry.info.parameters.iter().map(|row| row.default).collect();
        if entry.build(&defaults).timing().is_none() {
            continue;
        }
        let net = || pair_of(&[10, 40, 90, 200, 350], &[20, 55, 95, 230, 340], Some(entry.build(&defaults)));
        let plain = told(net(), &[], 400);
        let edited = told(net(), &[put(97, WeightChange::Scale(1.0)), put(210, WeightChange::Scale(1.0))], 400);
        assert!(plain.iter().zip(&edited).all(|(a, b)| (a - b).abs() < 1e-12), "{}", entry.info.name);
    }
}

/// A synapse that is cut lets nothing through and goes on following spikes.
#[test]
fn a_cut_synapse_learns_and_is_not_heard() {
    let (pre, post) = ([100, 300, 400], [110, 320]);
    let edit = Edit::TimedCut(TimedCut { projection: 0, from: None, to: None });
    let cut = [Intervention { from: 250, until: Some(350), edit, item: 0 }];
    let net = || pair_of(&pre, &post, stdp(&additive(0.0)));
    assert_eq!(told(net(), &cut, 500), told(net(), &[], 500));
    let membrane = |list: &[Intervention]| {
        let mut simulation = net().simulation(1, 1, Vec::new()).with_interventions(list).unwrap();
        let mut moved = Vec::new();
        for step in 1..=500 {
            let before = simulation.observe(1, 0)[0];
            simulation.advance(1).unwrap();
            if simulation.observe(1, 0)[0] > before + 0.1 {
                moved.push(step);
            }
        }
        moved
    };
    // Each spike arrives 3 ms later.
    assert_eq!((membrane(&[]), membrane(&cut)), (vec![106, 306, 406], vec![106, 406]));
}

/// Weights that synapses cannot have are refused by name.
#[test]
fn weights_beyond_the_model_are_refused() {
    let refused = |change: WeightChange| {
        let simulation = pair(&[1], &[2], &additive(0.0)).simulation(1, 1, Vec::new());
        let faults = simulation.with_interventions(&[put(50, change)]).err().expect("refused");
        faults[0].1.to_string()
    };
    for (change, words) in [
        (WeightChange::Set(2.5), "at most 2 in size (w_max)"),
        (WeightChange::Set(-1.0), "must be >= 0, as that of the synapse is"),
        (WeightChange::Set(f64::NAN), "a finite number"),
        (WeightChange::Each(Arc::new(vec![0.1, 0.2])), "found 2 weights"),
        (WeightChange::Scale(-1.0), "a number >= 0"),
    ] {
        let told = refused(change);
        assert!(told.contains(words), "{told}");
    }
    let simulation = pair(&[1], &[2], &additive(0.0)).simulation(1, 1, Vec::new());
    let ends = Intervention { until: Some(60), ..put(50, WeightChange::Scale(1.0)) };
    let faults = simulation.with_interventions(&[ends]).err().expect("refused");
    assert!(faults[0].1.to_string().contains("until_ms"), "{}", faults[0].1);
}
