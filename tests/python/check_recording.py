#!/usr/bin/env python3
"""Check that other readers understand a recording: usage: check_recording.py RECORDING

Opens it with h5py and libsonata and compares what both see of every population and report.
Prints one line; exits with 1 on a mismatch.
"""

import sys

import h5py
import libsonata
import numpy as np


def check_spikes(path, file):
    """Number of spikes, by libsonata, after comparing each population with h5py."""
    reader = libsonata.SpikeReader(path)
    groups = file.get("spikes", {})
    expect("spike populations", sorted(reader.get_population_names()), sorted(groups))
    total = 0
    for name, group in groups.items():
        population = reader[name]
        expect(f"order of {name}", population.sorting, "by_time")
        expect(f"unit of {name}", population.time_units, "ms")
        spikes = population.get_dict()
        expect(f"node ids of {name}", spikes["node_ids"].tolist(), group["node_ids"][:].tolist())
        expect(f"times of {name}", spikes["timestamps"].tolist(), group["timestamps"][:].tolist())
        total += len(spikes["node_ids"])
    return total


def check_reports(path, file):
    """Number of report groups after comparing each with h5py."""
    groups = file.get("report", {})
    if not groups:
        return 0
    reader = libsonata.ElementReportReader(path)
    expect("reports", sorted(reader.get_population_names()), sorted(groups))
    for name, group in groups.items():
        report = reader[name]
        start, stop, interval = group["mapping/time"][:]
        expect(f"times of {name}", report.times, (start, stop, interval))
        expect(f"nodes of {name}", sorted(report.get_node_ids()), sorted(group["mapping/node_ids"][:]))
        if not len(group["data"]):
            continue
        frame = report.get()
        expect(f"frames of {name}", frame.data.shape, group["data"].shape)
        columns = [list(group["mapping/node_ids"][:]).index(node) for node, _ in frame.ids]
        expect(f"values of {name}", bool(np.allclose(frame.data, group["data"][:][:, columns])), True)
        times = start + interval * np.arange(len(group["data"]))
        expect(f"frame times of {name}", bool(np.allclose(frame.times, times)), True)
    return len(groups)


def expect(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: libsonata has {str(found)[:200]}, h5py {str(expected)[:200]}")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    path = sys.argv[1]
    with h5py.File(path, "r") as file:
        expect("magic", int(file.attrs["magic"]), 0x0A7A)
        expect("version", file.attrs["version"].tolist(), [0, 1])
        spikes = check_spikes(path, file)
        reports = check_reports(path, file)
    print(f"{path}: {spikes} spikes and {reports} reports agree in h5py and libsonata")


if __name__ == "__main__":
    main()
