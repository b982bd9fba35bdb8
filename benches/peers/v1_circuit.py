"""A circuit at the counts of the mouse V1 of Billeh et al. 2020, as SONATA files. What is ours is said here.

Published: the 21 populations with their numbers of cells (230,924), all of them GLIF cells with after-spike currents
(`nest:glif_psc`, receptors with time constants of 5.5, 8.5, 2.8 and 5.8 ms: e to e, i to e, e to i, i to i), delays of 1.2 to
3.8 ms, of the order of 7e7 recurrent edges. A cut has fewer cells and keeps the in-degree, 304.

Ours: sources and targets are drawn uniformly within (e, i), without places and directions; five types of cells a population
with parameters drawn from the ranges of such cells; weights of one size a pair of (e, i), spread by 30 %, chosen for a few
spikes a second; the drive is Poisson trains of virtual cells, 17,400 of 8 Hz by 40 edges a cell.
"""

import json

import h5py
import numpy as np

POPULATIONS = {
    "i1Htr3a": 4363, "e23Cux2": 56057, "i23Htr3a": 4845, "i23Pvalb": 2927, "i23Sst": 2120, "e4Nr5a1": 5491,
    "e4Rorb": 11898, "e4Scnn1a": 13728, "e4other": 14644, "i4Htr3a": 1231, "i4Pvalb": 4461, "i4Sst": 2384,
    "e5Rbp4": 26846, "e5noRbp4": 6712, "i5Htr3a": 508, "i5Pvalb": 2876, "i5Sst": 2538, "e6Ntsr1": 57202,
    "i6Htr3a": 841, "i6Pvalb": 4626, "i6Sst": 4626,
}
IN_DEGREE = 304
TYPES = 5
VIRTUAL, VIRTUAL_HZ, VIRTUAL_EDGES = 17400, 8.0, 40
TAU_SYN = [5.5, 8.5, 2.8, 5.8]
# By (source, target): the file of the receptor, its number, weight in pA, delays in ms.
PAIRS = {"ee": ("e2e", 1, 6.0, [1.3, 1.5, 1.8, 2.5]), "ie": ("i2e", 2, -18.0, [0.9, 1.5, 3.8]),
         "ei": ("e2i", 3, 10.0, [1.2, 1.2, 1.2]), "ii": ("i2i", 4, -18.0, [1.6, 1.5, 1.5])}
DRIVE_PA = {"e": 28.0, "i": 26.0}


def cells(rng, kind):
    """Parameters of one type of cells."""
    c_m, g = (rng.uniform(80, 160), rng.uniform(4.5, 8.0)) if kind == "e" else (rng.uniform(40, 90), rng.uniform(5.0, 9.0))
    e_l = rng.uniform(-80, -70)
    return {"C_m": c_m, "g": g, "E_L": e_l, "V_m": e_l, "V_reset": e_l, "V_th": e_l + rng.uniform(22, 30),
            "t_ref": round(rng.uniform(2.0, 4.0), 2), "tau_syn": TAU_SYN, "after_spike_currents": True,
            "asc_decay": [0.003, 0.1], "asc_amps": [rng.uniform(-10, -2), rng.uniform(-120, -20)], "asc_r": [1.0, 1.0]}


def write(root, fraction, until_ms, dt_ms, seed=20):
    """The circuit at a fraction of the cells; tells how many cells and edges there are."""
    rng = np.random.default_rng(seed)
    for part in ("network", "cells", "synapses", "inputs", "output"):
        (root / part).mkdir(parents=True, exist_ok=True)
    rows, types, kinds = [], [], []
    for name, count in POPULATIONS.items():
        count = max(TYPES, round(fraction * count))
        for number in range(TYPES):
            own = len(rows)
            (root / f"cells/{own}.json").write_text(json.dumps(cells(rng, name[0])))
            rows.append(f"{own} point_neuron nest:glif_psc {own}.json {name} {name[0]}\n")
            share = len(range(number, count, TYPES))
            types += [own] * share
            kinds += [name[0]] * share
    kinds = np.array(kinds)
    head = "node_type_id model_type model_template dynamics_params pop_name ei\n"
    nodes(root, "v1", np.array(types), head + "".join(rows))
    virtual = max(IN_DEGREE, round(fraction * VIRTUAL))
    nodes(root, "lgn", np.full(virtual, 900), "node_type_id model_type\n900 virtual\n")
    for file, receptor, _, _ in PAIRS.values():
        (root / f"synapses/{file}.json").write_text(json.dumps({"receptor_type": receptor}))
    total = len(kinds)
    own = recurrent(root, rng, kinds)
    drive(root, rng, kinds, virtual, until_ms)
    base = {"$BASE_DIR": "${configdir}"}
    (root / "config.json").write_text(json.dumps({
        "manifest": base, "run": {"tstop": until_ms, "dt": dt_ms}, "target_simulator": "NEST",
        "output": {"output_dir": "$BASE_DIR/output", "spikes_file": "spikes.h5"},
        "inputs": {"lgn": {"input_type": "spikes", "module": "sonata", "node_set": "lgn",
                           "input_file": "$BASE_DIR/inputs/lgn.h5"}},
        "components": {"point_neuron_models_dir": "$BASE_DIR/cells", "synaptic_models_dir": "$BASE_DIR/synapses"},
        "networks": {
            kind: [{f"{kind}_file": f"$BASE_DIR/network/{name}_{kind}.h5",
                    f"{kind[:-1]}_types_file": f"$BASE_DIR/network/{name}_{kind[:-1]}_types.csv"} for name in names]
            for kind, names in (("nodes", ["v1", "lgn"]), ("edges", ["v1_v1", "lgn_v1"]))}}, indent=2))
    return {"cells": total, "edges": own, "virtual": virtual, "drive": VIRTUAL_EDGES * total}


