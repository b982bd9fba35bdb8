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
# The equations of our files models/cells/*.nestml.
EQUATIONS["adex"] = f"""
    bounded = clip(v, -1 * volt, V_peak) : volt
    dv/dt = (g_L * (E_L - bounded) + g_L * Delta_T * exp((bounded - V_T) / Delta_T) - w
             + g_exc * (E_exc - bounded) + g_inh * (E_inh - bounded) + I_e) / C_m : volt {HELD}
    dw/dt = (a * (bounded - E_L) - w) / tau_w : amp
    dg_exc/dt = -g_exc / tau_exc : siemens
    dg_inh/dt = -g_inh / tau_inh : siemens
    b : amp (constant)"""
EQUATIONS["hh_traub_miles"] = """
    dv/dt = (g_L * (E_L - v) + g_Na * m**3 * h * (E_Na - v) + g_K * n**4 * (E_K - v)
             + g_exc * (E_exc - v) + g_inh * (E_inh - v) + I_e) / C_m : volt
    dm/dt = alpha_m * (1 - m) - beta_m * m : 1
    dh/dt = alpha_h * (1 - h) - beta_h * h : 1
    dn/dt = alpha_n * (1 - n) - beta_n * n : 1
    dg_exc/dt = -g_exc / tau_exc : siemens
    dg_inh/dt = -g_inh / tau_inh : siemens
    u = (v - V_T) / mV : 1
    alpha_m = 0.32 * (13 - u) / (exp((13 - u) / 4) - 1) / ms : Hz
    beta_m = 0.28 * (u - 40) / (exp((u - 40) / 5) - 1) / ms : Hz
    alpha_h = 0.128 * exp((17 - u) / 18) / ms : Hz
    beta_h = 4 / (1 + exp((40 - u) / 5)) / ms : Hz
    alpha_n = 0.032 * (15 - u) / (exp((15 - u) / 5) - 1) / ms : Hz
    beta_n = 0.5 * exp((10 - u) / 40) / ms : Hz
    v_before : volt"""
# When a cell fires and what happens then: the threshold, the reset, what is done before each step.
SPIKES = {"": ("v >= v_th", "v = v_reset", None), "adex": ("v >= V_peak", "v = V_reset; w += b", None),
          "hh_traub_miles": ("v >= V_T + 30 * mV and v_before > v", None, "v_before = v")}
METHODS = {"": "exact", "exponential_euler": "exponential_euler", "rk4": "rk4"}
WEIGHT_UNITS = {"lif_delta": (mV, "volt"), "lif_exp": (pA, "amp"), "lif_cond_exp": (nS, "siemens"), "adex": (nS, "siemens"),
                "hh_traub_miles": (nS, "siemens")}
UNITS = {"pf": pF, "ms": ms, "mv": mV, "ns": nS, "pa": pA}
# What differs between the populations of a group, a number a cell.
BY_CELL = {"adex": {"b_pa"}}


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
        by_cell = BY_CELL.get(self.model, set())
        shared = lambda own: (own.model, {name: value for name, value in own.parameters.items() if name not in by_cell})
        if any(shared(own) != shared(network.populations[0]) for own in network.populations):
            raise ValueError("populations with different parameters are not known here")
        self.one_current = self.model == "lif_exp" and parameters["tau_syn_exc_ms"] == parameters["tau_syn_inh_ms"]
        namespace = {name.rsplit("_", 1)[0]: value * UNITS[name.rsplit("_", 1)[1]] for name, value in parameters.items()
                     if name not in by_cell}
        held = (round(parameters["t_ref_ms"] / network.dt_ms) + 1) * network.dt_ms * ms
        equations = EQUATIONS["lif_exp, one tau_syn" if self.one_current else self.model]
        threshold, reset, before = SPIKES.get(self.model, SPIKES[""])
        self.group = NeuronGroup(network.cells, equations, threshold=threshold, reset=reset, refractory=held,
                                 method=METHODS[network.populations[0].method], namespace=namespace)
        if before:
            self.group.run_regularly(before, when="start")
        if self.model == "hh_traub_miles":
            self.group.v = parameters["E_L_mv"] * mV
            for gate in "mhn":
                setattr(self.group, gate, f"alpha_{gate} / (alpha_{gate} + beta_{gate})")
        own = [drawn(population.initial, rng, population.cells) for population in network.populations]
        self.group.v = np.concatenate(own) * mV
        for name in by_cell:
            variable, unit = name.rsplit("_", 1)
            values = [own.parameters[name] for own in network.populations]
            setattr(self.group, variable, np.repeat(values, [own.cells for own in network.populations]) * UNITS[unit])
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
        # Conductances are positive; a weight says with its sign which one is meant.
        sign = np.sign(weight) if WEIGHT_UNITS[cells.model][1] == "siemens" else 1.0
        source = projection.source
        group = cells.group[first[source]:first[source] + network.populations[source].cells]
        steps = lambda values: (np.maximum(np.floor(values / network.dt_ms + 0.5), 1) - 1) * network.dt_ms * ms
        alike = {name: getattr(projection, name)["shape"] == "constant" for name in ("weight", "delay")}
        fixed = {"delay": steps(np.array(projection.delay["value"]))} if alike["delay"] else {}
        own = Synapses(group, cells.group, "" if alike["weight"] else f"strength : {WEIGHT_UNITS[cells.model][1]}",
                       on_pre=f"{variable}_post += strength", namespace={"strength": sign * weight * unit} if alike["weight"] else {}, **fixed)
        own.connect(i=sources, j=targets)
        if not alike["weight"]:
            own.strength = sign * drawn(projection.weight, rng, len(sources)) * unit
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
    clock = (f'std::cout << "{{}} " << std::chrono::duration_cast<std::chrono::nanoseconds>({now}).count()'
             f' << " " << 1e9 / CLOCKS_PER_SEC * std::clock() << std::endl;')
    brian2.device.insert_code("main", clock.format("built"))
    for since, until in zip(changes, changes[1:]):
        stretch(since, until)
    brian2.device.insert_code("main", clock.format("begun"))
    stretch(warm_up, warm_up + job["seconds"] * 1e3)
    brian2.device.insert_code("main", clock.format("ended"))


def execute(directory):
    """Runs the compiled program: its clocks (wall since it was started, processor time), its peak memory."""
    begun = time.monotonic()
    program = subprocess.Popen(["./main"], cwd=directory, stdout=subprocess.PIPE, text=True)
    lines = [line.split() for line in program.stdout]
    clocks = {line[0]: line[1:] for line in lines if line[0] in ("built", "begun", "ended")}
    _, status, usage = os.wait4(program.pid, 0)
    if status:
        raise RuntimeError(f"the compiled program ended with status {status}")
    # CLOCK_MONOTONIC is what steady_clock reads on Linux.
    found = {name: (int(wall) * 1e-9 - begun, float(processor) * 1e-9) for name, (wall, processor) in clocks.items()}
    return found, usage.ru_maxrss * 1024


def main():
    job = json.load(sys.stdin)
    network = networks.from_model(job["model"], job["scale"])
    prefs.codegen.cpp.headers += ["<chrono>", "<ctime>"]
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
        "build_s": drawing_s + clocks["built"][0], "compile_s": compile_s,
        "wall_s_per_biological_s": (clocks["ended"][0] - clocks["begun"][0]) / job["seconds"],
        "cpu_s_per_biological_s": (clocks["ended"][1] - clocks["begun"][1]) / job["seconds"], "peak_bytes": peak_bytes,
        **spikes.figures(network, senders, times, window),
    }))


if __name__ == "__main__":
    main()
