"""What goes on inside a ``ProcessPoolExecutor``: the thread that manages its workers.

The manager sends calls while the queue of calls has room, takes what comes back, and watches
the workers. If one is over before it was told to end, everything that is not finished fails.

**Source**: CPython, ``concurrent/futures/process.py``, 3.11 to 3.13.
"""

from __future__ import annotations

import concurrent.futures.process as real
import queue
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.futures import CancelFuture, Finish, SetRunning
from pyqdemo.kernel.operations import Model
from pyqdemo.worlds.threads.pickling import loads
from pyqdemo.worlds.threads.stand_ins.futures import Future
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.mp.connections import wait
from pyqdemo.worlds.threads.stand_ins.mp.crews import (
    at_hand,
    is_here,
    lock,
    pipe,
    receive,
    send,
    touch,
    traceback_of,
)
from pyqdemo.worlds.threads.stand_ins.mp.executor_workers import CallItem, worker
from pyqdemo.worlds.threads.stand_ins.mp.queues import Queue
from pyqdemo.worlds.threads.stand_ins.threads import Thread
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.world import Unwind, here

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["BROKEN", "ExecutorCrew", "Manager", "Work"]

_library: Any = real
BROKEN = "A child process terminated abruptly, the process pool is not usable anymore"
_FAILED = (
    "A process in the process pool was terminated abruptly while the future was running or pending."
)


class ExecutorModel(Model):
    """An executor of processes, as a resource."""

    kind = "executor"


class Work:
    """A call with its future, until it is finished."""

    __slots__ = ("future", "item")

    def __init__(self, future: Future, item: CallItem) -> None:
        self.future = future
        self.item = item

    def end(self, value: Any, error: BaseException | None) -> None:
        """It has given that, or raised."""
        at_hand(Finish(self.future._future_model, value, error, short))
        self.future._invoke_callbacks()


class CallQueue(Queue):
    """The queue of calls: one that cannot be pickled fails its future.

    Args:
        crew: whose it is.
    """

    def __init__(self, crew: ExecutorCrew, room: int) -> None:
        self._crew = crew
        super().__init__(room, ctx=crew.ctx)

    def _make(
        self, kind: str, args: tuple[Any, ...], ctx: Any, frame: FrameType, capacity: int
    ) -> None:
        self._is_fork_ctx = ctx.get_start_method() == "fork"
        life = here()
        self._queue_id = life.world.execution.share(
            life.task, kind, args, capacity=capacity, quiet=True
        )

    def _on_queue_feeder_error(self, e: Exception, obj: Any) -> None:  # type: ignore[override]
        if not isinstance(obj, CallItem):
            super()._on_queue_feeder_error(e, obj)
            return
        e.__cause__ = _library._RemoteTraceback(f'\n"""\n{traceback_of(e)}"""')
        touch(f"{self._crew.id}.work")
        work = self._crew.pending.pop(obj.number, None)
        self._crew.wake()
        if work is not None:
            work.end(None, e)

    def handed_over(self) -> Queue:
        """The same queue for a worker."""
        queue = Queue.__new__(Queue)
        vars(queue).update(
            _queue_id=self._queue_id, _maxsize=self._maxsize, _is_fork_ctx=self._is_fork_ctx
        )
        return queue


