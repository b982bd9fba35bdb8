#!/usr/bin/env python3
"""Write the small SONATA circuits whose spikes NEST tells: usage: write_circuits.py DIRECTORY

nest_currents: iaf_psc_alpha and iaf_psc_exp, parameters a cell, a current clamp, edges without delay, in steps of 0.1 and
0.01 ms. nest_delta: two models in one population, shuffled node ids, input spikes as CSV. nest_conductances:
iaf_cond_exp, initial potentials, input spikes in the layout without populations.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np

TEXT = h5py.string_dtype()


class Circuit:
    """Files of a circuit, written as they are added."""

    def __init__(self, root, name, seed):
        self.root = root / name
        for part in ("network", "cells", "inputs", "output"):
            (self.root / part).mkdir(parents=True, exist_ok=True)
        self.rng = np.random.default_rng(seed)
        self.networks = {"nodes": [], "edges": []}
        self.inputs = {}

    def file(self, name):
        file = h5py.File(self.root / name, "w")
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], "u4")
        return file

    def cell(self, name, parameters):
        (self.root / "cells" / name).write_text(json.dumps(parameters, indent=2) + "\n")

    def nodes(self, population, type_ids, table, ids=None, params=None):
        count = len(type_ids)
        with self.file(f"network/{population}_nodes.h5") as file:
            group = file.create_group(f"nodes/{population}")
            group["node_id"] = np.arange(count, dtype="u8") if ids is None else np.asarray(ids, "u8")
            group["node_type_id"] = np.asarray(type_ids, "i8")
            group["node_group_id"] = np.zeros(count, "u4")
            group["node_group_index"] = np.arange(count, dtype="u8")
            own = group.create_group("0")
            for name, values in (params or {}).items():
                own[f"dynamics_params/{name}"] = np.asarray(values, "f8")
        (self.root / f"network/{population}_node_types.csv").write_text(table)
        self.networks["nodes"].append({
            "nodes_file": f"$NETWORK_DIR/{population}_nodes.h5",
            "node_types_file": f"$NETWORK_DIR/{population}_node_types.csv"})

    def edges(self, source, target, ends, type_ids, table, columns):
        name = f"{source}_{target}"
        with self.file(f"network/{name}_edges.h5") as file:
            group = file.create_group(f"edges/{source}__{target}__chemical")
            for end, population, nodes in zip(("source", "target"), (source, target), ends):
                group[f"{end}_node_id"] = np.asarray(nodes, "u8")
                group[f"{end}_node_id"].attrs["node_population"] = population
            count = len(type_ids)
            group["edge_type_id"] = np.asarray(type_ids, "i8")
            group["edge_group_id"] = np.zeros(count, "u4")
            group["edge_group_index"] = np.arange(count, dtype="u8")
            group.create_group("0")
            for column, values in columns.items():
                group[f"0/{column}"] = values
        (self.root / f"network/{name}_edge_types.csv").write_text(table)
        self.networks["edges"].append({
            "edges_file": f"$NETWORK_DIR/{name}_edges.h5", "edge_types_file": f"$NETWORK_DIR/{name}_edge_types.csv"})

    def trains(self, count, rate_hz, until_ms):
        """Poisson trains with times off every grid, some of them at and below 0."""
        spikes = self.rng.poisson(rate_hz * until_ms * 1e-3, count)
        nodes = np.repeat(np.arange(count), spikes)
        times = np.round(self.rng.uniform(0, until_ms, len(nodes)), 4)
        times[:3] = [0.0, 0.004, 0.03]
        order = np.argsort(times, kind="stable")
        return times[order], nodes[order]

    def spikes(self, name, population, trains, layout):
        times, nodes = trains
        if layout == "csv":
            rows = "".join(f"{time} {population} {node}\n" for time, node in zip(times, nodes))
            (self.root / f"inputs/{name}.csv").write_text("timestamps population node_ids\n" + rows)
        else:
            with self.file(f"inputs/{name}.h5") as file:
                group = file.create_group("spikes" if layout == "old" else f"spikes/{population}")
                group.attrs["sorting"] = "by_time"
                group["timestamps"] = times
                group["gids" if layout == "old" else "node_ids"] = nodes.astype("u4")
        module, ending = ("csv", "csv") if layout == "csv" else ("sonata", "h5")
        self.inputs[name] = {"input_type": "spikes", "module": module, "node_set": population,
                             "input_file": f"$INPUT_DIR/{name}.{ending}"}

    def clamp(self, name, node_set, amp, delay, duration):
        self.inputs[name] = {"input_type": "current_clamp", "module": "IClamp", "node_set": node_set,
                             "amp": amp, "delay": delay, "duration": duration}

    def write(self, runs, node_sets):
        manifest = {"$BASE_DIR": ".", "$NETWORK_DIR": "$BASE_DIR/network", "$INPUT_DIR": "$BASE_DIR/inputs"}
        (self.root / "circuit_config.json").write_text(json.dumps({
            "manifest": manifest, "components": {"point_neuron_models_dir": "$BASE_DIR/cells"},
            "networks": self.networks}, indent=2) + "\n")
        (self.root / "node_sets.json").write_text(json.dumps(node_sets, indent=2) + "\n")
        for name, (tstop, dt) in runs.items():
            (self.root / f"simulation_{name}.json").write_text(json.dumps({
                "manifest": manifest, "run": {"tstop": tstop, "dt": dt}, "target_simulator": "NEST",
                "node_sets_file": "$BASE_DIR/node_sets.json", "inputs": self.inputs,
                "output": {"output_dir": "output", "spikes_file": f"spikes_{name}.h5", "spikes_sort_order": "time"}},
                indent=2) + "\n")
            (self.root / f"{name}.json").write_text(json.dumps({
                "network": "./circuit_config.json", "simulation": f"./simulation_{name}.json"}, indent=2) + "\n")


def random_pairs(rng, sources, targets, probability):
    pre, post = np.nonzero(rng.random((len(sources), len(targets))) < probability)
    order = rng.permutation(len(pre))
    return np.asarray(sources)[pre[order]], np.asarray(targets)[post[order]]


def currents(root):
    circuit = Circuit(root, "nest_currents", 11)
    rng = circuit.rng
    circuit.cell("alpha.json", {"C_m": 200.0, "tau_m": 15.0, "V_th": -50.0, "E_L": -65.0, "V_reset": -65.0, "t_ref": 2.0})
    circuit.cell("exp.json", {"tau_m": 10.0, "V_th": -52.0, "E_L": -68.0, "tau_syn_in": 4.0, "I_e": 20.0})
    head = "node_type_id model_type model_template dynamics_params ei\n"
    circuit.nodes("exc", [100] * 40, head + "100 point_neuron nest:iaf_psc_alpha alpha.json e\n",
                  params={"V_th": rng.normal(-50, 1, 40), "tau_syn_ex": rng.uniform(1, 3, 40)})
    circuit.nodes("inh", [200] * 12 + [201] * 4, head + "200 point_neuron nest:iaf_psc_exp exp.json i\n"
                  "201 point_neuron nest:iaf_psc_exp NULL i\n")
    circuit.nodes("thalamus", [300] * 20, "node_type_id model_type\n300 virtual\n")
    table = "edge_type_id target_query source_query syn_weight delay model_template\n"
    pairs = random_pairs(rng, range(20), range(40), 0.4)
    circuit.edges("thalamus", "exc", pairs, [1] * len(pairs[0]), table + "1 * * 38.0 1.7 static_synapse\n",
                  {"nsyns": rng.integers(0, 4, len(pairs[0])).astype("u4")})
    pairs = random_pairs(rng, range(20), range(16), 0.3)
    circuit.edges("thalamus", "inh", pairs, [2] * len(pairs[0]), "edge_type_id syn_weight\n2 210.0\n", {})
    for number, (source, target, weight, n, m) in enumerate([
            ("exc", "exc", 35.0, 40, 40), ("exc", "inh", 45.0, 40, 16), ("inh", "exc", -80.0, 16, 40)]):
        pairs = random_pairs(rng, range(n), range(m), 0.2)
        count = len(pairs[0])
        own = table + f"{10 + number} 'ei==\"e\"' * NULL 1.5 static_synapse\n{20 + number} * * NULL NULL static_synapse\n"
        columns = {"syn_weight": weight * rng.lognormal(0, 0.3, count), "nsyns": rng.integers(1, 3, count).astype("u4")}
        if source == "inh":
            columns["delay"] = rng.uniform(0.3, 2.5, count)
        circuit.edges(source, target, pairs, rng.choice([10 + number, 20 + number], count), own, columns)
    circuit.spikes("thalamic", "thalamus", circuit.trains(20, 60, 400), "populations")
    circuit.clamp("clamp", "some", 250.0, 50.3, 100.2)
    circuit.write({"config": (400.0, 0.1), "fine": (200.0, 0.01)}, {"some": {"population": "inh", "node_id": [0, 3, 13, 15]}})


def delta(root):
    circuit = Circuit(root, "nest_delta", 12)
    rng = circuit.rng
    circuit.cell("delta.json", {"tau_m": 20.0, "V_th": -50.0, "E_L": -70.0, "V_reset": -60.0, "t_ref": 3.0})
    circuit.cell("exp.json", {"tau_m": 12.0, "V_th": -50.0, "E_L": -70.0, "V_reset": -65.0})
    ids = rng.permutation(40)
    circuit.nodes("cells", rng.permutation([1] * 28 + [2] * 12), "node_type_id model_type model_template dynamics_params\n"
                  "1 point_neuron nest:iaf_psc_delta delta.json\n2 point_neuron nest:iaf_psc_exp exp.json\n", ids=ids)
    with h5py.File(circuit.root / "network/cells_nodes.h5") as file:
        deltas = set(ids[file["nodes/cells/node_type_id"][:] == 1].tolist())
    circuit.nodes("noise", [3] * 10, "node_type_id model_type\n3 virtual\n")
    for source, n, probability, weight in [("noise", 10, 0.5, 2.2), ("cells", 40, 0.15, -0.8)]:
        pairs = random_pairs(rng, range(n), range(40), probability)
        weights = weight * rng.uniform(0.5, 1.5, len(pairs[0]))
        weights *= [1.0 if int(node) in deltas else 60.0 for node in pairs[1]]
        circuit.edges(source, "cells", pairs, [7] * len(pairs[0]), "edge_type_id delay\n7 0.8\n", {"syn_weight": weights})
    circuit.spikes("noise", "noise", circuit.trains(10, 120, 400), "csv")
    circuit.clamp("clamp", "all_cells", 90.0, 20.0, 250.0)
    circuit.write({"config": (400.0, 0.1), "fine": (200.0, 0.01)}, {"all_cells": {"population": "cells"}})


def conductances(root):
    circuit = Circuit(root, "nest_conductances", 13)
    rng = circuit.rng
    circuit.cell("cond.json", {"g_L": 10.0, "C_m": 200.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0,
                               "E_ex": 0.0, "E_in": -80.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0})
    circuit.nodes("cells", [1] * 40, "node_type_id model_type model_template dynamics_params\n"
                  "1 point_neuron nest:iaf_cond_exp cond.json\n", params={"V_m": rng.uniform(-65, -52, 40)})
    circuit.nodes("noise", [3] * 10, "node_type_id model_type\n3 virtual\n")
    pairs = random_pairs(rng, range(10), range(40), 0.5)
    circuit.edges("noise", "cells", pairs, [1] * len(pairs[0]), "edge_type_id syn_weight delay\n1 2.0 0.5\n", {})
    pairs = random_pairs(rng, range(40), range(40), 0.15)
    weights = np.where(pairs[0] < 32, 1.5, -8.0) * rng.uniform(0.5, 1.5, len(pairs[0]))
    circuit.edges("cells", "cells", pairs, [2] * len(pairs[0]), "edge_type_id delay\n2 1.3\n", {"syn_weight": weights})
    circuit.spikes("noise", "noise", circuit.trains(10, 90, 400), "old")
    circuit.write({"config": (400.0, 0.1), "fine": (200.0, 0.01)}, {})


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for write in (currents, delta, conductances):
        write(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
