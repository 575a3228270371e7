"""The recorder of one watched process: who is running, where, and its lanes.

Ids are given so that they do not depend on who ran first: a task is numbered by its
creator, a resource by its creator and kind, an item by the task that put it.

Stamps are ``time.perf_counter_ns``, which all processes of a machine share. An
operation that gives (put, release, set) is stamped before it takes effect or while it
holds the lock, one that takes (get, acquire, wait) after, so stamps of one machine are
in causal order; the merge mends the rest by item (see ``merging``).
"""

from __future__ import annotations

import itertools
import os
import threading
from time import perf_counter_ns
from types import CodeType, FrameType
from typing import Any

from pyqdemo.worlds.native.lane import LANE_BITS, Lane
from pyqdemo.worlds.owning import owner_of

__all__ = [
    "Recorder",
    "begin_process_lane",
    "current",
    "lane",
    "local",
    "new_task",
    "place_of",
    "raised",
    "resource",
    "short",
    "start_recorder",
]

SHORT = 80  # characters of a value or a name that are kept

local = threading.local()
_recorder: Recorder | None = None


class Recorder:
    """What is the same for all tasks of a process.

    Attributes:
        folder: where the run's lanes lie.
        program: folder of the program, with a trailing separator; a place in it is ours to name.
        number: of this process in the run, from 1; part of its lanes' numbers.
        process: id of the task that is this process's main thread.
        speed: the program's sleeps are divided by it.
        streams: numbers of the resources stdout and stderr.
        at_start: modules that Python imports by itself.
    """

    def __init__(self, folder: str, program: str, speed: float, process: str) -> None:
        self.folder = folder
        self.program, self._libraries = owner_of(program)
        self.speed = speed
        self.process = process
        self.streams: dict[str, int] = {}
        self.at_start: list[str] = []
        self.begin_process()

    def begin_process(self) -> None:
        """Takes a number of its own: at the start, and again in a forked child."""
        self.number = _take_number(self.folder)
        # No lock: a signal's handler may come between any two lines of ours.
        self.lanes = itertools.count(1)
        self.resources = itertools.count(1)
        self.unannounced = itertools.count(1)
        self.pid = os.getpid()

    def open_lane(self, task: dict[str, Any]) -> Lane:
        """Opens the calling thread's lane.

        Args:
            task: the fields of ``trace.Task`` as plain values.
        """
        local.lane = new = self.make_lane(task)
        return new

    def make_lane(self, task: dict[str, Any]) -> Lane:
        """Makes the lane of a task that is about to run.

        Raises:
            OSError: there is no room for it, or too many files are open.
        """
        number = self.number << LANE_BITS | next(self.lanes)
        new = Lane(self.folder, number, task["id"])
        new.fact(perf_counter_ns(), {"task": task, "pid": self.pid, "lane": number})
        return new

    def number_unannounced(self) -> int:
        return next(self.unannounced)

    def number_resource(self) -> int:
        return self.number << 32 | next(self.resources)

    def owns(self, path: str) -> bool:
        """Whether a file is the program's, not a library's that lies below its folder."""
        inside = path.startswith(self.program) and not path.startswith(self._libraries)
        return inside and "site-packages" not in path[len(self.program) :]


