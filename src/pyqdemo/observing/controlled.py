"""Calls of our own functions: operations, which touch plain data only where it says so here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyqdemo.observing.contents import CHANGED, How
from pyqdemo.observing.kinds import BOX, CLASS, FOREIGN, HOLDER, ITERATOR, PLAIN

if TYPE_CHECKING:
    from pyqdemo.observing.calls import Calls

__all__ = ["NAMING", "SPECIAL", "controlled_call"]

_TEXT = How(text=True)
_COMPARED = How(full=True)
#: Functions that go through what they are given.
_READING = frozenset({"as_completed", "choice", "choices", "sample", "shuffle", "wait"})
#: Methods that are given something to call, which another task does; of threads alone, since
#: a process gets a copy.
_HANDING = frozenset({"__init__", "add_done_callback", "map", "submit", "wait_for"})
_OF_THREADS = frozenset({"Barrier", "Condition", "Future", "Thread", "ThreadPoolExecutor"})
_TO_CALL = frozenset({"action", "fn", "function", "initializer", "predicate", "target"})
_CALLED = How(calls=True)
#: What methods of a thread do to its name.
NAMING = {"start": "r", "getName": "r", "isDaemon": "r", "setName": "w", "setDaemon": "w"}
_MOVING = frozenset({"put", "put_nowait", "get", "get_nowait"})
_HOLDING = frozenset({BOX, HOLDER, ITERATOR})
#: Functions and classes that change what all code of a process shares.
_REDIRECTING = frozenset({"redirect_stderr", "redirect_stdout"})
_OF_INTERPRETER = frozenset(
    {
        *("_disable", "_enable", "disable", "enable", "set_int_max_str_digits"),
        *("setrecursionlimit", "setswitchinterval"),
    }
)
#: Of all others a call is an operation, and nothing else.
SPECIAL = frozenset({"print", "Barrier", *_OF_INTERPRETER, *_READING, *_HANDING, *NAMING, *_MOVING})


def controlled_call(calls: Calls, called: Any, name: str, me: Any) -> Any:
    """What to call in the place of one of our functions, methods or classes.

    Args:
        called: what the program calls.
        name: of the function; ``__init__`` of a class.
        me: whose method it is; None for a plain function.
    """
    changes = name in _OF_INTERPRETER and me is None and not calls.notes.is_alone()
    if changes or getattr(me, "__name__", None) in _REDIRECTING:
        calls.notes.unseen(f"call of {getattr(called, '__name__', name)}")
    if me is None:
        return called if name not in ("print", *_READING) else _Reading(calls, called, name)
    if name == "Barrier":
        return _Reading(calls, called, name)  # of a module that stands for multiprocessing
    kind = me if isinstance(me, type) else type(me)
    if name in NAMING and hasattr(kind, "daemon"):
        whose = calls.notes.name(me)
        for attribute in (".name", ".daemon"):
            calls.notes.note((whose, attribute), NAMING[name])
    if name in _MOVING and any(base.__name__ == "PriorityQueue" for base in kind.__mro__):
        return _Ranking(calls, called, me)
    if name in _HANDING and any(base.__name__ in _OF_THREADS for base in kind.__mro__):
        return _Handing(calls, called, 1 if name == "__init__" else 0)
    return called


class _Reading:
    """A function that goes through its arguments at once."""

    def __init__(self, calls: Calls, called: Callable[..., Any], name: str) -> None:
        self._calls = calls
        self._called = called
        self._name = name

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        calls = self._calls
        if self._name == "print":
            args = tuple(map(self._told, args))
            calls.all((), {name: each for name, each in kwargs.items() if name != "file"})
            self._file(kwargs.get("file"))
        elif self._name == "Barrier":
            calls.all(args, kwargs, _CALLED)
        elif self._name == "shuffle":
            self._calls.contents.shallow(args[0], "w")
        else:
            self._calls.shallow(args, kwargs)
        return self._called(*args, **kwargs)

    def _told(self, value: Any) -> Any:
        """What is printed, as a text if other code has its say in that: what comes after is one
        operation."""
        calls = self._calls
        if calls.kinds[type(value)] == PLAIN:
            return value
        given = value, _TEXT
        calls.contents.deep(*given)
        if calls.kinds[type(value)] not in _HOLDING:
            return value
        calls.notes.begins(calls.contents.deep, *given)
        try:
            return str(value)
        finally:
            calls.notes.ended()

    def _file(self, file: Any) -> None:
        """What is written to tells of that itself, if it is the program's."""
        if self._calls.kinds[type(file)] == FOREIGN:
            self._calls.contents.deep(file, CHANGED)


class _Ranking:
    """A put into a PriorityQueue or a get. Code in C compares items of the queue, nobody knows
    which: all are read, in the step in which it happens."""

    def __init__(self, calls: Calls, called: Callable[..., Any], queue: Any) -> None:
        self._calls = calls
        self._called = called
        self._items = calls.ranked.setdefault(id(queue), [])

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        for each in args:
            if self._is_deep(each):
                self._items.append(each)
        try:
            answer = self._called(*args, **kwargs)
        finally:
            for each in self._items:
                self._calls.contents.deep(each, _COMPARED)
        self._items[:] = [each for each in self._items if each is not answer]
        return answer

    def _is_deep(self, item: Any) -> bool:
        if isinstance(item, tuple):
            return any(self._is_deep(each) for each in item)
        return self._calls.kinds[type(item)] != PLAIN


class _Handing:
    """A call that takes something to be called by another task."""

    def __init__(self, calls: Calls, called: Callable[..., Any], place: int) -> None:
        self._calls = calls
        self._called = called
        self._place = place  # of what is to be called, among the arguments

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        given = [self._noted(each, at == self._place) for at, each in enumerate(args)]
        named = {name: self._noted(each, name in _TO_CALL) for name, each in kwargs.items()}
        return self._called(*given, **named)

    def _noted(self, value: Any, is_it: bool) -> Any:
        # A class that is given besides is one to be asked for, perhaps.
        if not is_it and self._calls.kinds[type(value)] == CLASS:
            return value
        return self._calls.noting(value)
