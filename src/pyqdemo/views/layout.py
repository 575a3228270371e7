"""Which rows and columns a picture gets in a terminal of that size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyqdemo.views.cells import cell_len

__all__ = ["Columns", "Rows", "columns_for", "rows_for"]

GUTTER = 2
INDENT = 4  # state, blank, letter, blank
SHORTEST_STRIP = 8
LONGEST_STRIP = 128
LONGEST_NAME = 20
LONGEST_ROLE = 14
MOST_QUEUES = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows each part of the picture has; the rule and the header are always there.

    Attributes:
        tasks: rows of tasks and of groups of tasks.
        queues: rows of queues' depths, one for each queue shown; a header tells of more.
        tall: whether a depth takes two rows.
        gauges: how many of the queues show their items, from the first.
        spaces: blank rows, 0 to 2.
    """

    tasks: int
    queues: int
    tall: bool
    gauges: int
    flow: bool
    axis: bool
    keys: bool
    spaces: int

    @property
    def total(self) -> int:
        depths = self.queues * (2 if self.tall else 1)
        rest = (self.flow, self.axis, self.keys)
        return 2 + self.tasks + depths + self.gauges + sum(rest) + self.spaces


def rows_for(rows: int, *, tasks: int, queues: int, flow: bool) -> Rows:
    """Shares the rows of a terminal between the program's lines and the picture.

    The program keeps at least a quarter of them, and three; in what is left, the parts that
    tell most come first.

    Args:
        rows: of the terminal.
        tasks, queues: how many there are to show.
        flow: whether there is anything to count.
    """
    room = max(2, rows - max(3, rows // 4)) - 2
    got = {"tasks": 0, "queues": 0, "gauges": 0, "flow": 0, "keys": 0, "axis": 0}
    got |= {"spaces": 0, "tall": 0}

    def take(part: str, wanted: int, each: int = 1) -> None:
        nonlocal room
        more = min(wanted - got[part], room // each)
        if more > 0:
            got[part] += more
            room -= more * each

    take("tasks", min(tasks, 2))
    take("queues", min(queues, 1))
    take("gauges", min(queues, 1))
    take("flow", int(flow))
    take("tasks", min(tasks, 4))
    take("axis", int(tasks > 0))
    take("tasks", min(tasks, 5))
    take("keys", 1)
    for number in range(2, min(queues, MOST_QUEUES) + 1):
        if room >= 2:
            take("queues", number)
            take("gauges", number)
    take("tasks", tasks)
    take("spaces", (queues == 1) + flow)
    if queues == 1 and rows >= 30:
        take("tall", 1)
    return Rows(
        got["tasks"],
        got["queues"],
        bool(got["tall"]),
        got["gauges"],
        bool(got["flow"]),
        bool(got["axis"]),
        bool(got["keys"]),
        got["spaces"],
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths of the columns of a task's row; 0 leaves a column out."""

    width: int
    name: int
    role: int
    strip: int
    words: int
    waited: int

    @property
    def at_strip(self) -> int:
        return INDENT + self.name + GUTTER + (self.role + GUTTER if self.role else 0)

    @property
    def at_words(self) -> int:
        return self.at_strip + (self.strip + GUTTER if self.strip else 0)


def columns_for(
    width: int,
    *,
    names: Sequence[str],
    roles: Sequence[str],
    words: int,
    waited: int,
) -> Columns:
    """Shares a row between its columns: words first, then waits, strip, role.

    Args:
        width: cells of a row.
        names, roles: all that are to stand in those columns.
        words: cells that the words of the states need in this language.
        waited: cells that the total of the waits needs.
    """
    name = min(max(map(cell_len, names), default=0), LONGEST_NAME, max(8, width // 5))
    role = min(max(map(cell_len, roles), default=0), LONGEST_ROLE)
    room = width - INDENT - name - GUTTER
    words = min(words, room)
    room -= words
    if room < waited + GUTTER:
        return Columns(width, name, 0, 0, words + room, 0)
    room -= waited + GUTTER
    if role and room < role + GUTTER + SHORTEST_STRIP + GUTTER:
        role = 0
    room -= role + GUTTER if role else 0
    strip = room - GUTTER
    if strip < SHORTEST_STRIP:
        return Columns(width, name, role, 0, words + room, waited)
    spare = max(0, strip - LONGEST_STRIP)
    return Columns(width, name, role, strip - spare, words + spare, waited)
