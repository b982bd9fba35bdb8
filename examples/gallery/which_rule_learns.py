"""Which learning rule learns this task fastest?

Which side had more cues? Fifty spiking cells learn it by four rules, from the same weights and on the same trials. Feedback through
fixed random weights does nearly what e-prop does; credit over time does more. [Bellec2020], [Liu2021], [Liu2022]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl
import numpy as np

TASK = Path(__file__).parents[2] / "models" / "tasks" / "mini_evidence.json"
RULES = ["bptt", "modprop_cell", "eprop", "eprop_random"]
# `python which_rule_learns.py short` is what the checks of the project run.
SEEDS, UPDATES = (range(3), 40) if "short" in sys.argv else (range(5), 150)

task = npl.Task.from_json(TASK).changed("training.updates", UPDATES)
result = npl.compare(task, RULES, seeds=SEEDS)

plt.style.use("tableau-colorblind10")
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
curves = result.curves("loss")
for color, rule in enumerate(RULES):
    updates, losses = curves[rule]
    axes.plot(updates, np.median(losses, axis=0), color=f"C{color}", label=rule)
    axes.fill_between(updates, losses.min(axis=0), losses.max(axis=0), color=f"C{color}", alpha=0.15, lw=0)
axes.axhline(np.log(2), color="0.6", lw=1, ls=":")
axes.text(0, np.log(2), "guessing", color="0.4", fontsize=8, va="bottom")
axes.set(xlabel="updates, of 32 trials each", ylabel="loss (nats)", ylim=(0, 0.8))
axes.legend(frameon=False, title=f"median and range of {len(SEEDS)} seeds", loc="lower left")
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
mean = {rule: losses.mean() for rule, (_, losses) in curves.items()}
last = {rule: np.median(losses[:, -1]) for rule, (_, losses) in curves.items()}
# Of each seed, for all rules begin with the same weights: how far below e-prop a rule has come.
ahead = {rule: curves["eprop"][1][:, -1] - losses[:, -1] for rule, (_, losses) in curves.items()}
of_feedback = np.median(np.abs(ahead["eprop_random"]))
for rule in ("bptt", "modprop_cell"):
    assert np.median(ahead[rule]) > of_feedback, f"random feedback changes less than credit over time by {rule}"
if UPDATES >= 150:
    assert mean["bptt"] < mean["modprop_cell"] < mean["eprop"]
    assert max(last["bptt"], last["modprop_cell"]) < 0.25 and min(last["eprop"], last["eprop_random"]) > 0.5
