"""Synapses that are written as equations."""

import os
from typing import Any

from ._part import shown_as_written, written
from .parts import SynapseModel


class Synapse(SynapseModel):
    """Synapses that a file writes as equations, or a text: `Synapse("rules/stdp.nestml", tau_plus_ms=15)`,
    `Synapse(text="model my_rule: ...")`. The text goes with the network, so that recordings can be repeated without the file.

    file: A file in the language NESTML; `FILE.nestml#NAME` if it holds several models.
    text: What a file would say, in place of one.
    parameters: Those that the model declares, each by its name with the unit: `tau_plus_ms`; and `ports`, `weight`, `delay`,
        `axonal_delay_ms` as in a model file.
    """

    def __init__(self, file: "str | os.PathLike[str] | None" = None, *, text: str | None = None, **parameters: Any) -> None:
        model, text = written("Synapse", file, text)
        super().__init__(model=model, text=text, **parameters)

    def __repr__(self) -> str:
        return shown_as_written(self)
