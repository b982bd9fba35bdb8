"""What a model file or a task file may say, as classes: cell models, connectors, distributions, positions, inputs, training.

Written by write_parts.py from models/schema.json and models/task_schema.json; do not edit. Units are in the names of the arguments. An argument that
is left out has the default of the simulator. A faulty value is refused when the network is checked or run, with its place.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from ._part import Named, Part


class Distribution(Part):
    """Draws a number for each cell or synapse."""


class Profile(Part):
    """A number that depends on the distance between two cells."""


class Rate(Part):
    """A rate that changes in time."""


class Positions(Part):
    """Where the cells of a population lie."""


class Model(Part):
    """What the members of a population are."""


class Connector(Part):
    """Which cells are connected."""


class SynapseModel(Part):
    """What happens between a spike and its arrival, for all synapses of a projection."""


class ThirdFactor(Part):
    """What synapses hear beside the spikes of their two cells."""


class Input(Part):
    """What reaches cells from outside of the network."""


class Mu(Part):
    """The slope of intermediate cells on the path of credit."""


class Taps(Part):
    """What the rules of S lags make of their taps."""


class Signed(Part):
    """How a signal that peptides carry gets its sign."""


class Receptors(Part):
    """How cells hear the peptides of a carrier."""


class TaskKind(Part):
    """What goes into a network that learns, and what it should say."""


class TaskCells(Part):
    """The cells of a task."""


class InitialWeights(Part):
    """How a matrix of weights of a task begins; which of the fields a matrix takes is in docs/training.md."""


class NetworkTask(TaskKind):
    """A task whose trials a network meets while it runs."""


class Given(Part):
    """An array that lies in a file."""


class Intervention(Part):
    """What is edited of a network while it runs, and when."""

    #: Name of the edit in a model file.
    _edit: ClassVar[str] = ""

    def json(self) -> dict[str, Any]:
        """The intervention as a model file has it."""
        edit = super().json()
        times: dict[str, Any] = {name: edit.pop(name) for name in ("at_ms", "until_ms", "every_ms") if name in edit}
        edit.update(edit.pop("values" if self._edit == "state" else "parameters", {}))
        return {**times, self._edit: edit["cells"] if self._edit == "silence" else edit}


Numbers: TypeAlias = float | Sequence[Any] | npt.NDArray[np.generic] | Given
PerCell: TypeAlias = Numbers | Distribution
PerSynapse: TypeAlias = Numbers | Distribution | Profile
RateLike: TypeAlias = Numbers | Rate
Names: TypeAlias = Named | str | Sequence[Named | str]


class Uniform(Distribution):
    """Uniform between two numbers.

    low: Lower end, in the unit of what is drawn.
    high: Upper end, in the unit of what is drawn.
    min: Least value, in the unit of what is drawn; default: none.
    max: Greatest value, in the unit of what is drawn; default: none.
    outside: What happens to draws beyond min or max. One of redraw, clip. Default redraw.
    """

    _fixed = {"distribution": "uniform"}

    def __init__(
        self,
        low: float,
        high: float,
        *,
        min: float | None = None,
        max: float | None = None,
        outside: str | None = None,
    ) -> None:
        super().__init__(low=low, high=high, min=min, max=max, outside=outside)


class Normal(Distribution):
    """Normal (Gaussian).

    mean: Mean before min and max cut it, in the unit of what is drawn.
    std: Standard deviation before min and max cut it, in the unit of what is drawn.
    min: Least value, in the unit of what is drawn; default: none.
    max: Greatest value, in the unit of what is drawn; default: none.
    outside: What happens to draws beyond min or max. One of redraw, clip. Default redraw.
    """

    _fixed = {"distribution": "normal"}

    def __init__(
        self,
        mean: float,
        std: float,
        *,
        min: float | None = None,
        max: float | None = None,
        outside: str | None = None,
    ) -> None:
        super().__init__(mean=mean, std=std, min=min, max=max, outside=outside)


class Lognormal(Distribution):
    """Lognormal: its logarithm is normal.

    mu: Mean of the logarithm.
    sigma: Standard deviation of the logarithm.
    min: Least value, in the unit of what is drawn; default: none.
    max: Greatest value, in the unit of what is drawn; default: none.
    outside: What happens to draws beyond min or max. One of redraw, clip. Default redraw.
    """

    _fixed = {"distribution": "lognormal"}

    def __init__(
        self,
        mu: float,
        sigma: float,
        *,
        min: float | None = None,
        max: float | None = None,
        outside: str | None = None,
    ) -> None:
        super().__init__(mu=mu, sigma=sigma, min=min, max=max, outside=outside)


class Exponential(Distribution):
    """Exponential.

    mean: Mean before min and max cut it, in the unit of what is drawn.
    min: Least value, in the unit of what is drawn; default: none.
    max: Greatest value, in the unit of what is drawn; default: none.
    outside: What happens to draws beyond min or max. One of redraw, clip. Default redraw.
    """

    _fixed = {"distribution": "exponential"}

    def __init__(
        self,
        mean: float,
        *,
        min: float | None = None,
        max: float | None = None,
        outside: str | None = None,
    ) -> None:
        super().__init__(mean=mean, min=min, max=max, outside=outside)


class Gamma(Distribution):
    """Gamma.

    shape: Shape, a number > 0; the mean is shape x scale.
    scale: Scale, in the unit of what is drawn.
    min: Least value, in the unit of what is drawn; default: none.
    max: Greatest value, in the unit of what is drawn; default: none.
    outside: What happens to draws beyond min or max. One of redraw, clip. Default redraw.
    """

    _fixed = {"distribution": "gamma"}

    def __init__(
        self,
        shape: float,
        scale: float,
        *,
        min: float | None = None,
        max: float | None = None,
        outside: str | None = None,
    ) -> None:
        super().__init__(shape=shape, scale=scale, min=min, max=max, outside=outside)


class LinearProfile(Profile):
    """Offset + slope x distance.

    offset: Value at distance 0, in the unit of weight or delay.
    slope_per_um: Change for each um.
    """

    _fixed = {"by_distance": "linear"}

    def __init__(
        self,
        offset: float,
        slope_per_um: float,
    ) -> None:
        super().__init__(offset=offset, slope_per_um=slope_per_um)


class ExponentialProfile(Profile):
    """Amplitude x exp(-distance / length).

    amplitude: Value at distance 0, in the unit of weight or delay.
    length_um: Distance at which it has fallen to 1/e, um.
    """

    _fixed = {"by_distance": "exponential"}

    def __init__(
        self,
        amplitude: float,
        length_um: float,
    ) -> None:
        super().__init__(amplitude=amplitude, length_um=length_um)


class GaussianProfile(Profile):
    """Amplitude x exp(-distance^2 / (2 sigma^2)).

    amplitude: Value at distance 0, in the unit of weight or delay.
    sigma_um: Standard deviation of the bell, um.
    """

    _fixed = {"by_distance": "gaussian"}

    def __init__(
        self,
        amplitude: float,
        sigma_um: float,
    ) -> None:
        super().__init__(amplitude=amplitude, sigma_um=sigma_um)


class RateSteps(Rate):
    """A rate that is another from each of these times on.

    times_ms: When each rate begins, ms, ascending.
    rates_hz: The rate from each of these times on, Hz; before the first it is 0.
    """

    _fixed = {}

    def __init__(
        self,
        times_ms: Numbers,
        rates_hz: Numbers,
    ) -> None:
        super().__init__(times_ms=times_ms, rates_hz=rates_hz)


class RateSine(Rate):
    """A rate that goes up and down as a sine.

    mean_hz: Mean, Hz.
    amplitude_hz: How far it goes from the mean, Hz.
    frequency_hz: Frequency of the sine, Hz.
    phase_cycles: Phase at time 0, in cycles; default 0.
    """

    _fixed = {}

    def __init__(
        self,
        mean_hz: float,
        amplitude_hz: float,
        frequency_hz: float,
        *,
        phase_cycles: float | None = None,
    ) -> None:
        super().__init__(mean_hz=mean_hz, amplitude_hz=amplitude_hz, frequency_hz=frequency_hz, phase_cycles=phase_cycles)


class ShortTerm(SynapseModel):
    """Short-term plasticity: facilitation and depression [Tsodyks1998].

    u: Utilisation of a first spike. Default 0.5.
    tau_rec_ms: Time constant of recovery from depression. In ms. Default 800.0.
    tau_fac_ms: Time constant of facilitation. In ms. Default 0.0.
    """

    _fixed = {"model": "short_term"}

    def __init__(
        self,
        *,
        u: float | None = None,
        tau_rec_ms: float | None = None,
        tau_fac_ms: float | None = None,
    ) -> None:
        super().__init__(u=u, tau_rec_ms=tau_rec_ms, tau_fac_ms=tau_fac_ms)


class Stdp(SynapseModel):
    """Spike-timing-dependent plasticity of all pairs of spikes [Song2000, Guetig2003].

    learning_rate: lambda: size of a step of potentiation, of w_max. Default 0.01.
    alpha: Depression beside potentiation. Default 1.0.
    mu_plus: Power of 1 - w/w_max in potentiation. Default 1.0.
    mu_minus: Power of w/w_max in depression. Default 1.0.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        mu_plus: float | None = None,
        mu_minus: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, mu_plus=mu_plus, mu_minus=mu_minus, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpNnSymm(SynapseModel):
    """Spike-timing-dependent plasticity: each spike with the last of the other side [Morrison2008].

    learning_rate: lambda: size of a step of potentiation, of w_max. Default 0.01.
    alpha: Depression beside potentiation. Default 1.0.
    mu_plus: Power of 1 - w/w_max in potentiation. Default 1.0.
    mu_minus: Power of w/w_max in depression. Default 1.0.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_nn_symm"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        mu_plus: float | None = None,
        mu_minus: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, mu_plus=mu_plus, mu_minus=mu_minus, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpNnRestr(SynapseModel):
    """Spike-timing-dependent plasticity: one pair each way between spikes, the nearest [Morrison2008].

    learning_rate: lambda: size of a step of potentiation, of w_max. Default 0.01.
    alpha: Depression beside potentiation. Default 1.0.
    mu_plus: Power of 1 - w/w_max in potentiation. Default 1.0.
    mu_minus: Power of w/w_max in depression. Default 1.0.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_nn_restr"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        mu_plus: float | None = None,
        mu_minus: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, mu_plus=mu_plus, mu_minus=mu_minus, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpNnPreCentered(SynapseModel):
    """Spike-timing-dependent plasticity: pairs around presynaptic spikes [Morrison2008].

    learning_rate: lambda: size of a step of potentiation, of w_max. Default 0.01.
    alpha: Depression beside potentiation. Default 1.0.
    mu_plus: Power of 1 - w/w_max in potentiation. Default 1.0.
    mu_minus: Power of w/w_max in depression. Default 1.0.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_nn_pre_centered"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        mu_plus: float | None = None,
        mu_minus: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, mu_plus=mu_plus, mu_minus=mu_minus, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpPowerLaw(SynapseModel):
    """Spike-timing-dependent plasticity with a power law of the weight [Morrison2007].

    learning_rate: lambda: size of a step, for weights in their unit. Default 0.1.
    alpha: Depression beside potentiation. Default 1.0.
    mu: Power of the weight in potentiation. Default 0.4.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_power_law"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        mu: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, mu=mu, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, axonal_delay_ms=axonal_delay_ms)


