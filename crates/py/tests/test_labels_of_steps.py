"""Tasks that ask for a class at each step."""

import neuropil as npl
import numpy as np
import pytest


def test_labels_of_steps_are_those_of_the_batch() -> None:
    """Would catch labels of another trial or step: the first input of a trial says which it is."""
    trials, steps = 20, 12
    inputs = np.zeros((trials, steps, 3))
    inputs[:, 0, 0] = np.arange(1, trials + 1)
    labels = (np.arange(trials)[:, None] + np.arange(steps)[None, :] ** 2) % 3 - 1
    weights = {"kind": "normal_by_inputs"}
    task = npl.Task.from_arrays(inputs, labels=labels, input_weights=weights).changed("training.batch", 16)
    batch = npl.Training(task, "eprop", seed=1).draw()
    assert batch.labels.shape == (16, steps)
    assert np.array_equal(batch.labels, labels[batch.inputs[:, 0, 0].astype(int) - 1])


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (np.zeros((4, 5), int), "expected \\[4, 6\\]"),
        (np.full((4, 6), -2), "-1 where nothing is asked"),
        (np.full((4, 6), -1), "at least one step that asks for a class"),
    ],
)
def test_labels_of_steps_that_do_not_fit_are_refused(labels: np.ndarray, told: str) -> None:
    with pytest.raises(npl.InputError, match=told):
        npl.Task.from_arrays(np.zeros((4, 6, 2)), labels=labels)
