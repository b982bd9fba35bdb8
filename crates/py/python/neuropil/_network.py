"""Networks: what a model file says, made with Python."""

import copy
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, get_args

import numpy as np

from . import _core, _nir
from ._guess import unknown
from ._numbers import finite, whole
from ._part import Fixed, Part, parsed, part, placed, plain, plain_of, table
from ._paths import assign
from .errors import InputError, hear
from .parts import (
    Connector,
    Input,
    Intervention,
    Learning,
    Model,
    NetworkTask,
    PerSynapse,
    Plastic,
    Positions,
    SpikeTrain,
    SynapseModel,
)
from ._population import (
    Field,
    Population,
    Populations,
    Recorded,
    Released,
    Spikes,
    State,
    Weights,
    held,
    named,
    one,
)
from ._progress import shown
from ._ranks import begin
from ._recording import Recording
from ._run import finished, temporary, this_command, write
from ._simulation import Simulation

PathLike: TypeAlias = str | os.PathLike[str]
Progress: TypeAlias = bool | Callable[[float, float, float], object]

_SIGNS: dict[Any, str] = {1: "excitatory", -1: "inhibitory", 0: "mixed"}
#: What configurations of SONATA circuits have.
_CIRCUIT = ("network", "networks", "manifest", "run")
def _fields(section: str, taken: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the fields of a section of model files, but those that an argument is called after."""
    known = json.loads(_core.schema())["$defs"][section]["properties"]
    return tuple(name for name in known if name not in ("$schema", "description", *taken))


#: What else `peptides` takes.
_PEPTIDES = _fields("peptides_of_network", ("file",))
#: Fields of a model file that are paths.
_PATHS = ("file", "drive")
_WEIGHTS = ("weight", "weight_pa", "weight_mv", "weight_ns")
#: What `replay` takes beside a weight.
_REPLAY = (
    *("population", "units", "cells", "from_population", "from_s", "to_s"),
    *("to", "connector", "delay_ms", "receptor"),
)


class Network(Fixed):
    """A network of populations, connected, driven and recorded: a model file in Python.

    dt_ms: Time step.
    seed: Of all random numbers; the same seed gives the same spikes, for any number of threads.
    precision: "double" (the default) or "single".
    description: What it is, in words; default: none.
    """

    _free = ("recording",)
    #: The last recording of this network; None lets it go.
    recording: Recording | None

    def __init__(
        self, *, dt_ms: float = 0.1, seed: int = 1, precision: str | None = None, description: str | None = None
    ) -> None:
        finite("dt_ms", dt_ms)
        whole("seed", seed, 0)
        simulation = {"dt_ms": dt_ms, "seed": seed, "precision": precision}
        self._model: dict[str, Any] = {"description": description} if description else {}
        self._model["simulation"] = {name: plain_of(name, value) for name, value in simulation.items() if value is not None}
        self._model["populations"] = {}
        self._file = "network"
        # The text of the file that it was read from.
        self._text: str | None = None
        #: Size relative to the model where a call does not say it: that of the run whose network this is.
        self._scale = 1.0
        self.recording = None

    def _instead_of(self, name: str, value: Any) -> str:
        place = f"simulation.{name}" if name in ("dt_ms", "seed", "precision", "duration_ms") else name
        return f"set({place!r}, {value!r}) sets a value of the model"

    # Files

    @classmethod
    def from_json(cls, source: PathLike | Mapping[str, Any]) -> "Network":
        """The network of a source: a model file, its text, or what is parsed of it; or the configuration of a SONATA circuit."""
        if isinstance(source, Mapping):
            return cls._of(plain(source), "network")
        text = os.fspath(source)
        if text.lstrip().startswith("{"):
            return cls._of(_parsed(text, "network"), "network")
        try:
            content = Path(text).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(f"cannot read `{text}`: {fault}") from None
        own = cls._of(_parsed(content, text), text)
        own._text = content
        return own

    @classmethod
    def from_nir(
        cls,
        graph: Any,
        inputs: Mapping[str, Model | Mapping[str, Any]],
        *,
        dt_ms: float,
        seed: int = 1,
        precision: str | None = None,
    ) -> "Network":
        """The network of a graph in NIR: a population for each node of cells (LIF, LI, CubaLIF, CubaLI) and each Input, under its name.

        graph: A nir.NIRGraph, or the name of its file.
        inputs: By the name of each Input its source of spikes, such as PoissonSource(20) or SpikeTrain(...).
        dt_ms: The step in ms of the program that wrote the graph: a spike is a pulse of height 1 that lasts one step.
        seed: Of every draw.
        precision: "double" (the default) or "single".

        A unit of potential is 1 mV. Every connection takes one step. What cannot be said here is refused, with the name of its node.
        """
        _nir.check_arguments(dt_ms, inputs)
        network = cls(dt_ms=dt_ms, seed=seed, precision=precision)
        _nir.built(network, graph, inputs)
        return network

    @classmethod
    def _of(cls, model: dict[str, Any], file: str) -> "Network":
        network = cls()
        network._model, network._file = model, file
        if not network._is_circuit():
            model.setdefault("populations", {})
        return network

    def _is_circuit(self) -> bool:
        return "populations" not in self._model and any(own in self._model for own in _CIRCUIT)

    def _check_model(self) -> None:
        if self._is_circuit():
            raise InputError(f"`{self._file}` is a SONATA circuit: its configuration says what it is and what is recorded")

    def to_dict(self) -> dict[str, Any]:
        """The model, as a model file has it."""
        return copy.deepcopy(self._model)

    def to_json(self, path: PathLike | None = None, *, force: bool = False) -> str:
        """The model as JSON, which the command line runs; also written to a file, if one is named.

        path: The file to write; default: none.
        force: Replaces it if it exists.

        Paths in a model file are relative to it: in a file in another folder they are made absolute.
        """
        model = self._model
        if path is not None and Path(os.fspath(path)).parent.resolve() != Path(self._file).parent.resolve():
            model = rebased(model, Path(self._file).parent)
        text = json.dumps(model, indent=2, ensure_ascii=False) + "\n"
        if path is not None:
            write(path, text.encode(), force)
        return text

    # What a network is made of

    def population(
        self,
        name: str,
        cells: int,
        model: Model | Mapping[str, Any],
        *,
        cell_type: str | None = None,
        sign: str | int | None = None,
        positions: Positions | None = None,
        mean_rate_hz: float | None = None,
    ) -> Population:
        """Adds a population.

        name: Its name, in recordings too.
        cells: Number of cells.
        model: What they are, such as LifExp(tau_m_ms=20) or PoissonSource(8).
        cell_type: Biological type, such as Pyr, Pvalb, Sst, Vip; decides about peptides. Default: none.
        sign: 1 (excitatory), -1 (inhibitory), or 0 (both, the default): Dale's law.
        positions: Where they lie, such as Box([400, 400, 200]); default: nowhere.
        mean_rate_hz: Mean rate in Hz at full scale; for `scale` only.
        """
        self._check_model()
        if name in self._model["populations"]:
            raise InputError(f"there is a population `{name}` already")
        if isinstance(sign, (int, np.integer)):
            if sign not in _SIGNS:
                raise InputError(f"population {name}: sign: found {sign}, expected 1, -1 or 0")
            sign = _SIGNS[sign]
        given = {"cell_type": cell_type, "sign": sign, "positions": positions, "mean_rate_hz": mean_rate_hz}
        own = {"cells": plain_of("cells", cells), **part("model", model, Model)}
        own.update({field: plain_of(field, value) for field, value in given.items() if value is not None})
        self._model["populations"][str(name)] = own
        return Population(self, str(name))

    @property
    def populations(self) -> dict[str, Population]:
        """All populations, by name."""
        skipped = ("description", "$schema")
        return {name: Population(self, name) for name in self._model.get("populations", {}) if name not in skipped}

    def __getitem__(self, name: str) -> Population:
        known = self.populations
        if name not in known:
            raise InputError(f"there is no population `{name}`; there are: {', '.join(known) or 'none'}")
        return known[name]

    def of_type(self, cell_type: str) -> list[Population]:
        """The populations of a cell type, which stand wherever populations may stand: `net.of_type("Sst")`.

        cell_type: As `population` was given it.
        """
        found = [own for own in self.populations.values() if own._own.get("cell_type") == cell_type]
        if not found:
            known = {own._own["cell_type"] for own in self.populations.values() if "cell_type" in own._own}
            raise InputError(f"no population has the cell_type `{cell_type}`; there are: {', '.join(sorted(known)) or 'none'}")
        return found

    def _mine(self, value: Any, door: str) -> Any:
        """The value, if no population of another network stands in it."""
        if isinstance(value, Population):
            if value._network is not self:
                raise InputError(
                    f"{door}: population `{value.name}` belongs to another network; expected one of this network, "
                    f"as in network[{value.name!r}]"
                )
        elif isinstance(value, Part):
            self._mine(value._fields, door)
        elif isinstance(value, Mapping):
            for own in value.values():
                self._mine(own, door)
        elif isinstance(value, (list, tuple)):
            for own in value:
                self._mine(own, door)
        return value

    def connect(
        self,
        source: Populations,
        target: Populations,
        connector: Connector,
        *,
        delay_ms: PerSynapse | None = None,
        name: str | None = None,
        receptor: str | list[str] | None = None,
        synapse: SynapseModel | Mapping[str, Any] | None = None,
        plastic: Plastic | Mapping[str, Any] | None = None,
        **weight: PerSynapse,
    ) -> None:
        """Adds a projection.

        source: Population, or part of one, or list of them, that sends.
        target: Population, or part of one, or list of them, that receives.
        connector: Which cells are connected, such as FixedProbability(0.1).
        delay_ms: Time from a spike to its arrival, ms, at least a step: a number, a distribution, a profile of the distance.
        name: Name in recordings; default: made of the populations, as in "exc->inh".
        receptor: Name of the receptor that it reaches; default: the sign of each weight chooses.
        synapse: Model of the synapses, such as ShortTerm(u=0.5) or Synapse("rules/stdp.nestml"); default: static ones.
        plastic: Lets `learning` change the weights while the network runs; default: they stay.
        weight: Of each synapse, as delay_ms, in the unit that the target's model takes: weight_pa (cells with synaptic
            currents), weight_ns (with conductances), weight_mv (membranes that jump), or weight (cells without units).
        """
        known = ("delay_ms", "receptor", "name", "synapse", "plastic", *_WEIGHTS)
        for spelled in weight:
            if spelled not in _WEIGHTS:
                raise unknown("connect", spelled, known)
        given = {"delay_ms": delay_ms, "receptor": receptor, "synapse": synapse, "plastic": plastic, "name": name}
        given.update(weight)
        first, second = (named(self._mine(held(end), "connect")) for end in (source, target))
        own = {"from": first, "to": second, **part("connector", connector, Connector)}
        own.update({field: plain_of(field, value) for field, value in given.items() if value is not None})
        self._model.setdefault("projections", []).append(own)

    def input(self, given: Input, to: Populations, *, name: str | None = None) -> None:
        """Adds an input: Poisson trains, a step, a sine, a noise current.

        given: What, such as PoissonInput(8, weight_pa=130).
        to: Population, or part of one, or list of them, that receives.
        name: By which interventions speak of it.
        """
        own = {**part("input", given, Input), "to": named(self._mine(held(to), "input"))}
        if name is not None:
            own["name"] = plain_of("name", name)
        self._model.setdefault("inputs", []).append(own)

    def intervene(self, *edits: Intervention) -> None:
        """Adds edits of the network while it runs, each with its time: Silence(exc[:100], at_ms=500, until_ms=700)."""
        for own in edits:
            given = part("intervene", self._mine(own, "intervene"), Intervention)
            if "at_ms" not in given:
                raise InputError(f"intervene: {own!r} has no time, expected at_ms")
            self._model.setdefault("interventions", []).append(given)

    def replay(
        self,
        file: PathLike,
        population: Population | str | None = None,
        *,
        units: str | Sequence[int] | None = None,
        cells: str | Sequence[int] | None = None,
        from_population: str | None = None,
        from_s: float | None = None,
        to_s: float | None = None,
        to: Populations | None = None,
        connector: Connector | None = None,
        delay_ms: PerSynapse | None = None,
        receptor: str | list[str] | None = None,
        **weight: PerSynapse,
    ) -> Population:
        """Lets a population send recorded spikes: of an NWB session, a SONATA file, a recording or text.

        file: An NWB session, a SONATA file, a recording, or a table.
        population: Who sends them, a population or a part of one, whose other cells run free; without, a new one with a
            cell for each unit.
        units: Ids, or an expression over the file's columns, such as "quality == 'good'"; default: all.
        cells: Which cell plays which unit: "by_id" (the cell of its number), "in_order" (the first cell the first unit), or
            the unit of each cell; default: "in_order" of NWB sessions and of new populations, else "by_id".
        from_population: Population of the file; default: the one of the same name, or the only one.
        from_s: Start of the window in s of the file, which becomes time 0; default 0.
        to_s: Its end in s of the file; default: that of the file.
        to: Population, or part of one, or list of them, that it is connected to at once, as by `connect`; default: none.
        connector: Which cells are connected, if `to` is given.
        delay_ms: Time from a spike to its arrival, ms.
        receptor: Name of the receptor that it reaches, as of `connect`.
        weight: weight_pa, weight_ns, weight_mv or weight, as of `connect`.
        """
        for spelled in weight:
            if spelled not in _WEIGHTS:
                raise unknown("replay", spelled, (*_REPLAY, *_WEIGHTS))
        wiring = {"connector": connector, "delay_ms": delay_ms, "receptor": receptor, **weight}
        lonely = [name for name, value in wiring.items() if value is not None]
        if to is None and lonely:
            raise InputError(f"replay: found `{lonely[0]}` without `to`, the population that the cells are connected to")
        to = None if to is None else held(to)
        self._mine([population, to], "replay")
        if population is not None:
            one(population, "replay")
        finite("replay: from_s", from_s)
        finite("replay: to_s", to_s)
        if to is not None and connector is None:
            raise InputError("replay: `to` needs a `connector`, as in connector=FixedInDegree(80)")
        with self._whole():
            if population is None:
                chosen = ",".join(str(own) for own in units) if units is not None and not isinstance(units, str) else units
                ids = _core.spike_trains(os.fspath(file), chosen, from_population, from_s, to_s)["unit_ids"]
                size = len(ids) if cells is None or isinstance(cells, str) else len(cells)
                if cells is None and not np.array_equal(ids, np.arange(size)):
                    cells = "in_order"
                stem = name = Path(os.fspath(file)).stem
                number = 2
                while name in self._model["populations"]:
                    name, number = f"{stem}_{number}", number + 1
                silent = SpikeTrain({"times_ms": [], "cells": []})
                population = self.population(name, size, silent)
            own = {
                "population": one(population, "replay"),
                "file": str(Path(os.fspath(file)).absolute()),
                "units": units,
                "cells": cells,
                "from_population": from_population,
                "from_s": from_s,
                "to_s": to_s,
            }
            replayed = {field: plain_of(field, value) for field, value in own.items() if value is not None}
            self._model.setdefault("replay", []).append(replayed)
            sender = population if isinstance(population, Population) else self[population]
            if to is not None and connector is not None:
                self.connect(sender, to, connector, delay_ms=delay_ms, receptor=receptor, **weight)
            return sender

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What is refused halfway leaves the network as it was."""
        kept = {name: copy.copy(own) for name, own in self._model.items()}
        try:
            yield
        except BaseException:
            self._model.clear()
            self._model.update(kept)
            raise

    def peptides(self, file: PathLike, **fields: Any) -> None:
        """Lets spikes release peptides that diffuse between cells and act on them, as a peptide file says. A network has one
        such section: `set("peptides", {"file": file})` replaces it, `set("peptides.listening", False)` changes a field.

        file: The peptide file.
        fields: Of the section `peptides` of a model file (docs/models.md): PEPTIDE_FIELDS.
        """
        for name in fields:
            if name not in _PEPTIDES:
                raise unknown("peptides", name, _PEPTIDES)
        path = str(Path(os.fspath(file)).absolute())
        self._mine(fields, "peptides")
        self._has_none("peptides")
        self._model["peptides"] = {"file": path, **{name: plain_of(name, value) for name, value in fields.items()}}

    def learning(self, how: Learning | Mapping[str, Any]) -> None:
        """Says how the projections that are `plastic` learn while the network runs (docs/models.md). A network has one such
        section: `set("learning", how)` replaces it.

        how: Such as Learning("eprop", apply_every_ms=100, readout=Readout(exc, 1), target=TimeSeries(10, values=[0, 1])).
        """
        self._mine(how, "learning")
        self._has_none("learning")
        self._model["learning"] = part("learning", how, Learning)

    def task(self, task: NetworkTask | Mapping[str, Any]) -> None:
        """Lets the network meet the trials of a task while it runs: its cells of model TaskSource send what goes in
        (docs/models.md). A network has one task: `set("task", task)` replaces it.

        task: Such as DelayedMatch(50, 150, 700, 20, 40, 10).
        """
        self._has_none("task")
        self._model["task"] = part("task", task, NetworkTask)

    def _has_none(self, section: str) -> None:
        """Refuses a section that is there, which would be lost."""
        if section in self._model:
            raise InputError(f'{section}: the network has such a section already; set("{section}", ...) replaces it')

    def set(self, path: str, value: Any) -> None:
        """Sets a value in place, by its path, as `--set` of the command line: `set("populations.exc.tau_m_ms", 15)`.

        path: Names with dots between; items of lists by their number, or their `name`.
        value: A number, text, a list, an array or a part.
        """
        self._mine(value, "set")
        try:
            value = plain(value)
        except InputError as fault:
            raise InputError(f"set: {path}: {fault}") from None
        assign(self._model, path, value, "network")

    def changed(self, path: str, value: Any) -> "Network":
        """A copy with another value at a path, as `set` would set it: `net.changed("simulation.seed", 8)`."""
        own = copy.copy(self)
        # A population of this network means the same of the copy.
        own.set(path, plain_of(path, self._mine(value, "changed")))
        return own

    # What can be done with it

    def check(
        self,
        duration_ms: float | None = None,
        *,
        record: Recorded | Iterable[Recorded] = (),
        scale: float | None = None,
    ) -> dict[str, Any]:
        """Refuses all that `run` would refuse before its first step; tells cells, synapses, bytes of memory, notes. Those that
        are warnings are warnings of Python too.

        duration_ms: Simulated time; that of the model if it is left out.
        record: What would be recorded besides what the model says.
        scale: Size relative to the model; default: 1, or that of the recording whose network this is.

        Synapses of networks that are too large for a check, or for the memory, are not drawn: a note says so, `synapses` is
        then the number to expect, and `synapses_are_expected` is True.
        """
        model = json.dumps(self._to_run(duration_ms, record), indent=2)
        duration = None if duration_ms is None else float(duration_ms)
        with placed(self._file, self._original(duration)):
            told = _core.check(model, self._file, self._at(scale), duration)
        del told["json"]
        hear(told["notes"])
        return told

    def run(
        self,
        duration_ms: float | None = None,
        *,
        record: Recorded | Iterable[Recorded] = (),
        file: PathLike | None = None,
        force: bool = False,
        progress: Progress = False,
        threads: int | None = None,
        scale: float | None = None,
        checkpoint_every_ms: float | None = None,
    ) -> Recording:
        """Runs the network from its beginning and returns what was recorded.

        duration_ms: Simulated time; that of the model if it is left out.
        record: What is recorded besides what the model says.
        file: The recording (HDF5); without, a temporary file that lasts as long as the recording is held.
        force: Replaces the file if it exists.
        progress: True shows a bar; or a function of (reached_ms, until_ms, wall_s).
        threads: One a core if it is left out; the results do not depend on it.
        scale: Size relative to the model, which keeps mean and variance of each cell's input; default: 1, or that of
            the recording whose network this is.
        checkpoint_every_ms: Simulated time between checkpoints, from which `resume` goes on.

        Ctrl-C ends the run after the last step; the recording is kept, in `file` and as `network.recording`.
        """
        model = self._to_run(duration_ms, record)
        whole("threads", threads, 1)
        output, keeper = (os.fspath(file), None) if file is not None else temporary()
        duration = None if duration_ms is None else float(duration_ms)
        begin()
        with placed(self._file, self._original(duration)):
            told = _core.run(
                json.dumps(model, indent=2),
                self._file,
                output,
                is_shared=keeper is not None,
                force=force,
                duration_ms=duration,
                scale=self._at(scale),
                threads=whole("threads", threads, 1),
                checkpoint_every_ms=finite("checkpoint_every_ms", checkpoint_every_ms),
                command=this_command(),
                progress=shown(progress),
                hears=hear,
            )
        recording = Recording(told["output"], _keeper=keeper, _told=told)
        self.recording = recording
        return finished(recording, told)

    def build(self, *, threads: int | None = None, scale: float | None = None) -> Simulation:
        """Builds the network in memory, to be advanced step by step.

        threads: One a core if it is left out; the results do not depend on it.
        scale: Size relative to the model; default: 1, or that of the recording whose network this is.
        """
        how: dict[str, Any] = {"threads": threads, "scale": self._at(scale), "_network": self}
        try:
            # Millions of synapses are written several times faster without lines.
            return Simulation(json.dumps(self._model), self._file, **how)
        except InputError:
            # The text with lines tells the place; its warnings have been heard.
            return Simulation(self.to_json(), self._file, **how, _hears=lambda notes: None)

    def _original(self, duration_ms: float | None) -> Callable[[], Any] | None:
        """Looks at the file that it was read from, as it was."""
        text = self._text
        return None if text is None else lambda: _core.check(text, self._file, self._scale, duration_ms)

    def _at(self, scale: float | None) -> float:
        return float(self._scale if scale is None else scale)

    def _to_run(self, duration_ms: float | None, record: Recorded | Iterable[Recorded]) -> dict[str, Any]:
        model = self.to_dict()
        finite("duration_ms", duration_ms)
        if self._is_circuit():
            if record:
                self._check_model()
            return model
        if duration_ms is not None:
            model.setdefault("simulation", {})["duration_ms"] = plain_of("duration_ms", duration_ms)
        began: set[str] = set()
        for own in _wanted(record):
            self._mine(own, "record")
            section = model.setdefault("record", {})
            if isinstance(own, State):
                section.setdefault("states", []).append(own.json())
            elif isinstance(own, Spikes):
                _also(section, "spikes", own.json().get("populations", True), began)
            elif isinstance(own, Weights):
                given = own.json()
                _also(section, "weights", given.get("projections", True), began)
                if "every_ms" in given:
                    if "weights_every_ms" in began:
                        raise InputError("record: found Weights(every_ms=...) twice, expected it once")
                    section["weights_every_ms"] = given["every_ms"]
                    began.add("weights_every_ms")
            elif isinstance(own, Field):
                section.setdefault("field", []).append(own.json())
            elif isinstance(own, Released):
                if "released_every_ms" in began:
                    raise InputError("record: found Released twice, expected it once")
                section["released_every_ms"] = own.json()["every_ms"]
                began.add("released_every_ms")
        return model

    # What it looks like

    def __repr__(self) -> str:
        if self._is_circuit():
            return f"<circuit of SONATA: {Path(self._file).name}>"
        populations = self.populations.values()
        cells = sum(own.size for own in populations)
        lists = [len(self._model.get(name, [])) for name in ("projections", "inputs")]
        return f"<network: {len(populations)} populations, {cells:,} cells, {lists[0]} projections, {lists[1]} inputs>"

    def _repr_html_(self) -> str:
        rows = [
            [own.name, f"{own.size:,}", own._own["model"], own._own.get("cell_type", ""), own._own.get("sign", "mixed")]
            for own in self.populations.values()
        ]
        return table(["population", "cells", "model", "type", "sign"], rows, repr(self).strip("<>"))

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self._model, "file": self._file, "scale": self._scale, "text": self._text}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._model, self._file, self._scale = state["model"], state["file"], state["scale"]
        self._text = state["text"]
        self.recording = None

    def __copy__(self) -> "Network":
        own = self._of(self.to_dict(), self._file)
        own._scale, own._text = self._scale, self._text
        return own

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Network":
        return self.__copy__()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self._model == other._model

    __hash__ = None  # type: ignore[assignment]


