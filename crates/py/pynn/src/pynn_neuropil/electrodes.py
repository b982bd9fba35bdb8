"""Current sources: each a current that is constant over a step."""

from dataclasses import dataclass
from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors
from pyNN.parameters import ParameterSpace, Sequence
from pyNN.standardmodels import StandardCurrentSource, electrodes

from . import simulator
from .cells import kept
from .lowering import on_grid

#: Behind it, a source never ends.
_NEVER_MS = 1e9


@dataclass
class Target:
    """Cells of a population that have the current of a source."""

    population: Any
    cells: list[int]
    #: Whether the network was built with what the source said then.
    is_built: bool = False


class CurrentSource(StandardCurrentSource):
    """A source. At the start, neuropil is given its current as inputs; what differs later, and noise, is injected run by run."""

    def __init__(self, **parameters: Any) -> None:
        state = simulator.state
        object.__setattr__(self, "targets", [])
        self.number = len(state.current_sources)
        self._said: dict[str, Any] | None = None
        self._trace: list[np.ndarray] = []
        self._recorded_from: int | None = None
        given = ParameterSpace(self.default_parameters, self.get_schema(), shape=(1,))
        given.update(**parameters)
        self.set_native_parameters(self.translate(given))
        state.current_sources.append(self)

    def set_native_parameters(self, parameters: ParameterSpace) -> None:
        parameters.evaluate(simplify=True)
        for name, value in parameters.items():
            own = np.asarray(value.value, dtype=float) if isinstance(value, Sequence) else float(value)
            if not np.all(np.isfinite(own)):
                raise errors.InvalidParameterValueError(f"{name} of {type(self).__name__}: found {own}, expected finite numbers")
            self._tell_rounding(name, own)
            object.__setattr__(self, name, own)

    def _tell_rounding(self, name: str, value: Any) -> None:
        """Warns of a time that is moved onto the grid; an interval below a step is one."""
        dt = simulator.state.dt
        if name == "times" or (name in ("start", "stop") and value < _NEVER_MS) or (name == "dt" and value > dt):
            on_grid(value, dt, f"{name} of {type(self).__name__}")

    def get_native_parameters(self) -> ParameterSpace:
        return ParameterSpace({name: getattr(self, name) for name in self.translations}, shape=(1,))

    def said(self) -> dict[str, Any]:
        """The parameters as they are now."""
        return {name: getattr(self, name) for name in self.translations}

    def inject_into(self, cells: Any, location: Any = None) -> None:
        """Lets the current flow into cells: a population, a view, an assembly or a list."""
        if location is not None:
            raise NotImplementedError(f"location: found {location!r}, neuropil's cells are points")
        state = simulator.state
        if not any(own is self for own in state.current_sources):
            # It comes from before the last `setup`.
            self.number = len(state.current_sources)
            object.__setattr__(self, "targets", [])
            self._recorded_from = None
            self.begin_again()
            state.current_sources.append(self)
        populations: dict[int, Target] = {}
        for own in cells:
            if not own.celltype.injectable:
                raise TypeError("Can't inject current into a spike source.")
            target = populations.setdefault(id(own.parent), Target(own.parent, []))
            target.cells.append(own.parent.id_to_index(own))
        for target in populations.values():
            simulator.present(target.population)
            target.cells.sort()
            self.targets.append(target)

    # What flows

    def inputs(self) -> list[npl.parts.Input]:
        """The current as inputs of neuropil."""
        raise NotImplementedError

    def values(self, said: dict[str, Any], steps: np.ndarray) -> np.ndarray:
        """The current in nA in the steps that begin at these multiples of the time step."""
        raise NotImplementedError

    def keep(self) -> None:
        """Notes what the network was built with."""
        self._said = self.said()

    def begin_again(self) -> None:
        """Time 0 again."""
        self._said, self._trace = None, []
        if self._recorded_from is not None:
            self._recorded_from = 0
        for target in self.targets:
            target.is_built = False

    def play(self, built: Any, first: int, until: int) -> None:
        """Injects what the steps from the first on need beyond the inputs."""
        steps = np.arange(first, until)
        now = self.values(self.said(), steps)
        if self._recorded_from is not None:
            self._trace.append(now)
        for target in self.targets:
            flows = now - self.values(self._said, steps) if target.is_built and self._said is not None else now
            part = built.part(target.population, target.cells)
            for begin, end, current in runs(flows):
                self._inject(built, part, first + begin, first + end, current)

    def _inject(self, built: Any, part: Any, begin: int, end: int, current: float) -> None:
        dt = simulator.state.dt
        edit = npl.Injection(part, amplitude_pa=1000.0 * current, at_ms=round(begin * dt, 9), until_ms=round(end * dt, 9))
        built.simulation.intervene(edit)

    # What was recorded

    def record(self) -> None:
        """Records the current, from now on."""
        if self._recorded_from is None:
            self._recorded_from = simulator.state.step

    def _get_data(self) -> tuple[np.ndarray, np.ndarray]:
        if self._recorded_from is None:
            raise RuntimeError("the current was not recorded: record() comes before run()")
        last = self.values(self.said(), np.array([simulator.state.step]))
        currents = np.concatenate([*self._trace, last])
        return (self._recorded_from + np.arange(len(currents))) * simulator.state.dt, currents


def runs(flows: np.ndarray) -> list[tuple[int, int, float]]:
    """Begin, end and value of each run of equal numbers but 0."""
    if not len(flows):
        return []
    starts = np.flatnonzero(np.concatenate([[True], flows[1:] != flows[:-1]]))
    ends = np.append(starts[1:], len(flows))
    return [(int(a), int(b), float(flows[a])) for a, b in zip(starts, ends, strict=True) if flows[a] != 0.0]


