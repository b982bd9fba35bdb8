"""The recipes of docs/recipes.md, one after another, as they stand there."""

import importlib.util
import re

import pytest
from conftest import MODELS, ROOT

PAGE = ROOT / "docs" / "recipes.md"


def blocks():
    """(line, code) of every block of Python."""
    text = PAGE.read_text(encoding="utf-8")
    for found in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text[: found.start()].count("\n") + 2, found.group(1)


def needs(code):
    known = {"to_pandas": "pandas", "to_neo": "neo", "to_pynapple": "pynapple", "to_xarray": "xarray"}
    known |= {"import elephant": "elephant", "from elephant": "elephant"}
    return {module for words, module in known.items() if words in code}


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_all_recipes_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").symlink_to(MODELS)
    names, run = {}, 0
    for line, code in blocks():
        if all(importlib.util.find_spec(module) for module in needs(code)):
            # Lines of a traceback are those of the page.
            exec(compile("\n" * (line - 1) + code, str(PAGE), "exec"), names)
            run += 1
    assert run >= 8
    assert len(list(tmp_path.glob("frame_*.png"))) == 4
