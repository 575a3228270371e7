"""One way through a pipe: the bytes as they really are, and the messages they are parts of."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pyqdemo.kernel.mp.bytes_in_pipes import Room
from pyqdemo.kernel.mp.framing import LARGE_SIZE, SIZE, SIZE_IS_LARGE, writes_of

if TYPE_CHECKING:
    from pyqdemo.kernel.tasks import Task

__all__ = ["ATOMIC", "Receiving", "Sending", "Sent", "Way"]

#: A write of at most so many bytes is whole or nothing, whoever else writes: ``PIPE_BUF``.
ATOMIC = 4096


class Sent(NamedTuple):
    """A message whose first byte is on its way.

    Attributes:
        at: how many bytes went this way before it.
        item, value, cut: as in ``trace.Event``.
    """

    at: int
    item: str
    value: str | None
    cut: int


class Sending:
    """A message on its way out: what is still to be written.

    Attributes:
        sent: what is told of it.
        begun: some of the write that is under way has been written.
    """

    def matters(self) -> Mapping[str, Any]:
        """As of a model."""
        return {"begun": self.begun, "writes": tuple(map(bytes, self._writes))}

    def __init__(self, sent: Sent, data: bytes) -> None:
        self.sent = sent
        self.begun = False
        self._writes: deque[bytes | memoryview] = deque(writes_of(data))

    def next_size(self) -> int:
        """How long the write is that comes next, or what is left of it."""
        return len(self._writes[0])

    def in_one(self) -> bool:
        """Whether nobody else's bytes can come in between its own."""
        return len(self._writes) == 1 and self.next_size() <= ATOMIC

    def write_to(self, way: Way) -> bool:
        """Writes as much as there is room for, of one write; says whether that was the last."""
        data = self._writes[0]
        written = way.room.write(len(data))
        way.append(data if written == len(data) else data[:written])
        self.begun = written < len(data)
        if self.begun:
            self._writes[0] = memoryview(data)[written:]
        else:
            self._writes.popleft()
        return not self._writes


class Receiving:
    """A message on its way in: what of it has been read so far.

    The size comes first, then the bytes; a receiver that starts in the middle of a message
    takes for a size what it finds there.

    Args:
        longest: as many bytes may the message have; None for any number.
        sent: the message that begins there, if one does.
    """

    untold = frozenset({"sent"})  # see ``operations.Model``

    def __init__(self, longest: int | None, sent: Sent | None) -> None:
        self.sent = sent
        self._longest = longest
        self._read: list[bytes] = []
        self._size_is: str | None = SIZE  # format of the size that is read; None: the bytes
        self._wanted = self._missing = struct.calcsize(SIZE)

    def between(self) -> bool:
        """Whether nothing of what is read now has come."""
        return self._missing == self._wanted

    def read_from(self, way: Way) -> bytes | bool | None:
        """Reads what there is of it.

        Returns:
            the message; False if it is too long, and its bytes have been left there; None
            if it is not all there yet.
        """
        while True:
            if self._missing:
                taken = way.take(self._missing)
                self._read.append(taken)
                self._missing -= len(taken)
                if self._missing:
                    return None
            data = self._read[0] if len(self._read) == 1 else b"".join(self._read)
            self._read.clear()
            if self._size_is is None:
                return data
            size: int = struct.unpack(self._size_is, data)[0]
            if size == SIZE_IS_LARGE and self._size_is == SIZE:
                self._size_is, self._wanted = LARGE_SIZE, struct.calcsize(LARGE_SIZE)
            elif self._longest is not None and size > self._longest:
                return False
            else:
                self._size_is, self._wanted = None, max(0, size)
            self._missing = self._wanted


class Way:
    """What goes from one end to the other, in order.

    Attributes:
        room: how many bytes are on their way, and for how many more there is room.
        sending, receiving: messages not yet all written or read, by whose they are.
        reset: the next reader who finds nothing is told that the connection was reset.
        torn: a message was begun to be sent, and will never be whole.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.sending: dict[Task, Sending] = {}
        self.receiving: dict[Task, Receiving] = {}
        self.reset = False
        self.torn = False
        self._chunks: deque[bytes | memoryview] = deque()
        self._first = 0  # bytes of the first chunk that have been taken
        self._messages: deque[Sent] = deque()  # of which nothing has been taken
        self._put = self._taken = 0

    def matters(self) -> Mapping[str, Any]:
        """As of a model. Where one message ends and the next begins only a record tells."""
        left = b"".join(self._chunks)[self._first :]
        names = ("room", "sending", "receiving", "reset", "torn")
        return {"left": left} | {name: getattr(self, name) for name in names}

    def begin(self, item: str, value: str | None, cut: int) -> Sent:
        """A message whose bytes come next."""
        sent = Sent(self._put, item, value, cut)
        self._messages.append(sent)
        return sent

    def first(self) -> Sent | None:
        """The message that begins with the next byte, if one does."""
        if self._messages and self._messages[0].at == self._taken:
            return self._messages[0]
        return None

    def append(self, data: bytes | memoryview) -> None:
        """More bytes; room has been taken for them."""
        self._chunks.append(data)
        self._put += len(data)

    def take(self, most: int) -> bytes:
        """The next bytes, as many as there are up to ``most``."""
        size = min(most, self.room.available())
        self.room.read(size)
        self._taken += size
        while self._messages and self._messages[0].at < self._taken:
            self._messages.popleft()
        return b"".join(self._pieces(size))

    def _pieces(self, size: int) -> Iterator[bytes | memoryview]:
        while size:
            chunk, first = self._chunks[0], self._first
            piece = chunk[first : first + size]
            size -= len(piece)
            self._first += len(piece)
            if self._first == len(chunk):
                self._chunks.popleft()
                self._first = 0
            yield piece

    def forget_sending(self, process: Task) -> list[Sent]:
        """A process is over: gives the messages that it had begun to send."""
        tasks = [task for task in self.sending if task.process is process]
        self.torn |= bool(tasks)
        return [self.sending.pop(task).sent for task in tasks]

    def forget_receiving(self, process: Task) -> list[Sent]:
        """A process is over: gives the messages that it had begun to receive."""
        tasks = [task for task in self.receiving if task.process is process]
        begun = [self.receiving.pop(task).sent for task in tasks]
        return [sent for sent in begun if sent is not None]

    def drop(self) -> list[Sent]:
        """Nobody can read any more: gives the messages of which nothing had been read, but for
        those that are still being sent."""
        sending = {unfinished.sent for unfinished in self.sending.values()}
        dropped = [sent for sent in self._messages if sent not in sending]
        self._messages.clear()
        self._chunks.clear()
        return dropped
