"""Hands on a network in memory: edits between two advances, and an environment that answers spikes."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._environment import answered
from ._guess import unknown
from ._numbers import finite
from ._part import part
from ._added import WEIGHTS, AddedSynapses
from ._population import Population, Populations, held, named
from ._projection_weights import ProjectionWeights
from .errors import InputError
from .parts import (
    BlockedReceptor,
    ChangedParameters,
    ChangedRate,
    ChangedSpecies,
    ChangedWeights,
    Connector,
    Cut,
    InjectedNoise,
    Injection,
    Intervention,
    Normalise,
    Numbers,
    OpenReceptor,
    PerSynapse,
    Silence,
    WrittenState,
)

if TYPE_CHECKING:
    from ._core import Simulation as Core
    from ._network import Network

#: Given spike counts of populations in a window, by name, and the time at its end, gives a number for each input or
#: population that changes.
Environment = Callable[[dict[str, npt.NDArray[np.int64]], float], "Mapping[str, float] | None"]


class Hands:
    """Edits of a network in memory. Every edit acts from the next step on, and is kept: `network()` repeats the run with
    them.
    """

    _core: "Core"
    _network: "Network | None"
    #: By projection, the step at which its weights were written last.
    _written: dict[str, int]

    def intervene(self, *edits: Intervention) -> None:
        """Makes edits, now or at their time, all of them or none: `sim.intervene(npl.Silence(exc[:100], until_ms=700))`."""
        given = [part("intervene", own, Intervention) for own in edits]
        self._edit(*({"at_ms": self._core.t_ms, **own} for own in given))

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

    def noise(
        self,
        to: Populations,
        std_pa: float | None = None,
        *,
        mean_pa: float | None = None,
        tau_ms: float | None = None,
        hold_ms: float | None = None,
        std: float | None = None,
        mean: float | None = None,
        port: str | None = None,
        until_ms: float | None = None,
    ) -> None:
        """A current that fluctuates into cells, of each its own, from now on; several add up.

        to: Population, part of one, or list of them.
        std_pa: Standard deviation, pA.
        mean_pa: Mean, pA; default: 0.
        tau_ms: How long its correlation lasts (Ornstein-Uhlenbeck); default: draws that are held.
        hold_ms: For how long each draw holds, where there is no tau_ms; default: a step.
        std: Standard deviation into cells without units.
        mean: Mean into cells without units.
        port: Continuous port of their model; default: its only one.
        until_ms: When it ends, ms of simulated time; default: never.
        """
        sizes = {"std_pa": std_pa, "mean_pa": mean_pa, "std": std, "mean": mean, "tau_ms": tau_ms, "hold_ms": hold_ms}
        self.intervene(InjectedNoise(self._named(to), **sizes, port=port, until_ms=finite("until_ms", until_ms)))

    def rate(self, of: Population | str, rate_hz: Numbers, *, to: Populations | None = None, until_ms: float | None = None) -> None:
        """Another rate of Poisson trains, from now on.

        of: Name of a Poisson input, or a population of poisson_source or a part of one.
        rate_hz: Rate of each train: one number, or one for each of the cells that are meant.
        to: Those of the cells of a Poisson input that are meant; default: all.
        until_ms: When it ends, ms of simulated time; default: with the next rate.
        """
        end = finite("until_ms", until_ms)
        if isinstance(of, Population) or of in {name for name, *_ in self._core.populations}:
            if to is not None:
                raise InputError("rate: `to` is for a Poisson input; of a population give the part itself, as in `exc[:5]`")
            self.intervene(ChangedRate(rate_hz, source=self._named(of), until_ms=end))
        else:
            self.intervene(ChangedRate(rate_hz, input=str(of), to=self._maybe(to), until_ms=end))

    def set(self, of: Populations, parameters: Mapping[str, Any], *, until_ms: float | None = None) -> None:
        """Other parameters of cells, from now on: `sim.set(exc, {"v_th_mv": -52})`.

        of: Population, part of one, or list of them, of one model.
        parameters: New values, by the names in the population.
        until_ms: When it ends, ms of simulated time; default: with the next values.
        """
        self.intervene(ChangedParameters(self._named(of), parameters, until_ms=finite("until_ms", until_ms)))

    def set_state(self, of: Populations, values: Mapping[str, Any]) -> None:
        """Writes states of cells, which go on from there: `sim.set_state(exc, {"v_m_mv": -60})`.

        of: Population, part of one, or list of them, of one model.
        values: By the names that `state` reads them by, one number, or one a cell of one population.
        """
        self.intervene(WrittenState(self._named(of), values))

    def weights(self, projection: str) -> ProjectionWeights:
        """The weights of a projection, to be read and written: `w = sim.weights("exc->inh")`, then `w *= 0.5`, or `w[:5] = 40`."""
        names = self._core.projections
        if projection not in names:
            parts = [name for name in names if name.startswith(f"{projection}:")]
            if parts:
                raise InputError(f"`{projection}` is several projections, expected one of {', '.join(parts)}")
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

    def add(
        self,
        source: Populations,
        target: Populations,
        connector: Connector,
        *,
        delay_ms: PerSynapse,
        name: str | None = None,
        receptor: str | list[str] | None = None,
        until_ms: float | None = None,
        **weight: PerSynapse,
    ) -> None:
        """Adds static synapses, from now on: the network is built again around its state, which stays as it is.

        source: Population, or part of one, or list of them, that sends.
        target: Population, or part of one, or list of them, that receives.
        connector: Which cells are connected, such as Listed([0, 1], [5, 6]).
        delay_ms: Time from a spike to its arrival, ms; at most the longest delay of the network, unless nothing has run yet.
        name: Its name as a projection; default: made of the populations, where no projection has that name yet.
        receptor: Name of the receptor that it reaches; default: the sign of each weight chooses.
        until_ms: When they vanish, ms of simulated time; default: never.
        weight: Of each synapse: weight_pa, weight_ns, weight_mv or weight, as `Network.connect` has it.
        """
        for spelled in weight:
            if spelled not in WEIGHTS:
                raise unknown("Simulation.add", spelled, ("delay_ms", "name", "receptor", "until_ms", *WEIGHTS))
        own: dict[str, Any] = {"delay_ms": delay_ms, "name": name, "receptor": receptor, **weight}
        end = finite("until_ms", until_ms)
        ends = []
        for given in (source, target):
            # Cells of other networks are refused here, and named by the edit.
            self._named(given)
            kept = held(given)
            ends.append([self._chosen(own)[0] for own in ([kept] if isinstance(kept, (Population, str)) else kept)])
        taken = [f"{sends}->{hears}" for sends in ends[0] for hears in ends[1] if f"{sends}->{hears}" in self._core.projections]
        if name is None and taken:
            raise InputError(f"add: there is a projection `{taken[0]}` already; give these synapses a name of their own by name=")
        self.intervene(AddedSynapses(source, target, connector, until_ms=end, **own))

    def normalise(
        self,
        projection: str,
        total: float,
        *,
        every_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        """Scales the weights onto each receiving cell, so that their sizes sum to a number: now, or again and again.

        projection: Its name; its weights follow spikes.
        total: The sum, in the unit of the weights.
        every_ms: How often, ms; default: once.
        until_ms: It acts before this time of simulated time only; default: as long as nothing else normalises them.
        """
        # The name of the weights says the unit: weight_pa is summed as sum_pa.
        unit = {self.weights(projection)._unit.replace("weight", "sum"): finite("total", total)}
        self.intervene(Normalise(projection, **unit, every_ms=finite("every_ms", every_ms), until_ms=finite("until_ms", until_ms)))

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
        watch: Population | str | Iterable[Population | str] | None = None,
    ) -> None:
        """Advances by a time, and lets an environment answer after every window.

        duration_ms: How long; a whole number of windows.
        environment: Called with the spikes of each cell in the window, an array a population, and the time in ms. Gives
            a number for each name: of a Poisson input or a population of poisson_source its rate in Hz, of a current
            input or a population a current in pA into its cells. What it does not name is as the model says.
        every_ms: Length of a window.
        latency_ms: From the end of a window to when the answer acts; it acts for the length of a window. The last answer
            acts in the run that follows.
        watch: Population whose spikes it is given, or a part of one, or list of them, one of each; default: all.

        Answers are kept as edits: `network()` repeats the run without the environment.
        """
        steps, window = self._core.steps(duration_ms), self._core.steps(every_ms)
        late = self._core.steps(latency_ms)
        if not callable(environment):
            raise InputError(f"run: environment is {environment!r}, expected a function of spikes and a time")
        if window < 1:
            raise InputError(f"run: every_ms is {every_ms}, expected one step at least")
        if steps % window != 0:
            raise InputError(f"run: duration_ms is {duration_ms}, expected a whole number of windows of {every_ms} ms")
        sizes = {name: cells for name, cells, _ in self._core.populations}
        asked_for = [watch] if isinstance(watch, (Population, str)) else sizes if watch is None else watch
        watched = [self._chosen(own) for own in asked_for]
        for place, (name, _) in enumerate(watched):
            if name not in sizes:
                raise InputError(f"run: there is no population `{name}`; there are {', '.join(sizes)}")
            if name in [other for other, _ in watched[:place]]:
                raise InputError(f"run: watch has population `{name}` twice, expected it once: counts are by its name")
        first = self._core.step + window + late
        if steps > 0 and first < self._answered_until:
            until, begins = (self._core.time_ms(step) for step in (self._answered_until, first))
            raise InputError(
                f"run: the last answer of the run before acts to {until} ms, and the first of this one would begin at {begins} ms; "
                "keep every_ms and latency_ms, or advance between the two"
            )
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
            given = answered(answer, kinds)
            times = {"at_ms": self._core.time_ms(asked + late), "until_ms": self._core.time_ms(asked + late + window)}
            self._edit(*({**times, key: {**edit, what: number}} for (key, edit, what), number in given))
            if given:
                self._answered_until = asked + late + window

    def _edit(self, *edits: Mapping[str, Any]) -> None:
        if edits:
            self._core.intervene([json.dumps(own) for own in edits])

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
    #: The last step of an answer of an environment.
    _answered_until: int = 0
