"""Does the installed package do its work where there is nothing but Python? `python alone.py VERSION`, with a PATH that has no compiler."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile

for compiler in ("cc", "gcc", "clang", "cl", "cmake", "cargo", "rustc"):
    assert shutil.which(compiler) is None, f"{compiler} is on the path: nothing is shown"

import neuropil as npl

assert npl.__version__ == importlib.metadata.version("neuropil") == sys.argv[1], npl.__version__


def neuropil(*words: str) -> str:
    """What the command says that came with the package."""
    command = shutil.which("neuropil")
    assert command is not None and os.path.dirname(command) == os.path.dirname(sys.executable), command
    return subprocess.run([command, *words], capture_output=True, text=True, encoding="utf-8", check=True).stdout


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    net = npl.Network(dt_ms=0.1, seed=7)
    exc = net.population("exc", 800, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
    inh = net.population("inh", 200, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
    net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=1.5)
    net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
    net.input(npl.PoissonInput(8, in_degree=100, weight_pa=130), to=[exc, inh])
    rec = net.run(2000, record=npl.State(exc[:3], "v_m_mv", every_ms=0.5))
    spikes = {name: len(rec.spikes[name][0]) for name in ("exc", "inh")}
    # The table of the README.
    assert spikes == {"exc": 14163, "inh": 3482}, spikes
    rec.plot().save("first_network.png")
    with open("first_network.png", "rb") as picture:
        assert picture.read().startswith(b"\x89PNG")

    doctor = json.loads(neuropil("doctor", "--json"))["findings"]
    assert all(own["passed"] for own in doctor), doctor
    place_of = next(own["found"] for own in doctor if own["name"] == "loaded from")
    if sys.platform == "linux":
        assert place_of == os.path.realpath(npl._core.__file__), place_of
    neuropil("models", "-o", "models")
    neuropil("run", "models/networks/first_network.json", "--quiet", "-o", "same.h5")
    same = npl.Recording("same.h5")
    assert {name: len(same.spikes[name][0]) for name in spikes} == spikes
    neuropil("plot", "same.h5", "-o", "same.svg")
    same.close()
    rec.close()
    os.chdir(os.path.dirname(os.path.abspath(place)))

for own in doctor:
    print(f"{own['name']:<12} {own['found']}")
print(f"neuropil {npl.__version__} does its work alone: {spikes} spikes, those of the command")
