"""Every test has a network of its own."""

import warnings
from typing import Any

import pynn_neuropil
import pytest
from pyNN import errors


@pytest.fixture
def sim() -> Any:
    """The backend, set up with steps of 0.1 ms; PyNN's remarks on what is deprecated are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("error", errors.RoundingWarning)
        pynn_neuropil.setup(timestep=0.1)
        yield pynn_neuropil


@pytest.fixture
def traces() -> Any:
    """What was recorded of a variable, as an array of samples and cells."""

    def read(cells: Any, variable: str) -> Any:
        return cells.get_data().segments[-1].filter(name=variable)[0].magnitude

    return read
