"""How the stacks of tasks and generators are told."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from types import CodeType, FrameType, GeneratorType
from typing import Any

from pyqdemo.worlds.owning import ours
from pyqdemo.worlds.threads.c_between import holds_nothing
from pyqdemo.worlds.threads.encoded_code import code_name
from pyqdemo.worlds.threads.encoding import PLAIN, Encoding, is_plain
from pyqdemo.worlds.threads.places import BOTTOM
from pyqdemo.worlds.threads.stacks import UNSET, Held, Unseen, held_by
from pyqdemo.worlds.threads.world import World

__all__ = ["frames_of", "place_in", "tell_generator", "tell_stack"]

_ATTEMPT = World.perform.__code__
_PLUMBING = _ATTEMPT.co_filename  # what its frames hold is told with the task

#: Variables in functions of ours that go by numbers that only grow, and follow from the rest.
_UNTOLD = {
    "Feeding.put": frozenset({"handle", "number", "request", "text", "cut"}),
    "Feeding._feed": frozenset({"handle", "facts", "request"}),
}
_NOTHING: frozenset[str] = frozenset()


def frames_of(top: FrameType | None) -> list[FrameType]:
    """The frames of a task that attempts something, the oldest first: its own and what it
    has called of ours, down to where it waits.

    Raises:
        Unseen: it does not wait.
    """
    found: list[FrameType] = []
    frame = top
    while frame is not None:
        code = frame.f_code
        if code is _ATTEMPT:
            found = []
        elif code.co_name == BOTTOM and ours(code.co_filename):
            break
        else:
            found.append(frame)
        frame = frame.f_back
    found.reverse()
    return found


def place_in(frame: FrameType) -> tuple[object, ...]:
    """Where a frame is, with the plain values in its variables.

    Raises:
        Unseen: it cannot be told.
    """
    held = held_by(frame)
    plain = [repr(each) if type(each) in PLAIN else None for each in held.slots]
    return code_name(frame.f_code), held.stop.number, *plain


def tell_stack(
    encoding: Encoding, frames: list[FrameType], known: Callable[[], Iterable[Any]]
) -> None:
    """The frames of a task.

    Args:
        known: as of ``holds_nothing``.
    """
    encoding.put(b"f", len(frames))
    for number, frame in enumerate(frames):
        if (name := _name_alone(frame.f_code)) is not None:
            encoding.put(b"fb", name)
            continue
        try:
            held = held_by(frame)
        except Unseen as unseen:
            encoding.refuse(str(unseen))
        above = frames[number + 1] if number + 1 < len(frames) else None
        # The last one has called what attempts something, and that is ours.
        between = held.beneath_c and above is not None
        if between and not holds_nothing(frame, held, above, known):  # type: ignore[arg-type]  # it is there
            encoding.refuse(f"C code under way in {frame.f_code.co_qualname}")
        _tell_frame(encoding, frame.f_code, held)


def _name_alone(code: CodeType) -> bytes | None:
    """The name of code that stands at the bottom of a stack, calls one thing, and holds nothing
    that does not follow from whose stack it is; else None."""
    known = _bottoms.get(id(code))
    if known is None or known[0] is not code:
        is_one = code.co_qualname in _AT_THE_BOTTOM and ours(code.co_filename)
        known = _bottoms[id(code)] = (code, code_name(code) if is_one else None)
        if len(_bottoms) > _MOST:
            _bottoms.clear()
    return known[1]


_MOST = 20_000
_bottoms: dict[int, tuple[CodeType, bytes | None]] = {}
_AT_THE_BOTTOM = frozenset({"Binding.body", "live", "Inside.execute", "Importing.execute"})


def _tell_frame(encoding: Encoding, code: CodeType, held: Held) -> None:
    if code.co_filename == _PLUMBING:
        encoding.put(b"fp", code_name(code), held.stop.number)
        return
    slots = held.slots
    if ours(code.co_filename):
        slots = _slots_of_ours(encoding, code, slots)
    if held.stop.dead and not encoding.facts.showing:
        slots = _without_dead(slots, held.stop.dead)
    parts = [b"0" if each is UNSET else encoding.ref(each) for each in slots]
    encoding.put(b"fr", code_name(code), held.stop.number, parts)


def _slots_of_ours(encoding: Encoding, code: CodeType, slots: list[Any]) -> list[Any]:
    """Moments are told as seen from now."""
    untold = _UNTOLD.get(code.co_qualname, _NOTHING)
    told = list(slots)
    for number, name in enumerate(code.co_varnames):
        if name in untold:
            told[number] = None
        elif name.endswith("_ns") and type(told[number]) is int:
            # In loose time, while nobody reads the clock, a bound may be over at any moment.
            left = max(0, told[number] - encoding.facts.now_ns)
            told[number] = left if encoding.facts.times else None
    return told


def _without_dead(slots: list[Any], dead: tuple[int, ...]) -> list[Any]:
    """A value that nobody reads any more is none. An object that dies with its variable might be
    told of that: it counts for as long as it is held."""
    told = list(slots)
    for place in dead:
        value = told[place]
        if type(value) in PLAIN or (type(value) is tuple and is_plain(value)):
            told[place] = UNSET
    return told


def tell_generator(encoding: Encoding, value: GeneratorType[Any, Any, Any]) -> None:
    """One that is suspended; the frame of one that runs is told where it does."""
    frame = value.gi_frame
    if frame is None:
        encoding.put(b"GE")
        return
    if value.gi_running:
        encoding.put(b"GR", code_name(frame.f_code))
        return
    try:
        held = held_by(frame)
    except Unseen as unseen:
        encoding.refuse(str(unseen))
    # What it was handling when it gave a value away comes last.
    handled = [each for each in gc.get_referents(value)[-1:] if isinstance(each, BaseException)]
    encoding.put(b"GS", encoding.refs(handled))
    _tell_frame(encoding, frame.f_code, held)
