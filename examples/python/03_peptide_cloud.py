"""How far does a peptide get? Ten cells fire, somatostatin spreads from them and is lost on the way."""

import json
from pathlib import Path

import neuropil as npl
import numpy as np

CENTRE_UM = 102.0
LOSS_PER_MS, DIFFUSIVITY = 1e-3, 0.29 / 1.7**2  # D* of tissue, um^2/ms

# A file of peptides: one species, which one cell type releases. Nobody hears it.
peptides = {
    "tissue": {"volume_fraction": 0.2},
    "species": [
        {"name": "SST-14", "diffusivity_free_um2_per_ms": 0.29, "tortuosity": 1.7, "loss_per_ms": LOSS_PER_MS}
    ],
    "receptors": [],
    "cell_types": [{"name": "Sst", "releases": [{"species": "SST-14", "molecules_per_vesicle": 5000}]}],
}
Path("cloud.json").write_text(json.dumps(peptides))

# Ten cells in the middle of a cube fire at 50 Hz for four seconds.
net = npl.Network(dt_ms=1, seed=1)
net.population(
    "sst",
    10,
    npl.SpikeTrain({"times_ms": np.arange(20, 4000, 20).repeat(10), "cells": np.tile(np.arange(10), 199)}),
    cell_type="Sst",
    positions=npl.Points([[CENTRE_UM] * 3] * 10),
)
net.peptides("cloud.json", shape_voxels=[51] * 3, spacing_um=[4] * 3, step_ms=10, release_sd_um=0)
rec = net.run(4000, record=npl.Field("SST-14", slice=("y", CENTRE_UM), every_ms=1000))
rec.plot(peptides=True).save("peptide_cloud.png", force=True)

# A steady source in unbounded tissue: c(r) = A exp(-r / L) / r, with L = sqrt(D* / k).
plane = rec.fields["slice.SST-14"].values[-1]
voxels = np.arange(27, 36)
distances = 4 * (voxels + 0.5) - CENTRE_UM
slope = np.polyfit(distances, np.log(plane[voxels, 25] * distances), 1)[0]
length = np.sqrt(DIFFUSIVITY / LOSS_PER_MS)
print(f"falls off with a length of {-1 / slope:.1f} um; sqrt(D*/k) is {length:.1f} um")
assert abs(-1 / slope / length - 1) < 0.1
