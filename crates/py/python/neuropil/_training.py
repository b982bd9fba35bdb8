"""Training, comparisons of learning rules, and rules of one's own."""

import copy
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core, _executor
from ._comparison import Comparison
from .errors import InputError, NonFiniteError, warn
from ._numbers import whole
from ._own_rule import Gradient, OwnRule
from ._part import Fixed, placed
from ._progress import TerminalBar, shown
from ._run import this_command
from ._task import Task
from .parts import TaskFile

if TYPE_CHECKING:
    from ._network import PathLike, Progress

Floats: TypeAlias = npt.NDArray[np.float64]

#: Wall time between two writings of a file of training runs, s; and how many times as long as a writing takes it is.
_SAVE_EVERY_S, _TIMES_A_SAVE = 5.0, 20


def _save_every_s(writing_s: float) -> float:
    """Wall time to the next writing of a file of runs, s, where one takes `writing_s`."""
    return max(_SAVE_EVERY_S, _TIMES_A_SAVE * writing_s)


class Batch(Fixed):
    """A batch of trials that was run: what `Training.draw` gives. Every array is [trial, step, ...] and cannot be written to."""

    _instead = "a batch is what was drawn; `gradient_of` takes another third factor"
    #: That which has drawn it.
    training: "Training"

    def __init__(self, core: "_core.Batch", training: "Training") -> None:
        self._core = core
        vars(self)["training"] = training

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
    def labels(self) -> npt.NDArray[np.int64]:
        """[trial]: the class of each trial; of tasks whose class changes [trial, step], -1 where nothing is asked."""
        labels, trials = self._core.labels, len(self._core.readout)
        return labels if len(labels) == trials else labels.reshape(trials, -1)

    @property
    def loss(self) -> float:
        """E, without regulariser."""
        return self._core.loss

    @property
    def third_factor(self) -> Floats:
        """D, [trial, step, cell]: the third factor of e-prop, the error as it reaches each cell through the readout."""
        return self.training._core.direct_credit(self._core)

    def modulators(self, rule: str) -> dict[str, Floats]:
        """What a built-in rule tells the cells, [trial, step, cell] each: dE/dw_rec = sum_t (D + C) e.

        learning_signal: D, the error as it reaches the cell itself, with the regulariser.
        emission: What the cell emits for others.
        returned_credit: C, what comes back to it from others.
        """
        return self.training._core.modulators(self._core, rule)

    def eligibility(self, synapses: npt.ArrayLike) -> Floats:
        """e, [trial, step, synapse], of recurrent synapses: pairs (post, pre), as the rows and columns of w_rec."""
        pairs = np.asarray(synapses)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu" or (pairs < 0).any():
            found = f"values of type {pairs.dtype}, shape {pairs.shape}"
            raise InputError(f"synapses: found {found}, expected pairs (post, pre) of whole numbers >= 0")
        return self.training._core.eligibility(self._core, pairs.tolist())

    def gradient(self, rule: str) -> dict[str, Floats]:
        """The gradient that a built-in rule makes of it: w_in, w_rec, w_out, b_out."""
        return self.training._core.gradient(self._core, rule)

    def gradient_of(self, third_factor: npt.ArrayLike) -> dict[str, Floats]:
        """The gradient sum_t M e, of a third factor M, [trial, step, cell], and the eligibility e of every synapse.

        That of the readout (w_out, b_out) is the exact one, as for every rule.
        """
        return self.training._core.gradient_of(self._core, third_factor)

    def __reduce__(self) -> Any:
        raise InputError("a batch cannot be pickled or copied: its arrays can")

    def __repr__(self) -> str:
        trials, steps, cells = self.outputs.shape
        return f"<batch of {trials} trials, {steps} steps, {cells} cells: loss {self.loss:.4f}>"


Rule: TypeAlias = str | OwnRule


