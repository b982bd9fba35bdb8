"""When do peptides begin to matter? A tenth of a cortical slab, with and without 17 peptides, the same seed."""

from pathlib import Path

import neuropil as npl

MODELS = Path(__file__).parents[2] / "models"

model = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json").to_dict()
# Spikes are all that is compared; what the file records besides is of more cells than are left.
del model["record"], model["peptides"]
net = npl.Network.from_json(model)
for name in net.populations:
    net.set(f"populations.{name}.cells", net[name].size // 10)
deaf = npl.Network.from_json(net.to_dict())
net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[16, 16, 40], spacing_um=[25, 25, 25], step_ms=10)

heard, silent = net.run(2000), deaf.run(2000)
first = {}
for name in heard.spikes:
    with_peptides = set(zip(*heard.spikes[name], strict=True))
    differ = with_peptides.symmetric_difference(zip(*silent.spikes[name], strict=True))
    first[name] = min(time for time, _ in differ) if differ else float("inf")
    print(f"{name:<8} {len(with_peptides):>5} spikes; the first that peptides have moved is at {first[name]:6.1f} ms")

# Release, diffusion, binding and messengers take their time: nothing is moved at first, then something in every population.
assert min(first.values()) > 100.0 and max(first.values()) < 2000.0
