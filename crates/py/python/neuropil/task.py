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
from ._part import plain
from .errors import InputError
from .run import again, content, temporary

if TYPE_CHECKING:
    from .network import PathLike

#: What a task of one's own data has where nothing else is said.
_DEFAULTS: dict[str, Any] = {
    "format": "neuropil-task/1",
    "dt_ms": 1,
    "cells": {"model": "alif", "count": 50, "inhibitory": 10, "adaptive": "even", "v_th": 0.03},
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


class Task:
    """A task file: what goes into a network, what it should say, and how it learns that (docs/training.md)."""

    def __init__(self, task: Mapping[str, Any], *, file: str = "task", folder: str = "") -> None:
        self._task: dict[str, Any] = json.loads(json.dumps(plain(task)))
        self._file, self._folder, self._keeper = file, folder, None

    @classmethod
    def from_json(cls, path: "PathLike") -> "Task":
        """The task of a file."""
        file = os.fspath(path)
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(f"cannot read `{file}`: {fault}") from None
        try:
            task = json.loads(text)
        except ValueError:
            _core.Training(text, file, "", rule="bptt", name=None, seed=0, threads=1, align=False)
            raise
        return cls(task, file=file, folder=str(Path(file).parent))

    @classmethod
    def of(cls, task: "Task | PathLike | Mapping[str, Any]") -> "Task":
        """The task that is meant: itself, a file, or what is parsed of one."""
        if isinstance(task, Task):
            return task
        return cls(task) if isinstance(task, Mapping) else cls.from_json(task)

    @classmethod
    def from_arrays(
        cls,
        inputs: npt.ArrayLike,
        *,
        labels: npt.ArrayLike | None = None,
        targets: npt.ArrayLike | None = None,
        split: npt.ArrayLike | None = None,
        loss_weights: npt.ArrayLike | None = None,
        like: "Task | PathLike | Mapping[str, Any] | None" = None,
    ) -> "Task":
        """A task of one's own data.

        inputs: [trial, step, input]: spikes (0 or 1) or analogue.
        labels: [trial]: the class of each; or targets: [trial, step, output].
        split: [trial]: 0 training, 1 validation; all training if it is left out.
        loss_weights: [step]: how much each step counts.
        like: A task whose cells, weights and training are taken; else 50 spiking cells with Dale's law.
        """
        if (labels is None) == (targets is None):
            raise InputError("from_arrays: expected either labels or targets")
        if np.ndim(inputs) != 3:
            raise InputError(f"inputs: found {np.ndim(inputs)} axes, expected 3: [trial, step, input]")
        path, keeper = temporary()
        _core.write_trials(path, inputs, _wholes("labels", labels), targets, _wholes("split", split), loss_weights)
        base = cls.of(like) if like is not None else cls(_DEFAULTS)
        own = cls({**base._task, "task": {"kind": "data", "file": path}}, file="own task")
        own._keeper = keeper
        return own

    def set(self, path: str, value: Any) -> "Task":
        """A copy with another value at a path, as `--set`: `task.set("training.updates", 50)`."""
        own = Task(self._task, file=self._file, folder=self._folder)
        own._keeper = self._keeper
        node: Any = own._task
        *before, last = path.split(".")
        for name in before:
            node = node.setdefault(name, {}) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            raise InputError(f"set: the task has no place `{path}`")
        node[last] = plain(value)
        return own

    def to_dict(self) -> dict[str, Any]:
        """The task, as its file has it."""
        return json.loads(json.dumps(self._task))  # type: ignore[no-any-return]

    def to_json(self) -> str:
        """The task as JSON, which the command line trains."""
        return json.dumps(self._task, indent=2, ensure_ascii=False) + "\n"

    @contextmanager
    def written(self) -> Iterator[str]:
        """The task as a file, for as long as it is read."""
        path, keeper = temporary()
        task = self.to_dict()
        for name, value in task.get("task", {}).items():
            if isinstance(value, str) and (Path(self._folder) / value).exists():
                task["task"][name] = str((Path(self._folder) / value).absolute())
        file = Path(path).with_suffix(".json")
        file.write_text(json.dumps(task), encoding="utf-8")
        yield str(file)
        del keeper

    def __getstate__(self) -> dict[str, Any]:
        data = content(self._task["task"]["file"], self._keeper) if self._keeper is not None else None
        return {"task": self._task, "file": self._file, "folder": self._folder, "data": data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._task, self._file, self._folder = json.loads(json.dumps(state["task"])), state["file"], state["folder"]
        self._keeper = None
        if state["data"] is not None:
            self._task["task"]["file"], self._keeper = again("", state["data"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Task) and (self._task, self._folder) == (other._task, other._folder)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kind = self._task.get("task", {}).get("kind", "?")
        cells = self._task.get("cells", {})
        return f"<task {kind}: {cells.get('count', '?')} cells of {cells.get('model', '?')}>"


def _wholes(what: str, values: npt.ArrayLike | None) -> list[int] | None:
    if values is None:
        return None
    own = np.asarray(values)
    if own.ndim != 1 or own.dtype.kind not in "iub":
        raise InputError(f"{what}: found values of type {own.dtype}, shape {own.shape}, expected whole numbers [trial]")
    return [int(value) for value in own]
