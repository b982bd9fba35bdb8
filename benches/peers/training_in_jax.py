"""One update of a training task in JAX: trials, loss, gradient by differentiation, Adam.

Reads a job (JSON on standard input): the task file, the file of `neuropil bench TASK --export`, the rule, the precision
and the number of updates. Prints seconds an update, the loss of the first one and how far its gradient is from ours.
"""

import json
import sys
import time

import h5py
import jax
import jax.numpy as jnp
import numpy as np


def constants(task):
    """The numbers of the cells and of the loss, by the equations of docs/models.md."""
    dt, cells, training = task["dt_ms"], task["cells"], task["training"]
    n = cells["count"]
    alpha = np.exp(-dt / cells["tau_m_ms"])
    own = {"alpha": alpha, "theta": cells.get("theta", 0.0)}
    if cells["model"] == "alif":
        rho = np.exp(-dt / cells["tau_a_ms"]) if "tau_a_ms" in cells else np.exp(-dt / 2000.0)
        adapts = {"all": np.ones(n), "none": np.zeros(n), "second_half": np.arange(n) >= n // 2, "even": np.arange(n) % 2 == 0}
        own |= {
            "g": 1 - alpha if cells.get("input_scaling", "unit") == "one_minus_alpha" else 1.0,
            "rho": rho,
            "g_a": 1 - rho if cells.get("adaptation_scaling", "unit") == "one_minus_rho" else 1.0,
            "v_th": cells["v_th"],
            "beta": cells.get("beta", 0.0) * adapts[cells.get("adaptive", "all")],
            "silent": round(cells.get("t_ref_ms", 0.0) / dt),
            "gamma": task["pseudo_derivative"]["gamma"],
            "attached": task["reset_gradient"] == "attached",
        }
    else:
        own |= {"g": 1.0 if cells.get("input_scaling") == "unit" else 1 - alpha}
    readout, loss = task["readout"], task["loss"]
    own["kappa"] = np.exp(-dt / readout["tau_ms"]) if readout["tau_ms"] > 0 else 0.0
    own["scale"] = 1.0 if readout["scaling"] == "unit" else 1 - own["kappa"]
    own["strength"] = loss.get("rate_strength", 0.0)
    own["target"] = loss.get("rate_target_hz", 10.0) * 1e-3 * dt
    own["rate"] = training["learning_rate"]
    return own


@jax.custom_jvp
def spike(distance, slope):
    return (distance > 0).astype(distance.dtype)


@spike.defjvp
def _(primals, tangents):
    distance, slope = primals
    return spike(distance, slope), slope * tangents[0]


def alif(c, weights, driven, local):
    """z of all steps, `[step][trial][cell]`; `local` cuts what other cells send out of the derivative: e-prop."""
    def step(state, arriving):
        v, a, z, left = state
        sent = jax.lax.stop_gradient(z) if local else z
        subtracted = z if c["attached"] else jax.lax.stop_gradient(z)
        a = c["rho"] * a + c["g_a"] * z
        v = c["alpha"] * v + c["g"] * (arriving + sent @ weights.T) - c["v_th"] * subtracted
        distance = v - c["v_th"] - c["beta"] * a
        free = (left == 0).astype(v.dtype)
        slope = free * c["gamma"] / c["v_th"] * jnp.maximum(0, 1 - jnp.abs(distance) / c["v_th"])
        z = free * spike(distance, slope)
        left = jnp.where(jax.lax.stop_gradient(z) > 0, c["silent"], jnp.maximum(left - 1, 0))
        return (v, a, z, left), z

    zeros = jnp.zeros(driven.shape[1:], driven.dtype)
    return jax.lax.scan(step, (zeros, zeros, zeros, jnp.zeros(driven.shape[1:], jnp.int32)), driven)[1]


def leaky_relu(c, weights, driven, local):
    def step(state, arriving):
        s, z = state
        sent = jax.lax.stop_gradient(z) if local else z
        s = c["alpha"] * s + c["g"] * (arriving + sent @ weights.T)
        z = jax.nn.relu(s - c["theta"])
        return (s, z), z

    zeros = jnp.zeros(driven.shape[1:], driven.dtype)
    return jax.lax.scan(step, (zeros, zeros), driven)[1]


def loss(c, cells, local, parameters, batch):
    """E, and E without the regulariser; inputs are projected by one product of matrices before the steps."""
    x, target, step_weights = batch
    z = cells(c, parameters["rec"], jnp.einsum("tbi,ni->tbn", x, parameters["in"]), local)
    drive = c["scale"] * jnp.einsum("tbn,kn->tbk", z, parameters["out"])

    def leak(y, arriving):
        y = c["kappa"] * y + arriving
        return y, y

    y = jax.lax.scan(leak, jnp.zeros(drive.shape[1:], drive.dtype), drive)[1] + parameters["b"]
    if target.ndim == 1:
        chosen = jnp.take_along_axis(jax.nn.log_softmax(y), target[None, :, None], axis=2)[..., 0]
        lost = -jnp.sum(step_weights[:, None] * chosen)
    else:
        lost = 0.5 * jnp.sum(step_weights[:, None, None] * (y - target) ** 2)
    lost = lost / x.shape[1]
    rates = jnp.mean(z, axis=(0, 1))
    return lost + 0.5 * c["strength"] * jnp.sum((rates - c["target"]) ** 2), lost


def adam(rate, number, parameters, moments, gradient):
    """One step of Adam on every matrix."""
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, moments[1], gradient)
    rate = rate * jnp.sqrt(1 - 0.999**number) / (1 - 0.9**number)
    return jax.tree.map(lambda w, m, s: w - rate * m / (jnp.sqrt(s) + 1e-8), parameters, mean, square), (mean, square)


