"""The networks that are compared, lowered from the model that `neuropil bench NAME --show` prints.

Every field of a model is either used or refused: a network that these scripts would build otherwise than neuropil does not
run at all. Scaling is computed here a second time (van Albada, Helias & Diesmann 2015), from the published formulas.
"""

import math
import re
from dataclasses import dataclass, field

POPULATION_FIELDS = {"cells", "model", "cell_type", "sign", "mean_rate_hz", "initial", "method"}
PROJECTION_FIELDS = {"description", "from", "to", "rule", "autapses", "multapses", "delay_ms", "weight_pa", "weight_mv",
                     "weight_ns", "probability", "in_degree", "pair_probability"}
INPUT_FIELDS = {"kind", "to", "in_degree", "rate_hz", "weight_pa", "weight_mv", "weight_ns"}
PARAMETERS = {
    "lif_delta": {"c_m_pf", "tau_m_ms", "e_l_mv", "v_th_mv", "v_reset_mv", "t_ref_ms"},
    "lif_exp": {"c_m_pf", "tau_m_ms", "e_l_mv", "v_th_mv", "v_reset_mv", "t_ref_ms", "tau_syn_exc_ms", "tau_syn_inh_ms"},
    "lif_cond_exp": {"c_m_pf", "g_l_ns", "e_l_mv", "v_th_mv", "v_reset_mv", "t_ref_ms", "e_exc_mv", "e_inh_mv",
                     "tau_syn_exc_ms", "tau_syn_inh_ms"},
}
# Cells that a file of equations describes, known elsewhere by the name of the file; what the model does not set has the file's value.
FILES = {
    "adex": {"C_m_pf", "g_L_ns", "E_L_mv", "V_T_mv", "Delta_T_mv", "tau_w_ms", "a_ns", "b_pa", "V_peak_mv", "V_reset_mv", "t_ref_ms",
             "E_exc_mv", "E_inh_mv", "tau_exc_ms", "tau_inh_ms", "I_e_pa"},
    "hh_traub_miles": {"C_m_pf", "g_L_ns", "g_Na_ns", "g_K_ns", "E_L_mv", "E_Na_mv", "E_K_mv", "V_T_mv", "t_ref_ms", "E_exc_mv",
                       "E_inh_mv", "tau_exc_ms", "tau_inh_ms", "I_e_pa"},
}
# Of lif_delta only, where it does no more than give currents their unit.
OPTIONAL = {"c_m_pf"}
ADAPTIVE = "adaptive Runge-Kutta of order 4"
METHODS = {"exponential_euler": "exponential Euler", "rk4": "Runge-Kutta of order 4", "auto": ADAPTIVE}
SHAPES = {"constant", "normal", "uniform"}


@dataclass
class Population:
    """Cells of one kind; potentials in mV, times in ms, the current in pA."""

    name: str
    cells: int
    model: str
    parameters: dict
    initial: dict  # a distribution of v_m, mV
    method: str = ""  # of integration, where that is not exact
    current_pa: float = 0.0


@dataclass
class Pair:
    """Synapses from one population to another; the weight is in the unit of the target's model."""

    source: int
    target: int
    rule: str  # fixed_probability | fixed_in_degree | fixed_total_number
    number: float  # a probability, an in-degree or a total
    autapses: bool
    multapses: bool


@dataclass
class Projection:
    """Pairs of populations that share a distribution of weights and one of delays (ms)."""

    source: int
    weight: dict
    delay: dict
    pairs: list


@dataclass
class Train:
    """A Poisson train onto each cell of a population; `steps` are (from ms, rate in Hz)."""

    target: int
    steps: list
    weight: float
    trains: int = 1  # of which it is the sum


@dataclass
class Network:
    dt_ms: float
    populations: list
    projections: list = field(default_factory=list)
    inputs: list = field(default_factory=list)

    @property
    def cells(self):
        return sum(population.cells for population in self.populations)

    def first_ids(self):
        """First global id of each population."""
        return [sum(other.cells for other in self.populations[:index]) for index in range(len(self.populations))]

    def synapses(self, pair):
        """The number of synapses to expect, and its standard deviation."""
        pre, post = self.populations[pair.source].cells, self.populations[pair.target].cells
        if pair.rule == "fixed_in_degree":
            return pair.number * post, 0.0
        if pair.rule == "fixed_total_number":
            return pair.number, 0.0
        possible = pre * post - (pre if pair.source == pair.target and not pair.autapses else 0)
        return possible * pair.number, math.sqrt(possible * pair.number * (1 - pair.number))

    def expected_synapses(self):
        each = [self.synapses(pair) for projection in self.projections for pair in projection.pairs]
        return sum(mean for mean, _ in each), math.sqrt(sum(deviation**2 for _, deviation in each))


