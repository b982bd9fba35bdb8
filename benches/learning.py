#!/usr/bin/env python3
"""Measures how time and memory of each learning rule grow with cells, steps, trials, types and lags, and draws them.

Uses the Python environment of peers/. Writes the figures as JSON beside the picture. Further options
go to the bench (`--axes cells,steps`).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

import environment

LABELS = {"cells": "cells N", "steps": "steps T", "trials": "trials B", "types": "types C", "lags": "lags S"}
COLOURS = {
    "trials": "black", "eprop": "tab:blue", "mdgl_type_all": "tab:green", "modprop_type": "tab:orange",
    "modprop_type_S": "tab:red", "modprop_cell": "tab:purple", "bptt": "tab:brown",
}
MIB = 1 << 20


def measured(arguments):
    command = ["cargo", "bench", "--quiet", "--package", "neuropil-engine", "--bench", "learning", "--", "--json", *arguments]
    lines = subprocess.run(command, cwd=environment.ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def least(passes):
    """The points of the first pass, each with the least time of all."""
    return [{**same[0], "seconds": min(point["seconds"] for point in same)} for same in zip(*passes, strict=True)]


def curves(points):
    """Points of one axis by rule and form, in their order."""
    found = {}
    for point in points:
        found.setdefault((point["line"], point["form"]), []).append(point)
    return found.items()


def draw(points, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = list(dict.fromkeys(point["axis"] for point in points))
    figure, panels = pyplot.subplots(2, len(axes), figsize=(3.1 * len(axes), 6.6), sharey="row", squeeze=False)
    for column, axis in zip(panels.T, axes):
        for (line, form), own in curves([point for point in points if point["axis"] == axis]):
            style = "o-" if line == "trials" or form == "adjoint" else "s:"
            values = [point["value"] for point in own]
            label = line if line == "trials" else f"{line}, {form}"
            look = {"color": COLOURS[line], "markersize": 3, "linewidth": 1.2, "label": label}
            column[0].plot(values, [point["seconds"] * 1e3 for point in own], style, **look)
            column[1].plot(values, [point["bytes"] / MIB for point in own], style, **look)
        values = sorted({point["value"] for point in points if point["axis"] == axis})
        for panel in column:
            panel.set_xscale("log")
            panel.set_xticks(values, values, fontsize=7)
            panel.minorticks_off()
            panel.set_yscale("log")
            panel.spines[["top", "right"]].set_visible(False)
            panel.grid(alpha=0.2)
        column[1].set_xlabel(LABELS[axis])
    panels[0][0].set_ylabel("time, ms")
    panels[1][0].set_ylabel("memory, MiB")
    lines = {line.get_label(): line for panel in panels[0] for line in panel.get_lines()}
    figure.legend(lines.values(), lines.keys(), loc="lower center", ncols=6, frameon=False, fontsize=9)
    figure.tight_layout(rect=(0, 0.07, 1, 1))
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("learning_cost.png"), help="the picture [default: learning_cost.png]")
    parser.add_argument("--passes", type=int, default=3, help="times that all is measured, the least counts [default: 3]")
    parser.add_argument("--redraw", action="store_true", help="draw the figures that are already beside the picture")
    options, others = parser.parse_known_args()
    environment.enter_environment(__file__)
    figures = options.output.with_suffix(".json")
    if not options.redraw:
        points = least([measured(others) for _ in range(options.passes)])
        figures.write_text("".join(json.dumps(point) + "\n" for point in points))
    draw([json.loads(line) for line in figures.read_text().splitlines()], options.output)


if __name__ == "__main__":
    main()
