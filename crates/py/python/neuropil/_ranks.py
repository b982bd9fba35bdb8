"""This process among several that `mpirun` has started: one run is the work of all of them."""

import atexit
import sys
import time
import traceback
from types import TracebackType

from . import _core

#: Commands that are one work of several ranks.
OVER_RANKS = ("run", "resume", "train", "doctor")
#: How long a rank with a fault of its own waits for the first to tell of the same, s.
_WAITS_S = 1.0

_begun: tuple[int, int] | None = None


def ranks() -> tuple[int, int]:
    """(number of this rank, how many there are): (0, 1) where `mpirun` has not started several processes.

    The first rank, 0, records and warns. What a script prints, every rank prints: `if npl.ranks()[0] == 0: print(...)`.
    """
    begin()
    return _begun or (0, 1)


def begin() -> int:
    """Sees to it that ranks, if there are several, end together; the number of this one."""
    global _begun
    if _begun is None:
        _begun = _core.ranks()
        if _begun[1] > 1:
            sys.excepthook = _ends_all
            atexit.register(_core.end_ranks)
    return _begun[0]


def _ends_all(kind: type[BaseException], fault: BaseException, where: TracebackType | None) -> None:
    """What nobody has caught on one rank ends all of them, with one message: that of the first, if it has one."""
    own = _begun[0] if _begun is not None else 0
    if own > 0:
        time.sleep(_WAITS_S)
        sys.stderr.write(f"rank {own}:\n")
    sys.stdout.flush()
    traceback.print_exception(kind, fault, where)
    sys.stderr.flush()
    _core.abort_ranks(130 if issubclass(kind, KeyboardInterrupt) else 1)
