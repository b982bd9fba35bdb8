"""Hands on a running network: in a model, on a simulation in memory, and by an environment."""

import json
import re

import numpy as np
import pytest
from conftest import ROOT

import neuropil as npl


def network():
    net = npl.Network(seed=3)
    exc = net.population("exc", 80, npl.LifExp(), sign=1)
    inh = net.population("inh", 20, npl.LifExp(), sign=-1)
    net.connect(exc, [exc, inh], npl.FixedProbability(0.2), weight_pa=60, delay_ms=1.5, name="e")
    net.connect(inh, exc, npl.FixedProbability(0.2), weight_pa=-200, delay_ms=1, name="i->e")
    net.input(npl.PoissonInput(8, in_degree=1000, weight_pa=30), to=[exc, inh], name="noise")
    return net


def same(a, b):
    return all(np.array_equal(x, y) for name in ("exc", "inh") for x, y in zip(a.spikes[name], b.spikes[name], strict=True))


def test_every_class_is_an_item_of_a_model_file():
    net = network()
    net.intervene(
        npl.Silence(net["exc"][:30], at_ms=10, until_ms=20),
        npl.Injection(net["inh"], amplitude_pa=150, at_ms=12),
        npl.ChangedRate(12, input="noise", at_ms=15),
        npl.ChangedWeights("i->e", scale=0.5, to=net["exc"][:9], at_ms=15, until_ms=30),
        npl.Cut("e:exc->inh", source=net["exc"][:9], at_ms=15),
        npl.ChangedParameters(net["exc"], {"v_th_mv": -54}, at_ms=30),
    )
    model = net.to_dict()["interventions"]
    assert model[0] == {"at_ms": 10, "until_ms": 20, "silence": net["exc"][:30].json()}
    assert model[1] == {"at_ms": 12, "current": {"to": "inh", "amplitude_pa": 150}}
    assert model[4]["cut"]["projection"] == "e:exc->inh" and "from" in model[4]["cut"]
    assert model[5]["parameters"] == {"of": "exc", "v_th_mv": -54}
    assert net.check(100)["cells"] == 100
    with pytest.raises(npl.InputError, match="has no time"):
        net.intervene(npl.Silence("exc"))
    net.intervene(npl.Silence("exc", at_ms=15))
    with pytest.raises(npl.InputError, match="at the same time"):
        net.run(100)


def live(sim):
    """Edits of all kinds, with the spikes that were seen."""
    seen = {"exc": [], "inh": []}

    def go(duration_ms):
        sim.advance(duration_ms)
        for name, spikes in seen.items():
            spikes.append(np.stack([*map(np.asarray, sim.spikes(name))]))

    go(10)
    sim.silence("exc", until_ms=14)
    sim.inject("inh", 150, until_ms=40)
    go(10)
    sim.rate("noise", 12)
    weights = sim.weights("i->e")
    assert np.all(np.asarray(weights) == -200) and len(weights) == len(weights[:])
    weights[:] = 0.5 * weights[:]
    assert np.all(sim.weights("i->e")[:] == -100)
    go(10)
    weights[:5] = -300
    sim.set("exc", {"v_th_mv": -56}, until_ms=50)
    sim.cut("e:exc->inh", source="exc")
    go(10)
    sim.noise("exc", 80, mean_pa=20, tau_ms=3, until_ms=45)
    sim.noise("inh", 50, hold_ms=0.4)
    sim.set_state("exc", {"v_m_mv": np.linspace(-70, -56, 80), "i_syn_exc_pa": 200})
    assert np.array_equal(sim.state("exc", "v_m_mv"), np.linspace(-70, -56, 80))
    go(5)
    before, synapses = sim.state("exc", "v_m_mv").copy(), sim.synapses
    sim.add("exc", "inh", npl.Listed([0, 1, 1, 7], [3, 3, 4, 5]), weight_pa=[900, 800, 700, 600], delay_ms=1, until_ms=58)
    assert np.array_equal(sim.state("exc", "v_m_mv"), before) and sim.synapses == synapses + 4
    assert list(sim.weights("exc->inh")) == [900, 800, 700, 600] and sim.t_ms == pytest.approx(45)
    go(5)
    sim.scale("exc->inh", 2, until_ms=58)
    sim.set_state("inh", {"v_m_mv": -60})
    go(10)
    return {name: np.concatenate(spikes, axis=1) for name, spikes in seen.items()}


