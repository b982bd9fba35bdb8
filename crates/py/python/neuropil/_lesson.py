"""What learning rules make of recorded spikes, and the stages of one update of a training task."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._guess import unknown
from ._numbers import text
from ._part import table
from ._command import command, noted
from ._comparison import Comparison
from ._picture import Drawn
from ._population import Population, whole
from ._recording import Recording
from ._run import again, content, temporary
from ._task import Task
from .parts import TaskFile
from .errors import InputError, hear, warn

if TYPE_CHECKING:
    from ._network import Network, PathLike

Floats: TypeAlias = npt.NDArray[np.float64]


#: What `diffuse` takes as the command line does.
_DIFFUSE = (
    *("nodes", "spacing_um", "margin_um", "step_ms", "dt_ms", "duration_ms", "seed"),
    *("record", "record_field", "checkpoint_every_ms", "threads"),
)


class Tables:
    """A file of arrays, by name."""

    def __init__(self, path: "PathLike", *, _keeper: Any = None, _notes: Iterable[str] = ()) -> None:
        self.path, self._keeper = os.fspath(path), _keeper
        #: What was said of the input.
        self.notes: list[str] = list(_notes)
        _core.names(self.path, "/")

    def names(self, group: str = "/") -> list[str]:
        """What a group of the file holds; docs/hdf5.md has the layout."""
        return _core.names(self.path, group)

    def dataset(self, path: str) -> Floats:
        """Any dataset of numbers, by its path in the file."""
        values, shape = _core.dataset(self.path, path)
        return values.reshape(shape)

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.path}: {', '.join(self.names())}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_keeper": content(self.path, self._keeper)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.path, self._keeper = again(self.path, state["_keeper"])


class Lesson(Tables):
    """What learning rules made of recorded spikes: signals, modulators, eligibility, changes of weights."""

    def __init__(
        self,
        path: "PathLike",
        *,
        _keeper: Any = None,
        _notes: Iterable[str] = (),
        _summary: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(path, _keeper=_keeper, _notes=_notes)
        #: loss, spikes, steps, rules: the norm of the change of weights, and its cosine with the exact one if "bptt" is
        #: there. Empty for files that were opened.
        self.summary = dict(_summary or {})

    def plot(self, *, title: str | None = None, width: int = 1200, height: int = 900) -> Drawn:
        """The picture that `neuropil plot` draws, of `width` x `height` pixels.

        title: What stands at the head of the page; default: the name of the file, or the rules where the file is a temporary
            one.
        """
        text("title", title)
        if title is None and self._keeper is not None:
            title = ", ".join(own["rule"] for own in self.summary.get("rules", [])) or None
        return Drawn(self.path, {"title": title, "width": width, "height": height}, self)

    def _repr_html_(self) -> str:
        rows = [
            [own["rule"], f"{own['norm']:.5e}", _shown(own["cosine_with_bptt"])] for own in self.summary.get("rules", [])
        ]
        return table(["rule", "|dW_rec|", "cosine with bptt"], rows, self.path)


class Gradients(Tables):
    """The gradients that learning rules make of trials: /grads/RULE/dW_in, /grads/RULE/dW_rec, and their alignment."""

    def of(self, rule: str) -> dict[str, Floats]:
        """dW_in and dW_rec by a rule; those of the readout, dW_out and db, are the same for all."""
        return {
            **{name: self.dataset(f"/grads/{rule}/{name}") for name in ("dW_in", "dW_rec")},
            **{name: self.dataset(f"/grads/readout/{name}") for name in ("dW_out", "db")},
        }


class Trials(Tables):
    """The trials of one update of a task: what `simulate` makes, and `diffuse` adds modulators to."""

    def diffuse(
        self,
        file: "PathLike | None" = None,
        *,
        kernel: bool = False,
        set: Mapping[str, Any] | None = None,  # noqa: A002
        force: bool = False,
    ) -> "Trials":
        """The same with what the cells emit carried to the cells, by the section `carrier` of the task.

        file: The file to write; without, a temporary one that lasts as long as the trials are held.
        kernel: Carries over distances in unbounded tissue instead.
        set: Changes of the section, as in {"carrier.loss_per_ms": 0.01}.
        force: Replaces the file if it exists.
        """
        path, keeper = _place(file)
        command("trials", "diffuse", self.path, output=path, kernel=kernel, set=set, force=force)
        return Trials(path, _keeper=keeper)

    def learn(self, rules: Iterable[str], file: "PathLike | None" = None, *, force: bool = False) -> Gradients:
        """The gradients of rules; those that are carried, such as "modprop_type+field", take the modulators of `diffuse`.

        rules: Their names.
        file: The file to write; without, a temporary one that lasts as long as the gradients are held.
        force: Replaces the file if it exists.
        """
        path, keeper = _place(file)
        command("trials", "learn", self.path, rules=",".join([rules] if isinstance(rules, str) else rules), output=path, force=force)
        return Gradients(path, _keeper=keeper)


def simulate(
    task: "Task | TaskFile | PathLike | Mapping[str, Any]",
    seed: int = 0,
    *,
    file: "PathLike | None" = None,
    weights: "Comparison | PathLike | None" = None,
    rule: str | None = None,
    force: bool = False,
) -> Trials:
    """Runs the trials of one update of a task.

    task: A task, its file, or what is parsed of one.
    seed: Of weights and trials.
    file: The file to write; without, a temporary one that lasts as long as the trials are held.
    force: Replaces the file if it exists.
    weights, rule: Takes the weights that a run of training has come to; its next batch is run.
    """
    path, keeper = _place(file)
    with Task.of(task).written() as written, _written(weights) as runs:
        command("trials", "simulate", written, seed=seed, output=path, weights=runs, rule=rule, force=force)
    return Trials(path, _keeper=keeper)


def learn(
    recording: "Recording | PathLike",
    rules: Iterable[str] = (),
    *,
    network: "Network | PathLike | None" = None,
    file: "PathLike | None" = None,
    set: Mapping[str, Any] | None = None,  # noqa: A002
    population: "Population | str | None" = None,
    from_population: str | None = None,
    units: str | Iterable[int] | None = None,
    cells: str | None = None,
    from_s: float | None = None,
    to_s: float | None = None,
    target_from_s: float | None = None,
    readout: "PathLike | None" = None,
    error: "PathLike | None" = None,
    force: bool = False,
) -> Lesson:
    """Holds the cells of a network to recorded spikes, and computes what learning rules make of them.

    recording: Of neuropil, NWB, SONATA or text.
    rules: Names; that of the network's section `learning` if there are none.
    network: Who learns; that of the recording if it is left out.
    file: The file of the lesson (HDF5); without, a temporary one that lasts as long as the lesson is held.
    set: Changes of the model, as in {"learning.mu.value.Pyr": 0.01}.
    population: The population that is held; default: all that the recording has.
    from_population: Its name in the recording; default: the same, or the only one.
    units: Which recorded units: ids, or an expression over columns; default: all.
    cells: Which cell plays which unit: "by_id" or "in_order".
    from_s: Start of the window in s of the recording; default 0.
    to_s: Its end; default: as long as the model runs.
    target_from_s: Where the numbers of the target begin, in s of the recording, whose clock targets are on; default 0.
    readout: What was recorded of the readout, in place of what the cells come to: FILE or FILE:DATASET (HDF5).
    error: dE/dy that something else found, in place of that of the target: FILE or FILE:DATASET (HDF5).
    force: Replaces the file if it exists.
    """
    for name, place in (("readout", readout), ("error", error)):
        if place is not None and not isinstance(place, (str, os.PathLike)):
            found = f"a {type(place).__name__}"
            raise InputError(f"{name}: found {found}, expected FILE or FILE:DATASET of HDF5 with [step, readout], as h5py writes it")
    path, keeper = _place(file)
    chosen = ",".join(str(own) for own in units) if units is not None and not isinstance(units, str) else units
    with _written(network) as model:
        summary, notes = noted(
            "learn",
            recording,
            output=path,
            rules=",".join([rules] if isinstance(rules, str) else rules) or None,
            network=model,
            set=set,
            population=whole(population, "learn"),
            from_population=from_population,
            units=chosen,
            cells=cells,
            from_s=from_s,
            to_s=to_s,
            target_from_s=target_from_s,
            readout=readout,
            error=error,
            force=force,
            json=True,
        )
    hear(notes)
    return Lesson(path, _keeper=keeper, _notes=notes, _summary=summary)


def diffuse(
    recording: "Recording | PathLike",
    peptides: "PathLike | None" = None,
    *,
    file: "PathLike | None" = None,
    cell_types: Mapping[str, str] | None = None,
    set: Mapping[str, Any] | None = None,  # noqa: A002
    force: bool = False,
    **options: Any,
) -> Recording:
    """The field of the peptides that recorded spikes release: a recording, SONATA, NWB or text.

    recording: The recorded spikes.
    peptides: The file of peptides; that of the recording's own network if it is left out.
    file: The file of the field (HDF5); without, a temporary one that lasts as long as the recording is held.
    cell_types: By population, where the recording's are others.
    set: Changes of the file of peptides, by paths.
    force: Replaces the file if it exists.
    options: nodes, spacing_um, margin_um, step_ms, dt_ms, duration_ms, seed, record, record_field, checkpoint_every_ms,
        threads, as of the command line.

    What is said of the input, and of what came of it, is in `.notes` of the recording; what is a warning there is one of Python too.
    """
    for name in options:
        if name not in _DIFFUSE:
            raise unknown("diffuse", name, ("file", "cell_types", "set", "force", *_DIFFUSE))
    path, keeper = _place(file)
    told, notes = noted(
        "diffuse",
        recording,
        model=peptides,
        output=path,
        cell_type=cell_types,
        set=set,
        force=force,
        quiet=True,
        json=True,
        **options,
    )
    hear([*notes, *told["notes"]])
    warn(told["warnings"])
    return Recording(path, _keeper=keeper, _told={**told, "remarks": told["warnings"], "notes": [*notes, *told["notes"]]})


def _place(file: "PathLike | None") -> tuple[str, Any]:
    return (os.fspath(file), None) if file is not None else temporary()


def _shown(cosine: float | None) -> str:
    return "" if cosine is None else f"{cosine:.4f}"


@contextmanager
def _written(own: "Network | Comparison | PathLike | None") -> Iterator[str | None]:
    """A network or runs of training as a file, for as long as it is read."""
    if own is None or isinstance(own, (str, os.PathLike)):
        yield None if own is None else os.fspath(own)
        return
    path, keeper = temporary()
    if isinstance(own, Comparison):
        own._core.save(path)
    else:
        path = str(Path(path).with_suffix(".json"))
        own.to_json(path)
    yield path
    del keeper
