"""GIF_cond_exp: spikes by chance, spike-triggered currents and a threshold that moves (Mensi et al. 2012, Pozzorini et al. 2015)."""

from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors

from .equations import FOLLOWED, G, INPUT, REFRACTORY, Equations, conductances, declared, text
from .lowering import Variable

#: Lists of numbers, by the state that they are of: the time constant and what a spike adds.
_TERMS = {"eta": ("tau_eta", "a_eta"), "gamma": ("tau_gamma", "a_gamma")}


class Gif(Equations):
    """Its equations have as many currents and moves of the threshold as a population has time constants.

    As in NEST, the membrane sees currents and threshold of the beginning of a step, and a cell fires in a step of h with the
    probability 1 − exp(−λ h), λ = λ₀ exp((v − v_t)/Δv).
    """

    def __init__(self, celltype: Any) -> None:
        self._plain = {name: own for name, own in celltype.default_parameters.items() if np.isscalar(own)}
        variables = {"v": Variable("v_mv"), "i_eta": Variable("i_eta_pa", 1e-3), "v_t": Variable("v_t_mv"), **G}
        units = dict(celltype.units)
        for state, names in _TERMS.items():
            for place in range(_MOST):
                units.update({f"{name}_{place}": celltype.units[name] for name in names})
        super().__init__("", units, variables, followed=(*FOLLOWED, "i_eta_pa", "v_t_mv"))

    def model(self, values: dict[str, Any], initial: dict[str, np.ndarray], dt_ms: float) -> npl.parts.Model:
        # The threshold begins at its baseline, whatever PyNN's default of the variable is.
        given = {name: own for name, own in initial.items() if name != "v_t"}
        begin = initial.get("v_t")
        known = (-48.0, np.asarray(values["v_t_star"], dtype=float))
        if begin is not None and not any(np.all(begin == own) for own in known):
            raise NotImplementedError("v_t: neuropil begins with v_t_star")
        return super().model(values, given, dt_ms)

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        return npl.Cell, {"text": self._source(*(_count(values, names) for names in _TERMS.values()))}

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        flat = {name: own for name, own in values.items() if name in self._plain}
        for names in _TERMS.values():
            count = _count(values, names)
            for name in names:
                table = np.array([own.value for own in values[name]], dtype=float)
                flat.update({f"{name}_{place}": table[:, place] for place in range(count)})
        return super().parameters(flat, dt_ms)

    def _source(self, currents: int, moves: int) -> str:
        terms = [f"eta_{place}" for place in range(currents)] + [f"gamma_{place}" for place in range(moves)]
        defaults = dict(self._plain)
        for term in terms:
            defaults.update({f"tau_{term}": 10.0, f"a_{term}": 0.0})
        units = {term: "pA" if term.startswith("eta") else "mV" for term in terms}
        chance = "-expm1(-lambda0 * resolution() / 1 s * exp((v - threshold) / delta_v))"
        return text(
            "gif",
            {
                "state": [
                    "v mV = v_rest",
                    "current pA = 0 pA",
                    "threshold mV = v_t_star",
                    *(f"{term} {unit} = 0 {unit}" for term, unit in units.items()),
                    REFRACTORY,
                ],
                "parameters": declared(defaults, self.units),
                "equations": [
                    *conductances("exp"),
                    f"recordable inline i_eta pA = {_sum('0 pA', terms, 'eta')}",
                    f"recordable inline v_t mV = {_sum('v_t_star', terms, 'gamma')}",
                    "inline i_syn pA = gsyn_exc * (e_rev_E - v) + gsyn_inh * (e_rev_I - v)",
                    "v' = (v_rest - v) / tau_m + (i_syn - current + i_offset + I_stim) / cm",
                    *(f"{term}' = -{term} / tau_{term}" for term in terms),
                    "refractory' = -1",
                ],
                "input": INPUT,
                "output": ["spike"],
                "update": [
                    f"current = {_sum('0 pA', terms, 'eta')}",
                    f"threshold = {_sum('v_t_star', terms, 'gamma')}",
                    "if refractory > 0 ms:",
                    "    v = v_reset",
                    f"    integrate_odes({', '.join([*terms, 'refractory'])})",
                    "else:",
                    "    integrate_odes(v)",
                    *([f"    integrate_odes({', '.join(terms)})"] if terms else []),
                    f"    if random_uniform(0, 1) < {chance}:",
                    *(f"        {term} += a_{term}" for term in terms),
                    "        refractory = tau_refrac",
                    "        emit_spike()",
                ],
            },
        )


#: Terms of one kind that have units.
_MOST = 16


def _sum(first: str, terms: list[str], kind: str) -> str:
    return " + ".join([first, *(term for term in terms if term.startswith(kind))])


def _count(values: dict[str, Any], names: tuple[str, str]) -> int:
    """How many terms all cells have."""
    counts = {len(np.atleast_1d(own.value)) for name in names for own in values[name]}
    if len(counts) != 1 or max(counts) > _MOST:
        found = sorted(counts)
        raise errors.InvalidParameterValueError(f"{' and '.join(names)}: found lists of {found}, expected one length up to {_MOST}")
    return counts.pop()
