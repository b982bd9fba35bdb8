"""Brunel's network with static or plastic excitatory synapses in Brian2's C++ standalone mode, for plasticity.py.

Traces belong to synapses and are brought up to date at spikes, as Brian2's manual writes pairs of spikes. Its delay lies before the
synapse, NEST's and ours behind it: the work is the same, and at such small steps weights hardly move.
"""

import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

import brian2
import numpy as np
from brian2 import Hz, Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses, ms, mV, prefs

RULE = {
    "model": """w : volt
                dpre_trace/dt = -pre_trace / tau_trace : 1 (event-driven)
                dpost_trace/dt = -post_trace / tau_trace : 1 (event-driven)""",
    "on_pre": """v_post += w
                 pre_trace += 1
                 w = clip(w - alpha * step * post_trace, 0 * volt, w_max)""",
    "on_post": """post_trace += 1
                  w = clip(w + step * pre_trace, 0 * volt, w_max)""",
}


def wired(sources, targets, in_degree, alone, rng):
    """Sources and targets of synapses, of which each target has as many; none onto itself."""
    chosen = [rng.choice(sources - alone, in_degree, replace=False) for _ in range(targets)]
    chosen = [own + (own >= target) if alone else own for target, own in enumerate(chosen)]
    return np.concatenate(chosen), np.repeat(np.arange(targets), in_degree)


def connected(own, groups, rng):
    """Synapses of a projection onto one population each."""
    for name in own["to"]:
        plastic, source = "synapse" in own, groups[own["from"]]
        delay = own["delay_ms"] * ms - brian2.defaultclock.dt
        if plastic:
            rule = own["synapse"]
            values = {"tau_trace": 20 * ms, "step": rule["learning_rate"] * rule["w_max"] * mV, "alpha": rule["alpha"], "w_max": rule["w_max"] * mV}
            made = Synapses(source, groups[name], **RULE, delay=delay, namespace=values)
        else:
            made = Synapses(source, groups[name], on_pre="v_post += strength", delay=delay, namespace={"strength": own["weight_mv"] * mV})
        i, j = wired(len(source), len(groups[name]), own["in_degree"], own["from"] == name, rng)
        made.connect(i=i.astype(np.int32), j=j.astype(np.int32))
        if plastic:
            made.w = own["weight_mv"] * mV
        yield made


def run(job):
    """Prints the processor time behind the warm-up, and the excitatory spikes in it."""
    prefs.codegen.cpp.headers += ["<ctime>"]
    prefs.devices.cpp_standalone.openmp_threads = 0
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.defaultclock.dt = 0.1 * ms
    brian2.seed(1)
    rng = np.random.default_rng(1)
    groups = {}
    for name, own in job["model"]["populations"].items():
        values = {"tau_m": own["tau_m_ms"] * ms, "e_l": own["e_l_mv"] * mV, "v_th": own["v_th_mv"] * mV, "v_reset": own["v_reset_mv"] * mV}
        held = own["t_ref_ms"] * ms + brian2.defaultclock.dt
        groups[name] = NeuronGroup(own["cells"], "dv/dt = (e_l - v) / tau_m : volt (unless refractory)", threshold="v >= v_th", reset="v = v_reset",
                                   refractory=held, method="exact", namespace=values)
        groups[name].v = own["e_l_mv"] * mV
    synapses = [made for own in job["model"]["projections"] for made in connected(own, groups, rng)]
    [own] = job["model"]["inputs"]
    inputs = [PoissonInput(groups[name], "v", own["in_degree"], own["rate_hz"] * Hz, own["weight_mv"] * mV) for name in own["to"]]
    monitor = SpikeMonitor(groups["exc"])
    net = Network(*groups.values(), *synapses, *inputs, monitor)
    net.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
    clock = 'std::cout << "{} " << 1.0 * std::clock() / CLOCKS_PER_SEC << std::endl;'
    net.run(job["warm_up_ms"] * ms)
    brian2.device.insert_code("main", clock.format("begun"))
    net.run((job["until_ms"] - job["warm_up_ms"]) * ms)
    brian2.device.insert_code("main", clock.format("ended"))
    with tempfile.TemporaryDirectory(prefix="brian2-") as directory:
        brian2.device.build(directory=directory, run=False, with_output=False)
        text = subprocess.run(["./main"], cwd=directory, check=True, stdout=subprocess.PIPE, text=True).stdout
        begun, ended = (float(re.search(rf"^{word} ([\d.e+]+)", text, re.MULTILINE)[1]) for word in ("begun", "ended"))
        [times] = Path(directory, "results").glob("_dynamic_array_spikemonitor*_t_*")
        spikes = int((np.fromfile(times) > job["warm_up_ms"] * 1e-3).sum())
    print(json.dumps({"processor_s": ended - begun, "spikes": spikes}))
