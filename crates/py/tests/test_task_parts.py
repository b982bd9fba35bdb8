"""Tasks made of parts: the classes that follow from the tables of task files."""

import inspect
import json

import neuropil as npl
import numpy as np
import pytest
from conftest import MODELS


def mini_evidence(**changes):
    sections = {
        "dt_ms": 1,
        "task": npl.EvidenceAccumulation(
            cues=3,
            cue_ms=70,
            gap_ms=30,
            gap="after",
            delay_ms=200,
            recall_ms=50,
            inputs_per_group=10,
            sides="independent",
            cue_rate_hz=40,
            recall_rate_hz=40,
            background_rate_hz=10,
        ),
        "cells": npl.AlifCells(50, inhibitory=10, adaptive="even", tau_m_ms=20, v_th=0.03, beta=1.8, t_ref_ms=3),
        "input_weights": npl.NormalByInputs(probability=0.2),
        "recurrent_weights": npl.BalancedByFactor(probability=0.2),
        "readout_weights": npl.NormalByInputs(cells=10),
        "readout": npl.TaskReadout(tau_ms=20),
        "loss": npl.Loss(last_ms=50),
        "training": npl.TrainingPlan(
            updates=2,
            batch=4,
            evaluate_every=1,
            optimiser="adam",
            learning_rate=0.005,
            signs="rewire",
            rewire=npl.Rewire(l1=0.01, candidates="all"),
            mu=npl.AdaptiveMu(rate=0.1, takes_batch="after_use", cap=0.8),
            feedback=npl.Feedback("uniform"),
            taps=npl.ModalTaps(2),
            cascade=npl.Cascade(stages=2, delay_ms=0),
        ),
        "record": npl.TrainingRecord(trial_every=1, cells=[0, 3], synapses=[[1, 2]]),
    }
    return npl.Task(npl.TaskFile(**{**sections, **changes}))


def test_a_task_of_parts_is_what_a_file_says_and_learns():
    task = mini_evidence()
    own = task.to_dict()
    assert own["format"] == "neuropil-task/1" and own["task"]["kind"] == "evidence_accumulation"
    assert own["cells"]["model"] == "alif" and own["recurrent_weights"] == {"kind": "balanced_by_factor", "probability": 0.2}
    assert own["training"]["rewire"] == {"l1": 0.01, "candidates": "all"}
    assert own["training"]["mu"] == {"kind": "adaptive", "rate": 0.1, "takes_batch": "after_use", "cap": 0.8}
    result = npl.train(task, "modprop_type")
    assert np.isfinite(result.dataset("modprop_type", 0, "evaluations/loss")).all()
    again = npl.train(npl.Task(json.loads(task.to_json())), "modprop_type")
    assert np.array_equal(*(each.dataset("modprop_type", 0, "weights/w_rec") for each in (result, again)))


def test_faults_of_parts_are_told_with_their_field():
    with pytest.raises(npl.InputError, match=r"training\.shrink: has no effect where `signs` is `clamp`"):
        plan = npl.TrainingPlan(updates=1, batch=1, evaluate_every=1, optimiser="adam", learning_rate=1, signs="clamp", mu=npl.ConstantMu(0.1), shrink=1)
        npl.Training(mini_evidence(training=plan), "eprop")
    with pytest.raises(npl.InputError, match=r"input_weights\.local_sigma: unknown field"):
        npl.Training(mini_evidence(input_weights=npl.HeNormal(local_sigma=0.1)), "eprop")
    with pytest.raises(npl.InputError, match="did you mean `learning_rate`"):
        npl.TrainingPlan(learning_rat=1)
    with pytest.raises(npl.InputError, match=r"cells: found a TrainingRecord"):
        npl.Task.from_arrays(np.ones((4, 10, 3)), labels=[0, 1, 0, 1], cells=npl.TrainingRecord())


