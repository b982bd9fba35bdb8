#!/usr/bin/env python3
"""Measures how the time of a step grows with cells, synapses, rate, delays and threads, and draws it.

Uses the Python environment of peers/. Writes growth.json beside the picture.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

import environment

PARTS = ["delivery", "input", "update", "waiting"]
PRECISIONS = ["double", "single"]


def brunel(cells=12_500, in_degree=1000, rate_hz=20.0, delay_ms=1.5):
    """Brunel's network with threshold rates kept: weights go with 1/in_degree, the external rate with in_degree."""
    weight = 100.0 / in_degree
    delay = delay_ms if isinstance(delay_ms, float) else json.dumps(delay_ms)
    return {
        "populations.exc.cells": cells * 4 // 5, "populations.inh.cells": cells // 5,
        "projections.0.in_degree": in_degree, "projections.1.in_degree": in_degree // 4,
        "projections.0.weight_mv": weight, "projections.1.weight_mv": -5 * weight,
        "projections.0.delay_ms": delay, "projections.1.delay_ms": delay,
        "inputs.0.in_degree": in_degree, "inputs.0.weight_mv": weight, "inputs.0.rate_hz": rate_hz,
    }


def spread(longest_ms):
    return {"distribution": "uniform", "low": 0.1, "high": longest_ms}


def axes(quick):
    """What varies: a title, a label and the settings at each value."""
    cells = [2500, 5000, 12_500, 25_000, 50_000, 100_000]
    degrees = [125, 250, 500, 1000, 2000]
    rates = [12.0, 14.0, 16.0, 20.0, 24.0, 28.0]
    delays = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    pick = (lambda values: values[:2]) if quick else (lambda values: values)
    return [
        ("cells", "cells, 250 synapses each", {n: brunel(n, 200) for n in pick(cells)}),
        ("synapses", "synapses onto a cell, 12,500 cells", {d * 5 // 4: brunel(in_degree=d) for d in pick(degrees)}),
        ("rate", "external rate, Hz a synapse", {r: brunel(rate_hz=r) for r in pick(rates)}),
        ("delays", "delays from 0.1 ms to ..., ms", {d: brunel(in_degree=200, delay_ms=spread(d)) for d in pick(delays)}),
        ("threads", "threads", {t: brunel() for t in range(1, (os.cpu_count() or 1) + 1)}),
    ]


def measure(binary, settings, precision, threads, options):
    command = [binary, "bench", "brunel", "--seconds", options.seconds, "--precision", precision, "--threads", threads]
    for name, value in settings.items():
        command += ["--set", f"{name}={value}"]
    runs = [json.loads(subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout)
            for _ in range(options.repeats)]
    return min(runs, key=lambda run: run["wall_s_per_biological_s"])


def all_figures(options, binary):
    cores = os.cpu_count() or 1
    for name, label, points in axes(options.quick):
        for precision in PRECISIONS:
            found = []
            for value, settings in points.items():
                found.append(measure(binary, settings, precision, value if name == "threads" else cores, options))
                print(f"{name} {value} {precision}: {found[-1]['wall_s_per_biological_s']:.3f}", file=sys.stderr)
            yield {"axis": name, "label": label, "precision": precision, "values": list(points), "figures": found}


def draw(curves, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys(curve["axis"] for curve in curves))
    figure, panels = pyplot.subplots(2, len(names), figsize=(3.2 * len(names), 6), constrained_layout=True)
    for column, name in zip(panels.T, names):
        for curve, style in zip([own for own in curves if own["axis"] == name], ["o-", "s--"]):
            walls = [run["wall_s_per_biological_s"] for run in curve["figures"]]
            column[0].plot(curve["values"], walls, style, color="black", markersize=4, label=curve["precision"])
            if curve["precision"] == "double":
                shares = [[wall * run["share"][part] for wall, run in zip(walls, curve["figures"])] for part in PARTS]
                column[1].stackplot(curve["values"], shares, labels=PARTS, alpha=0.8)
            column[1].set_xlabel(curve["label"])
        for panel in column:
            if name in ("cells", "synapses", "delays"):
                panel.set_xscale("log")
            if name in ("synapses", "delays", "threads"):
                values = next(own["values"] for own in curves if own["axis"] == name)
                panel.set_xticks(values, [f"{value:g}" for value in values])
                panel.minorticks_off()
            panel.set_ylim(bottom=0)
            panel.spines[["top", "right"]].set_visible(False)
        column[0].set_title(name)
    panels[0][0].set_ylabel("wall s per biological s")
    panels[1][0].set_ylabel("of which (double precision), s")
    panels[0][0].legend(frameon=False)
    panels[1][0].legend(frameon=False, loc="upper left")
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("growth.png"), help="the picture [default: growth.png]")
    parser.add_argument("--seconds", type=float, default=0.5, help="simulated time of a point [default: 0.5]")
    parser.add_argument("--repeats", type=int, default=3, help="runs of a point, the fastest counts [default: 3]")
    parser.add_argument("--quick", action="store_true", help="two points a curve")
    parser.add_argument("--neuropil", type=Path, metavar="BINARY", help="a built one [default: builds it in release]")
    options = parser.parse_args()
    environment.enter_environment(__file__)
    curves = list(all_figures(options, options.neuropil or environment.built()))
    options.output.with_suffix(".json").write_text(json.dumps(curves, indent=1))
    draw(curves, options.output)


if __name__ == "__main__":
    main()
