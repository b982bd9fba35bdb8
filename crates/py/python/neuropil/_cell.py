"""Cells that are written as equations."""

import os
from typing import Any

from ._part import shown_as_written, written
from .parts import Model


class Cell(Model):
    """Cells that a file writes as equations, or a text: `Cell("cells/adex.nestml", C_m_pf=281)`,
    `Cell(text="model my_cell: ...")`. The text goes with the network, so that recordings can be repeated without the file.

    file: A file in the language NESTML; `FILE.nestml#NAME` if it holds several cells.
    text: What a file would say, in place of one.
    parameters: Those that the cell declares, each by its name with the unit: `C_m_pf`, `tau_w_ms`.
    """

    def __init__(self, file: "str | os.PathLike[str] | None" = None, *, text: str | None = None, **parameters: Any) -> None:
        model, text = written("Cell", file, text)
        super().__init__(model=model, text=text, **parameters)

    def __repr__(self) -> str:
        return shown_as_written(self)
