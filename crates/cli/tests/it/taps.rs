//! Peptides without a network: their taps, and what a step of their field costs.

use super::{Desk, root};
use serde_json::Value;

fn cortex() -> String {
    root().join("models/peptides/cortex.json").to_str().unwrap().to_owned()
}

/// Taps come for each pair of types and sign, in a table, in JSON and drawn; a scaled clock gives the same taps in shorter
/// bins, and says so. Would catch a pair that is left out, and a time scale that is hidden.
#[test]
fn taps_of_the_cortex_are_told() {
    let desk = Desk::new();
    let json = |more: &[&str]| -> Value {
        let (model, mut arguments) = (cortex(), vec!["taps"]);
        arguments.extend([model.as_str(), "--json", "--count", "10"]);
        arguments.extend(more);
        serde_json::from_str(&desk.done(&arguments)).unwrap()
    };
    let slow = json(&["--from", "Sst", "--to", "Vip"]);
    let pairs = slow["pairs"].as_array().unwrap();
    assert_eq!(pairs.iter().map(|pair| pair["sign"].as_f64().unwrap()).collect::<Vec<_>>(), [1.0, -1.0]);
    for pair in pairs {
        let (sign, gain) = (pair["sign"].as_f64().unwrap(), pair["gain"].as_f64().unwrap());
        let taps = pair["filter_taps"].as_array().unwrap();
        assert!(gain * sign > 0.0 && taps.len() == 10 && !pair["channels"].as_array().unwrap().is_empty(), "{pair}");
        assert!(taps.iter().all(|tap| tap.as_f64().unwrap() * sign > -1e-12), "{pair}");
        assert!((0.0..1.0).contains(&pair["miscredited"].as_f64().unwrap()));
    }
    let fast = json(&["--from", "Sst", "--to", "Vip", "--bin-ms", "100", "--time-scale", "100"]);
    assert_eq!(fast["pairs"][0]["filter_taps"], slow["pairs"][0]["filter_taps"]);
    assert_eq!(fast["time_scale"], 100.0);
    let table = desk.done(&["taps", &cortex(), "--from", "Sst", "-o", "taps.svg"]);
    assert!(table.contains("Sst       Vip") && table.contains("time_scale 1") && table.contains("wrote taps.svg"));
    assert!(std::fs::read_to_string(desk.path("taps.svg")).unwrap().contains("lowers"));
    let none = desk.done(&["taps", &cortex(), "--from", "Pyr_L6", "--to", "Vip"]);
    assert_eq!(none.trim(), "no channels from Pyr_L6 to Vip");
}

#[test]
fn impossible_taps_are_refused() {
    let desk = Desk::new();
    let refused = |code: i32, more: &[&str], said: &str| {
        let (model, mut arguments) = (cortex(), vec!["taps"]);
        arguments.push(&model);
        arguments.extend(more);
        let done = desk.run(&arguments);
        assert!(done.code == code && done.err.contains(said), "{more:?}: {} {}", done.code, done.err);
    };
    refused(3, &["--distances-um", "20,0"], "--distances-um: found 0, must be above 0");
    refused(3, &["--time-scale", "-1"], "--time-scale: found -1, must be above 0");
    refused(3, &["--to", "Chandelier"], "no cell type `Chandelier`; there are Pyr_L23");
    refused(4, &["-o", "taps.pdf"], "taps.pdf");
    desk.done(&["taps", &cortex(), "--to", "Vip", "-o", "taps.png"]);
    refused(4, &["--to", "Vip", "-o", "taps.png"], "taps.png");
    let done = desk.run(&["taps", "small.json"]);
    assert!(done.code == 3 && done.err.contains("small.json:"), "{}", done.err);
}

/// The figures belong together; none is compared with a time.
#[test]
fn the_field_is_measured() {
    let desk = Desk::new();
    let shown = desk.done(&[
        "bench",
        "diffusion",
        "--voxels",
        "12",
        "--species",
        "2",
        "--threads",
        "1",
        "--seconds",
        "0.01",
        "--cells",
        "40",
    ]);
    let figures: Value = serde_json::from_str(&shown).unwrap();
    let number = |name: &str| figures[name].as_f64().unwrap();
    assert_eq!((&figures["radius"], number("adds_per_voxel_step")), (&serde_json::json!([6, 6, 6]), 54.0));
    let larger = number("byte_bound_ns").max(number("add_bound_ns"));
    assert!((number("times_larger_bound") * larger / number("ns_per_voxel_step") - 1.0).abs() < 1e-9);
    assert!(number("ns_per_voxel_step") <= number("ns_per_voxel_step_median"));
    assert!(figures["coupling"]["field_with_cells_ms"].as_f64().unwrap() > 0.0);
    let done = desk.run(&["bench", "diffusion", "--step-ms", "0"]);
    assert!(done.code == 3 && done.err.contains("field step 0 ms, must be"), "{}", done.err);
    let done = desk.run(&["bench", "diffusion", "--voxels", "4000000"]);
    assert!(done.code == 3 && done.err.contains("more than 2^31 voxels"), "{}", done.err);
    let done = desk.run(&["bench", "diffusion", "--voxels", "1200", "--species", "255"]);
    assert!(done.code == 3 && done.err.contains("the fields"), "{}", done.err);
}