def nodes(root, name, types, table):
    with h5py.File(root / f"network/{name}_nodes.h5", "w") as file:
        group = file.create_group(f"nodes/{name}")
        group["node_id"] = np.arange(len(types), dtype="u8")
        group["node_type_id"] = types.astype("i8")
        group["node_group_id"] = np.zeros(len(types), "u4")
        group["node_group_index"] = np.arange(len(types), dtype="u8")
        group.create_group("0")
    (root / f"network/{name}_node_types.csv").write_text(table)


def edges(root, name, ends, sources, targets, types, weights, table):
    with h5py.File(root / f"network/{name}_edges.h5", "w") as file:
        group = file.create_group(f"edges/{name}")
        for end, population, ids in zip(("source", "target"), ends, (sources, targets)):
            group[f"{end}_node_id"] = ids.astype("u8")
            group[f"{end}_node_id"].attrs["node_population"] = population
        group["edge_type_id"] = types.astype("i8")
        group["edge_group_id"] = np.zeros(len(types), "u4")
        group["edge_group_index"] = np.arange(len(types), dtype="u8")
        group["0/syn_weight"] = weights
    (root / f"network/{name}_edge_types.csv").write_text("edge_type_id delay dynamics_params model_template\n" + table)


def recurrent(root, rng, kinds):
    total = len(kinds)
    sources = rng.integers(0, total, IN_DEGREE * total)
    targets = np.repeat(np.arange(total), IN_DEGREE)
    types, weights = np.zeros(len(sources), "i4"), np.zeros(len(sources))
    table, number = "", 0
    for (pre, post), (file, _, size, delays) in ((tuple(pair), own) for pair, own in PAIRS.items()):
        chosen = np.flatnonzero((kinds[sources] == pre) & (kinds[targets] == post))
        types[chosen] = number + rng.integers(0, len(delays), len(chosen))
        weights[chosen] = size * np.exp(0.3 * rng.standard_normal(len(chosen)))
        table += "".join(f"{number + own} {delay} {file}.json static_synapse\n" for own, delay in enumerate(delays))
        number += len(delays)
    edges(root, "v1_v1", ("v1", "v1"), sources, targets, types, weights, table)
    return len(sources)


def drive(root, rng, kinds, virtual, until_ms):
    total = len(kinds)
    targets = np.repeat(np.arange(total), VIRTUAL_EDGES)
    sources = rng.integers(0, virtual, len(targets))
    excites = kinds[targets] == "e"
    weights = np.where(excites, DRIVE_PA["e"], DRIVE_PA["i"]) * np.exp(0.3 * rng.standard_normal(len(targets)))
    table = "0 1.7 e2e.json static_synapse\n1 1.7 e2i.json static_synapse\n"
    edges(root, "lgn_v1", ("lgn", "v1"), sources, targets, np.where(excites, 0, 1), weights, table)
    counts = rng.poisson(VIRTUAL_HZ * until_ms * 1e-3, virtual)
    ids = np.repeat(np.arange(virtual), counts)
    times = rng.uniform(0.01, until_ms, len(ids))
    order = np.argsort(times, kind="stable")
    with h5py.File(root / "inputs/lgn.h5", "w") as file:
        group = file.create_group("spikes/lgn")
        group.attrs["sorting"] = "by_time"
        group["timestamps"], group["node_ids"] = times[order], ids[order].astype("u8")
