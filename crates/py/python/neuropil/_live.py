"""Hands on a network in memory: edits between two advances, and an environment that answers spikes."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._numbers import finite
from ._part import part
from ._population import Population, Populations, held, named
from .errors import InputError
from .parts import (
    BlockedReceptor,
    ChangedParameters,
    ChangedRate,
    ChangedSpecies,
    ChangedWeights,
    Cut,
    Injection,
    Intervention,
    OpenReceptor,
    Silence,
)

if TYPE_CHECKING:
    from ._core import Simulation as Core
    from ._network import Network

#: Given spike counts of populations in a window, by name, and the time at its end, gives a number for each input or
#: population that changes.
Environment = Callable[[dict[str, npt.NDArray[np.int64]], float], "Mapping[str, float] | None"]


def _answered(answer: Any, kinds: Mapping[str, Any]) -> list[tuple[Any, float]]:
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


class ProjectionWeights:
    """The weights of a projection of a network in memory: read as an array, written whole or in part, once between two
    advances; what is written acts from the next step on.
    """

    def __init__(self, hands: "Hands", projection: str, index: int, unit: str) -> None:
        self._hands, self._projection, self._index, self._unit = hands, projection, index, unit

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[np.float64]:
        weights = np.array(self._hands._core.weights(self._index), dtype=dtype)
        # A copy: what is written into it would act on nothing.
        weights.flags.writeable = False
        return weights

    @property
    def shape(self) -> tuple[int]:
        """(synapses,)."""
        return (len(self),)

    @property
    def ndim(self) -> int:
        """1."""
        return 1

    @property
    def size(self) -> int:
        """Number of synapses."""
        return len(self)

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Of the numbers: float64."""
        return np.dtype(np.float64)

    def __len__(self) -> int:
        return len(self.__array__())

    def __getitem__(self, which: Any) -> Any:
        return self.__array__()[which]

    def __setitem__(self, which: Any, values: Any) -> None:
        now = self._hands._core.step
        if self._hands._written.get(self._projection) == now:
            raise InputError(
                f"weights of {self._projection}: they were written at this time already; write them at once, as in "
                "`own = np.array(w); own[0], own[1] = 1, 2; w[:] = own`, or advance between the two"
            )
        weights = np.array(self.__array__())
        weights[which] = values
        wrong = np.flatnonzero(~np.isfinite(weights))
        if len(wrong):
            raise InputError(f"weights of {self._projection}: found {weights[wrong[0]]} at {wrong[0]}, expected finite numbers")
        edit = {"projection": self._projection, self._unit: weights.tolist()}
        self._hands._edit({"at_ms": self._hands._core.t_ms, "weights": edit})
        self._hands._written[self._projection] = now

    def __repr__(self) -> str:
        return f"<{len(self):,} weights of {self._projection}>"


