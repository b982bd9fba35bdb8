//! Reference cases: the shipped ones pass, doctored ones do not.

use super::{Desk, Done, alone, root};
use neuropil_record::{Arrays, GradientFile, Table};
use serde_json::{Value, json};

/// Copies a case to the desk, its header changed.
fn copy(desk: &Desk, name: &str, change: impl Fn(&mut Value)) {
    let from = root().join("tests/data/network");
    let mut header: Value =
        serde_json::from_str(&std::fs::read_to_string(from.join(name).with_extension("json")).unwrap()).unwrap();
    change(&mut header);
    std::fs::write(desk.path(&format!("{name}.json")), header.to_string()).unwrap();
    std::fs::copy(from.join(name).with_extension("h5"), desk.path(&format!("{name}.h5"))).unwrap();
}

#[test]
fn shipped_cases_pass() {
    let desk = Desk::new();
    let folder = root().join("tests/data/network");
    let shown = desk.done(&["verify", folder.to_str().unwrap()]);
    assert!(shown.contains("all within tolerance") && !shown.contains("MISSED"), "{shown}");
    copy(&desk, "iaf_psc_exp_single", |_| {});
    let json: Value = serde_json::from_str(&desk.done(&["verify", "iaf_psc_exp_single.h5", "--json"])).unwrap();
    assert_eq!(json[0]["case"], "iaf_psc_exp_single");
    assert!(json[0]["checks"].as_array().unwrap().iter().all(|check| check["passed"] == true));
}

/// Copies the cell of four receptors to the desk, its header changed; what `verify` says of it.
fn four_receptors(change: impl Fn(&mut Value)) -> Done {
    let desk = Desk::new();
    let from = root().join("tests/data/cells/iaf_psc_exp_multisynapse");
    let text = std::fs::read_to_string(from.with_extension("json")).unwrap();
    let mut header: Value = serde_json::from_str(&text).unwrap();
    change(&mut header);
    std::fs::write(desk.path("own.json"), header.to_string()).unwrap();
    std::fs::copy(from.with_extension("h5"), desk.path("own.h5")).unwrap();
    desk.run(&["verify", "own.h5"])
}

/// A cell of four receptors fires as NEST's, with the same currents; one train at another receptor is a miss. Would catch
/// receptors that are mixed up or numbered from 0, and a trace that is not compared.
#[test]
fn a_cell_of_four_receptors_is_nests() {
    let done = four_receptors(|_| {});
    assert_eq!(done.code, 0, "{} {}", done.out, done.err);
    for what in ["spikes", "V_m", "I_syn_1", "I_syn_4"] {
        assert!(done.out.contains(what), "{what}: {}", done.out);
    }
    let done = four_receptors(|header| header["inputs"][2]["port"] = 2.into());
    assert!(done.code == 1 && done.out.contains("MISSED"), "{} {}", done.out, done.err);
    type Change = fn(&mut Value);
    let table: [(Change, &str); 4] = [
        (|header| header["inputs"][2]["port"] = 5.into(), "input `input_2`: port is 5, there are 4"),
        (|header| header["parameters"]["tau_sin"] = json!([1.0, 2.0, 3.0, 4.0]), "no parameter `tau_sin`"),
        (|header| header["model"] = "ht_neuron".into(), "expected iaf_psc_exp_multisynapse"),
        (|header| header["inputs"][0]["port"] = 0.into(), "receptor"),
    ];
    for (change, told) in table {
        let done = four_receptors(change);
        assert!(done.code != 0 && done.code != 1 && done.err.contains(told), "{told}: {} {}", done.code, done.err);
    }
}

/// Input that arrives one step later moves spikes by a step, which is enough.
#[test]
fn shifted_spikes_are_a_miss() {
    let desk = Desk::new();
    copy(&desk, "iaf_psc_exp_network", |header| {
        let delay = header["external_delay_ms"].as_f64().unwrap() + header["dt_ms"].as_f64().unwrap();
        header["external_delay_ms"] = delay.into();
    });
    let done = desk.run(&["verify", "iaf_psc_exp_network.json"]);
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(done.out.contains("spikes ") && done.out.contains("MISSED"), "{}", done.out);
    assert!(done.err.contains("1 of 1 checks missed"), "{}", done.err);
}

