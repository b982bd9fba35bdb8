"""What a run has recorded, as arrays."""

import json
import os
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _foreign, _xdmf
from ._part import table
from .errors import InputError, StateError, as_notes
from ._command import command
from ._picture import Drawn, Page, Picture
from ._population import Population
from ._numbers import finite, text
from ._run import again, content
from ._tables import Fields, Floats, SpikeTable, States, WeightTable

if TYPE_CHECKING:
    from ._network import Network, PathLike

#: Letters of a description that a title has at most.
_MOST_TITLE = 80


class Recording:
    """A recording, read when it is asked for. Opens the files of neuropil and SONATA files of others."""

    def __init__(self, path: "PathLike", *, _keeper: Any = None, _told: dict[str, Any] | None = None) -> None:
        self._open(os.fspath(path), _keeper, _told)

    def _open(self, path: str, keeper: Any, told: dict[str, Any] | None) -> None:
        self.path = path
        self._is_closed = False
        #: The model that was run, once it is asked for.
        self._ran: dict[str, Any] | None = None
        self._core = _core.Recording(path)
        self._keeper, self._told = keeper, told or {}
        # The file is closed before a temporary place is removed.
        self._finalizer = weakref.finalize(self, _closed, self._core, keeper)

    # Populations

    @property
    def populations(self) -> dict[str, dict[str, Any]]:
        """By name: size, first_id, model, cell_type, sign, positions_um; recorded_cells, where not all spikes were recorded."""
        return {own.pop("name"): own for own in self._core.populations()}

    @property
    def spikes(self) -> "SpikeTable":
        """Spikes of the populations that were recorded."""
        return SpikeTable(self)

    @property
    def states(self) -> "States":
        """State variables that were recorded, in the order of the file; by index or by (population, variable)."""
        return States(self)

    @property
    def weights(self) -> "WeightTable":
        """Synapses of the projections that were recorded, by name."""
        return WeightTable(self)

    @property
    def fields(self) -> "Fields":
        """What was recorded of peptides: concentrations and what was released; by index or by name."""
        return Fields(self)

    @property
    def learning(self) -> dict[str, Floats]:
        """Of a network that learned: y, y_time_ms, loss, loss_time_ms. Empty where none did."""
        if "learning" not in self.names("/neuropil"):
            return {}
        # Groups have accessors of their own, or are read by `dataset`.
        groups = ("weights", "credit", "trials")
        names = [name for name in self.names("/neuropil/learning") if name not in groups]
        return {name: self.dataset(f"/neuropil/learning/{name}") for name in names}

    @property
    def provenance(self) -> dict[str, Any] | None:
        """How the recording came to be: model, seed, version, command, times. None for files of other programs."""
        return self._core.provenance()

    @property
    def network(self) -> "Network":
        """The network that was run; `run`, `check` and `build` take it at the scale of that run."""
        from ._network import Network

        how = self.provenance
        if how is None:
            raise InputError(f"`{self.path}` is a recording of another program, and has no model")
        network = Network.from_json(json.loads(how["model_json"]))
        network._scale = float(how.get("scale", 1.0))
        return network

    @property
    def duration_ms(self) -> float:
        """Simulated or imported time; of files of other programs, which do not tell, that of the last spike."""
        end_ms = self._core.end_ms()
        if end_ms is not None:
            return end_ms
        return max((float(times[-1]) for times, _ in self.spikes.values() if len(times)), default=0.0)

    @property
    def notes(self) -> list[str]:
        """What was said of the input of this run, and remarks on what came of it; each begins with "note: " or "warning: "."""
        return [*self._told.get("notes", []), *as_notes(self._told.get("remarks", []))]

    @property
    def cost(self) -> dict[str, Any]:
        """What the run took: build_s, wall_s, cpu_s, synapses, synaptic_events. Empty for recordings that were opened."""
        wanted = ("build_s", "wall_s", "cpu_s", "synapses", "synaptic_events")
        return {name: self._told[name] for name in wanted if name in self._told}

    def rates_hz(self, from_ms: float | None = None, to_ms: float | None = None) -> dict[str, float]:
        """Mean rate of a cell of each population, in Hz, over the time for which it was observed.

        from_ms: Start of the window in ms; default 0.
        to_ms: Its end in ms; default the end of the recording, beyond which nothing was observed.

        NaN where no cell was observed in the window.
        """
        return _numbers(self.statistics(from_ms, to_ms), "rate_hz")

    def cv_isi(self, from_ms: float | None = None, to_ms: float | None = None) -> dict[str, float]:
        """Coefficient of variation of the inter-spike intervals of each population: the mean over cells with two of them.

        from_ms: Start of the window in ms; default 0.
        to_ms: Its end in ms; default the end of the recording.

        NaN where no cell has two intervals. Intervals over a gap of the observation do not count.
        """
        return _numbers(self.statistics(from_ms, to_ms), "cv_isi")

    def statistics(self, from_ms: float | None = None, to_ms: float | None = None) -> list[dict[str, Any]]:
        """Of each population with spikes: name, cells, spikes, rate_hz, active_fraction, cv_isi, synchrony.

        from_ms: Start of the window in ms; default 0.
        to_ms: Its end in ms; default the end of the recording.

        rate_hz and active_fraction are None where no cell was observed in the window; cv_isi and synchrony where there are
        not spikes enough.

        synchrony is the variance of the number of spikes of the population in bins of 3 ms, over its mean: 1 for independent
        Poisson trains.
        """
        return self._core.statistics(finite("from_ms", from_ms), finite("to_ms", to_ms))

    def names(self, group: str = "/") -> list[str]:
        """What a group of the file holds; docs/hdf5.md has the layout."""
        self._check_open()
        return _core.names(self.path, group)

    def dataset(self, path: str) -> Floats:
        """Any dataset of numbers, by its path in the file."""
        self._check_open()
        values, shape = _core.dataset(self.path, path)
        return values.reshape(shape)

    def _cells(self, population: Any) -> list[int] | None:
        """The cells of a part of a population; None for all of it."""
        if not isinstance(population, Population):
            return None
        self._check_same(population)
        if population._cells is None:
            return None
        if isinstance(population._cells, Mapping):
            # Places of cells are those of the run.
            how = self.provenance
            if how is None:
                raise InputError(f"`{self.path}` is a recording of another program, and has no places of cells")
            part = json.dumps(population.json())
            return _core.cells(how["model_json"], how.get("model_path") or "network", part, float(how.get("scale", 1.0)))
        own = self.populations.get(population.name)
        size = own["size"] if own is not None else None
        if size is not None and population._cells[-1] >= size:
            raise InputError(f"population {population.name}: there is no cell {population._cells[-1]}, of {size} in `{self.path}`")
        return list(population._cells)

    def _check_same(self, population: Population) -> None:
        """Refuses a population of another network whose cells, by number or by place, are not those of the run."""
        from ._network import rebased

        if self._ran is None:
            how = self.provenance
            self._ran = json.loads(how["model_json"]) if how is not None else {}
        known = self._ran.get("populations", {}).get(population.name)
        if known is None:
            return
        own = rebased(population._own, Path(population._network._file).parent)
        places = ("positions",) if isinstance(population._cells, Mapping) else ()
        for what in ("cells", *places):
            if own.get(what) != known.get(what):
                found = f"{own.get(what)} `cells`" if what == "cells" else "other `positions`"
                expected = f"{known.get(what)}" if what == "cells" else "those"
                raise InputError(
                    f"population `{population.name}` belongs to another network: it has {found}, expected {expected} of the "
                    f"run in `{self.path}`, as in recording.network[{population.name!r}]"
                )

    # Pictures

    def plot(
        self,
        *,
        from_ms: float | None = None,
        to_ms: float | None = None,
        peptides: bool = False,
        field_max_nm: float | None = None,
        title: str | None = None,
        width: int = 1200,
        height: int = 900,
    ) -> Picture:
        """The picture that `neuropil plot` draws: raster, rates, states. Notebooks show it; `.save("run.png")` keeps it.

        from_ms: Start of the window in ms; default 0.
        to_ms: Its end in ms; default the end of the recording.
        peptides: Draws the peptides instead: maps of slices, concentrations, occupancies, what was released.
        field_max_nm: The concentration of the last colour of all maps, in nM, so that the frames of a movie have one scale;
            default: the greatest of each map.
        title: What stands at the head of the page; default: the name of the file, or of the network where the file is a
            temporary one.
        width: Of the page, in pixels.
        height: Of the page, in pixels.
        """
        text("title", title)
        if peptides or (self.fields and not self.spikes):
            self._check_open()
            options = {"from_ms": from_ms, "to_ms": to_ms, "field_max_nm": field_max_nm, "width": width, "height": height}
            return Drawn(self.path, {**options, "peptides": True, "title": title or self._title()}, self._keeper)
        if field_max_nm is not None:
            raise InputError("plot: found field_max_nm, which is for the maps of peptides; expected peptides=True beside it")
        return Picture(self._core.picture(from_ms, to_ms, width, height, title or self._title()))

    def view(self) -> Page:
        """A page to explore in a browser or a notebook, as `neuropil view` writes it: spikes zoomed to single ones, rates,
        traces, cells in space, slices of peptides, what was edited. `.save("run.html")` keeps it."""
        self._check_open()
        return Page(self.path, _keeper=self._keeper)

    def _title(self) -> str | None:
        """What a temporary file is called in pictures: as its network."""
        how = self.provenance if self._keeper is not None else None
        if how is None:
            return None
        sentence = str(json.loads(how["model_json"]).get("description", "")).partition(". ")[0]
        name = os.path.basename(how["model_path"])
        return sentence if 0 < len(sentence) <= _MOST_TITLE else f"{name}, seed {how['seed']}"

    # For others

    def to_pandas(self) -> Any:
        """All spikes as a pandas.DataFrame: time_ms, node_id, population."""
        return self.spikes.to_pandas()

    def to_neo(self) -> Any:
        """A neo.Block with a SpikeTrain for each cell, and an AnalogSignal for each state that was recorded."""
        return _foreign.neo_block(self)

    def to_pynapple(self) -> dict[str, Any]:
        """Objects of pynapple by name: "units", a TsGroup with a Ts for each cell, silent ones too, whose metadata are population,
        node_id, cell_type and x_um, y_um, z_um; and a TsdFrame for each state, as "exc/v_m_mv", a column a cell.

        Times are in s, to a nanosecond, as pynapple keeps them. Where cells were observed at different times, the metadata have
        observed_s.
        """
        return _foreign.pynapple_objects(self)

    def to_spikeinterface(self, sampling_frequency_hz: float | None = None) -> Any:
        """A spikeinterface Sorting of one segment with a unit for each cell, silent ones too: "exc/0", with the properties population,
        node_id, cell_type and x_um, y_um, z_um. `states[...].to_spikeinterface()` gives traces.

        sampling_frequency_hz: Samples to which spike times are rounded, in Hz; default: the steps of the run, which are exact. It is
            needed for recordings of other programs.
        """
        return _foreign.spikeinterface_sorting(self, sampling_frequency_hz)

    def to_xarray(self) -> Any:
        """An xarray.DataTree of all that was recorded, read into memory: /populations, /spikes, /states, /fields, /weights, /learning.
        One table alone: `states[...].to_xarray()`, `fields[...].to_xarray()`."""
        return _foreign.xarray_tree(self)

    def to_nwb(self, path: "PathLike", *, session_start_time: Any, force: bool = False, **session: Any) -> None:
        """Writes the spikes as units of an NWB session: a unit for each cell, with its population.

        path: The file.
        force: Replaces it if it exists.
        session_start_time: When the session began, as NWB wants to know: a datetime with a time zone.
        session: Further arguments of pynwb.NWBFile.
        """
        _foreign.write_nwb(self, path, session_start_time, force, session)

    def to_xdmf(self, path: "PathLike", *, force: bool = False) -> list[str]:
        """Writes an XDMF file, with which ParaView and VisIt open concentrations in space over time, and cells as points; tells what
        was written.

        path: The file, such as "run.xdmf". It points into the recording, which therefore is a file and stays where it is. Beside it
            `run.corners.bin` has the corners of the voxels.
        force: Replaces files that exist.
        """
        return _xdmf.write_xdmf(self, path, force)

    def export(self, folder: "PathLike", to: str = "sonata", *, spikes_only: bool = False, force: bool = False) -> str:
        """Writes spikes, reports and the network of the run for others, and tells what was written.

        folder: Where to.
        to: "sonata", a circuit that gives the same spikes here and in NEST; or "csv", tables.
        spikes_only: Leaves reports and the network out.
        force: Replaces files that exist.
        """
        self._check_open()
        if to == "nwb":
            raise InputError("to: found 'nwb', expected 'sonata' or 'csv'; to_nwb(file) writes NWB")
        if to not in ("sonata", "csv"):
            raise InputError(f"to: found {to!r}, expected 'sonata' or 'csv'")
        told: str = command("export", self.path, to=to, output=folder, spikes_only=spikes_only, force=force)
        return told

    def save(self, path: "PathLike", *, force: bool = False) -> "Recording":
        """Copies the recording to a file of this name and returns it.

        path: The file.
        force: Replaces it if it exists.
        """
        self._check_open()
        _core.copy_hdf5(self.path, os.fspath(path), force)
        return Recording(path, _told=self._told)

    # Life

    def _check_open(self) -> None:
        if self._is_closed:
            raise StateError(f"the recording `{self.path}` is closed")

    def close(self) -> None:
        """Closes the file; reading is an error from now on. A temporary file stays as long as this object."""
        self._is_closed = True
        self._core.close()

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            counts = {name: len(times) for name, (times, _) in self.spikes.items()}
        except StateError:
            return f"<recording {self.path}, closed>"
        spikes = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        return (
            f"<recording {self.path}: {self.duration_ms:g} ms; spikes: {spikes or 'none'}; {len(self.states)} states>"
        )

    def _repr_html_(self) -> str:
        rates = self.rates_hz() if self.duration_ms > 0 else {}
        known = self.populations
        rows = [
            [name, known[name]["cell_type"], known[name]["size"], f"{len(self.spikes[name][0]):,}", "-" if rate != rate else f"{rate:.3f}"]
            for name, rate in rates.items()
        ]
        return table(
            ["population", "type", "cells", "spikes", "rate Hz"], rows, f"{self.path}, {self.duration_ms:g} ms"
        )

    def __getstate__(self) -> dict[str, Any]:
        self._check_open()
        return {"path": self.path, "content": content(self.path, self._keeper), "told": self._told}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._open(*again(state["path"], state["content"]), state["told"])

    def __copy__(self) -> "Recording":
        return Recording(self.path, _keeper=self._keeper, _told=self._told)

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Recording":
        return self.__copy__()


def _numbers(statistics: list[dict[str, Any]], name: str) -> dict[str, float]:
    """One of the statistics by population; NaN where there is none."""
    return {own["name"]: float("nan") if own[name] is None else own[name] for own in statistics}


def _closed(core: Any, keeper: Any) -> None:
    core.close()
    del keeper
