"""How small must the time step be?

A hundred cells with frozen inputs, at steps from 1 ms down: how late is their first spike, beside 0.005 ms? The potential is exact
at any step, but arrivals and spikes are moved to whole steps. [Rotter1999]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

STEPS_MS, FINEST_MS, CELLS, END_MS = [1, 0.5, 0.2, 0.1, 0.05, 0.02], 0.005, 100, 300

# Every step divides 1 ms, and inputs are at whole ms: the same for all.
rng = np.random.default_rng(1)
times_ms, sources = np.nonzero(rng.random((END_MS, 200)) < 0.08)
train = npl.SpikeTrain({"times_ms": times_ms + 1, "cells": sources})


def spikes(dt_ms):
    net = npl.Network(dt_ms=dt_ms, seed=1)
    inputs, cells = net.population("inputs", 200, train), net.population("cells", CELLS, npl.LifExp(tau_m_ms=20))
    pairs = np.random.default_rng(2).random((CELLS, 200)) < 0.5
    post, pre = np.nonzero(pairs)
    net.connect(inputs, cells, npl.Listed(pre, post), weight_pa=40, delay_ms=1)
    rec = net.run(END_MS)
    times_ms, ids = rec.spikes[cells]
    return [times_ms[ids == cell] for cell in range(CELLS)]


finest = spikes(FINEST_MS)
late_ms = {}
for dt_ms in STEPS_MS:
    pairs = [(own, best) for own, best in zip(spikes(dt_ms), finest, strict=True) if len(own) and len(best)]
    late_ms[dt_ms] = np.array([own[0] - best[0] for own, best in pairs])
plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
axes.loglog(STEPS_MS, [own.mean() for own in late_ms.values()], "o-", label=f"mean of {CELLS} cells")
axes.loglog(STEPS_MS, [own.max() for own in late_ms.values()], "o-", label="the latest cell")
axes.loglog(STEPS_MS, np.array(STEPS_MS) / 2, color="0.6", lw=1, label="half a step")
axes.set(xlabel="time step (ms)", ylabel="first spike is late by (ms)")
axes.legend(frameon=False)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
assert all(own.mean() <= dt_ms for dt_ms, own in late_ms.items())
