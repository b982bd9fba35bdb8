//! Bounds of plastic weights that excluded the sign of the cells, or the weights that were drawn, moved all weights at
//! the first change, and scaled networks kept the bounds of the whole.

use super::small_models::{LEARNS, changed, refusal, refusal_at};
use serde_json::{Value, json};

fn with(projection: usize, bounds: Value) -> String {
    changed(LEARNS, |model| {
        let plastic = &mut model["projections"][projection]["plastic"];
        bounds.as_object().unwrap().iter().for_each(|(key, value)| plastic[key] = value.clone());
    })
}

#[test]
fn bounds_on_the_wrong_side_of_zero_are_refused() {
    let inhibitory = refusal(&with(2, json!({"min": 0, "max": 50})));
    let expected = "projections.2.plastic.min: found 0, must be < 0: the cells of `inh` are inhibitory";
    assert!(inhibitory.contains(expected), "{inhibitory}");
    let excitatory = refusal(&with(1, json!({"max": -1})));
    let expected = "projections.1.plastic.max: found -1, must be > 0: the cells of `exc` are excitatory";
    assert!(excitatory.contains(expected), "{excitatory}");
}

/// Dale's sign is a bound as well: one of 0 on the other side leaves what it should.
#[test]
fn weights_beyond_their_bounds_are_refused() {
    let high = refusal(&with(1, json!({"max": 0.05})));
    assert!(
        high.contains("projections.1.plastic: projection `exc->exc`: found a weight of 0.1 at the beginning"),
        "{high}"
    );
    assert!(high.contains("must be between 0 and 0.05"), "{high}");
    let low = refusal(&with(2, json!({"min": -0.05, "max": 3})));
    assert!(low.contains("projections.2.plastic") && low.contains("must be between -0.05 and 0"), "{low}");
}

#[test]
fn a_network_that_learns_has_no_scale() {
    let fault = refusal_at(&changed(LEARNS, |model| model["populations"]["exc"]["mean_rate_hz"] = json!(5)), 0.5);
    assert!(fault.contains("projections.1.plastic: a network that learns cannot be scaled"), "{fault}");
}
