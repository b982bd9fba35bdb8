"""Does my rule use credit over time?

The loss of this task counts the last 50 ms of a trial. What a rule tells the cells before that is credit for what they did earlier: the
exact gradient has it, ModProp sends an estimate of it from cell to cell; e-prop and MDGL reach back as far as the filter of the readout.
[Bellec2020], [Liu2021], [Liu2022]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

TASK = Path(__file__).parents[2] / "models" / "tasks" / "mini_evidence.json"
RULES = ["bptt", "modprop_cell", "mdgl_cell", "eprop"]
WARM_UP, COUNTED_MS = 20, 50

task = npl.Task.from_json(TASK)
training = npl.Training(task, "bptt", seed=1)
for _ in range(WARM_UP):
    training.advance()
# One batch, at the same weights: what does each rule make of it?
batch = training.draw()
before_end_ms = np.arange(batch.outputs.shape[1])[::-1] * task.to_dict()["dt_ms"]

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
size, cosine = {}, {}
exact = batch.gradient("bptt")["w_rec"]
for rule in RULES:
    told = batch.modulators(rule)
    credit = told["learning_signal"] + told["returned_credit"]
    size[rule] = np.sqrt((credit**2).mean(axis=(0, 2)))
    own = batch.gradient(rule)["w_rec"]
    cosine[rule] = (own * exact).sum() / np.linalg.norm(own) / np.linalg.norm(exact)
    line = "--" if rule == "eprop" else "-"
    axes.semilogy(-before_end_ms, size[rule], line, label=f"{rule}: cosine with the exact gradient {cosine[rule]:.2f}")
axes.axvspan(-COUNTED_MS, 0, color="0.9")
axes.set_ylim(1e-11, 1e-3)
axes.text(-COUNTED_MS / 2, 1e-11, "loss\ncounts", ha="center", va="bottom", fontsize=8, color="0.4")
axes.set(xlabel="time before the end of the trial (ms)", ylabel="third factor, root mean square (1)")
axes.legend(frameon=False, fontsize=8, loc="upper left")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)

then = before_end_ms == 300
assert size["eprop"][then] < 0.01 * size["bptt"][then] and 0.1 < size["modprop_cell"][then] / size["bptt"][then] < 10
assert abs(cosine["bptt"] - 1) < 1e-9 and cosine["bptt"] > cosine["modprop_cell"] > cosine["eprop"]
