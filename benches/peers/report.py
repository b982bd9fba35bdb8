"""Markdown of what was measured."""

from pathlib import Path
from statistics import median


def plain(options):
    return {name: str(value) if isinstance(value, Path) else value for name, value in options.items()}


def gigabytes(count):
    return f"{count * 1e-9:.2f}"


def about(result):
    """The machine, the versions, the load and the faults."""
    own = result["machine"]
    runs = [run for network in result["networks"].values() for each in network.get("runs", {}).values() for run in each]
    lines = [f"{own['processor']}, {own['cores']} cores, {gigabytes(own['memory_bytes'])} GB, Linux {own['kernel']}; "
             f"neuropil {own['revision']}."]
    versions = {name.split(",")[0]: each[0]["version"] for network in result["networks"].values()
                for name, each in network.get("runs", {}).items() if each and not name.startswith("neuropil")}
    if versions:
        lines.append("Peers: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".")
    if runs:
        loads = [run["load"] for run in runs]
        lines.append(f"Load average before the runs: {min(loads):.1f} to {max(loads):.1f}.")
    options = result["options"]
    lines.append(f"{options['seconds']:g} s after {options['warm_up_ms']:g} ms of warm-up, {options['repeats']} seeds, in turn.")
    faults = [f"- {fault.splitlines()[0]}" for fault in result.get("faults", [])]
    return " ".join(lines) + ("\n\nFaults:\n\n" + "\n".join(faults) if faults else "\n\nNo faults.")


def times(result):
    """One table of all networks: least and median time, and how many times ours that is."""
    rows = ["| network | program | threads | s per biological s: least (median) | ÷ double | ÷ single | CPU s: least | ÷ double | build s | peak GB | Hz | rates |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for name, network in result["networks"].items():
        walls = {program: [run["wall_s_per_biological_s"] for run in runs] for program, runs in network["runs"].items() if runs}
        cpu = {program: min(run["cpu_s_per_biological_s"] for run in network["runs"][program]) for program in walls}
        for program, wall in walls.items():
            runs = network["runs"][program]
            ratios = [f"{min(wall) / min(walls[own]):.2f}" if own in walls else "" for own in ("neuropil, double", "neuropil, single")]
            of_cpu = f"{cpu[program] / cpu['neuropil, double']:.2f}" if "neuropil, double" in cpu else ""
            label = program + (f" ({runs[0]['scheme']})" if runs[0]["scheme"] else "")
            build, peak = min(run["build_s"] for run in runs), max(run["peak_bytes"] for run in runs)
            rows.append(f"| {name} | {label} | {runs[0]['threads']} | {min(wall):.4g} ({median(wall):.4g}) | {' | '.join(ratios)} | "
                        f"{cpu[program]:.4g} | {of_cpu} | "
                        f"{build:.2f} | {gigabytes(peak)} | {rates(runs)} | {verdict(network, program)} |")
    return about(result) + "\n\n" + "\n".join(rows)


def rates(runs):
    """Mean rates by population, over the runs."""
    names = runs[0]["rates_hz"]
    return " ".join(f"{sum(run['rates_hz'][name] for run in runs) / len(runs):.2f}" for name in names)


def verdict(network, program):
    """The largest difference of a peer's rates from ours, in standard errors, and what would be too much."""
    own = [entry for entry in network["agreement"] if entry["programs"][1] == program]
    if not own:
        return ""
    worst = max(own, key=lambda entry: abs(entry["errors"]) / entry["limit"])
    word = "agree" if all(entry["agrees"] for entry in own) else "DIFFER"
    return f"{word}: {abs(worst['errors']):.1f} of {worst['limit']:.1f}"


def statistics(result):
    """One row a quantity and peer."""
    rows = ["| network | quantity | neuropil | peer | | difference, % | SD from seed to seed | difference, standard errors | limit | |",
            "|---|---|---|---|---|---|---|---|---|---|"]
    for name, network in result["networks"].items():
        for entry in network["agreement"]:
            ours, theirs = entry["means"]
            share = f"{100 * (ours / theirs - 1):+.1f}" if theirs else ""
            rows.append(f"| {name} | {entry['quantity']} | {ours:.4g} | {entry['programs'][1]} | {theirs:.4g} | {share} | {entry['spread']:.2g} | "
                        f"{entry['errors']:+.1f} | {entry['limit']:.1f} | {'agrees' if entry['agrees'] else 'DIFFERS'} |")
    return about(result) + "\n\n" + "\n".join(rows)
