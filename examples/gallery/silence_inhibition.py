"""What holds excitation back?

The balanced network of the first page; its inhibitory cells are silenced for 30 ms. Excitation runs away at once, and inhibition catches
it as soon as it is heard again. [Brunel2000]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

FROM_MS, UNTIL_MS, END_MS, BIN_MS = 500, 530, 800, 5

net = npl.Network(dt_ms=0.1, seed=7)
exc = net.population("exc", 800, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
inh = net.population("inh", 200, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=1.5)
net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
net.input(npl.PoissonInput(8, in_degree=100, weight_pa=130), to=[exc, inh])
net.intervene(npl.Silence(inh, at_ms=FROM_MS, until_ms=UNTIL_MS))
rec = net.run(END_MS)

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
edges_ms, shown = np.arange(300, END_MS + BIN_MS, BIN_MS), {}
for cells in (exc, inh):
    counts, _ = np.histogram(rec.spikes[cells][0], edges_ms)
    shown[cells.name] = counts / len(cells) / BIN_MS * 1000
    axes.stairs(shown[cells.name], edges_ms, label=f"{cells.name}, {len(cells)} cells", baseline=None)
axes.axvspan(FROM_MS, UNTIL_MS, color="0.9", zorder=0, label="inh is not heard")
axes.set(xlabel="time (ms)", ylabel=f"rate in bins of {BIN_MS} ms (Hz)", xlim=(300, END_MS))
axes.legend(frameon=False)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

before, during, after = (rec.rates_hz(*window)["exc"] for window in ((300, FROM_MS), (FROM_MS, UNTIL_MS), (600, END_MS)))
assert during > 5 * before and abs(after / before - 1) < 0.5
