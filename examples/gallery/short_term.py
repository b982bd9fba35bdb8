"""What do facilitation and depression make of a train of spikes?

Ten spikes at 20 Hz, and one half a second later, reach a cell through a depressing, a facilitating and a static synapse.
[Tsodyks1998], [Tsodyks2000]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

TRAIN_MS = [*np.arange(50, 550, 50), 1000]
SYNAPSES = {
    "static": None,
    "depressing: u 0.5, recovery 800 ms": npl.ShortTerm(u=0.5, tau_rec_ms=800, tau_fac_ms=0),
    "facilitating: u 0.05, recovery 100 ms, facilitation 1000 ms": npl.ShortTerm(u=0.05, tau_rec_ms=100, tau_fac_ms=1000),
}

net = npl.Network(dt_ms=0.1, seed=1)
source = net.population("source", 1, npl.SpikeTrain({"times_ms": TRAIN_MS, "cells": [0] * len(TRAIN_MS)}))
cells = net.population("cells", len(SYNAPSES), npl.LifExp(tau_m_ms=15, v_th_mv=0))
for place, synapse in enumerate(SYNAPSES.values()):
    net.connect(source, cells[place : place + 1], npl.AllToAll(), weight_pa=200, delay_ms=1, synapse=synapse)
state = net.run(1200, record=npl.State(cells, "v_m_mv", every_ms=0.5)).states[cells, "v_m_mv"]

plt.style.use("tableau-colorblind10")
figure, rows = plt.subplots(len(SYNAPSES), 1, figsize=(6.4, 4.6), sharex=True, layout="constrained")
for place, (axes, name) in enumerate(zip(rows, SYNAPSES, strict=True)):
    above_mv = state.values[:, place] + 70
    axes.plot(state.times_ms, above_mv, color=f"C{place}")
    axes.plot(TRAIN_MS, np.full(len(TRAIN_MS), -0.15 * above_mv.max()), "|", color="0.3", ms=6)
    axes.set_title(name, fontsize=9, loc="left")
    axes.set_ylim(-0.3 * above_mv.max())
figure.supylabel("potential above rest (mV)", fontsize=10)
rows[-1].set_xlabel("time (ms); bars are spikes that are sent")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

static, depressing, facilitating = (state.values[:, place] + 70 for place in range(3))
first, tenth = (slice(100, 200), slice(1000, 1100))
assert depressing[tenth].max() < depressing[first].max() and facilitating[tenth].max() > 3 * facilitating[first].max()
