"""Value and Array: memory that processes share, as bytes.

What the bytes mean is converted where the program runs; here they are moved, item by item. An
access under a lock waits for that and gives it back in the same step, for the lock is held just
so long. (That somebody else *tries* for the lock and fails in that moment is not shown, nor
that a slice of memory without a lock is copied item by item.)
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.locks import SemLockModel
from pyqdemo.kernel.mp.shared import SharedOperation, model_of
from pyqdemo.kernel.operations import Model, Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MODELS", "OPERATIONS", "MemoryModel"]

_MOST_SHOWN, _MOST_BYTES = 8, 40


class MemoryModel(Model):
    """Items of one size, one after another.

    Args:
        kind: ``mp_value`` (one item) or ``mp_array``.
        code: of the items' type: a format character of ``struct``, or ``u``.
        size: of one item in bytes.
        data: what they are at first.
    """

    def __init__(self, kind: str, code: str, size: int, data: bytes) -> None:
        super().__init__()
        self.kind = kind
        self.code = code
        self.size = size
        self.data = bytearray(data)

    def read(self, items: range) -> bytes:
        size = self.size
        if items.step == 1:
            return bytes(self.data[items.start * size : items.stop * size])
        return b"".join(self.data[item * size : (item + 1) * size] for item in items)

    def write(self, items: range, data: bytes) -> None:
        size = self.size
        for number, item in enumerate(items):
            self.data[item * size : (item + 1) * size] = data[number * size : (number + 1) * size]

    def shown(self, data: bytes) -> str:
        """Items as a short text: ``5``, or ``[1, 2, 3]`` of several."""
        if self.code == "c":
            return repr(data[:_MOST_BYTES]) + ("..." if len(data) > _MOST_BYTES else "")
        count = len(data) // self.size
        parts = [data[n * self.size : (n + 1) * self.size] for n in range(min(count, _MOST_SHOWN))]
        told = ", ".join(map(self._one, parts))
        if count == 1:
            return told
        return f"[{told}{', ...' if count > _MOST_SHOWN else ''}]"

    def _one(self, data: bytes) -> str:
        if self.code == "u":
            return repr(chr(int.from_bytes(data, sys.byteorder)))
        try:
            return repr(struct.unpack(f"@{self.code}", data)[0])
        except struct.error:
            return f"{len(data)} bytes"


class _OnMemory(SharedOperation):
    """An access.

    Args:
        memory: its id.
        lock: id of the lock under which it happens; None for none.
        items: start, stop and step of the items, as of a ``range``.
    """

    def __init__(
        self, execution: Execution, task: Task, memory: str, lock: str | None, items: list[int]
    ) -> None:
        super().__init__(execution, task)
        self.memory = model_of(execution, memory, MemoryModel)
        self.target = memory
        self.lock = None if lock is None else model_of(execution, lock, SemLockModel)
        self.items = range(*items)

    def ready(self) -> bool:
        return self.lock is None or self.lock.free_for(self.task)

    def where(self) -> str:
        """Which items of an array, as the program writes it."""
        items = self.items
        if len(items) == 1:
            return f"[{items[0]}]"
        stop = "" if items.stop < 0 else items.stop
        return f"[{items.start}:{stop}{'' if items.step == 1 else f':{items.step}'}]"

    def holders(self) -> tuple[Task, ...]:
        return () if self.lock is None else tuple(self.lock.held)

    def needs(self) -> tuple[Task, ...]:
        owner = None if self.lock is None else self.lock.owner()
        return () if owner is None else (owner,)

    def _reach(self, mode: str) -> tuple[Access, ...]:
        mine = Access(self.memory.id, mode)
        return (mine,) if self.lock is None else (mine, Access(self.lock.id, "r"))


class Read(_OnMemory):
    """Reads items; the answer is their bytes."""

    kind = "read"

    def __init__(
        self, execution: Execution, task: Task, memory: str, lock: str | None, items: list[int]
    ) -> None:
        super().__init__(execution, task, memory, lock, items)
        if self.memory.kind == "mp_array":
            self.value = self.where()

    def apply(self, execution: Execution, task: Task) -> bytes:
        data = self.memory.read(self.items)
        if execution.log is not None:
            self.result = self.memory.shown(data)
        return data

    def accesses(self) -> tuple[Access, ...]:
        return self._reach("r")


class Write(_OnMemory):
    """Writes items.

    Args:
        data: as many bytes as they have.
    """

    kind = "write_value"

    def __init__(
        self,
        execution: Execution,
        task: Task,
        memory: str,
        lock: str | None,
        items: list[int],
        data: bytes,
    ) -> None:
        super().__init__(execution, task, memory, lock, items)
        self._data = data
        if execution.log is not None:
            told = self.memory.shown(data)
            self.value = f"{self.where()} = {told}" if self.memory.kind == "mp_array" else told

    def apply(self, execution: Execution, task: Task) -> None:
        self.memory.write(self.items, self._data)

    def accesses(self) -> tuple[Access, ...]:
        return self._reach("w")


def _made(kind: str) -> Callable[..., Model]:
    """A resource is made of plain text: the bytes come in hexadecimal digits."""
    return lambda code, size, digits: MemoryModel(kind, code, size, bytes.fromhex(digits))


MODELS: dict[str, Callable[..., Model]] = {kind: _made(kind) for kind in ("mp_value", "mp_array")}

OPERATIONS: dict[str, Callable[..., Operation]] = {"mp.read": Read, "mp.write": Write}
