"""``multiprocessing.Condition``, ``Event`` and ``Barrier``.

A program may meet its asserts, which are the library's: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from pyqdemo.kernel.mp.agreed import STUCK
from pyqdemo.kernel.texts import raised
from pyqdemo.worlds.threads.stand_ins import conditions as between_threads
from pyqdemo.worlds.threads.stand_ins.mp.locks import (
    Handle,
    check_inherited,
    check_spawning,
    seconds_of,
)
from pyqdemo.worlds.threads.world import here

__all__ = ["MADE", "NAMES", "Barrier", "Condition", "Event"]

_frame = sys._getframe


class Condition:
    """``multiprocessing.Condition``, over any of that module's locks."""

    _lock: Any
    _id: str

    def __init__(self, lock: Any = None, *, ctx: Any) -> None:
        self._lock = lock or ctx.RLock()
        self._make_methods()
        handle = getattr(self._lock, "_semlock", None)
        of = handle.id if isinstance(handle, Handle) else None
        self._id = here().world.share("mp_condition", (of,), _frame(1), of=of)

    def _make_methods(self) -> None:
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *error: object) -> Any:
        return self._lock.__exit__(*error)

    def wait(self, timeout: float | None = None) -> bool:
        life, frame = here(), _frame(1)
        handle: Handle = self._lock._semlock
        request, bound = life.world.request, seconds_of(timeout)
        times, scoped = request("mp.cond_let_go", (self._id,), frame)
        if handle.kind:  # not recursive: each permit goes by itself
            for _ in range(times - 1):
                handle.release(frame)
        try:
            notified: bool = request("mp.cond_woken", (self._id, bound), frame)
        finally:
            # Also where a signal's handler raises; but not where the run is over.
            if not life.unwinding:
                request("mp.cond_leave", (self._id,), frame)
                for _ in range(times if handle.kind else 1):
                    request("mp.cond_take_back", (self._id, times, bool(scoped)), frame)
        return notified

    wait_for = between_threads.Condition.wait_for

    def notify(self, n: int = 1) -> None:
        self._notify(n, _frame(1))

    def notify_all(self) -> None:
        self._notify(sys.maxsize, _frame(1))

    def _notify(self, n: int, frame: FrameType) -> None:
        _ = self._lock._semlock  # no other lock can do this, and says so
        request = here().world.request
        count = None if n >= sys.maxsize else n
        sleepers = request("mp.notify", (self._id, count), frame)
        if sleepers:
            request("mp.acknowledged", (self._id, sleepers, count), frame)

    def __getstate__(self) -> Any:
        check_spawning(self)
        return (self._lock, self._id)

    def __setstate__(self, state: Any) -> None:
        self._lock, self._id = state
        self._make_methods()

    def __repr__(self) -> str:
        waiting = here().world.request("mp.cond_look", (self._id,), _frame(1))
        return f"<{type(self).__name__}({self._lock}, {waiting})>"


class Event:
    """``multiprocessing.Event``."""

    def __init__(self, *, ctx: Any) -> None:
        self._is_fork_ctx = ctx.get_start_method() == "fork"
        self._id = here().world.share("mp_event", (), _frame(1))

    def is_set(self) -> bool:
        answer: bool = here().world.request("mp.is_set", (self._id,), _frame(1))
        return answer

    def set(self) -> None:
        request, frame = here().world.request, _frame(1)
        if request("mp.set", (self._id,), frame):
            request("mp.all_acknowledged", (self._id,), frame)

    def clear(self) -> None:
        here().world.request("mp.clear", (self._id,), _frame(1))

    def wait(self, timeout: float | None = None) -> bool:
        life, frame = here(), _frame(1)
        request, bound = life.world.request, seconds_of(timeout)
        up: bool = request("mp.event_look", (self._id,), frame)
        return up or bool(request("mp.event_look_again", (self._id, bound), frame))

    def __getstate__(self) -> Any:
        # Of a real one the first thing inside.
        check_inherited(self, self._is_fork_ctx, "Condition")
        return self.__dict__

    def __repr__(self) -> str:
        told = "set" if self.is_set() else "unset"
        return f"<{type(self).__qualname__} at {self._id} {told}>"


