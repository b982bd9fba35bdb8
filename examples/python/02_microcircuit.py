"""Does a tenth of the cortical microcircuit keep the rates of the whole? [Potjans & Diesmann 2014]"""

from pathlib import Path

import neuropil as npl

MODELS = Path(__file__).parents[2] / "models" / "networks"
PUBLISHED_HZ = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]

net = npl.Network.from_json(MODELS / "potjans_diesmann_2014.json")
print(net, "at full scale;", f"{net.check(scale=0.1)['cells']:,} cells at a tenth")
rec = net.run(1000, scale=0.1, progress=True)

rates = rec.rates_hz(500)
for (name, rate), published in zip(rates.items(), PUBLISHED_HZ, strict=False):
    print(f"{name:<6} {rate:7.3f} Hz, published {published:6.3f}")
    # Scaling keeps mean and variance of the input, not correlations: rates are near, not equal.
    assert abs(rate - published) < 0.3 + 0.35 * published, name
