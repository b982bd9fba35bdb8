"""Goes on where the published losses of e-prop's pattern generation end: the same cells, weights, input and target, 1,000 updates.

Usage: eprop_pattern.py tests/data/gradients/published_eprop_regression.h5 [--symmetric]

Equations of Bellec et al. 2020 (Nature Communications 11:3625), in numpy alone. Exits with 1 if one of the first five
losses is not the published one.
"""

import argparse
import json
from pathlib import Path

import h5py
import numpy as np

UPDATES = 1001


def filtered(values, decay):
    """s^t = decay s^{t-1} + values^t, along the first axis."""
    out = np.zeros_like(values)
    for t, row in enumerate(values):
        out[t] = row + (decay * out[t - 1] if t else 0)
    return out


def forward(case, w_in, w_rec, x):
    """Spikes and pseudo-derivatives, both (steps, cells)."""
    alpha, v_th = np.exp(-1 / case["tau_m"]), case["vth"]
    drive = (1 - alpha) * x @ w_in.T
    v, z = np.zeros(case["N"]), np.zeros(case["N"])
    spikes, slopes = np.zeros_like(drive), np.zeros_like(drive)
    for t, current in enumerate(drive):
        v = alpha * v + current + (1 - alpha) * w_rec @ z - v_th * z
        z = (v > v_th).astype(float)
        spikes[t] = z
        slopes[t] = case["surrogate"]["gamma"] / v_th * np.maximum(0, 1 - np.abs(v - v_th) / v_th)
    return spikes, slopes


def losses(path, symmetric):
    case = json.loads(Path(path).with_suffix(".json").read_text())
    with h5py.File(path) as file:
        x, target = file["inputs/x"][:].astype(float), file["inputs/target"][:, 0]
        w_in, w_rec = file["params/W_in"][:].astype(float), file["params/W_rec"][:].astype(float)
        w_out, random = file["params/W_out"][0].astype(float), file["params/B_random"][:, 0].astype(float)
    alpha, kappa = np.exp(-1 / case["tau_m"]), case["kappa"]
    rate, c_reg, f_target = case["optimizer"]["eta"], case["loss"]["c_reg"], case["loss"]["f_target"]
    x_trace = (1 - alpha) * filtered(x, alpha)
    for _ in range(UPDATES):
        spikes, slopes = forward(case, w_in, w_rec, x)
        z_trace = (1 - kappa) * filtered(spikes, kappa)
        error = z_trace @ w_out - target
        yield 0.5 * error @ error
        # Both filters of kappa at once: backwards over the error instead of forwards over every trace.
        credit = (1 - kappa) * filtered(error[::-1], kappa)[::-1]
        signal = np.outer(credit, w_out if symmetric else random)
        signal += c_reg * (spikes.mean(axis=0) - f_target) / case["T"]
        before = np.vstack([np.zeros(case["N"]), spikes[:-1]])
        dw_rec = (signal * slopes).T @ ((1 - alpha) * filtered(before, alpha))
        np.fill_diagonal(dw_rec, 0)
        w_in = w_in - rate * (signal * slopes).T @ x_trace
        w_rec = w_rec - rate * dw_rec
        w_out = w_out - rate * error @ z_trace


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case")
    parser.add_argument("--symmetric", action="store_true", help="feedback by the readout weights instead of random ones")
    options = parser.parse_args()
    published = json.loads(Path(options.case).with_suffix(".json").read_text())["published_losses_float64"]
    for update, loss in enumerate(losses(options.case, options.symmetric)):
        if update < len(published) and not options.symmetric and abs(loss / published[update] - 1) > 1e-12:
            raise SystemExit(f"update {update}: loss {loss}, published {published[update]}")
        if update % 250 == 0:
            print(f"update {update:4}: loss {loss:.2f}")


if __name__ == "__main__":
    main()
