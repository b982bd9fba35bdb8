//! One μ for all cells reached only populations with a `cell_type`: a rule with μ then asked for that of the others.

use super::small_models::{LEARNS, changed, input};
use neuropil::session::Session;
use serde_json::json;

#[test]
fn one_mu_is_that_of_populations_without_a_type() {
    let text = changed(LEARNS, |model| {
        model["learning"]["mu"]["value"] = json!(0.03);
        for population in ["exc", "inh"] {
            model["populations"][population].as_object_mut().unwrap().remove("cell_type");
        }
    });
    let input = input(&text);
    Session::new(&input, "none.h5".into()).check(input).unwrap_or_else(|fault| panic!("{fault}"));
}
