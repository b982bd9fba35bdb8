"""Synapses: who reaches whom, when, and how strongly."""

from typing import Any

import numpy as np
import pytest
from pyNN import errors


def reached(cells: Any, variable: str = "gsyn_exc") -> Any:
    return cells.get_data().segments[-1].filter(name=variable)[0].magnitude


def test_views_and_assemblies_mean_their_cells(sim: Any) -> None:
    """Cell k of the assembly has the weight that the list gives it, whatever the populations' own numbers."""
    first, second = (sim.Population(4, sim.IF_cond_exp()) for _ in range(2))
    senders = sim.Population(3, sim.SpikeSourceArray(spike_times=[[1.0], [2.0], [3.0]]))
    group = first[[1, 3]] + second
    pairs = [(0, 0, 0.1, 0.5), (1, 1, 0.2, 0.5), (0, 4, 0.3, 1.0), (1, 2, 0.4, 0.5)]
    made = sim.Projection(senders[1:3], group, sim.FromListConnector(pairs), receptor_type="excitatory")
    for cells in (first, second):
        cells.record("gsyn_exc")
    sim.run(5.0)
    a, b = reached(first), reached(second)
    # senders[1:3] fire at 2 and 3 ms.
    assert a[25, 1] == pytest.approx(0.1) and a[24, 1] == 0.0 and a[35, 3] == pytest.approx(0.2)
    assert b[30, 2] == pytest.approx(0.3) and b[29, 2] == 0.0 and b[35, 0] == pytest.approx(0.4)
    assert not a[:, [0, 2]].any() and not b[:, [1, 3]].any()
    assert sorted(made.get(["weight", "delay"], format="list")) == sorted(pairs)


def shares(times: np.ndarray, use: float, rec: float, fac: float, psc: float) -> list[float]:
    """What each spike takes of the resources, by their equations in small steps (Tsodyks, Uziel & Markram 2000)."""
    x, y, z, u, t, h, taken = 1.0, 0.0, 0.0, 0.0, 0.0, 1e-3, []
    for time in times:
        for _ in range(round((time - t) / h)):
            # The middle of the step, to second order.
            half = np.array([z / rec, -y / psc, y / psc - z / rec, -u / fac]) * h / 2
            a, b, c, d = np.array([x, y, z, u]) + half
            x, y, z, u = x + h * c / rec, y - h * b / psc, z + h * (b / psc - c / rec), u - h * d / fac
        u += use * (1 - u)
        taken.append(u * x)
        x, y, t = x - taken[-1], y + taken[-1], time
    return taken


def test_short_term_plasticity(sim: Any) -> None:
    """Amplitudes are those of the equations; U and the time constant of the current differ by cell."""
    times, use, rec, fac, psc = np.arange(10.0, 100.0, 13.0), [0.2, 0.5], 120.0, 300.0, [2.0, 30.0]
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=times))
    cells = sim.Population(2, sim.IF_cond_exp(tau_syn_E=psc, v_thresh=1000.0))
    synapse = sim.TsodyksMarkramSynapse(U=np.array([use]), tau_rec=rec, tau_facil=fac, weight=0.01, delay=0.5)
    made = sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    cells.record("gsyn_exc")
    sim.run(60.0)
    made.set(weight=0.02)
    sim.run(50.0)
    g = reached(cells)
    for cell in range(2):
        for time, share in zip(times, shares(times, use[cell], rec, fac, psc[cell]), strict=True):
            at = round((time + 0.5) / 0.1)
            came = g[at, cell] - g[at - 1, cell] * np.exp(-0.1 / psc[cell])
            assert came == pytest.approx((0.01 if time < 60.0 else 0.02) * share, rel=1e-6)


def test_resources_of_cells_that_jump(sim: Any) -> None:
    """Where arrivals act for no time, what was used recovers at once: the recursion of Maass and Markram."""
    times, use, rec = np.arange(10.0, 100.0, 13.0), 0.4, 80.0
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=times))
    cells = sim.Population(1, sim.IF_curr_delta(tau_m=1.0))
    synapse = sim.TsodyksMarkramSynapse(U=use, tau_rec=rec, weight=5.0, delay=0.5)
    sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    cells.record("v")
    sim.run(110.0)
    v, x = reached(cells, "v")[:, 0] + 65.0, 1.0
    for time in times:
        at = round((time + 0.5) / 0.1)
        assert v[at] - v[at - 1] * np.exp(-0.1) == pytest.approx(5.0 * use * x, rel=1e-9)
        x = 1 + (x - x * use - 1) * np.exp(-13.0 / rec)


