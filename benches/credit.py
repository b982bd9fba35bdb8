#!/usr/bin/env python3
"""Draw what becomes of credit in tissue: usage: credit.py NEUROPIL FOLDER -o PICTURE

FOLDER holds sweep.h5, a file of `neuropil compare --sweep field.diffusivity_um2_per_ms=...` with rules bptt, eprop,
modprop_type and modprop_field, and types_2.h5, types_4.h5, runs of bptt with as many types a sign. From the weights that the runs of
bptt have come to, `simulate`, `diffuse` and `learn` make gradients through other tissues; files of that lie in FOLDER
beside. Prints the numbers that it draws.
"""

import argparse
import subprocess
from pathlib import Path

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

TASK = "models/tasks/mini_evidence.json"
SEEDS = range(1, 6)
STEP = "field.step_ms=5"
SWEEPS = {
    "diffusivity_um2_per_ms": ("D* (um²/ms)", [0.001, 0.01, 0.1, 1, 10]),
    "loss_per_ms": ("loss (1/ms)", [1e-6, 1e-5, 1e-4, 1e-3]),
    "time_scale": ("tissue ms in a ms of the task", [1, 10, 100, 1000, 10000]),
    "hold_back_ms": ("eligibility held back (ms)", [0, 10, 20, 40]),
}
TYPES = [1, 2, 4]
COLOURS = {"bptt": "black", "modprop_type": "tab:blue", "eprop": "tab:orange", "modprop_field": "tab:green"}


class Tissue:
    """Stages through a folder."""

    def __init__(self, neuropil, folder):
        self.neuropil, self.folder = neuropil, folder

    def run(self, *words):
        subprocess.run([self.neuropil, *words, "--force"], check=True, stdout=subprocess.DEVNULL)

    def trials(self, seed, types):
        path = self.folder / f"s_{types}_{seed}.h5"
        if not path.exists():
            source = self.folder / ("sweep.h5" if types == 1 else f"types_{types}.h5")
            words = ["simulate", TASK, "--seed", str(seed), "--weights", str(source), "--rule", "bptt", "-o", str(path)]
            self.run(*words, "--set", "training.batch=16", "--set", f"cells.types_per_sign={types}")
        return path

    def carried(self, seed, types, changes):
        path = self.folder / f"d_{types}_{seed}_{'_'.join(changes)}.h5"
        if not path.exists():
            sets = [word for change in [STEP, *changes] for word in ("--set", f"{change}")]
            self.run("diffuse", str(self.trials(seed, types)), *sets, "-o", str(path))
        return path

    def cosine(self, seed, types, changes, rule):
        """Of dW_rec with the exact gradient."""
        path = self.folder / f"w_{types}_{seed}_{'_'.join(changes)}.h5"
        if not path.exists():
            rules = "bptt,eprop,modprop_type,modprop_field"
            self.run("learn", str(self.carried(seed, types, changes)), "--rules", rules, "-o", str(path))
        with h5py.File(path) as file:
            return file[f"alignment/{rule}/cosine"][1]


def curves(axis, file, measure, label):
    """Medians over seeds of a measure over updates."""
    def draw(group, name, colour, style):
        runs = [group[seed] for seed in group]
        updates = runs[0]["evaluations/update"][:]
        values = np.array([run[f"evaluations/{measure}"][: len(updates)] for run in runs])
        axis.plot(updates, np.median(values, 0), color=colour, ls=style, label=name)
        axis.fill_between(updates, values.min(0), values.max(0), color=colour, alpha=0.1, lw=0)
        print(f"{measure:<12} {name:<28} {len(runs)} seeds, mean {values.mean():.3f}, last {np.median(values[:, -1]):.3f}")

    for rule in ("bptt", "modprop_type", "eprop"):
        draw(file[f"runs/{rule}"], rule, COLOURS[rule], "-")
    points = sorted(file["sweep"], key=lambda point: float(point.split("=")[1]))
    for point, colour in zip(points, plt.cm.Greens(np.linspace(0.4, 1, len(points)))):
        draw(file[f"sweep/{point}/modprop_field"], f"field, D* {point.split('=')[1]}", colour, "--")
    axis.set(xlabel="update", ylabel=label)