def _take_number(folder: str) -> int:
    """The first number that no other process of the run has taken: a file each."""
    number = 1
    while True:
        try:
            os.close(os.open(os.path.join(folder, f"{number}.process"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            number += 1
        else:
            return number


def start_recorder(folder: str, program: str, speed: float, process: str) -> Recorder:
    """Makes this process a watched one; calling it again replaces nothing."""
    global _recorder
    if _recorder is None:
        _recorder = Recorder(folder, program, speed, process)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=_before_fork,
                after_in_parent=after_fork_in_parent,
                after_in_child=_after_fork,
            )
    return _recorder


def current() -> Recorder:
    """The recorder of this process. Raises RuntimeError where there is none."""
    if _recorder is None:
        raise RuntimeError("this process is not watched")
    return _recorder


def lane() -> Lane:
    """The lane of the calling thread; opened now if nobody announced the thread."""
    try:
        return local.lane  # type: ignore[no-any-return]
    except AttributeError:
        return _open_unannounced()


def next_child(creator: Lane) -> str:
    """The id of the next task that this one makes."""
    creator.children += 1
    return f"{creator.task}.{creator.children}"


def _open_unannounced() -> Lane:
    """A thread that no watched Thread began: a feeder, a pool's worker, a library's own."""
    recorder = current()
    thread = threading.current_thread()
    feeder = thread.name.startswith("QueueFeederThread")
    return recorder.open_lane(
        {
            "id": f"{recorder.process}~{recorder.number_unannounced()}",
            "kind": "feeder" if feeder else "thread",
            "name": "feeder" if feeder else thread.name,
            "process": recorder.process,
            "parent": recorder.process,
            "daemon": thread.daemon,
        }
    )


def new_task(creator: Lane, kind: str, name: str, role: str | None, daemon: bool) -> dict[str, Any]:
    """The fields of a task that this one makes, as ``trace.Task`` has them."""
    task = next_child(creator)
    return {
        "id": task,
        "kind": kind,
        "name": name[:SHORT],
        "role": role and role[:SHORT],
        "parent": creator.task,
        "process": task if kind == "process" else current().process,
        "daemon": daemon,
    }


def _before_fork() -> None:
    if _recorder is None:
        return
    forking = lane()
    if forking.starting is None:  # not by a watched Process: a pool, os.fork
        forking.starting = new_task(forking, "process", "forked", None, False)


def _after_fork() -> None:
    if _recorder is None:
        return
    forking: Lane = local.lane
    task = forking.starting
    assert task is not None, "set in _before_fork"
    forking.starting = None
    # Frames on this stack may still hold it, and its file is the parent's: let them write
    # into nothing.
    forking.disarm()
    del local.lane
    _recorder.begin_process()
    begin_process_lane(task)


def after_fork_in_parent() -> None:
    """Forgets the task that an unwatched fork was announced as."""
    if _recorder is not None:
        lane().starting = None


def begin_process_lane(task: dict[str, Any]) -> Lane:
    """Opens the lane of this process's main thread."""
    recorder = current()
    recorder.process = task["id"]
    return recorder.open_lane(task)


def resource(kind: str, frame: FrameType | None, **facts: object) -> int:
    """Announces a resource made by the calling task.

    Args:
        kind: as in ``trace.Resource``.
        frame: of the code that makes it, for its place and its name.
        facts: ``capacity``, ``of`` (the number of another resource), ``name``.

    Returns:
        its number, the same in every process of the run.
    """
    maker = lane()
    maker.counters[kind] = count = maker.counters.get(kind, 0) + 1
    number = current().number_resource()
    facts.setdefault("name", f"{kind}-{count}")
    fact = {"id": f"{maker.task}/{kind}/{count}", "kind": kind, **facts}
    place = place_of(maker, frame)
    maker.fact(perf_counter_ns(), {"resource": number, "place": place, **fact})
    return number


def place_of(where: Lane, frame: FrameType | None) -> int:
    """The number of the innermost line of the program at or above a frame; 0 for none.

    The lane keeps the frame's code and instruction with the answer (``last_place``): who
    is called again from the same place need not ask.
    """
    asked, number = frame, 0
    while frame is not None:
        known = where.places.get((id(frame.f_code), frame.f_lasti))
        if known is None:
            known = _name_place(where, frame.f_code, frame)
        if known[0] >= 0:
            number = known[0]
            break
        frame = frame.f_back
    if frame is asked and asked is not None:
        where.last_code, where.last_lasti = asked.f_code, asked.f_lasti
    else:
        where.last_code = None  # the answer depends on the frames above, too
    where.last_place = number
    return number


def _name_place(where: Lane, code: CodeType, frame: FrameType) -> tuple[int, object]:
    """Gives a new place its number, or -1 outside the program; keeps the code alive."""
    recorder = current()
    name = code.co_filename
    number = -1
    if recorder.owns(name):
        number = len(where.places) + 1
        text = f"{name[len(recorder.program) :].replace(os.sep, '/')}:{frame.f_lineno}"
        where.fact(perf_counter_ns(), {"place": number, "at": text})
    known = (number, code)
    where.places[id(code), frame.f_lasti] = known
    return known


def short(value: object) -> tuple[bytes, int]:
    """A short repr and how many characters of it were left out.

    A repr of the program's own may do anything: what it does is not recorded, and what
    it raises is told in its place.
    """
    kind = type(value)
    if kind is int and -(10**18) < value < 10**18:  # type: ignore[operator]
        return b"%d" % value, 0  # type: ignore[str-format]
    if value is None:
        return b"None", 0
    if kind is str or kind is bytes:
        text = repr(value[:SHORT])  # type: ignore[index]
        left = len(value) - SHORT  # type: ignore[arg-type]
        return text.encode("utf-8", "backslashreplace"), max(0, left)
    if kind is bool or kind is float:
        return repr(value).encode(), 0
    return _long(value)


def _long(value: object) -> tuple[bytes, int]:
    mine = lane()
    muted = mine.mute()
    try:
        text = _repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}: repr raised {type(error).__name__}>"
    finally:
        mine.unmute(muted)
    left = max(0, len(text) - SHORT)
    return text[:SHORT].encode("utf-8", "backslashreplace"), left


def _repr(value: object) -> str:
    global _reprlib
    if _reprlib is None:
        import reprlib

        _reprlib = reprlib.Repr()
        _reprlib.maxstring = _reprlib.maxother = 200
        _reprlib.maxlist = _reprlib.maxtuple = _reprlib.maxdict = 10
    return str(_reprlib.repr(value))


_reprlib: Any = None


def raised(error: BaseException) -> bytes:
    """What an event's ``result`` says of an exception."""
    try:
        told = str(error)
    except Exception:
        told = "<exception str() failed>"  # as a traceback says it
    text = f"raised {type(error).__name__}" + (f": {told}" if told else "")
    return text.encode("utf-8", "backslashreplace")