def test_what_was_done_by_hand_is_repeated_with_the_same_bits(tmp_path):
    sim = network().build()
    seen = live(sim)
    again = sim.network()
    recording = again.run(60, file=tmp_path / "run.h5")
    for name, spikes in seen.items():
        assert np.array_equal(np.stack([*map(np.asarray, recording.spikes[name])]), spikes), name
    assert not same(recording, network().run(60))
    npl.command("run", tmp_path / "run.h5", again=True, output=tmp_path / "again.h5", quiet=True)
    assert same(npl.Recording(tmp_path / "again.h5"), recording)


def test_a_faulty_edit_changes_nothing():
    sim = network().build()
    sim.advance(5)
    sim.silence("inh")
    for wrong, words in [
        (lambda: sim.silence("inh"), "at the same time"),
        (lambda: sim.inject("exk", 3), "exc"),
        (lambda: sim.weights("e:exc->inh").__setitem__(slice(None), -1), "excitatory"),
        (lambda: sim.set("exc", {"v_th_mv": -90}), "v_reset_mv"),
        (lambda: sim.set("exc", {"v_tr_mv": -90}), "v_th_mv"),
        (lambda: sim.rate("noize", 3), "noise"),
        (lambda: sim.weights("e"), "e:exc->inh"),
        (lambda: sim.inject("exc", 3, until_ms=5), "never be in force"),
        (lambda: sim.block("Sst", "Sstr1"), "peptides"),
    ]:
        with pytest.raises(npl.InputError, match=words):
            wrong()
    sim.advance(20)
    plain = network()
    plain.intervene(npl.Silence("inh", at_ms=5))
    assert np.array_equal(sim.spikes("exc")[0], [t for t in plain.run(25).spikes["exc"][0] if t > 5.05])


def test_edits_are_made_together_or_not_at_all():
    sim = network().build()
    sim.advance(5)
    with pytest.raises(npl.InputError, match="at the same time"):
        sim.intervene(npl.Silence("exc", until_ms=9), npl.Silence("inh"), npl.Silence("exc"))
    with pytest.raises(npl.InputError, match="20"):
        sim.intervene(
            npl.Silence("exc"), npl.AddedSynapses("exc", "inh", npl.Listed([0], [20]), weight_pa=1, delay_ms=1)
        )
    sim.advance(20)
    assert "interventions" not in sim.network().to_dict()
    assert np.array_equal(sim.spikes("exc")[0], [t for t in network().run(25).spikes["exc"][0] if t > 5.05])


def test_what_is_written_or_added_and_cannot_be_is_named():
    sim = network().build()
    sim.advance(5)
    before = sim.state("exc", "v_m_mv").copy()
    listed = npl.Listed([0], [1])
    for wrong, words in [
        (lambda: sim.set_state("exc", {"v_m_mv": [1, 2]}), "2 values for 80 cells"),
        (lambda: sim.set_state("exc", {"v_m": 1}), "did you mean `v_m_mv`"),
        (lambda: sim.set_state("exc", {"v_m_mv": np.nan}), "finite"),
        (lambda: sim.set_state(["exc", "inh"], {"v_m_mv": [1] * 100}), "several populations"),
        (lambda: sim.intervene(npl.WrittenState("exc", {"v_m_mv": -60}, at_ms=4)), "are over"),
        (lambda: sim.noise("exc", -1), "std_pa"),
        (lambda: sim.noise("exc"), "std_pa"),
        (lambda: sim.noise("exc", 1, tau_ms=1, hold_ms=1), "expected one of the two"),
        (lambda: sim.noise("exc", 1, until_ms=5), "never be in force"),
        (lambda: sim.add("exc", "exc", listed, weight_pa=-1, delay_ms=1), "excitatory"),
        (lambda: sim.add("exc", "inh", npl.Listed([0], [20]), weight_pa=1, delay_ms=1), "20"),
        (lambda: sim.add("exc", "exc", listed, weight_pa=1, delay_ms=1.6), "longest delay"),
        (lambda: sim.add("exc", "exc", listed, weight_pa=1, delay_ms=0.01), "at least dt"),
        (lambda: sim.add("exc", "exk", listed, weight_pa=1, delay_ms=1), "exc"),
        (lambda: sim.add("exc", "exc", listed, wait_pa=1, delay_ms=1), "weight_pa"),
        (lambda: sim.intervene(npl.AddedSynapses("exc", "exc", listed, weight_pa=1, delay_ms=1, at_ms=4)), "are over"),
    ]:
        with pytest.raises((npl.InputError, TypeError), match=words):
            wrong()
    assert np.array_equal(sim.state("exc", "v_m_mv"), before)
    sim.advance(20)
    assert "interventions" not in sim.network().to_dict()
    assert np.array_equal(sim.spikes("exc")[0], [t for t in network().run(25).spikes["exc"][0] if t > 5.05])


