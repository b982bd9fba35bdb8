"""Training from Python, with rules of the simulator and of one's own."""

import copy
import json
import pickle

import neuropil as npl
import numpy as np
import pytest


def test_the_command_line_learns_the_same(tiny_task, command, tmp_path):
    (tmp_path / "task.json").write_text(tiny_task.to_json())
    command("train", "task.json", "--rule", "modprop_type", "--seed", "3", "-o", "command.h5", "--quiet", cwd=tmp_path)
    theirs = npl.Comparison.read(tmp_path / "command.h5")
    own = npl.train(tiny_task, "modprop_type", 3, file=tmp_path / "python.h5")
    names = own.names("modprop_type", 3)
    assert sorted(names) == sorted(theirs.names("modprop_type", 3)) and len(names) > 20
    assert own.dataset("modprop_type", 3, "cost/wall_s")[0] > 0 and own.dataset("modprop_type", 3, "cost/threads")[0] >= 1
    # What a run cost is no result.
    for name in (own for own in names if not own.startswith("cost/")):
        assert np.array_equal(own.dataset("modprop_type", 3, name), theirs.dataset("modprop_type", 3, name), equal_nan=True)


def test_a_loop_in_python_is_the_loop_of_the_simulator(tiny_task):
    one, other = npl.Training(tiny_task, "mdgl_cell", 1), npl.Training(tiny_task, "mdgl_cell", 1)
    while not one.done:
        one.advance()
        batch = other.draw()
        other.learn(batch, batch.gradient("mdgl_cell"))
    assert other.done and one.update == 4
    for name, weights in one.weights.items():
        assert np.array_equal(weights, other.weights[name]), name
    assert one.evaluations[-1]["loss"] == other.evaluations[-1]["loss"]


def test_the_third_factor_of_eprop_gives_eprop(tiny_task):
    batch = npl.Training(tiny_task, "eprop").draw()
    gradient, own = batch.gradient("eprop"), batch.gradient_of(batch.third_factor)
    assert np.abs(gradient["w_rec"]).max() > 0
    for name in gradient:
        scale = np.abs(gradient[name]).max()
        assert np.abs(own[name] - gradient[name]).max() <= 1e-12 * scale, name
    twice = batch.gradient_of(2.0 * batch.third_factor)
    assert np.allclose(twice["w_rec"], 2.0 * own["w_rec"], rtol=1e-12, atol=0.0), "linear in the third factor"


def test_the_third_factor_is_the_error_through_the_readout(tiny_task):
    training = npl.Training(tiny_task, "eprop")
    batch, weights = training.draw(), training.weights
    kappa = np.exp(-1 / 20)
    filtered = np.zeros_like(batch.error)
    carried = np.zeros_like(batch.error[:, 0])
    for step in reversed(range(batch.error.shape[1])):
        carried = batch.error[:, step] + kappa * carried
        filtered[:, step] = carried
    expected = (1 - kappa) * filtered @ weights["w_out"]
    assert np.allclose(batch.third_factor, expected, rtol=1e-10, atol=1e-14 * np.abs(expected).max())


@pytest.mark.parametrize("rule", ["eprop", "mdgl_cell", "modprop_type", "bptt"])
def test_modulators_times_eligibility_are_the_gradient(tiny_task, rule):
    training = npl.Training(tiny_task, rule, 4)
    training.advance()
    batch = training.draw()
    pairs = np.argwhere(training.weights["w_rec"] != 0)[::7]
    e, told = batch.eligibility(pairs), batch.modulators(rule)
    assert e.shape == (*batch.outputs.shape[:2], len(pairs)) and np.abs(e).max() > 0 and not e.flags.writeable
    credit = told["learning_signal"] + told["returned_credit"]
    made = (credit[:, :, pairs[:, 0]] * e).sum(axis=(0, 1))
    expected = batch.gradient(rule)["w_rec"][pairs[:, 0], pairs[:, 1]]
    assert np.allclose(made, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())
    assert (np.abs(told["returned_credit"]).max() > 0) == (rule != "eprop")
    with pytest.raises(npl.InputError, match="found 12, expected less than 12"):
        batch.eligibility([(0, 12)])
    with pytest.raises(npl.InputError, match="expected pairs"):
        batch.eligibility([0, 1])


