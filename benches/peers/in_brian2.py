"""Runs a network in Brian2's C++ standalone mode: reads a job (JSON) from standard input, prints figures as the last line.

The discrete equations are made neuropil's and NEST's: arrivals come after the update and before the test of the threshold, a
delay of d steps is d steps, and a cell is held for t_ref whole steps after the one in which it fired. Brian2's own order would
lengthen delays of voltage jumps by a step and shorten refractoriness by one, which shows in the rates.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import brian2
import numpy as np
from brian2 import Hz, Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses, ms, mV, nS, pA, pF, prefs

import networks
import spikes

ORDER = ["start", "groups", "synapses", "thresholds", "resets", "end"]
HELD = "(unless refractory)"
LEAK = "(e_l - v) / tau_m"
# A current for each time constant; one where they agree.
EQUATIONS = {
    "lif_delta": f"dv/dt = {LEAK} : volt {HELD}",
    "lif_exp": f"""dv/dt = {LEAK} + (i_exc + i_inh + i_e) / c_m : volt {HELD}
                   di_exc/dt = -i_exc / tau_syn_exc : amp
                   di_inh/dt = -i_inh / tau_syn_inh : amp
                   i_e : amp (constant)""",
    "lif_exp, one tau_syn": f"""dv/dt = {LEAK} + (i_exc + i_e) / c_m : volt {HELD}
                                di_exc/dt = -i_exc / tau_syn_exc : amp
                                i_e : amp (constant)""",
    "lif_cond_exp": f"""dv/dt = (g_l * (e_l - v) + g_exc * (e_exc - v) + g_inh * (e_inh - v)) / c_m : volt {HELD}
                        dg_exc/dt = -g_exc / tau_syn_exc : siemens
                        dg_inh/dt = -g_inh / tau_syn_inh : siemens""",
}
METHODS = {"": "exact", "exponential_euler": "exponential_euler"}
WEIGHT_UNITS = {"lif_delta": (mV, "volt"), "lif_exp": (pA, "amp"), "lif_cond_exp": (nS, "siemens")}
UNITS = {"pf": pF, "ms": ms, "mv": mV, "ns": nS}


def drawn(own, rng, size):
    """Numbers of a distribution."""
    if own["shape"] == "constant":
        return np.full(size, own["value"])
    draw = {"uniform": lambda n: rng.uniform(own["low"], own["high"], n),
            "normal": lambda n: rng.normal(own["mean"], own["std"], n)}[own["shape"]]
    values = draw(size)
    if own["outside"] == "clip":
        return np.clip(values, own["min"], own["max"])
    while (out := np.flatnonzero((values < own["min"]) | (values > own["max"]))).size:
        values[out] = draw(out.size)
    return values


def wired(pair, network, rng):
    """Sources and targets of the synapses of a pair, by target."""
    pre, post = network.populations[pair.source].cells, network.populations[pair.target].cells
    alone = pair.source == pair.target and not pair.autapses
    if pair.rule == "fixed_total_number":
        if alone or not pair.multapses:
            raise ValueError("a fixed total number without autapses or multapses is not known here")
        return rng.integers(pre, size=int(pair.number)), np.sort(rng.integers(post, size=int(pair.number)))
    if pair.multapses:
        raise ValueError(f"{pair.rule} with multapses is not known here")
    sources, targets = [], []
    for target in range(post):
        there = pre - 1 if alone else pre
        count = int(pair.number) if pair.rule == "fixed_in_degree" else rng.binomial(there, pair.number)
        chosen = rng.choice(there, count, replace=False)
        sources.append(chosen + (chosen >= target) if alone else chosen)
        targets.append(np.full(count, target))
    return np.concatenate(sources), np.concatenate(targets)


class Cells:
    """All cells as one group: their equations and parameters agree."""

    def __init__(self, network, rng):
        self.model = network.populations[0].model
        parameters = network.populations[0].parameters
        if any((own.model, own.parameters) != (self.model, parameters) for own in network.populations):
            raise ValueError("populations with different parameters are not known here")
        self.one_current = self.model == "lif_exp" and parameters["tau_syn_exc_ms"] == parameters["tau_syn_inh_ms"]
        namespace = {name.rsplit("_", 1)[0]: value * UNITS[name.rsplit("_", 1)[1]] for name, value in parameters.items()}
        held = (round(parameters["t_ref_ms"] / network.dt_ms) + 1) * network.dt_ms * ms
        equations = EQUATIONS["lif_exp, one tau_syn" if self.one_current else self.model]
        self.group = NeuronGroup(network.cells, equations, threshold="v >= v_th", reset="v = v_reset", refractory=held,
                                 method=METHODS[network.populations[0].method], namespace=namespace)
        own = [drawn(population.initial, rng, population.cells) for population in network.populations]
        self.group.v = np.concatenate(own) * mV
        if self.model == "lif_exp":
            self.group.i_e = np.repeat([own.current_pa for own in network.populations],
                                       [own.cells for own in network.populations]) * pA

    def receiving(self, weight):
        """The variable that a weight of this sign is added to, the unit, and what it is multiplied with."""
        unit = WEIGHT_UNITS[self.model][0]
        if self.model == "lif_delta":
            return "v", unit
        variable = "i" if self.model == "lif_exp" else "g"
        return f"{variable}_{'inh' if weight < 0 and not self.one_current else 'exc'}", unit


def build_synapses(network, cells, rng):
    first = network.first_ids()
    made = []
    for projection in network.projections:
        if not projection.pairs:
            continue
        pairs = [(sources, targets + first[pair.target]) for pair in projection.pairs
                 for sources, targets in [wired(pair, network, rng)]]
        sources, targets = (np.concatenate(each).astype(np.int32) for each in zip(*pairs))
        weight = networks.mean(projection.weight)
        variable, unit = cells.receiving(weight)
        # Conductances are positive; a weight of lif_cond_exp says with its sign which one is meant.
        sign = np.sign(weight) if cells.model == "lif_cond_exp" else 1.0
        source = projection.source
        group = cells.group[first[source]:first[source] + network.populations[source].cells]
        steps = lambda values: (np.maximum(np.floor(values / network.dt_ms + 0.5), 1) - 1) * network.dt_ms * ms
        alike = {name: getattr(projection, name)["shape"] == "constant" for name in ("weight", "delay")}
        fixed = {"delay": steps(np.array(projection.delay["value"]))} if alike["delay"] else {}
        own = Synapses(group, cells.group, "" if alike["weight"] else f"w : {WEIGHT_UNITS[cells.model][1]}",
                       on_pre=f"{variable}_post += w", namespace={"w": sign * weight * unit} if alike["weight"] else {}, **fixed)
        own.connect(i=sources, j=targets)
        if not alike["weight"]:
            own.w = sign * drawn(projection.weight, rng, len(sources)) * unit
        if not alike["delay"]:
            own.delay = steps(drawn(projection.delay, rng, len(sources)))
        made.append(own)
    return made


def build_inputs(network, cells):
    """(input, from ms, until ms) for every rate that is not 0."""
    first = network.first_ids()
    made = []
    for train in network.inputs:
        target = cells.group[first[train.target]:first[train.target] + network.populations[train.target].cells]
        variable, unit = cells.receiving(train.weight)
        untils = [since for since, _ in train.steps[1:]] + [float("inf")]
        for (since, hz), until in zip(train.steps, untils):
            if hz > 0:
                own = PoissonInput(target, variable, train.trains, hz / train.trains * Hz, train.weight * unit)
                made.append((own, since, until))
    return made


def run(net, inputs, job):
    """The warm-up, in stretches between changes of rates, and the window, with clocks between them."""
    warm_up = job["warm_up_ms"]
    changes = sorted({0.0, warm_up} | {time for _, since, until in inputs for time in (since, until) if 0 < time < warm_up})
    if any(warm_up < time < float("inf") for _, since, until in inputs for time in (since, until)):
        raise ValueError("a rate changes in the window that is measured")

    def stretch(since, until):
        for own, begin, end in inputs:
            own.active = begin <= since < end
        net.run((until - since) * ms)

    now = "std::chrono::steady_clock::now().time_since_epoch()"
    clock = f'std::cout << "{{}} " << std::chrono::duration_cast<std::chrono::nanoseconds>({now}).count() << std::endl;'
    brian2.device.insert_code("main", clock.format("built"))
    for since, until in zip(changes, changes[1:]):
        stretch(since, until)
    brian2.device.insert_code("main", clock.format("begun"))
    stretch(warm_up, warm_up + job["seconds"] * 1e3)
    brian2.device.insert_code("main", clock.format("ended"))


def execute(directory):
    """Runs the compiled program: its clocks, when it was started, its peak memory."""
    begun = time.monotonic()
    program = subprocess.Popen(["./main"], cwd=directory, stdout=subprocess.PIPE, text=True)
    clocks = dict(line.split() for line in program.stdout if line.split()[0] in ("built", "begun", "ended"))
    _, status, usage = os.wait4(program.pid, 0)
    if status:
        raise RuntimeError(f"the compiled program ended with status {status}")
    # CLOCK_MONOTONIC is what steady_clock reads on Linux.
    return {name: int(clock) * 1e-9 - begun for name, clock in clocks.items()}, usage.ru_maxrss * 1024


def main():
    job = json.load(sys.stdin)
    network = networks.from_model(job["model"], job["scale"])
    prefs.codegen.cpp.headers += ["<chrono>"]
    prefs.devices.cpp_standalone.openmp_threads = job["threads"] if job["threads"] > 1 else 0
    prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.defaultclock.dt = network.dt_ms * ms
    brian2.seed(job["seed"])
    rng = np.random.default_rng(job["seed"])
    begun = time.perf_counter()
    cells = Cells(network, rng)
    synapses = build_synapses(network, cells, rng)
    inputs = build_inputs(network, cells)
    monitor = SpikeMonitor(cells.group)
    net = Network(cells.group, *synapses, *(own for own, _, _ in inputs), monitor)
    net.schedule = ORDER
    drawing_s = time.perf_counter() - begun
    run(net, inputs, job)
    with tempfile.TemporaryDirectory(prefix="brian2-", dir=job["directory"]) as directory:
        begun = time.perf_counter()
        with open(Path(directory) / "make.log", "w") as log:
            printed, sys.stdout = sys.stdout, log
            brian2.device.build(directory=directory, run=False)
            sys.stdout = printed
        compile_s = time.perf_counter() - begun
        clocks, peak_bytes = execute(directory)
        brian2.get_device().has_been_run = True
        senders, times = np.asarray(monitor.i[:]), np.asarray(monitor.t / ms)
        counts = sum(len(own) for own in synapses)
    # A spike of the step that begins at t belongs to its end.
    times = times + network.dt_ms
    window = (job["warm_up_ms"], job["warm_up_ms"] + job["seconds"] * 1e3)
    if "spikes" in job:
        spikes.write(job["spikes"], network, senders, times, window)
    print(json.dumps({
        "version": brian2.__version__, "threads": job["threads"], "cells": len(cells.group), "synapses": counts,
        "build_s": drawing_s + clocks["built"], "compile_s": compile_s,
        "wall_s_per_biological_s": (clocks["ended"] - clocks["begun"]) / job["seconds"], "peak_bytes": peak_bytes,
        **spikes.figures(network, senders, times, window),
    }))


if __name__ == "__main__":
    main()
