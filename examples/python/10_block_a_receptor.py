"""What does a drug do that blocks one receptor of one cell type? A tenth of a cortical slab, compared seed by seed.

The same network runs twice with each seed: as it is, and with the receptor blocked from BLOCK_MS on. Before that the two
are the same spike for spike, so that every difference afterwards is the drug's. `python 10_block_a_receptor.py 10` takes
ten seeds; without a number it takes two.
"""

import sys
from pathlib import Path

import numpy as np

import neuropil as npl

MODELS = Path(__file__).parents[2] / "models"
CELL_TYPE, RECEPTOR = "Pyr_L23", "Cckbr"
BLOCK_MS, END_MS = 1000, 2500
SEEDS = range(1, 1 + (int(sys.argv[1]) if len(sys.argv) > 1 else 2))


def slab(seed):
    model = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json").to_dict()
    del model["record"], model["peptides"]
    model["simulation"]["seed"] = seed
    net = npl.Network.from_json(model)
    for name in net.populations:
        net.set(f"populations.{name}.cells", net[name].size // 10)
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[16, 16, 40], spacing_um=[25, 25, 25], step_ms=10)
    return net


def rates_hz(recording, from_ms, to_ms):
    return np.array(list(recording.rates_hz(from_ms=from_ms, to_ms=to_ms).values()))


changes = []
for seed in SEEDS:
    plain, blocked = slab(seed), slab(seed)
    blocked.intervene(npl.BlockedReceptor(CELL_TYPE, RECEPTOR, at_ms=BLOCK_MS))
    control, drug = plain.run(END_MS), blocked.run(END_MS)
    before = [[times_ms[times_ms <= BLOCK_MS] for times_ms, _ in run.spikes.values()] for run in (control, drug)]
    assert all(map(np.array_equal, *before)), "before the drug both are one network"
    changes.append(rates_hz(drug, BLOCK_MS, END_MS) - rates_hz(control, BLOCK_MS, END_MS))

mean = np.mean(changes, axis=0)
error = np.std(changes, axis=0, ddof=1) / np.sqrt(len(changes)) if len(changes) > 1 else np.full_like(mean, np.nan)
print(f"{RECEPTOR} of {CELL_TYPE} blocked at {BLOCK_MS} ms: change of rates until {END_MS} ms, {len(changes)} seeds")
for name, own, sem in zip(control.spikes, mean, error, strict=True):
    print(f"{name:<8} {own:+7.3f} Hz  (standard error {sem:.3f})")
# Spikes move everywhere, since all populations are coupled; the drug has an effect on the cells that have the receptor.
assert np.any(mean != 0)
