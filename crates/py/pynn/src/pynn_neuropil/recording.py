"""What is recorded, between the steps of a simulation."""

from typing import Any

import numpy as np
from pyNN import recording

from . import simulator


class Signal:
    """A variable of some cells, and what of it was read so far."""

    def __init__(self, ids: list[int]) -> None:
        self.ids, self.rows = ids, [np.zeros((0, len(ids)))]

    def put(self, ids: list[int], rows: np.ndarray) -> None:
        """Adds rows of cells; what was not recorded of a cell is NaN."""
        if ids != self.ids:
            every = sorted({*self.ids, *ids})
            self.rows, self.ids = [_spread(own, self.ids, every) for own in self.rows], every
            rows = _spread(rows, ids, every)
        self.rows.append(rows)

    def of(self, ids: list[int]) -> np.ndarray:
        """All rows of some cells."""
        self.rows = [np.vstack(self.rows)]
        return _spread(self.rows[0], self.ids, ids)


def _spread(rows: np.ndarray, ids: list[int], every: list[int]) -> np.ndarray:
    places = {own: place for place, own in enumerate(ids)}
    spread = np.full((len(rows), len(every)), np.nan)
    for column, own in enumerate(every):
        if own in places:
            spread[:, column] = rows[:, places[own]]
    return spread


class Recorder(recording.Recorder):
    """What PyNN asks of a recorder, and what is read for it while a simulation advances."""

    _simulator = simulator

    def __init__(self, population: Any, file: Any = None) -> None:
        super().__init__(population, file)
        self.begin_again()

    def begin_again(self) -> None:
        """Forgets what was read."""
        self.spikes: list[tuple[np.ndarray, np.ndarray]] = []
        self.signals: dict[Any, Signal] = {}
        #: The step of the next sample; None: the one that comes first.
        self.due: int | None = None

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        simulator.present(self.population)
        if sampling_interval is None:
            return
        steps = sampling_interval / self._simulator.state.dt
        if round(steps) < 1 or abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"sampling_interval: found {sampling_interval} ms, expected a multiple of the time step")
        self.sampling_interval = sampling_interval

    def _reset(self) -> None:
        self.begin_again()

    def _clear_simulator(self) -> None:
        self.begin_again()

    @property
    def every(self) -> int:
        """Steps between samples."""
        return round(self.sampling_interval / self._simulator.state.dt)

    def wanted(self) -> dict[Any, list[int]]:
        """Cells by their variable, but spikes."""
        return {own: sorted(int(one) for one in ids) for own, ids in self.recorded.items() if own.name != "spikes" and ids}

    def has_spikes(self) -> bool:
        """Whether spikes are recorded."""
        return any(own.name == "spikes" and ids for own, ids in self.recorded.items())

    def _spikes(self, ids: Any) -> tuple[np.ndarray, np.ndarray]:
        """Cells, as numbers among all, and times of the spikes of some cells, in the order of their times."""
        times = np.concatenate([np.zeros(0), *(own for own, _ in self.spikes)])
        cells = np.concatenate([np.zeros(0, dtype=int), *(own for _, own in self.spikes)]) + int(self.population.first_id)
        self.spikes = [(times, cells - int(self.population.first_id))]
        wanted = np.isin(cells, np.fromiter((int(own) for own in ids), dtype=int))
        return cells[wanted], times[wanted]

    def _get_spiketimes(self, ids: Any, clear: bool = False) -> tuple[np.ndarray, np.ndarray]:
        return self._spikes(ids)

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> tuple[np.ndarray, None]:
        signal = self.signals.get(variable)
        wanted = [int(own) for own in ids]
        return (np.zeros((0, len(wanted))) if signal is None else signal.of(wanted)), None

    def _local_count(self, variable: Any, filter_ids: Any = None) -> dict[int, int]:
        ids = sorted(int(own) for own in self.filter_recorded(variable, filter_ids))
        cells, _ = self._spikes(ids)
        known, counts = np.unique(cells, return_counts=True)
        counted = dict(zip(known.tolist(), counts.tolist(), strict=True))
        return {own: counted.get(own, 0) for own in ids}
