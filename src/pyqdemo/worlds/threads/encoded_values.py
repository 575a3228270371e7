"""How values of the built-in types are told: containers, iterators, exceptions and the like."""

from __future__ import annotations

import array
import gc
import itertools
import marshal
import re
import types
from collections import deque
from collections.abc import Callable
from typing import Any

from pyqdemo.worlds.threads.encoded_code import library_name
from pyqdemo.worlds.threads.encoding import PLAIN, Encoding, Way
from pyqdemo.worlds.threads.set_tables import Table, place_of, table_of

__all__ = ["VALUES", "tell_dict", "tell_list", "tell_set"]


def tell_list(encoding: Encoding, value: list[Any]) -> None:
    if PLAIN.issuperset(map(type, list.__iter__(value))):
        encoding.put(b"L", value if type(value) is list else list(list.__iter__(value)))
    else:
        encoding.put(b"L", encoding.refs(list.__iter__(value)))


def _tuple(encoding: Encoding, value: tuple[Any, ...]) -> None:
    encoding.put(b"T", encoding.refs(tuple.__iter__(value)))


def tell_dict(encoding: Encoding, value: dict[Any, Any]) -> None:
    """In its order, which the program can see."""
    keys, values = list(dict.keys(value)), list(dict.values(value))
    if not PLAIN.issuperset(map(type, keys)):
        keys = encoding.refs(keys)
    encoding.put(b"D", keys, encoding.refs(values))


def _deque(encoding: Encoding, value: deque[Any]) -> None:
    encoding.put(b"Q", value.maxlen, encoding.refs(deque.__iter__(value)))


def tell_set(encoding: Encoding, value: Any) -> None:
    """Its elements in an order of our own; and where they come in another than one that
    follows from their hashes alone, in that too.

    In which order a program finds them hangs on where each found a free place when it came.
    Where all found the place that their hash says, nothing hangs on when they came, and the
    same is told whatever the hashes are.
    """
    kind = set if isinstance(value, set) else frozenset
    held = list(kind.__iter__(value))
    told = sorted((_key(encoding, each), number) for number, each in enumerate(held))
    keys = [key for key, _ in told]
    if len(set(keys)) < len(keys):
        encoding.refuse("set")  # no telling which of them is which
    refs = [encoding.ref(held[number]) for _, number in told]
    table = table_of(value)
    places: list[Any] | None = None
    if table.left and not held:
        # If it was by their addresses where they were, it is another place each time.
        encoding.refuse("a set that others have left")
    if not all(type(each) in _HASHED for each in held):
        pass  # by addresses: in no order that one could rely on
    elif table.finger or table.left or not _is_at_home(held, table):
        places = [table.finger, table.left, [table.held[number] for _, number in told]]
    encoding.put(b"S", kind is set, table.mask, refs, places)


_HASHED = PLAIN | {bytes}


def _is_at_home(held: list[Any], table: Table) -> bool:
    """Whether every element is where its hash says."""
    mask = table.mask
    return all(hash(each) & mask == place for each, place in zip(held, table.held, strict=True))


def _key(encoding: Encoding, value: Any) -> bytes:
    """By what an element of a set comes before another."""
    kind = type(value)
    if kind in PLAIN or kind is bytes:
        return b"v" + marshal.dumps(value, 2)
    name = encoding.name(value)
    if name is not None:
        return b"n" + name
    if kind is tuple or kind is frozenset:
        parts = [_key(encoding, each) for each in value]
        return b"t" + marshal.dumps(sorted(parts) if kind is frozenset else parts, 2)
    if isinstance(value, (type, types.FunctionType)):
        library = library_name(value)
        return b"o" if library is None else b"k" + library
    label = encoding.label(value)
    if label is not None:
        return b"l" + label.encode()
    return b"o"  # of which there can be but one


def _bytearray(encoding: Encoding, value: bytearray) -> None:
    encoding.put(b"A", b"y" + bytes(value))


def _array(encoding: Encoding, value: Any) -> None:
    encoding.put(b"AA", value.typecode, b"y" + value.tobytes())


def _range(encoding: Encoding, value: range) -> None:
    encoding.put(b"R", value.start, value.stop, value.step)


def _slice(encoding: Encoding, value: slice) -> None:
    encoding.put(b"SL", *encoding.refs((value.start, value.stop, value.step)))


def _object(encoding: Encoding, value: object) -> None:
    encoding.put(b"OO")


def _pattern(encoding: Encoding, value: Any) -> None:
    encoding.put(b"RE", encoding.ref(value.pattern), value.flags)


def _cell(encoding: Encoding, cell: types.CellType) -> None:
    try:
        held = cell.cell_contents
    except ValueError:
        encoding.put(b"C0")
    else:
        encoding.put(b"C1", encoding.ref(held))