class Hands:
    """Edits of a network in memory. Every edit acts from the next step on, and is kept: `network()` repeats the run with
    them.
    """

    _core: "Core"
    _network: "Network | None"
    #: By projection, the step at which its weights were written last.
    _written: dict[str, int]

    def intervene(self, *edits: Intervention) -> None:
        """Makes edits, now or at their time: `sim.intervene(npl.Silence(exc[:100], until_ms=700))`."""
        for own in edits:
            given = part("intervene", own, Intervention)
            self._edit({"at_ms": self._core.t_ms, **given})

    def silence(self, cells: Populations, *, until_ms: float | None = None) -> None:
        """Cells send no spikes, from now on.

        cells: Population, part of one, or list of them.
        until_ms: When it ends, ms of simulated time; default: with the next edit of the same.
        """
        self.intervene(Silence(self._named(cells), until_ms=finite("until_ms", until_ms)))

    def inject(
        self,
        to: Populations,
        amplitude_pa: float | None = None,
        *,
        amplitude: float | None = None,
        port: str | None = None,
        until_ms: float | None = None,
    ) -> None:
        """A constant current into cells, from now on; several add up.

        to: Population, part of one, or list of them.
        amplitude_pa: The current in pA.
        amplitude: The current into cells without units.
        port: Continuous port of their model; default: its only one.
        until_ms: When it ends, ms of simulated time; default: never.
        """
        end = finite("until_ms", until_ms)
        own = Injection(self._named(to), amplitude_pa=amplitude_pa, amplitude=amplitude, port=port, until_ms=end)
        self.intervene(own)

    def rate(self, of: Population | str, rate_hz: float, *, until_ms: float | None = None) -> None:
        """Another rate of Poisson trains, from now on.

        of: Name of a Poisson input, or a population of poisson_source or a part of one.
        rate_hz: Rate of each train.
        until_ms: When it ends, ms of simulated time; default: with the next rate.
        """
        end = finite("until_ms", until_ms)
        if isinstance(of, Population) or of in {name for name, *_ in self._core.populations}:
            self.intervene(ChangedRate(rate_hz, source=self._named(of), until_ms=end))
        else:
            self.intervene(ChangedRate(rate_hz, input=str(of), until_ms=end))

    def set(self, of: Populations, parameters: Mapping[str, Any], *, until_ms: float | None = None) -> None:
        """Other parameters of cells, from now on: `sim.set(exc, {"v_th_mv": -52})`.

        of: Population, part of one, or list of them, of one model.
        parameters: New values, by the names in the population.
        until_ms: When it ends, ms of simulated time; default: with the next values.
        """
        self.intervene(ChangedParameters(self._named(of), parameters, until_ms=finite("until_ms", until_ms)))

    def weights(self, projection: str) -> ProjectionWeights:
        """The weights of a projection, to be read and written: `sim.weights("exc->inh")[:] *= 0.5`."""
        names = self._core.projections
        if projection not in names:
            raise InputError(f"there is no projection `{projection}`; there are {', '.join(names)}")
        index = names.index(projection)
        return ProjectionWeights(self, projection, index, self._core.weight_name(index))

    def scale(
        self,
        projection: str,
        factor: float,
        *,
        source: Populations | None = None,
        to: Populations | None = None,
        until_ms: float | None = None,
    ) -> None:
        """The weights of the model times a factor, from now on.

        projection: Its name.
        factor: A number >= 0.
        source: Those of its sending cells that are meant; default: all.
        to: Those of its receiving cells that are meant; default: all.
        until_ms: When it ends, ms of simulated time; default: with the next weights.
        """
        ends = {"source": self._maybe(source), "to": self._maybe(to), "until_ms": finite("until_ms", until_ms)}
        self.intervene(ChangedWeights(projection, scale=factor, **ends))

    def cut(
        self,
        projection: str,
        *,
        source: Populations | None = None,
        to: Populations | None = None,
        until_ms: float | None = None,
    ) -> None:
        """Cuts a projection, from now on.

        projection: Its name.
        source: Those of its sending cells that are meant; default: all.
        to: Those of its receiving cells that are meant; default: all.
        until_ms: When it ends, ms of simulated time; default: with the next edit of the same.
        """
        ends = {"source": self._maybe(source), "to": self._maybe(to), "until_ms": finite("until_ms", until_ms)}
        self.intervene(Cut(projection, **ends))

    def block(self, cell_type: str, receptor: str, *, until_ms: float | None = None) -> None:
        """A receptor of all cells of a type says nothing, whatever binds to it.

        cell_type: The type, as the file of peptides names it.
        receptor: The receptor.
        until_ms: When it ends, ms of simulated time; default: with the next edit of the same.
        """
        self.intervene(BlockedReceptor(cell_type, receptor, until_ms=finite("until_ms", until_ms)))

    def open(self, cell_type: str, receptor: str, *, until_ms: float | None = None) -> None:
        """A receptor of all cells of a type says as much as it can.

        cell_type: The type, as the file of peptides names it.
        receptor: The receptor.
        until_ms: When it ends, ms of simulated time; default: with the next edit of the same.
        """
        self.intervene(OpenReceptor(cell_type, receptor, until_ms=finite("until_ms", until_ms)))

    def species(
        self,
        species: str,
        *,
        diffusivity_free_um2_per_ms: float | None = None,
        loss_per_ms: float | None = None,
        release_scale: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        """A peptide spreads, vanishes or is released otherwise, from now on.

        species: The peptide.
        diffusivity_free_um2_per_ms: Its diffusivity in water; default: that of the model.
        loss_per_ms: Rate of its loss; default: that of the model.
        release_scale: Factor of what vesicles hold of it; default: 1.
        until_ms: When it ends, ms of simulated time; default: with the next change.
        """
        own = ChangedSpecies(
            species,
            diffusivity_free_um2_per_ms=diffusivity_free_um2_per_ms,
            loss_per_ms=loss_per_ms,
            release_scale=release_scale,
            until_ms=finite("until_ms", until_ms),
        )
        self.intervene(own)

    def network(self) -> "Network":
        """The network with all edits so far: `network().run()` repeats what this simulation did, bit for bit, and records it."""
        from ._network import Network

        network = Network._of(json.loads(self._core.model()), self._arguments[1])
        network._scale = self._arguments[3]
        return network

    def run(
        self,
        duration_ms: float,
        *,
        environment: Environment,
        every_ms: float,
        latency_ms: float = 0.0,
        watch: Iterable[Population | str] | None = None,
    ) -> None:
        """Advances by a time, and lets an environment answer after every window.

        duration_ms: How long; a whole number of windows.
        environment: Called with the spikes of each cell in the window, an array a population, and the time in ms. Gives
            a number for each name: of a Poisson input or a population of poisson_source its rate in Hz, of a current
            input or a population a current in pA into its cells. What it does not name is as the model says.
        every_ms: Length of a window.
        latency_ms: From the end of a window to when the answer acts; it acts for the length of a window. The last answer
            acts in the run that follows.
        watch: Populations whose spikes it is given, or parts, one of each; default: all.

        Answers are kept as edits: `network()` repeats the run without the environment.
        """
        steps, window = self._core.steps(duration_ms), self._core.steps(every_ms)
        late = self._core.steps(latency_ms)
        if window < 1:
            raise InputError(f"run: every_ms is {every_ms}, expected one step at least")
        if steps % window != 0:
            raise InputError(f"run: duration_ms is {duration_ms}, expected a whole number of windows of {every_ms} ms")
        sizes = {name: cells for name, cells, _ in self._core.populations}
        watched = [self._chosen(own) for own in (sizes if watch is None else watch)]
        for place, (name, _) in enumerate(watched):
            if name not in sizes:
                raise InputError(f"run: there is no population `{name}`; there are {', '.join(sizes)}")
            if name in [other for other, _ in watched[:place]]:
                raise InputError(f"run: watch has population `{name}` twice, expected it once: counts are by its name")
        kinds = json.loads(self._core.answers())
        end = self._core.step + steps
        while self._core.step < end:
            self._core.advance(window)
            counts = {}
            for name, some in watched:
                own = np.bincount(self._core.spikes(name)[1], minlength=sizes[name])
                counts[name] = own if some is None else own[some]
            asked = self._core.step
            answer = environment(counts, self._core.t_ms)
            if self._core.step != asked:
                raise InputError("run: the environment has advanced the simulation; expected an answer only")
            # All is checked before anything is edited. Times are those of steps, so that they are on the grid.
            given = _answered(answer, kinds)
            times = {"at_ms": self._core.time_ms(asked + late), "until_ms": self._core.time_ms(asked + late + window)}
            for (key, edit, what), number in given:
                self._edit({**times, key: {**edit, what: number}})

    def _edit(self, edit: Mapping[str, Any]) -> None:
        self._core.intervene(json.dumps(edit))

    def _named(self, cells: Any) -> Any:
        """How a model file names cells; refuses those of other networks."""
        kept = held(cells)
        for own in [kept] if isinstance(kept, (Population, str)) else kept:
            self._chosen(own)
        return named(kept)

    def _maybe(self, cells: Any) -> Any:
        return None if cells is None else self._named(cells)

    def _chosen(self, population: Any) -> tuple[str, list[int] | None]:
        raise NotImplementedError

    _arguments: tuple[str, str, int | None, float]
