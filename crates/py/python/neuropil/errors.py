"""What can go wrong. Every fault of neuropil is a NeuropilError, and also the built-in exception that it resembles."""


import sys
import warnings
from collections.abc import Iterable
from pathlib import Path


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
    """A remark on what is allowed but seldom meant: rates beyond what cells do, silent populations, losses that stand."""


def warn(remarks: Iterable[str]) -> None:
    """Warns, at the line of the caller of the package."""
    level, frame, own = 1, sys._getframe(), str(Path(__file__).parent)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(own):
        level, frame = level + 1, frame.f_back
    for remark in remarks:
        warnings.warn(remark, NeuropilWarning, stacklevel=level)
