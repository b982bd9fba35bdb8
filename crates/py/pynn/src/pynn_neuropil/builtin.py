"""Cells that neuropil has built in."""

from typing import Any

import neuropil as npl
import numpy as np

from .lowering import Lowering, Port, Variable, on_grid

_CURRENTS = {"excitatory": Port("exc", "weight_pa", 1000.0), "inhibitory": Port("inh", "weight_pa", 1000.0)}
# neuropil tells inhibition by its sign, in conductances too.
_CONDUCTANCES = {"excitatory": Port("exc", "weight_ns", 1000.0), "inhibitory": Port("inh", "weight_ns", -1000.0)}
_JUMPS = {"excitatory": Port("syn", "weight_mv", 1.0), "inhibitory": Port("syn", "weight_mv", 1.0)}


class Integrator(Lowering):
    """Leaky integrate-and-fire cells."""

    def __init__(self, model: type, ports: dict[str, Port], **variables: Variable) -> None:
        self._model, self.ports = model, ports
        self.variables = {"v": Variable("v_m_mv"), **variables}

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        return self._model, {}

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        capacity = np.asarray(values["cm"]) * 1000.0
        given = {
            "c_m_pf": capacity,
            "e_l_mv": values["v_rest"],
            "v_th_mv": values["v_thresh"],
            "v_reset_mv": values["v_reset"],
            "t_ref_ms": on_grid(values["tau_refrac"], dt_ms, "tau_refrac"),
            "i_e_pa": np.asarray(values["i_offset"]) * 1000.0,
        }
        if self._model is npl.LifCondExp:
            given["g_l_ns"] = capacity / values["tau_m"]
            given.update(e_exc_mv=values["e_rev_E"], e_inh_mv=values["e_rev_I"])
        else:
            given["tau_m_ms"] = values["tau_m"]
        if "tau_syn_E" in values:
            given.update(tau_syn_exc_ms=values["tau_syn_E"], tau_syn_inh_ms=values["tau_syn_I"])
        return given


class Hardware(Integrator):
    """Cells of the FACETS chip: conductances, with three constants that a program cannot set."""

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        cells = np.ones(len(values["g_leak"]))
        capacity = 0.2 * cells
        whole = {
            **values,
            "cm": capacity,
            "tau_m": 1000.0 * capacity / values["g_leak"],
            "tau_refrac": cells,
            "e_rev_E": 0.0 * cells,
            "i_offset": 0.0 * cells,
        }
        return super().parameters(whole, dt_ms)


_G = {"gsyn_exc": Variable("g_exc_ns", 1e-3), "gsyn_inh": Variable("g_inh_ns", 1e-3)}
_I = {"isyn_exc": Variable("i_syn_exc_pa", 1e-3), "isyn_inh": Variable("i_syn_inh_pa", 1e-3)}
CURR_EXP = Integrator(npl.LifExp, _CURRENTS, **_I)
CURR_ALPHA = Integrator(npl.LifAlpha, _CURRENTS, **_I)
CURR_DELTA = Integrator(npl.LifDelta, _JUMPS)
COND_EXP = Integrator(npl.LifCondExp, _CONDUCTANCES, **_G)
HARDWARE = Hardware(npl.LifCondExp, _CONDUCTANCES, **_G)


class SpikeTimes(Lowering):
    """Cells that send given spikes."""

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        return npl.SpikeTrain, {}

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        return {}

    def model(self, values: dict[str, Any], initial: dict[str, np.ndarray], dt_ms: float) -> npl.parts.Model:
        return npl.SpikeTrain(trains(values["spike_times"], dt_ms))


def trains(spike_times: Any, dt_ms: float) -> dict[str, Any]:
    """Spikes of all cells as neuropil has them."""
    each = [np.asarray(own.value, dtype=float) for own in spike_times]
    cells = np.repeat(np.arange(len(each)), [len(own) for own in each])
    times = np.concatenate([np.zeros(0), *each])
    # neuropil itself moves them; here it is told.
    on_grid(times, dt_ms, "spike_times")
    return {"times_ms": times, "cells": cells}


SPIKE_TIMES = SpikeTimes()
