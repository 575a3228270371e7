"""``multiprocessing.Process``, and what a process is asked about itself and its children.

A program may meet its asserts, which are the library's: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import multiprocessing.process as real
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any

from pyqdemo.kernel.texts import raised
from pyqdemo.worlds.threads.lives import Home
from pyqdemo.worlds.threads.pickling import dumps
from pyqdemo.worlds.threads.stand_ins.mp.family import Family, family
from pyqdemo.worlds.threads.stand_ins.mp.sending import sending
from pyqdemo.worlds.threads.stand_ins.streams import flush_streams
from pyqdemo.worlds.threads.stand_ins.values import SHORT
from pyqdemo.worlds.threads.surroundings import stop
from pyqdemo.worlds.threads.world import here

__all__ = [
    "MainProcess",
    "ParentProcess",
    "Process",
    "active_children",
    "children_alive",
    "current_process",
    "parent_process",
]

_frame = sys._getframe
_SIGNAL_NAMES: dict[int, str] = getattr(real, "_exitcode_to_name", {})


class Sentinel(int):
    """``Process.sentinel``, which ``connection.wait`` takes."""

    _process_id: str


class Process:
    """``multiprocessing.Process``: the same names, attributes and errors.

    Args: as the real one's.
    """

    _start_method: str | None = None
    _task_id: str | None = None
    _number: int | None = None
    _closed = False

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] = {},
        *,
        daemon: bool | None = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        mine = family()
        maker = mine.current
        self._identity: tuple[int, ...] = (*maker._identity, next(mine.counter))
        self._config: dict[str, Any] = maker._config.copy()
        self._parent_pid = mine.number
        self._parent_name = maker.name
        self._target = target
        self._args = tuple(args)
        self._kwargs = dict(kwargs)
        self._name = name or f"{type(self).__name__}-{':'.join(map(str, self._identity))}"
        if daemon is not None:
            self.daemon = daemon

    def run(self) -> None:
        if self._target:
            self._target(*self._args, **self._kwargs)

    def start(self) -> None:
        mine = family()
        self._check_closed()
        assert self._task_id is None, "cannot start a process twice"
        told = "can only start a process object created by current process"
        assert self._parent_pid == mine.number, told
        told = "daemonic processes are not allowed to have children"
        assert not mine.current._config.get("daemon"), told
        self._launch(mine, _frame(1))
        del self._target, self._args, self._kwargs
        mine.children.append(self)

    def _launch(self, mine: Family, frame: FrameType) -> None:
        life = here()
        world, task = life.world, life.task
        method = self._start_method or mine.method or mine.methods[0]
        flush_streams(frame)
        payload: bytes | None = None
        with sending() as handles:
            if method != "fork":
                _check_not_importing(mine)
                payload = dumps(self, life.home.surroundings.modules)
        id = f"{task.id}.{task.children + 1}"
        facts = (id, self._name[:SHORT], self._role(), self.daemon, method, handles, payload)
        self._number = world.request("process.start", facts, frame)
        self._task_id = id
        try:
            (world.bear or _simulated())(life, self, id, method, payload)
        except Exception as error:  # ours: the program must not go on with half a process
            world.error = error
            stop(raised(error))

    def _role(self) -> str | None:
        if type(self).run is not Process.run:
            return type(self).__name__[:SHORT]
        name = getattr(self._target, "__name__", None)
        return name if name is None else str(name)[:SHORT]

    def terminate(self) -> None:
        self._check_closed()
        self._signal("process.terminate", _frame(1))

    def kill(self) -> None:
        self._check_closed()
        self._signal("process.kill", _frame(1))

    def _signal(self, name: str, frame: FrameType) -> None:
        if self._task_id is None:
            attribute = name.partition(".")[2]
            raise AttributeError(f"'NoneType' object has no attribute '{attribute}'")
        here().world.request(name, (self._task_id,), frame)

    def join(self, timeout: float | None = None) -> None:
        self._check_closed()
        assert self._parent_pid == family().number, "can only join a child process"
        assert self._task_id is not None, "can only join a started process"
        self._join(timeout, _frame(1))

    def _join(self, timeout: float | None, frame: FrameType | None) -> None:
        bound = None if timeout is None else max(0.0, float(timeout))
        if here().world.request("process.join", (self._task_id, bound), frame):
            self._forget()

    def is_alive(self) -> bool:
        self._check_closed()
        mine = family()
        if self is mine.current:
            return True
        assert self._parent_pid == mine.number, "can only test a child process"
        if self._task_id is None:
            return False
        alive: bool = here().world.request("process.is_alive", (self._task_id,), _frame(1))
        if not alive:
            self._forget()
        return alive

    def close(self) -> None:
        if self._task_id is not None and not self._closed:
            if self._ask_exitcode(_frame(1)) is None:
                raise ValueError(
                    "Cannot close a process while it is still running. "
                    "You should first call join() or terminate()."
                )
            self._forget()
        self._closed = True

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        assert isinstance(name, str), "name must be a string"
        self._name = name

    @property
    def daemon(self) -> bool:
        daemon: bool = self._config.get("daemon", False)
        return daemon

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        assert self._task_id is None, "process has already started"
        self._config["daemon"] = daemonic

    @property
    def authkey(self) -> Any:
        return self._config["authkey"]

    @authkey.setter
    def authkey(self, authkey: bytes) -> None:
        self._config["authkey"] = bytes(authkey)

    @property
    def exitcode(self) -> int | None:
        self._check_closed()
        if self._task_id is None or self is family().current:
            return None
        return self._ask_exitcode(_frame(1))

    @property
    def ident(self) -> int | None:
        self._check_closed()
        mine = family()
        return mine.number if self is mine.current else self._number

    pid = ident

    @property
    def sentinel(self) -> int:
        self._check_closed()
        if self._task_id is None:
            raise ValueError("process not started")
        sentinel = Sentinel(self._number or 0)
        sentinel._process_id = self._task_id
        return sentinel

    def _ask_exitcode(self, frame: FrameType) -> int | None:
        code: int | None = here().world.request("process.exitcode", (self._task_id,), frame)
        return code

    def _forget(self) -> None:
        children = family().children
        if self in children:
            children.remove(self)

    def _check_closed(self) -> None:
        if self._closed:
            raise ValueError("process object is closed")

    def __repr__(self) -> str:
        mine, code = family(), None
        if self is mine.current:
            status = "started"
        elif self._closed:
            status = "closed"
        elif self._parent_pid != mine.number:
            status = "unknown"
        elif self._task_id is None:
            status = "initial"
        else:
            code = self._ask_exitcode(_frame(1))
            status = "started" if code is None else "stopped"
        told = [type(self).__name__, f"name={self._name!r}"]
        if self._number is not None:
            told.append(f"pid={self._number}")
        told += [f"parent={self._parent_pid}", status]
        if code is not None:
            told.append(f"exitcode={_SIGNAL_NAMES.get(code, code)}")
        if self.daemon:
            told.append("daemon")
        return f"<{' '.join(told)}>"

    def __getstate__(self) -> dict[str, Any]:
        # Whoever unpickles it is the process itself.
        return {name: value for name, value in vars(self).items() if name != "_task_id"}


Process.__init__.__qualname__ = "BaseProcess.__init__"  # where the real one stands


class MainProcess(Process):
    """The program's first process, and whatever a process knows of its parent."""

    def __init__(self, home: Home) -> None:
        self._identity = ()
        self._name = "MainProcess"
        self._parent_pid = 1
        self._config = {"authkey": bytes(32), "semprefix": "/mp"}


