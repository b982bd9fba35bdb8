"""How does a weight change with the time between two spikes?

Sixty pairs of spikes, one a second. Each of 80 synapses sees another time between the two: the window that experiments measure.
[Song2000], after Bi & Poo 1998
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

PAIRS, DELAY_MS, TAU_MS, RATE, ALPHA = 60, 1, 20, 0.002, 1.05
apart_ms = np.concatenate([np.arange(-80, 0, 2), np.arange(2, 82, 2)])


def trains(shift_ms):
    """A cell a synapse, each with 60 spikes, shifted."""
    times_ms = 1000 * np.arange(1, PAIRS + 1)[:, None] + shift_ms
    order = np.argsort(times_ms, axis=None, kind="stable")
    cells = np.tile(np.arange(len(apart_ms)), PAIRS)
    return npl.SpikeTrain({"times_ms": times_ms.ravel()[order], "cells": cells[order]})


net = npl.Network(dt_ms=1, seed=1)
pre = net.population("pre", len(apart_ms), trains(np.zeros(len(apart_ms))))
# A strong synapse makes the receiving cell fire a delay later; its spike is at the other synapse after one more.
teacher = net.population("teacher", len(apart_ms), trains(apart_ms - 2 * DELAY_MS))
post = net.population("post", len(apart_ms), npl.LifDelta())
net.connect(teacher, post, npl.OneToOne(), weight_mv=100, delay_ms=DELAY_MS)
rule = npl.Stdp(learning_rate=RATE, alpha=ALPHA, mu_plus=0, mu_minus=0, w_max=1)
net.connect(pre, post, npl.OneToOne(), weight_mv=0.5, delay_ms=DELAY_MS, synapse=rule, name="plastic")
weights = net.run(1000 * (PAIRS + 1), record=npl.Weights("plastic")).weights["plastic"]
change = np.empty(len(apart_ms))
change[weights["targets"].astype(int)] = weights["weights"] / weights["initial_weights"] - 1

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
axes.axhline(0, color="0.7", lw=1)
axes.axvline(0, color="0.7", lw=1)
axes.plot(apart_ms, 100 * change, ".", label="60 pairs, one a second")
axes.set(xlabel="postsynaptic minus presynaptic spike, at the synapse (ms)", ylabel="change of the weight (%)")
axes.legend(frameon=False)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

# Pairs are far apart: each adds RATE exp(-t / tau), or takes ALPHA times as much.
exact = PAIRS * RATE * np.where(apart_ms > 0, 1, -ALPHA) * np.exp(-np.abs(apart_ms) / TAU_MS) / 0.5
assert np.allclose(change, exact, rtol=1e-6)
