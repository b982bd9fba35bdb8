"""The case `braintrace_relu` of tests/data/gradients: gradients of BrainTrace's SnAp-n, D-RTRL and pp-prop for a sparse network of leaky rectifiers.

    python braintrace_case.py DIRECTORY          # writes DIRECTORY/braintrace_relu.json and .h5

Needs braintrace 0.2.6, jax (cpu), numba, h5py. Everything is float64. The recurrent synapses are a sparse matrix, so that BrainTrace derives the pattern of SnAp-n from the network. D-RTRL of
BrainTrace drops W before it differentiates; no cell connects to itself, so that it is ours. bptt is differentiation by jax through all steps, without BrainTrace.
"""

import json
import pathlib
import sys

import brainevent
import brainstate
import braintrace
import h5py
import jax
import jax.numpy as jnp
import numpy as np

brainstate.environ.set(precision=64)
SEED, TRIALS, STEPS, INPUTS, CELLS, READOUTS = 41, 2, 25, 3, 12, 2


def network():
    """Constants, weights and trials, with margins that no rounding crosses."""
    draw = np.random.default_rng(SEED)
    alpha = draw.uniform(0.6, 0.95, CELLS)
    exists = (draw.uniform(size=(CELLS, CELLS)) < 0.18) & ~np.eye(CELLS, dtype=bool)
    return {
        "alpha": alpha,
        "g": 1 - alpha,
        "exists": exists,
        "w_in": draw.normal(0, 1.2, (CELLS, INPUTS)),
        "w_rec": np.where(exists, draw.normal(0.3, 1.0, (CELLS, CELLS)), 0.0),
        "w_out": draw.normal(0, 0.6, (READOUTS, CELLS)),
        "b_out": draw.normal(0, 0.1, READOUTS),
        "x": draw.uniform(0, 1, (TRIALS, STEPS, INPUTS)),
        "target": draw.normal(0, 1, (TRIALS, STEPS, READOUTS)),
        "weight": np.where(np.arange(STEPS) < 5, 0.0, draw.uniform(0.5, 1.5, STEPS)),
    }


def csr(own):
    """W as pre x post, and its places in the order of its data."""
    places = [(pre, post) for pre in range(CELLS) for post in range(CELLS) if own["exists"][post, pre]]
    counts = [sum(pre == row for pre, _ in places) for row in range(CELLS)]
    pointers = np.concatenate([[0], np.cumsum(counts)])
    data = np.array([own["w_rec"][post, pre] for pre, post in places])
    indices = np.array([post for _, post in places])
    return brainevent.CSR((jnp.asarray(data), jnp.asarray(indices), jnp.asarray(pointers)), shape=(CELLS, CELLS)), places


class Net(brainstate.nn.Module):
    """v <- alpha v + g (W_in x + W z), z = relu(v)."""

    def __init__(self, own):
        super().__init__()
        self.own, (self.matrix, self.places) = own, csr(own)
        self.w_in = brainstate.ParamState(jnp.asarray(own["w_in"].T))
        self.w_rec = brainstate.ParamState(self.matrix.data)

    def init_state(self, *_, **__):
        self.v = brainstate.HiddenState(jnp.zeros(CELLS))

    def update(self, x):
        arriving = braintrace.matmul(x, self.w_in.value)
        arriving += braintrace.sparse_matmul(jnp.maximum(self.v.value, 0.0), self.w_rec.value, sparse_mat=self.matrix)
        self.v.value = self.own["alpha"] * self.v.value + self.own["g"] * arriving
        return jnp.maximum(self.v.value, 0.0)


def online(own, algorithm, **settings):
    """The gradient of a rule of BrainTrace, summed over trials and steps."""
    sums = [np.zeros((CELLS, INPUTS)), np.zeros((CELLS, CELLS))]
    for trial in range(TRIALS):
        net = Net(own)
        x, target = own["x"][trial], own["target"][trial]
        learner = braintrace.compile(net, algorithm, jnp.asarray(x[0]), **settings)
        weights = net.states(brainstate.ParamState)
        for step in range(STEPS):

            def loss():
                y = jnp.asarray(own["w_out"]) @ learner(jnp.asarray(x[step])) + own["b_out"]
                return own["weight"][step] / TRIALS * 0.5 * jnp.sum((y - target[step]) ** 2)

            grads = brainstate.transform.grad(loss, weights)()
            by_name = {key[-1]: np.asarray(value) for key, value in grads.items()}
            sums[0] += by_name["w_in"].T
            for (pre, post), value in zip(net.places, by_name["w_rec"], strict=True):
                sums[1][post, pre] += value
    return sums


