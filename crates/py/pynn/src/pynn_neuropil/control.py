"""Setting up, running and ending."""

import difflib
import warnings
from typing import Any

from pyNN import common
from pyNN.common.control import DEFAULT_MAX_DELAY, DEFAULT_MIN_DELAY, DEFAULT_TIMESTEP
from pyNN.recording import get_io

from . import simulator

#: Options of other simulators, and why they say nothing here.
_OF_OTHERS = {
    "spike_precision": "spikes are at whole steps",
    "verbosity": "nothing is printed",
    "recording_precision": "numbers are recorded in 64 bits",
    "t_flush": "reset() leaves no spike behind",
    "grng_seed": "seed=... is the seed",
    "rng_seeds": "seed=... is the seed",
    "rng_seeds_seed": "seed=... is the seed",
    "use_cvode": "steps have one length",
    "rtol": "steps have one length",
    "atol": "steps have one length",
    "default_maxstep": "one process runs the network",
    "native_rng_baseseed": "seed=... is the seed",
    "nthreads": "threads=... is the number of threads",
    "debug": "logging is that of Python",
    "quit_on_end": "a program goes on behind end()",
    "file": "no description is written",
    "filename": "no description is written",
    "label": "a network has no name",
    "loglevel": "logging is that of Python",
    "useSystemSim": "there is no hardware",
    "maxNeuronLoss": "there is no hardware",
    "maxSynapseLoss": "there is no hardware",
    "hardware": "there is no hardware",
    "hardwareNeuronSize": "there is no hardware",
}
_OWN = ("max_delay", "threads", "seed", "rng_seed")
_QUIET = ("spike_precision", "on_grid")


def setup(
    timestep: float = DEFAULT_TIMESTEP, min_delay: Any = DEFAULT_MIN_DELAY, **extra_params: Any
) -> int:
    """Begins a new network.

    timestep: The step, ms.
    min_delay: The least delay of synapses, ms: theirs by default.
    extra_params: `max_delay` in ms; `threads`, on which no result depends; `seed` of neuropil's random numbers, a whole
        number from 0 on (default 1). Those of other simulators are told, others are refused.
    """
    common.setup(timestep, min_delay, **extra_params)
    for name, value in extra_params.items():
        if name in _OWN:
            continue
        if name not in _OF_OTHERS:
            guess = difflib.get_close_matches(name, [*_OWN, *_OF_OTHERS], 1)
            meant = f"; did you mean `{guess[0]}`?" if guess else f"; known are {', '.join(_OWN)}"
            raise TypeError(f"setup: unknown argument `{name}`{meant}")
        if (name, value) != _QUIET:
            warnings.warn(f"setup: {name}={value!r} has no effect in neuropil: {_OF_OTHERS[name]}", stacklevel=2)
    state = simulator.state
    state.dt = float(timestep)
    state.asked_min_delay = min_delay
    state.max_delay = extra_params.get("max_delay", DEFAULT_MAX_DELAY)
    state.threads = extra_params.get("threads")
    state.seed = extra_params.get("seed", extra_params.get("rng_seed", 1))
    state.clear()
    return rank()


def end(compatible_output: bool = True) -> None:
    """Writes what was to be written at the end. Recorded data can be read until the next `setup`."""
    state = simulator.state
    wanted, state.write_on_end = state.write_on_end, []
    for population, variables, file in wanted:
        population.write_data(get_io(file) if isinstance(file, str) else file, variables)


run, run_until = common.build_run(simulator)
run_for = run
reset = common.build_reset(simulator)
initialize = common.initialize
get_current_time, get_time_step, get_min_delay, get_max_delay, num_processes, rank = common.build_state_queries(simulator)
