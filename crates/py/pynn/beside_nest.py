"""Cells and synapses of PyNN on neuropil and on NEST: one program, how far the two are from each other.

    python beside_nest.py            # needs nest (pip install nest-simulator) beside PyNN

Each cell has a current and a few arrivals; each rule has two trains of spikes. Differences of membranes are at all steps but
those around spikes that the two have at different steps, which are told.
"""

import argparse
import contextlib
import importlib
import os
import sys
import warnings
from typing import Any

import numpy as np

#: Cells: what is recorded, parameters, weights of the two kinds of arrival, in PyNN's units.
CELLS: dict[str, tuple[dict[str, float], float, float]] = {
    "IF_curr_exp": ({"i_offset": 0.6}, 0.5, -0.3),
    "IF_curr_alpha": ({"i_offset": 0.6}, 0.5, -0.3),
    "IF_cond_exp": ({"i_offset": 0.6}, 0.01, 0.01),
    "IF_cond_alpha": ({"i_offset": 0.6, "tau_syn_E": 2.0}, 0.01, 0.01),
    "EIF_cond_exp_isfa_ista": ({"i_offset": 0.7}, 0.01, 0.01),
    "EIF_cond_alpha_isfa_ista": ({"i_offset": 0.7}, 0.01, 0.01),
    "HH_cond_exp": ({"i_offset": 0.5}, 0.01, 0.01),
}
RULES = ("AdditiveWeightDependence", "MultiplicativeWeightDependence", "AdditivePotentiationMultiplicativeDepression")


def cell(sim: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Membrane and spikes of a cell, 200 ms in steps of 0.05 ms."""
    parameters, excitation, inhibition = CELLS[name]
    sim.setup(timestep=0.05, min_delay=0.05)
    cells = sim.Population(1, getattr(sim, name)(**parameters))
    arrivals = (("excitatory", excitation, [20.0, 25.0, 60.0, 61.0, 100.0]), ("inhibitory", inhibition, [40.0, 80.0, 81.0]))
    for receptor, weight, times in arrivals:
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=times))
        synapse = sim.StaticSynapse(weight=weight, delay=1.0)
        sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type=receptor)
    cells.record(["v", "spikes"])
    sim.run(200.0)
    segment = cells.get_data().segments[0]
    sim.end()
    return segment.filter(name="v")[0].magnitude[:, 0], segment.spiketrains[0].magnitude


def rule(sim: Any, name: str) -> np.ndarray:
    """A weight at every 50 ms, while two cells fire at different rates."""
    sim.setup(timestep=0.1, min_delay=0.1)
    post = sim.Population(1, sim.IF_cond_exp(tau_refrac=5.0, tau_syn_E=1.0))
    pre = sim.Population(1, sim.SpikeSourceArray(spike_times=np.arange(10.0, 280.0, 17.0)))
    driver = sim.Population(1, sim.SpikeSourceArray(spike_times=np.arange(15.3, 280.0, 23.0)))
    sim.Projection(driver, post, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.5, delay=0.1))
    pairs = sim.SpikePairRule(tau_plus=20.0, tau_minus=30.0, A_plus=0.01, A_minus=0.012)
    synapse = sim.STDPMechanism(pairs, getattr(sim, name)(w_max=0.001), weight=0.0005, delay=1.0)
    made = sim.Projection(pre, post, sim.AllToAllConnector(), synapse)
    weights = []
    # NEST's weight is that of the last presynaptic spike: a moment after one.
    for until in (47.2, 98.2, 149.2, 200.2, 251.2):
        sim.run_until(until)
        weights.append(made.get("weight", format="list")[0][2])
    sim.end()
    return np.array(weights)


def resources(sim: Any) -> np.ndarray:
    """The conductance behind a depressing and facilitating synapse."""
    sim.setup(timestep=0.1, min_delay=0.1)
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=np.arange(10.0, 200.0, 15.0)))
    cells = sim.Population(1, sim.IF_cond_exp(tau_syn_E=2.0, v_thresh=0.0))
    synapse = sim.TsodyksMarkramSynapse(U=0.3, tau_rec=200.0, tau_facil=100.0, weight=0.01, delay=1.0)
    sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    cells.record("gsyn_exc")
    sim.run(210.0)
    found = cells.get_data().segments[0].filter(name="gsyn_exc")[0].magnitude[:, 0]
    sim.end()
    return found


def main() -> None:
    """Prints the differences."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    warnings.simplefilter("ignore")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        sims = [importlib.import_module("pynn_neuropil"), importlib.import_module("pyNN.nest")]
    for name in CELLS:
        (v, spikes), (other, others) = (cell(sim, name) for sim in sims)
        same = min(len(spikes), len(others))
        moved = np.abs(spikes[:same] - others[:same])
        t = np.arange(len(v)) * 0.05
        far = np.all([np.abs(t - own) > 2.0 for own in np.concatenate([spikes, others])], axis=0) if same else t >= 0
        told = f"spikes {len(spikes)} and {len(others)}, {np.sum(moved > 1e-6)} of them at other steps"
        print(f"{name:28}|v - v| {np.abs(v - other)[: len(far)][far].max():8.1e} mV; {told}")
    for name in RULES:
        first, second = (rule(sim, name) for sim in sims)
        print(f"{name:46}weights {np.abs(first / second - 1).max():8.1e} relative")
    first, second = (resources(sim) for sim in sims)
    print(f"{'TsodyksMarkramSynapse':46}conductances {np.abs(first - second).max() / first.max():8.1e} of the greatest")


if __name__ == "__main__":
    sys.exit(main())
