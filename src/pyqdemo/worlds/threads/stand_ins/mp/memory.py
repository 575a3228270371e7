"""Memory that processes share, in the place of objects and arrays of ``ctypes``.

The memory lies in the model. ``ctypes`` converts to bytes and back here, so that what wraps
round, is cut off or refused is what it is natively.
"""

from __future__ import annotations

import operator
import sys
from types import FrameType
from typing import Any

from pyqdemo.worlds.threads.stand_ins.mp.locks import check_spawning
from pyqdemo.worlds.threads.surroundings import SHARED_MEMORY, refuse
from pyqdemo.worlds.threads.world import here

__all__ = ["Bytes", "Memory", "Several", "Single", "Text", "check_plain", "size_of", "type_of"]

_frame = sys._getframe

#: Types of ``ctypes`` whose items are plain data, by the codes that it has for them.
_PLAIN = frozenset("cubB?hHiIlLqQfdg")
_OTHER_ORDER = "__ctype_be__" if sys.byteorder == "little" else "__ctype_le__"


def type_of(typecode_or_type: Any) -> Any:
    """The type that a code of ``array`` stands for."""
    import ctypes

    codes: dict[Any, Any] = {}
    codes |= {"c": ctypes.c_char, "u": ctypes.c_wchar, "b": ctypes.c_byte, "B": ctypes.c_ubyte}
    codes |= {"h": ctypes.c_short, "H": ctypes.c_ushort, "i": ctypes.c_int, "I": ctypes.c_uint}
    codes |= {"l": ctypes.c_long, "L": ctypes.c_ulong, "q": ctypes.c_longlong}
    codes |= {"Q": ctypes.c_ulonglong, "f": ctypes.c_float, "d": ctypes.c_double}
    return codes.get(typecode_or_type, typecode_or_type)


def check_plain(kind: type, several: bool = False) -> None:
    """Structures, unions, pointers, objects, and numbers in the order of bytes of another
    machine end the run: they cannot be controlled.

    Args:
        several: they are items of an array. One of a class of the program's own would be an
            object that shares the array's memory, and is refused too.
    """
    import ctypes

    plain = issubclass(kind, ctypes._SimpleCData) and kind._type_ in _PLAIN  # type: ignore[attr-defined]
    # (Of one byte there is but one order.)
    plain = plain and (not several or ctypes._SimpleCData in kind.__bases__)
    if not plain or (getattr(kind, _OTHER_ORDER, None) is kind and ctypes.sizeof(kind) > 1):
        refuse("refused_structure", kind.__name__)


def size_of(kind: Any) -> int:
    """Of one item in bytes. Raises TypeError for what is no type of ``ctypes``."""
    import ctypes

    return ctypes.sizeof(kind)


class Memory:
    """A part of shared memory.

    Args:
        kind: type of its items.
        id: of the resource.
        length: how many there are.
    """

    def __init__(self, kind: Any, id: str, length: int) -> None:
        self._kind = kind
        self._id = id
        self._count = length

    def _read(self, items: range, lock: str | None, frame: FrameType) -> Any:
        """These items, as an array of ``ctypes`` of their own."""
        args = (self._id, lock, [items.start, items.stop, items.step])
        data: bytes = here().world.request("mp.read", args, frame)
        return (self._kind * len(items)).from_buffer_copy(data)

    def _write(self, items: range, values: Any, lock: str | None, frame: FrameType) -> None:
        args = (self._id, lock, [items.start, items.stop, items.step], bytes(values))
        here().world.request("mp.write", args, frame)

    def __buffer__(self, flags: int) -> memoryview:
        """From Python 3.12 on C code asks here; see ``check_buffers``."""
        refuse("refused_buffer", SHARED_MEMORY)

    def __reduce__(self) -> Any:
        check_spawning(self, self._kind.__name__)
        return (type(self), (self._kind, self._id, self._count))


class Single(Memory):
    """What ``RawValue`` gives, in the place of an object of ``ctypes``."""

    @property
    def value(self) -> Any:
        return self._get(None, _frame(1))

    @value.setter
    def value(self, value: Any) -> None:
        self._set(value, None, _frame(1))

    def _get(self, lock: str | None, frame: FrameType) -> Any:
        # (An item of an array of a class of the program's own would be such an object itself.)
        return self._kind.from_buffer_copy(self._read(range(1), lock, frame)).value

    def _set(self, value: Any, lock: str | None, frame: FrameType) -> None:
        made = self._kind()
        made.value = value
        self._write(range(1), made, lock, frame)

    def __repr__(self) -> str:
        return f"{self._kind.__name__}({self._get(None, _frame(1))!r})"


class Several(Memory):
    """What ``RawArray`` gives, in the place of an array of ``ctypes``."""

    @property
    def _type_(self) -> Any:
        return self._kind

    @property
    def _length_(self) -> int:
        return self._count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, key: Any) -> Any:
        return self._get(key, None, _frame(1))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._set(key, value, None, _frame(1))

    def _get(self, key: Any, lock: str | None, frame: FrameType) -> Any:
        if isinstance(key, slice):
            return self._read(range(*key.indices(self._count)), lock, frame)[:]
        return self._read(self._one(key, "indices must be integers"), lock, frame)[0]

    def _set(self, key: Any, value: Any, lock: str | None, frame: FrameType) -> None:
        if isinstance(key, slice):
            items = range(*key.indices(self._count))
            made = (self._kind * len(items))()
            made[:] = value
        else:
            items = self._one(key, "indices must be integer")
            made = (self._kind * 1)()
            made[0] = value
        self._write(items, made, lock, frame)

    def _one(self, key: Any, refusal: str) -> range:
        try:
            index = operator.index(key)
        except TypeError:
            raise TypeError(refusal) from None
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError("invalid index")
        return range(index, index + 1)

    def __repr__(self) -> str:
        name = f"{self._kind.__name__}_Array_{self._count}"
        return f"<multiprocessing.sharedctypes.{name} object at {self._id}>"


class Text(Several):
    """An array of characters: it is a string too, up to its first NUL."""

    @property
    def value(self) -> Any:
        return self._get_text("value", None, _frame(1))

    @value.setter
    def value(self, value: Any) -> None:
        self._set_text("value", value, None, _frame(1))

    def _get_text(self, name: str, lock: str | None, frame: FrameType) -> Any:
        return getattr(self._read(range(self._count), lock, frame), name)

    def _set_text(self, name: str, value: Any, lock: str | None, frame: FrameType) -> None:
        made = (self._kind * self._count)()
        setattr(made, name, value)
        # What lies behind the text stays as it is, but for the NUL that ends it.
        count = len(value) if name == "raw" else min(len(value) + 1, self._count)
        self._write(range(count), bytes(made)[: count * size_of(self._kind)], lock, frame)


class Bytes(Text):
    """An array of ``c_char``."""

    @property
    def raw(self) -> Any:
        return self._get_text("raw", None, _frame(1))

    @raw.setter
    def raw(self, value: Any) -> None:
        self._set_text("raw", value, None, _frame(1))


for _form in (Single, Several, Text, Bytes):
    _form.__name__ = SHARED_MEMORY  # as a TypeError of C code's has it; nobody else sees it
