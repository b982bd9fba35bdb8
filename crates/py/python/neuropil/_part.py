"""What all parts of a model have in common."""

import html
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from .errors import InputError


class Named:
    """What a model file names, such as a population or a part of one."""

    name: str

    def json(self) -> Any:
        """How a model file names it."""
        return self.name


class Part:
    """A part of a model: named values, as a model file has them."""

    _fixed: ClassVar[dict[str, str]] = {}
    #: Names of a model file that are words of Python, by the names that they have here.
    _spelled: ClassVar[dict[str, str]] = {}

    def __init__(self, **fields: Any) -> None:
        self._fields = {name: value for name, value in fields.items() if value is not None}

    def json(self) -> dict[str, Any]:
        """The part as a model file has it."""
        return {
            **self._fixed,
            **{self._spelled.get(name, name): plain(value) for name, value in self._fields.items()},
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
        return plain(value)  # type: ignore[no-any-return]
    example = kind if kind.__init__ is not Part.__init__ else next(iter(kind.__subclasses__()), kind)
    plain(value)
    raise InputError(f"{what}: found a {type(value).__name__} ({brief(value)}), expected one such as {example.__name__}(...)")


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, type) and issubclass(value, Part):
        raise InputError(f"found the class {value.__name__}, expected one of its objects: {value.__name__}(...)")
    if isinstance(value, Part):
        return value.json()
    if isinstance(value, Named):
        return value.json()
    if isinstance(value, np.ndarray):
        return _listed(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, Mapping):
        return {str(name): plain(own) for name, own in value.items()}
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
