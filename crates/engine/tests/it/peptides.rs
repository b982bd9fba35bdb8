//! Networks with peptides: the closed loop against the chain alone, resumed runs, threads, what reaches the cells.

use super::{Net, noise, probe};
use neuropil_core::ParameterSet;
use neuropil_core::units::{Mv, One};
use neuropil_engine::tissue::{Room, TissuePlan};
use neuropil_engine::{EngineError, Runnable, Simulation, Tissue, TissueError};
use neuropil_network::connect::FixedProbability;
use neuropil_network::neuron::Column;
use neuropil_neuromod::field::{CLOSED, Field, Grid, Layer, SeparableKernel, Space, Threads, Transport};
use neuropil_neuromod::receptor::{Binding, Cascade, EffectLaws, GClass, Ligand, Receptor, SignedMode};
use neuropil_neuromod::release::{DenseCore, STOCHASTIC, Scatter, Sites};
use neuropil_neuromod::{Cargo, Cell, CellType, Chain, ChainState, Expression, Pace, Peptides, Species, SpeciesParams};

/// Network steps of 0.1 ms in a field step.
const FIELD_STEP: u64 = 50;
const ORIGIN: [f64; 3] = [-60.0, -60.0, -60.0];
const SCATTER: Scatter = Scatter { points: 8, sd_um: 20.0 };

pub(super) fn laws() -> EffectLaws {
    EffectLaws { gain_gs: One(0.0), ..EffectLaws::defaults() }
}

/// `E` releases P and hears Q by Gi; `I` releases Q and hears P by Gs and Gq.
pub(super) fn peptides(laws: &EffectLaws) -> Peptides {
    let species = |name: &str| Species {
        name: name.into(),
        gene: String::new(),
        params: SpeciesParams::defaults(),
        uptake: None,
    };
    let receptor = |name: &str, class, species| {
        let ligands = vec![Ligand { species, k_d: 2.0, k_on: 1e-2 }];
        Receptor { name: name.into(), class, ligands, binding: Binding::Kinetic, desensitisation: None }
    };
    let release = DenseCore { mode: One(STOCHASTIC), p_max: One(0.5), ..DenseCore::defaults() };
    let cell_type = |name: &str, species, receptors: &[usize]| CellType {
        name: name.into(),
        releases: vec![Cargo { species, molecules_per_vesicle: 20_000.0 }],
        release: release.clone(),
        expresses: receptors.iter().map(|&receptor| Expression { receptor, density: 1.0 }).collect(),
        effects: laws.clone(),
        signed: SignedMode::default(),
    };
    Peptides {
        volume_fraction: 0.2,
        species: vec![species("P"), species("Q")],
        receptors: vec![receptor("r", GClass::Gi, 1), receptor("s", GClass::Gs, 0), receptor("t", GClass::Gq, 0)],
        cell_types: vec![cell_type("E", 0, &[0]), cell_type("I", 1, &[1, 2])],
        messengers: [20.0, 30.0, 40.0].map(|tau| Cascade::linear(&[tau]).unwrap()),
        gain: 1.0,
    }
}

fn grid() -> Grid {
    Grid::new([12; 3], [10.0; 3]).unwrap()
}

pub(super) fn layers(peptides: &Peptides) -> Vec<Layer> {
    let layer = |species: &Species| {
        let diffusivity = [species.diffusivity_effective(); 3];
        let transport = Transport { grid: grid(), walls: CLOSED, diffusivity, loss: species.params.loss.0 };
        let solver = Box::new(SeparableKernel::new(&transport, 5.0).unwrap());
        Layer { name: species.name.clone(), solver, uptake: None }
    };
    peptides.species.iter().map(layer).collect()
}

pub(super) fn plan(listening: bool) -> TissuePlan {
    plan_of(peptides(&laws()), listening)
}

