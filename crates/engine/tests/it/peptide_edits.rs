//! Edits of peptides while a network runs: each is what a network is that was made so from the beginning.

use super::peptides::{STEPS, laws, layers, network, peptides, plan, plan_of, run, simulation};
use neuropil_engine::intervention::{LayerMaker, ReceptorEdit, SpeciesEdit};
use neuropil_engine::tissue::TissuePlan;
use neuropil_engine::{Edit, Intervention, Runnable, Simulation};
use std::sync::Arc;

fn edited(threads: usize, list: &[Intervention]) -> Simulation<f64> {
    simulation(network(), plan(true), threads).with_interventions(list).unwrap()
}

fn receptor(from: u64, until: Option<u64>, bound: f64) -> Intervention {
    Intervention { from, until, edit: Edit::Receptor(ReceptorEdit { cell_type: 0, receptor: 0, bound }), item: 0 }
}

fn species(from: u64, until: Option<u64>, loss: Option<f64>, release: f64) -> Intervention {
    let layer = loss.map(|loss| {
        LayerMaker(Arc::new(move || {
            let mut other = peptides(&laws());
            other.species[1].params.loss.0 = loss;
            layers(&other).remove(1)
        }))
    });
    Intervention { from, until, edit: Edit::Species(SpeciesEdit { species: 1, layer, release }), item: 0 }
}

fn made(change: impl FnOnce(&mut neuropil_neuromod::Peptides)) -> TissuePlan {
    let mut other = peptides(&laws());
    change(&mut other);
    plan_of(other, true)
}

/// Would catch an edit without effect, of another type, receptor or species, or one that changes the kinetics below.
#[test]
fn edits_from_the_beginning_are_another_chemistry() {
    let plain = run(&mut edited(1, &[]), STEPS, 500);
    let built = |plan| run(&mut simulation(network(), plan, 2), STEPS, 333);
    let blocked = run(&mut edited(2, &[receptor(0, None, 0.0)]), STEPS, 500);
    assert_eq!(blocked, built(made(|own| own.cell_types[0].expresses[0].density = 0.0)));
    assert_ne!(blocked.0, plain.0);
    let opened = run(&mut edited(1, &[receptor(0, None, 1.0)]), STEPS, 500);
    assert!(opened.0 != plain.0 && opened.0 != blocked.0);
    let doubled = run(&mut edited(1, &[species(0, None, None, 2.0)]), STEPS, 500);
    assert_eq!(doubled, built(made(|own| own.cell_types[1].releases[0].molecules_per_vesicle *= 2.0)));
    let lost = run(&mut edited(2, &[species(0, None, Some(1e-3), 1.0)]), STEPS, 500);
    assert_eq!(lost, built(made(|own| own.species[1].params.loss.0 = 1e-3)));
    assert!(doubled.0 != plain.0 && lost.0 != plain.0);
}

/// Edits that begin and end within field steps and at their ends, for any threads and chunks, and with a pause anywhere.
#[test]
fn edits_of_peptides_are_resumed() {
    let list = [receptor(1010, Some(3000), 0.0), species(2000, Some(3333), Some(1e-3), 3.0), receptor(4000, None, 1.0)];
    let whole = run(&mut edited(1, &list), STEPS, STEPS);
    assert_eq!(run(&mut edited(4, &list), STEPS, 77).0, whole.0);
    for cut in [1000, 1010, 2025, 3000, 3333, 4100] {
        let mut first = edited(2, &list);
        first.advance(cut).unwrap();
        let mut spikes = first.chunk().spikes.clone();
        let mut rest = edited(1, &list);
        rest.restore(&first.snapshot()).unwrap();
        rest.advance(STEPS - cut).unwrap();
        spikes.extend_from_slice(&rest.chunk().spikes);
        assert_eq!(spikes, whole.0, "cut after step {cut}");
    }
}
