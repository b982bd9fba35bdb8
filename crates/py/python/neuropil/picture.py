"""Pictures, drawn by neuropil itself."""

import os
from typing import TYPE_CHECKING

from . import _core

if TYPE_CHECKING:
    from .network import PathLike


class Picture:
    """A drawn page. Notebooks show it."""

    def __init__(self, core: "_core.Picture") -> None:
        self._core = core

    def svg(self) -> str:
        """As SVG."""
        return self._core.svg()

    def png(self) -> bytes:
        """As the bytes of a PNG file."""
        return self._core.png()

    def save(self, path: "PathLike", *, force: bool = False) -> None:
        """Writes it as PNG or SVG, as the ending of the name says."""
        self._core.save(os.fspath(path), force)

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        width, height = self._core.size
        return f"<picture of {width} x {height} pixels; .save(path) writes it>"


def plot(
    path: "PathLike",
    *,
    from_ms: float | None = None,
    to_ms: float | None = None,
    width: int = 1200,
    height: int = 900,
) -> Picture:
    """The picture of a recording, or of a file of training runs."""
    return Picture(_core.Picture(os.fspath(path), from_ms, to_ms, width, height))
