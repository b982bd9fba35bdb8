"""Cells that a program composes: a membrane and named receptors."""

from typing import Any

import numpy as np
from pyNN import errors
from pyNN.parameters import ParameterSpace
from pyNN.standardmodels import cells, receptors

from .cells import kept
from .equations import SHAPES, Equations, declared, exponential_membrane, text, with_upstroke
from .lowering import Port, Variable

__all__ = [
    "AdExp",
    "AlphaPSR",
    "BetaPSR",
    "CondAlphaPostSynapticResponse",
    "CondBetaPostSynapticResponse",
    "CondExpPostSynapticResponse",
    "CurrExpPostSynapticResponse",
    "ExpPSR",
    "LIF",
    "PointNeuron",
]


class LIF(cells.LIF):
    __doc__ = cells.LIF.__doc__
    translations = kept(cells.LIF)


class AdExp(cells.AdExp):
    __doc__ = cells.AdExp.__doc__
    translations = kept(cells.AdExp)


class CurrExpPostSynapticResponse(receptors.CurrExpPostSynapticResponse):
    __doc__ = receptors.CurrExpPostSynapticResponse.__doc__
    translations = kept(receptors.CurrExpPostSynapticResponse)
    recordable = ["isyn"]
    shape = "exp"


class CondExpPostSynapticResponse(receptors.CondExpPostSynapticResponse):
    __doc__ = receptors.CondExpPostSynapticResponse.__doc__
    translations = kept(receptors.CondExpPostSynapticResponse)
    recordable = ["gsyn"]
    shape = "exp"


class CondAlphaPostSynapticResponse(receptors.CondAlphaPostSynapticResponse):
    __doc__ = receptors.CondAlphaPostSynapticResponse.__doc__
    translations = kept(receptors.CondAlphaPostSynapticResponse)
    recordable = ["gsyn"]
    shape = "alpha"


class CondBetaPostSynapticResponse(receptors.CondBetaPostSynapticResponse):
    __doc__ = receptors.CondBetaPostSynapticResponse.__doc__
    translations = kept(receptors.CondBetaPostSynapticResponse)
    recordable = ["gsyn"]
    shape = "beta"


ExpPSR = CondExpPostSynapticResponse
AlphaPSR = CondAlphaPostSynapticResponse
BetaPSR = CondBetaPostSynapticResponse

#: A receptor's parameters in the equations.
_UNITS = {"tau_syn": "ms", "tau_rise": "ms", "tau_decay": "ms", "e_syn": "mV"}
_LEAKY = {
    "state": ["v mV = v_rest", "refractory ms = 0 ms"],
    "update": ["if refractory > 0 ms:", "    integrate_odes(refractory)", "else:", "    integrate_odes(v)"],
    "onCondition(v >= v_thresh and refractory <= 0 ms)": ["refractory = tau_refrac", "v = v_reset", "emit_spike()"],
}


class PointNeuron(cells.PointNeuron):
    __doc__ = cells.PointNeuron.__doc__

    def __init__(self, neuron: Any, **post_synaptic_receptors: Any) -> None:
        if not post_synaptic_receptors:
            raise errors.InvalidModelError("PointNeuron: expected a receptor at least")
        super().__init__(neuron, **post_synaptic_receptors)

    @property
    def native_parameters(self) -> ParameterSpace:
        given = dict(self.neuron.parameter_space.items())
        for name, receptor in self.post_synaptic_receptors.items():
            own = receptor.parameter_space.items()
            given.update({f"{name}.{parameter}": value for parameter, value in own if parameter != "locations"})
        return ParameterSpace(given)

    def get_native_names(self, *names: str) -> list[str]:
        return list(names) if names else list(self.native_parameters.keys())

    def get_parameter_names(self) -> list[str]:
        return self.get_native_names()

    def has_parameter(self, name: str) -> bool:
        return name in self.get_native_names()

    def translate(self, parameters: ParameterSpace, copy: bool = True) -> ParameterSpace:
        known = self.get_native_names()
        for name in parameters.keys():
            if name not in known:
                raise errors.NonExistentParameterError(name, "PointNeuron", known)
        return parameters

    def reverse_translate(self, native_parameters: ParameterSpace) -> ParameterSpace:
        return native_parameters

    @property
    def lowering(self) -> "Composed":
        return Composed(self)


