"""The API of PyNN on neuropil: `import pyNN.neuropil as sim`."""

import sys

import pyNN
from pyNN import errors, random, space
from pyNN.connectors import *  # noqa: F403
from pyNN.network import Network
from pyNN.random import GSLRNG, NumpyRNG, RandomDistribution
from pyNN.space import Space
from pyNN.standardmodels import StandardCellType

from .cells import *  # noqa: F403
from .composed import *  # noqa: F403
from .connectors import NativeRNG, OneToOneConnector
from .control import (
    end,
    get_current_time,
    get_max_delay,
    get_min_delay,
    get_time_step,
    initialize,
    num_processes,
    rank,
    reset,
    run,
    run_for,
    run_until,
    setup,
)
from .electrodes import ACSource, DCSource, NoisyCurrentSource, StepCurrentSource
from .populations import Assembly, Population, PopulationView
from .procedural import connect, create, record, record_gsyn, record_v, set
from .projections import Connection, Projection
from .simulator import state
from .synapses import (
    AdditivePotentiationMultiplicativeDepression,
    AdditiveWeightDependence,
    ElectricalSynapse,
    GutigWeightDependence,
    MultiplicativeWeightDependence,
    MultiQuantalSynapse,
    SimpleStochasticSynapse,
    SpikePairRule,
    StaticSynapse,
    STDPMechanism,
    StochasticTsodyksMarkramSynapse,
    TsodyksMarkramSynapse,
    Vogels2011Rule,
)

__version__ = "0.1.0"


def list_standard_models() -> list[str]:
    """Names of PyNN's cell types that neuropil has."""
    own = (known for known in globals().values() if isinstance(known, type) and issubclass(known, StandardCellType))
    return sorted(known.__name__ for known in own if known is not StandardCellType)


# Also where the distribution lies beside PyNN and not in its folder.
sys.modules.setdefault("pyNN.neuropil", sys.modules[__name__])
pyNN.neuropil = sys.modules["pyNN.neuropil"]