def test_own_rules_are_compared_with_those_of_the_simulator(tiny_task, tmp_path):
    def per_trial(batch, trial):
        return batch.third_factor[trial]

    def per_step(batch, step):
        return batch.third_factor[:, step]

    own = [
        npl.ThirdFactor("own", lambda batch: batch.third_factor),
        npl.ThirdFactor("own_trial", per_trial, per="trial"),
        npl.ThirdFactor("own_step", per_step, per="step"),
        npl.OwnRule("readout_only", lambda batch: {"w_out": batch.gradient("bptt")["w_out"]}),
    ]
    result = npl.compare(tiny_task, ["eprop", *own], seeds=range(2), file=tmp_path / "runs.h5", align=True)
    assert len(result.runs) == 10 and all(done for _, _, done in result.runs) and not result.faults
    paired = result.paired()
    assert [own["rule"] for own in paired] == [name for name in result.rules if name != "eprop"]
    same = [own for own in paired if own["rule"] != "readout_only"]
    assert all(own["with"] == "eprop" and np.allclose(own["differences"], 0, atol=1e-9) for own in same)
    updates, losses = result.curves("loss")["eprop"]
    assert list(updates) == [0, 2, 4] and losses.shape == (2, 3)
    for name in ("own", "own_trial", "own_step"):
        assert np.allclose(result.curves("loss")[name][1], losses, rtol=1e-9)
        assert result.dataset(name, 0, "evaluations/cosine_rec")[0] == pytest.approx(
            result.dataset("eprop", 0, "evaluations/cosine_rec")[0], rel=1e-9
        )
    assert np.array_equal(
        result.dataset("readout_only", 0, "weights/w_rec"), npl.Training(tiny_task, "eprop").weights["w_rec"]
    )
    assert "explorer" in result.view().html()
    assert result.plot().png().startswith(b"\x89PNG") and "<table>" in result._repr_html_()
    again = npl.compare(tiny_task, ["eprop", *own], seeds=range(2), file=tmp_path / "runs.h5")
    assert sorted(again.runs) == sorted(result.runs)
    for rule, seed, _ in result.runs:
        assert again.dataset(rule, seed, "cost/wall_s") == result.dataset(rule, seed, "cost/wall_s"), "it is not made again"
    with pytest.raises(npl.InputError, match="is a rule of the simulator"):
        npl.ThirdFactor("eprop", per_trial)


def test_two_rules_do_not_share_a_name(tiny_task, tmp_path):
    """Once the second was skipped as done already."""
    path = tmp_path / "runs.h5"
    two = [npl.ThirdFactor("mine", lambda batch: batch.third_factor), npl.ThirdFactor("mine", lambda batch: 0 * batch.third_factor)]
    for rules in (two, ["eprop", "eprop"]):
        with pytest.raises(npl.InputError, match="rules: found two called `(mine|eprop)`"):
            npl.compare(tiny_task, rules, file=path)
    assert not path.exists()


def scaled(gain):
    return npl.ThirdFactor("mine", lambda batch: gain * batch.third_factor)


def test_another_function_of_the_same_name_does_not_get_the_curves_of_the_first(tiny_task, tmp_path):
    path = tmp_path / "runs.h5"
    first = npl.compare(tiny_task, [scaled(1.0)], [0], file=path)
    # The same function, made anew, is known again; also where more seeds are asked for.
    again = npl.compare(tiny_task, [scaled(1.0)], [0, 1], file=path)
    assert again.dataset("mine", 0, "cost/wall_s") == first.dataset("mine", 0, "cost/wall_s") and len(again.runs) == 2
    before = path.read_bytes()
    others = [
        scaled(2.0),
        npl.ThirdFactor("mine", lambda batch: batch.third_factor),
        npl.OwnRule("mine", lambda batch: batch.gradient("eprop")),
    ]
    for other in others:
        for seeds in ([0], [5]):
            with pytest.raises(npl.InputError, match=r"runs of `mine` by another function .*force=True"):
                npl.compare(tiny_task, ["bptt", other], seeds, file=path)
            assert path.read_bytes() == before
    replaced = npl.compare(tiny_task, [scaled(2.0)], [0], file=path, force=True)
    assert replaced.runs == [("mine", 0, True)]
    # Nor are they joined under one name.
    with pytest.raises(npl.InputError, match="runs of `mine` by another function"):
        first.merge(replaced)
    assert len(first.merge(npl.compare(tiny_task, [scaled(1.0)], [7])).runs) == 2