def test_own_data_take_sections_by_name():
    rng = np.random.default_rng(1)
    inputs = (rng.random((8, 20, 3)) < 0.3).astype(float)
    cells = npl.LeakyReluCells(12, inhibitory=4)
    task = npl.Task.from_arrays(inputs, labels=np.arange(8) % 2, cells=cells, dt_ms=2, input_weights=npl.HeNormal(gain=0.5))
    own = task.to_dict()
    assert own["cells"] == cells.json() and own["dt_ms"] == 2 and own["input_weights"] == {"kind": "he_normal", "gain": 0.5}
    assert npl.Training(task, "eprop").weights["w_in"].shape == (12, 3)
    of_file = npl.Cell(MODELS / "cells" / "lif_cond_alpha.nestml", count=5)
    given = npl.GivenWeights(np.ones((5, 5)) - np.eye(5))
    weights = {name: npl.NormalWeights() for name in ("input_weights", "readout_weights")}
    task = npl.Task.from_arrays(inputs, labels=np.arange(8) % 2, cells=of_file, recurrent_weights=given, **weights)
    assert np.array_equal(npl.Training(task, "eprop").weights["w_rec"], np.ones((5, 5)) - np.eye(5))


def test_a_class_has_every_field_of_its_section():
    schema = json.loads(npl.schema(task=True))
    sections = {
        "training": npl.TrainingPlan,
        "rewire": npl.Rewire,
        "cascade": npl.Cascade,
        "readout": npl.TaskReadout,
        "carrier": npl.TaskCarrier,
        "record": npl.TrainingRecord,
        "loss": npl.Loss,
        "feedback": npl.Feedback,
        "pseudo_derivative": npl.PseudoDerivative,
    }
    definitions = {**schema["$defs"], "task_file": schema}
    for name, own in {**sections, "task_file": npl.TaskFile}.items():
        fields = set(definitions[name]["properties"]) - {"$schema", "description", "format"}
        assert fields == set(inspect.signature(own).parameters), name


def own_trials(**given):
    """A task of 40 trials of one's own, 9 of which are held out."""
    rng = np.random.default_rng(0)
    inputs = (rng.random((40, 30, 6)) < 0.1).astype(float)
    split = {"split": (np.arange(40) > 30).astype(int)} if given.pop("holds_out", True) else {}
    return npl.Task.from_arrays(inputs, labels=np.arange(40) % 2, like=mini_evidence(), **split, **given)


def plan(**given):
    mu = npl.ConstantMu(0.1)
    return npl.TrainingPlan(updates=2, batch=8, evaluate_every=1, optimiser="adam", learning_rate=0.01, signs="free", mu=mu, **given)


def test_what_is_given_by_name_holds_for_trials_of_ones_own():
    """Once `validation_trials` was replaced by all trials that are held out, or deleted."""
    for asked in (0, 3, 9):
        task = own_trials(training=plan(validation_trials=asked))
        assert task.to_dict()["training"]["validation_trials"] == asked
    losses = [
        npl.train(own_trials(loss=npl.Loss(last_ms=5), training=plan(validation_trials=asked)), "eprop").dataset(
            "eprop", 0, "evaluations/validation_loss"
        )
        for asked in (3, 9)
    ]
    assert not np.array_equal(*losses)
    assert own_trials(training=plan()).to_dict()["training"]["validation_trials"] == 9
    assert own_trials().to_dict()["training"]["validation_trials"] == 9
    assert own_trials(loss=npl.Loss(last_ms=5)).to_dict()["loss"] == {"last_ms": 5}
    # Of another task, whose trials have gone, it is no longer so.
    assert "last_ms" in mini_evidence().to_dict()["loss"] and "last_ms" not in own_trials(loss_weights=np.ones(30)).to_dict()["loss"]
    assert own_trials(loss=npl.Loss(rate_strength=1), loss_weights=np.ones(30)).to_dict()["loss"] == {"rate_strength": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"loss": npl.Loss(last_ms=5), "loss_weights": np.ones(30)}, "loss.last_ms: has no effect beside loss_weights"),
        ({"loss": {"last_ms": 5}, "loss_weights": np.ones(30)}, "loss.last_ms: has no effect beside loss_weights"),
        ({"training": plan(validation_trials=10)}, "training.validation_trials: found 10, of 9 trials that are held out"),
        ({"training": plan(validation_trials=3), "holds_out": False}, "training.validation_trials: found 3, but no trials are held out"),
    ],
)
def test_what_is_given_by_name_without_effect_is_refused(given, message):
    """Once it was deleted from the task without a word."""
    with pytest.raises(npl.InputError, match=message):
        own_trials(**given)
