"""What a frame that is under way holds: its local variables, and what lies on its value stack.

Python shows the one in ``f_locals`` (before 3.13 in a copy, which keeps its objects alive and
overwrites what ``locals`` gave to the program) and hides the other. Here both are read where
the interpreter has them. That is the same in all releases of a minor version of CPython, so
there is a list of those; on any other Python ``can_see`` is false and nothing is read.

What is read is what the interpreter itself guarantees to be there: where one Python function
has called another, as much as it has noted; where it is in the middle of an instruction, what
lies below the operands of that. It is never a matter of luck.

**Source**: CPython, ``Include/internal/pycore_frame.h`` and ``Include/cpython/frameobject.h``,
branches 3.11 to 3.13, in which ``localsplus`` and ``stacktop`` have the same place.
"""

from __future__ import annotations

import sys
import sysconfig
from types import CodeType, FrameType
from typing import Any, NamedTuple

from pyqdemo.worlds.threads.stack_depths import Stop, stops_of

__all__ = ["UNSET", "Held", "Unseen", "can_see", "held_by"]

_VERSIONS = ((3, 11), (3, 12), (3, 13))
_FRAME, _TOP, _SLOTS, _POINTER = 24, 64, 72, 8  # bytes


class _Unset:
    """In the place of a variable that has no value, or of an empty slot."""


UNSET = _Unset()


class Unseen(Exception):
    """What a frame holds cannot be told."""


class Held(NamedTuple):
    """What a frame holds.

    Attributes:
        stop: the instruction that it is at.
        slots: its variables, cells and free variables, then its stack, the oldest first, as far
            as the instruction leaves it alone.
        beneath_c: the frame above was not called by the interpreter itself, or there is none.
        called: address of what the instruction calls, where it is a call; never to be followed.
    """

    stop: Stop
    slots: list[Any]
    beneath_c: bool
    called: int


class _Layout(NamedTuple):
    """What is the same for all frames of a code object."""

    code: CodeType
    variables: int
    stops: dict[int, Stop] | None


_layouts: dict[int, _Layout] = {}  # by id of the code, which the layout keeps
_seeing: list[bool] = []


def can_see() -> bool:
    """Whether frames can be read on this Python; tried out once."""
    if not _seeing:
        _seeing.append(_is_known() and _is_so())
    return _seeing[0]


def held_by(frame: FrameType) -> Held:
    """What a frame holds that is under way, or that of a generator that is suspended.

    Raises:
        Unseen: there is no telling.
    """
    code = frame.f_code
    layout = _layouts.get(id(code)) or _layout(code)
    stop = None if layout.stops is None else layout.stops.get(frame.f_lasti)
    if stop is None:
        raise Unseen(f"{code.co_qualname}: no such place")
    inner = _c.c_void_p.from_address(id(frame) + _FRAME).value or 0
    top = _c.c_int.from_address(inner + _TOP).value
    if top >= 0:
        depth = top - layout.variables
        if depth not in (stop.before, stop.below):
            raise Unseen(f"{code.co_qualname}: {depth} values at {stop}")
    elif stop.below is None:
        raise Unseen(f"{code.co_qualname}: {stop.name} is under way")
    else:
        depth = stop.below
    count = layout.variables + depth
    addresses = (_c.c_size_t * count).from_address(inner + _SLOTS)[:]
    objects = (_c.py_object * count).from_address(inner + _SLOTS)
    slots = [objects[n] if address else UNSET for n, address in enumerate(addresses)]
    beneath_c = top < 0
    return Held(stop, slots, beneath_c, _called(layout, stop, inner) if beneath_c else 0)


def _called(layout: _Layout, stop: Stop, inner: int) -> int:
    """The address alone: what is there may be about to die."""
    for place in stop.called:
        slot = inner + _SLOTS + _POINTER * (layout.variables + place)
        address: int = _c.c_size_t.from_address(slot).value
        if address:
            return address
    return 0


def _layout(code: CodeType) -> _Layout:
    cells = sum(name not in code.co_varnames for name in code.co_cellvars)
    variables = len(code.co_varnames) + cells + len(code.co_freevars)
    try:
        stops: dict[int, Stop] | None = stops_of(code)
    except ValueError:
        stops = None
    if len(_layouts) > _MOST:
        _layouts.clear()  # a program that makes ever new code
    made = _layouts[id(code)] = _Layout(code, variables, stops)
    return made


_MOST = 20_000


def _is_known() -> bool:
    return (
        sys.implementation.name == "cpython"
        and sys.version_info[:2] in _VERSIONS
        and sys.maxsize > 2**32
        and object.__basicsize__ == 2 * _POINTER  # no build that traces references
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
    )


def _is_so() -> bool:
    """Reads a stack of which everything is known."""

    def look() -> Held:
        return held_by(sys._getframe(1))

    def hold(first: object) -> tuple[Held, object]:
        for each in (first, None):
            kept = [each]
            return look(), kept
        raise AssertionError("there were two")

    global _c
    import ctypes  # few runs need it

    _c = ctypes
    mark = object()
    seen, kept = hold(mark)
    first, each, its, *others, iterator = seen.slots
    return (
        not seen.beneath_c
        and first is each is mark
        and its is kept
        and len(others) == len(hold.__code__.co_freevars)
        and type(iterator) is type(iter(()))
        and iterator.__reduce__()[1:] == (((mark, None),), 1)
    )


_c: Any = None
