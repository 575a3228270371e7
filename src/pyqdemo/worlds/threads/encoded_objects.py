"""How objects are told: by what those of their class consist of.

An object consists of its class, what a type in C below that holds, its slots and its
``__dict__``. That this is all can be seen by its size. The program's own code is never called.
"""

from __future__ import annotations

import _random
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from types import BuiltinFunctionType, MemberDescriptorType, SimpleNamespace
from typing import Any

from pyqdemo.worlds.threads.copied_classes import HEAP_TYPE
from pyqdemo.worlds.threads.encoded_code import CODE, is_librarys, tell_class
from pyqdemo.worlds.threads.encoded_values import (
    tell_dict,
    tell_list,
    tell_reduced,
    tell_set,
    told_by_reduce,
)
from pyqdemo.worlds.threads.encoding import Encoding, Inexact, Way
from pyqdemo.worlds.threads.set_tables import memory_of

__all__ = ["way_of_objects"]


def way_of_objects(kind: type) -> Way:
    """How objects of a type are told that is in no table.

    A way that raises Inexact is given where there is more to them than can be seen.
    """
    if issubclass(kind, type):
        return tell_class
    if issubclass(kind, BuiltinFunctionType):
        return CODE[BuiltinFunctionType]
    if told_by_reduce(kind):
        return tell_reduced
    if _is_memory(kind):
        return _memory
    try:
        return _way(kind)
    except Inexact as inexact:
        what = inexact.what
        return lambda encoding, value: _librarys(encoding, value, what)


def _is_memory(kind: Any) -> bool:
    """Whether objects of it are numbers or characters of C's, or arrays of those."""
    ctypes: Any = sys.modules.get("ctypes")
    while ctypes is not None and issubclass(kind, ctypes.Array):
        kind = kind._type_
    if ctypes is None or not issubclass(kind, ctypes._SimpleCData):
        return False
    code: str = kind._type_
    return code in _NUMBERS_OF_C


_NUMBERS_OF_C = frozenset("cubB?hHiIlLqQfdg")


def _memory(encoding: Encoding, value: Any) -> None:
    encoding.put(b"CM", encoding.ref(type(value)), b"y" + bytes(value))


def _librarys(encoding: Encoding, value: Any, what: str) -> None:
    """A library's own mark is told by its class; of anything else there is no telling."""
    if not is_librarys(value):
        encoding.refuse(what)
    beside = vars(sys.modules[type(value).__module__])
    name = next(name for name, each in beside.items() if each is value)
    encoding.put(b"N", f"o{type(value).__module__}.{name}".encode())


def _way(kind: type) -> Way:
    """Raises Inexact."""
    slots: list[Any] = []
    inner: Way | None = None
    for each in kind.__mro__:
        if each in _BASES:
            inner = _BASES[each]
            break
        members = _slots_of(each)
        if not _holds_no_more(each, len(members)):
            raise Inexact(f"{kind.__module__}.{kind.__qualname__}")
        slots += members
    return _made_of(inner, slots)


def _slots_of(kind: type) -> list[Any]:
    """The slots that a class written in Python adds. (Types in C have members too, and these
    need not be all that they hold.)"""
    held = vars(kind)
    if "__slots__" not in held or not kind.__flags__ & HEAP_TYPE:
        return []
    return [
        member
        for member in held.values()
        if type(member) is MemberDescriptorType and member.__objclass__ is kind
    ]


def _holds_no_more(kind: Any, slots: int) -> bool:
    """Whether objects of a type are larger than its base's by so many slots alone, and by what
    a ``__dict__`` and weak references take."""
    base = kind.__base__
    if base is None:
        return False
    offsets = ((each.__weakrefoffset__, each.__dictoffset__) for each in (kind, base))
    now, before = (sum(offset > 0 or offset == -_POINTER for offset in each) for each in offsets)
    more: int = kind.__basicsize__ - base.__basicsize__
    pointers: int = slots + now - before
    return more == _POINTER * pointers


_POINTER = 8


def _made_of(inner: Way | None, slots: list[Any]) -> Way:
    def tell(encoding: Encoding, value: Any) -> None:
        held = [_slot(encoding, member, value) for member in slots]
        try:
            own = object.__getattribute__(value, "__dict__")
        except AttributeError:
            encoding.put(b"O", encoding.ref(type(value)), held, None, [])
        else:
            name = encoding.name(value)
            assert name is not None, "it was come upon"
            encoding.inner[id(own)] = name
            told = (list(own), encoding.refs(own.values()))
            encoding.put(b"O", encoding.ref(type(value)), held, *told)
        if inner is not None:
            inner(encoding, value)

    return tell


def _slot(encoding: Encoding, member: Any, value: Any) -> Any:
    try:
        return encoding.ref(member.__get__(value))
    except AttributeError:
        return b"0"


# What types in C hold


def _ordered(encoding: Encoding, value: Any) -> None:
    pairs = list(OrderedDict.items(value))
    keys, values = ([pair[place] for pair in pairs] for place in (0, 1))
    encoding.put(b"OD", encoding.refs(keys), encoding.refs(values))


def _default(encoding: Encoding, value: Any) -> None:
    encoding.put(b"DD", encoding.ref(vars(defaultdict)["default_factory"].__get__(value)))
    tell_dict(encoding, value)


def _deque(encoding: Encoding, value: Any) -> None:
    maxlen = vars(deque)["maxlen"].__get__(value)
    encoding.put(b"Q", maxlen, encoding.refs(deque.__iter__(value)))


def _tuple(encoding: Encoding, value: Any) -> None:
    encoding.put(b"T", encoding.refs(tuple.__iter__(value)))


def _random_state(encoding: Encoding, value: Any) -> None:
    encoding.put(b"RA", b"y" + memory_of(value, _random.Random))


_PARTS = ("args", "__cause__", "__context__", "__suppress_context__", "__traceback__")


def _exception(encoding: Encoding, value: Any) -> None:
    parts = vars(BaseException)
    encoding.put(b"X", encoding.refs(parts[name].__get__(value) for name in _PARTS))


def _worth(exact: Callable[[Any], Any]) -> Way:
    return lambda encoding, value: encoding.put(b"VA", encoding.ref(exact(value)))


_EXCEPTIONS = (
    *(OSError, SystemExit, StopIteration, ImportError, NameError, AttributeError),
    *(
        BaseExceptionGroup,
        SyntaxError,
        UnicodeDecodeError,
        UnicodeEncodeError,
        UnicodeTranslateError,
    ),
)


def _with_more(kind: type) -> Way:
    """An exception in C that has attributes of its own."""
    members = [each for each in vars(kind).values() if type(each) is MemberDescriptorType]

    def tell(encoding: Encoding, value: Any) -> None:
        encoding.put(b"XM", [_slot(encoding, member, value) for member in members])
        _exception(encoding, value)

    return tell


#: The types in C below which a class may stand, with what their objects hold.
_BASES: dict[type, Way | None] = {
    BaseException: _exception,
    OrderedDict: _ordered,
    SimpleNamespace: None,
    _random.Random: _random_state,
    bytes: _worth(lambda value: bytes.__getitem__(value, slice(None))),
    defaultdict: _default,
    deque: _deque,
    dict: tell_dict,
    float: _worth(float.__float__),
    frozenset: tell_set,
    int: _worth(int.__int__),
    list: tell_list,
    object: None,
    set: tell_set,
    str: _worth(str.__str__),
    tuple: _tuple,
    **{kind: _with_more(kind) for kind in _EXCEPTIONS},
}
