"""Cells, each beside its equations integrated here."""

from typing import Any

import numpy as np
import pytest

DT = 0.1
#: Parts of a step.
FINE = 100
PARAMETERS = {
    "cm": 0.3, "tau_m": 14.0, "v_rest": -67.0, "v_thresh": -52.0, "tau_syn_E": 1.7, "tau_syn_I": 4.1, "e_rev_E": 3.0,
    "e_rev_I": -81.0, "i_offset": 0.15,
}  # fmt: skip
EXC_MS, INH_MS, WEIGHT, DELAY = 3.0, 6.0, 0.02, 1.5


def exponential(since: float, tau: float) -> float:
    """A shape of what an arrival makes, of its time in ms."""
    return np.exp(-since / tau) if since >= 0 else 0.0


def alpha(since: float, tau: float) -> float:
    """Another one, with the peak 1 at tau."""
    return since / tau * np.exp(1 - since / tau) if since >= 0 else 0.0


def integrated(slope: Any, state: np.ndarray, duration: float) -> np.ndarray:
    """States at the steps, by the classical method of order 4 in small parts; slope is a function of state and time."""
    rows, h = [state], DT / FINE
    for step in range(round(duration / DT)):
        for part in range(FINE):
            t = step * DT + part * h
            # Arrivals lie at ends of parts, so that no part has a jump within.
            a = slope(state, t + 1e-9)
            b = slope(state + h / 2 * a, t + h / 2)
            c = slope(state + h / 2 * b, t + h / 2)
            d = slope(state + h * c, t + h - 1e-9)
            state = state + h / 6 * (a + 2 * b + 2 * c + d)
        rows.append(state)
    return np.array(rows)


def driven(sim: Any, celltype: Any, duration: float, sign: float = 1.0, **initial: float) -> Any:
    """A cell with one excitatory and one inhibitory arrival, and a current of 0.1 nA from 8 to 12 ms."""
    cells = sim.Population(1, celltype, initial_values=initial)
    for receptor, time, weight in (("excitatory", EXC_MS, WEIGHT), ("inhibitory", INH_MS, sign * WEIGHT)):
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[time]))
        synapse = sim.StaticSynapse(weight=weight, delay=DELAY)
        sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type=receptor)
    cells.inject(sim.DCSource(amplitude=0.1, start=8.0, stop=12.0))
    cells.record([own for own in celltype.recordable if own != "spikes"])
    sim.run(duration)
    return cells


def currents(t: float, v: float, shape: Any, own: dict[str, float], is_conductance: bool = True) -> float:
    """Synaptic and injected current, nA."""
    exc = WEIGHT * shape(t - EXC_MS - DELAY, own["tau_syn_E"])
    inh = WEIGHT * shape(t - INH_MS - DELAY, own["tau_syn_I"])
    synaptic = exc * (own["e_rev_E"] - v) + inh * (own["e_rev_I"] - v) if is_conductance else exc - inh
    return synaptic + own["i_offset"] + (0.1 if 8.0 <= t < 12.0 else 0.0)


@pytest.mark.parametrize("name, shape", [("IF_cond_exp", exponential), ("IF_cond_alpha", alpha)])
def test_conductances(sim: Any, traces: Any, name: str, shape: Any) -> None:
    cells = driven(sim, getattr(sim, name)(**PARAMETERS), 15.0, v=-66.0)

    def slope(state: np.ndarray, t: float) -> np.ndarray:
        leak = (PARAMETERS["v_rest"] - state) / PARAMETERS["tau_m"]
        return leak + currents(t, state[0], shape, PARAMETERS) / PARAMETERS["cm"]

    expected = integrated(slope, np.array([-66.0]), 15.0)
    assert np.abs(traces(cells, "v") - expected).max() < 1e-4
    g = [WEIGHT * shape(t - EXC_MS - DELAY, PARAMETERS["tau_syn_E"]) for t in np.arange(151) * DT + 1e-9]
    assert np.abs(traces(cells, "gsyn_exc")[:, 0] - g).max() < 1e-9


@pytest.mark.parametrize("name, shape", [("IF_curr_exp", exponential), ("IF_curr_alpha", alpha)])
def test_currents(sim: Any, traces: Any, name: str, shape: Any) -> None:
    own = {key: value for key, value in PARAMETERS.items() if not key.startswith("e_rev")}
    cells = driven(sim, getattr(sim, name)(**own), 15.0, sign=-1.0, v=-66.0)

    def slope(state: np.ndarray, t: float) -> np.ndarray:
        return (own["v_rest"] - state) / own["tau_m"] + currents(t, 0.0, shape, own, is_conductance=False) / own["cm"]

    assert np.abs(traces(cells, "v") - integrated(slope, np.array([-66.0]), 15.0)).max() < 1e-9


