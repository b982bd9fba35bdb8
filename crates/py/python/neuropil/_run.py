"""What whole runs have in common."""

import os
import shutil
import sys
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from .errors import hear, warn
from ._numbers import finite, whole
from ._progress import shown
from ._ranks import begin

if TYPE_CHECKING:
    from ._network import PathLike, Progress
    from ._recording import Recording


def this_command() -> str:
    """How this process was called, as recordings keep it."""
    return " ".join(sys.argv) or "python"


class Keeper:
    """A folder that is removed when nobody holds it any more, without a word."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="neuropil-")
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def cleanup(self) -> None:
        """Removes it now."""
        self._finalizer()


def temporary() -> tuple[str, Any]:
    """A place for a recording, and what removes it when nobody holds it any more."""
    keeper = Keeper()
    return os.path.join(keeper.folder, "recording.h5"), keeper


def content(path: "PathLike", keeper: Any) -> bytes | None:
    """What lies in a temporary place, to take it along when its holder is pickled or copied."""
    return Path(os.fspath(path)).read_bytes() if keeper is not None else None


def again(path: str, kept: bytes | None) -> tuple[str, Any]:
    """The same in a new place; or where it is, if that was not temporary."""
    if kept is None:
        return path, None
    own, keeper = temporary()
    Path(own).write_bytes(kept)
    return own, keeper


def check_output(path: "PathLike", force: bool) -> None:
    """Refuses a name that is taken, unless it may be replaced; writes nothing."""
    _core.check_output(os.fspath(path), force)


def write(path: "PathLike", content: bytes, force: bool) -> None:
    """Writes a file whole or not at all, as the command line does: links are followed, devices and pipes written to."""
    _core.write_file(os.fspath(path), content, force)


def finished(recording: "Recording", told: dict[str, Any]) -> "Recording":
    """The recording of a run; what ended it early is raised, remarks are warnings of the first rank."""
    if begin() == 0:
        warn(told["remarks"])
    if told["raised"] is None:
        return recording
    fault: BaseException = told["raised"]
    where = f"stopped at {told['reached_ms']} of {told['until_ms']} ms; recorded up to there: {told['output']}"
    if isinstance(fault, KeyboardInterrupt) and not fault.args:
        raise KeyboardInterrupt(where) from None
    if hasattr(fault, "add_note"):
        fault.add_note(where)
    raise fault


def resume(
    recording: "PathLike | Recording",
    *,
    until_ms: float | None = None,
    checkpoint_every_ms: float | None = None,
    progress: "Progress" = False,
    threads: int | None = None,
) -> "Recording":
    """Goes on with a recorded run from its last checkpoint, up to `until_ms` or the time that it was to reach.

    recording: The recording, or its file.
    until_ms: Time to reach, ms from the beginning of the run; default: what it was to reach.
    checkpoint_every_ms: Simulated time between checkpoints, ms; default: as before.
    progress: True shows a bar; or a function of (reached_ms, until_ms, wall_s).
    threads: One a core if it is left out; the results do not depend on it.

    The run must have had `checkpoint_every_ms`. What is recorded is the same, bit for bit, as without a pause.
    """
    from ._recording import Recording

    own = recording if isinstance(recording, Recording) else None
    path = own.path if own is not None else os.fspath(recording)  # type: ignore[arg-type]
    finite("until_ms", until_ms)
    whole("threads", threads, 1)
    if own is not None:
        own.close()
    begin()
    told = _core.resume(
        path,
        is_shared=own is not None and own._keeper is not None,
        until_ms=until_ms,
        threads=threads,
        checkpoint_every_ms=checkpoint_every_ms,
        command=this_command(),
        progress=shown(progress),
        hears=hear,
    )
    return finished(Recording(told["output"], _keeper=own and own._keeper, _told=told), told)
