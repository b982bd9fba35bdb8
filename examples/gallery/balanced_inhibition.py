"""How does inhibition learn to balance excitation?

Twenty cells with excitatory inputs of 0.6 to 2 times the usual strength, and inhibitory synapses that begin at nothing. The rule knows one
rate, 5 Hz: every cell that fires faster comes to it, by inhibition as strong as its excitation needs. [Vogels2011]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

# `python balanced_inhibition.py short` is what the checks of the project run.
SECONDS = 20 if "short" in sys.argv else 60
CELLS, TARGET_HZ, TAU_MS, BIN_S = 20, 5, 20, 2
strength = np.linspace(0.6, 2, CELLS)

net = npl.Network(dt_ms=0.5, seed=1)
exc = net.population("exc", 200, npl.PoissonSource(10), sign=1)
inh = net.population("inh", 50, npl.PoissonSource(20), sign=-1)
cells = net.population("cells", CELLS, npl.LifExp(tau_m_ms=20, tau_syn_exc_ms=5, tau_syn_inh_ms=10))
post, pre = (own.ravel() for own in np.mgrid[:CELLS, :200])
net.connect(exc, cells, npl.Listed(pre, post), weight_pa=20 * strength[post], delay_ms=1)
rule = npl.VogelsSprekeler(learning_rate=1, alpha=2 * TARGET_HZ * TAU_MS * 1e-3, tau_plus_ms=TAU_MS, tau_minus_ms=TAU_MS, w_max=500)
net.connect(inh, cells, npl.AllToAll(), weight_pa=-0.1, delay_ms=1, synapse=rule, name="balance")
rec = net.run(1000 * SECONDS, record=npl.Weights("balance"))

times_ms, ids = rec.spikes[cells]
bins_s = np.arange(0, SECONDS + BIN_S, BIN_S)
rates_hz = np.histogram2d(ids.astype(int), times_ms / 1000, [np.arange(CELLS + 1), bins_s])[0] / BIN_S
weights = rec.weights["balance"]
inhibition = np.bincount(weights["targets"].astype(int), -weights["weights"], CELLS) / 50

plt.style.use("tableau-colorblind10")
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.2), layout="constrained", width_ratios=[3, 2])
colours = plt.get_cmap("viridis")(np.linspace(0, 0.9, CELLS))
for cell in range(CELLS):
    left.plot(bins_s[:-1] + BIN_S / 2, rates_hz[cell], color=colours[cell], lw=0.8)
left.axhline(TARGET_HZ, color="0.4", ls=":", label=f"what the rule aims at, {TARGET_HZ} Hz")
left.set(xlabel="time (s)", ylabel=f"rate of each cell, in bins of {BIN_S} s (Hz)", ylim=0)
left.legend(frameon=False, fontsize=8)
right.scatter(20 * strength, inhibition, c=colours, s=14)
right.set(xlabel="excitatory weight (pA)", ylabel="mean inhibitory weight (pA)")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

assert abs(rates_hz[:, -3:].mean() / TARGET_HZ - 1) < 0.3
assert np.corrcoef(strength, inhibition)[0, 1] > 0.95
