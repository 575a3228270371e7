"""Where in its table each element of a set lies, and how far an iterator has come.

Two sets of the same elements can come in different orders, and go on to differ: that hangs on
where each found a free place when it came, and on the places of those that have left. Python
shows none of it, so it is read where it is; see ``stacks`` for what is relied on.

**Source**: CPython, ``Include/cpython/setobject.h``, ``Objects/setobject.c`` and
``Objects/dictobject.c``, branches 3.11 to 3.13.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Table", "can_tell", "memory_of", "place_of", "table_of"]

_WORD = 8
_HEAD = 2 * _WORD  # of every object
_FILL, _USED, _MASK, _TABLE, _FINGER = 16, 24, 32, 40, 56
_POSITION = 32  # of an iterator over a set or a dictionary


class Table(NamedTuple):
    """The table of a set.

    Attributes:
        mask: places there are, less 1.
        finger: where ``pop`` begins to look.
        held: places of the elements, in the order in which they come.
        left: places of those that have left.
    """

    mask: int
    finger: int
    held: tuple[int, ...]
    left: tuple[int, ...]


def table_of(value: Any) -> Table:
    """The table of a set or frozenset."""
    here = id(value)
    fill, used, mask, table = (_word(here + at) for at in (_FILL, _USED, _MASK, _TABLE))
    words = (_c.c_size_t * (2 * (mask + 1))).from_address(table)[:]
    taken = [place for place, key in enumerate(words[::2]) if key]
    if fill == used:
        return Table(mask, _word(here + _FINGER), tuple(taken), ())
    # The hash in the entry of one that has left is -1, which no object's is.
    gone = frozenset(place for place in taken if words[2 * place + 1] == 2**64 - 1)
    held = tuple(place for place in taken if place not in gone)
    return Table(mask, _word(here + _FINGER), held, tuple(sorted(gone)))


def place_of(iterator: Any) -> int:
    """Where in the table an iterator over a set or a dictionary goes on."""
    return _word(id(iterator) + _POSITION)


def memory_of(value: Any, kind: type) -> bytes:
    """What an object holds of a type in C that holds nothing but numbers; as they are there."""
    memory: bytes = _c.string_at(id(value) + _HEAD, kind.__basicsize__ - _HEAD)
    return memory


def can_tell() -> bool:
    """Whether it is as it should be here; to be asked once, before anything else is."""
    global _c
    import ctypes  # few runs need it

    _c = ctypes
    numbers: set[int] = set()
    for number in (1, 2, 10):  # the last one finds the place of the second taken
        numbers.add(number)
    numbers.discard(2)
    over, above = iter(numbers), iter({5: 6, 7: 8}.items())
    next(over), next(above)
    return (
        table_of(numbers) == Table(7, 0, (1, 3), (2,))
        and list(numbers) == [1, 10]
        and (place_of(over), place_of(above)) == (2, 1)
    )


def _word(address: int) -> int:
    value: int = _c.c_ssize_t.from_address(address).value
    return value


_c: Any = None
