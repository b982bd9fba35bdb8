"""What can go wrong. Every fault of neuropil is a NeuropilError, and also the built-in exception that it resembles."""


import sys
import warnings
from collections.abc import Iterable

class NeuropilError(Exception):
    """A fault of the input, of the output, or of a run.

    faults: for files of JSON, (path, line, column, message) of every fault; else empty.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.faults: list[tuple[str, int | None, int | None, str]] = []


class InputError(NeuropilError, ValueError):
    """Input that is missing or faulty; says what was found and what was expected."""


class ArgumentError(InputError, TypeError):
    """An argument that does not exist, or is missing; says which was probably meant."""


class AssignmentError(InputError, AttributeError):
    """Something was assigned to an attribute that cannot be changed in this way; says what does it."""


class OutputError(NeuropilError, OSError):
    """Output that exists, or cannot be written."""

    def __init__(self, message: str = "") -> None:
        NeuropilError.__init__(self, message)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class NonFiniteError(NeuropilError, ArithmeticError):
    """The state of a run, a loss or a gradient is no longer a finite number."""


class StateError(NeuropilError, RuntimeError):
    """Use of what is closed, or has ended."""


class BugError(NeuropilError, RuntimeError):
    """A bug in neuropil; please report it."""


class NeuropilWarning(UserWarning):
    """What is allowed but seldom meant: of a model, such as a port that nothing reads, and of what came of a run, such as rates
    beyond what cells do, silent populations, losses that stand.
    """


#: Packages whose lines are not those of a user.
_OURS = ("neuropil", "pynn_neuropil", "pyNN")
#: How a note begins that is a warning.
_WARNING = "warning: "


def warn(remarks: Iterable[str]) -> None:
    """Warns of each remark once, at the line of the caller of the package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _OURS:
        level, frame = level + 1, frame.f_back
    for remark in dict.fromkeys(remarks):
        warnings.warn(remark, NeuropilWarning, stacklevel=level)


def hear(notes: Iterable[str]) -> None:
    """Warns of those notes that are warnings."""
    warn(own.removeprefix(_WARNING) for own in notes if own.startswith(_WARNING))


def as_notes(remarks: Iterable[str]) -> list[str]:
    """Remarks as they stand among notes."""
    return [f"{_WARNING}{own}" for own in remarks]
