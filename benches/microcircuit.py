#!/usr/bin/env python3
"""How fast is the cortical microcircuit, by the protocol of the community's benchmark? [Senk2025]

    python3 benches/microcircuit.py --neuropil target/release/neuropil

10 s of biological time behind a warm-up of 0.5 s, nothing recorded, with ten seeds: the real-time factor of each, that is
wall time over biological time, without the time that building takes; and the firing rates, which tell that it is the network.
The drive is that of the published model: independent Poisson trains onto every cell. `--json FILE` keeps all that was measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

#: Real-time factors that others have published for this network [Senk2025]. Not measured here, and on other machines.
PUBLISHED = {
    "neuroAIx, 35 FPGAs": 0.05,
    "GeNN, one RTX 4090": 0.272,
    "NEST, two EPYC 7702 (128 cores)": 0.67,
}


def measured(own, seed):
    command = [own.neuropil, "bench", "microcircuit", "--precision", own.precision, "--scale", own.scale, "--seconds", own.seconds]
    command += ["--warm-up-ms", own.warm_up_ms, "--set", f"simulation.seed={seed}", "--set", "record.spikes=false"]
    if own.threads:
        command += ["--threads", own.threads]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neuropil", type=Path, required=True, help="the command, built with --release")
    parser.add_argument("--seconds", type=float, default=10, help="biological time that is measured")
    parser.add_argument("--warm-up-ms", type=float, default=500, help="biological time before")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--precision", choices=["double", "single"], default="single")
    parser.add_argument("--scale", type=float, default=1, help="the published size is 1")
    parser.add_argument("--threads", type=int, help="one a core if it is left out")
    parser.add_argument("--json", type=Path, help="file to write; not replaced if it exists")
    own = parser.parse_args()
    if own.seeds < 1:
        parser.error("--seeds: expected 1 at least")
    if own.json and own.json.exists():
        parser.error(f"--json {own.json}: exists already")
    runs = []
    for seed in range(1, own.seeds + 1):
        runs.append(measured(own, seed))
        print(f"seed {seed}: {runs[-1]['wall_s_per_biological_s']:.3f}", file=sys.stderr, flush=True)
    if own.json:
        own.json.write_text(json.dumps({"seconds": own.seconds, "warm_up_ms": own.warm_up_ms, "runs": runs}, indent=1) + "\n")
    factors = [run["wall_s_per_biological_s"] for run in runs]
    first = runs[0]
    print(f"{first['cells']:,} cells, {first['synapses']:,} synapses, {first['threads']} threads, {own.precision} precision, {own.seconds:g} s behind {own.warm_up_ms:g} ms")
    print(f"real-time factor: median {statistics.median(factors):.3f}, {min(factors):.3f} to {max(factors):.3f} over {own.seeds} seeds; peak {first['peak_bytes'] / 1e9:.2f} GB")
    print("rates, Hz: " + ", ".join(f"{name} {statistics.median(run['rates_hz'][name] for run in runs):.2f}" for name in first["rates_hz"]))
    print("\npublished, on other machines:")
    for name, factor in PUBLISHED.items():
        print(f"  {factor:<6g} {name}")


if __name__ == "__main__":
    main()