def test_pairs_of_spikes(sim: Any) -> None:
    """The worked number of a pair 10 ms apart, with the dendritic delay, and its opposite."""
    pre = sim.Population(2, sim.SpikeSourceArray(spike_times=[[50.0, 200.0], [80.0, 200.0]]))
    post = sim.Population(1, sim.IF_cond_exp(tau_refrac=200.0))
    driver = sim.Population(1, sim.SpikeSourceArray(spike_times=[59.9]))
    sim.Projection(driver, post, sim.AllToAllConnector(), sim.StaticSynapse(weight=2.0, delay=0.1))
    rule = sim.SpikePairRule(tau_plus=20.0, tau_minus=20.0, A_plus=0.01, A_minus=0.0105)
    synapse = sim.STDPMechanism(rule, sim.AdditiveWeightDependence(w_min=0.0, w_max=0.09), weight=0.04, delay=1.5)
    made = sim.Projection(pre, post, sim.AllToAllConnector(), synapse)
    post.record("spikes")
    sim.run(205.0)
    fired = post.get_data().segments[0].spiketrains[0].magnitude
    assert len(fired) == 1
    after = made.get("weight", format="array")[:, 0]
    grown = 0.01 * 0.09 * np.exp(-(fired[0] + 1.5 - 50.0) / 20)
    shrunk = 0.0105 * 0.09 * np.exp(-(80.0 - fired[0] - 1.5) / 20)
    late = 0.0105 * 0.09 * np.exp(-(200.0 - fired[0] - 1.5) / 20)
    assert after == pytest.approx([0.04 + grown - late, 0.04 - shrunk - late], rel=1e-9)
    sim.reset()
    assert made.get("weight", format="array").tolist() == [[0.04], [0.04]]


def test_inhibition_that_learns(sim: Any) -> None:
    """A presynaptic spike alone makes an inhibitory conductance smaller by eta 2 rho tau."""
    pre = sim.Population(1, sim.SpikeSourceArray(spike_times=[10.0, 30.0]))
    post = sim.Population(1, sim.IF_cond_exp())
    rule = sim.Vogels2011Rule(tau=20.0, eta=0.01, rho=3.0)
    synapse = sim.STDPMechanism(rule, sim.AdditiveWeightDependence(w_max=0.1), weight=0.05, delay=1.0)
    made = sim.Projection(pre, post, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")
    sim.run(40.0)
    assert made.get("weight", format="list")[0][2] == pytest.approx(0.05 - 2 * 0.01 * 0.12, rel=1e-9)


def test_synapses_that_fail(sim: Any) -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=np.arange(1.0, 401.0)))
    cells = sim.Population(3, sim.IF_cond_exp(tau_syn_E=0.1, v_thresh=1000.0))
    synapse = sim.SimpleStochasticSynapse(weight=0.01, delay=0.5, p=np.array([[0.0, 0.3, 1.0]]))
    sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    cells.record("gsyn_exc")
    sim.run(405.0)
    arrived = (reached(cells)[15::10] > 0.005).sum(axis=0)
    assert arrived[0] == 0 and arrived[2] == 400
    assert abs(arrived[1] - 120) < 5 * np.sqrt(400 * 0.3 * 0.7)


def test_weights_change_between_runs(sim: Any) -> None:
    """Both signs of receptor; what is said later acts later."""
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0, 25.0]))
    cells = sim.Population(2, sim.IF_cond_exp())
    synapse = sim.StaticSynapse(weight=0.01, delay=1.0)
    made = sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")
    cells.record("gsyn_inh")
    sim.run(20.0)
    made.set(weight=[0.02, 0.03])
    sim.run(20.0)
    g = reached(cells, "gsyn_inh")
    fresh = g[260] - g[259] * np.exp(-0.1 / 5.0)
    assert g[60] == pytest.approx([0.01, 0.01]) and fresh == pytest.approx([0.02, 0.03])


