"""Cells that send spikes by chance."""

from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors

from .equations import Equations, text
from .lowering import on_grid

#: Beyond it, no train ends.
NEVER_MS = 1e9
_WINDOW = ["start ms = 0 ms", "stop ms = 1e12 ms"]
_PASSES = "elapsed' = 1"
_IS_ON = "if elapsed >= start and elapsed < stop:"


class Window(Equations):
    """Trains that are on from `start` for `duration`; a step has one spike at most, with a chance such that the mean rate is
    the one that is asked for.
    """

    def __init__(self, name: str, parameters: list[str], state: list[str], spikes: list[str]) -> None:
        source = text(
            name,
            {
                "state": ["elapsed ms = 0 ms", *state],
                "parameters": [*parameters, *_WINDOW],
                "equations": [_PASSES],
                "output": ["spike"],
                "update": [_IS_ON, *(f"    {line}" for line in spikes), "integrate_odes()"],
            },
        )
        super().__init__(source, {}, {}, {})

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        start = on_grid(values["start"], dt_ms, "start")
        stop = np.minimum(start + values["duration"], 1e12)
        chance = self.chances(values, dt_ms)
        for name, own in chance.items():
            if name.startswith("chance") and (np.any(own > 1.0) or np.any(own < 0.0)):
                raise errors.InvalidParameterValueError(
                    f"rates: found a chance of {own.max():g} of a spike in a step of {dt_ms} ms, expected 0 to 1"
                )
        # Half a step earlier, so that no sum of steps decides.
        return {**chance, "start_ms": start - dt_ms / 2, "stop_ms": stop - dt_ms / 2}

    def chances(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        """What differs between the kinds of trains."""
        raise NotImplementedError


class Poisson(Window):
    """SpikeSourcePoisson: neuropil's own where all cells begin and end together."""

    def __init__(self) -> None:
        super().__init__("poisson", ["chance real = 0"], [], ["if random_uniform(0, 1) < chance:", "    emit_spike()"])

    def chances(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        return {"chance": np.asarray(values["rate"]) * dt_ms * 1e-3}

    def is_even(self, values: dict[str, Any]) -> bool:
        """Whether one window holds for all cells."""
        return all(np.all(np.asarray(values[name]) == values[name][0]) for name in ("start", "duration"))

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        return (npl.PoissonSource, {}) if self.is_even(values) else super().kind(values)

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        if not self.is_even(values):
            return super().parameters(values, dt_ms)
        start = on_grid(values["start"], dt_ms, "start")
        given = {"rate_hz": np.asarray(values["rate"], dtype=float), "start_ms": start}
        stop = start + values["duration"]
        if stop[0] < NEVER_MS:
            given["stop_ms"] = on_grid(stop, dt_ms, "duration")
        return given


class Refractory(Window):
    """SpikeSourcePoissonRefractory: a Poisson process with a dead time behind each spike."""

    def __init__(self) -> None:
        spikes = [
            "if refractory <= 0 ms:",
            "    if random_uniform(0, 1) < chance:",
            "        emit_spike()",
            "        refractory = tau_refrac",
            "else:",
            "    refractory -= resolution()",
        ]
        parameters = ["chance real = 0", "tau_refrac ms = 0 ms"]
        super().__init__("poisson_refractory", parameters, ["refractory ms = 0 ms"], spikes)

    def chances(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        dead = on_grid(values["tau_refrac"], dt_ms, "tau_refrac")
        with np.errstate(divide="ignore"):
            free = 1000.0 / np.asarray(values["rate"], dtype=float) - dead
        if np.any(free <= 0.0):
            raise errors.InvalidParameterValueError("rate: expected below one spike in each `tau_refrac`")
        # A train steps over its dead time, less half a step for rounding.
        return {"chance": dt_ms / free, "tau_refrac_ms": np.maximum(dead - dt_ms / 2, 0.0)}


class Gamma(Window):
    """SpikeSourceGamma: every alpha-th event of a Poisson process of rate beta."""

    def __init__(self) -> None:
        spikes = [
            "if random_uniform(0, 1) < chance:",
            "    count += 1",
            "    if count >= alpha - 0.5:",
            "        count = 0",
            "        emit_spike()",
        ]
        super().__init__("gamma", ["chance real = 0", "alpha real = 2"], ["count real = 0"], spikes)

    def chances(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        alpha = np.asarray(values["alpha"], dtype=float)
        if np.any(alpha != np.rint(alpha)) or np.any(alpha < 1):
            raise errors.InvalidParameterValueError(f"alpha: found {alpha.tolist()}, neuropil takes whole numbers from 1 on")
        return {"chance": np.asarray(values["beta"], dtype=float) * dt_ms * 1e-3, "alpha": alpha}


POISSON, REFRACTORY, GAMMA = Poisson(), Refractory(), Gamma()
