"""What a process has to do with a queue of ``multiprocessing``: its objects, and its feeder."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType, SimpleNamespace
from typing import Any

from pyqdemo.kernel.texts import raised
from pyqdemo.worlds.threads.lives import Home
from pyqdemo.worlds.threads.pickling import dumps
from pyqdemo.worlds.threads.stand_ins.failing import fail_thread
from pyqdemo.worlds.threads.stand_ins.mp.finishing import finish_first
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.world import Unwind, here

__all__ = ["Feeding", "feeding", "text_of"]

OnError = Callable[[Exception, Any], object]

#: Of these nobody can change what was put; a feeder may come when it likes.
_FIXED = frozenset({bool, bytes, complex, float, int, str, type(None)})


class Feeding:
    """The objects that a process has put into a queue and its feeder has not taken yet.

    Args:
        id: of the queue.

    Attributes:
        is_told: the feeder has been told that there is no more.
    """

    # See ``operations.Model``: handles only grow, and the objects are told with the buffer.
    untold = frozenset({"_objects", "_numbers"})

    def __init__(self, id: str) -> None:
        self.is_told = False
        self._id = id
        self._objects: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}
        self._on_error: OnError
        self._is_fed = False

    def put(
        self,
        value: Any,
        block: bool,
        timeout_s: float | None,
        frame: FrameType,
        on_error: OnError,
    ) -> None:
        """Puts an object where the feeder finds it.

        Args:
            on_error: what the feeder calls with an object that cannot be pickled; that of the
                process's first put counts.
        """
        life = here()
        world, task = life.world, life.task.id
        number = self._numbers[task] = self._numbers.get(task, 0) + 1
        handle = f"{task}:{number}"
        self._objects[handle] = value
        try:
            request = (self._id, handle, *text_of(value), block, timeout_s)
            feeder: str | bool | None = world.request("mp.put", request, frame)
        except BaseException:
            del self._objects[handle]
            raise
        if feeder is False:
            world.request("mp.hang", (self._id, "put"), frame)
        elif isinstance(feeder, str):
            self._on_error = on_error
            self._is_fed = True
            finish_first(life.home, self)
            world.start_feeder(feeder, self._live)
        if _can_change(value):
            world.request("mp.leave", (self._id, handle), frame)

    def forget(self) -> None:
        """The program's queue object is gone."""
        if self._is_fed and not self.is_told:
            self.is_told = True
            here().world.aside("mp.forget", (self._id,))

    # What a process does before it ends, for each queue that it feeds; see ``finishing``.

    def finish(self) -> None:
        """Tells the feeder that there is no more."""
        self.is_told = True
        here().world.aside("mp.hang_up", (self._id,))

    def await_end(self) -> None:
        """Waits until the feeder has delivered all."""
        if not self.is_told:  # a daemon has put something in the meantime
            self.finish()
        here().world.request("mp.finish", (self._id,), None)

    # The feeder's own code.

    def _live(self) -> str | None:
        try:
            while self._feed():
                pass
        except Unwind:
            raise
        except BaseException as error:
            return fail_thread(here(), SimpleNamespace(name="QueueFeederThread"), error)
        return None

    def _feed(self) -> bool:
        """Brings the next object into the pipe; says whether there may be one more."""
        request = here().world.request
        handle: str | None = request("mp.feed", (self._id,), None)
        if handle is None:
            return False
        value = self._objects.pop(handle)
        try:
            payload = dumps(value)
        except Exception as error:
            goes_on: bool = request("mp.drop", (self._id, raised(error)), None)
            if goes_on:
                self._on_error(error, value)
            return goes_on
        facts = (self._id, payload, *text_of(value))
        del value  # while the feeder waits it shall not keep the program's objects alive
        try:
            whole: bool = request("mp.deliver", facts, None)
        except OSError as error:  # its end was closed before this process was forked
            goes_on = request("mp.drop", (self._id, raised(error)), None)
            if goes_on:
                self._on_error(error, payload)  # as the library calls it by now
            return goes_on
        del facts, payload
        while not whole:
            whole = request("mp.deliver", (self._id, None), None)
        return True


def feeding(id: str, home: Home | None = None) -> Feeding:
    """That of a queue in a process, by default in the calling task's."""
    by_id: dict[str, Feeding] = (home or here().home).scratch.setdefault("feedings", {})
    found = by_id.get(id)
    if found is None:
        found = by_id[id] = Feeding(id)
    return found


def text_of(value: Any) -> tuple[str | None, int]:
    """A short text of a value, if anybody records, and what was left out of it."""
    return (None, 0) if here().world.execution.log is None else short(value)


def _can_change(value: Any) -> bool:
    kind = type(value)
    if kind in _FIXED:
        return False
    return kind not in (tuple, frozenset) or not all(type(each) in _FIXED for each in value)
