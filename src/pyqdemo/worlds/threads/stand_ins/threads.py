"""``threading.Thread`` and ``Timer``, and what tells a task who it is.

A program may meet its asserts, which are the library's: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from pyqdemo.ids import number
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.tasks import Census, IsAlive, Join, Start, Task
from pyqdemo.point import Access
from pyqdemo.worlds.threads.stand_ins.deprecations import deprecated
from pyqdemo.worlds.threads.stand_ins.failing import fail_thread
from pyqdemo.worlds.threads.stand_ins.flags import Event
from pyqdemo.worlds.threads.stand_ins.locks import bound_of
from pyqdemo.worlds.threads.stand_ins.values import SHORT
from pyqdemo.worlds.threads.world import Unwind, here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = [
    "Thread",
    "Timer",
    "active_count",
    "current_thread",
    "enumerate",
    "get_ident",
    "main_thread",
]

_frame = sys._getframe
FIRST_IDENT = 1_000  # as good as any
_NAMES = Access("names:Thread", "w")  # who makes a thread first gets the smaller number


class Thread:
    """``threading.Thread``: the same names, attributes and errors.

    Args: as the real one's.
    """

    _task: Task | None = None
    _named = "Thread"
    _initialized = False
    _starting = False

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        self._target = target
        self._args = args
        self._kwargs = {} if kwargs is None else kwargs
        self._name = str(name) if name else _new_name(target)
        self._daemonic = current_thread().daemon if daemon is None else daemon
        self._initialized = True

    def start(self) -> None:
        if not self._initialized:
            raise RuntimeError("thread.__init__() not called")
        if self._task is not None or self._starting:
            raise RuntimeError("threads can only be started once")
        life = here()
        maker = life.task
        operation = Start(
            f"{maker.id}.{maker.children + 1}", self._name[:SHORT], self._role(), self._daemonic
        )
        self._starting = True  # of two who try at the same time, the one who came first does it
        try:
            self._task = life.world.start(operation, self._bootstrap, _frame(1), self)
        except BaseException:
            self._starting = False
            raise

    def _role(self) -> str | None:
        if type(self).run is not Thread.run:
            return type(self).__name__[:SHORT]
        name = getattr(self._target, "__name__", None)
        return name if name is None else str(name)[:SHORT]

    def run(self) -> None:
        try:
            if self._target is not None:
                self._target(*self._args, **self._kwargs)
        finally:
            del self._target, self._args, self._kwargs

    def _bootstrap(self) -> str | None:
        """The thread's whole life; gives the result of its end."""
        try:
            self.run()
        except Unwind:
            raise
        except BaseException as error:
            return fail_thread(here(), self, error)
        return None

    def join(self, timeout: float | None = None) -> None:
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        life = here()
        if self._task is None:
            life.world.perform(_Started(self, "join"), _frame(1))  # raises, unless it has been
        assert self._task is not None, "it has been started"
        if self._task is life.task:
            raise RuntimeError("cannot join current thread")
        bound = bound_of(timeout)
        life.world.perform(Join(self._task, bound), _frame(1))

    def is_alive(self) -> bool:
        assert self._initialized, "Thread.__init__() not called"
        asked = IsAlive(self._task) if self._task is not None else _Started(self, "is_alive")
        answer: bool = here().world.perform(asked, _frame(1))
        return answer

    @property
    def name(self) -> str:
        assert self._initialized, "Thread.__init__() not called"
        return self._name

    @name.setter
    def name(self, name: object) -> None:
        assert self._initialized, "Thread.__init__() not called"
        self._name = str(name)

    @property
    def ident(self) -> int | None:
        assert self._initialized, "Thread.__init__() not called"
        return None if self._task is None else _ident_of(self._task)

    @property
    def native_id(self) -> int | None:
        return self.ident

    @property
    def daemon(self) -> bool:
        assert self._initialized, "Thread.__init__() not called"
        return self._daemonic

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        if self._task is not None:
            raise RuntimeError("cannot set daemon status of active thread")
        self._daemonic = daemonic

    def isDaemon(self) -> bool:
        deprecated("isDaemon() is deprecated, get the daemon attribute instead")
        return self.daemon

    def setDaemon(self, daemonic: bool) -> None:
        deprecated("setDaemon() is deprecated, set the daemon attribute instead")
        self.daemon = daemonic

    def getName(self) -> str:
        deprecated("getName() is deprecated, get the name attribute instead")
        return self.name

    def setName(self, name: str) -> None:
        deprecated("setName() is deprecated, set the name attribute instead")
        self.name = name

    def __getstate__(self) -> NoReturn:
        kind = "_thread._ThreadHandle" if sys.version_info >= (3, 13) else "_thread.lock"
        raise TypeError(f"cannot pickle {kind!r} object")

    def __forked__(self, copy: Copying) -> Any:
        """In a forked process only the thread that forked goes on: every other one is over."""
        twin = copy.alike(self)
        task = self._task
        if task is not None and copy(task) is task:
            copy.at_last(lambda: vars(twin).update(_task=_gone(task)))
        return twin

    def __repr__(self) -> str:
        assert self._initialized, "Thread.__init__() not called"
        status = "initial"
        if self._task is not None:
            status = "started" if self._task.alive else "stopped"
        if self._daemonic:
            status += " daemon"
        if self._task is not None:
            status += f" {self.ident}"
        return f"<{type(self).__name__}({self._name}, {status})>"


