#!/usr/bin/env python3
"""Draws what the shipped networks with synapses that follow spikes come to, of recordings of them; see docs/plasticity.md.

`python3 benches/plastic_networks.py SONG.h5 VOGELS.h5 DOPAMINE.h5 -o PICTURE.png`
"""

import argparse
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

WEIGHTS = "neuropil/learning/weights"


def competition(axes, file):
    """Weights of Song, Miller & Abbott 2000 at the start, on the way and at the end."""
    weights, times = file[f"{WEIGHTS}/plastic/weight"], file[f"{WEIGHTS}/plastic/time_ms"][:] / 1000
    for at in (len(times) // 10, len(times) - 1):
        axes.hist(weights[at] / 0.15, bins=20, range=(0, 1), histtype="step", label=f"{times[at]:.0f} s")
    axes.set(xlabel="weight / g_max", ylabel="synapses", title="Song et al. 2000")
    axes.legend(frameon=False)


def balance(axes, file):
    """Rate of excitatory cells of Vogels et al. 2011 over time."""
    times = file["spikes/exc/timestamps"][:] / 1000
    cells, end = file["neuropil/populations/exc"].attrs.get("cells", 8000), file[f"{WEIGHTS}/balance/time_ms"][-1] / 1000
    counts, edges = np.histogram(times, bins=np.arange(0, end + 0.1, 0.1))
    axes.semilogy(edges[1:], counts / cells / 0.1)
    axes.axhline(5, color="grey", linewidth=0.8)
    axes.set(xlabel="time (s)", ylabel="rate of excitatory cells (Hz)", title="Vogels et al. 2011")


def teaching(axes, file):
    """How far the weights of each cell have come, by its distance from the cells that release dopamine."""
    places = file["neuropil/populations/spiny/positions_um"][:, 0]
    targets = file["neuropil/weights/taught/target_node_ids"][:]
    change = file[f"{WEIGHTS}/taught/weight"][-1] - file[f"{WEIGHTS}/taught/weight"][0]
    by_cell = np.bincount(targets, change) / np.bincount(targets)
    axes.plot(places, by_cell, ".")
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.axvspan(0, 30, color="tab:orange", alpha=0.15, linewidth=0)
    axes.set(xlabel="place of the cell (um)", ylabel="change of its weights (pA)", title="dopamine that diffuses")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", nargs=3, type=Path, metavar="RECORDING")
    parser.add_argument("-o", "--output", type=Path, required=True)
    own = parser.parse_args()
    figure, all_axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    for draw, axes, path in zip((competition, balance, teaching), all_axes, own.recordings, strict=True):
        with h5py.File(path) as file:
            draw(axes, file)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(own.output, dpi=110)


if __name__ == "__main__":
    main()
