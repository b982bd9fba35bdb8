"""When do cells of a network fire irregularly?

Two and a half thousand cells of Brunel's network, in which inhibition grows from weak to strong. Where inhibition wins, rates fall
and intervals become as irregular as those of a Poisson process, whose coefficient of variation is 1. [Brunel2000]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import neuropil as npl

# `python irregular_firing.py short` is what the checks of the project run.
INHIBITION, END_MS = ([3, 5], 600) if "short" in sys.argv else ([3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8], 2000)
WEIGHT_MV, IN_DEGREE = 0.25, 400


def run(g):
    cell = npl.LifDelta(tau_m_ms=20, e_l_mv=0, v_th_mv=20, v_reset_mv=10, t_ref_ms=2)
    net = npl.Network(dt_ms=0.1, seed=3)
    exc, inh = net.population("exc", 2000, cell, sign=1), net.population("inh", 500, cell, sign=-1)
    net.connect(exc, [exc, inh], npl.FixedInDegree(IN_DEGREE), weight_mv=WEIGHT_MV, delay_ms=1.5)
    net.connect(inh, [exc, inh], npl.FixedInDegree(IN_DEGREE // 4), weight_mv=-g * WEIGHT_MV, delay_ms=1.5)
    # Twice what brings a cell to its threshold without a network.
    rate_hz = 2 * 20 / (WEIGHT_MV * 20e-3) / IN_DEGREE
    net.input(npl.PoissonInput(rate_hz, in_degree=IN_DEGREE, weight_mv=WEIGHT_MV), to=[exc, inh])
    rec = net.run(END_MS)
    return rec.rates_hz(200)["exc"], rec.cv_isi(200)["exc"]


rates_hz, variation = zip(*(run(g) for g in INHIBITION), strict=True)
plt.style.use("tableau-colorblind10")
figure, (upper, lower) = plt.subplots(2, 1, figsize=(6.4, 4.2), sharex=True, layout="constrained")
upper.semilogy(INHIBITION, rates_hz, "o-")
upper.set_yticks([10, 30, 100, 300], [10, 30, 100, 300])
upper.minorticks_off()
upper.set_ylabel("rate of a cell (Hz)")
lower.plot(INHIBITION, variation, "o-", color="C1")
lower.axhline(1, color="0.6", lw=1, ls=":")
lower.set(xlabel="g: inhibitory weight over excitatory weight", ylabel="CV of intervals", ylim=(0, 1.2))
figure.savefig(f"{Path(__file__).stem}.png", dpi=90)
assert rates_hz[0] > 5 * rates_hz[-1] and variation[0] < 0.5 < variation[-1]