class StdpTriplet(SynapseModel):
    """Spike-timing-dependent plasticity of triplets of spikes [Pfister2006].

    a_plus: A2+: potentiation by a pair, in the unit of the weight. Default 5e-10.
    a_plus_triplet: A3+: potentiation by a triplet, in the unit of the weight. Default 0.0062.
    a_minus: A2-: depression by a pair, in the unit of the weight. Default 0.007.
    a_minus_triplet: A3-: depression by a triplet, in the unit of the weight. Default 0.00023.
    tau_plus_ms: Time constant of r1. In ms. Default 16.8.
    tau_plus_triplet_ms: Time constant of r2. In ms. Default 101.0.
    tau_minus_ms: Time constant of o1. In ms. Default 33.7.
    tau_minus_triplet_ms: Time constant of o2. In ms. Default 125.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_triplet"}

    def __init__(
        self,
        *,
        a_plus: float | None = None,
        a_plus_triplet: float | None = None,
        a_minus: float | None = None,
        a_minus_triplet: float | None = None,
        tau_plus_ms: float | None = None,
        tau_plus_triplet_ms: float | None = None,
        tau_minus_ms: float | None = None,
        tau_minus_triplet_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(a_plus=a_plus, a_plus_triplet=a_plus_triplet, a_minus=a_minus, a_minus_triplet=a_minus_triplet, tau_plus_ms=tau_plus_ms, tau_plus_triplet_ms=tau_plus_triplet_ms, tau_minus_ms=tau_minus_ms, tau_minus_triplet_ms=tau_minus_triplet_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class VogelsSprekeler(SynapseModel):
    """Inhibitory plasticity that balances excitation [Vogels2011].

    learning_rate: eta: size of a step, in the unit of the weight. Default 0.001.
    alpha: Depression by each presynaptic spike, of eta. Default 0.12.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "vogels_sprekeler"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpDopamine(SynapseModel):
    """Pairs of spikes make a synapse eligible, dopamine changes its weight [Izhikevich2007].

    third_factor: What its synapses hear beside spikes: dopamine, 1/ms.
    a_plus: A+: what a pair of the presynaptic spike first adds to the eligibility, in the unit of the weight.
        Default 1.0.
    a_minus: A-: what a pair of the postsynaptic spike first takes from it, in the unit of the weight. Default 1.5.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    tau_c_ms: Time constant of the eligibility. In ms. Default 1000.0.
    tau_n_ms: Time constant with which dopamine follows the third factor. In ms. Default 200.0.
    baseline_per_ms: b: dopamine at which weights stay, 1/ms. Default 0.0.
    w_min: Least size of a weight, in its unit. Default 0.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_dopamine"}

    def __init__(
        self,
        third_factor: ThirdFactor | Mapping[str, Any],
        *,
        a_plus: float | None = None,
        a_minus: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        tau_c_ms: float | None = None,
        tau_n_ms: float | None = None,
        baseline_per_ms: float | None = None,
        w_min: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(third_factor=third_factor, a_plus=a_plus, a_minus=a_minus, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, tau_c_ms=tau_c_ms, tau_n_ms=tau_n_ms, baseline_per_ms=baseline_per_ms, w_min=w_min, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpScaling(SynapseModel):
    """Pairs of spikes, and a scaling of weights that keeps the rate of their cell [VanRossum2000].

    learning_rate: lambda: size of a step of potentiation, of w_max. Default 0.01.
    alpha: Depression beside potentiation. Default 1.0.
    mu_plus: Power of 1 - w/w_max in potentiation. Default 1.0.
    mu_minus: Power of w/w_max in depression. Default 1.0.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    scaling_rate: beta: by how much a weight grows, of itself, for each spike that is missing. Default 4e-05.
    target_hz: rho: the rate that scaling keeps. In Hz. Default 10.0.
    tau_rate_ms: Time constant of the trace of the rate. In ms. Default 100000.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_scaling"}

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        alpha: float | None = None,
        mu_plus: float | None = None,
        mu_minus: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        scaling_rate: float | None = None,
        target_hz: float | None = None,
        tau_rate_ms: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, alpha=alpha, mu_plus=mu_plus, mu_minus=mu_minus, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, scaling_rate=scaling_rate, target_hz=target_hz, tau_rate_ms=tau_rate_ms, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class StdpHeterosynaptic(SynapseModel):
    """Triplets of spikes with heterosynaptic and transmitter-induced terms and consolidation [Zenke2015].

    a_plus: A: potentiation by a triplet, in the unit of the weight. Default 0.001.
    a_minus: B: depression by a pair, in the unit of the weight. Default 0.001.
    heterosynaptic: beta: how far a burst brings a weight to its reference. Default 0.05.
    transmitter: delta: potentiation by each presynaptic spike, in the unit of the weight. Default 2e-05.
    tau_plus_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_minus_ms: Time constant of the postsynaptic trace. In ms. Default 20.0.
    tau_slow_ms: Time constant of the slow postsynaptic trace. In ms. Default 100.0.
    tau_cons_ms: Time constant with which references follow their weights. In ms. Default 1200000.0.
    p: P: how strongly references prefer 0 and w_p, over the square of the unit of the weight. Default 20.0.
    w_p: w_P: the preferred reference above 0, in the unit of the weight. Default 0.5.
    reference: The reference of every synapse at the start, in the unit of the weight. Default 0.0.
    w_max: Greatest size of a weight, in its unit. Default 5.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "stdp_heterosynaptic"}

    def __init__(
        self,
        *,
        a_plus: float | None = None,
        a_minus: float | None = None,
        heterosynaptic: float | None = None,
        transmitter: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        tau_slow_ms: float | None = None,
        tau_cons_ms: float | None = None,
        p: float | None = None,
        w_p: float | None = None,
        reference: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(a_plus=a_plus, a_minus=a_minus, heterosynaptic=heterosynaptic, transmitter=transmitter, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, tau_slow_ms=tau_slow_ms, tau_cons_ms=tau_cons_ms, p=p, w_p=w_p, reference=reference, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class Clopath(SynapseModel):
    """Plasticity that follows the voltage of the receiving cell [Clopath2010].

    a_ltp: A_LTP: size of potentiation, in the unit of the weight over mV^2. Default 8e-05.
    a_ltd: A_LTD: size of depression, in the unit of the weight over mV. Default 0.00014.
    theta_plus_mv: theta+: potential above which there is potentiation. In mV. Default -45.3.
    theta_minus_mv: theta-: low-passed potential above which there is plasticity. In mV. Default -70.6.
    tau_x_ms: Time constant of the presynaptic trace. In ms. Default 15.0.
    tau_plus_ms: Time constant of u+, for potentiation. In ms. Default 7.0.
    tau_minus_ms: Time constant of u-, for depression. In ms. Default 10.0.
    delay_u_bars_ms: How old the u+ and u- are that synapses see. In ms. Default 5.0.
    homeostasis: h: the power of the mean depolarisation with which depression grows. Default 0.0.
    tau_mean_ms: Time constant of the mean of u-. In ms. Default 1000.0.
    u_rest_mv: Potential from which the mean depolarisation is measured. In mV. Default -70.6.
    u_ref_mv: Mean depolarisation at which depression has its size. In mV. Default 7.745966692414834.
    w_min: Least size of a weight, in its unit. Default 0.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    axonal_delay_ms: The part of the delay that lies before the synapse. In ms. Default 0.0.
    """

    _fixed = {"model": "clopath"}

    def __init__(
        self,
        *,
        a_ltp: float | None = None,
        a_ltd: float | None = None,
        theta_plus_mv: float | None = None,
        theta_minus_mv: float | None = None,
        tau_x_ms: float | None = None,
        tau_plus_ms: float | None = None,
        tau_minus_ms: float | None = None,
        delay_u_bars_ms: float | None = None,
        homeostasis: float | None = None,
        tau_mean_ms: float | None = None,
        u_rest_mv: float | None = None,
        u_ref_mv: float | None = None,
        w_min: float | None = None,
        w_max: float | None = None,
        axonal_delay_ms: float | None = None,
    ) -> None:
        super().__init__(a_ltp=a_ltp, a_ltd=a_ltd, theta_plus_mv=theta_plus_mv, theta_minus_mv=theta_minus_mv, tau_x_ms=tau_x_ms, tau_plus_ms=tau_plus_ms, tau_minus_ms=tau_minus_ms, delay_u_bars_ms=delay_u_bars_ms, homeostasis=homeostasis, tau_mean_ms=tau_mean_ms, u_rest_mv=u_rest_mv, u_ref_mv=u_ref_mv, w_min=w_min, w_max=w_max, axonal_delay_ms=axonal_delay_ms)


class RMax(SynapseModel):
    """Reward strengthens what cells do by chance: R-max, eligibility of an escape rate [Fremaux2010].

    third_factor: What its synapses hear beside spikes: reward, 1/ms.
    learning_rate: eta: size of a step of eligibility, in the unit of the weight times mV. Default 1.0.
    rho_0_hz: rho0: rate at which the cell fires at theta. In Hz. Default 60.0.
    theta_mv: Potential at which the cell fires at rho0. In mV. Default -55.0.
    delta_u_mv: Delta: potential by which the rate grows e-fold. In mV. Default 2.0.
    tau_x_ms: Time constant of the presynaptic trace. In ms. Default 20.0.
    tau_e_ms: Time constant of the eligibility. In ms. Default 500.0.
    tau_n_ms: Time constant with which n follows the third factor. In ms. Default 50.0.
    baseline_per_ms: b: n at which weights stay, 1/ms. Default 0.0.
    w_min: Least size of a weight, in its unit. Default 0.0.
    w_max: Greatest size of a weight, in its unit. Default 1.0.
    """

    _fixed = {"model": "r_max"}

    def __init__(
        self,
        third_factor: ThirdFactor | Mapping[str, Any],
        *,
        learning_rate: float | None = None,
        rho_0_hz: float | None = None,
        theta_mv: float | None = None,
        delta_u_mv: float | None = None,
        tau_x_ms: float | None = None,
        tau_e_ms: float | None = None,
        tau_n_ms: float | None = None,
        baseline_per_ms: float | None = None,
        w_min: float | None = None,
        w_max: float | None = None,
    ) -> None:
        super().__init__(third_factor=third_factor, learning_rate=learning_rate, rho_0_hz=rho_0_hz, theta_mv=theta_mv, delta_u_mv=delta_u_mv, tau_x_ms=tau_x_ms, tau_e_ms=tau_e_ms, tau_n_ms=tau_n_ms, baseline_per_ms=baseline_per_ms, w_min=w_min, w_max=w_max)


class Signal(ThirdFactor):
    """A level that is given, the same at all synapses.

    signal: The level: a number, or numbers over time.
    gain: Factor of each spike or level. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        signal: Any,
        *,
        gain: float | None = None,
    ) -> None:
        super().__init__(signal=signal, gain=gain)


class SpikesOf(ThirdFactor):
    """Spikes of cells, each of which reaches all synapses.

    spikes_of: Cells of which every spike reaches all synapses.
    delay_ms: From a spike to the synapses, ms; at least dt_ms.
    gain: Factor of each spike or level. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        spikes_of: Names,
        delay_ms: float,
        *,
        gain: float | None = None,
    ) -> None:
        super().__init__(spikes_of=spikes_of, delay_ms=delay_ms, gain=gain)


class ConcentrationOf(ThirdFactor):
    """The concentration of a peptide at each receiving cell.

    species: A peptide: its concentration at each receiving cell, nM.
    gain: Factor of each spike or level. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        species: str,
        *,
        gain: float | None = None,
    ) -> None:
        super().__init__(species=species, gain=gain)


