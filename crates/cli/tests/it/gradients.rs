//! `neuropil gradients`: what it writes and what it refuses.

use super::{Desk, alone, root};
use neuropil_record::{Arrays, GradientFile, Table};
use serde_json::Value;

const CASE: &str = "p8_mixed_lif_alif";

fn desk() -> Desk {
    let desk = Desk::new();
    for ending in ["json", "h5"] {
        let name = format!("{CASE}.{ending}");
        std::fs::copy(root().join("tests/data/gradients").join(&name), desk.path(&name)).unwrap();
    }
    desk
}

/// Every rule of the reference is there, with its values, for one thread and for three.
#[test]
fn the_file_has_the_gradients_of_the_reference() {
    let desk = desk();
    let case = format!("{CASE}.h5");
    let shown = desk.done(&["gradients", &case, "-o", "out.h5", "--threads", "1"]);
    assert!(shown.contains("modprop_type_S") && shown.contains("wrote out.h5"), "{shown}");
    desk.done(&["gradients", &case, "-o", "three.h5", "--threads", "3"]);
    let (own, three) = (Arrays::open(desk.path("out.h5")).unwrap(), Arrays::open(desk.path("three.h5")).unwrap());
    let reference = Arrays::open(desk.path(&case)).unwrap();
    let (_, mask) = reference.f64("params/mask_rec").unwrap();
    for rule in reference.list("grads").unwrap() {
        let names = if rule == "readout" { ["dW_out", "db"] } else { ["dW_in", "dW_rec"] };
        for name in names {
            let object = format!("grads/{rule}/{name}");
            let (found, mut expected) = (own.f64(&object).unwrap(), reference.f64(&object).unwrap());
            assert_eq!(found, three.f64(&object).unwrap(), "{object}: threads");
            if name == "dW_rec" {
                expected.1.iter_mut().zip(&mask).for_each(|(value, exists)| *value *= exists);
            }
            let largest = expected.1.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
            let close = found.1.iter().zip(&expected.1).all(|(a, b)| (a - b).abs() <= 1e-12 * largest);
            assert!(found.0 == expected.0 && close && largest > 0.0, "{object}");
        }
    }
    assert_eq!(own.f64("types/taps").unwrap().0, [20, 4, 2]);
    assert_eq!(own.f64("types/mu").unwrap(), reference.f64("types/mu").unwrap());
}

#[test]
fn rules_can_be_chosen_and_nothing_is_overwritten() {
    let desk = desk();
    let case = format!("{CASE}.json");
    let json = desk.done(&["gradients", &case, "-o", "out.h5", "--rules", "eprop, bptt", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["rules"][0]["rule"], &json["rules"][1]["rule"]), (&"eprop".into(), &"bptt".into()));
    assert!(json["rules"][0]["cosine_with_bptt"]["dW_in"].as_f64().unwrap() < 1.0);
    let own = Arrays::open(desk.path("out.h5")).unwrap();
    assert_eq!(own.list("grads").unwrap(), ["bptt", "eprop", "readout"]);
    drop(own);

    let done = desk.run(&["gradients", &case, "-o", "out.h5"]);
    assert!(done.code == 4 && done.err.contains("exists already"), "{}", done.err);
    desk.done(&["gradients", &case, "-o", "out.h5", "--force", "--rules", "eprop"]);
    let done = desk.run(&["gradients", &case, "-o", &format!("{CASE}.h5"), "--force"]);
    assert!(done.code == 4 && done.err.contains("is an input"), "{}", done.err);
    let done = desk.run(&["gradients", &case, "-o", "a.h5", "--rules", "eprob"]);
    assert!(done.code == 3 && done.err.contains("eprob") && done.err.contains("eprop"), "{}", done.err);
    let done = desk.run(&["gradients", &case, "-o", "a.h5", "--rules", "rflo_random"]);
    assert!(done.code == 3 && done.err.contains("rflo_random"), "{}", done.err);
    let done = desk.run(&["gradients", &case, "-o", "a.h5", "--rules", "bptt,eprop,bptt"]);
    assert!(done.code == 3 && done.err.contains("--rules: found `bptt` twice"), "{}", done.err);
    let done = desk.run(&["gradients", "none.h5", "-o", "a.h5"]);
    assert!(done.code == 3 && done.err.contains("cannot read `none.h5`"), "{}", done.err);
    std::fs::remove_file(desk.path(&format!("{CASE}.h5"))).unwrap();
    let done = desk.run(&["gradients", &case, "-o", "a.h5"]);
    assert!(done.code == 3 && done.err.contains(&format!("{CASE}.h5")), "{}", done.err);
    assert!(!desk.exists("a.h5") && !desk.exists("a.h5.part"));
}

/// Nothing is learned where no step counts: a zero gradient has no direction.
#[test]
fn a_zero_gradient_has_no_cosine() {
    let desk = desk();
    let reference = Arrays::open(desk.path(&format!("{CASE}.h5"))).unwrap();
    let mut tables = Vec::new();
    for group in ["inputs", "params", "types"] {
        for name in reference.list(group).unwrap() {
            let object = format!("{group}/{name}");
            let (shape, mut values) = reference.f64(&object).unwrap();
            if name == "loss_weight" {
                values.fill(0.0);
            }
            tables.push(Table { object, shape, values });
        }
    }
    drop(reference);
    alone(|| GradientFile { tables, ..Default::default() }.write(&desk.path("own.h5"), false).unwrap());
    let header = std::fs::read_to_string(desk.path(&format!("{CASE}.json"))).unwrap();
    let mut header: Value = serde_json::from_str(&header).unwrap();
    header["loss"]["c_reg"] = 0.into();
    std::fs::write(desk.path("own.json"), header.to_string()).unwrap();
    let run = |more: &[&str]| desk.done(&[&["gradients", "own.h5", "-o", "out.h5", "--force"], more].concat());
    let shown = run(&["--rules", "bptt,eprop"]);
    let eprop = shown.lines().find(|line| line.starts_with("eprop")).unwrap();
    assert!(eprop.split_whitespace().skip(3).eq(["-", "-"]) && !shown.contains("NaN"), "{shown}");
    let json: Value = serde_json::from_str(&run(&["--rules", "bptt,eprop", "--json"])).unwrap();
    assert!(json["rules"][1]["cosine_with_bptt"]["dW_in"].is_null(), "{json}");
}