def scheme(network):
    """How the cells are integrated, in words; empty where that is exact."""
    return ", ".join(sorted({METHODS[own.method] for own in network.populations if own.method}))


def refuse_others(found, known, what):
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ValueError(f"{what}: these scripts do not know {', '.join(unknown)}")


def rounded(number):
    """The nearest whole number, halves upwards."""
    return math.floor(number + 0.5)


def listed(value):
    return value if isinstance(value, list) else [value]


def distribution(value):
    """A number or an object of a model file as {shape, mean | low.. , min, max, outside}."""
    if not isinstance(value, dict):
        return {"shape": "constant", "value": float(value)}
    refuse_others(value, {"distribution", "mean", "std", "low", "high", "min", "max", "outside"}, "distribution")
    if value["distribution"] not in SHAPES:
        raise ValueError(f"distribution {value['distribution']}: these scripts know {', '.join(sorted(SHAPES))}")
    own = {name: given for name, given in value.items() if name != "distribution"}
    return {"shape": value["distribution"], "min": -math.inf, "max": math.inf, "outside": "redraw", **own}


def mean(own):
    return {"constant": lambda: own["value"], "normal": lambda: own["mean"],
            "uniform": lambda: (own["low"] + own["high"]) / 2}[own["shape"]]()


def multiplied(own, factor):
    """The distribution of `factor` times the number, factor > 0."""
    return {name: value * factor if isinstance(value, float | int) else value for name, value in own.items()}


def weight_of(spec):
    (value,) = [value for name, value in spec.items() if name.startswith("weight_")]
    return value


def from_model(model, scale=1.0):
    """The network of a model file, at `scale`."""
    refuse_others(model, {"$schema", "description", "simulation", "populations", "projections", "inputs"}, "model")
    refuse_others(model["simulation"], {"dt_ms", "duration_ms", "seed", "precision"}, "simulation")
    network = Network(model["simulation"]["dt_ms"], [population(*item, scale) for item in model["populations"].items()])
    names = list(model["populations"])
    for spec in model.get("projections", []):
        network.projections += projections(spec, model["populations"], names, scale)
    for spec in model.get("inputs", []):
        network.inputs += trains(spec, names, scale)
    if scale != 1.0:
        restore_means(network, model, names, scale)
    return network


def population(name, spec, scale):
    if spec["model"].endswith(".nestml"):
        return population_of_file(name, spec, scale)
    known = PARAMETERS.get(spec["model"], set())
    refuse_others(spec, POPULATION_FIELDS | known, f"populations.{name}")
    missing = sorted(known - OPTIONAL - set(spec))
    if not known or missing:
        raise ValueError(f"populations.{name}: {spec['model']} without {', '.join(missing) or 'a counterpart elsewhere'}")
    refuse_others(spec.get("initial", {}), {"v_m_mv"}, f"populations.{name}.initial")
    initial = distribution(spec.get("initial", {}).get("v_m_mv", spec["e_l_mv"]))
    parameters = {own: float(spec[own]) for own in known if own in spec}
    method = spec.get("method", "rk4") if spec["model"] == "lif_cond_exp" else ""
    return Population(name, rounded(spec["cells"] * scale), spec["model"], parameters, initial, method)


def population_of_file(name, spec, scale):
    """A population of cells of a file, whose text stands beside."""
    model = spec["model"].rpartition("/")[2].removesuffix(".nestml")
    known = FILES.get(model, set())
    refuse_others(spec, (POPULATION_FIELDS - {"method"}) | {"text", "integration"} | known, f"populations.{name}")
    # As in `C_m pF = 281 pF`: the name of a parameter has its unit, in lower case.
    written = re.findall(r"^ +(\w+) (\w+) = (-?[\d.]+) \2\b", spec["text"], re.MULTILINE)
    values = {f"{own}_{unit.lower()}": float(value) for own, unit, value in written}
    missing = sorted(known - set(values))
    if not known or missing:
        raise ValueError(f"populations.{name}: {spec['model']} without {', '.join(missing) or 'a counterpart elsewhere'}")
    refuse_others(spec.get("integration", {}), {"method"}, f"populations.{name}.integration")
    refuse_others(spec.get("initial", {}), {"V_m_mv"}, f"populations.{name}.initial")
    parameters = {own: float(spec.get(own, values[own])) for own in known}
    initial = distribution(spec.get("initial", {}).get("V_m_mv", parameters["E_L_mv"]))
    return Population(name, rounded(spec["cells"] * scale), model, parameters, initial, spec.get("integration", {}).get("method", "auto"))


