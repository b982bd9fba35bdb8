"""Runs a network in NEST: reads a job (JSON) from standard input, prints figures as the last line."""

import json
import math
import resource
import sys
import time

import nest
import numpy as np

import networks
import spikes

MODELS = {"lif_delta": "iaf_psc_delta", "lif_exp": "iaf_psc_exp", "lif_cond_exp": "iaf_cond_exp", "adex": "aeif_cond_exp",
          "hh_traub_miles": "hh_cond_exp_traub"}
NAMES = {"c_m_pf": "C_m", "tau_m_ms": "tau_m", "g_l_ns": "g_L", "e_l_mv": "E_L", "v_th_mv": "V_th", "v_reset_mv": "V_reset",
         "t_ref_ms": "t_ref", "e_exc_mv": "E_ex", "e_inh_mv": "E_in", "tau_syn_exc_ms": "tau_syn_ex",
         "tau_syn_inh_ms": "tau_syn_in"}
RULES = {"fixed_probability": ("pairwise_bernoulli", "p", float), "fixed_in_degree": ("fixed_indegree", "indegree", int),
         "fixed_total_number": ("fixed_total_number", "N", int)}

OF_FILES = {"C_m_pf": "C_m", "g_L_ns": "g_L", "E_L_mv": "E_L", "Delta_T_mv": "Delta_T", "tau_w_ms": "tau_w", "a_ns": "a", "b_pa": "b",
            "V_peak_mv": "V_peak", "V_reset_mv": "V_reset", "t_ref_ms": "t_ref", "E_exc_mv": "E_ex", "E_inh_mv": "E_in",
            "tau_exc_ms": "tau_syn_ex", "tau_inh_ms": "tau_syn_in", "I_e_pa": "I_e", "g_Na_ns": "g_Na", "g_K_ns": "g_K",
            "E_Na_mv": "E_Na", "E_K_mv": "E_K"}
# What the exponent of an adaptive exponential cell is relative to, and the V_T of the rates of Traub and Miles.
V_T = {"adex": "V_th", "hh_traub_miles": "V_T"}


def named(population, name):
    """What NEST calls a parameter."""
    if population.model not in V_T:
        return NAMES[name]
    return V_T[population.model] if name == "V_T_mv" else OF_FILES[name]


def parameter(own):
    """A distribution as NEST has it."""
    if own["shape"] == "constant":
        return own["value"]
    if own["shape"] == "uniform":
        return nest.random.uniform(own["low"], own["high"])
    drawn = nest.random.normal(own["mean"], own["std"])
    if own["outside"] == "redraw":
        return drawn if math.isinf(own["min"]) and math.isinf(own["max"]) else nest.math.redraw(drawn, own["min"], own["max"])
    # Bounds that are clipped to are so far out (10 deviations) that they are never met.
    for bound in (own["min"], own["max"]):
        if math.isfinite(bound) and abs(bound - own["mean"]) < 8 * own["std"]:
            raise ValueError("a clipped distribution whose bound is met has no counterpart")
    return drawn


def build_cells(network):
    built = []
    for population in network.populations:
        own = {named(population, name): value for name, value in population.parameters.items()}
        if population.current_pa:
            own["I_e"] = population.current_pa
        cells = nest.Create(MODELS[population.model], population.cells, params=own)
        cells.V_m = parameter(population.initial)
        built.append(cells)
    return built


def build_synapses(network, cells):
    for number, projection in enumerate(network.projections):
        # At most 2^27 - 2 synapses of a model on a thread: one model a projection and source.
        model = f"static_{number}"
        nest.CopyModel("static_synapse", model)
        for pair in projection.pairs:
            rule, key, cast = RULES[pair.rule]
            wiring = {"rule": rule, key: cast(pair.number), "allow_autapses": pair.autapses,
                      "allow_multapses": pair.multapses}
            synapse = {"synapse_model": model, "weight": parameter(projection.weight), "delay": parameter(projection.delay)}
            nest.Connect(cells[pair.source], cells[pair.target], wiring, synapse)


def build_inputs(network, cells):
    for train in network.inputs:
        stops = [since for since, _ in train.steps[1:]] + [None]
        for (since, hz), until in zip(train.steps, stops):
            if hz > 0:
                own = {"rate": hz, "start": since, **({"stop": until} if until is not None else {})}
                generator = nest.Create("poisson_generator", params=own)
                nest.Connect(generator, cells[train.target], syn_spec={"weight": train.weight, "delay": network.dt_ms})


def main():
    job = json.load(sys.stdin)
    network = networks.from_model(job["model"], job["scale"])
    nest.verbosity = nest.VerbosityLevel.WARNING
    nest.ResetKernel()
    nest.local_num_threads = job["threads"]
    nest.resolution = network.dt_ms
    nest.rng_seed = job["seed"]
    begun = time.perf_counter()
    cells = build_cells(network)
    build_synapses(network, cells)
    synapses = nest.num_connections
    build_inputs(network, cells)
    recorder = nest.Create("spike_recorder")
    for own in cells:
        nest.Connect(own, recorder)
    nest.Prepare()
    build_s = time.perf_counter() - begun
    nest.Run(job["warm_up_ms"])
    begun = time.perf_counter(), time.process_time()
    nest.Run(job["seconds"] * 1e3)
    wall_s, cpu_s = time.perf_counter() - begun[0], time.process_time() - begun[1]
    nest.Cleanup()
    events = recorder.events
    window = (job["warm_up_ms"], job["warm_up_ms"] + job["seconds"] * 1e3)
    senders, times = np.asarray(events["senders"]) - cells[0][0].global_id, np.asarray(events["times"])
    if "spikes" in job:
        spikes.write(job["spikes"], network, senders, times, window)
    print(json.dumps({
        "version": nest.__version__, "threads": job["threads"], "cells": sum(len(own) for own in cells), "synapses": synapses,
        "build_s": build_s, "wall_s_per_biological_s": wall_s / job["seconds"],
        "cpu_s_per_biological_s": cpu_s / job["seconds"],
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        **spikes.figures(network, senders, times, window),
    }))


if __name__ == "__main__":
    main()
