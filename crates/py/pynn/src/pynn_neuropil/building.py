"""From PyNN's populations and projections to a network of neuropil, and edits of it while it runs."""

import warnings
from dataclasses import dataclass
from typing import Any

import neuropil as npl
import numpy as np
from pyNN.parameters import Sequence

from . import builtin
from .cells import SpikeSourceArray
from .lowering import even
from .projections import Bundle


@dataclass
class Running:
    """What a network runs with of a population."""

    values: dict[str, Any]
    kind: Any
    parameters: dict[str, np.ndarray]


class Sent:
    """The spikes that cells send: those that were told at the start, and from a later time on those that were told then."""

    def __init__(self, said: Any) -> None:
        self.said = self.trains = said

    def go_on(self, said: Any, from_ms: float) -> None:
        """Other spikes from a time on."""
        trains, are_past = [], False
        for before, own in zip(self.trains, said, strict=True):
            past, future = (np.asarray(one.value, dtype=float) for one in (before, own))
            are_past |= bool(np.any(future < from_ms))
            trains.append(Sequence(np.concatenate([past[past < from_ms], future[future >= from_ms]])))
        if are_past:
            warnings.warn(f"spike_times: those before {from_ms:g} ms are past, and are not sent", stacklevel=2)
        self.said, self.trains = said, trains


class Built:
    """A network in memory, and what PyNN's objects are called in it."""

    def __init__(self, state: Any) -> None:
        self._dt, self._threads = state.dt, state.threads
        self.network = npl.Network(dt_ms=state.dt, seed=state.seed)
        self.names: dict[int, str] = {}
        self.bundles: list[Bundle] = []
        for population in state.populations:
            self._population(population)
        for projection in state.projections:
            self._projection(projection)
        for source in state.current_sources:
            for target in source.targets:
                for current in source.inputs():
                    self.network.input(current, to=self.part(target.population, target.cells))
                target.is_built = True
            source.keep()
        self.simulation = self.network.build(threads=self._threads)

    def _population(self, population: Any) -> None:
        lowering = population.celltype.lowering
        name = str(population.label).replace("/", "_").strip(".") or "population"
        while name in self.names.values():
            name += f" #{int(population.first_id)}"
        model = lowering.model(population.values, population.begin, self._dt)
        self.network.population(name, population.size, model)
        self.names[id(population)] = name
        values = population.values
        population.running = Running(values, lowering.kind(values), lowering.parameters(values, self._dt))
        population.sent = Sent(population.values.get("spike_times"))

    def part(self, population: Any, cells: Any = None) -> Any:
        """neuropil's population, or some cells of it."""
        whole = self.network[self.names[id(population)]]
        if cells is None or len(cells) == population.size:
            return whole
        return whole[[int(own) for own in cells]]

    def _projection(self, projection: Any) -> None:
        projection.bundles, projection.built = projection.bundled(), self
        for number, bundle in enumerate(projection.bundles):
            bundle.name = f"projection {projection.number}" + (f".{number}" if number else "")
            pre, post, connector = self._wiring(bundle)
            given = projection.synapse_type.synapse(bundle.parameters, bundle.port, bundle.delay_ms, self._dt)
            self.network.connect(
                pre,
                post,
                connector,
                delay_ms=even(bundle.delay_ms),
                receptor=bundle.port.receptor,
                name=bundle.name,
                synapse=given,
                **{bundle.port.weight: even(bundle.weight)},
            )
            self.bundles.append(bundle)

    def _wiring(self, bundle: Bundle) -> tuple[Any, Any, npl.parts.Connector]:
        """Who is connected, and how: a list, or where it is every pair of some cells and all are alike, that."""
        sources, targets = np.unique(bundle.sources), np.unique(bundle.targets)
        is_even = all(np.all(own == own[0]) for own in (bundle.weight, bundle.delay_ms))
        if is_even and len(bundle.which) == len(sources) * len(targets) and bundle.has_single_pairs():
            return self.part(bundle.pre, sources), self.part(bundle.post, targets), npl.AllToAll(autapses=True)
        listed = npl.Listed(bundle.sources, bundle.targets, autapses=True, multapses=True)
        return self.part(bundle.pre), self.part(bundle.post), listed

    # Changes between runs

    def follow(self, state: Any) -> None:
        """Edits the network that runs to what PyNN's objects say now."""
        sending = [own for own in state.populations if own.values.get("spike_times") is not own.sent.said]
        if sending:
            self._send(sending)
        for population in state.populations:
            if not isinstance(population.celltype, SpikeSourceArray):
                self._parameters(population)
        for projection in state.projections:
            self._weights(projection)

    def _parameters(self, population: Any) -> None:
        if population.values is population.running.values:
            return
        lowering = population.celltype.lowering
        now = lowering.parameters(population.values, self._dt)
        before = population.running.parameters
        if lowering.kind(population.values) != population.running.kind or set(now) != set(before):
            raise NotImplementedError(f"{population.label}: such a change is no edit of a running network; say it before run()")
        moved = [name for name in now if not np.array_equal(now[name], before[name])]
        if moved:
            self._edits(population, moved, now, before)
        population.running.values, population.running.parameters = population.values, now

    def _edits(self, population: Any, moved: list[str], now: dict[str, Any], before: dict[str, Any]) -> None:
        """Edits parameters that have moved, of all cells with the same new values at once."""
        table = np.array([np.broadcast_to(now[name], population.size) for name in moved], dtype=float).T
        stays = np.all(table == np.array([np.broadcast_to(before[name], population.size) for name in moved]).T, axis=1)
        for row in np.unique(table[~stays], axis=0):
            cells = np.flatnonzero(np.all(table == row, axis=1) & ~stays)
            self._edit(population, cells, dict(zip(moved, row.tolist(), strict=True)))

    def _edit(self, population: Any, cells: np.ndarray, changed: dict[str, float]) -> None:
        part = self.part(population, cells)
        rate = changed.pop("rate_hz", None)
        if rate is not None:
            self.simulation.rate(part, rate)
        if changed:
            self.simulation.set(part, changed)

    def _weights(self, projection: Any) -> None:
        if not projection.is_changed:
            return
        for bundle in projection.bundles:
            wanted = projection.weights_of(bundle)
            if not np.array_equal(wanted, bundle.weight):
                self.simulation.weights(bundle.name)[:] = wanted
                bundle.weight = wanted
        projection.is_changed = False

    def _send(self, populations: list[Any]) -> None:
        """Gives cells other spikes from now on: builds the network with them and repeats the past, which is the same bit for
        bit, since the spikes until now are.
        """
        now = self.simulation.t_ms
        network = self.simulation.network()
        for population in populations:
            population.sent.go_on(population.values["spike_times"], now + self._dt / 2)
            network.set(f"populations.{self.names[id(population)]}.spikes", builtin.trains(population.sent.trains, self._dt))
        self.network = network
        self.simulation = network.build(threads=self._threads)
        self.simulation.advance(now)
