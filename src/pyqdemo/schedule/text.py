"""Schedules into text and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, groupby, repeat

from pyqdemo.errors import ScheduleError
from pyqdemo.languages import Text
from pyqdemo.schedule.made import Schedule
from pyqdemo.schedule.settings import malformed, read_settings, settings_of

__all__ = ["from_text", "to_text"]

MOST_CHOICES = 10_000_000


def to_text(schedule: Schedule) -> str:
    """The schedule's text; equal schedules have equal texts.

    Raises:
        ScheduleError: ``schedule_unwritable`` (name): a value that no text can carry.
    """
    stamp = f"m{schedule.model}.{schedule.program}"
    if not _STAMP.fullmatch(stamp):
        raise ScheduleError("schedule_unwritable", name="model")
    if len(schedule.choices) > MOST_CHOICES:
        raise ScheduleError("schedule_unwritable", name="choices")
    runs = ((_short(task), sum(1 for _ in run)) for task, run in groupby(schedule.choices))
    choices = (task if count == 1 else f"{task}x{count}" for task, count in runs)
    return ",".join((stamp, *settings_of(schedule))) + ":" + ",".join(choices)


def from_text(text: str) -> Schedule:
    """The schedule of that text: ``from_text(to_text(schedule)) == schedule``.

    Raises:
        ScheduleError: ``schedule_malformed``: place (of the first wrong character, from 1),
            expected (in both languages), and seen (what stands there, short).
    """
    strange = re.search(r"[^!-~]", text)
    if strange:
        raise malformed(strange.start() + 1, strange[0], _PLAIN)
    head, colon, tail = text.partition(":")
    (place, stamp), *settings = _pieces(head, 1)
    known = _STAMP.fullmatch(stamp)
    if known is None:
        raise malformed(place, stamp, _STAMPED)
    given = read_settings(settings)
    if not colon:
        raise malformed(len(text) + 1, "", _COLON)
    choices = _choices(tail, len(head) + 2)
    return Schedule(known["model"], known["program"], choices, **given)


_STAMP = re.compile(r"m(?P<model>[A-Za-z0-9_-]{1,20})\.(?P<program>[0-9a-f]{6,64})")
_ID = re.compile(r"0([.~][1-9][0-9]{0,8})*")
_RUN = re.compile(r"(?P<task>[0-9]+([.~][0-9]+)*)(x(?P<count>[1-9][0-9]{0,99}))?")

_PLAIN = Text("letters, digits and signs without blanks", "不含空白的英文字母、数字和符号")
_STAMPED = Text(
    "the version of the models and the program's digest, as m1.3fa91c",
    "模型版本和程序摘要，例如 m1.3fa91c",
)
_COLON = Text("a colon and the choices", "冒号和各步的选择")
_CHOICE = Text("a task and how often, as 0x5, 1 or 1.2x2", "任务和次数，例如 0x5、1 或 1.2x2")
_FEWER = Text(f"at most {MOST_CHOICES} choices", f"至多 {MOST_CHOICES} 个选择")


def _pieces(text: str, place: int) -> Iterator[tuple[int, str]]:
    """What stands between commas, each with its place in the whole text."""
    for piece in text.split(","):
        yield place, piece
        place += len(piece) + 1


def _choices(text: str, place: int) -> tuple[str, ...]:
    """The choices; they are counted before they are made, so that no text fills the memory."""
    runs: list[tuple[str, int]] = []
    total = 0
    for at, piece in _pieces(text, place) if text else ():
        found = _RUN.fullmatch(piece)
        task = _whole(found["task"]) if found else None
        if found is None or task is None:
            raise malformed(at, piece, _CHOICE)
        count = int(found["count"] or 1)
        total += count
        if total > MOST_CHOICES:
            raise malformed(at, piece, _FEWER)
        runs.append((task, count))
    return tuple(chain.from_iterable(repeat(task, count) for task, count in runs))


def _short(task: str) -> str:
    if not _ID.fullmatch(task):
        raise ScheduleError("schedule_unwritable", name="choices")
    return task.removeprefix("0.")


def _whole(task: str) -> str | None:
    """``0.1.2`` of ``1.2``; ``0`` and what begins with it is whole already."""
    whole = task if task.startswith("0") else f"0.{task}"
    return whole if _ID.fullmatch(whole) else None
