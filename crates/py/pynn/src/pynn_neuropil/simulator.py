"""What PyNN asks of a simulator: its state, its clock, the numbers of its cells."""

import warnings
from typing import Any

import neuropil as npl
from pyNN import common, errors

name = "neuropil"
#: How far from a step an end of a run may be without being told.
_EXACT = 1e-6


class ID(int, common.IDMixin):
    """A cell: its number among all cells."""


class State(common.control.BaseState):
    """The network that is described, and the simulation of it if it has begun."""

    num_processes, mpi_rank = 1, 0

    def __init__(self) -> None:
        super().__init__()
        self.dt, self.seed, self.threads = 0.1, 1, None
        self.asked_min_delay: Any = "auto"
        self.max_delay: Any = "auto"
        self.clear()

    def clear(self) -> None:
        """Forgets the network."""
        self.recorders: set[Any] = set()
        self.write_on_end: list[Any] = []
        self.populations: list[Any] = []
        self.projections: list[Any] = []
        self.current_sources: list[Any] = []
        self.id_counter = 0
        self.segment_counter = -1
        self.reset()

    def reset(self) -> None:
        """Time 0: the network is built again at the next run."""
        self.running = False
        self.t_start = 0
        self.segment_counter += 1
        self.built: Any = None
        for population in self.populations:
            population.running = None
        for projection in self.projections:
            projection.built = None
        for source in self.current_sources:
            source.begin_again()
        for recorder in self.recorders:
            recorder.begin_again()

    @property
    def t(self) -> float:
        return 0.0 if self.built is None else self.built.simulation.t_ms

    @property
    def step(self) -> int:
        """Steps so far."""
        return 0 if self.built is None else self.built.simulation.step

    @property
    def min_delay(self) -> float:
        """The least delay: the one that `setup` was told, or else that of the synapses there are."""
        if self.asked_min_delay != "auto":
            return self.asked_min_delay
        least = [own.least_delay() for own in self.projections if len(own)]
        return min(least, default=self.dt)

    def run(self, simtime: float) -> None:
        self.run_until(self.t + simtime)

    def run_until(self, tstop: float) -> None:
        from .building import Built
        from .running import advance

        until = round(tstop / self.dt)
        if abs(tstop / self.dt - until) > _EXACT * max(1.0, abs(until)):
            warnings.warn(f"run until {tstop} ms: rounded to whole steps of {self.dt} ms", errors.RoundingWarning, stacklevel=3)
        try:
            if self.built is None:
                self.built = Built(self)
            elif until > self.step:
                self.built.follow(self)
            self.running = True
            advance(self, until - self.step)
        except npl.InputError as fault:
            raise errors.InvalidParameterValueError(str(fault)) from fault


state = State()


def fixed(what: str) -> None:
    """Refuses what a network that has begun to run cannot take."""
    if state.built is not None:
        raise NotImplementedError(f"{what}: the network runs already; say it before run(), or behind reset()")


def present(population: Any) -> None:
    """Refuses cells of a network that the last `setup` has ended."""
    if not any(own is population for own in state.populations):
        raise ValueError(f"{population.label}: its network ended with setup(), expected cells of the present one")
