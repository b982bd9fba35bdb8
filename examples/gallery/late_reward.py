"""How late may a reward come?

A pair of spikes makes a synapse eligible. Dopamine comes 0 to 5 s later, one spike of it, and finds what is left. [Izhikevich2007]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

LATE_MS, PAIR_MS, APART_MS, DELAY_MS = np.arange(0, 5001, 250), 500, 10, 1
TAU_MS, TAU_C_MS, TAU_N_MS = 20, 1000, 200

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for color, apart_ms in enumerate((APART_MS, -APART_MS)):
    net = npl.Network(dt_ms=1, seed=1)
    pre = net.population("pre", 1, npl.SpikeTrain({"times_ms": [PAIR_MS], "cells": [0]}))
    teacher = net.population("teacher", 1, npl.SpikeTrain({"times_ms": [PAIR_MS + apart_ms - 2 * DELAY_MS], "cells": [0]}))
    # A receiving cell for each time of dopamine, so that one run has them all.
    post = net.population("post", len(LATE_MS), npl.LifDelta())
    reward = net.population(
        "reward", len(LATE_MS), npl.SpikeTrain({"times_ms": PAIR_MS + 20 + LATE_MS, "cells": np.arange(len(LATE_MS))})
    )
    net.connect(teacher, post, npl.AllToAll(), weight_mv=100, delay_ms=DELAY_MS)
    for place in range(len(LATE_MS)):
        heard = npl.SpikesOf(reward[place : place + 1], delay_ms=1)
        rule = npl.StdpDopamine(heard, a_plus=1, a_minus=1, tau_plus_ms=TAU_MS, tau_minus_ms=TAU_MS, w_max=10)
        net.connect(pre, post[place : place + 1], npl.AllToAll(), weight_mv=1, delay_ms=DELAY_MS, synapse=rule, name=f"to {place}")
    rec = net.run(12_000, record=npl.Weights())
    change = np.array([rec.weights[f"to {place}"]["weights"][0] - 1 for place in range(len(LATE_MS))])
    name = "presynaptic spike 10 ms first" if apart_ms > 0 else "presynaptic spike 10 ms last"
    axes.plot(LATE_MS / 1000, change, "o", ms=4, color=f"C{color}", label=name)
    # What is left of the eligibility, times the area of dopamine while it lasts.
    wait_ms = PAIR_MS + 20 + 1 + LATE_MS - max(PAIR_MS, PAIR_MS + apart_ms)
    tau_ms = 1 / (1 / TAU_C_MS + 1 / TAU_N_MS)
    exact = np.sign(apart_ms) * np.exp(-APART_MS / TAU_MS) * np.exp(-wait_ms / TAU_C_MS) * tau_ms / TAU_N_MS
    axes.plot(LATE_MS / 1000, exact, color=f"C{color}", lw=1)
    assert np.allclose(change, exact, rtol=1e-3, atol=2e-4), (change, exact)
axes.axhline(0, color="0.7", lw=1)
axes.set(xlabel="dopamine after the pair (s)", ylabel="change of the weight (mV, of 1 mV)")
axes.legend(frameon=False, title="lines: the equations solved")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
