#!/usr/bin/env python3
"""Draw what becomes of credit in tissue, of files that docs/credit.md makes: usage: credit.py FOLDER -o PICTURE

FOLDER holds diffusivity.h5, loss.h5, time_scale.h5 and types.h5 of `neuropil compare --sweep`, and d_0.01.h5, d_0.1.h5 and d_1.h5 of
`neuropil diffuse`. Prints the numbers that it draws. Points of a sweep are compared over the seeds that all of them have.
"""

import argparse
from pathlib import Path

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {"bptt": "black", "modprop_type": "tab:blue", "eprop": "tab:orange", "modprop_type+field": "tab:green"}
LABELS = {
    "diffusivity": "diffusivity D* (um²/ms)",
    "loss": "loss k (1/ms)",
    "time_scale": "tissue ms in a ms of the task",
    "types": "types of a sign",
}
# What the shipped task has, where a sweep leaves it out: the run of diffusivity.h5 at 0.1.
SHIPPED = {"loss": 1e-4, "time_scale": 1e3, "types": 1}


def ended(group):
    """Seeds whose runs have reached their end."""
    return {seed for seed in group if group[seed]["state/done"][0] == 1}


def of(group, measure, seeds=None):
    """A measure of the runs of some seeds, [seed, evaluation]."""
    return np.array([group[seed][f"evaluations/{measure}"][:] for seed in sorted(seeds or ended(group))])


def points(file, rule):
    """Swept value and runs, ascending."""
    found = [(float(name.split("=")[1]), file[f"sweep/{name}/{rule}"]) for name in file["sweep"]]
    return sorted(found, key=lambda point: point[0])


def curves(axis, file, measure):
    """Medians and ranges over seeds, over updates."""
    groups = [(file[f"runs/{rule}"], rule, COLOURS[rule], "-") for rule in ("bptt", "modprop_type", "eprop")]
    swept = points(file, "modprop_type+field")
    shades = plt.cm.Greens(np.linspace(0.4, 1, len(swept)))
    groups += [(group, f"modprop_type+field, D* {value:g}", shade, "--") for (value, group), shade in zip(swept, shades)]
    for group, label, colour, style in groups:
        updates, values = next(iter(group.values()))["evaluations/update"][:], of(group, measure)
        axis.plot(updates, np.median(values, 0), color=colour, ls=style, label=label)
        axis.fill_between(updates, values.min(0), values.max(0), color=colour, alpha=0.08, lw=0)
        if measure == "loss":
            loss, cosine = values, np.nanmean(of(group, "cosine_rec"))
            print(f"{label:<26} {len(values)} seeds: mean loss {loss.mean():.3f}, last {np.median(loss[:, -1]):.3f} "
                  f"[{loss[:, -1].min():.3f}, {loss[:, -1].max():.3f}], cosine {cosine:.2f}")
    axis.set(xlabel="update", ylabel=measure)


def swept(axes, folder, name, shipped):
    """Mean loss and cosine over a run, against what was swept: of each rule that was, and as a line of the others."""
    with h5py.File(folder / f"{name}.h5") as file:
        rules = sorted({rule for point in file["sweep"].values() for rule in point})
        found = {rule: points(file, rule) for rule in rules}
        if name in SHIPPED:
            for rule, own in found.items():
                own.append((SHIPPED[name], shipped[rule]))
                own.sort(key=lambda point: point[0])
        seeds = set.intersection(*(ended(group) for own in found.values() for _, group in own))
        for axis, measure in zip(axes, ("loss", "cosine_rec")):
            text = []
            for rule in rules:
                places = [value for value, _ in found[rule]]
                means = np.array([np.nanmean(of(group, measure, seeds), 1) for _, group in found[rule]])
                axis.plot(places, means, ".", color=COLOURS[rule], alpha=0.4)
                axis.plot(places, means.mean(1), "o-", color=COLOURS[rule], label=rule)
                text += [f"{rule} {place:g}: {own.mean():.3f}" for place, own in zip(places, means)]
            for rule in (rule for rule in ("modprop_type", "eprop") if rule not in rules):
                own = np.nanmean(of(shipped[rule], measure, seeds))
                axis.axhline(own, color=COLOURS[rule], label=rule)
                text.append(f"{rule} {own:.3f}")
            axis.set(xlabel=f"{LABELS[name]}; {len(seeds)} seeds", xscale="log")
            print(f"{name}, {len(seeds)} seeds, mean {measure}: {', '.join(text)}")


