"""What the step under way touches of the program's plain data, of one execution.

Plain data are globals, variables that functions share, attributes and the contents of
containers. Each is a *part* of its own, named alike in every execution: ``data:0.1:3.items``
is an attribute of the third object that task 0.1 made.

A container has two parts beside its items. Who reads one item reads ``has`` as well, who
changes one adds to ``all``; who reads the whole reads ``all``, and who changes the whole, a
new key for one, writes both. So two items can be changed in any order, and whatever goes for
the whole depends on all of them.

What nobody could see counts as one write of ``data:?``, to which all other notes add.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Sized
from types import FrameType
from typing import Any, Protocol

from pyqdemo.observing.rewriting import Facts
from pyqdemo.point import Access

__all__ = ["ALL", "HAS", "UNSEEN", "Key", "Notes", "Running"]

Key = tuple[Any, ...]
"""Of a part: ``(object, ".attribute")``, ``(object, "[", index)``, ``(object, HAS or ALL)``, or
``(process, "|", path)`` of a variable."""

#: The parts of a container beside its items; of an object, all of its attributes.
HAS, ALL = "[]", "[*]"

UNSEEN = "data:?"
#: Of these nobody is told when they die: their names stay, and new ones are seen to be born.
_WITHOUT_END = frozenset({bytearray, dict, list})
_ADDS = Access(UNSEEN, "a")
_WRITES = Access(UNSEEN, "w")


class _Process(Protocol):
    @property
    def id(self) -> str: ...


class _Task(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def process(self) -> _Process: ...
    @property
    def children(self) -> int: ...


class Running(Protocol):
    """An execution, as far as notes have to know it."""

    @property
    def running(self) -> _Task: ...
    @property
    def main(self) -> _Task: ...
    @property
    def alive(self) -> Sized: ...
    @property
    def over(self) -> object: ...


class _Call:
    """One under way.

    Attributes:
        touched: what it was seen to touch when steps ended that began before it was over;
            None before there is one.
    """

    __slots__ = ("given", "note", "touched")

    def __init__(self, note: Callable[..., object], given: tuple[Any, ...]) -> None:
        self.note = note
        self.given = given
        self.touched: dict[Key, str] | None = None


class Notes:
    """Takes notes of one execution.

    Args:
        execution: whose.
        known: facts from earlier executions of the program.
        learned_anew: takes facts that this execution finds: what was noted without them is
            not all, and the exploration has to begin again with them.
        opaque: takes why something could not be seen, in words, and where: ``call of exec,
            file.py:6``.

    Attributes:
        files: the program's rewritten files: by path, the name each is noted by.
        is_ours: whether a file is of the machinery that carries the program.
    """

    def __init__(
        self,
        execution: Running,
        known: Facts = frozenset(),
        learned_anew: set[str] | None = None,
        opaque: set[str] | None = None,
    ) -> None:
        self.execution = execution
        self.known = known
        self.learned_anew: set[str] = set() if learned_anew is None else learned_anew
        self.opaque: set[str] = set() if opaque is None else opaque
        self.files: dict[str, str] = {}
        self.is_ours: Callable[[str], bool] = _none_is
        self._main = execution.main
        self._touched: dict[Key, str] = {}
        self._alone = True
        self._blind = False
        self._keeps = True
        self._names: dict[int, tuple[str, object]] = {}
        self._births: dict[str, int] = {}
        self._under_way: dict[str, list[_Call]] = {}

    def loads(self, path: str, name: str, text: str) -> None:
        """A rewritten file is about to be executed.

        Args:
            path: that its code names.
            name: that it is noted by.
            text: of the file.
        """
        self.files[path] = name

    # The current step.

    def note(self, key: Key, mode: str) -> None:
        """The step touches a part; ``r``, ``w`` or ``a`` as in ``Access``."""
        if (self._alone and self.is_alone()) or self.execution.over is not None:
            return
        touched = self._touched
        if touched.setdefault(key, mode) != mode:
            touched[key] = "w"

    def begins(self, note: Callable[..., object], *given: Any) -> None:
        """A call is under way from here until ``ended``, of code that notes nothing but may
        call what does.

        That code may do its own work before, between and behind what it calls. So if a step ends
        beneath it, that step touches all that the call touches, and so does each one that begins
        beneath it.

        Args:
            note: notes what the call touches, with ``given``.
        """
        self._under_way.setdefault(self.execution.running.id, []).append(_Call(note, given))

    def ended(self) -> None:
        """The call that began last in this task is over, or has failed."""
        calls = self._under_way.get(self.execution.running.id)
        call = calls.pop() if calls else None
        if call is not None and call.touched is not None:
            self._note_again(call)

    def repeat(self) -> None:
        """The step ends: it touches what all the calls under way touch."""
        for call in self._under_way.get(self.execution.running.id, ()):
            self._note_again(call)

    def _note_again(self, call: _Call) -> None:
        """What a call touches now, and whatever it did before: an iterator that has come to its
        end knows no more what it went through."""
        step, self._touched = self._touched, {}
        call.note(*call.given)
        found, self._touched = self._touched, step
        call.touched = {**(call.touched or {}), **found}
        for key, mode in call.touched.items():
            self.note(key, mode)

    def take(self) -> tuple[Access, ...]:
        """What the step touched, each part once; the next one begins with nothing."""
        if self._blind:
            return (_WRITES,)
        self.repeat()
        if not self._touched:
            return ()
        taken = [_ACCESSES.get(each) or _access(each) for each in self._touched.items()]
        if (UNSEEN,) not in self._touched:
            taken.append(_ADDS)
        self._touched.clear()
        return tuple(taken)

    def unseen(self, why: str) -> None:
        """The step does something that cannot be seen."""
        if self.execution.over is not None:
            return
        if not any(each.rpartition(", ")[0] == why for each in self.opaque):
            self.opaque.add(f"{why}, {self.place()}")
        if not (self._alone and self.is_alone()):
            self._touched[(UNSEEN,)] = "w"

    def all_read(self) -> None:
        """The step reads all the data of a process, which is no race: it depends on it all."""
        if self.execution.over is None and not self.is_alone():
            self._touched[(UNSEEN,)] = "w"

    def blind(self, why: str) -> None:
        """From here on nothing can be seen at all."""
        self.unseen(why)
        self._blind = True

    def is_alone(self) -> bool:
        """No second task was ever started: what happens comes before all they do."""
        if self._alone and (self._main.children or len(self.execution.alive) > 1):
            self._alone = False
        return self._alone

    def learn(self, *parts: str) -> None:
        """Something is so that was assumed not to be; see ``Facts``."""
        fact = " ".join(parts)
        if fact not in self.known and not self.is_alone():
            self.learned_anew.add(fact)

    def place(self) -> str:
        """The innermost line of the program: ``file.py:6``."""
        frame = self.frame()
        if frame is None:
            return ""
        return f"{self.files[frame.f_code.co_filename]}:{frame.f_lineno}"

    def frame(self) -> FrameType | None:
        """The innermost frame of the program's rewritten code."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self.files:
            frame = frame.f_back
        return frame

    # Names.

    def process(self) -> str:
        """Id of the process whose code runs."""
        return self.execution.running.process.id

    def name(self, value: object) -> str:
        """The name of an object, the same in every execution.

        Objects whose birth nobody saw have one name together, in each process: who came to
        them first is no name, since that differs between executions.
        """
        found = self._names.get(id(value))
        if found is None or (found[1] is None and type(value) not in _WITHOUT_END):
            return f"{self.execution.running.process.id}:?"
        return found[0]

    def is_named(self, value: object) -> bool:
        found = self._names.get(id(value))
        return found is not None and (found[1] is not None or type(value) in _WITHOUT_END)

    def born(self, value: object) -> None:
        """Names an object by the task that makes it and a number."""
        task = self.execution.running.id
        self._births[task] = number = self._births.get(task, 0) + 1
        key = id(value)
        if self._keeps:
            self._names[key] = (f"{task}:{number}", value)  # its id is not used again
            return
        try:
            mortal = weakref.ref(value, lambda _: self._names.pop(key, None))
        except TypeError:
            if type(value) not in _WITHOUT_END:
                return
            mortal = None  # a new one in its place is seen to be born, as this one was
        self._names[key] = (f"{task}:{number}", mortal)

    def let_die(self) -> None:
        """Objects do something when they die: none is kept alive from now on."""
        if self._keeps:
            self._keeps = False
            self._names.clear()

    def token(self, told: str) -> str:
        """The name of one call of a function, for the variables that it shares."""
        task = self.execution.running.id
        counter = f"{task}/{told}"
        self._births[counter] = number = self._births.get(counter, 0) + 1
        return f"{told}@{task}:{number}"


def _none_is(file: str) -> bool:
    """Until it is told whose a file is."""
    return False


#: Those that were made before: one and the same comes in almost every execution.
_ACCESSES: dict[tuple[Key, str], Access] = {}
_MOST = 50_000


def _access(touched: tuple[Key, str]) -> Access:
    access = Access(_part(touched[0]), touched[1])
    if len(_ACCESSES) < _MOST:
        _ACCESSES[touched] = access
    return access


def _part(key: Key) -> str:
    """The part of a key. Of objects: ``data:0.1:3.items``, ``data:0:1[2]``, ``data:0:1[*]``;
    of globals: ``data:0|main.py|n``."""
    match key:
        case (str(whose), "[", index):
            return f"data:{whose}[{index!r}]"
        case (str(process), "|", (*path,)):
            return f"data:{process}|{'|'.join(map(str, path))}"
        case (str(whose), str(which)):
            return f"data:{whose}{which}"
    return UNSEEN
