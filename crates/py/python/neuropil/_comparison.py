"""Runs of training beside each other."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._part import table
from ._command import command
from ._numbers import text
from ._picture import Page, Picture
from ._run import Keeper, again, content, temporary
from ._task import Task
from ._tables import Floats, needs
from .errors import as_notes

if TYPE_CHECKING:
    from ._network import PathLike


class Comparison:
    """Runs of training: what `train` and `compare` return; `Comparison.read` opens files of them."""

    def __init__(self, core: "_core.Runs", path: str | None = None, faults: Sequence[str] = ()) -> None:
        self._core, self.path = core, path
        #: Runs that did not reach their end, and why.
        self.faults = list(faults)

    @classmethod
    def read(cls, path: "PathLike") -> "Comparison":
        """The runs of a file."""
        return cls(_core.Runs.read(os.fspath(path)), os.fspath(path))

    @property
    def task(self) -> Task:
        """The task of the runs, with its data if they were one's own: to train again, or with other rules."""
        path, keeper = temporary()
        data = Path(path).read_bytes() if self._core.write_data(path) else None
        del keeper
        return Task(json.loads(self._core.task), file=self.path or "runs", folder=self._folder(), _data=data)

    def _folder(self) -> str:
        return str(Path(self.path).parent) if self.path else ""

    @property
    def runs(self) -> list[tuple[str, int, bool]]:
        """(rule, seed, whether it has reached its end) of each run."""
        return self._core.runs

    @property
    def notes(self) -> list[str]:
        """What no rule of the runs uses of the task, and remarks: rates beyond what cells do, silence, losses that never moved or grew.
        Each begins with "note: " or "warning: ".
        """
        return [*(f"note: {own}" for own in self._core.notes()), *as_notes(self._core.remarks())]

    @property
    def rules(self) -> list[str]:
        """Rules by their mean loss, best first."""
        return self._core.rules()

    def paired(self) -> list[dict[str, Any]]:
        """How each rule differs from the first of the file (`with`), over the seeds that both have finished, two at least.

        `differences` are of the mean loss over the run, a number a seed, in the order of the runs; `mean`, and the `interval` that holds 95 % of
        the means of seeds drawn with replacement; `p` of the exact test of signs, and `holm`, corrected for the number of comparisons.
        """
        return self._core.paired()

    def names(self, rule: str, seed: int) -> list[str]:
        """Names of what was recorded of the run of a rule and a seed, in the order of the alphabet."""
        return sorted(self._core.tables(rule, seed))

    def dataset(self, rule: str, seed: int, name: str) -> Floats:
        """What was recorded of the run of a rule and a seed: a name is "evaluations/loss", "weights/w_rec" and others."""
        values, shape = self._core.table(rule, seed, name)
        return values.reshape(shape)

    def curves(self, measure: str = "loss") -> dict[str, tuple[Floats, Floats]]:
        """By rule: updates, and values [run, evaluation], cut to the shortest run."""
        curves = {}
        for rule in self.rules:
            own = [
                (seed, self.dataset(rule, seed, f"evaluations/{measure}")) for name, seed, _ in self.runs if name == rule
            ]
            shared = min(len(values) for _, values in own)
            updates = self.dataset(rule, own[0][0], "evaluations/update")[:shared]
            curves[rule] = (updates, np.stack([values[:shared] for _, values in own]))
        return curves

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: a row an evaluation, with rule and seed."""
        pandas = needs("pandas", "pandas")
        frames = []
        for rule, seed, _ in self.runs:
            own = {"rule": rule, "seed": seed, "update": self.dataset(rule, seed, "evaluations/update")}
            for name in self.names(rule, seed):
                group, _, measure = name.partition("/")
                if group == "evaluations" and measure != "mu":
                    own[measure] = self.dataset(rule, seed, name)
            frames.append(pandas.DataFrame(own))
        return pandas.concat(frames, ignore_index=True) if frames else pandas.DataFrame()

    def plot(self, *, title: str | None = None, width: int = 1200, height: int = 900) -> Picture:
        """The picture that `neuropil plot` draws: learning curves, alignment with the exact gradient.

        title: What stands at the head of the page; default: the name of the file, or of the task where there is none.
        width: Of the page, in pixels.
        height: Of the page, in pixels.
        """
        text("title", title)
        path, keeper = temporary()
        path = os.path.join(os.path.dirname(path), Path(self.path or "training.h5").name)
        self._core.save(path)
        if title is None and self.path is None:
            title = f"task {json.loads(self._core.task)['task']['kind']}"
        try:
            return Picture(_core.Picture(path, None, None, width, height, title))
        finally:
            del keeper

    def view(self) -> Page:
        """A page to explore in a browser or a notebook: the curve of every measure, by rule and seed.
        `.save("curves.html")` keeps it."""
        own, keeper = temporary()
        self._core.save(own)
        return Page(own, _keeper=keeper)

    def report(self, path: "PathLike", *, force: bool = False) -> None:
        """Writes one page for a browser: figures, tables, task, seeds, versions, cost, commands.

        path: The page, such as "page.html".
        force: Replaces it if it exists.
        """
        own, keeper = temporary()
        self._core.save(own)
        command("report", own, output=path, force=force)
        del keeper

    def merge(self, *others: "Comparison") -> "Comparison":
        """The runs of all, of one task; of those that several have, the longest."""
        keeper = Keeper()
        files = [os.path.join(keeper.folder, f"{number}.h5") for number in range(len(others) + 1)]
        for file, own in zip(files, (self, *others), strict=True):
            own._core.save(file)
        command("merge", *files, output=os.path.join(keeper.folder, "merged.h5"))
        merged = Comparison.read(os.path.join(keeper.folder, "merged.h5"))
        merged.path, merged.faults = None, [fault for own in (self, *others) for fault in own.faults]
        return merged

    def save(self, path: "PathLike", *, force: bool = False) -> None:
        """Writes the file that `neuropil plot`, `inspect`, `merge` and `train --resume` take.

        path: The file.
        force: Replaces it if it exists.
        """
        _core.Runs.claim(os.fspath(path), force)
        self._core.save(os.fspath(path))

    def __getstate__(self) -> dict[str, Any]:
        path, keeper = temporary()
        self._core.save(path)
        return {"path": self.path, "faults": self.faults, "runs": content(path, keeper)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        path, keeper = again("", state["runs"])
        self._core, self.path, self.faults = _core.Runs.read(path), state["path"], state["faults"]
        del keeper

    def __repr__(self) -> str:
        return f"<{len(self.runs)} runs; rules by mean loss: {', '.join(self.rules)}>"

    def _repr_html_(self) -> str:
        rows = []
        for rule, (_, losses) in self.curves("loss").items():
            accuracy = np.median(self.curves("accuracy")[rule][1][:, -1])
            shown_accuracy = "" if np.isnan(accuracy) else f"{accuracy:.3f}"
            rows.append([rule, len(losses), f"{losses.mean():.4f}", f"{np.median(losses[:, -1]):.4f}", shown_accuracy])
        return table(["rule", "runs", "mean loss", "last loss", "last accuracy"], rows)
