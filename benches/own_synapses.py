#!/usr/bin/env python3
"""Draws what the rule of docs/own-synapses.md does to a weight: the rule is taken from the page and run.

`python3 benches/own_synapses.py --program target/release/neuropil -o docs/own_synapses.png`

Every synapse has a sending and a receiving cell of its own. The receiving cell fires when it is told to, by a current
that no weight of the rule comes near. The script stops if a weight is not what the equations of the page say.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DT, END, START = 0.1, 300.0, 45.0
RATE, TAU, W_MAX = 0.01, 15.0, 90.0


def rule_of_the_page():
    """The text of the page's first block of NESTML."""
    return (ROOT / "docs/own-synapses.md").read_text().split("```nestml\n")[1].split("```")[0]


def weights(program, folder, synapse, sent, asked):
    """Weights at the end, and when cells fired: their inputs send at `sent`, and they are asked to fire at `asked`, ms."""

    def train(times):
        pairs = [(time, cell) for cell, own in enumerate(times) for time in np.atleast_1d(own)]
        return {"times_ms": [float(time) for time, _ in pairs], "cells": [cell for _, cell in pairs]}

    count = len(sent)
    each = {"rule": "one_to_one"}
    model = {
        "simulation": {"dt_ms": DT, "duration_ms": END, "seed": 1},
        "populations": {
            "input": {"cells": count, "model": "spike_train", "spikes": train(sent), "sign": "excitatory"},
            "trigger": {"cells": count, "model": "spike_train", "spikes": train(asked), "sign": "excitatory"},
            "exc": {"cells": count, "model": "lif_exp", "t_ref_ms": 200},
        },
        "projections": [
            {"name": "told", "from": "trigger", "to": "exc", **each, "weight_pa": 1e6, "delay_ms": DT},
            # The last step of the delay is dendritic, so that both spikes are at the synapse a step after they left.
            {"name": "own", "from": "input", "to": "exc", **each, "weight_pa": START, "delay_ms": 2 * DT,
             "synapse": {**synapse, "axonal_delay_ms": DT}},
        ],
    }
    (folder / "model.json").write_text(json.dumps(model))
    subprocess.run([program, "run", folder / "model.json", "-o", folder / "run.h5", "--force", "--quiet"], check=True)
    with h5py.File(folder / "run.h5") as file:
        fired = np.empty(count)
        fired[file["spikes/exc/node_ids"][:]] = file["spikes/exc/timestamps"][:]
        return file["neuropil/weights/own/weight"][:], fired


def window(axes, program, folder, rule):
    """A pair of spikes: the change of the weight against the time between them."""
    lags = np.arange(-60, 61, 3.0) + 1.0
    found, fired = weights(program, folder, {"model": rule, "tau_ms": TAU}, np.full(len(lags), 150.0), 150 + lags)
    lags = fired - 150
    told = np.where(lags > 0, RATE * W_MAX * np.exp(-lags / TAU), -RATE * START * np.exp(lags / TAU))
    assert np.abs(found - START - told).max() < 1e-9, np.abs(found - START - told).max()
    for side in (lags < 0, lags > 0):
        axes.plot(lags[side], told[side], color="grey", linewidth=0.8)
    axes.plot(lags, found - START, ".", color="tab:blue")
    axes.axhline(0, color="grey", linewidth=0.5)
    axes.set(xlabel="from presynaptic to postsynaptic spike (ms)", ylabel="change of the weight (pA)")
    axes.set_title("a pair of spikes")


def bursts(axes, program, folder, rule):
    """Several presynaptic spikes before a postsynaptic one: the nearest counts, or all."""
    spikes = np.arange(1, 7)
    sent = [150 - 10 - 5.0 * np.arange(count) for count in spikes]
    nearest = {"model": rule, "tau_ms": TAU}
    file = str(ROOT / "models/synapses/stdp.nestml")
    all_pairs = {"model": file, "tau_plus_ms": TAU, "w_max": W_MAX, "mu_plus": 0, "mu_minus": 0}
    choices = (("nearest, the rule of this page", nearest, "o"), ("stdp.nestml, all pairs", all_pairs, "s"))
    for name, synapse, mark in choices:
        found, fired = weights(program, folder, synapse, sent, np.full(len(spikes), 150.0))
        after = fired[0] - 140
        each = np.exp(-(after + 5.0 * np.arange(6)) / TAU)
        told = RATE * W_MAX * (each[0] if mark == "o" else np.cumsum(each))
        assert np.abs(found - START - told).max() < 1e-9, np.abs(found - START - told).max()
        axes.plot(spikes, found - START, mark, label=name)
    axes.set(xlabel="presynaptic spikes, 5 ms apart", title="a burst before a postsynaptic spike", ylim=(0, None))
    axes.legend(frameon=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="neuropil")
    parser.add_argument("-o", "--output", type=Path, required=True)
    own = parser.parse_args()
    figure, all_axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    with tempfile.TemporaryDirectory() as name:
        rule = Path(name) / "nearest.nestml"
        rule.write_text(rule_of_the_page())
        for draw, axes in zip((window, bursts), all_axes, strict=True):
            draw(axes, own.program, Path(name), str(rule))
            axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(own.output, dpi=100)


if __name__ == "__main__":
    main()