class ExecutorCrew:
    """An executor from inside; the program's own object of it holds this, and its manager does.

    Attributes:
        id: of the executor as a resource.
        owner: id of the process that made it.
        pending: work that is not finished, by number.
        waiting: numbers of those that have not been sent yet.
        processes: the workers by pid, in the order in which they were started.
        idle: workers that have nothing to do, as far as no submit has counted on them.
        planned: workers that there are or that are about to be started.
        is_shutdown: nothing more can be submitted.
        cancels: what has not been sent shall be cancelled.
        is_lost: the program has let go of its executor.
        is_broken: a worker has died.
        is_exiting: the process is about to end.
    """

    def __init__(
        self,
        ctx: Any,
        count: int,
        initializer: Callable[..., object] | None,
        initargs: Iterable[Any],
        most: int | None,
        frame: FrameType,
    ) -> None:
        self.ctx = ctx
        self.count = count
        self.id: str = made(ExecutorModel(), frame, capacity=count).id
        self.owner: str = here().task.process.id
        self.at_once = ctx.get_start_method() == "fork"
        self.pending: dict[int, Work] = {}
        self.waiting: deque[int] = deque()
        self.processes: dict[int, Any] = {}
        self.idle = self.planned = self.submitted = 0
        self.is_shutdown = self.cancels = self.is_lost = False
        self.is_broken = self.is_exiting = False
        self.manager: Manager | None = None
        self.calls = CallQueue(self, count + 1)
        self.results, self._results_in = pipe()
        self.news, self._teller = pipe()
        self._is_told = False
        self._write_lock = lock()
        self._new = (initializer, initargs, most)

    def wake(self) -> None:
        """The manager shall look what has changed. It is told once, however often it is asked
        to before it does."""
        touch(f"{self.id}.work")
        if not self._is_told:
            self._is_told = True
            send(self._teller, b"", "news")

    def is_managed(self) -> bool:
        """Whether its manager lives, and in this process."""
        manager = self.manager
        if manager is None or manager._task is None or not is_here(self.owner):
            return False
        touch(f"life:{manager._task.id}")
        return manager._task.alive

    def start_workers(self, count: int) -> None:
        for _ in range(count):
            args = (self.calls.handed_over(), self._results_in, self._write_lock, *self._new)
            process = self.ctx.Process(target=worker, args=args)
            process.start()
            self.processes[process.pid] = process
            if self.is_broken:
                process.terminate()  # it came too late to be ended with the others

    # The manager.

    def manage(self) -> None:
        """The manager's life."""
        while True:
            self._fill()
            result, is_broken, cause = self._wait()
            if is_broken:
                self._break(cause)
                return
            if result is not None:
                self._take_in(*result)
                del result
            if self.is_shutdown or self.is_lost or self.is_exiting:
                self.is_shutdown = True
                if self.cancels:
                    self._cancel()
                self._fill()
                if not self.pending:
                    self._end()
                    return

    def _fill(self) -> None:
        """Sends calls as long as their queue has room."""
        while self.waiting and self._has_room():
            touch(f"{self.id}.work")
            if not self.waiting:
                return  # cancelled meanwhile
            number = self.waiting.popleft()
            work = self.pending[number]
            running = SetRunning(work.future._future_model)
            running.quiet = True  # it is a worker that runs it
            if not at_hand(running):
                del self.pending[number]
                continue
            work.future._future_model.worker = None
            self.calls.put(work.item)

    def _has_room(self) -> bool:
        """Whether one more call can be sent. Its queue is asked only where it may be full."""
        sent = len(self.pending) - len(self.waiting)
        return sent <= self.count or not self.calls.full()

    def _wait(self) -> tuple[Any, bool, str | None]:
        """What has come back; whether a worker was over; and what is known of the reason."""
        sentinels = [process.sentinel for process in self.processes.values()]
        ready = wait([self.results, self.news, *sentinels])
        touch(f"{self.id}.work")
        result, is_broken, cause = None, True, None
        if self.results in ready:
            try:
                result, is_broken = loads(receive(self.results)), False
            except Unwind:
                raise
            except BaseException as error:
                cause = traceback_of(error)
        elif self.news in ready:
            is_broken = False
        if self.news in ready:
            receive(self.news)
            self._is_told = False
        return result, is_broken, cause

    def _take_in(self, number: int, value: Any, error: Any, leaver: int | None) -> None:
        work = self.pending.pop(number, None)
        if work is not None:
            work.end(value, error)
        if leaver is not None:
            self.planned -= 1
            self.processes.pop(leaver).join()
            if not self.is_lost and not self._has_idle() and self.planned < self.count:
                self.planned += 1
                self.start_workers(1)
        else:
            self.idle += 1

    def _has_idle(self) -> bool:
        if not self.idle:
            return False
        self.idle -= 1
        return True

    def _cancel(self) -> None:
        """Whatever has not been sent is cancelled."""
        self.cancels = False
        self.waiting.clear()
        for number, work in list(self.pending.items()):
            cancelling = CancelFuture(work.future._future_model)
            if at_hand(cancelling):
                del self.pending[number]
                if cancelling.newly:
                    work.future._invoke_callbacks()

    def _break(self, cause: str | None) -> None:
        """A worker is over that should not be: all that is not finished fails."""
        self.is_broken = self.is_shutdown = True
        error = BrokenProcessPool(_FAILED)
        if cause is not None:
            error.__cause__ = _library._RemoteTraceback(f"\n'''\n{cause}'''")
        for work in list(self.pending.values()):
            with suppress(InvalidStateError):  # it was cancelled
                work.end(None, error)
        self.pending.clear()
        self.waiting.clear()
        for process in self.processes.values():
            process.terminate()
        self.calls.cancel_join_thread()
        self.calls.close()
        self._join()

    def _end(self) -> None:
        """Tells all workers that there are no more calls, and waits for them."""
        told, all_of_them = 0, len(self.processes)
        while told < all_of_them and any(each.is_alive() for each in self.processes.values()):
            try:
                while told < all_of_them:
                    self.calls.put_nowait(None)
                    told += 1
            except queue.Full:
                pass
        self.calls.close()
        self.calls.join_thread()
        self._join()

    def _join(self) -> None:
        for process in self.processes.values():
            process.join()

    def __forked__(self, copy: Any) -> Any:
        """In a copy of the process nobody manages an executor."""
        twin = ExecutorCrew.__new__(ExecutorCrew)
        copy.becomes(self, twin)
        vars(twin).update(vars(self))
        twin.pending, twin.waiting, twin.processes = {}, deque(), {}
        twin._new = (None, (), None)
        twin._is_told = True
        return twin


class Manager(Thread):
    """The thread that manages an executor."""

    def __init__(self, crew: ExecutorCrew) -> None:
        super().__init__()
        self._crew = crew

    def run(self) -> None:
        self._crew.manage()


Manager.__name__ = Manager.__qualname__ = "_ExecutorManagerThread"
