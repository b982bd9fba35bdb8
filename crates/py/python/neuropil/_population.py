"""Populations of a network, and what is recorded of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._part import Named, Part, plain
from .errors import InputError

if TYPE_CHECKING:
    from ._network import Network


#: Why indices and places do not go together.
_OF_NOW = (
    "which they are depends on the seed and on the positions, which may change; take the cells of now by their indices, "
    "`exc.where(...).cells`, as in exc[exc.where(...).cells[:10]]"
)


class Population(Named):
    """Cells of a network that share a model: what `Network.population` gives, and `net["exc"]`; or a part of them:
    `exc[:100]`, `exc[::2]`, `exc[[0, 3, 7]]`, `exc.where(x_um=(0, 100))`. A part stands wherever a population may stand.
    """

    def __init__(self, network: "Network", name: str, cells: "Sequence[int] | Mapping[str, Any] | None" = None) -> None:
        self._network, self._cells = network, cells
        vars(self).update(name=name)

    def _instead_of(self, name: str, value: Any) -> str:
        return f"network.set('populations.{self.name}.{name}', {value!r}) sets a field of the model"

    @property
    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = self._network._model["populations"][self.name]
        return own

    @property
    def _all(self) -> int:
        return int(self._own["cells"])

    @property
    def size(self) -> int:
        """Number of these cells."""
        return len(self)

    @property
    def cells(self) -> list[int]:
        """Indices of these cells in the population."""
        if self._cells is None:
            return list(range(self._all))
        if isinstance(self._cells, Mapping):
            # Places are drawn by the simulator.
            network = self._network
            return _core.cells(network.to_json(), network._file, json.dumps(self.json()), 1.0)
        return list(self._cells)

    def json(self) -> Any:
        """How a model file names these cells."""
        if self._cells is None:
            return self.name
        cells = self._cells if isinstance(self._cells, Mapping) else ranged(self._cells)
        return {"population": self.name, "cells": cells}

    def __len__(self) -> int:
        return self._all if self._cells is None else len(self.cells)

    # Neither `for cell in exc` nor `3 in exc` says whether numbers or parts are meant: `exc.cells` are the numbers.
    __iter__ = None

    def __getitem__(self, which: "int | slice | Sequence[int] | npt.NDArray[Any]") -> "Population":
        """A cell, a slice, cells by their indices in this part (which ascend), or those where an array is true."""
        if isinstance(self._cells, Mapping):
            raise self._wrong(f"found indices into cells that are chosen by their place: {_OF_NOW}")
        cells = self.cells
        if isinstance(which, slice):
            beyond = [end for end in (which.start, which.stop) if end is not None and abs(int(end)) > len(cells)]
            if beyond:
                raise self._wrong(f"a range ends at {len(cells)} at most, found {beyond[0]}: there are {len(cells)} cells")
            if which.step is not None and which.step < 1:
                raise self._wrong(f"found a step of {which.step}, expected 1 at least: cells of a part ascend")
            chosen = cells[which]
        elif isinstance(which, (int, np.integer)) and not isinstance(which, bool):
            chosen = [cells[index] for index in self._inside([int(which)])]
        else:
            asked = np.asarray(which)
            if asked.dtype == bool:
                if asked.shape != (len(cells),):
                    raise self._wrong(f"found truth values of shape {asked.shape}, expected ({len(cells)},)")
                asked = np.flatnonzero(asked)
            if asked.ndim != 1 or (asked.size and not np.issubdtype(asked.dtype, np.integer)):
                raise self._wrong(f"found {which!r}, expected an index, a slice, a list of indices or truth values")
            chosen = [cells[index] for index in self._inside(asked.tolist())]
        if not chosen:
            raise self._wrong(f"no cell is chosen of {len(cells)}")
        for first, second in zip(chosen, chosen[1:], strict=False):
            if second <= first:
                raise self._wrong(f"found cell {second} after {first}: cells of a part ascend, each once")
        return Population(self._network, self.name, chosen)

    def where(
        self,
        *,
        x_um: tuple[float, float] | None = None,
        y_um: tuple[float, float] | None = None,
        z_um: tuple[float, float] | None = None,
    ) -> "Population":
        """Those of these cells whose place is in [from, to) along each axis that is given. The population needs `positions`.

        x_um: (from, to) along the first axis, um; default: anywhere.
        y_um: (from, to) along the second axis, um; default: anywhere.
        z_um: (from, to) along the third axis, um; default: anywhere.
        """
        given = {"x_um": x_um, "y_um": y_um, "z_um": z_um}
        bounds = {axis: self._between(axis, own) for axis, own in given.items() if own is not None}
        if not bounds:
            raise self._wrong("where: expected one of x_um, y_um, z_um, each (from, to)")
        if self._cells is None:
            return Population(self._network, self.name, bounds)
        if not isinstance(self._cells, Mapping):
            raise self._wrong(f"where: found cells that are chosen by their indices: {_OF_NOW}")
        both = dict(self._cells)
        for axis, (start, end) in bounds.items():
            known = both.get(axis, (start, end))
            both[axis] = [max(start, known[0]), min(end, known[1])]
        return Population(self._network, self.name, both)

    def _between(self, axis: str, ends: Any) -> list[float]:
        try:
            start, end = (float(own) for own in ends)
        except (TypeError, ValueError):
            raise self._wrong(f"where: {axis}: found {ends!r}, expected (from, to)") from None
        return [start, end]

    def _inside(self, asked: list[int]) -> list[int]:
        count = len(self)
        outside = [own for own in asked if not -count <= own < count]
        if outside:
            raise self._wrong(f"there is no cell {outside[0]}, of {count}")
        return asked

    def _wrong(self, what: str) -> InputError:
        return InputError(f"population {self.name}: {what}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Population) and self._network is other._network and self.json() == other.json()

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        model = self._own["model"]
        if self._cells is None:
            return f"<population {self.name}: {self._all} cells of {model}>"
        some = "some" if isinstance(self._cells, Mapping) else len(self._cells)
        return f"<{some} of the {self._all} cells of {self.name}, {model}: {self.json()['cells']}>"


Populations: TypeAlias = Population | str | Iterable[Population | str]


class Spikes(Part):
    """Records the spikes of some populations, or parts of them, or of all."""

    def __init__(self, *populations: Population | str) -> None:
        super().__init__(populations=listed(populations) if populations else None)


class State(Part):
    """Records state variables of a population (`exc`), of some of its cells (`exc[:10]`), or of several (`[exc, inh[:10]]`).

    every_ms: Time between samples; every step if it is left out.
    """

    def __init__(
        self, population: Populations, variables: str | Sequence[str], *, every_ms: float | None = None
    ) -> None:
        super().__init__(population=held(population), variables=variables, every_ms=every_ms)


class Weights(Part):
    """Records the synapses of projections, by name, or of all.

    every_ms: Time between records of weights that follow spikes; they are recorded at the start only if it is left out.
    """

    def __init__(self, *projections: str, every_ms: float | None = None) -> None:
        super().__init__(projections=list(projections) or None, every_ms=every_ms)


class Field(Part):
    """Records the concentration of peptides, in nM: in all voxels, or in a plane.

    species: A name, several, or "*" for all.
    slice: (axis, um): the plane at right angles to an axis ("x", "y", "z") at a place, as in ("y", 200).
    every_ms: Time between frames, a multiple of the field step; ten of them if it is left out.
    """

    def __init__(
        self,
        species: str | Sequence[str],
        *,
        slice: tuple[str, float] | None = None,  # noqa: A002
        every_ms: float | None = None,
    ) -> None:
        plane = None if slice is None else dict(zip(("axis", "at_um"), slice, strict=True))
        super().__init__(species=species, slice=plane, every_ms=every_ms)


class Released(Part):
    """Records the molecules that were released, by cell type and peptide, at another interval than ten field steps.

    What spikes release in a field step enters the tissue at its end: a frame holds the molecules of spikes up to one field step before
    its time, and those of a drive up to its time.
    """

    def __init__(self, every_ms: float) -> None:
        super().__init__(every_ms=every_ms)


Recorded: TypeAlias = Spikes | State | Weights | Field | Released


def listed(populations: Populations) -> list[Population | str]:
    """One population or several, as a list."""
    wanted = [populations] if isinstance(populations, (Population, str)) else populations
    if not isinstance(wanted, Iterable):
        raise InputError(f"found a {type(wanted).__name__}, expected a population, a part of one, or its name")
    all_of_them = list(wanted)
    for own in all_of_them:
        if not isinstance(own, (Population, str)):
            raise InputError(f"found a {type(own).__name__}, expected a population, a part of one, or its name")
    return all_of_them


def held(populations: Populations) -> Population | str | list[Population | str]:
    """One as it is, several as a list, which can be walked twice."""
    return populations if isinstance(populations, (Population, str)) else listed(populations)


def one(population: Any, door: str) -> Population | str:
    """One population, a part of one, or a name."""
    if not isinstance(population, (Population, str)):
        found = type(population).__name__
        raise InputError(f"{door}: found a {found}, expected one population, a part of one, or its name")
    return population


def named(populations: Populations) -> Any:
    """The same as a model file has it: one, or a list."""
    own = [plain(each) for each in listed(populations)]
    return own[0] if isinstance(populations, (Population, str)) else own


def whole(population: Any, door: str) -> Any:
    """The name of a population, where no part of one can stand."""
    if isinstance(population, Population) and population._cells is not None:
        raise InputError(f"{door}: found a part of population `{population.name}`, expected `{population.name}`, all of it")
    return population.name if isinstance(population, Population) else population


def chosen_cells(population: Any) -> list[int] | None:
    """The cells of a part; None for all of a population."""
    return population.cells if isinstance(population, Population) and population._cells is not None else None


def ranged(cells: Sequence[int]) -> Any:
    """Cells that ascend as a model file has them: a range, where they are one."""
    steps = {second - first for first, second in zip(cells, cells[1:], strict=False)}
    if len(steps) > 1 or (len(cells) == 2 and steps != {1}):
        return list(cells)
    step = steps.pop() if steps else 1
    return f"{cells[0]}:{cells[-1] + 1}" + (f":{step}" if step > 1 else "")
