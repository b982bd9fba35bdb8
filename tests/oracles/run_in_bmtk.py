#!/usr/bin/env python3
"""Run a SONATA circuit of point neurons in bmtk (PointNet, on NEST): usage: run_in_bmtk.py CONFIG.json SPIKES.h5

bmtk reads the configuration itself; only its output goes elsewhere, and reports but those of
weights, which change no spike, are left out. The spikes are written by time and then node.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import h5py

from run_in_nest import write_spikes


def run(path):
    """The spikes of a configuration, as lists of (time, node) by population."""
    from bmtk.simulator import pointnet

    # Where a path is relative, bmtk takes the directory that it runs in.
    path = Path(path).resolve()
    os.chdir(path.parent)
    config = pointnet.Config.from_json(str(path))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        for key, value in config["output"].items():
            if key == "output_dir":
                config["output"][key] = str(output)
            elif isinstance(value, str) and key.endswith(("_file", "_csv")):
                config["output"][key] = str(output / Path(value).name)
        config["output"]["spikes_file"] = str(output / "spikes.h5")
        config["output"]["log_to_console"] = False
        # Recorders of weights make the models of synapses that edges name.
        reports = config.get("reports") or {}
        recorders = {name: own for name, own in reports.items() if own.get("module") == "weight_recorder"}
        config["reports"] = recorders
        # The files that were joined would be joined again, over what was changed.
        members = json.loads(json.dumps(config))
        joined = {name: value for name, value in members.items() if name not in ("network", "simulation")}
        config = pointnet.Config.from_dict(joined)
        config.build_env()
        network = pointnet.PointNetwork.from_config(config)
        pointnet.PointSimulator.from_config(config, network).run()
        spikes = {}
        with h5py.File(output / "spikes.h5") as file:
            for population, group in file.get("spikes", {}).items():
                spikes[population] = list(zip(group["timestamps"][:].tolist(), group["node_ids"][:].tolist()))
        return spikes


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    target = Path(sys.argv[2]).resolve()
    spikes = run(sys.argv[1])
    write_spikes(target, spikes)
    print(", ".join(f"{len(own)} spikes of {name}" for name, own in spikes.items()))


if __name__ == "__main__":
    main()
