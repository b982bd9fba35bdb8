"""Tasks: files of them, and those of one's own data."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._cell import Cell
from ._part import Fixed, Part, parsed, part, plain_of
from ._paths import assign
from .errors import InputError, warn
from ._run import check_output, temporary, write
from .parts import (
    InitialWeights,
    Loss,
    PseudoDerivative,
    TaskCarrier,
    TaskCells,
    TaskFile,
    TaskReadout,
    TrainingPlan,
    TrainingRecord,
)

if TYPE_CHECKING:
    from ._network import PathLike

#: What a task of one's own data has where nothing else is said: the cells of models/tasks/mini_evidence.json.
_DEFAULTS: dict[str, Any] = {
    "format": "neuropil-task/1",
    "dt_ms": 1,
    "cells": {
        "model": "alif",
        "count": 50,
        "inhibitory": 10,
        "adaptive": "even",
        "tau_m_ms": 20,
        "tau_a_ms": 500,
        "v_th": 0.03,
        "beta": 1.8,
        "t_ref_ms": 3,
        "input_scaling": "one_minus_alpha",
        "adaptation_scaling": "one_minus_rho",
    },
    "input_weights": {"kind": "normal_by_inputs"},
    "recurrent_weights": {"kind": "balanced_by_factor", "probability": 0.2},
    "readout_weights": {"kind": "normal_by_inputs"},
    "readout": {"tau_ms": 20, "scaling": "one_minus_kappa"},
    "loss": {},
    "training": {
        "updates": 100,
        "batch": 32,
        "evaluate_every": 10,
        "optimiser": "adam",
        "learning_rate": 0.005,
        "signs": "clamp",
        "mu": {"kind": "adaptive", "rate": 0.1, "takes_batch": "after_use", "cap": 0.8},
    },
}
#: Fields of the section `task` that are paths.
_PATHS = ("file", "images", "labels", "held_out_images", "held_out_labels")
#: Fields of the section `training`.
_TRAINING = ("updates", "batch", "evaluate_every", "optimiser", "learning_rate", "signs", "mu", "feedback")
#: Mean rate at which the cells of a task of one's own data begin, Hz.
_RATE_HZ = 20.0
#: Gains of the input weights that are tried: powers of two about 1.
_GAINS = (-12, 20)
#: Seed of the network with which they are tried.
_SEED = 0


class Task(Fixed):
    """A task file: what goes into a network, what it should say, and how it learns that (docs/training.md).

    task: What a task file says: a `TaskFile(...)`, or a mapping.
    file: Its name, for messages.
    folder: Where relative paths of its data begin.
    """

    def __init__(
        self, task: TaskFile | Mapping[str, Any], *, file: str = "task", folder: str = "", _data: bytes | None = None
    ) -> None:
        self._task: dict[str, Any] = json.loads(json.dumps(part("task", task, TaskFile)))
        # Trials of one's own, as the HDF5 file that the simulator reads.
        self._file, self._folder, self._data = file, folder, _data
        # The text of the file that it was read from.
        self._text: str | None = None

    def _instead_of(self, name: str, value: Any) -> str:
        section = "training." if name not in self._task and name in _TRAINING else ""
        return f"set({section + name!r}, {value!r}) sets a value, changed(...) makes a copy with it"

    @classmethod
    def from_json(cls, path: "PathLike") -> "Task":
        """The task of a file."""
        file = os.fspath(path)
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(f"cannot read `{file}`: {fault}") from None
        try:
            task = parsed(text)
        except ValueError:
            _core.Training(text, file, "", data=None, rule="bptt", name=None, seed=0, threads=1, align=False)
            raise
        own = cls(task, file=file, folder=str(Path(file).parent))
        own._text = text
        return own

    @classmethod
    def of(cls, task: "Task | TaskFile | PathLike | Mapping[str, Any]") -> "Task":
        """The task that is meant: itself, a file, or what is parsed of one."""
        if isinstance(task, Task):
            return task
        return cls(task) if isinstance(task, (Mapping, Part)) else cls.from_json(task)

    @classmethod
    def from_arrays(
        cls,
        inputs: npt.ArrayLike,
        *,
        labels: npt.ArrayLike | None = None,
        targets: npt.ArrayLike | None = None,
        split: npt.ArrayLike | None = None,
        loss_weights: npt.ArrayLike | None = None,
        like: "Task | TaskFile | PathLike | Mapping[str, Any] | None" = None,
        dt_ms: float | None = None,
        cells: TaskCells | Cell | Mapping[str, Any] | None = None,
        delay_ms: float | None = None,
        input_weights: InitialWeights | Mapping[str, Any] | None = None,
        recurrent_weights: InitialWeights | Mapping[str, Any] | None = None,
        readout_weights: InitialWeights | Mapping[str, Any] | None = None,
        readout: TaskReadout | Mapping[str, Any] | None = None,
        loss: Loss | Mapping[str, Any] | None = None,
        pseudo_derivative: PseudoDerivative | Mapping[str, Any] | None = None,
        reset_gradient: str | None = None,
        carrier: TaskCarrier | Mapping[str, Any] | None = None,
        training: TrainingPlan | Mapping[str, Any] | None = None,
        record: TrainingRecord | Mapping[str, Any] | None = None,
    ) -> "Task":
        """A task of one's own data, which the task holds, and the file of its runs too.

        inputs: [trial, step, input]: spikes (0 or 1) or analogue.
        labels: [trial]: the class of each; or [trial, step]: that of each step, -1 where nothing is asked; or `targets`.
        targets: [trial, step, output]: values; or `labels`.
        split: [trial]: 0 training, 1 validation, on all of which evaluations are made where `training` is not given a number of
            them (`validation_trials`); default: all training.
        loss_weights: [step]: how much each step counts, in place of the `loss.last_ms` of `like`; default: all alike.
        like: A task whose cells, weights and training are taken; default: 50 spiking cells with Dale's law, and input
            weights with which they begin at about 20 Hz on these inputs (`input_weights.gain`).
        dt_ms, cells, delay_ms, input_weights, recurrent_weights, readout_weights, readout, loss, pseudo_derivative,
        reset_gradient, carrier, training, record: Sections of a task file (`TaskFile`), each in place of that of `like`.
        """
        given = {
            "dt_ms": dt_ms,
            "cells": cells,
            "delay_ms": delay_ms,
            "input_weights": input_weights,
            "recurrent_weights": recurrent_weights,
            "readout_weights": readout_weights,
            "readout": readout,
            "loss": loss,
            "pseudo_derivative": pseudo_derivative,
            "reset_gradient": reset_gradient,
            "carrier": carrier,
            "training": training,
            "record": record,
        }
        sections = {name: _section(name, value) for name, value in given.items() if value is not None}
        if (labels is None) == (targets is None):
            raise InputError("from_arrays: expected either labels or targets")
        if np.ndim(inputs) != 3:
            raise InputError(f"inputs: found {np.ndim(inputs)} axes, expected 3: [trial, step, input]")
        path, keeper = temporary()
        of_steps = np.ndim(labels) == 2
        classes, parts = None if of_steps else _wholes("labels", labels), _wholes("split", split)
        _check_shapes(np.shape(inputs)[:2], {"labels": labels, "split": split, "targets": targets, "loss_weights": loss_weights})
        held_out = 0 if parts is None else parts.count(1)
        _check_by_name(sections, held_out, loss_weights is not None)
        if classes and min(classes) > 0:
            number = max(classes) + 1
            warn([f"labels: classes are counted from 0, and no trial has class 0: there are {number} outputs"])
        base = cls.of(like) if like is not None else cls(_DEFAULTS)
        base = cls({**base._task, **sections}, file=base._file, folder=base._folder, _data=base._data)
        with base.placed() as kept:
            digest = _core.write_trials(path, inputs, labels if of_steps else classes, targets, parts, loss_weights, kept)
        data = Path(path).read_bytes()
        del keeper
        task = {**base._task, "task": {"kind": "data", "digest": digest}}
        own = cls(task, file="own task", folder=base._folder, _data=data)
        own._task["training"] = dict(own._task.get("training", {}))
        # What another task held out, or counted, was its own.
        if "validation_trials" not in sections.get("training", {}):
            own._task["training"].pop("validation_trials", None)
            if held_out:
                own._task["training"]["validation_trials"] = held_out
        if loss_weights is not None:
            own._task["loss"] = {key: value for key, value in own._task.get("loss", {}).items() if key != "last_ms"}
        return own if like is not None or input_weights is not None else own._with_gain()

    def _with_gain(self) -> "Task":
        """The same with input weights with which the cells begin at a plausible rate, if there is such a gain."""
        low, high = _GAINS
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._rate_hz(2.0**middle) < _RATE_HZ else (low, middle)
        gain = min((2.0**low, 2.0**high), key=lambda gain: abs(self._rate_hz(gain) - _RATE_HZ))
        is_plausible = _RATE_HZ / 10 < self._rate_hz(gain) < _RATE_HZ * 5
        return self.changed("input_weights.gain", gain) if is_plausible else self

    def _rate_hz(self, gain: float) -> float:
        from ._training import Training

        batch = Training(self.changed("input_weights.gain", gain), "eprop", _SEED).draw()
        return float(batch.outputs.mean() / (self._task["dt_ms"] * 1e-3))

    def set(self, path: str, value: Any) -> None:
        """Sets a value in place, by its path, as `--set` of the command line: `task.set("training.updates", 50)`.

        path: Names with dots between, of which the last may be new.
        value: A number, text, a list, an array or a part.
        """
        assign(self._task, path, plain_of(path, value), "task")

    def changed(self, path: str, value: Any) -> "Task":
        """A copy with another value at a path, as `set` would set it: `task.changed("training.updates", 50)`."""
        own = Task(self._task, file=self._file, folder=self._folder, _data=self._data)
        own._text = self._text
        own.set(path, value)
        return own

    def to_dict(self) -> dict[str, Any]:
        """The task, as its file has it; data of one's own by their digest."""
        return json.loads(json.dumps(self._task))  # type: ignore[no-any-return]

    def to_json(self, path: "PathLike | None" = None, *, force: bool = False) -> str:
        """The task as JSON, which the command line trains; also written to a file, if one is named.

        path: The file to write; default: none. Data of one's own are written beside it, as NAME.data.h5.
        force: Replaces it if it exists.
        """
        task = self.to_dict()
        data = None if path is None or self._data is None else Path(os.fspath(path)).with_suffix(".data.h5")
        if path is not None:
            self._absolute(task)
        if data is not None:
            _attach(task, data.name)
        text = json.dumps(task, indent=2, ensure_ascii=False) + "\n"
        if path is not None:
            check_output(path, force)
            if data is not None and self._data is not None:
                write(data, self._data, force)
            write(path, text.encode(), force)
        return text

    def _absolute(self, task: dict[str, Any]) -> None:
        """Makes the paths of a task absolute, which begin in its folder: of its data, and of arrays."""
        for section, fields in task.items():
            if section != "task":
                _rebase(fields, Path(self._folder))
        for name, value in task.get("task", {}).items() if self._data is None else ():
            if name in _PATHS and isinstance(value, str):
                task["task"][name] = str((Path(self._folder) / value).absolute())

    @contextmanager
    def placed(self) -> Iterator[str | None]:
        """The file of its data, for as long as it is read; None of a task that names its files."""
        if self._data is None:
            yield None
            return
        path, keeper = temporary()
        Path(path).write_bytes(self._data)
        yield path
        del keeper

    @contextmanager
    def written(self) -> Iterator[str]:
        """The task as a file, for as long as it is read."""
        path, keeper = temporary()
        file = str(Path(path).with_name("task.json"))
        self.to_json(file)
        yield file
        del keeper

    def __getstate__(self) -> dict[str, Any]:
        return {"task": self._task, "file": self._file, "folder": self._folder, "data": self._data, "text": self._text}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._task, self._file, self._folder = json.loads(json.dumps(state["task"])), state["file"], state["folder"]
        self._data, self._text = state["data"], state["text"]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Task) and self._known_by() == other._known_by()

    def _known_by(self) -> tuple[Any, ...]:
        """Data of one's own are known by their digest, wherever they lie."""
        return self._task, "" if self._data is not None else self._folder

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kind = self._task.get("task", {}).get("kind", "?")
        cells = self._task.get("cells", {})
        return f"<task {kind}: {cells.get('count', '?')} cells of {cells.get('model', '?')}>"


