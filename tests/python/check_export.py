#!/usr/bin/env python3
"""Check that other tools read what neuropil exports: usage: check_export.py NEUROPIL RECORDING DIRECTORY

Exports RECORDING into DIRECTORY, as SONATA and as tables, and opens it with libsonata, bmtk, pandas and elephant; then
writes spikes and a report with bmtk and h5py as libsonata refuses them, converts them, and reads them with libsonata.
Prints one line; exits with 1 on a mismatch.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import h5py
import libsonata
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

from bmtk.utils.reports import CompartmentReport  # noqa: E402
from bmtk.utils.sonata.file import File  # noqa: E402
from bmtk.utils.reports.spike_trains import SpikeTrains  # noqa: E402


def expect(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: found {str(found)[:300]}, expected {str(expected)[:300]}")


def check_spikes(recording, path):
    """libsonata and bmtk see the spikes of the recording."""
    reader = libsonata.SpikeReader(str(path))
    trains = SpikeTrains.load(str(path))
    expect("spike populations", sorted(reader.get_population_names()), sorted(recording["spikes"]))
    expect("populations of bmtk", sorted(trains.populations), sorted(recording["spikes"]))
    for name, group in recording["spikes"].items():
        times, nodes = group["timestamps"][:], group["node_ids"][:]
        found = reader[name].get_dict()
        expect(f"times of {name}", found["timestamps"].tolist(), times.tolist())
        expect(f"nodes of {name}", found["node_ids"].tolist(), nodes.tolist())
        expect(f"spikes of {name} in bmtk", trains.n_spikes(population=name), len(times))
        if len(nodes):
            own = sorted(trains.get_times(node_id=int(nodes[0]), population=name))
            expect(f"times of node {nodes[0]} of {name} in bmtk", own, times[nodes == nodes[0]].tolist())


def check_report(recording, path):
    """libsonata and bmtk see the frames of the report."""
    group = recording["report/exc.v_m"]
    values, nodes = group["data"][:], group["mapping/node_ids"][:]
    report = libsonata.SomaReportReader(str(path))["exc"]
    frame = report.get()
    expect("nodes of the report", sorted(report.get_node_ids()), sorted(nodes.tolist()))
    columns = [nodes.tolist().index(node) for node in frame.ids]
    expect("values of the report", bool(np.array_equal(frame.data, values[:, columns])), True)
    theirs = CompartmentReport(str(path), mode="r", population="exc")
    expect("values of a node in bmtk", theirs.data(node_id=int(nodes[1]), population="exc").ravel().tolist(), values[:, 1].tolist())


def check_network(directory):
    """libsonata finds nodes, their attributes, and by the indices the edges of a node."""
    config = libsonata.CircuitConfig.from_file(str(directory / "circuit_config.json"))
    expect("node populations", {"exc", "inh"} <= config.node_populations, True)
    nodes = libsonata.NodeStorage(str(directory / "network/exc_nodes.h5")).open_population("exc")
    expect("size of exc", nodes.size, 800)
    storage = libsonata.EdgeStorage(str(directory / "network/exc_inh_edges.h5"))
    edges = storage.open_population(*storage.population_names)
    expect("ends", (edges.source, edges.target), ("exc", "inh"))
    with h5py.File(directory / "network/exc_inh_edges.h5") as file:
        (group,) = file["edges"].values()
        sources, targets = group["source_node_id"][:], group["target_node_id"][:]
    for node in (0, 3, 199):
        expect(f"edges onto {node}", edges.afferent_edges([node]).flatten().tolist(), np.flatnonzero(targets == node).tolist())
        expect(f"edges from {node}", edges.efferent_edges([node]).flatten().tolist(), np.flatnonzero(sources == node).tolist())
    theirs = File(
        data_files=[str(directory / f"network/{name}.h5") for name in ("exc_nodes", "inh_nodes", "exc_inh_edges")],
        data_type_files=[str(directory / f"network/{name}_types.csv") for name in ("exc_node", "inh_node", "exc_inh_edge")],
    )
    expect("template of a node in bmtk", theirs.nodes["exc"][5]["model_template"], "nest:iaf_psc_exp")
    onto = list(theirs.edges["exc_inh"].get_target(3))
    expect("sources of 3 in bmtk", [edge.source_node_id for edge in onto], sources[targets == 3].tolist())
    expect("weight and delay in bmtk", (onto[0]["syn_weight"], onto[0]["delay"]), (40, 1.5))
    return len(sources)


def check_attributes(neuropil, directory):
    """libsonata reads attributes that each node and edge has."""
    model = {
        "simulation": {"duration_ms": 10},
        "populations": {"a": {"cells": 10, "model": "lif_exp", "tau_m_ms": list(range(11, 21)),
                              "positions": {"shape": "grid", "shape_cells": [10, 1, 1], "spacing_um": [5, 5, 5]}}},
        "projections": [{"from": "a", "to": "a", "rule": "list", "sources": [3, 1, 2], "targets": [5, 0, 5],
                         "weight_pa": [1.5, 2.5, -3.5], "delay_ms": [1, 2, 3]}],
    }
    (directory / "attributes.json").write_text(json.dumps(model))
    run(neuropil, "run", directory / "attributes.json", "-q", "--force", "-o", directory / "attributes.h5")
    run(neuropil, "export", directory / "attributes.h5", "--to", "sonata", "--force", "-o", directory / "attributes")
    nodes = libsonata.NodeStorage(str(directory / "attributes/network/a_nodes.h5")).open_population("a")
    every = libsonata.Selection([(0, 10)])
    expect("x", nodes.get_attribute("x", every).tolist(), [5.0 * cell for cell in range(10)])
    expect("tau_m", nodes.get_dynamics_attribute("tau_m", every).tolist(), [float(tau) for tau in range(11, 21)])
    storage = libsonata.EdgeStorage(str(directory / "attributes/network/a_a_edges.h5"))
    edges = storage.open_population("a_a")
    onto = edges.afferent_edges([5])
    expect("sources of 5", edges.source_nodes(onto).tolist(), [3, 2])
    expect("weights onto 5", edges.get_attribute("syn_weight", onto).tolist(), [1.5, -3.5])
    expect("delays onto 5", edges.get_attribute("delay", onto).tolist(), [1.0, 3.0])


def check_tables(neuropil, recording_path, directory):
    """pandas and elephant find the rate and the variability that `inspect` tells."""
    from elephant.statistics import cv, isi, mean_firing_rate

    spikes = pd.read_csv(directory / "spikes.csv")
    expect("columns of spikes.csv", list(spikes.columns), ["population", "node_id", "time_ms"])
    traces = pd.read_csv(directory / "exc.v_m.csv")
    with h5py.File(recording_path) as recording:
        exact = recording["report/exc.v_m/data_f64"][:]
    expect("traces", bool(np.array_equal(traces.drop(columns="time_ms").to_numpy(), exact)), True)
    nodes = pd.read_csv(directory / "nodes.csv")
    inspected = json.loads(run(neuropil, "inspect", recording_path, "--json"))
    until = inspected["provenance"]["simulated_until_ms"]
    for told in inspected["populations"]:
        own = spikes[spikes.population == told["name"]]
        cells = int((nodes.population == told["name"]).sum())
        rate = sum(mean_firing_rate(times.to_numpy(), t_stop=until) for _, times in own.groupby("node_id").time_ms) / cells * 1e3
        close(f"rate of {told['name']}", rate, told["rate_hz"])
        intervals = [isi(times.to_numpy()) for _, times in own.groupby("node_id").time_ms if len(times) > 2]
        if intervals and told.get("cv_isi") is not None:
            close(f"CV of {told['name']}", float(np.mean([cv(own) for own in intervals])), told["cv_isi"])


def close(what, found, expected):
    if abs(found - expected) > 1e-9 * max(1.0, abs(expected)):
        raise SystemExit(f"{what}: found {found}, neuropil says {expected}")


def check_conversion(neuropil, directory):
    """What bmtk and older tools write, libsonata reads once it is converted."""
    theirs, ours = directory / "bmtk.h5", directory / "converted.h5"
    theirs.unlink(missing_ok=True)
    trains = SpikeTrains(population="v1")
    for node, times in {4: [3.5, 1.25, 90.0], 2: [7.0, 1.0]}.items():
        trains.add_spikes(node_ids=[node] * len(times), timestamps=times, population="v1")
    trains.to_sonata(str(theirs))
    with h5py.File(theirs) as file:
        group = file["spikes/v1"]
        refused = isinstance(group.attrs["sorting"], (str, bytes)) and group["timestamps"].compression is not None
    if not refused:
        print("note: bmtk writes what libsonata reads without conversion by now")
    run(neuropil, "convert", theirs, "--force", "-o", ours)
    found = libsonata.SpikeReader(str(ours))["v1"].get()
    expect("converted spikes", found, [(2, 1.0), (4, 1.25), (4, 3.5), (2, 7.0), (4, 90.0)])
    expect("converted spikes in bmtk", SpikeTrains.load(str(ours)).n_spikes(), 5)

    with h5py.File(theirs, "w") as file:
        group = file.create_group("spikes")
        group["gids"] = np.array([9, 3], "i4")
        group.create_dataset("timestamps", data=np.array([0.5, 0.25], "f4"), compression="gzip")
        group["timestamps"].attrs["units"] = "s"
        group = file.create_group("report/v1")
        group.create_dataset("data", data=np.arange(12.0).reshape(3, 4), compression="gzip")
        group["mapping/node_ids"] = np.array([5, 6], "i8")
        group["mapping/index_pointer"] = np.array([0, 3, 4], "i8")
        group["mapping/element_ids"] = np.array([0, 1, 2, 0], "i8")
        group["mapping/time"] = np.array([0.0, 3.0, 1.0])
    said = run(neuropil, "convert", theirs, "--population", "old", "--force", "-o", ours)
    for part in ("without a population", "sorting added", "were in seconds", "not compressed", "index_pointers added"):
        expect(f"`{part}` in what convert says", part in said, True)
    expect("old spikes", libsonata.SpikeReader(str(ours))["old"].get(), [(3, 250.0), (9, 500.0)])
    frame = libsonata.ElementReportReader(str(ours))["v1"].get()
    expect("elements", [tuple(own) for own in frame.ids], [(5, 0), (5, 1), (5, 2), (6, 0)])
    expect("values", frame.data.tolist(), np.arange(12.0).reshape(3, 4).tolist())


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done.stdout


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    neuropil, recording_path, directory = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    directory.mkdir(exist_ok=True)
    run(neuropil, "export", recording_path, "--to", "sonata", "--force", "-o", directory / "sonata")
    run(neuropil, "export", recording_path, "--to", "csv", "--force", "-o", directory / "csv")
    with h5py.File(recording_path) as recording:
        check_spikes(recording, directory / "sonata/output/spikes.h5")
        check_report(recording, directory / "sonata/output/exc.v_m.h5")
    edges = check_network(directory / "sonata")
    check_attributes(neuropil, directory)
    check_tables(neuropil, recording_path, directory / "csv")
    check_conversion(neuropil, directory)
    print(f"{directory}: spikes, reports and {edges} edges agree in libsonata, bmtk, pandas and elephant")


if __name__ == "__main__":
    main()
