"""What ``fork`` does to a process's Python state, for processes that are simulated.

A copy of the program's own modules and of all that they hold: functions get the new modules'
names, classes are made anew, objects keep who is who, however they hold each other. What is a
library's is shared. What cannot be copied exactly is refused.

An object of one of our own classes (a stand-in) says itself what becomes of it:

    def __forked__(self, copy: Copying) -> Any

gives the object that the new process has in its place. ``copy(value)`` gives the new
process's for anything else; it may still be empty, so that it is put away and not looked
into. ``copy.alike(self)`` makes an object of the same class with all attributes copied, which
is what most need; ``copy.refuse(what)`` gives up; ``copy.at_last(job)`` mends something when
all has been filled. An object that may, in the end, hold itself has to say
``copy.becomes(self, new)`` before it copies what it holds. Without the method an object of
ours is refused. But the stand-ins of ``multiprocessing`` are made alike: they hold no more
than the ids of what processes share, and data of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, NoReturn

from pyqdemo.worlds.threads.copied_code import CODE
from pyqdemo.worlds.threads.copied_containers import CONTAINERS
from pyqdemo.worlds.threads.copied_objects import Shape, fill_like, shape_of
from pyqdemo.worlds.threads.copied_otherwise import SHARED, way_of

__all__ = ["CannotCopy", "Copying", "copy_process"]

#: What the import system has put into a new module is its own.
_ITS_OWN = ("__builtins__", "__loader__", "__spec__")
_MAINS = ("__main__", "__mp_main__")
_NONE: Any = object()

Way = Callable[["Copying", Any], Any]
_WAYS: dict[type, Way] = {**CODE, **CONTAINERS}


class CannotCopy(Exception):
    """Something in a process has no exact copy.

    Attributes:
        what: the name of its type, or of what it is: ``generator``.
        where: it was come upon first: ``__main__.numbers``, or ``Worker`` for an object of
            that class that the process is given.
    """

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = what
        self.where = where


class Copying:
    """A copy under way; called with a value it gives the new process's.

    Args:
        stand_ins: by the id of a parent's object, what the new process has in its place.

    Attributes:
        twins: the same, of all that has been copied.
        spaces: the new names of functions, by the id of their ``__globals__``.
        names: of the program's own modules.
        where: what is being copied.
    """

    def __init__(self, stand_ins: Mapping[int, object]) -> None:
        self.twins: dict[int, Any] = dict(stand_ins)
        self.spaces: dict[int, dict[str, Any]] = {}
        self.names: set[str] = set(_MAINS)
        self.where = ""
        self._kept: list[Any] = []  # so that no id is used again meanwhile
        self._jobs: list[tuple[str, Callable[..., object], tuple[Any, ...]]] = []
        self._last: list[Callable[[], object]] = []
        self._ways: dict[type, Way] = dict(_WAYS)
        self._shapes: dict[type, Shape] = {}

    def __call__(self, value: Any) -> Any:
        kind = type(value)
        if kind in SHARED:
            return value
        twin = self.twins.get(id(value), _NONE)
        if twin is _NONE:
            way = self._ways.get(kind)
            if way is None:
                way = self._ways[kind] = way_of(self, kind)
            made = way(self, value)
            twin = self.twins.get(id(value), _NONE)
            if twin is _NONE:  # else it was come upon again on the way
                self.becomes(value, made)
                return made
        return twin

    def becomes(self, value: Any, twin: Any) -> None:
        """From now on that is what the new process has in the place of a value."""
        self.twins[id(value)] = twin
        self._kept.append(value)

    def alike(self, value: Any) -> Any:
        """A new object of the same class, in the end with the same attributes, copied."""
        kind = type(value)
        shape = self._shapes.get(kind)
        if shape is None:
            shape = self._shapes[kind] = shape_of(self, kind)
        twin = shape.blank(self, value)
        if id(value) in self.twins:
            return self.twins[id(value)]
        self.becomes(value, twin)
        fill_like(self, shape, value, twin)
        return twin

    def refuse(self, what: str) -> NoReturn:
        """Gives up.

        Raises:
            CannotCopy: always.
        """
        raise CannotCopy(what, self.where)

    # For what copies the several kinds of things.

    def later(self, job: Callable[..., object], *given: Any) -> None:
        """Fills something that has been made empty, so that it may hold itself."""
        self._jobs.append((self.where, job, given))

    def at_last(self, job: Callable[[], object]) -> None:
        """Does something when all has been copied."""
        self._last.append(job)

    def fill(self) -> None:
        """Fills all that has been made so far, but for what is being filled right now."""
        before = self.where
        while self._jobs:
            self.where, job, given = self._jobs.pop()
            job(*given)
        self.where = before

    # The copy as a whole.

    def open(self, module: ModuleType, new: ModuleType) -> None:
        """A module of the program's own, and the empty one in its place."""
        names, ours = vars(module), vars(new)
        self.becomes(module, new)
        self.becomes(names, ours)
        self.spaces[id(names)] = ours
        before, now = (each.get("__builtins__") for each in (names, ours))
        if before is not None and now is not None:
            for old, its in zip(_forms(before), _forms(now), strict=True):
                self.twins.setdefault(id(old), its)
                self._kept.append(old)

    def module(self, module: ModuleType, name: str) -> None:
        """Copies what a module holds."""
        new = vars(self.twins[id(module)])
        main = "__main__" if name in _MAINS else name
        for key, value in vars(module).items():
            if key not in _ITS_OWN:
                self.where = f"{main}.{key}"
                new[key] = self(value)
                self.fill()

    def close(self) -> None:
        for job in self._last:
            job()