#: What the sections of a task file are, where they are objects.
_SECTIONS: dict[str, type[Part]] = {
    "cells": TaskCells,
    "input_weights": InitialWeights,
    "recurrent_weights": InitialWeights,
    "readout_weights": InitialWeights,
    "readout": TaskReadout,
    "loss": Loss,
    "pseudo_derivative": PseudoDerivative,
    "carrier": TaskCarrier,
    "training": TrainingPlan,
    "record": TrainingRecord,
}


def _section(name: str, value: Any) -> Any:
    """A section as a task file has it; refuses a part of another kind by name."""
    if name not in _SECTIONS or isinstance(value, Cell):
        return plain_of(name, value)
    return part(name, value, _SECTIONS[name])


def _attach(value: Any, file: str) -> None:
    """Says where the arrays lie that are known by their digest alone, and data of one's own."""
    if isinstance(value, dict):
        if "digest" in value and "file" not in value:
            value["file"] = file
        for own in value.values():
            _attach(own, file)
    elif isinstance(value, list):
        for own in value:
            _attach(own, file)


def _rebase(value: Any, folder: Path) -> None:
    """Makes the paths of arrays absolute that lie beside the task."""
    for own in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _rebase(own, folder)
    if isinstance(value, dict) and isinstance(value.get("file"), str) and (folder / value["file"]).is_file():
        value["file"] = str((folder / value["file"]).absolute())


