use super::*;
use crate::field::{CLOSED, Grid, Layer, SeparableKernel, Space, Transport};
use crate::receptor::{Binding, Cascade, Desensitisation, EffectLaws, GClass, Ligand, Receptor, SignedMode};
use crate::release::{DenseCore, STOCHASTIC, Scatter};
use crate::species::{Species, SpeciesParams};
use crate::{Cargo, CellType, Expression};
use neuropil_core::ParameterSet;
use neuropil_core::units::One;

const STEP: f64 = 10.0;

/// Two types: `a` releases both peptides together, `b` hears both, by one receptor and by another.
fn peptides(mode: f64) -> Peptides {
    let species = |name: &str| Species {
        name: name.into(),
        gene: String::new(),
        params: SpeciesParams::defaults(),
        uptake: None,
    };
    let ligand = |species| Ligand { species, k_d: 5.0, k_on: 1e-4 };
    let receptor = |name: &str, class, ligands: Vec<Ligand>| {
        let desensitisation = Some(Desensitisation::defaults());
        Receptor { name: name.into(), class, ligands, binding: Binding::Kinetic, desensitisation }
    };
    let release = DenseCore { mode: One(mode), p_max: One(0.2), ..DenseCore::defaults() };
    let cell_type = |name: &str, releases, expresses| CellType {
        name: name.into(),
        releases,
        release: release.clone(),
        expresses,
        effects: EffectLaws::defaults(),
        signed: SignedMode::Baseline { weights: [0.0, 1.0, 0.0], tau_ms: 2000.0 },
    };
    let cargo = |species| Cargo { species, molecules_per_vesicle: 5000.0 };
    let expression = |receptor| Expression { receptor, density: 0.5 };
    Peptides {
        volume_fraction: 0.2,
        species: vec![species("P"), species("Q")],
        receptors: vec![
            receptor("R", GClass::Gs, vec![ligand(0), ligand(1)]),
            receptor("S", GClass::Gi, vec![ligand(1)]),
        ],
        cell_types: vec![
            cell_type("a", vec![cargo(0), cargo(1)], vec![]),
            cell_type("b", vec![], vec![expression(0), expression(1)]),
        ],
        messengers: GClass::ALL.map(Cascade::default_of),
        gain: 1.0,
    }
}

fn chain(mode: f64, scatter: Scatter) -> Chain {
    let peptides = peptides(mode);
    let grid = Grid::new([12; 3], [10.0; 3]).unwrap();
    let space = Space::voxels(grid, 0.2).unwrap();
    let layer = |species: &Species| {
        let diffusivity = [species.diffusivity_effective(); 3];
        let transport = Transport { grid, walls: CLOSED, diffusivity, loss: 0.0 };
        Layer {
            name: species.name.clone(),
            solver: Box::new(SeparableKernel::new(&transport, STEP).unwrap()),
            uptake: None,
        }
    };
    let somata: Vec<[f64; 3]> = (0..8).map(|i| [10.0 * f64::from(i) + 20.0, 60.0, 55.0]).collect();
    let sites = Sites::scattered(&space, &somata, scatter, (1, 0)).unwrap();
    let cell = |(index, soma): (u32, &[f64; 3])| Cell { cell_type: index % 2, site: grid.site(*soma).unwrap() };
    let cells = (0..).zip(&somata).map(cell).collect();
    let field = Field::new(space, peptides.species.iter().map(layer).collect());
    Chain::new(peptides, field, (cells, sites), Pace { steps: 10, field_step_ms: STEP }, 7).unwrap()
}

/// Network steps 1 … 10 n of 1 ms; cells 0, 2, 4, 6 fire at 50 Hz one after the other.
fn run(chain: &mut Chain, from: u64, field_steps: u64, threads: &Threads) -> f64 {
    let mut vesicles = 0.0;
    for step in from * 10 + 1..=(from + field_steps) * 10 {
        if step % 5 == 0 {
            let cell = u32::try_from(step / 5 % 4).unwrap() * 2;
            chain.spiked(step, step as f64, &[cell], |_, released| vesicles += released);
        }
        if step % 10 == 0 {
            chain.field_step(threads);
        }
    }
    vesicles
}

/// A release stamped t enters with field step ceil(t/Δ): it is in the field after T + Δ, T the first start of a field
/// step at or after t, and not before. Would catch a release that acts before it happened, or a step late.
#[test]
fn releases_act_between_one_and_two_field_steps_later() {
    for (stamp, first_seen) in [(1, 2), (9, 2), (10, 2), (11, 3), (20, 3)] {
        let mut chain = chain(0.0, Scatter { points: 1, sd_um: 0.0 });
        let seen = (1..=40).find(|&step| {
            if step == stamp {
                chain.spiked(step, step as f64, &[0], |_, _| {});
            }
            if step % 10 == 0 {
                chain.field_step(&Threads::ONE);
            }
            chain.field().amount(0) > 0.0
        });
        assert_eq!(seen, Some(first_seen * 10), "stamped {stamp}");
    }
}