def test_weights_that_follow_spikes_are_put_in(tmp_path):
    net = npl.Network(seed=3)
    exc = net.population("exc", 60, npl.LifExp(), sign=1)
    net.connect(exc, exc, npl.FixedProbability(0.3), weight_pa=40, delay_ms=1.5, synapse=npl.Stdp(w_max=80, learning_rate=0.05))
    net.input(npl.PoissonInput(9, in_degree=1000, weight_pa=30), to=exc)
    sim = net.build()
    sim.advance(30)
    weights = sim.weights("exc->exc")
    learned = np.array(weights)
    assert np.ptp(learned) > 0
    weights[:] = 0.5 * learned
    assert np.array_equal(weights, 0.5 * learned)
    sim.advance(10)
    sim.cut("exc->exc", until_ms=50)
    sim.advance(20)
    sim.scale("exc->exc", 3, source=exc[:20])
    last = np.array(weights)
    assert last.max() <= 80 and np.any(last == 80)
    with pytest.raises(npl.InputError, match="w_max"):
        sim.advance(0.1) or weights.__setitem__(slice(None), 81)
    recording = sim.network().run(60.1, file=tmp_path / "run.h5", record=npl.Weights())
    assert np.array_equal(recording.weights["exc->exc"]["weights"], np.array(weights))


def test_an_environment_answers_and_is_not_needed_again():
    sim = network().build()
    asked = []

    def environment(counts, t_ms):
        asked.append((t_ms, {name: own.shape for name, own in counts.items()}, int(counts["exc"].sum())))
        return {"noise": 6.0 + 0.02 * counts["exc"].sum(), "inh": 50.0} if t_ms < 60 else None

    sim.run(100, environment=environment, every_ms=10, latency_ms=2, watch=["exc"])
    assert [t for t, *_ in asked] == pytest.approx(np.arange(10, 101, 10))
    assert asked[0][1] == {"exc": (80,)} and sum(count for *_, count in asked) > 0
    again = sim.network()
    edits = again.to_dict()["interventions"]
    assert len(edits) == 10 and edits[0]["at_ms"] == pytest.approx(12)
    recording = again.run(100)
    counted = np.histogram(recording.spikes["exc"][0], bins=np.arange(0.05, 100.1, 10))[0]
    assert list(counted) == [count for *_, count in asked]
    with pytest.raises(npl.InputError, match="known are"):
        sim.run(30, environment=lambda counts, t_ms: {"nose": 1}, every_ms=10)


@pytest.mark.parametrize("late_ms", [0, 2, 25])
def test_a_loop_in_parts_is_the_whole_loop(late_ms):
    """Would catch the last answer of a part that is lost."""

    def environment(counts, t_ms):
        return {"noise": 6.0 + 0.1 * (counts["exc"].sum() % 50)}

    def spikes(parts):
        sim = network().build()
        for part in parts:
            sim.run(part, environment=environment, every_ms=10, latency_ms=late_ms, watch=["exc"])
        return sim.network()

    whole, parts = spikes([60]), spikes([20, 10, 30])
    assert whole.to_dict()["interventions"] == parts.to_dict()["interventions"]
    assert same(whole.run(60), parts.run(60))