class MessengerOf(ThirdFactor):
    """The level of a messenger in each receiving cell.

    messenger: A messenger: its level in each receiving cell. One of Gi, Gs, Gq.
    gain: Factor of each spike or level. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        messenger: str,
        *,
        gain: float | None = None,
    ) -> None:
        super().__init__(messenger=messenger, gain=gain)


class PostVariable(Part):
    """A variable of the receiving cell, which a port of a file of synapses watches.

    post: A variable of the receiving cells, by the name under which it is recorded, such as `v_m_mv`.
    earlier_ms: How much earlier the port looks, ms; a multiple of dt_ms. Default 0.0.
    """

    _fixed = {}

    def __init__(
        self,
        post: str,
        *,
        earlier_ms: float | None = None,
    ) -> None:
        super().__init__(post=post, earlier_ms=earlier_ms)


class Slab(Positions):
    """Uniform in a slab around the z axis.

    size_x_um: Extent along x, um.
    size_y_um: Extent along y, um.
    z_min_um: Lower end along z, um.
    z_max_um: Upper end along z, um.
    """

    _fixed = {"shape": "slab"}

    def __init__(
        self,
        size_x_um: float,
        size_y_um: float,
        z_min_um: float,
        z_max_um: float,
    ) -> None:
        super().__init__(size_x_um=size_x_um, size_y_um=size_y_um, z_min_um=z_min_um, z_max_um=z_max_um)


class Box(Positions):
    """Uniform in a box.

    size_um: Extents along x, y, z, um.
    origin_um: Corner of least x, y, z, um; default [0, 0, 0].
    """

    _fixed = {"shape": "box"}

    def __init__(
        self,
        size_um: Numbers,
        *,
        origin_um: Numbers | None = None,
    ) -> None:
        super().__init__(size_um=size_um, origin_um=origin_um)


class Sphere(Positions):
    """Uniform in a sphere.

    radius_um: Radius, um.
    center_um: Centre (x, y, z), um; default [0, 0, 0].
    """

    _fixed = {"shape": "sphere"}

    def __init__(
        self,
        radius_um: float,
        *,
        center_um: Numbers | None = None,
    ) -> None:
        super().__init__(radius_um=radius_um, center_um=center_um)


class Grid(Positions):
    """On a regular grid.

    shape_cells: Cells along x, y, z; their product is the size of the population.
    spacing_um: Distances between neighbours along x, y, z, um.
    origin_um: Corner of least x, y, z, um; default [0, 0, 0].
    """

    _fixed = {"shape": "grid"}

    def __init__(
        self,
        shape_cells: Numbers,
        spacing_um: Numbers,
        *,
        origin_um: Numbers | None = None,
    ) -> None:
        super().__init__(shape_cells=shape_cells, spacing_um=spacing_um, origin_um=origin_um)


class Points(Positions):
    """At points that are listed.

    points_um: A point (x, y, z) for each cell, um.
    """

    _fixed = {"shape": "list"}

    def __init__(
        self,
        points_um: Numbers,
    ) -> None:
        super().__init__(points_um=points_um)


class RecordedPlaces(Positions):
    """Where the cells of a file lie.

    file: A recording, a SONATA nodes file, or a table with x, y, z in um; relative to the model file.
    from_population: Population of the file; default: the one of the same name, or the only one.
    """

    _fixed = {"shape": "recorded"}

    def __init__(
        self,
        file: str,
        *,
        from_population: str | None = None,
    ) -> None:
        super().__init__(file=file, from_population=from_population)


class LifDelta(Model):
    """Leaky integrate-and-fire, arrivals jump the membrane.

    c_m_pf: Membrane capacitance. In pF. Default 250.0.
    tau_m_ms: Membrane time constant. In ms. Default 10.0.
    e_l_mv: Resting potential. In mV. Default -70.0.
    v_th_mv: Threshold. In mV. Default -55.0.
    v_reset_mv: Potential after a spike. In mV. Default -70.0.
    t_ref_ms: Absolute refractory period. In ms. Default 2.0.
    i_e_pa: Constant current. In pA. Default 0.0.
    reset: Reset to v_reset, or by subtraction of v_th - v_reset. One of to_value, by_subtraction. Default to_value.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "lif_delta"}

    def __init__(
        self,
        *,
        c_m_pf: PerCell | None = None,
        tau_m_ms: PerCell | None = None,
        e_l_mv: PerCell | None = None,
        v_th_mv: PerCell | None = None,
        v_reset_mv: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        i_e_pa: PerCell | None = None,
        reset: str | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(c_m_pf=c_m_pf, tau_m_ms=tau_m_ms, e_l_mv=e_l_mv, v_th_mv=v_th_mv, v_reset_mv=v_reset_mv, t_ref_ms=t_ref_ms, i_e_pa=i_e_pa, reset=reset, initial=initial)


class LifExp(Model):
    """Leaky integrate-and-fire, exponential synaptic currents.

    c_m_pf: Membrane capacitance. In pF. Default 250.0.
    tau_m_ms: Membrane time constant. In ms. Default 10.0.
    e_l_mv: Resting potential. In mV. Default -70.0.
    v_th_mv: Threshold. In mV. Default -55.0.
    v_reset_mv: Potential after a spike. In mV. Default -70.0.
    t_ref_ms: Absolute refractory period. In ms. Default 2.0.
    tau_syn_exc_ms: Time constant of excitatory currents. In ms. Default 2.0.
    tau_syn_inh_ms: Time constant of inhibitory currents. In ms. Default 2.0.
    i_e_pa: Constant current. In pA. Default 0.0.
    reset: Reset to v_reset, or by subtraction of v_th - v_reset. One of to_value, by_subtraction. Default to_value.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "lif_exp"}

    def __init__(
        self,
        *,
        c_m_pf: PerCell | None = None,
        tau_m_ms: PerCell | None = None,
        e_l_mv: PerCell | None = None,
        v_th_mv: PerCell | None = None,
        v_reset_mv: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        tau_syn_exc_ms: PerCell | None = None,
        tau_syn_inh_ms: PerCell | None = None,
        i_e_pa: PerCell | None = None,
        reset: str | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(c_m_pf=c_m_pf, tau_m_ms=tau_m_ms, e_l_mv=e_l_mv, v_th_mv=v_th_mv, v_reset_mv=v_reset_mv, t_ref_ms=t_ref_ms, tau_syn_exc_ms=tau_syn_exc_ms, tau_syn_inh_ms=tau_syn_inh_ms, i_e_pa=i_e_pa, reset=reset, initial=initial)


class LifExpMulti(Model):
    """Leaky integrate-and-fire, any number of receptors with exponential currents.

    c_m_pf: Membrane capacitance. In pF. Default 250.0.
    tau_m_ms: Membrane time constant. In ms. Default 10.0.
    e_l_mv: Resting potential. In mV. Default -70.0.
    v_th_mv: Threshold. In mV. Default -55.0.
    v_reset_mv: Potential after a spike. In mV. Default -70.0.
    t_ref_ms: Absolute refractory period. In ms. Default 2.0.
    i_e_pa: Constant current. In pA. Default 0.0.
    reset: Reset to v_reset, or by subtraction of v_th - v_reset. One of to_value, by_subtraction. Default to_value.
    tau_syn_exc_ms: Time constant of its current. In ms. Default 2.0.
    tau_syn_inh_ms: Time constant of its current. In ms. Default 2.0.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    ports: Receptors by name; default: exc and inh, chosen by the sign of a weight.
    """

    _fixed = {"model": "lif_exp_multi"}

    def __init__(
        self,
        *,
        c_m_pf: PerCell | None = None,
        tau_m_ms: PerCell | None = None,
        e_l_mv: PerCell | None = None,
        v_th_mv: PerCell | None = None,
        v_reset_mv: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        i_e_pa: PerCell | None = None,
        reset: str | None = None,
        tau_syn_exc_ms: PerCell | None = None,
        tau_syn_inh_ms: PerCell | None = None,
        initial: Mapping[str, PerCell] | None = None,
        ports: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(c_m_pf=c_m_pf, tau_m_ms=tau_m_ms, e_l_mv=e_l_mv, v_th_mv=v_th_mv, v_reset_mv=v_reset_mv, t_ref_ms=t_ref_ms, i_e_pa=i_e_pa, reset=reset, tau_syn_exc_ms=tau_syn_exc_ms, tau_syn_inh_ms=tau_syn_inh_ms, initial=initial, ports=ports)


class LifAlpha(Model):
    """Leaky integrate-and-fire, alpha-shaped synaptic currents.

    c_m_pf: Membrane capacitance. In pF. Default 250.0.
    tau_m_ms: Membrane time constant. In ms. Default 10.0.
    e_l_mv: Resting potential. In mV. Default -70.0.
    v_th_mv: Threshold. In mV. Default -55.0.
    v_reset_mv: Potential after a spike. In mV. Default -70.0.
    t_ref_ms: Absolute refractory period. In ms. Default 2.0.
    tau_syn_exc_ms: Time from arrival to peak of excitatory currents. In ms. Default 2.0.
    tau_syn_inh_ms: Time from arrival to peak of inhibitory currents. In ms. Default 2.0.
    i_e_pa: Constant current. In pA. Default 0.0.
    reset: Reset to v_reset, or by subtraction of v_th - v_reset. One of to_value, by_subtraction. Default to_value.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "lif_alpha"}

    def __init__(
        self,
        *,
        c_m_pf: PerCell | None = None,
        tau_m_ms: PerCell | None = None,
        e_l_mv: PerCell | None = None,
        v_th_mv: PerCell | None = None,
        v_reset_mv: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        tau_syn_exc_ms: PerCell | None = None,
        tau_syn_inh_ms: PerCell | None = None,
        i_e_pa: PerCell | None = None,
        reset: str | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(c_m_pf=c_m_pf, tau_m_ms=tau_m_ms, e_l_mv=e_l_mv, v_th_mv=v_th_mv, v_reset_mv=v_reset_mv, t_ref_ms=t_ref_ms, tau_syn_exc_ms=tau_syn_exc_ms, tau_syn_inh_ms=tau_syn_inh_ms, i_e_pa=i_e_pa, reset=reset, initial=initial)


class LifCondExp(Model):
    """Leaky integrate-and-fire, exponential synaptic conductances.

    c_m_pf: Membrane capacitance. In pF. Default 250.0.
    g_l_ns: Leak conductance. In nS. Default 16.6667.
    e_l_mv: Resting potential. In mV. Default -70.0.
    v_th_mv: Threshold. In mV. Default -55.0.
    v_reset_mv: Potential after a spike. In mV. Default -60.0.
    t_ref_ms: Absolute refractory period. In ms. Default 2.0.
    e_exc_mv: Reversal potential of excitation. In mV. Default 0.0.
    e_inh_mv: Reversal potential of inhibition. In mV. Default -85.0.
    tau_syn_exc_ms: Time constant of excitatory conductances. In ms. Default 0.2.
    tau_syn_inh_ms: Time constant of inhibitory conductances. In ms. Default 2.0.
    i_e_pa: Constant current. In pA. Default 0.0.
    reset: Reset to v_reset, or by subtraction of v_th - v_reset. One of to_value, by_subtraction. Default to_value.
    method: How the membrane equation is integrated. One of rk4, exponential_euler. Default rk4.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "lif_cond_exp"}

    def __init__(
        self,
        *,
        c_m_pf: PerCell | None = None,
        g_l_ns: PerCell | None = None,
        e_l_mv: PerCell | None = None,
        v_th_mv: PerCell | None = None,
        v_reset_mv: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        e_exc_mv: PerCell | None = None,
        e_inh_mv: PerCell | None = None,
        tau_syn_exc_ms: PerCell | None = None,
        tau_syn_inh_ms: PerCell | None = None,
        i_e_pa: PerCell | None = None,
        reset: str | None = None,
        method: str | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(c_m_pf=c_m_pf, g_l_ns=g_l_ns, e_l_mv=e_l_mv, v_th_mv=v_th_mv, v_reset_mv=v_reset_mv, t_ref_ms=t_ref_ms, e_exc_mv=e_exc_mv, e_inh_mv=e_inh_mv, tau_syn_exc_ms=tau_syn_exc_ms, tau_syn_inh_ms=tau_syn_inh_ms, i_e_pa=i_e_pa, reset=reset, method=method, initial=initial)


class Alif(Model):
    """Dimensionless leaky integrate-and-fire with adaptive threshold.

    tau_m_ms: Membrane time constant. In ms. Default 20.0.
    tau_a_ms: Time constant of the threshold's adaptation. In ms. Default 2000.0.
    v_th: Baseline threshold. Default 0.6.
    beta: Strength of the adaptation; 0 is plain LIF. Default 0.0.
    t_ref_ms: Silent time after a spike. In ms. Default 0.0.
    i_e: Constant input. Default 0.0.
    input_scaling: What multiplies arrivals. One of unit, one_minus_alpha. Default unit.
    adaptation_scaling: What multiplies a spike in the adaptation. One of unit, one_minus_rho. Default unit.
    input_gain: Another factor to arrivals. Default 1.0.
    adaptation_gain: Another factor to a spike in the adaptation. Default 1.0.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "alif"}

    def __init__(
        self,
        *,
        tau_m_ms: PerCell | None = None,
        tau_a_ms: PerCell | None = None,
        v_th: PerCell | None = None,
        beta: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        i_e: PerCell | None = None,
        input_scaling: str | None = None,
        adaptation_scaling: str | None = None,
        input_gain: PerCell | None = None,
        adaptation_gain: PerCell | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(tau_m_ms=tau_m_ms, tau_a_ms=tau_a_ms, v_th=v_th, beta=beta, t_ref_ms=t_ref_ms, i_e=i_e, input_scaling=input_scaling, adaptation_scaling=adaptation_scaling, input_gain=input_gain, adaptation_gain=adaptation_gain, initial=initial)


class IntFire1(Model):
    """Decaying sum of events with threshold 1 (NEURON's IntFire1).

    tau_m_ms: Time constant of the decay. In ms. Default 10.0.
    t_ref_ms: Refractory period. In ms. Default 5.0.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "int_fire1"}

    def __init__(
        self,
        *,
        tau_m_ms: PerCell | None = None,
        t_ref_ms: PerCell | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(tau_m_ms=tau_m_ms, t_ref_ms=t_ref_ms, initial=initial)


class LeakyRelu(Model):
    """Graded cell, leak before a rectifier.

    tau_m_ms: Time constant of the leak. In ms. Default 20.0.
    theta: Threshold of the rectifier. Default 0.0.
    i_e: Constant input. Default 0.0.
    input_scaling: What multiplies arrivals. One of one_minus_alpha, unit. Default one_minus_alpha.
    input_gain: Another factor to arrivals. Default 1.0.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "leaky_relu"}

    def __init__(
        self,
        *,
        tau_m_ms: PerCell | None = None,
        theta: PerCell | None = None,
        i_e: PerCell | None = None,
        input_scaling: str | None = None,
        input_gain: PerCell | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(tau_m_ms=tau_m_ms, theta=theta, i_e=i_e, input_scaling=input_scaling, input_gain=input_gain, initial=initial)


class RfloTanh(Model):
    """Graded cell, leak after a hyperbolic tangent.

    tau_m_ms: Time constant of the leak. In ms. Default 10.0.
    i_e: Constant input. Default 0.0.
    initial: State at time 0, by variable, as in {"v_m_mv": -65}; default: rest.
    """

    _fixed = {"model": "rflo_tanh"}

    def __init__(
        self,
        *,
        tau_m_ms: PerCell | None = None,
        i_e: PerCell | None = None,
        initial: Mapping[str, PerCell] | None = None,
    ) -> None:
        super().__init__(tau_m_ms=tau_m_ms, i_e=i_e, initial=initial)


class PoissonSource(Model):
    """Cells that send Poisson trains, each its own.

    rate_hz: Rate of each cell, Hz: one number, one a cell, steps in time or a sine.
    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    """

    _fixed = {"model": "poisson_source"}

    def __init__(
        self,
        rate_hz: RateLike,
        *,
        start_ms: float | None = None,
        stop_ms: float | None = None,
    ) -> None:
        super().__init__(rate_hz=rate_hz, start_ms=start_ms, stop_ms=stop_ms)


class SpikeTrain(Model):
    """Cells that send the spikes that are listed.

    spikes: The spikes: lists `times_ms` and `cells` (indices from 0) of equal length.
    """

    _fixed = {"model": "spike_train"}

    def __init__(
        self,
        spikes: Mapping[str, Any],
    ) -> None:
        super().__init__(spikes=spikes)


class TaskSource(Model):
    """Cells that send the inputs of the network's task."""

    _fixed = {"model": "task_source"}

    def __init__(self) -> None:
        super().__init__()


class RegularSource(Model):
    """Cells that send spikes at equal intervals.

    period_ms: Time between two spikes, at least a step. In ms. Default 100.0.
    first_ms: Time of the first spike, at least half a step. In ms. Default 1.0.
    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    """

    _fixed = {"model": "regular_source"}

    def __init__(
        self,
        *,
        period_ms: PerCell | None = None,
        first_ms: PerCell | None = None,
        start_ms: float | None = None,
        stop_ms: float | None = None,
    ) -> None:
        super().__init__(period_ms=period_ms, first_ms=first_ms, start_ms=start_ms, stop_ms=stop_ms)


class AllToAll(Connector):
    """Every cell to every cell.

    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    """

    _fixed = {"rule": "all_to_all"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
    ) -> None:
        super().__init__(autapses=autapses, multapses=multapses)


class OneToOne(Connector):
    """Each cell to that of the same index.

    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    """

    _fixed = {"rule": "one_to_one"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
    ) -> None:
        super().__init__(autapses=autapses, multapses=multapses)


class FixedProbability(Connector):
    """Each pair with a probability.

    probability: Probability of each pair, 0 to 1; or [to][from], by pair of populations.
    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    """

    _fixed = {"rule": "fixed_probability"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        probability: Numbers,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
    ) -> None:
        super().__init__(probability=probability, autapses=autapses, multapses=multapses)


class FixedInDegree(Connector):
    """So many synapses onto each cell.

    in_degree: Synapses onto each receiving cell.
    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    """

    _fixed = {"rule": "fixed_in_degree"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        in_degree: int,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
    ) -> None:
        super().__init__(in_degree=in_degree, autapses=autapses, multapses=multapses)


class FixedOutDegree(Connector):
    """So many synapses from each cell.

    out_degree: Synapses from each sending cell.
    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    """

    _fixed = {"rule": "fixed_out_degree"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        out_degree: int,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
    ) -> None:
        super().__init__(out_degree=out_degree, autapses=autapses, multapses=multapses)


class FixedTotalNumber(Connector):
    """So many synapses in all.

    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    synapses: Synapses in all; or `pair_probability`.
    pair_probability: Probability that a pair has a synapse at least, 0 to 1; or `synapses`.
    """

    _fixed = {"rule": "fixed_total_number"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
        synapses: int | None = None,
        pair_probability: Numbers | None = None,
    ) -> None:
        super().__init__(autapses=autapses, multapses=multapses, synapses=synapses, pair_probability=pair_probability)


class ByDistance(Connector):
    """Each pair with a probability that falls with its distance.

    p_max: Probability at distance 0, 0 to 1.
    kernel: How the probability falls with the distance. One of gaussian, exponential, step.
    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    length_um: Length of the kernel, um: standard deviation or decay length; needed, but not by a step.
    cutoff_um: Distance beyond which no pair is connected, um; default: none, but needed by a step.
    """

    _fixed = {"rule": "by_distance"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        p_max: float,
        kernel: str,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
        length_um: float | None = None,
        cutoff_um: float | None = None,
    ) -> None:
        super().__init__(p_max=p_max, kernel=kernel, autapses=autapses, multapses=multapses, length_um=length_um, cutoff_um=cutoff_um)


class Listed(Connector):
    """Pairs that are listed.

    sources: Index of the sending cell of each synapse.
    targets: Index of the receiving cell of each synapse.
    autapses: Whether a cell may reach itself. Default False.
    multapses: Whether a pair may have several synapses. Default False.
    """

    _fixed = {"rule": "list"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        sources: Numbers,
        targets: Numbers,
        *,
        autapses: bool | None = None,
        multapses: bool | None = None,
    ) -> None:
        super().__init__(sources=sources, targets=targets, autapses=autapses, multapses=multapses)


class Recorded(Connector):
    """The synapses of a recording, with their weights and delays.

    file: A recording with weights; relative to the model file.
    projection: Projection of the file; default: the one between populations of these names.
    """

    _fixed = {"rule": "recorded"}
    _spelled = {"source": "from"}

    def __init__(
        self,
        file: str,
        *,
        projection: str | None = None,
    ) -> None:
        super().__init__(file=file, projection=projection)


class PoissonInput(Input):
    """Poisson trains from outside, onto each cell its own.

    rate_hz: Rate of each train, Hz: one number, one a cell, steps in time or a sine.
    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    in_degree: Trains onto each cell, each of this rate; default 1.
    receptor: Receptor of the receiving model; default: the sign of each weight chooses. A list has one a population
        of `to`.
    weight_mv: Weight, mV; needed by cells whose membrane jumps.
    weight_pa: Weight, pA; needed by cells with synaptic currents.
    weight_ns: Weight, nS; needed by cells with synaptic conductances.
    weight: Weight; needed by cells without units.
    """

    _fixed = {"kind": "poisson"}

    def __init__(
        self,
        rate_hz: RateLike,
        *,
        start_ms: float | None = None,
        stop_ms: float | None = None,
        in_degree: float | None = None,
        receptor: Any | None = None,
        weight_mv: float | None = None,
        weight_pa: float | None = None,
        weight_ns: float | None = None,
        weight: float | None = None,
    ) -> None:
        super().__init__(rate_hz=rate_hz, start_ms=start_ms, stop_ms=stop_ms, in_degree=in_degree, receptor=receptor, weight_mv=weight_mv, weight_pa=weight_pa, weight_ns=weight_ns, weight=weight)


class StepCurrent(Input):
    """A current that is on for a time.

    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    amplitude_pa: Height of the current, pA; needed by cells with units.
    amplitude: Height of the current; needed by cells without units.
    port: Continuous port of the receiving model; default: its only one.
    """

    _fixed = {"kind": "step_current"}

    def __init__(
        self,
        *,
        start_ms: float | None = None,
        stop_ms: float | None = None,
        amplitude_pa: float | None = None,
        amplitude: float | None = None,
        port: str | None = None,
    ) -> None:
        super().__init__(start_ms=start_ms, stop_ms=stop_ms, amplitude_pa=amplitude_pa, amplitude=amplitude, port=port)


class SineCurrent(Input):
    """A current that goes up and down as a sine.

    frequency_hz: Frequency, Hz; needed.
    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    amplitude_pa: Height of the current, pA; needed by cells with units.
    amplitude: Height of the current; needed by cells without units.
    offset_pa: Mean current, pA; default 0.
    offset: Mean current of cells without units; default 0.
    phase_cycles: Phase at time 0, in cycles; default 0.
    port: Continuous port of the receiving model; default: its only one.
    """

    _fixed = {"kind": "sine_current"}

    def __init__(
        self,
        frequency_hz: float,
        *,
        start_ms: float | None = None,
        stop_ms: float | None = None,
        amplitude_pa: float | None = None,
        amplitude: float | None = None,
        offset_pa: float | None = None,
        offset: float | None = None,
        phase_cycles: float | None = None,
        port: str | None = None,
    ) -> None:
        super().__init__(frequency_hz=frequency_hz, start_ms=start_ms, stop_ms=stop_ms, amplitude_pa=amplitude_pa, amplitude=amplitude, offset_pa=offset_pa, offset=offset, phase_cycles=phase_cycles, port=port)


class NoiseCurrent(Input):
    """A current that is drawn anew at equal intervals, for each cell.

    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    mean_pa: Mean current, pA; default 0.
    mean: Mean current of cells without units; default 0.
    std_pa: Standard deviation of the draws, pA; needed by cells with units.
    std: Standard deviation of the draws; needed by cells without units.
    hold_ms: For how long each draw holds, ms, a multiple of dt_ms; default: a step.
    port: Continuous port of the receiving model; default: its only one.
    """

    _fixed = {"kind": "noise_current"}

    def __init__(
        self,
        *,
        start_ms: float | None = None,
        stop_ms: float | None = None,
        mean_pa: float | None = None,
        mean: float | None = None,
        std_pa: float | None = None,
        std: float | None = None,
        hold_ms: float | None = None,
        port: str | None = None,
    ) -> None:
        super().__init__(start_ms=start_ms, stop_ms=stop_ms, mean_pa=mean_pa, mean=mean, std_pa=std_pa, std=std, hold_ms=hold_ms, port=port)


class OuCurrent(Input):
    """A current that fluctuates as an Ornstein-Uhlenbeck process, of each cell its own.

    tau_ms: How long its correlation lasts, e^(-t/tau), ms; needed.
    start_ms: From when on; a multiple of dt. In ms. Default 0.
    stop_ms: Until when; a multiple of dt. Default: never. In ms.
    mean_pa: Mean current, pA; default 0.
    mean: Mean current of cells without units; default 0.
    std_pa: Standard deviation of the draws, pA; needed by cells with units.
    std: Standard deviation of the draws; needed by cells without units.
    port: Continuous port of the receiving model; default: its only one.
    """

    _fixed = {"kind": "ou_current"}

    def __init__(
        self,
        tau_ms: float,
        *,
        start_ms: float | None = None,
        stop_ms: float | None = None,
        mean_pa: float | None = None,
        mean: float | None = None,
        std_pa: float | None = None,
        std: float | None = None,
        port: str | None = None,
    ) -> None:
        super().__init__(tau_ms=tau_ms, start_ms=start_ms, stop_ms=stop_ms, mean_pa=mean_pa, mean=mean, std_pa=std_pa, std=std, port=port)


class Plastic(Part):
    """How the weights of a projection learn while the network runs.

    learning_rate: Step along the gradient, in the unit of the weight.
    optimiser: What makes changes of gradients. One of gradient_descent, adam. Default gradient_descent.
    min: Least weight, in its unit; default: none.
    max: Greatest weight, in its unit; default: none.
    """

    _fixed = {}

    def __init__(
        self,
        learning_rate: float,
        *,
        optimiser: str | None = None,
        min: float | None = None,
        max: float | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, optimiser=optimiser, min=min, max=max)


class Readout(Part):
    """What the cells of a network that learns are read by: leaky sums of their spikes.

    source: Population, or list of them, that is read.
    outputs: Number of readouts.
    tau_ms: Memory of the readout, ms. Default 20.
    scaling: Whether a spike adds (1 - kappa) of its weight, or all of it. One of one_minus_kappa, unit. Default
        one_minus_kappa.
    weight: Weights: one number, a distribution, or an array [readout][cell that is read]; default: normal, of
        standard deviation 1/sqrt(cells).
    b_out: Bias of each readout at the start; default: 0.
    learning_rate: Learning rate of the readout's own weights and biases. Default 0.
    """

    _fixed = {}
    _spelled = {"source": "from"}

    def __init__(
        self,
        source: Names,
        outputs: int,
        *,
        tau_ms: float | None = None,
        scaling: str | None = None,
        weight: PerCell | None = None,
        b_out: Numbers | None = None,
        learning_rate: float | None = None,
    ) -> None:
        super().__init__(source=source, outputs=outputs, tau_ms=tau_ms, scaling=scaling, weight=weight, b_out=b_out, learning_rate=learning_rate)


class TimeSeries(Part):
    """Numbers over time: a target of the readout, or a third factor; `values`, or a dataset of a file.

    every_ms: Time between points, each held until the next. In ms.
    repeats: Whether it begins again behind its end; else nothing is asked for there. Default False.
    from_ms: Left out of its beginning; a multiple of every_ms. In ms. Default 0.
    values: Numbers, or a list of numbers (one a readout) for each point; or `file`.
    file: HDF5 file, relative to the model file; or `values`.
    dataset: Its dataset, [point, readout] or [point]; default: named as the field that it stands in.
    """

    _fixed = {}

    def __init__(
        self,
        every_ms: float,
        *,
        repeats: bool | None = None,
        from_ms: float | None = None,
        values: Numbers | None = None,
        file: str | None = None,
        dataset: str | None = None,
    ) -> None:
        super().__init__(every_ms=every_ms, repeats=repeats, from_ms=from_ms, values=values, file=file, dataset=dataset)


class PseudoDerivative(Part):
    """What stands for the derivative of a spike by the membrane potential.

    kind: Shape of the pseudo-derivative over (v - v_th) / v_th. One of piecewise_linear, exponential, fast_sigmoid,
        arctan.
    gamma: Its height. Default 0.3.
    k: Its steepness, of the shapes that have one: greater is narrower. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        kind: str,
        *,
        gamma: float | None = None,
        k: float | None = None,
    ) -> None:
        super().__init__(kind=kind, gamma=gamma, k=k)


class ConstantMu(Mu):
    """The same slope of intermediate cells for ever.

    value: Mean slope of intermediate cells: one number, or one for each cell type.
    cap: In training only: the spectral radius of the path of credit above which all mu are scaled down; default:
        none.
    """

    _fixed = {"kind": "constant"}

    def __init__(
        self,
        value: Any,
        *,
        cap: float | None = None,
    ) -> None:
        super().__init__(value=value, cap=cap)


class Feedback(Part):
    """The fixed matrix that brings errors to cells, for the rules that want one.

    kind: What it is: random numbers, or the readout weights as they begin, so that a cell that is not read gets no
        error. One of normal, uniform, initial.
    scale: Standard deviation of normal numbers, half the width of uniform ones, or a factor to the readout weights.
        Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        kind: str,
        *,
        scale: float | None = None,
    ) -> None:
        super().__init__(kind=kind, scale=scale)


