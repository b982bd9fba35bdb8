"""Does it matter how fast pairs of spikes repeat?

Experiments see that the same pairs, 10 ms apart, do nothing at 0.1 Hz and much at 50 Hz. A rule of pairs cannot say that, a rule of
triplets can. [Pfister2006]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

# `python stdp_rate.py short` is what the checks of the project run.
RATES_HZ = [0.1, 50] if "short" in sys.argv else [0.1, 5, 10, 20, 40, 50]
PAIRS, APART_MS, DELAY_MS, START = 60, 10, 1, 1.0
RULES = {
    "pairs": npl.StdpTriplet(a_plus=0.0046, a_plus_triplet=0, a_minus=0.003, a_minus_triplet=0, w_max=3),
    # The defaults are the constants that the paper fits to visual cortex.
    "triplets": npl.StdpTriplet(w_max=3),
}


def change(rule, apart_ms, rate_hz):
    """The relative change of a weight by 60 pairs."""
    first_ms = 1000 + np.round(np.arange(PAIRS) * 1000 / rate_hz)
    net = npl.Network(dt_ms=1, seed=1)
    pre = net.population("pre", 1, npl.SpikeTrain({"times_ms": first_ms, "cells": [0] * PAIRS}))
    teacher = net.population("teacher", 1, npl.SpikeTrain({"times_ms": first_ms + apart_ms - 2 * DELAY_MS, "cells": [0] * PAIRS}))
    post = net.population("post", 1, npl.LifDelta())
    net.connect(teacher, post, npl.AllToAll(), weight_mv=100, delay_ms=DELAY_MS)
    net.connect(pre, post, npl.AllToAll(), weight_mv=START, delay_ms=DELAY_MS, synapse=rule, name="plastic")
    rec = net.run(float(first_ms[-1]) + 100, record=npl.Weights("plastic"))
    return rec.weights["plastic"]["weights"][0] / START - 1


plt.style.use("tableau-colorblind10")
figure, columns = plt.subplots(1, 2, figsize=(7, 3.2), sharey=True, layout="constrained")
found = {}
for axes, (name, rule) in zip(columns, RULES.items(), strict=True):
    for apart_ms in (APART_MS, -APART_MS):
        found[name, apart_ms] = [100 * change(rule, apart_ms, rate_hz) for rate_hz in RATES_HZ]
        label = f"presynaptic spike {'first' if apart_ms > 0 else 'last'}"
        axes.plot(RATES_HZ, found[name, apart_ms], "o-", ms=4, label=label)
    axes.axhline(0, color="0.7", lw=1)
    axes.set_title(name, fontsize=9)
    axes.set_xlabel("pairs a second (Hz)")
columns[0].set_ylabel("change of the weight by 60 pairs (%)")
columns[0].legend(frameon=False, fontsize=8)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

first, last = found["triplets", APART_MS], found["triplets", -APART_MS]
assert abs(first[0]) < 1 < 20 < first[-1] and last[0] < -10 < 0 < last[-1]
assert found["pairs", APART_MS][0] > found["pairs", APART_MS][-1]