#[test]
fn another_parameter_is_a_miss() {
    let desk = Desk::new();
    copy(&desk, "iaf_psc_exp_single", |header| {
        let leak = header["parameters"]["E_L"].as_f64().unwrap_or(-70.0);
        header["parameters"]["E_L"] = (leak + 1e-6).into();
    });
    let done = desk.run(&["verify", "."]);
    assert!(done.code == 1 && done.out.contains("v_m ") && done.out.contains("MISSED"), "{} {}", done.out, done.err);
}

#[test]
fn damaged_cases_are_told() {
    type Change = fn(&mut Value);
    let table: [(&str, Change, &str); 9] = [
        ("iaf_psc_exp_single", |header| header["format"] = "other/1".into(), "format is \"other/1\""),
        ("iaf_psc_exp_single", |header| header["model"] = "aeif".into(), "model is \"aeif\", expected iaf_psc_delta"),
        ("iaf_psc_exp_single", |header| header["kind"] = "triple".into(), "expected single or network"),
        ("iaf_psc_exp_single", |header| header["dt_ms"] = (-1).into(), "must be a finite number > 0"),
        ("iaf_psc_exp_single", |header| header["t_stop_ms"] = 0.03.into(), "t_stop_ms"),
        ("iaf_psc_exp_single", |header| header["parameters"]["tau_x"] = 1.into(), "no parameter `tau_x`"),
        ("iaf_psc_exp_single", |header| header["parameters"]["tau_m"] = (-1).into(), "tau_m"),
        ("iaf_psc_exp_network", |header| header["n_exc"] = 4_294_967_295_u32.into(), "more cells than ids"),
        ("iaf_psc_exp_network", |header| header["n_exc"] = 1.into(), "v_init"),
    ];
    for (name, change, words) in table {
        let desk = Desk::new();
        copy(&desk, name, change);
        let done = desk.run(&["verify", &format!("{name}.h5")]);
        assert!(done.code == 3 && done.err.contains(words), "{words}: {}", done.err);
    }
    let desk = Desk::new();
    copy(&desk, "iaf_psc_exp_single", |_| {});
    std::fs::write(desk.path("iaf_psc_exp_single.h5"), "nothing").unwrap();
    let done = desk.run(&["verify", "."]);
    assert!(done.code == 3 && done.err.contains("not an HDF5 file"), "{}", done.err);
}

/// Trajectories start from cases, not from each other; a gradient that is off in its tenth digit is a miss.
#[test]
fn gradient_cases_are_checked_to_the_last_digits() {
    let from = root().join("tests/data/gradients");
    let desk = Desk::new();
    let fetch = |name: &str| std::fs::copy(from.join(name), desk.path(name)).map(|_| ()).unwrap();
    for name in ["trajectory_p5", "p5_relu_delayed_classification", "p7_rflo_tanh_regression"] {
        fetch(&format!("{name}.json"));
        fetch(&format!("{name}.h5"));
    }
    fetch("optimisers.json");
    let shown = desk.done(&["verify", "."]);
    assert!(shown.contains("optimisers") && shown.contains("modprop_type_online"), "{shown}");
    assert!(shown.contains("all within tolerance") && shown.contains("adjoint, forward, causal"), "{shown}");

    let edit = |name: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(desk.path(name)).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(desk.path(name), text.replacen(from, to, 1)).unwrap();
    };
    edit("p5_relu_delayed_classification.json", "\"readout_scale\": 1.0", "\"readout_scale\": 1.00000001");
    let done = desk.run(&["verify", "p5_relu_delayed_classification.h5"]);
    assert!(done.code == 1 && done.out.contains("MISSED"), "{}", done.out);
    edit("trajectory_p5.json", "p5_relu_delayed_classification.h5", "trajectory_p5.h5");
    let done = desk.run(&["verify", "trajectory_p5.h5"]);
    assert!(done.code == 3 && done.err.contains("of layout trajectory, expected one of layout case"), "{}", done.err);
}

