"""The models of Condition, Event and Barrier, called as the stand-ins call them."""

from __future__ import annotations

from several import Code

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.mp.agreed import STUCK
from pyqdemo.kernel.tasks import Task

__all__ = ["ModelBarrier", "ModelCondition", "ModelEvent"]


class ModelCondition:
    """A condition with a lock of its own."""

    def __init__(self, execution: Execution, maker: Task, lock: str = "mp_rlock") -> None:
        self.lock = execution.share(maker, lock, ())
        self.id = execution.share(maker, "mp_condition", (self.lock,), of=self.lock)

    def enter(self) -> Code:
        yield ("mp.acquire", self.lock, True, None, True)

    def exit(self) -> Code:
        yield ("mp.release", self.lock)

    def held(self) -> Task | None:
        return None

    def wait(self, timeout_s: float | None = None) -> Code:
        times, scoped = yield ("mp.cond_let_go", self.id)
        notified = yield ("mp.cond_woken", self.id, timeout_s)
        yield ("mp.cond_leave", self.id)
        yield ("mp.cond_take_back", self.id, times, bool(scoped))
        return notified

    def notify(self, count: float | None = 1) -> Code:
        sleepers = yield ("mp.notify", self.id, count)
        if sleepers:
            yield ("mp.acknowledged", self.id, sleepers, count)


class ModelEvent:
    """An event."""

    def __init__(self, execution: Execution, maker: Task) -> None:
        self.id = execution.share(maker, "mp_event", ())

    def held(self) -> Task | None:
        return None

    def is_set(self) -> Code:
        return (yield ("mp.is_set", self.id))

    def set(self) -> Code:
        if (yield ("mp.set", self.id)):
            yield ("mp.all_acknowledged", self.id)

    def clear(self) -> Code:
        yield ("mp.clear", self.id)

    def wait(self, timeout_s: float | None = None) -> Code:
        if (yield ("mp.event_look", self.id)):
            return True
        return (yield ("mp.event_look_again", self.id, timeout_s))


class ModelBarrier:
    """A barrier, with an action that takes a step or without."""

    def __init__(self, execution: Execution, maker: Task, parties: int, acts: bool) -> None:
        self.id = execution.share(maker, "mp_barrier", (parties,))
        self.pause = execution.share(maker, "mp_semaphore", (99,))
        self.acts = acts

    def held(self) -> Task | None:
        return None

    def wait(self, timeout_s: float | None = None) -> Code:
        answer = ["door"]
        while answer == ["door"]:
            answer = yield ("mp.arrive", self.id, self.acts)
        match answer:
            case ["pass", index]:
                answer = yield ("mp.pass", self.id, index, timeout_s)
            case ["act", index]:
                yield ("mp.acquire", self.pause)
                answer = yield ("mp.open_up", self.id, index, None)
        yield from self._through(answer == STUCK)
        return answer

    def _through(self, stuck: bool) -> Code:
        if stuck:
            yield ("mp.all_acknowledged", self.id)

    def abort(self) -> Code:
        yield from self._through((yield ("mp.abort", self.id)))

    def reset(self) -> Code:
        yield from self._through((yield ("mp.reset", self.id)))
