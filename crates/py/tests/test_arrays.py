"""Arrays of numpy, of h5py and of files, given to tasks and networks: they reach the run exactly, last, or are refused."""

import json
import pickle

import h5py
import neuropil as npl
import numpy as np
import pytest


def given_back(task, seed):
    """The task with all that a seed draws of its network, as arrays of numpy."""
    drawn = npl.Training(task, "bptt", seed).weights
    own = task.changed("input_weights", {"kind": "given", "values": drawn["w_in"], "mask": "nonzero"})
    mask = drawn["w_rec"] != 0
    own.set("recurrent_weights", {"kind": "given", "values": drawn["w_rec"], "mask": mask})
    own.set("readout_weights", {"kind": "given", "values": drawn["w_out"], "mask": np.ones_like(drawn["w_out"])})
    own.set("readout.b_out", drawn["b_out"])
    own.set("cells.types", np.array(["Sst", "Pyr"])[drawn["type_id"].astype(int)])
    own.set("cells.v_th", np.full(12, 0.03))
    return own


def results(runs):
    names = [(rule, seed, name) for rule, seed, _ in runs.runs for name in runs.names(rule, seed)]
    return {own: runs.dataset(*own) for own in names if not own[2].startswith("cost/")}


def same(one, other):
    one, other = results(one), results(other)
    assert one.keys() == other.keys() and len(one) > 20
    return all(np.array_equal(own, other[name], equal_nan=True) for name, own in one.items())


def test_what_was_drawn_given_back_learns_the_same(tiny_task):
    back = given_back(tiny_task, 3)
    for rule in ("modprop_type", "eprop"):
        assert same(npl.train(tiny_task, rule, 3), npl.train(back, rule, 3)), rule
    weights = npl.Training(back, "bptt", 8).weights
    assert np.array_equal(weights["w_rec"], npl.Training(tiny_task, "bptt", 3).weights["w_rec"]), "no seed draws them"


def test_numbers_reach_the_run_exactly(tiny_task):
    rng = np.random.default_rng(1)
    exact = rng.normal(size=(12, 20)) * 10.0 ** rng.integers(-300, 300, (12, 20)).astype(float)
    task = tiny_task.changed("input_weights", {"kind": "given", "values": exact})
    assert np.array_equal(npl.Training(task, "bptt").weights["w_in"], exact)
    single = rng.normal(size=(12, 20)).astype("f4")
    task.set("input_weights.values", single)
    assert np.array_equal(npl.Training(task, "bptt").weights["w_in"], single.astype(float))


def test_files_of_runs_keep_the_arrays(tiny_task, tmp_path, command):
    back = given_back(tiny_task, 3)
    file = tmp_path / "runs.h5"
    first = npl.compare(back, ["eprop"], seeds=[3], file=file)
    with h5py.File(file) as runs:
        assert np.array_equal(runs["data/arrays/recurrent_weights.values"], npl.Training(back, "bptt").weights["w_rec"])
        assert "fnv1a64:" in runs["task"][()].decode()
    # The task of a file is trained again, with its arrays; copies and files of it too.
    again = npl.Comparison.read(file).task
    assert same(first, npl.train(again, "eprop", 3))
    assert same(first, npl.train(pickle.loads(pickle.dumps(again)), "eprop", 3))
    again.to_json(tmp_path / "again.json")
    command("train", "again.json", "--rule", "eprop", "--seed", "3", "-q", "-o", "again.h5", cwd=tmp_path)
    assert same(first, npl.Comparison.read(tmp_path / "again.h5"))
    # One number differs: it is another task, and the array is named.
    w_rec = np.array(back.to_dict()["recurrent_weights"]["values"])
    w_rec[np.nonzero(w_rec)[0][0], np.nonzero(w_rec)[1][0]] *= 1 + 1e-15
    before = file.read_bytes()
    with pytest.raises(npl.InputError, match="another task, in `recurrent_weights.values.digest`"):
        npl.compare(back.changed("recurrent_weights.values", w_rec), ["eprop"], seeds=[3], file=file)
    assert file.read_bytes() == before
    # Trials of one's own beside the network of another task.
    inputs = np.random.default_rng(2).integers(0, 2, (8, 30, 20))
    own = npl.Task.from_arrays(inputs, labels=np.arange(8) % 2, like=npl.Comparison.read(file).task)
    own.set("loss", {})
    assert np.array_equal(npl.Training(own, "bptt").weights["w_in"], npl.Training(back, "bptt").weights["w_in"])


