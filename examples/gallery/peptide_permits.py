"""Can a peptide permit plasticity?

Fibres release cholecystokinin (CCK) when they fire in bursts. From 4 s on a sound and the cells it reaches fire together. Its synapses
grow only if CCK has come before, and is heard. [Chen2019]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

MODEL = Path(__file__).parents[2] / "models" / "networks" / "chen_2019_cck.json"


def network(bursts=True, blocked=False):
    net = npl.Network.from_json(MODEL)
    if not bursts:
        net.set("populations.entorhinal.rate_hz", 0.5)
    if blocked:
        net.intervene(npl.BlockedReceptor("Cortical", "Cckbr", at_ms=0))
    return net


CASES = {
    "bursts of the fibres": network(),
    "bursts, receptor blocked": network(blocked=True),
    "no bursts": network(bursts=False),
}
plt.style.use("tableau-colorblind10")
figure, (upper, lower) = plt.subplots(2, 1, figsize=(6.4, 4.4), sharex=True, layout="constrained")
ends = {}
for place, (name, net) in enumerate(CASES.items()):
    rec = net.run()
    heard = rec.states["cortex", "concentration_nm.CCK-8S"]
    line = ["-", "--", "-"][place]
    upper.plot(heard.times_ms / 1000, heard.values.mean(axis=1), line, color=f"C{place}", label=name)
    weights = rec.dataset("/neuropil/learning/weights/gated/weight").mean(axis=1)
    lower.plot(rec.dataset("/neuropil/learning/weights/gated/time_ms") / 1000, weights, line, marker=".", color=f"C{place}")
    ends[name] = weights[-1]
upper.set_ylabel("CCK at the cells (nM)")
upper.legend(frameon=False)
lower.axvspan(4, 10, color="0.92", zorder=0)
lower.set(xlabel="time (s); grey: sound and cells fire together", ylabel="mean weight of the sound (pA)")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
with_it, blocked, without = ends.values()
assert with_it > 1.2 * blocked and np.isclose(blocked, without, rtol=0.02)
