"""Line granularity: every line of the program's own files begins with a scheduling point.

A task stops before each line that it comes to, where it can matter: not before there is a second
task, nor inside an operation, nor under a library's code, which may hold a real lock. From then on
it stops even where it is the only one alive: that the others have ended is what their steps bring
about, and where a step ends must not hang on it unseen.

A statement that stands on several lines counts as one, and several on one line do too: within
those, Python tells of lines as its version compiles them, and as a program that notes its data
(see ``observing``) happens to be written. Even so versions differ here and there, and what is
promised of a run at line granularity is promised under the version that made it.

From Python 3.12 on ``sys.monitoring`` tells of lines, for the watched code alone; before that
``sys.settrace`` does, in the threads that carry the program. Whatever else looks on in this
process (a debugger, a coverage tool) is left as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from pyqdemo.errors import RunError
from pyqdemo.kernel.operations import Line
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.lives import Life, Unwind, local
from pyqdemo.worlds.threads.statements import NOTHING, Statements, statements_of

__all__ = ["LineCarriers", "line_carriers"]

_frame = sys._getframe
_monitoring: Any = getattr(sys, "monitoring", None)  # from Python 3.12 on

#: Before Python 3.12 a comprehension has a frame of its own; it is part of its statement.
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
#: Calls that a stop may take; where the program has left less room, it does not stop.
DEPTH = 12
#: Numbers a tool may have. The first two belong to nobody, the others only by convention.
TOOLS = (4, 3, 5, 2, 1, 0)


class LineCarriers(Carriers):
    """Carriers whose tasks stop at every line of the code that is watched."""

    def __init__(self, pinned: bool = False) -> None:
        super().__init__(pinned)
        # By id, since the hash of a code object is made of all it holds; the codes are kept.
        self._watched: dict[int, tuple[CodeType, Statements]] = {}
        self._at: dict[int, int] = {}  # by id of a frame: the statement that it has come to

    def watch(self, code: CodeType, text: str | None) -> None:
        """From now on a module's code is watched, and whatever is defined in it.

        Called before it is executed, each time: that of a program is the same in all its runs.

        Args:
            text: of its file, None where there is none: then every line is a statement.
        """
        if id(code) not in self._watched:
            statements = NOTHING if text is None else statements_of(text)
            for part in _parts(code):
                self._watched[id(part)] = part, statements
                self._begin(part, statements)

    def carry(self, live: Callable[[Life], None], life: Life) -> None:
        """Carries a task in the calling thread, by ``live(life)``, and looks at its lines."""
        live(life)

    def _begin(self, code: CodeType, statements: Statements) -> None:
        """One more code object is watched."""

    def _enter(self, frame: FrameType) -> None:
        """A frame of watched code is new: whichever had its address before is gone."""
        self._at.pop(id(frame), None)

    def _come(self, frame: FrameType, line: int, back: bool) -> None:
        """A frame of watched code has come to a line.

        Args:
            back: if it was there already, it has jumped back to it.
        """
        statements = self._watched[id(frame.f_code)][1]
        begins = statements.first.get(line, line)
        if self._at.get(id(frame)) == begins and not (back and begins in statements.loops):
            return
        self._at[id(frame)] = begins
        self._stop(frame, begins)

    def _stop(self, frame: FrameType, line: int) -> None:
        """The calling task has come to a statement: others may go first."""
        life: Life | None = getattr(local, "life", None)
        if life is None or life.inside or life.unwinding:
            return
        world = life.world
        if world.carriers is not self or len(world.execution.tasks) == 1:
            return  # who alone can make a second task, knows by itself whether there is one
        if world.libraries and world.places.under_library(frame):
            return
        if not _has_room():
            return
        stop = Line()
        if world.execution.log is not None:
            name = (world.places.look(frame).location or "").rpartition(":")[0]
            stop.location = f"{name}:{line}"
        world.perform(stop, None)


class _Monitored(LineCarriers):
    """By ``sys.monitoring``, as a tool of its own, with events of the watched code alone."""

    def __enter__(self) -> Carriers:
        free = [tool for tool in TOOLS if _monitoring.get_tool(tool) is None]
        if not free:
            raise RunError("lines_untold")
        self._tool = free[0]
        _monitoring.use_tool_id(self._tool, "pyqdemo")
        for event, told in self._callbacks().items():
            _monitoring.register_callback(self._tool, event, told)
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        for code, _ in self._watched.values():
            _monitoring.set_local_events(self._tool, code, _monitoring.events.NO_EVENTS)
        self._watched.clear()
        for event in self._callbacks():
            _monitoring.register_callback(self._tool, event, None)
        _monitoring.free_tool_id(self._tool)

    def _callbacks(self) -> dict[int, Callable[..., None]]:
        events = _monitoring.events
        return {
            events.PY_START: lambda code, place: self._enter(_frame(1)),
            events.LINE: lambda code, line: self._come(_frame(1), line, back=False),
            events.JUMP: lambda code, place, to: self._jump(_frame(1), to <= place),
        }

    def _begin(self, code: CodeType, statements: Statements) -> None:
        events = _monitoring.events
        wanted = events.PY_START | events.LINE
        if not statements.loops.isdisjoint(line for _, _, line in code.co_lines() if line):
            wanted |= events.JUMP  # within one line it tells of no further line
        _monitoring.set_local_events(self._tool, code, wanted)

    def _jump(self, frame: FrameType, back: bool) -> None:
        if back:
            self._come(frame, frame.f_lineno, back=True)


class _Traced(LineCarriers):
    """By ``sys.settrace`` in each of the threads, while it carries a task."""

    def __init__(self, pinned: bool = False) -> None:
        super().__init__(pinned)
        self._ended: set[Life] = set()  # at a line, which ends the tracing too

    def carry(self, live: Callable[[Life], None], life: Life) -> None:
        before = sys.gettrace()
        sys.settrace(self._called)
        try:
            live(life)
        finally:
            if sys.gettrace() is None and life not in self._ended:
                # A trace function that raises is not called any more: the stack was full, or
                # it was a signal's handler that raised.
                life.world.execution.note_uncontrolled("lines that Python did not tell")
            self._ended.discard(life)
            sys.settrace(before)

    def _called(self, frame: FrameType, event: str, argument: object) -> Any:
        if id(frame.f_code) not in self._watched:
            return None
        if frame.f_trace is None:  # else it is a generator's, which goes on
            self._enter(frame)
        return self._within

    def _within(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            try:
                self._come(frame, frame.f_lineno, back=True)
            except Unwind:
                self._ended.add(local.life)
                raise
        return self._within


def line_carriers() -> LineCarriers:
    """Carriers for runs at line granularity, on one processor, as this Python can make them.

    As a context manager they raise RunError where Python cannot tell of lines, since other
    tools have taken all the places there are.
    """
    return _Traced(pinned=True) if _monitoring is None else _Monitored(pinned=True)


def _parts(code: CodeType) -> Iterator[CodeType]:
    """A code object and all those defined in it: functions, classes, generators."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and constant.co_name not in _COMPREHENSIONS:
            yield from _parts(constant)


def _has_room() -> bool:
    """Whether the stack has room for a stop: it must not fail half-way."""
    try:
        _down(DEPTH)
    except RecursionError:
        return False
    return True


def _down(calls: int) -> None:
    if calls:
        _down(calls - 1)
