"""Learning rules of one's own."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._source import digest
from .errors import InputError

if TYPE_CHECKING:
    from ._training import Batch

Gradient: TypeAlias = Mapping[str, Any]


class OwnRule:
    """A learning rule of one's own: `gradient(batch)` gives w_in, w_rec, w_out, b_out; what it leaves out is 0.

    name: Its name, in tables and curves.
    gradient: The function.

    Python is asked once an update: slow, beside a rule of the simulator. A file of runs keeps a digest of the function, of
    the functions of its module and the numbers, texts, arrays, lists, dicts and objects that it refers to, as they are when
    the rule is made: runs of another function of the same name are refused, and not taken for those of this one.
    """

    def __init__(self, name: str, gradient: "Callable[[Batch], Gradient]") -> None:
        if name in _core.rules() or (isinstance(name, str) and "+" in name):
            taken = "a rule of the simulator" if name in _core.rules() else "a name as of a rule with its carrier"
            raise InputError(f"`{name}` is {taken}: choose another name")
        if not isinstance(name, str) or not name.strip() or name in (".", "..") or "/" in name or not name.isprintable():
            raise InputError(f"name: found {name!r}, expected text that is not empty, without `/`: files of runs are in groups by it")
        self._name, self._gradient = name, gradient
        self._source = digest(*self._parts())

    @property
    def name(self) -> str:
        """Its name, in tables and curves."""
        return self._name

    def _parts(self) -> list[Any]:
        """What the rule is made of."""
        own = type(self).gradient
        return [self._gradient] if own is OwnRule.gradient else [self._gradient, own]

    def gradient(self, batch: "Batch") -> Gradient:
        """The gradient of a batch."""
        gradient = self._gradient(batch)
        if gradient is None:
            found = f"the function of the rule `{self.name}` returned None"
            raise InputError(f"{found}, expected a mapping with w_in, w_rec, w_out, b_out")
        return gradient

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class ThirdFactor(OwnRule):
    """A rule of one's own that is a third factor M: dE/dw = sum_t M e, with the eligibility e of the simulator.

    name: Its name, in tables and curves.
    function: Gives M; what it is called with, `per` says.
    per: What the function is called for:
        "batch" (the default): once, `function(batch)` gives [trial, step, cell];
        "trial": `function(batch, trial)` gives [step, cell];
        "step": `function(batch, step)` gives [trial, cell].
    """

    def __init__(self, name: str, function: Callable[..., npt.ArrayLike], *, per: str = "batch") -> None:
        if per not in ("batch", "trial", "step"):
            raise InputError(f"per: found {per!r}, expected 'batch', 'trial' or 'step'")
        self._function, self._per = function, per
        super().__init__(name, self._of_batch)

    @property
    def per(self) -> str:
        """What the function is called for: "batch", "trial" or "step"."""
        return self._per

    def _parts(self) -> list[Any]:
        return [self._function, self._per]

    def _of_batch(self, batch: "Batch") -> Gradient:
        if self._per == "batch":
            return batch.gradient_of(self._told(self._function(batch)))
        trials, steps, _ = batch.outputs.shape
        axis, count = (0, trials) if self._per == "trial" else (1, steps)
        all_of_them = [np.asarray(self._told(self._function(batch, own))) for own in range(count)]
        return batch.gradient_of(np.stack(all_of_them, axis=axis))

    def _told(self, value: Any) -> Any:
        if value is None:
            raise InputError(f"the function of the rule `{self.name}` returned None, expected the third factor, an array")
        return value
