//! `microcircuit_learns` was shipped with a μ at which its path of credit grows by a tenth a step: refused, after 3·10⁸ synapses were
//! drawn, and so by no test.

use super::small_models::{changed, input, refusal};
use neuropil::session::Session;
use serde_json::{Value, json};
use std::path::Path;

/// Cells that a network keeps at most.
const CELLS: f64 = 1600.0;

/// A network of fewer cells with the same path of credit: what all cells of a type send to a cell, cells times probability times
/// weight, is that of the file.
fn smaller(model: &mut Value) {
    let populations = model["populations"].as_object_mut().unwrap();
    let cells: f64 = populations.values().map(|own| own["cells"].as_f64().unwrap()).sum();
    let share = (CELLS / cells).min(1.0);
    for own in populations.values_mut() {
        let cells = own["cells"].as_f64().unwrap();
        own["cells"] = serde_json::from_str(&format!("{:.0}", (cells * share).max(1.0))).unwrap();
    }
    for own in model["projections"].as_array_mut().unwrap() {
        for key in ["mean", "std"] {
            if let Some(number) = own.get_mut("weight_pa").and_then(|weight| weight.get_mut(key)) {
                *number = json!(number.as_f64().unwrap() / share);
            }
        }
    }
    model["simulation"]["duration_ms"] = json!(1000);
}

fn check(text: &str) {
    let input = input(text);
    let checked = Session::new(&input, "none.h5".into()).check(input).unwrap_or_else(|fault| panic!("{fault}"));
    assert!(!checked.synapses_are_expected, "they were not drawn");
}

/// Every shipped network that learns, by its own rule. Would catch a μ, a learning rate or a bound that the program refuses.
#[test]
fn each_passes_at_a_size_at_which_its_synapses_are_drawn() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/networks");
    let mut learn = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if path.extension().is_some_and(|own| own == "json") && text.contains("\"learning\"") {
            check(&changed(&text, smaller));
            learn += 1;
        }
    }
    assert!(learn >= 3, "{learn} networks learn");
}

/// The same network with the μ that it had. Would catch a smaller network whose path of credit is another one.
#[test]
fn a_smaller_microcircuit_is_refused_where_the_whole_one_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/networks/microcircuit_learns.json");
    let text = std::fs::read_to_string(path).unwrap();
    let of = |mu: f64| {
        changed(&text, |model| {
            smaller(model);
            model["learning"]["mu"]["value"] = json!(mu);
        })
    };
    let told = refusal(&of(0.001));
    assert!(told.contains("spectral radius of the credit path is 1.0"), "{told}");
    let told = refusal(&of(0.00006));
    assert!(told.contains("spectral radius of the credit path is 1.00"), "{told}");
    check(&of(0.00005));
}
