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
    rec.plot().save("run.png", force=True)

Units are in the names of arguments: ms, mV, pA, pF, nS, um, nM, Hz. What can be said is what a model file says
(docs/models.md); `net.to_json("net.json")` writes it for the command line, which gives the same bits.
"""

from . import _guess, parts
from ._core import __version__, schema, spike_trains
from ._added import AddedSynapses
from ._cell import Cell
from ._command import command
from ._comparison import Comparison
from ._environment import GymEnvironment, ProgramEnvironment, SocketEnvironment
from .errors import (
    ArgumentError,
    AssignmentError,
    BugError,
    InputError,
    NeuropilError,
    NeuropilWarning,
    NonFiniteError,
    OutputError,
    StateError,
)
from ._lesson import Gradients, Lesson, Trials, diffuse, learn, simulate
from ._network import Network
from .parts import *  # noqa: F403
from ._picture import Page, Picture, plot
from ._population import Field, Population, Released, Spikes, State, Weights
from ._ranks import ranks
from ._recording import Recording
from ._run import resume
from ._simulation import Simulation
from ._speech import Speech, encode_speech, read_spiking_speech
from ._synapse import Synapse
from ._task import Task
from ._own_rule import OwnRule, ThirdFactor
from ._training import Batch, Training, compare, rules, train

__all__ = [
    "AddedSynapses",
    "ArgumentError",
    "AssignmentError",
    "Batch",
    "BugError",
    "Cell",
    "Comparison",
    "Field",
    "Gradients",
    "GymEnvironment",
    "InputError",
    "Lesson",
    "Network",
    "NeuropilError",
    "NeuropilWarning",
    "NonFiniteError",
    "OutputError",
    "OwnRule",
    "Page",
    "Picture",
    "Population",
    "ProgramEnvironment",
    "Recording",
    "Released",
    "Simulation",
    "SocketEnvironment",
    "Speech",
    "Synapse",
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
    "encode_speech",
    "learn",
    "plot",
    "ranks",
    "read_spiking_speech",
    "resume",
    "rules",
    "schema",
    "simulate",
    "spike_trains",
    "train",
    *parts.__all__,
]

_guess.check_all(globals(), [name for name in __all__ if name not in ("__version__", "schema", "spike_trains")])

#: What others call it, or where it is a method.
_ELSEWHERE = {
    "run": "a network is run by `net.run()`",
    "task": "a task is made by `Task.from_json()` or `Task.from_arrays()`",
    "network": "a network is a `Network()`",
    "recording": "a recording is opened by `Recording(path)`",
    "Course": "numbers over time are a `TimeSeries`",
}


def __getattr__(name: str) -> object:
    cells = [own.__name__ for own in parts.Model.__subclasses__()]
    if name in _ELSEWHERE:
        raise AttributeError(f"neuropil has no `{name}`: {_ELSEWHERE[name]}")
    if name.startswith("_"):
        raise AttributeError(f"neuropil has no `{name}`")
    hint = _guess.did_you_mean(name, __all__)
    raise AttributeError(f"neuropil has no `{name}`{hint}; cells and sources are {', '.join(cells)}")
