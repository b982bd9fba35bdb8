"""What do recorded spikes make a network do? Good units of an NWB session drive a population."""

from pathlib import Path

import neuropil as npl
import numpy as np

SESSION = Path(__file__).parents[2] / "tests" / "data" / "nwb" / "session.nwb"

net = npl.Network(dt_ms=0.1, seed=3)
exc = net.population("exc", 200, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
source = net.replay(
    SESSION,
    units="quality == 'good'",
    from_s=1,
    to_s=5,
    to=exc,
    connector=npl.FixedInDegree(2),
    weight_pa=2500.0,
    delay_ms=npl.Normal(1.5, 0.75, min=0.1),
)
rec = net.run(4000)
print(rec)
for note in rec.notes:
    print(note)

sent, _ = rec.spikes[source]
answered, _ = rec.spikes[exc]
assert len(sent) > 0 and len(answered) > 0
# Nothing else drives the cells: each answer has a spike of the session in the 50 ms before it.
before = np.searchsorted(sent, answered) - 1
assert (before >= 0).all() and (answered - sent[before] < 50).all()