def test_edits_that_go_on_or_begin_later_are_kept(tmp_path):
    sim = network().build()
    sim.advance(10)
    sim.silence("exc", until_ms=40)
    sim.intervene(npl.Silence("inh", at_ms=30, until_ms=35))
    sim.advance(10)
    plain = network()
    plain.intervene(npl.Silence("exc", at_ms=10, until_ms=40), npl.Silence("inh", at_ms=30, until_ms=35))
    assert same(sim.network().run(60), plain.run(60))


def test_what_an_environment_may_not_do_is_named():
    def run(answer, **how):
        sim = network().build()
        with pytest.raises(npl.InputError) as told:
            sim.run(20, environment=answer, **{"every_ms": 10, **how})
        assert "interventions" not in sim.network().to_dict()
        return str(told.value)

    assert "a number for each name" in run(lambda counts, t_ms: 5.0)
    assert "for `noise`" in run(lambda counts, t_ms: {"noise": [1, 2]})
    assert "`nose`" in run(lambda counts, t_ms: {"noise": 5, "nose": 1})
    assert "whole number of windows" in run(lambda counts, t_ms: None, every_ms=15)
    first = network().populations["exc"]
    assert "another network" in run(lambda counts, t_ms: None, watch=[first])
    sim = network().build()
    with pytest.raises(npl.InputError, match="twice"):
        sim.run(20, environment=lambda counts, t_ms: None, every_ms=10, watch=["exc", "exc"])
    with pytest.raises(npl.InputError, match="has advanced"):
        sim.run(20, environment=lambda counts, t_ms: sim.advance(5), every_ms=10)
    with pytest.raises(npl.InputError, match="finite"):
        sim.weights("i->e")[0] = np.nan


def test_cells_of_another_network_are_refused():
    net, other = network(), network()
    for edit in [npl.Silence(other.populations["exc"][:5], at_ms=5), npl.Injection(other.populations["inh"], amplitude_pa=10, at_ms=5)]:
        with pytest.raises(npl.InputError, match="another network"):
            net.intervene(edit)
    assert "interventions" not in net.to_dict()


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_the_page_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "interventions.md").read_text(encoding="utf-8")
    names = {}
    for code in re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        exec(compile(code, "interventions.md", "exec"), names)
    assert names["recording"].duration_ms == 500 and len(names["sim"].network().to_dict()["interventions"]) == 21
    model = names["net"].to_dict()
    [items] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    model["interventions"] = json.loads(f"{{{items}}}")["interventions"]
    assert npl.Network.from_json(model).check(1000)["cells"] == 250


def test_the_worked_number_of_the_page():
    net = npl.Network()
    cell = net.population("cell", 1, npl.LifExp(c_m_pf=250, tau_m_ms=10))
    net.intervene(npl.Injection(cell, amplitude_pa=100, at_ms=500, until_ms=700))
    with pytest.warns(npl.NeuropilWarning, match="silent"):
        v = net.run(701, record=npl.State(cell, "v_m_mv")).states[0].values[:, 0]
    assert v[4999] == -70 and v[5000] == pytest.approx(-70 + 4 * (1 - np.exp(-0.01)), abs=1e-9)
    assert v[6999] == pytest.approx(-70 + 4 * (1 - np.exp(-20)), abs=1e-9) and v[7000] < v[6999]


def test_more_worked_numbers_of_the_page():
    net = npl.Network(seed=2)
    cells = net.population("cells", 4000, npl.LifExp(c_m_pf=250, tau_m_ms=10, v_th_mv=0))
    net.intervene(npl.WrittenState(cells, {"v_m_mv": -60}, at_ms=1), npl.InjectedNoise(cells, std_pa=50, tau_ms=5, at_ms=2))
    with pytest.warns(npl.NeuropilWarning, match="silent"):
        v = net.run(80, record=npl.State(cells, "v_m_mv")).states[0].values
    assert v[9, 0] == -70 and v[10, 0] == pytest.approx(-70 + 10 * np.exp(-0.01), abs=1e-9)
    assert v[-1].std() == pytest.approx(50 * 0.04 * np.sqrt(5 / 15), rel=0.06) and abs(v[-1].mean() + 70) < 0.12


