//! States that are written between two steps.

use super::*;

/// What is written at the start is what cells begin with, to the bit; and the last of two writes of one moment holds.
#[test]
fn what_is_written_at_the_start_is_an_initial_value() {
    let values: Vec<f64> = (0..80).map(|cell| -70.0 + 0.2 * f64::from(cell)).collect();
    let mut begun = network(&json!([]));
    begun["populations"]["exc"]["initial"] = json!({"v_m_mv": values, "i_syn_inh_pa": -30});
    let whole = run(&begun);
    let one = json!({"at_ms": 0, "state": {"of": "exc", "v_m_mv": values, "i_syn_inh_pa": -30}});
    let before =
        json!({"at_ms": 0, "state": {"of": {"population": "exc", "cells": "3:9"}, "v_m_mv": -20, "i_syn_inh_pa": 5}});
    assert_eq!(edited(json!([one])), whole);
    assert_eq!(edited(json!([before, one])), whole);
    assert_ne!(edited(json!([one, before])).0, whole.0);
}

/// A lone cell goes on from what is written at 5 ms: V(h) = E + (V₀ − E) e^{−h/τ_m} + I₀/C τ_m τ_s/(τ_m − τ_s) (e^{−h/τ_m} − e^{−h/τ_s}). The state that
/// is read before the next step is what was written, in a live network and in a restored one.
#[test]
fn a_cell_goes_on_from_what_is_written() {
    let text = json!({"simulation": {"duration_ms": 20}, "populations": {"a": {"cells": 3, "model": "lif_exp", "tau_m_ms": 12, "tau_syn_exc_ms": 3, "c_m_pf": 200}}});
    let mut live = simulation::<f64>(&text, 1, 1);
    live.advance(50).unwrap();
    let model: Model = decode(&text.to_string()).unwrap();
    let lowered = model.design::<f64>(3, 1.0).unwrap();
    let item =
        r#"{"at_ms": 5, "state": {"of": {"population": "a", "cells": [1]}, "v_m_mv": -61.5, "i_syn_exc_pa": 40}}"#;
    let rest = live.observe(0, 0);
    live.intervene(model.edit(&lowered, 1.0, item).unwrap()).unwrap();
    assert_eq!(live.observe(0, 0), [rest[0], -61.5, rest[2]]);
    live.advance(1).unwrap();
    let h: f64 = 0.1;
    let [membrane, synapse] = [12.0, 3.0].map(|tau| (-h / tau).exp());
    let v = -70.0 + 8.5 * membrane + 40.0 / 200.0 * (12.0 * 3.0 / 9.0) * (membrane - synapse);
    let now = live.observe(0, 0);
    assert!((now[1] - v).abs() < 1e-12, "{} is not {v}", now[1]);
    assert_eq!((now[0], now[2]), (rest[0], rest[2]));
    assert!((live.observe(0, 1)[1] - 40.0 * synapse).abs() < 1e-12);
}

/// The sum of an `int_fire1` cell is stored as it was at its last event: what is written decays from its own time on.
#[test]
fn a_sum_that_is_written_decays_from_then_on() {
    let text = json!({"simulation": {"duration_ms": 20}, "populations": {"a": {"cells": 2, "model": "int_fire1", "tau_m_ms": 10}},
        "interventions": [{"at_ms": 8, "state": {"of": "a", "m": [0.5, 0.25]}}]});
    let mut own = simulation::<f64>(&text, 1, 1);
    own.advance(80).unwrap();
    assert_eq!(own.observe(0, 0), [0.5, 0.25]);
    own.advance(50).unwrap();
    let found = own.observe(0, 0);
    assert!(
        found.iter().zip([0.5, 0.25]).all(|(own, begun)| (own - begun * (-0.5_f64).exp()).abs() < 1e-15),
        "{found:?}"
    );
}

/// Cells of a file: adaptation, and a refractory time, which holds the membrane for as long as is written.
#[test]
fn states_of_a_file_are_written() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/cells/adex.nestml");
    let text = json!({"simulation": {"duration_ms": 40}, "populations": {"a": {"cells": 2, "model": file, "I_e_pa": 900}},
        "interventions": [{"at_ms": 10, "state": {"of": {"population": "a", "cells": [1]}, "w_pa": 0, "refractory_ms": 15, "V_m_mv": -60}}]});
    let spikes = go(&mut simulation::<f64>(&text, 1, 1), &[400]).0;
    let of = |cell| spikes.iter().filter(move |own| own.1 == cell).map(|own| own.0);
    assert!(
        of(0).any(|step| (101..250).contains(&step)) && !of(1).any(|step| (101..=250).contains(&step)),
        "{spikes:?}"
    );
    assert!(of(1).any(|step| step > 250));
}

/// Each is named, and nothing is written.
#[test]
fn what_cannot_be_written_is_named() {
    for (edit, place, words) in [
        (json!({"of": "exc", "v_m_mv": [1, 2]}), "interventions.0", "found 2 values for 80 cells"),
        (json!({"of": ["exc", "inh"], "v_m_mv": [1, 2]}), "interventions.0.state.v_m_mv", "of several populations"),
        (json!({"of": "exc", "v_mv": 1}), "interventions.0.state.v_mv", "did you mean `v_m_mv`"),
        (json!({"of": "exc", "v_m_mv": "low"}), "interventions.0.state.v_m_mv", "a list of one a cell"),
        (json!({"of": "exc"}), "interventions.0.state", "found no state variable"),
        (json!({"of": "src", "v_m_mv": 1}), "interventions.0.state.of", "only sends"),
        (json!({"v_m_mv": 1}), "interventions.0.state", "`of` is missing"),
    ] {
        let text = network(&json!([{"at_ms": 1, "state": edit}])).to_string();
        let faults = match decode(&text) {
            Ok(model) => model.design::<f64>(3, 1.0).map(|_| ()).unwrap_err(),
            Err(faults) => faults,
        };
        let told = |fault: &crate::Fault| fault.path == place && fault.message.contains(words);
        assert!(faults.faults.iter().any(told), "{edit}: {faults}");
    }
    let ends = network(&json!([{"at_ms": 1, "state": {"of": "exc", "v_m_mv": -60}, "until_ms": 5}])).to_string();
    assert!(decode(&ends).unwrap_err().to_string().contains("it has no end"));
    let mut single = network(&json!([{"at_ms": 1, "state": {"of": "exc", "v_m_mv": 1e300}}]));
    single["simulation"]["precision"] = "single".into();
    let model = decode(&single.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let faults = model.design::<f32>(3, 1.0).map(|_| ()).unwrap_err().to_string();
    assert!(faults.contains("must be a finite number"), "{faults}");
}