MainProcess.__name__ = MainProcess.__qualname__ = "_MainProcess"


class ParentProcess(Process):
    """``parent_process()``: it can be asked whether it still runs, and be waited for."""

    def __init__(self, name: str, number: int, task_id: str) -> None:
        self._identity = ()
        self._name = name
        self._number = number
        self._task_id = task_id
        self._parent_pid = None  # type: ignore[assignment]
        self._config = {}

    def is_alive(self) -> bool:
        return not here().world.request("process.join", (self._task_id, 0.0), _frame(1))

    def join(self, timeout: float | None = None) -> None:
        bound = None if timeout is None else max(0.0, float(timeout))
        here().world.request("process.join", (self._task_id, bound), _frame(1))

    @property
    def ident(self) -> int | None:
        return self._number

    pid = ident


def _simulated() -> Any:
    """How a process gets its life where nobody has said another way."""
    from pyqdemo.worlds.threads.simulating import bear

    return bear


def current_process() -> Process:
    """The object of the calling task's process."""
    return family().current


def parent_process() -> Process | None:
    """That of its parent; None in the program's first process."""
    parent: Process | None = family().parent
    return parent


def active_children() -> list[Process]:
    """The children that are still there, in the order in which they were started."""
    return children_alive(_frame(1))


def children_alive(frame: FrameType | None) -> list[Process]:
    """As ``active_children``, called by the code of that frame; None at a process's end."""
    mine = family()
    if not mine.children:
        return []
    ids = [child._task_id for child in mine.children]
    alive = here().world.request("process.children", (ids,), frame)
    mine.children = [child for child in mine.children if child._task_id in alive]
    return list(mine.children)


def _check_not_importing(mine: Family) -> None:
    """Python's own advice for a main module that starts processes while it is imported."""
    if mine.importing:
        from multiprocessing.spawn import _check_not_importing_main  # type: ignore[attr-defined]

        own: Any = real.current_process()
        before = getattr(own, "_inheriting", False)
        own._inheriting = True
        try:
            _check_not_importing_main()
        finally:
            own._inheriting = before
