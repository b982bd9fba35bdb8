"""How does one spike arrive at a cell?

One spike reaches cells of four models: a jump of the potential, an exponential current, an alpha-shaped one, and a conductance.
Weights are such that all potentials peak at 1 mV. [Rotter1999]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl

CELLS = Path(__file__).parents[2] / "models" / "cells"
SPIKE_MS, DELAY_MS = 5, 1
MODELS = {
    "jump of the potential": (npl.LifDelta(tau_m_ms=15), "mV"),
    "exponential current, 2 ms": (npl.LifExp(tau_m_ms=15), "pA"),
    "alpha current, 2 ms": (npl.LifAlpha(tau_m_ms=15), "pA"),
    "exponential conductance, 5 ms": (npl.LifCondExp(tau_syn_exc_ms=5), "nS"),
}


def potential(model, weight, unit):
    """Times in ms, and the potential above rest in mV."""
    net = npl.Network(dt_ms=0.05, seed=1)
    source = net.population("source", 1, npl.SpikeTrain({"times_ms": [SPIKE_MS], "cells": [0]}))
    cell = net.population("cell", 1, model)
    net.connect(source, cell, npl.AllToAll(), delay_ms=DELAY_MS, **{f"weight_{unit.lower()}": weight})
    state = net.run(60, record=npl.State(cell, "v_m_mv", every_ms=0.05)).states[cell, "v_m_mv"]
    return state.times_ms, state.values[:, 0] - state.values[0, 0]


plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for name, (model, unit) in MODELS.items():
    weight = 1.0
    # A potential is nearly proportional to the weight: exactly so for currents.
    for _ in range(3):
        times_ms, above_mv = potential(model, weight, unit)
        weight /= above_mv.max()
    assert abs(above_mv.max() - 1) < 1e-3, name
    axes.plot(times_ms, above_mv, label=f"{name}: {weight:.3g} {unit}")
axes.axvline(SPIKE_MS, color="0.7", lw=1)
axes.text(SPIKE_MS - 0.5, 0.95, "spike leaves", rotation=90, ha="right", va="top", color="0.4")
axes.set(xlabel="time (ms)", ylabel="potential above rest (mV)", ylim=(-0.02, 1.05), xlim=(0, 60))
axes.legend(frameon=False, title="what arrives: weight for 1 mV")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
