"""How near to the exact gradient do five learning rules come? Cosines over a short training."""

from pathlib import Path

import neuropil as npl
import numpy as np

TASKS = Path(__file__).parents[2] / "models" / "tasks"
RULES = ["bptt", "modprop_type", "mdgl_cell", "eprop", "eprop_random"]

task = npl.Task.from_json(TASKS / "mini_evidence.json").changed("training.updates", 20)
result = npl.compare(task, RULES, seeds=range(2), align=True, progress=True)

cosines = {rule: float(np.nanmean(values)) for rule, (_, values) in result.curves("cosine_rec").items()}
for rule, cosine in sorted(cosines.items(), key=lambda own: -own[1]):
    print(f"{rule:<14} cosine with the exact dW_rec {cosine:.3f}")
result.plot().save("gradient_alignment.png", force=True)

# The exact rule is exact; what arrives by way of other cells brings a rule nearer; random feedback takes it away.
assert abs(cosines["bptt"] - 1.0) < 1e-9
assert 1.0 > cosines["mdgl_cell"] > cosines["eprop"] > cosines["eprop_random"]