@pytest.mark.parametrize("name, shape", [("EIF_cond_exp_isfa_ista", exponential), ("EIF_cond_alpha_isfa_ista", alpha)])
def test_exponential(sim: Any, traces: Any, name: str, shape: Any) -> None:
    own = {**PARAMETERS, "a": 3.0, "b": 0.05, "delta_T": 1.5, "tau_w": 60.0, "v_spike": -30.0}
    cells = driven(sim, getattr(sim, name)(**own), 15.0, v=-66.0, w=0.02)

    def slope(state: np.ndarray, t: float) -> np.ndarray:
        v, w = state
        upstroke = own["cm"] / own["tau_m"] * own["delta_T"] * np.exp((v - own["v_thresh"]) / own["delta_T"])
        dv = (own["v_rest"] - v) / own["tau_m"] + (upstroke - w + currents(t, v, shape, own)) / own["cm"]
        return np.array([dv, (own["a"] * 1e-3 * (v - own["v_rest"]) - w) / own["tau_w"]])

    expected = integrated(slope, np.array([-66.0, 0.02]), 15.0)
    assert np.abs(traces(cells, "v")[:, 0] - expected[:, 0]).max() < 1e-3
    assert np.abs(traces(cells, "w")[:, 0] - expected[:, 1]).max() < 1e-6


def test_spikes_of_the_exponential_cell(sim: Any, traces: Any) -> None:
    """A spike resets the membrane, holds it for the refractory period, and adds b to the adaptation."""
    own = sim.EIF_cond_exp_isfa_ista(i_offset=1.0, tau_refrac=2.0, b=0.08)
    cells = sim.Population(1, own)
    cells.record(["spikes", "v", "w"])
    sim.run(40.0)
    time = float(cells.get_data().segments[0].spiketrains[0][0])
    at = round(time / DT)
    v, w = traces(cells, "v")[:, 0], traces(cells, "w")[:, 0]
    assert np.all(v[at : at + 21] == -70.6) and v[at + 21] > -70.6
    assert w[at] - w[at - 1] == pytest.approx(0.08, abs=2e-3)


def test_a_cell_without_upstroke_fires_at_its_threshold(sim: Any, traces: Any) -> None:
    cells = sim.Population(2, sim.EIF_cond_exp_isfa_ista(delta_T=0.0, i_offset=[0.5, 1.0], v_thresh=-55.0, a=0.0))
    cells.record(["v", "spikes"])
    sim.run(20.0)
    tau, drive = 9.3667, 1.0 * 9.3667 / 0.281
    crossing = -tau * np.log(1 - (-55.0 + 70.6) / drive)
    first = float(cells.get_data().segments[0].spiketrains[1][0])
    assert crossing <= first <= crossing + DT
    assert traces(cells, "v").max() < -55.0


def test_hodgkin_huxley(sim: Any, traces: Any) -> None:
    own = {**sim.HH_cond_exp.default_parameters, "i_offset": 0.7}
    cells = driven(sim, sim.HH_cond_exp(**own), 6.0, v=-64.0, m=0.05, h=0.6, n=0.3)

    def slope(state: np.ndarray, t: float) -> np.ndarray:
        v, m, h, n = state
        u = v - own["v_offset"]
        a_m, b_m = 0.32 * (13 - u) / (np.exp((13 - u) / 4) - 1), 0.28 * (u - 40) / (np.exp((u - 40) / 5) - 1)
        a_h, b_h = 0.128 * np.exp((17 - u) / 18), 4 / (1 + np.exp((40 - u) / 5))
        a_n, b_n = 0.032 * (15 - u) / (np.exp((15 - u) / 5) - 1), 0.5 * np.exp((10 - u) / 40)
        ionic = own["gbar_Na"] * m**3 * h * (own["e_rev_Na"] - v) + own["gbar_K"] * n**4 * (own["e_rev_K"] - v)
        total = own["g_leak"] * (own["e_rev_leak"] - v) + ionic + currents(t, v, exponential, own)
        gates = a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n
        return np.array([total / own["cm"], *gates])

    expected = integrated(slope, np.array([-64.0, 0.05, 0.6, 0.3]), 6.0)
    assert expected[:, 0].max() > 0
    assert np.abs(traces(cells, "v")[:, 0] - expected[:, 0]).max() < 0.05
    assert np.abs(traces(cells, "h")[:, 0] - expected[:, 2]).max() < 1e-3


