"""Comparisons whose runs an executor makes: processes of this machine, or of others."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, as_completed
from typing import TYPE_CHECKING, Any, Protocol

from . import _core
from ._comparison import Comparison
from .errors import InputError, NonFiniteError

if TYPE_CHECKING:
    from ._task import Task
    from ._training import Rule

#: A run that is handed over: its rule, its seed, and all that `one_run` takes.
Handed = tuple[str, int, tuple[Any, ...]]


class Executor(Protocol):
    """What `concurrent.futures.Executor` is, and what dask's `client.get_executor()` gives."""

    def submit(self, fn: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Calls a function elsewhere; returns the `concurrent.futures.Future` of what it gives."""


def check(executor: Any) -> None:
    """Refuses what cannot be asked to run something."""
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        found = f"the class {executor.__name__}" if isinstance(executor, type) else f"a {type(executor).__name__}"
        raise InputError(f"executor: found {found}, expected one such as concurrent.futures.ProcessPoolExecutor(4)")


def one_run(task: "Task", rule: "Rule", seed: int, options: dict[str, Any], command: str) -> Comparison:
    """A run from its beginning to its end, in whatever process this is called."""
    from ._training import Training

    training, faults = Training(task, rule, seed, **options), []
    runs = _core.Runs(training._core, command)
    try:
        while not training.done:
            training.advance()
    except NonFiniteError as fault:
        faults.append(str(fault))
    runs.put(training._core)
    return Comparison(runs, None, faults)


class Jobs:
    """Runs that are handed over, and what has come back of them."""

    def __init__(self, executor: Executor, known: "_core.Runs", path: str | None, save_every_s: Callable[[float], float]) -> None:
        self._executor, self._known, self._path, self._save_every_s = executor, known, path, save_every_s
        #: In the order in which they were handed over.
        self._futures: dict[Future[Comparison], Handed] = {}

    def run(self, all_of_them: Iterable[Handed], told: Callable[[int], None]) -> Comparison:
        """Hands all over and waits for them; a fault of one keeps what has come back, and is raised.

        told: Told how many have come back, whenever one does.
        """
        failed, saved, every_s = None, time.monotonic(), self._save_every_s(0.0)
        try:
            for handed in all_of_them:
                self._submit(handed)
            for finished, future in enumerate(as_completed(self._futures), 1):
                failed = self._futures[future]
                future.result()
                failed = None
                told(finished)
                if self._path is not None and time.monotonic() - saved >= every_s:
                    began = time.monotonic()
                    self._merged()
                    saved = time.monotonic()
                    every_s = self._save_every_s(saved - began)
        except BaseException as fault:
            for future in self._futures:
                future.cancel()
            kept = sum(has_ended for *_, has_ended in self._merged().runs)
            if hasattr(fault, "add_note"):
                fault.add_note(self._note(failed, kept))
            raise
        return self._merged()

    def _submit(self, handed: Handed) -> None:
        future = self._executor.submit(one_run, *handed[2])
        if not isinstance(future, Future):
            raise InputError(f"executor: its submit gives {future!r}, expected a concurrent.futures.Future")
        self._futures[future] = handed

    def _note(self, failed: Handed | None, kept: int) -> str:
        """Which run it was, and what is kept."""
        which = "" if failed is None else f"it was the run of {failed[0]} with seed {failed[1]}; "
        where = f", in `{self._path}`" if self._path is not None and kept else ""
        return f"{which}runs that had ended: {kept}{where}"

    def _merged(self) -> Comparison:
        """What was there, and what has come back in the order in which it was handed over; also in the file."""
        back = [own.result() for own in self._futures if own.done() and not own.cancelled() and own.exception() is None]
        for own in back:
            self._known.take(own._core)
        if self._path is not None and back:
            self._known.save(self._path)
        return Comparison(self._known, self._path, [fault for own in back for fault in own.faults])
