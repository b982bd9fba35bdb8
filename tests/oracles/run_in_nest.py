#!/usr/bin/env python3
"""Run a SONATA circuit of point neurons in NEST: usage: run_in_nest.py CONFIG.json SPIKES.h5

The circuit is read with h5py and built in PyNEST, since NEST from PyPI cannot read SONATA. NEST is told what the files say
and no more: what a cell or an edge leaves out, its initial potential too, is NEST's own. Its spike generators have
precise_times, as those of bmtk, and so round input times up themselves; times at or below 0, which they refuse, are dropped.
The weight of an edge is syn_weight x nsyns; delays below half a step, which NEST refuses, are one step. A current clamp
reaches its cells through a connection of one step. Where an input asks for spikes at time 0 (neuropil_spikes_at_start),
which NEST refuses, everything happens one step later and the initial potentials are set again after that step.
"""

import csv
import json
import shlex
import sys
from pathlib import Path

import h5py
import nest
import numpy as np


def resolved(path):
    """The members of a configuration file, variables replaced, paths made absolute."""
    path = Path(path)
    text = path.read_text()
    variables = {"${configdir}": str(path.parent.resolve()), **json.loads(text).get("manifest", {})}
    for _ in variables:
        for name in sorted(variables, key=len, reverse=True):
            text = text.replace(name, variables[name]) if name in text else text
    members = json.loads(text)
    members.pop("manifest", None)

    def absolute(value):
        if isinstance(value, dict):
            return {name: absolute(own) for name, own in value.items()}
        if isinstance(value, list):
            return [absolute(own) for own in value]
        if isinstance(value, str) and (path.parent / value).exists():
            return str((path.parent / value).resolve())
        return value

    return absolute(members)


def configuration(path):
    """The configuration joined with the files that it names."""
    members = resolved(path)
    for part in ("network", "simulation"):
        if part in members:
            members = {**resolved(members.pop(part)), **members}
    return members


def types(path, key):
    """The rows of a type table by id."""
    if path in (None, "NULL"):
        return {}
    lines = [shlex.split(line) for line in Path(path).read_text().splitlines() if line.strip()]
    rows = [dict(zip(lines[0], line)) for line in lines[1:]]
    return {int(row[key]): {name: text for name, text in row.items() if text != "NULL"} for row in rows}


def text(value):
    return value.decode() if isinstance(value, bytes) else value


class Items:
    """Nodes or edges: columns of the HDF5 groups over columns of the type table."""

    def __init__(self, group, kind, table):
        self.type_ids = group[f"{kind}_type_id"][:]
        count = len(self.type_ids)
        self.groups = group[f"{kind}_group_id"][:] if f"{kind}_group_id" in group else np.zeros(count, int)
        self.entries = group[f"{kind}_group_index"][:] if f"{kind}_group_index" in group else np.arange(count)
        self.columns = {}
        for name in group:
            if name.isdigit():
                own = dict(group[name])
                params = own.pop("dynamics_params", None)
                if isinstance(params, h5py.Group):
                    own.update({f"dynamics_params/{key}": params[key] for key in params})
                elif params is not None:
                    own["dynamics_params"] = params
                self.columns[int(name)] = {key: column[:] for key, column in own.items()}
        self.table = table

    def get(self, item, name, default=None):
        columns = self.columns.get(self.groups[item], {})
        if name in columns:
            return text(columns[name][self.entries[item]])
        return self.table.get(int(self.type_ids[item]), {}).get(name, default)

    def parameters(self, item):
        columns = self.columns.get(self.groups[item], {})
        own = [name for name in columns if name.startswith("dynamics_params/")]
        return {name.split("/")[1]: float(columns[name][self.entries[item]]) for name in own}


def build_nodes(config):
    """The global id in NEST of each node of each population, and what the nodes are."""
    ids, items = {}, {}
    for entry in config["networks"]["nodes"]:
        table = types(entry.get("node_types_file"), "node_type_id")
        with h5py.File(entry["nodes_file"]) as file:
            for population, group in file["nodes"].items():
                own = items[population] = Items(group, "node", table)
                node_ids = group["node_id"][:] if "node_id" in group else np.arange(len(own.type_ids))
                ids[population] = {}
                for item, node in enumerate(node_ids):
                    if own.get(item, "model_type") == "virtual":
                        created = nest.Create("spike_generator")
                    else:
                        created = create_cell(config, own, item)
                    ids[population][int(node)] = created.get("global_id")
    return ids, items


def create_cell(config, items, item):
    parameters = {}
    file = items.get(item, "dynamics_params")
    if file is not None:
        path = Path(config["components"]["point_neuron_models_dir"]) / file
        parameters = {name: value for name, value in json.loads(path.read_text()).items() if not isinstance(value, str)}
    parameters.update(items.parameters(item))
    cell = nest.Create(items.get(item, "model_template").split(":")[1])
    cell.set(parameters)
    return cell


def build_edges(config, ids, dt):
    default = nest.GetDefaults("static_synapse")
    for entry in config["networks"].get("edges", []):
        table = types(entry.get("edge_types_file"), "edge_type_id")
        with h5py.File(entry["edges_file"]) as file:
            for group in file["edges"].values():
                own = Items(group, "edge", table)
                source = text(group["source_node_id"].attrs["node_population"])
                target = text(group["target_node_id"].attrs["node_population"])
                count = len(own.type_ids)
                number = lambda name, default: np.array([float(own.get(edge, name, default)) for edge in range(count)])
                synapses = number("nsyns", 1)
                delays = number("delay", default["delay"])
                delays[delays < dt / 2] = dt
                kept = synapses != 0
                pre = np.array([ids[source][int(node)] for node in group["source_node_id"][:]])[kept]
                post = np.array([ids[target][int(node)] for node in group["target_node_id"][:]])[kept]
                weights = (number("syn_weight", default["weight"]) * synapses)[kept]
                if len(pre):
                    nest.Connect(pre, post, "one_to_one", {"weight": weights, "delay": delays[kept]})


