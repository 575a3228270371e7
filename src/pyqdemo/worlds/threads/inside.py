"""The inside of one process of a program: its modules, made afresh and let go of in the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

from pyqdemo.worlds.threads.importing import Importing, program_import
from pyqdemo.worlds.threads.lives import Home
from pyqdemo.worlds.threads.main_task import clear, let_die
from pyqdemo.worlds.threads.modules import mend
from pyqdemo.worlds.threads.observed import observed
from pyqdemo.worlds.threads.programs import Program
from pyqdemo.worlds.threads.surroundings import Surroundings

__all__ = ["Inside"]


class Inside:
    """The modules and surroundings of a process.

    Args:
        home: of the process, without surroundings yet.
        program: whose process it is.
        arguments: ``sys.argv[1:]``.
        name: of the main module: ``__main__`` or ``__mp_main__``.

    Attributes:
        around: the surroundings.
        main: the main module, empty at first.
    """

    def __init__(self, home: Home, program: Program, arguments: Sequence[str], name: str) -> None:
        path = [entry for entry in sys.path if entry]
        if not sys.flags.safe_path:
            path.insert(0, program.entry)
        self.home = home
        self.program = program
        self.around = Surroundings(home, program, [program.given, *arguments], path)
        self.importing = Importing(self.around, program.sources)
        self._observed = observed(home.world)
        self.main = self._main_module(name)

    def execute(self) -> None:
        """Runs the code of the program's file in the main module."""
        code, run = self.program.code, self._observed
        if run is not None:
            file = self.program.file
            run.loads(code.co_filename, file.name, file.text)
            code = self.program.observed(run.notes.known)
        self.importing.execute(self.main, code)

    def close(self) -> None:
        """Lets go of everything. What the program changed in this process is as it was."""
        mend(self.around.modules)
        for undo in self.around.undo.values():
            undo()
        run, self._observed = self._observed, None
        if run is not None:
            run.close(self.home.world)
        self._forget()
        for name in () if run is None else run.names:
            del self.around.builtins[name]

    def _main_module(self, name: str) -> ModuleType:
        around, program = self.around, self.program
        stand_in = self.importing.stand_in("builtins")
        around.builtins = vars(stand_in)
        around.builtins["__import__"] = program_import
        if self._observed is not None:
            around.builtins.update(self._observed.names)
        module = ModuleType(name)
        space: dict[str, Any] = vars(module)
        space["__package__"] = program.package
        space["__loader__"] = SourceFileLoader(name, program.path)
        space["__spec__"] = None
        if sys.version_info < (3, 14):
            space["__annotations__"] = {}
        space["__builtins__"] = stand_in
        space["__file__"] = program.path
        space["__cached__"] = None
        around.modules["__main__"] = around.modules[name] = module
        return module

    def _forget(self) -> None:
        """The program's modules go, the main one first, and with them what only they held."""
        around, home = self.around, self.home
        own = [
            module
            for module in around.modules.values()
            if module not in (None, self.main) and around.importing.owns(module)
        ]
        home.scratch.update(modules=around.modules)

        # A copy of logging or weakref has objects that act, whatever the program's text says.
        acting = self.program.acts_when_it_dies() or around.importing.has_copies

        def let_go() -> None:
            for module in (self.main, *reversed(own)):
                if acting:
                    clear(module)
                else:
                    vars(module).clear()
            own.clear()
            around.forget()
            home.scratch.clear()

        let_die(home, let_go, acting)