def test_an_array_may_lie_in_a_file(tiny_task, tmp_path, monkeypatch):
    back = given_back(tiny_task, 3)
    weights = npl.Training(back, "bptt").weights
    with h5py.File(tmp_path / "own.h5", "w") as file:
        file["w_in"] = weights["w_in"]
        file["mask"] = weights["w_rec"] != 0
        file["types"] = ["Sst"] * 3 + ["Pyr"] * 9
        file["v_th"] = np.full(12, 0.03)
    dataset = npl.Dataset(tmp_path / "own.h5", dataset="w_in")
    stored = back.changed("input_weights.values", dataset)
    stored.set("recurrent_weights.mask", {"file": str(tmp_path / "own.h5"), "dataset": "mask"})
    stored.set("cells.types", npl.Dataset(tmp_path / "own.h5", dataset="types"))
    first, second = (npl.Training(own, "eprop", 3) for own in (back, stored))
    assert first._core.task == second._core.task, "one task, wherever its numbers lie"
    with h5py.File(tmp_path / "own.h5") as file:
        listed = back.changed("cells.v_th", file["v_th"])
    assert npl.Training(listed, "eprop", 3)._core.task == first._core.task
    # A task beside its arrays is written elsewhere.
    (tmp_path / "sub").mkdir()
    (tmp_path / "task.json").write_text(json.dumps({**stored.to_dict(), "readout": {"b_out": {"file": "own.h5", "dataset": "b"}}}))
    with h5py.File(tmp_path / "own.h5", "a") as file:
        file["b"] = [0.5, -0.5]
    moved = npl.Task.from_json(tmp_path / "task.json")
    moved.to_json(tmp_path / "sub" / "task.json")
    monkeypatch.chdir(tmp_path / "sub")
    assert list(npl.Training("task.json", "eprop").weights["b_out"]) == [0.5, -0.5]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("recurrent_weights.values", np.zeros((12, 11)), r"\[cells\]\[cells\], found 12 x 11, expected 12 x 12"),
        ("recurrent_weights.values", np.full((12, 12), 0.1), "no cell of a task reaches itself"),
        ("recurrent_weights.values", np.triu(np.full((12, 12), -0.1), 1), "cell 3 excites, must be >= 0"),
        ("recurrent_weights.mask", np.full((12, 12), 0.5), "must be 0 or 1"),
        ("input_weights.mask", np.zeros((12, 20), bool), "where `mask` has no synapse"),
        ("cells.types", np.zeros(11, int), r"\[cells\], found 11, expected 12"),
        ("cells.type_names", ["Pyr", "Sts"], "there is no type `Sst`, that of cell 0; did you mean `Sts`"),
        ("cells.v_th", np.full(12, -1.0), "v_th"),
        ("recurrent_weights", {"kind": "balanced", "probability": np.full((3, 2), 0.1)}, r"found 3 x 2, expected 2 x 2"),
    ],
)
def test_what_does_not_fit_is_refused(tiny_task, path, value, message):
    with pytest.raises(npl.InputError, match=message):
        npl.Training(given_back(tiny_task, 3).changed(path, value), "bptt")


