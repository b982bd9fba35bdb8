"""How a type of cells of PyNN is said in neuropil: its model, its parameters, its variables, its receptors."""

import warnings
from dataclasses import dataclass
from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors

#: Of PyNN's units: the unit in neuropil, the suffix of its names, and how many of it make one of PyNN's.
UNITS = {
    "mV": ("mV", "_mv", 1.0),
    "ms": ("ms", "_ms", 1.0),
    "nF": ("pF", "_pf", 1000.0),
    "nA": ("pA", "_pa", 1000.0),
    "uS": ("nS", "_ns", 1000.0),
    "nS": ("nS", "_ns", 1.0),
}
#: How far from a step a time may be without being told.
_EXACT = 1e-6


@dataclass(frozen=True)
class Variable:
    """A variable of neuropil's cells; `size` is one of its unit in that of PyNN."""

    name: str
    size: float = 1.0


@dataclass(frozen=True)
class Port:
    """Where synapses of a receptor type arrive: neuropil's receptor, the argument of `connect` that has the weight, and the
    weight there of a weight of 1 of PyNN.
    """

    receptor: str
    weight: str
    factor: float


def on_grid(times_ms: Any, dt_ms: float, what: str) -> np.ndarray:
    """Times as multiples of the step; warns with PyNN's RoundingWarning where that moves one."""
    times = np.asarray(times_ms, dtype=float)
    steps = np.rint(times / dt_ms)
    rounded = np.round(steps * dt_ms, 9)
    if np.any(np.abs(times / dt_ms - steps) > _EXACT * np.maximum(1.0, np.abs(steps))):
        warnings.warn(f"{what}: rounded to whole steps of {dt_ms} ms", errors.RoundingWarning, stacklevel=3)
    return rounded


class Lowering:
    """What neuropil is told of a population."""

    #: By PyNN's names.
    variables: dict[str, Variable] = {}
    #: By PyNN's receptor types.
    ports: dict[str, Port] = {}

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        """Parameters by neuropil's names, one number a cell, of those of PyNN."""
        raise NotImplementedError

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        """neuropil's class, and what it takes beside parameters."""
        raise NotImplementedError

    def model(self, values: dict[str, Any], initial: dict[str, np.ndarray], dt_ms: float) -> npl.parts.Model:
        """The cells of a population, with their state at the start."""
        model, beside = self.kind(values)
        given = {name: even(own) for name, own in self.parameters(values, dt_ms).items()}
        begin = {}
        for name, own in initial.items():
            known = self.variables.get(name)
            if known is not None and self.can_begin(known):
                begin[known.name] = even(np.asarray(own, dtype=float) / known.size)
            elif np.any(np.asarray(own) != 0.0):
                raise NotImplementedError(f"neuropil cannot begin with another value of `{name}` than 0")
        if begin:
            beside = {**beside, "initial": begin}
        return model(**given, **beside)

    def can_begin(self, variable: Variable) -> bool:
        """Whether a variable is a state, of which the value at the start can be given."""
        return True


def even(values: np.ndarray) -> float | np.ndarray:
    """One number where all are equal, else all of them."""
    values = np.asarray(values, dtype=float)
    return float(values[0]) if np.all(values == values[0]) else values
