"""What does spike-timing-dependent plasticity do to a distribution of weights?

A cell with a thousand excitatory synapses and two hundred inhibitory ones, which all fire by chance. The additive rule makes its
synapses compete; the multiplicative one gathers them around one value. [Song2000], [Rubin2001]
"""

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

MODEL = Path(__file__).parents[2] / "models" / "networks" / "song_2000.json"
# `python stdp_weights.py short` is what the checks of the project run.
SECONDS = 100 if "short" in sys.argv else 1000
RULES = {
    "additive: steps of one size": {"mu_plus": 0, "mu_minus": 0, "alpha": 1.05},
    "multiplicative: steps in proportion": {"mu_plus": 1, "mu_minus": 1, "alpha": 1.05},
}

plt.style.use("tableau-colorblind10")
figure, columns = plt.subplots(1, 2, figsize=(7, 3.2), layout="constrained")
spread = {}
for place, (name, rule) in enumerate(RULES.items()):
    model = json.loads(MODEL.read_text())
    # The weights of the end are all that is looked at.
    del model["record"]
    model["projections"][0]["synapse"].update(rule)
    net = npl.Network.from_json(model)
    rec = net.run(1000 * SECONDS, record=[npl.Spikes("cell"), npl.Weights("plastic")])
    weights = rec.weights["plastic"]
    relative = weights["weights"] / weights["initial_weights"]
    spread[name] = relative.std()
    rate_hz = rec.rates_hz(1000 * (SECONDS - 10))["cell"]
    columns[place].hist(relative, bins=np.linspace(0, 1, 41), color=f"C{place}")
    columns[place].set_title(f"{name}\nthe cell fires at {rate_hz:.0f} Hz at the end", fontsize=9)
    columns[place].set_xlabel("weight / greatest weight")
columns[0].set_ylabel("synapses, of 1,000")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

additive, multiplicative = spread.values()
assert additive > 3 * multiplicative
