#!/usr/bin/env python3
"""Draws how pairing at several frequencies changes weights of `models/networks/clopath_2010.json`, of a recording; see docs/plasticity.md.

`python3 benches/pairing.py RECORDING.h5 -o PICTURE.png`
"""

import argparse
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

FREQUENCIES = (0.1, 10, 20, 40, 50)
# Runs of the experiment; the network has one of them.
RUNS = 15
# Sjoestroem, Turrigiano & Nelson 2001, as in the table of Pfister & Gerstner 2006: relative changes and their standard errors.
BEFORE = ((-0.04, 0.14, 0.29, 0.53, 0.56), (0.05, 0.10, 0.14, 0.11, 0.26))
BEHIND = ((-0.29, -0.41, -0.34, 0.56, 0.75), (0.08, 0.11, 0.10, 0.32, 0.19))


def changes(path):
    """Weights after all runs, over those of the start, of both orders."""
    with h5py.File(path) as file:
        group = file["neuropil/weights/pairs"]
        order = np.argsort(group["target_node_ids"][:])
        start, end = group["initial_weight"][:][order], group["weight"][:][order]
    return (1 + RUNS * (end - start) / start).reshape(2, -1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", type=Path, metavar="RECORDING")
    parser.add_argument("-o", "--output", type=Path, required=True)
    own = parser.parse_args()
    figure, axes = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
    looks = (("presynaptic spike 10 ms before", BEFORE, "tab:blue"), ("10 ms behind", BEHIND, "tab:red"))
    for found, (label, (mean, error), colour) in zip(changes(own.recording), looks, strict=True):
        axes.plot(FREQUENCIES, 100 * found, "o-", color=colour, label=f"{label}, model")
        axes.errorbar(FREQUENCIES, 100 * (1 + np.array(mean)), 100 * np.array(error), fmt="x", color=colour, capsize=3, alpha=0.6, label="experiment")
        print(label, " ".join(f"{value:.3f}" for value in found))
    axes.axhline(100, color="grey", linewidth=0.8)
    axes.set(xlabel="frequency of pairs (Hz)", ylabel="weight (% of the start)", title="Clopath et al. 2010, figure 2b")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(own.output, dpi=110)


if __name__ == "__main__":
    main()
