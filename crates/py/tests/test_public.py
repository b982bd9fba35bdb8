"""What everybody sees: every parameter is described, every wrong name is refused with the one that was meant."""

import inspect
import json
import pickle
import re

import neuropil as npl
import numpy as np
import pytest

#: What others make, and nobody calls.
MADE = (npl.Batch, npl.Comparison, npl.Picture, npl.Population, npl.Simulation)
CLASSES = [getattr(npl, name) for name in npl.__all__ if inspect.isclass(getattr(npl, name))]
CLASSES = [own for own in CLASSES if not issubclass(own, BaseException)]
FUNCTIONS = [getattr(npl, name) for name in npl.__all__ if inspect.isfunction(getattr(npl, name))]


def callables():
    """(name, what is called, where its parameters are described) of all that is public."""
    for own in FUNCTIONS:
        yield own.__name__, own, own.__doc__
    for own in CLASSES:
        yield own.__name__, own.__init__, own.__doc__ or ""
        for name, member in inspect.getmembers(own, callable):
            if not name.startswith("_") and name in {each for base in own.__mro__ for each in vars(base)}:
                yield f"{own.__name__}.{name}", member, member.__doc__ or ""


def parameters(called):
    try:
        all_of_them = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return []
    return [own for own in all_of_them if own.name not in ("self", "cls") and not own.name.startswith("_")]


PARTS = [own for own in CLASSES if own.__module__ == "neuropil.parts"]


@pytest.mark.parametrize("part", PARTS, ids=lambda own: own.__name__)
def test_every_parameter_of_a_part_has_a_description_a_unit_and_a_default(part):
    for own in parameters(part.__init__):
        found = re.search(rf"^    {own.name}: (.+(?:\n        .+)*)", part.__doc__, re.MULTILINE)
        assert found, f"{part.__name__}: nothing is said of {own.name}"
        says = " ".join(found.group(1).split())
        unit = {"ms": "ms", "mv": "mV", "pa": "pA", "pf": "pF", "ns": "nS", "um": "um", "hz": "Hz"}
        unit = unit.get(own.name.rpartition("_")[2])
        assert unit is None or re.search(rf"\b{unit}\b", says), f"{part.__name__}.{own.name} has no unit: {says}"
        if own.default is not inspect.Parameter.empty:
            assert re.search("efault|needed|; or ", says), (
                f"{part.__name__}.{own.name} has no default: {says}"
            )


def test_every_parameter_of_a_function_or_method_has_a_description():
    missing = []
    for name, called, doc in callables():
        own = parameters(called)
        if name in [made.__name__ for made in MADE] or (len(own) < 2 and not name.startswith("Network")):
            # Made by others; or the first sentence says it.
            continue
        missing += [f"{name}({each.name})" for each in own if not re.search(rf"\b{each.name}\b", doc)]
    assert missing == []


def test_every_wrong_name_of_an_argument_is_refused_with_the_one_that_was_meant():
    checked, open_ended = 0, set()
    for name, called, _ in callables():
        own = [each for each in parameters(called) if each.kind is each.KEYWORD_ONLY or "_" in each.name]
        if not own or name in NAMES_OF_OTHERS:
            continue
        meant = own[0].name
        slip = meant[:-1] + ("x" if meant[-1] != "x" else "y") if len(meant) > 3 else meant + "x"
        arguments, needed = [None] if "self" in inspect.signature(called).parameters else [], {}
        if any(each.kind is each.VAR_KEYWORD for each in parameters(called)):
            # It looks at names itself, once Python has found what must be there.
            open_ended.add(name)
            needed = {each.name: None for each in parameters(called) if each.default is each.empty and each.kind != each.VAR_KEYWORD}
        with pytest.raises(npl.ArgumentError, match=rf"no argument `{slip}`") as caught:
            called(*arguments, **needed, **{slip: 1})
        if len(meant) > 3:
            assert "did you mean" in str(caught.value), f"{name}: {caught.value}"
        checked += 1
    assert checked > 40
    # Of `Network.peptides` every name is open: `test_slips_of_a_newcomer`.
    assert open_ended == {"AddedSynapses", "Network.connect", "Network.replay", "Simulation.add", "diffuse"}


#: Calls whose other names are looked at by somebody else: the command line, pynwb, and the file of a cell or of synapses.
NAMES_OF_OTHERS = {"command", "Recording.to_nwb", "Cell", "Synapse"}