PART = {"population": "exc", "cells": "10:20"}


def in_a_model(make, kind, field):
    """A door through which a part goes into an item of a model that runs."""

    def door(*_):
        net = network()
        net.population("src", 30, npl.PoissonSource(20))
        net.intervene(make(net["src"][10:20] if field == "source" and kind == "rate" else net["exc"][10:20]))
        [item] = net.to_dict()["interventions"]
        own = item[kind] if field is None else item[kind][{"source": "from"}.get(field, field) if kind != "rate" else field]
        assert {**own, "population": "exc"} == PART
        net.run(2)

    return door


def by_hand(act, kind, field):
    """A door through which a part goes into an edit of a network in memory."""

    def door(*_):
        net = network()
        net.population("src", 30, npl.PoissonSource(20))
        sim = net.build()
        act(sim, net["src"][10:20] if field == "source" else net["exc"][10:20])
        sim.advance(1)
        [item] = sim.network().to_dict()["interventions"]
        own = item[kind] if field is None else item[kind][field]
        assert {**own, "population": "exc"} == PART

    return door


def watched(*_):
    net = network()
    shapes = []
    net.build().run(2, environment=lambda counts, _: shapes.append(counts["exc"].shape), every_ms=1, watch=[net["exc"][10:20]])
    assert shapes == [(10,), (10,)]


#: What takes populations here, and how a part goes through it.
DOORS = {
    "Silence cells": in_a_model(lambda part: npl.Silence(part, at_ms=1), "silence", None),
    "Injection to": in_a_model(lambda part: npl.Injection(part, amplitude_pa=1, at_ms=1), "current", "to"),
    "ChangedRate to": in_a_model(lambda part: npl.ChangedRate(3, input="noise", to=part, at_ms=1), "rate", "to"),
    "ChangedRate source": in_a_model(lambda part: npl.ChangedRate(3, source=part, at_ms=1), "rate", "source"),
    "ChangedParameters of": in_a_model(lambda part: npl.ChangedParameters(part, {"tau_m_ms": 9}, at_ms=1), "parameters", "of"),
    "ChangedWeights source": in_a_model(
        lambda part: npl.ChangedWeights("e:exc->inh", scale=2, source=part, at_ms=1), "weights", "source"
    ),
    "ChangedWeights to": in_a_model(lambda part: npl.ChangedWeights("i->e", scale=2, to=part, at_ms=1), "weights", "to"),
    "Cut source": in_a_model(lambda part: npl.Cut("e:exc->inh", source=part, at_ms=1), "cut", "source"),
    "Cut to": in_a_model(lambda part: npl.Cut("i->e", to=part, at_ms=1), "cut", "to"),
    "Simulation.silence cells": by_hand(lambda sim, part: sim.silence(part), "silence", None),
    "Simulation.inject to": by_hand(lambda sim, part: sim.inject(part, 3), "current", "to"),
    "Simulation.rate of": by_hand(lambda sim, part: sim.rate(part, 3), "rate", "source"),
    "Simulation.rate to": by_hand(lambda sim, part: sim.rate("noise", 3, to=part), "rate", "to"),
    "Simulation.set of": by_hand(lambda sim, part: sim.set(part, {"tau_m_ms": 9}), "parameters", "of"),
    "Simulation.scale source": by_hand(lambda sim, part: sim.scale("e:exc->inh", 2, source=part), "weights", "from"),
    "Simulation.scale to": by_hand(lambda sim, part: sim.scale("i->e", 2, to=part), "weights", "to"),
    "Simulation.cut source": by_hand(lambda sim, part: sim.cut("e:exc->inh", source=part), "cut", "from"),
    "Simulation.cut to": by_hand(lambda sim, part: sim.cut("i->e", to=part), "cut", "to"),
    "InjectedNoise to": in_a_model(lambda part: npl.InjectedNoise(part, std_pa=1, at_ms=1), "noise", "to"),
    "WrittenState of": in_a_model(lambda part: npl.WrittenState(part, {"v_m_mv": -60}, at_ms=1), "state", "of"),
    "AddedSynapses source": in_a_model(
        lambda part: npl.AddedSynapses(part, "inh", npl.AllToAll(), weight_pa=1, delay_ms=1, at_ms=1), "add", "source"
    ),
    "AddedSynapses target": in_a_model(
        lambda part: npl.AddedSynapses("inh", part, npl.AllToAll(), weight_pa=-1, delay_ms=1, at_ms=1), "add", "to"
    ),
    "Simulation.noise to": by_hand(lambda sim, part: sim.noise(part, 3), "noise", "to"),
    "Simulation.set_state of": by_hand(lambda sim, part: sim.set_state(part, {"v_m_mv": -60}), "state", "of"),
    "Simulation.add source": by_hand(lambda sim, part: sim.add(part, "inh", npl.AllToAll(), weight_pa=1, delay_ms=1), "add", "from"),
    "Simulation.add target": by_hand(lambda sim, part: sim.add("inh", part, npl.AllToAll(), weight_pa=-1, delay_ms=1), "add", "to"),
    "Simulation.run watch": watched,
}


