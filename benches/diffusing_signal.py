#!/usr/bin/env python3
"""Prints held-out accuracy and loss of training runs at some updates, beside published runs of the same task, as a table in Markdown.

Usage: diffusing_signal.py FILE.h5 [FILE.h5 ...] --at 250,500,1000 [--published runs.csv --of TASK,RULE,STRENGTH]. A file has the runs of one
setting, of `neuropil compare`. A figure is the median over seeds (and the range). `runs.csv` is the table of stored runs of neuromodRNNs
[Barretto2026]: one row a run and evaluation, with the columns task, rule, c_reg, seed, update, heldout_loss, heldout_accuracy; that program
evaluates one update later. p is that of the Mann-Whitney test of the two samples. Needs h5py, numpy and, beside published runs, scipy.
"""

import argparse
import csv

import h5py
import numpy as np

FIGURES = ("accuracy", "loss")


def ours(names, at):
    """By rule and figure: a list of values over seeds for each update."""
    found = {}
    for name in names:
        with h5py.File(name) as file:
            for rule, runs in file["runs"].items():
                for run in runs.values():
                    evaluations = run["evaluations"]
                    updates = list(evaluations["update"][:])
                    for figure in FIGURES:
                        own = found.setdefault((rule, figure), {update: [] for update in at})
                        for update in set(at) & set(updates):
                            own[update].append(float(evaluations[f"validation_{figure}"][updates.index(update)]))
    return found


def published(path, of, at):
    """The same of one setting of the published runs, by figure."""
    task, rule, strength = of.split(",")
    found = {figure: {update: [] for update in at} for figure in FIGURES}
    last = 2000
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if (row["task"], row["rule"]) != (task, rule) or float(row["c_reg"]) != float(strength):
                continue
            update = int(row["update"])
            update -= update < last
            for figure in FIGURES:
                if update in at:
                    found[figure][update].append(float(row[f"heldout_{figure}"]))
    return found


def shown(values):
    """Median and range."""
    return f"{np.median(values):.3f} [{min(values):.3f}, {max(values):.3f}]" if values else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--at", required=True, help="updates, with commas between; each one that was evaluated")
    parser.add_argument("--published", help="runs.csv")
    parser.add_argument("--of", help="TASK,RULE,STRENGTH of the published runs")
    options = parser.parse_args()
    if (options.published is None) != (options.of is None):
        parser.error("--published and --of go together")
    at = [int(update) for update in options.at.split(",")]
    print("| held out, median [range] | runs |" + "".join(f" {update} |" for update in at))
    print("|---" * (len(at) + 2) + "|")
    theirs = published(options.published, options.of, at) if options.published else {}
    for (rule, figure), own in ours(options.files, at).items():
        print(f"| `{rule}`, {figure} | {len(own[at[0]])} |" + "".join(f" {shown(own[update])} |" for update in at))
        if figure in theirs:
            from scipy.stats import mannwhitneyu

            other = theirs[figure]
            print(f"| published | {len(other[at[0]])} |" + "".join(f" {shown(other[update])} |" for update in at))
            tests = [mannwhitneyu(own[update], other[update]).pvalue if own[update] else np.nan for update in at]
            print("| Mann-Whitney p | |" + "".join(f" {p:.2g} |" for p in tests))


if __name__ == "__main__":
    main()
