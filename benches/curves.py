#!/usr/bin/env python3
"""Prints what `neuropil compare` recorded as a table in Markdown: loss and accuracy of each rule at some updates.

Usage: curves.py FILE.h5 --at 100,200,500 [--held-out]. A figure is the median over seeds (and the range) of the mean of five evaluations around
the update, as [Liu2021]'s stored runs are read; at the end of a run of the last three. Needs h5py and numpy.
"""

import argparse

import h5py
import numpy as np


def around(values, index):
    """The mean of five values around an index."""
    return float(np.mean(values[max(0, index - 2) : index + 3]))


def cell(runs, update, prefix):
    """Median and range of the losses, median of the accuracies, of the runs that got there."""
    losses, accuracies = [], []
    for run in runs.values():
        evaluations = run["evaluations"]
        index = np.flatnonzero(evaluations["update"][:] == update)
        if len(index):
            losses.append(around(evaluations[prefix + "loss"][:], index[0]))
            accuracies.append(around(evaluations[prefix + "accuracy"][:], index[0]))
    if not losses:
        return ""
    spread = f" [{min(losses):.3f}, {max(losses):.3f}]" if len(losses) > 1 else ""
    return f"{np.median(losses):.3f}{spread}, {np.median(accuracies):.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--at", required=True, help="updates, with commas between; each one that was evaluated")
    parser.add_argument("--held-out", action="store_true", help="of the held-out trials")
    options = parser.parse_args()
    prefix = "validation_" if options.held_out else ""
    updates = [int(update) for update in options.at.split(",")]
    with h5py.File(options.file) as file:
        print("| loss, accuracy | seeds |" + "".join(f" {update} |" for update in updates) + " minutes a run |")
        print("|---" * (len(updates) + 3) + "|")
        for rule, runs in file["runs"].items():
            minutes = np.median([run["cost/wall_s"][0] / 60 for run in runs.values() if "cost" in run] or [np.nan])
            cells = "".join(f" {cell(runs, update, prefix)} |" for update in updates)
            print(f"| `{rule}` | {len(runs)} |{cells} {minutes:.1f} |")


if __name__ == "__main__":
    main()
