"""A program, read and compiled once, and bound to a world as often as it is run.

``load`` takes a file, ``program_of`` a function at the top level of one. ``bind`` makes what
the world's main task does: it executes the program's module afresh, as a script, or under the
name ``__mp_main__`` and then calls ``main`` or the function.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

from pyqdemo.errors import UsageError
from pyqdemo.trace import ProgramFile
from pyqdemo.worlds.program import read_program
from pyqdemo.worlds.threads.importing import Importing, program_import
from pyqdemo.worlds.threads.main_task import Mains, clear, let_die, live
from pyqdemo.worlds.threads.modules import mend
from pyqdemo.worlds.threads.places import Places
from pyqdemo.worlds.threads.sources import Sources, source_file
from pyqdemo.worlds.threads.stand_ins.systems import call_at_exit
from pyqdemo.worlds.threads.surroundings import Surroundings, refuse
from pyqdemo.worlds.threads.world import World

__all__ = ["Binding", "Program", "bind", "load", "program_of"]

_mains = Mains()

#: A program without any of these has no object that does something when it dies.
_ACTING = ("__del__", "weakref", "yield", "async")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that can be run any number of times.

    Attributes:
        given: the file as the user named it: the program's ``sys.argv[0]``.
        path: the same, absolute.
        folder: the program's own code lies in it.
        entry: where its modules are searched first; its ``sys.path[0]``.
        file: the file's text as it was read.
        code: of the file.
        function: name of the function to call, None for a script or a lesson.
        package: that the file is a module of, None for a script.
        sources: of the modules beside it.
    """

    given: str
    path: Path
    folder: Path
    entry: Path
    file: ProgramFile
    code: CodeType = field(repr=False)
    function: str | None = None
    package: str | None = None
    sources: Sources = field(repr=False, compare=False, kw_only=True)
    #: Of how many modules beside it the answer is known, and the answer.
    _acting: list[int] = field(default_factory=lambda: [-1, 0], repr=False, compare=False)

    @property
    def places(self) -> Places:
        """Whose code is whose, kept over all runs."""
        return self.sources.places

    def acts_when_it_dies(self) -> bool:
        """Whether it may have objects that do something when they die."""
        texts = self.sources.texts
        if self._acting[0] != len(texts):
            found = any(word in text for text in (self.file.text, *texts) for word in _ACTING)
            self._acting[:] = [len(texts), found]
        return bool(self._acting[1])

    @property
    def files(self) -> tuple[ProgramFile, ...]:
        """The program's files so far: its own, then those that its runs have imported."""
        beside = (file for file in self.sources.files if file.name != self.file.name)
        return (self.file, *beside)

    def files_named(self, wanted: Sequence[ProgramFile]) -> tuple[ProgramFile, ...]:
        """The files of the same names as they are now; those that are gone are left out."""
        found = [self.file]
        for file in wanted:
            if file.name != self.file.name and (self.folder / file.name).is_file():
                found.append(source_file(file.name, (self.folder / file.name).read_bytes()))
        return tuple(found)


def load(path: Path | str, *, function: str | None = None, called: str | None = None) -> Program:
    """Reads and compiles a program's file.

    Args:
        function: at its top level, to be called in place of running it as a script.
        called: the name that the file has in the record, in the place of its own.

    Raises:
        UnusableFile: with the reason, and the line where there is one.
    """
    path = Path(path)
    file, code = read_program(path)
    whole = path.resolve()
    folder = whole.parent
    sources = Sources(folder)
    if called is not None and called != file.name:
        sources.places.called = (file.name, called)
        file = replace(file, name=called)
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
    path = Path(str(module.__file__)).resolve()
    file, code = read_program(path)
    package = module.__package__ or None
    entry = folder = path.parent
    if package is not None:
        up = package.count(".")
        folder = path.parents[up]
        entry = folder.parent
        file = replace(file, name=path.relative_to(folder).as_posix())
    sources = Sources(folder)
    return Program(str(path), path, folder, entry, file, code, name, package, sources=sources)


def _why_not(function: object, name: str) -> str | None:
    """Why a callable cannot be loaded again; None if it can."""
    if not inspect.isfunction(function):
        return "it is no function written in Python"
    if "<lambda>" in name:
        return "a lambda has no name to find it by"
    if "." in name:
        return "it is not at the top level of its file"
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        return "calling it does not run it"
    module = sys.modules.get(function.__module__)
    if module is None or not Path(getattr(module, "__file__", None) or ".").is_file():
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
        path = [entry for entry in sys.path if entry]
        if not sys.flags.safe_path:
            path.insert(0, str(program.entry))
        self._program = program
        self._parameters = parameters
        self._around = Surroundings(world, program.given, [program.given, *arguments], path)
        world.libraries = False
        self._importing = Importing(self._around, program.sources)
        self._call = program.function or (None if parameters is None else "main")
        self._module = self._main_module("__main__" if self._call is None else "__mp_main__")

    def body(self) -> str | None:
        """The main task's code; see ``world.Body``."""
        return live(self._around, self._start)

    def at_exit(self) -> Sequence[Callable[[], object]]:
        """Called by the main task when its code is over; see ``World.run``."""
        around = self._around
        while around.before_join:
            around.before_join.pop()()
        return [partial(call_at_exit, around)] if "atexit" in around.modules else []

    def __enter__(self) -> Binding:
        _mains.lend(self._module)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _mains.give_back(self._module)
        around = self._around
        mend(around.modules)
        for undo in around.undo.values():
            undo()
        self._forget()

    def _start(self) -> None:
        module, call, scratch = self._module, self._call, self._around.world.scratch
        if call is None:
            self._importing.execute(module, self._program.code)
            return
        scratch["loading"] = self._program.path
        self._importing.execute(module, self._program.code)
        del scratch["loading"]
        if not callable(getattr(module, call, None)):
            refuse("no_main", call)
        getattr(module, call)(**self._parameters or {})

    def _main_module(self, name: str) -> ModuleType:
        around, program = self._around, self._program
        stand_in = self._importing.stand_in("builtins")
        around.builtins = vars(stand_in)
        around.builtins["__import__"] = program_import
        module = ModuleType(name)
        space: dict[str, Any] = vars(module)
        space["__package__"] = program.package
        space["__loader__"] = SourceFileLoader(name, str(program.path))
        space["__spec__"] = None
        if sys.version_info < (3, 14):
            space["__annotations__"] = {}
        space["__builtins__"] = stand_in
        space["__file__"] = str(program.path)
        space["__cached__"] = None
        around.modules["__main__"] = around.modules[name] = module
        return module

    def _forget(self) -> None:
        """The program's modules go, the main one first, and with them what only they held."""
        around = self._around
        own = [
            module
            for module in around.modules.values()
            if module is not None and around.importing.owns(module)
        ]
        around.world.scratch.update(surroundings=around, modules=around.modules)

        # A copy of logging or weakref has objects that act, whatever the program's text says.
        acting = self._program.acts_when_it_dies() or around.importing.has_copies

        def let_go() -> None:
            for module in (self._module, *reversed(own)):
                if acting:
                    clear(module)
                else:
                    vars(module).clear()
            own.clear()
            around.forget()
            around.world.scratch.clear()

        let_die(around.world, let_go, acting)


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
