"""Populations of a network, and what is recorded of them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ._part import Named, Part
from .errors import InputError

if TYPE_CHECKING:
    from ._network import Network


class Population(Named):
    """Cells of a network that share a model: what `Network.population` gives, and `net["exc"]`. `population[:10]` are some
    of them, for recording.
    """

    def __init__(self, network: "Network", name: str, cells: Sequence[int] | None = None) -> None:
        self._network, self.name, self._cells = network, name, cells

    @property
    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = self._network._model["populations"][self.name]
        return own

    @property
    def size(self) -> int:
        """Number of its cells in the network."""
        return int(self._own["cells"])

    @property
    def cells(self) -> list[int]:
        """Indices of these cells in the population."""
        return list(range(self.size)) if self._cells is None else list(self._cells)

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, which: int | slice | Sequence[int]) -> "Population":
        cells = self.cells
        if isinstance(which, slice):
            return Population(self._network, self.name, cells[which])
        wanted = [which] if isinstance(which, (int, np.integer)) else list(which)
        outside = [own for own in wanted if not -len(cells) <= own < len(cells)]
        if outside:
            raise InputError(f"population {self.name}: there is no cell {outside[0]}, of {len(cells)}")
        return Population(self._network, self.name, sorted({cells[own] for own in wanted}))

    def __repr__(self) -> str:
        some = "" if self._cells is None else f", {len(self._cells)} of them"
        return f"<population {self.name}: {self.size} cells of {self._own['model']}{some}>"


Populations: TypeAlias = Population | str | Iterable[Population | str]


class Spikes(Part):
    """Records the spikes of some populations, or of all."""

    def __init__(self, *populations: Population | str) -> None:
        super().__init__(populations=names(populations) if populations else None)


class State(Part):
    """Records state variables of a population (`exc`), or of some of its cells (`exc[:10]`).

    every_ms: Time between samples; every step if it is left out.
    """

    def __init__(
        self, population: Population | str, variables: str | Sequence[str], *, every_ms: float | None = None
    ) -> None:
        cells = population._cells if isinstance(population, Population) else None
        super().__init__(population=names(population)[0], variables=variables, cells=cells, every_ms=every_ms)


class Weights(Part):
    """Records the synapses of projections, by name, or of all."""

    def __init__(self, *projections: str) -> None:
        super().__init__(projections=list(projections) or None)


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
    """Records the molecules that were released, by cell type and peptide, at another interval than ten field steps."""

    def __init__(self, every_ms: float) -> None:
        super().__init__(every_ms=every_ms)


Recorded: TypeAlias = Spikes | State | Weights | Field | Released


def names(populations: Populations | tuple[Population | str, ...]) -> list[str]:
    """Names of one population or several."""
    wanted = [populations] if isinstance(populations, (Population, str)) else populations
    if not isinstance(wanted, Iterable):
        raise InputError(f"found a {type(wanted).__name__}, expected a population or its name")
    all_of_them = list(wanted)
    for own in all_of_them:
        if not isinstance(own, (Population, str)):
            raise InputError(f"found a {type(own).__name__}, expected a population or its name")
    return [own.name if isinstance(own, Population) else own for own in all_of_them]


def named(populations: Populations) -> str | list[str]:
    """The same as a model file has it: one name, or a list."""
    own = names(populations)
    return own[0] if isinstance(populations, (Population, str)) else own
