"""The weights of a projection of a network in memory."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import InputError

if TYPE_CHECKING:
    from ._live import Hands


class _Read(np.ndarray):
    """Weights that were read: `w[:] *= 0.5` makes other numbers, which `w[:] = ` then writes."""

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return np.array(self) + other

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        return np.array(self) - other

    def __imul__(self, other: Any) -> Any:  # type: ignore[misc]
        return np.array(self) * other

    def __itruediv__(self, other: Any) -> Any:  # type: ignore[misc]
        return np.array(self) / other


class ProjectionWeights:
    """The weights of a projection of a network in memory: read as an array, written whole or in part, once between two
    advances (weights that follow spikes: as often as one likes); what is written acts from the next step on.
    """

    def __init__(self, hands: "Hands", projection: str, index: int, unit: str) -> None:
        self._hands, self._projection, self._index, self._unit = hands, projection, index, unit

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[np.float64]:
        weights = np.array(self._hands._core.weights(self._index), dtype=dtype)
        # A copy: what is written into it would act on nothing.
        weights.flags.writeable = False
        return weights

    @property
    def shape(self) -> tuple[int]:
        """(synapses,)."""
        return (len(self),)

    @property
    def ndim(self) -> int:
        """1."""
        return 1

    @property
    def size(self) -> int:
        """Number of synapses."""
        return len(self)

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Of the numbers: float64."""
        return np.dtype(np.float64)

    def __len__(self) -> int:
        return len(self.__array__())

    def __getitem__(self, which: Any) -> Any:
        return self.__array__().view(_Read)[which]

    def __setitem__(self, which: Any, values: Any) -> None:
        now = self._hands._core.step
        weights = np.array(self.__array__())
        weights[which] = values
        wrong = np.flatnonzero(~np.isfinite(weights))
        if len(wrong):
            raise InputError(f"weights of {self._projection}: found {weights[wrong[0]]} at {wrong[0]}, expected finite numbers")
        edit = {"projection": self._projection, self._unit: weights.tolist()}
        try:
            self._hands._edit({"at_ms": self._hands._core.t_ms, "weights": edit})
        except InputError as error:
            # Weights that follow spikes are put in as often as one likes; those in force for a time are not.
            if self._hands._written.get(self._projection) != now or "at the same time" not in str(error):
                raise
            raise InputError(
                f"weights of {self._projection}: they were written at this time already; write them at once, as in "
                "`own = np.array(w); own[0], own[1] = 1, 2; w[:] = own`, or advance between the two"
            ) from error
        self._hands._written[self._projection] = now

    def __imul__(self, factor: Any) -> "ProjectionWeights":
        self[:] = self.__array__() * factor
        return self

    def __iadd__(self, more: Any) -> "ProjectionWeights":
        self[:] = self.__array__() + more
        return self

    def __repr__(self) -> str:
        return f"<{len(self):,} weights of {self._projection}>"
