#!/usr/bin/env python3
"""Write the small SONATA circuits whose spikes NEST tells: usage: write_circuits.py DIRECTORY

nest_currents: iaf_psc_alpha and iaf_psc_exp, parameters a cell, a current clamp, edges without delay, in steps of 0.1 and
0.01 ms. nest_delta: two models in one population, shuffled node ids, input spikes as CSV. nest_conductances:
iaf_cond_exp, initial potentials, input spikes in the layout without populations. nest_glif: glif_psc with each choice of
mechanisms, one, two or four receptors, refractory periods off the grid, and glif_psc_double_alpha. nest_cells: cells that
NEST integrates in parts of a step, cells with numbered receptors, and izhikevich with both numerics, in one population.
nest_synapses: GLIF cells as the Allen Cell Types Database writes them, and each model of synapses.
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

    def trains(self, count, rate_hz, until_ms, early=True):
        """Poisson trains with times off every grid, some of them, if `early`, at 0, which bmtk refuses."""
        spikes = self.rng.poisson(rate_hz * until_ms * 1e-3, count)
        nodes = np.repeat(np.arange(count), spikes)
        times = np.round(self.rng.uniform(0, until_ms, len(nodes)), 4)
        times[:3] = [0.0, 0.004, 0.03] if early else [0.02, 0.004, 0.03]
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

    def write(self, runs, node_sets, components=None):
        manifest = {"$BASE_DIR": ".", "$NETWORK_DIR": "$BASE_DIR/network", "$INPUT_DIR": "$BASE_DIR/inputs"}
        (self.root / "circuit_config.json").write_text(json.dumps({
            "manifest": manifest, "components": components or {"point_neuron_models_dir": "$BASE_DIR/cells"},
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


def receptors(circuit, name, number):
    folder = circuit.root / "synapses"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps({"receptor_type": number}) + "\n")
    return name


def glif(root):
    circuit = Circuit(root, "nest_glif", 14)
    rng = circuit.rng
    base = {"C_m": 60.0, "g": 4.5, "E_L": -72.0, "V_m": -72.0, "V_th": -50.0, "V_reset": -72.0, "t_ref": 2.3,
            "tau_syn": [5.5, 8.5, 2.8, 5.8]}
    moved = {"spike_dependent_threshold": True, "th_spike_add": 1.2, "th_spike_decay": 0.02,
             "voltage_reset_fraction": 0.25, "voltage_reset_add": 12.0}
    after = {"after_spike_currents": True, "asc_init": [0.0, 0.0], "asc_decay": [0.003, 0.08],
             "asc_amps": [-9.0, -120.0], "asc_r": [1.0, 0.9]}
    follows = {"adapting_threshold": True, "th_voltage_index": 0.004, "th_voltage_decay": 0.07}
    circuit.cell("glif_1.json", {**base})
    circuit.cell("glif_2.json", {**base, **moved, "t_ref": 3.75})
    circuit.cell("glif_3.json", {**base, **after})
    circuit.cell("glif_4.json", {**base, **moved, **after, "t_ref": 3.0})
    circuit.cell("glif_5.json", {**base, **moved, **after, **follows, "ASCurrents": [-5.0, 3.0]})
    circuit.cell("defaults.json", {"V_th": -65.0})
    circuit.cell("two_ports.json", {**base, "tau_syn": [3.0, 6.0]})
    circuit.cell("double.json", {"V_th": -55.0, "tau_syn_fast": [1.5, 3.0], "tau_syn_slow": [5.0, 9.0],
                                 "amp_slow": [0.3, 0.4], **after})
    head = "node_type_id model_type model_template dynamics_params ei\n"
    kinds = ["glif_1", "glif_2", "glif_3", "glif_4", "glif_5", "two_ports"]
    table = "".join(f"{10 + k} point_neuron nest:glif_psc {name}.json {'ei'[k % 2]}\n" for k, name in enumerate(kinds))
    table += "20 point_neuron nest:glif_psc defaults.json e\n21 point_neuron nest:glif_psc_double_alpha double.json i\n"
    types = np.repeat([10, 11, 12, 13, 14, 15, 20, 21], 6)
    circuit.nodes("v1", types, head + table)
    circuit.nodes("lgn", [300] * 16, "node_type_id model_type\n300 virtual\n")
    with h5py.File(circuit.root / "network/v1_nodes.h5") as file:
        kind = file["nodes/v1/node_type_id"][:]
    ports = {15: 2, 20: 1, 21: 2}
    for number in range(1, 5):
        receptors(circuit, f"port_{number}.json", number)
    columns = "edge_type_id delay dynamics_params model_template\n"
    table = columns + "".join(f"{k} NULL port_{k}.json static_synapse\n" for k in range(1, 5))
    for source, count, probability, size in [("lgn", 16, 0.5, 55.0), ("v1", 48, 0.15, 40.0)]:
        pairs = random_pairs(rng, range(count), range(48), probability)
        own = np.array([rng.integers(1, ports.get(int(kind[target]), 4) + 1) for target in pairs[1]])
        sign = np.where(own % 2 == 0, -0.7, 1.0) if source == "v1" else 1.0
        values = {"syn_weight": size * sign * rng.lognormal(0, 0.3, len(own)),
                  "delay": np.round(rng.uniform(0.5, 3.0, len(own)), 1)}
        circuit.edges(source, "v1", pairs, own, table, values)
    circuit.spikes("lgn", "lgn", circuit.trains(16, 45, 400, early=False), "populations")
    circuit.clamp("clamp", "some", 60.0, 100.0, 150.0)
    components = {"point_neuron_models_dir": "$BASE_DIR/cells", "synaptic_models_dir": "$BASE_DIR/synapses"}
    circuit.write({"config": (400.0, 0.1), "fine": (200.0, 0.05)}, {"some": {"population": "v1", "node_id": list(range(0, 48, 3))}}, components)


# Template, parameters, size of weights, numbered receptors (0: by sign; conductances take no negative weight there).
CELLS = [
    ("aeif_cond_exp", {"tau_syn_ex": 2.0, "t_ref": 1.25}, 14.0, 0),
    ("aeif_cond_alpha", {"tau_syn_ex": 1.0, "a": 2.0, "b": 30.0}, 9.0, 0),
    ("aeif_psc_exp", {"tau_syn_ex": 3.0, "V_reset": -47.0, "b": 60.0, "tau_w": 60.0}, 450.0, 0),
    ("aeif_psc_alpha", {"tau_syn_ex": 2.0, "Delta_T": 0.0}, 350.0, 0),
    ("aeif_psc_delta", {"t_ref": 2.0, "V_m": -65.0}, 5.0, 0),
    ("aeif_cond_alpha_multisynapse", {"E_rev": [0.0, -80.0, 0.0], "tau_syn": [1.0, 5.0, 2.0]}, 7.0, 3),
    ("aeif_cond_beta_multisynapse", {"E_rev": [0.0, -80.0], "tau_rise": [0.5, 1.0], "tau_decay": [3.0, 8.0]}, 16.0, 2),
    ("iaf_cond_alpha", {"tau_syn_ex": 1.0}, 9.0, 0),
    ("iaf_cond_beta", {"tau_rise_ex": 0.5, "tau_decay_ex": 2.0, "tau_rise_in": 1.0, "tau_decay_in": 4.0}, 6.0, 0),
    ("hh_psc_alpha", {"tau_syn_ex": 1.0}, 450.0, 0),
    ("hh_cond_exp_traub", {}, 7.0, 0),
    ("iaf_psc_exp_multisynapse", {"tau_syn": [2.0, 5.0, 1.0, 3.0], "t_ref": 2.4}, 500.0, 4),
    ("iaf_psc_alpha_multisynapse", {"tau_syn": [2.0, 3.0], "V_m": -60.0}, 170.0, 2),
    ("izhikevich", {"a": 0.03, "V_min": -80.0}, 4.0, 0),
    ("izhikevich", {"consistent_integration": False, "V_m": -60.0, "U_m": -12.0}, 60.0, 0),
    ("gif_psc_exp", {"Delta_V": 1e-6, "V_T_star": -52.0, "tau_syn_ex": 1.5, "q_sfa": [6.0, 1.5], "tau_sfa": [8.0, 90.0],
                     "q_stc": [40.0, -8.0], "tau_stc": [6.0, 50.0], "t_ref": 3.0}, 170.0, 0),
    ("gif_psc_exp_multisynapse", {"Delta_V": 1e-6, "V_T_star": -54.0, "tau_syn": [1.5, 4.0], "q_sfa": [5.0],
                                  "tau_sfa": [20.0], "t_ref": 2.5}, 120.0, 2),
]


def cells(root):
    circuit = Circuit(root, "nest_cells", 15)
    rng = circuit.rng
    table = "node_type_id model_type model_template dynamics_params\n"
    for kind, (template, parameters, _, _) in enumerate(CELLS):
        circuit.cell(f"cell_{kind}.json", {**parameters, "tau_minus": 20.0})
        table += f"{kind} point_neuron nest:{template} cell_{kind}.json\n"
    each, noise = 3, 12
    types = np.repeat(np.arange(len(CELLS)), each)
    circuit.nodes("cells", types, table)
    circuit.nodes("noise", [300] * noise, "node_type_id model_type\n300 virtual\n")
    for number in range(5):
        receptors(circuit, f"port_{number}.json", number)
    columns = "edge_type_id dynamics_params model_template\n"
    table = columns + "".join(f"{k} port_{k}.json static_synapse\n" for k in range(5))
    for source, count, probability, scale in [("noise", noise, 0.7, 1.0), ("cells", len(types), 0.08, 0.5)]:
        pairs = random_pairs(rng, range(count), range(len(types)), probability)
        own, weights = [], []
        for pre, post in zip(*pairs):
            template, _, size, ports = CELLS[types[post]]
            inhibits = pre % 4 == 3
            own.append(rng.integers(1, ports + 1) if ports else 0)
            is_positive = ports and "cond" in template
            weights.append(scale * size * rng.uniform(0.6, 1.4) * (-0.6 if inhibits and not is_positive else 1.0))
        values = {"syn_weight": np.array(weights), "delay": np.round(rng.uniform(0.5, 3.0, len(own)), 1)}
        circuit.edges(source, "cells", pairs, own, table, values)
    circuit.spikes("noise", "noise", circuit.trains(noise, 80, 300, early=False), "populations")
    circuit.clamp("clamp", "some", 120.0, 50.0, 150.0)
    components = {"point_neuron_models_dir": "$BASE_DIR/cells", "synaptic_models_dir": "$BASE_DIR/synapses"}
    some = {"some": {"population": "cells", "node_id": list(range(0, 39, 3))}}
    circuit.write({"config": (300.0, 0.1)}, some, components)


def allen(reset, threshold, currents):
    """A GLIF cell in the form of the Allen Cell Types Database; the numbers are ours."""
    return {
        "type": "GLIF", "name": "ours", "El": 0.0, "El_reference": -0.074, "th_inf": 0.021, "R_input": 2.2e8, "C": 7.5e-11,
        "spike_cut_length": 47, "dt": 5e-05, "init_AScurrents": [0.0, 0.0],
        "asc_tau_array": [0.3333, 0.02] if currents else [], "asc_amp_array": [-8e-12, -9e-11] if currents else [],
        "coeffs": {"th_inf": 1.05, "G": 1.1, "C": 0.9, "a": 1.0, "b": 1.0,
                   "asc_amp_array": [1.0, 0.8] if currents else []},
        "voltage_reset_method": {"name": "v", "params": {"a": 0.3, "b": 0.011} if reset else {}},
        "threshold_dynamics_method": {"name": "t", "params": {
            "a_spike": 0.0015, "b_spike": 25.0, "a_voltage": 4.0, "b_voltage": 60.0} if threshold else {}},
    }


# Template and parameters of each model of synapses; those of _hom models belong to all their synapses and stay as they are.
RULES = [
    ("stdp_synapse", {"lambda": 0.1, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": 250.0, "alpha": 1.1}),
    ("stdp_synapse_hom", {}),
    ("stdp_nn_symm_synapse", {"lambda": 0.1, "Wmax": 250.0, "tau_plus": 15.0}),
    ("stdp_nn_restr_synapse", {"lambda": 0.1, "Wmax": 250.0}),
    ("stdp_nn_pre_centered_synapse", {"lambda": 0.1, "Wmax": 250.0, "mu_plus": 0.5}),
    ("stdp_pl_synapse_hom", {}),
    ("stdp_triplet_synapse", {"Aplus": 5.0, "Aminus": 4.0, "Aplus_triplet": 6.0, "Wmax": 250.0}),
    ("vogels_sprekeler_synapse", {"eta": 5.0, "Wmax": -250.0, "alpha": 0.2}),
    ("tsodyks_synapse", {"U": 0.3, "tau_rec": 120.0, "tau_fac": 60.0, "tau_psc": 4.0}),
    ("tsodyks2_synapse", {"U": 0.4, "u": 0.4, "tau_rec": 150.0, "tau_fac": 20.0}),
    ("static_synapse", {}),
]


def synapses(root):
    circuit = Circuit(root, "nest_synapses", 16)
    rng = circuit.rng
    kinds = [("glif_lif_psc", 0, 0, 0), ("glif_lif_r_psc", 1, 1, 0), ("glif_lif_asc_psc", 0, 0, 1),
             ("glif_lif_r_asc_psc", 1, 1, 1), ("glif_lif_r_asc_a_psc", 1, 1, 1)]
    table = "node_type_id model_type model_template dynamics_params\n"
    for kind, (template, *own) in enumerate(kinds):
        circuit.cell(f"{template}.json", allen(*own))
        table += f"{kind} point_neuron nest:{template} {template}.json\n"
    circuit.cell("traces.json", {"V_th": -60.0, "tau_syn": [5.5, 8.5, 2.8, 5.8], "tau_minus": 33.0,
                                 "tau_minus_triplet": 90.0})
    table += "5 point_neuron nest:glif_psc traces.json\n"
    types = np.repeat(np.arange(6), 4)
    circuit.nodes("cells", types, table)
    circuit.nodes("noise", [300] * 12, "node_type_id model_type\n300 virtual\n")
    folder = circuit.root / "synapses"
    folder.mkdir(exist_ok=True)
    rows = []
    for number, (template, parameters) in enumerate(RULES):
        (folder / f"rule_{number}.json").write_text(json.dumps({"receptor_type": 1 + number % 4, **parameters}) + "\n")
        rows.append(f"{number} rule_{number}.json {template}\n")
    head = "edge_type_id dynamics_params model_template\n"
    for source, count, probability, size in [("noise", 12, 0.8, 75.0), ("cells", 24, 0.5, 60.0)]:
        pairs = random_pairs(rng, range(count), range(24), probability)
        own = rng.integers(0, len(RULES), len(pairs[0])) if source == "cells" else 10 + 0 * pairs[0]
        sign = np.array([-1.0 if "Wmax" in RULES[k][1] and RULES[k][1]["Wmax"] < 0 else 1.0 for k in own])
        small = np.array([0.9 if RULES[k][0].endswith("_hom") else 1.0 for k in own])
        values = {"syn_weight": size * sign * small * rng.uniform(0.7, 1.3, len(own)),
                  "delay": np.round(rng.uniform(0.5, 3.0, len(own)), 1)}
        circuit.edges(source, "cells", pairs, own, head + "".join(rows), values)
    circuit.spikes("noise", "noise", circuit.trains(12, 40, 400, early=False), "populations")
    components = {"point_neuron_models_dir": "$BASE_DIR/cells", "synaptic_models_dir": "$BASE_DIR/synapses"}
    circuit.write({"config": (400.0, 0.1)}, {}, components)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for write in (currents, delta, conductances, glif, cells, synapses):
        write(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
