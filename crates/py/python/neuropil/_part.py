"""What all parts of a model have in common."""

import html
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .errors import AssignmentError, InputError


class Fixed:
    """What is said once: an assignment to a public attribute would be read back and do nothing, and is refused."""

    #: What does it instead, for the message.
    _instead: ClassVar[str] = "make another"
    #: Public attributes that may be assigned.
    _free: ClassVar[tuple[str, ...]] = ()

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and name not in self._free:
            raise AssignmentError(f"{type(self).__name__}.{name} cannot be assigned: {self._instead_of(name, value)}")
        object.__setattr__(self, name, value)

    def _instead_of(self, name: str, value: Any) -> str:
        return self._instead


class Named(Fixed):
    """What a model file names, such as a population or a part of one."""

    name: str

    def json(self) -> Any:
        """How a model file names it."""
        return self.name


class Part(Fixed):
    """A part of a model: named values, as a model file has them."""

    _fixed: ClassVar[dict[str, str]] = {}
    #: Names of a model file that are words of Python, by the names that they have here.
    _spelled: ClassVar[dict[str, str]] = {}

    def __init__(self, **fields: Any) -> None:
        self._fields = {name: value for name, value in fields.items() if value is not None}

    def _instead_of(self, name: str, value: Any) -> str:
        return f"make another, as in {type(self).__name__}(..., {name}={brief(value)})"

    def json(self) -> dict[str, Any]:
        """The part as a model file has it."""
        return {
            **self._fixed,
            **{self._spelled.get(name, name): plain_of(name, value) for name, value in self._fields.items()},
        }

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__.get("_fields", {})
        if name in fields:
            return fields[name]
        raise AttributeError(f"{type(self).__name__} has no {name}; it was given {', '.join(fields) or 'nothing'}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={brief(own)}' for name, own in self._fields.items())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Part) and self.json() == other.json()

    __hash__ = None  # type: ignore[assignment]


def part(what: str, value: Any, kind: type[Part]) -> dict[str, Any]:
    """A part, or a mapping in its place, as a model file has it; refuses what is neither by name."""
    if isinstance(value, (kind, Mapping)):
        return plain_of(what, value)  # type: ignore[no-any-return]
    example = kind if kind.__init__ is not Part.__init__ else next(iter(kind.__subclasses__()), kind)
    plain_of(what, value)
    raise InputError(f"{what}: found a {type(value).__name__} ({brief(value)}), expected one such as {example.__name__}(...)")


#: What numbers with units have: of quantities and Neo, Brian2, astropy, pint.
_UNITS = ("dimensionality", "dimensions", "unit", "units")


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, type) and issubclass(value, Part):
        raise InputError(f"found the class {value.__name__}, expected one of its objects: {value.__name__}(...)")
    if isinstance(value, Part):
        return value.json()
    if isinstance(value, Named):
        return value.json()
    unit = next((own for own in _UNITS if hasattr(value, own)), None)
    if unit is not None and not isinstance(value, type):
        raise InputError(f"found {value!r}, a quantity with a unit; expected a number in the unit that the name has")
    if isinstance(value, np.ndarray):
        return _listed(value)
    if isinstance(value, np.floating):
        return plain(float(value))
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, Mapping):
        return {str(name): plain_of(str(name), own) for name, own in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(own) for own in value]
    if isinstance(value, float) and not np.isfinite(value):
        raise InputError(f"found {value}, expected a finite number")
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    if hasattr(value, "__array__"):
        # A dataset of h5py, a column of pandas.
        return _listed(np.asarray(value))
    raise InputError(f"found a {type(value).__name__} ({value!r}), expected numbers, text, a list, an array or a part")


def plain_of(name: str, value: Any) -> Any:
    """The value of a name as JSON has it; a fault tells the name, and those of what it lies in."""
    try:
        return plain(value)
    except InputError as fault:
        told = str(fault)
        between = ": " if told.startswith("found ") else "."
        raise InputError(f"{name}{between}{told}") from None


def _listed(value: "np.ndarray[Any, Any]") -> Any:
    """An array as lists of exactly its numbers."""
    kind = value.dtype.kind
    if kind == "f":
        wrong = np.argwhere(~np.isfinite(value))
        if len(wrong):
            place = [int(own) for own in wrong[0]]
            found = value[tuple(place)]
            raise InputError(f"found {found}{f' at {place}' if place else ''}, expected finite numbers")
        return value.astype(float).tolist()
    if kind in "biuUS":
        return np.char.decode(value, "utf-8").tolist() if kind == "S" else value.tolist()
    if kind == "O":
        return plain([own.decode("utf-8") if isinstance(own, bytes) else own for own in value.tolist()])
    raise InputError(f"found an array of {value.dtype}, expected numbers or text")


@contextmanager
def placed(file: str, original: Callable[[], Any] | None) -> Iterator[None]:
    """Faults of a file that was read are told at their places in it, not at those of a text that was made of it.

    original: Looks at the text of the file as it was, and raises its faults; None where there is no file.
    """
    try:
        yield
    except InputError as fault:
        if original is None or not fault.faults:
            raise
        original()
        # What is wrong has come later: it has no place in the file.
        with_place = rf"(?m)^{re.escape(file)}:\d+:\d+(: .*)(?:\n +\d+ \|.*\n +\|.*)?"
        told = type(fault)(re.sub(with_place, lambda own: file + own[1], str(fault)))
        told.faults = [(path, None, None, message) for path, _, _, message in fault.faults]
        raise told from None


def written(kind: str, file: "str | os.PathLike[str] | None", text: str | None) -> tuple[str, str | None]:
    """The name of a model that is written as equations, and its text: of a file (`FILE#NAME` if it holds several), or given."""
    if (file is None) == (text is None):
        raise InputError(f"{kind}: expected a file, or text=...: one of the two")
    if file is None:
        return f"{kind.lower()}.nestml", text
    model = os.fspath(file)
    path = model.split("#")[0]
    try:
        return model, Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"cannot read `{path}`: {fault}") from None


def shown_as_written(own: "Part") -> str:
    """A part that is written as equations, without its text."""
    fields = {name: value for name, value in own._fields.items() if name not in ("model", "text")}
    given = "".join(f", {name}={value!r}" for name, value in fields.items())
    return f"{type(own).__name__}({own._fields['model']!r}{given})"


def parsed(text: str) -> Any:
    """What a text of JSON says; a ValueError where it is none, or says one thing twice."""
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    own = dict(pairs)
    if len(own) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise InputError(f"`{twice}` stands twice in one object")
    return own


def brief(value: Any) -> str:
    """A value as it is shown: long lists are counted."""
    if isinstance(value, (np.ndarray, list, tuple)) and len(value) > 6:
        return f"<{len(value)} values>"
    return repr(value.tolist()) if isinstance(value, np.ndarray) else repr(value)


def table(head: list[str], rows: list[list[Any]], caption: str = "") -> str:
    """An HTML table, for notebooks."""

    def cells(tag: str, own: list[Any]) -> str:
        return "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in own)

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    top = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{top}<thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"
