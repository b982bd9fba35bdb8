"""The programs that are compared: how each is run on a network, and what it says."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import networks

HERE = Path(__file__).resolve().parent
# Below it a second thread costs more than it brings, here and in Brian2.
SMALL = 10_000
# How NEST integrates what is not integrated exactly.
ADAPTIVE = "RKF45, adaptive"


class Failed(Exception):
    """A program that did not do what it was asked."""


def output_of(command, job=None, environment=None):
    """What a command prints, given a job on its standard input."""
    own = {**os.environ, **(environment or {})}
    done = subprocess.run(command, input=json.dumps(job) if job else None, capture_output=True, text=True, env=own)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


class Neuropil:
    """This program, in one precision."""

    def __init__(self, binary, precision):
        self.binary, self.precision = binary, precision
        self.name = f"neuropil, {precision}"

    def threads(self, cells, cores):
        return 1 if cells < SMALL else cores

    def scheme(self, network):
        return networks.scheme(network)

    def run(self, case, job):
        command = [self.binary, "bench", case.name.partition("@")[0], "--scale", job["scale"], "--seconds", job["seconds"], "--warm-up-ms",
                   job["warm_up_ms"], "--threads", job["threads"], "--precision", self.precision, "--set",
                   f"simulation.seed={job['seed']}"]
        figures = json.loads(output_of([str(word) for word in command]))
        return {"version": "this", **figures}

    def record(self, job, path):
        """Runs the model of the job and records its spikes in HDF5."""
        with tempfile.NamedTemporaryFile("w", suffix=".json", dir=job["directory"]) as model:
            json.dump(job["model"], model)
            model.flush()
            command = [self.binary, "run", model.name, "--quiet", "--scale", job["scale"], "--seed", job["seed"], "--duration-ms",
                       job["warm_up_ms"] + job["seconds"] * 1e3, "--threads", job["threads"], "--precision", self.precision,
                       "--force", "-o", path]
            output_of([str(word) for word in command])


class Peer:
    """A script beside this one, in this Python."""

    def __init__(self, name, bytes_per_synapse, environment=None):
        self.name, self.bytes_per_synapse, self.environment = name, bytes_per_synapse, environment or {}

    def threads(self, cells, cores):
        # NEST gains from a second thread everywhere; OpenMP in Brian2 does not pay for few cells.
        return 1 if self.name == "brian2" and cells < SMALL else cores

    def scheme(self, network):
        return ADAPTIVE if self.name == "nest" and networks.scheme(network) else networks.scheme(network)

    def run(self, case, job):
        lines = output_of([sys.executable, str(HERE / f"in_{self.name}.py")], job, self.environment).splitlines()
        return json.loads(lines[-1])


PEERS = {
    # Passive, since threads that spin on a busy machine make NEST 20 times slower.
    "nest": lambda: Peer("nest", 36, {"OMP_WAIT_POLICY": "passive", "PYNEST_QUIET": "1"}),
    # Of the compiled program; as much again for the script, which holds the drawn synapses beside it.
    "brian2": lambda: Peer("brian2", 64),
}