def main():
    job = json.load(sys.stdin)
    jax.config.update("jax_enable_x64", job["precision"] == "double")
    kind = jnp.float64 if job["precision"] == "double" else jnp.float32
    with h5py.File(job["export"]) as file:
        x = np.swapaxes(file["inputs/x"][()], 0, 1)
        target = file["inputs/target"][()]
        target = target.astype(np.int32) if target.ndim == 1 else np.swapaxes(target, 0, 1)
        batch = [x, target, file["inputs/loss_weight"][()]]
        weights = {"in": "W_in", "rec": "W_rec", "out": "W_out", "b": "b_out"}
        parameters = {name: file[f"params/{path}"][()] for name, path in weights.items()}
        ours = {"in": file[f"grads/{job['rule']}/dW_in"][()], "rec": file[f"grads/{job['rule']}/dW_rec"][()],
                "out": file["grads/readout/dW_out"][()]}
        mask = file["params/mask_rec"][()] if "params/mask_rec" in file else np.ones_like(parameters["rec"])
    c = constants(job["task"])
    cells = alif if job["task"]["cells"]["model"] == "alif" else leaky_relu
    cast = lambda own: jnp.asarray(own, kind if np.asarray(own).dtype.kind == "f" else None)
    c = {name: cast(value) if isinstance(value, np.ndarray) else value for name, value in c.items()}
    batch, parameters, mask = [cast(own) for own in batch], jax.tree.map(cast, parameters), cast(mask)

    @jax.jit
    def update(number, parameters, moments, batch):
        local = job["rule"] == "eprop"
        (_, lost), gradient = jax.value_and_grad(
            lambda own: loss(c, cells, local, own, batch), has_aux=True)(parameters)
        gradient = {**gradient, "rec": mask * gradient["rec"]}
        return lost, gradient, *adam(c["rate"], number, parameters, moments, gradient)

    moments = 2 * (jax.tree.map(jnp.zeros_like, parameters),)
    begun = time.perf_counter()
    lost, gradient, now, moments = jax.block_until_ready(update(1.0, parameters, moments, batch))
    compiled = time.perf_counter() - begun
    seconds = []
    for number in range(2, job["updates"] + 3):
        begun = time.perf_counter()
        _, _, now, moments = jax.block_until_ready(update(float(number), now, moments, batch))
        seconds.append(time.perf_counter() - begun)
    apart = {name: float(np.abs(gradient[name] - own).max() / np.abs(own).max()) for name, own in ours.items()}
    print(json.dumps({"seconds_per_update": min(seconds[1:]), "first_loss": float(lost), "gradient_apart": apart,
                      "compile_s": compiled - min(seconds), "version": jax.__version__}))


if __name__ == "__main__":
    main()