class Training(Fixed):
    """A run of training, led batch by batch: by `advance`, or by `draw` and `learn`.

    task: A task, its file, or what is parsed of one.
    rule: A name, or a rule of one's own.
    seed: Of weights and trials.
    threads: One a core if it is left out; the results do not depend on it.
    align: Evaluations also compare with the exact gradient.
    """

    _instead = "a run has the task, rule and seed that it began with; make another Training"
    #: The task as the run began with it.
    task: Task
    #: Name of the rule, or the rule of one's own.
    rule: Rule
    #: Of weights and trials.
    seed: int

    def __init__(
        self,
        task: "Task | TaskFile | PathLike | Mapping[str, Any]",
        rule: Rule,
        seed: int = 0,
        *,
        threads: int | None = None,
        align: bool = False,
    ) -> None:
        vars(self).update(task=copy.deepcopy(Task.of(task)), rule=rule, seed=whole("seed", seed, 0) or 0)
        whole("threads", threads, 1)
        own = isinstance(rule, OwnRule)
        if not isinstance(rule, (str, OwnRule)):
            raise InputError(f"rule: found a {type(rule).__name__}, expected a name, an OwnRule or a ThirdFactor")
        kind = self.task._task.get("carrier", {}).get("kind", "ideal")
        if isinstance(rule, OwnRule) and kind != "ideal":
            raise InputError(
                f"carrier.kind: found {kind!r}, which has no effect on the rule of one's own `{rule.name}`: it learns with what "
                "its function gives; expected 'ideal'"
            )
        with self.task.placed() as data:

            def begun(text: str) -> "_core.Training":
                return _core.Training(
                    text,
                    self.task._file,
                    self.task._folder,
                    data=data,
                    rule="eprop" if isinstance(rule, OwnRule) else rule,
                    name=rule.name if isinstance(rule, OwnRule) else None,
                    source=rule._source if isinstance(rule, OwnRule) else None,
                    seed=seed,
                    threads=threads,
                    align=align,
                )

            text = self.task._text
            with placed(self.task._file, None if text is None else lambda: begun(text)):
                self._core = begun(json.dumps(self.task._task))
        self._own = own
        self._options = {"threads": threads, "align": align}

    def _again(self, seed: int) -> "Training":
        """The same with another seed, from its beginning."""
        return Training(self.task, self.rule, seed, **self._options)

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
        """w_in, w_rec, w_out, b_out, mu, type_id and sign as they are now, in arrays that cannot be written to."""
        return self._core.weights()

    @property
    def evaluations(self) -> list[dict[str, float]]:
        """All evaluations so far: update, loss, accuracy, rate and others."""
        return self._core.evaluations()

    def draw(self) -> Batch:
        """Draws the next batch of trials and runs it; nothing is learned yet."""
        return Batch(self._core.draw(), self)

    def learn(self, batch: Batch, gradient: Gradient | None = None) -> dict[str, Any]:
        """Makes an update. Tells the update, the evaluation if one was due, and whether the end is reached.

        batch: What `draw` gave.
        gradient: w_in, w_rec, w_out, b_out, of which those left out are 0; default: that of the rule.
        """
        if batch.training is not self:
            raise InputError(
                f"learn: found a batch of {batch.training!r}, expected one that this training has drawn: "
                "its spikes and errors are those of other weights"
            )
        if gradient is None and isinstance(self.rule, OwnRule):
            gradient = self.rule.gradient(batch)
        return self._core.learn(batch._core, None if gradient is None else dict(gradient))

    def advance(self) -> dict[str, Any]:
        """Draws the next batch and makes an update by the rule."""
        return self.learn(self.draw()) if self._own else self._core.advance()

    def __reduce__(self) -> Any:
        raise InputError("a training cannot be pickled or copied: pickle its task, or train to a file and go on with it")

    def __repr__(self) -> str:
        return f"<training of {self.task!r} by {self.name}, seed {self.seed}: update {self.update} of {self.updates}>"


def train(
    task: "Task | TaskFile | PathLike | Mapping[str, Any]",
    rule: Rule,
    seed: int = 0,
    *,
    file: "PathLike | None" = None,
    resume: bool = False,
    force: bool = False,
    align: bool = False,
    threads: int | None = None,
    progress: "Progress" = False,
) -> Comparison:
    """Trains with one rule and one seed.

    task: A task, its file, or what is parsed of one.
    rule: A name, such as "bptt", "modprop_type", "eprop"; or a rule of one's own.
    seed: Of weights and trials.
    file: The file of the run; one that is there is refused, unless `resume` or `force` says what is meant. Default: none.
    resume: Goes on with this run of the file. A file of other runs alone is refused: `compare` adds runs to a file. So are
        runs of another task, runs that another function of one's own has made, and finished ones that `align` did not compare.
    force: Replaces the file instead.
    align: Evaluations also compare with the exact gradient.
    threads: One a core if it is left out; the results do not depend on it.
    progress: True shows a bar; or a function of (updates made, updates in all, wall s).
    """
    if resume and (file is None or force):
        other = "without `file`, the file to go on with" if file is None else "with `force`, expected one of the two"
        raise InputError(f"train: found `resume` {other}")
    result = _compared(
        task, [rule], [seed], file=file, resume=resume, force=force, align=align, threads=threads, progress=progress
    )
    if result.faults:
        raise NonFiniteError(result.faults[0])
    return result


