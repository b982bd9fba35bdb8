"""The commands of the command line, by name: everything that it can do."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from . import _core
from ._ranks import OVER_RANKS, begin
from .errors import InputError


def command(name: str, *arguments: Any, **options: Any) -> Any:
    """Does what `neuropil NAME ARGUMENTS --OPTIONS` does, and returns what that prints (docs/cli.md).

        npl.command("verify", "tests/data/network")
        npl.command("convert", "theirs.h5", output="readable.h5", population="cells")
        npl.command("inspect", "run.h5", json=True)        # what it prints, parsed

    name: The command.
    arguments: Its arguments, in their order.
    options: With _ for -: True sets a flag, a list repeats an option, a dict repeats it as NAME=VALUE.

    Notes of the command go to the standard error. Ctrl-C ends it as it ends the command line.
    """
    result, notes = noted(name, *arguments, **options)
    for note in notes:
        print(note, file=sys.stderr)
    return result


def noted(name: str, *arguments: Any, **options: Any) -> tuple[Any, list[str]]:
    """The same, and its notes, which are not printed."""
    words = [name, *(_word(own) for own in arguments)]
    for option, value in options.items():
        flag = f"--{option.replace('_', '-')}"
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
        elif isinstance(value, Mapping):
            # A word that begins with a dash is a value all the same.
            words += [f"{flag}={own}={_word(each)}" for own, each in value.items()]
        elif isinstance(value, (list, tuple, range, np.ndarray)):
            words += [f"{flag}={_word(own)}" for own in value]
        else:
            words.append(f"{flag}={_word(value)}")
    if name in OVER_RANKS:
        begin()
    output, notes = _core.command(words)
    text = "\n".join(output)
    # Of several ranks only the first says something.
    return (json.loads(text) if options.get("json") is True and text else text), notes


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, np.generic):
        return _word(value.item())
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple, np.ndarray, Mapping)):
        from ._part import plain

        return json.dumps(plain(value))
    path = getattr(value, "path", None)
    if isinstance(path, str):
        return path
    raise InputError(f"command: found a {type(value).__name__}, expected text, a number, a path, or a list of them")
