"""How does a balanced network fire? The first network of the README, made with Python."""

import neuropil as npl

net = npl.Network(dt_ms=0.1, seed=7)
exc = net.population("exc", 800, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
inh = net.population("inh", 200, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=1.5)
net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
net.input(npl.PoissonInput(8, in_degree=100, weight_pa=130), to=[exc, inh])

rec = net.run(2000, record=npl.State(exc[:3], "v_m_mv", every_ms=0.5), progress=True)
rates = rec.rates_hz()
print({name: round(rate, 2) for name, rate in rates.items()}, "Hz")
rec.plot().save("first_network.png", force=True)

# The README's table has the same figures: the command line runs the same network with the same seed.
assert abs(rates["exc"] - 8.852) < 0.001 and abs(rates["inh"] - 8.705) < 0.001
