"""A program, read and compiled once, and bound to a world as often as it is run.

``load`` takes a file, ``program_of`` a function at the top level of one. ``bind`` makes what
the world's main task does: it executes the program's module afresh, as a script, or under the
name ``__mp_main__`` and then calls ``main`` or the function.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pyqdemo.errors import UsageError
from pyqdemo.worlds.program import read_program
from pyqdemo.worlds.threads.inside import Inside
from pyqdemo.worlds.threads.main_task import Mains, live
from pyqdemo.worlds.threads.programs import Program
from pyqdemo.worlds.threads.sources import Sources
from pyqdemo.worlds.threads.stand_ins.systems import call_at_exit
from pyqdemo.worlds.threads.surroundings import refuse
from pyqdemo.worlds.threads.world import World

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Binding", "Program", "bind", "facts_of", "load", "program_from", "program_of"]

_mains = Mains()
_PROCESSES = ("multiprocessing", "concurrent.futures.process")


def load(path: Path | str, *, function: str | None = None, called: str | None = None) -> Program:
    """Reads and compiles a program's file.

    Args:
        function: at its top level, to be called in place of running it as a script.
        called: the name that the file has in the record, in the place of its own.

    Raises:
        UnusableFile: with the reason, and the line where there is one.
    """
    file, code = read_program(path)
    whole = os.path.realpath(path)
    folder = os.path.dirname(whole)
    sources = Sources(folder)
    if called is not None and called != file.name:
        sources.places.called = (file.name, called)
        file = file._replace(name=called)
    return Program(str(path), whole, folder, folder, file, code, function, sources=sources)


def program_of(function: Callable[..., object]) -> Program:
    """The program that loads a function's module afresh and calls the function.

    Args:
        function: at the top level of a file; its parameters are given to ``bind``.

    Raises:
        UsageError: there is no such place from which it could be loaded again.
        UnusableFile: its file cannot be read or compiled.
    """
    name = str(getattr(function, "__qualname__", type(function).__qualname__))
    reason = _why_not(function, name)
    if reason is not None:
        raise UsageError("function_unusable", function=name, reason=reason)
    module = sys.modules[function.__module__]
    path = os.path.realpath(str(module.__file__))
    file, code = read_program(path)
    package = module.__package__ or None
    entry = folder = os.path.dirname(path)
    if package is not None:
        for _ in range(package.count(".")):
            folder = os.path.dirname(folder)
        entry = os.path.dirname(folder)
        file = file._replace(name=os.path.relpath(path, folder).replace(os.sep, "/"))
    sources = Sources(folder)
    return Program(str(path), path, folder, entry, file, code, name, package, sources=sources)


def facts_of(program: Program) -> dict[str, Any]:
    """What ``program_from`` needs to read a program again, in another process."""
    called = program.places.called
    return {
        "given": program.given,
        "path": program.path,
        "folder": program.folder,
        "entry": program.entry,
        "function": program.function,
        "package": program.package,
        "called": None if called is None else called[1],
    }


def program_from(facts: Mapping[str, Any]) -> Program:
    """A program of the same file. Raises UnusableFile."""
    path, folder = facts["path"], facts["folder"]
    file, code = read_program(path)
    sources = Sources(folder)
    if facts["called"] is not None:
        sources.places.called = (file.name, facts["called"])
    return Program(
        facts["given"],
        path,
        folder,
        facts["entry"],
        file,
        code,
        facts["function"],
        facts["package"],
        sources=sources,
    )


def _why_not(function: object, name: str) -> str | None:
    """Why a callable cannot be loaded again; None if it can."""
    from inspect import iscoroutinefunction, isfunction, isgeneratorfunction

    if not isfunction(function):
        return "it is no function written in Python"
    if "<lambda>" in name:
        return "a lambda has no name to find it by"
    if "." in name:
        return "it is not at the top level of its file"
    if iscoroutinefunction(function) or isgeneratorfunction(function):
        return "calling it does not run it"
    module = sys.modules.get(function.__module__)
    if module is None or not os.path.isfile(getattr(module, "__file__", None) or "."):
        return "it is in no file"
    if not callable(getattr(module, name, None)):
        return "its file does not have it under its name"
    return None


class Binding:
    """One run of a program, as a context manager around ``World.run``.

    While it is open, ``sys.modules["__main__"]`` is the program's module. When it closes,
    the modules of the run are gone and whatever the program changed in this process is as it
    was.
    """

    def __init__(
        self,
        program: Program,
        world: World,
        arguments: Sequence[str],
        parameters: Mapping[str, object] | None,
    ) -> None:
        self._program = program
        self._parameters = parameters
        self._world = world
        world.libraries = False
        self._call = program.function or (None if parameters is None else "main")
        name = "__main__" if self._call is None else "__mp_main__"
        self._inside = Inside(world.home, program, arguments, name)

    def body(self) -> str | None:
        """The main task's code; see ``world.Body``."""
        return live(self._inside.around, self._start)

    def at_exit(self) -> Sequence[Callable[[], object]]:
        """Called by the main task when its code is over; see ``World.run``."""
        around = self._inside.around
        while around.before_join:
            around.before_join.pop()()
        calls: list[Callable[[], object]] = []
        if "multiprocessing" in sys.modules:  # who has not used it shall not load its stand-ins
            from pyqdemo.worlds.threads.stand_ins.mp.living import has_to_leave, leave

            if has_to_leave(self._world.home):
                calls.append(leave)  # registered with the first process, as a rule the last
        if "atexit" in around.modules:
            calls.append(partial(call_at_exit, around))
        return [*calls, *around.at_last]

    def __enter__(self) -> Binding:
        _mains.lend(self._inside.main)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _mains.give_back(self._inside.main)
        for home in reversed(self._world.homes[1:]):
            if home.inside is not None:
                home.inside.close()
        self._inside.close()

    def _start(self) -> None:
        inside, call, scratch = self._inside, self._call, self._world.home.scratch
        if call is None:
            inside.execute()
            return
        scratch["loading"] = self._program.path
        inside.execute()
        del scratch["loading"]
        if not callable(getattr(inside.main, call, None)):
            refuse("no_main", call)
        getattr(inside.main, call)(**self._parameters or {})


def bind(
    program: Program,
    world: World,
    *,
    arguments: Sequence[str] = (),
    parameters: Mapping[str, object] | None = None,
) -> Binding:
    """One run of a program: ``with bind(...) as run: world.run(run.body, run.at_exit)``.

    Args:
        world: in which nothing has run yet.
        arguments: the program's ``sys.argv[1:]``.
        parameters: keyword arguments of the function, or of the file's ``main``; None runs a
            file as a script.
    """
    return Binding(program, world, arguments, parameters)
