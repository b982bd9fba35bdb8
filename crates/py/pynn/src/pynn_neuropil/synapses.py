"""Synapse types of PyNN: static ones, those with short-term plasticity, those that follow spikes."""

from typing import Any

import neuropil as npl
import numpy as np
from pyNN import errors
from pyNN.standardmodels import ModelNotAvailable, build_translations, synapses

from . import simulator
from .cells import kept
from .lowering import Port


class _Synapses:
    """What neuropil needs to know of a synapse type."""

    #: Whether weights are those of the network, and not those that a program sets.
    changes = False

    def _get_minimum_delay(self) -> float:
        state = simulator.state
        return state.dt if state.asked_min_delay == "auto" else state.asked_min_delay

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        """neuropil's model of synapses with these constants; None for static ones."""
        return None


class StaticSynapse(_Synapses, synapses.StaticSynapse):
    __doc__ = synapses.StaticSynapse.__doc__
    translations = kept(synapses.StaticSynapse)


class TsodyksMarkramSynapse(_Synapses, synapses.TsodyksMarkramSynapse):
    __doc__ = synapses.TsodyksMarkramSynapse.__doc__
    translations = kept(synapses.TsodyksMarkramSynapse)

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        own = constants
        return npl.ShortTerm(u=own["U"], tau_rec_ms=own["tau_rec"], tau_fac_ms=own["tau_facil"])


_BERNOULLI = """
model bernoulli:
    state:
        w real = 1
    parameters:
        p real = 0.5
    input:
        pre_spikes <- spike
    output:
        spike
    onReceive(pre_spikes):
        if random_uniform(0, 1) < p:
            emit_spike(w)
"""


class SimpleStochasticSynapse(_Synapses, synapses.SimpleStochasticSynapse):
    __doc__ = synapses.SimpleStochasticSynapse.__doc__
    translations = kept(synapses.SimpleStochasticSynapse)
    changes = True

    def synapse(self, constants: dict[str, float], port: Port, delay_ms: np.ndarray, dt_ms: float) -> Any:
        return npl.Synapse(text=_BERNOULLI, p=constants["p"])


class ElectricalSynapse(ModelNotAvailable):
    """Not available: neuropil has no gap junctions."""


class StochasticTsodyksMarkramSynapse(ModelNotAvailable):
    """Not available in neuropil."""


class MultiQuantalSynapse(ModelNotAvailable):
    """Not available in neuropil."""


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
        own = constants
        if own["w_min"] != 0.0:
            raise errors.NoModelAvailableError(f"w_min: found {own['w_min']}, neuropil's rules have 0")
        size = abs(port.factor)
        given = {"w_max": own["w_max"] * size}
        axonal = (1.0 - own["dendritic_delay_fraction"]) * delay_ms
        if np.any(axonal != axonal[0]):
            raise errors.NoModelAvailableError("dendritic_delay_fraction: below 1, neuropil takes one delay for a projection")
        if axonal[0] != 0.0:
            given["axonal_delay_ms"] = float(np.round(np.rint(axonal[0] / dt_ms) * dt_ms, 9))
        if self.rule == "vogels_sprekeler":
            given.update(learning_rate=own["eta"] * size, alpha=2e-3 * own["rho"] * own["tau"])
            return npl.VogelsSprekeler(tau_plus_ms=own["tau"], tau_minus_ms=own["tau"], **given)
        given.update(tau_plus_ms=own["tau_plus"], tau_minus_ms=own["tau_minus"])
        powers = self.weight_dependence.powers or (own["mu_plus"], own["mu_minus"])
        if own["A_plus"] == 0.0 and own["A_minus"] != 0.0:
            raise errors.NoModelAvailableError("A_plus: found 0 beside A_minus, neuropil's rule scales depression by it")
        alpha = own["A_minus"] / own["A_plus"] if own["A_plus"] else 1.0
        return npl.Stdp(learning_rate=own["A_plus"], alpha=alpha, mu_plus=powers[0], mu_minus=powers[1], **given)
