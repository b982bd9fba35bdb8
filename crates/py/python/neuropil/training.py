"""Tasks, training, comparisons of learning rules, and rules of one's own."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._part import plain, table
from .errors import InputError, NonFiniteError
from .picture import Picture
from .progress import TerminalBar, shown
from .recording import needs
from .run import temporary

if TYPE_CHECKING:
    from .network import PathLike, Progress

Floats: TypeAlias = npt.NDArray[np.float64]
Gradient: TypeAlias = Mapping[str, Any]

#: Wall time between two writings of a file of training runs, s.
_SAVE_EVERY_S = 5.0

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
        _core.write_trials(
            path, inputs, _wholes("labels", labels), targets, _wholes("split", split), loss_weights
        )
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


class Batch:
    """A batch of trials that was run. Every array is [trial, step, ...] and cannot be written to."""

    def __init__(self, core: "_core.Batch", training: "Training") -> None:
        self._core, self.training = core, training

    @property
    def inputs(self) -> Floats:
        """[trial, step, input]."""
        return self._core.inputs

    @property
    def outputs(self) -> Floats:
        """z, [trial, step, cell]: spikes, or the value of graded cells."""
        return self._core.outputs

    @property
    def pseudo_derivative(self) -> Floats:
        """[trial, step, cell]."""
        return self._core.pseudo_derivative

    @property
    def readout(self) -> Floats:
        """y, [trial, step, readout]."""
        return self._core.readout

    @property
    def error(self) -> Floats:
        """dE/dy, [trial, step, readout]; has the weight of the step and 1/trials in it."""
        return self._core.error

    @property
    def labels(self) -> npt.NDArray[np.uint64]:
        """The class of each trial."""
        return self._core.labels

    @property
    def loss(self) -> float:
        """E, without regulariser."""
        return self._core.loss

    @property
    def third_factor(self) -> Floats:
        """D, [trial, step, cell]: the third factor of e-prop, the error as it reaches each cell through the readout."""
        return self.training._core.direct_credit(self._core)

    def gradient(self, rule: str) -> dict[str, Floats]:
        """The gradient that a built-in rule makes of it: w_in, w_rec, w_out, b."""
        return self.training._core.gradient(self._core, rule)

    def gradient_of(self, third_factor: npt.ArrayLike) -> dict[str, Floats]:
        """The gradient sum_t M e, of a third factor M, [trial, step, cell], and the eligibility e of every synapse.

        That of the readout (w_out, b) is the exact one, as for every rule.
        """
        return self.training._core.gradient_of(self._core, third_factor)

    def __repr__(self) -> str:
        trials, steps, cells = self.outputs.shape
        return f"<batch of {trials} trials, {steps} steps, {cells} cells: loss {self.loss:.4f}>"


class OwnRule:
    """A learning rule of one's own: `gradient(batch)` gives w_in, w_rec, w_out, b; what it leaves out is 0.

    Python is asked once an update: slow, beside a rule of the simulator.
    """

    def __init__(self, name: str, gradient: Callable[[Batch], Gradient]) -> None:
        if name in _core.rules():
            raise InputError(f"`{name}` is a rule of the simulator: choose another name")
        self.name, self._gradient = name, gradient

    def gradient(self, batch: Batch) -> Gradient:
        """The gradient of a batch."""
        return self._gradient(batch)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class ThirdFactor(OwnRule):
    """A rule of one's own that is a third factor M: dE/dw = sum_t M e, with the eligibility e of the simulator.

    per: What the function is called for:
        "batch": once, `function(batch)` gives [trial, step, cell];
        "trial": `function(batch, trial)` gives [step, cell];
        "step": `function(batch, step)` gives [trial, cell].
    """

    def __init__(self, name: str, function: Callable[..., npt.ArrayLike], *, per: str = "batch") -> None:
        if per not in ("batch", "trial", "step"):
            raise InputError(f"per: found {per!r}, expected 'batch', 'trial' or 'step'")

        def gradient(batch: Batch) -> Gradient:
            if per == "batch":
                return batch.gradient_of(function(batch))
            trials, steps, _ = batch.outputs.shape
            axis, count = (0, trials) if per == "trial" else (1, steps)
            return batch.gradient_of(np.stack([np.asarray(function(batch, own)) for own in range(count)], axis=axis))

        super().__init__(name, gradient)


Rule: TypeAlias = str | OwnRule


class Training:
    """A run of training: a task, a rule, a seed. Led by `run()`, or batch by batch by `draw` and `learn`."""

    def __init__(
        self,
        task: "Task | PathLike | Mapping[str, Any]",
        rule: Rule,
        seed: int = 0,
        *,
        threads: int | None = None,
        align: bool = False,
    ) -> None:
        self.task, self.rule, self.seed = Task.of(task), rule, seed
        own = isinstance(rule, OwnRule)
        self._core = _core.Training(
            json.dumps(self.task._task),
            self.task._file,
            self.task._folder,
            rule="eprop" if isinstance(rule, OwnRule) else rule,
            name=rule.name if isinstance(rule, OwnRule) else None,
            seed=seed,
            threads=threads,
            align=align,
        )
        self._own = own

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self.rule.name if isinstance(self.rule, OwnRule) else self.rule

    @property
    def update(self) -> int:
        """Updates made so far."""
        return self._core.update

    @property
    def updates(self) -> int:
        """Updates of the whole run."""
        return self._core.updates

    @property
    def done(self) -> bool:
        """Whether the run has reached its end."""
        return self._core.done

    @property
    def weights(self) -> dict[str, Any]:
        """w_in, w_rec, w_out, b, mu, type_id and sign as they are now, in arrays that cannot be written to."""
        return self._core.weights()

    @property
    def evaluations(self) -> list[dict[str, float]]:
        """All evaluations so far: update, loss, accuracy, rate and others."""
        return self._core.evaluations()

    def draw(self) -> Batch:
        """Draws the next batch of trials and runs it; nothing is learned yet."""
        return Batch(self._core.draw(), self)

    def learn(self, batch: Batch, gradient: Gradient | None = None) -> dict[str, Any]:
        """Makes an update by a gradient, or by that of the rule. Tells the update, the evaluation if one was due, the end."""
        if gradient is None and isinstance(self.rule, OwnRule):
            gradient = self.rule.gradient(batch)
        return self._core.learn(batch._core, None if gradient is None else dict(gradient))

    def advance(self) -> dict[str, Any]:
        """Draws the next batch and makes an update by the rule."""
        return self.learn(self.draw()) if self._own else self._core.advance()

    def __repr__(self) -> str:
        return f"<training of {self.task!r} by {self.name}, seed {self.seed}: update {self.update} of {self.updates}>"


class Comparison:
    """Runs of training: what `train` and `compare` return, and files of `neuropil train` and `compare`."""

    def __init__(self, core: "_core.Runs", path: str | None = None, faults: Sequence[str] = ()) -> None:
        self._core, self.path = core, path
        #: Runs that did not reach their end, and why.
        self.faults = list(faults)

    @classmethod
    def read(cls, path: "PathLike") -> "Comparison":
        """The runs of a file."""
        return cls(_core.Runs.read(os.fspath(path)), os.fspath(path))

    @property
    def runs(self) -> list[tuple[str, int, bool]]:
        """(rule, seed, whether it has reached its end) of each run."""
        return self._core.runs

    @property
    def rules(self) -> list[str]:
        """Rules by their mean loss, best first."""
        return self._core.rules()

    def names(self, rule: str, seed: int) -> list[str]:
        """What was recorded of a run."""
        return self._core.tables(rule, seed)

    def table(self, rule: str, seed: int, name: str) -> Floats:
        """What was recorded of a run: "evaluations/loss", "weights/w_rec" and others."""
        values, shape = self._core.table(rule, seed, name)
        return values.reshape(shape)

    def curves(self, measure: str = "loss") -> dict[str, tuple[Floats, Floats]]:
        """By rule: updates, and values [run, evaluation], cut to the shortest run."""
        curves = {}
        for rule in self.rules:
            own = [(seed, self.table(rule, seed, f"evaluations/{measure}")) for name, seed, _ in self.runs if name == rule]
            shared = min(len(values) for _, values in own)
            updates = self.table(rule, own[0][0], "evaluations/update")[:shared]
            curves[rule] = (updates, np.stack([values[:shared] for _, values in own]))
        return curves

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: a row an evaluation, with rule and seed."""
        pandas = needs("pandas", "pandas")
        frames = []
        for rule, seed, _ in self.runs:
            own = {"rule": rule, "seed": seed}
            for name in self.names(rule, seed):
                group, _, measure = name.partition("/")
                if group == "evaluations" and measure != "mu":
                    own[measure] = self.table(rule, seed, name)
            frames.append(pandas.DataFrame(own))
        return pandas.concat(frames, ignore_index=True) if frames else pandas.DataFrame()

    def plot(self, *, width: int = 1200, height: int = 900) -> Picture:
        """The picture that `neuropil plot` draws: learning curves, alignment with the exact gradient."""
        path, keeper = temporary()
        path = os.path.join(os.path.dirname(path), Path(self.path or "training.h5").name)
        self._core.save(path)
        try:
            return Picture(_core.Picture(path, None, None, width, height))
        finally:
            del keeper

    def save(self, path: "PathLike", *, force: bool = False) -> None:
        """Writes the file that `neuropil plot`, `inspect`, `merge` and `train --resume` take."""
        _core.Runs.claim(os.fspath(path), force)
        self._core.save(os.fspath(path))

    def __repr__(self) -> str:
        return f"<{len(self.runs)} runs; rules by mean loss: {', '.join(self.rules)}>"

    def _repr_html_(self) -> str:
        rows = []
        for rule, (_, losses) in self.curves("loss").items():
            accuracy = np.median(self.curves("accuracy")[rule][1][:, -1])
            shown_accuracy = "" if np.isnan(accuracy) else f"{accuracy:.3f}"
            rows.append([rule, len(losses), f"{losses.mean():.4f}", f"{np.median(losses[:, -1]):.4f}", shown_accuracy])
        return table(["rule", "runs", "mean loss", "last loss", "last accuracy"], rows)


