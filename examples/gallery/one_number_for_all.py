"""What if all cells hear the same number?

A third factor of one's own: the error of a step as one number, the same for every cell. Beside it e-prop, which tells each cell its own
part, and a rule that tells the cells nothing, so that only the readout learns. [Bellec2020]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

# `python one_number_for_all.py short` is what the checks of the project run.
SEEDS, UPDATES = (range(1), 25) if "short" in sys.argv else (range(6), 60)

# Ten groups of inputs; the class is whether even or odd ones are busier: no single input tells.
rng = np.random.default_rng(1)
labels = rng.integers(0, 2, 200)
inputs = (rng.random((200, 100, 10)) < np.where(labels[:, None, None] == np.arange(10) % 2, 0.16, 0.08)).astype(float)
task = npl.Task.from_arrays(inputs, labels=labels, split=(np.arange(200) >= 150).astype(int))
task.set("training.updates", UPDATES)


def one_number(batch):
    """What e-prop tells the cells in a step, averaged over them."""
    each = batch.error @ batch.training.weights["w_out"]
    return np.broadcast_to(each.mean(axis=2, keepdims=True), batch.outputs.shape)


def nothing(batch):
    return np.zeros(batch.outputs.shape)


RULES = {"eprop": "to each cell its part (e-prop)", "one_number": "one number for all", "nothing": "only the readout learns"}
mine = [npl.ThirdFactor("one_number", one_number), npl.ThirdFactor("nothing", nothing)]
result = npl.compare(task, ["eprop", *mine], seeds=SEEDS)

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
curves = result.curves("validation_loss")
for color, (rule, name) in enumerate(RULES.items()):
    updates, losses = curves[rule]
    axes.plot(updates, np.median(losses, axis=0), color=f"C{color}", label=name)
    axes.fill_between(updates, losses.min(axis=0), losses.max(axis=0), color=f"C{color}", alpha=0.15, lw=0)
axes.set(xlabel="updates", ylabel="loss of new trials, sum of 100 steps (nats)")
axes.legend(frameon=False, title=f"median and range of {len(SEEDS)} seeds")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
learned = {rule: np.median(losses[:, 0] - losses[:, -1]) for rule, (_, losses) in curves.items()}
assert 0.4 < learned["one_number"] / learned["eprop"] < 0.7, "one number for all is worth about half"
assert 0 < learned["nothing"] < 0.5 * learned["one_number"], "and more than what the readout learns without it"
