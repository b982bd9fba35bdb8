"""Synapses that appear while a network runs."""

from typing import Any

from ._guess import unknown
from ._part import part, plain_of
from ._population import Populations, held, named
from .parts import Connector, Intervention, PerSynapse

#: Names of weights, by the unit that the receiving cells take.
WEIGHTS = ("weight", "weight_pa", "weight_mv", "weight_ns")


class AddedSynapses(Intervention):
    """Static synapses that appear, and vanish where there is an end.

    source: Population, or part of one, or list of them, that sends.
    target: Population, or part of one, or list of them, that receives.
    connector: Which cells are connected, such as Listed([0, 1], [5, 6]).
    delay_ms: Time from a spike to its arrival, ms, at least a step: a number, a distribution, a profile of the distance.
    name: Its name as a projection; default: made of the populations, as in "exc->inh#2".
    receptor: Name of the receptor that it reaches; default: the sign of each weight chooses.
    at_ms: When they appear, ms: a multiple of dt_ms, needed in a model file; spikes pass them from the next step on.
    until_ms: The end of the last step in which they are there, ms; default: the end of the run.
    weight: Of each synapse: weight_pa, weight_ns, weight_mv or weight, as `Network.connect` has it.
    """

    _edit = "add"

    def __init__(
        self,
        source: Populations,
        target: Populations,
        connector: Connector,
        *,
        delay_ms: PerSynapse,
        name: str | None = None,
        receptor: str | list[str] | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
        **weight: PerSynapse,
    ) -> None:
        for spelled in weight:
            if spelled not in WEIGHTS:
                raise unknown("AddedSynapses", spelled, ("delay_ms", "name", "receptor", "at_ms", "until_ms", *WEIGHTS))
        given = {"delay_ms": delay_ms, "name": name, "receptor": receptor, "at_ms": at_ms, "until_ms": until_ms, **weight}
        super().__init__(source=source, target=target, connector=connector, **given)

    def json(self) -> dict[str, Any]:
        """The intervention as a model file has it."""
        own = dict(self._fields)
        ends = {"from": named(held(own.pop("source"))), "to": named(held(own.pop("target")))}
        connector = part("connector", own.pop("connector"), Connector)
        times: dict[str, Any] = {field: plain_of(field, own.pop(field)) for field in ("at_ms", "until_ms") if field in own}
        return {**times, "add": {**ends, **connector, **{field: plain_of(field, value) for field, value in own.items()}}}
