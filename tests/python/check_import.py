#!/usr/bin/env python3
"""Check an import of an NWB session: usage: check_import.py SESSION IMPORT

Computes with numpy, from the session, what the import should hold, and compares it with what libsonata and h5py read in
it. Prints one line; exits with 1 on a mismatch.
"""

import sys

import h5py
import libsonata
import numpy as np


def expected(session, unit_ids, from_s, to_s):
    """(time in ms, node) of all spikes in the window."""
    ids = session["units/id"][:].tolist()
    ends = np.concatenate([[0], session["units/spike_times_index"][:].astype(int)])
    spikes = []
    for node, unit in enumerate(unit_ids):
        row = ids.index(unit)
        times = session["units/spike_times"][ends[row] : ends[row + 1]]
        times = times[(times >= from_s) & (times < to_s)]
        spikes += [((time - from_s) * 1e3, node) for time in times]
    return sorted(spikes)


def main():
    session_path, import_path = sys.argv[1:]
    with h5py.File(import_path) as imported, h5py.File(session_path) as session:
        (population,) = imported["spikes"]
        unit_ids = imported[f"neuropil/populations/{population}/unit_ids"][:].tolist()
        (from_s,), (to_s,) = imported["neuropil/windows/from_s"][:], imported["neuropil/windows/to_s"][:]
        wanted = expected(session, unit_ids, from_s, to_s)
    reader = libsonata.SpikeReader(import_path)
    if reader.get_population_names() != [population] or reader[population].sorting != "by_time":
        raise SystemExit(f"libsonata sees {reader.get_population_names()}, {reader[population].sorting}")
    spikes = reader[population].get_dict()
    found = sorted(zip(spikes["timestamps"].tolist(), spikes["node_ids"].tolist()))
    same = len(found) == len(wanted) and all(
        abs(ours[0] - theirs[0]) < 1e-9 and ours[1] == theirs[1] for ours, theirs in zip(found, wanted)
    )
    if not same or not found:
        raise SystemExit(f"the import has {found}, expected {wanted}")
    print(f"{import_path}: {len(found)} spikes of {len(unit_ids)} units, as in the session")


if __name__ == "__main__":
    main()