def test_numbers_that_are_none_are_refused_where_they_stand(tiny_task):
    wrong = np.zeros((12, 12))
    wrong[2, 3] = np.nan
    with pytest.raises(npl.InputError, match=r"found nan at \[2, 3\], expected finite numbers"):
        tiny_task.set("recurrent_weights", {"kind": "given", "values": wrong})
    with pytest.raises(npl.InputError, match="an array of complex128, expected numbers or text"):
        tiny_task.set("recurrent_weights", {"kind": "given", "values": wrong * 1j})


def test_probabilities_by_pair_of_types(tiny_task):
    tiny_task.set("cells.types", ["Sst"] * 3 + ["Pyr"] * 9)
    by_name = {"Pyr": {"Pyr": 0, "Sst": 1}, "Sst": {"Pyr": 1, "Sst": 0}}
    tiny_task.set("recurrent_weights", {"kind": "balanced_by_factor", "probability": by_name})
    w_rec = npl.Training(tiny_task, "bptt").weights["w_rec"]
    is_sst = np.arange(12) < 3
    assert np.array_equal(w_rec != 0, is_sst[:, None] != is_sst)
    tiny_task.set("recurrent_weights.probability", np.array([[0, 1], [1, 0]]))
    assert np.array_equal(npl.Training(tiny_task, "bptt").weights["w_rec"], w_rec)


@pytest.fixture
def learner():
    """A network that learns while it runs, of a readout."""

    def make(**readout):
        net = npl.Network(dt_ms=1, seed=4)
        source = net.population("in", 20, npl.PoissonSource(60))
        exc = net.population("exc", 16, npl.Alif(t_ref_ms=2), cell_type="Pyr", sign=1)
        plastic = npl.Plastic(0.001)
        net.connect(source, exc, npl.FixedProbability(0.5), weight=0.2, delay_ms=1, plastic=plastic, name="in")
        target = npl.TimeSeries(10, values=[[0.1, -0.1], [0.2, 0.1]], repeats=True)
        read = npl.Readout(exc[4:], 2, learning_rate=0.001, **readout)
        net.learning(npl.Learning("eprop", apply_every_ms=20, readout=read, target=target))
        return net

    return make


def test_a_free_run_takes_a_readout(learner, tmp_path):
    def y(**readout):
        rec = learner(**readout).run(100, record=npl.Weights())
        return rec.dataset("/neuropil/learning/y"), rec.dataset("/neuropil/learning/loss")

    alike, listed = y(weight=0.3), y(weight=np.full((2, 12), 0.3), b_out=np.zeros(2))
    assert np.abs(alike[0]).max() > 0
    assert all(np.array_equal(one, other) for one, other in zip(alike, listed, strict=True))
    weights = np.random.default_rng(3).normal(size=(2, 12))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["lab/w_out"] = weights
    own = y(weight=weights)
    stored = y(weight=npl.Dataset(tmp_path / "w.h5", dataset="lab/w_out"))
    assert all(np.array_equal(one, other) for one, other in zip(own, stored, strict=True))
    assert not np.array_equal(own[0], alike[0])
    with pytest.raises(npl.InputError, match=r"\[readouts\]\[cells\], found 2 x 16, expected 2 x 12"):
        learner(weight=np.zeros((2, 16))).check()


def test_constants_of_a_file(tmp_path):
    taus = np.linspace(10, 30, 5)
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["tau"] = taus

    def v_m(tau):
        net = npl.Network(dt_ms=0.1, seed=1)
        exc = net.population("exc", 5, npl.LifExp(tau_m_ms=tau))
        net.input(npl.StepCurrent(amplitude_pa=200), to=exc)
        return net.run(10, record=npl.State(exc, "v_m_mv")).states[exc, "v_m_mv"].values

    assert np.array_equal(v_m(taus), v_m(npl.Dataset(tmp_path / "m.h5", dataset="tau")))
    with pytest.raises(npl.InputError, match="tao is missing"):
        v_m(npl.Dataset(tmp_path / "m.h5", dataset="tao"))