pub(super) fn plan_of(peptides: Peptides, listening: bool) -> TissuePlan {
    let layers = layers(&peptides);
    let room = Room::Voxels { grid: grid(), origin_um: ORIGIN, scatter: SCATTER, volume_fraction: vec![0.2] };
    TissuePlan { peptides, room, layers, steps: FIELD_STEP, listening }
}

fn positions(cells: u32, owner: u32) -> Option<Vec<[f64; 3]>> {
    let place = |cell: u32| std::array::from_fn(|axis| 100.0 * noise(1000 * owner + cell, axis as u64) - 50.0);
    Some((0..cells).map(place).collect())
}

/// 300 cells `E`, 50 of no type, 100 cells `I`, coupled and firing.
pub(super) fn network() -> Net<f64> {
    let mut net = Net::<f64>::new(0.1, 5);
    let drive = |cells: u32| Column::PerCell((0..cells).map(|cell| 380.0 + 60.0 * noise(cell, 9)).collect());
    let e = net.cells_with("lif_exp", 300, &[("i_e", drive(300))]);
    let other = net.cells("lif_exp", 50, &[("i_e", 390.0)]);
    let i = net.cells_with("lif_delta", 100, &[("i_e", drive(100))]);
    net.project(e, i, FixedProbability { probability: 0.1 }, 0.1, 1.0);
    net.project(i, e, FixedProbability { probability: 0.1 }, -20.0, 1.0);
    net.project(e, other, FixedProbability { probability: 0.1 }, 20.0, 1.0);
    for (population, cell_type) in [(e, "E"), (other, "other"), (i, "I")] {
        let own = &mut net.design.populations[population];
        own.cell_type = cell_type.into();
        own.positions = positions(own.cells, u32::try_from(population).unwrap());
    }
    net
}

pub(super) fn simulation(net: Net<f64>, plan: TissuePlan, threads: usize) -> Simulation<f64> {
    let tissue = Tissue::new(&net.design, plan).unwrap().with_threads(threads).unwrap();
    net.simulation(4, threads, vec![probe(0, 0, 20), probe(2, 0, 20)]).with_tissue(tissue)
}

/// What happened and what the tissue is at the end, in bits.
pub(super) type Bits = (Vec<(u64, u32)>, Vec<u64>);

pub(super) fn run(simulation: &mut Simulation<f64>, to: u64, chunk: u64) -> Bits {
    let (spikes, frames) = super::record(simulation, to, chunk);
    let snapshot = simulation.snapshot();
    let state = snapshot.peptides.unwrap();
    let values = frames.iter().flatten().chain(state.concentrations.iter().flatten()).chain(&state.listeners);
    (spikes, values.map(|value| value.to_bits()).collect())
}

pub(super) const STEPS: u64 = 5000;

/// Without listening, spikes are those of the network without peptides, and the field is bit by bit that of a chain
/// that was made by hand and fed with the recorded spikes. Would catch spikes that reach the field a step early or
/// late, cells that change places, and an effect where there should be none.
#[test]
fn the_loop_without_listening_is_the_chain_fed_with_its_spikes() {
    let mut closed = simulation(network(), plan(false), 2);
    let (spikes, _) = super::record(&mut closed, STEPS, 333);
    let mut bare = network().simulation(4, 2, Vec::new());
    assert_eq!(super::record(&mut bare, STEPS, 100).0, spikes);

    let peptides = peptides(&laws());
    let space = Space::voxels(grid(), 0.2).unwrap();
    let (mut cells, mut sites) = (Vec::new(), Sites::single(Vec::new()));
    for (population, cells_of, cell_type) in [(0, 300, 0), (2, 100, 1)] {
        let places = positions(cells_of, population).unwrap();
        let somata: Vec<[f64; 3]> = places.iter().map(|place| place.map(|x| x + 60.0)).collect();
        sites.append(&Sites::scattered(&space, &somata, SCATTER, (5, population)).unwrap());
        cells.extend(somata.iter().map(|soma| Cell { cell_type, site: grid().site(*soma).unwrap() }));
    }
    let field = Field::new(space, layers(&peptides));
    let pace = Pace { steps: FIELD_STEP, field_step_ms: 5.0 };
    let mut chain = Chain::new(peptides, field, (cells, sites), pace, 5).unwrap();
    for step in 1..=STEPS {
        let own = spikes.iter().filter(|(at, id)| *at == step && !(300..350).contains(id));
        let fired: Vec<u32> = own.map(|&(_, id)| if id < 300 { id } else { id - 50 }).collect();
        chain.spiked(step, step as f64 * 0.1, &fired, |_, _| {});
        if step % FIELD_STEP == 0 {
            chain.field_step(&Threads::ONE);
        }
    }
    let (found, expected) = (closed.snapshot().peptides.unwrap(), chain.state());
    assert!(found.concentrations.iter().all(|c| c.iter().sum::<f64>() > 1.0), "nothing was released");
    assert_eq!(found.concentrations, expected.concentrations);
    assert_eq!((found.steps, &found.vesicles, &found.waiting), (expected.steps, &expected.vesicles, &expected.waiting));
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found.listeners), bits(&expected.listeners));
}

