"""A task with the thread that carries it, and how code finds the task it runs in."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.threads.carriers import Carrier

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.inside import Inside
    from pyqdemo.worlds.threads.surroundings import Surroundings
    from pyqdemo.worlds.threads.world import World

__all__ = ["Body", "Home", "Life", "OnlyLooking", "Unwind", "here", "local"]

#: ``local.life`` is the life that the calling thread carries.
local = _thread._local()


class Unwind(BaseException):
    """Takes a task off its stack when its execution is over. Not an ``Exception``: a program
    that catches what its own code raises does not catch this."""


class OnlyLooking(BaseException):
    """A value's text is made for the record: what the program does for that does not happen."""


Body = Callable[[], str | None]
"""A task's own code. It raises nothing but ``Unwind``; an exception that ended it was told to
the execution, and is what it returns, as ``raised NAME: text``."""

AtExit = Callable[[], Sequence[Callable[[], object]]]
"""Gives what shall be called in a main task when its process's threads have ended."""


class Home:
    """What a process of the program has for itself, shared by its tasks.

    Attributes:
        main: the kernel's task of its main thread.
        surroundings: in the place of a process's own modules and settings.
        scratch: what the stand-ins keep for one process, by their own keys.
        exit_code: what it is going to end with, once its main code is over.
        kept: what a forked process's main task has from the task that forked it: the parts of
            every ``threading.local``, and the Thread object.
        inside: its modules, of a process that is simulated and not the program's first.
    """

    __slots__ = ("exit_code", "inside", "kept", "main", "scratch", "surroundings", "world")

    def __init__(self, world: World, main: Task) -> None:
        self.world = world
        self.main = main
        self.surroundings: Surroundings
        self.scratch: dict[Any, Any] = {}
        self.exit_code = 0
        self.inside: Inside | None = None
        self.kept: tuple[dict[Any, Any], Any] = ({}, None)

    @property
    def is_first(self) -> bool:
        """Whether it is the program's first process."""
        return self.main.id == "0"

    @property
    def life(self) -> Life:
        """That of its main task."""
        return self.world.lives[self.main]

    def begin(self, body: Body, at_exit: AtExit) -> None:
        """Its main task gets its life; what a fork has kept for it, nobody else in it has.

        Args:
            body, at_exit: as of ``World.run``.
        """
        life = Life(self, self.main, body, at_exit)
        kept, life.thread = self.kept
        life.local.update(kept)
        self.main.life = self.world.lives[self.main] = life


class Life:
    """A task with the thread that carries it.

    Attributes:
        home: of its process.
        task: the kernel's.
        body: the task's own code, from its beginning to its end.
        at_exit: of a main task only; see ``World.run``.
        local: the task's part of every ``threading.local``; and by name what a stand-in keeps
            for one task, as its random stream.
        carrier: None until the task is chosen for the first time.
        thread: the stand-in Thread object, once there is one.
        unwinding: it is being taken off its stack.
        inside: it is within an operation: what it attempts there (in a comparison, in a
            ``__del__``) happens at once, without a choice.
        looking: it makes a value's text for the record, inside an operation.
        swallowed: how often it attempted something while it was being unwound.
        abandoned: it could not be ended; whatever it still does is nothing to us.
    """

    __slots__ = (
        "abandoned",
        "at_exit",
        "body",
        "carrier",
        "home",
        "inside",
        "local",
        "looking",
        "swallowed",
        "task",
        "thread",
        "unwinding",
        "world",
    )

    def __init__(
        self,
        home: Home,
        task: Task,
        body: Body,
        at_exit: AtExit | None = None,
    ) -> None:
        self.world = home.world
        self.home = home
        self.task = task
        self.body: Body | None = body
        self.at_exit = at_exit
        self.abandoned = False
        self.carrier: Carrier | None = None
        self.thread: Any = None
        self.local: dict[Any, Any] = {}
        self.unwinding = False
        self.inside = False
        self.looking = False
        self.swallowed = 0

    def kept_by_fork(self) -> tuple[dict[Any, Any], Any]:
        """As ``Home.kept``, of this task. Random streams are each task's own."""
        mine = {key: part for key, part in self.local.items() if type(key) is not str}
        return mine, self.thread


def here() -> Life:
    """The task that calls.

    Raises:
        RuntimeError: a thread that is not under control uses a stand-in.
    """
    try:
        life: Life = local.life
    except AttributeError:
        raise RuntimeError(
            "this object belongs to a run under control, and the thread that uses it does not"
        ) from None
    return life