class _Started(Operation):
    """``is_alive`` or ``join`` of a thread that had not been started when it was attempted.

    Somebody may start it meanwhile. If not, the one gives False and the other raises.
    """

    def __init__(self, thread: Thread, kind: str) -> None:
        self.kind = kind
        self._thread = thread

    def apply(self, execution: Execution, task: Task) -> bool:
        started = self._thread._task
        if started is None and self.kind == "join":
            raise RuntimeError("cannot join thread before it is started")
        if started is not None:
            self.target = started.id
        alive = started is not None and started.alive
        self.result = str(alive)
        return alive

    def accesses(self) -> tuple[Access, ...]:
        return Census().accesses()  # it may be this one that is started or ends


class Timer(Thread):
    """``threading.Timer``: calls a function when its time is over, unless it was cancelled."""

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.interval = interval
        self.function = function
        self.args = args if args is not None else []
        self.kwargs = kwargs if kwargs is not None else {}
        self.finished = Event()

    def cancel(self) -> None:
        self.finished.set()

    def run(self) -> None:
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


class _MainThread(Thread):
    """The main task as the program sees it."""

    def __init__(self, task: Task) -> None:
        self._name = "MainThread"
        self._task = task
        self._daemonic = False
        self._initialized = True


_MainThread.__name__ = _MainThread.__qualname__ = "_MainThread"


def current_thread() -> Thread:
    """The Thread object of the task that calls."""
    life = here()
    if life.thread is None:
        life.thread = _MainThread(life.task)
    thread: Thread = life.thread
    return thread


def main_thread() -> Thread:
    """The Thread object of the program's main task."""
    life = here().home.life
    if life.thread is None:
        life.thread = _MainThread(life.task)
    thread: Thread = life.thread
    return thread


def enumerate() -> list[Thread]:
    """All Thread objects that are alive, the main one first."""
    return _alive(_frame(1))


def _alive(frame: FrameType) -> list[Thread]:
    world = here().world
    main_thread()
    tasks: list[Task] = world.perform(Census(), frame)
    lives = (world.lives.get(task) for task in tasks)
    return [life.thread for life in lives if life is not None and life.thread is not None]


def active_count() -> int:
    """How many Thread objects are alive."""
    return len(_alive(_frame(1)))


def get_ident() -> int:
    """A number that is the calling task's alone, the same in every run."""
    return _ident_of(here().task)


def _gone(task: Task) -> Task:
    """A task as it is seen where it does not run."""
    twin = Task(task.id, task.name, task.kind, task.process, task.daemon)
    twin.alive = False
    return twin


def _ident_of(task: Task) -> int:
    """From the task's place in the tree: it does not depend on who was started first."""
    return FIRST_IDENT + number(task.id)


def _new_name(target: Callable[..., object] | None) -> str:
    """``Thread-3 (work)``: counted in the order in which the objects are made."""
    life = here()
    life.world.execution.touch(_NAMES)
    scratch = life.home.scratch
    scratch["threads made"] = number = scratch.get("threads made", 0) + 1
    name = f"Thread-{number}"
    try:
        return f"{name} ({target.__name__})" if target is not None else name
    except AttributeError:
        return name
