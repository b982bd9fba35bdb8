"""Cells that neuropil takes as equations, in the language NESTML."""

from collections.abc import Mapping
from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors

from .lowering import UNITS, Lowering, Port, Variable, on_grid

#: Shapes of what an arrival makes, with the maximum 1.
SHAPES = {
    "exp": "exp(-t / {tau})",
    "alpha": "(e / {tau}) * t * exp(-t / {tau})",
}
_STANDARD = {"excitatory": Port("exc", "weight", 1000.0), "inhibitory": Port("inh", "weight", -1000.0)}


def declared(defaults: Mapping[str, float], units: Mapping[str, str]) -> list[str]:
    """Parameters of a type of PyNN as NESTML declares them, with its defaults."""
    lines = []
    for name, value in defaults.items():
        unit, _, factor = UNITS.get(units.get(name, ""), ("real", "", 1.0))
        lines.append(f"{name} {unit} = {value * factor!r}" + (f" {unit}" if unit != "real" else ""))
    return lines


def text(name: str, sections: Mapping[str, list[str]]) -> str:
    """A cell in NESTML of the lines of its sections."""
    lines = [f"model {name}:"]
    for head, body in sections.items():
        lines += [f"    {head}:", *(f"        {line}" for line in body)] if body else []
    return "\n".join(lines) + "\n"


class Equations(Lowering):
    """Cells of a text, whose parameters have PyNN's names."""

    def __init__(
        self,
        source: str,
        units: Mapping[str, str],
        variables: Mapping[str, Variable],
        ports: Mapping[str, Port] = _STANDARD,
        followed: tuple[str, ...] = (),
    ) -> None:
        self.source, self.units = source, units
        self.variables, self.ports = dict(variables), dict(ports)
        # Of these there is no state of their own: they follow from others.
        self._followed = followed

    def can_begin(self, variable: Variable) -> bool:
        return variable.name not in self._followed

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        return npl.Cell, {"text": self.source}

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        given = {}
        for name, own in values.items():
            _, suffix, factor = UNITS.get(self.units.get(name, ""), ("real", "", 1.0))
            own = np.asarray(own, dtype=float) * factor
            given[name.replace(".", "_") + suffix] = on_grid(own, dt_ms, name) if name == "tau_refrac" else own
        return given


def conductances(shape: str) -> list[str]:
    """Equations of the two standard receptors."""
    lines = []
    for port, side in (("exc", "E"), ("inh", "I")):
        lines.append(f"kernel shape_{port} = {SHAPES[shape].format(tau=f'tau_syn_{side}')}")
        lines.append(f"recordable inline gsyn_{port} nS = convolve(shape_{port}, {port}) * 1 nS")
    return lines


#: What comes in, of cells with the two standard receptors.
INPUT = ["exc <- excitatory spike", "inh <- inhibitory spike", "I_stim pA <- continuous"]
#: The state of a timer.
REFRACTORY = "refractory ms = 0 ms"
#: The two conductances.
G = {"gsyn_exc": Variable("gsyn_exc_ns", 1e-3), "gsyn_inh": Variable("gsyn_inh_ns", 1e-3)}
FOLLOWED = ("gsyn_exc_ns", "gsyn_inh_ns")


def leaky_alpha(celltype: Any) -> Equations:
    """IF_cond_alpha: conductances of alpha shape."""
    source = text(
        "leaky_alpha",
        {
            "state": ["v mV = v_rest", REFRACTORY],
            "parameters": declared(celltype.default_parameters, celltype.units),
            "equations": [
                *conductances("alpha"),
                "inline i_syn pA = gsyn_exc * (e_rev_E - v) + gsyn_inh * (e_rev_I - v)",
                "v' = (v_rest - v) / tau_m + (i_syn + i_offset + I_stim) / cm",
                "refractory' = -1",
            ],
            "input": INPUT,
            "output": ["spike"],
            "update": [
                "if refractory > 0 ms:",
                "    integrate_odes(refractory)",
                "else:",
                "    integrate_odes(v)",
            ],
            "onCondition(v >= v_thresh and refractory <= 0 ms)": [
                "refractory = tau_refrac",
                "v = v_reset",
                "emit_spike()",
            ],
        },
    )
    return Equations(source, celltype.units, {"v": Variable("v_mv"), **G}, followed=FOLLOWED)


