"""Updates of a training task in NEST: its e-prop cells and synapses for cells with threshold (`eprop_*_bsshslm_2020`).

Reads a job (JSON on standard input): the task file, the file of `neuropil bench TASK --export`, threads and the number of
updates. Weights, inputs and targets are those of the file; a batch is simulated trial after trial, as in the examples of
NEST. Prints seconds an update.
"""

import json
import os
import sys
import time

os.environ.setdefault("PYNEST_QUIET", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import h5py
import nest
import numpy as np

STEP_MS = 1.0
#: Steps from the first input spike to the first step of the update interval.
OFFSET_MS = 3 * STEP_MS


def cells(task, nest_count):
    own, training, loss = task["cells"], task["training"], task["loss"]
    shared = {
        "C_m": 1.0, "E_L": 0.0, "V_m": 0.0, "I_e": 0.0, "V_th": own["v_th"], "tau_m": own["tau_m_ms"],
        "t_ref": own.get("t_ref_ms", 0.0), "c_reg": loss.get("rate_strength", 0.0),
        "f_target": 1e-3 * loss.get("rate_target_hz", 10.0), "surrogate_gradient_function": "piecewise_linear",
        "surrogate_gradient_height": task["pseudo_derivative"]["gamma"], "surrogate_gradient_width": 1.0,
        "regular_spike_arrival": own.get("input_scaling") != "one_minus_alpha",
    }
    adaptive = nest_count // 2 if own.get("adaptive") == "second_half" else 0
    made = nest.Create("eprop_iaf_bsshslm_2020", nest_count - adaptive, shared)
    if adaptive:
        more = {"adapt_beta": own["beta"], "adapt_tau": own["tau_a_ms"], "adaptation": 0.0}
        made += nest.Create("eprop_iaf_adapt_bsshslm_2020", adaptive, {**shared, **more})
    return made


def weights(matrix):
    return {"weight": np.asarray(matrix, float)}


def main():
    job = json.load(sys.stdin)
    task = job["task"]
    with h5py.File(job["export"]) as file:
        x, target = file["inputs/x"][()], file["inputs/target"][()]
        w = {name: file[f"params/W_{name}"][()] for name in ("in", "rec", "out")}
    trials, steps, inputs = x.shape
    outputs, count = w["out"].shape
    classes = target.ndim == 1
    trial_ms, updates = steps * STEP_MS, job["updates"] + 1
    window = round(task["loss"].get("last_ms", steps))
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=STEP_MS, total_num_virtual_procs=job["threads"], eprop_update_interval=trial_ms,
             eprop_learning_window=window * STEP_MS, eprop_reset_neurons_on_update=True)
    recurrent = cells(task, count)
    readout = {"C_m": 1.0, "E_L": 0.0, "I_e": 0.0, "V_m": 0.0, "tau_m": task["readout"]["tau_ms"],
               "loss": "cross_entropy" if classes else "mean_squared_error", "regular_spike_arrival": False}
    out = nest.Create("eprop_readout_bsshslm_2020", outputs, readout)
    relays = nest.Create("parrot_neuron", inputs)
    generators = nest.Create("spike_generator", inputs)
    targets = nest.Create("step_rate_generator", outputs)

    kind = {"adam": "adam", "gradient_descent": "gradient_descent"}[task["training"]["optimiser"]]
    nest.SetDefaults("eprop_synapse_bsshslm_2020", {
        "optimizer": {"type": kind, "batch_size": trials, "eta": task["training"]["learning_rate"]},
        "average_gradient": classes})
    plastic = {"synapse_model": "eprop_synapse_bsshslm_2020", "delay": STEP_MS, "tau_m_readout": task["readout"]["tau_ms"]}
    feedback = {"synapse_model": "eprop_learning_signal_connection_bsshslm_2020", "delay": STEP_MS}
    all_pairs = {"rule": "all_to_all", "allow_autapses": False}
    nest.Connect(generators, relays, "one_to_one", {"delay": STEP_MS})
    nest.Connect(relays, recurrent, all_pairs, {**plastic, **weights(w["in"])})
    post, pre = np.nonzero(~np.eye(count, dtype=bool))
    ids = np.array(recurrent.tolist())
    pairs = {"weight": w["rec"][post, pre], "delay": np.full(post.size, STEP_MS),
             "tau_m_readout": np.full(post.size, float(task["readout"]["tau_ms"]))}
    nest.Connect(ids[pre], ids[post], "one_to_one", {"synapse_model": "eprop_synapse_bsshslm_2020", **pairs})
    nest.Connect(recurrent, out, all_pairs, {**plastic, **weights(w["out"])})
    nest.Connect(out, recurrent, all_pairs, {**feedback, **weights(w["out"].T)})
    nest.Connect(targets, out, "one_to_one",
                 {"synapse_model": "rate_connection_delayed", "delay": STEP_MS, "receptor_type": 2})
    if classes:
        nest.Connect(out, out, {"rule": "all_to_all"},
                     {"synapse_model": "rate_connection_delayed", "delay": STEP_MS, "receptor_type": 1})

    starts = np.arange(updates * trials) * trial_ms
    for channel, generator in enumerate(generators):
        times = [start + STEP_MS * (1 + np.flatnonzero(x[number % trials, :, channel])) for number, start in enumerate(starts)]
        generator.spike_times = np.concatenate(times)
    for k, generator in enumerate(targets):
        if classes:
            values = np.tile((target == k).astype(float), updates)
            times = starts + OFFSET_MS + (steps - window) * STEP_MS
        else:
            values = np.tile(target[:, :, k].ravel(), updates)
            times = (starts[:, None] + OFFSET_MS + STEP_MS * np.arange(steps)[None]).ravel()
        generator.set(amplitude_times=times, amplitude_values=values)
    recorder = nest.Create("spike_recorder")
    nest.Connect(recurrent, recorder)

    nest.Prepare()
    nest.Run(OFFSET_MS + trials * trial_ms)
    seconds = []
    for _ in range(job["updates"]):
        begun = time.perf_counter()
        nest.Run(trials * trial_ms)
        seconds.append(time.perf_counter() - begun)
    nest.Cleanup()
    simulated_s = (OFFSET_MS + (job["updates"] + 1) * trials * trial_ms) * 1e-3
    print(json.dumps({"seconds_per_update": min(seconds), "rate_hz": recorder.n_events / count / simulated_s,
                      "version": nest.__version__}))


if __name__ == "__main__":
    main()
