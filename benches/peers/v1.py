#!/usr/bin/env python3
"""A circuit at the counts of the mouse V1 of Billeh et al. 2020: time to load, memory, time to run, beside bmtk on NEST in one run.

`v1_circuit.py` says how the circuit is made. Needs a Python with h5py, and with bmtk 1.2.0 and nest-simulator 3.10 unless
`--alone`. Spikes of both are compared, one for one.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

import v1_circuit

HERE = Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fraction", type=float, default=0.1, help="of the cells [default: 0.1]")
    parser.add_argument("--until-ms", type=float, default=500.0, help="biological time [default: 500]")
    parser.add_argument("--dt-ms", type=float, default=0.1, help="step [default: 0.1]")
    parser.add_argument("--threads", type=int, default=1, help="of each [default: 1]")
    parser.add_argument("--neuropil", type=Path, required=True, metavar="BINARY", help="built in release")
    parser.add_argument("--folder", type=Path, help="where the circuit lies; made if it is not there [default: for once]")
    parser.add_argument("--alone", action="store_true", help="without bmtk")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go")
    parser.add_argument("--bmtk", metavar="CONFIG", help=argparse.SUPPRESS)
    return parser.parse_args()


def in_bmtk(config, threads):
    """Builds and runs a circuit in bmtk; tells the time of each and writes the spikes."""
    import nest
    from bmtk.simulator import pointnet
    from bmtk.simulator.pointnet import pointsimulator

    os.chdir(Path(config).parent)
    begun = time.monotonic()
    members = pointnet.Config.from_json(config)
    members.build_env()
    graph = pointnet.PointNetwork.from_config(members)
    simulator = pointnet.PointSimulator.from_config(members, graph, n_thread=threads)
    taken = {}

    class Timed:
        """NEST, whose runs are timed."""

        def __getattr__(self, name):
            return getattr(nest, name)

        def Simulate(self, duration):
            # Virtual cells and their edges are made in the run, so that all before this is loading.
            taken["load_s"] = time.monotonic() - begun
            start, processor = time.monotonic(), time.process_time()
            nest.Simulate(duration)
            taken["run_s"] = time.monotonic() - start
            taken["run_processor_s"] = time.process_time() - processor

    pointsimulator.nest = Timed()
    simulator.run()
    taken["memory_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024e-9
    print("FIGURES " + json.dumps(taken))


def ours(binary, config, threads, recording):
    """Times and memory of one run."""
    before = time.monotonic()
    command = [binary, "run", config, "--threads", str(threads), "--force", "-o", recording, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, text
    summary = json.loads(text)
    return {"whole_s": time.monotonic() - before, "memory_gb": usage.ru_maxrss * 1024e-9, "summary": summary}


def spikes(file, population):
    with h5py.File(file) as own:
        group = own[f"spikes/{population}"]
        return np.array(sorted(zip(np.round(group["timestamps"][:], 4), group["node_ids"][:])))


def main():
    options = arguments()
    if options.bmtk:
        return in_bmtk(options.bmtk, options.threads)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        config = folder / "config.json"
        made = folder / "made.json"
        if not made.exists():
            made.write_text(json.dumps(v1_circuit.write(folder, options.fraction, options.until_ms, options.dt_ms)))
        figures = {"circuit": json.loads(made.read_text()), "threads": options.threads, "load_of_machine": os.getloadavg()}
        recording = folder / "ours.h5"
        figures["neuropil"] = ours(options.neuropil, config, options.threads, recording)
        found = spikes(recording, "v1")
        figures["spikes"] = len(found)
        figures["rate_hz"] = len(found) / figures["circuit"]["cells"] / options.until_ms * 1e3
        if not options.alone:
            command = [sys.executable, __file__, "--neuropil", options.neuropil, "--threads", str(options.threads), "--bmtk", config]
            text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
            figures["bmtk"] = json.loads(re.search(r"FIGURES (.*)", text)[1])
            theirs = spikes(folder / "output" / "spikes.h5", "v1")
            figures["the_same_spikes"] = found.shape == theirs.shape and bool((found == theirs).all())
            figures["only_one_has"] = len(set(map(tuple, found)) ^ set(map(tuple, theirs)))
        print(json.dumps(figures, indent=2))
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