/// Without loss the field holds what was released, of both peptides as much; the cells next to it hear it.
#[test]
fn what_is_released_is_in_the_field_and_is_heard() {
    let mut chain = chain(0.0, Scatter::default());
    let vesicles = run(&mut chain, 0, 200, &Threads::ONE);
    let waiting: f64 = chain.state().waiting.iter().map(|waiting| waiting.vesicles).sum();
    for species in [0, 1] {
        let found = chain.field().amount(species);
        assert!((found / (5000.0 * (vesicles - waiting)) - 1.0).abs() < 1e-12, "{found}");
    }
    let (peptides, listeners) = (chain.peptides(), chain.listeners());
    let bound = listeners.receptor_state(peptides, 3, 0).unwrap();
    assert!(bound[0] > 1e-4 && (bound[0] / bound[1] - 1.0).abs() < 1e-9, "alike ligands compete evenly: {bound:?}");
    let levels = listeners.levels(peptides, 3);
    assert!(levels[0] > 0.0 && levels[1] > 0.0 && levels[2] == 0.0, "{levels:?}");
    assert!(listeners.effect(peptides, 3).v_th_mv != 0.0 && listeners.signed(3) > 0.0);
    assert_eq!(listeners.receptor_state(peptides, 2, 0), None, "a has no receptor");
    assert_eq!(listeners.levels(peptides, 2), [0.0; 3]);
}

/// The same state to the bit for 1, 2 and 4 threads, and after a stop and a restore in another chain, in both modes.
#[test]
fn bits_survive_threads_and_snapshots() {
    for mode in [0.0, STOCHASTIC] {
        let mut one = chain(mode, Scatter::default());
        let vesicles = run(&mut one, 0, 60, &Threads::ONE);
        let expected = one.state();
        for threads in [2, 4] {
            let threads = Threads::new(threads).unwrap();
            let mut first = chain(mode, Scatter::default());
            let before = run(&mut first, 0, 23, &threads);
            let mut second = chain(mode, Scatter::default());
            second.restore(&first.state()).unwrap();
            let after = run(&mut second, 23, 37, &threads);
            assert!((before + after - vesicles).abs() < 1e-9);
            let found = second.state();
            assert!(format!("{found:?}") == format!("{expected:?}"), "NaN is equal to itself here");
        }
    }
}

/// 2 molecules/ms for 30 field steps of 10 ms are 600; what is no rate is refused.
#[test]
fn a_rate_releases_without_spikes() {
    let mut chain = chain(0.0, Scatter::default());
    chain.drive(&[Drive { cell: 0, species: 1, rate: 2.0 }]).unwrap();
    (0..30).for_each(|_| chain.field_step(&Threads::ONE));
    assert!((chain.field().amount(1) - 600.0).abs() < 1e-9);
    assert_eq!(chain.field().amount(0), 0.0);
    assert_eq!(chain.released(), [0.0, 20.0]);
    for rate in [-1.0, f64::NAN] {
        assert!(chain.drive(&[Drive { cell: 0, species: 1, rate }]).is_err());
    }
    assert!(chain.drive(&[Drive { cell: 8, species: 1, rate: 1.0 }]).is_err());
}

/// Every channel: a releases P and Q; b hears P by R, Q by R and S.
#[test]
fn channels_are_derived() {
    let channels = peptides(0.0).channels();
    let shown: Vec<_> = channels.iter().map(|c| (c.sender, c.species, c.receptor, c.receiver, c.sign)).collect();
    assert_eq!(shown, [(0, 0, 0, 1, 1.0), (0, 1, 0, 1, 1.0), (0, 1, 1, 1, -1.0)]);
    assert!(channels.iter().all(|channel| channel.strength == 2500.0));
    assert_eq!(peptides(0.0).pair_counts(), [[0, 3], [0, 0]]);
}

#[test]
fn impossible_chemistry_is_refused() {
    let mut faulty = peptides(0.0);
    faulty.species[0].params.loss.0 = -1.0;
    faulty.receptors[0].ligands[0].k_d = 0.0;
    faulty.receptors[1].ligands[0].species = 9;
    faulty.cell_types[1].expresses[0].density = f64::NAN;
    let shown: Vec<String> = faulty.faults().iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 4, "{shown:?}");
    assert!(shown[0].contains("`P`: loss_per_ms = -1 1/ms, must be >= 0"), "{}", shown[0]);
}
