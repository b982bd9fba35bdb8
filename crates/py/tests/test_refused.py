"""What was accepted without a word, or refused without help."""

import copy
import re

import neuropil as npl
import numpy as np
import pytest

PLACES = npl.Grid(shape_cells=[80, 1, 1], spacing_um=[10, 10, 10])


def with_places(places):
    net = npl.Network(seed=7)
    net.population("exc", 80, npl.LifExp(), sign=1, positions=places)
    net.input(npl.PoissonInput(8, in_degree=1000, weight_pa=30), to="exc")
    return net


def refused(message, call, *arguments, **options):
    with pytest.raises(npl.InputError, match=re.escape(message)):
        call(*arguments, **options)


def test_populations_of_other_networks_whose_cells_are_others_are_refused():
    net, other = with_places(PLACES), with_places(npl.Grid(shape_cells=[1, 80, 1], spacing_um=[10, 10, 10]))
    rec = net.run(20, record=npl.State(net["exc"], "v_m_mv", every_ms=1))
    fewer = npl.Network().population("exc", 40, npl.LifExp())
    refused("`exc` belongs to another network: it has 40 `cells`, expected 80", lambda: rec.spikes[fewer])
    refused("it has 40 `cells`", lambda: rec.states[fewer, "v_m_mv"])
    near = other["exc"].where(y_um=(0, 50))
    refused("it has other `positions`, expected those of the run", lambda: rec.spikes[near])
    # The network itself, changed copies of it, the network of the recording, and names.
    ours = net["exc"].where(x_um=(0, 50))
    for own in (ours, net.changed("simulation.seed", 8)["exc"], copy.copy(net)["exc"], rec.network["exc"], "exc"):
        assert own in rec.spikes and len(rec.spikes[own]) == 2
    assert set(rec.spikes[ours][1].tolist()) <= set(range(6)) and len(rec.states[ours, "v_m_mv"].cells) == len(ours)


def test_numbers_are_numbers(network, tiny_task, tmp_path):
    refused("dt_ms: found '0.1', expected a finite number", npl.Network, dt_ms="0.1")
    refused("seed: found '7', expected a whole number, 0 at least", npl.Network, seed="7")
    refused("seed: found -1", npl.Network, seed=-1)
    refused("duration_ms: found '50', expected a finite number", network.run, "50")
    refused("duration_ms: found True", network.check, True)
    for threads in (0, -1, 1.5, "2"):
        refused(f"threads: found {threads!r}, expected a whole number, 1 at least", network.run, 1, threads=threads)
        refused("threads: found", network.build, threads=threads)
    sim = network.build()
    refused("duration_ms: found '1'", sim.advance, "1")
    sim.advance(np.float64(0.2))
    assert sim.step == 2
    rec = network.run(50)
    refused("from_ms: found '0'", rec.rates_hz, "0", 50)
    assert rec.rates_hz(np.int64(0), 50) == rec.rates_hz()
    rec.save(tmp_path / "run.h5")
    refused("replay: from_s: found '2'", network.replay, tmp_path / "run.h5", "exc", from_s="2")
    refused("seed: found 1.5, expected a whole number", npl.train, tiny_task, "eprop", 1.5)
    refused("seed: found -1", npl.train, tiny_task, "eprop", -1)


def test_what_is_recorded_is_said_by_an_object(network):
    refused("record: found the class Weights, expected an object", network.run, 1, record=npl.Weights)
    refused("record: found population `exc`", network.run, 1, record=network["exc"])
    refused("record: found a str", network.run, 1, record="exc")
    refused("record: found a int", network.run, 1, record=3)
    both = network.run(1, record=npl.State([network["exc"], network["inh"][:3]], "v_m_mv"))
    assert [len(own.cells) for own in both.states.values()] == [80, 3]


def test_values_without_a_name_are_told_their_name():
    with pytest.raises(TypeError, match=re.escape("FixedTotalNumber: found 1 value without a name, expected none")):
        npl.FixedTotalNumber(33)
    refused("say it by name, one of autapses, multapses, synapses", npl.FixedTotalNumber, 33)