class Cascade(Part):
    """Stages in series between what synapses remember and the signals that arrive, so that they meet what was done a while ago.

    stages: How many stages; the more there are, the sharper the delay.
    delay_ms: Mean delay of all stages together, ms; 0 for none.
    """

    _fixed = {}

    def __init__(
        self,
        stages: int,
        delay_ms: float,
    ) -> None:
        super().__init__(stages=stages, delay_ms=delay_ms)


class Loss(Part):
    """Which steps of a trial count, and the regulariser of firing rates.

    last_ms: Of a task: how long at a trial's end its answer counts, ms; default: all the trial.
    rate_strength: c of the firing-rate regulariser c/2 sum (f - f*)^2, f in spikes a step of a trial, or between
        changes of weights. Default 0.
    rate_target_hz: f* of the firing-rate regulariser, Hz. Default 10.
    rate_over: Of a task: whether f is the mean of a cell over all trials of a batch, or its rate in each trial, of
        which the mean over trials is taken after the square. One of batch, trial. Default batch.
    """

    _fixed = {}

    def __init__(
        self,
        *,
        last_ms: float | None = None,
        rate_strength: float | None = None,
        rate_target_hz: float | None = None,
        rate_over: str | None = None,
    ) -> None:
        super().__init__(last_ms=last_ms, rate_strength=rate_strength, rate_target_hz=rate_target_hz, rate_over=rate_over)


class WholeTaps(Taps):
    """Taps as the rule has them."""

    _fixed = {"kind": "whole"}

    def __init__(self) -> None:
        super().__init__()


class ModalTaps(Taps):
    """The modes alone that weigh most.

    modes: How many, those that weigh most over all lags.
    """

    _fixed = {"kind": "modal"}

    def __init__(
        self,
        modes: int,
    ) -> None:
        super().__init__(modes=modes)


class ChainTaps(Taps):
    """The way through the tissue of `carrier`."""

    _fixed = {"kind": "chain"}

    def __init__(self) -> None:
        super().__init__()


class Opponent(Signed):
    """Two peptides, for the positive and for the negative part of a signal."""

    _fixed = {"kind": "opponent"}

    def __init__(self) -> None:
        super().__init__()


class Baseline(Signed):
    """More or less than a baseline of one peptide.

    credit: The baseline, in units of the summed signal of a class.
    """

    _fixed = {"kind": "baseline"}

    def __init__(
        self,
        credit: float,
    ) -> None:
        super().__init__(credit=credit)


class LinearReceptors(Receptors):
    """Receptors far from saturation.

    report: Whether cells hear the level, or its change over a field step. One of level, change. Default level.
    tau_ms: 1/k_off, ms of the tissue; 0: at once. Default 0.
    """

    _fixed = {"kind": "linear"}

    def __init__(
        self,
        *,
        report: str | None = None,
        tau_ms: float | None = None,
    ) -> None:
        super().__init__(report=report, tau_ms=tau_ms)


