"""What a function is, as a digest, by which it is known again."""

import functools
import hashlib
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic)
#: Digits of a digest.
_DIGITS = 16


def digest(*parts: Any) -> str:
    """Of functions and values, by what this version of Python has compiled: comments and places in files do not count.

    What a function refers to counts as it is now: numbers, texts, arrays, tuples, lists, dicts and sets of them, objects by
    their attributes, functions of its module. Modules, classes and functions of other modules count by their name.
    """
    told, seen = hashlib.sha256(), set[int]()
    for part in parts:
        for word in _words(part, seen):
            told.update(word.encode("utf-8", "surrogatepass") + b"\0")
    return f"python{sys.version_info[0]}.{sys.version_info[1]}:{told.hexdigest()[:_DIGITS]}"


def _words(value: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(value, _PLAIN):
        yield f"{type(value).__name__} {value!r}"
    elif isinstance(value, np.ndarray):
        yield f"array {value.dtype.str} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, tuple):
        yield f"tuple {len(value)}"
        for own in value:
            yield from _words(own, seen)
    elif isinstance(value, (frozenset, set)):
        yield f"set {sorted(map(repr, value))}"
    elif isinstance(value, types.CodeType):
        yield from _code(value, seen)
    elif id(value) in seen:
        yield "again"
    elif isinstance(value, list):
        seen.add(id(value))
        yield f"list {len(value)}"
        for own in value:
            yield from _words(own, seen)
    elif isinstance(value, Mapping):
        seen.add(id(value))
        yield f"mapping {len(value)}"
        for key, own in value.items():
            yield f"key {key!r}"
            yield from _words(own, seen)
    elif isinstance(value, functools.partial):
        seen.add(id(value))
        for own in (value.func, value.args, tuple(sorted(value.keywords.items()))):
            yield from _words(own, seen)
    elif isinstance(value, types.MethodType):
        seen.add(id(value))
        yield from _words(value.__func__, seen)
        yield from _object(value.__self__, seen)
    elif isinstance(value, types.FunctionType):
        seen.add(id(value))
        yield from _function(value, seen)
    elif isinstance(getattr(value, "__dict__", None), dict) and not isinstance(value, (types.ModuleType, type)):
        seen.add(id(value))
        if isinstance(getattr(type(value), "__call__", None), types.FunctionType):
            yield from _words(type(value).__call__, seen)
        yield from _object(value, seen)
    else:
        # A module, a class, a function in C: by its name, if it has one.
        yield f"{type(value).__name__} {getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"


def _function(own: types.FunctionType, seen: set[int]) -> Iterator[str]:
    yield from _code(own.__code__, seen)
    yield from _words(own.__defaults__, seen)
    yield from _words(tuple(sorted((own.__kwdefaults__ or {}).items())), seen)
    for name, cell in zip(own.__code__.co_freevars, own.__closure__ or (), strict=True):
        yield f"closure {name}"
        try:
            yield from _words(cell.cell_contents, seen)
        except ValueError:
            yield "empty"
    for name in sorted(_names(own.__code__)):
        known = own.__globals__.get(name)
        is_far = isinstance(known, types.FunctionType) and known.__module__ != own.__module__
        if known is not None and not is_far and not isinstance(known, (types.ModuleType, type)):
            yield f"global {name}"
            yield from _words(known, seen)


def _code(code: types.CodeType, seen: set[int]) -> Iterator[str]:
    yield f"code {code.co_code.hex()} {code.co_names} {code.co_argcount} {code.co_kwonlyargcount} {code.co_flags}"
    for own in code.co_consts:
        yield from _words(own, seen)


def _names(code: types.CodeType) -> set[str]:
    """What a function and the functions in it may refer to."""
    inner = [own for own in code.co_consts if isinstance(own, types.CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _object(own: Any, seen: set[int]) -> Iterator[str]:
    """What an object is: its class and its attributes."""
    yield f"object {type(own).__module__}.{type(own).__qualname__}"
    for name, value in sorted(getattr(own, "__dict__", {}).items()):
        yield f"attribute {name}"
        yield from _words(value, seen)