def test_izhikevich(sim: Any, traces: Any) -> None:
    """The membrane jumps by the weight in mV; a current of 1 nA counts as 1000."""
    cells = sim.Population(1, sim.Izhikevich(i_offset=0.004), initial_values={"v": -65.0, "u": -13.0})
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=5.0, delay=1.0))
    cells.record(["v", "u"])
    sim.run(4.0)

    def slope(state: np.ndarray, t: float) -> np.ndarray:
        v, u = state
        return np.array([0.04 * v * v + 5 * v + 140 - u + 4.0, 0.02 * (0.2 * v - u)])

    before = integrated(slope, np.array([-65.0, -13.0]), 2.0)
    after = integrated(slope, before[-1] + np.array([5.0, 0.0]), 2.0)
    expected = np.concatenate([before[:-1], after])
    assert np.abs(traces(cells, "v")[:, 0] - expected[:, 0]).max() < 1e-3
    assert np.abs(traces(cells, "u")[:, 0] - expected[:, 1]).max() < 1e-4


def test_conductances_that_spikes_open(sim: Any, traces: Any) -> None:
    cells = sim.Population(1, sim.IF_cond_exp_gsfa_grr(i_offset=1.0, v_thresh=-57.0, q_rr=300.0))
    cells.record(["spikes", "g_s", "g_r"])
    sim.run(30.0)
    times = cells.get_data().segments[0].spiketrains[0].magnitude
    assert len(times) >= 2
    t = np.arange(301) * DT
    for name, step, tau in (("g_s", 15.0, 100.0), ("g_r", 300.0, 2.0)):
        expected = sum(step * np.where(t >= time - 1e-9, np.exp(-(t - time) / tau), 0.0) for time in times)
        assert np.allclose(traces(cells, name)[:, 0], expected, rtol=1e-9)


def test_composed_cells_are_those_of_one_piece(sim: Any, traces: Any) -> None:
    """A membrane and two receptors, each by name, beside the standard cell of the same equations."""
    values = {"cm": 0.3, "tau_m": 14.0, "v_rest": -67.0, "v_thresh": -52.0}
    receptors = {"A": sim.ExpPSR(tau_syn=1.7, e_syn=3.0), "B": sim.ExpPSR(tau_syn=4.1, e_syn=-81.0)}
    composed = sim.Population(2, sim.PointNeuron(sim.LIF(**values), **receptors))
    whole = sim.Population(2, sim.IF_cond_exp(**values, tau_syn_E=1.7, e_rev_E=3.0, tau_syn_I=4.1, e_rev_I=-81.0))
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0, 4.0, 4.5]))
    for cells, names in ((composed, ("A", "B")), (whole, ("excitatory", "inhibitory"))):
        for name, weight in zip(names, (0.03, 0.02), strict=True):
            sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight, delay=1.0), receptor_type=name)
        cells.record("v")
    composed.record("A.gsyn")
    whole.record("gsyn_exc")
    composed[1:2].set(**{"A.tau_syn": 2.5})
    whole[1:2].set(tau_syn_E=2.5)
    assert composed.get("A.tau_syn").tolist() == [1.7, 2.5]
    sim.run(20.0)
    assert np.abs(traces(composed, "v") - traces(whole, "v")).max() < 1e-4
    assert np.abs(traces(composed, "A.gsyn") - traces(whole, "gsyn_exc")).max() < 1e-12


def test_beta_conductances(sim: Any, traces: Any) -> None:
    """A difference of exponentials with the weight as its peak."""
    composed = sim.Population(2, sim.PointNeuron(sim.LIF(), A=sim.BetaPSR(tau_rise=0.7, tau_decay=[2.5, 3.5])))
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0]))
    sim.Projection(source, composed, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01, delay=1.0), receptor_type="A")
    composed.record("A.gsyn")
    sim.run(10.0)
    since = np.arange(101) * DT - 3.0
    for cell, decay in enumerate((2.5, 3.5)):
        fine = np.linspace(0, 10, 100001)
        peak = (np.exp(-fine / decay) - np.exp(-fine / 0.7)).max()
        expected = np.where(since >= 0, 0.01 * (np.exp(-since / decay) - np.exp(-since / 0.7)) / peak, 0.0)
        assert np.abs(traces(composed, "A.gsyn")[:, cell] - expected).max() < 1e-9