def adapting(celltype: Any) -> Equations:
    """IF_cond_exp_gsfa_grr: two conductances that each spike opens, for adaptation and for a relative refractoriness
    (Muller et al. 2007).
    """
    source = text(
        "adapting",
        {
            "state": ["v mV = v_rest", "g_s nS = 0 nS", "g_r nS = 0 nS", REFRACTORY],
            "parameters": declared(celltype.default_parameters, celltype.units),
            "equations": [
                *conductances("exp"),
                "inline i_syn pA = gsyn_exc * (e_rev_E - v) + gsyn_inh * (e_rev_I - v)",
                "inline i_spikes pA = g_s * (e_rev_sfa - v) + g_r * (e_rev_rr - v)",
                "v' = (v_rest - v) / tau_m + (i_syn + i_spikes + i_offset + I_stim) / cm",
                "g_s' = -g_s / tau_sfa",
                "g_r' = -g_r / tau_rr",
                "refractory' = -1",
            ],
            "input": INPUT,
            "output": ["spike"],
            "update": [
                "if refractory > 0 ms:",
                "    integrate_odes(g_s, g_r, refractory)",
                "else:",
                "    integrate_odes(v, g_s, g_r)",
            ],
            "onCondition(v >= v_thresh and refractory <= 0 ms)": [
                "refractory = tau_refrac",
                "v = v_reset",
                "g_s += q_sfa",
                "g_r += q_rr",
                "emit_spike()",
            ],
        },
    )
    variables = {"v": Variable("v_mv"), "g_s": Variable("g_s_ns"), "g_r": Variable("g_r_ns"), **G}
    return Equations(source, celltype.units, variables, followed=FOLLOWED)


def exponential_membrane(synaptic: list[str], has_upstroke: bool) -> dict[str, list[str]]:
    """Sections of the adaptive exponential cell (Brette & Gerstner 2005) behind equations that define `i_syn`, a current at `bounded`.

    The membrane is taken no higher than v_spike, so that a step beyond it stays finite. Without an upstroke (delta_T = 0) the
    cell fires at v_thresh.
    """
    upstroke = "cm / tau_m * delta_T * exp((bounded - v_thresh) / delta_T)" if has_upstroke else "0 pA"
    peak = "v_spike" if has_upstroke else "v_thresh"
    return {
        "state": ["v mV = v_rest", "w pA = 0 pA", REFRACTORY],
        "equations": [
            f"inline bounded mV = min(v, {peak})",
            *synaptic,
            f"inline upstroke pA = {upstroke}",
            "v' = (v_rest - bounded) / tau_m + (upstroke - w + i_syn + i_offset + I_stim) / cm",
            "w' = (a * (bounded - v_rest) - w) / tau_w",
            "refractory' = -1",
        ],
        "update": [
            "if refractory > 0 ms:",
            "    integrate_odes(w, refractory)",
            "else:",
            "    integrate_odes(v, w)",
        ],
        f"onCondition(v >= {peak} and refractory <= 0 ms)": [
            "v = v_reset",
            "w += b",
            "refractory = tau_refrac",
            "emit_spike()",
        ],
    }


class Exponential(Equations):
    """EIF_cond_exp_isfa_ista and EIF_cond_alpha_isfa_ista; cells with delta_T = 0 have equations of their own."""

    def __init__(self, celltype: Any, shape: str) -> None:
        synaptic = [
            *conductances(shape),
            "inline i_syn pA = gsyn_exc * (e_rev_E - bounded) + gsyn_inh * (e_rev_I - bounded)",
        ]
        sections = {"parameters": declared(celltype.default_parameters, celltype.units), "input": INPUT, "output": ["spike"]}
        self._texts = {
            has_upstroke: text("exponential", {**exponential_membrane(synaptic, has_upstroke), **sections})
            for has_upstroke in (True, False)
        }
        variables = {"v": Variable("v_mv"), "w": Variable("w_pa", 1e-3), **G}
        super().__init__(self._texts[True], celltype.units, variables, followed=FOLLOWED)

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        return npl.Cell, {"text": self._texts[with_upstroke(values)]}


def with_upstroke(values: dict[str, Any]) -> bool:
    """Whether cells have an upstroke: all of them, or none."""
    upstroke = np.asarray(values["delta_T"]) != 0.0
    if upstroke.any() and not upstroke.all():
        raise errors.InvalidParameterValueError(
            "delta_T: found 0 for some cells of a population, and other values for others; expected one or the other"
        )
    return bool(upstroke.all())