def test_names_that_others_look_at_are_refused_too(network, tmp_path):
    with pytest.raises(npl.InputError, match="unexpected argument '--durationms'"):
        npl.command("run", "none.json", durationms=3)
    pytest.importorskip("pynwb")
    with pytest.raises(TypeError, match="sesion_id"):
        network.run(1).to_nwb(tmp_path / "a.nwb", session_start_time=None, sesion_id="x")
    assert list(tmp_path.iterdir()) == []


def test_slips_of_a_newcomer(network):
    cases = [
        (lambda: npl.LifExp(tau_m=20), "did you mean `tau_m_ms`"),
        (lambda: npl.PoissonInput(8, weigth_pa=3), "did you mean `weight_pa`"),
        (lambda: network.connect("exc", "inh", npl.AllToAll(), weight=1.0, dleay_ms=1.0), "did you mean `delay_ms`"),
        (lambda: network.connect("exc", "inh", npl.AllToAll), "found the class AllToAll, expected one of its objects"),
        (lambda: network.population("other", 3, npl.LifExp), "LifExp(...)"),
        (lambda: network.population("other", 3, "lif_exp"), "model: found a str"),
        (lambda: network.input(npl.LifExp(), to="exc"), "input: found a LifExp"),
        (lambda: network.peptides("x.json", spacing=3), "did you mean `spacing_um`"),
        (lambda: npl.Learning("eprop", apply_every_ms=1, tau_ms=3), "Learning: there is no argument `tau_ms`"),
        (lambda: npl.Learning("eprop", apply_every_ms=1, carier={}), "did you mean `carrier`"),
        (lambda: npl.Carrier("field", loss_per_s=1), "did you mean `loss_per_ms`"),
        (lambda: npl.Loss(last=50), "did you mean `last_ms`"),
        (lambda: npl.Feedback("normal", scal=1), "did you mean `scale`"),
        (lambda: npl.ConstantMu(valeu=1), "did you mean `value`"),
        (lambda: npl.DelayedMatch(fixation=50), "did you mean `fixation_ms`"),
        (lambda: network.learning("eprop"), "learning: found a str ('eprop'), expected one such as Learning(...)"),
        (lambda: network.task(npl.Loss()), "task: found a Loss"),
        (lambda: network.run(10, durationms=3), "there is no argument `durationms`"),
        (lambda: npl.compare({}, "eprop"), "found one rule ('eprop'), expected a list"),
        (lambda: npl.compare({}, ["eprop"], 3), "range(3)"),
    ]
    for act, message in cases:
        with pytest.raises((npl.InputError, TypeError)) as caught:
            act()
        assert message in str(caught.value), f"{message!r} is not in {caught.value}"
    for name, message in [("AdEx", "Alif"), ("AdEx", "LifCondExp"), ("LifEpx", "did you mean `LifExp`"), ("run", "net.run()")]:
        with pytest.raises(AttributeError, match=re.escape(message)):
            getattr(npl, name)


def test_what_exists_is_replaced_with_force_true(network, tmp_path):
    rec = network.run(10)
    rec.plot().save(tmp_path / "run.png")
    for act in (
        lambda: rec.plot().save(tmp_path / "run.png"),
        lambda: network.run(10, file=tmp_path / "run.png"),
        lambda: rec.save(tmp_path / "run.png"),
        lambda: network.to_json(tmp_path / "run.png"),
    ):
        with pytest.raises(npl.OutputError, match="force=True"):
            act()


def test_windows_lie_within_what_was_observed(network):
    rec = network.run(100)
    assert rec.rates_hz(0, 100) == rec.rates_hz()
    for act in (rec.rates_hz, rec.cv_isi, rec.statistics):
        for window in [(0, 5000), (5000,), (-1, 50), (50, 50), (50, 20)]:
            with pytest.raises(npl.InputError, match=r"ends at 100 ms|begins at 0 ms|is empty"):
                act(*window)
    with pytest.raises(npl.InputError, match="to_ms 5000"):
        rec.plot(to_ms=5000)
    times, ids = rec.spikes["exc"]
    trains = [np.diff(times[ids == cell]) for cell in range(80)]
    expected = np.mean([own.std() / own.mean() for own in trains if len(own) > 1])
    assert rec.cv_isi()["exc"] == pytest.approx(expected, rel=1e-12)


