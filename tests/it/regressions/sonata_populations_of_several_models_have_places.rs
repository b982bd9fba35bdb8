//! The places of a population whose cells are of two models were not recorded, without a word.

use super::circuits::data;
use neuropil::model::Document;
use neuropil::record::Recording;
use neuropil::session::{Changes, Input, Session, Unwatched};
use std::path::Path;

/// A copy of a folder, its files only.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { assert!(std::fs::copy(&path, &target).unwrap() > 0) }
    }
}

/// Notes and places where each cell lies as its type says: x, y, z, or nothing.
fn recorded(types: [&str; 2]) -> (Vec<String>, Option<Vec<[f64; 3]>>) {
    let folder = tempfile::tempdir().unwrap();
    copy(&data("nest_delta"), folder.path());
    let [first, second] = types;
    let table = format!(
        "node_type_id model_type model_template dynamics_params x y z\n\
         1 point_neuron nest:iaf_psc_delta delta.json {first}\n2 point_neuron nest:iaf_psc_exp exp.json {second}\n"
    );
    std::fs::write(folder.path().join("network/cells_node_types.csv"), table).unwrap();
    let config = folder.path().join("config.json");
    let text = std::fs::read_to_string(&config).unwrap();
    let changes = Changes { duration_ms: Some(5.0), ..Changes::default() };
    let input = Input::of(Document::parse(&config.display().to_string(), text).unwrap(), &changes).unwrap();
    let notes = input.notes();
    let file = folder.path().join("run.h5");
    Session::new(&input, file.clone()).run(input, &Unwatched).unwrap();
    let populations = Recording::open(&file).unwrap().populations().unwrap();
    let cells = populations.into_iter().find(|own| own.name == "cells").unwrap();
    assert!(cells.model.contains('+'), "two models, or nothing is tested: {}", cells.model);
    (notes, cells.positions_um)
}

#[test]
fn each_node_is_where_its_own_model_has_it() {
    let types = neuropil::record::nodes(
        &data("nest_delta/network/cells_nodes.h5"),
        Some(&data("nest_delta/network/cells_node_types.csv")),
    )
    .unwrap();
    let nodes = types.iter().find(|own| own.population == "cells").unwrap();
    let (notes, places) = recorded(["1 2 3", "4 5 6"]);
    let mut expected = vec![[0.0; 3]; nodes.ids.len()];
    for (item, id) in nodes.ids.iter().enumerate() {
        expected[usize::try_from(*id).unwrap()] =
            if nodes.attributes.type_id(item) == 1 { [1.0, 2.0, 3.0] } else { [4.0, 5.0, 6.0] };
    }
    assert_eq!(places, Some(expected));
    assert!(!notes.iter().any(|note| note.contains("places")), "{notes:?}");
}

#[test]
fn places_of_some_nodes_alone_are_told_of() {
    let (notes, places) = recorded(["1 2 3", "NULL NULL NULL"]);
    assert_eq!(places, None);
    let told = notes.iter().any(|note| note.contains("nodes of `cells` have x and y: their places are not recorded"));
    assert!(told, "{notes:?}");
}