def nearest(times, dt):
    """Numbers of the nearest steps; halves round up."""
    return np.floor(np.asarray(times, float) * round(1 / dt) + 0.5).astype(int)


def read_spikes(path, population):
    """Times and node ids, from HDF5 (old layout too) or CSV."""
    if path.endswith(".csv"):
        with open(path) as file:
            delimiter = "," if "," in file.readline() else " "
            file.seek(0)
            rows = [row for row in csv.DictReader(file, delimiter=delimiter) if row.get("population", population) == population]
        return np.array([float(row["timestamps"]) for row in rows]), np.array([int(row["node_ids"]) for row in rows])
    with h5py.File(path) as file:
        group = file["spikes"]
        if "gids" in group:
            return group["timestamps"][:], group["gids"][:]
        group = group[population]
        return group["timestamps"][:], group["node_ids"][:]


def chosen(config, name, ids, items):
    """(population, node) pairs of a node set, or of the population of that name."""
    sets = json.loads(Path(config["node_sets_file"]).read_text()) if "node_sets_file" in config else {}
    rules = name if isinstance(name, dict) else sets.get(name, {} if name == "all" else {"population": name})
    nodes = [(population, node) for population, own in ids.items() for node in own]

    places = {population: {node: item for item, node in enumerate(own)} for population, own in ids.items()}

    def holds(population, node):
        for column, expected in rules.items():
            expected = expected if isinstance(expected, list) else [expected]
            item = places[population][node]
            found = {"population": population, "node_id": node}.get(column, items[population].get(item, column))
            if found not in expected:
                return False
        return True

    return [pair for pair in nodes if holds(*pair)]


def build_inputs(config, ids, items, dt, ahead):
    """Spike generators and current clamps, `ahead` steps late."""
    trains = {}
    for given in config.get("inputs", {}).values():
        nodes = chosen(config, given["node_set"], ids, items)
        if given["input_type"] == "current_clamp":
            start = given["delay"]
            generator = nest.Create("dc_generator", params={
                "amplitude": given["amp"], "start": (nearest(start, dt) + ahead) * dt,
                "stop": (nearest(start + given["duration"], dt) + ahead) * dt})
            cells = [ids[population][node] for population, node in nodes if items[population].get(0, "model_type") != "virtual"]
            nest.Connect(generator, nest.NodeCollection(sorted(cells)), syn_spec={"delay": dt})
            continue
        for population in sorted({population for population, _ in nodes}):
            times, senders = read_spikes(given["input_file"], population)
            wanted = {node for own, node in nodes if own == population}
            for time, node in zip(times, senders):
                at_start = time == 0 and given.get("neuropil_spikes_at_start", False)
                if (time > 0 or at_start) and int(node) in wanted:
                    late = (nearest(time, dt) + ahead) * dt if ahead else time
                    trains.setdefault(ids[population][int(node)], []).append(late)
    for generator, times in trains.items():
        nest.NodeCollection([generator]).set({"precise_times": True, "spike_times": sorted(times)})


def write_spikes(path, spikes):
    """SONATA spikes by time and then node; `spikes` has lists of (time, node) by population."""
    with h5py.File(path, "w") as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], "u4")
        for population, own in spikes.items():
            group = file.create_group(f"spikes/{population}")
            sorting = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="u1")
            group.attrs.create("sorting", 2, dtype=sorting)
            own = sorted(own)
            group["timestamps"] = np.array([time for time, _ in own], "f8")
            group["timestamps"].attrs["units"] = "ms"
            group["node_ids"] = np.array([node for _, node in own], "u8")


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    config = configuration(sys.argv[1])
    dt = config["run"].get("dt", 0.1)
    nest.verbosity = nest.VerbosityLevel.WARNING
    nest.ResetKernel()
    nest.resolution = dt
    ids, items = build_nodes(config)
    build_edges(config, ids, dt)
    ahead = int(any(given.get("neuropil_spikes_at_start") for given in config.get("inputs", {}).values()))
    build_inputs(config, ids, items, dt, ahead)
    recorder = nest.Create("spike_recorder")
    names = {}
    for population, own in ids.items():
        for item, (node, identity) in enumerate(own.items()):
            if items[population].get(item, "model_type") != "virtual":
                names[identity] = (population, node)
    nest.Connect(nest.NodeCollection(sorted(names)), recorder)
    cells = nest.NodeCollection(sorted(names))
    if ahead:
        initial = [{"V_m": potential} for potential in np.atleast_1d(cells.get("V_m"))]
        nest.Simulate(ahead * dt)
        cells.set(initial)
    nest.Simulate(nearest(config["run"]["tstop"], dt) * dt)
    spikes = {population: [] for population, _ in names.values()}
    events = recorder.get("events")
    for time, sender in zip(events["times"], events["senders"]):
        population, node = names[int(sender)]
        spikes[population].append((int(nearest(time, dt) - ahead) / round(1 / dt), node))
    write_spikes(sys.argv[2], spikes)
    print(f"NEST {nest.__version__}: " + ", ".join(f"{len(own)} spikes of {name}" for name, own in spikes.items()))


if __name__ == "__main__":
    main()
