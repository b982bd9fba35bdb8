#!/usr/bin/env python3
"""Draws how one rewarded synapse grows among all others, of a recording of izhikevich_2007.json; see docs/plasticity.md.

`python3 benches/distal_reward.py RECORDING.h5 -o PICTURE.png`
"""

import argparse
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

WEIGHTS = "neuropil/learning/weights"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    own = parser.parse_args()
    with h5py.File(own.recording) as file:
        minutes = file[f"{WEIGHTS}/chosen/time_ms"][:] / 60000
        chosen = file[f"{WEIGHTS}/chosen/weight"][:, 0]
        others = file[f"{WEIGHTS}/others/weight"][:]
        rewards = file["spikes/detector/timestamps"][:] / 60000
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(minutes, chosen, label="the rewarded synapse")
    left.plot(minutes, others.mean(axis=1), label="mean of all others")
    left.eventplot(rewards, lineoffsets=4.35, linelengths=0.25, linewidths=0.4, colors="grey")
    left.set(xlabel="time (min)", ylabel="weight", title="rewards (grey) come 2 s after their cause")
    left.legend(frameon=False, loc="center right")
    right.hist(others[-1], bins=40, range=(0, 4), log=True, color="tab:orange")
    right.axvline(chosen[-1], color="tab:blue")
    above = 100 * np.mean(others[-1] >= chosen[-1])
    right.set(xlabel=f"weight after {minutes[-1]:.0f} min", ylabel="synapses", title=f"{above:.1f} % of the others are as strong")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(own.output, dpi=110)


if __name__ == "__main__":
    main()
