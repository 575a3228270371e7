"""A pipe with a lock at each end, as it lies under every queue of ``multiprocessing``.

A message is written under the write lock and read under the read lock. Neither is given back
by the death of the task that holds it, nor is what that task had written in part.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pyqdemo.kernel.mp.bytes_in_pipes import PagedBytes
from pyqdemo.kernel.mp.framing import sizes_of
from pyqdemo.kernel.mp.shared import Lost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyqdemo.kernel.tasks import Task

__all__ = ["LockedPipe", "Message"]


class Message:
    """A pickled value on its way through the pipe.

    Args:
        payload: the pickle.
        item: id of the item.
        text, cut: short text of the value, and how many characters of it were left out.

    Attributes:
        left: bytes of each write that is still to be made, the next one first.
        size: bytes in all, those that tell how many among them.
        written, read: of these, so far.
    """

    untold = frozenset({"item", "text", "cut"})  # see ``operations.Model``

    def __init__(self, payload: bytes, item: str = "", text: str | None = None, cut: int = 0):
        self.payload = payload
        self.item = item
        self.text = text
        self.cut = cut
        self.left = sizes_of(len(payload))
        self.size = sum(self.left)
        self.written = self.read = 0


class LockedPipe:
    """What lies in the pipe, and who holds its two locks.

    Attributes:
        reader, writer: tasks that hold the read lock and the write lock.
        writing: the message that the writer is about, if it has begun one.
        messages: those of which at least a byte has been written, and not all has been read.
    """

    def __init__(self) -> None:
        self.reader: Task | None = None
        self.writer: Task | None = None
        self.writing: Message | None = None
        self.messages: deque[Message] = deque()
        self._bytes = PagedBytes()

    @property
    def crowded(self) -> bool:
        """See ``PagedBytes``."""
        return self._bytes.crowded

    def has_room(self, message: Message) -> bool:
        """Whether at least a byte of what is left of it could be written now."""
        return self._bytes.accepts(message.left[0]) > 0

    def write(self, message: Message) -> bool:
        """Writes what goes in without waiting; says whether that was the rest of it."""
        while message.left and self.has_room(message):
            written = self._bytes.write(message.left[0])
            if not message.written:
                self.messages.append(message)
            message.written += written
            message.left[0] -= written
            if not message.left[0]:
                del message.left[0]
        return not message.left

    def readable(self) -> int:
        """How many bytes of the oldest message could be read now."""
        messages = self.messages
        return messages[0].written - messages[0].read if messages else 0

    def read(self) -> tuple[Message, bool]:
        """Reads what there is of the oldest message; says whether that was the rest of it."""
        message, count = self.messages[0], self.readable()
        self._bytes.read(count)
        message.read += count
        whole = message.read == message.size
        if whole:
            self.messages.popleft()
        return message, whole

    def in_the_middle(self) -> bool:
        """Whether a reader who goes on has to wait for the rest of a message."""
        return bool(self.messages) and not self.readable()

    def process_over(self, process: Task, id: str) -> Iterator[Lost]:
        """What a process that is over was writing or reading, and the locks that it keeps."""
        writer, reader, message = self.writer, self.reader, self.writing
        if writer is not None and writer.process is process:
            if message is not None:
                yield Lost("lost", id, message.item, message.text, message.cut)
                self.writing = None
            yield Lost("kept", id, None, "write lock")
        if reader is not None and reader.process is process:
            if self.messages and (half := self.messages[0]).read:
                yield Lost("lost", id, half.item, half.text, half.cut)
            yield Lost("kept", id, None, "read lock")
