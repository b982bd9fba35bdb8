//! Cells from files in a network: the same bits for any threads, blocks and chunks, and across a snapshot.

use super::{Net, Record, noise, probe, record};
use neuropil_core::{Stream, StreamKey};
use neuropil_engine::Runnable;
use neuropil_equations::machine::{Method, Settings};
use neuropil_equations::{Role, read};
use neuropil_network::connect::FixedProbability;
use neuropil_network::neuron::{Column, EquationModel};
use neuropil_network::source::Rate;
use neuropil_network::{Kind, Scalar};

const STEPS: u64 = 600;

/// 400 AdEx cells of models/cells with drawn currents and thresholds, 100 of Hodgkin and Huxley, 60 with escape noise; all
/// connected to all kinds.
fn mixed<R: Scalar>() -> Net<R> {
    let mut net = Net::<R>::new(0.1, 77);
    let adex = include_str!("../../../../models/cells/adex.nestml");
    let hh = include_str!("../../../../models/cells/hh_traub_miles.nestml");
    let gif = include_str!("../../../../models/cells/gif.nestml");
    let drawn = |cells: u32, mean: f64, width: f64, row| {
        Column::PerCell((0..cells).map(|cell| mean + width * (noise(cell, row) - 0.5)).collect())
    };
    let mut add = |text: &str, cells: u32, method: Method, given: &[(&str, Column)]| {
        let cell = read(text, Some(Role::Cell)).expect("a sound file").cells.remove(0);
        let model = EquationModel::new(cell, 0.1).expect("a cell");
        let column = |row: &neuropil_core::Parameter| {
            given.iter().find(|(name, _)| *name == row.name()).map(|(_, column)| column.clone())
        };
        let columns: Vec<Option<Column>> = model.info().parameters.iter().map(column).collect();
        let settings = Settings { dt_ms: 0.1, method, timers_on_grid: true };
        let number = u32::try_from(net.design.populations.len()).unwrap();
        let key = StreamKey::new(77, Stream::Equation, number);
        let built = model.build::<R>(&columns, cells as usize, settings, key).expect("sound cells");
        net.population(cells, Kind::Neurons(built))
    };
    let currents = ("I_e_pa", drawn(400, 650.0, 300.0, 1));
    let e = add(adex, 400, Method::Auto { tolerance: 1e-5 }, &[currents, ("V_T_mv", drawn(400, -50.4, 2.0, 2))]);
    let h = add(hh, 100, Method::Auto { tolerance: 1e-5 }, &[("I_e_pa", Column::Constant(300.0))]);
    let g = add(gif, 60, Method::RungeKutta { substeps: 1 }, &[("I_e_pa", Column::Constant(300.0))]);
    for (from, to, weight) in
        [(e, e, 1.0), (e, h, 2.0), (e, g, 40.0), (h, e, -3.0), (h, g, -60.0), (g, e, 2.0), (g, h, 4.0)]
    {
        net.project(from, to, FixedProbability { probability: 0.1 }, weight, 1.3);
    }
    net.poisson(e, Rate::Constant(500.0), 1.5);
    net
}

fn run<R: Scalar>(blocks: u32, threads: usize, chunk: u64) -> Record {
    let mut simulation =
        mixed::<R>().simulation(blocks, threads, vec![probe(0, 0, 30), probe(1, 0, 10), probe(2, 0, 10)]);
    record(&mut simulation, STEPS, chunk)
}

fn bits(record: &Record) -> Vec<u64> {
    record.1.iter().flatten().map(|value| value.to_bits()).collect()
}

/// Would catch registers that two threads share, a tile's neighbours that decide a bit, and a state that a snapshot misses.
#[test]
fn bits_do_not_depend_on_threads_blocks_and_pauses() {
    fn of<R: Scalar>() {
        let whole = run::<R>(1, 1, 100);
        assert!(whole.0.len() > 300, "{} spikes", whole.0.len());
        for population in [0..400, 400..500, 500..560] {
            assert!(whole.0.iter().any(|(_, id)| population.contains(id)), "{population:?} fires");
        }
        for (blocks, threads, chunk) in [(1, 2, 7), (5, 2, 100), (3, 1, 600)] {
            let other = run::<R>(blocks, threads, chunk);
            assert_eq!((&other.0, bits(&other)), (&whole.0, bits(&whole)), "{blocks} blocks, {threads} threads");
        }
        let probes = || vec![probe(0, 0, 30), probe(1, 0, 10), probe(2, 0, 10)];
        let mut first = mixed::<R>().simulation(2, 1, probes());
        let mut joined = record(&mut first, 217, 50);
        let mut second = mixed::<R>().simulation(4, 2, probes());
        second.restore(&first.snapshot()).unwrap();
        let rest = record(&mut second, STEPS, 100);
        joined.0.extend(rest.0);
        joined.1.iter_mut().zip(&rest.1).for_each(|(all, more)| all.extend(more));
        assert_eq!((&joined.0, bits(&joined)), (&whole.0, bits(&whole)), "across a snapshot");
    }
    of::<f64>();
    of::<f32>();
}