class Composed(Equations):
    """The equations of a composed cell."""

    def __init__(self, celltype: PointNeuron) -> None:
        neuron, parts = celltype.neuron, celltype.post_synaptic_receptors
        self._parts, self._is_exponential = parts, isinstance(neuron, AdExp)
        units = dict(neuron.units)
        defaults = dict(neuron.default_parameters)
        variables = {"v": Variable("v_mv"), **({"w": Variable("w_pa", 1e-3)} if self._is_exponential else {})}
        ports, followed = {}, []
        for name, part in parts.items():
            ports[name] = Port(name, "weight", 1000.0)
            what, unit = ("gsyn", "ns") if part.conductance_based else ("isyn", "pa")
            state = f"{name}_{what}_{unit}"
            variables[f"{name}.{what}"] = Variable(state, 1e-3)
            followed.append(state)
            for parameter, value in part.default_parameters.items():
                if parameter != "locations":
                    units[f"{name}.{parameter}"] = _UNITS[parameter]
                    units[f"{name}_{parameter}"], defaults[f"{name}_{parameter}"] = _UNITS[parameter], value
        self._declared = declared(defaults, units)
        super().__init__(self._source(True), units, variables, ports, tuple(followed))

    def kind(self, values: dict[str, Any]) -> tuple[type, dict[str, Any]]:
        model, beside = super().kind(values)
        if self._is_exponential:
            beside = {"text": self._source(with_upstroke(values))}
        return model, beside

    def parameters(self, values: dict[str, Any], dt_ms: float) -> dict[str, np.ndarray]:
        for name, part in self._parts.items():
            if part.shape == "beta" and np.any(values[f"{name}.tau_rise"] == values[f"{name}.tau_decay"]):
                raise errors.InvalidParameterValueError(f"{name}: tau_rise and tau_decay are equal, expected two numbers")
        return super().parameters(values, dt_ms)

    def _source(self, has_upstroke: bool) -> str:
        membrane = "bounded" if self._is_exponential else "v"
        lines: list[str] = []
        terms: list[str] = []
        internals: list[str] = []
        for name, part in self._parts.items():
            if part.shape == "beta":
                kernel = f"{name}_norm * (exp(-t / {name}_tau_decay) - exp(-t / {name}_tau_rise))"
                internals += _norm(name)
            else:
                kernel = SHAPES[part.shape].format(tau=f"{name}_tau_syn")
            lines.append(f"kernel {name}_shape = {kernel}")
            if part.conductance_based:
                lines.append(f"recordable inline {name}_gsyn nS = convolve({name}_shape, {name}) * 1 nS")
                terms.append(f"{name}_gsyn * ({name}_e_syn - {membrane})")
            else:
                lines.append(f"recordable inline {name}_isyn pA = convolve({name}_shape, {name}) * 1 pA")
                terms.append(f"{name}_isyn")
        lines.append(f"inline i_syn pA = {' + '.join(terms)}")
        sections = exponential_membrane(lines, has_upstroke) if self._is_exponential else dict(_LEAKY)
        if not self._is_exponential:
            leak = "v' = (v_rest - v) / tau_m + (i_syn + i_offset + I_stim) / cm"
            sections["equations"] = [*lines, leak, "refractory' = -1"]
        sections["parameters"] = self._declared
        sections["internals"] = internals
        sections["input"] = [*(f"{name} <- spike" for name in self._parts), "I_stim pA <- continuous"]
        sections["output"] = ["spike"]
        return text("composed", sections)


def _norm(name: str) -> list[str]:
    """What makes the peak of a difference of two exponentials 1."""
    rise, decay = f"{name}_tau_rise", f"{name}_tau_decay"
    peak = f"{decay} * {rise} * ln({decay} / {rise}) / ({decay} - {rise})"
    return [
        f"{name}_peak ms = {peak}",
        f"{name}_norm real = 1 / (exp(-{name}_peak / {decay}) - exp(-{name}_peak / {rise}))",
    ]
