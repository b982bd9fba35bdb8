#!/usr/bin/env python3
"""Write the reference case `mixed_walls` of format neuropil-diffusion/1: usage: diffusion_case.py DIRECTORY

Anisotropic voxels and diffusivities, walls of every kind, two species, constant sources, the steady state, and uptake
with loss. The references are computed by matrix exponentials, sparse solves and an 8th-order Runge-Kutta method.
"""
import json
import sys
from pathlib import Path

import h5py
import numpy as np
import scipy.sparse as sparse
from scipy.integrate import solve_ivp
from scipy.sparse.linalg import expm_multiply, spsolve

MOLECULES = 0.602214076  # in 1 um3 at 1 nM
ALPHA = 0.25
DX = (4.0, 6.0, 3.0)
PER_NM = MOLECULES * ALPHA * np.prod(DX)


def axis_operator(n, dx, diffusivity, walls, values):
    """Second difference along one axis, and what enters through its walls."""
    matrix, inflow, flow = sparse.lil_matrix((n, n)), np.zeros(n), diffusivity / dx**2
    for i in range(n):
        for side, j in ((0, i - 1), (1, i + 1)):
            if 0 <= j < n or walls[side] == "periodic":
                matrix[i, j % n] += flow
                matrix[i, i] -= flow
            elif walls[side] in ("absorb", "fixed"):
                matrix[i, i] -= 2 * flow
                inflow[i] += 2 * flow * (values[side] or 0.0)
    return matrix.tocsr(), inflow


def operator(shape, diffusivity, loss, walls, values):
    total, inflow = -loss * sparse.identity(int(np.prod(shape))), np.zeros(shape)
    for axis in range(3):
        factors = [sparse.identity(n) for n in shape]
        factors[axis], own = axis_operator(shape[axis], DX[axis], diffusivity[axis], walls[axis], values[axis])
        total = total + sparse.kron(sparse.kron(factors[0], factors[1]), factors[2])
        inflow += own.reshape([-1 if other == axis else 1 for other in range(3)])
    return total.tocsr(), inflow.ravel()


def weights(point, shape):
    """Trilinear weights of a point, for every voxel."""
    along = []
    for axis in range(3):
        u = point[axis] / DX[axis] - 0.5
        i = int(np.floor(u))
        own = np.zeros(shape[axis])
        own[min(max(i, 0), shape[axis] - 1)] += 1 - (u - i)
        own[min(max(i + 1, 0), shape[axis] - 1)] += u - i
        along.append(own)
    return np.einsum("i,j,k->ijk", *along).ravel()


def evolve(matrix, source, c, t):
    """c after t of dc/dt = matrix c + source."""
    column = sparse.csr_matrix(source.reshape(-1, 1))
    bordered = sparse.bmat([[matrix, column], [None, sparse.csr_matrix((1, 1))]]).tocsr()
    return expm_multiply(bordered * t, np.append(c, 1.0))[: len(c)]


def species(name, diffusivity, loss, initial, walls=None, uptake=None):
    return {
        "name": name, "diffusivity_free_um2_per_ms": None, "tortuosity": None,
        "diffusivity_effective_um2_per_ms": diffusivity, "loss_per_ms": loss, "uptake": uptake,
        "initial": {"uniform_nm": initial, "field": None}, "fixed_value_nm": walls,
    }


def run(**given):
    empty = ["deposits", "sources", "cells", "receptors", "messengers", "measured"]
    none = ["formula", "filled_sphere", "release", "sites", "taps", "reference_field_step_ms"]
    tissue = {"volume_fraction": ALPHA, "tortuosity": None}
    return {**{key: [] for key in empty}, **dict.fromkeys(none), "tissue": tissue, "note": "", **given}


def expected(dataset, quantity, axes, times, **given):
    none = ["at", "select", "species", "receptor", "messenger", "cell", "order_check"]
    tolerance = {"exact_in_time": 1e-8, "exact_in_time_f32": None, "second_order": None, "first_order": None, "step_ms": None}
    own = {"dataset": dataset, "quantity": quantity, "axes": axes, "times_ms": times, "tolerance": tolerance, "note": ""}
    return {**dict.fromkeys(none), **own, **given}


