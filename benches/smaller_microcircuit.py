#!/usr/bin/env python3
"""Writes the microcircuit that learns with a share of its cells, and weights larger by as much; see docs/performance.md.

`python3 benches/smaller_microcircuit.py 0.2 fifth.json`, then `neuropil bench fifth.json`. It learns by e-prop.
"""

import argparse
import json
from pathlib import Path

MODEL = Path(__file__).parent.parent / "models/networks/microcircuit_learns.json"


def smaller(model, share):
    """The probability of a connection stays, so that there are as many fewer synapses as the square of the share."""
    for population in model["populations"].values():
        population["cells"] = round(population["cells"] * share)
    for projection in model["projections"]:
        for key in ("mean", "std"):
            projection["weight_pa"][key] /= share
    model["learning"]["rule"] = "eprop"
    del model["$schema"]
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("share", type=float, help="above 0, at most 1")
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    if not 0 < args.share <= 1:
        parser.error(f"share: found {args.share}, must be above 0 and at most 1")
    model = smaller(json.loads(MODEL.read_text(encoding="utf-8")), args.share)
    args.output.write_text(json.dumps(model, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
