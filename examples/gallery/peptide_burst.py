"""How long does a burst of spikes stay in the tissue?

Twenty cells fire ten spikes each in a tenth of a second, and release VIP. Farther away the peptide comes later, is less, and lasts longer:
it is greatest after r^2 / 6 D*. [Nicholson1981], [Crank1975]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

PEPTIDES = Path(__file__).parents[2] / "models" / "peptides" / "cortex.json"
CENTRE_UM, SPACING_UM, VOXELS, BURST_MS, END_MS = 198.0, 12, 33, 1000, 21_000
DIFFUSIVITY = 0.218 / 1.7**2  # D* of VIP in tissue, um^2/ms
AWAY_UM = [0, 24, 36, 48, 60]

net = npl.Network(dt_ms=1, seed=1)
times_ms = np.repeat(BURST_MS + 10 * np.arange(10), 20)
burst = npl.SpikeTrain({"times_ms": times_ms, "cells": np.tile(np.arange(20), 10)})
net.population("vip", 20, burst, cell_type="Vip", positions=npl.Points([[CENTRE_UM] * 3] * 20))
# From one place, and not along dendrites, so that distances are sharp.
net.peptides(PEPTIDES, shape_voxels=[VOXELS] * 3, spacing_um=[SPACING_UM] * 3, step_ms=50, release_sd_um=0)
rec = net.run(END_MS, record=npl.Field("VIP", slice=("y", CENTRE_UM), every_ms=100))
field = rec.fields["slice.VIP"]

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
since_s = (field.times_ms - BURST_MS) / 1000
for away_um in AWAY_UM:
    here_nm = field.values[:, VOXELS // 2 + away_um // SPACING_UM, VOXELS // 2]
    peak_s, expected_s = since_s[here_nm.argmax()], away_um**2 / (6 * DIFFUSIVITY) / 1000
    label = f"{away_um} um away: most after {peak_s:.1f} s, r²/6D* {expected_s:.1f} s"
    axes.semilogy(since_s, np.maximum(here_nm, 1e-12), label=label)
    assert abs(peak_s - expected_s) < 0.3 + 0.1 * expected_s, (away_um, peak_s, expected_s)
axes.set(xlabel="time since the burst (s)", ylabel="VIP (nM)", xlim=(-1, None), ylim=(1e-2, 1e2))
axes.legend(frameon=False, fontsize=8)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
assert field.values[since_s <= 0].max() == 0
