"""Standard cell types of PyNN. Parameters are kept in PyNN's units, and put into neuropil's when a network is built."""

from typing import Any

from pyNN.standardmodels import ModelNotAvailable, build_translations, cells

from . import builtin, equations, gif, sources
from .lowering import Lowering


def kept(model: Any) -> dict[str, Any]:
    """The translation of a model whose parameters stay as they are."""
    return build_translations(*((name, name) for name in model.default_parameters))


class IF_curr_exp(cells.IF_curr_exp):
    __doc__ = cells.IF_curr_exp.__doc__
    translations = kept(cells.IF_curr_exp)
    lowering: Lowering = builtin.CURR_EXP


class IF_curr_alpha(cells.IF_curr_alpha):
    __doc__ = cells.IF_curr_alpha.__doc__
    translations = kept(cells.IF_curr_alpha)
    lowering: Lowering = builtin.CURR_ALPHA


class IF_curr_delta(cells.IF_curr_delta):
    __doc__ = cells.IF_curr_delta.__doc__
    translations = kept(cells.IF_curr_delta)
    lowering: Lowering = builtin.CURR_DELTA


class IF_cond_exp(cells.IF_cond_exp):
    __doc__ = cells.IF_cond_exp.__doc__
    translations = kept(cells.IF_cond_exp)
    lowering: Lowering = builtin.COND_EXP


class IF_cond_alpha(cells.IF_cond_alpha):
    __doc__ = cells.IF_cond_alpha.__doc__
    translations = kept(cells.IF_cond_alpha)
    lowering: Lowering = equations.leaky_alpha(cells.IF_cond_alpha)


class IF_cond_exp_gsfa_grr(cells.IF_cond_exp_gsfa_grr):
    __doc__ = cells.IF_cond_exp_gsfa_grr.__doc__
    translations = kept(cells.IF_cond_exp_gsfa_grr)
    lowering: Lowering = equations.adapting(cells.IF_cond_exp_gsfa_grr)


class IF_facets_hardware1(cells.IF_facets_hardware1):
    __doc__ = cells.IF_facets_hardware1.__doc__
    translations = kept(cells.IF_facets_hardware1)
    lowering: Lowering = builtin.HARDWARE


class EIF_cond_exp_isfa_ista(cells.EIF_cond_exp_isfa_ista):
    __doc__ = cells.EIF_cond_exp_isfa_ista.__doc__
    translations = kept(cells.EIF_cond_exp_isfa_ista)
    lowering: Lowering = equations.Exponential(cells.EIF_cond_exp_isfa_ista, "exp")


class EIF_cond_alpha_isfa_ista(cells.EIF_cond_alpha_isfa_ista):
    __doc__ = cells.EIF_cond_alpha_isfa_ista.__doc__
    translations = kept(cells.EIF_cond_alpha_isfa_ista)
    lowering: Lowering = equations.Exponential(cells.EIF_cond_alpha_isfa_ista, "alpha")


class HH_cond_exp(cells.HH_cond_exp):
    __doc__ = cells.HH_cond_exp.__doc__
    translations = kept(cells.HH_cond_exp)
    # There are no gap junctions.
    receptor_types = ("excitatory", "inhibitory")
    recordable = [*cells.HH_cond_exp.recordable, "m", "h", "n"]
    lowering: Lowering = equations.hodgkin_huxley(cells.HH_cond_exp)


class Izhikevich(cells.Izhikevich):
    __doc__ = cells.Izhikevich.__doc__
    translations = kept(cells.Izhikevich)
    lowering: Lowering = equations.izhikevich(cells.Izhikevich)


class SpikeSourcePoisson(cells.SpikeSourcePoisson):
    __doc__ = cells.SpikeSourcePoisson.__doc__
    translations = kept(cells.SpikeSourcePoisson)
    lowering: Lowering = sources.POISSON


class SpikeSourcePoissonRefractory(cells.SpikeSourcePoissonRefractory):
    __doc__ = cells.SpikeSourcePoissonRefractory.__doc__
    translations = kept(cells.SpikeSourcePoissonRefractory)
    lowering: Lowering = sources.REFRACTORY


class SpikeSourceGamma(cells.SpikeSourceGamma):
    __doc__ = cells.SpikeSourceGamma.__doc__
    translations = kept(cells.SpikeSourceGamma)
    lowering: Lowering = sources.GAMMA


class SpikeSourceArray(cells.SpikeSourceArray):
    __doc__ = cells.SpikeSourceArray.__doc__
    translations = kept(cells.SpikeSourceArray)
    lowering: Lowering = builtin.SPIKE_TIMES


class SpikeSourceInhGamma(ModelNotAvailable):
    """Not available in neuropil."""


class GIF_cond_exp(cells.GIF_cond_exp):
    __doc__ = cells.GIF_cond_exp.__doc__
    translations = kept(cells.GIF_cond_exp)
    lowering: Lowering = gif.Gif(cells.GIF_cond_exp)


class MultiCompartmentNeuron(ModelNotAvailable):
    """Not available: neuropil's cells are points."""