def _wanted(record: Any) -> list[Any]:
    """What is to be recorded, as a list."""
    all_of_them = [record] if isinstance(record, get_args(Recorded)) else record
    if isinstance(record, (str, type, Population)) or not isinstance(record, Iterable):
        all_of_them = [record]
    for own in (listed := list(all_of_them)):
        if isinstance(own, get_args(Recorded)):
            continue
        kinds = ", ".join(kind.__name__ for kind in get_args(Recorded))
        if isinstance(own, type):
            raise InputError(f"record: found the class {own.__name__}, expected an object of {kinds}, as in Spikes(exc)")
        found = f"population `{own.name}`" if isinstance(own, Population) else f"a {type(own).__name__}"
        raise InputError(f"record: found {found}, expected one of {kinds}, as in Spikes(exc) or State(exc, 'v_m_mv')")
    return listed


def _also(section: dict[str, Any], name: str, wanted: Any, began: set[str]) -> None:
    """Adds to a list of names what is asked for once more; True is all of them."""
    known = section.get(name) if name in began else None
    began.add(name)
    if known is True or wanted is True:
        section[name] = True
    else:
        section[name] = [*(known or []), *(own for own in wanted if own not in (known or []))]


# Help of the fields that a section has beyond its arguments.
Network.peptides.__doc__ = (Network.peptides.__doc__ or "").replace("PEPTIDE_FIELDS", ", ".join(_PEPTIDES))


def rebased(model: Any, folder: Path) -> Any:
    """A model in which paths relative to a folder are absolute."""
    if isinstance(model, dict):
        return {
            name: str((folder / own).absolute()) if name in _PATHS and isinstance(own, str) else rebased(own, folder)
            for name, own in model.items()
        }
    return [rebased(own, folder) for own in model] if isinstance(model, list) else model


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        model = parsed(text)
    except ValueError:
        # The simulator tells the place.
        _core.check(text, file)
        raise
    if not isinstance(model, dict):
        raise InputError(f"`{file}`: found a {type(model).__name__}, expected an object")
    return model
