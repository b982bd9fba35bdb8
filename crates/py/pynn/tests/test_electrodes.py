"""Current sources: what flows into cells, and what is recorded of it."""

from typing import Any

import numpy as np
import pytest


def charged(values: np.ndarray, tau: float = 20.0, cm: float = 1.0, dt: float = 0.1) -> np.ndarray:
    """The membrane from -65 mV, exactly, under currents that are constant in each step."""
    v, keep = [0.0], np.exp(-dt / tau)
    for current in values:
        v.append(v[-1] * keep + current * tau / cm * (1 - keep))
    return np.array(v) - 65.0


@pytest.mark.parametrize("name", ["DCSource", "StepCurrentSource", "ACSource", "NoisyCurrentSource"])
def test_membranes_follow_what_is_recorded(sim: Any, traces: Any, name: str) -> None:
    """Over two runs, with a change between them, into two cells of a view."""
    given = {
        "DCSource": {"amplitude": 0.2, "start": 5.0, "stop": 35.0},
        "StepCurrentSource": {"times": [5.0, 15.0, 30.0], "amplitudes": [0.2, -0.1, 0.3]},
        "ACSource": {"amplitude": 0.2, "offset": 0.1, "frequency": 40.0, "phase": 30.0, "start": 5.0, "stop": 35.0},
        "NoisyCurrentSource": {"mean": 0.1, "stdev": 0.2, "dt": 0.5, "start": 5.0, "stop": 35.0},
    }[name]
    cells = sim.Population(3, sim.IF_curr_exp(v_thresh=1000.0))
    source = getattr(sim, name)(**given)
    source.inject_into(cells[1:3])
    source.record()
    cells.record("v")
    sim.run(20.0)
    if name == "StepCurrentSource":
        source.set_parameters(times=[0.0, 25.0], amplitudes=[0.05, 0.5])
    elif name == "NoisyCurrentSource":
        source.mean = 0.3
    else:
        source.amplitude = 0.4
    sim.run(20.0)
    flowed = source.get_data().magnitude[:, 0]
    assert len(flowed) == 401 and np.all(flowed[:50] == 0.0) and flowed[60] != 0.0
    v = traces(cells, "v")
    assert np.all(v[:, 0] == -65.0) and np.array_equal(v[:, 1], v[:, 2])
    assert np.abs(v[:, 1] - charged(flowed[:-1])).max() < 1e-9


def test_waveforms(sim: Any) -> None:
    """The sine is that of its formula from `start` on; noise has its mean and deviation, and holds for its dt."""
    cells = sim.Population(1, sim.IF_curr_exp(v_thresh=1000.0))
    sine = sim.ACSource(amplitude=0.2, offset=0.1, frequency=40.0, phase=30.0, start=5.0)
    noise = sim.NoisyCurrentSource(mean=0.5, stdev=0.25, dt=1.0)
    for source in (sine, noise):
        source.inject_into(cells)
        source.record()
    sim.run(1000.0)
    t = np.arange(10001) * 0.1
    expected = np.where(t >= 5.0 - 1e-9, 0.1 + 0.2 * np.sin(2 * np.pi * 0.04 * (t - 5.0) + np.pi / 6), 0.0)
    assert np.abs(sine.get_data().magnitude[:, 0] - expected).max() < 1e-9
    drawn = noise.get_data().magnitude[:-1, 0].reshape(1000, 10)
    assert np.all(drawn == drawn[:, :1])
    assert abs(drawn.mean() - 0.5) < 5 * 0.25 / np.sqrt(1000) and abs(drawn[:, 0].std() - 0.25) < 0.04


def test_a_source_begins_after_a_run(sim: Any, traces: Any) -> None:
    cells = sim.Population(1, sim.IF_curr_exp(v_thresh=1000.0))
    cells.record("v")
    sim.run(10.0)
    cells.inject(sim.DCSource(amplitude=0.3))
    sim.run(10.0)
    expected = charged(np.repeat([0.0, 0.3], 100))
    assert np.abs(traces(cells, "v")[:, 0] - expected).max() < 1e-9
