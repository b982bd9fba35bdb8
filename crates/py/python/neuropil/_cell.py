"""Cells that are written as equations."""

import os
from pathlib import Path
from typing import Any

from .errors import InputError
from .parts import Model


class Cell(Model):
    """Cells that a file writes as equations, or a text: `Cell("cells/adex.nestml", C_m_pf=281)`,
    `Cell(text="model my_cell: ...")`. The text goes with the network, so that recordings can be repeated without the file.

    file: A file in the language NESTML; `FILE.nestml#NAME` if it holds several cells.
    text: What a file would say, in place of one.
    parameters: Those that the cell declares, each by its name with the unit: `C_m_pf`, `tau_w_ms`.
    """

    def __init__(self, file: "str | os.PathLike[str] | None" = None, *, text: str | None = None, **parameters: Any) -> None:
        if (file is None) == (text is None):
            raise InputError("Cell: expected a file, or text=...: one of the two")
        model = "cell.nestml" if file is None else os.fspath(file)
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
        return f"Cell({self._fields['model']!r}{given})"
