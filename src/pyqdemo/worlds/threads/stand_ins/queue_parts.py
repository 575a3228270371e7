"""What surrounds a queue: the hooks of a class of the program's own, and its conditions."""

from __future__ import annotations

from typing import Any

from pyqdemo.worlds.threads.stand_ins.locks import Lock
from pyqdemo.worlds.threads.world import here

__all__ = ["OwnHooks", "QueueCondition"]


class OwnHooks:
    """The hooks of one queue. They are the program's own code and may do anything: while
    one runs nobody else comes in between.

    The scheduler itself asks for the size too, in the name of whoever runs: what the hook
    does then leaves no record. A task that has just ended asks in nobody's name, but nothing
    has happened since its end was to come: the size is what it was then.
    """

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._size = 0

    def size(self) -> int:
        try:
            life = here()
        except RuntimeError:
            return self._size
        if life.inside:
            self._size = self._queue._qsize()
            return self._size
        execution = life.world.execution
        log, execution.log = execution.log, None
        life.inside = True
        try:
            self._size = self._queue._qsize()
        finally:
            execution.log, life.inside = log, False
        return self._size

    # Both are asked for within an operation.

    def put(self, item: Any) -> None:
        self._queue._put(item)

    def get(self) -> Any:
        return self._queue._get()


class QueueCondition:
    """``not_empty``, ``not_full`` or ``all_tasks_done`` of a queue, for the sake of its mutex.

    Those that wait in ``put``, ``get`` and ``join`` see by themselves what has changed, so
    that a ``notify`` has nobody to wake. (Natively they sleep on until they are notified,
    even if the program has changed ``queue.queue`` by hand.)
    """

    def __init__(self, mutex: Lock) -> None:
        self._mutex = mutex
        self.acquire = mutex.acquire
        self.release = mutex.release

    def __enter__(self) -> bool:
        return self._mutex.__enter__()

    def __exit__(self, *error: object) -> None:
        self._mutex.__exit__(*error)

    def notify(self, n: int = 1) -> None:
        if not self._mutex.locked():
            raise RuntimeError("cannot notify on un-acquired lock")

    def notify_all(self) -> None:
        self.notify()

    def __getattr__(self, name: str) -> Any:
        if name in ("wait", "wait_for"):
            raise AttributeError(
                f"{name} on a queue's own condition is not possible in a run under control: "
                "use the queue's put, get and join"
            )
        raise AttributeError(f"'Condition' object has no attribute '{name}'")
