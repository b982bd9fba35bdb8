"""Does PyNN find neuropil, both installed and nothing else on the path?"""

import pyNN.neuropil as sim

sim.setup(timestep=0.1, seed=1)
cells = sim.Population(100, sim.IF_cond_exp(i_offset=1.0), label="cells")
cells.record("spikes")
sim.run(1000.0)
mean = cells.mean_spike_count()
assert mean > 0, mean
print(f"pyNN.neuropil runs: {mean} spikes a cell")
