"""Projections: lists of synapses, made by PyNN's connectors."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyNN import common, errors
from pyNN.parameters import ParameterSpace
from pyNN.space import Space

from . import simulator
from .lowering import Port, on_grid
from .populations import cells_of
from .synapses import StaticSynapse


@dataclass
class Bundle:
    """Synapses of a projection that are one projection of neuropil: of one population onto another, with one set of constants."""

    pre: Any
    post: Any
    port: Port
    #: Which of the projection, by target.
    which: np.ndarray
    sources: np.ndarray
    targets: np.ndarray
    #: In neuropil's unit.
    weight: np.ndarray
    delay_ms: np.ndarray
    parameters: dict[str, float]
    name: str = field(default="")

    def has_single_pairs(self) -> bool:
        """Whether no cell reaches another twice."""
        # Pairs ascend by target and source.
        return not np.any((np.diff(self.sources) == 0) & (np.diff(self.targets) == 0))


class Connection(common.Connection):
    """A synapse of a projection; its attributes can be read and set."""

    def __init__(self, projection: "Projection", index: int) -> None:
        object.__setattr__(self, "projection", projection)
        object.__setattr__(self, "index", index)

    def __getattr__(self, name: str) -> Any:
        if name == "presynaptic_index":
            return int(self.projection.sources[self.index])
        if name == "postsynaptic_index":
            return int(self.projection.targets[self.index])
        return float(self.projection.column(name)[self.index])

    def __setattr__(self, name: str, value: Any) -> None:
        self.projection.put(name, np.array([value]), self.index)

    def as_tuple(self, *attribute_names: str) -> tuple[Any, ...]:
        """The attributes of these names."""
        return tuple(getattr(self, name) for name in attribute_names)


class Projection(common.Projection):
    __doc__ = common.Projection.__doc__
    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def __init__(
        self,
        presynaptic_population: Any,
        postsynaptic_population: Any,
        connector: Any,
        synapse_type: Any = None,
        source: Any = None,
        receptor_type: Any = None,
        space: Space = Space(),
        label: str | None = None,
    ) -> None:
        simulator.fixed("Projection")
        super().__init__(
            presynaptic_population, postsynaptic_population, connector, synapse_type, source, receptor_type, space, label
        )
        if source is not None:
            raise NotImplementedError(f"source: found {source!r}, neuropil's cells have one")
        for own in (self.pre, self.post):
            for population in cells_of(own)[0]:
                simulator.present(population)
        self._parts: list[tuple[np.ndarray, int, dict[str, Any]]] | None = []
        self._columns: dict[str, np.ndarray] = {}
        self.sources = self.targets = np.zeros(0, dtype=int)
        self.bundles: list[Bundle] = []
        #: Whether weights were set since the last run.
        self.is_changed = False
        #: The network that runs with it.
        self.built: Any = None
        # The network, the step and the weights that were read last.
        self._read: tuple[Any, int, np.ndarray] | None = None
        connector.connect(self)
        self._gather()
        state = simulator.state
        self.number = len(state.projections)
        state.projections.append(self)

    def _convergent_connect(
        self, presynaptic_indices: Any, postsynaptic_index: int, location_selector: Any = None, **parameters: Any
    ) -> None:
        if location_selector is not None:
            raise NotImplementedError("location_selector: neuropil's cells are points")
        self._parts.append((np.asarray(presynaptic_indices, dtype=int), int(postsynaptic_index), parameters))

    def _gather(self) -> None:
        """Makes columns of what the connector said."""
        parts, self._parts = self._parts, None
        names = parts[0][2] if parts else self.synapse_type.get_parameter_names()
        self._columns = {name: np.zeros(0) for name in names}
        if not parts:
            return
        self.sources = np.concatenate([sources for sources, _, _ in parts])
        self.targets = np.repeat([target for _, target, _ in parts], [len(sources) for sources, _, _ in parts])
        for name in names:
            each = [np.broadcast_to(np.asarray(given[name], dtype=float), len(sources)) for sources, _, given in parts]
            self.put(name, np.concatenate(each))

    def __len__(self) -> int:
        return len(self.sources)

    def __getitem__(self, index: int) -> Connection:
        return Connection(self, range(len(self))[index])

    @property
    def connections(self) -> Any:
        """The synapses, one by one."""
        return (Connection(self, index) for index in range(len(self)))

    # Columns

    def column(self, name: str) -> np.ndarray:
        """An attribute of all synapses as it is now, in PyNN's unit."""
        if name not in self._columns:
            raise AttributeError(f"synapses of {self.label} have no `{name}`; they have {', '.join(self._columns)}")
        if name == "weight" and self.synapse_type.changes and self.built is not None:
            return self._weights_now()
        return self._columns[name]

    def _weights_now(self) -> np.ndarray:
        """The weights of the network that runs, read once between two advances."""
        step = self.built.simulation.step
        if self._read is None or self._read[:2] != (self.built, step):
            weights = self._columns["weight"].copy()
            for bundle in self.bundles:
                now = np.asarray(self.built.simulation.weights(bundle.name))
                weights[bundle.which] = now / bundle.port.factor
            self._read = (self.built, step, weights)
        return self._read[2]

    def put(self, name: str, values: np.ndarray, index: int | None = None) -> None:
        """Sets an attribute of all synapses, or of one."""
        if name not in self._columns:
            raise AttributeError(f"synapses of {self.label} have no `{name}`")
        values = np.asarray(values, dtype=float)
        if np.any(~np.isfinite(values)):
            raise errors.InvalidParameterValueError(f"{name}: found numbers that are not finite")
        if name != "weight" or self.synapse_type.changes:
            simulator.fixed(f"{name} of {self.label}")
        values = self._delays(values) if name == "delay" else values
        if index is None:
            self._columns[name] = values
        else:
            self._columns[name][index] = values[0]
        self.is_changed = True

    def _delays(self, delays: np.ndarray) -> np.ndarray:
        state = simulator.state
        rounded = on_grid(delays, state.dt, f"delays of {self.label}")
        delays = np.where(np.abs(delays - rounded) < 1e-6 * state.dt, delays, rounded)
        least = state.dt if state.asked_min_delay == "auto" else state.asked_min_delay
        most = np.inf if state.max_delay == "auto" else state.max_delay
        out = delays[(delays < least - 1e-9) | (delays > most + 1e-9)]
        if len(out):
            raise errors.ConnectionError(f"Delay ({out[0]}) is out of range [{least}, {most}]")
        return delays

    def least_delay(self) -> float:
        """The least delay."""
        return float(self._columns["delay"].min())

    def _set_attributes(self, parameter_space: Any) -> None:
        parameter_space.evaluate(simplify=True)
        for name, value in parameter_space.items():
            if np.ndim(value) == 0:
                self.put(name, np.full(len(self), float(value)))
            else:
                self.put(name, value[self.sources, self.targets])

    def initialize(self, **initial_values: Any) -> None:
        """Takes initial values that neuropil's models can have, or have anyway, and refuses others."""
        space = ParameterSpace(initial_values, {name: float for name in initial_values}, self.shape)
        for name, value in self._handle_distance_expressions(space).evaluate().items():
            simulator.fixed(f"initialize({name}=...)")
            given = value[self.sources, self.targets]
            if name in self.synapse_type.initials:
                self._columns[f"initial {name}"] = given
            elif not np.all(self.synapse_type.begins(name, given, self._columns)):
                raise NotImplementedError(f"initialize({name}=...): synapses begin as their model says in neuropil")
            self.initial_values[name] = initial_values[name]

    def _get_attributes_as_list(self, names: Any) -> list[tuple[Any, ...]]:
        columns = []
        for name in names:
            own = {"presynaptic_index": self.sources, "postsynaptic_index": self.targets}.get(name)
            columns.append((self.column(name) if own is None else own).tolist())
        return list(zip(*columns, strict=True))

    def _get_attributes_as_arrays(self, names: Any, multiple_synapses: str = "sum") -> list[np.ndarray]:
        gathered = []
        operation = self.MULTI_SYNAPSE_OPERATIONS[multiple_synapses]
        places = self.sources * self.shape[1] + self.targets
        is_simple = len(np.unique(places)) == len(places)
        for name in names:
            values = np.full(self.shape, np.nan)
            if is_simple:
                values[self.sources, self.targets] = self.column(name)
                gathered.append(values)
                continue
            seen = np.zeros(self.shape, dtype=bool)
            for source, target, value in zip(self.sources, self.targets, self.column(name).tolist(), strict=True):
                place = (source, target)
                values[place] = operation(values[place], value) if seen[place] else value
                seen[place] = True
            gathered.append(values)
        return gathered

    # What neuropil is told

    def weights_of(self, bundle: Bundle) -> np.ndarray:
        """The weights that a bundle should have, in neuropil's unit."""
        if self.synapse_type.changes:
            return bundle.weight
        return self._columns["weight"][bundle.which] * bundle.port.factor

    def _tau_psc(self, receivers: list[Any], receiver: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """The time constant of the receptor of each receiving cell, ms; 0 where it has none."""
        standard = {"excitatory": "tau_syn_E", "inhibitory": "tau_syn_I"}
        name = standard.get(self.receptor_type, f"{self.receptor_type}.tau_syn")
        tau = np.zeros(len(cell))
        for place, population in enumerate(receivers):
            if name in population.values:
                tau[receiver == place] = population.values[name][cell[receiver == place]]
        return tau

    def bundled(self) -> list[Bundle]:
        """The synapses as projections of neuropil."""
        if not len(self):
            return []
        senders, sender, source_cell = cells_of(self.pre)
        receivers, receiver, target_cell = cells_of(self.post)
        constants = {name: own for name, own in self._columns.items() if name not in ("weight", "delay")}
        if self.synapse_type.needs_tau_psc:
            constants["tau_psc"] = self._tau_psc(receivers, receiver, target_cell)[self.targets]
        keys = [sender[self.sources], receiver[self.targets], *constants.values()]
        bundles = []
        for which in alike(keys):
            row = [own[which[0]] for own in keys]
            # neuropil's own order: by target, and then by source, or as they are listed.
            which = which[np.lexsort((source_cell[self.sources[which]], target_cell[self.targets[which]]))]
            post = receivers[int(row[1])]
            port = post.celltype.lowering.ports[self.receptor_type]
            bundles.append(
                Bundle(
                    pre=senders[int(row[0])],
                    post=post,
                    port=port,
                    which=which,
                    sources=source_cell[self.sources[which]],
                    targets=target_cell[self.targets[which]],
                    weight=self._columns["weight"][which] * port.factor,
                    delay_ms=self._columns["delay"][which],
                    parameters={name: float(own) for name, own in zip(constants, row[2:], strict=True)},
                )
            )
        if len(bundles) > _MANY:
            warnings.warn(f"{self.label}: {len(bundles)} sets of constants are as many projections of neuropil", stacklevel=2)
        return bundles


def alike(keys: list[np.ndarray]) -> list[np.ndarray]:
    """Places at which all keys have the same values, by these values."""
    kind = np.zeros(len(keys[0]), dtype=int)
    for key in keys:
        if np.any(key != key[0]):
            values, place = np.unique(key, return_inverse=True)
            _, kind = np.unique(kind * len(values) + place, return_inverse=True)
    order = np.argsort(kind, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(kind[order])) + 1)


#: Projections of neuropil of one projection of PyNN that are not told.
_MANY = 1000