def train(
    task: "Task | PathLike | Mapping[str, Any]",
    rule: Rule,
    seed: int = 0,
    **options: Any,
) -> Comparison:
    """Trains with one rule and one seed. Options as for `compare`."""
    result = compare(task, [rule], [seed], **options)
    if result.faults:
        raise NonFiniteError(result.faults[0])
    return result


def compare(
    task: "Task | PathLike | Mapping[str, Any]",
    rules: Iterable[Rule],
    seeds: Iterable[int] = (0,),
    *,
    file: "PathLike | None" = None,
    force: bool = False,
    align: bool = False,
    threads: int | None = None,
    progress: "Progress" = False,
) -> Comparison:
    """Trains with several rules and seeds: all rules begin with the same weights and see the same trials.

    rules: Names, such as "bptt", "modprop_type", "eprop"; or rules of one's own.
    file: The file of the runs; if it is there and has runs of this task, what is missing is made.
    align: Evaluations also compare with the exact gradient.
    progress: True shows a bar; or a function of (updates made, updates in all, wall s).

    A run that diverges is told in `.faults`, and the others go on. Ctrl-C leaves the file with all that was learned.
    """
    task, wanted, all_seeds = Task.of(task), list(rules), list(seeds)
    if not wanted or not all_seeds:
        raise InputError("compare: expected at least one rule and one seed")
    path = os.fspath(file) if file is not None else None
    first = Training(task, wanted[0], all_seeds[0], threads=threads, align=align)
    runs = _core.Runs(first._core.task, " ".join(sys.argv) or "python")
    if path is not None and Path(path).exists() and not force:
        runs = _core.Runs.read(path)
    elif path is not None:
        _core.Runs.claim(path, force)
    told = shown(progress)
    if isinstance(told, TerminalBar):
        told = _updates_bar
    begun, saved, made, faults = time.monotonic(), time.monotonic(), 0, []
    total = first.updates * len(wanted) * len(all_seeds)
    training = None
    try:
        for seed in all_seeds:
            for rule in wanted:
                training = Training(task, rule, seed, threads=threads, align=align)
                training._core.resume(runs)
                try:
                    while not training.done:
                        training.advance()
                        if told is not None:
                            told(made + training.update, total, time.monotonic() - begun)
                        if path is not None and time.monotonic() - saved >= _SAVE_EVERY_S:
                            runs.put(training._core)
                            runs.save(path)
                            saved = time.monotonic()
                except NonFiniteError as fault:
                    faults.append(str(fault))
                runs.put(training._core)
                made += first.updates
    finally:
        if training is not None:
            runs.put(training._core)
        if path is not None:
            runs.save(path)
    if told is not None:
        told(total, total, time.monotonic() - begun)
    return Comparison(runs, path, faults)


def _updates_bar(made: float, total: float, wall_s: float) -> None:
    end = "\n" if made >= total else ""
    sys.stderr.write(f"\rupdate {made:,.0f} of {total:,.0f}, {wall_s:.0f} s\x1b[K{end}")
    sys.stderr.flush()


def rules() -> list[str]:
    """Names of the learning rules (docs/learning.md)."""
    return _core.rules()
