"""Can my own rule learn my own task? Trials as arrays, a third factor in Python, beside the rules of the simulator."""

import neuropil as npl
import numpy as np

# Two groups of inputs; which one is busier is the class.
rng = np.random.default_rng(1)
labels = rng.integers(0, 2, 120)
busy = np.where(labels[:, None] == np.arange(2), 0.3, 0.05).repeat(5, axis=1)
inputs = (rng.random((120, 100, 10)) < busy[:, None, :]).astype(float)
task = npl.Task.from_arrays(inputs, labels=labels, split=(np.arange(120) >= 80).astype(int))
task.set("training.updates", 40)


def reward(batch):
    """One number for a whole trial, the same at every step: how wrong the answer was, sent back by the readout."""
    wrong = batch.error.mean(axis=1) @ batch.training.weights["w_out"]
    return np.broadcast_to(wrong[:, None, :], batch.outputs.shape)


mine = npl.ThirdFactor("mine", reward)
result = npl.compare(task, ["bptt", "eprop", mine], seeds=range(2))
for rule, (_, accuracy) in result.curves("validation_accuracy").items():
    print(f"{rule:<6} answers {accuracy[:, -1].mean():.0%} of new trials right")
    assert accuracy[:, -1].mean() > 0.9, rule

# The same loop by hand: draw, look, learn.
training = npl.Training(task, mine)
while not training.done:
    batch = training.draw()
    training.learn(batch, batch.gradient_of(reward(batch)))
assert training.evaluations[-1]["loss"] == result.curves("loss")["mine"][1][0, -1]
