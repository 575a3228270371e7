"""Sending and receiving messages, in one step or in parts."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.pipe_ends import OnEnd, bytes_of
from pyqdemo.kernel.mp.ways import Receiving, Sending, Sent, Way
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["MIXED", "SHARED", "Receive", "ReceiveOn", "Send", "SendOn"]

#: Then it hangs on the sizes of pickles what is received. They differ between Pythons.
MIXED = "messages that are sent into the middle of each other"
SHARED = "two receives at once from one pipe"


class SendOn(OnEnd):
    """Goes on with a message that there was no room for; the answer is whether it is all sent."""

    kind = "send"

    def _sending(self) -> Sending:
        return self._way().sending[self.task]

    def _way(self) -> Way:
        assert self.end.outgoing is not None, "asked by the callers"
        return self.end.outgoing

    def ready(self) -> bool:
        size = self._sending().next_size()
        return self._way().room.accepts(size) > 0 or not self.end.other.is_held()

    def apply(self, execution: Execution, task: Task) -> bool:
        if not self.end.other.is_held():
            raise self._broken()
        way, sending = self._way(), self._sending()
        self._tell(sending.sent)
        if sending.write_to(way):
            del way.sending[task]
            return True
        self.kind = "send_part"
        return False

    def _tell(self, sent: Sent) -> None:
        self.item, self.value, self.cut = sent.item, sent.value, sent.cut

    def _broken(self) -> OSError:
        """Nobody can read any more. A writer to a socket who waits for room when its last reader
        leaves something unread is told so instead, unless it has written in part."""
        begun = self._way().sending.pop(self.task).begun
        mine = self.end.incoming
        if mine is not None and mine.reset and (begun or self.told):
            mine.reset = False
            if not begun:
                return _reset()
        return BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def accesses(self) -> tuple[Access, ...]:
        parts = (*super().accesses(), bytes_of(self.end.other, "w"))
        if self.end.duplex and not self.end.other.is_held():
            parts = (*parts, bytes_of(self.end, "w"))  # the reset that it may be told
        return parts


class Send(SendOn):
    """Sends a message; the answer is whether it is all sent. If not, ``SendOn`` follows.

    Args:
        end: on which it is put.
        data: the message.
        value, cut: its short text, as in ``trace.Event``.
    """

    def __init__(
        self,
        execution: Execution,
        task: Task,
        end: str,
        data: bytes,
        value: str | None = None,
        cut: int = 0,
    ) -> None:
        super().__init__(execution, task, end)
        self.value, self.cut = value, cut
        self._message = Sending(Sent(0, "", value, cut), data)

    def _sending(self) -> Sending:
        return self._message

    def ready(self) -> bool:
        return self._is_closed() or super().ready()

    def apply(self, execution: Execution, task: Task) -> bool:
        self._check_closed()
        way, message = self._way(), self._message
        if self.end.other.is_held():
            message.sent = way.begin(execution.new_item(task), self.value, self.cut)
            unsafe = not message.in_one() and self.has_beside(SendOn)
            if way.sending or way.torn or unsafe:
                execution.note_uncontrolled(MIXED)
        way.sending[task] = message
        return super().apply(execution, task)


class ReceiveOn(OnEnd):
    """Goes on with a message that was not all there: as ``Receive``."""

    kind = "recv"

    def ready(self) -> bool:
        return self.end.readable()

    def apply(self, execution: Execution, task: Task) -> bytes | bool | None:
        way = self.end.incoming
        assert way is not None, "asked by the callers"
        receiving = way.receiving[task]
        if not way.room.available():
            del way.receiving[task]
            raise self._over(way, receiving)
        answer = receiving.read_from(way)
        if (sent := receiving.sent) is not None:
            self.item, self.value, self.cut = sent.item, sent.value, sent.cut
        if answer is None:
            self.kind = "recv_part"
            return None
        del way.receiving[task]
        if answer is False:
            self.result = "too long"
        else:
            execution.took()
        return answer

    def _over(self, way: Way, receiving: Receiving) -> Exception:
        if way.reset:
            way.reset = False
            return _reset()
        return EOFError() if receiving.between() else OSError("got end of file during message")

    def accesses(self) -> tuple[Access, ...]:
        return (*super().accesses(), bytes_of(self.end, "w"))


class Receive(ReceiveOn):
    """Receives a message: the answer is its bytes, or False if it is longer than allowed. It is
    None if not all of it is there yet; then ``ReceiveOn`` follows.

    Args:
        longest: as many bytes may it have; None for any number.
    """

    def __init__(
        self, execution: Execution, task: Task, end: str, longest: int | None = None
    ) -> None:
        super().__init__(execution, task, end)
        self._longest = longest

    def ready(self) -> bool:
        return self._is_closed() or super().ready()

    def apply(self, execution: Execution, task: Task) -> bytes | bool | None:
        self._check_closed()
        way = self.end.incoming
        assert way is not None, "asked by the callers"
        if way.receiving or self.has_beside(ReceiveOn):
            execution.note_uncontrolled(SHARED)
        way.receiving[task] = Receiving(self._longest, way.first())
        return super().apply(execution, task)


def _reset() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
