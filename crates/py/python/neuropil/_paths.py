"""Values of models and tasks by their path, as `--set` of the command line finds them."""

from typing import Any

from ._guess import did_you_mean
from .errors import InputError

#: Sections that are made on the way.
_SECTIONS = ("simulation", "record")


def assign(root: dict[str, Any], path: str, value: Any, what: str) -> None:
    """Sets a value; refuses a path to nothing before anything is changed.

    path: Names with dots between. The last may be new; the names before it are there, but for the sections simulation and
        record. Items of lists by their index, or their `name`.
    what: What has no such place, for the message.
    """
    node: Any = root
    rest, walked = path, ""
    while True:
        key, tail = _first(node, rest)
        if isinstance(node, list):
            try:
                key = _index(node, key)
            except LookupError as fault:
                raise _nowhere(what, path, str(fault)) from None
        elif not isinstance(node, dict):
            raise _nowhere(what, path, f"`{walked}` is a single value, nothing is inside" if walked else "a name is empty")
        if not tail:
            if key == "" or rest.endswith("."):
                raise _nowhere(what, path, "a name is empty")
            node[key] = value
            return
        if isinstance(node, dict) and key not in node:
            if not walked and key in _SECTIONS and "." not in tail:
                node[key] = {tail: value}
                return
            raise _nowhere(what, path, f"there is no `{key}` in {f'`{walked}`' if walked else 'it'}{did_you_mean(key, node)}")
        node, rest, walked = node[key], tail, f"{walked}.{key}" if walked else str(key)


def _first(node: Any, rest: str) -> tuple[Any, str]:
    """The first name of a path, of those that are there the longest (names may have dots), and what follows it."""
    known = [key for key in node if rest == key or rest.startswith(f"{key}.")] if isinstance(node, dict) else []
    key = max(known, key=len) if known else rest.partition(".")[0]
    return key, rest[len(key) + 1 :]


def _index(items: list[Any], key: str) -> int:
    if key.isascii() and key.isdecimal() and int(key) < len(items):
        return int(key)
    for place, own in enumerate(items):
        if isinstance(own, dict) and own.get("name") == key:
            return place
    raise LookupError(f"`{key}` is neither an index below {len(items)} nor the name of an item")


def _nowhere(what: str, path: str, why: str) -> InputError:
    return InputError(f"set: the {what} has no place `{path}`: {why}")