/// Peptides change the spikes of cells that hear them, and the run is the same for any threads and chunks.
#[test]
fn listening_changes_spikes_the_same_way_for_any_threads() {
    let expected = run(&mut simulation(network(), plan(true), 1), STEPS, STEPS);
    let silent = run(&mut simulation(network(), plan(false), 1), STEPS, STEPS);
    assert_ne!(expected.0, silent.0);
    for (threads, chunk) in [(1, 7), (2, 333), (4, 50), (4, 1000)] {
        assert!(run(&mut simulation(network(), plan(true), threads), STEPS, chunk) == expected, "{threads} {chunk}");
    }
}

/// A run that goes on from a snapshot between two field steps, with other threads, is the run without a pause.
#[test]
fn a_resumed_run_is_the_run_without_pause() {
    let mut whole = simulation(network(), plan(true), 2);
    let pause = 3 * STEPS / 5 + 17;
    run(&mut whole, pause, 1000);
    let snapshot = whole.snapshot();
    let expected = run(&mut whole, STEPS, 1000);
    for threads in [1, 4] {
        let mut resumed = simulation(network(), plan(true), threads);
        resumed.restore(&snapshot).unwrap();
        assert!(run(&mut resumed, STEPS, 450) == expected, "{threads} threads");
    }
    let mut bare = network().simulation(4, 1, Vec::new());
    let refused = bare.restore(&snapshot).unwrap_err().to_string();
    assert!(refused.contains("peptides: found some, expected none"), "{refused}");
}

/// A cell at rest under steady Gi goes to (E_L + g E_K)/(1 + g) with g = g_K m/(1 + m), of the level that it was told.
/// Would catch an effect that is not applied, applied twice, or to another cell.
#[test]
fn a_steady_messenger_holds_the_membrane_where_it_must() {
    let mut net = Net::<f64>::new(0.1, 5);
    let drummer = net.cells("lif_exp", 20, &[("i_e", 600.0)]);
    let hearing = net.cells("lif_exp", 5, &[]);
    for (population, cell_type) in [(drummer, "I"), (hearing, "E")] {
        let own = &mut net.design.populations[population];
        own.cell_type = cell_type.into();
        own.positions = positions(own.cells, 0);
    }
    let mut plan = plan_of(peptides(&EffectLaws { girk_conductance: One(0.8), ..laws() }), true);
    plan.peptides.cell_types[1].expresses.clear();
    let tissue = Tissue::new(&net.design, plan).unwrap();
    let mut simulation = net.simulation(1, 1, vec![probe(hearing, 0, 5)]).with_tissue(tissue);
    let (_, frames) = super::record(&mut simulation, 20_000, 20_000);
    let tissue = simulation.tissue().unwrap();
    let last = &frames[0][frames[0].len() - 5..];
    for (cell, v_m) in last.iter().enumerate() {
        let [gi, ..] = tissue.chain().listeners().levels(tissue.chain().peptides(), 20 + cell);
        let g = 0.8 * gi / (1.0 + gi);
        assert!(g > 0.1, "{g}");
        let expected = (-70.0 - 90.0 * g) / (1.0 + g);
        assert!((v_m - expected).abs() < 0.05, "{v_m} instead of {expected}");
    }
}

