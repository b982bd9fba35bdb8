//! Regions of another tissue that changed nothing were taken without a word.

use super::small_models::{input, refusal};
use super::small_tissue::changed_tissue;
use serde_json::{Value, json};

fn with(region: Value) -> String {
    changed_tissue(|model| model["peptides"]["regions"] = json!([region]))
}

#[test]
fn a_region_holds_the_centre_of_a_voxel_and_says_what_is_other_there() {
    let region = |low: [f64; 3], high: [f64; 3]| json!({"low_um": low, "high_um": high, "tortuosity": 2});
    input(&with(region([0.0; 3], [13.0, 200.0, 200.0])));
    let refused = [
        (region([500.0, 0.0, 0.0], [600.0, 200.0, 200.0]), "low_um: found 500 to 600 along x, outside of the field"),
        (region([0.0, 0.0, -50.0], [90.0, 90.0, 0.0]), "along z, outside of the field, which reaches from 0 to 200 um"),
        (region([150.0, 0.0, 0.0], [50.0, 200.0, 200.0]), "high_um: found 50 along x, must be above low_um = 150"),
        (region([0.0, 20.0, 0.0], [200.0, 20.0, 200.0]), "high_um: found 20 along y"),
        (
            region([0.0, 0.0, 0.0], [10.0, 200.0, 200.0]),
            "low_um: found 0 to 10 along x: the centre of no voxel lies there",
        ),
    ];
    for (region, words) in refused {
        let fault = refusal(&with(region));
        assert!(fault.contains("peptides.regions.0.") && fault.contains(words), "{fault}");
    }
    let fault = refusal(&with(json!({"low_um": [0, 0, 0], "high_um": [100, 200, 200]})));
    assert!(fault.contains("peptides.regions.0: has no effect: expected `volume_fraction`, `tortuosity`"), "{fault}");
}
