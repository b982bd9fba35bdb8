"""Cells that send spikes by chance: their rates, windows and intervals."""

from typing import Any

import numpy as np


def trains(sim: Any, cells: Any, duration: float) -> list[np.ndarray]:
    cells.record("spikes")
    sim.run(duration)
    return [own.magnitude for own in cells.get_data().segments[0].spiketrains]


def test_poisson_trains_begin_and_end(sim: Any) -> None:
    """One window for all (neuropil's own source), and one for each cell; counts within five standard deviations."""
    same = sim.Population(2, sim.SpikeSourcePoisson(rate=[500.0, 900.0], start=100.0, duration=300.0))
    each = sim.Population(2, sim.SpikeSourcePoisson(rate=500.0, start=[0.0, 250.0], duration=[300.0, 200.0]))
    for cells in (same, each):
        cells.record("spikes")
    sim.run(600.0)
    for cells, rates, windows in (
        (same, (500, 900), ((100, 400), (100, 400))),
        (each, (500, 500), ((0, 300), (250, 450))),
    ):
        for own, rate, (start, stop) in zip(cells.get_data().segments[0].spiketrains, rates, windows, strict=True):
            expected = rate * (stop - start) / 1000
            assert abs(len(own) - expected) < 5 * np.sqrt(expected)
            assert own.magnitude.min() > start and own.magnitude.max() < stop + 0.05


def test_a_dead_time_keeps_the_rate(sim: Any) -> None:
    cells = sim.Population(20, sim.SpikeSourcePoissonRefractory(rate=100.0, tau_refrac=5.0))
    intervals = np.concatenate([np.diff(own) for own in trains(sim, cells, 5000.0)])
    assert intervals.min() > 5.0
    # Mean 10 ms, of which 5 are exponential.
    assert abs(intervals.mean() - 10.0) < 5 * 5.0 / np.sqrt(len(intervals))


def test_gamma_intervals(sim: Any) -> None:
    cells = sim.Population(20, sim.SpikeSourceGamma(alpha=4, beta=400.0))
    intervals = np.concatenate([np.diff(own) for own in trains(sim, cells, 5000.0)])
    assert abs(intervals.mean() - 10.0) < 5 * 5.0 / np.sqrt(len(intervals))
    assert abs(intervals.std() / intervals.mean() - 0.5) < 0.03


def test_rates_change_between_runs(sim: Any) -> None:
    cells = sim.Population(2, sim.SpikeSourcePoisson(rate=1000.0))
    cells.record("spikes")
    sim.run(200.0)
    cells[1:2].set(rate=0.0)
    sim.run(200.0)
    still, silent = (own.magnitude for own in cells.get_data().segments[0].spiketrains)
    assert np.sum(still > 200.0) > 100 and np.sum(silent > 200.0) == 0 and len(silent) > 100


def test_the_seed_is_the_seed(sim: Any) -> None:
    found = []
    for seed in (1, 1, 2):
        sim.setup(timestep=0.1, seed=seed)
        found.append(trains(sim, sim.Population(1, sim.SpikeSourcePoisson(rate=100.0)), 200.0)[0])
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])


def test_no_result_depends_on_threads(sim: Any) -> None:
    found = []
    for threads in (1, 2):
        sim.setup(timestep=0.1, threads=threads)
        noise = sim.Population(5000, sim.SpikeSourcePoisson(rate=20.0))
        cells = sim.Population(50, sim.IF_curr_exp())
        some = sim.FixedNumberPreConnector(100)
        sim.Projection(noise, cells, some, sim.StaticSynapse(weight=0.5, delay=1.0))
        cells.record("v")
        found.append((trains(sim, cells, 50.0), cells.get_data().segments[0].analogsignals[0].magnitude))
    assert sum(map(len, found[0][0])) > 10
    assert all(np.array_equal(a, b) for a, b in zip(*(own for own, _ in found), strict=True))
    assert np.array_equal(found[0][1], found[1][1])
