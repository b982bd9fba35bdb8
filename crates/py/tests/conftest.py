"""What the tests have in common."""

import os
import subprocess
from pathlib import Path

import neuropil as npl
import pytest

ROOT = Path(__file__).parents[3]
MODELS = ROOT / "models"


@pytest.fixture
def network():
    """A small network that fires."""
    net = npl.Network(dt_ms=0.1, seed=7)
    exc = net.population("exc", 80, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
    inh = net.population("inh", 20, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
    net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=1.5, name="from_exc")
    net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
    net.input(npl.PoissonInput(8, in_degree=100, weight_pa=150), to=[exc, inh])
    return net


@pytest.fixture(scope="session")
def command():
    """The command line; cargo xtask ci names it."""
    own = os.environ.get("NEUROPIL_COMMAND")
    if own is None:
        pytest.skip("NEUROPIL_COMMAND does not name the neuropil command")

    def run(*arguments, cwd):
        subprocess.run([own, *map(str, arguments)], cwd=cwd, check=True, stdout=subprocess.DEVNULL)

    return run


@pytest.fixture
def tiny_task():
    """A task that is learned in a second."""
    task = npl.Task.from_json(MODELS / "tasks" / "mini_evidence.json")
    for path, value in {
        "cells.count": 12,
        "cells.inhibitory": 3,
        "readout_weights": {"kind": "normal_by_inputs"},
        "training.updates": 4,
        "training.batch": 20,
        "training.evaluate_every": 2,
    }.items():
        task.set(path, value)
    return task