def _check_shapes(inputs: tuple[int, ...], given: Mapping[str, Any]) -> None:
    """Refuses arrays that do not fit inputs of so many trials and steps, by the name of their argument."""
    trials, steps = inputs
    axes = {"labels": [trials, steps] if np.ndim(given["labels"]) == 2 else [trials], "split": [trials], "targets": [trials, steps], "loss_weights": [steps]}
    for name, values in given.items():
        if values is None:
            continue
        own, shape = axes[name], list(np.shape(values))
        outputs = ["output"] if name == "targets" else []
        if shape[: len(own)] != own or len(shape) != len(own) + len(outputs):
            expected = ", ".join(map(str, own + outputs))
            fits = f"as inputs has {trials} trials of {steps} steps"
            raise InputError(f"{name}: found the shape {shape}, expected [{expected}], {fits}")


def _check_by_name(sections: Mapping[str, Any], held_out: int, has_loss_weights: bool) -> None:
    """Refuses what is given by name and would have no effect on these trials."""
    if has_loss_weights and "last_ms" in sections.get("loss", {}):
        raise InputError("loss.last_ms: has no effect beside loss_weights, which say how much each step counts: leave one of the two out")
    asked = sections.get("training", {}).get("validation_trials")
    if not isinstance(asked, int) or asked <= held_out:
        return
    if held_out:
        raise InputError(f"training.validation_trials: found {asked}, of {held_out} trials that are held out by split")
    raise InputError(
        f"training.validation_trials: found {asked}, but no trials are held out: leave it out, or set some apart by split, where 1 is validation"
    )


def _wholes(what: str, values: npt.ArrayLike | None) -> list[int] | None:
    if values is None:
        return None
    own = np.asarray(values)
    if own.ndim != 1 or own.dtype.kind not in "iub":
        raise InputError(f"{what}: found values of type {own.dtype}, shape {own.shape}, expected whole numbers [trial]")
    return [int(value) for value in own]