def mixed(file):
    shape, times = (7, 6, 9), [50.0, 400.0, 3000.0]
    walls = [["fixed", "absorb"], ["periodic", "periodic"], ["reflect", "fixed"]]
    sites = np.array([[3.3, 7.7, 20.0], [27.9, 0.4, 13.0], [0.5, 35.9, 26.9], [14.0, 18.0, 13.5]])
    places = np.array([[5.0, 9.0, 4.0], [20.0, 30.0, 26.5]])
    rates, starts = np.array([3.0, 7.0]), np.array([0.0, 123.4])
    drops, drop_times, molecules = np.array([[9.0, 1.0, 1.0], [22.0, 17.0, 14.0]]), np.array([0.0, 200.0]), np.array([900.0, 1500.0])
    given = {"sites": sites, "source/position": places, "source/rate": rates, "source/start": starts,
             "deposit/position": drops, "deposit/time": drop_times, "deposit/molecules": molecules}
    for name, values in given.items():
        file[name] = values
    at_sites = np.array([weights(point, shape) for point in sites])
    site_c, amount, steady, all_species = np.zeros((3, 2, 4)), np.zeros((3, 2)), np.zeros((2, *shape)), []
    for own, (diffusivity, loss) in enumerate([((0.1, 0.05, 0.2), 2e-4), ((0.3, 0.2, 0.08), 0.0)]):
        values = [[1.5 + own, None], [None, None], [None, 0.4]]
        all_species.append(species("ab"[own], diffusivity, loss, 0.2, values))
        matrix, source = operator(shape, diffusivity, loss, walls, values)
        c, now = np.full(int(np.prod(shape)), 0.2), 0.0
        # Species a has deposits, species b sources; recordings at a time come before what happens then.
        events = [(t, 0, i) for i, t in enumerate(times)]
        events += [(t, 1 + own, i) for i, t in enumerate(drop_times if own == 0 else starts)]
        for t, kind, i in sorted(events):
            c = evolve(matrix, source, c, t - now) if t > now else c
            now = t
            if kind == 0:
                site_c[i, own], amount[i, own] = at_sites @ c, PER_NM * c.sum()
            elif kind == 1:
                c = c + weights(drops[i], shape) * molecules[i] / PER_NM
            else:
                source = source + weights(places[i], shape) * rates[i] / PER_NM
        steady[own] = spsolve(matrix.tocsc(), -source).reshape(shape)
    file["site_c"], file["amount"], file["steady"] = site_c, amount, steady
    names = ["a", "b"]
    return run(
        id="walls", kind="source", grid={"shape": shape, "dx_um": DX}, boundary=walls, species=all_species, sites="sites",
        deposits=[{"species": "a", "position_um": "deposit/position", "time_ms": "deposit/time", "molecules": "deposit/molecules"}],
        sources=[{"species": "b", "position_um": "source/position", "rate_molecules_per_ms": "source/rate", "start_ms": "source/start"}],
        end_ms=3000.0,
        expected=[
            expected("site_c", "concentration_nm", ["time", "species", "site"], times, at={"sites": "sites"}, species=names, metric="max_rel"),
            expected("amount", "amount_molecules", ["time", "species"], times, species=names, metric="max_rel"),
            expected("steady", "concentration_nm", ["species", "x", "y", "z"], "steady", at={"all": True}, species=names, metric="max_rel_global"),
        ],
    )


def uptake(file):
    shape, times, diffusivity, loss, start = (6, 5, 4), [5.0, 20.0, 60.0], (0.3, 0.2, 0.1), 3e-3, 5.0
    walls = [["reflect", "absorb"], ["periodic", "periodic"], ["reflect", "reflect"]]
    kinetics = {"vmax_nm_per_ms": 4.0, "km_nm": 200.0}
    place, molecules = np.array([[9.0, 9.0, 9.0]]), np.array([4e4])
    file["uptake/position"], file["uptake/time"], file["uptake/molecules"] = place, np.array([0.0]), molecules
    matrix, _ = operator(shape, diffusivity, loss, walls, [[None, None]] * 3)
    c = np.full(int(np.prod(shape)), start) + weights(place[0], shape) * molecules[0] / PER_NM
    slope = lambda _, c: matrix @ c - 4.0 * c / (200.0 + c)
    solved = solve_ivp(slope, (0, times[-1]), c, method="DOP853", rtol=1e-12, atol=1e-10, t_eval=times)
    file["uptake/c"] = solved.y.T.reshape((3, *shape))
    tolerance = {"exact_in_time": 1e-8, "exact_in_time_f32": None, "second_order": 1e-4, "first_order": None, "step_ms": 0.25}
    return run(
        id="uptake", kind="uptake", grid={"shape": shape, "dx_um": DX}, boundary=walls, end_ms=60.0,
        species=[species("d", diffusivity, loss, start, uptake=kinetics)],
        deposits=[{"species": "d", "position_um": "uptake/position", "time_ms": "uptake/time", "molecules": "uptake/molecules"}],
        expected=[expected("uptake/c", "concentration_nm", ["time", "x", "y", "z"], times, at={"all": True}, species="d",
                           metric="max_rel_per_time", tolerance=tolerance,
                           order_check={"step_ms": [0.5, 0.25], "ratio_second_order": [3.5, 4.5]})],
    )


def main():
    directory = Path(sys.argv[1])
    with h5py.File(directory / "mixed_walls.h5", "w") as file:
        header = {"format": "neuropil-diffusion/1", "name": "mixed_walls", "kind": ["source", "uptake"], "summary": __doc__.split("\n\n")[1],
                  "runs": [mixed(file), uptake(file)]}
        file.attrs["header"] = json.dumps(header)
    (directory / "mixed_walls.json").write_text(json.dumps(header, indent=1) + "\n")


if __name__ == "__main__":
    main()
