"""Progress in terminals and notebooks."""

import sys
from collections.abc import Callable
from typing import Any


def shown(progress: Any) -> Callable[[float, float, float], object] | None:
    """What is told how far a run is: nothing, a bar, or a function of the caller."""
    if callable(progress):
        return progress  # type: ignore[no-any-return]
    if not progress:
        return None
    return NotebookBar() if in_notebook() else TerminalBar()


def in_notebook() -> bool:
    """Whether this is a notebook, which shows HTML."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


def sentence(reached_ms: float, until_ms: float, wall_s: float) -> str:
    """How far a run is, in words."""
    simulated = f"{reached_ms:,.0f} of {until_ms:,.0f} ms"
    if reached_ms <= 0 or wall_s <= 0:
        return simulated
    left = wall_s * (until_ms - reached_ms) / reached_ms
    return f"{simulated}, {wall_s / reached_ms * 1e3:.2f} s per simulated s, {left:.0f} s left"


class TerminalBar:
    """A bar on the standard error."""

    def __init__(self, width: int = 30) -> None:
        self.width = width

    def __call__(self, reached_ms: float, until_ms: float, wall_s: float) -> None:
        done = reached_ms >= until_ms
        full = int(self.width * reached_ms / until_ms) if until_ms > 0 else self.width
        bar = "#" * full + "." * (self.width - full)
        end = "\n" if done else ""
        sys.stderr.write(f"\r[{bar}] {sentence(reached_ms, until_ms, wall_s)}\x1b[K{end}")
        sys.stderr.flush()


class NotebookBar:
    """A bar below a cell of a notebook."""

    def __init__(self) -> None:
        self.handle: Any = None

    def __call__(self, reached_ms: float, until_ms: float, wall_s: float) -> None:
        from IPython.display import HTML, display  # type: ignore[import-not-found, unused-ignore]

        text = sentence(reached_ms, until_ms, wall_s)
        page = HTML(f'<progress value="{reached_ms}" max="{until_ms}"></progress> {text}')
        if self.handle is None:
            self.handle = display(page, display_id=True)
        else:
            self.handle.update(page)
