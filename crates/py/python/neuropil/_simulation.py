"""Networks in memory, advanced step by step."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import InputError

if TYPE_CHECKING:
    from ._population import Population


class Simulation:
    """A network with its state: what `Network.build` gives. Nothing is recorded; spikes and states are looked at between
    advances.
    """

    def __init__(self, model: str, file: str, *, threads: int | None = None, scale: float = 1.0) -> None:
        self._arguments = (model, file, threads, scale)
        self._core = _core.Simulation(model, file, scale=float(scale), threads=threads)

    def advance(self, duration_ms: float | None = None) -> None:
        """Advances by a time, or by one step. Other threads of Python run meanwhile; Ctrl-C ends it between chunks."""
        self._core.advance(1 if duration_ms is None else self._core.steps(float(duration_ms)))

    @property
    def t_ms(self) -> float:
        """Simulated time so far."""
        return self._core.t_ms

    @property
    def step(self) -> int:
        """Steps so far."""
        return self._core.step

    @property
    def synapses(self) -> int:
        """Number of synapses."""
        return self._core.synapses

    @property
    def populations(self) -> dict[str, dict[str, Any]]:
        """By name: number of cells, names of state variables."""
        return {name: {"cells": cells, "states": states} for name, cells, states in self._core.populations}

    def spikes(self, population: "Population | str") -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint32]]:
        """(times_ms, cells) of the spikes in the last advance."""
        return self._core.spikes(_name(population))

    def state(self, population: "Population | str", variable: str) -> npt.NDArray[np.float64]:
        """A state variable of all cells of a population, such as v_m_mv: a view that cannot be written to.

        It is made once: every advance renews its numbers in place. Copy it to keep them.
        """
        return self._core.state(_name(population), variable)

    def __repr__(self) -> str:
        return f"<simulation at {self.t_ms:g} ms, {self.synapses:,} synapses>"

    def __reduce__(self) -> Any:
        raise InputError("a simulation cannot be pickled or copied: pickle its network, or run with checkpoints")


def _name(population: Any) -> str:
    return str(getattr(population, "name", population))
