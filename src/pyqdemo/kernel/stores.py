"""What lies in a queue: the program's items, and their ids in step with them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["FifoStore", "HeapStore", "HookedStore", "Hooks", "LifoStore", "OwnStore", "Store"]


class Store(Protocol):
    """Where a queue keeps its items.

    Attributes:
        items: the container, as the program sees it in ``queue.queue``.
        split: puts touch one end only and gets the other.
        plain: its size is the container's length, and to ask for it runs no code of the
            program's.
    """

    items: Any
    split: bool
    plain: bool

    def size(self) -> int:
        """How many items lie in it."""

    def put(self, value: Any, execution: Execution, task: Task) -> str | None:
        """Adds an item and gives its id, minted once it is in; None if it is unknown."""

    def get(self) -> tuple[Any, str | None]:
        """Takes an item out, with its id if that is known."""


class OwnStore:
    """A store that keeps ids itself. They are unknown for as long as the program's own hands
    in ``items`` have put them out of step; where nothing is left, they are in step again."""

    split = False
    plain = True
    untold: ClassVar[frozenset[str]] = frozenset({"_ids"})  # see ``operations.Model``

    def __init__(self) -> None:
        self.items: Any = []

    def size(self) -> int:
        return len(self.items)

    def put(self, value: Any, execution: Execution, task: Task) -> str | None:
        raise NotImplementedError

    def get(self) -> tuple[Any, str | None]:
        raise NotImplementedError

    @staticmethod
    def add(items: Any, value: Any) -> None:
        """Adds to such a container, past the ids."""
        items.append(value)

    @staticmethod
    def take(items: Any) -> Any:
        """Takes from such a container, past the ids."""
        return items.pop()


class _InLine(OwnStore):
    """Ids in a container of the same kind as the items, moved as they are."""

    _ids: Any

    def put(self, value: Any, execution: Execution, task: Task) -> str:
        self.items.append(value)
        item = execution.new_item(task)
        self._ids.append(item)
        return item

    def get(self) -> tuple[Any, str | None]:
        items, ids, take = self.items, self._ids, self.take
        value = take(items)
        left = len(items)
        if len(ids) == left + 1:
            return value, take(ids)
        if not left:
            ids.clear()
        return value, None


class FifoStore(_InLine):
    """First in, first out."""

    split = True

    def __init__(self) -> None:
        self.items: Any = deque()
        self._ids: deque[str] = deque()

    @staticmethod
    def take(items: Any) -> Any:
        return items.popleft()


class LifoStore(_InLine):
    """Last in, first out."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: list[str] = []


class HeapStore(OwnStore):
    """The smallest first, by the program's own comparison, as ``heapq`` asks for it.

    Ids go by the object: of an object that lies in it twice the first put leaves first.
    """

    def __init__(self) -> None:
        super().__init__()
        # The heap keeps each object alive, so its id() is nobody else's meanwhile.
        self._ids: dict[int, deque[str]] = {}

    def put(self, value: Any, execution: Execution, task: Task) -> str:
        heappush(self.items, value)
        item = execution.new_item(task)
        self._ids.setdefault(id(value), deque()).append(item)
        return item

    def get(self) -> tuple[Any, str | None]:
        value = heappop(self.items)
        waiting = self._ids.get(id(value))
        item = waiting.popleft() if waiting else None
        if not waiting:
            self._ids.pop(id(value), None)
        if not self.items:
            self._ids.clear()
        return value, item

    @staticmethod
    def add(items: Any, value: Any) -> None:
        heappush(items, value)

    @staticmethod
    def take(items: Any) -> Any:
        return heappop(items)


class Hooks(Protocol):
    """``_qsize``, ``_put`` and ``_get`` of a queue class of the program's own."""

    def size(self) -> int: ...

    def put(self, item: Any, /) -> object: ...

    def get(self) -> Any: ...


class HookedStore:
    """Items that a queue class of the program's own puts away and takes out.

    Args:
        inner: where the class it inherits from would put them. Only what comes through
            there, as its hooks call that class's own, has an id.
        hooks: the program's.

    Attributes:
        inside: a hook is running.
        stored: what the last put came to, in case its hook made something else of the item.
    """

    split = False
    plain = False
    untold: ClassVar[frozenset[str]] = frozenset({"stored", "_putter", "_moved"})

    def __init__(self, inner: OwnStore, hooks: Hooks) -> None:
        self.inner = inner
        self.hooks = hooks
        self.inside = False
        self.stored: Any = None
        self._putter: tuple[Execution, Task] | None = None
        self._moved: str | None = None

    @property
    def items(self) -> Any:
        return self.inner.items

    @items.setter
    def items(self, items: Any) -> None:
        self.inner.items = items

    def size(self) -> int:
        size: int = self.run(self.hooks.size)
        return size

    def put(self, value: Any, execution: Execution, task: Task) -> str | None:
        self._putter = execution, task
        self._moved, self.stored = None, value
        self.run(self.hooks.put, value)
        return self._moved

    def get(self) -> tuple[Any, str | None]:
        self._moved = self.stored = None
        return self.run(self.hooks.get), self._moved

    def inner_put(self, value: Any) -> None:
        """What the class it inherits from does in its ``_put``."""
        assert self._putter is not None, "called from a put"
        self._moved, self.stored = self.inner.put(value, *self._putter), value

    def inner_get(self) -> Any:
        """What the class it inherits from does in its ``_get``."""
        value, self._moved = self.inner.get()
        return value

    def run(self, hook: Callable[..., Any], *given: Any) -> Any:
        """Calls a hook; while it runs, the queue's attributes are the hook's own affair."""
        before, self.inside = self.inside, True
        try:
            return hook(*given)
        finally:
            self.inside = before
