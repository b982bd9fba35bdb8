"""Populations, views of them, assemblies."""

from typing import Any

import numpy as np
from pyNN import common, errors
from pyNN.parameters import LazyArray, ParameterSpace, Sequence, simplify

from . import simulator
from .recording import Recorder


def each(value: Any, cells: int) -> np.ndarray:
    """A value for each cell."""
    own = np.array(value)
    return own if own.ndim else np.full(cells, own[()])


class Assembly(common.Assembly):
    __doc__ = common.Assembly.__doc__
    _simulator = simulator


class _Cells:
    """What populations and views share: parameters are those of the population, of the cells that are meant."""

    celltype: Any
    size: int

    def _whole(self) -> tuple["Population", Any]:
        """The population, and the cells of it."""
        raise NotImplementedError

    def _get_parameters(self, *names: str) -> ParameterSpace:
        population, cells = self._whole()
        known = population.values
        for name in names:
            if name not in known:
                raise errors.NonExistentParameterError(name, type(self.celltype).__name__, list(known))
        found = {name: simplify(known[name][cells]) for name in names or known}
        return ParameterSpace(found, self.celltype.get_schema() or None, shape=(self.size,))

    def _get_native_parameters(self, *names: str) -> ParameterSpace:
        return self._get_parameters(*names)

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        population, cells = self._whole()
        changed = {name: own.copy() for name, own in population.values.items()}
        for name, value in parameter_space.items():
            changed[name][cells] = value
        population.check(changed)
        population.values = changed

    def _set_initial_value_array(self, variable: str, initial_values: Any) -> None:
        simulator.fixed(f"initialize({variable}=...)")
        population, cells = self._whole()
        states = list(dict.fromkeys([*self.celltype.default_initial_values, *self.celltype.lowering.variables]))
        if variable not in states:
            raise errors.NonExistentParameterError(variable, type(self.celltype).__name__, states)
        known = population.begin.setdefault(variable, np.zeros(population.size))
        known[cells] = initial_values.evaluate(simplify=False)
        population.initial_values[variable] = LazyArray(known.copy(), shape=(population.size,), dtype=float)

    def _get_view(self, selector: Any, label: str | None = None) -> "PopulationView":
        return PopulationView(self, selector, label)


class PopulationView(_Cells, common.PopulationView):
    __doc__ = common.PopulationView.__doc__
    _assembly_class = Assembly
    _simulator = simulator

    def _whole(self) -> tuple["Population", Any]:
        return self.grandparent, self.index_in_grandparent(np.arange(self.size))

    @property
    def initial_values(self) -> Any:
        population, cells = self._whole()
        return {name: LazyArray(own[cells], shape=(self.size,), dtype=float) for name, own in population.begin.items()}


class Population(_Cells, common.Population):
    __doc__ = common.Population.__doc__
    _simulator = simulator
    _recorder_class = Recorder
    _assembly_class = Assembly

    def __init__(self, *arguments: Any, **options: Any) -> None:
        simulator.fixed("Population")
        try:
            super().__init__(*arguments, **options)
        except BaseException:
            # What is refused leaves nothing behind.
            state = simulator.state
            state.recorders = {own for own in state.recorders if own.population is not self}
            state.populations = [own for own in state.populations if own is not self]
            raise

    def _whole(self) -> tuple["Population", Any]:
        return self, slice(None)

    def _create_cells(self) -> None:
        state = simulator.state
        ids = [simulator.ID(number) for number in range(state.id_counter, state.id_counter + self.size)]
        for own in ids:
            own.parent = self
        self.all_cells = np.array(ids, dtype=simulator.ID)
        self._mask_local = np.ones(self.size, dtype=bool)
        parameters = self.celltype.native_parameters
        parameters.shape = (self.size,)
        parameters.evaluate(simplify=False)
        #: By PyNN's names and in its units, a number a cell.
        self.values: dict[str, Any] = {name: each(own, self.size) for name, own in parameters.as_dict().items()}
        #: State at time 0, by PyNN's names and in its units.
        self.begin: dict[str, np.ndarray] = {}
        #: What the network that runs was told of it.
        self.running: Any = None
        #: Spikes of the network that runs, of cells that send given ones.
        self.sent: Any = None
        self.check(self.values)
        state.id_counter += self.size
        state.populations.append(self)

    def check(self, values: dict[str, Any]) -> None:
        """Refuses parameters that no cell can have."""
        for name, own in values.items():
            for one in own if own.dtype == object else []:
                times = one.value if isinstance(one, Sequence) else one
                if name == "spike_times" and np.any(np.diff(times) < 0):
                    raise errors.InvalidParameterValueError("spike_times: found times that descend, expected ascending ones")


def cells_of(group: Any) -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Populations in a population, a view or an assembly; of each of its cells the number of its population among them, and
    that of the cell in the population.
    """
    parts = group.populations if isinstance(group, common.Assembly) else [group]
    populations: list[Any] = []
    whose, cells = [], []
    for part in parts:
        is_view = isinstance(part, common.PopulationView)
        own = part.grandparent if is_view else part
        if not any(own is known for known in populations):
            populations.append(own)
        place = next(place for place, known in enumerate(populations) if known is own)
        indices = np.arange(part.size)
        cells.append(part.index_in_grandparent(indices) if is_view else indices)
        whose.append(np.full(part.size, place))
    return populations, np.concatenate(whose), np.concatenate(cells)
