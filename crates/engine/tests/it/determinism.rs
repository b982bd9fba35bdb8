//! The same seed gives the same bits, for any number of threads and chunks; the same spikes for any blocks.

use super::{Net, Record, noise, probe, record, short_term};
use neuropil_core::{Distribution, Outside, Shape};
use neuropil_engine::{Probe, Runnable};
use neuropil_network::connect::{FixedInDegree, FixedProbability, FixedTotalNumber};
use neuropil_network::current::Waveform;
use neuropil_network::delivery::Weights;
use neuropil_network::neuron::Column;
use neuropil_network::population::Initial;
use neuropil_network::source::{PoissonSource, Rate};
use neuropil_network::{Property, Scalar, Sign};

/// 6300 cells in balance: Poisson input, recurrent excitation and inhibition with drawn weights and delays, a
/// depressing projection, noise, parameters by cell, a Poisson source, conductance cells and
/// cells without currents.
pub(super) fn balanced<R: Scalar>() -> Net<R> {
    let mut net = Net::<R>::new(0.1, 20_260);
    let each = |cells: u32, mean: f64, width: f64| {
        Column::PerCell((0..cells).map(|cell| mean + width * (noise(cell, 1) - 0.5)).collect())
    };
    let e = net.cells_with("lif_exp", 4000, &[("tau_m", each(4000, 10.0, 2.0)), ("i_e", each(4000, 200.0, 50.0))]);
    let source = net.source(
        300,
        PoissonSource::new(
            Rate::Constant(20.0),
            neuropil_core::StreamKey::new(3, neuropil_core::Stream::Poisson, 900),
            net.design.clock,
        ),
    );
    let i = net.cells("lif_exp", 1200, &[("i_e", 200.0)]);
    let c = net.cells("lif_cond_exp", 500, &[("tau_syn_exc", 1.0)]);
    let d = net.cells("lif_delta", 300, &[]);
    net.design.populations[e].sign = Sign::Excitatory;
    net.design.populations[i].sign = Sign::Inhibitory;
    for population in [e, i] {
        let cells = net.design.populations[population].cells;
        let values = (0..cells).map(|cell| -70.0 + 14.0 * noise(cell, 2)).collect();
        net.design.populations[population].initial = vec![Initial { variable: 0, values }];
    }
    let normal = |mean: f64, std: f64, min, max| {
        Property::Drawn(Distribution { shape: Shape::Normal { mean, std }, min, max, outside: Outside::Redraw })
    };
    for (from, to, weight) in [(e, e, 30.0), (e, i, 30.0), (i, e, -180.0), (i, i, -180.0)] {
        let projection = net.project(from, to, FixedProbability { probability: 0.02 }, weight, 1.5);
        projection.weight = match weight > 0.0 {
            true => normal(weight, 3.0, 0.0, f64::INFINITY),
            false => normal(weight, 18.0, f64::NEG_INFINITY, 0.0),
        };
        projection.delay_ms = if from == e {
            normal(1.5, 0.75, 0.1, 4.0)
        } else {
            Property::Drawn(Distribution::unbounded(Shape::Uniform { low: 0.5, high: 1.1 }))
        };
    }
    net.project(e, c, FixedInDegree { in_degree: 100 }, 12.0, 2.0).synapse = short_term(0.5, 200.0, 50.0);
    net.project(e, d, FixedInDegree { in_degree: 50 }, 0.2, 1.0);
    net.project(i, c, FixedTotalNumber { synapses: 9000 }, -4.0, 0.8);
    net.project(source, i, FixedInDegree { in_degree: 10 }, 40.0, 1.0).synapse = short_term(0.2, 50.0, 500.0);
    net.poisson(e, Rate::Constant(2000.0), 40.0);
    net.poisson(i, Rate::Sine { mean_hz: 2000.0, amplitude_hz: 1500.0, frequency_hz: 20.0, phase: 0.0 }, 40.0);
    net.current(e, Waveform::Noise { mean: 0.0, std: 60.0, hold_steps: 5 });
    net.current(i, Waveform::OrnsteinUhlenbeck { mean: 5.0, std: 40.0, tau_ms: 7.0 });
    net
}

pub(super) const STEPS: u64 = 600;

fn run<R: Scalar>(blocks: u32, threads: usize, chunk: u64) -> Record {
    record(&mut balanced::<R>().simulation(blocks, threads, probes()), STEPS, chunk)
}

pub(super) fn probes() -> Vec<Probe> {
    vec![
        probe(0, 0, 50),
        Probe { population: 0, variable: 1, cells: (0..4000).step_by(97).collect(), every_steps: 7 },
        Probe { population: 2, variable: 2, cells: (600..1200).step_by(50).collect(), every_steps: 10 },
        probe(3, 0, 20),
    ]
}

/// Equal spikes and equal bits of every sampled value.
pub(super) fn same(a: &Record, b: &Record) -> bool {
    let bits = |record: &Record| -> Vec<Vec<u64>> {
        record.1.iter().map(|frames| frames.iter().map(|value| value.to_bits()).collect()).collect()
    };
    a.0 == b.0 && bits(a) == bits(b)
}

pub(super) fn lively(record: &Record) {
    let of = |ids: std::ops::Range<u32>| record.0.iter().filter(|(_, id)| ids.contains(id)).count();
    let seconds = STEPS as f64 * 1e-4;
    for (ids, cells) in [(0..4000, 4000.0), (4300..5500, 1200.0), (5500..6000, 500.0)] {
        let rate = of(ids.clone()) as f64 / cells / seconds;
        assert!((0.5..200.0).contains(&rate), "cells {ids:?} fire at {rate} Hz: the test needs spikes");
    }
    let widths: Vec<usize> = record.1.iter().map(Vec::len).collect();
    assert_eq!(widths, [50 * 600, 42 * 85, 12 * 60, 20 * 600]);
}

