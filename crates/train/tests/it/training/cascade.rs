//! Tasks whose synapses wait for signals.

use super::{document, finished, setup, trainer};
use neuropil_plasticity::rule::rule;
use neuropil_record::Table;
use neuropil_train::Trainer;

const SHORT: &[&str] = &["training.updates=1", "training.batch=17", "training.evaluate_every=1", "carrier.step_ms=10"];

fn bits(tables: &[Table]) -> Vec<(String, Vec<u64>)> {
    tables.iter().map(|own| (own.object.clone(), own.values.iter().map(|value| value.to_bits()).collect())).collect()
}

/// No delay is no cascade, bit for bit; a delay is other learning, of the same numbers on any threads. Evaluations compare with the
/// exact gradient, which waits for nothing.
#[test]
fn a_delay_of_none_is_none() {
    let of = |cascade: &[&str], name: &str, threads| {
        let setup = setup("mini_evidence.json", &[SHORT, cascade].concat());
        let rule = setup.rule(name).unwrap();
        let run = finished(Trainer::new(&setup, rule, 2).unwrap().with_threads(threads).with_alignment(true));
        assert!(run.evaluations().iter().all(|own| own.aligned.is_some()));
        bits(&run.record().tables)
    };
    for name in ["eprop", "eprop+field", "modprop_type", "modprop_type+kernel"] {
        let plain = of(&[], name, 1);
        let none = of(&[r#"training.cascade={"stages": 3, "delay_ms": 0}"#], name, 1);
        let late = [r#"training.cascade={"stages": 3, "delay_ms": 15}"#];
        assert_eq!(plain, none, "{name}");
        assert_ne!(plain, of(&late, name, 1), "{name}");
        assert_eq!(of(&late, name, 3), of(&late, name, 1), "{name}");
    }
}

/// Would catch a cascade that is read and then forgotten for a rule that has none, and fields that act as others.
#[test]
fn what_has_no_cascade_is_refused() {
    let cascade = r#"training.cascade={"stages": 2, "delay_ms": 5}"#;
    let own = setup("mini_evidence.json", &[SHORT, &[cascade]].concat());
    assert!(own.rule("eprop").is_ok() && own.rule("mdgl_type_all+field").is_ok());
    for name in ["bptt", "mdgl_cell", "modprop_code"] {
        let message = own.rule(name).unwrap_err().to_string();
        assert!(message.contains(&format!("rule `{name}` has no cascade")), "{message}");
    }
    let mut direct = trainer(&own, "bptt", 1);
    assert!(direct.advance().unwrap_err().to_string().contains("no cascade"));
    assert!(rule("bptt").is_ok());
    for (change, words) in [
        (r#"training.cascade={"stages": 0, "delay_ms": 5}"#, "training.cascade.stages: found 0"),
        (r#"training.cascade={"stages": 2}"#, "`delay_ms` is missing"),
        (r#"training.cascade={"stages": 2, "delay_ms": -1}"#, "training.cascade.delay_ms: found -1"),
        (r#"training.cascade={"stages": 2, "delay_ms": 1, "stage": 2}"#, "did you mean `stages`"),
    ] {
        let document = document("mini_evidence.json", &[change]);
        let faults = neuropil_train::Setup::decode(&document, &super::tasks()).err().unwrap().to_string();
        assert!(faults.contains(words), "{faults}");
    }
}
