"""What recordings hold: spikes, states and synapses as arrays."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import InputError

if TYPE_CHECKING:
    from ._population import Population
    from ._recording import Recording

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.uint64]


def needs(module: str, extra: str) -> Any:
    """An optional package, or what to install."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as fault:
        raise ImportError(f"{module} is needed for this: pip install neuropil[{extra}]") from fault


class SpikeTable(Mapping[str, tuple[Floats, Ids]]):
    """Spikes by population, or by a part of one: `spikes["exc"]` is (times_ms, node_ids), in the order of time."""

    def __init__(self, recording: "Recording") -> None:
        self._recording = recording

    def _names(self) -> list[str]:
        return [own["name"] for own in self._recording._core.populations() if own["has_spikes"]]

    def __getitem__(self, population: "Population | str") -> tuple[Floats, Ids]:
        name = str(getattr(population, "name", population))
        known = self._names()
        if name not in known:
            raise InputError(f"no spikes of `{name}` were recorded; there are those of: {', '.join(known) or 'none'}")
        times, ids = self._recording._core.spikes(name)
        some = self._recording._cells(population)
        if some is None:
            return times, ids
        missing = self._missing(name, some)
        if missing:
            raise InputError(f"the spikes of cell {missing[0]} of `{name}` were not recorded")
        inside = np.isin(ids, np.asarray(some, dtype=np.uint64))
        return times[inside], ids[inside]

    def __contains__(self, population: object) -> bool:
        name = getattr(population, "name", population)
        if name not in self._names():
            return False
        some = self._recording._cells(population)
        return some is None or not self._missing(name, some)

    def _missing(self, name: str, cells: list[int]) -> list[int]:
        """Which of these cells' spikes were not recorded."""
        recorded = self._recording.populations[name]["recorded_cells"]
        return [] if recorded is None else sorted(set(cells).difference(map(int, recorded)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def trains(self) -> Iterator[tuple[str, int, Floats]]:
        """(population, cell, times in ms) of every cell that was recorded, silent ones too."""
        known = self._recording.populations
        for name in self:
            times, ids = self[name]
            order = np.argsort(ids, kind="stable")
            size = known[name]["size"] or (int(ids.max()) + 1 if len(ids) else 0)
            bounds = np.searchsorted(ids[order], np.arange(size + 1, dtype=np.uint64))
            recorded = known[name]["recorded_cells"]
            for cell in range(size) if recorded is None else map(int, recorded):
                yield name, cell, times[order[bounds[cell] : bounds[cell + 1]]]

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: time_ms, node_id, population."""
        pandas = needs("pandas", "pandas")
        parts = [(name, *self[name]) for name in self]
        labels = pandas.Categorical.from_codes(
            np.repeat(np.arange(len(parts)), [len(times) for _, times, _ in parts]), [name for name, _, _ in parts]
        )
        times = [times for _, times, _ in parts] or [np.empty(0)]
        ids = [ids for _, _, ids in parts] or [np.empty(0, dtype=np.uint64)]
        return pandas.DataFrame(
            {"time_ms": np.concatenate(times), "node_id": np.concatenate(ids), "population": labels}
        )

    def to_neo(self) -> list[Any]:
        """A neo.SpikeTrain for each cell."""
        neo, ms = needs("neo", "neo"), needs("quantities", "neo").ms
        until = self._recording.duration_ms
        return [
            neo.SpikeTrain(
                np.array(times) * ms, t_stop=until * ms, name=f"{name}/{cell}", population=name, node_id=cell
            )
            for name, cell, times in self.trains()
        ]

    def __repr__(self) -> str:
        return f"<spikes of {', '.join(self) or 'nothing'}>"


class StateTable:
    """A state variable of some cells over time."""

    def __init__(
        self, recording: "Recording", index: int, told: dict[str, Any], columns: npt.NDArray[Any] | None = None
    ) -> None:
        self._recording, self._index, self._told, self._columns = recording, index, told, columns
        self.population: str = told["population"]
        self.variable: str = told["variable"]
        self.unit: str = told["unit"]
        self.cells: Ids = told["node_ids"] if columns is None else told["node_ids"][columns]
        self.start_ms: float = told["start_ms"]
        self.every_ms: float = told["dt_ms"]
        self.frames: int = told["frames"]

    @property
    def values(self) -> Floats:
        """All values, [frame, cell]."""
        return self[:]

    @property
    def times_ms(self) -> Floats:
        """The time of each frame."""
        return np.asarray(self.start_ms + self.every_ms * np.arange(self.frames))

    def __getitem__(self, frames: slice) -> Floats:
        """Some frames, of which only these are read."""
        first, last, step = frames.indices(self.frames)
        if step < 1:
            raise InputError(f"frames: found a step of {step}, expected at least 1")
        values = np.asarray(self._recording._core.report(self._index, first, max(first, last))[::step])
        return values if self._columns is None else values[:, self._columns]

    def _of(self, cells: list[int]) -> "StateTable":
        """The same of some of its cells."""
        place = {int(cell): column for column, cell in enumerate(self.cells)}
        missing = [cell for cell in cells if cell not in place]
        if missing:
            raise InputError(f"`{self.variable}` of cell {missing[0]} of `{self.population}` was not recorded")
        return StateTable(self._recording, self._index, self._told, np.array([place[cell] for cell in cells]))

    def __len__(self) -> int:
        return self.frames

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: a row a frame, a column a cell."""
        pandas = needs("pandas", "pandas")
        times = pandas.Index(self.times_ms, name="time_ms")
        return pandas.DataFrame(self.values, index=times, columns=pandas.Index(self.cells, name="node_id"))

    @property
    def spelled(self) -> str:
        """The variable with its unit in its name: v_m_mv, concentration_nm.NPY; as it is where there is none."""
        stem, dot, species = self.variable.partition(".")
        return f"{stem}_{self.unit.lower()}{dot}{species}" if self.unit else self.variable

    def to_xarray(self) -> Any:
        """An xarray.DataArray, (time_ms, node_id)."""
        xarray = needs("xarray", "xarray")
        return xarray.DataArray(
            self.values,
            dims=("time_ms", "node_id"),
            coords={"time_ms": ("time_ms", self.times_ms, {"units": "ms"}), "node_id": np.asarray(self.cells)},
            name=self.variable,
            attrs={"units": self.unit, "population": self.population},
        )

    def to_spikeinterface(self) -> Any:
        """A spikeinterface Recording of one segment: a channel a cell, whose property `unit` is that of the values."""
        core = needs("spikeinterface.core", "spikeinterface")
        own = core.NumpyRecording(
            [self.values], 1e3 / self.every_ms, t_starts=[self.start_ms * 1e-3], channel_ids=np.asarray(self.cells)
        )
        own.set_property("unit", np.array([self.unit] * len(self.cells), dtype=str))
        return own

    def __repr__(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        return f"<{self.variable}{unit} of {len(self.cells)} cells of {self.population}, {self.frames} frames>"


class States(Mapping[Any, StateTable]):
    """State variables of a recording: a mapping from (population, variable), where a part of a population may stand; an
    index does as well.
    """

    def __init__(self, recording: "Recording") -> None:
        self._recording = recording
        self._all = [StateTable(recording, index, own) for index, own in enumerate(recording._core.reports())]

    def _keys(self) -> list[Any]:
        keys: list[Any] = []
        for index, own in enumerate(self._all):
            # Files of others may have a variable twice.
            name = (own.population, own.variable)
            keys.append(index if name in keys else name)
        return keys

    def __getitem__(self, which: "int | tuple[Population | str, str]") -> StateTable:
        if isinstance(which, tuple):
            population, variable = getattr(which[0], "name", which[0]), which[1]
            for own in self._all:
                # v_m_mv is v_m in mV, concentration_nm.NPY is concentration.NPY in nM: either spelling.
                if own.population == population and variable in (own.variable, own.spelled):
                    some = self._recording._cells(which[0])
                    return own if some is None else own._of(some)
        elif isinstance(which, (int, np.integer)) and -len(self._all) <= which < len(self._all):
            return self._all[which]
        known = ", ".join(f"({own.population!r}, {own.variable!r})" for own in self._all)
        raise InputError(f"no state {which!r} was recorded; there are: {known or 'none'}")

    def __iter__(self) -> Iterator[Any]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return f"<states: {', '.join(map(repr, self._all)) or 'none'}>"


class FieldTable:
    """Concentrations in space over time, or molecules that were released."""

    def __init__(self, recording: "Recording", index: int, told: dict[str, Any]) -> None:
        self._recording, self._index = recording, index
        #: Measure and species, as in "slice.NPY"; further ones of the same are numbered, as in "slice.NPY.2".
        self.name: str = told["name"]
        #: "field", "slice" or "released".
        self.measure: str = told["measure"]
        #: The peptide; empty for "released".
        self.species: str = told["species"]
        self.unit: str = told["unit"]
        self.every_ms: float = told["every_ms"]
        self.frames: int = told["frames"]
        #: Of a frame: voxels along the axes; of "released": cell types, species.
        self.shape: tuple[int, ...] = tuple(told["shape"])
        #: Axis at right angles to a slice, and its plane, in voxels.
        self.axis: str | None = told["axis"]
        self.plane: int | None = told["plane"]
        self.spacing_um: list[float] | None = told["spacing_um"]
        self.origin_um: list[float] | None = told["origin_um"]
        #: What the axes of "released" are.
        self.all_cell_types: list[str] = told["all_cell_types"]
        self.all_species: list[str] = told["all_species"]

    @property
    def values(self) -> Floats:
        """All frames, [frame, ...]."""
        return self[:]

    @property
    def times_ms(self) -> Floats:
        """The time of each frame."""
        return np.asarray(self.every_ms * np.arange(1, self.frames + 1))

    def __getitem__(self, frames: slice) -> Floats:
        """Some frames, of which only these are read."""
        first, last, step = frames.indices(self.frames)
        if step < 1:
            raise InputError(f"frames: found a step of {step}, expected at least 1")
        flat = self._recording._core.field(self._index, first, max(first, last))
        return np.asarray(flat.reshape(-1, *self.shape)[::step])

    @property
    def axes(self) -> tuple[str, ...]:
        """What the axes of a frame are: x_um, y_um, z_um of voxels, `compartment`, or `cell_type` and `species` of what was released."""
        if self.measure == "released":
            return ("cell_type", "species")
        if self.spacing_um is None:
            return ("compartment",)
        return tuple(f"{axis}_um" for axis in "xyz" if axis != self.axis)

    def centres_um(self, axis: str) -> Floats:
        """Where the centres of the voxels lie along "x", "y" or "z", in um; along the axis of a slice that of its plane."""
        if self.spacing_um is None or self.origin_um is None or self.measure == "released":
            raise InputError(f"`{self.name}` has no voxels")
        if axis not in ("x", "y", "z"):
            raise InputError(f"axis: found {axis!r}, expected one of x, y, z")
        place = "xyz".index(axis)
        if axis == self.axis:
            voxels = np.array([float(self.plane or 0)])
        else:
            voxels = np.arange(self.shape[self.axes.index(f"{axis}_um")], dtype=float)
        return np.asarray(self.origin_um[place] + (voxels + 0.5) * self.spacing_um[place])

    def to_xarray(self) -> Any:
        """An xarray.DataArray, (time_ms, x_um, y_um, z_um) with the centres of voxels; of "released" (time_ms, cell_type, species)."""
        xarray = needs("xarray", "xarray")
        coordinates: dict[str, Any] = {"time_ms": ("time_ms", self.times_ms, {"units": "ms"})}
        told: dict[str, Any] = {"units": self.unit, "measure": self.measure}
        if self.measure == "released":
            coordinates |= {"cell_type": self.all_cell_types, "species": self.all_species}
        else:
            told["species"] = self.species
            for name in self.axes if self.spacing_um is not None else ():
                coordinates[name] = (name, self.centres_um(name[0]), {"units": "um"})
            if self.axis is not None:
                coordinates[f"{self.axis}_um"] = ((), float(self.centres_um(self.axis)[0]), {"units": "um"})
        return xarray.DataArray(self.values, dims=("time_ms", *self.axes), coords=coordinates, name=self.measure, attrs=told)

    def __len__(self) -> int:
        return self.frames

    def __repr__(self) -> str:
        return f"<{self.name} ({self.unit}), {self.frames} frames of {' x '.join(map(str, self.shape))}>"


class Fields(Mapping[Any, FieldTable]):
    """What was recorded of peptides: a mapping from names (an index does as well), as in `fields["slice.NPY"]` and `fields["released"]`.

    Where one species was recorded in several ways, later ones are numbered: `fields["slice.NPY.2"]`.
    """

    def __init__(self, recording: "Recording") -> None:
        self._all = [FieldTable(recording, index, own) for index, own in enumerate(recording._core.fields())]

    def __getitem__(self, which: int | str) -> FieldTable:
        if isinstance(which, (int, np.integer)) and -len(self._all) <= which < len(self._all):
            return self._all[which]
        for own in self._all:
            if own.name == which:
                return own
        known = ", ".join(own.name for own in self._all)
        raise InputError(f"no {which!r} was recorded; there are: {known or 'none'}")

    def __iter__(self) -> Iterator[str]:
        return iter([own.name for own in self._all])

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return f"<fields: {', '.join(map(repr, self._all)) or 'none'}>"


class WeightTable(Mapping[str, dict[str, Any]]):
    """Synapses by projection: sources, targets, weights, delays_ms, and what they belong to.

    Of a network that learned, weights are those of the end (`time_ms`), also where weights were recorded every so often. Where
    the recording of weights was asked for, `initial_weights` has those of the beginning.
    """

    def __init__(self, recording: "Recording") -> None:
        self._recording = recording

    def _all(self) -> dict[str, dict[str, Any]]:
        return {own.pop("name"): own for own in self._recording._core.weights()}

    def __getitem__(self, name: str) -> dict[str, Any]:
        if not isinstance(name, str):
            raise InputError(f"found {name!r}, expected the name of a projection, one of: {', '.join(self) or 'none'}")
        sources, targets, weights, delays_ms, initial = self._recording._core.synapses(name)
        own = {**self._all()[name], "sources": sources, "targets": targets, "weights": weights, "delays_ms": delays_ms}
        return own if initial is None else {**own, "initial_weights": initial}

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"<synapses of {', '.join(self) or 'nothing'}>"
