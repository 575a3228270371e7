"""A run whose program notes what plain data it touches: see ``observing``."""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from pyqdemo.kernel.tasks import Task
from pyqdemo.kinds import TaskKind
from pyqdemo.worlds.owning import ours
from pyqdemo.worlds.threads.world import World

if TYPE_CHECKING:
    from pyqdemo.observing import Notes, Pickled

__all__ = ["Observed", "observe", "observed"]

_KEY = "observed"  # in the scratch of the program's first process
#: A program with any of these has objects that do something when they die, a stand-in's too.
_DYING = ("__del__", "weakref", "yield", "async", "multiprocessing", "concurrent", "open(")
#: And of these only the program itself knows when they do it.
_UNSEEN = ("__del__", "weakref")
_controlled: WeakKeyDictionary[type, bool] = WeakKeyDictionary()


class Observed(NamedTuple):
    """What the processes of one run have in common.

    Attributes:
        notes: what the steps touch.
        names: what the rewritten code calls, for the builtins of each process.
        pickled: told what a pickler reads.
    """

    notes: Notes
    names: dict[str, Any]
    pickled: Pickled

    def loads(self, path: str, name: str, text: str) -> None:
        """A file of the program is about to be executed.

        Args:
            path: of its code.
            name: relative to the program's folder.
            text: of the file.
        """
        self.notes.loads(path, name, text)
        if any(word in text for word in _DYING):
            self.notes.let_die()
        for word in _UNSEEN:
            if word in text:
                self.notes.blind(f"what {word} does when an object dies")

    def imported(self, module: ModuleType, names: Sequence[str]) -> None:
        """Names are taken from a module: globals of a file of the program are read."""
        file = self.notes.files.get(str(vars(module).get("__file__")))
        for name in () if file is None else names:
            self.notes.note((self.notes.process(), "|", (file, name)), "r")

    def forks(self, world: World, forking: Task) -> None:
        """A task forks: all that its process has is copied.

        Where the process never had another thread there is nobody who could have changed it.
        """
        others = (each for each in world.execution.tasks if each.process is forking.process)
        if any(each is not forking and each.kind is not TaskKind.FEEDER for each in others):
            self.notes.all_read()

    def close(self, world: World) -> None:
        """The run is over: nothing is kept alive any more, and nothing holds itself."""
        world.execution.data = None
        self.notes.let_die()


def observe(world: World, notes: Notes) -> None:
    """Has the programs of a world, in which nothing has run yet, note what they touch."""
    # A process of the program notes nothing.
    from pyqdemo.observing import Pickled, observers
    from pyqdemo.observing.kinds import Kinds

    world.execution.data = notes.take
    names = observers(notes, is_controlled, ours)
    pickled = Pickled(notes, Kinds(is_controlled))
    world.home.scratch[_KEY] = Observed(notes, names, pickled)


def observed(world: World) -> Observed | None:
    """What a run notes with; None if it notes nothing."""
    found: Observed | None = world.home.scratch.get(_KEY)
    return found


def is_controlled(kind: type) -> bool:
    """Whether a class is one of ours, not merely derived from one."""
    found = _controlled.get(kind)
    if found is None:
        found = _controlled[kind] = kind.__module__.startswith("pyqdemo.") or any(
            type(each) is FunctionType and ours(each.__code__.co_filename)
            for each in vars(kind).values()
        )
    return found
