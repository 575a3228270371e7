"""Copies of containers, in which everything comes in the order in which it came."""

from __future__ import annotations

import itertools
import random
import re
from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pyqdemo.worlds.threads.copied_classes import PLAIN

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["CONTAINERS", "fill_deque", "fill_dict", "fill_list", "fill_set", "frozen_of"]

_LEAST_PLACES = 8
_ENTRY_BYTES = 16  # of a set's table: a pointer and a hash
_ENLARGING = 5  # with that many at once even the least table grows
_DRAWS = 20


def _tuple(copy: Copying, value: tuple[Any, ...]) -> tuple[Any, ...]:
    twins = tuple([copy(each) for each in value])
    for each, twin in zip(value, twins, strict=True):
        if each is not twin:
            return twins
    return value


def _list(copy: Copying, value: list[Any]) -> list[Any]:
    twin: list[Any] = []
    copy.later(fill_list, copy, value, twin)
    return twin


def fill_list(copy: Copying, value: list[Any], twin: list[Any]) -> None:
    list.extend(twin, [copy(each) for each in list.__iter__(value)])


def _dict(copy: Copying, value: dict[Any, Any]) -> dict[Any, Any]:
    twin: dict[Any, Any] = {}
    copy.later(fill_dict, copy, value, twin)
    return twin


def fill_dict(
    copy: Copying,
    value: dict[Any, Any],
    twin: dict[Any, Any],
    put: Callable[[Any, Any, Any], None] = dict.__setitem__,
) -> None:
    dict.clear(twin)  # names that ``exec`` has made come with their builtins
    keys = [copy(key) for key in value] if _needs_hashes(value) else None
    if keys is None:
        for key, each in _items(value):
            put(twin, key, copy(each))
        return
    copy.fill()  # their hash is asked for, and may depend on all they hold
    for key, (_, each) in zip(keys, _items(value), strict=True):
        put(twin, key, copy(each))


def _items(value: dict[Any, Any]) -> Any:
    return OrderedDict.items(value) if isinstance(value, OrderedDict) else dict.items(value)


def _needs_hashes(keys: Any) -> bool:
    return any(type(key) not in PLAIN for key in _elements(keys))


def _elements(keys: Any) -> Any:
    if isinstance(keys, OrderedDict):
        return OrderedDict.__iter__(keys)
    return dict.__iter__(keys) if isinstance(keys, dict) else set.__iter__(keys)


def _set(copy: Copying, value: set[Any]) -> set[Any]:
    twin: set[Any] = set()
    copy.later(fill_set, copy, value, twin)
    return twin


def fill_set(copy: Copying, value: set[Any], twin: set[Any]) -> None:
    held = list(set.__iter__(value))
    twins = [copy(each) for each in held]
    if _needs_hashes(value):
        copy.fill()
    if not _told_apart_alike(held, twins):
        set.update(twin, twins)  # by their addresses: in no order that one could rely on
    elif not _laid_out_alike(twins, twin, set.__sizeof__(value)):
        copy.refuse("set")


def _told_apart_alike(held: list[Any], twins: list[Any]) -> bool:
    """Whether copies have the hashes of the first ones, and so could come in their order."""
    return all(
        one is twin or hash(one) == hash(twin) for one, twin in zip(held, twins, strict=True)
    )


def _laid_out_alike(wanted: list[Any], twin: set[Any], size: int) -> bool:
    """Puts elements into a set so that they come in that order, from a table of that size.

    In which order they come hangs on all that ever was in the set, so it is tried out: of two
    that came the wrong way round, the other is put in first the next time.
    """
    places = _places_of(size)
    for order in _orders(wanted, size):
        for _ in range(len(wanted) + 1):
            _lay_out(order, twin, places)
            came = list(set.__iter__(twin))
            wrong = (pair for pair in zip(wanted, came, strict=True) if pair[0] is not pair[1])
            early, late = next(wrong, (None, None))
            if early is late:
                return set.__sizeof__(twin) == size
            here, there = (
                next(number for number, each in enumerate(order) if each is one)
                for one in (early, late)
            )
            if here < there:
                here, there = there, here
            order.insert(there, order.pop(here))
    return False


