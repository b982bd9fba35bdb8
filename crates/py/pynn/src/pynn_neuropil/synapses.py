"""Synapse types of PyNN: static ones, those with short-term plasticity, those that follow spikes."""

from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors
from pyNN.standardmodels import ModelNotAvailable, build_translations, synapses

from . import rules, simulator
from .cells import kept
from .lowering import Port, on_grid


class _Synapses:
    """What neuropil needs to know of a synapse type."""

    #: Whether weights are those of the network, and not those that a program sets.
    changes = False
    #: Variables whose values at the start a program can set.
    initials: tuple[str, ...] = ()
    #: Whether the time constant of the receiving cell's current is one of the constants.
    needs_tau_psc = False

    def _get_minimum_delay(self) -> float:
        state = simulator.state
        return state.dt if state.asked_min_delay == "auto" else state.asked_min_delay

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        """neuropil's model of synapses with these constants; None for static ones."""
        return None

    def begins(self, variable: str, given: np.ndarray, constants: dict[str, np.ndarray]) -> Any:
        """Whether neuropil's model begins with these values, or with what has the same effect."""
        return False


class StaticSynapse(_Synapses, synapses.StaticSynapse):
    __doc__ = synapses.StaticSynapse.__doc__
    translations = kept(synapses.StaticSynapse)


class TsodyksMarkramSynapse(_Synapses, synapses.TsodyksMarkramSynapse):
    __doc__ = synapses.TsodyksMarkramSynapse.__doc__
    translations = kept(synapses.TsodyksMarkramSynapse)
    initials = ("u",)
    needs_tau_psc = True

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        own, begin = constants, constants.get("initial u", 0.0)
        times = {"tau_rec_ms": own["tau_rec"], "tau_fac_ms": own["tau_facil"]}
        return rules.release(own["tau_psc"], u=own["U"], begin=begin, **times)


class SimpleStochasticSynapse(_Synapses, synapses.SimpleStochasticSynapse):
    __doc__ = synapses.SimpleStochasticSynapse.__doc__
    translations = kept(synapses.SimpleStochasticSynapse)
    changes = True

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        return rules.bernoulli(constants["p"])


class ElectricalSynapse(ModelNotAvailable):
    """Not available: neuropil has no gap junctions."""


class StochasticTsodyksMarkramSynapse(_Synapses, synapses.StochasticTsodyksMarkramSynapse):
    __doc__ = synapses.StochasticTsodyksMarkramSynapse.__doc__
    translations = kept(synapses.StochasticTsodyksMarkramSynapse)
    changes = True
    initials = ("u",)

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        return _quanta(1, constants)


class MultiQuantalSynapse(_Synapses, synapses.MultiQuantalSynapse):
    """Sites that release quanta by chance, and are filled again: each spike sends the weight once for each quantum."""

    translations = kept(synapses.MultiQuantalSynapse)
    changes = True
    initials = ("u",)

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        sites = int(constants["n"])
        if not 1 <= sites <= rules.MOST_SITES:
            raise errors.InvalidParameterValueError(f"n: found {sites} sites, expected 1 to {rules.MOST_SITES}")
        return _quanta(sites, constants)

    def begins(self, variable: str, given: np.ndarray, constants: dict[str, np.ndarray]) -> Any:
        # All sites are filled.
        return variable == "a" and given == constants["n"]


def _quanta(sites: int, own: dict[str, float]) -> npl.Synapse:
    begin = own.get("initial u", 0.0)
    return rules.quanta(sites, u=own["U"], begin=begin, tau_rec_ms=own["tau_rec"], tau_fac_ms=own["tau_facil"])


# Plasticity by the times of spikes


class AdditiveWeightDependence(synapses.AdditiveWeightDependence):
    __doc__ = synapses.AdditiveWeightDependence.__doc__
    translations = kept(synapses.AdditiveWeightDependence)
    possible_models = {"stdp", "vogels_sprekeler"}
    powers = (0.0, 0.0)


class MultiplicativeWeightDependence(synapses.MultiplicativeWeightDependence):
    __doc__ = synapses.MultiplicativeWeightDependence.__doc__
    translations = kept(synapses.MultiplicativeWeightDependence)
    possible_models = {"stdp"}
    powers = (1.0, 1.0)


