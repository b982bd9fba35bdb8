//! ψ so small that no credit passes through recurrent synapses was told of training, and not of networks that learn while
//! they run.

use super::small_models::{LEARNS, changed, finished};
use neuropil::record::Recording;
use serde_json::json;
use std::path::Path;

/// γ/v_th max(0, 1 − |v − A|/v_th) with A = v_th (nothing adapts), mean over the cells and the steps up to 300 ms, where the last
/// window ends.
fn mean_of_recorded(path: &Path, population: &str) -> f64 {
    let recording = Recording::open(path).unwrap();
    let reports = recording.reports().unwrap();
    let own = reports.iter().find(|own| own.population == population).unwrap();
    let (v, v_th, gamma) = (recording.report_data(own, 0..300).unwrap(), 0.6, 0.3);
    let psi: Vec<f64> = v.iter().map(|v| gamma / v_th * (1.0 - ((v - v_th) / v_th).abs()).max(0.0)).collect();
    psi.iter().sum::<f64>() / psi.len() as f64
}

#[test]
fn a_run_tells_slopes_that_let_no_credit_pass() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.h5");
    let model = |weight: f64, rule: &str| {
        changed(LEARNS, |model| {
            model["projections"][0]["weight"] = json!(weight);
            model["learning"]["rule"] = json!(rule);
            let states = ["exc", "inh"].map(|own| json!({"population": own, "variables": "v_m", "every_ms": 1}));
            model["record"] = json!({"states": states});
        })
    };
    let told = |weight, rule| finished(&model(weight, rule), &file, true);
    let sound = told(0.2, "modprop_type_online");
    assert!(sound.slopes.iter().all(|own| own.1 > 0.01), "{:?}", sound.slopes);
    assert!(!sound.remarks().join("\n").contains('ψ'), "{:?}", sound.remarks());

    let small = told(1e-4, "modprop_type_online");
    assert_eq!(small.slopes.iter().map(|own| own.0.as_str()).collect::<Vec<_>>(), ["exc", "inh"]);
    for (population, psi) in &small.slopes {
        let expected = mean_of_recorded(&file, population);
        assert!((psi - expected).abs() < 1e-12 * expected && *psi > 0.0, "{population}: {psi} is not {expected}");
    }
    let remarks = small.remarks().join("\n");
    let most = small.slopes.iter().map(|own| own.1).fold(0.0, f64::max);
    assert!(remarks.contains(&format!("ψ is at most {most:.1e} in the mean of a population")), "{remarks}");
    // E-prop sends no credit through synapses.
    assert_eq!(told(1e-4, "eprop").slopes, []);
}
