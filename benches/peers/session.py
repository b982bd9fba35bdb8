"""All runs of one comparison, in turn, and the report of them."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import agreement
import machine
import networks
import report
import statistics_of
from programs import PEERS, Failed, Neuropil, output_of


@dataclass
class Case:
    """A network by name, as in `microcircuit@0.1`."""

    name: str
    model: dict
    network: networks.Network
    scale: float

    @classmethod
    def named(cls, name, binary):
        network, _, scale = name.partition("@")
        model = json.loads(output_of([str(binary), "bench", network, "--show"]))
        scale = float(scale or 1)
        return cls(name, model, networks.from_model(model, scale), scale)


class Session:
    def __init__(self, options, binary, directory, root):
        self.options, self.binary, self.directory, self.root = options, binary, directory, root
        unknown = [name for name in options.peers if name not in PEERS]
        if unknown:
            raise SystemExit(f"--peers {','.join(unknown)}: expected some of {', '.join(PEERS)}")
        self.peers = [PEERS[name]() for name in options.peers]
        self.faults = []

    def run(self):
        result = {"machine": machine.description(self.root), "options": report.plain(vars(self.options)), "networks": {}}
        for name in self.options.only:
            case = Case.named(name, self.binary)
            done = self.statistics(case) if self.options.statistics else self.times(case)
            result["networks"][name] = done
            result["faults"] = self.faults
            path = self.options.json or self.directory / "figures.json"
            Path(path).write_text(json.dumps(result, indent=1))
        page = report.statistics(result) if self.options.statistics else report.times(result)
        print(page)
        return 1 if self.faults else 0

    def times(self, case):
        """Every program in turn, so many times; then whether their rates agree."""
        programs = [Neuropil(self.binary, precision) for precision in ("double", "single")]
        programs += [peer for peer in self.peers if self.fits(case, peer)]
        runs = {program.name: [] for program in programs}
        for repeat in range(self.options.repeats):
            for program in programs:
                figures = self.one(case, program, repeat + 1)
                if figures:
                    runs[program.name].append(figures)
        complete = {name: own for name, own in runs.items() if len(own) == self.options.repeats}
        samples = {name: {population: [run["rates_hz"][population] for run in own] for population in own[0]["rates_hz"]}
                   for name, own in complete.items()}
        compared = self.compared(case, samples, ["neuropil, double", "neuropil, single"])
        return {"runs": runs, "agreement": compared}

    def statistics(self, case):
        """Long runs of neuropil in double precision and of the peers, and whether all statistics agree."""
        ours = Neuropil(self.binary, "double")
        samples = {}
        window = (self.options.warm_up_ms, self.options.warm_up_ms + self.options.seconds * 1e3)
        for seed in range(1, self.options.repeats + 1):
            recording = self.directory / "statistics.h5"
            ours.record(self.job(case, ours, seed), recording)
            found = {ours.name: statistics_of.read_recording(recording, case.network, window)}
            for peer in self.peers:
                path = self.directory / f"{peer.name}.npz"
                path.unlink(missing_ok=True)
                if self.one(case, peer, seed, {"spikes": str(path)}):
                    found[peer.name] = statistics_of.read_peer(path)
                path.unlink(missing_ok=True)
            recording.unlink()
            for name, trains in found.items():
                for quantity, value in statistics_of.quantities(trains, self.options.seconds * 1e3).items():
                    samples.setdefault(name, {}).setdefault(quantity, []).append(value)
            self.say(f"{case.name}: statistics of seed {seed}")
        return {"samples": samples, "agreement": self.compared(case, samples, [ours.name])}

    def compared(self, case, samples, references):
        """Each of ours with every peer."""
        found = []
        if self.options.repeats < 2:
            return found
        for reference in references:
            own = {name: values for name, values in samples.items() if name == reference or not name.startswith("neuropil")}
            if reference in own and len(own) > 1:
                found += agreement.compare(own, reference)
        for entry in found:
            if not entry["agrees"]:
                self.fault(f"{case.name}: {entry['quantity']} of {' and '.join(entry['programs'])} differs: "
                           f"{entry['means'][0]:.4g} and {entry['means'][1]:.4g}, {entry['errors']:.1f} standard errors")
        return found

    def one(self, case, program, seed, more=None):
        """One run; `None`, and a fault, if it fails or its network is another one or dead."""
        load = machine.load()
        try:
            figures = program.run(case, {**self.job(case, program, seed), **(more or {})})
        except Failed as failed:
            return self.fault(f"{case.name}: {program.name} failed: {failed}")
        wrong = agreement.other_size(figures, case.network) or agreement.ill(figures)
        if wrong:
            return self.fault(f"{case.name}: {program.name}, seed {seed}: {wrong}")
        self.say(f"{case.name}: {program.name}, seed {seed}: {figures['wall_s_per_biological_s']:.4g} s per biological s")
        return {**figures, "load": load, "scheme": program.scheme(case.network)}

    def job(self, case, program, seed):
        """What a program is to do."""
        options = self.options
        return {"model": case.model, "scale": case.scale, "seed": seed, "seconds": options.seconds,
                "warm_up_ms": options.warm_up_ms, "directory": str(self.directory),
                "threads": program.threads(case.network.cells, options.threads)}

    def fits(self, case, peer):
        """Whether the synapses of a peer fit into the memory that is free; says so if not."""
        if peer.name == "brian2" and networks.ADAPTIVE in networks.scheme(case.network):
            self.say(f"{case.name}: brian2 is left out: its standalone mode has no adaptive scheme")
            return False
        needed = case.network.expected_synapses()[0] * peer.bytes_per_synapse
        if needed <= machine.memory_bytes("MemAvailable"):
            return True
        self.say(f"{case.name}: {peer.name} is left out: it needs about {needed * 1e-9:.0f} GB of memory")
        return False

    def fault(self, message):
        self.faults.append(message)
        self.say(f"FAULT {message}")

    @staticmethod
    def say(message):
        print(message, file=sys.stderr, flush=True)