GAIN = 0.5


def helped(batch):
    return halved(batch.third_factor)


def halved(values):
    return GAIN * values


def test_a_function_is_known_by_what_it_does(monkeypatch):
    def source(function, name="mine", **more):
        return npl.ThirdFactor(name, function, **more)._source

    one = source(helped)
    assert one == source(helped) == source(helped, "other") and one.startswith("python3.")
    assert one != source(helped, per="step") and one != source(halved)
    monkeypatch.setitem(globals(), "GAIN", 0.25)
    assert one != source(helped), "a number that a function of its module refers to"
    monkeypatch.setitem(globals(), "GAIN", 0.5)
    monkeypatch.setitem(globals(), "halved", lambda values: 0.5 * values * 1.0)
    assert one != source(helped), "a function that it calls"
    monkeypatch.undo()
    assert one == source(helped)
    # Comments and places do not count.
    texts = ["def f(b):\n    return 2 * b\n", "\n\ndef f(b):\n    # twice\n    return 2 * b\n", "def f(b):\n    return 3 * b\n"]
    made = []
    for text in texts:
        space = {}
        exec(text, space)
        made.append(source(space["f"]))
    assert made[0] == made[1] != made[2]
    told = []
    listed = source(lambda batch: told.append(1))
    assert source(lambda batch: told.append(1)) == listed
    told.append(3)
    assert source(lambda batch: told.append(1)) != listed, "lists count as they are when the rule is made"
    arrays = [source(lambda batch, own=own: own * batch) for own in (np.arange(3.0), np.arange(3.0), np.ones(3))]
    assert arrays[0] == arrays[1] != arrays[2]
    assert pickle.loads(pickle.dumps(npl.ThirdFactor("mine", helped)))._source == one

    class Mine(npl.OwnRule):
        def gradient(self, batch):
            return batch.gradient("eprop")

    assert Mine("mine", helped)._source != npl.OwnRule("mine", helped)._source


def test_runs_that_were_not_compared_with_the_exact_gradient_are_not_taken_for_such(tiny_task, tmp_path):
    """Once `align` had no effect on runs that were there."""
    path = tmp_path / "runs.h5"
    npl.compare(tiny_task, ["eprop"], range(2), file=path)
    before = path.read_bytes()
    for rules, seeds in ((["eprop"], [0]), (["bptt", "eprop"], [3, 1])):
        with pytest.raises(npl.InputError, match="align: eprop, seed [01], has 4 updates that were not compared .*force=True"):
            npl.compare(tiny_task, rules, seeds, file=path, align=True)
        assert path.read_bytes() == before
    npl.compare(tiny_task, ["eprop"], [3], file=path, align=True)
    made = npl.compare(tiny_task, ["eprop"], [0], file=path, align=True, force=True)
    whole = path.read_bytes()
    assert np.abs(made.dataset("eprop", 0, "evaluations/cosine_rec")).max() <= 1
    npl.compare(tiny_task, ["eprop"], [0], file=path, align=True)
    assert path.read_bytes() == whole


def test_own_data_are_learned():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 60)
    rates = np.where(labels[:, None] == np.arange(2), 0.3, 0.02)
    inputs = (rng.random((60, 80, 10)) < np.repeat(rates, 5, axis=1)[:, None, :]).astype(float)
    task = npl.Task.from_arrays(inputs, labels=labels, split=(np.arange(60) >= 40).astype(int))
    assert task.to_dict()["training"]["validation_trials"] == 20, "those that the split holds out"
    for path, value in {"updates": 30, "learning_rate": 0.01}.items():
        task.set(f"training.{path}", value)
    result = npl.train(task, "eprop")
    accuracy = result.dataset("eprop", 0, "evaluations/validation_accuracy")
    assert accuracy[-1] > 0.9, accuracy


def test_targets_may_be_values(tmp_path):
    steps = np.arange(50)
    inputs = np.ones((4, 50, 3))
    targets = np.tile(np.sin(steps / 8)[None, :, None], (4, 1, 2))
    task = npl.Task.from_arrays(inputs, targets=targets).changed("training.updates", 3)
    result = npl.train(task, "bptt")
    assert result.dataset("bptt", 0, "weights/w_out").shape[0] == 2