def full_total(spec, to, source, pre, post):
    """Synapses of a pair at full scale: a pair has at least one with `pair_probability`."""
    given = spec["pair_probability"]
    probability = given[to][source] if isinstance(given, list) else given
    return rounded(math.log1p(-probability) / math.log1p(-1 / (pre * post))) if probability > 0 else 0


def projections(spec, populations, names, scale):
    refuse_others(spec, PROJECTION_FIELDS, "projection")
    weight = distribution(weight_of(spec))
    if scale != 1.0:
        weight = multiplied(weight, 1 / math.sqrt(scale))
    made = []
    for column, source in enumerate(listed(spec["from"])):
        pairs = []
        for row, target in enumerate(listed(spec["to"])):
            pre, post = populations[source]["cells"], populations[target]["cells"]
            number = degree(spec, row, column, (pre, post), scale)
            if number > 0:
                pairs.append(Pair(names.index(source), names.index(target), spec["rule"], number,
                                  spec.get("autapses", False), spec.get("multapses", False)))
        made.append(Projection(names.index(source), weight, distribution(spec["delay_ms"]), pairs))
    return made


def degree(spec, row, column, sizes, scale):
    """The number of the rule, scaled."""
    if spec["rule"] == "fixed_probability":
        return spec["probability"]
    if spec["rule"] == "fixed_in_degree":
        return rounded(spec["in_degree"] * scale)
    if spec["rule"] == "fixed_total_number":
        pre, post = sizes
        full = full_total(spec, row, column, pre, post)
        return full if scale == 1.0 else rounded(full / post * scale * rounded(post * scale))
    raise ValueError(f"rule {spec['rule']}: these scripts do not know it")


def trains(spec, names, scale):
    refuse_others(spec, INPUT_FIELDS, "input")
    if spec["kind"] != "poisson":
        raise ValueError(f"input of kind {spec['kind']}: these scripts know poisson")
    rate = spec["rate_hz"]
    steps = list(zip(rate["times_ms"], rate["rates_hz"])) if isinstance(rate, dict) else [(0.0, rate)]
    if scale != 1.0 and len(steps) > 1:
        raise ValueError("rates that change cannot be scaled")
    number = spec.get("in_degree", 1) * scale
    steps = [(since, hz * number) for since, hz in steps]
    weight = weight_of(spec) / math.sqrt(scale)
    return [Train(names.index(target), steps, weight, max(1, rounded(number))) for target in listed(spec["to"])]


def restore_means(network, model, names, scale):
    """Gives each cell the mean current that scaling takes away: (1 - sqrt(s)) of the full one."""
    specs = list(model["populations"].values())
    if any(spec["model"] != "lif_exp" for spec in specs):
        raise ValueError("these scripts scale networks of lif_exp only")

    def charge(target, weight):
        """What a spike brings, fC."""
        return weight * target.parameters["tau_syn_inh_ms" if weight < 0 else "tau_syn_exc_ms"]

    for spec in model["projections"]:
        if spec["rule"] != "fixed_total_number":
            raise ValueError("these scripts scale networks of fixed total numbers only")
        for column, source in enumerate(listed(spec["from"])):
            for row, name in enumerate(listed(spec["to"])):
                target = network.populations[names.index(name)]
                pre, post = model["populations"][source]["cells"], model["populations"][name]["cells"]
                in_degree = full_total(spec, row, column, pre, post) / post
                rate = model["populations"][source]["mean_rate_hz"]
                weight = mean(distribution(weight_of(spec)))
                target.current_pa += 1e-3 * (1 - math.sqrt(scale)) * charge(target, weight) * in_degree * rate
    for spec in model.get("inputs", []):
        for name in listed(spec["to"]):
            target = network.populations[names.index(name)]
            rate = spec["rate_hz"] * spec.get("in_degree", 1)
            target.current_pa += 1e-3 * (1 - math.sqrt(scale)) * charge(target, weight_of(spec)) * rate
