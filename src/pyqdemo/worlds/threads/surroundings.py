"""What one run has in the place of a process's own state: modules, arguments, what it changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from pyqdemo.errors import RunError
from pyqdemo.kinds import OutcomeKind
from pyqdemo.worlds.threads.lives import Home, Unwind, here

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.importing import Importing
    from pyqdemo.worlds.threads.programs import Program

__all__ = [
    "SHARED_MEMORY",
    "Callback",
    "Surroundings",
    "check_buffers",
    "refuse",
    "refuse_at",
    "stop",
    "surroundings",
]

#: What stands for memory that processes share, in the words of a TypeError.
SHARED_MEMORY = "multiprocessing's shared memory"

Callback = tuple[Callable[..., object], tuple[Any, ...], Mapping[str, Any]]


class Surroundings:
    """The process-wide state of one process of a program.

    Attributes:
        home, world: whose it is, and what carries it.
        program: the program.
        argv, path: the program's ``sys.argv`` and ``sys.path``.
        modules: the program's own modules and the stand-ins, by name; of the others the real
            ones count. None forbids an import, as in ``sys.modules``. It stands in the
            home's scratch as ``modules`` too.
        builtins: of the program's modules.
        importing: what makes the modules.
        undo: what gives the host back what the program changed, by what that is.
        at_exit: what ``atexit`` calls, in the order of registration.
        at_last: what is done when the threads have ended and ``atexit`` has been served.
        before_join: called by the main task when its code is over, before it waits for
            threads, the last one first: how executors learn of the end.
        handlers: of signals. SIGTERM comes from other processes of the program, and from
            nobody else; no other signal is ever delivered.
    """

    def __init__(self, home: Home, program: Program, argv: list[str], path: list[str]) -> None:
        self.home = home
        self.world = home.world
        self.program = program
        self.argv = argv
        self.path = path
        self.modules: dict[str, ModuleType | None] = {}
        self.builtins: dict[str, Any] = {}
        self.importing: Importing
        self.undo: dict[str, Callable[[], object]] = {}
        self.at_exit: list[Callback] = []
        self.before_join: list[Callable[[], object]] = []
        self.at_last: list[Callable[[], object]] = []
        self.handlers: dict[int, Any] = {}
        home.surroundings = self
        home.scratch["modules"] = self.modules

    @property
    def main_name(self) -> str:
        """Of the main module: ``__main__`` or ``__mp_main__``."""
        main = self.modules["__main__"]
        return "__main__" if main is None else main.__name__

    def handle_signal(self, number: int) -> None:
        """Calls the program's own handler of a signal, in the calling task, with the frame of
        its own that the task has come to; None where there is none yet."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not self.world.places.owns(frame.f_code.co_filename):
            frame = frame.f_back
        self.handlers[number](number, frame)

    def forget(self) -> None:
        """Lets go of everything when the run is over."""
        self.modules.clear()
        self.undo.clear()
        self.at_exit.clear()
        self.before_join.clear()
        self.at_last.clear()
        self.handlers.clear()


def surroundings() -> Surroundings:
    """Those of the calling task's run."""
    return here().home.surroundings


def stop(detail: str) -> NoReturn:
    """Ends the run from inside, as one that broke off.

    Args:
        detail: as in ``trace.Outcome``.
    """
    life = here()
    life.world.execution.end(OutcomeKind.ABORTED, detail)
    life.unwinding = True
    raise Unwind


def refuse(happened: str, what: str) -> NoReturn:
    """Ends the run with an error of ours: the program does what cannot be controlled.

    Args:
        happened: key of the sentence; its facts are ``what``, ``where`` and ``file``.
        what: the name of the thing, as in the program.
    """
    place = here().world.places.look(sys._getframe(1))
    refuse_at(happened, what, place.location)


def refuse_at(happened: str, what: str, where: str | None) -> NoReturn:
    """As ``refuse``, of something that happened elsewhere.

    Args:
        where: ``file.py:6``; None if unknown.
    """
    file = surroundings().program.given
    here().world.error = RunError(happened, what=what, where=where or file, file=file)
    stop(f"{what} cannot be controlled")


def check_buffers(error: BaseException) -> None:
    """Ends the run where C code asked for the bytes behind shared memory, which lie in a model:
    natively it has them. Before Python 3.12 that shows only in the exception.

    Args:
        error: that ended a task's code.
    """
    if not (type(error) is TypeError and SHARED_MEMORY in str(error)):
        return
    folder, where = here().world.places.folder, None
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(folder):
            where = f"{os.path.basename(path)}:{trace.tb_lineno}"
        trace = trace.tb_next
    refuse_at("refused_buffer", SHARED_MEMORY, where)
