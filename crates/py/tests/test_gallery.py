"""The gallery: every script answers its question in its short form, and its page shows what the script draws."""

import ast
import re
import runpy
import sys

import pytest
from conftest import ROOT

PAGE, PICTURES = ROOT / "docs" / "gallery.md", ROOT / "docs" / "gallery"
SCRIPTS = sorted((ROOT / "examples" / "gallery").glob("*.py"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda own: own.stem)
def test_a_script_answers_its_question(script, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(script), "short"])
    try:
        # Each asserts its answer.
        runpy.run_path(str(script), run_name="__main__")
        assert len(pyplot.get_fignums()) == 1
    finally:
        pyplot.close("all")
    assert (tmp_path / f"{script.stem}.png").stat().st_size > 5_000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda own: own.stem)
def test_the_page_has_the_question_and_the_picture(script):
    question = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))).partition("\n")[0]
    assert question.endswith("?")
    page = PAGE.read_text(encoding="utf-8")
    assert re.search(rf"^### {re.escape(question)}$", page, re.MULTILINE), question
    assert f"(gallery/{script.stem}.png)" in page and f"`examples/gallery/{script.name}`" in page
    assert 5_000 < (PICTURES / f"{script.stem}.png").stat().st_size < 60_000


def test_the_page_has_nothing_else():
    assert {own.stem for own in PICTURES.iterdir()} == {own.stem for own in SCRIPTS}
    assert len(re.findall(r"^### ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) == len(SCRIPTS) >= 12
