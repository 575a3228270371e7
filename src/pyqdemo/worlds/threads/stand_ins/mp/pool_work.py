"""What goes on inside a ``multiprocessing.Pool``: the threads that serve its workers.

As in the library one thread minds the workers and starts new ones in the place of those that
are over, one sends the calls, one takes what comes back. A worker that dies in the middle of
a call takes that with it: nobody tells the caller. One that is killed while it waits for a
call has the read lock, and keeps it.

**Source**: CPython, ``multiprocessing/pool.py``, 3.11 to 3.13.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from pyqdemo.kernel.operations import Model
from pyqdemo.kernel.queues import Get, Put, QueueModel
from pyqdemo.kernel.stores import FifoStore
from pyqdemo.worlds.threads.pickling import dumps, loads
from pyqdemo.worlds.threads.stand_ins.making import made
from pyqdemo.worlds.threads.stand_ins.mp.connections import wait
from pyqdemo.worlds.threads.stand_ins.mp.crews import (
    at_hand,
    await_thread,
    is_here,
    lock,
    pipe,
    receive,
    send,
    simple,
    simple_get,
    simple_put,
    touch,
)
from pyqdemo.worlds.threads.stand_ins.mp.pool_workers import Calls, worker
from pyqdemo.worlds.threads.stand_ins.threads import Thread
from pyqdemo.worlds.threads.stand_ins.values import short
from pyqdemo.worlds.threads.world import here

__all__ = ["CLOSE", "RUN", "TERMINATE", "PoolCrew"]

RUN, CLOSE, TERMINATE = "RUN", "CLOSE", "TERMINATE"


class PoolModel(Model):
    """A pool, as a resource."""

    kind = "executor"


class PoolCrew:
    """A pool from inside; the program's own object of it holds this, and its threads do.

    Attributes:
        id: of the pool as a resource.
        owner: id of the process that made it.
        open: results that are not complete, by their numbers.
        workers: processes, in the order in which they were started.
        minding, sending, hearing: the state that each of the three threads has been told.
        is_ended: ``terminate`` has been called.
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
        self.id: str = made(PoolModel(), frame, capacity=count).id
        self.owner: str = here().task.process.id
        self.open: dict[int, Any] = {}
        self.workers: list[Any] = []
        self.minding = self.sending = self.hearing = RUN
        self.is_ended = False
        self._numbers = itertools.count()
        self.line: QueueModel = _quiet_line()
        self.calls, self.sender = pipe()
        self.news, self.teller = pipe()
        self.read_lock = lock()
        self.results = simple()
        self._new = (initializer, initargs, most)
        self.threads: list[Thread] = []

    # Who works.

    def start_workers(self) -> None:
        """Starts as many as are missing."""
        while len(self.workers) < self.count:
            args = (self.calls, self.sender, self.read_lock, self.results, *self._new)
            process = self.ctx.Process(target=worker, args=args)
            process.name = process.name.replace("Process", "PoolWorker")
            process.daemon = True
            process.start()
            self.workers.append(process)

    def start_threads(self) -> None:
        for does in (_handle_workers, _handle_tasks, _handle_results):
            thread = Thread(target=does, args=(self,), daemon=True)
            thread.start()
            self.threads.append(thread)

    # Results.

    def enter(self, result: Any) -> int:
        """A new result waits for what comes back; gives its number."""
        touch(f"{self.id}.open")
        number = next(self._numbers)
        self.open[number] = result
        return number

    def leave(self, number: int) -> None:
        """It is complete."""
        touch(f"{self.id}.open")
        del self.open[number]
        if not self.open and self.minding != RUN and is_here(self.owner):
            self.tell_minder()

    def arrived(self, number: int, place: int, outcome: tuple[bool, Any]) -> None:
        """Something has come back for a result, if anybody still waits for it."""
        touch(f"{self.id}.open")
        result = self.open.get(number)
        if result is not None:
            result._set(place, outcome)

    # What the threads are told.

    def hand_in(self, calls: Calls | None, frame: FrameType | None) -> None:
        """Calls for the thread that sends them; None: there will be no more."""
        here().world.perform(Put(self.line, calls), frame)

    def tell_minder(self) -> None:
        """The thread that minds the workers shall look what has changed."""
        send(self.teller, b"", "news")

    def close(self) -> None:
        """There will be no more calls: when all results are there, everybody ends."""
        self.minding = CLOSE
        self.tell_minder()

    def let_go(self) -> None:
        """The program has let go of its pool. Nobody waits for any result: it is closed."""
        if self.is_ended or not self.threads or not is_here(self.owner):
            return
        if here().world.execution.over is None:
            at_hand(Put(self.line, _LOST))

    def terminate(self, frame: FrameType | None) -> None:
        """Ends the pool, whatever its workers are about; once."""
        if self.is_ended or not is_here(self.owner):
            return
        self.is_ended = True
        touch(f"{self.id}.open")
        self.minding = self.sending = TERMINATE
        self.tell_minder()
        minder, sender, hearer = self.threads
        # Taken for good. The thread that sends may wait for room in the pipe.
        self.read_lock.acquire(True, None, frame)
        while sender._task is not None and sender._task.alive:
            touch(f"life:{sender._task.id}")
            if not self.calls.poll():
                break
            receive(self.calls)
        self.hearing = TERMINATE
        simple_put(self.results, dumps(None), None)
        await_thread(minder, frame)
        for process in self.workers:
            if process.exitcode is None:
                process.terminate()
        await_thread(sender, frame)
        await_thread(hearer, frame)
        for process in self.workers:
            process.join()

    def __forked__(self, copy: Any) -> Any:
        """In a copy of the process nobody serves a pool: what is handed in stays where it is."""
        twin = PoolCrew.__new__(PoolCrew)
        copy.becomes(self, twin)
        vars(twin).update(vars(self))
        twin.open, twin.workers, twin.threads = {}, [], []
        twin.line = _quiet_line_like(self.line)
        twin._new = (None, (), None)
        return twin


