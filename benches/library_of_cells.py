#!/usr/bin/env python3
"""Draws what each cell of models/cells does under a step of current: docs/library_of_cells.png.

`python3 benches/library_of_cells.py --program target/release/neuropil -o docs/library_of_cells.png`

Of growing currents the least is drawn by which a cell fires at least three times in a quarter of a second. The script stops if one of
them never does. Needs h5py, matplotlib.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

CELLS = Path(__file__).resolve().parent.parent / "models/cells"
BEGIN, END, LEAST = 25.0, 275.0, 3
LEVELS = [1.3**power for power in range(-3, 32)]
# Currents of Hill & Tononi are of a membrane without capacitance; Izhikevich's without units run away beyond some hundred.
SCALES = {"hill_tononi": 0.02} | {f"izhikevich{kind}": 0.05 for kind in ("", "_2003", "_excitatory", "_inhibitory")}


def models():
    """(name, file and name in it, the drive as a list of the model file if it is no current)"""
    for file in sorted(CELLS.glob("*.nestml")):
        text = file.read_text()
        names = re.findall(r"^model (\w+):", text, re.MULTILINE)
        for name in names:
            yield name, f"{file}#{name}" if len(names) > 1 else str(file), "I_stim pA" in text


def run(program, folder):
    """{name: (potentials [step][cell], spike times by cell)}"""
    populations, inputs, states = {}, [], []
    for name, file, in_pa in models():
        populations[name] = {"cells": len(LEVELS), "model": file}
        states.append({"population": name, "variables": "V_m_mv" if in_pa else "V_m", "every_ms": 0.1})
        if not in_pa:
            # Without units: a drive that is a parameter, around a threshold of 1.
            populations[name]["mu"] = [level / 100 for level in LEVELS]
            continue
        for cell, level in enumerate(LEVELS):
            window = {"start_ms": BEGIN, "stop_ms": END}
            to = {"population": name, "cells": [cell]}
            inputs.append({"kind": "step_current", "to": to, "port": "I_stim", "amplitude_pa": level * SCALES.get(name, 1), **window})
    simulation = {"dt_ms": 0.1, "duration_ms": 300, "seed": 1}
    model = {"simulation": simulation, "populations": populations, "inputs": inputs, "record": {"states": states}}
    (folder / "model.json").write_text(json.dumps(model))
    subprocess.run([program, "run", folder / "model.json", "-o", folder / "run.h5", "--force", "--quiet"], check=True)
    found = {}
    with h5py.File(folder / "run.h5") as file:
        for name in populations:
            ids, times = file[f"spikes/{name}/node_ids"][:], file[f"spikes/{name}/timestamps"][:]
            found[name] = (file[f"report/{name}/data"][:], [times[ids == cell] for cell in range(len(LEVELS))])
    return found


def draw(found, output):
    columns = 7
    rows = -(-len(found) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(16, 1.75 * rows), sharex=True)
    for axis in axes.flat:
        axis.axis("off")
    for axis, (name, (potentials, spikes)) in zip(axes.flat, sorted(found.items())):
        lively = [cell for cell, own in enumerate(spikes) if LEAST <= np.sum((own > BEGIN) & (own < END))]
        if not lively:
            raise SystemExit(f"{name} fires at none of {len(LEVELS)} currents")
        cell = lively[0]
        own = potentials[:, cell]
        time = 0.1 * np.arange(1, len(own) + 1)
        # Where an explosive cell is reset in the step that it runs away in, a line says that it fired.
        low, high = own.min(), own.max()
        axis.plot(time, own, lw=0.7, color="#1f4e79")
        axis.vlines(spikes[cell], high + 0.08 * (high - low), high + 0.28 * (high - low), lw=0.7, color="#b03a2e")
        level = LEVELS[cell] * SCALES.get(name, 1)
        level = f"μ = {level / 100:.2f}" if name == "lif_difference" else f"{level:.0f} pA" if level >= 100 else f"{level:.2g} pA"
        axis.set_title(f"{name}, {level}", fontsize=8)
        axis.set_xlim(0, 300)
    figure.tight_layout()
    figure.savefig(output, dpi=90)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True, help="a built neuropil")
    parser.add_argument("-o", "--output", type=Path, required=True)
    own = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        draw(run(own.program.resolve(), Path(folder)), own.output)


if __name__ == "__main__":
    main()
