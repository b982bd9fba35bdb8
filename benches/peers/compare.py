#!/usr/bin/env python3
"""Measures neuropil beside NEST and Brian2 on the same networks, in turn, on this machine.

Makes its own Python environment (.venv beside this file) at first. See README.md.
"""

import argparse
import os
import sys
from pathlib import Path

from environment import HERE, ROOT, built, enter_environment

RUNS = HERE / ".runs"
ALL = ["cuba", "coba", "brunel", "microcircuit@0.1", "cuba_40000", "coba_40000", "cobahh", "cobahh_auto", "adex", "adex_balanced",
       "microcircuit"]
QUICK = ["cuba", "coba", "cobahh", "microcircuit@0.05"]
WITH_STATISTICS = ["cuba", "coba", "brunel", "microcircuit@0.1", "adex_balanced"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAMES", help=f"networks, as in brunel,microcircuit@0.1 [default: {','.join(ALL)}]")
    parser.add_argument("--peers", default="nest,brian2", help="of nest,brian2 [default: both]")
    parser.add_argument("--seconds", type=float, help="simulated time that is measured [default: 1; 10 with --statistics]")
    parser.add_argument("--warm-up-ms", type=float, default=100.0, help="simulated time before it [default: 100]")
    parser.add_argument("--repeats", type=int, help="runs of each, with seeds 1, 2, ...; of one, rates are not compared [default: 3; 5 with --statistics]")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="at most so many [default: one a core]")
    parser.add_argument("--quick", action="store_true", help=f"0.2 s of {','.join(QUICK)}, twice: tests the scripts")
    parser.add_argument("--statistics", action="store_true",
                        help="rates, CVs and correlations of long runs beside the peers' instead of times")
    parser.add_argument("--neuropil", type=Path, metavar="BINARY", help="a built one [default: builds it in release]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go [default: figures.json in .runs]")
    own = parser.parse_args()
    networks = QUICK if own.quick else WITH_STATISTICS if own.statistics else ALL
    own.only = own.only.split(",") if own.only else networks
    own.peers = own.peers.split(",")
    own.seconds = own.seconds or (0.2 if own.quick else 10.0 if own.statistics else 1.0)
    own.repeats = own.repeats or (2 if own.quick else 5 if own.statistics else 3)
    if own.repeats < (2 if own.statistics else 1):
        parser.error(f"--repeats {own.repeats}: too few; --statistics needs 2, for the spread from seed to seed")
    return own


def main():
    own = arguments()
    enter_environment(__file__)
    import session

    RUNS.mkdir(exist_ok=True)
    binary = own.neuropil.resolve() if own.neuropil else built()
    return session.Session(own, binary, RUNS, ROOT).run()


if __name__ == "__main__":
    sys.exit(main())
