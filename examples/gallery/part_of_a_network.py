"""May I run a part of a network in place of the whole?

The cortical microcircuit of 77,000 cells, with a twentieth, a tenth and a fifth of its cells. Inputs are scaled so that the mean and the
variance of what a cell receives stay: rates by population stay near the published ones. [Potjans2014], [VanAlbada2015]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

MODEL = Path(__file__).parents[2] / "models" / "networks" / "potjans_diesmann_2014.json"
# `python part_of_a_network.py short` is what the checks of the project run.
SCALES, END_MS = ([0.05], 600) if "short" in sys.argv else ([0.05, 0.1, 0.2], 2000)
# How far a rate may be from the published one, by scale.
WITHIN_HZ = {0.05: 2.7, 0.1: 1.0, 0.2: 0.5}
PUBLISHED_HZ = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])

net = npl.Network.from_json(MODEL)
plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
places = np.arange(len(PUBLISHED_HZ))
axes.bar(places, PUBLISHED_HZ, 0.8, color="0.85", label="published, whole network")
for scale in SCALES:
    rec = net.run(END_MS, scale=scale)
    rates_hz = dict(list(rec.rates_hz(300).items())[: len(PUBLISHED_HZ)])
    cells = sum(own["size"] for own in rec.populations.values())
    axes.plot(places, list(rates_hz.values()), "o", ms=5, label=f"{scale:g} of it, {cells:,} cells")
    assert np.all(np.abs(np.array(list(rates_hz.values())) - PUBLISHED_HZ) < WITHIN_HZ[scale])
axes.set_xticks(places, list(rates_hz))
axes.set(xlabel="population", ylabel="rate (Hz)")
axes.legend(frameon=False, fontsize=8)
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
