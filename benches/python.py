"""What Python costs: a run beside the command line, and a loop of steps beside one advance.

    cargo build --release -p neuropil-cli && pip install ./crates/py
    python benches/python.py target/release/neuropil

Prints the least of runs that take turns, so that a busy machine is busy for both.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import neuropil as npl

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "networks" / "potjans_diesmann_2014.json"
SCALE, DURATION_MS, TURNS = 0.1, 10_000, 7
STEPS = 20_000


def command_line(command, folder):
    arguments = [
        "run",
        MODEL,
        "--scale",
        SCALE,
        "--duration-ms",
        DURATION_MS,
        "-o",
        folder / "cli.h5",
        "--force",
        "--json",
    ]
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["cpu_s"], told["wall_s"]


def python(net, folder):
    cost = net.run(DURATION_MS, scale=SCALE, file=folder / "python.h5", force=True).cost
    return cost["cpu_s"], cost["wall_s"]


def run_beside_run(command):
    net = npl.Network.from_json(MODEL)
    with tempfile.TemporaryDirectory() as folder:
        turns = [(command_line(command, Path(folder)), python(net, Path(folder))) for _ in range(TURNS)]
    for place, what in enumerate(("processor", "wall")):
        theirs, ours = (min(turn[who][place] for turn in turns) for who in (0, 1))
        print(
            f"{DURATION_MS} ms of the microcircuit at {SCALE}, {what} time: command {theirs:.3f} s, Python {ours:.3f} s, "
            f"ratio {ours / theirs:.3f}"
        )


def loop_beside_advance():
    net = npl.Network(dt_ms=0.1, seed=1)
    net.population("exc", 100, npl.LifExp(tau_m_ms=20, i_e_pa=300))

    def timed(work):
        sim = net.build(threads=1)
        begun = time.perf_counter()
        work(sim)
        return (time.perf_counter() - begun) / STEPS * 1e6

    def whole(sim):
        sim.advance(STEPS * 0.1)

    def steps(sim):
        for _ in range(STEPS):
            sim.advance()

    def with_view(sim):
        sim.state("exc", "v_m_mv")
        steps(sim)

    def with_spikes(sim):
        for _ in range(STEPS):
            sim.advance()
            sim.spikes("exc")

    kinds = {
        "one advance": whole,
        "a loop of steps": steps,
        "the same with a view of v_m": with_view,
        "the same with the spikes of each step": with_spikes,
    }
    # In turn, so that a busy machine is busy for all.
    turns = [{what: timed(work) for what, work in kinds.items()} for _ in range(TURNS)]
    for what in kinds:
        print(f"100 cells, {what}: {min(turn[what] for turn in turns):.2f} us a step")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_beside_run(sys.argv[1])
    loop_beside_advance()