def test_places_that_get_no_number_are_told_why(network):
    for value in (np.nan, np.inf):
        refused(f"set: projections.0.weight_pa: found {value}, expected a finite number", network.set, "projections.0.weight_pa", value)
    refused("set: the network has no place `nothing.here`", network.set, "nothing.here", 1)


def test_what_is_refused_leaves_the_network_as_it_was(network, tmp_path):
    rec = network.run(20, file=tmp_path / "run.h5")
    before, exc = network.to_dict(), network["exc"]
    other = npl.Network().population("exc", 80, npl.LifExp())
    calls = [
        lambda: network.set("simulation.nothing.here", 1),
        lambda: network.set("record.states.0.every_ms", 1),
        lambda: network.set("learning.mu.value", 1),
        lambda: network.set("populations.exc.model.x", 1),
        lambda: network.set("projections.-1.weight_pa", 1),
        lambda: network.set("projections.from_nowhere.weight_pa", 1),
        lambda: network.set("projections.0.weight_pa", object()),
        lambda: network.changed("simulation.seed.x", 1),
        lambda: network.population("more", 10, npl.LifExp),
        lambda: network.population("exc", 10, npl.LifExp()),
        lambda: network.population("more", 10, npl.LifExp(), positions=object()),
        lambda: network.connect(exc, other, npl.OneToOne(), weight_pa=1, delay_ms=1),
        lambda: network.connect(exc, exc, npl.OneToOne(), weight_pa=object(), delay_ms=1),
        lambda: network.connect(exc, exc, npl.OneToOne, weight_pa=1, delay_ms=1),
        lambda: network.connect(exc, exc, npl.OneToOne(), weight_pA=1, delay_ms=1),
        lambda: network.input(npl.PoissonInput(8, weight_pa=1), to=other),
        lambda: network.input(npl.PoissonInput, to=exc),
        lambda: network.replay(rec.path, to=exc, connector=npl.OneToOne, from_population="exc", weight_pa=1, delay_ms=1),
        lambda: network.replay(rec.path, to=exc, connector=npl.OneToOne(), from_population="exc", weight_pa=object()),
        lambda: network.replay(rec.path, exc, units=object()),
        lambda: network.replay(rec.path, "nobody", from_population="exc"),
        lambda: network.replay(rec.path, 3),
        lambda: network.peptides("peptides.json", listning=False),
        lambda: network.peptides("peptides.json", record=other),
        lambda: network.learning(npl.Learning),
        lambda: network.task(npl.DelayedMatch),
        lambda: network.run(1, record=npl.Spikes(other)),
        lambda: network.run(1, record=npl.State(exc, "v_mV")),
        lambda: network.check(1, record=[npl.Released(5), npl.Released(6)]),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(npl.NeuropilError):
            call()
        assert network.to_dict() == before, number
    assert network.recording is rec and network["exc"] is not None


def test_what_is_refused_leaves_a_task_as_it_was(tiny_task):
    before = tiny_task.to_dict()
    for path in ("trainig.updates", "training.updates.more", "cells.types.0.x", "", "training."):
        refused(f"set: the task has no place `{path}`", tiny_task.set, path, 3)
        assert tiny_task.to_dict() == before
    refused("there is no `trainig` in it; did you mean `training`?", tiny_task.set, "trainig.updates", 3)


def test_items_of_lists_have_names(network):
    network.set("projections.from_exc.weight_pa", 41)
    network.set("projections.1.weight_pa", -401)
    assert [own["weight_pa"] for own in network.to_dict()["projections"]] == [41, -401]
    dotted = npl.Network()
    dotted.population("l2.exc", 3, npl.LifExp())
    dotted.set("populations.l2.exc.cells", 4)
    assert len(dotted["l2.exc"]) == 4


@pytest.mark.parametrize("section", ["peptides", "task"])
def test_a_second_section_is_refused(network, section):
    first, second = {
        "peptides": (lambda: network.peptides("a.json"), lambda: network.peptides("b.json")),
        "task": (lambda: network.task(npl.DelayedMatch(50, 150, 700, 20, 40, 10)), lambda: network.task({"kind": "data"})),
    }[section]
    first()
    before = network.to_dict()
    refused(f'{section}: the network has such a section already; set("{section}", ...) replaces it', second)
    assert network.to_dict() == before


def test_a_range_reaches_no_further_than_the_cells(network):
    exc = network["exc"]
    for which in (slice(None, 100), slice(81, None), slice(-100, None)):
        refused("a range ends at 80 at most, found", lambda own=which: exc[own])
    assert len(exc[:80]) == len(exc[-80:]) == 80 and exc[80 - 1 :].cells == [79]


def test_a_second_section_for_learning_is_refused(network):
    network.learning(npl.Learning("eprop", apply_every_ms=1, readout=npl.Readout("exc", 1), target=npl.TimeSeries(1, values=[0.0])))
    other = npl.Learning("bptt", apply_every_ms=1, readout=npl.Readout("exc", 1), target=npl.TimeSeries(1, values=[0.0]))
    refused('set("learning", ...) replaces it', network.learning, other)
    network.set("learning", other)
    assert network.to_dict()["learning"]["rule"] == "bptt"


def test_rules_that_return_nothing_are_refused(tiny_task):
    refused("the function of the rule `mine` returned None", npl.train, tiny_task, npl.ThirdFactor("mine", lambda batch: None))
    by_trial = npl.ThirdFactor("mine", lambda batch, trial: None, per="trial")
    refused("the function of the rule `mine` returned None", npl.train, tiny_task, by_trial)
    # Would catch a rule that trains by another.
    refused("the function of the rule `own` returned None", npl.train, tiny_task, npl.OwnRule("own", lambda batch: None))


def test_arrays_of_a_task_are_told_by_their_argument():
    inputs = (np.random.default_rng(1).random((6, 20, 4)) < 0.2).astype(float)
    refused("labels: found the shape [5], expected [6]", npl.Task.from_arrays, inputs, labels=np.zeros(5, int))
    refused("targets: found the shape [6, 20], expected [6, 20, output]", npl.Task.from_arrays, inputs, targets=np.zeros((6, 20)))
    refused("split: found the shape [2]", npl.Task.from_arrays, inputs, labels=np.zeros(6, int), split=[0, 1])
    refused("loss_weights: found the shape [4]", npl.Task.from_arrays, inputs, labels=np.zeros(6, int), loss_weights=np.ones(4))
    with pytest.warns(npl.NeuropilWarning, match="no trial has class 0: there are 4 outputs"):
        npl.Task.from_arrays(inputs, labels=[1, 2, 3, 1, 2, 3])


def test_a_file_of_another_task_is_named(tiny_task, tmp_path):
    file = tmp_path / "runs.h5"
    npl.train(tiny_task, "eprop", file=file)
    other = tiny_task.changed("training.updates", 6)
    refused(f"`{file}` has runs of another task", npl.compare, other, ["eprop"], file=file)
    refused(f"`{file}` has runs of another task", npl.train, other, "eprop", file=file, resume=True)


def test_a_file_that_is_there_is_trained_into_where_that_is_said(tiny_task, tmp_path):
    """As the command: `train` goes on with its run, and `compare` adds runs."""
    file = tmp_path / "runs.h5"
    first = npl.train(tiny_task, "eprop", 1, file=file)
    before = file.read_bytes()
    refused(f"`{file}` exists; resume=True goes on", npl.train, tiny_task, "eprop", 1, file=file)
    other = f"`{file}` has no run of bptt with seed 1, it has eprop (seed 1); to add this run to the file: compare("
    refused(other, npl.train, tiny_task, "bptt", 1, file=file, resume=True)
    refused("has no run of eprop with seed 2", npl.train, tiny_task, "eprop", 2, file=file, resume=True)
    assert file.read_bytes() == before
    refused("found `resume` without `file`", npl.train, tiny_task, "eprop", resume=True)
    refused("found `resume` with `force`", npl.train, tiny_task, "eprop", file=file, resume=True, force=True)
    again = npl.train(tiny_task, "eprop", 1, file=file, resume=True)
    assert again.runs == first.runs and file.read_bytes() == before, "a finished run is left as it is"
    both = npl.compare(tiny_task, ["eprop", "bptt"], [1], file=file)
    assert [run[:2] for run in both.runs] == [("eprop", 1), ("bptt", 1)]
    assert npl.train(tiny_task, "bptt", 1, file=file, force=True).runs[0][0] == "bptt"


def test_a_recording_of_some_cells_is_replayed_by_these(network, tmp_path):
    exc = network["exc"]
    part = network.run(50, record=npl.Spikes(exc[20:30]), file=tmp_path / "part.h5")
    again = network.changed("simulation.seed", 7)
    again.replay(part.path, "exc")
    with pytest.raises(npl.InputError, match="has the spikes of 10 of the 80 cells of `exc` alone"):
        again.run(50)
    with pytest.raises(npl.InputError, match="has the spikes of 10 of the 80 cells of `exc` alone"):
        npl.learn(part, ["eprop"])
    free = copy.copy(network)
    free.replay(part.path, free["exc"][20:30])
    rec = free.run(50)
    assert any("its other 70 run free" in note for note in rec.notes), rec.notes
    whole = network.run(50)
    assert all(np.array_equal(a, b) for a, b in zip(rec.spikes["exc"], whole.spikes["exc"], strict=True))


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda net: net.population("x", 3, npl.LifExp(tau_m_ms=np.nan)), r"^model\.tau_m_ms: found nan, expected a finite number$"),
        (lambda net: net.population("x", 3, npl.LifExp(i_e_pa=400 + 0j)), r"^model\.i_e_pa: found a complex"),
        (lambda net: net.population("x", 3, {"model": "lif_exp", "tau_m_ms": np.inf}), r"^model\.tau_m_ms: found inf"),
        (lambda net: net.population("x", 2, npl.SpikeTrain({"times_ms": [1.0, np.nan], "cells": [0, 1]})), r"times_ms: found nan"),
        (lambda net: net.connect(net["exc"], net["inh"], npl.AllToAll(), weight_pa=np.nan), "^weight_pa: found nan"),
        (lambda net: net.connect(net["exc"], net["inh"], npl.AllToAll(), weight_pa=[1.0, np.nan]), "^weight_pa: found nan"),
        (lambda net: net.connect(net["exc"], net["inh"], npl.AllToAll(), weight_pa=np.array([1, np.nan])), r"^weight_pa: found nan at \[1\]"),
        (lambda net: net.connect(net["exc"], net["inh"], npl.AllToAll(), weight_pa=1, delay_ms=np.inf), "^delay_ms: found inf"),
        (lambda net: net.connect(net["exc"], net["inh"], npl.AllToAll(), weight_pa=npl.Normal(np.nan, 1)), r"^weight_pa\.mean: found nan"),
        (lambda net: net.connect(net["exc"], net["inh"], npl.FixedProbability(np.nan)), r"^connector\.p\w*: found nan"),
        (lambda net: net.input(npl.StepCurrent(amplitude_pa=np.nan), to=net["exc"]), r"^input\.amplitude_pa: found nan"),
        (lambda net: net.changed("populations.exc.tau_m_ms", np.nan), r"^populations\.exc\.tau_m_ms: found nan"),
        (lambda net: net.set("populations.exc.tau_m_ms", np.nan), r"^set: populations\.exc\.tau_m_ms: found nan"),
        (lambda net: npl.Task({}).set("training.batch", np.nan), r"^training\.batch: found nan"),
    ],
)
def test_a_number_that_is_none_is_named(network, work, message):
    """Once it was `found nan, expected a finite number`, whichever of ten numbers was meant."""
    before = network.to_dict()
    with pytest.raises(npl.InputError, match=message):
        work(network)
    assert network.to_dict() == before
