"""What does not exist is refused with what was probably meant."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from . import _core
from .errors import ArgumentError


def did_you_mean(found: str, names: Iterable[str]) -> str:
    """`; did you mean ...?`, or nothing if no name is close."""
    return _core.did_you_mean(found, list(names))


def checked(function: Callable[..., Any], called: str) -> Callable[..., Any]:
    """A function that refuses arguments by names that it does not have with the one that was meant."""
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    if any(own.kind is own.VAR_KEYWORD for own in parameters):
        return function
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    names = [own.name for own in parameters if own.kind in named and own.name not in ("self", "cls")]
    shown = [own for own in names if not own.startswith("_")]
    variadic = any(own.kind is own.VAR_POSITIONAL for own in parameters)
    in_place = [own.name for own in parameters if own.kind in (own.POSITIONAL_ONLY, own.POSITIONAL_OR_KEYWORD)]

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        for name in options:
            if name not in names:
                raise unknown(called, name, shown)
        if len(arguments) > len(in_place) and not variadic:
            by_name = [own for own in shown if own not in in_place and own not in options]
            given, taken = (len(own) - (in_place[:1] in (["self"], ["cls"])) for own in (arguments, in_place))
            said = f"say it by name, one of {', '.join(by_name)}" if by_name else f"it takes {', '.join(shown)}"
            found = f"{given} value{'s' if given > 1 else ''} without a name"
            raise ArgumentError(f"{called}: found {found}, expected {taken or 'none'}{' at most' if taken else ''}; {said}")
        try:
            signature.bind(*arguments, **options)
        except TypeError as fault:
            raise ArgumentError(f"{called}: {fault}; it takes {', '.join(shown) or 'none'}") from None
        return function(*arguments, **options)

    return call


def unknown(called: str, name: str, names: Iterable[str]) -> ArgumentError:
    """The error of an argument that does not exist."""
    known = list(names)
    takes = f"it takes {', '.join(known)}" if known else "it takes none by name"
    return ArgumentError(f"{called}: there is no argument `{name}`{did_you_mean(name, known)}; {takes}")


def check_all(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Makes all public functions, classes and their methods refuse what they do not know."""
    done: set[type] = set()
    for name in names:
        own = namespace[name]
        if inspect.isfunction(own):
            namespace[name] = checked(own, name)
        elif inspect.isclass(own) and not issubclass(own, BaseException):
            for each in own.__mro__:
                if each.__module__.partition(".")[0] == "neuropil" and each not in done:
                    done.add(each)
                    _check_class(each)


def _check_class(own: type) -> None:
    for name, member in list(vars(own).items()):
        if name.startswith("_") and name != "__init__":
            continue
        called = own.__name__ if name == "__init__" else f"{own.__name__}.{name}"
        if isinstance(member, (classmethod, staticmethod)):
            setattr(own, name, type(member)(checked(member.__func__, called)))
        elif inspect.isfunction(member):
            setattr(own, name, checked(member, called))