def test_gaps_of_an_observation_do_not_count(tmp_path):
    from conftest import ROOT

    npl.command("import", ROOT / "tests" / "data" / "nwb" / "session.nwb", output=tmp_path / "units.h5")
    rec = npl.Recording(tmp_path / "units.h5")
    # 18 spikes; unit 23 was not observed from 4 s to 6 s.
    assert rec.duration_ms == 10_000.0
    assert rec.rates_hz()["units"] == pytest.approx(18 / 58) and rec.rates_hz(4000, 6000)["units"] == pytest.approx(
        sum(1 for own in rec.spikes["units"][0] if 4000 <= own < 6000) / 10
    )
    with pytest.raises(npl.InputError, match="ends at 10000 ms"):
        rec.rates_hz(0, 20_000)


def test_where_nobody_looked_there_is_no_rate(tmp_path):
    """Once 0 Hz: unit 23 was not observed from 4 s to 6 s."""
    from conftest import ROOT

    npl.command("import", ROOT / "tests" / "data" / "nwb" / "session.nwb", units="23", output=tmp_path / "unit.h5")
    rec = npl.Recording(tmp_path / "unit.h5")
    assert np.isnan(rec.rates_hz(4000, 6000)["units"]) and np.isnan(rec.cv_isi(4000, 6000)["units"])
    own = rec.statistics(4000, 6000)[0]
    assert own["spikes"] == 0 and own["rate_hz"] is None and own["active_fraction"] is None
    assert rec.rates_hz()["units"] == pytest.approx(len(rec.spikes["units"][0]) / 8)
    assert "no cell was observed" in rec.plot(from_ms=4000, to_ms=6000).svg()
    assert "no spikes" not in rec.plot(from_ms=4000, to_ms=6000).svg()


def test_all_that_is_asked_for_is_recorded(network):
    rec = network.run(10, record=[npl.Spikes("exc"), npl.Spikes("inh")])
    assert set(rec.spikes) == {"exc", "inh"}
    assert set(network.run(10, record=npl.Spikes("inh")).spikes) == {"inh"}
    with pytest.raises(npl.InputError, match="Released twice"):
        network.run(10, record=[npl.Released(10), npl.Released(20)])


def test_states_and_fields_are_mappings(network):
    rec = network.run(10, record=[npl.State("exc", "v_m_mv"), npl.State("inh", "v_m_mv", every_ms=1)])
    assert list(rec.states) == [("exc", "v_m"), ("inh", "v_m")]
    assert all(rec.states[name] is not None and own.population == name[0] for name, own in rec.states.items())


def test_check_finds_what_run_refuses(network):
    def signs(net):
        net.connect("exc", "inh", npl.Listed([0], [1]), weight_pa=[-5.0], delay_ms=1)

    def plastic(net):
        net.population("slow", 3, npl.LifCondExp())
        net.connect("exc", "slow", npl.AllToAll(), weight_ns=1, delay_ms=1, plastic=npl.Plastic(0.1))
        net.learning(npl.Learning("three_factor", apply_every_ms=1, third_factor=npl.TimeSeries(every_ms=1, values=[1.0])))

    def names(net):
        net.population("a/b", 3, npl.LifExp())

    def delays(net):
        net.connect("exc", "inh", npl.AllToAll(), weight_pa=1, delay_ms=npl.Normal(1, 1))

    for spoil in (signs, plastic, names, delays):
        net = npl.Network.from_json(network.to_dict())
        assert net.check()["cells"] == 100
        spoil(net)
        with pytest.raises(npl.InputError) as checked:
            net.check(10)
        with pytest.raises(npl.InputError) as refused:
            net.run(10)
        assert str(checked.value) == str(refused.value), spoil.__name__
    for wrong in ({"duration_ms": 0.05}, {"record": npl.State("exc", "v")}):
        with pytest.raises(npl.InputError):
            network.check(**wrong)


def own_task(**more):
    rng = np.random.default_rng(3)
    labels = np.arange(40) % 2
    inputs = (rng.random((40, 60, 8)) < np.where(labels, 0.3, 0.05)[:, None, None]).astype(float)
    return npl.Task.from_arrays(inputs, labels=labels, **more)


