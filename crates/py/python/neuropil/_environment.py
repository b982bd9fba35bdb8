"""Environments of a closed loop that others wrote: those of gymnasium, and programs that speak lines of JSON."""

import json
import os
import select
import socket
import subprocess
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ._numbers import finite, whole
from .errors import InputError, StateError

Counts = Mapping[str, npt.NDArray[np.int64]]
Answer = Mapping[str, float] | None

#: Bytes of an answer; longer ones are no answers. Letters of one that is shown. The longest time to wait, s.
_LONGEST, _SHOWN, _MOST_S = 1 << 20, 80, 1e6

_Own = TypeVar("_Own", bound="_Remote")


def answered(answer: Any, kinds: Mapping[str, Any]) -> list[tuple[Any, float]]:
    """What an environment answers, each with the edit that it means; refuses what is no answer."""
    if answer is None:
        return []
    if not isinstance(answer, Mapping):
        raise InputError(f"run: the environment answers {answer!r}, expected a number for each name, as in {{'noise': 8}}, or None")
    given = []
    for name, value in answer.items():
        if name not in kinds:
            raise InputError(f"run: the environment answers `{name}`; known are {', '.join(kinds)}")
        # An array, or a tensor, of one number without an axis is that number.
        number = value.item() if getattr(value, "ndim", None) == 0 else value
        if (known := finite(f"run: the environment's answer for `{name}`", number)) is None:
            raise InputError(f"run: the environment's answer for `{name}`: found None, expected a finite number")
        given.append((kinds[name], known))
    return given


class GymEnvironment:
    """An environment as gymnasium has them, for `Simulation.run(environment=...)`: the network is the agent.

    env: What has `reset(seed=)` and `step(action)`, as `gymnasium.make(...)` gives it.
    act: Given the counts of a window, an array a population, gives the action of a step.
    sense: Given the observation and the reward of a step, gives a number for each name, as any environment does.
    seed: Seed of the first episode; later ones go on from there, as gymnasium has it.

    The first window has no step: its answer is the first observation, with a reward of 0. Where an episode ends, the next one begins at once: the
    answer is then its first observation, with the last reward. `returns` has the sum of rewards of each episode that has ended. Another simulation
    takes another one, which begins with an episode.
    """

    def __init__(self, env: Any, *, act: Callable[[Counts], Any], sense: Callable[[Any, float], Answer], seed: int) -> None:
        if isinstance(env, type):
            raise InputError(f"GymEnvironment: env is the class {env.__name__}, expected one of its objects: {env.__name__}(...)")
        missing = [name for name in ("reset", "step") if not callable(getattr(env, name, None))]
        if missing:
            raise InputError(f"GymEnvironment: env is {env!r}, which has no `{missing[0]}`; expected an environment of gymnasium")
        for name, given in (("act", act), ("sense", sense)):
            if not callable(given):
                raise InputError(f"GymEnvironment: {name} is {given!r}, expected a function")
        self._env, self._act, self._sense = env, act, sense
        self._seed = whole("GymEnvironment: seed", seed, 0)
        if self._seed is None:
            raise InputError("GymEnvironment: seed: found None, expected a whole number, 0 at least: episodes are to be the same again")
        #: End of the last window, ms.
        self._reached_ms: float | None = None
        self._sum = 0.0
        self.returns: list[float] = []

    def _reset(self, **seed: int | None) -> Any:
        given = self._env.reset(**seed)
        if not isinstance(given, tuple) or len(given) != 2:
            raise InputError(f"GymEnvironment: reset gives {given!r}, expected (observation, info)")
        self._sum = 0.0
        return self._shaped(given[0])

    def _shaped(self, observation: Any) -> Any:
        """An observation; refuses one of another shape than its space."""
        shape = getattr(getattr(self._env, "observation_space", None), "shape", None)
        if shape is not None and np.shape(observation) != tuple(shape):
            raise InputError(f"GymEnvironment: an observation has shape {np.shape(observation)}, expected {tuple(shape)} of observation_space")
        return observation

    def _chosen(self, counts: Counts) -> Any:
        """The action that counts mean; refuses one that is not in its space."""
        action, space = self._act(counts), getattr(self._env, "action_space", None)
        if space is not None and not space.contains(action):
            raise InputError(f"GymEnvironment: act gives {action!r}, expected an action of {space}")
        return action

    def __call__(self, counts: Counts, t_ms: float) -> Answer:
        before_ms = self._reached_ms
        if before_ms is not None and t_ms <= before_ms:
            raise StateError(
                f"GymEnvironment: a window ends at {t_ms:g} ms, after one that ended at {before_ms:g} ms: it is in an episode of another "
                "simulation; expected another GymEnvironment for each"
            )
        self._reached_ms = t_ms
        if before_ms is None:
            return self._sense(self._reset(seed=self._seed), 0.0)
        given = self._env.step(self._chosen(counts))
        if not isinstance(given, tuple) or len(given) != 5:
            raise InputError(f"GymEnvironment: step gives {given!r}, expected (observation, reward, terminated, truncated, info)")
        observation, reward, *ends, _ = given
        for name, own in zip(("terminated", "truncated"), ends, strict=True):
            if not isinstance(own, (bool, np.bool_)):
                raise InputError(f"GymEnvironment: {name} is {own!r} at {t_ms:g} ms, expected True or False")
        try:
            reward = float(reward)
        except (TypeError, ValueError):
            reward = np.nan
        if not np.isfinite(reward):
            raise InputError(f"GymEnvironment: the reward is {given[1]!r} at {t_ms:g} ms, expected a finite number")
        self._sum += reward
        if any(ends):
            self.returns.append(self._sum)
            return self._sense(self._reset(), reward)
        return self._sense(self._shaped(observation), reward)