/// Every network that cannot have the peptides is told why, by name.
#[test]
fn what_cannot_be_is_refused() {
    let message = |net: &Net<f64>, plan: TissuePlan| {
        let faults = Tissue::new(&net.design, plan).unwrap_err();
        faults.iter().map(TissueError::to_string).collect::<Vec<_>>().join("\n")
    };
    let mut net = network();
    net.design.populations[0].positions.as_mut().unwrap()[7] = [0.0, 61.0, 0.0];
    net.design.populations[2].positions = None;
    let found = message(&net, plan(true));
    assert!(found.contains("population `p0`, cell 7: at [0.0, 61.0, 0.0] um, outside"), "{found}");
    assert!(found.contains("population `p2`: its cells take part"), "{found}");
    let gain = message(&network(), plan_of(peptides(&EffectLaws::defaults()), true));
    assert!(gain.contains("`p2`, cell 0 of type `I`: cells of `lif_delta` take no change of the gain"), "{gain}");
    assert!(Tissue::new(&network().design, plan_of(peptides(&EffectLaws::defaults()), false)).is_ok());
    let release = EffectLaws { release_gi: One(0.4), ..laws() };
    assert!(message(&network(), plan_of(peptides(&release), true)).contains("release_gi = 0.4"));
    let deep = EffectLaws { threshold_gs: Mv(13.5), ..laws() };
    assert!(message(&network(), plan_of(peptides(&deep), true)).contains("`p0`, cell 0 of type `E`: modulated"));
    let mut nobody = network();
    nobody.design.populations.iter_mut().for_each(|own| own.cell_type = "other".into());
    assert!(message(&nobody, plan(true)).contains("expected one of `E`, `I`"));
}

/// Once a panic: peptides beyond all numbers leave a cell without a time constant, in a run or in a state that is restored.
/// The run ends with the name of what is no number.
#[test]
fn peptides_beyond_all_numbers_end_the_run_by_name() {
    // Whether there was a fault; some numbers only saturate all that they meet.
    let ends = |simulation: &mut Simulation<f64>| -> bool {
        let Some(fault) = (0..STEPS / 10).find_map(|_| simulation.advance(10).err()) else { return false };
        match &fault {
            EngineError::Modulation { population, reason, .. } => {
                assert!(!population.is_empty() && reason.contains("must be"), "{fault}");
            }
            EngineError::Field { .. } | EngineError::NonFinite { .. } => {}
            _ => panic!("{fault}"),
        }
        true
    };
    let mut own = peptides(&laws());
    own.cell_types.iter_mut().flat_map(|own| &mut own.releases).for_each(|own| own.molecules_per_vesicle = 1e300);
    ends(&mut simulation(network(), plan_of(own, true), 2));
    let mut whole = simulation(network(), plan(true), 2);
    run(&mut whole, 3 * FIELD_STEP, 1000);
    let restored = |change: &dyn Fn(&mut ChainState)| {
        let mut snapshot = whole.snapshot();
        change(snapshot.peptides.as_mut().unwrap());
        let mut restored = simulation(network(), plan(true), 2);
        restored.restore(&snapshot).unwrap();
        ends(&mut restored)
    };
    for value in [1e300, f64::INFINITY, f64::NAN] {
        let in_field = restored(&|state| state.concentrations.iter_mut().flatten().for_each(|own| *own = value));
        let in_cells = restored(&|state| state.listeners.iter_mut().for_each(|own| *own = value));
        assert!(value.is_finite() || (in_field && in_cells), "{value}: {in_field}, {in_cells}");
    }
}
