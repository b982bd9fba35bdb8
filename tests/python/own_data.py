#!/usr/bin/env python3
"""Train on own data: usage: own_data.py NEUROPIL FOLDER

Writes trials with h5py and a task file that names them, trains, and reads what was learned back. Trials are spikes of 20
inputs over 100 ms; those of class 1 have a higher rate in the second half. Prints one line; exits with 1 if too little was
learned.
"""

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

TASK = Path(__file__).parents[2] / "models" / "tasks" / "small_delayed_xor.json"


def write_trials(path):
    """500 trials of 100 steps, the last 100 of them held out."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 500)
    rate = np.full((500, 100, 1), 0.02)
    rate[labels == 1, 50:] += 0.04
    with h5py.File(path, "w") as file:
        file["inputs"] = (rng.random((500, 100, 20)) < rate).astype("u1")
        file["labels"] = labels
        file["split"] = (np.arange(500) >= 400).astype("u1")


def write_task(path):
    """A shipped task file with another task, and with records of weights and of two cells."""
    task = json.loads(TASK.read_text())
    task["description"] = "Own data."
    task["task"] = {"kind": "data", "file": "mine.h5"}
    task["training"] |= {"updates": 100, "evaluate_every": 20, "validation_trials": 100, "learning_rate": 0.02}
    task["record"] = {"weights_every": 20, "trial_every": 30, "cells": [0, 59], "synapses": [[59, 0], [0, 59]]}
    path.write_text(json.dumps(task, indent=2))


def main():
    neuropil, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    write_trials(folder / "mine.h5")
    write_task(folder / "mine.json")
    train = ["train", folder / "mine.json", "--rule", "modprop_type", "--quiet", "--force", "-o", folder / "run.h5"]
    subprocess.run([neuropil, *train], check=True)
    with h5py.File(folder / "run.h5") as file:
        run = file["runs/modprop_type/seed_1"]
        updates = run["history/update"][:].tolist()
        weights = run["history/w_rec"][:]
        accuracy = run["evaluations/validation_accuracy"][:]
        best = run["best/w_rec"][:]
        told = run["trials/update_30/learning_signal"].shape, run["trials/update_30/eligibility"].shape
    checks = {
        "updates of the history": (updates, [0, 20, 40, 60, 80, 100]),
        "weights": (weights.shape, (6, 60, 60)),
        "a trial": (told, ((100, 2), (100, 2))),
        "the best weights": (any(np.array_equal(best, own) for own in weights), True),
        "accuracy on held-out trials": (bool(accuracy[-1] > 0.85), True),
    }
    for what, (found, expected) in checks.items():
        if found != expected:
            sys.exit(f"{what}: found {found}, expected {expected} ({accuracy})")
    print(f"own data: {accuracy[-1]:.0%} of held-out trials are answered right after 100 updates")


main()