class BindingReceptors(Receptors):
    """Receptors that bind and saturate.

    k_d_nm: K_D, nM.
    nm_per_credit: How many nM a steady signal of 1 comes to.
    report: Whether cells hear the level, or its change over a field step. One of level, change. Default level.
    k_on_per_nm_per_ms: k_on, for each nM and ms of the tissue; default: in equilibrium.
    """

    _fixed = {"kind": "binding"}

    def __init__(
        self,
        k_d_nm: float,
        nm_per_credit: float,
        *,
        report: str | None = None,
        k_on_per_nm_per_ms: float | None = None,
    ) -> None:
        super().__init__(k_d_nm=k_d_nm, nm_per_credit=nm_per_credit, report=report, k_on_per_nm_per_ms=k_on_per_nm_per_ms)


class Carrier(Part):
    """What brings the signal of a rule to the cells, and the tissue that it takes; `ideal` and `blur` need none.

    kind: What carries the rules that are named without +CARRIER: everywhere at once, by distances in unbounded
        tissue, peptides on a grid, or a blur over neighbours. One of ideal, kernel, field.
    box_um: Size of the box from the origin (x, y, z), um; needed by tissue.
    voxels: Voxels along x, y, z; needed by tissue.
    diffusivity_um2_per_ms: D* of all peptides, um^2 in a ms of the tissue; needed by tissue.
    loss_per_ms: Share of all peptides that is lost in a ms of the tissue; needed by tissue.
    walls: What happens at the walls of the box. One of reflect, absorb, periodic. Default reflect.
    time_scale: Tissue ms in a ms of the network. Default 1.
    step_ms: Field step, ms of the network; default: its step.
    hold_back_ms: How long synapses hold their eligibility back, ms; in training only. Default 0.
    signed: How a signal gets its sign; default: opponent.
    messenger_tau_ms: Time constants of stages of messengers, ms of the tissue; default: none. Default [].
    receptors: How cells hear; default: linear, at once.
    """

    _fixed = {}

    def __init__(
        self,
        kind: str,
        *,
        box_um: Numbers | None = None,
        voxels: Numbers | None = None,
        diffusivity_um2_per_ms: float | None = None,
        loss_per_ms: float | None = None,
        walls: str | None = None,
        time_scale: float | None = None,
        step_ms: float | None = None,
        hold_back_ms: float | None = None,
        signed: Signed | Mapping[str, Any] | None = None,
        messenger_tau_ms: Numbers | None = None,
        receptors: Receptors | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kind=kind, box_um=box_um, voxels=voxels, diffusivity_um2_per_ms=diffusivity_um2_per_ms, loss_per_ms=loss_per_ms, walls=walls, time_scale=time_scale, step_ms=step_ms, hold_back_ms=hold_back_ms, signed=signed, messenger_tau_ms=messenger_tau_ms, receptors=receptors)


