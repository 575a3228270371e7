"""``multiprocessing.Value`` and ``Array``, and what ``multiprocessing.sharedctypes`` gives.

A program may meet its asserts, which are the library's: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from pyqdemo.worlds.threads.stand_ins.mp.family import context
from pyqdemo.worlds.threads.stand_ins.mp.locks import Handle, check_spawning
from pyqdemo.worlds.threads.stand_ins.mp.memory import (
    Bytes,
    Memory,
    Several,
    Single,
    Text,
    check_plain,
    size_of,
    type_of,
)
from pyqdemo.worlds.threads.surroundings import refuse
from pyqdemo.worlds.threads.world import here

__all__ = ["MADE", "NAMES"]

_frame = sys._getframe


class SynchronizedBase:
    """Memory with a lock.

    Args:
        obj: the memory.
        lock: any object with ``acquire`` and ``release``.
    """

    def __init__(self, obj: Any, lock: Any = None, ctx: Any = None) -> None:
        self._obj = obj
        self._lock = lock or (ctx or context()).RLock()
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *error: object) -> Any:
        return self._lock.__exit__(*error)

    def get_obj(self) -> Any:
        return self._obj

    def get_lock(self) -> Any:
        return self._lock

    def _under(self, access: Callable[..., Any], *args: Any) -> Any:
        """An access, under the lock: in one step with it, where it is one of ours."""
        frame = _frame(2)
        handle = getattr(self._lock, "_semlock", None)
        if isinstance(handle, Handle):
            return access(*args, handle.id, frame)
        self.acquire()
        try:
            return access(*args, None, frame)
        finally:
            self.release()

    def __reduce__(self) -> Any:
        check_spawning(self)
        return (synchronized, (self._obj, self._lock))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} wrapper for {self._obj}>"


class Synchronized(SynchronizedBase):
    """What ``Value`` gives."""

    @property
    def value(self) -> Any:
        return self._under(self._obj._get)

    @value.setter
    def value(self, value: Any) -> None:
        self._under(self._obj._set, value)


class SynchronizedArray(SynchronizedBase):
    """What ``Array`` gives."""

    def __len__(self) -> int:
        return len(self._obj)

    def __getitem__(self, i: Any) -> Any:
        return self._under(self._obj._get, i)

    def __setitem__(self, i: Any, value: Any) -> None:
        self._under(self._obj._set, i, value)


class SynchronizedString(SynchronizedArray):
    """What ``Array`` gives of ``c_char``."""

    @property
    def value(self) -> Any:
        return self._under(self._obj._get_text, "value")

    @value.setter
    def value(self, value: Any) -> None:
        self._under(self._obj._set_text, "value", value)

    @property
    def raw(self) -> Any:
        return self._under(self._obj._get_text, "raw")

    @raw.setter
    def raw(self, value: Any) -> None:
        self._under(self._obj._set_text, "raw", value)


def _single(kind: Any, frame: FrameType, *args: Any) -> Single:
    size = size_of(kind)
    check_plain(kind)
    facts = (kind._type_, size, bytes(kind(*args)).hex())
    return Single(kind, here().world.share("mp_value", facts, frame), 1)


def _several(kind: Any, frame: FrameType, size_or_initializer: Any) -> Several:
    whole: Any
    if isinstance(size_or_initializer, int):
        whole = kind * size_or_initializer
        size_of(whole)
        check_plain(kind, several=True)
        made = whole()
    else:
        whole = kind * len(size_or_initializer)
        size_of(whole)
        check_plain(kind, several=True)
        made = whole(*size_or_initializer)
    length = len(made)
    facts = (kind._type_, size_of(kind), bytes(made).hex())
    id = here().world.share("mp_array", facts, frame, capacity=length)
    form = {"c": Bytes, "u": Text}.get(kind._type_, Several)
    return form(kind, id, length)


def RawValue(typecode_or_type: Any, *args: Any) -> Single:
    """``multiprocessing.RawValue``."""
    return _single(type_of(typecode_or_type), _frame(1), *args)


def RawArray(typecode_or_type: Any, size_or_initializer: Any) -> Several:
    """``multiprocessing.RawArray``."""
    return _several(type_of(typecode_or_type), _frame(1), size_or_initializer)


def Value(typecode_or_type: Any, *args: Any, lock: Any = True, ctx: Any = None) -> Any:
    """``multiprocessing.Value``."""
    obj = _single(type_of(typecode_or_type), _frame(1), *args)
    return _locked(obj, lock, ctx)


def Array(
    typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True, ctx: Any = None
) -> Any:
    """``multiprocessing.Array``."""
    obj = _several(type_of(typecode_or_type), _frame(1), size_or_initializer)
    return _locked(obj, lock, ctx)


def _locked(obj: Memory, lock: Any, ctx: Any) -> Any:
    if lock is False:
        return obj
    if lock is True or lock is None:
        ctx = ctx or context()
        lock = ctx.RLock()
    if not hasattr(lock, "acquire"):
        raise AttributeError(f"{lock!r} has no method 'acquire'")
    return synchronized(obj, lock, ctx=ctx)


def copy(obj: Any) -> Any:
    """``multiprocessing.sharedctypes.copy``: the same in memory of its own."""
    if isinstance(obj, Several):
        return _several(obj._kind, _frame(1), obj[:])
    _check_ours(obj)
    return _single(obj._kind, _frame(1), obj.value)


def synchronized(obj: Any, lock: Any = None, ctx: Any = None) -> Any:
    """``multiprocessing.sharedctypes.synchronized``: memory with a lock."""
    assert not isinstance(obj, SynchronizedBase), "object already synchronized"
    _check_ours(obj)
    match obj:
        case Single():
            return Synchronized(obj, lock, ctx)
        case Bytes():
            return SynchronizedString(obj, lock, ctx)
        case _:
            return SynchronizedArray(obj, lock, ctx)


def _check_ours(obj: Any) -> None:
    if not isinstance(obj, Memory):
        refuse("refused_structure", type(obj).__name__)


def _raw_value(ctx: Any, typecode_or_type: Any, *args: Any) -> Any:
    return RawValue(typecode_or_type, *args)


def _raw_array(ctx: Any, typecode_or_type: Any, size_or_initializer: Any) -> Any:
    return RawArray(typecode_or_type, size_or_initializer)


def _value(ctx: Any, typecode_or_type: Any, *args: Any, lock: Any = True) -> Any:
    return Value(typecode_or_type, *args, lock=lock, ctx=ctx.get_context())


def _array(ctx: Any, typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
    return Array(typecode_or_type, size_or_initializer, lock=lock, ctx=ctx.get_context())


for _made, _name in (
    (_raw_value, "RawValue"),
    (_raw_array, "RawArray"),
    (_value, "Value"),
    (_array, "Array"),
):
    _made.__qualname__ = f"BaseContext.{_name}"  # as errors have it

#: What a context makes, by name.
MADE: dict[str, Callable[..., Any]] = {
    "RawValue": _raw_value,
    "RawArray": _raw_array,
    "Value": _value,
    "Array": _array,
}

#: Of ``multiprocessing.sharedctypes``.
NAMES: dict[str, Any] = {
    "RawValue": RawValue,
    "RawArray": RawArray,
    "Value": Value,
    "Array": Array,
    "copy": copy,
    "synchronized": synchronized,
    "SynchronizedBase": SynchronizedBase,
    "Synchronized": Synchronized,
    "SynchronizedArray": SynchronizedArray,
    "SynchronizedString": SynchronizedString,
}