def test_weights_cannot_be_written_to(tiny_task):
    training = npl.Training(tiny_task, "eprop")
    batch = training.draw()
    for array in (training.weights["w_rec"], training.weights["b_out"], batch.outputs, batch.third_factor):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    assert batch.outputs.shape[0] == 20 and set(np.unique(batch.outputs)) <= {0.0, 1.0}
    assert batch.inputs.shape[:2] == batch.pseudo_derivative.shape[:2] == batch.readout.shape[:2]
    assert "20 trials" in repr(batch) and "update 0 of 4" in repr(training)


def test_wrong_gradients_and_orders_are_refused(tiny_task):
    training = npl.Training(tiny_task, "eprop")
    batch = training.draw()
    cases = [
        ({"w_rec": np.zeros((3, 3))}, r"gradient w_rec: found shape \[3, 3\], expected numbers of shape \(12, 12\)"),
        ({"w_rec": "text"}, "gradient w_rec: found values of type"),
        ({"w_rec": np.full((12, 12), np.nan)}, "gradient w_rec: found NaN"),
        ({"dw": np.zeros(3)}, "found `dw`, expected w_in, w_rec, w_out, b_out"),
        ({"b": np.zeros(2)}, "found `b`, expected w_in, w_rec, w_out, b_out"),
    ]
    for gradient, message in cases:
        with pytest.raises(npl.InputError, match=message):
            training.learn(batch, gradient)
    with pytest.raises(npl.InputError, match="third factor: found shape"):
        batch.gradient_of(np.zeros((2, 2)))
    with pytest.raises(npl.InputError, match="eprop"):
        batch.gradient("epropp")
    training.learn(batch)
    with pytest.raises(npl.StateError, match="the batch is of update 0, the training is at 1"):
        training.learn(batch)
    while not training.done:
        training.advance()
    with pytest.raises(npl.StateError, match="has reached its end"):
        training.learn(training.draw())


def test_the_bias_has_one_name(tiny_task):
    """Once it was `b` here, and `b_out` in files and tasks."""
    training = npl.Training(tiny_task, "eprop")
    batch = training.draw()
    gradient = batch.gradient("eprop")
    assert set(gradient) == {"w_in", "w_rec", "w_out", "b_out"} and gradient["b_out"].any()
    training.learn(batch, {"b_out": gradient["b_out"]})
    tables = npl.train(tiny_task.changed("training.updates", 1), "eprop")
    assert "b_out" in training.weights and "b" not in training.weights
    assert tables.dataset("eprop", 0, "weights/b_out").shape == training.weights["b_out"].shape


def test_tasks_and_runs_are_pickled_and_copied(tiny_task):
    rng = np.random.default_rng(2)
    own = npl.Task.from_arrays(rng.random((6, 60, 3)), labels=[0, 1] * 3, like=tiny_task).changed("training.batch", 6)
    expected = npl.train(own, "eprop")
    for other in (copy.deepcopy(own), pickle.loads(pickle.dumps(own)), copy.copy(tiny_task)):
        assert repr(other) == repr(own) if other != tiny_task else other is not tiny_task
    again = npl.train(pickle.loads(pickle.dumps(own)), "eprop")
    for result in (again, pickle.loads(pickle.dumps(expected)), copy.copy(expected)):
        name = "evaluations/loss"
        assert np.array_equal(result.dataset("eprop", 0, name), expected.dataset("eprop", 0, name))
    training = npl.Training(tiny_task, "eprop")
    with pytest.raises(npl.InputError, match="pickle its task"):
        pickle.dumps(training)
    with pytest.raises(npl.InputError, match="its arrays can"):
        copy.copy(training.draw())


def test_a_training_that_diverged_can_be_looked_at_but_not_led_on(tiny_task):
    training = npl.Training(tiny_task.changed("training.learning_rate", 1e308), "bptt")
    with pytest.raises(npl.NonFiniteError, match="bptt, seed 0") as caught:
        while not training.done:
            training.advance()
    before = training.update
    with pytest.raises(npl.NonFiniteError):
        training.advance()
    assert training.update == before and "update" in str(caught.value) and training.weights["w_rec"].shape == (12, 12)
    result = npl.compare(tiny_task.changed("training.learning_rate", 1e308), ["bptt", "eprop"], [0])
    assert len(result.faults) >= 1 and len(result.runs) == 2, "the others go on"


