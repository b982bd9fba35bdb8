//! What commands say of networks that were taught.

use super::stock::{SHORT, desk};

/// A comparison that keeps the weights of its evaluations, then how alike its networks are; a level that is never reached, too many samples and
/// runs without weights are told.
#[test]
fn networks_of_two_rules_are_compared() {
    let desk = desk();
    let what =
        [&["compare", "small_delayed_xor.json", "--rules", "eprop,bptt", "--seeds", "2", "-q"], &SHORT[..]].concat();
    let kept = ["--set", "record.weights_every=1", "--set", "training.validation_trials=0", "-o", "kept.h5"];
    desk.done(&[&what[..], &kept].concat());
    let told =
        desk.done(&["similar", "kept.h5", "--accuracy", "0.05", "--trials", "8", "--parts", "3", "--probes", "4"]);
    for row in [
        "bptt                     eprop                        2",
        "itself, other seeds",
        "before learning",
        "tangent kernel",
    ] {
        assert!(told.contains(row), "{row}: {told}");
    }
    let json = desk.done(&["similar", "kept.h5", "--accuracy", "0.05", "--trials", "8", "--probes", "4", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["compared"][0]["cka"].as_array().unwrap().len(), 2);
    assert_eq!(json["runs"].as_array().unwrap().len(), 4);
    desk.done(&[&what[..], &["-o", "without.h5"]].concat());
    for (arguments, told) in [
        (&["kept.h5", "--accuracy", "1.5"][..], "--accuracy: found 1.5"),
        (&["kept.h5", "--accuracy", "0.05", "--trials", "4000"], "must be at most 8192 samples"),
        (&["kept.h5", "--accuracy", "0.05", "--parts", "100000"], "--parts: found 100000"),
        (&["without.h5", "--accuracy", "0.05"], "record.weights_every"),
    ] {
        let refused = desk.run(&[&["similar"], arguments].concat());
        assert!(refused.code != 0 && refused.err.contains(told), "{arguments:?}: {}", refused.err);
    }
}
