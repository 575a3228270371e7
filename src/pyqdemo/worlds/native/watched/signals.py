"""A watched queue's own condition: where its operations block, and where they are noted."""

from __future__ import annotations

import struct
import sys
import threading
from operator import attrgetter
from time import perf_counter_ns
from types import FrameType
from typing import Any

from pyqdemo.worlds.native.lane import HEAD_SIZE, WHOLE, Lane, Operation, ending, pack_plain
from pyqdemo.worlds.native.recorder import lane, local, place_of, raised, short

__all__ = ["Signal"]

_frame = sys._getframe
_real_wait = threading.Condition.wait


class Signal(threading.Condition):
    """A queue's own condition; ``put`` and ``get`` run under ``with`` one of them.

    A wait on it is the moment an operation blocks, and its end is theirs: what the hooks
    under the mutex left in ``pending`` is written down there, outside the mutex. A record
    written under it would make the threads queue for the mutex, and the run another one.

    Attributes:
        only_operations: whoever comes through here attempts the operation, and nothing else.
    """

    def __init__(self, mutex: Any, number: int, operation: int) -> None:
        super().__init__(mutex)
        self._number = number
        self._operation = operation
        self._ending = ending(operation, WHOLE)
        self._enter = mutex.__enter__
        self._unlock = mutex.release
        self.only_operations = operation != Operation.JOIN  # task_done() comes here too
        # lane, item's id, when it took effect, depth, value; guarded by the mutex
        self.pending: tuple[Lane, int, int, int, Any] | None = None

    def wait(self, timeout: float | None = None) -> bool:
        try:
            mine = local.lane
        except AttributeError:
            mine = lane()
        if not mine.waiting:
            mine.waiting = True
            mine.began = now = perf_counter_ns()
            frame = _frame(2)
            if frame.f_code is not mine.last_code or frame.f_lasti != mine.last_lasti:
                place_of(mine, frame)
            bound = timeout and _frame(1).f_locals.get("timeout", timeout)  # as it was asked
            mine.waits(self._operation, self._number, mine.last_place, now, bound)
        return _real_wait(self, timeout)

    def notify_all(self) -> None:
        self.pending = None  # shutdown() has emptied the queue: those were no gets
        super().notify_all()

    # The mutex's own, without a Python function in between: it pays for a part of __exit__.
    __enter__ = property(attrgetter("_enter"))

    def __exit__(self, kind: Any, error: Any, trail: Any) -> None:
        pending = self.pending
        self.pending = None
        self._unlock()
        if pending is None:
            if self.only_operations:
                self._note_unhooked(error, _frame(1))
            return
        mine, number, now, depth, value = pending
        began = now
        if mine.waiting:
            began, mine.waiting = mine.began, False
        frame = _frame(2)
        if frame.f_code is not mine.last_code or frame.f_lasti != mine.last_lasti:
            place_of(mine, frame)
        if type(value) is not int:
            self._note(mine, number, began, now, depth, value)
            return
        # Lane.moved, spelled out: it runs a million times, and is what a recording costs.
        place = mine.place
        mine.place = place + HEAD_SIZE
        try:
            pack_plain(
                mine.map,
                place,
                self._number,
                number,
                began,
                now,
                value,
                mine.last_place,
                depth,
                self._ending,
            )
        except struct.error:  # no room in this window, or more than 64 bits
            mine.place = place
            self._note(mine, number, began, now, depth, value)

    def _note(self, mine: Lane, item: int, began: int, now: int, depth: int, value: Any) -> None:
        text, cut = short(value)
        place = mine.last_place
        mine.event(
            self._operation, self._number, now, place, item, began, depth, value=text, cut=cut
        )

    def _note_unhooked(self, error: BaseException | None, real: FrameType) -> None:
        """An operation that came past no hook: it raised, or a subclass has its own ``_put``.

        Full, Empty and ShutDown are results like others: the attempt is an operation.

        Args:
            real: of the real ``put`` or ``get``; its variable ``item`` is what is moved.
        """
        mine = lane()
        now = perf_counter_ns()
        began, mine.waiting = mine.began if mine.waiting else now, False
        place = place_of(mine, real.f_back)
        text, cut = short(real.f_locals["item"]) if "item" in real.f_locals else (b"", 0)
        result = b"" if error is None else raised(error)
        mine.event(
            self._operation,
            self._number,
            now,
            place,
            began=began,
            value=text,
            result=result,
            cut=cut,
        )