def compare(
    task: "Task | TaskFile | PathLike | Mapping[str, Any]",
    rules: Iterable[Rule],
    seeds: Iterable[int] = (0,),
    *,
    file: "PathLike | None" = None,
    force: bool = False,
    align: bool = False,
    threads: int | None = None,
    progress: "Progress" = False,
    executor: "_executor.Executor | None" = None,
) -> Comparison:
    """Trains with several rules and seeds: all rules begin with the same weights and see the same trials.

    task: A task, its file, or what is parsed of one.
    rules: Names, such as "bptt", "modprop_type", "eprop"; or rules of one's own; no name twice.
    seeds: Each of them begins with other weights and sees other trials.
    file: The file of the runs; if it is there and has runs of this task, what is missing is made. Default: none. Runs that
        another function of one's own has made are refused, and finished ones that `align` did not compare.
    force: Replaces the file instead.
    align: Evaluations also compare with the exact gradient.
    threads: One a core if it is left out; the results do not depend on it.
    progress: True shows a bar; or a function of (updates made, updates in all, wall s). With `executor` it moves when a run ends.
    executor: Who makes the runs, each on its own: a `concurrent.futures.ProcessPoolExecutor`, or what has its `submit`, which gives
        a `concurrent.futures.Future`, such as dask's `client.get_executor()`. Tasks, rules and results travel as pickles, so that a rule of one's own is defined in a
        module. Each run has one thread unless `threads` says otherwise. A run of the file that has not reached its end begins anew.
        The results are the same.

    A run that diverges is told in `.faults`, and the others go on. Ctrl-C leaves the file with all that was learned; with
    `executor`, with all runs that had ended.
    """
    if executor is not None:
        _executor.check(executor)
    return _compared(
        task, rules, seeds, file=file, force=force, align=align, threads=threads, progress=progress, executor=executor
    )


def _compared(
    task: "Task | TaskFile | PathLike | Mapping[str, Any]",
    rules: Iterable[Rule],
    seeds: Iterable[int],
    *,
    file: "PathLike | None",
    force: bool,
    align: bool,
    threads: int | None,
    progress: "Progress",
    resume: bool | None = None,
    executor: "_executor.Executor | None" = None,
) -> Comparison:
    """As `compare`, which adds to a file (resume None), or as `train`, which goes on with its run of a file or refuses it."""
    if executor is None:
        _core.trains_alone()
    if isinstance(rules, (str, OwnRule)):
        raise InputError(f"rules: found one rule ({rules!r}), expected a list of them, as in [{rules!r}]")
    if isinstance(seeds, int):
        raise InputError(f"seeds: found a number, expected a list or range of them, as in range({seeds})")
    task, wanted, all_seeds = copy.deepcopy(Task.of(task)), list(rules), list(seeds)
    if not wanted or not all_seeds:
        raise InputError("compare: expected at least one rule and one seed")
    names = [own.name if isinstance(own, OwnRule) else own for own in wanted]
    repeated = [seed for place, seed in enumerate(all_seeds) if seed in all_seeds[:place]]
    if repeated:
        raise InputError(f"seeds: found {repeated[0]} twice, expected each once")
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise InputError(f"rules: found two called `{twice[0]}`, expected each once, by a name of its own")
    path = os.fspath(file) if file is not None else None
    hold = None if path is None else _hold(path)
    place, options = (path, resume, force), {"threads": threads, "align": align}
    try:
        if executor is not None:
            return _handed_over(executor, task, wanted, all_seeds, place, progress, options)
        return _compare(task, wanted, all_seeds, place, progress, options)
    finally:
        if hold is not None:
            hold.release()


def _hold(path: str) -> "_core.Hold":
    """The right to write a file of runs; one that another process writes is waited for."""
    own, told = f"process {os.getpid()}: {this_command()}", False
    while True:
        hold, holder = _core.Hold.take(path, own)
        if hold is not None:
            return hold
        if not told:
            sys.stderr.write(f"neuropil waits for {path}, which is being written by {holder}\n")
            told = True
        time.sleep(0.2)


def _existing(
    path: str | None, resume: bool | None, force: bool, first: list[Training], seeds: list[int]
) -> "_core.Runs":
    """The runs to which others are added, looked at before anything is written; `first` has a training a rule."""
    if path is None or force or not Path(path).exists():
        if path is not None:
            _core.Runs.claim(path, force)
        return _core.Runs(first[0]._core, this_command())
    if resume is False:
        raise InputError(f"`{path}` exists; resume=True goes on with this run of it, force=True replaces the file")
    runs = _core.Runs.read(path)
    for own in first:
        if not own._core.resume(runs, path) and resume and runs.runs:
            raise _other_runs(path, own, runs)
        for rule, seed, done in runs.runs:
            if rule == own._core.name and (not done or (own._options["align"] and seed in seeds)):
                own._again(seed)._core.resume(runs, path)
    return runs


