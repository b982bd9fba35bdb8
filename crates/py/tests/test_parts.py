"""A part of a population stands wherever a population stands."""

import contextlib
import inspect
import json
import re

import neuropil as npl
import numpy as np
import pytest
import test_interventions

PLACES = npl.Grid(shape_cells=[80, 1, 1], spacing_um=[10, 10, 10])


@pytest.fixture
def net():
    """Two populations, of which the first has places."""
    net = npl.Network(dt_ms=0.1, seed=7)
    net.population("exc", 80, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1, positions=PLACES)
    net.population("inh", 20, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
    net.input(npl.PoissonInput(8, in_degree=1000, weight_pa=30), to=net["exc"])
    return net


def synapses(net):
    rec = net.run(0.1, record=npl.Weights())
    return {name: (set(own["sources"].tolist()), set(own["targets"].tolist())) for name, own in rec.weights.items()}


# Every door: what it does with the part exc[10:20], asserted.


def connect_source(net, _):
    net.connect(net["exc"][10:20], net["inh"], npl.AllToAll(), weight_pa=1, delay_ms=1, name="p")
    assert synapses(net)["p"] == (set(range(10, 20)), set(range(20)))


def connect_target(net, _):
    net.connect(net["inh"], net["exc"][10:20], npl.FixedInDegree(3), weight_pa=-1, delay_ms=1, name="p")
    assert synapses(net)["p"][1] == set(range(10, 20))


def input_to(net, _):
    net.input(npl.StepCurrent(amplitude_pa=5000), to=net["exc"][10:20])
    fired = set(net.run(5).spikes["exc"][1].tolist())
    assert fired == set(range(10, 20))


def spikes_of_population(net, _):
    changed = {}
    for heard in (slice(10, 20), slice(20, 30)):
        own = npl.Network(dt_ms=0.1, seed=7)
        exc, inh = own.population("exc", 80, npl.LifExp()), own.population("inh", 5, npl.LifExp())
        own.input(npl.StepCurrent(amplitude_pa=900), to=[exc[10:20], inh])
        synapse = npl.StdpDopamine(w_max=100, third_factor=npl.SpikesOf(exc[heard], delay_ms=1))
        own.connect(exc, inh, npl.AllToAll(), weight_pa=50, delay_ms=1, synapse=synapse, name="p")
        weights = own.run(200, record=npl.Weights()).weights["p"]
        changed[heard.start] = np.abs(weights["weights"] - 50).max()
    assert changed[10] > 0 and changed[20] == 0


def replay_population(net, tmp_path):
    (tmp_path / "s.csv").write_text("timestamps,node_ids\n1.0,12\n2.0,15\n")
    net.replay(tmp_path / "s.csv", net["exc"][10:20])
    assert "70 run free" in " ".join(net.check()["notes"])
    rec = net.run(50)
    times, ids = rec.spikes[net["exc"][10:20]]
    assert list(zip(times, ids, strict=True)) == [(1.0, 12), (2.0, 15)]
    assert len(rec.spikes[net["exc"][:10]][1]) > 0, "the others run free"


def replay_to(net, tmp_path):
    (tmp_path / "s.csv").write_text("timestamps,node_ids\n1.0,0\n")
    net.replay(tmp_path / "s.csv", to=net["exc"][10:20], connector=npl.AllToAll(), weight_pa=1, delay_ms=1)
    assert synapses(net)["s->exc"][1] == set(range(10, 20))


def spikes_populations(net, _):
    whole = net.run(50)
    rec = net.run(50, record=npl.Spikes(net["exc"][10:20]))
    for some, all_of_them in zip(rec.spikes["exc"], whole.spikes[net["exc"][10:20]], strict=True):
        np.testing.assert_array_equal(some, all_of_them)
    assert rec.populations["exc"]["recorded_cells"].tolist() == list(range(10, 20))
    assert rec.rates_hz()["exc"] == pytest.approx(len(rec.spikes["exc"][0]) / 10 / 0.05)
    assert {cell for _, cell, _ in rec.spikes.trains()} == set(range(10, 20))
    with pytest.raises(npl.InputError, match="spikes of cell 5 of `exc` were not recorded"):
        rec.spikes[net["exc"][5:12]]
    assert net["exc"][12:14] in rec.spikes and net["exc"][5:12] not in rec.spikes and "inh" not in rec.spikes
    both = net.run(1, record=[npl.Spikes(net["exc"][:2]), npl.Spikes("inh", net["exc"][5:7])])
    assert both.populations["exc"]["recorded_cells"].tolist() == [0, 1, 5, 6] and "inh" in both.spikes


def state_population(net, _):
    rec = net.run(2, record=npl.State(net["exc"][10:20], "v_m_mv"))
    assert rec.states[0].cells.tolist() == list(range(10, 20))


def recorded_spikes(net, _):
    rec = net.run(50)
    times, ids = rec.spikes["exc"]
    part = rec.spikes[net["exc"][10:20]]
    inside = (ids >= 10) & (ids < 20)
    np.testing.assert_array_equal(part[0], times[inside])
    np.testing.assert_array_equal(part[1], ids[inside])
    assert 0 < len(part[0]) < len(times)
    where = rec.spikes[net["exc"].where(x_um=(100, 200))]
    np.testing.assert_array_equal(where[0], part[0])


def recorded_states(net, _):
    rec = net.run(2, record=npl.State(net["exc"][10:20], "v_m_mv"))
    part = rec.states[net["exc"][12:14], "v_m_mv"]
    np.testing.assert_array_equal(part.values, rec.states[0].values[:, 2:4])
    assert part.cells.tolist() == [12, 13]
    with pytest.raises(npl.InputError, match="of cell 9 of `exc` was not recorded"):
        rec.states[net["exc"][9:14], "v_m_mv"]
    with pytest.raises(npl.InputError, match="`v_m_mv` of `exc` is recorded twice"):
        net.run(1, record=[npl.State(net["exc"][:3], "v_m_mv"), npl.State(net["exc"][10:20], "v_m_mv")])


def simulated_spikes(net, _):
    sim = net.build()
    sim.advance(20)
    times, cells = sim.spikes(net["exc"])
    part = sim.spikes(net["exc"][10:20])
    inside = (cells >= 10) & (cells < 20)
    assert inside.any() and not inside.all()
    np.testing.assert_array_equal(part[0], times[inside])
    np.testing.assert_array_equal(part[1], cells[inside])


def simulated_state(net, _):
    sim = net.build()
    whole, part = sim.state(net["exc"], "v_m_mv"), sim.state(net["exc"][10:20:3], "v_m_mv")
    sim.advance(5)
    np.testing.assert_array_equal(part, whole[10:20:3])
    assert len(set(part.tolist())) > 1 and sim.state(net["exc"][10:20:3], "v_m_mv") is part


def test_places_are_those_of_the_simulation_whatever_its_scale():
    net = npl.Network(seed=3)
    net.population("exc", 400, npl.LifExp(initial={"v_m_mv": npl.Uniform(-70, -60)}), positions=npl.Box([100, 100, 100]))
    near = net["exc"].where(x_um=(0, 50))
    half = net.build(scale=0.5)
    counted = half.state(near, "v_m_mv")
    rec = net.run(0.1, record=npl.State("exc", "v_m_mv"), scale=0.5)
    there = rec.populations["exc"]["positions_um"][:, 0] < 50
    half.advance(0.1)
    assert 0 < there.sum() < 200
    np.testing.assert_array_equal(counted, half.state("exc", "v_m_mv")[there])
    assert rec.states[near, "v_m_mv"].cells.tolist() == np.flatnonzero(there).tolist()



def readout_source(net, _):
    net.connect(net["exc"], net["exc"], npl.FixedProbability(0.1), weight_pa=1, delay_ms=1, plastic=npl.Plastic(0.0))
    course = npl.TimeSeries(1.0, values=[0.5], repeats=True)
    said = {}
    for part in (net["exc"], net["exc"][10:20], net["inh"]):
        how = npl.Learning("eprop", apply_every_ms=1, readout=npl.Readout(part, 1, weight=1.0), target=course)
        net.set("learning", how)
        rec = net.run(30)
        times, ids = rec.spikes["exc"]
        kappa = np.exp(-0.1 / 20)
        ours = times[np.isin(ids, part.cells)] if part.name == "exc" else times[:0]
        grid = np.bincount(np.rint(ours / 0.1).astype(int), minlength=301)[1:301]
        y = np.zeros(300)
        for step, count in enumerate(grid):
            y[step] = kappa * (y[step - 1] if step else 0.0) + (1 - kappa) * count
        np.testing.assert_allclose(rec.learning["y"].ravel(), y, atol=1e-12)
        said[len(part)] = rec.learning["y"].sum()
    assert said[80] > said[10] > said[20] == 0


def learn_population(net, _):
    rec = net.run(5)
    with pytest.raises(npl.InputError, match="found a part of population `exc`"):
        npl.learn(rec, ["eprop"], population=net["exc"][10:20])


DOORS = {
    "Network.connect source": connect_source,
    "Network.connect target": connect_target,
    "Network.input to": input_to,
    "Network.replay population": replay_population,
    "Network.replay to": replay_to,
    "Readout source": readout_source,
    "Simulation.spikes population": simulated_spikes,
    "Simulation.state population": simulated_state,
    "SpikeTable.__getitem__ population": recorded_spikes,
    "Spikes populations": spikes_populations,
    "SpikesOf spikes_of": spikes_of_population,
    "State population": state_population,
    "States.__getitem__ which": recorded_states,
    "learn population": learn_population,
    **test_interventions.DOORS,
}


#: Names of populations in files of others, which are no populations of a network.
NAMES_IN_FILES = {"spike_trains population"}


def signatures():
    """(what, its signature) of everything public: functions, classes, methods; also of the tables of recordings."""
    tables = {name: own for name, own in vars(npl._recording).items() if inspect.getmodule(own) is npl._tables}
    for name, own in {**{name: getattr(npl, name) for name in npl.__all__}, **tables}.items():
        members = [(name, own)] if callable(own) else []
        if inspect.isclass(own):
            methods = inspect.getmembers(own, inspect.isfunction)
            public = [each for each in methods if not each[0].startswith("_") or each[0] == "__getitem__"]
            members += [(f"{name}.{method}", function) for method, function in public]
        for title, function in members:
            with contextlib.suppress(ValueError):
                yield title, inspect.signature(function)


def doors():
    """What takes populations, by annotation or by name."""
    for title, signature in signatures():
        for parameter in signature.parameters.values():
            words = set(re.findall(r"\w+", str(parameter.annotation)))
            door = f"{title} {parameter.name}"
            is_named = parameter.name in ("population", "populations") and door not in NAMES_IN_FILES
            if is_named or words & {"Population", "Populations", "Named", "Names"}:
                yield door


def test_the_walk_finds_what_it_is_to_find():
    found = set(doors())
    assert "Network.connect source" in found and "Spikes populations" in found


@pytest.mark.parametrize("door", sorted({*doors(), *DOORS}))
def test_every_parameter_that_takes_a_population_takes_a_part(door, net, tmp_path):
    assert door in set(doors()), f"{door} is no parameter any more"
    assert door in DOORS, f"{door} takes a population: say here what it does with a part of one"
    DOORS[door](net, tmp_path)


def test_every_form_of_a_part_is_one_of_model_files(net):
    exc = net["exc"]
    assert exc[:10].json() == {"population": "exc", "cells": "0:10"}
    assert exc[::2].json()["cells"] == "0:79:2" and exc[5].json()["cells"] == "5:6"
    assert exc[[0, 3, 7]].json()["cells"] == [0, 3, 7] and exc[-1].cells == [79]
    assert exc[np.arange(80) >= 78].cells == [78, 79]
    assert exc[10:20][[0, 2]].cells == [10, 12]
    there = exc.where(x_um=(100, 130))
    assert there.json() == {"population": "exc", "cells": {"x_um": [100.0, 130.0]}}
    assert there.cells == [10, 11, 12] and len(there) == 3 and exc[there.cells[1:]].cells == [11, 12]
    assert exc.where(x_um=(100, 300)).where(x_um=(0, 130), y_um=(-5, 5)).json()["cells"] == {
        "x_um": [100.0, 130.0],
        "y_um": [-5.0, 5.0],
    }
    assert [own.name for own in net.of_type("Pvalb")] == ["inh"]
    net.connect(exc[:10], net.of_type("Pvalb"), npl.AllToAll(), weight_pa=1, delay_ms=1)
    assert json.loads(net.to_json())["projections"][0]["from"] == {"population": "exc", "cells": "0:10"}


@pytest.mark.parametrize(
    ("which", "message"),
    [
        (slice(None, None, -1), "found a step of -1"),
        ([3, 1], "found cell 1 after 3"),
        ([3, 3], "found cell 3 after 3"),
        ([90], "there is no cell 90, of 80"),
        (slice(100, None), "a range ends at 80 at most, found 100"),
        (slice(80, None), "no cell is chosen of 80"),
        ([True, False], r"truth values of shape \(2,\), expected \(80,\)"),
        ([0.5], "expected an index, a slice"),
        (True, r"truth values of shape \(\), expected \(80,\)"),
    ],
)
def test_what_is_no_part_is_refused(net, which, message):
    with pytest.raises(npl.InputError, match=f"population exc: .*{message}"):
        net["exc"][which]


def test_places_and_indices_do_not_go_together():
    """Once the numbers of now were kept: another seed placed other cells there, and the part had those of before."""
    net = npl.Network(seed=1)
    exc = net.population("exc", 100, npl.LifExp(), positions=npl.Box([100, 100, 100]))
    near = exc.where(x_um=(0, 30))
    before = near.cells
    for act in (lambda: near[:3], lambda: near[0], lambda: near[[0, 2]], lambda: exc[:50].where(x_um=(0, 30))):
        with pytest.raises(npl.InputError, match=r"depends on the seed .* exc\[exc.where\(...\).cells\[:10\]\]"):
            act()
    # Places alone are those of the seed, and numbers are taken as such.
    net.set("simulation.seed", 2)
    assert near.cells != before and exc[before[:3]].cells == before[:3]
    assert net.run(0.1, record=npl.State(near, "v_m_mv")).states[0].cells.tolist() == near.cells


def test_populations_of_another_network_are_refused(net):
    other = npl.Network()
    strange = other.population("exc", 80, npl.LifExp())
    with pytest.raises(npl.InputError, match="connect: population `exc` belongs to another network"):
        net.connect(strange, net["inh"], npl.AllToAll(), weight_pa=1, delay_ms=1)
    with pytest.raises(npl.InputError, match="input: population `exc` belongs to another network"):
        net.input(npl.PoissonInput(8, weight_pa=1), to=[net["inh"], strange[:3]])
    with pytest.raises(npl.InputError, match="record: population `exc`"):
        net.run(1, record=npl.Spikes(strange))
    with pytest.raises(npl.InputError, match="record: population `exc`"):
        net.run(1, record=[npl.State(strange[:2], "v_m_mv")])
    with pytest.raises(npl.InputError, match="replay: population `exc`"):
        net.replay("nothing.csv", strange)
    with pytest.raises(npl.InputError, match="learning: population `exc`"):
        net.learning(npl.Learning("eprop", apply_every_ms=1, readout=npl.Readout(strange, 1)))
    with pytest.raises(npl.InputError, match="changed: population `exc`"):
        net.changed("inputs.0.to", strange)
    with pytest.raises(npl.InputError, match="another network than this simulation"):
        net.build().spikes(strange)


def test_a_changed_copy_is_told_in_terms_of_the_network_it_is_made_of(net):
    few = net.changed("inputs.0.to", net["exc"][10:20])
    assert set(few.run(50).spikes["exc"][1].tolist()) == set(range(10, 20))
    assert net.to_dict()["inputs"][0]["to"] == "exc"


def test_a_refused_replay_leaves_the_network_as_it_was(net, tmp_path):
    (tmp_path / "s.csv").write_text("timestamps,node_ids\n1.0,0\n")
    before = net.to_dict()
    with pytest.raises(npl.InputError, match="needs a `connector`"):
        net.replay(tmp_path / "s.csv", to=net["exc"])
    assert net.to_dict() == before


@pytest.mark.parametrize("ends", [5, (1,), ("a", "b"), (0, 1, 2)])
def test_places_have_two_ends(net, ends):
    with pytest.raises(npl.InputError, match="population exc: where: x_um: found .* expected .from, to."):
        net["exc"].where(x_um=ends)


def test_a_population_is_not_walked_by_accident(net):
    with pytest.raises(TypeError, match="not iterable"):
        list(net["exc"])
    with pytest.raises(TypeError):
        3 in net["exc"]  # noqa: B015