def test_wrong_tasks_are_refused():
    inputs = np.zeros((4, 5, 2))
    for arguments, message in [
        ({}, "either labels or targets"),
        ({"labels": [0, 1, 0]}, "labels"),
        ({"labels": [0.5, 1, 0, 1]}, "expected whole numbers"),
        ({"labels": [0, 1, 0, 1], "split": [0, 1, 2, 0]}, "split"),
        ({"targets": np.zeros((4, 6, 1))}, "targets"),
    ]:
        with pytest.raises(npl.InputError, match=message):
            npl.Training(npl.Task.from_arrays(inputs, **arguments), "eprop")
    with pytest.raises(npl.InputError, match="expected 3"):
        npl.Task.from_arrays(np.zeros((4, 5)), labels=[0, 1, 0, 1])


def test_a_run_goes_on_with_threads_and_alignment_and_survives_a_file_that_does_not_fit(tiny_task, tmp_path):
    path = tmp_path / "runs.h5"
    whole = npl.train(tiny_task, "eprop", align=True)

    stopped = [True]

    def stops(batch):
        if stopped[0] and batch.training.update == 2:
            raise KeyboardInterrupt
        return batch.gradient("eprop")

    mine = npl.OwnRule("mine", stops)
    with pytest.raises(KeyboardInterrupt):
        npl.train(tiny_task, mine, file=path, align=True)
    stopped[0] = False
    result = npl.compare(tiny_task, [mine], file=path, align=True, threads=2)
    for measure in ("loss", "cosine_rec"):
        name = f"evaluations/{measure}"
        assert np.array_equal(result.dataset("mine", 0, name), whole.dataset("eprop", 0, name)), measure
    assert result.dataset("mine", 0, "cost/threads")[0] == 2

    other = npl.train(tiny_task.changed("cells.count", 10), "eprop")
    training = npl.Training(tiny_task, "eprop", threads=2)
    with pytest.raises(npl.InputError, match="another task"):
        training._core.resume(other._core)
    while not training.done:
        training.advance()
    assert training.evaluations[-1]["loss"] == whole.dataset("eprop", 0, "evaluations/loss")[-1], "it can still be used"


def test_an_exception_in_an_own_rule_comes_through_and_the_file_is_whole(tiny_task, tmp_path):
    def fails(batch):
        if batch._core.update == 2:
            raise ZeroDivisionError("mine")
        return batch.gradient("eprop")

    with pytest.raises(ZeroDivisionError, match="mine"):
        npl.train(tiny_task, npl.OwnRule("fails", fails), file=tmp_path / "runs.h5")
    kept = npl.Comparison.read(tmp_path / "runs.h5")
    assert kept.runs == [("fails", 0, False)] and kept.dataset("fails", 0, "state/updates")[0] == 2
    assert json.loads(kept._core.task)["cells"]["count"] == 12


def test_every_rule_has_a_name():
    assert {"bptt", "eprop", "mdgl_cell", "modprop_type"} <= set(npl.rules())


def test_a_refused_comparison_leaves_the_file_as_it_was(tiny_task, tmp_path):
    """Once the runs of a file were replaced by runs at their beginning when another task was refused."""
    path = tmp_path / "runs.h5"
    npl.compare(tiny_task, ["eprop", "bptt"], seeds=range(2), file=path)
    before = path.read_bytes()
    refusals = [
        (tiny_task.changed("training.learning_rate", 0.1), ["eprop", "bptt"], "has runs of another task"),
        (tiny_task, ["eprop", "epropp"], "epropp"),
    ]
    for task, rules, words in refusals:
        with pytest.raises(npl.InputError, match=words):
            npl.compare(task, rules, seeds=range(3), file=path)
        assert path.read_bytes() == before, words
        assert [own.name for own in tmp_path.iterdir()] == ["runs.h5"], words
    # Nothing is missing: nothing is written.
    npl.compare(tiny_task, ["bptt"], seeds=range(2), file=path)
    assert path.read_bytes() == before


def test_one_comparison_at_a_time_writes_a_file(tiny_task, tmp_path):
    """Would catch the later of two comparisons that drops the runs of the other."""
    import threading

    path = tmp_path / "runs.h5"
    work = [threading.Thread(target=npl.compare, args=(tiny_task, [rule]), kwargs={"file": path}) for rule in ("eprop", "bptt")]
    for own in work:
        own.start()
    for own in work:
        own.join()
    assert sorted(rule for rule, _, _ in npl.Comparison.read(path).runs) == ["bptt", "eprop"]