def aligned(axis, tissue, name, label, values):
    """Cosine of the field's gradient against one property of the tissue."""
    found = np.array([[tissue.cosine(seed, 1, [f"field.{name}={value}"], "modprop_field") for seed in SEEDS] for value in values])
    line(axis, values, found, COLOURS["modprop_field"], "modprop_field")
    for rule in ("modprop_type", "eprop"):
        own = np.mean([tissue.cosine(seed, 1, [f"field.{name}={values[0]}"], rule) for seed in SEEDS])
        axis.axhline(own, color=COLOURS[rule], label=rule)
        print(f"{name:<24} {rule}: {own:.3f}")
    print(f"{name:<24} " + ", ".join(f"{value}: {row.mean():.3f}" for value, row in zip(values, found)))
    axis.set(xlabel=label, xscale="linear" if values[0] == 0 else "log")


def line(axis, places, values, colour, label):
    axis.plot(places, values.mean(1), "o-", color=colour, label=label)
    axis.plot(places, values, ".", color=colour, alpha=0.3)


def types(axis, tissue):
    for rule in ("modprop_field", "modprop_type", "eprop"):
        values = np.array([[tissue.cosine(seed, count, [], rule) for seed in SEEDS] for count in TYPES])
        line(axis, TYPES, values, COLOURS[rule], rule)
        print(f"types a sign             {rule}: " + ", ".join(f"{c}: {v.mean():.3f}" for c, v in zip(TYPES, values)))
    axis.set(xlabel="cell types a sign", xticks=TYPES)


def taps(axis, tissue):
    """Taps from excitatory, not adapting cells to excitatory ones."""
    for value, colour in zip([0.01, 0.1, 1], plt.cm.Greens([0.4, 0.7, 1.0])):
        with h5py.File(tissue.carried(1, 1, [f"field.diffusivity_um2_per_ms={value}"])) as file:
            lag, r = file["taps/lag"][:], np.flatnonzero(file["types/class_type"][:] == 1)[0]
            if value == 0.01:
                axis.plot(lag, file["taps/ideal"][:, r, 1], color=COLOURS["modprop_type"], label="ideal")
            axis.plot(lag, file["taps/effective"][:, r, 1], color=colour, ls="--", label=f"D* {value}")
    axis.axvline(0.5, color="grey", lw=0.5)
    axis.set(xlabel="lag of eligibility (ms); below 1 it is younger than the emission", ylabel="tap, exc. to exc.", xlim=(-60, 60))


def map_of_credit(axis, tissue, value):
    """What arrives of steady emission at the cells, over two axes."""
    with h5py.File(tissue.carried(1, 1, [f"field.diffusivity_um2_per_ms={value}"])) as file:
        r = np.flatnonzero(file["types/class_type"][:] == 1)[0]
        gain, place = file["gain"][r], file["positions"][:]
        own = file["types/class_id"][:] == r
    dots = axis.scatter(place[:, 0], place[:, 1], c=gain, s=60, cmap="viridis", vmin=0, vmax=2.5)
    axis.scatter(place[own, 0], place[own, 1], s=110, facecolors="none", edgecolors="black", lw=0.7)
    axis.set(xlabel="x (um)", ylabel="y (um)", title=f"D* {value}", aspect="equal")
    print(f"gain at cells, D* {value}: sd {gain.std():.2f}, {gain.min():.2f} to {gain.max():.2f}")
    return dots


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("neuropil")
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    tissue = Tissue(args.neuropil, args.folder)
    figure, axes = plt.subplots(3, 4, figsize=(19, 13), constrained_layout=True)
    with h5py.File(args.folder / "sweep.h5") as file:
        curves(axes[0, 0], file, "loss", "loss")
        curves(axes[0, 1], file, "accuracy", "accuracy")
        curves(axes[0, 2], file, "cosine_rec", "cosine with exact dW_rec, on the way")
    taps(axes[0, 3], tissue)
    for axis, (name, (label, values)) in zip(axes[1], SWEEPS.items()):
        aligned(axis, tissue, name, label, values)
    axes[1, 0].set_ylabel("cosine with exact dW_rec, at the weights of bptt")
    types(axes[2, 0], tissue)
    axes[2, 0].set_ylabel("cosine with exact dW_rec, at the weights of bptt")
    for axis, value in zip(axes[2, 1:], [0.01, 0.1, 1]):
        dots = map_of_credit(axis, tissue, value)
    figure.colorbar(dots, ax=axes[2, 3], label="steady gain of one class (ringed)")
    for axis in (axes[0, 0], axes[0, 3], axes[1, 0]):
        axis.legend(fontsize=8)
    figure.savefig(args.output, dpi=80)


main()
