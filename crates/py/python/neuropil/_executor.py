"""Comparisons whose runs an executor makes: processes of this machine, or of others."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from . import _core
from ._comparison import Comparison
from .errors import InputError, NonFiniteError

if TYPE_CHECKING:
    from ._task import Task
    from ._training import Rule


class Executor(Protocol):
    """What `concurrent.futures.Executor` is, and what dask's `client.get_executor()` gives."""

    def submit(self, fn: Callable[..., Any], /, *arguments: Any) -> Any:
        """Calls a function elsewhere; returns what has `result()`, `done()` and `cancel()`."""


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
    """Runs that were handed over, and what has come back of them."""

    def __init__(self, executor: Executor, known: Comparison, path: str | None, save_every_s: float) -> None:
        self._executor, self._known, self._path, self._save_every_s = executor, known, path, save_every_s
        self._futures: list[Any] = []
        self._saved = time.monotonic()

    def submit(self, *arguments: Any) -> None:
        """Hands a run over."""
        self._futures.append(self._executor.submit(one_run, *arguments))

    def __len__(self) -> int:
        return len(self._futures)

    def wait(self, told: Callable[[int], None]) -> Comparison:
        """Waits for all; a fault of one keeps what has come back, and is raised."""
        try:
            for future in self._futures:
                future.result()
                told(len(self._back()))
                if self._path is not None and time.monotonic() - self._saved >= self._save_every_s:
                    self._merged()
                    self._saved = time.monotonic()
        except BaseException:
            for future in self._futures:
                future.cancel()
            self._merged()
            raise
        return self._merged()

    def _back(self) -> list[Any]:
        """What has come back, in the order in which it was handed over."""
        return [own for own in self._futures if own.done() and not own.cancelled() and own.exception() is None]

    def _merged(self) -> Comparison:
        """What was there and what has come back, also in the file."""
        parts = [own.result() for own in self._back()]
        has_new = bool(parts)
        if self._known.runs:
            parts.insert(0, self._known)
        merged = parts[0].merge(*parts[1:]) if parts else self._known
        merged.path = self._path
        if self._path is not None and has_new:
            merged._core.save(self._path)
        return merged
