"""Advancing a simulation, and reading of it what is recorded."""

from typing import Any

import numpy as np

from .recording import Recorder, Signal


class Reading:
    """What is read of one population during a run."""

    def __init__(self, state: Any, recorder: Recorder) -> None:
        self._recorder, self._simulation = recorder, state.built.simulation
        population = recorder.population
        self._name = state.built.names[id(population)]
        self.has_spikes = recorder.has_spikes()
        first = int(population.first_id)
        self._views = []
        for variable, ids in recorder.wanted().items():
            known = population.celltype.lowering.variables[variable.name]
            part = state.built.part(population, [own - first for own in ids])
            view = self._simulation.state(part, known.name)
            rows: list[np.ndarray] = []
            self._views.append((variable, ids, view, known.size, rows))
        if self._views and recorder.due is None:
            recorder.due = self._simulation.step

    @property
    def due(self) -> int | None:
        """The step of the next sample."""
        return self._recorder.due if self._views else None

    def sample(self, step: int) -> None:
        """Reads the state, if it is time."""
        if self.due != step:
            return
        for _, _, view, _, rows in self._views:
            rows.append(view.copy())
        self._recorder.due = step + self._recorder.every

    def spikes(self) -> None:
        """Reads the spikes of the last advance."""
        if self.has_spikes:
            times, cells = self._simulation.spikes(self._name)
            if len(times):
                self._recorder.spikes.append((times, cells.astype(int)))

    def close(self) -> None:
        """Gives the recorder what was read."""
        for variable, ids, _, size, rows in self._views:
            if rows:
                known = self._recorder.signals.setdefault(variable, Signal(ids))
                known.put(ids, np.array(rows) * size)


def advance(state: Any, steps: int) -> None:
    """Advances by some steps, from sample to sample."""
    simulation, dt = state.built.simulation, state.dt
    readings = [Reading(state, own) for own in state.recorders]
    readings = [own for own in readings if own.has_spikes or own.due is not None]
    step = simulation.step
    until = step + steps
    for source in state.current_sources:
        source.play(state.built, step, until)
    sampled = [own for own in readings if own.due is not None]
    spiking = [own for own in readings if own.has_spikes]
    for own in sampled:
        own.sample(step)
    try:
        while step < until:
            following = min([until, *(own.due for own in sampled)])
            simulation.advance((following - step) * dt)
            step = following
            for own in spiking:
                own.spikes()
            for own in sampled:
                own.sample(step)
    finally:
        for own in readings:
            own.close()
