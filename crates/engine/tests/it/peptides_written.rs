//! Peptides change cells of files: what a file marks is what the built-in cell has, in a network with tissue.

use super::equations_learn::file;
use super::equations_learn::texts::LIF_EXP;
use super::equations_learn::twins::LIKE_THE_FILE;
use super::peptides::{STEPS, laws, peptides, plan_of, run, simulation};
use super::{Net, noise};
use neuropil_core::units::{Mv, One};
use neuropil_engine::{Runnable, Tissue, TissueError};
use neuropil_equations::machine::Method;
use neuropil_network::Kind;
use neuropil_network::neuron::Column;
use neuropil_network::source::Rate;
use neuropil_neuromod::receptor::EffectLaws;

/// Thresholds move, by more than in cortex, and nothing else does.
fn thresholds() -> EffectLaws {
    let none = One(0.0);
    let (threshold_gs, threshold_gq, threshold_gi) = (Mv(2.0), Mv(2.0), Mv(4.0));
    let laws = EffectLaws { threshold_gs, threshold_gq, threshold_gi, ..laws() };
    EffectLaws {
        girk_conductance: none,
        kcnq_leak: none,
        kcnq_e_l: Mv(0.0),
        adaptation_gs: none,
        adaptation_gq: none,
        ..laws
    }
}

fn marked() -> String {
    LIF_EXP.replace("V_th mV = -50 mV", "V_th mV = -50 mV @neuropil::threshold")
}

/// 120 cells `E` under Poisson input, of the text or built in, that hear what 100 cells `I` release, which fire regularly.
fn network(text: Option<&str>) -> Net<f64> {
    let mut net = Net::<f64>::new(0.1, 5);
    let e = match text {
        Some(text) => {
            let cells = file(text, "lif_file", 120, &[], Method::RungeKutta { substeps: 1 }, 0.1);
            net.population(120, Kind::Neurons(cells))
        }
        None => {
            let own = [("t_ref", 2.0), ("tau_syn_exc", 2.0), ("tau_syn_inh", 4.0)];
            net.cells("lif_exp", 120, &[&own[..], &LIKE_THE_FILE[..]].concat())
        }
    };
    net.population(1, Kind::Source(Box::new(neuropil_network::source::SpikeTrain::new(Vec::new()))));
    let drive = (0..100).map(|cell| 420.0 + 60.0 * noise(cell, 9)).collect();
    let i = net.cells_with("lif_delta", 100, &[("i_e", Column::PerCell(drive))]);
    net.poisson(e, Rate::Constant(3000.0), 62.0);
    for (population, cell_type) in [(e, "E"), (i, "I")] {
        let own = &mut net.design.populations[population];
        own.cell_type = cell_type.into();
        let place = |cell: u32| std::array::from_fn(|axis| 60.0 * noise(1000 + cell, axis as u64) - 30.0);
        own.positions = Some((0..own.cells).map(place).collect());
    }
    net
}

/// Cells of the file spike as built-in ones do under the same messengers, otherwise than without; for any threads, and where a run is
/// paused. Would catch a threshold of another cell, one that is not renewed, and one that a checkpoint forgets.
#[test]
fn a_marked_file_hears_what_the_built_in_cell_hears() {
    let plan = |listening| plan_of(peptides(&thresholds()), listening);
    let text = marked();
    let found = run(&mut simulation(network(Some(&text)), plan(true), 1), STEPS, STEPS);
    let expected = run(&mut simulation(network(None), plan(true), 1), STEPS, STEPS);
    assert_eq!(found.0, expected.0);
    let deaf = run(&mut simulation(network(Some(&text)), plan(false), 1), STEPS, STEPS);
    let of_e = |spikes: &[(u64, u32)]| spikes.iter().filter(|(_, id)| *id < 120).count();
    assert!(of_e(&found.0) > 200 && of_e(&found.0) < of_e(&deaf.0), "{} {}", of_e(&found.0), of_e(&deaf.0));
    assert!(run(&mut simulation(network(Some(&text)), plan(true), 4), STEPS, 333) == found);
    let mut first = simulation(network(Some(&text)), plan(true), 2);
    run(&mut first, 3 * STEPS / 5 + 17, 1000);
    let mut second = simulation(network(Some(&text)), plan(true), 1);
    second.restore(&first.snapshot()).unwrap();
    let rest = run(&mut second, STEPS, 450);
    assert!(found.0.ends_with(&rest.0) && rest.1.len() > 100, "the rest of the run");
}

/// A file without the mark is refused, with the way out.
#[test]
fn a_file_without_a_mark_hears_no_threshold() {
    let plan = plan_of(peptides(&thresholds()), true);
    let refused = Tissue::new(&network(Some(LIF_EXP)).design, plan).expect_err("it is refused");
    let [TissueError::Refused { population, .. }] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!(population, "p0");
    assert!(refused[0].to_string().contains("@neuropil::threshold"), "{}", refused[0]);
}
