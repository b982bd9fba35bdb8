"""Runs circuits of bmtk in bmtk itself and in neuropil, and compares them spike for spike: check_bmtk.py NEUROPIL PLACE."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "oracles"))

from run_in_bmtk import run  # noqa: E402

PUBLISHED = "point_120cells/config.simulation.json"
# Clamps by node_ids, lists and a table, edges left out.
DERIVED = [f"derived/{name}.json" for name in ("perturbed", "list", "table", "sources")]
# Cells of every template, ports by number.
CELLS = ["nest_glif/config.json", "nest_cells/config.json", "nest_synapses/config.json"]
# Trained by neuropil and exported.
TRAINED = "derived/learning.json"
LEARNING = ["point_stdp/config.simulation_virtual.json"]


def without_report(config):
    """The published configuration asks for potentials of every microsecond, which change no spike and take long."""
    members = json.loads(config.read_text())
    del members["reports"]
    config.write_text(json.dumps(members))


def spikes_of(recording):
    """(node, time) of every spike, by population; times to a nanosecond."""
    with h5py.File(recording) as file:
        groups = {name: group for name, group in file["spikes"].items() if len(group["timestamps"])}
        return {name: ordered(zip(group["timestamps"][:], group["node_ids"][:])) for name, group in groups.items()}


def ordered(spikes):
    return sorted((int(node), round(float(time), 6)) for time, node in spikes)


def main():
    neuropil, place = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "data" / "sonata" / "bmtk", place)
    without_report(place / PUBLISHED)
    for case in CELLS:
        shutil.copytree(ROOT / "tests" / "data" / "sonata" / Path(case).parent, (place / case).parent)
    trained = place / "trained.h5"
    subprocess.run([neuropil, "run", str(place / TRAINED), "--quiet", "-o", str(trained)], check=True)
    subprocess.run([neuropil, "export", str(trained), "--to", "sonata", "-o", str(place / "trained")], check=True)
    told = []
    for case in [PUBLISHED, *DERIVED, *LEARNING, *CELLS, "trained/config.json"]:
        begun = time.monotonic()
        expected = {name: ordered(spikes) for name, spikes in run(place / case).items()}
        in_bmtk = time.monotonic() - begun
        recording = place / "found.h5"
        subprocess.run([neuropil, "run", str(place / case), "--quiet", "--force", "-o", str(recording)], check=True)
        found = spikes_of(recording)
        assert found == expected, f"{case}: " + ", ".join(
            f"{name}: {len(found.get(name, []))} spikes, {len(own)} in bmtk, "
            f"{len(set(own) ^ set(found.get(name, [])))} in one of them only" for name, own in expected.items())
        count = sum(map(len, expected.values()))
        assert count > 0, f"{case}: no spike to compare"
        told.append(f"{case}: {count} spikes, bmtk {in_bmtk:.1f} s")
    print("\n".join(told))


if __name__ == "__main__":
    main()