class RecordCredit(Part):
    """What is recorded of the signals of a carrier on their way.

    every_ms: Between two frames, ms.
    cells: The first so many of each population. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        every_ms: float,
        *,
        cells: int | None = None,
    ) -> None:
        super().__init__(every_ms=every_ms, cells=cells)


class Learning(Part):
    """How a network learns while it runs.

    rule: Rule that weights learn by. One of eprop, eprop_random, mdgl_type_all, modprop_type, modprop_type_random,
        mdgl_type_online, modprop_type_online, three_factor.
    apply_every_ms: Weights change so often, ms; a multiple of dt_ms.
    horizon_ms: Synapses remember so long, ms; a multiple of dt_ms: what spikes of longer before a window add to it
        is left out of gradients. Then synapses carry nothing but weights and gradients; default: nothing is left
        out.
    record_weights_every_ms: Weights are recorded so often, ms; a multiple of apply_every_ms, beside those of the
        end, which always are; default: those alone.
    pseudo_derivative: What stands for the derivative of a spike; default: piecewise linear, gamma 0.3.
    reset_gradient: Whether gradients go through the reset of a spike. One of detached, attached. Default detached.
    mu: Mean slope of intermediate cells; needed by ModProp.
    feedback: The random matrix that brings errors to cells, of the rules *_random; default: normal numbers of
        standard deviation 1.
    loss: Which steps of a trial count, and the regulariser of firing rates; default: all, and none.
    lags: S of the rules *_S, which learn from recordings. Default 5.
    taps: What the rules *_S make of their taps; default: whole.
    cascade: How long synapses wait for signals, as stages between what they remember and what arrives; default: not
        at all.
    carrier: What brings the signal of the rule to the cells; default: ideal.
    record_credit: What is recorded of the signals on their way; default: nothing.
    readout: Whom the rule listens to; needed by all rules but three_factor.
    target: What the readout should say; default: what the task asks.
    y: What the readout said, by a recording; default: what the cells come to.
    err: Errors that were found elsewhere, in the place of target; default: made of target.
    third_factor: What the eligibility is multiplied with, such as a reward; needed by three_factor.
    tau_e_ms: Memory of the eligibility that the third factor meets, ms. Default 0.
    """

    _fixed = {}

    def __init__(
        self,
        rule: str,
        apply_every_ms: float,
        *,
        horizon_ms: float | None = None,
        record_weights_every_ms: float | None = None,
        pseudo_derivative: PseudoDerivative | Mapping[str, Any] | None = None,
        reset_gradient: str | None = None,
        mu: Mu | Mapping[str, Any] | None = None,
        feedback: Feedback | Mapping[str, Any] | None = None,
        loss: Loss | Mapping[str, Any] | None = None,
        lags: int | None = None,
        taps: Taps | Mapping[str, Any] | None = None,
        cascade: Cascade | Mapping[str, Any] | None = None,
        carrier: Carrier | Mapping[str, Any] | None = None,
        record_credit: RecordCredit | Mapping[str, Any] | None = None,
        readout: Readout | Mapping[str, Any] | None = None,
        target: TimeSeries | Mapping[str, Any] | None = None,
        y: TimeSeries | Mapping[str, Any] | None = None,
        err: TimeSeries | Mapping[str, Any] | None = None,
        third_factor: TimeSeries | Mapping[str, Any] | None = None,
        tau_e_ms: float | None = None,
    ) -> None:
        super().__init__(rule=rule, apply_every_ms=apply_every_ms, horizon_ms=horizon_ms, record_weights_every_ms=record_weights_every_ms, pseudo_derivative=pseudo_derivative, reset_gradient=reset_gradient, mu=mu, feedback=feedback, loss=loss, lags=lags, taps=taps, cascade=cascade, carrier=carrier, record_credit=record_credit, readout=readout, target=target, y=y, err=err, third_factor=third_factor, tau_e_ms=tau_e_ms)


class EvidenceAccumulation(NetworkTask):
    """On which of two sides were there more cues?.

    cues: Number of cues, odd.
    cue_ms: Length of a cue, ms.
    gap_ms: Silence of each cue, ms.
    gap: Whether that comes before the cue or after it. One of before, after.
    delay_ms: Time from the last cue to the recall, ms.
    recall_ms: Length of the recall, ms.
    inputs_per_group: Inputs of each of the four groups: left, right, recall, background.
    sides: How the sides of the cues are drawn. One of independent, biased, all_patterns.
    cue_rate_hz: Rate of a cue, Hz.
    recall_rate_hz: Rate of the recall, Hz.
    background_rate_hz: Rate of the background, Hz.
    pause_ms: Silence behind every trial, ms. Default 0.
    """

    _fixed = {"kind": "evidence_accumulation"}

    def __init__(
        self,
        cues: int,
        cue_ms: float,
        gap_ms: float,
        gap: str,
        delay_ms: float,
        recall_ms: float,
        inputs_per_group: int,
        sides: str,
        cue_rate_hz: float,
        recall_rate_hz: float,
        background_rate_hz: float,
        *,
        pause_ms: float | None = None,
    ) -> None:
        super().__init__(cues=cues, cue_ms=cue_ms, gap_ms=gap_ms, gap=gap, delay_ms=delay_ms, recall_ms=recall_ms, inputs_per_group=inputs_per_group, sides=sides, cue_rate_hz=cue_rate_hz, recall_rate_hz=recall_rate_hz, background_rate_hz=background_rate_hz, pause_ms=pause_ms)


class DelayedMatch(NetworkTask):
    """Are two cues in spikes, some time apart, the same?.

    fixation_ms: Time before the first cue, ms.
    cue_ms: Length of a cue, ms.
    delay_ms: Time between the cues, ms.
    inputs_per_group: Inputs of each group: two cues, background, decision.
    cue_rate_hz: Rate of a cue of 1, Hz.
    background_rate_hz: Rate of the background, Hz.
    decision_ms: Time to decide behind the second cue, ms, in which a group of its own fires; default: none, and no
        group. Default 0.
    decision_rate_hz: Rate of that group, Hz; needed with decision_ms, refused without.
    pause_ms: Silence behind every trial, ms. Default 0.
    """

    _fixed = {"kind": "delayed_match"}

    def __init__(
        self,
        fixation_ms: float,
        cue_ms: float,
        delay_ms: float,
        inputs_per_group: int,
        cue_rate_hz: float,
        background_rate_hz: float,
        *,
        decision_ms: float | None = None,
        decision_rate_hz: float | None = None,
        pause_ms: float | None = None,
    ) -> None:
        super().__init__(fixation_ms=fixation_ms, cue_ms=cue_ms, delay_ms=delay_ms, inputs_per_group=inputs_per_group, cue_rate_hz=cue_rate_hz, background_rate_hz=background_rate_hz, decision_ms=decision_ms, decision_rate_hz=decision_rate_hz, pause_ms=pause_ms)


class PatternGeneration(NetworkTask):
    """Sums of sines, on one pattern of spikes.

    duration_ms: Length of a trial, ms.
    inputs: Inputs.
    outputs: Curves, one a readout.
    rate_hz: Rate of an input, Hz.
    periods_ms: Periods of the sines of a curve, ms.
    pause_ms: Silence behind every trial, ms. Default 0.
    """

    _fixed = {"kind": "pattern_generation"}

    def __init__(
        self,
        duration_ms: float,
        inputs: int,
        outputs: int,
        rate_hz: float,
        periods_ms: Numbers,
        *,
        pause_ms: float | None = None,
    ) -> None:
        super().__init__(duration_ms=duration_ms, inputs=inputs, outputs=outputs, rate_hz=rate_hz, periods_ms=periods_ms, pause_ms=pause_ms)


class StoreRecall(NetworkTask):
    """Which bit was shown with the last store?.

    symbols: Symbols of a trial.
    symbol_ms: Length of a symbol, ms.
    inputs_per_group: Inputs of each of the four groups: 0, 1, store, recall.
    rate_hz: Rate of a group that speaks, Hz.
    command_probability: Probability of a command where it may come, between 0.01 and 0.99.
    pause_ms: Silence behind every trial, ms. Default 0.
    """

    _fixed = {"kind": "store_recall"}

    def __init__(
        self,
        symbols: int,
        symbol_ms: float,
        inputs_per_group: int,
        rate_hz: float,
        command_probability: float,
        *,
        pause_ms: float | None = None,
    ) -> None:
        super().__init__(symbols=symbols, symbol_ms=symbol_ms, inputs_per_group=inputs_per_group, rate_hz=rate_hz, command_probability=command_probability, pause_ms=pause_ms)


class Copy(NetworkTask):
    """Which symbols were shown, in their order?.

    symbols: Different symbols, A.
    length: Symbols of a trial.
    symbol_ms: Length of a symbol, ms.
    delay_ms: From the end of the last symbol to the beginning of the answer, ms.
    inputs_per_group: Inputs of each group: one a symbol, one of silence, one of the answer.
    rate_hz: Rate of a group that speaks, Hz.
    pause_ms: Silence behind every trial, ms. Default 0.
    """

    _fixed = {"kind": "copy"}

    def __init__(
        self,
        symbols: int,
        length: int,
        symbol_ms: float,
        delay_ms: float,
        inputs_per_group: int,
        rate_hz: float,
        *,
        pause_ms: float | None = None,
    ) -> None:
        super().__init__(symbols=symbols, length=length, symbol_ms=symbol_ms, delay_ms=delay_ms, inputs_per_group=inputs_per_group, rate_hz=rate_hz, pause_ms=pause_ms)


class Dataset(Given):
    """An array that lies in an HDF5 file, wherever an array may stand.

    file: HDF5 file, relative to the file that names it.
    dataset: Its dataset; default: the one that a file of runs keeps for this place.
    digest: Digest of shape and numbers: others are refused; default: any are taken.
    """

    _fixed = {}

    def __init__(
        self,
        file: str,
        *,
        dataset: str | None = None,
        digest: str | None = None,
    ) -> None:
        super().__init__(file=file, dataset=dataset, digest=digest)


class Silence(Intervention):
    """Cells send no spikes.

    cells: Population, part of one, or list of them.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "silence"

    def __init__(
        self,
        cells: Names,
        *,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(cells=cells, at_ms=at_ms, until_ms=until_ms)


class Injection(Intervention):
    """A constant current into cells.

    to: Population, part of one, or list of them.
    port: Continuous port of the receiving model; default: its only one.
    amplitude_pa: The current; needed by cells with units. In pA.
    amplitude: The current; needed by cells without units.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "current"

    def __init__(
        self,
        to: Names,
        *,
        port: str | None = None,
        amplitude_pa: float | None = None,
        amplitude: float | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(to=to, port=port, amplitude_pa=amplitude_pa, amplitude=amplitude, at_ms=at_ms, until_ms=until_ms)


class InjectedNoise(Intervention):
    """A current that fluctuates into cells.

    to: Population, part of one, or list of them.
    tau_ms: How long its correlation lasts, e^(-t/tau), ms; or hold_ms.
    hold_ms: For how long each draw holds, ms, where there is no tau_ms; a multiple of dt_ms; default: a step.
    port: Continuous port of the receiving model; default: its only one.
    mean_pa: Mean of the current; default 0, of cells with units. In pA.
    mean: Mean of the current; default 0, of cells without units.
    std_pa: Its standard deviation; needed, of cells with units. In pA.
    std: Its standard deviation; needed, of cells without units.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "noise"

    def __init__(
        self,
        to: Names,
        *,
        tau_ms: float | None = None,
        hold_ms: float | None = None,
        port: str | None = None,
        mean_pa: float | None = None,
        mean: float | None = None,
        std_pa: float | None = None,
        std: float | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(to=to, tau_ms=tau_ms, hold_ms=hold_ms, port=port, mean_pa=mean_pa, mean=mean, std_pa=std_pa, std=std, at_ms=at_ms, until_ms=until_ms)


class ChangedRate(Intervention):
    """Another rate of Poisson trains.

    rate_hz: Rate of each train, Hz: one number, or one for each cell of the one population or part that is meant.
    input: Name of a Poisson input; or `source`.
    to: Those of its cells that are meant; default: all that it reaches.
    source: Population of model poisson_source, or a part of one; or input.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "rate"

    def __init__(
        self,
        rate_hz: Any,
        *,
        input: str | None = None,
        to: Names | None = None,
        source: Names | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(rate_hz=rate_hz, input=input, to=to, source=source, at_ms=at_ms, until_ms=until_ms)


class ChangedWeights(Intervention):
    """Other weights of the synapses of a projection.

    projection: Name of the projection, as in exc->inh.
    source: Those of its sending cells that are meant; default: all.
    to: Those of its receiving cells that are meant; default: all.
    weight_mv: The weight of all these synapses, or one for each synapse of the projection, in the order of a
        recording; or scale. In mV.
    weight_pa: The weight of all these synapses, or one for each synapse of the projection, in the order of a
        recording; or scale. In pA.
    weight_ns: The weight of all these synapses, or one for each synapse of the projection, in the order of a
        recording; or scale. In nS.
    weight: The weight of all these synapses, or one for each synapse of the projection, in the order of a
        recording; or scale.
    scale: Factor of the weights; or a weight.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "weights"
    _spelled = {"source": "from"}

    def __init__(
        self,
        projection: str,
        *,
        source: Names | None = None,
        to: Names | None = None,
        weight_mv: Any | None = None,
        weight_pa: Any | None = None,
        weight_ns: Any | None = None,
        weight: Any | None = None,
        scale: float | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(projection=projection, source=source, to=to, weight_mv=weight_mv, weight_pa=weight_pa, weight_ns=weight_ns, weight=weight, scale=scale, at_ms=at_ms, until_ms=until_ms)


class Normalise(Intervention):
    """The sum of the weights onto each cell of a projection, brought to a number at once.

    projection: Name of the projection, as in input->exc.
    sum_mv: What the sizes of the weights onto each cell sum to; needed where they are weight_mv. In mV.
    sum_pa: What the sizes of the weights onto each cell sum to; needed where they are weight_pa. In pA.
    sum_ns: What the sizes of the weights onto each cell sum to; needed where they are weight_ns. In nS.
    sum: What the sizes of the weights onto each cell sum to; needed where they are weight.
    at_ms: When it acts, or acts first, ms: a multiple of dt_ms, needed in a model file; before the step that begins
        then.
    until_ms: It acts before this time only, ms; needs every_ms; default: the next one of the same projection, or
        the end of the run.
    every_ms: How often it acts, ms: a multiple of dt_ms; default: once.
    """

    _fixed = {}
    _edit = "normalise"

    def __init__(
        self,
        projection: str,
        *,
        sum_mv: float | None = None,
        sum_pa: float | None = None,
        sum_ns: float | None = None,
        sum: float | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
        every_ms: float | None = None,
    ) -> None:
        super().__init__(projection=projection, sum_mv=sum_mv, sum_pa=sum_pa, sum_ns=sum_ns, sum=sum, at_ms=at_ms, until_ms=until_ms, every_ms=every_ms)


class ChangedParameters(Intervention):
    """Other parameters of cells.

    of: Population, part of one, or list of them, of one model.
    parameters: By their names in the population, one number each, as in {"v_th_mv": -52}.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "parameters"

    def __init__(
        self,
        of: Names,
        parameters: Mapping[str, PerCell],
        *,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(of=of, parameters=parameters, at_ms=at_ms, until_ms=until_ms)


class WrittenState(Intervention):
    """Other states of cells, written once.

    of: Population, part of one, or list of them, of one model.
    values: State variables by their names in recordings: one number, or one a cell of one population, as in
        {"v_m_mv": -60}.
    at_ms: When it is written, ms: a multiple of dt_ms, needed in a model file; the next step goes on from there.
    """

    _fixed = {}
    _edit = "state"

    def __init__(
        self,
        of: Names,
        values: Mapping[str, PerCell],
        *,
        at_ms: float | None = None,
    ) -> None:
        super().__init__(of=of, values=values, at_ms=at_ms)


class BlockedReceptor(Intervention):
    """A receptor of a cell type that says nothing.

    cell_type: Type of the cells, as the file of peptides names it.
    receptor: Receptor that the type expresses.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "block"

    def __init__(
        self,
        cell_type: str,
        receptor: str,
        *,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(cell_type=cell_type, receptor=receptor, at_ms=at_ms, until_ms=until_ms)


class OpenReceptor(Intervention):
    """A receptor of a cell type that says as much as it can.

    cell_type: Type of the cells, as the file of peptides names it.
    receptor: Receptor that the type expresses.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "open"

    def __init__(
        self,
        cell_type: str,
        receptor: str,
        *,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(cell_type=cell_type, receptor=receptor, at_ms=at_ms, until_ms=until_ms)


class ChangedSpecies(Intervention):
    """A peptide that spreads, vanishes or is released otherwise.

    species: The peptide.
    diffusivity_free_um2_per_ms: Its diffusivity in water; default: as it was. In ms.
    loss_per_ms: Rate of its loss; default: as it was. In ms.
    release_scale: Factor of what vesicles hold of it. Default 1.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "species"

    def __init__(
        self,
        species: str,
        *,
        diffusivity_free_um2_per_ms: float | None = None,
        loss_per_ms: float | None = None,
        release_scale: float | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(species=species, diffusivity_free_um2_per_ms=diffusivity_free_um2_per_ms, loss_per_ms=loss_per_ms, release_scale=release_scale, at_ms=at_ms, until_ms=until_ms)


class Cut(Intervention):
    """No effect of the synapses of a projection.

    projection: Name of the projection, as in exc->inh.
    source: Those of its sending cells that are meant; default: all.
    to: Those of its receiving cells that are meant; default: all.
    at_ms: When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on.
    until_ms: The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the
        end of the run.
    """

    _fixed = {}
    _edit = "cut"
    _spelled = {"source": "from"}

    def __init__(
        self,
        projection: str,
        *,
        source: Names | None = None,
        to: Names | None = None,
        at_ms: float | None = None,
        until_ms: float | None = None,
    ) -> None:
        super().__init__(projection=projection, source=source, to=to, at_ms=at_ms, until_ms=until_ms)


class DelayedXor(TaskKind):
    """The exclusive or of two bumps, some time apart.

    cue_ms: Length of a cue, ms.
    delay_ms: Time between the cues, ms.
    baseline: Input without a cue.
    noise_sd: Standard deviation of the noise of the inputs.
    bump_height: Height of the bump that a cue of 1 adds.
    bump_sd_ms: Standard deviation of the bump, ms.
    """

    _fixed = {"kind": "delayed_xor"}

    def __init__(
        self,
        cue_ms: float,
        delay_ms: float,
        baseline: float,
        noise_sd: float,
        bump_height: float,
        bump_sd_ms: float,
    ) -> None:
        super().__init__(cue_ms=cue_ms, delay_ms=delay_ms, baseline=baseline, noise_sd=noise_sd, bump_height=bump_height, bump_sd_ms=bump_sd_ms)


class Adding(TaskKind):
    """What is the sum of two marked values of a sequence?.

    values: Values of a trial; one of the first half and one of the second are marked.
    value_ms: How long each is shown, ms.
    """

    _fixed = {"kind": "adding"}

    def __init__(
        self,
        values: int,
        value_ms: float,
    ) -> None:
        super().__init__(values=values, value_ms=value_ms)


class Images(TaskKind):
    """Images of IDX files: which class is it?.

    reading: Whether an image is told row by row or pixel by pixel. One of rows, pixels.
    steps_each: How many steps each of them lasts.
    encoding: What the inputs are. One of analogue, threshold_crossing.
    images: IDX file of images, relative to the task file.
    labels: IDX file of their classes.
    answer_steps: Steps behind the image, in which one more input says that the answer counts. Default 0.
    thresholds: Number of thresholds; needed by threshold_crossing.
    held_out_images: The same of images that are held out; default: none.
    held_out_labels: IDX file of their classes; needed by held_out_images.
    """

    _fixed = {"kind": "images"}

    def __init__(
        self,
        reading: str,
        steps_each: int,
        encoding: str,
        images: str,
        labels: str,
        *,
        answer_steps: int | None = None,
        thresholds: int | None = None,
        held_out_images: str | None = None,
        held_out_labels: str | None = None,
    ) -> None:
        super().__init__(reading=reading, steps_each=steps_each, encoding=encoding, images=images, labels=labels, answer_steps=answer_steps, thresholds=thresholds, held_out_images=held_out_images, held_out_labels=held_out_labels)


class TrialFile(TaskKind):
    """Trials of an HDF5 file: data of a user.

    file: HDF5 file with `inputs` and `labels` or `targets`, relative to the task file; needed, but where the data
        are given by Python.
    digest: By which the data are known: others are refused; default: they are taken as they are.
    """

    _fixed = {"kind": "data"}

    def __init__(
        self,
        *,
        file: str | None = None,
        digest: str | None = None,
    ) -> None:
        super().__init__(file=file, digest=digest)


class AlifCells(TaskCells):
    """Dimensionless leaky integrate-and-fire with adaptive threshold.

    count: Number of cells.
    inhibitory: How many of the first cells inhibit, the others excite: two types and Dale's law; 0: one type, no
        signs. Default 0.
    signs: In place of `inhibitory`: of each cell, -1 (inhibits) or 1 (excites); default: as `inhibitory` says.
    types_per_sign: Types that the inhibitory, and the other, cells are cut into, neighbours together. Default 1.
    types: In place of `types_per_sign`: the type of each cell, a name or a number from 0; default: as
        `types_per_sign` says.
    type_names: Beside `types`: the names in the order of the types; default: the order in which they appear.
    tau_m_ms: Membrane time constant. In ms. Default 20.0.
    tau_a_ms: Time constant of the threshold's adaptation. In ms. Default 2000.0.
    v_th: Baseline threshold. Default 0.6.
    beta: Strength of the adaptation; 0 is plain LIF. Default 0.0.
    t_ref_ms: Silent time after a spike. In ms. Default 0.0.
    i_e: Constant input. Default 0.0.
    input_scaling: What multiplies arrivals. One of unit, one_minus_alpha. Default unit.
    adaptation_scaling: What multiplies a spike in the adaptation. One of unit, one_minus_rho. Default unit.
    input_gain: Another factor to arrivals. Default 1.0.
    adaptation_gain: Another factor to a spike in the adaptation. Default 1.0.
    adaptive: Cells that keep `beta`; the others have 0. One of all, even, second_half, none. Default all.
    adaptive_last: In place of `adaptive`: so many of the last cells keep `beta`; default: as `adaptive` says.
    """

    _fixed = {"model": "alif"}

    def __init__(
        self,
        count: int,
        *,
        inhibitory: int | None = None,
        signs: Numbers | None = None,
        types_per_sign: int | None = None,
        types: Numbers | Sequence[str] | None = None,
        type_names: Numbers | None = None,
        tau_m_ms: Numbers | None = None,
        tau_a_ms: Numbers | None = None,
        v_th: Numbers | None = None,
        beta: Numbers | None = None,
        t_ref_ms: Numbers | None = None,
        i_e: Numbers | None = None,
        input_scaling: str | None = None,
        adaptation_scaling: str | None = None,
        input_gain: Numbers | None = None,
        adaptation_gain: Numbers | None = None,
        adaptive: str | None = None,
        adaptive_last: int | None = None,
    ) -> None:
        super().__init__(count=count, inhibitory=inhibitory, signs=signs, types_per_sign=types_per_sign, types=types, type_names=type_names, tau_m_ms=tau_m_ms, tau_a_ms=tau_a_ms, v_th=v_th, beta=beta, t_ref_ms=t_ref_ms, i_e=i_e, input_scaling=input_scaling, adaptation_scaling=adaptation_scaling, input_gain=input_gain, adaptation_gain=adaptation_gain, adaptive=adaptive, adaptive_last=adaptive_last)


class LeakyReluCells(TaskCells):
    """Graded cell, leak before a rectifier.

    count: Number of cells.
    inhibitory: How many of the first cells inhibit, the others excite: two types and Dale's law; 0: one type, no
        signs. Default 0.
    signs: In place of `inhibitory`: of each cell, -1 (inhibits) or 1 (excites); default: as `inhibitory` says.
    types_per_sign: Types that the inhibitory, and the other, cells are cut into, neighbours together. Default 1.
    types: In place of `types_per_sign`: the type of each cell, a name or a number from 0; default: as
        `types_per_sign` says.
    type_names: Beside `types`: the names in the order of the types; default: the order in which they appear.
    tau_m_ms: Time constant of the leak. In ms. Default 20.0.
    theta: Threshold of the rectifier. Default 0.0.
    i_e: Constant input. Default 0.0.
    input_scaling: What multiplies arrivals. One of one_minus_alpha, unit. Default one_minus_alpha.
    input_gain: Another factor to arrivals. Default 1.0.
    """

    _fixed = {"model": "leaky_relu"}

    def __init__(
        self,
        count: int,
        *,
        inhibitory: int | None = None,
        signs: Numbers | None = None,
        types_per_sign: int | None = None,
        types: Numbers | Sequence[str] | None = None,
        type_names: Numbers | None = None,
        tau_m_ms: Numbers | None = None,
        theta: Numbers | None = None,
        i_e: Numbers | None = None,
        input_scaling: str | None = None,
        input_gain: Numbers | None = None,
    ) -> None:
        super().__init__(count=count, inhibitory=inhibitory, signs=signs, types_per_sign=types_per_sign, types=types, type_names=type_names, tau_m_ms=tau_m_ms, theta=theta, i_e=i_e, input_scaling=input_scaling, input_gain=input_gain)


class RfloTanhCells(TaskCells):
    """Graded cell, leak after a hyperbolic tangent.

    count: Number of cells.
    inhibitory: How many of the first cells inhibit, the others excite: two types and Dale's law; 0: one type, no
        signs. Default 0.
    signs: In place of `inhibitory`: of each cell, -1 (inhibits) or 1 (excites); default: as `inhibitory` says.
    types_per_sign: Types that the inhibitory, and the other, cells are cut into, neighbours together. Default 1.
    types: In place of `types_per_sign`: the type of each cell, a name or a number from 0; default: as
        `types_per_sign` says.
    type_names: Beside `types`: the names in the order of the types; default: the order in which they appear.
    tau_m_ms: Time constant of the leak. In ms. Default 10.0.
    i_e: Constant input. Default 0.0.
    """

    _fixed = {"model": "rflo_tanh"}

    def __init__(
        self,
        count: int,
        *,
        inhibitory: int | None = None,
        signs: Numbers | None = None,
        types_per_sign: int | None = None,
        types: Numbers | Sequence[str] | None = None,
        type_names: Numbers | None = None,
        tau_m_ms: Numbers | None = None,
        i_e: Numbers | None = None,
    ) -> None:
        super().__init__(count=count, inhibitory=inhibitory, signs=signs, types_per_sign=types_per_sign, types=types, type_names=type_names, tau_m_ms=tau_m_ms, i_e=i_e)


class GivenWeights(InitialWeights):
    """Weights that are given instead of drawn.

    values: The weights, [target, source].
    mask: 1 where a synapse exists, 0 elsewhere: an array, `all`, or `nonzero`; default: all, where no value is 0.
    signs: -1, 1, or 0 (either) of each input; default: either.
    """

    _fixed = {"kind": "given"}

    def __init__(
        self,
        values: Numbers,
        *,
        mask: Numbers | str | None = None,
        signs: Numbers | None = None,
    ) -> None:
        super().__init__(values=values, mask=mask, signs=signs)


class NormalWeights(InitialWeights):
    """Normal numbers of standard deviation 1.

    probability: Probability of a synapse: one number, or one for each pair of cell types, as [target, source] or by
        name, {target: {source: p}}; default: 1.
    mask: 1 where a synapse exists, 0 elsewhere: [target, source]; in place of what else says which synapses there
        are; default: they are drawn.
    gain: A factor to all weights. Default 1.
    synapses: So many synapses in all, drawn at random; in place of `probability` and `mask`; default: as many as
        are drawn.
    local_sigma: In place of `probability`: cells lie at random places of a square torus of extent 1, and two
        connect with probability 1/(1 + exp(d^2/(4 local_sigma))); default: by `probability`.
    local_edges: Whether the last row of the torus lies beside the first, or where the first does; beside
        `local_sigma`, default: adjoin. One of adjoin, coincide.
    cells: So many cells are read, drawn at random, the same by all outputs, in place of `probability`; default:
        all.
    """

    _fixed = {"kind": "normal"}

    def __init__(
        self,
        *,
        probability: Numbers | Mapping[str, Any] | None = None,
        mask: Numbers | str | None = None,
        gain: float | None = None,
        synapses: int | None = None,
        local_sigma: float | None = None,
        local_edges: str | None = None,
        cells: int | None = None,
    ) -> None:
        super().__init__(probability=probability, mask=mask, gain=gain, synapses=synapses, local_sigma=local_sigma, local_edges=local_edges, cells=cells)


class NormalByInputs(InitialWeights):
    """Normal numbers over the root of the number of synapses of a row.

    probability: Probability of a synapse: one number, or one for each pair of cell types, as [target, source] or by
        name, {target: {source: p}}; default: 1.
    mask: 1 where a synapse exists, 0 elsewhere: [target, source]; in place of what else says which synapses there
        are; default: they are drawn.
    gain: A factor to all weights. Default 1.
    synapses: So many synapses in all, drawn at random; in place of `probability` and `mask`; default: as many as
        are drawn.
    local_sigma: In place of `probability`: cells lie at random places of a square torus of extent 1, and two
        connect with probability 1/(1 + exp(d^2/(4 local_sigma))); default: by `probability`.
    local_edges: Whether the last row of the torus lies beside the first, or where the first does; beside
        `local_sigma`, default: adjoin. One of adjoin, coincide.
    cells: So many cells are read, drawn at random, the same by all outputs, in place of `probability`; default:
        all.
    """

    _fixed = {"kind": "normal_by_inputs"}

    def __init__(
        self,
        *,
        probability: Numbers | Mapping[str, Any] | None = None,
        mask: Numbers | str | None = None,
        gain: float | None = None,
        synapses: int | None = None,
        local_sigma: float | None = None,
        local_edges: str | None = None,
        cells: int | None = None,
    ) -> None:
        super().__init__(probability=probability, mask=mask, gain=gain, synapses=synapses, local_sigma=local_sigma, local_edges=local_edges, cells=cells)


class HeNormal(InitialWeights):
    """Normal numbers of variance 2/n, cut at two standard deviations; n counts all senders.

    probability: Probability of a synapse: one number, or one for each pair of cell types, as [target, source] or by
        name, {target: {source: p}}; default: 1.
    mask: 1 where a synapse exists, 0 elsewhere: [target, source]; in place of what else says which synapses there
        are; default: they are drawn.
    gain: A factor to all weights. Default 1.
    synapses: So many synapses in all, drawn at random; in place of `probability` and `mask`; default: as many as
        are drawn.
    local_sigma: In place of `probability`: cells lie at random places of a square torus of extent 1, and two
        connect with probability 1/(1 + exp(d^2/(4 local_sigma))); default: by `probability`.
    local_edges: Whether the last row of the torus lies beside the first, or where the first does; beside
        `local_sigma`, default: adjoin. One of adjoin, coincide.
    cells: So many cells are read, drawn at random, the same by all outputs, in place of `probability`; default:
        all.
    """

    _fixed = {"kind": "he_normal"}

    def __init__(
        self,
        *,
        probability: Numbers | Mapping[str, Any] | None = None,
        mask: Numbers | str | None = None,
        gain: float | None = None,
        synapses: int | None = None,
        local_sigma: float | None = None,
        local_edges: str | None = None,
        cells: int | None = None,
    ) -> None:
        super().__init__(probability=probability, mask=mask, gain=gain, synapses=synapses, local_sigma=local_sigma, local_edges=local_edges, cells=cells)


class Balanced(InitialWeights):
    """Signed weights; what a cell misses is spread over its weaker kind of input.

    probability: Probability of a synapse: one number, or one for each pair of cell types, as [target, source] or by
        name, {target: {source: p}}; default: 1.
    mask: 1 where a synapse exists, 0 elsewhere: [target, source]; in place of what else says which synapses there
        are; default: they are drawn.
    gain: A factor to all weights. Default 1.
    thinned: Whether the matrix is balanced as if all synapses existed, and only then left with those that do.
        Default False.
    inhibitory: So many inputs are inhibitory, drawn at random; default: the synapses of inputs have no signs.
    synapses: So many synapses in all, drawn at random; in place of `probability` and `mask`; default: as many as
        are drawn.
    local_sigma: In place of `probability`: cells lie at random places of a square torus of extent 1, and two
        connect with probability 1/(1 + exp(d^2/(4 local_sigma))); default: by `probability`.
    local_edges: Whether the last row of the torus lies beside the first, or where the first does; beside
        `local_sigma`, default: adjoin. One of adjoin, coincide.
    cells: So many cells are read, drawn at random, the same by all outputs, in place of `probability`; default:
        all.
    """

    _fixed = {"kind": "balanced"}

    def __init__(
        self,
        *,
        probability: Numbers | Mapping[str, Any] | None = None,
        mask: Numbers | str | None = None,
        gain: float | None = None,
        thinned: bool | None = None,
        inhibitory: int | None = None,
        synapses: int | None = None,
        local_sigma: float | None = None,
        local_edges: str | None = None,
        cells: int | None = None,
    ) -> None:
        super().__init__(probability=probability, mask=mask, gain=gain, thinned=thinned, inhibitory=inhibitory, synapses=synapses, local_sigma=local_sigma, local_edges=local_edges, cells=cells)


class BalancedByFactor(InitialWeights):
    """Signed weights; one factor to the inhibition of each cell balances it.

    probability: Probability of a synapse: one number, or one for each pair of cell types, as [target, source] or by
        name, {target: {source: p}}; default: 1.
    mask: 1 where a synapse exists, 0 elsewhere: [target, source]; in place of what else says which synapses there
        are; default: they are drawn.
    gain: A factor to all weights. Default 1.
    thinned: Whether the matrix is balanced as if all synapses existed, and only then left with those that do.
        Default False.
    inhibitory: So many inputs are inhibitory, drawn at random; default: the synapses of inputs have no signs.
    synapses: So many synapses in all, drawn at random; in place of `probability` and `mask`; default: as many as
        are drawn.
    local_sigma: In place of `probability`: cells lie at random places of a square torus of extent 1, and two
        connect with probability 1/(1 + exp(d^2/(4 local_sigma))); default: by `probability`.
    local_edges: Whether the last row of the torus lies beside the first, or where the first does; beside
        `local_sigma`, default: adjoin. One of adjoin, coincide.
    cells: So many cells are read, drawn at random, the same by all outputs, in place of `probability`; default:
        all.
    """

    _fixed = {"kind": "balanced_by_factor"}

    def __init__(
        self,
        *,
        probability: Numbers | Mapping[str, Any] | None = None,
        mask: Numbers | str | None = None,
        gain: float | None = None,
        thinned: bool | None = None,
        inhibitory: int | None = None,
        synapses: int | None = None,
        local_sigma: float | None = None,
        local_edges: str | None = None,
        cells: int | None = None,
    ) -> None:
        super().__init__(probability=probability, mask=mask, gain=gain, thinned=thinned, inhibitory=inhibitory, synapses=synapses, local_sigma=local_sigma, local_edges=local_edges, cells=cells)


class TaskReadout(Part):
    """What the cells of a task are read by: leaky sums of their output.

    tau_ms: Memory of the readout, ms. Default 20.
    scaling: Whether a spike adds (1 - kappa) of its weight, or all of it. One of one_minus_kappa, unit. Default
        one_minus_kappa.
    bias: Whether the biases are learned. Default True.
    b_out: Bias of each readout at the start; default: 0.
    """

    _fixed = {}

    def __init__(
        self,
        *,
        tau_ms: float | None = None,
        scaling: str | None = None,
        bias: bool | None = None,
        b_out: Numbers | None = None,
    ) -> None:
        super().__init__(tau_ms=tau_ms, scaling=scaling, bias=bias, b_out=b_out)


class Blur(Part):
    """How a learning signal spreads over the sites of a square lattice on which the cells lie in random order.

    decay: Share of a signal that a step of the network leaves, over a site and its eight neighbours in equal parts.
        Default 0.75.
    spread: Whether signals spread to sites beside each other, or, as a control, to those beside each other in one
        random order of the sites, or in another one in every trial and step. One of near, shuffled,
        shuffled_per_step. Default near.
    gain: Whether cells learn with the sum that is there, or with 1 - decay times it, so that a steady signal that
        is equal in all cells arrives as it is. One of sum, steady. Default sum.
    own: What a cell hears of its own signal: it at once and what comes back to its site, it at once and no more, or
        nothing. One of returns, once, none. Default returns.
    """

    _fixed = {}

    def __init__(
        self,
        *,
        decay: float | None = None,
        spread: str | None = None,
        gain: str | None = None,
        own: str | None = None,
    ) -> None:
        super().__init__(decay=decay, spread=spread, gain=gain, own=own)


class TaskCarrier(Part):
    """What brings the signal of a rule to the cells, and the tissue that it takes; `ideal` and `blur` need none.

    kind: What carries the rules that are named without +CARRIER: everywhere at once, by distances in unbounded
        tissue, peptides on a grid, or a blur over neighbours. One of ideal, kernel, field, blur.
    box_um: Size of the box from the origin (x, y, z), um; needed by tissue.
    voxels: Voxels along x, y, z; needed by tissue.
    diffusivity_um2_per_ms: D* of all peptides, um^2 in a ms of the tissue; needed by tissue.
    loss_per_ms: Share of all peptides that is lost in a ms of the tissue; needed by tissue.
    walls: What happens at the walls of the box. One of reflect, absorb, periodic. Default reflect.
    time_scale: Tissue ms in a ms of the network. Default 1.
    step_ms: Field step, ms of the network; default: its step.
    hold_back_ms: How long synapses hold their eligibility back, ms; in training only. Default 0.
    blur: How learning signals blur over neighbours, for rules +blur, to which no other field belongs; default: as
        published, 0.75, near, sum.
    signed: How a signal gets its sign; default: opponent.
    messenger_tau_ms: Time constants of stages of messengers, ms of the tissue; default: none. Default [].
    receptors: How cells hear; default: linear, at once.
    positions: Where the cells are, um; needed by tissue.
    """

    _fixed = {}

    def __init__(
        self,
        kind: str,
        *,
        box_um: Numbers | None = None,
        voxels: Numbers | None = None,
        diffusivity_um2_per_ms: float | None = None,
        loss_per_ms: float | None = None,
        walls: str | None = None,
        time_scale: float | None = None,
        step_ms: float | None = None,
        hold_back_ms: float | None = None,
        blur: Blur | Mapping[str, Any] | None = None,
        signed: Signed | Mapping[str, Any] | None = None,
        messenger_tau_ms: Numbers | None = None,
        receptors: Receptors | Mapping[str, Any] | None = None,
        positions: Positions | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kind=kind, box_um=box_um, voxels=voxels, diffusivity_um2_per_ms=diffusivity_um2_per_ms, loss_per_ms=loss_per_ms, walls=walls, time_scale=time_scale, step_ms=step_ms, hold_back_ms=hold_back_ms, blur=blur, signed=signed, messenger_tau_ms=messenger_tau_ms, receptors=receptors, positions=positions)


class AdaptiveMu(Mu):
    """A slope of intermediate cells that follows the mean slope of its type, in training.

    rate: Share of a batch in the new value.
    takes_batch: Whether an update uses the mean of its own batch, or of those before. One of before_use, after_use.
    start: The first value; default: the mean slope of the first batch.
    cap: The spectral radius of the path of credit above which all mu are scaled down; default: none.
    """

    _fixed = {"kind": "adaptive"}

    def __init__(
        self,
        rate: float,
        takes_batch: str,
        *,
        start: float | None = None,
        cap: float | None = None,
    ) -> None:
        super().__init__(rate=rate, takes_batch=takes_batch, start=start, cap=cap)


class Rewire(Part):
    """How synapses move: DEEP R.

    l1: l1: how far weights move towards 0 in an update, for each unit of the learning rate.
    candidates: Where synapses may wake: where there was one at the start, or anywhere. One of initial, all.
    temperature: T of the noise sqrt(2 eta T) of an update. Default 0.
    """

    _fixed = {}

    def __init__(
        self,
        l1: float,
        candidates: str,
        *,
        temperature: float | None = None,
    ) -> None:
        super().__init__(l1=l1, candidates=candidates, temperature=temperature)


class Perturbation(Part):
    """How the rules weight_perturbation and node_perturbation move what they ask about.

    size: By how much every weight, or what arrives at every cell in every step, is moved, up or down, in the unit
        of weights.
    pairs: Pairs of runs of an update, each moved one way and the other. Default 1.
    """

    _fixed = {}

    def __init__(
        self,
        size: float,
        *,
        pairs: int | None = None,
    ) -> None:
        super().__init__(size=size, pairs=pairs)


class STllr(Part):
    """The window of the rule s_tllr.

    pre: What a presynaptic spike before the postsynaptic slope counts. Default 1.
    post: What the postsynaptic slope before a presynaptic spike counts. Default -0.2.
    pre_decay: What is left of a presynaptic spike after a step. Default 0.8.
    post_decay: What is left of a postsynaptic slope after a step. Default 0.5.
    """

    _fixed = {}

    def __init__(
        self,
        *,
        pre: float | None = None,
        post: float | None = None,
        pre_decay: float | None = None,
        post_decay: float | None = None,
    ) -> None:
        super().__init__(pre=pre, post=post, pre_decay=pre_decay, post_decay=post_decay)


class PpProp(Part):
    """What cells and synapses of the rule pp_prop remember.

    decay: What is left of it after a step; a rank n of the published program is (n - 1)/(n + 1). Default 0.9.
    corrected: Whether the memory of a cell is divided by what of its sum there has been time for, as in the
        published program. Default True.
    """

    _fixed = {}

    def __init__(
        self,
        *,
        decay: float | None = None,
        corrected: bool | None = None,
    ) -> None:
        super().__init__(decay=decay, corrected=corrected)


class TrainingPlan(Part):
    """How the weights of a task are updated, how often they are evaluated, and when a run ends.

    updates: Updates of a run.
    batch: Trials of a batch.
    evaluate_every: Updates between evaluations.
    optimiser: What makes changes of gradients. The two forms of Adam differ where gradients are as small as its
        epsilon of 1e-8: adam_pytorch adds it after the bias is corrected (PyTorch, optax), adam before (TensorFlow,
        NEST). One of adam, adam_pytorch, gradient_descent.
    learning_rate: Step along the gradient.
    signs: What keeps Dale's law after an update. One of free, clamp, shrink, rewire.
    mu: Mean slope of intermediate cells, of ModProp.
    validation_trials: Held-out trials of an evaluation, at most as many as the data hold out; 0: none. Default 0.
    stop_at_accuracy: Accuracy that ends a run, of tasks with classes, on held-out trials if there are any; default:
        none does.
    patience: Evaluations without a lower loss that end a run, on held-out trials if there are any; 0: none do.
        Default 0.
    decay: What the learning rate is multiplied by every decay_every updates; default: it stays as it is.
    decay_every: Updates between two decays of the learning rate; needed by decay.
    clip_norm: Largest norm of the whole gradient; default: any.
    weight_decay: Strength of weight decay: lambda of lambda/2 sum w^2 over input, recurrent and readout weights.
        Default 0.
    shrink: How far |w| shrinks in an update, for each unit of the learning rate; needed by signs `shrink`, of which
        it is.
    rewire: How synapses move; needed by signs `rewire`, of which it is.
    feedback: The fixed matrix that brings errors to cells, of the rules *_random; default: normal numbers of
        standard deviation 1.
    lags: S of the rules *_S, at most the steps of a trial. Default 1.
    taps: What the rules *_S make of their taps; default: whole.
    type_labels: Which cells rules take for cells of a type: those that are, or, as a control, as many others, in
        one random order or in another one at every update. One of own, shuffled, shuffled_per_update. Default own.
    type_means: A control: the means by types that rules take are those that are, or the same numbers dealt to pairs
        of types in one random order or in another one at every update. One of own, resampled, resampled_per_update.
        Default own.
    credit_signs: A control: where credit comes back over weights, or means of them, they have their own sign, or
        that of another cell in one random order of all cells. One of own, shuffled. Default own.
    error_order: A control: errors come to cells as they are made, or the last step of a trial first. One of own,
        reversed. Default own.
    cascade: Stages between what synapses remember and the signals that arrive; default: none.
    perturbation: How the rules weight_perturbation and node_perturbation move what they ask about; needed by them.
    hops: n of the rule snap_n: a synapse follows credit through the cells within n - 1 synapses behind its cell.
        Default 3.
    s_tllr: The window of the rule s_tllr; default: that of its program.
    pp_prop: What cells and synapses of the rule pp_prop remember; default: 0.9 of a step, corrected.
    """

    _fixed = {}

    def __init__(
        self,
        updates: int,
        batch: int,
        evaluate_every: int,
        optimiser: str,
        learning_rate: float,
        signs: str,
        mu: Mu | Mapping[str, Any],
        *,
        validation_trials: int | None = None,
        stop_at_accuracy: float | None = None,
        patience: int | None = None,
        decay: float | None = None,
        decay_every: int | None = None,
        clip_norm: float | None = None,
        weight_decay: float | None = None,
        shrink: float | None = None,
        rewire: Rewire | Mapping[str, Any] | None = None,
        feedback: Feedback | Mapping[str, Any] | None = None,
        lags: int | None = None,
        taps: Taps | Mapping[str, Any] | None = None,
        type_labels: str | None = None,
        type_means: str | None = None,
        credit_signs: str | None = None,
        error_order: str | None = None,
        cascade: Cascade | Mapping[str, Any] | None = None,
        perturbation: Perturbation | Mapping[str, Any] | None = None,
        hops: int | None = None,
        s_tllr: STllr | Mapping[str, Any] | None = None,
        pp_prop: PpProp | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(updates=updates, batch=batch, evaluate_every=evaluate_every, optimiser=optimiser, learning_rate=learning_rate, signs=signs, mu=mu, validation_trials=validation_trials, stop_at_accuracy=stop_at_accuracy, patience=patience, decay=decay, decay_every=decay_every, clip_norm=clip_norm, weight_decay=weight_decay, shrink=shrink, rewire=rewire, feedback=feedback, lags=lags, taps=taps, type_labels=type_labels, type_means=type_means, credit_signs=credit_signs, error_order=error_order, cascade=cascade, perturbation=perturbation, hops=hops, s_tllr=s_tllr, pp_prop=pp_prop)


class TrainingRecord(Part):
    """What is recorded of a training run besides its evaluations.

    weights_every: Updates between two records of all weights; 0: none. Default 0.
    trial_every: Updates between two records of the first trial of the batch; 0: none. Default 0.
    cells: Cells of that trial; default: none.
    synapses: Recurrent synapses of that trial, each [post, pre]; default: none.
    """

    _fixed = {}

    def __init__(
        self,
        *,
        weights_every: int | None = None,
        trial_every: int | None = None,
        cells: Numbers | None = None,
        synapses: Numbers | None = None,
    ) -> None:
        super().__init__(weights_every=weights_every, trial_every=trial_every, cells=cells, synapses=synapses)


class TaskFile(Part):
    """A whole task file: what goes into a network, what it should say, its cells, and how they learn.

    dt_ms: Time step, ms.
    task: What goes in, and what should come out.
    cells: The cells of the network.
    input_weights: How the weights from inputs to cells begin.
    recurrent_weights: How the weights from cells to cells begin.
    readout_weights: How the weights from cells to readouts begin.
    readout: What the cells are read by.
    training: How weights are updated.
    delay_ms: Delay of recurrent synapses, ms, a multiple of dt_ms; default: one step.
    loss: Which steps of a trial count, and the regulariser of firing rates; default: all, and none.
    pseudo_derivative: What stands for the derivative of the output of a cell; default: piecewise linear, gamma 0.3.
    reset_gradient: Whether gradients go through the reset of a spike. One of detached, attached. Default detached.
    carrier: What carries the signal of a rule from cell to cell; default: ideal.
    record: What is recorded besides evaluations; default: nothing.
    """

    _fixed = {"format": "neuropil-task/1"}

    def __init__(
        self,
        dt_ms: float,
        task: TaskKind | Mapping[str, Any],
        cells: TaskCells | Model | Mapping[str, Any],
        input_weights: InitialWeights | Mapping[str, Any],
        recurrent_weights: InitialWeights | Mapping[str, Any],
        readout_weights: InitialWeights | Mapping[str, Any],
        readout: TaskReadout | Mapping[str, Any],
        training: TrainingPlan | Mapping[str, Any],
        *,
        delay_ms: float | None = None,
        loss: Loss | Mapping[str, Any] | None = None,
        pseudo_derivative: PseudoDerivative | Mapping[str, Any] | None = None,
        reset_gradient: str | None = None,
        carrier: TaskCarrier | Mapping[str, Any] | None = None,
        record: TrainingRecord | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(dt_ms=dt_ms, task=task, cells=cells, input_weights=input_weights, recurrent_weights=recurrent_weights, readout_weights=readout_weights, readout=readout, training=training, delay_ms=delay_ms, loss=loss, pseudo_derivative=pseudo_derivative, reset_gradient=reset_gradient, carrier=carrier, record=record)


__all__ = [
    "AdaptiveMu",
    "Adding",
    "Alif",
    "AlifCells",
    "AllToAll",
    "Balanced",
    "BalancedByFactor",
    "Baseline",
    "BindingReceptors",
    "BlockedReceptor",
    "Blur",
    "Box",
    "ByDistance",
    "Carrier",
    "Cascade",
    "ChainTaps",
    "ChangedParameters",
    "ChangedRate",
    "ChangedSpecies",
    "ChangedWeights",
    "Clopath",
    "ConcentrationOf",
    "ConstantMu",
    "Copy",
    "Cut",
    "Dataset",
    "DelayedMatch",
    "DelayedXor",
    "EvidenceAccumulation",
    "Exponential",
    "ExponentialProfile",
    "Feedback",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "Gamma",
    "GaussianProfile",
    "GivenWeights",
    "Grid",
    "HeNormal",
    "Images",
    "InjectedNoise",
    "Injection",
    "IntFire1",
    "LeakyRelu",
    "LeakyReluCells",
    "Learning",
    "LifAlpha",
    "LifCondExp",
    "LifDelta",
    "LifExp",
    "LifExpMulti",
    "LinearProfile",
    "LinearReceptors",
    "Listed",
    "Lognormal",
    "Loss",
    "MessengerOf",
    "ModalTaps",
    "NoiseCurrent",
    "Normal",
    "NormalByInputs",
    "NormalWeights",
    "Normalise",
    "OneToOne",
    "OpenReceptor",
    "Opponent",
    "OuCurrent",
    "PatternGeneration",
    "Perturbation",
    "Plastic",
    "Points",
    "PoissonInput",
    "PoissonSource",
    "PostVariable",
    "PpProp",
    "PseudoDerivative",
    "RMax",
    "RateSine",
    "RateSteps",
    "Readout",
    "RecordCredit",
    "Recorded",
    "RecordedPlaces",
    "RegularSource",
    "Rewire",
    "RfloTanh",
    "RfloTanhCells",
    "STllr",
    "ShortTerm",
    "Signal",
    "Silence",
    "SineCurrent",
    "Slab",
    "Sphere",
    "SpikeTrain",
    "SpikesOf",
    "Stdp",
    "StdpDopamine",
    "StdpHeterosynaptic",
    "StdpNnPreCentered",
    "StdpNnRestr",
    "StdpNnSymm",
    "StdpPowerLaw",
    "StdpScaling",
    "StdpTriplet",
    "StepCurrent",
    "StoreRecall",
    "TaskCarrier",
    "TaskFile",
    "TaskReadout",
    "TaskSource",
    "TimeSeries",
    "TrainingPlan",
    "TrainingRecord",
    "TrialFile",
    "Uniform",
    "VogelsSprekeler",
    "WholeTaps",
    "WrittenState",
]
