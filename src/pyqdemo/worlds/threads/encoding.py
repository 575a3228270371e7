"""Values of a program as bytes: the same for the same, and for nothing else.

Each object is told once, in the order in which it is come upon from the roots, and whoever
holds it names it by its number in that order. So two names for one list differ from two equal
lists, and an object may hold itself; addresses are in nothing. Values that cannot change
(numbers, texts, tuples of those) are told by type and value, wherever they stand: 1, 1.0 and
True differ, and so do 0.0 and -0.0. So are functions that hold nothing. That two equal ones are
one object is not told.

How an object of a type is told stands in tables (``encoded_values``, ``encoded_code``,
``encoded_run``): functions of the encoding and the object that call ``put`` with parts, each of
them ``ref`` of something or plain. What has no entry there is told by what its class consists
of; where that is not all of it, ``Inexact`` is raised: better no encoding than a false one.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from types import FunctionType
from typing import Any, NoReturn

__all__ = ["DIGEST", "PLAIN", "Encoding", "Inexact", "Way", "is_plain"]

#: Nobody can change these, and ``marshal`` tells them apart by type and value.
PLAIN = frozenset({bool, complex, float, int, str, type(None), type(...)})
_VALUES = PLAIN | {bytes}

DIGEST = 16  # bytes
#: Before this one ``marshal`` tells nothing that is not part of the value.
_BY_VALUE = 2

Way = Callable[["Encoding", Any], None]


class Inexact(Exception):
    """Something cannot be told exactly.

    Attributes:
        what: in words: the name of its type.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def is_plain(value: tuple[Any, ...]) -> bool:
    """Whether a tuple consists of values, and tuples of values, alone."""
    for each in value:
        kind = type(each)
        if kind not in _VALUES and not (kind is tuple and is_plain(each)):
            return False
    return True


class Encoding:
    """An encoding under way.

    In ``told`` stand values as they are, names and tags as bytes, and the parts of an object as
    a list; so it can be read in one way only.

    Args:
        names: what is told by a name of its own, by id.
        ways: how objects of a type are told; what is not there yet is put there.
        way_of: gives that.
        value_of: gives a name for a function that holds nothing, else None.

    Attributes:
        facts: what the ways in ``encoded_run`` have to know of the run.
        label: a text by which an object comes before others in a set, if it has one.
        told: so far.
        inner: objects that are the ``__dict__`` of another, with that one's name.
    """

    def __init__(
        self,
        names: Mapping[int, bytes],
        ways: dict[type, Way],
        way_of: Callable[[type], Way],
        value_of: Callable[[Mapping[int, bytes], FunctionType], bytes | None],
    ) -> None:
        self.facts: Any = None
        self.label: Callable[[Any], str | None] = lambda _: None
        self.told: list[Any] = []
        self.inner: dict[int, bytes] = {}
        self._names = dict(names)
        self._ways = ways
        self._value_of = value_of
        self._way_of = way_of
        self._waiting: list[Any] = []
        self._kept: list[Any] = []  # so that no id is used again meanwhile
        self._count = 0

    def put(self, tag: bytes, *parts: Any) -> None:
        """Tells something: a tag, and parts in a number that goes with the tag.

        Args:
            tag: a capital letter says that it is an object; see ``ref`` for the others.
            parts: plain, a ``ref``, or a list of those.
        """
        self.told.append(tag)
        self.told += parts

    def ref(self, value: Any) -> Any:
        """What stands for a value wherever it is held; it is told once, sooner or later."""
        kind = type(value)
        if kind in PLAIN:
            return value
        name = self._names.get(id(value))
        if name is None:
            if kind is bytes:
                return b"y" + value
            if kind is tuple and is_plain(value):
                return value
            if kind is FunctionType and (name := self._value_of(self._names, value)):
                self._names[id(value)] = name
                return name
            self._count += 1
            name = self._names[id(value)] = b"#%d" % self._count
            self._waiting.append(value)
        return name

    def refs(self, values: Iterable[Any]) -> list[Any]:
        """As ``ref``, of each."""
        ref = self.ref
        return [ref(value) for value in values]

    def name(self, value: Any) -> bytes | None:
        """By which a value is told, if it has been come upon."""
        return self._names.get(id(value))

    def keep(self, value: Any) -> Any:
        """Keeps what was made only to be told."""
        self._kept.append(value)
        return value

    def refuse(self, what: str) -> NoReturn:
        """Gives up. Raises Inexact."""
        raise Inexact(what)

    def fill(self) -> None:
        """Tells what has been come upon so far, and what that leads to."""
        waiting, ways = self._waiting, self._ways
        done = 0
        while done < len(waiting):
            value = waiting[done]
            done += 1
            kind = type(value)
            way = ways.get(kind)
            if way is None:
                way = ways[kind] = self._way_of(kind)
            way(self, value)
        self._kept += waiting
        waiting.clear()

    def close(self) -> bytes:
        """The digest of all that was told, and led to."""
        self.fill()
        both = self.inner.keys() & self._names.keys()
        if both:  # the program holds the dictionary of an object by another name too
            self.told += sorted((self._names[inner], self.inner[inner]) for inner in both)
        return blake2b(marshal.dumps(self.told, _BY_VALUE), digest_size=DIGEST).digest()