def _other_runs(path: str, own: Training, runs: "_core.Runs") -> InputError:
    there = [f"{rule} (seed {seed})" for rule, seed, _ in runs.runs]
    shown = ", ".join(there[:4]) + (", ..." if len(there) > 4 else "")
    return InputError(
        f"`{path}` has no run of {own.name} with seed {own.seed}, it has {shown}; to add this run to the file: "
        f"compare(task, [{own.rule!r}], [{own.seed}], file=...)"
    )


def _first_of_each(task: Task, wanted: list[Rule], seed: int, options: dict[str, Any]) -> list[Training]:
    """A training for each rule; refuses two that are one."""
    trainings = [Training(task, rule, seed, **options) for rule in wanted]
    called = [own._core.name for own in trainings]
    for number, name in enumerate(called):
        if name in called[:number]:
            other = wanted[called.index(name)]
            raise InputError(f"rules: `{wanted[number]}` and `{other}` are one rule, `{name}`, by the task's carrier; expected each once")
    return trainings


def _handed_over(
    executor: "_executor.Executor",
    task: Task,
    wanted: list[Rule],
    all_seeds: list[int],
    place: tuple[str | None, bool | None, bool],
    progress: "Progress",
    options: dict[str, Any],
) -> Comparison:
    """As `_compare`, by an executor."""
    options = {**options, "threads": 1 if options["threads"] is None else options["threads"]}
    trainings = _first_of_each(task, wanted, all_seeds[0], options)
    runs, told, begun = _existing(*place, trainings, all_seeds), _updates_told(progress), time.monotonic()
    ended = {(name, seed) for name, seed, has_ended in runs.runs if has_ended}
    missing = [
        (own._core.name, seed, (task, own.rule, seed, options, this_command()))
        for seed in all_seeds
        for own in trainings
        if (own._core.name, seed) not in ended
    ]
    updates, there = trainings[0].updates, len(wanted) * len(all_seeds) - len(missing)

    def reached(finished: int) -> None:
        if told is not None:
            told((there + finished) * updates, len(wanted) * len(all_seeds) * updates, time.monotonic() - begun)

    reached(0)
    result = _executor.Jobs(executor, runs, place[0], _save_every_s).run(missing, reached)
    warn(result._core.remarks())
    return result


def _compare(
    task: Task,
    wanted: list[Rule],
    all_seeds: list[int],
    place: tuple[str | None, bool | None, bool],
    progress: "Progress",
    options: dict[str, Any],
) -> Comparison:
    trainings, path = _first_of_each(task, wanted, all_seeds[0], options), place[0]
    runs, first, changed = _existing(*place, trainings, all_seeds), trainings[0], False
    told = _updates_told(progress)
    begun, saved, made, faults = time.monotonic(), time.monotonic(), 0, []
    total = first.updates * len(wanted) * len(all_seeds)
    training, save_every_s = None, _save_every_s(0.0)
    try:
        for seed in all_seeds:
            for rule in wanted:
                begun_run = Training(task, rule, seed, **options)
                begun_run._core.resume(runs)
                # What is put into the file is a run that went on, never one that could not.
                training = begun_run
                made += first.updates
                if training.done:
                    training = None
                    continue
                changed = True
                try:
                    while not training.done:
                        training.advance()
                        if told is not None:
                            told(made - first.updates + training.update, total, time.monotonic() - begun)
                        if path is not None and time.monotonic() - saved >= save_every_s:
                            runs.put(training._core)
                            began = time.monotonic()
                            runs.save(path)
                            saved = time.monotonic()
                            save_every_s = _save_every_s(saved - began)
                except NonFiniteError as fault:
                    faults.append(str(fault))
                runs.put(training._core)
    finally:
        if training is not None:
            runs.put(training._core)
        if path is not None and changed:
            runs.save(path)
    warn(runs.remarks())
    if told is not None:
        told(total, total, time.monotonic() - begun)
    return Comparison(runs, path, faults)


def _updates_told(progress: "Progress") -> "Callable[[float, float, float], object] | None":
    told = shown(progress)
    return _updates_bar if isinstance(told, TerminalBar) else told


def _updates_bar(made: float, total: float, wall_s: float) -> None:
    end = "\n" if made >= total else ""
    sys.stderr.write(f"\rupdate {made:,.0f} of {total:,.0f}, {wall_s:.0f} s\x1b[K{end}")
    sys.stderr.flush()


def rules() -> list[str]:
    """Names of the learning rules (docs/learning.md)."""
    return _core.rules()
