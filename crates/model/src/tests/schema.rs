//! The schema says what the reader does.

use super::shipped;
use crate::schema::schema;
use crate::{Document, Model};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Documents that together make the reader ask for every name it knows.
fn covering() -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let model = |populations: Value, more: Value| {
        let mut text = json!({"populations": populations});
        for (key, value) in more.as_object().unwrap() {
            text[key] = value.clone();
        }
        text.to_string()
    };
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../equations/src/tests/features.nestml");
    for integration in
        [json!({"method": "auto", "tolerance": 1e-4, "timers": "float"}), json!({"method": "rk4", "substeps": 2})]
    {
        let cells = json!({"cells": 2, "model": file, "ports": {}, "initial": {}, "integration": integration});
        texts.push(model(json!({"a": cells}), json!({})));
    }
    // Every model, as a target of every kind of input and projection, with its state recorded.
    for entry in neuropil_network::neuron::MODELS {
        let mut cells = json!({"cells": 2, "model": entry.info.name, "initial": {}});
        let weight = entry.info.weight_unit(None).unwrap().name_of("weight");
        let mut projection = json!({"from": "src", "to": "a", "rule": "all_to_all", "delay_ms": 1});
        projection[&weight] = 1.into();
        let mut poisson = json!({"kind": "poisson", "to": "a", "rate_hz": 1});
        poisson[&weight] = 1.into();
        let mut inputs = vec![poisson];
        let mut edits = Vec::new();
        if let Some(unit) = entry.info.current_unit() {
            inputs.extend(neuropil_network::current::KINDS.iter().map(|kind| {
                let mut own = json!({"kind": kind.name, "to": "a"});
                kind.numbers.iter().for_each(|number| own[number.name(unit)] = 1.into());
                own
            }));
            let mut current = json!({"to": "a"});
            current[unit.name_of("amplitude")] = 1.into();
            edits.push(json!({"at_ms": 1, "current": current}));
            let mut noise = json!({"to": "a", "tau_ms": 1});
            noise[unit.name_of("std")] = 1.into();
            edits.push(json!({"at_ms": 1, "noise": noise}));
        }
        let mut sum = json!({"projection": "src->a"});
        sum[weight.replace("weight", "sum")] = 1.into();
        edits.push(json!({"at_ms": 1, "every_ms": 2, "normalise": sum, "until_ms": 5}));
        edits.push(json!({"at_ms": 1, "rate": {"source": "src", "rate_hz": [1, 2]}}));
        let record =
            json!({"states": [{"population": "a", "variables": entry.info.variables[0].name()}], "weights": true});
        let source = json!({"cells": 2, "model": "poisson_source", "rate_hz": {"times_ms": [0], "rates_hz": [1]}});
        texts.push(model(
            json!({"a": cells, "src": source}),
            json!({"simulation": {}, "projections": [projection], "inputs": inputs, "record": record, "interventions": edits}),
        ));
        if entry.shape.is_some() {
            cells["ports"] = json!({"fast": {"sign": "excitatory"}, "slow": {}});
            projection["receptor"] = "fast".into();
            texts.push(model(json!({"a": cells, "src": source}), json!({"projections": [projection]})));
        }
    }
    let simple = json!({"cells": 2, "model": "lif_exp"});
    for entry in neuropil_network::synapse::MODELS {
        let mut synapse = json!({"model": entry.info.name});
        let factors = entry.info.third_factor.iter().flat_map(|_| {
            let series = json!({"every_ms": 10, "values": [1, 2], "repeats": true});
            let gain = json!({"signal": 0.5, "gain": 2});
            [gain, json!({"signal": series}), json!({"spikes_of": ["a"], "delay_ms": 1})].map(Some)
        });
        for factor in factors.chain(entry.info.third_factor.is_none().then_some(None)) {
            if let (Some(port), Some(factor)) = (&entry.info.third_factor, factor) {
                synapse[port.name] = factor;
            }
            let projection = json!({"from": "a", "to": "a", "rule": "all_to_all", "delay_ms": 1, "weight_pa": 1, "synapse": synapse});
            texts.push(model(json!({"a": simple}), json!({"projections": [projection]})));
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/synapses/stdp.nestml");
    let written = json!({"model": file, "ports": {"pre_spikes": "pre"}, "weight": "w", "w_max": 2});
    let text = "model own:
    state:
        w real = 1
    input:
        pre_spikes <- spike
        V mV <- continuous
    output:
        spike
    onReceive(pre_spikes):
        w += 1e-6 * V / (1 mV)
        emit_spike(w)
";
    let port = json!({"post": "v_m_mv", "earlier_ms": 5});
    let watching = json!({"model": "own.nestml", "text": text, "ports": {"V": port}});
    for synapse in [written, watching] {
        let projection =
            json!({"from": "a", "to": "a", "rule": "all_to_all", "delay_ms": 1, "weight_pa": 1, "synapse": synapse});
        texts.push(model(json!({"a": simple}), json!({"projections": [projection]})));
    }
    for rule in [
        json!({"rule": "fixed_probability", "probability": 0.5}),
        json!({"rule": "fixed_in_degree", "in_degree": 1}),
        json!({"rule": "fixed_out_degree", "out_degree": 1}),
        json!({"rule": "fixed_total_number", "synapses": 1}),
        json!({"rule": "one_to_one", "autapses": true}),
        json!({"rule": "list", "sources": [0], "targets": [1]}),
        json!({"rule": "by_distance", "p_max": 1, "kernel": "gaussian", "length_um": 1}),
        json!({"rule": "by_distance", "p_max": 1, "kernel": "step", "cutoff_um": 1}),
    ] {
        let mut projection = rule;
        for (key, value) in [("from", json!("a")), ("to", json!("a")), ("weight_pa", json!(1)), ("delay_ms", json!(1))]
        {
            projection[key] = value;
        }
        texts.push(model(json!({"a": simple}), json!({"projections": [projection]})));
    }
    // An array of another file: two positive numbers.
    let dataset = json!({"file": "../../tests/data/gradients/p1_lif_regression.h5", "dataset": "params/b_out"});
    texts.push(model(json!({"a": {"cells": 2, "model": "lif_exp", "tau_m_ms": dataset}}), json!({})));
    for weight in [
        json!({"by_distance": "linear", "offset": 1, "slope_per_um": 0}),
        json!({"by_distance": "exponential", "amplitude": 1, "length_um": 1}),
        json!({"by_distance": "gaussian", "amplitude": 1, "sigma_um": 1}),
        json!({"distribution": "uniform", "low": 1, "high": 2}),
        json!({"distribution": "normal", "mean": 1, "std": 1}),
        json!({"distribution": "lognormal", "mu": 1, "sigma": 1}),
        json!({"distribution": "exponential", "mean": 1}),
        json!({"distribution": "gamma", "shape": 1, "scale": 1}),
    ] {
        let projection = json!({"from": "a", "to": "a", "rule": "all_to_all", "weight_pa": weight, "delay_ms": 1});
        texts.push(model(json!({"a": simple}), json!({"projections": [projection]})));
    }
    for positions in [
        json!({"shape": "slab", "size_x_um": 1, "size_y_um": 1, "z_min_um": 0, "z_max_um": 1}),
        json!({"shape": "box", "size_um": [1, 1, 1]}),
        json!({"shape": "sphere", "radius_um": 1}),
        json!({"shape": "grid", "shape_cells": [2, 1, 1], "spacing_um": [1, 1, 1]}),
        json!({"shape": "list", "points_um": [[0, 0, 0], [1, 1, 1]]}),
        json!({"shape": "recorded", "file": concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/peptides/two_cells.csv")}),
    ] {
        texts.push(model(json!({"a": {"cells": 2, "model": "lif_exp", "positions": positions}}), json!({})));
    }
    let session = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/nwb/session.nwb");
    let replay = json!({"population": "a", "file": session, "from_population": "units", "units": "id in [5, 7]",
        "from_s": 1, "to_s": 2, "cells": "in_order"});
    texts.push(model(json!({"a": {"cells": 2, "model": "lif_exp"}}), json!({"replay": [replay]})));
    let weights = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/weights/two_cells.h5");
    let recorded = json!({"from": "a", "to": "a", "rule": "recorded", "file": weights, "projection": "a_to_a"});
    texts.push(model(json!({"a": simple}), json!({"projections": [recorded]})));
    let hearing = json!({"cells": 2, "model": "lif_exp", "cell_type": "Sst"});
    for own in [
        json!({"shape_voxels": [2, 2, 2], "spacing_um": [10, 10, 10], "walls": [{"axis": "x", "low": "fixed", "low_nm": 1}],
            "regions": [{"low_um": [0, 0, 0], "high_um": [10, 20, 20], "tortuosity": 2}]}),
        json!({"level": "compartments", "compartments": [{"name": "u", "volume_um3": 1, "populations": "a"},
            {"name": "v", "volume_um3": 1, "populations": "b"}], "exchange": [{"between": "u", "and": "v", "um3_per_ms": 1}]}),
        json!({"level": "mean_field", "volume_um3": 1,
            "drive": concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/peptides/drive.csv")}),
    ] {
        let mut peptides = own;
        let edits = json!([
            {"at_ms": 1, "block": {"cell_type": "Sst", "receptor": "Sstr1"}, "until_ms": 10},
            {"at_ms": 10, "open": {"cell_type": "Sst", "receptor": "Sstr1"}},
            {"at_ms": 2, "species": {"species": "NPY", "diffusivity_free_um2_per_ms": 0.1, "loss_per_ms": 1e-4, "release_scale": 2}},
        ]);
        peptides["file"] = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/peptides/cortex.json").into();
        let plane = peptides.get("shape_voxels").map(|_| json!({"species": "NPY", "slice": {"axis": "x", "at_um": 5}}));
        let fields = plane.unwrap_or_else(|| json!({"species": ["NPY", "VIP"]}));
        let record = json!({"field": [fields], "states": [{"population": "a", "variables": "messenger.Gi"}]});
        let populations = json!({"a": hearing, "b": simple});
        texts.push(model(populations, json!({"peptides": peptides, "record": record, "interventions": edits})));
    }
    let plastic = json!({"learning_rate": 1, "optimiser": "adam", "min": 0, "max": 1});
    let projection =
        json!({"from": "a", "to": "a", "rule": "all_to_all", "weight_pa": 1, "delay_ms": 1, "plastic": plastic});
    let readout = json!({"from": "a", "outputs": 1});
    for more in [
        json!({"rule": "eprop", "readout": readout, "target": {"every_ms": 1, "values": [1]},
            "pseudo_derivative": {"kind": "fast_sigmoid"}, "mu": {"kind": "constant", "value": {"a": 1}}, "record_weights_every_ms": 2}),
        json!({"rule": "three_factor", "third_factor": {"every_ms": 1, "values": [1]}}),
    ] {
        let mut learning = more;
        learning["apply_every_ms"] = 1.into();
        let written = json!({"cells": 2, "model": file, "spike": {}, "jacobian_limit": 10});
        texts.push(model(
            json!({"a": simple, "written": written}),
            json!({"projections": [projection], "learning": learning}),
        ));
    }
    let evidence = json!({"kind": "evidence_accumulation", "cues": 1, "cue_ms": 1, "gap_ms": 1, "gap": "after",
        "delay_ms": 1, "recall_ms": 1, "inputs_per_group": 1, "sides": "independent", "cue_rate_hz": 1,
        "recall_rate_hz": 1, "background_rate_hz": 1});
    let store = json!({"kind": "store_recall", "symbols": 2, "symbol_ms": 1, "inputs_per_group": 1, "rate_hz": 1,
        "command_probability": 0.5});
    let copied = json!({"kind": "copy", "symbols": 2, "length": 1, "symbol_ms": 1, "delay_ms": 1, "inputs_per_group": 1, "rate_hz": 1});
    let matching = json!({"kind": "delayed_match", "fixation_ms": 1, "cue_ms": 1, "delay_ms": 1, "inputs_per_group": 1,
        "cue_rate_hz": 1, "background_rate_hz": 1});
    let pattern = json!({"kind": "pattern_generation", "duration_ms": 2, "inputs": 4, "outputs": 2, "rate_hz": 1,
        "periods_ms": [2]});
    let placed = json!({"cells": 2, "model": "lif_exp", "positions": {"shape": "box", "size_um": [1, 1, 1]}});
    let tissue = json!({"kind": "field", "box_um": [1, 1, 1], "voxels": [1, 1, 1], "diffusivity_um2_per_ms": 1,
        "loss_per_ms": 1, "signed": {"kind": "baseline", "credit": 1}, "receptors": {"kind": "linear"}});
    let mut binding = tissue.clone();
    binding["receptors"] = json!({"kind": "binding", "k_d_nm": 1, "nm_per_credit": 1});
    for (task, carrier) in
        [(&evidence, &tissue), (&store, &binding), (&matching, &tissue), (&pattern, &tissue), (&copied, &binding)]
    {
        let mut learning = json!({"rule": "modprop_type_online", "apply_every_ms": 1, "carrier": carrier, "loss": {"last_ms": 1}, "feedback": {"kind": "uniform", "scale": 1}, "taps": {"kind": "modal", "modes": 1}, "cascade": {"stages": 2, "delay_ms": 3},
            "mu": {"kind": "constant", "value": {"a": 1}}, "record_credit": {"every_ms": 1}, "readout": {"from": "a", "outputs": 2}});
        if task == &copied {
            // It says itself which steps count.
            learning.as_object_mut().unwrap().remove("loss");
        }
        let source = json!({"cells": if task == &matching { 3 } else { 4 }, "model": "task_source"});
        texts.push(model(
            json!({"x": source, "a": placed}),
            json!({"task": task, "projections": [projection], "learning": learning}),
        ));
    }
    let part = json!([{"population": "a", "cells": "0:1"}, {"cell_type": "Sst", "cells": {"x_um": [-1, 2], "y_um": [-1, 2], "z_um": [-1, 2]}}]);
    let mut typed = placed.clone();
    typed["cell_type"] = "Sst".into();
    texts.push(model(
        json!({"a": placed, "b": typed}),
        json!({"inputs": [{"kind": "step_current", "to": part, "amplitude_pa": 1}], "record": {"spikes": part}}),
    ));
    let joined = json!({"name": "p", "from": "a", "to": "a", "rule": "all_to_all", "weight_pa": 1, "delay_ms": 1});
    let poisson = json!({"name": "in", "kind": "poisson", "to": "a", "rate_hz": 1, "weight_pa": 1});
    let named = json!({"projection": "p", "from": "a", "to": {"population": "a", "cells": 1}});
    let (mut scaled, mut set) = (named.clone(), named.clone());
    (scaled["scale"], set["weight_pa"]) = (2.into(), 3.into());
    texts.push(model(
        json!({"a": simple, "src": {"cells": 2, "model": "poisson_source", "rate_hz": 1}}),
        json!({"projections": [joined], "inputs": [poisson], "interventions": [
            {"at_ms": 1, "silence": ["a"], "until_ms": 2},
            {"at_ms": 1, "current": {"to": "a", "amplitude_pa": 3, "port": "i_inj"}},
            {"at_ms": 1, "noise": {"to": "a", "mean_pa": 3, "std_pa": 2, "tau_ms": 4, "port": "i_inj"}},
            {"at_ms": 1, "noise": {"to": "a", "std_pa": 2, "hold_ms": 4}},
            {"at_ms": 1, "state": {"of": "a", "v_m_mv": -60}},
            {"at_ms": 1, "rate": {"input": "in", "to": {"population": "a", "cells": 1}, "rate_hz": 3}},
            {"at_ms": 1, "rate": {"source": "src", "rate_hz": 3}},
            {"at_ms": 1, "weights": scaled, "until_ms": 2},
            {"at_ms": 2, "weights": set, "until_ms": 3},
            {"at_ms": 3, "cut": named, "until_ms": 4},
            {"at_ms": 4, "cut": "p"},
            {"at_ms": 4, "parameters": {"of": "a", "v_th_mv": -50}},
        ]}),
    ));
    for entry in neuropil_network::source::MODELS {
        texts.push(model(json!({"a": {"cells": 2, "model": entry.info.name}}), json!({})));
    }
    let train = json!({"cells": 2, "model": "spike_train", "spikes": {"times_ms": [1], "cells": [0]}});
    texts.push(model(json!({"a": train}), json!({})));
    texts
}

/// (kind, name) of every property of every object of the schema.
fn described(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            if let (Some(kind), Some(properties)) = (members.get("$comment"), members.get("properties")) {
                let kind = kind.as_str().unwrap().to_owned();
                found.extend(properties.as_object().unwrap().keys().map(|name| (kind.clone(), name.clone())));
            }
            members.values().for_each(|value| described(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| described(value, found)),
        _ => {}
    }
}

#[test]
fn the_schema_has_every_name_that_is_read_and_no_other() {
    let mut asked = BTreeSet::new();
    for text in covering() {
        let document = Document::parse("covering.json", text.clone()).unwrap();
        let (_, names) = Model::decode_noting(document).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        asked.extend(names);
    }
    // Names of a cell or synapse of a file are the file's own.
    let read = |text: &str, role| neuropil_equations::read(text, role).unwrap().cells.remove(0);
    let files = [
        read(include_str!("../../../equations/src/tests/features.nestml"), None),
        read(include_str!("../../../../models/synapses/stdp.nestml"), Some(neuropil_equations::Role::Synapse)),
    ];
    let of_file = |name: &str| {
        files.iter().any(|file| {
            let parameters = file.parameters.iter().map(|own| &own.name);
            parameters.chain(file.recordables.iter().map(|own| &own.name)).any(|own| own.column == name)
        })
    };
    asked.retain(|(kind, name)| !["population", "initial"].contains(&kind.as_str()) || !of_file(name));
    // The section of tasks has one more.
    asked.retain(|(kind, name)| (kind.as_str(), name.as_str()) != ("carrier", "blur"));
    // Currents of `lif_exp_multi` have the names of the ports that a file gives it.
    asked.retain(|(kind, name)| kind != "initial" || !["i_syn_fast_pa", "i_syn_slow_pa"].contains(&name.as_str()));
    let mut known = BTreeSet::new();
    described(&schema(), &mut known);
    known.retain(|(_, name)| !crate::fields::ALWAYS.contains(&name.as_str()));
    let unknown: Vec<_> = asked.difference(&known).collect();
    let unread: Vec<_> = known.difference(&asked).collect();
    assert!(unknown.is_empty() && unread.is_empty(), "read but not in the schema: {unknown:?}; not read: {unread:?}");
}

#[test]
fn shipped_and_covering_models_are_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let texts = shipped().into_iter().map(|(file, text)| (file.display().to_string(), text));
    for (file, text) in texts.chain(covering().into_iter().map(|text| ("covering".to_owned(), text))) {
        let value: Value = serde_json::from_str(&text).unwrap();
        if let Err(fault) = validator.validate(&value) {
            panic!("{file}: {}: {fault}\n{text}", fault.instance_path());
        }
    }
}

/// What the reader refuses without running anything, the schema refuses as well.
#[test]
fn the_schema_refuses_what_is_wrong() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let sound = json!({"populations": {"a": {"cells": 2, "model": "lif_exp"}}});
    assert!(validator.is_valid(&sound));
    for (pointer, value) in [
        ("/populations/a/cells", json!(0)),
        ("/populations/a/cells", json!("2")),
        ("/populations/a/model", json!("lif_axp")),
        ("/populations/a", json!({"cells": 2})),
        ("/populations/a", json!({"cells": 2, "model": "lif_exp", "tau_m": 1})),
        ("/populations/a", json!({"cells": 2, "model": "lif_exp", "tau_m_ms": -1})),
        ("/populations/a", json!({"cells": 2, "model": "spike_train"})),
        ("/populations", json!([])),
    ] {
        let mut wrong = sound.clone();
        *wrong.pointer_mut(pointer).unwrap() = value.clone();
        assert!(!validator.is_valid(&wrong), "{pointer} = {value}");
        let read = super::decode(&wrong.to_string()).and_then(|model| model.design::<f64>(1, 1.0).map(|_| ()));
        assert!(read.is_err(), "{pointer} = {value}");
    }
}
