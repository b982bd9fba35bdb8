#!/usr/bin/env python3
"""The pairs of `models/networks/clopath_2010.json` in NEST: `aeif_psc_delta_clopath` and `clopath_synapse`.

`python3 tests/oracles/pairing_in_nest.py` prints the weights after fifteen runs of five pairs over those of the start, for each frequency: presynaptic spike 10 ms before, and
10 ms behind. The weight is that which a presynaptic spike carries long behind the pairs. Needs nest-simulator 3.10.
"""

import nest

DT = 0.1
START = 0.5
CELL = {
    "V_m": -70.6, "E_L": -70.6, "C_m": 281.0, "a": 4.0, "b": 80.5, "V_reset": -60.0, "V_clamp": 33.0, "t_clamp": 2.0, "t_ref": 0.0,
    "theta_minus": -70.6, "theta_plus": -45.3, "A_LTD": 14e-5, "A_LTP": 8e-5, "A_LTD_const": True,
    "tau_u_bar_minus": 10.0, "tau_u_bar_plus": 7.0, "delay_u_bars": 5.0,
    "u_bar_plus": -70.6, "u_bar_minus": -70.6, "u_bar_bar": -70.6, "gsl_error_tol": 1e-9,
}


def weight(pre, kicks):
    nest.ResetKernel()
    nest.resolution = DT
    cell = nest.Create("aeif_psc_delta_clopath", 1, CELL)
    times = [round(time - DT, 4) for time in [*pre, pre[-1] + 1000]]
    source, relay = nest.Create("spike_generator", 1, {"spike_times": times}), nest.Create("parrot_neuron")
    kick = nest.Create("spike_generator", 1, {"spike_times": [round(time, 4) for time in kicks]})
    weights = nest.Create("weight_recorder")
    nest.CopyModel("clopath_synapse", "recorded", {"weight_recorder": weights})
    nest.Connect(source, relay, syn_spec={"delay": DT})
    nest.Connect(relay, cell, syn_spec={"synapse_model": "recorded", "weight": START, "delay": DT, "Wmax": 1.0, "tau_x": 15.0})
    nest.Connect(kick, cell, syn_spec={"weight": 120.0, "delay": DT})
    nest.Simulate(pre[-1] + 1100)
    return weights.events["weights"][-1]


def main():
    for late_ms in (10, -10):
        changes = []
        for frequency in (0.1, 10, 20, 40, 50):
            pairs = 1 if frequency < 1 else 5
            pre = [50 + pair * 1000 / frequency for pair in range(pairs)]
            end = weight(pre, [time + late_ms - DT for time in pre])
            changes.append(1 + 15 * (5 / pairs) * (end - START) / START)
        print(late_ms, " ".join(f"{change:.4f}" for change in changes))


if __name__ == "__main__":
    main()
