"""A step of NEURON's extracellular diffusion (rxd, Douglas-Gunn); reads a job as JSON, prints figures as JSON."""

import json
import os
import sys
import time

import neuron
from neuron import h, rxd


def main():
    job = json.load(sys.stdin)
    half = 0.5 * job["voxels"] * job["dx_um"]
    rxd.options.enable.extracellular = True
    tissue = rxd.Extracellular(-half, -half, -half, half, half, half, dx=job["dx_um"], volume_fraction=0.2, tortuosity=1.0)
    species = rxd.Species(tissue, name="p", d=job["diffusivity_um2_per_ms"], initial=0.0)
    h.dt = job["field_step_ms"]
    h.finitialize(-65)
    # Before finitialize it would be forgotten.
    rxd.nthread(job["threads"])
    states = species[tissue].states3d
    states[:] = 1.0
    states[::7, ::5, ::3] = 50.0
    before, peak = states.sum(), states.max()
    h.fadvance()
    times = []
    begun = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begun < job["seconds"]:
        since = time.perf_counter()
        h.fadvance()
        times.append(time.perf_counter() - since)
    kept = states.sum() / before
    moved = states.max() < 0.9 * peak
    print(json.dumps({"version": neuron.__version__, "voxels": list(states.shape), "step_s": min(times), "steps": len(times),
                      "alive": bool(moved and abs(kept - 1.0) < 1e-6)}))
    sys.stdout.flush()
    # Its threads may not end.
    os._exit(0)


main()