def test_the_least_delay(sim: Any) -> None:
    cells = sim.Population(2, sim.IF_cond_exp())
    assert sim.get_min_delay() == 0.1
    sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(delay=0.7))
    assert sim.get_min_delay() == 0.7
    with pytest.warns(errors.RoundingWarning, match="delays"):
        sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(delay=0.34))
    sim.setup(timestep=0.1, min_delay=0.5, max_delay=2.0)
    cells = sim.Population(2, sim.IF_cond_exp())
    for delay in (0.4, 2.1):
        with pytest.raises(errors.ConnectionError, match="out of range"):
            sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(delay=delay))


@pytest.mark.parametrize("a_plus, w_min, power", [(0.0, 0.0, 0.0), (0.02, 0.01, 0.0), (0.02, 0.01, 1.0)])
def test_pairs_with_a_least_weight(sim: Any, a_plus: float, w_min: float, power: float) -> None:
    """One pair each way, by the equations of the rule; powers of 0 are additive, those of 1 multiplicative."""
    pre = sim.Population(2, sim.SpikeSourceArray(spike_times=[[50.0, 90.0], [20.0, 90.0]]))
    post = sim.Population(1, sim.IF_cond_exp(tau_refrac=200.0))
    driver = sim.Population(1, sim.SpikeSourceArray(spike_times=[59.9]))
    sim.Projection(driver, post, sim.AllToAllConnector(), sim.StaticSynapse(weight=2.0, delay=0.1))
    rule = sim.SpikePairRule(tau_plus=15.0, tau_minus=25.0, A_plus=a_plus, A_minus=0.03)
    bounds = sim.GutigWeightDependence(w_min=w_min, w_max=0.09, mu_plus=power, mu_minus=power)
    made = sim.Projection(pre, post, sim.AllToAllConnector(), sim.STDPMechanism(rule, bounds, weight=0.04, delay=1.0))
    post.record("spikes")
    sim.run(95.0)
    fired = post.get_data().segments[0].spiketrains[0].magnitude[0] + 1.0
    expected = []
    for first in (50.0, 20.0):
        w = 0.04 + a_plus * 0.09 * ((0.09 - 0.04) / 0.09) ** power * np.exp(-(fired - first) / 15.0)
        expected.append(w - 0.03 * 0.09 * ((w - w_min) / 0.09) ** power * np.exp(-(90.0 - fired) / 25.0))
    assert made.get("weight", format="array")[:, 0] == pytest.approx(expected, rel=1e-9)


def test_weights_do_not_fall_below_their_least(sim: Any) -> None:
    pre = sim.Population(1, sim.SpikeSourceArray(spike_times=np.arange(61.0, 80.0)))
    post = sim.Population(1, sim.IF_cond_exp(tau_refrac=200.0))
    driver = sim.Population(1, sim.SpikeSourceArray(spike_times=[59.9]))
    sim.Projection(driver, post, sim.AllToAllConnector(), sim.StaticSynapse(weight=2.0, delay=0.1))
    rule = sim.STDPMechanism(
        sim.SpikePairRule(A_minus=0.1), sim.AdditiveWeightDependence(w_min=0.03, w_max=0.09), weight=0.04, delay=0.1
    )
    made = sim.Projection(pre, post, sim.AllToAllConnector(), rule)
    sim.run(100.0)
    assert made.get("weight", format="list")[0][2] == pytest.approx(0.03, rel=1e-12)


def test_quanta(sim: Any) -> None:
    """Sites that are filled at once release n U quanta a spike; those that are never filled again release n in all."""
    times = np.arange(1.0, 401.0)
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=times))
    cells = sim.Population(3, sim.IF_cond_exp(tau_syn_E=0.05, v_thresh=1000.0))
    kinds = (
        sim.MultiQuantalSynapse(weight=0.01, delay=0.5, U=0.3, n=5, tau_rec=1e-3),
        sim.MultiQuantalSynapse(weight=0.01, delay=0.5, U=0.3, n=5, tau_rec=1e12),
        sim.StochasticTsodyksMarkramSynapse(weight=0.01, delay=0.5, U=0.3, tau_rec=1e-3, tau_facil=1e12),
    )
    for number, kind in enumerate(kinds):
        sim.Projection(source, cells[number : number + 1], sim.AllToAllConnector(), kind)
    cells.record("gsyn_exc")
    sim.run(405.0)
    arrived = reached(cells)[15:4015:10] / 0.01
    assert np.abs(arrived - np.rint(arrived)).max() < 1e-3
    assert abs(arrived[:, 0].sum() - 400 * 5 * 0.3) < 5 * np.sqrt(400 * 5 * 0.3 * 0.7)
    assert arrived[:, 1].sum() == pytest.approx(5) and arrived[:, 0].max() > 2
    # Without forgetting, the chance of the n-th spike is 1 - (1 - U)^n.
    chances = 1 - 0.7 ** np.arange(1, 401)
    assert abs(arrived[:, 2].sum() - chances.sum()) < 5 * np.sqrt((chances * (1 - chances)).sum()) + 1e-6