def copy_process(
    modules: Mapping[str, ModuleType],
    fresh: Callable[[ModuleType], ModuleType],
    roots: Sequence[Any],
    stand_ins: Mapping[int, object],
) -> tuple[dict[str, ModuleType], list[Any]]:
    """The Python state that a process has when it was forked just now.

    Args:
        modules: the parent's own, by name; one may have two names.
        fresh: makes the new process's module in the place of one of them: empty, but with
            what the import system puts there, ``__builtins__`` above all.
        roots: what the new process needs besides.
        stand_ins: by the id of a parent's stand-in (or task, or whatever is known) what the
            new process has in its place.

    Returns:
        the new process's modules, by the same names, and its roots.

    Raises:
        CannotCopy: something has no exact copy.

    What is *not* copied: what the program has changed in libraries, and in the classes of
    ours that stand for theirs. The ``__hash__`` and ``__eq__`` of a program's own classes are
    called where their objects are keys of a dictionary or lie in a set; nothing else of the
    program's code is.
    """
    copy = Copying(stand_ins)
    copy.names.update(modules)
    own: dict[int, tuple[str, ModuleType]] = {}
    for name, module in modules.items():
        own.setdefault(id(module), (name, module))
    for _, module in own.values():
        copy.open(module, fresh(module))
    try:
        for name, module in own.values():
            copy.module(module, name)
        made = list(_roots(copy, roots))
        copy.close()
    except CannotCopy:
        raise
    except RecursionError:
        raise CannotCopy("RecursionError", copy.where) from None
    except Exception as error:  # a __hash__ or __eq__ of the program's
        raise CannotCopy(type(error).__name__, copy.where) from error
    return {name: copy.twins[id(module)] for name, module in modules.items()}, made


def _roots(copy: Copying, roots: Iterable[Any]) -> Iterable[Any]:
    for root in roots:
        copy.where = type(root).__name__
        yield copy(root)
        copy.fill()


def _forms(builtins: Any) -> tuple[Any, Any]:
    """A module's ``__builtins__`` may be a module or its names: both, the names first."""
    if isinstance(builtins, ModuleType):
        return vars(builtins), builtins
    return builtins, builtins
