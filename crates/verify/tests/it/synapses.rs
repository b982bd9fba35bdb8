//! What is refused of cases of synapses.

use neuropil_verify::{find, run};
use serde_json::{Value, json};
use std::path::Path;

/// Would catch a parameter of NEST's that is passed over, so that a case holds with the default of ours.
#[test]
fn parameters_that_a_rule_does_not_have_are_named() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/synapses");
    let folder = tempfile::tempdir().unwrap();
    for (name, model) in [("clopath_aeif", "clopath_synapse"), ("stdp_additive", "stdp_synapse")] {
        let text = std::fs::read_to_string(data.join(format!("{name}.json"))).unwrap();
        let mut header: Value = serde_json::from_str(&text).unwrap();
        header["synapse_parameters"]["tau_y"] = json!(1.0);
        let path = folder.path().join(format!("{name}.json"));
        std::fs::write(&path, header.to_string()).unwrap();
        std::fs::copy(data.join(format!("{name}.h5")), folder.path().join(format!("{name}.h5"))).unwrap();
        let fault = run(&find(&path).unwrap()[0]).unwrap_err().to_string();
        assert!(fault.contains(&format!("{model} has no parameter `tau_y`")), "{fault}");
    }
}

/// Cases come from NEST with all parameters of its cells. Escape noise of width 0 is none; of another it is refused. Would catch one that is passed
/// over.
#[test]
fn escape_noise_of_the_receiving_cell_is_refused_unless_it_is_none() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/synapses");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tsodyks2.json");
    std::fs::copy(data.join("tsodyks2.h5"), folder.path().join("tsodyks2.h5")).unwrap();
    let mut header: Value =
        serde_json::from_str(&std::fs::read_to_string(data.join("tsodyks2.json")).unwrap()).unwrap();
    header.as_object_mut().unwrap().remove("equations");
    assert_eq!(header["post_parameters"]["delta"], json!(0.0));
    for (delta, refused) in [(json!(0.0), false), (json!(2.0), true), (Value::Null, true)] {
        match delta {
            Value::Null => drop(header["post_parameters"].as_object_mut().unwrap().remove("delta")),
            width => header["post_parameters"]["delta"] = width,
        }
        std::fs::write(&path, header.to_string()).unwrap();
        match run(&find(&path).unwrap()[0]) {
            Ok(_) => assert!(!refused),
            Err(fault) => assert!(refused && fault.to_string().contains("iaf_psc_exp has no parameter"), "{fault}"),
        }
    }
}