def test_every_pair_is_the_list_of_pairs(sim: Any) -> None:
    """Of views, with weights that learn: who has which weight, by the rule for all pairs and by a list."""
    found = []
    for is_listed in (False, True):
        sim.setup(timestep=0.1)
        pre = sim.Population(5, sim.SpikeSourceArray(spike_times=[[1.0 + own, 30.0] for own in range(5)]))
        post = sim.Population(4, sim.IF_cond_exp(tau_refrac=100.0, i_offset=[1.0, 2.0, 3.0, 4.0]))
        rule = sim.STDPMechanism(sim.SpikePairRule(), sim.AdditiveWeightDependence(w_max=0.01), weight=0.005, delay=0.5)
        connector = sim.FromListConnector([(i, j) for i in (2, 0, 1) for j in (1, 0)]) if is_listed else sim.AllToAllConnector()
        made = sim.Projection(pre[[0, 2, 3]], post[1:3], connector, rule)
        if is_listed:
            # Weights that differ in the last bits have to be listed.
            made.set(weight=0.005 + 1e-15 * np.arange(6).reshape(3, 2))
        sim.run(40.0)
        found.append(made.get("weight", format="array"))
    assert len(np.unique(found[0].round(9))) == 6
    assert np.abs(found[0] - found[1]).max() < 1e-13


def test_synapses_begin_as_their_model_says(sim: Any) -> None:
    cells = sim.Population(2, sim.IF_cond_exp())
    kinds = [sim.TsodyksMarkramSynapse(U=0.3, tau_facil=50.0), sim.MultiQuantalSynapse(U=0.3, n=4)]
    first, second = (sim.Projection(cells, cells, sim.AllToAllConnector(), own) for own in kinds)
    first.initialize(u=0.3)
    second.initialize(a=4)
    for made, refused in ((first, {"a": 1}), (second, {"a": 3}), (second, {"x": 1.0})):
        with pytest.raises(NotImplementedError, match="synapses begin as their model says"):
            made.initialize(**refused)


def test_a_share_that_synapses_begin_with(sim: Any) -> None:
    """Of 1,000 synapses whose U is small the share is the one at the start, which has decayed for 10 ms, beside U."""
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[10.0]))
    cells = sim.Population(1000, sim.IF_cond_exp())
    made = sim.Projection(source, cells, sim.AllToAllConnector(), sim.MultiQuantalSynapse(n=1, U=0.1, tau_facil=20.0, weight=0.01, delay=1.0))
    made.initialize(u=0.9)
    cells.record("gsyn_exc")
    sim.run(11.0)
    share = 0.1 + 0.9 * 0.9 * np.exp(-10.0 / 20.0)
    assert abs((reached(cells)[-1] > 0).sum() - 1000 * share) < 5 * np.sqrt(1000 * share * (1 - share))


def test_synapses_one_by_one(sim: Any) -> None:
    """What one synapse is set to is that of the one, before a run and between two."""
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[5.0, 25.0]))
    cells = sim.Population(2, sim.IF_cond_exp())
    made = sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01, delay=1.0))
    cells.record("gsyn_exc")
    made[1].weight = 0.02
    made[1].delay = 2.0
    sim.run(20.0)
    first = next(own for own in made.connections if own.as_tuple("presynaptic_index", "postsynaptic_index") == (1, 1))
    first.weight = 0.05
    with pytest.raises(NotImplementedError, match="delay"):
        first.delay = 3.0
    sim.run(20.0)
    g, late = reached(cells), made[1]
    assert (late.weight, late.delay) == (0.02, 2.0)
    receiver = late.postsynaptic_index
    assert g[60, receiver] == pytest.approx(0.01) and g[70, receiver] - g[69, receiver] * np.exp(-0.02) == pytest.approx(0.02)
    assert g[260, 1] - g[259, 1] * np.exp(-0.02) == pytest.approx(0.05 + (0.01 if receiver != 1 else 0.0), rel=1e-6)
