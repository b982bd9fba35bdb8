#!/usr/bin/env python3
"""Measures a step of the extracellular field beside NEURON's, in turn, on this machine.

Uses the Python environment of compare.py. See README.md.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from environment import HERE, ROOT, built, enter_environment

DX_UM, STEP_MS, DIFFUSIVITY = 5.0, 10.0, 0.1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", default="100", metavar="N,...", help="voxels along each axis [default: 100]")
    parser.add_argument("--threads", default=f"1,{os.cpu_count()}", metavar="N,...", help="[default: one, and one a core]")
    parser.add_argument("--seconds", type=float, default=2.0, help="time of a run; its fastest step counts [default: 2]")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, in turn [default: 3]")
    parser.add_argument("--neuropil", type=Path, metavar="BINARY", help="a built one [default: builds it in release]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go")
    own = parser.parse_args()
    own.voxels, own.threads = ([int(word) for word in words.split(",")] for words in (own.voxels, own.threads))
    return own


def ours(binary, voxels, threads, seconds):
    from programs import output_of

    options = {"voxels": voxels, "threads": threads, "seconds": seconds, "dx-um": DX_UM, "step-ms": STEP_MS}
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    return json.loads(output_of([binary, "bench", "diffusion", *words]))


def theirs(voxels, threads, seconds):
    from programs import output_of

    job = {"voxels": voxels, "threads": threads, "seconds": seconds, "dx_um": DX_UM, "field_step_ms": STEP_MS,
           "diffusivity_um2_per_ms": DIFFUSIVITY}
    lines = output_of([sys.executable, HERE / "in_neuron.py"], job).splitlines()
    figures = json.loads(lines[-1])
    if not figures["alive"] or figures["voxels"] != [voxels] * 3:
        sys.exit(f"NEURON did something else: {figures}")
    return figures


def main():
    own = arguments()
    enter_environment(__file__)
    import machine

    binary = own.neuropil.resolve() if own.neuropil else built()
    figures = []
    for voxels in own.voxels:
        for threads in own.threads:
            case = {"voxels": voxels, "threads": threads, "load": [], "neuropil": [], "neuron": []}
            for _ in range(own.repeats):
                case["load"].append(machine.load())
                case["neuropil"].append(ours(binary, voxels, threads, own.seconds))
                case["neuron"].append(theirs(voxels, threads, own.seconds))
            figures.append(case)
    about = machine.description(ROOT)
    if own.json:
        own.json.write_text(json.dumps({"machine": about, "cases": figures}, indent=1))
    loads = [load for case in figures for load in case["load"]]
    print(f"{about['processor']}, {about['cores']} cores; neuropil {about['revision']}; NEURON {figures[0]['neuron'][0]['version']}; "
          f"load average before the runs {min(loads):.1f} to {max(loads):.1f}.\n")
    print("| voxels | threads | neuropil, ns a voxel-step | of its larger bound | NEURON, ns a voxel-step | ratio |\n|---|---|---|---|---|---|")
    for case in figures:
        best = min(case["neuropil"], key=lambda run: run["ns_per_voxel_step"])
        peer = min(run["step_s"] for run in case["neuron"]) * 1e9 / case["voxels"] ** 3
        print(f"| {case['voxels']}³ | {case['threads']} | {best['ns_per_voxel_step']:.2f} | {best['times_larger_bound']:.2f} | "
              f"{peer:.1f} | {peer / best['ns_per_voxel_step']:.0f} |")


if __name__ == "__main__":
    main()