class AdditivePotentiationMultiplicativeDepression(synapses.AdditivePotentiationMultiplicativeDepression):
    __doc__ = synapses.AdditivePotentiationMultiplicativeDepression.__doc__
    translations = kept(synapses.AdditivePotentiationMultiplicativeDepression)
    possible_models = {"stdp"}
    powers = (0.0, 1.0)


class GutigWeightDependence(synapses.GutigWeightDependence):
    __doc__ = synapses.GutigWeightDependence.__doc__
    translations = kept(synapses.GutigWeightDependence)
    possible_models = {"stdp"}
    powers = None


class SpikePairRule(synapses.SpikePairRule):
    __doc__ = synapses.SpikePairRule.__doc__
    translations = kept(synapses.SpikePairRule)
    possible_models = {"stdp"}


class Vogels2011Rule(synapses.Vogels2011Rule):
    __doc__ = synapses.Vogels2011Rule.__doc__
    translations = kept(synapses.Vogels2011Rule)
    possible_models = {"vogels_sprekeler"}


class STDPMechanism(_Synapses, synapses.STDPMechanism):
    __doc__ = synapses.STDPMechanism.__doc__
    changes = True
    base_translations = build_translations(
        ("weight", "weight"), ("delay", "delay"), ("dendritic_delay_fraction", "dendritic_delay_fraction")
    )

    def __init__(
        self,
        timing_dependence: Any = None,
        weight_dependence: Any = None,
        voltage_dependence: Any = None,
        dendritic_delay_fraction: float = 1.0,
        weight: Any = 0.0,
        delay: Any = None,
    ) -> None:
        if voltage_dependence is not None:
            raise errors.NoModelAvailableError("voltage_dependence: neuropil has no such rule")
        if timing_dependence is None or weight_dependence is None:
            raise errors.NoModelAvailableError("STDPMechanism: expected a timing_dependence and a weight_dependence")
        super().__init__(timing_dependence, weight_dependence, None, dendritic_delay_fraction, weight, delay)
        # Raises where there is no rule of both.
        self.rule = sorted(self.possible_models)[0]

    def _build_translations(self) -> None:
        self.translations = dict(self.base_translations)
        for component in (self.timing_dependence, self.weight_dependence):
            self.translations.update(component.translations)

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        own, size = constants, abs(port.factor)
        given = {"w_max": own["w_max"] * size, **self._axonal(own["dendritic_delay_fraction"], delay_ms, dt_ms)}
        has_least = own["w_min"] != 0.0
        if self.rule == "vogels_sprekeler":
            if has_least:
                raise errors.NoModelAvailableError(f"w_min: found {own['w_min']}, expected 0 with Vogels2011Rule")
            given.update(learning_rate=own["eta"] * size, alpha=2e-3 * own["rho"] * own["tau"])
            return npl.VogelsSprekeler(tau_plus_ms=own["tau"], tau_minus_ms=own["tau"], **given)
        given.update(tau_plus_ms=own["tau_plus"], tau_minus_ms=own["tau_minus"])
        powers = self.weight_dependence.powers or (own["mu_plus"], own["mu_minus"])
        given.update(mu_plus=powers[0], mu_minus=powers[1])
        if has_least or own["A_plus"] == 0.0:
            return rules.pairs(A_plus=own["A_plus"], A_minus=own["A_minus"], w_min=own["w_min"] * size, **given)
        return npl.Stdp(learning_rate=own["A_plus"], alpha=own["A_minus"] / own["A_plus"], **given)

    def _axonal(self, dendritic: float, delay_ms: np.ndarray, dt_ms: float) -> dict[str, float]:
        """The part of the delay that lies before the synapse, if there is one."""
        axonal = (1.0 - dendritic) * delay_ms
        if np.any(axonal != axonal[0]):
            raise errors.NoModelAvailableError("dendritic_delay_fraction: below 1, neuropil takes one delay for a projection")
        return {"axonal_delay_ms": float(on_grid(axonal[:1], dt_ms, "axonal delay")[0])} if axonal[0] else {}