_LOST = Calls(())


def _quiet_line() -> QueueModel:
    life = here()
    line = QueueModel("simple", FifoStore(), 0, short)
    life.world.execution.register(line, life.task, capacity=0, quiet=True)
    return line


def _quiet_line_like(line: QueueModel) -> QueueModel:
    twin = QueueModel("simple", FifoStore(), 0, short)
    twin.id = line.id
    return twin


def _handle_workers(crew: PoolCrew) -> None:
    """Minds the workers, until the pool is closed and all results are there, or it is ended."""
    while crew.minding == RUN or (crew.open and crew.minding != TERMINATE):
        sentinels = {process.sentinel: process for process in crew.workers}
        ready = wait([crew.news, *sentinels])
        over = [sentinels[each] for each in ready if each is not crew.news]
        for process in over:
            process.join()
            crew.workers.remove(process)
        if over:
            crew.start_workers()
        if crew.news in ready:
            receive(crew.news)
        touch(f"{crew.id}.open")
    crew.hand_in(None, None)


def _handle_tasks(crew: PoolCrew) -> None:
    """Sends calls as they come; in the end it tells everybody that there are no more."""
    while (calls := here().world.perform(Get(crew.line), None)) is not None:
        if calls is _LOST:
            crew.close()
            continue
        if not _send_all(crew, calls):
            break
        del calls
    simple_put(crew.results, dumps(None), None)
    for _ in list(crew.workers):
        send(crew.sender, dumps(None), None)


def _send_all(crew: PoolCrew, calls: Calls) -> bool:
    """Sends some calls; False if the pool was ended meanwhile."""
    call = None
    for call in calls.calls:
        if crew.sending != RUN:
            return False
        try:
            data = dumps(call)
        except Exception as error:
            crew.arrived(call.job, call.place, (False, error))
        else:
            send(crew.sender, data, call)
    if calls.set_length is not None:
        calls.set_length(0 if call is None else call.place + 1)
    return True


def _handle_results(crew: PoolCrew) -> None:
    """Takes what comes back, and gives it to the results."""
    while (message := loads(simple_get(crew.results))) is not None and crew.hearing == RUN:
        crew.arrived(*message)
    while crew.open and crew.hearing != TERMINATE:
        message = loads(simple_get(crew.results))
        if message is not None:
            crew.arrived(*message)
