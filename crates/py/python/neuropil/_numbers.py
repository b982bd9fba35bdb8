"""Numbers that are given by name."""

import math
from typing import Any

import numpy as np

from .errors import InputError


def finite(name: str, value: Any) -> float | None:
    """A finite number, or None where none is given; text and truth values are refused by the name of the argument."""
    if value is None:
        return None
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise InputError(f"{name}: found {value!r}, expected a finite number")


def text(name: str, value: Any) -> str | None:
    """A text, or None where none is given."""
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{name}: found {value!r}, expected text")


def whole(name: str, value: Any, least: int) -> int | None:
    """A whole number from `least` on, or None where none is given."""
    if value is None:
        return None
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise InputError(f"{name}: found {value!r}, expected a whole number, {least} at least")
