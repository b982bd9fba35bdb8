//! A receptor was blocked or held open where cells do not listen and nothing hears its messenger: nothing happened, without a word.

use super::small_models::{input, refusal};
use super::small_tissue::changed_tissue;
use neuropil::session::Session;
use serde_json::{Value, json};

fn held(change: impl FnOnce(&mut Value)) -> String {
    changed_tissue(|model| {
        model["peptides"]["listening"] = json!(false);
        model["interventions"] = json!([{"at_ms": 100, "block": {"cell_type": "Pyr_L23", "receptor": "Vipr1"}}]);
        change(model);
    })
}

fn accepted(text: &str) {
    let input = input(text);
    let session = Session::new(&input, "none.h5".into());
    session.check(input).unwrap_or_else(|fault| panic!("{fault}"));
}

/// VIP's receptor is one of Gs: who records another messenger, or that of other cells, hears nothing of it.
#[test]
fn it_is_refused_unless_its_messenger_is_heard() {
    let recorded = |population: &str, variable: &str| {
        let states = json!([{"population": population, "variables": [variable]}]);
        held(|model| model["record"] = json!({"states": states}))
    };
    for text in [held(|_| ()), recorded("e", "messenger.Gi"), recorded("v", "messenger.Gs")] {
        let fault = refusal(&text);
        assert!(fault.contains("interventions.0: has no effect: cells do not listen"), "{fault}");
        assert!(fault.contains("no Gs of cells of type `Pyr_L23` is recorded"), "{fault}");
    }
    for variable in ["messenger.Gs", "signed_messenger"] {
        accepted(&recorded("e", variable));
    }
    accepted(&held(|model| {
        let synapse = json!({"model": "stdp_dopamine", "third_factor": {"messenger": "Gs"}});
        model["projections"] = json!([{"from": "e", "to": "e", "rule": "all_to_all", "weight_pa": 0.5, "delay_ms": 1, "synapse": synapse}]);
    }));
    accepted(&held(|model| model["peptides"]["listening"] = json!(true)));
}
