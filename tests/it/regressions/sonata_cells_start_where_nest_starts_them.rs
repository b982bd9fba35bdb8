//! Membranes started at `E_L` where the JSON of a cell says no `V_m`; NEST starts each of these models at -70 mV, whatever
//! `E_L`. The oracle had set V_m = E_L itself and so agreed.

use super::circuits::{changed, data, read};
use neuropil::model::circuit::{Circuit, Lowered};

fn starts(circuit: &Circuit) -> Vec<f64> {
    let Lowered { design, .. } = circuit.design::<f64>().unwrap();
    design.populations.iter().flat_map(|population| &population.initial).flat_map(|own| own.values.clone()).collect()
}

/// The cells of this circuit have E_L at -65 and -68 mV (16 of them NEST's default) and say no V_m.
#[test]
fn a_cell_without_a_potential_starts_at_that_of_nest() {
    let circuit = read(&data("nest_currents/config.json")).unwrap();
    assert_eq!(starts(&circuit), vec![-70.0; 56]);
}

/// What the nodes themselves say stays: -65 to -52 mV, drawn.
#[test]
fn a_potential_that_is_given_is_kept() {
    let circuit = read(&data("nest_conductances/config.json")).unwrap();
    let starts = starts(&circuit);
    assert!(starts.len() == 40 && starts.iter().all(|v_m| (-65.0..-52.0).contains(v_m)), "{starts:?}");
}

#[test]
fn the_note_on_v_init_says_where_cells_start() {
    let circuit = changed("bmtk/derived/list.json", |all| all["conditions"] = serde_json::json!({"v_init": -60.0}));
    let notes = circuit.unwrap().notes.join("\n");
    assert!(
        notes.contains("conditions.v_init = -60 is not used: cells start at their V_m, or where NEST has it"),
        "{notes}"
    );
}