def _step(time_ms: float) -> int:
    """The step that begins at a time, or next to it."""
    return round(time_ms / simulator.state.dt)


def _window(said: dict[str, Any], steps: np.ndarray) -> np.ndarray:
    """Which steps lie between start and stop."""
    return (steps >= _step(said["start"])) & (steps < _step(said["stop"]))


def _limits(said: dict[str, Any]) -> dict[str, Any]:
    """start and stop as neuropil has them."""
    dt = simulator.state.dt
    given = {"start_ms": round(_step(said["start"]) * dt, 9)}
    if said["stop"] < _NEVER_MS:
        given["stop_ms"] = round(_step(said["stop"]) * dt, 9)
    return given


def _is_empty(said: dict[str, Any]) -> bool:
    return _step(said["stop"]) <= _step(said["start"])


class DCSource(CurrentSource, electrodes.DCSource):
    __doc__ = electrodes.DCSource.__doc__
    translations = kept(electrodes.DCSource)

    def inputs(self) -> list[npl.parts.Input]:
        own = self.said()
        return [] if _is_empty(own) else [npl.StepCurrent(amplitude_pa=1000.0 * own["amplitude"], **_limits(own))]

    def values(self, said: dict[str, Any], steps: np.ndarray) -> np.ndarray:
        return said["amplitude"] * _window(said, steps)


class ACSource(CurrentSource, electrodes.ACSource):
    __doc__ = electrodes.ACSource.__doc__
    translations = kept(electrodes.ACSource)

    def inputs(self) -> list[npl.parts.Input]:
        own = self.said()
        if _is_empty(own):
            return []
        # neuropil's phase is that at time 0, PyNN's that at `start`.
        phase = own["phase"] / 360.0 - own["frequency"] * _limits(own)["start_ms"] * 1e-3
        return [
            npl.SineCurrent(
                amplitude_pa=1000.0 * own["amplitude"],
                offset_pa=1000.0 * own["offset"],
                frequency_hz=own["frequency"],
                phase_cycles=phase,
                **_limits(own),
            )
        ]

    def values(self, said: dict[str, Any], steps: np.ndarray) -> np.ndarray:
        since_ms = (steps - _step(said["start"])) * simulator.state.dt
        cycles = said["frequency"] * since_ms * 1e-3 + said["phase"] / 360.0
        return (said["offset"] + said["amplitude"] * np.sin(2 * np.pi * cycles)) * _window(said, steps)


class StepCurrentSource(CurrentSource, electrodes.StepCurrentSource):
    __doc__ = electrodes.StepCurrentSource.__doc__
    translations = kept(electrodes.StepCurrentSource)

    def set_native_parameters(self, parameters: ParameterSpace) -> None:
        super().set_native_parameters(parameters)
        times, amplitudes = self.times, self.amplitudes
        if len(times) != len(amplitudes):
            raise ValueError(f"times: found {len(times)}, expected one for each of {len(amplitudes)} amplitudes")
        if np.any(times < 0.0):
            raise ValueError("times: found one below 0, expected none")
        if np.any(np.diff(times) <= 0.0):
            raise ValueError("times: found times that do not ascend, expected ascending ones")
        steps = np.rint(times / simulator.state.dt)
        # Of several in one step the last one holds.
        last = np.append(np.diff(steps) > 0, True)[: len(steps)]
        object.__setattr__(self, "times", np.round(steps[last] * simulator.state.dt, 9))
        object.__setattr__(self, "amplitudes", amplitudes[last])

    def get_native_parameters(self) -> ParameterSpace:
        return ParameterSpace({name: Sequence(own) for name, own in self.said().items()}, shape=(1,))

    def inputs(self) -> list[npl.parts.Input]:
        inputs: list[npl.parts.Input] = []
        if not len(self.times):
            return inputs
        ends = [*self.times[1:].tolist(), None]
        for begin, end, amplitude in zip(self.times.tolist(), ends, self.amplitudes.tolist(), strict=True):
            inputs.append(npl.StepCurrent(amplitude_pa=1000.0 * amplitude, start_ms=begin, stop_ms=end))
        return inputs

    def values(self, said: dict[str, Any], steps: np.ndarray) -> np.ndarray:
        changes = np.rint(said["times"] / simulator.state.dt)
        amplitudes = np.concatenate([[0.0], said["amplitudes"]])
        return amplitudes[np.searchsorted(changes, steps, side="right")]


class NoisyCurrentSource(CurrentSource, electrodes.NoisyCurrentSource):
    __doc__ = electrodes.NoisyCurrentSource.__doc__
    translations = kept(electrodes.NoisyCurrentSource)

    def __init__(self, **parameters: Any) -> None:
        self._drawn = np.zeros(0)
        super().__init__(**parameters)
        self.begin_again()

    def begin_again(self) -> None:
        """Time 0 again, with the same noise."""
        super().begin_again()
        self._rng = np.random.default_rng([simulator.state.seed, self.number])
        self._drawn = np.zeros(0)

    def inputs(self) -> list[npl.parts.Input]:
        # All cells have one noise, which is drawn here: neuropil's noise is of each cell.
        return []

    def play(self, built: Any, first: int, until: int) -> None:
        for target in self.targets:
            target.is_built = False
        super().play(built, first, until)

    def values(self, said: dict[str, Any], steps: np.ndarray) -> np.ndarray:
        every = max(1, _step(said["dt"]))
        inside = _window(said, steps)
        place = np.where(inside, (steps - _step(said["start"])) // every, 0)
        missing = place.max(initial=0) + 1 - len(self._drawn)
        if missing > 0:
            self._drawn = np.concatenate([self._drawn, self._rng.standard_normal(missing)])
        return (said["mean"] + said["stdev"] * self._drawn[place]) * inside
