#!/usr/bin/env python3
"""The case `urbanczik` of `tests/data/synapses`: NEST's `urbanczik_synapse` onto the dendrite of `pp_cond_exp_mc_urbanczik`.

`python3 tests/oracles/urbanczik_case.py DIRECTORY` writes `urbanczik.h5` and `urbanczik.json`: trains onto the dendrite, the spikes of the cell, which
come by chance, the potential of the dendrite at the end of each step, and the weights as every presynaptic spike carried them. The soma is excited in the first
and the last third, so that the dendrite has something to learn and to forget. Needs nest-simulator 3.10, h5py, numpy.
"""

import json
import sys
from pathlib import Path

import h5py
import nest
import numpy as np

DT, STOP = 0.1, 600.0
SYNAPSE = {"eta": 0.004, "tau_Delta": 60.0, "Wmin": 0.0, "Wmax": 120.0}
CELL = {"t_ref": 3.0, "phi_max": 0.15, "rate_slope": 0.5, "beta": 1 / 3, "theta": -55.0, "g_sp": 600.0, "g_ps": 0.0}
SOMA = {"g_L": 30.0, "C_m": 300.0, "E_L": -70.0, "E_ex": 0.0, "E_in": -75.0, "tau_syn_ex": 3.0, "tau_syn_in": 3.0}
DENDRITE = {"g_L": 30.0, "C_m": 300.0, "E_L": -70.0, "tau_syn_ex": 3.0, "tau_syn_in": 3.0}
WEIGHTS, DELAYS = [40.0, 55.0, 30.0, 70.0], [0.1, 1.5, 2.5, 1.5]


def main(folder):
    nest.ResetKernel()
    nest.resolution, nest.rng_seed = DT, 5
    draw = np.random.default_rng(19)
    trains = [np.sort(draw.choice(np.arange(20, int(STOP / DT) - 50), 40, replace=False)) * DT for _ in WEIGHTS]
    cell = nest.Create("pp_cond_exp_mc_urbanczik", 1, {**CELL, "soma": SOMA, "dendritic": DENDRITE})
    ports = nest.GetDefaults("pp_cond_exp_mc_urbanczik", "receptor_types")
    weights, spikes = nest.Create("weight_recorder"), nest.Create("spike_recorder")
    meter = nest.Create("multimeter", 1, {"record_from": ["V_m.p"], "interval": DT})
    nest.CopyModel("urbanczik_synapse", "recorded", {"weight_recorder": weights})
    relays = nest.Create("parrot_neuron", len(trains))
    for relay, train, weight, delay in zip(relays, trains, WEIGHTS, DELAYS):
        source = nest.Create("spike_generator", 1, {"spike_times": [round(time - DT, 4) for time in train]})
        nest.Connect(source, relay, syn_spec={"delay": DT})
        own = {"synapse_model": "recorded", "weight": weight, "delay": delay, "receptor_type": ports["dendritic_exc"], **SYNAPSE}
        nest.Connect(relay, cell, syn_spec=own)
    teacher = np.concatenate([np.arange(10, 200, 2.0), np.arange(400, 590, 2.0)])
    teacher = nest.Create("spike_generator", 1, {"spike_times": list(teacher)})
    nest.Connect(teacher, cell, syn_spec={"weight": 120.0, "delay": DT, "receptor_type": ports["soma_exc"]})
    nest.Connect(meter, cell)
    nest.Connect(cell, spikes)
    nest.Simulate(STOP)

    first = relays.tolist()[0]
    events, fired = weights.events, spikes.events["times"]
    order = np.lexsort((events["senders"], events["times"]))
    ids = np.concatenate([np.full(len(train), number) for number, train in enumerate(trains)])
    times = np.concatenate(trains)
    by_time = np.lexsort((ids, times))
    arrays = {
        "pre_times": times[by_time], "pre_ids": ids[by_time].astype(np.uint32),
        "post_times": fired, "post_ids": np.zeros(len(fired), np.uint32),
        "conn_source": np.arange(len(trains), dtype=np.uint32), "conn_target": np.zeros(len(trains), np.uint32),
        "conn_weight": np.array(WEIGHTS), "conn_delay_ms": np.array(DELAYS),
        "weight_times": events["times"][order], "weight_conn": (events["senders"][order] - first).astype(np.uint32),
        "weight": events["weights"][order], "post/0/V_m.p": meter.events["V_m.p"],
    }
    with h5py.File(Path(folder) / "urbanczik.h5", "w") as file:
        for name, values in arrays.items():
            file.create_dataset(name, data=values, compression="gzip")
    header = {
        "format": "neuropil-synapse/1", "kind": "pairs", "simulator": f"NEST {nest.__version__}",
        "synapse_model": "urbanczik_synapse", "dt_ms": DT, "t_stop_ms": STOP, "n_pre": len(trains), "n_post": 1,
        "post_model": "pp_cond_exp_mc_urbanczik", "synapse_parameters": SYNAPSE,
        "post_parameters": {
            "phi_max": CELL["phi_max"], "rate_slope": CELL["rate_slope"], "beta": CELL["beta"], "theta": CELL["theta"],
            "g_sp": CELL["g_sp"], "g_L": SOMA["g_L"], "E_L": SOMA["E_L"], "g_L_dendrite": DENDRITE["g_L"],
            "C_m_dendrite": DENDRITE["C_m"], "tau_syn_ex_dendrite": DENDRITE["tau_syn_ex"],
        },
        "post_initial_state": {"V_m.p": DENDRITE["E_L"]},
        "equations": "../../../models/synapses/urbanczik_senn.nestml",
        "convention": "The whole delay d is dendritic. For each step end t_k of the cell, n_k spikes in that step: PI_k = (n_k - phi(V*) dt) h(V*) "
        "(x_L - x_s), V* of the dendrite at t_k, x of the synapse at t_k + d, without a presynaptic spike of that time. h = 15 phi'/phi. At a presynaptic "
        "spike t: w = w_0 + 15 eta C tau_s/(g_L (tau_L - tau_s)) sum of PI_k (1 - exp(-(t - t_k - d)/tau_Delta)) over t_k <= t - d; then x jumps by 1.",
    }
    (Path(folder) / "urbanczik.json").write_text(json.dumps(header, indent=1) + "\n")
    print(len(fired), "spikes of the cell; weights", events["weights"].min(), "to", events["weights"].max())


if __name__ == "__main__":
    main(sys.argv[1])
