"""Can a dendrite tell the synapses of the soma which way to change?

What excites the dendrite turns single spikes into bursts. A burst strengthens the synapses that were just active, a single spike weakens them, and
what counts is the share of bursts beside that of late. [Payeur2021]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

MODELS = Path(__file__).parents[2] / "models"
CELLS, FIRST_MS, LAST_MS, EVERY_MS = 40, 4000, 8000, 100
# Currents into the dendrite, pA: from the beginning, and from 4 s on.
DENDRITES_PA = {"excited": (150, 400), "left alone": (200, 200), "calmed": (400, 150)}
BURST_MS, SMOOTH = 16, 4

net = npl.Network(dt_ms=0.5, seed=4)
senders = net.population("senders", 20, npl.PoissonSource(5))
rule = npl.Synapse(MODELS / "synapses" / "burst_dependent.nestml", eta=3, tau_mean_ms=2000, w_max=60)
for name, currents_pa in DENDRITES_PA.items():
    cells = net.population(name, CELLS, npl.Cell(MODELS / "cells" / "naud_sprekeler.nestml"))
    net.input(npl.PoissonInput(700, weight_pa=120, receptor="exc"), to=cells)
    for (start_ms, stop_ms), current_pa in zip(((0, FIRST_MS), (FIRST_MS, LAST_MS)), currents_pa, strict=True):
        net.input(npl.StepCurrent(amplitude_pa=current_pa, start_ms=start_ms, stop_ms=stop_ms, port="I_stim_d"), to=cells)
    net.connect(senders, cells, npl.AllToAll(), weight_pa=30, delay_ms=1, receptor="exc", synapse=rule, name=name)

sim, times_ms = net.build(), np.arange(EVERY_MS, LAST_MS + 1, EVERY_MS)
weights, shares = ({name: np.zeros(len(times_ms)) for name in DENDRITES_PA} for _ in range(2))
last_ms, in_burst = {name: np.full(CELLS, -np.inf) for name in DENDRITES_PA}, {name: np.zeros(CELLS, bool) for name in DENDRITES_PA}
for place, _ in enumerate(times_ms):
    sim.advance(EVERY_MS)
    for name in DENDRITES_PA:
        weights[name][place] = np.mean(sim.weights(name))
        events = bursts = 0
        for time_ms, cell in zip(*sim.spikes(name), strict=True):
            near = time_ms - last_ms[name][cell] <= BURST_MS
            events, bursts = events + (not near), bursts + (near and not in_burst[name][cell])
            in_burst[name][cell], last_ms[name][cell] = near, time_ms
        shares[name][place] = bursts / max(events, 1)

plt.style.use("tableau-colorblind10")
figure, (above, below) = plt.subplots(2, 1, figsize=(6.4, 4.4), sharex=True, layout="constrained")
for name, currents_pa in DENDRITES_PA.items():
    smooth = np.convolve(shares[name], np.ones(SMOOTH) / SMOOTH, "valid")
    above.plot(times_ms[SMOOTH - 1 :] / 1000, 100 * smooth, lw=1.2)
    below.plot(times_ms / 1000, weights[name], label=f"{name}: {currents_pa[0]}, then {currents_pa[1]} pA")
for axes in (above, below):
    axes.axvline(FIRST_MS / 1000, color="0.7", lw=1)
above.set(ylabel="events that are bursts (%)", ylim=(0, None))
below.set(xlabel="time (s)", ylabel="mean weight (pA)")
figure.legend(frameon=False, fontsize=8, ncols=3, loc="outside upper center")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

before, after = FIRST_MS // EVERY_MS - 1, (FIRST_MS + 2000) // EVERY_MS - 1
change = {name: own[after] - own[before] for name, own in weights.items()}
print({name: round(float(own), 2) for name, own in change.items()})
assert change["excited"] > 1 and change["calmed"] < -1 and abs(change["left alone"]) < 1, change
