"""Spiking networks, extracellular neuropeptides and biologically plausible credit assignment in one simulator.

    import neuropil as npl

    net = npl.Network(dt_ms=0.1, seed=7)
    exc = net.population("exc", 800, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
    inh = net.population("inh", 200, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
    net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=1.5)
    net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
    net.input(npl.PoissonInput(8, in_degree=100, weight_pa=130), to=[exc, inh])
    rec = net.run(1000, record=npl.State(exc[:3], "v_m_mv", every_ms=0.5))
    rec.rates_hz()
    rec.plot().save("run.png")

Units are in the names of arguments: ms, mV, pA, pF, nS, um, nM, Hz. What can be said is what a model file says
(docs/models.md); `net.to_json("net.json")` writes it for the command line, which gives the same bits.
"""

from . import parts
from ._core import __version__, schema, spike_trains
from .command import command
from .comparison import Comparison
from .errors import (
    BugError,
    InputError,
    NeuropilError,
    NonFiniteError,
    OutputError,
    StateError,
)
from .lesson import Gradients, Lesson, Trials, diffuse, learn, simulate
from .network import Network
from .parts import *  # noqa: F403
from .picture import Picture, plot
from .population import Field, Population, Released, Spikes, State, Weights
from .recording import Recording
from .run import resume
from .simulation import Simulation
from .task import Task
from .training import Batch, OwnRule, ThirdFactor, Training, compare, rules, train

__all__ = [
    "Batch",
    "BugError",
    "Comparison",
    "Field",
    "Gradients",
    "InputError",
    "Lesson",
    "Network",
    "NeuropilError",
    "NonFiniteError",
    "OutputError",
    "OwnRule",
    "Picture",
    "Population",
    "Recording",
    "Released",
    "Simulation",
    "Spikes",
    "State",
    "StateError",
    "Task",
    "ThirdFactor",
    "Training",
    "Trials",
    "Weights",
    "__version__",
    "command",
    "compare",
    "diffuse",
    "learn",
    "plot",
    "resume",
    "rules",
    "schema",
    "simulate",
    "spike_trains",
    "train",
    *parts.__all__,
]
