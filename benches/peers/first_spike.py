#!/usr/bin/env python3
"""How long from a changed equation to the first spike: neuropil and Brian2 on the same cell, in turn.

A user changes a line of the equations of an adaptive exponential cell and runs one such cell for 20 ms under a current that
makes it fire. Measured is all of it, from the start of the process to the spike in the user's hands. Each time another number
stands in the equation, so that nothing can have kept what it compiled. NESTML is not here: it takes the same file, but cannot
build what it makes of it against NEST's wheel, whose `nest-config` names a directory of the machine that built it.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from environment import HERE, ROOT, built, enter_environment

# The term of the membrane's equation that is changed, and what it becomes; `{}` is another number each time.
TERM = "g_L * (E_L - bounded)"
CHANGED = "{} * g_L * (E_L - bounded)"
MODEL = {
    "simulation": {"dt_ms": 0.1, "duration_ms": 20, "seed": 1},
    "populations": {"cell": {"cells": 1, "model": "cell.nestml"}},
    "inputs": [{"kind": "step_current", "to": "cell", "amplitude_pa": 1500}],
}
BRIAN2 = '''
import sys
from brian2 import *
standalone = sys.argv[2] == "cpp_standalone"
if standalone:
    set_device("cpp_standalone", directory=sys.argv[1])
else:
    prefs.codegen.target = sys.argv[2]
    prefs.codegen.runtime.cython.cache_dir = sys.argv[1]
defaultclock.dt = 0.1 * ms
C_m, g_L, E_L, V_T, Delta_T, tau_w = 281 * pF, 30 * nS, -70.6 * mV, -50.4 * mV, 2 * mV, 144 * ms
a, b, V_peak, V_reset, current = 4 * nS, 80.5 * pA, 0 * mV, -70.6 * mV, 1500 * pA
cell = NeuronGroup(1, """
    bounded = clip(v, -1 * volt, V_peak) : volt
    dv/dt = (CHANGED + g_L * Delta_T * exp((bounded - V_T) / Delta_T) - w + current) / C_m : volt
    dw/dt = (a * (bounded - E_L) - w) / tau_w : amp""",
    threshold="v >= V_peak", reset="v = V_reset; w += b", method="rk4")
cell.v = E_L
spikes = SpikeMonitor(cell)
run(20 * ms)
print(float(spikes.t[0] / ms))
'''


def processor_s():
    """Processor time of all programs that have ended, with those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command, **options):
    """Wall and processor seconds of a command, and the last word that it printed, if any."""
    begun = time.perf_counter(), processor_s()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    seconds = time.perf_counter() - begun[0], processor_s() - begun[1]
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return seconds, (done.stdout.split() or [""])[-1]


def neuropil(binary, factor, folder):
    text = (ROOT / "models" / "cells" / "adex.nestml").read_text()
    if text.count(TERM) != 1:
        raise RuntimeError(f"models/cells/adex.nestml has not `{TERM}` once")
    (folder / "cell.nestml").write_text(text.replace(TERM, CHANGED.format(factor)))
    (folder / "net.json").write_text(json.dumps(MODEL))
    seconds, _ = timed([binary, "run", folder / "net.json", "--quiet", "-o", folder / "net.h5"])
    import h5py
    with h5py.File(folder / "net.h5") as recording:
        return seconds, float(recording["spikes/cell/timestamps"][0])


def brian2(target):
    def run(_, factor, folder):
        (folder / "script.py").write_text(BRIAN2.replace("CHANGED", CHANGED.format(factor)))
        seconds, spike = timed([sys.executable, folder / "script.py", folder / "made", target], cwd=folder)
        # A spike of the step that begins at t belongs to its end.
        return seconds, float(spike) + MODEL["simulation"]["dt_ms"]
    return run


PROGRAMS = {"neuropil": neuropil, "Brian2, C++ standalone": brian2("cpp_standalone"), "Brian2, Cython": brian2("cython")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, in turn [default: 3]")
    parser.add_argument("--neuropil", type=Path, metavar="BINARY", help="a built one [default: builds it in release]")
    own = parser.parse_args()
    enter_environment(__file__)
    binary = own.neuropil.resolve() if own.neuropil else built()
    times = {name: [] for name in PROGRAMS}
    spikes, failed = {}, {}
    for repeat in range(own.repeats):
        factor = 1.01 + 0.001 * repeat
        for name, run in PROGRAMS.items():
            if name in failed:
                continue
            with tempfile.TemporaryDirectory(prefix="first-spike-") as folder:
                try:
                    seconds, spike = run(binary, factor, Path(folder))
                except RuntimeError as error:
                    failed[name] = str(error)
                    continue
            times[name].append(seconds)
            spikes.setdefault(name, []).append(spike)
    print("| program | wall s, least (median) | processor s, least | ÷ neuropil | first spike, ms |\n|---|---|---|---|---|")
    processor = {name: min(each[1] for each in own_times) for name, own_times in times.items() if own_times}
    for name, least in processor.items():
        wall = [each[0] for each in times[name]]
        print(f"| {name} | {min(wall):.3g} ({median(wall):.3g}) | {least:.3g} | {least / processor['neuropil']:.0f} | "
              f"{', '.join(f'{spike:.1f}' for spike in spikes[name])} |")
    for name, error in failed.items():
        print(f"{name} failed: {error}", file=sys.stderr)
    apart = [name for name in spikes if any(abs(a - b) > 0.15 for a, b in zip(spikes[name], spikes["neuropil"]))]
    if apart:
        print(f"first spikes differ: {', '.join(apart)}", file=sys.stderr)
    return 1 if failed or apart else 0


if __name__ == "__main__":
    sys.exit(main())