def test_weights_say_their_shape():
    """Once they had a length, and neither `shape` nor `dtype`, which a reader of arrays looks for."""
    sim = network().build()
    weights = sim.weights("i->e")
    own = np.array(weights)
    assert (weights.shape, weights.dtype, weights.ndim, weights.size) == (own.shape, own.dtype, own.ndim, own.size)
    assert weights.shape == (len(weights),) and len(weights) > 1


def plastic():
    net = npl.Network(seed=3)
    src = net.population("src", 30, npl.PoissonSource(20))
    exc = net.population("exc", 20, npl.LifExp())
    net.connect(src, exc, npl.AllToAll(), weight_pa=npl.Uniform(50, 100), delay_ms=1, synapse=npl.Stdp(w_max=300), name="own")
    net.input(npl.PoissonInput(8, in_degree=1000, weight_pa=30), to=exc)
    return net


def test_sums_of_weights_are_made_at_once_and_repeated():
    sim = plastic().build()
    sim.advance(40)
    before = np.array(sim.weights("own")).reshape(-1)
    sim.normalise("own", 1500)
    after = np.array(sim.weights("own"))
    cells = sim.network().run(10, record=npl.Weights("own")).weights["own"]["targets"]
    sums = np.bincount(cells, before)
    assert np.allclose(after, before * 1500 / sums[cells], rtol=1e-12)
    sim.advance(20)
    sim.normalise("own", 1200, every_ms=5, until_ms=80)
    sim.advance(40)
    rates = np.arange(30.0)
    sim.rate("src", rates, until_ms=120)
    sim.advance(30)
    again = sim.network().run(130, record=npl.Weights("own"))
    assert np.array_equal(again.weights["own"]["weights"], np.array(sim.weights("own")))
    assert sim.network().to_dict()["interventions"][1] == {
        "at_ms": 60, "until_ms": 80, "every_ms": 5, "normalise": {"projection": "own", "sum_pa": 1200},
    }
    with pytest.raises(npl.InputError, match="do not follow spikes"):
        network().build().normalise("i->e", 3)
    with pytest.raises(npl.InputError, match="found 2 rates for `src`, expected one for each of the 30 cells"):
        sim.rate("src", [1, 2])
    net = plastic()
    net.intervene(npl.Normalise("own", sum_pa=1500, at_ms=40))
    assert net.to_dict()["interventions"] == [{"at_ms": 40, "normalise": {"projection": "own", "sum_pa": 1500}}]


def test_weights_are_multiplied_and_lifted_in_place():
    sim = network().build()
    sim.advance(5)
    weights = sim.weights("i->e")
    weights *= 0.5
    assert np.all(sim.weights("i->e")[:] == -100)
    sim.advance(5)
    weights += -20
    assert np.all(sim.weights("i->e")[:] == -120)
    assert len(sim.network().to_dict()["interventions"]) == 2
    sim.advance(10)
    sim.network().run(20)


def test_a_name_of_several_projections_says_which():
    with pytest.raises(npl.InputError, match="`e` is several projections, expected one of e:exc->exc, e:exc->inh"):
        network().build().weights("e")


