#!/usr/bin/env python3
"""Measures an update of training beside JAX and NEST on the same tasks, in turn, on this machine.

For JAX the trials, weights, loss and gradient of our first update are exported; its loss must be ours, and its gradient
for the same rule. See README.md. Makes its own Python environment (.venv beside this file) at first.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from environment import HERE, ROOT, built, enter_environment

RUNS = HERE / ".runs"
#: How far the loss and the gradient in double precision may be from ours, relative to the largest entry.
LOSS_APART, GRADIENT_APART = 1e-12, 1e-10


@dataclass
class Case:
    """A task with our rule, beside a rule of a peer."""

    task: str
    rule: str
    peer: str
    peer_rule: str
    set: tuple = ()

    @property
    def name(self):
        return " ".join([self.task, *self.set])


CASES = [
    Case("mdgl_evidence", "modprop_type", "jax", "bptt"),
    Case("mdgl_evidence", "bptt", "jax", "bptt"),
    Case("mdgl_evidence", "eprop", "jax", "eprop"),
    Case("delayed_xor", "modprop_type", "jax", "bptt"),
    Case("delayed_xor", "bptt", "jax", "bptt"),
    Case("eprop_regression", "eprop", "nest", "eprop"),
    Case("eprop_evidence", "eprop", "nest", "eprop", ("training.batch=1",)),
    Case("eprop_evidence", "eprop", "nest", "eprop", ("training.batch=32",)),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAMES", help="tasks, as in delayed_xor,mdgl_evidence [default: all]")
    parser.add_argument("--peers", default="jax,nest", help="of jax,nest [default: both]")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each program, the fastest update counts [default: 3]")
    parser.add_argument("--updates", type=int, default=5, help="updates of a run [default: 5]")
    parser.add_argument("--neuropil", type=Path, metavar="BINARY", help="a built one [default: builds it in release]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go [default: training.json in .runs]")
    own = parser.parse_args()
    own.peers = own.peers.split(",")
    own.only = own.only.split(",") if own.only else [case.task for case in CASES]
    return own


class Comparison:
    def __init__(self, options, binary):
        from programs import output_of

        self.options, self.binary, self.output_of = options, binary, output_of
        self.rows, self.faults = [], []

    def run(self):
        for case in CASES:
            if case.task in self.options.only and case.peer in self.options.peers:
                self.compare(case)
        return self.rows

    def compare(self, case):
        """Both programs in turn."""
        export = RUNS / "update.h5"
        export.unlink(missing_ok=True)
        loss = json.loads(self.ours(case, "--rule", case.peer_rule, "--export", export))["task_loss"]
        job = {"task": json.loads(self.ours(case, "--show")), "export": str(export), "rule": case.peer_rule,
               "updates": self.options.updates, "threads": os.cpu_count()}
        precisions = ["single", "double"] if case.peer == "jax" else ["double"]
        seconds = {name: [] for name in ["ours", *precisions]}
        for _ in range(self.options.repeats):
            own = json.loads(self.ours(case, "--rule", case.rule, "--updates", 2 * self.options.updates))
            seconds["ours"].append(own["seconds_per_update"]["all"])
            for precision in precisions:
                script = HERE / f"training_in_{case.peer}.py"
                peer = json.loads(self.output_of([sys.executable, script], {**job, "precision": precision}).splitlines()[-1])
                seconds[precision].append(peer["seconds_per_update"])
        if case.peer == "jax":
            self.agree(case, loss, peer)
        least = {name: min(own) for name, own in seconds.items()}
        self.rows.append({"case": vars(case), "seconds": least, "ours": own, "peer": peer})
        export.unlink()
        print(f"{case.name}, {case.rule}: {least}", file=sys.stderr, flush=True)

    def ours(self, case, *more):
        sets = [word for assignment in case.set for word in ("--set", assignment)]
        return self.output_of([str(word) for word in [self.binary, "bench", case.task, *sets, *more]])

    def agree(self, case, loss, peer):
        """Whether the peer, in double precision, found our loss and our gradient."""
        if abs(peer["first_loss"] - loss) > LOSS_APART * abs(loss):
            self.faults.append(f"{case.name}, {case.peer_rule}: loss {loss}, {case.peer} has {peer['first_loss']}")
        worst = max(peer["gradient_apart"].values())
        if not worst <= GRADIENT_APART:
            self.faults.append(f"{case.name}, {case.peer_rule}: gradients are {worst:.1e} apart")


def page(rows):
    """The table, as Markdown."""
    lines = ["| task | trials x steps x cells | our rule | ms | peer | ms | times faster |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        case, own, seconds = row["case"], row["ours"], dict(row["seconds"])
        ours = seconds.pop("ours")
        size = f"{own['trials']} x {own['steps']:,} x {own['cells']}"
        for precision, theirs in seconds.items():
            peer = {"jax": "JAX", "nest": "NEST"}[case["peer"]] + f", {case['peer_rule']}, {precision}"
            lines.append(f"| `{case['task']}` | {size} | `{case['rule']}` | {1e3 * ours:.1f} | {peer} | "
                         f"{1e3 * theirs:.1f} | {theirs / ours:.1f} |")
    return "\n".join(lines)


def main():
    own = arguments()
    enter_environment(__file__)
    import machine

    RUNS.mkdir(exist_ok=True)
    comparison = Comparison(own, own.neuropil.resolve() if own.neuropil else built())
    rows = comparison.run()
    result = {"machine": machine.description(ROOT), "rows": rows, "faults": comparison.faults}
    (own.json or RUNS / "training.json").write_text(json.dumps(result, indent=1))
    print(page(rows))
    for fault in comparison.faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if comparison.faults else 0


if __name__ == "__main__":
    sys.exit(main())
