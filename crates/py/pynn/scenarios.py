"""Runs the scenarios of PyNN's own tests (`test/system/scenarios` of its source distribution) on neuropil.

    python scenarios.py [pynn-0.13.0.tar.gz]

Without the file, pip downloads it. Nothing of PyNN is kept: the scenarios lie in a temporary folder. Exit code 1 if a scenario
that is not in the list below fails, or if one of them passes.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

PYNN = "PyNN==0.13.0"
#: What does not pass, and why.
KNOWN = {
    "test_issue259": "asks for spikes between steps (spike_precision='off_grid')",
    "test_scenario5": "cells of several compartments",
}
#: In place of PyNN's: every scenario runs, whatever simulators it was written for.
_FIXTURES = '''
import pynn_neuropil
import pytest


class Sim:
    __name__ = "pyNN.neuropil"

    def __str__(self):
        return self.__name__

    def __getattr__(self, name):
        return getattr(pynn_neuropil, name)


def run_with_simulators(*names):
    return pytest.mark.parametrize("sim", [pytest.param(Sim(), id="neuropil")])
'''


def source(given: str | None, folder: Path) -> Path:
    """The source distribution of PyNN."""
    if given is not None:
        return Path(given)
    load = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder), PYNN]
    subprocess.run(load, check=True)
    return next(folder.glob("*.tar.gz"))


def scenarios(archive: Path, folder: Path) -> Path:
    """Unpacks the scenarios, with our list of simulators."""
    with tarfile.open(archive) as opened:
        wanted = [own for own in opened.getmembers() if "/test/system/scenarios/" in own.name]
        opened.extractall(folder, members=wanted, filter="data")
    found = next(folder.glob("*/test/system/scenarios"))
    (found / "fixtures.py").write_text(_FIXTURES)
    return found


def outcomes(report: Path) -> dict[str, tuple[str, str]]:
    """What became of each scenario, and the last line of its message."""
    found = {}
    for case in tree.parse(report).iter("testcase"):
        name = case.attrib["name"].partition("[")[0]
        own = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        message = "" if own is None else (own.attrib.get("message") or "").splitlines()[0]
        found[name] = ("passed" if own is None else "skipped" if own.tag == "skipped" else "failed", message)
    return found


def main() -> int:
    """Runs all, prints a table, returns the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("archive", nargs="?", help="source distribution of PyNN; default: pip downloads it")
    options.add_argument("-k", default="", help="only scenarios of these names, as of pytest")
    options.add_argument("-v", action="store_true", help="shows what pytest prints")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pynn-scenarios-") as name:
        folder = Path(name)
        found = scenarios(source(given.archive, folder), folder)
        path = os.pathsep.join([str(Path(__file__).parent / "src"), os.environ.get("PYTHONPATH", "")])
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", str(folder / "report.xml")]
        command += ["-W", "ignore", "-k", given.k, str(found)]
        shown = {} if given.v else {"capture_output": True}
        done = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": path}, check=False, **shown)
        if not (folder / "report.xml").exists():
            print(done.stdout.decode() if done.stdout else "pytest did not run")
            return 1
        results = outcomes(folder / "report.xml")
    return told(results, is_whole=not given.k)


def told(results: dict[str, tuple[str, str]], is_whole: bool) -> int:
    """Prints what is not as expected, and the counts."""
    wrong = 0
    for name, (outcome, message) in results.items():
        if outcome != "passed":
            print(f"{outcome:8}{name}: {KNOWN.get(name, message)}")
        wrong += (outcome == "passed") == (name in KNOWN)
    wrong += sum(name not in results for name in KNOWN) if is_whole else 0
    counts = [sum(own == kind for own, _ in results.values()) for kind in ("passed", "failed", "skipped")]
    print(f"{len(results)} scenarios: {counts[0]} passed, {counts[1]} failed, {counts[2]} skipped; {wrong} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