class _Remote:
    """Somebody who is told of a window by a line of JSON, and answers with a line of JSON."""

    def __init__(self, name: str, timeout_s: float) -> None:
        limit = finite("timeout_s", timeout_s)
        if limit is None or not 0 < limit <= _MOST_S:
            raise InputError(f"timeout_s: found {timeout_s!r}, expected a number of seconds > 0, {_MOST_S:.0f} at most")
        self._name, self._timeout_s, self._read = name, limit, b""
        #: Whether the answer to a window has not been read: it may still come.
        self._owes = False

    def __call__(self, counts: Counts, t_ms: float) -> Answer:
        told = {"t_ms": t_ms, "counts": {name: [int(count) for count in own] for name, own in counts.items()}}
        into, out = self._ends()
        if self._owes:
            raise StateError(
                f"{self._name} has not answered an earlier window: what it says at {t_ms:g} ms may be the answer to that one; begin another"
            )
        self._refuse_more(out, t_ms)
        until, self._owes = time.monotonic() + self._timeout_s, True
        self._send((json.dumps(told) + "\n").encode(), into, until, t_ms)
        line, self._owes = self._line(out, until, t_ms), False
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = line
        if answer is not None and not isinstance(answer, dict):
            raise InputError(f"{self._name} answers `{_shown(line)}` at {t_ms:g} ms, expected a line of JSON: a number for each name, or null")
        return answer

    def _refuse_more(self, out: int, t_ms: float) -> None:
        """Refuses what was said without a question: it would be taken for the answer to this one."""
        if not self._read and _is_ready(out, select.POLLIN, time.monotonic()):
            try:
                self._read = os.read(out, 1 << 16)
            except OSError:
                # Who has hung up is named where it is asked.
                return
        if self._read:
            raise InputError(f"{self._name} says `{_shown(self._read)}` before it is asked at {t_ms:g} ms, expected one line for each window")

    def _send(self, line: bytes, into: int, until: float, t_ms: float) -> None:
        view = memoryview(line)
        while view:
            if not _is_ready(into, select.POLLOUT, until):
                raise StateError(f"{self._name} has not read what it is told at {t_ms:g} ms within {self._timeout_s:g} s")
            try:
                view = view[os.write(into, view) :]
            except BlockingIOError:
                continue
            except OSError as fault:
                raise StateError(f"{self._name} takes nothing at {t_ms:g} ms: {self._end() or fault.strerror}") from None

    def _line(self, out: int, until: float, t_ms: float) -> bytes:
        while b"\n" not in self._read:
            if not _is_ready(out, select.POLLIN, until):
                raise StateError(f"{self._name} has not answered at {t_ms:g} ms within {self._timeout_s:g} s")
            try:
                more, why = os.read(out, 1 << 16), "it has hung up"
            except BlockingIOError:
                continue
            except OSError as fault:
                more, why = b"", str(fault.strerror)
            if not more:
                raise StateError(f"{self._name} does not answer at {t_ms:g} ms: {self._end() or why}")
            self._read += more
            if len(self._read) > _LONGEST:
                raise InputError(f"{self._name} answers more than {_LONGEST} bytes at {t_ms:g} ms, expected a line of JSON")
        line, _, self._read = self._read.partition(b"\n")
        return line

    def __enter__(self: _Own) -> _Own:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends it."""
        raise NotImplementedError

    def _ends(self) -> tuple[int, int]:
        """Where it is written to, without waiting, and where it is read."""
        raise NotImplementedError

    def _end(self) -> str | None:
        """How it ended, if that is known."""
        return None


class ProgramEnvironment(_Remote):
    """A program as the environment of `Simulation.run(environment=...)`. It reads a line of JSON for each window, and answers with one.

    command: The program and its arguments.
    timeout_s: How long an answer may take, s; default: 10.

    A line is `{"t_ms": 10.0, "counts": {"exc": [0, 2, 1]}}`: the end of the window, and the spikes of each watched cell. An answer
    is a number for each name, `{"noise": 8.5}`, or `null`. What the program writes to its standard error is seen. `close`, or the end of `with`, closes its input, by
    which it knows that it may end. One that nobody holds any more is ended, and so is one that goes on when Python ends. Unix only.
    """

    def __init__(self, command: Sequence[str | os.PathLike[str]], *, timeout_s: float = 10.0) -> None:
        if isinstance(command, (str, bytes)) or not isinstance(command, Sequence) or not command:
            raise InputError(f"ProgramEnvironment: command is {command!r}, expected a list: a program and its arguments")
        for own in command:
            if not isinstance(own, (str, bytes, os.PathLike)):
                raise InputError(f"ProgramEnvironment: command has {own!r}, expected texts: a program and its arguments")
        words = [os.fsdecode(own) for own in command]
        super().__init__(f"the environment `{words[0]}`", timeout_s)
        try:
            self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        except (OSError, ValueError) as fault:
            why = getattr(fault, "strerror", None) or fault
            raise InputError(f"ProgramEnvironment: {words[0]!r} cannot be started: {why}") from None
        # It is ended also where nobody closes it.
        self._finalizer = weakref.finalize(self, _end_now, self._process)
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)

    def _ends(self) -> tuple[int, int]:
        into, out = self._process.stdin, self._process.stdout
        assert into is not None and out is not None
        if into.closed:
            raise StateError(f"{self._name} is closed")
        return into.fileno(), out.fileno()

    def _end(self) -> str | None:
        try:
            return f"it has ended with code {self._process.wait(timeout=1)}"
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        """Closes the input of the program and waits for its end; one that goes on for longer than an answer may take is ended."""
        _hang_up(self._process)
        try:
            self._process.wait(timeout=self._timeout_s)
        except subprocess.TimeoutExpired:
            pass
        self._finalizer()


class SocketEnvironment(_Remote):
    """A program behind a Unix socket as the environment of `Simulation.run(environment=...)`; lines are those of `ProgramEnvironment`.

    path: The socket, at which the program listens.
    timeout_s: How long the connection and each answer may take, s; default: 10.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout_s: float = 10.0) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise InputError(f"SocketEnvironment: path is {path!r}, expected the name of a socket")
        super().__init__(f"the environment at {Path(path)}", timeout_s)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(self._timeout_s)
        try:
            self._socket.connect(os.fspath(path))
        except (OSError, ValueError) as fault:
            self._socket.close()
            raise InputError(f"SocketEnvironment: nobody listens at {str(path)!r}: {getattr(fault, 'strerror', None) or fault}") from None
        self._socket.setblocking(False)

    def _ends(self) -> tuple[int, int]:
        if self._socket.fileno() < 0:
            raise StateError(f"{self._name} is closed")
        return self._socket.fileno(), self._socket.fileno()

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()


def _hang_up(process: "subprocess.Popen[bytes]") -> None:
    """Closes what leads to a program and from it."""
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        try:
            stream.close()
        except BrokenPipeError:
            pass


def _end_now(process: "subprocess.Popen[bytes]") -> None:
    """Ends a program that goes on, without waiting for what it would do."""
    _hang_up(process)
    if process.poll() is None:
        process.kill()
        process.wait()


def _is_ready(handle: int, event: int, until: float) -> bool:
    """Whether a handle can be read or written before a time; one that has hung up can."""
    waited = select.poll()
    waited.register(handle, event)
    return bool(waited.poll(max(0.0, until - time.monotonic()) * 1e3))


def _shown(said: bytes) -> str:
    """What was said, as far as an error shows it."""
    text = said.decode(errors="replace").strip()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
