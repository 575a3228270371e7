"""What ``import`` gives to the modules of a program under control.

The program's own modules are executed afresh in every run and live in a table of the run.
In the place of some library modules they find stand-ins (``modules``) or copies of their own
(``private``). Everything else is the real import. Nothing in the real ``sys.modules`` is
altered, so whoever else runs in this process imports what he always did.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import FrameType, ModuleType
from typing import Any

from pyqdemo.kernel.locks import Acquire, Release, RLockModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.stand_in import StandIn
from pyqdemo.worlds.threads import modules
from pyqdemo.worlds.threads.new_modules import absolute, blank
from pyqdemo.worlds.threads.observed import observed
from pyqdemo.worlds.threads.private import HIDDEN, find_private, finish
from pyqdemo.worlds.threads.sources import Found, Sources
from pyqdemo.worlds.threads.surroundings import Surroundings
from pyqdemo.worlds.threads.world import here

__all__ = ["Importing", "program_import"]

_frame = sys._getframe


class _Loading:
    """A module whose code is under way, as far as other tasks have to wait for it."""

    def __init__(self, task: Task, lock: RLockModel) -> None:
        self.task = task
        self.lock = lock


class Importing:
    """Makes the modules of one run.

    Args:
        around: of the run.
        sources: of the program's own modules.
    """

    def __init__(self, around: Surroundings, sources: Sources) -> None:
        self._around = around
        self._sources = sources
        self._modules = around.modules
        self._loading: dict[str, _Loading] = {}
        self._waiting: dict[Task, Task] = {}
        self._library_builtins: dict[str, Any] | None = None
        around.importing = self

    def statement(
        self,
        name: str,
        globals: Mapping[str, Any] | None,
        locals: Mapping[str, Any] | None,
        names: Sequence[str] | None,
        level: int,
        frame: FrameType,
    ) -> Any:
        """What ``__import__`` returns; the arguments are its own.

        Raises:
            ImportError: as Python would, in its words.
        """
        private = globals is not None and self._is_copy(globals)
        if level > 0:
            name = absolute(name, globals or {}, level)
        elif private and HIDDEN.get(str((globals or {}).get("__name__"))) == name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = self._modules.get(name)
        if module is None or name in self._loading:
            module = self._find(name, private, frame)
        if module is None:
            if not private:
                modules.beware(self._around, name)
            # Relative imports of real modules happen in a copy's package only.
            real = builtins.__import__(name, globals, locals, tuple(names or ()), 0)
            if not private:
                modules.note(self._around, name, names or ())
            return real if names else self._modules.get(name.partition(".")[0]) or real
        if names:
            if "__path__" in vars(module):
                self._submodules(module, names, private, frame)
            run = observed(self._around.world)
            if run is not None and not private:
                run.imported(module, names)
            return module
        return module if "." not in name or level else self._modules[name.partition(".")[0]]

    def module(self, name: str, frame: FrameType, private: bool = False) -> ModuleType:
        """The module of an absolute name, ours or real. Raises as ``import`` does."""
        module = self._find(name, private, frame)
        if module is None:
            if not private:
                modules.beware(self._around, name)
            builtins.__import__(name)
            module = sys.modules[name]
            if not private:
                modules.note(self._around, name, ())
        return module

    def stand_in(self, name: str) -> ModuleType:
        """The stand-in of that name, made if there was none yet."""
        found = self._modules.get(name)
        if found is None:
            found = self._modules[name] = modules.make(name, self._around)
        return found

    def seen(self, name: str, real: ModuleType | None) -> ModuleType | None:
        """What the program sees in the place of a real module that is there already."""
        found = self._find(name, True, _frame(1))
        if found is None:
            self._around.world.libraries = True
        return found or real

    def execute(self, module: ModuleType, code: Any) -> None:
        """Runs a module's code in it."""
        world = self._around.world
        if world.lines is not None and world.places.owns(code.co_filename):
            world.lines.watch(code, self._text_of(code.co_filename))
        exec(code, vars(module))

    def _text_of(self, path: str) -> str | None:
        """The text of a file of the program; None where there is only its code."""
        program = self._around.program
        file = program.file if path == program.path else self._sources.text_of(path)
        return None if file is None else file.text

    def again(self, module: ModuleType) -> bool:
        """Executes one of the program's own modules once more; False if it is none of them."""
        spec = getattr(module, "__spec__", None)
        if spec is None or self._modules.get(spec.name) is not module:
            return False
        package = self._modules.get(spec.name.rpartition(".")[0])
        path = self._around.path if package is None else getattr(package, "__path__", ())
        found = self._sources.find(spec.name, path, package is not None)
        if found is None or found.code is None:
            return False
        self.execute(module, self._code_of(found))
        return True

    @property
    def has_copies(self) -> bool:
        """Whether the run has made copies of library modules."""
        return self._library_builtins is not None

    def owns(self, module: ModuleType | None) -> bool:
        """Whether it was loaded for this run, from the program's folder or as a copy."""
        if module is None or isinstance(module, StandIn):
            return False
        names = vars(module).get("__builtins__")
        names = vars(names) if isinstance(names, ModuleType) else names
        return names is self._around.builtins or self._is_copy(vars(module))

    def forget_misses(self) -> None:
        """As ``importlib.invalidate_caches``."""
        self._sources.forget_misses()

    def _is_copy(self, names: Mapping[str, Any]) -> bool:
        """Whether names are those of a run's copy of a library module."""
        copies = self._library_builtins
        return copies is not None and names.get("__builtins__") is copies

    # How a module is found.

    def _find(self, name: str, private: bool, frame: FrameType) -> ModuleType | None:
        """Ours of that absolute name; None: the real one is meant."""
        if name in self._loading:
            self._await(name, frame)
        head, _, tail = name.rpartition(".")
        if name not in self._modules:
            package = self._find(head, private, frame) if head else None
            if head and package is None:
                modules.refuse_where_needed(name)
                return None
            if name not in self._modules:  # its package may have imported it
                made = self._make(name, package, private)
                if made is None or package is None:
                    return made
                vars(package)[tail] = made
        module = self._modules[name]
        if module is None:
            told = f"import of {name} halted; None in sys.modules"
            raise ModuleNotFoundError(told, name=name)
        if head:
            # One that is still under way has not been bound yet.
            vars(self._modules[head]).setdefault(tail, module)
        return module

    def _make(self, name: str, package: ModuleType | None, private: bool) -> ModuleType | None:
        if package is None or isinstance(package, StandIn):
            own = None
            if package is None and not private:
                own = self._sources.find(name, self._around.path)
            if own is not None:
                return self._load(own)
            if not private:
                modules.refuse_where_needed(name)
            if modules.exists(name):
                return self.stand_in(name)
            copy = find_private(name) if package is None else None
            return None if copy is None else self._load_private(copy)
        path: Sequence[str] = getattr(package, "__path__", ())
        copied = self._is_copy(vars(package))
        if copied:
            found = find_private(name)
        else:
            found = self._sources.find(name, path, inside=True) if path else None
        if found is None:
            told = (
                "" if hasattr(package, "__path__") else f"; {package.__name__!r} is not a package"
            )
            raise ModuleNotFoundError(f"No module named {name!r}{told}", name=name)
        return self._load_private(found) if copied else self._load(found)

    def _submodules(
        self, package: ModuleType, names: Sequence[str], private: bool, frame: FrameType
    ) -> None:
        """``from package import names``: those that are modules are imported."""
        for name in names:
            if name == "*":
                self._submodules(package, getattr(package, "__all__", ()), private, frame)
            elif not hasattr(package, name):
                full = f"{package.__name__}.{name}"
                try:
                    self.module(full, frame, private)
                except ModuleNotFoundError as error:
                    if error.name != full:
                        raise

    # How a module is made.

    def _load(self, found: Found) -> ModuleType:
        if found.code is None and found.path is not None:
            return self._load_foreign(found)
        module = blank(found, self._around.builtins)
        self._modules[found.name] = module
        if found.code is None:
            return module  # a folder
        spec = module.__spec__
        life = here()
        lock = RLockModel()
        life.world.execution.register(lock, life.task, quiet=True)
        self._quietly(Acquire(lock, life.task), life)
        self._loading[found.name] = _Loading(life.task, lock)
        spec._initializing = True  # type: ignore[union-attr]
        try:
            self.execute(module, self._code_of(found))
        except BaseException:
            self._modules.pop(found.name, None)
            raise
        finally:
            spec._initializing = False  # type: ignore[union-attr]
            del self._loading[found.name]
            self._quietly(Release(lock), life)
        final = self._modules.get(found.name)
        return module if final is None else final  # it may have replaced itself

    def _code_of(self, found: Found) -> Any:
        """The code of a module of the program's own, as this run wants it."""
        run = observed(self._around.world)
        file = None if found.path is None or run is None else self._sources.text_of(found.path)
        if run is None or file is None or found.code is None:
            if run is not None:
                run.notes.blind(f"what {found.name} does, of which there is no source")
            return found.code
        path = found.code.co_filename
        run.loads(path, file.name, file.text)
        return self._sources.observed(path, file.name, file.text, run.notes.known)

    def _load_foreign(self, found: Found) -> ModuleType:
        """An extension module beside the program: its code is the machine's."""
        spec = ModuleSpec(found.name, found.loader, origin=found.path)
        spec.has_location = True
        module = module_from_spec(spec)
        found.loader.exec_module(module)
        self._around.world.execution.note_uncontrolled(found.name)
        run = observed(self._around.world)
        if run is not None:
            run.notes.blind(f"what {found.name} does, of which there is no source")
        self._around.world.libraries = True
        self._modules[found.name] = module
        return module

    def _load_private(self, found: Found) -> ModuleType:
        self._around.world.libraries = True
        if self._library_builtins is None:
            self._library_builtins = self._around.builtins.copy()
        module = self._modules[found.name] = blank(found, self._library_builtins)
        try:
            self.execute(module, found.code)
        except BaseException:
            del self._modules[found.name]
            raise
        finish(module)
        return module

    # Two tasks and one module.

    def _await(self, name: str, frame: FrameType) -> None:
        """Waits until the task that executes a module's code is through.

        Not if it is the own one (modules that import each other), nor if that one waits, in
        the end, for this one: then a module half made is what Python gives as well.
        """
        life, loading = here(), self._loading[name]
        other: Task | None = loading.task
        while other is not None:
            if other is life.task:
                return
            other = self._waiting.get(other)
        self._waiting[life.task] = loading.task
        try:
            life.world.perform(Acquire(loading.lock, life.task), frame)
        finally:
            del self._waiting[life.task]
        life.world.at_once(Release(loading.lock), frame)

    def _quietly(self, operation: Any, life: Any) -> None:
        operation.quiet = True
        operation.apply(life.world.execution, life.task)


def program_import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """``__import__`` of a program's modules, and of a run's copies of library modules."""
    if not isinstance(name, str) or level < 0:
        return builtins.__import__(name, globals, locals, tuple(fromlist or ()), level)
    importing: Importing = here().home.surroundings.importing
    return importing.statement(name, globals, locals, fromlist, level, _frame(1))
