"""How far does a peptide reach?

Ten cells at one place fire at 50 Hz for four seconds. What they release spreads, and is lost on the way: the faster the loss, the
shorter the reach, sqrt(D*/k). [Nicholson1981], [Crank1975]
"""

import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

CENTRE_UM, SPACING_UM, VOXELS, END_MS = 102.0, 4, 51, 4000
DIFFUSIVITY = 0.29 / 1.7**2  # D* of tissue, um^2/ms: of the free peptide, over the square of the tortuosity
LOSSES_PER_MS = [5e-4, 1e-3, 4e-3]


def profile_nm(loss_per_ms, folder):
    """Concentrations along a line away from the cells."""
    somatostatin = {"name": "SST-14", "diffusivity_free_um2_per_ms": 0.29, "tortuosity": 1.7, "loss_per_ms": loss_per_ms}
    released = {"species": "SST-14", "molecules_per_vesicle": 5000}
    file = {"species": [somatostatin], "receptors": [], "cell_types": [{"name": "Sst", "releases": [released]}]}
    peptides = Path(folder) / "reach.json"
    peptides.write_text(json.dumps({"tissue": {"volume_fraction": 0.2}, **file}))
    net = npl.Network(dt_ms=1, seed=1)
    places = npl.Points([[CENTRE_UM] * 3] * 10)
    net.population("sst", 10, npl.RegularSource(period_ms=20, first_ms=20), cell_type="Sst", positions=places)
    net.peptides(peptides, shape_voxels=[VOXELS] * 3, spacing_um=[SPACING_UM] * 3, step_ms=20, release_sd_um=0)
    rec = net.run(END_MS, record=npl.Field("SST-14", slice=("y", CENTRE_UM), every_ms=END_MS))
    return rec.fields["slice.SST-14"].values[-1][VOXELS // 2 :, VOXELS // 2]


plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
distances_um = SPACING_UM * np.arange(VOXELS - VOXELS // 2)
near = slice(3, 12)
for color, loss_per_ms in enumerate(LOSSES_PER_MS):
    with tempfile.TemporaryDirectory() as folder:
        found_nm = profile_nm(loss_per_ms, folder)
    reach_um = np.sqrt(DIFFUSIVITY / loss_per_ms)
    label = f"loss {loss_per_ms:g}/ms: reach {reach_um:.1f} um"
    axes.semilogy(distances_um[1:], found_nm[1:], "o", ms=4, color=f"C{color}", label=label)
    # A steady source in unbounded tissue: c = A exp(-r / reach) / r, through the third voxel.
    steady_nm = np.exp(-distances_um[1:] / reach_um) / distances_um[1:]
    axes.semilogy(distances_um[1:], steady_nm * found_nm[3] / steady_nm[2], color=f"C{color}", lw=1)
    slope = np.polyfit(distances_um[near], np.log(found_nm[near] * distances_um[near]), 1)[0]
    assert abs(-1 / slope / reach_um - 1) < 0.15, (loss_per_ms, -1 / slope, reach_um)
axes.set(xlabel="distance from the cells (um)", ylabel="SST-14 after 4 s (nM)")
axes.legend(frameon=False, title="lines: steady state without walls")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
