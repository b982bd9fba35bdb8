"""Pictures, drawn by neuropil itself."""

import os
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from ._command import command
from ._numbers import text

if TYPE_CHECKING:
    from ._network import PathLike


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
        """Writes it as PNG or SVG, as the ending of the name says.

        path: The file.
        force: Replaces it if it exists.
        """
        self._core.save(os.fspath(path), force)

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        width, height = self._core.size
        return f"<picture of {width} x {height} pixels; .save(path) writes it>"


class Page:
    """A page to explore: spikes zoomed to single ones, rates, traces, cells in space, peptides; or learning curves.

    Notebooks show it. It is one file that fetches nothing, so that it can be sent and kept.

    path: The recording, or the file of training runs.
    """

    def __init__(self, path: "PathLike", *, _keeper: Any = None) -> None:
        self._path, self._keeper = os.fspath(path), _keeper

    def html(self) -> str:
        """The page, as HTML."""
        with tempfile.TemporaryDirectory(prefix="neuropil-") as folder:
            own = os.path.join(folder, "page.html")
            command("view", self._path, output=own)
            return Path(own).read_text(encoding="utf-8")

    def save(self, path: "PathLike", *, force: bool = False) -> None:
        """Writes the page.

        path: The file, such as "run.html".
        force: Replaces it if it exists.
        """
        command("view", self._path, output=path, force=force)

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.html())}" style="width:100%;height:900px;border:0"></iframe>'

    def __repr__(self) -> str:
        return "<page to explore; .save(path) writes it, a browser opens it>"


class Drawn(Picture):
    """A page that the command line draws: of a field, of what rules made of a recording, of who speaks to whom."""

    def __init__(self, path: str, options: dict[str, Any], keeper: Any = None) -> None:
        self._path, self._options, self._keeper = path, options, keeper
        self._png = self._drawn("png")

    def _drawn(self, kind: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="neuropil-") as folder:
            own = os.path.join(folder, f"page.{kind}")
            command("plot", self._path, output=own, **self._options)
            return Path(own).read_bytes()

    def svg(self) -> str:
        """As SVG."""
        return self._drawn("svg").decode()

    def png(self) -> bytes:
        """As the bytes of a PNG file."""
        return self._png

    def save(self, path: "PathLike", *, force: bool = False) -> None:
        """Writes it as PNG or SVG, as the ending of the name says."""
        command("plot", self._path, output=path, force=force, **self._options)

    def __repr__(self) -> str:
        return "<picture; .save(path) writes it>"


def plot(
    path: "PathLike",
    *,
    from_ms: float | None = None,
    to_ms: float | None = None,
    peptides: bool = False,
    field_max_nm: float | None = None,
    title: str | None = None,
    width: int = 1200,
    height: int = 900,
) -> Picture:
    """The picture of a recording, of a file of training runs or of a lesson; of a model with peptides, who speaks to whom.

    path: The file.
    from_ms: Start of the window in ms; default 0.
    to_ms: Its end in ms; default the end of the recording.
    peptides: Draws the peptides of a recording, and not its spikes.
    field_max_nm: The concentration of the last colour of all maps, in nM; default: the greatest of each map.
    title: What stands at the head of the page; default: the name of the file.
    width: Of the page, in pixels.
    height: Of the page, in pixels.
    """
    own = os.fspath(path)
    text("title", title)
    if peptides or field_max_nm is not None or own.endswith(".json"):
        window = {"from_ms": from_ms, "to_ms": to_ms, "peptides": peptides, "field_max_nm": field_max_nm}
        return Drawn(own, {**window, "title": title, "width": width, "height": height})
    return Picture(_core.Picture(own, from_ms, to_ms, width, height, title))
