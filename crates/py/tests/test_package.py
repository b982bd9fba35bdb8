"""The package as a whole."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import neuropil as npl
import pytest
from conftest import MODELS

HERE = Path(__file__).parent


def test_the_classes_of_parts_are_those_of_the_schema():
    sys.path.insert(0, str(HERE.parent))
    try:
        import write_parts
    finally:
        sys.path.pop(0)
    assert json.loads(npl.schema()) == json.loads((MODELS / "schema.json").read_text())
    assert json.loads(npl.schema(task=True)) == json.loads((MODELS / "task_schema.json").read_text())
    assert write_parts.PARTS.read_text() == write_parts.text(), "python crates/py/write_parts.py"


def test_the_stubs_are_true():
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "neuropil._core", "--concise"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_typed(tmp_path):
    pytest.importorskip("mypy")
    script = tmp_path / "script.py"
    script.write_text(
        "import neuropil as npl\n"
        "net = npl.Network(seed=1)\n"
        "exc = net.population('exc', 10, npl.LifExp(tau_m_ms=npl.Normal(20, 2)))\n"
        "rec = net.run(10, record=npl.State(exc[:3], 'v_m_mv'))\n"
        "times, ids = rec.spikes['exc']\n"
        "reveal_type(times)\n"
        "net.population('inh', 'many', npl.LifExp())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(script)], capture_output=True, text=True, cwd=tmp_path
    )
    lines = done.stdout.splitlines()
    assert any("float64" in line for line in lines if "Revealed" in line), done.stdout
    errors = [line for line in lines if ": error:" in line]
    assert len(errors) == 1 and "script.py:7" in errors[0] and 'expected "int"' in errors[0], done.stdout


def test_only_numpy_is_needed():
    needed = [own for own in importlib.metadata.requires("neuropil") or [] if "extra ==" not in own]
    assert [own.split(">")[0] for own in needed] == ["numpy"]
    heavy = (
        "import sys, neuropil; print([own for own in ('pandas', 'neo', 'h5py', 'matplotlib') if own in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert npl.__version__ == importlib.metadata.version("neuropil")


def test_all_brings_every_optional_package():
    extras = pytest.importorskip("tomllib").loads((HERE.parent / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras.pop("all") == [f"neuropil[{','.join(extras)}]"]


@pytest.mark.parametrize(
    "path", sorted((MODELS.parent / "examples" / "python").glob("*.ipynb")), ids=lambda own: own.stem
)
def test_notebooks_run(path, tmp_path, monkeypatch):
    pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    own = {}
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), path.name, "exec"), own)
    assert own["rec"]._repr_html_().startswith("<table>") and own["rec"].plot()._repr_png_()