/// Would catch any sum, draw or sample that depends on which thread does what.
#[test]
fn threads_do_not_matter() {
    let one = run::<f64>(7, 1, 100);
    lively(&one);
    for threads in [2, 3, 5] {
        assert!(same(&one, &run::<f64>(7, threads, 100)), "{threads} threads");
    }
}

/// Would catch a division that changes the order of sums, the keys of draws or the ids of cells; in both precisions.
#[test]
fn blocks_do_not_matter() {
    let one = run::<f64>(1, 1, 100);
    for blocks in [2, 7, 40] {
        assert!(same(&one, &run::<f64>(blocks, 2, 100)), "{blocks} blocks");
    }
    let single = run::<f32>(1, 1, 100);
    lively(&single);
    assert!(same(&single, &run::<f32>(7, 2, 100)), "single precision");
    assert_ne!(single.0, one.0, "single precision is another computation");
}

/// The index of rows lists all rows of one block and of two; of 40, which few cells reach, it marks those that have entries, and stays below a
/// fifth of what lists would be. [`blocks_do_not_matter`] compares their bits.
#[test]
fn an_index_of_few_entries_is_small() {
    let index = |blocks| {
        let simulation = balanced::<f64>().simulation(blocks, 1, vec![]);
        let network = simulation.network();
        network.bytes() - 10 * network.synapses()
    };
    let [one, two, many] = [1, 2, 40].map(index);
    assert!(two > one * 3 / 2, "{one} {two}");
    assert!(many < 40 * one / 5, "{one} {many}");
}

/// Would catch state that is lost or frames that are shifted between chunks.
#[test]
fn chunks_do_not_matter() {
    let one = run::<f64>(7, 2, 100);
    for chunk in [1, 7, STEPS] {
        assert!(same(&one, &run::<f64>(7, 2, chunk)), "{chunk} steps a chunk");
    }
}

/// Weights of 16 bits: the same bits for any division, and where all weights are numbers of 16 bits, those of the full
/// format. Would catch a weight, sign or factor that is stored or read wrongly.
#[test]
fn weights_of_16_bits_are_the_weights() {
    fn of<R: Scalar>() {
        let run = |weights, exact: bool, blocks, threads| {
            let mut net = balanced::<R>();
            net.design.weights = weights;
            for projection in net.design.projections.iter_mut().filter(|_| exact) {
                if let Property::Drawn(Distribution {
                    shape: Shape::Normal { mean, .. } | Shape::Constant(mean), ..
                }) = projection.weight
                {
                    projection.weight = Property::Drawn(Distribution::constant((8.0 * mean).round() / 8.0));
                }
            }
            net.design.populations.iter_mut().for_each(|population| population.sign = Sign::Mixed);
            record(&mut net.simulation(blocks, threads, vec![probe(0, 0, 50), probe(3, 0, 20)]), STEPS, 100)
        };
        let one = run(Weights::Half, false, 1, 1);
        assert!(same(&one, &run(Weights::Half, false, 7, 2)), "blocks");
        assert!(!same(&one, &run(Weights::Full, false, 7, 2)), "drawn weights are rounded");
        assert!(same(&run(Weights::Half, true, 1, 1), &run(Weights::Full, true, 7, 2)), "exact weights");
    }
    of::<f64>();
    of::<f32>();
}

/// Would catch a seed that is not used.
#[test]
fn another_seed_gives_other_spikes() {
    let mut other = balanced::<f64>();
    other.design.seed += 1;
    assert_ne!(record(&mut other.simulation(7, 2, vec![]), 300, 100).0, run::<f64>(7, 2, 100).0[..]);
}

/// Would catch state, spikes under way or counts of events that a snapshot leaves out, in either precision.
#[test]
fn a_snapshot_goes_on_where_it_was_taken() {
    fn of<R: Scalar>() {
        let simulation = |blocks, threads| balanced::<R>().simulation(blocks, threads, vec![probe(0, 0, 50)]);
        let mut whole = simulation(7, 2);
        let all = record(&mut whole, STEPS, 100);
        // One before the longest delay has passed, one after.
        for at in [17, 331] {
            let mut first = simulation(3, 1);
            let mut joined = record(&mut first, at, 50);
            let mut second = simulation(7, 2);
            second.restore(&first.snapshot()).unwrap();
            assert_eq!(second.snapshot(), first.snapshot());
            let rest = record(&mut second, STEPS, 100);
            joined.0.extend(rest.0);
            joined.1[0].extend(&rest.1[0]);
            assert!(same(&joined, &all), "from step {at}");
            assert_eq!(second.snapshot(), whole.snapshot());
        }
    }
    of::<f64>();
    of::<f32>();
}

/// Would catch a state that is taken for one of another network.
#[test]
fn a_snapshot_of_another_network_is_refused() {
    let mut other = Net::<f64>::new(0.1, 1);
    other.cells("lif_exp", 4000, &[]);
    let fault = balanced::<f64>().simulation(2, 1, vec![]).restore(&other.simulation(1, 1, vec![]).snapshot());
    assert_eq!(fault.unwrap_err().what, "populations");
    let mut snapshot = balanced::<f64>().simulation(2, 1, vec![]).snapshot();
    snapshot.step = 3;
    let fault = balanced::<f64>().simulation(2, 1, vec![]).restore(&snapshot).unwrap_err();
    assert_eq!((fault.what.as_str(), fault.found.as_str()), ("steps of spikes under way", "0"));
}
