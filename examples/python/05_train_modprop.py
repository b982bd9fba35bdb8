"""Does ModProp learn faster than e-prop? The same weights, the same trials, two rules. [Liu et al. 2022]"""

from pathlib import Path

import neuropil as npl

TASKS = Path(__file__).parents[2] / "models" / "tasks"

task = npl.Task.from_json(TASKS / "mini_evidence.json").changed("training.updates", 100)
result = npl.compare(task, ["modprop_type", "eprop"], seeds=[1], progress=True)

means = {rule: losses.mean() for rule, (_, losses) in result.curves("loss").items()}
print("mean loss:", {rule: round(float(mean), 4) for rule, mean in means.items()})
result.plot().save("train_modprop.png", force=True)

assert means["modprop_type"] < means["eprop"]
