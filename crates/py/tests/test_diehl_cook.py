"""Digits without a teacher, in short: what `examples/papers/diehl_cook_2015.py` builds does what its constants say."""

import runpy

import numpy as np
import pytest
from conftest import ROOT

import neuropil as npl

own = runpy.run_path(str(ROOT / "examples" / "papers" / "diehl_cook_2015.py"))
DATA, CELLS, SEED = ROOT / "tests" / "data" / "mnist", 16, 3


def trained(images):
    """A network that has seen some images, and the spikes of each cell to each of them."""
    digits = own["Digits"](CELLS, seed=SEED)
    pictures, _ = own["read"](DATA, "train")
    return digits, np.array([digits.show(image) for image in pictures[:images]])


def test_the_files_are_images_and_labels():
    images, labels = own["read"](DATA, "train")
    assert images.shape == (600, 784) and labels.shape == (600,) and images.max() == 255
    assert set(labels) == set(range(10))


def test_sums_thresholds_and_spikes_are_as_written():
    digits, counts = trained(30)
    # Nothing has acted since the last image, and what is read is of the next step: the sums are those of the constant.
    sums = digits.weights_ns().sum(axis=1)
    assert np.allclose(sums, 78, rtol=1e-12, atol=0)
    shown_ms = digits.sim.t_ms
    assert shown_ms == 500 * digits.shown and digits.shown >= 30
    assert (counts.sum(axis=1) >= 5).all(), "an image is shown again until five spikes answer"
    # Each spike lifts a threshold by 0.05 mV, and thresholds fall from 20 mV with 10,000 s.
    again = digits.sim.network().run(shown_ms, record=npl.State("exc", "theta_mv", every_ms=shown_ms))
    times_ms, cells = again.spikes["exc"]
    fallen = np.exp(-(shown_ms - times_ms) / 1e7)
    theta = 20 * np.exp(-shown_ms / 1e7) + 0.05 * np.bincount(cells, fallen, minlength=CELLS)
    assert np.allclose(digits.theta_mv(), theta, rtol=0, atol=1e-9)
    assert len(cells) >= counts.sum() and digits.theta_mv().max() > 20.2
    # Cells have come to differ: the winner of an image is no other's copy.
    weights = digits.weights_ns()
    start = 0.3 * (np.random.default_rng(SEED).random((CELLS, 784)) + 0.01)
    moved = np.abs(weights - 78 * start / start.sum(axis=1, keepdims=True)).max(axis=1)
    assert (moved > 0.01).sum() >= 4, moved


def test_the_same_seed_learns_the_same():
    (one, counts), (other, same) = trained(8), trained(8)
    assert np.array_equal(counts, same) and np.array_equal(one.weights_ns(), other.weights_ns())


def test_weights_and_thresholds_stay_where_nothing_is_learned():
    digits, _ = trained(8)
    weights, theta = digits.weights_ns(), digits.theta_mv()
    images, _ = own["read"](DATA, "t10k")
    fixed = own["Digits"](CELLS, seed=SEED, weights_ns=weights, theta_mv=theta)
    counts = np.array([fixed.show(image) for image in images[:6]])
    assert counts.sum() >= 30
    assert np.array_equal(fixed.weights_ns(), weights) and np.allclose(fixed.theta_mv(), theta, rtol=1e-7, atol=0)


def test_cells_are_named_by_what_they_answer_most():
    counts = np.array([[4, 0, 1, 0], [2, 0, 1, 0], [0, 3, 5, 0]])
    labels = np.array([7, 7, 2])
    named = own["classes"](counts, labels)
    assert named.tolist() == [7, 2, 2, -1]
    # The mean over the cells of a class decides: one cell of 7 with 4 spikes beats two of 2 with 3 and 0.
    assert own["answers"](np.array([[4, 3, 0, 9], [1, 3, 1, 9]]), named).tolist() == [7, 2]
    assert own["accuracy"](counts, labels, named) == pytest.approx(1)


def test_digits_are_told_apart_without_a_teacher():
    pictures, labels = own["read"](DATA, "train")
    digits = own["Digits"](20, seed=SEED)
    for picture in pictures[:250]:
        digits.show(picture)
    fixed = own["Digits"](20, seed=SEED, weights_ns=digits.weights_ns(), theta_mv=digits.theta_mv())
    named = own["classes"](np.array([fixed.show(picture) for picture in pictures[250:400]]), labels[250:400])
    held_out, asked = own["read"](DATA, "t10k")
    counts = np.array([fixed.show(picture) for picture in held_out[:100]])
    # Guesses are right in 10 of 100, with a deviation of 3.
    assert own["accuracy"](counts, asked[:100], named) > 0.2
