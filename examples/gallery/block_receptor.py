"""What does blocking Npy1r change?

A slab of cortex, a tenth of the cells, with 17 peptides. The same seed runs as it is, with the receptor of neuropeptide Y in the pyramidal
cells of layer 2/3 blocked after one second, and with it held open: what is heard there, and what could be. Until then all three are one
network, spike for spike. [Smith2019]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

MODELS = Path(__file__).parents[2] / "models"
# `python block_receptor.py short` is what the checks of the project run.
SEEDS, END_MS, LOWERED_HZ = (range(1, 3), 1400, 2.5) if "short" in sys.argv else (range(1, 9), 6000, 4.5)
CELL_TYPE, RECEPTOR, BLOCK_MS = "Pyr_L23", "Npy1r", 1000


def slab(seed):
    model = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json").to_dict()
    del model["record"], model["peptides"]
    model["simulation"]["seed"] = seed
    net = npl.Network.from_json(model)
    for name in net.populations:
        net.set(f"populations.{name}.cells", net[name].size // 10)
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[16, 16, 40], spacing_um=[25, 25, 25], step_ms=10)
    return net


EDITS = {"blocked": npl.BlockedReceptor, "held open": npl.OpenReceptor}
changes_hz = {name: [] for name in EDITS}
for seed in SEEDS:
    control = slab(seed).run(END_MS)
    for name, edit in EDITS.items():
        edited = slab(seed)
        edited.intervene(edit(CELL_TYPE, RECEPTOR, at_ms=BLOCK_MS))
        drug = edited.run(END_MS)
        assert drug.rates_hz(0, BLOCK_MS) == control.rates_hz(0, BLOCK_MS), "before the drug both are one network"
        with_it, without = (np.array(list(run.rates_hz(BLOCK_MS, END_MS).values())) for run in (drug, control))
        changes_hz[name].append(with_it - without)

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
axes.axhline(0, color="0.7", lw=1)
places, mean_hz = np.arange(len(control.spikes)), {}
for color, (name, own) in enumerate(changes_hz.items()):
    mean_hz[name], error = np.mean(own, axis=0), np.std(own, axis=0, ddof=1) / np.sqrt(len(SEEDS))
    axes.errorbar(places + 0.2 * color - 0.1, mean_hz[name], error, fmt="o", ms=5, capsize=3, color=f"C{color}", label=name)
axes.set_xticks(places, control.spikes, rotation=30)
axes.set_ylabel("rate with the drug, less without (Hz)")
axes.legend(frameon=False, title=f"{RECEPTOR} of {CELL_TYPE}: mean and standard\nerror of {len(SEEDS)} seeds, {(END_MS - BLOCK_MS) / 1000:g} s")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
blocked_hz, others_hz = np.array(changes_hz["blocked"]), mean_hz["held open"][1:]
assert np.any(blocked_hz != 0) and np.all(np.abs(mean_hz["blocked"]) < 0.1), "no more than the seeds differ"
assert np.all(np.abs(mean_hz["blocked"]) <= 2 * np.std(blocked_hz, axis=0, ddof=1) / np.sqrt(len(SEEDS)))
assert mean_hz["held open"][0] < -LOWERED_HZ and -0.8 < others_hz.mean() < -0.2
