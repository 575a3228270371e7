"""Whether the C code between two frames of a stack holds anything that cannot be seen.

Between a frame and the one that it has called there is none, if the interpreter itself has made
the call. Else some C code has: it may have done so for the sake of the call alone (a class that
is called, a ``with`` statement, a ``partial``), or hold what it has collected so far, as ``sum``
and ``sorted`` do. What is known to hold nothing stands here.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterable, Iterator
from types import CellType, CodeType, FrameType, FunctionType, GeneratorType, MethodType
from typing import Any

from pyqdemo.worlds.owning import ours
from pyqdemo.worlds.threads.stacks import UNSET, Held, held_by

__all__ = ["holds_nothing"]

_CALLS = ("CALL", "CALL_KW", "CALL_FUNCTION_EX")
#: The special method that alone can be what an instruction has called.
_SPECIAL = {
    "BEFORE_WITH": "__enter__",
    "WITH_EXCEPT_START": "__exit__",
    "BINARY_SUBSCR": "__getitem__",
    "STORE_SUBSCR": "__setitem__",
    "DELETE_SUBSCR": "__delitem__",
    "CONTAINS_OP": "__contains__",
    "GET_ITER": "__iter__",
}
#: These go to our own code by one way only.
_OURS = frozenset({"LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR", "IMPORT_NAME"})


def holds_nothing(
    frame: FrameType, held: Held, above: FrameType, known: Callable[[], Iterable[Any]]
) -> bool:
    """Whether C code between a frame and the one above holds nothing of its own.

    Args:
        held: what the frame holds.
        known: gives objects that are surely alive and may be what it calls, besides those that
            it has at hand itself.
    """
    name, code = held.stop.name, above.f_code
    if ours(frame.f_code.co_filename) and frame.f_code.co_name == code.co_name == "__exit__":
        return True  # a condition's, of its lock
    if name in _CALLS:
        if id(first := _first(above)) == held.called:
            # Bound: its object stands in its place meanwhile.
            return _is_method(first, code.co_name, code)
        for candidates in (known(), _about(frame, held)):
            for each in candidates:
                if id(each) == held.called:
                    return _runs(each, code)
        return False
    if name in _SPECIAL:
        return _is_method(_first(above), _SPECIAL[name], code)
    if name in _OURS and ours(code.co_filename):
        return True
    if name in ("LOAD_ATTR", "STORE_ATTR"):
        return _is_property(above)
    if name == "FOR_ITER":
        return _next_of(held.slots[-1], above)
    if name == "SEND":
        return _is_generators(held.slots[-1], above)
    return False


def _about(frame: FrameType, held: Held) -> Iterator[Any]:
    """What a frame has at hand by some name."""
    yield from (builtins.exec,)
    yield from frame.f_globals.values()
    for each in held.slots:
        if each is UNSET:
            continue
        yield each
        try:
            yield from object.__getattribute__(each, "__dict__").values()
        except AttributeError:
            for kind in type(each).__mro__:
                yield from _slots(kind, each)


def _slots(kind: type, value: Any) -> Iterator[Any]:
    names = vars(kind).get("__slots__", ())
    for name in (names,) if isinstance(names, str) else names:
        if name in vars(kind):
            try:
                yield vars(kind)[name].__get__(value)
            except AttributeError:
                continue


def _runs(called: Any, code: CodeType) -> bool:
    """Whether to call that is to run that code, with nothing done before or after it."""
    match called:
        case FunctionType():
            return called.__code__ is code
        case MethodType() | staticmethod():
            return _runs(called.__func__, code)
        case functools.partial():
            return _runs(called.func, code)
        case builtins.exec:
            return code.co_name == "<module>"
        case type():
            made = type(called) is type and code.co_name == "__init__"
            return made and _runs(getattr(called, "__init__", None), code)
    return _is_method(called, "__call__", code)


def _first(frame: FrameType) -> Any:
    """The first argument of a frame's function, as far as that still has its name."""
    first = held_by(frame).slots[0] if frame.f_code.co_argcount else UNSET
    return first.cell_contents if type(first) is CellType else first


def _is_method(value: Any, name: str, code: CodeType) -> bool:
    """Whether that is the code of an object's method of that name, its class's or a base's."""
    found = (vars(kind).get(name) for kind in type(value).__mro__)
    return any(type(each) is FunctionType and each.__code__ is code for each in found)


def _is_property(frame: FrameType) -> bool:
    code = frame.f_code
    for kind in type(_first(frame)).__mro__:
        found = vars(kind).get(code.co_name)
        if isinstance(found, property):
            parts = (found.fget, found.fset, found.fdel)
            return any(getattr(part, "__code__", None) is code for part in parts)
    return False


def _next_of(iterator: Any, above: FrameType) -> bool:
    if type(iterator) is type(iter(int, 1)):
        made: Any = iterator.__reduce__()  # of what is called and what ends it, while it goes on
        return len(made[1]) == 2 and _runs(made[1][0], above.f_code)
    if type(iterator) is enumerate:
        return _is_generators(iterator.__reduce__()[1][0], above)
    if type(iterator) is GeneratorType:
        return _is_generators(iterator, above)
    step = getattr(type(iterator), "__next__", None)
    return type(step) is FunctionType and step.__code__ is above.f_code


def _is_generators(value: Any, above: FrameType) -> bool:
    return type(value) is GeneratorType and value.gi_frame is above