def taps(axis, folder):
    """Taps from excitatory cells without adaptation to excitatory cells."""
    for value, shade in zip(("0.01", "0.1", "1"), plt.cm.Greens([0.4, 0.7, 1.0])):
        with h5py.File(folder / f"d_{value}.h5") as file:
            lag, r = file["taps/lag"][:], np.flatnonzero(file["types/class_type"][:] == 1)[0]
            if value == "0.01":
                axis.plot(lag, file["taps/ideal"][:, r, 1], color=COLOURS["modprop_type"], label="ideal")
            own = file["taps/effective"][:, r, 1]
            axis.plot(lag, own, color=shade, ls="--", label=f"D* {value}")
            print(f"effective taps, D* {value}: {100 * np.abs(own[lag < 1]).sum() / np.abs(own).sum():.0f} % below lag 1")
    axis.axvline(0.5, color="grey", lw=0.5)
    axis.set(xlabel="lag (ms); below 1 eligibility is younger than the emission", ylabel="tap, exc. to exc.", xlim=(-60, 80))
    axis.legend(fontsize=8)


def place_of_credit(axis, folder, value):
    """What arrives at the cells of a steady emission of one class, which is ringed."""
    with h5py.File(folder / f"d_{value}.h5") as file:
        r = np.flatnonzero(file["types/class_type"][:] == 1)[0]
        gain, place, own = file["gain"][r], file["positions"][:], file["types/class_id"][:] == r
    dots = axis.scatter(place[:, 0], place[:, 1], c=gain, s=70, cmap="viridis", vmin=0, vmax=2)
    axis.scatter(place[own, 0], place[own, 1], s=130, facecolors="none", edgecolors="black", lw=0.7)
    axis.set(xlabel="x (um)", ylabel="y (um)", title=f"what arrives at cells, D* {value}", aspect="equal")
    print(f"gain at cells, D* {value}: sd {gain.std():.2f}, {gain.min():.2f} to {gain.max():.2f}")
    return dots


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    figure, axes = plt.subplots(3, 5, figsize=(22, 12), constrained_layout=True)
    with h5py.File(args.folder / "diffusivity.h5") as file:
        curves(axes[0, 0], file, "loss")
        curves(axes[0, 1], file, "cosine_rec")
        axes[0, 1].set_ylabel("cosine with exact dW_rec")
        base = next(name for name in file["sweep"] if float(name.split("=")[1]) == 0.1)
        shipped = {rule: file[f"runs/{rule}"] for rule in ("modprop_type", "eprop")}
        shipped["modprop_type+field"] = file[f"sweep/{base}/modprop_type+field"]
        for pair, name in zip(((0, 3), (1, 0), (1, 2), (2, 0)), LABELS):
            row, column = pair
            swept((axes[row, column], axes[row, column + 1]), args.folder, name, shipped)
            axes[row, column].set_ylabel("mean loss over the run")
            axes[row, column + 1].set_ylabel("mean cosine over the run")
    axes[0, 3].legend(fontsize=8)
    axes[1, 4].axis("off")
    axes[1, 4].legend(*axes[0, 0].get_legend_handles_labels(), loc="center", title="the first two panels")
    taps(axes[0, 2], args.folder)
    for axis, value in zip(axes[2, 2:], ("0.01", "0.1", "1")):
        dots = place_of_credit(axis, args.folder, value)
    figure.colorbar(dots, ax=axes[2, 4], label="gain, mean 1")
    figure.savefig(args.output, dpi=70)


main()
