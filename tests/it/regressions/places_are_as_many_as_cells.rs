//! A grid with more points than cells left the rest empty; a box of negative size lay on the other side of its origin.

use super::small_models::{changed, input, refusal, refusal_at};
use neuropil::model::{Document, Model};
use serde_json::{Value, json};

const PLACED: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 10},
  "populations": {"exc": {"cells": 8, "model": "lif_exp", "mean_rate_hz": 0}}
}"#;

fn at(positions: Value) -> String {
    changed(PLACED, |model| model["populations"]["exc"]["positions"] = positions)
}

/// At a smaller scale, the first cells keep their points.
#[test]
fn a_grid_has_a_point_for_each_cell() {
    let grid = |shape: [u32; 3]| at(json!({"shape": "grid", "shape_cells": shape, "spacing_um": [1, 1, 1]}));
    for (shape, words) in [([3, 3, 1], "3 x 3 x 1 = 9"), ([2, 2, 1], "2 x 2 x 1 = 4")] {
        for scale in [1.0, 0.5] {
            let fault = refusal_at(&grid(shape), scale);
            let expected = format!("populations.exc.positions.shape_cells: found {words} places, expected 8");
            assert!(fault.contains(&expected), "{fault}");
        }
    }
    let model = Model::decode(Document::parse("model.json", grid([2, 2, 2])).unwrap()).unwrap();
    let places = |scale: f64| model.design::<f64>(1, scale).unwrap().design.populations[0].positions.clone().unwrap();
    assert_eq!((places(1.0).len(), places(0.5)), (8, places(1.0)[..4].to_vec()));
}

#[test]
fn a_box_has_lengths() {
    input(&at(json!({"shape": "box", "size_um": [10, 2, 2]})));
    let fault = refusal(&at(json!({"shape": "box", "size_um": [10, -2, 2]})));
    assert!(fault.contains("populations.exc.positions.size_um: found -2 along y, must be > 0"), "{fault}");
    let fault = refusal(&at(json!({"shape": "box", "size_um": [10, 2, 0]})));
    assert!(
        fault.contains("found 0 along z, must be > 0; a flat sheet is a `slab` with z_min_um = z_max_um"),
        "{fault}"
    );
}