def _lay_out(order: list[Any], twin: set[Any], places: int) -> None:
    """Puts elements one by one into a table that has its size from the beginning.

    **Source**: ``set_update_internal`` in CPython's ``Objects/setobject.c``: before it adds the
    keys of a dictionary, it makes the table more than twice as large as their number.
    """
    set.clear(twin)
    soon = min(len(order), places // 2 - 1) if places > _LEAST_PLACES else 0
    besides = _others(order, max(0, _ENLARGING - soon, places // 4 - soon)) if soon else []
    set.update(twin, dict.fromkeys([*order[:soon], *besides]))
    for each in order[soon:]:
        set.add(twin, each)
    for each in besides:
        set.discard(twin, each)


def _others(held: list[Any], count: int) -> list[int]:
    """That many numbers that are not among the elements."""
    first = 1 + max((each for each in held if type(each) is int), default=0)
    return list(range(first, first + count))


def _places_of(size: int) -> int:
    """How many entries the table of a set has."""
    return max(_LEAST_PLACES, (size - set.__sizeof__(set())) // _ENTRY_BYTES)


def _orders(wanted: list[Any], size: int) -> Iterator[list[Any]]:
    """Orders in which elements may have been put into a table of that size.

    First those that can all lie where their hash says, since they come in the order of these
    places; the others had to give way to them, in an order that is drawn.
    """
    yield list(wanted)
    yield wanted[::-1]
    mask = _places_of(size) - 1
    homes = [hash(each) & mask for each in wanted]
    first = _longest_rise(homes)
    others = [number for number in range(len(wanted)) if number not in first]
    draw = random.Random(0)
    for _ in range(_DRAWS if len(others) > 1 else 1):
        yield [wanted[number] for number in (*sorted(first), *others)]
        draw.shuffle(others)


def _longest_rise(homes: list[int]) -> set[int]:
    """Indices of a longest strictly increasing subsequence.

    **Source**: patience sorting, after C. Schensted, Canad. J. Math. 13 (1961), 179-191.
    """
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, home in enumerate(homes):
        place = bisect_left(tails, home)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [home]
        ends[place : place + 1] = [number]
    found = set()
    number = ends[-1] if ends else -1
    while number >= 0:
        found.add(number)
        number = before[number]
    return found


def _same_order(one: Any, wanted: list[Any]) -> bool:
    return all(left is right for left, right in zip(one, wanted, strict=True))


def _frozen(copy: Copying, value: frozenset[Any]) -> frozenset[Any]:
    held = list(value)
    twins = [copy(each) for each in held]
    if all(each is twin for each, twin in zip(held, twins, strict=True)):
        return value
    return frozen_of(copy, held, twins, frozenset)


def frozen_of(copy: Copying, held: list[Any], twins: list[Any], kind: Any) -> frozenset[Any]:
    copy.fill()
    for order in (twins, twins[::-1], set(twins)):
        made: frozenset[Any] = frozenset.__new__(kind, order)
        if _same_order(frozenset.__iter__(made), twins):
            return made
    if _told_apart_alike(held, twins):
        copy.refuse("frozenset")
    return made


def _deque(copy: Copying, value: deque[Any]) -> deque[Any]:
    twin: deque[Any] = deque(maxlen=value.maxlen)
    copy.later(fill_deque, copy, value, twin)
    return twin


def fill_deque(copy: Copying, value: deque[Any], twin: deque[Any]) -> None:
    deque.extend(twin, [copy(each) for each in deque.__iter__(value)])


def _bytes(copy: Copying, value: bytearray) -> bytearray:
    return bytearray(value)


def _plain_object(copy: Copying, value: object) -> object:
    return object()


def _count(copy: Copying, value: Any) -> Any:
    """Of whole numbers; a counter says its next one in its repr, and nowhere else."""
    told = re.fullmatch(r"count\((-?\d+)(?:, (-?\d+))?\)", repr(value))
    if told is None:
        copy.refuse("itertools.count")
    return itertools.count(int(told[1]), int(told[2] or 1))


def _slice(copy: Copying, value: slice) -> slice:
    twins = (copy(value.start), copy(value.stop), copy(value.step))
    return value if twins == (value.start, value.stop, value.step) else slice(*twins)


#: How to copy what is exactly of a type.
CONTAINERS: dict[type, Callable[[Copying, Any], Any]] = {
    bytearray: _bytes,
    deque: _deque,
    dict: _dict,
    frozenset: _frozen,
    itertools.count: _count,
    list: _list,
    object: _plain_object,
    set: _set,
    slice: _slice,
    tuple: _tuple,
}
