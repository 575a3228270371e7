"""The last seconds of a run in buckets of time; folding an event in costs the same for ever."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.views.scene import Mark

__all__ = ["BUCKETS", "Series", "Strip", "bucket_for"]

LONG_NS, SHORT_NS = 125_000_000, 62_500_000
BUCKETS = 128  # kept: the widest strip there is
_MARKS = tuple(Mark)
_BLOCKED = Mark.BLOCKED.value
_OPERATION = Mark.OPERATION.value


def bucket_for(speed: float) -> int:
    """Nanoseconds of a bucket: half as many where the program's sleeps are shortened."""
    return SHORT_NS if speed >= 2 else LONG_NS


class Strip:
    """What one task did lately, a mark a bucket.

    A bucket shows what matters most of what happened in it: an operation that took effect,
    else blocked for at least half of it, else the state it ended in.
    """

    __slots__ = ("_blocked_ns", "_bucket", "_marks", "_operated", "_since_ns", "_state", "_step")

    def __init__(self, at_ns: int, bucket_ns: int) -> None:
        self._step = bucket_ns
        self._marks = bytearray(BUCKETS)
        self._bucket = at_ns // self._step
        self._since_ns = at_ns
        self._state = Mark.NONE.value
        self._blocked_ns = 0
        self._operated = False

    def move(self, at_ns: int, state: Mark, operated: bool) -> None:
        """The task did something, and is in that state from now on."""
        self.advance(at_ns)
        self._state = state.value
        if operated:
            self._operated = True

    def advance(self, to_ns: int) -> None:
        """Time went by. A moment before the latest one counts as that one."""
        if to_ns <= self._since_ns:
            return
        end = (self._bucket + 1) * self._step
        if to_ns < end:
            if self._state == _BLOCKED:
                self._blocked_ns += to_ns - self._since_ns
            self._since_ns = to_ns
            return
        if self._state == _BLOCKED:
            self._blocked_ns += end - self._since_ns
        self._marks[self._bucket % BUCKETS] = self._mark()
        bucket = to_ns // self._step
        for between in range(max(self._bucket + 1, bucket - BUCKETS), bucket):
            self._marks[between % BUCKETS] = self._state
        self._bucket, self._since_ns, self._operated = bucket, to_ns, False
        self._blocked_ns = to_ns - bucket * self._step if self._state == _BLOCKED else 0

    def last(self, cells: int) -> Sequence[Mark]:
        """The marks of the last buckets, the present one last; at most ``BUCKETS``."""
        first = self._bucket - min(cells, BUCKETS) + 1
        marks = [
            _MARKS[self._marks[bucket % BUCKETS]] if bucket >= 0 else Mark.NONE
            for bucket in range(first, self._bucket)
        ]
        return [*marks, _MARKS[self._mark()]]

    def _mark(self) -> int:
        if self._operated:
            return _OPERATION
        return _BLOCKED if self._blocked_ns * 2 >= self._step else self._state


class Series:
    """A number over time, two values a bucket: the largest one seen in it, or a sum."""

    __slots__ = ("_at", "_step", "_sum", "_values")

    KEPT = 2 * BUCKETS

    def __init__(self, bucket_ns: int, *, summed: bool = False) -> None:
        self._step = bucket_ns // 2
        self._values: list[int | None] = [None] * self.KEPT
        self._at = -1
        self._sum = summed

    def add(self, at_ns: int, value: int) -> None:
        """Takes in a value at a moment that is not before the last one."""
        step = max(at_ns // self._step, self._at, 0)
        if step > self._at:
            if self._at >= 0:
                # A number holds until it changes; nothing came in while nothing was counted.
                gap = 0 if self._sum else self._values[self._at % self.KEPT]
                for between in range(max(self._at + 1, step - self.KEPT), step):
                    self._values[between % self.KEPT] = gap
            self._values[step % self.KEPT] = value
            self._at = step
            return
        here = self._values[step % self.KEPT] or 0
        self._values[step % self.KEPT] = here + value if self._sum else max(here, value)

    def last(self, count: int) -> Sequence[int | None]:
        """The last values, the present one last."""
        first = max(0, self._at - min(count, self.KEPT) + 1)
        return [self._values[step % self.KEPT] for step in range(first, self._at + 1)]

    def rate(self, seconds: int) -> float:
        """The sum of the last whole steps that fill so many seconds, per second."""
        values = self.last(seconds * 10**9 // self._step + 1)[:-1]
        if not values:
            return 0.0
        return sum(value or 0 for value in values) / (len(values) * self._step / 1e9)
