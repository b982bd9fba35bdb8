"""How fast does a cell fire for a given current?

Sixty cells at once, each with another constant current: the leaky integrate-and-fire cell beside its exact curve, and the
pyramidal cell of Izhikevich's book, whose intervals grow longer. [Izhikevich2003]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

CELLS = Path(__file__).parents[2] / "models" / "cells"
CELL_COUNT, SECONDS, DT_MS = 60, 1.0, 0.05
LIF = {"c_m_pf": 250, "tau_m_ms": 20, "e_l_mv": -70, "v_th_mv": -50, "v_reset_mv": -60, "t_ref_ms": 2}
# From the potential after a spike on, so that all intervals are alike.
INITIAL = {"v_m_mv": LIF["v_reset_mv"]}


def rates_hz(model, currents_pa):
    net = npl.Network(dt_ms=DT_MS, seed=1)
    cells = net.population("cells", len(currents_pa), model)
    for cell, current_pa in enumerate(currents_pa):
        net.input(npl.StepCurrent(amplitude_pa=float(current_pa)), to=cells[cell : cell + 1])
    _, ids = net.run(1000 * SECONDS).spikes[cells]
    return np.bincount(ids.astype(int), minlength=len(currents_pa)) / SECONDS


def exact_lif_hz(current_pa):
    """1 / (t_ref + tau ln((V_inf - V_reset) / (V_inf - V_th))), with V_inf = E_L + I tau / C."""
    v_inf = LIF["e_l_mv"] + current_pa * LIF["tau_m_ms"] / LIF["c_m_pf"]
    rates = np.zeros(len(current_pa))
    fires = v_inf > LIF["v_th_mv"]
    ratio = (v_inf[fires] - LIF["v_reset_mv"]) / (v_inf[fires] - LIF["v_th_mv"])
    rates[fires] = 1e3 / (LIF["t_ref_ms"] + LIF["tau_m_ms"] * np.log(ratio))
    return rates


currents_pa = np.linspace(100, 1000, CELL_COUNT)
lif_hz = rates_hz(npl.LifExp(**LIF, initial=INITIAL), currents_pa)
pyramidal_hz = rates_hz(npl.Cell(CELLS / "izhikevich_2007.nestml"), currents_pa)

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
axes.plot(currents_pa, exact_lif_hz(currents_pa), color="0.6", lw=4, label="LIF, exact")
axes.plot(currents_pa, lif_hz, ".", ms=4, label="LIF, run")
axes.plot(currents_pa, pyramidal_hz, ".", ms=4, label="Izhikevich's pyramidal cell, run")
axes.set(xlabel="current (pA)", ylabel="rate over the first second (Hz)")
axes.legend(frameon=False)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

# A run counts whole spikes, and each is at a whole step: up to a step late.
late_hz = exact_lif_hz(currents_pa) ** 2 * DT_MS * 1e-3
assert np.all(np.abs(lif_hz - exact_lif_hz(currents_pa)) <= 1 + late_hz)
