"""Whether programs agree: differences of means beside the spread from seed to seed."""

import math

import numpy as np
from scipy import stats

# Chance of a false alarm in all comparisons of one network together.
FALSE_ALARM = 0.01


def compare(samples, reference):
    """Compares programs with `reference`: `samples[program][quantity]` are numbers, one a seed.

    For each quantity the variance between seeds is pooled over the programs. Returns one entry a comparison: the means, the
    spread, the difference in units of its standard error, the limit (Student's t, Bonferroni) and whether it is within.
    """
    others = [program for program in samples if program != reference]
    quantities = list(samples[reference])
    limit_chance = FALSE_ALARM / max(1, len(others) * len(quantities))
    found = []
    for quantity in quantities:
        groups = {program: np.asarray(own[quantity], float) for program, own in samples.items()}
        freedom = sum(len(own) - 1 for own in groups.values())
        if freedom < 1:
            raise ValueError("one run of each program tells no spread from seed to seed")
        spread = math.sqrt(sum(np.sum((own - own.mean()) ** 2) for own in groups.values()) / freedom)
        limit = float(stats.t.ppf(1 - limit_chance / 2, freedom))
        for program in others:
            own, theirs = groups[reference], groups[program]
            error = spread * math.sqrt(1 / len(own) + 1 / len(theirs))
            difference = float(own.mean() - theirs.mean())
            z = difference / error if error else math.copysign(math.inf, difference) if difference else 0.0
            found.append({"quantity": quantity, "programs": [reference, program],
                          "means": [float(own.mean()), float(theirs.mean())], "spread": spread, "errors": z, "limit": limit,
                          "agrees": abs(z) <= limit})
    return found


def ill(figures):
    """Why the network of a run is not alive, or an empty text."""
    silent = [name for name, rate in figures["rates_hz"].items() if rate <= 0]
    # Programs that tell no times are covered by their rates.
    late = figures.get("last_tenth_hz", {})
    if silent:
        return f"no spikes of {', '.join(silent)}"
    if late and not any(late.values()):
        return "no spikes in the last tenth of the window"
    return ""


def other_size(figures, network):
    """How the network of a run differs in size from the one asked for, or an empty text."""
    if figures["cells"] != network.cells:
        return f"{figures['cells']} cells instead of {network.cells}"
    mean, deviation = network.expected_synapses()
    if abs(figures["synapses"] - mean) > 5 * deviation:
        return f"{figures['synapses']} synapses instead of {mean:.0f} +- {deviation:.0f}"
    return ""