def test_tasks_of_arrays_last(tmp_path):
    task = own_task().changed("training.updates", 3)
    assert task == own_task().changed("training.updates", 3), "the same data are the same task"
    assert "file" not in task.to_dict()["task"] and str(tmp_path.parent.parent) not in task.to_json()
    path = tmp_path / "runs.h5"
    first = npl.compare(task, ["eprop"], [0], file=path)
    again = npl.Comparison.read(path).task
    assert again == task
    more = npl.compare(again, ["eprop", "bptt"], [0], file=path)
    assert more.dataset("eprop", 0, "cost/wall_s") == first.dataset("eprop", 0, "cost/wall_s"), "it is not made again"
    assert len(more.runs) == 2 and pickle.loads(pickle.dumps(more)).task == task
    with pytest.raises(npl.InputError, match="digest"):
        npl.Training(npl.Task(task.to_dict()), "eprop")
    other = own_task().changed("training.updates", 3)
    other._task["task"]["digest"] = "fnv1a64:0000000000000000"
    with pytest.raises(npl.InputError, match="not those of this task"):
        npl.Training(other, "eprop")

    task.to_json(tmp_path / "own.json")
    assert {own.name for own in tmp_path.iterdir()} >= {"own.json", "own.data.h5"}
    from_file = npl.compare(npl.Task.from_json(tmp_path / "own.json"), ["eprop"], [0], file=path)
    assert len(from_file.runs) == 2, "wherever the data lie, it is the same task"
    trials = npl.simulate(task)
    assert np.array_equal(trials.learn(["eprop"]).of("eprop")["dW_rec"].shape, (50, 50))


def test_a_refused_comparison_leaves_the_file_as_it_was(tiny_task, tmp_path):
    path = tmp_path / "runs.h5"
    npl.compare(tiny_task, ["eprop"], [0], file=path)
    before = path.read_bytes()
    with pytest.raises(npl.InputError, match="another task"):
        npl.compare(tiny_task.changed("training.learning_rate", 0.1), ["eprop"], [0], file=path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_networks_of_arrays_begin_at_a_plausible_rate(scale):
    rng = np.random.default_rng(4)
    task = npl.Task.from_arrays(scale * rng.random((20, 100, 5)), labels=np.arange(20) % 2)
    rate = npl.Training(task, "eprop", 5).draw().outputs.mean() * 1e3
    assert 2 < rate < 100, rate


def test_what_nobody_wants_is_said(network, tmp_path):
    with pytest.warns(npl.NeuropilWarning, match="exc is silent"):
        rec = npl.Network.from_json(network.to_dict()).changed("inputs", []).run(10)
    assert any("silent" in own for own in rec.notes)
    task = own_task().changed("training.updates", 3).changed("training.evaluate_every", 1)
    with pytest.warns(npl.NeuropilWarning, match="more than 100 Hz"):
        fast = npl.train(task.changed("input_weights.gain", 1e6), "eprop")
    assert any("100 Hz" in own for own in fast.notes)
    fast.report(tmp_path / "page.html")
    assert "more than 100 Hz" in (tmp_path / "page.html").read_text()
    with pytest.warns(npl.NeuropilWarning, match="are silent"):
        npl.train(task.changed("input_weights.gain", 0), "eprop")


def third(batch):
    return batch.third_factor


def test_third_factors_are_pickled(tiny_task):
    rule = pickle.loads(pickle.dumps(npl.ThirdFactor("mine", third)))
    expected = npl.train(tiny_task, "eprop").dataset("eprop", 0, "evaluations/loss")
    assert np.allclose(npl.train(tiny_task, rule).dataset("mine", 0, "evaluations/loss"), expected, rtol=1e-9)


def test_set_changes_in_place_and_changed_does_not(network, tiny_task):
    for own, path in ((network, "simulation.seed"), (tiny_task, "training.batch")):
        before = own.to_dict()
        assert own.changed(path, 9).to_dict() != before and own.to_dict() == before
        assert own.set(path, 9) is None and own.to_dict() != before


def test_files_of_json_are_written_alike(network, tiny_task, tmp_path):
    for own, kind in ((network, npl.Network), (tiny_task, npl.Task)):
        path = tmp_path / f"{kind.__name__}.json"
        assert json.loads(own.to_json(path)) == json.loads(path.read_text())
        assert kind.from_json(path).to_dict() == own.to_dict()
        with pytest.raises(npl.OutputError, match="force=True"):
            own.to_json(path)