def test_an_addition_without_a_name_does_not_lock_a_projection():
    net = network()
    net.connect("exc", "inh", npl.AllToAll(), weight_pa=1, delay_ms=1)
    exc, inh = net["exc"], net["inh"]
    sim = net.build()
    with pytest.raises(npl.InputError, match="there is a projection `exc->inh` already.*by name="):
        sim.add(exc, inh, npl.Listed([0], [5]), weight_pa=5, delay_ms=1)
    sim.add(exc, inh, npl.Listed([0], [5]), weight_pa=5, delay_ms=1, name="more")
    sim.advance(5)
    sim.weights("exc->inh")[:] = 2
    assert np.all(sim.weights("exc->inh")[:] == 2) and sim.weights("more")[:].tolist() == [5]


def test_a_rate_is_of_some_cells_of_an_input():
    net = network()
    sim = net.build()
    sim.rate("noise", np.full(20, 9.0), to=net["inh"])
    assert sim.network().to_dict()["interventions"][0]["rate"]["to"] == "inh"
    with pytest.raises(npl.InputError, match="`to` is for a Poisson input"):
        sim.rate(net["exc"], 5, to=net["inh"])


def test_a_loop_is_checked_before_it_runs():
    net = network()
    sim = net.build()
    with pytest.raises(npl.InputError, match="environment is None, expected a function"):
        sim.run(50, environment=None, every_ms=10)
    assert sim.t_ms == 0

    def environment(counts, t_ms):
        assert list(counts) == ["exc"]
        return {"noise": 5 + 0.01 * t_ms}

    sim.run(50, environment=environment, every_ms=10, latency_ms=2, watch=net["exc"])
    with pytest.raises(npl.InputError, match="acts to 62.0 ms, and the first of this one would begin at 60.0 ms"):
        sim.run(50, environment=environment, every_ms=10, watch=net["exc"])
    assert sim.t_ms == 50
    sim.run(50, environment=environment, every_ms=10, latency_ms=2, watch=net["exc"])
    assert sim.t_ms == 100


def test_weights_that_follow_spikes_are_written_twice_at_a_time():
    net = network()
    net.connect("exc", "inh", npl.AllToAll(), weight_pa=10, delay_ms=1, synapse=npl.Stdp(w_max=90), name="own")
    sim = net.build()
    sim.advance(5)
    weights = sim.weights("own")
    weights[0] = 50
    weights[1] = 60
    assert weights[:3].tolist() == [50, 60, 10]
    with pytest.raises(npl.InputError, match="90"):
        weights[2] = 95
    sim.advance(5)
    after = weights[:]
    assert np.array_equal(sim.network().run(10, record=npl.Weights("own")).weights["own"]["weights"], after)


def small():
    net = npl.Network(seed=1)
    exc = net.population("exc", 20, npl.LifExp(), sign=1)
    inh = net.population("inh", 20, npl.LifExp(), sign=-1)
    net.input(npl.PoissonInput(8, in_degree=1000, weight_pa=30), to=[exc, inh], name="noise")
    net.connect(exc, inh, npl.AllToAll(), weight_pa=10, delay_ms=1)
    net.connect(exc, [exc, inh], npl.AllToAll(), weight_pa=10, delay_ms=1, name="X")
    return net, exc, inh


def test_weights_are_changed_in_place_as_the_page_says():
    sim = small()[0].build()
    weights = sim.weights("exc->inh")
    for change, expected in [("*= 0.5", 5.0), ("+= 1", 6.0), ("-= 2", 4.0), ("/= 2", 2.0)]:
        sim.advance(1)
        exec(f"weights[:] {change}")
        sim.advance(1)
        assert np.all(weights[:] == expected)
    sim.advance(1)
    weights[2:4] *= 3
    sim.advance(1)
    assert list(weights[1:5]) == [2.0, 6.0, 6.0, 2.0]
    assert len(sim.network().to_dict()["interventions"]) == 5
    with pytest.raises(ValueError, match="read-only"):
        weights[:][3] = 5
    with pytest.raises(npl.InputError, match="`X` is several projections, expected one of X:exc->exc, X:exc->inh"):
        sim.weights("X")