def test_currents_and_thresholds_that_spikes_move(sim: Any, traces: Any) -> None:
    """A sharp threshold fires where the membrane meets it; currents and threshold are sums over the spikes; each step of the
    membrane is exact, with the current of its beginning.
    """
    taus, steps, moves = (1.0, 10.0, 100.0), (0.1, 0.2, 0.05), (4.0, 2.0, 1.0)
    cells = sim.Population(
        2,
        sim.GIF_cond_exp(
            i_offset=1.5, v_t_star=-55.0, delta_v=1e-6, tau_refrac=2.0, a_eta=[steps, (0.0, 0.0, 0.0)],
            a_gamma=[(0.0, 0.0, 0.0), moves], tau_eta=taus, tau_gamma=taus,
        ),
    )  # fmt: skip
    assert cells.get("tau_eta").value.tolist() == list(taus) and cells.get("a_eta")[0].value.tolist() == list(steps)
    cells.record(["v", "spikes", "i_eta", "v_t"])
    sim.run(60.0)
    trains = [own.magnitude for own in cells.get_data().segments[0].spiketrains]
    t = np.arange(601) * DT
    sums = [
        sum(step * np.where(t >= own - 1e-9, np.exp(-(t - own) / tau), 0.0) for own in train for step, tau in zip(jumps, taus, strict=True))
        for train, jumps in zip(trains, (steps, moves), strict=True)
    ]
    i_eta, v_t, v = traces(cells, "i_eta")[:, 0], traces(cells, "v_t")[:, 1], traces(cells, "v")
    assert np.allclose(i_eta, sums[0], rtol=1e-9) and np.allclose(v_t + 55.0, sums[1], rtol=1e-9)
    for cell, train in enumerate(trains):
        fired = np.isin(np.arange(601), np.rint(train / DT).astype(int))
        held = held_for(fired, 20)
        goal = -65.0 + 20.0 * (1.5 - (i_eta if cell == 0 else 0.0))
        exact = goal + (v[:, cell] - goal) * np.exp(-DT / 20.0)
        free = ~held[1:]
        assert len(train) >= 2 and np.abs(v[1:, cell] - exact[:-1])[free].max() < 1e-9
        assert np.all(v[held, cell] == -65.0)
        threshold = np.full(601, -55.0) if cell == 0 else v_t
        assert np.array_equal(fired[1:][free], (v[1:, cell] >= threshold[:-1])[free])


def held_for(fired: np.ndarray, steps: int) -> np.ndarray:
    """The steps behind each spike in which a cell is refractory."""
    held = np.zeros(len(fired), dtype=bool)
    for own in np.flatnonzero(fired):
        held[own + 1 : own + 1 + steps] = True
    return held


def test_membranes_that_jump(sim: Any, traces: Any) -> None:
    """IF_curr_delta: a weight of 1 is 1 mV, of both signs, and decays with the membrane."""
    cells = sim.Population(1, sim.IF_curr_delta(tau_m=10.0))
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    for receptor, weight, delay in (("excitatory", 3.0, 1.0), ("inhibitory", -2.0, 3.0)):
        synapse = sim.StaticSynapse(weight=weight, delay=delay)
        sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type=receptor)
    cells.record("v")
    sim.run(6.0)
    t = np.arange(61) * DT
    expected = -65.0 + sum(w * np.where(t >= at - 1e-9, np.exp(-(t - at) / 10.0), 0.0) for w, at in ((3.0, 2.0), (-2.0, 4.0)))
    assert np.abs(traces(cells, "v")[:, 0] - expected).max() < 1e-9


def test_cells_of_the_chip(sim: Any, traces: Any) -> None:
    """IF_facets_hardware1 is IF_cond_exp with cm 0.2 nF, a refractory period of 1 ms and excitation that reverses at 0 mV."""
    chip = sim.Population(1, sim.IF_facets_hardware1(g_leak=20.0, tau_syn_E=10.0))
    whole = sim.Population(
        1,
        sim.IF_cond_exp(
            cm=0.2, tau_m=10.0, tau_refrac=1.0, e_rev_E=0.0, e_rev_I=-80.0, tau_syn_E=10.0, tau_syn_I=30.0, v_reset=-80.0,
            v_rest=-65.0, v_thresh=-55.0,
        ),
    )  # fmt: skip
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0, 4.0, 5.0]))
    for cells in (chip, whole):
        sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.02, delay=1.0))
        cells.record(["v", "spikes"])
    sim.run(30.0)
    assert np.abs(traces(chip, "v") - traces(whole, "v")).max() < 1e-9
    assert len(chip.get_data().segments[0].spiketrains[0]) > 0