# Iterators


def _iterator(encoding: Encoding, value: Any) -> None:
    """One that says by itself of what it is made and how far it has come."""
    _, *state = value.__reduce__()
    parts = [encoding.refs(encoding.keep(each) for each in state[0]), *state[1:]]
    encoding.put(b"I", type(value).__name__, parts)


def _over_set(encoding: Encoding, value: Any) -> None:
    of, left = _left_of(encoding, value)
    encoding.put(b"IS", encoding.refs(of), encoding.refs(left), place_of(value) if of else 0)


def _over_dict(encoding: Encoding, value: Any) -> None:
    """One over a dictionary: that, and what is left.

    Where something has been taken out of the dictionary before the place that the iterator
    has come to, that place moves when the dictionary is put in order, and nobody knows when.
    """
    of, left = _left_of(encoding, value)
    if of and place_of(value) != len(of[0]) - len(left):
        encoding.refuse(type(value).__name__)
    encoding.put(b"ID", type(value).__name__, encoding.refs(of), encoding.refs(left))


def _left_of(encoding: Encoding, value: Any) -> tuple[list[Any], list[Any]]:
    """What an iterator goes over, if it is not through, and what is left of it."""
    try:
        _, (left,) = value.__reduce__()
    except RuntimeError:
        encoding.refuse(type(value).__name__)  # its size has changed meanwhile
    of = [each for each in gc.get_referents(value) if isinstance(each, (dict, set, frozenset))]
    return of[:1], encoding.keep(left)


def _view(encoding: Encoding, value: Any) -> None:
    encoding.put(b"V", type(value).__name__, *encoding.refs(gc.get_referents(value)))


def _count(encoding: Encoding, value: Any) -> None:
    """Of whole numbers; a counter says its next one in its repr, and nowhere else."""
    told = re.fullmatch(r"count\((-?\d+)(?:, (-?\d+))?\)", repr(value))
    if told is None:
        encoding.refuse("itertools.count")
    encoding.put(b"IC", told[1], told[2])


# Exceptions


def _trace(encoding: Encoding, value: types.TracebackType) -> None:
    """The lines it came through. What the frames held keeps objects alive, and is not told;
    nor is the place in a line, which depends on whether the code has been quickened."""
    places: list[Any] = []
    step: types.TracebackType | None = value
    while step is not None:
        places += [encoding.ref(step.tb_frame.f_code), step.tb_lineno]
        step = step.tb_next
    encoding.put(b"TB", places)


_PLAIN_OBJECTS = (
    *(("datetime", name) for name in ("date", "time", "datetime", "timedelta", "timezone")),
    *(("decimal", "Decimal"), ("fractions", "Fraction"), ("uuid", "UUID")),
    *(("operator", name) for name in ("itemgetter", "attrgetter", "methodcaller")),
    *((module, "_tuplegetter") for module in ("collections", "_collections")),
)


def told_by_reduce(kind: type) -> bool:
    """Whether objects of a library's type cannot change, and say of what they are made."""
    return (kind.__module__, kind.__qualname__) in _PLAIN_OBJECTS


def tell_reduced(encoding: Encoding, value: Any) -> None:
    made = encoding.keep(value.__reduce__())
    encoding.put(b"P", encoding.refs(made[:2]))


def _types_of(*made: Any) -> dict[type, Callable[[Encoding, Any], None]]:
    return {type(each): _iterator for each in made}


def _nothing() -> None: ...


_VIEWED: tuple[Any, ...] = ({}.keys(), {}.values(), {}.items())

#: How to tell what is exactly of a type.
VALUES: dict[type, Way] = {
    array.array: _array,
    bytearray: _bytearray,
    deque: _deque,
    dict: tell_dict,
    frozenset: tell_set,
    itertools.count: _count,
    list: tell_list,
    object: _object,
    range: _range,
    re.Pattern: _pattern,
    set: tell_set,
    slice: _slice,
    tuple: _tuple,
    types.CellType: _cell,
    types.TracebackType: _trace,
    enumerate: _iterator,
    filter: _iterator,
    map: _iterator,
    reversed: _iterator,
    zip: _iterator,
    **_types_of(
        *(iter([]), iter(()), iter(""), iter("\xe9"), iter(b""), iter(bytearray())),
        *(iter(range(0)), iter(range(2**80)), iter(deque()), reversed([]), reversed(deque())),
        iter(_nothing, None),
    ),
    type(iter(set())): _over_set,
    **dict.fromkeys(map(type, map(iter, _VIEWED)), _over_dict),
    **dict.fromkeys(map(type, _VIEWED), _view),
}