def hodgkin_huxley(celltype: Any) -> Equations:
    """HH_cond_exp: the cell of Traub and Miles (1991), as in Brette et al. (2007); a spike is a maximum above v_offset + 30 mV, and
    none follows within 2 ms.
    """
    source = text(
        "traub_miles",
        {
            "state": ["v mV = e_rev_leak", "v_before mV = e_rev_leak", "m real = 0", "h real = 1", "n real = 0", REFRACTORY],
            "parameters": declared(celltype.default_parameters, celltype.units),
            "equations": [
                *conductances("exp"),
                "inline i_na pA = gbar_Na * m ** 3 * h * (e_rev_Na - v)",
                "inline i_k pA = gbar_K * n ** 4 * (e_rev_K - v)",
                "inline i_syn pA = gsyn_exc * (e_rev_E - v) + gsyn_inh * (e_rev_I - v)",
                "v' = (g_leak * (e_rev_leak - v) + i_na + i_k + i_syn + i_offset + I_stim) / cm",
                "m' = alpha_m(v) * (1 - m) - beta_m(v) * m",
                "h' = alpha_h(v) * (1 - h) - beta_h(v) * h",
                "n' = alpha_n(v) * (1 - n) - beta_n(v) * n",
                "refractory' = -1",
            ],
            "input": INPUT,
            "output": ["spike"],
            "update": [
                "v_before = v",
                "integrate_odes(v, m, h, n)",
                "if refractory > 0 ms:",
                "    integrate_odes(refractory)",
            ],
            "onCondition(refractory <= 0 ms and v >= v_offset + 30 mV and v_before > v)": [
                "refractory = 2 ms + resolution()",
                "emit_spike()",
            ],
            **_RATES,
        },
    )
    variables = {"v": Variable("v_mv"), "m": Variable("m"), "h": Variable("h"), "n": Variable("n"), **G}
    return Equations(source, celltype.units, variables, followed=FOLLOWED)


_RATES = {
    "function alpha_m(u mV) 1/ms": ["x real = 13 - (u - v_offset) / 1 mV", "return 0.32 * x / (exp(x / 4) - 1) / 1 ms"],
    "function beta_m(u mV) 1/ms": ["x real = (u - v_offset) / 1 mV - 40", "return 0.28 * x / (exp(x / 5) - 1) / 1 ms"],
    "function alpha_h(u mV) 1/ms": ["return 0.128 * exp((17 - (u - v_offset) / 1 mV) / 18) / 1 ms"],
    "function beta_h(u mV) 1/ms": ["return 4 / (1 + exp((40 - (u - v_offset) / 1 mV) / 5)) / 1 ms"],
    "function alpha_n(u mV) 1/ms": ["x real = 15 - (u - v_offset) / 1 mV", "return 0.032 * x / (exp(x / 5) - 1) / 1 ms"],
    "function beta_n(u mV) 1/ms": ["return 0.5 * exp((10 - (u - v_offset) / 1 mV) / 40) / 1 ms"],
}


def izhikevich(celltype: Any) -> Equations:
    """Izhikevich's cell (Izhikevich 2003): the membrane jumps by the weight, in mV; currents count in pA."""
    source = text(
        "izhikevich",
        {
            "state": ["v mV = -70 mV", "u real = -14"],
            "parameters": declared(celltype.default_parameters, celltype.units),
            "equations": [
                "v' = (0.04 * v * v / 1 mV + 5 * v + 140 mV - u * 1 mV + (i_offset + I_stim) * 1 GOhm) / 1 ms",
                "u' = a * (b * v / 1 mV - u) / 1 ms",
            ],
            "input": ["syn <- spike", "I_stim pA <- continuous"],
            "output": ["spike"],
            "update": ["integrate_odes()"],
            "onReceive(syn)": ["v += syn * 1 mV * 1 s"],
            "onCondition(v >= 30 mV)": ["v = c", "u += d", "emit_spike()"],
        },
    )
    port = Port("syn", "weight", 1.0)
    variables = {"v": Variable("v_mv"), "u": Variable("u")}
    return Equations(source, celltype.units, variables, {"excitatory": port, "inhibitory": port})