class Barrier:
    """``multiprocessing.Barrier``; what it raises is ``threading.BrokenBarrierError``."""

    def __init__(
        self,
        parties: int,
        action: Callable[[], object] | None = None,
        timeout: float | None = None,
        *,
        ctx: Any,
    ) -> None:
        self._is_fork_ctx = ctx.get_start_method() == "fork"
        self._parties = parties
        self._action = action
        self._timeout = timeout
        # The real one refuses nothing here; with anything but a number nobody ever passes.
        number = int(parties) if isinstance(parties, int) else 0
        self._id = here().world.share("mp_barrier", (number,), _frame(1), capacity=number)

    def wait(self, timeout: float | None = None) -> int:
        frame, request = _frame(1), here().world.request
        bound = seconds_of(self._timeout if timeout is None else timeout)
        answer: Any = ["door"]
        while answer == ["door"]:
            answer = request("mp.arrive", (self._id, bool(self._action)), frame)
        match answer:
            case ["pass", place]:
                answer = request("mp.pass", (self._id, place, bound), frame)
            case ["act", place]:
                answer = self._act(place, frame)
        index: int = self._through(answer, frame)
        return index

    def _act(self, index: int, frame: FrameType) -> Any:
        """Runs the action, the barrier's lock in hand."""
        world = here().world
        assert self._action is not None, "it was told that there is one"
        try:
            self._action()
        except BaseException as error:
            facts = (self._id, index, raised(error))
            self._through(world.request_at_once("mp.open_up", facts, frame), frame)
            raise
        return world.request("mp.open_up", (self._id, index, None), frame)

    def _through(self, answer: Any, frame: FrameType) -> Any:
        """The answer of what has woken the others, which may never end."""
        if answer is True or answer == STUCK:
            here().world.request("mp.all_acknowledged", (self._id,), frame)
        return answer

    def reset(self) -> None:
        frame = _frame(1)
        self._through(here().world.request("mp.reset", (self._id,), frame), frame)

    def abort(self) -> None:
        frame = _frame(1)
        self._through(here().world.request("mp.abort", (self._id,), frame), frame)

    @property
    def parties(self) -> int:
        return self._parties

    @property
    def n_waiting(self) -> int:
        number: int = here().world.request("mp.n_waiting", (self._id,), _frame(1))
        return number

    @property
    def broken(self) -> bool:
        answer: bool = here().world.request("mp.broken", (self._id,), _frame(1))
        return answer

    def __getstate__(self) -> Any:
        check_inherited(self, self._is_fork_ctx, "Condition")
        return self.__dict__

    def __repr__(self) -> str:
        kind = type(self)
        module = kind.__module__
        module = "multiprocessing.synchronize" if module == __name__ else module
        told = "broken" if self.broken else f"waiters={self.n_waiting}/{self.parties}"
        return f"<{module}.{kind.__qualname__} at {self._id}: {told}>"


def _condition(ctx: Any, lock: Any = None) -> Condition:
    return Condition(lock, ctx=ctx.get_context())


def _event(ctx: Any) -> Event:
    return Event(ctx=ctx.get_context())


def _barrier(
    ctx: Any,
    parties: int,
    action: Callable[[], object] | None = None,
    timeout: float | None = None,
) -> Barrier:
    return Barrier(parties, action, timeout, ctx=ctx.get_context())


for _made in (_condition, _event, _barrier):
    _made.__qualname__ = f"BaseContext.{_made.__annotations__['return']}"  # as errors have it

#: What a context makes, by name.
MADE: dict[str, Callable[..., Any]] = {
    "Condition": _condition,
    "Event": _event,
    "Barrier": _barrier,
}

#: Of ``multiprocessing.synchronize``.
NAMES: dict[str, Any] = {"Condition": Condition, "Event": Event, "Barrier": Barrier}
