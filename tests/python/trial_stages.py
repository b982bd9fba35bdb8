#!/usr/bin/env python3
"""Make a file of trials with h5py and check what neuropil does with it: usage: trial_stages.py NEUROPIL FOLDER

Random spikes, slopes, errors (or readouts with classes) and weights of a small task without adaptation. The gradient of e-prop is compared with numpy, that
of modulators which are sums over classes with modprop_type, and the modulators of a tissue that mixes at once with such
sums, two field steps late. Prints one line; exits with 1 on a mismatch.
"""

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

TRIALS, STEPS, INPUTS, CELLS, OUTPUTS = 3, 550, 20, 50, 2
TYPES = (np.arange(CELLS) >= 10).astype(int)


def task():
    """The task file with cells that do not adapt, and a tissue that mixes and clears at once."""
    task = json.loads(Path("models/tasks/mini_evidence.json").read_text())
    task["cells"]["adaptive"] = "none"
    task["reset_gradient"] = "detached"
    task["carrier"].update(step_ms=1, loss_per_ms=0.04, diffusivity_um2_per_ms=20)
    return task


def write(path):
    """Random trials of the task; gives the tables."""
    rng = np.random.default_rng(5)
    tables = {
        "x": rng.random((TRIALS, STEPS, INPUTS)) < 0.02,
        "z": rng.random((TRIALS, STEPS, CELLS)) < 0.02,
        "psi": rng.random((TRIALS, STEPS, CELLS)),
        "err": rng.normal(size=(TRIALS, STEPS, OUTPUTS)) / STEPS,
        "weights/w_in": rng.normal(size=(CELLS, INPUTS)),
        "weights/w_rec": np.where(TYPES == 1, 1, -4) * rng.random((CELLS, CELLS)) * (1 - np.eye(CELLS)) / CELLS,
        "weights/w_out": rng.normal(size=(OUTPUTS, CELLS)),
        "weights/b_out": np.zeros(OUTPUTS),
        "state/mu": np.array([0.5, 0.7]),
    }
    tables = {name: values.astype(float) for name, values in tables.items()}
    with h5py.File(path, "w") as file:
        file.attrs["format"], file.attrs["seed"] = "neuropil-trials/1", "7"
        file["task"] = json.dumps(task())
        for name, values in tables.items():
            file[name] = values
    return tables


def direct(tables):
    """D = (1 - kappa) W_out' Q, Q the errors filtered backward."""
    kappa = np.exp(-1 / task()["readout"]["tau_ms"])
    q = np.zeros_like(tables["err"])
    last = 0
    for step in reversed(range(STEPS)):
        last = tables["err"][:, step] + kappa * last
        q[:, step] = last
    return (1 - kappa) * q @ tables["weights/w_out"]


def eprop(tables, pre, delay):
    """Sum of D psi eps_v, eps_v = alpha eps_v + (1 - alpha) pre."""
    alpha = np.exp(-1 / task()["cells"]["tau_m_ms"])
    credit = direct(tables) * tables["psi"]
    trace, gradient = np.zeros((TRIALS, pre.shape[2])), 0
    for step in range(STEPS):
        trace = alpha * trace + (1 - alpha) * (pre[:, step - delay] if step >= delay else 0)
        gradient = gradient + np.einsum("bp,bq->pq", credit[:, step], trace)
    return gradient


def close(what, found, expected, tolerance):
    """Exits if two arrays differ by more than a share of the largest value."""
    off = np.abs(found - expected).max() / np.abs(expected).max()
    if not off <= tolerance:
        sys.exit(f"{what}: off by {off:.1e}")


def main(neuropil, folder):
    """All stages in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("s.h5", "w.h5", "own.h5", "own_w.h5", "d.h5")
    trials, gradients, own, own_gradients, carried = (str(folder / name) for name in names)

    def run(*words):
        subprocess.run([neuropil, *words, "--force"], check=True, stdout=subprocess.DEVNULL)

    tables = write(trials)
    run("trials", "learn", trials, "--rules", "eprop,modprop_type,bptt", "-o", gradients)
    with h5py.File(gradients) as file:
        close("dW_in", file["grads/eprop/dW_in"][:], eprop(tables, tables["x"], 0), 1e-12)
        rec = eprop(tables, tables["z"], 1) * (1 - np.eye(CELLS))
        close("dW_rec", file["grads/eprop/dW_rec"][:], rec, 1e-12)
        type_rec = file["grads/modprop_type/dW_rec"][:]

    rng = np.random.default_rng(6)
    y, labels = rng.normal(size=(TRIALS, STEPS, OUTPUTS)), np.array([1, 0, 1])
    share = np.exp(y) / np.exp(y).sum(2, keepdims=True)
    last = int(task()["loss"]["last_ms"])
    weight = (np.arange(STEPS) >= STEPS - last)[:, None] / last
    tables["err"] = weight * (share - np.eye(OUTPUTS)[labels][:, None]) / TRIALS
    with h5py.File(trials, "a") as file:
        del file["err"]
        file["y"], file["labels"] = y, labels.astype(float)
    run("trials", "learn", trials, "--rules", "eprop", "-o", gradients)
    with h5py.File(gradients) as file:
        found = file["grads/eprop/dW_in"][:]
        close("dW_in of a recorded readout", found, eprop(tables, tables["x"], 0), 1e-12)

    tables = write(trials)
    emission = direct(tables) * tables["psi"]
    sums = np.stack([emission[:, :, TYPES == own].sum(2) for own in (0, 1)], axis=2)
    arrived = np.repeat(sums[..., None], CELLS, axis=3)
    write(own)
    with h5py.File(own, "a") as file:
        file["modulators/m"], file["modulators/hold_back"] = arrived, [0.0]
    run("trials", "learn", own, "--rules", "modprop_type+field", "-o", own_gradients)
    with h5py.File(own_gradients) as file:
        close("modulators made elsewhere", file["grads/modprop_type+field/dW_rec"][:], type_rec, 1e-11)

    run("trials", "diffuse", trials, "-o", carried)
    with h5py.File(carried) as file:
        close("modulators of a tissue that mixes at once", file["modulators/m"][:, 2:], arrived[:, :-2], 1e-6)
    print("trials made with h5py are carried and learned from as numpy says")


main(sys.argv[1], Path(sys.argv[2]))
