#!/usr/bin/env python3
"""Write the reference case `unbounded_forms` of format neuropil-diffusion/1: usage: diffusion_forms.py DIRECTORY

Point sources that are switched on, steady sources, filled spheres and taps in unbounded tissue. The references are integrals
of the pulse over time and over the sphere, and numerical Laplace inversions, in 40 digits.
"""
import json
import sys
from pathlib import Path

import h5py
import mpmath as mp
import numpy as np

from diffusion_case import expected, run, species

mp.mp.dps = 40
MOLECULES = mp.mpf("0.602214076")  # in 1 um3 at 1 nM
ALPHA, D, LOSS = mp.mpf("0.25"), mp.mpf("0.07"), mp.mpf("2e-4")


def pulse(r, t):
    """nM at r um, t ms after one molecule."""
    return (4 * mp.pi * D * t) ** mp.mpf("-1.5") * mp.exp(-r * r / (4 * D * t) - LOSS * t) / (MOLECULES * ALPHA)


def held(r, t):
    """The same of a source of one molecule/ms that began t ms ago; t may be infinite."""
    early = [r * r / (6 * D) * share for share in (mp.mpf("0.01"), mp.mpf("0.1"), 1, 10, 100, 1000)]
    return mp.quad(lambda s: pulse(r, s), [0, *(s for s in early if s < t), t])


def ball(r, radius, t):
    """nM at r um of a sphere that was 1 nM at first."""
    width, decay = mp.sqrt(4 * D * t), mp.exp(-LOSS * t)
    if r == 0:
        shell = lambda s: 4 * s * s / (mp.sqrt(mp.pi) * width**3) * mp.exp(-((s / width) ** 2))
    else:
        shell = lambda s: s / r * (mp.exp(-(((r - s) / width) ** 2)) - mp.exp(-(((r + s) / width) ** 2))) / (mp.sqrt(mp.pi) * width)
    return decay * mp.quad(shell, mp.linspace(0, radius, 9))


def cumulative(way, t):
    """Response to a step by de Hoog's method."""
    reach = lambda s: mp.exp(-way["distance_um"] * mp.sqrt((s + LOSS) / D))
    stages = lambda s: mp.fprod(1 / (1 + s * tau) for tau in way["tau_ms"]) / (1 + s / way["k_off_per_ms"])
    return mp.invertlaplace(lambda s: reach(s) * stages(s) / s, t, method="dehoog") if t else mp.mpf(0)


def judged(*arguments, tolerance=1e-10, **given):
    own = {"exact_in_time": tolerance, "exact_in_time_f32": None, "second_order": None, "first_order": None, "step_ms": None}
    return expected(*arguments, tolerance=own, **given)


def sources(file):
    radii, starts, rates = [0.7, 5.0, 30.0], [0.0, 150.0], [2.0, 7.0]
    times = [200.0, 1000.0, 20000.0]
    file["radii"], file["source/rate"], file["source/start"] = radii, rates, starts
    file["source/position"] = np.zeros((2, 3))
    both = lambda r, t: sum(q * held(r, t - start) for q, start in zip(rates, starts))
    file["source/on"] = np.array([[float(both(r, t)) for r in radii] for t in times])
    file["source/steady"] = np.array([float(sum(rates) * held(r, mp.inf)) for r in radii])
    own = [{"species": "p", "position_um": "source/position", "rate_molecules_per_ms": "source/rate", "start_ms": "source/start"}]
    given = {"kind": "closed_form", "grid": None, "boundary": None, "species": [species("p", [float(D)] * 3, float(LOSS), 0.0)], "end_ms": None}
    on = judged("source/on", "concentration_nm", ["time", "radius"], times, at={"radii": "radii"}, species="p", metric="max_rel")
    steady = judged("source/steady", "concentration_nm", ["radius"], "steady", at={"radii": "radii"}, species="p", metric="max_rel")
    return [run(id="on", sources=own, formula="point_source_on", expected=[on], **given),
            run(id="steady", sources=own, formula="point_source_steady", expected=[steady], **given)]


def sphere(file):
    radii, times, radius = [0.0, 4.0, 10.0, 25.0], [5.0, 300.0, 4000.0], 10.0
    file["sphere/radii"] = radii
    file["sphere/c"] = np.array([[3.0 * float(ball(r, radius, t)) for r in radii] for t in times])
    entry = judged("sphere/c", "concentration_nm", ["time", "radius"], times, at={"radii": "sphere/radii"}, species="p", metric="max_rel_per_time")
    return run(id="sphere", kind="closed_form", grid=None, boundary=None, end_ms=None, formula="sphere_pulse", expected=[entry],
               filled_sphere={"species": "p", "radius_um": radius, "concentration_nm": 3.0},
               species=[species("p", [float(D)] * 3, float(LOSS), 0.0)])


def taps(file, name, **way):
    edges = [cumulative(way, way["bin_ms"] * edge) for edge in range(way["count"] + 1)]
    file[f"{name}/cumulative"] = np.array([float(edge) for edge in edges])
    file[f"{name}/taps"] = np.array([float(b - a) for a, b in zip(edges, edges[1:])])
    file[f"{name}/gain"] = float(mp.exp(-way["distance_um"] * mp.sqrt(LOSS / D)))
    entries = [judged(f"{name}/cumulative", "taps_cumulative", ["tap_edge"], None, metric="max_abs"),
               judged(f"{name}/taps", "taps", ["tap"], None, metric="max_abs"),
               judged(f"{name}/gain", "taps_dc_gain", [], None, metric="max_rel", tolerance=1e-12)]
    return run(id=name, kind="taps", grid=None, boundary=None, end_ms=None, taps=way, expected=entries,
               species=[species("p", [float(D)] * 3, float(LOSS), 0.0)])


def main():
    directory = Path(sys.argv[1])
    with h5py.File(directory / "unbounded_forms.h5", "w") as file:
        runs = [*sources(file), sphere(file),
                taps(file, "near", distance_um=1.5, k_off_per_ms=1.0, tau_ms=[], bin_ms=20.0, count=12),
                taps(file, "far", distance_um=120.0, k_off_per_ms=1e-3, tau_ms=[600.0], bin_ms=2000.0, count=40),
                taps(file, "alike", distance_um=20.0, k_off_per_ms=0.002, tau_ms=[500.0, 500.0, 500.0], bin_ms=250.0, count=30)]
        header = {"format": "neuropil-diffusion/1", "name": "unbounded_forms", "kind": ["closed_form", "taps"],
                  "summary": __doc__.split("\n\n")[1], "runs": runs}
        file.attrs["header"] = json.dumps(header)
    (directory / "unbounded_forms.json").write_text(json.dumps(header, indent=1) + "\n")


if __name__ == "__main__":
    main()
