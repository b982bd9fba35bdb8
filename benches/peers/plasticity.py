#!/usr/bin/env python3
"""What synapses that follow spikes cost, beside the same network with static ones and beside NEST and Brian2, in turn on this machine.

Brunel's network (models/networks/brunel_2000_ai.json), of which all excitatory synapses are plastic: pairs of spikes, all to
all (`stdp`, NEST: stdp_synapse; Brian2: the equations of its manual, in C++ standalone mode). One thread each. Uses the
Python environment of compare.py. See README.md.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import HERE, ROOT, built, enter_environment

MODEL = ROOT / "models" / "networks" / "brunel_2000_ai.json"
# Steps so small that rates stay those of the static network.
RULE = {"model": "stdp", "learning_rate": 1e-5, "alpha": 1.0, "mu_plus": 0.0, "mu_minus": 0.0, "w_max": 0.2}
WARM_UP_MS = 100.0
# The programs, and the option by which this script runs each in a process of its own.
PEERS = ["NEST", "Brian2"]
OPTIONS = dict(zip(PEERS, ["--nest", "--brian2"]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fraction", type=float, default=1.0, help="of the cells, with the in-degrees kept [default: 1]")
    parser.add_argument("--seconds", type=float, default=1.0, help="biological time that is measured [default: 1]")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, in turn; the least counts [default: 3]")
    parser.add_argument("--neuropil", type=Path, metavar="BINARY", help="a built one [default: builds it in release]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go")
    parser.add_argument("--beside", nargs="+", choices=PEERS, default=PEERS, help="other programs [default: all]")
    parser.add_argument("--nest", metavar="JOB", help=argparse.SUPPRESS)
    parser.add_argument("--brian2", metavar="JOB", help=argparse.SUPPRESS)
    return parser.parse_args()


def network(fraction, plastic):
    model = json.loads(MODEL.read_text())
    del model["$schema"]
    for population in model["populations"].values():
        population["cells"] = round(fraction * population["cells"])
    if plastic:
        model["projections"][0]["synapse"] = RULE
    model["record"] = {"spikes": ["exc"]}
    return model


def seconds(text, what):
    """A time of the summary of a run."""
    return float(re.search(rf"([\d.]+) s of {what}", text)[1])


def ours(binary, model, until_ms, folder):
    """Processor time and spikes of excitatory cells of one run."""
    file = Path(folder) / "model.json"
    file.write_text(json.dumps(model))
    out = Path(folder) / "run.h5"
    command = [binary, "run", file, "--duration-ms", str(until_ms), "--threads", "1", "-o", out, "--force"]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    spikes = int(re.search(r"^exc +([\d,]+)", text, re.MULTILINE)[1].replace(",", ""))
    return {"processor_s": seconds(text, "processor time"), "spikes": spikes}


def in_nest(job):
    """The same in NEST, in a process of its own."""
    import time

    import nest

    nest.set_verbosity("M_ERROR")
    nest.resolution, nest.local_num_threads = 0.1, 1
    model, populations = job["model"], {}
    for name, own in model["populations"].items():
        cell = {"tau_m": own["tau_m_ms"], "E_L": own["e_l_mv"], "V_th": own["v_th_mv"], "V_reset": own["v_reset_mv"],
                "t_ref": own["t_ref_ms"], "tau_minus": 20.0, "V_m": own["e_l_mv"]}
        populations[name] = nest.Create("iaf_psc_delta", own["cells"], params=cell)
    for own in model["projections"]:
        synapse = {"weight": own["weight_mv"], "delay": own["delay_ms"]}
        if "synapse" in own:
            rule = own["synapse"]
            synapse |= {"synapse_model": "stdp_synapse", "lambda": rule["learning_rate"], "alpha": rule["alpha"],
                        "mu_plus": rule["mu_plus"], "mu_minus": rule["mu_minus"], "Wmax": rule["w_max"]}
        for target in own["to"]:
            rule = {"rule": "fixed_indegree", "indegree": own["in_degree"], "allow_autapses": False, "allow_multapses": False}
            nest.Connect(populations[own["from"]], populations[target], rule, synapse)
    [own] = model["inputs"]
    train = nest.Create("poisson_generator", params={"rate": own["rate_hz"] * own["in_degree"]})
    for target in own["to"]:
        nest.Connect(train, populations[target], syn_spec={"weight": own["weight_mv"], "delay": 0.1})
    recorder = nest.Create("spike_recorder")
    nest.Connect(populations["exc"], recorder)
    nest.Simulate(job["warm_up_ms"])
    before, begun = recorder.n_events, time.process_time()
    nest.Simulate(job["until_ms"] - job["warm_up_ms"])
    print(json.dumps({"processor_s": time.process_time() - begun, "spikes": recorder.n_events - before}))


def theirs(program, model, until_ms):
    from programs import output_of

    job = {"model": model, "until_ms": until_ms, "warm_up_ms": WARM_UP_MS}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(job, file)
        file.flush()
        return json.loads(output_of([sys.executable, __file__, OPTIONS[program], file.name]).splitlines()[-1])


def measured(own, binary):
    """For each program and kind of synapse, what its fastest run took behind the warm-up."""
    until_ms = WARM_UP_MS + 1000.0 * own.seconds
    figures = {}
    for _ in range(own.repeats):
        for plastic in (False, True):
            model = network(own.fraction, plastic)
            with tempfile.TemporaryDirectory() as folder:
                # The difference of two runs leaves out construction and warm-up.
                first, whole = (ours(binary, model, until, folder) for until in (WARM_UP_MS, until_ms))
            run = {name: whole[name] - first[name] for name in whole}
            figures.setdefault(("neuropil", plastic), []).append(run)
            for program in own.beside:
                figures.setdefault((program, plastic), []).append(theirs(program, model, until_ms))
    return {key: min(runs, key=lambda run: run["processor_s"]) for key, runs in figures.items()}


def main():
    own = arguments()
    enter_environment(__file__)
    if own.nest:
        in_nest(json.loads(Path(own.nest).read_text()))
        return
    if own.brian2:
        import plasticity_in_brian2

        plasticity_in_brian2.run(json.loads(Path(own.brian2).read_text()))
        return
    import machine

    binary = own.neuropil.resolve() if own.neuropil else built()
    figures = measured(own, binary)
    model = network(own.fraction, True)
    cells = {name: population["cells"] for name, population in model["populations"].items()}
    out_degree = model["projections"][0]["in_degree"] * sum(cells.values()) / cells["exc"]
    synapses = round(out_degree * cells["exc"])
    print(f"{sum(cells.values()):,} cells, {synapses:,} plastic synapses; {machine.processor()}, load {machine.load():.1f}\n")
    print("| program | synapses | rate, Hz | processor s a biological s | over static | ns a plastic event |")
    print("|---|---|---|---|---|---|")
    for program in ("neuropil", *own.beside):
        static, plastic = figures[program, False], figures[program, True]
        for name, run in (("static", static), ("stdp", plastic)):
            rate = run["spikes"] / cells["exc"] / own.seconds
            per_second = run["processor_s"] / own.seconds
            ratio = per_second * own.seconds / static["processor_s"] * static["spikes"] / run["spikes"]
            events = run["spikes"] * out_degree
            event_ns = f"{run['processor_s'] / events * 1e9:.1f}" if name == "stdp" else ""
            print(f"| {program} | {name} | {rate:.2f} | {per_second:.2f} | {ratio:.2f} | {event_ns} |")
    per_event = {program: figures[program, True]["processor_s"] / figures[program, True]["spikes"] for program in ("neuropil", *own.beside)}
    print()
    for program in own.beside:
        print(f"A plastic event of {program} takes {per_event[program] / per_event['neuropil']:.1f} times as long.")
    if own.json:
        rows = [{"program": program, "plastic": plastic, **run} for (program, plastic), run in figures.items()]
        own.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