def exact(own):
    """The same by differentiation through all steps; then dW_out, db, the loss and the least |v|."""

    def loss(w_in, w_rec, w_out, b_out):
        total, margin = 0.0, jnp.inf
        for trial in range(TRIALS):
            v = jnp.zeros(CELLS)
            for step in range(STEPS):
                v = own["alpha"] * v + own["g"] * (w_in @ own["x"][trial, step] + w_rec @ jnp.maximum(v, 0.0))
                margin = jnp.minimum(margin, jnp.min(jnp.abs(v)))
                y = w_out @ jnp.maximum(v, 0.0) + b_out
                total += own["weight"][step] / TRIALS * 0.5 * jnp.sum((y - own["target"][trial, step]) ** 2)
        return total, margin

    arrays = [jnp.asarray(own[name]) for name in ["w_in", "w_rec", "w_out", "b_out"]]
    (value, margin), grads = jax.value_and_grad(loss, argnums=(0, 1, 2, 3), has_aux=True)(*arrays)
    return [np.asarray(grad) for grad in grads], float(value), float(margin)


def main(directory):
    own = network()
    grads, loss, margin = exact(own)
    assert margin > 1e-6, margin
    rules = {"bptt": [grads[0], np.where(own["exists"], grads[1], 0.0)]}
    for name, settings in [
        ("snap_1", {"algorithm": braintrace.SnAp, "n": 1}),
        ("snap_2", {"algorithm": braintrace.SnAp, "n": 2}),
        ("snap_n", {"algorithm": braintrace.SnAp, "n": 3}),
        ("d_rtrl", {"algorithm": braintrace.D_RTRL}),
        ("pp_prop", {"algorithm": braintrace.pp_prop, "decay_or_rank": 0.9}),
    ]:
        rules[name] = online(own, **settings)
        off = [np.abs(a - b).max() / np.abs(b).max() for a, b in zip(rules[name], rules["bptt"], strict=True)]
        print(f"{name}: from bptt {off[0]:.3e} {off[1]:.3e}")
    header = {
        "format": "neuropil-gradients/1",
        "layout": "case",
        "name": "braintrace_relu",
        "seed": SEED,
        "program": f"braintrace {braintrace.__version__}, jax {jax.__version__}",
        "kind": "relu",
        "N_in": INPUTS,
        "N": CELLS,
        "K": READOUTS,
        "B": TRIALS,
        "T": STEPS,
        "C": 1,
        "type_sizes": [CELLS],
        "recurrent_delay_steps": 1,
        "n_ref": 0,
        "input_scale": "one_minus_alpha",
        "adaptation_scale": "one",
        "kappa": 0.0,
        "readout_scale": 1.0,
        "reset": "none",
        "reset_gradient": "detached",
        "surrogate": {"kind": "relu"},
        "loss": {"kind": "mse", "window": "all", "c_reg": 0.0, "f_target": 0.0},
        "taps_S": 3,
        "mu_source": "0.25",
        "task_loss": loss,
        "reg_loss": 0.0,
        "threshold_margin": margin,
    }
    path = pathlib.Path(directory) / "braintrace_relu"
    path.with_suffix(".json").write_text(json.dumps(header, indent=1) + "\n")
    zeros = np.zeros(CELLS)
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        for name, values in {
            "inputs/x": own["x"],
            "inputs/target": own["target"],
            "inputs/loss_weight": own["weight"],
            "params/W_in": own["w_in"],
            "params/W_rec": own["w_rec"],
            "params/W_out": own["w_out"],
            "params/b_out": own["b_out"],
            "params/B_random": own["w_out"].T,
            "params/mask_rec": own["exists"].astype(np.uint8),
            "params/sign": zeros.astype(np.int8),
            "params/type_id": zeros.astype(np.int32),
            "params/alpha": own["alpha"],
            "params/g": own["g"],
            "params/vth": zeros,
            "params/beta": zeros,
            "params/rho": zeros,
            "params/ga": zeros,
            "types/mu": np.array([0.25]),
            "grads/readout/dW_out": grads[2],
            "grads/readout/db": grads[3],
        }.items():
            file[name] = values
        for rule, (dw_in, dw_rec) in rules.items():
            file[f"grads/{rule}/dW_in"], file[f"grads/{rule}/dW_rec"] = dw_in, dw_rec


if __name__ == "__main__":
    main(sys.argv[1])
