"""Synapses that are written as equations."""

import os
from pathlib import Path
from typing import Any

from .errors import InputError
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
        if (file is None) == (text is None):
            raise InputError("Synapse: expected a file, or text=...: one of the two")
        model = "synapse.nestml" if file is None else os.fspath(file)
        if file is not None:
            path = model.split("#")[0]
            try:
                text = Path(path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as fault:
                raise InputError(f"cannot read `{path}`: {fault}") from None
        super().__init__(model=model, text=text, **parameters)

    def __repr__(self) -> str:
        own = {name: value for name, value in self._fields.items() if name not in ("model", "text")}
        given = "".join(f", {name}={value!r}" for name, value in own.items())
        return f"Synapse({self._fields['model']!r}{given})"
