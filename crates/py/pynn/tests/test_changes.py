"""Changes between runs: what is said later acts later, and the past stays as it was."""

from typing import Any

import numpy as np
import pytest
from pyNN.parameters import Sequence


def test_parameters_of_some_cells(sim: Any, traces: Any) -> None:
    """After the change each membrane goes towards its own rest, as it does exactly."""
    cells = sim.Population(4, sim.IF_curr_exp(tau_m=10.0, v_rest=-65.0))
    cells.record("v")
    sim.run(10.0)
    cells[1:4].set(v_rest=[-60.0, -55.0, -60.0], i_offset=0.01)
    assert cells.get("v_rest").tolist() == [-65.0, -60.0, -55.0, -60.0]
    sim.run(10.0)
    v = traces(cells, "v")
    goal = np.array([-65.0, -60.0, -55.0, -60.0]) + np.array([0.0, 1.0, 1.0, 1.0]) * 0.01 * 10.0
    assert np.all(v[100] == -65.0)
    assert v[200] == pytest.approx(goal + (-65.0 - goal) * np.exp(-1), abs=1e-9)


def test_other_spikes_leave_the_past(sim: Any, traces: Any) -> None:
    """Spikes that are told run by run are those that are told at once, bit for bit, noise and learning included."""
    found = []
    for is_told_at_once in (True, False):
        sim.setup(timestep=0.1, seed=5)
        told = [[3.0, 12.0, 22.0, 31.0], [4.0, 25.0]]
        source = sim.Population(2, sim.SpikeSourceArray(spike_times=told if is_told_at_once else [[3.0], [4.0]]))
        noise = sim.Population(3, sim.SpikeSourcePoisson(rate=300.0))
        cells = sim.Population(2, sim.IF_cond_exp())
        rule = sim.STDPMechanism(sim.SpikePairRule(), sim.AdditiveWeightDependence(w_max=0.1), weight=0.05, delay=0.5)
        made = [sim.Projection(own, cells, sim.AllToAllConnector(), rule) for own in (source, noise)]
        cells.record(["v", "spikes"])
        sim.run(10.0)
        for until, times in ((20.0, [[12.0], []]), (30.0, [[22.0], [25.0]]), (40.0, [[31.0], []])):
            if not is_told_at_once:
                source.set(spike_times=[Sequence(own) for own in times])
            sim.run_until(until)
        weights = [own.get("weight", format="array") for own in made]
        found.append((traces(cells, "v"), *weights))
    for first, second in zip(*found, strict=True):
        assert np.array_equal(first, second)


def test_the_past_cannot_be_told(sim: Any) -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[3.0]))
    source.record("spikes")
    sim.run(10.0)
    source.set(spike_times=[5.0, 15.0])
    with pytest.warns(UserWarning, match="are past"):
        sim.run(10.0)
    assert source.get_data().segments[0].spiketrains[0].magnitude.tolist() == [3.0, 15.0]


def test_a_reset_begins_again_with_what_was_set(sim: Any, traces: Any) -> None:
    cells = sim.Population(1, sim.IF_curr_exp(i_offset=0.2), initial_values={"v": -62.0})
    cells.record("v")
    sim.run(5.0)
    first = traces(cells, "v")
    sim.reset()
    sim.run(5.0)
    assert np.array_equal(traces(cells, "v"), first)
    sim.reset()
    cells.set(i_offset=0.0, v_rest=-62.0)
    sim.run(5.0)
    assert np.all(traces(cells, "v") == -62.0)
    assert len(cells.get_data().segments) == 3


def test_recording_begins_later_and_is_cleared(sim: Any, traces: Any) -> None:
    cells = sim.Population(3, sim.IF_curr_exp(i_offset=[0.1, 0.2, 0.3]))
    cells[0:1].record("v", sampling_interval=0.5)
    sim.run(5.0)
    cells[2:3].record("v")
    sim.run(5.0)
    v = traces(cells, "v")
    # A sample at 0, 0.5, ... 10 ms; of the cell that came later there is nothing before.
    assert v.shape == (21, 2) and np.all(np.isnan(v[:11, 1])) and not np.any(np.isnan(v[11:]))
    cells.get_data(clear=True)
    sim.run(2.0)
    own = cells.get_data().segments[0].analogsignals[0]
    assert float(own.t_start) == 10.0 and own.shape == (5, 2)
    assert own.magnitude[0, 0] == v[20, 0]