/// A case of gradients with other results than the reference: `results` is what it holds of them.
fn with_results(desk: &Desk, results: &[&str]) -> Done {
    let from = root().join("tests/data/gradients/p5_relu_delayed_classification");
    let reference = Arrays::open(from.with_extension("h5")).unwrap();
    let mut objects: Vec<String> = results.iter().map(ToString::to_string).collect();
    for group in ["inputs", "params"] {
        objects.extend(reference.list(group).unwrap().iter().map(|name| format!("{group}/{name}")));
    }
    objects.push("types/mu".into());
    let table = |object: String| {
        let from = if reference.has(&object) { object.as_str() } else { "forward/z" };
        let (shape, values) = reference.f64(from).unwrap();
        Table { object, shape, values }
    };
    let tables = objects.into_iter().map(table).collect();
    alone(|| GradientFile { tables, ..Default::default() }.write(&desk.path("own.h5"), true).unwrap());
    std::fs::copy(from.with_extension("json"), desk.path("own.json")).unwrap();
    desk.run(&["verify", "own.h5"])
}

/// Results of which nothing is compared are no success.
#[test]
fn cases_without_results_are_refused() {
    let desk = Desk::new();
    let rule = ["grads/bptt/dW_in", "grads/bptt/dW_rec"];
    let done = with_results(&desk, &rule);
    assert!(done.code == 0 && done.out.contains("all within tolerance"), "{} {}", done.out, done.err);
    let done = with_results(&desk, &[&rule[..], &["forward/v"]].concat());
    assert!(done.code == 3 && done.err.contains("own.h5`: forward: found only [v]"), "{}", done.err);
    assert!(done.err.contains("expected forward/z"), "{}", done.err);
    let done = with_results(&desk, &[&rule[..], &["forward/z", "forward/zz"]].concat());
    assert!(done.code == 3 && done.err.contains("forward: found `zz`"), "{}", done.err);

    let done = with_results(&desk, &["types/W_ab_all"]);
    assert!(done.code == 3 && done.err.contains("own.h5`") && done.err.contains("grads"), "{}", done.err);
}

/// Fields that only `verify` reads are named.
#[test]
fn fields_of_results_are_named() {
    let table = [
        ("trajectory_p5", "optimiser", Some(json!({"kind": "adam"})), "`optimiser`: invalid type: map"),
        ("trajectory_p5", "updates", None, "`updates` is missing, expected a whole number"),
        ("published_eprop_regression", "published_losses_float64", None, "`published_losses_float64` is missing"),
        (
            "published_eprop_regression",
            "optimizer",
            Some(json!({"kind": "lbfgs"})),
            "`optimizer`: unknown variant `lbfgs`",
        ),
        ("optimisers", "gradients", Some(json!([])), "gradients: found no row"),
        ("optimisers", "lr", Some(json!("fast")), "`lr`: invalid type: string"),
    ];
    for (name, field, value, words) in table {
        let desk = Desk::new();
        let from = root().join("tests/data/gradients").join(name);
        let mut header: Value =
            serde_json::from_str(&std::fs::read_to_string(from.with_extension("json")).unwrap()).unwrap();
        match value {
            Some(value) => header[field] = value,
            None => assert!(header.as_object_mut().unwrap().remove(field).is_some()),
        }
        std::fs::write(desk.path("own.json"), header.to_string()).unwrap();
        if name != "optimisers" {
            std::fs::copy(from.with_extension("h5"), desk.path("own.h5")).unwrap();
            let start = "p5_relu_delayed_classification.json";
            std::fs::copy(root().join("tests/data/gradients").join(start), desk.path(start)).unwrap();
        }
        let done = desk.run(&["verify", "own.json"]);
        assert!(done.code == 3 && done.err.contains("own.json") && done.err.contains(words), "{words}: {}", done.err);
    }
}
