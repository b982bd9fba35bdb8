"""Networks in memory, advanced step by step."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import InputError, hear
from ._live import Hands
from ._numbers import finite, whole
from ._part import Fixed
from ._population import Population, chosen_cells


class Simulation(Hands, Fixed):
    """A network with its state: what `Network.build` gives. Nothing is recorded; spikes and states are looked at between
    advances, and the network can be edited there. `network().run()` records what it did, with all edits.
    """

    def __init__(
        self,
        model: str,
        file: str,
        *,
        threads: int | None = None,
        scale: float = 1.0,
        _network: Any = None,
        _hears: Callable[[list[str]], None] = hear,
    ) -> None:
        self._arguments = (model, file, threads, scale)
        self._network, self._written = _network, {}
        self._core = _core.Simulation(model, file, scale=float(scale), threads=whole("threads", threads, 1), hears=_hears)

    def _instead_of(self, name: str, value: Any) -> str:
        return "`set`, `set_state`, `inject`, `rate`, `silence` and `weights` edit a network in memory"

    def advance(self, duration_ms: float | None = None) -> None:
        """Advances by a time, or by one step. Other threads of Python run meanwhile; Ctrl-C ends it between chunks."""
        asked = finite("duration_ms", duration_ms)
        self._core.advance(1 if asked is None else self._core.steps(asked))

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

    def spikes(self, population: Population | str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint32]]:
        """(times_ms, cells) of the spikes in the last advance: of a population, or of a part of one."""
        name, some = self._chosen(population)
        times_ms, cells = self._core.spikes(name)
        if some is None:
            return times_ms, cells
        inside = np.isin(cells, some)
        return times_ms[inside], cells[inside]

    def state(self, population: Population | str, variable: str) -> npt.NDArray[np.float64]:
        """A state variable, such as v_m_mv, of all cells of a population or of a part: a view that cannot be written to; `set_state`
        writes.

        It is made once: every advance renews its numbers in place. Copy it to keep them.
        """
        name, some = self._chosen(population)
        return self._core.state(name, variable, some)

    def _chosen(self, population: Any) -> tuple[str, list[int] | None]:
        """Name and cells; None for all."""
        if not isinstance(population, Population):
            return str(population), None
        if self._network is not None and population._network is not self._network:
            raise InputError(f"population `{population.name}` belongs to another network than this simulation")
        if isinstance(population._cells, Mapping):
            # Places of cells are those of this simulation, whatever its scale and whatever became of the network.
            model, file, _, scale = self._arguments
            return population.name, _core.cells(model, file, json.dumps(population.json()), float(scale))
        some = chosen_cells(population)
        known = self.populations.get(population.name)
        if some and known is not None and some[-1] >= known["cells"]:
            raise InputError(f"population {population.name}: there is no cell {some[-1]}, of {known['cells']}")
        return population.name, some

    def __repr__(self) -> str:
        return f"<simulation at {self.t_ms:g} ms, {self.synapses:,} synapses>"

    def __reduce__(self) -> Any:
        raise InputError("a simulation cannot be pickled or copied: pickle its network, or run with checkpoints")

