"""What the page on PyNN says."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[4] / "docs" / "pynn.md"


def test_the_program_of_the_page_gives_what_it_says(sim: Any) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    import pynn_neuropil  # noqa: F401  (registers pyNN.neuropil)

    told: list[str] = []
    exec(code, {"print": lambda *values: told.append(" ".join(map(str, values)))})
    rate, shape = re.search(r"# ([\d.]+) (\(.*\))", code).groups()
    found = told[0].split(" ", 1)
    assert round(float(found[0]), 2) == float(rate) and found[1] == shape
