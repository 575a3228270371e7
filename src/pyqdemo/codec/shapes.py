"""What each field of a line must be, and the sentence for one that is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from reprlib import Repr

from pyqdemo.codec.limits import NANOSECONDS
from pyqdemo.languages import Text
from pyqdemo.trace import Control, OutcomeKind, Phase, Processes, Sleeps, TaskKind

__all__ = [
    "EVENT",
    "HEADER",
    "LOSS",
    "OUTCOME",
    "PROGRAM_FILE",
    "RESOURCE",
    "TASK",
    "WAIT",
    "Shape",
    "Wrong",
    "shown",
]


DEPTH = 20  # of tables and lists in a header's parameters


class Wrong(Exception):
    """A line is not what it must be.

    Args:
        expected: what had to stand there, in both languages.
        seen: what stands there, short.
    """

    def __init__(self, expected: Text, seen: Text | str) -> None:
        super().__init__(expected.en)
        self.expected = expected
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: how it is called, and whether a JSON value is one."""

    called: Text
    fits: Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its kinds by field, and the fields it cannot do without."""

    called: Text
    kinds: Mapping[str, Kind]
    needed: frozenset[str]

    def check(self, table: object) -> dict[str, object]:
        """The table itself, if all of it is as it must be. Raises Wrong."""
        if type(table) is not dict:
            raise Wrong(_of(self.called, Text("a table", "一张表")), shown(table))
        for name, value in table.items():
            kind = self.kinds.get(name)
            if kind is None:
                known = ", ".join(self.kinds)
                raise Wrong(_of(self.called, Text(known, known)), shown(name))
            if not kind.fits(value):
                raise Wrong(_of(self.called, kind.called, name), shown(value))
        if not self.needed <= table.keys():
            missing = sorted(self.needed - table.keys())[0]
            raise Wrong(_of(self.called, self.kinds[missing].called, missing), _NOTHING)
        return table


_NOTHING = Text("nothing", "没有")


def shown(value: object) -> str:
    """A JSON value as it may stand in an error: one line, at most 60 characters."""
    text = _short.repr(value)
    return text if text.isprintable() else ascii(text)[1:-1]


_short = Repr()
_short.maxlevel = 2
_short.maxstring = _short.maxlong = _short.maxother = 60


def _of(called: Text, what: Text, name: str = "") -> Text:
    """``event.depth: a whole number, 0 or more``."""
    dot = f".{name}" if name else ""
    return Text(f"{called.en}{dot}: {what.en}", f"{called.zh}{dot}：{what.zh}")


def _same(word: str) -> Text:
    return Text(word, word)


def _whole(low: int, high: int = NANOSECONDS) -> Callable[[object], bool]:
    return lambda value: type(value) is int and low <= value < high


def _number(value: object) -> bool:
    return type(value) is int or (type(value) is float and isfinite(value))


def _above_zero(value: object) -> bool:
    return _number(value) and value > 0  # type: ignore[operator]


_BOUNDS = {"for_s": _above_zero, "max_steps": _whole(1), "stop_after": _whole(1)}


def _shallow(value: object, depth: int) -> bool:
    """Whether tables and lists in it stand in one another at most so deep."""
    match value:
        case dict():
            return depth > 0 and all(_shallow(part, depth - 1) for part in value.values())
        case list():
            return depth > 0 and all(_shallow(part, depth - 1) for part in value)
        case _:
            return True


def _one_of(values: type[StrEnum]) -> Kind:
    known = frozenset(str(value) for value in values)
    names = ", ".join(str(value) for value in values)
    return Kind(_same(names), lambda value: type(value) is str and value in known)


def _kinds(**kinds: Kind) -> dict[str, Kind]:
    return kinds


TEXT = Kind(Text("a text", "文本"), lambda value: type(value) is str)
FLAG = Kind(_same("true / false"), lambda value: type(value) is bool)
COUNT = Kind(Text("a whole number, 0 or more", "不小于 0 的整数"), _whole(0))
PLACE = Kind(Text("a whole number, 1 or more", "不小于 1 的整数"), _whole(1))
TIME = Kind(Text("nanoseconds, a whole number, 0 or more", "纳秒数，不小于 0 的整数"), _whole(0))
INTEGER = Kind(Text("a whole number", "整数"), lambda value: type(value) is int)
NUMBER = Kind(Text("a number", "数"), _number)
ABOVE_ZERO = Kind(Text("a number above 0", "大于 0 的数"), _above_zero)
LIST = Kind(Text("a list", "列表"), lambda value: type(value) is list)
TABLE = Kind(
    Text(f"a table, at most {DEPTH} deep", f"一张表，至多嵌套 {DEPTH} 层"),
    lambda value: type(value) is dict and _shallow(value, DEPTH),
)
BOUNDS = Kind(
    Text(
        "a table of for_s (a number above 0), max_steps, stop_after (whole numbers, 1 or more)",
        "一张表：for_s 是大于 0 的数，max_steps、stop_after 是不小于 1 的整数",
    ),
    lambda value: (
        type(value) is dict
        and all(name in _BOUNDS and _BOUNDS[name](bound) for name, bound in value.items())
    ),
)
TEXTS = Kind(
    Text("a list of texts", "文本的列表"),
    lambda value: type(value) is list and all(type(part) is str for part in value),
)

HEADER = Shape(
    Text("header", "首行"),
    _kinds(
        format=TEXT,
        program=LIST,
        control=_one_of(Control),
        processes=_one_of(Processes),
        lesson=TEXT,
        variant=TEXT,
        function=TEXT,
        parameters=TABLE,
        arguments=TEXTS,
        start_method=TEXT,
        stdout=TEXT,
        prints=TEXT,
        draws=TEXT,
        clock=TEXT,
        speed=ABOVE_ZERO,
        started=TEXT,
        python=TEXT,
        platform=TEXT,
        seed=INTEGER,
        sleeps=_one_of(Sleeps),
        granularity=TEXT,
        model=TEXT,
        strategy=TEXT,
        bounds=BOUNDS,
    ),
    frozenset({"format", "program", "control", "processes", "clock"}),
)
PROGRAM_FILE = Shape(
    _same("program"),
    _kinds(name=TEXT, digest=TEXT, text=TEXT),
    frozenset({"name", "digest", "text"}),
)
TASK = Shape(
    _same("task"),
    _kinds(
        id=TEXT,
        kind=_one_of(TaskKind),
        name=TEXT,
        process=TEXT,
        role=TEXT,
        parent=TEXT,
        daemon=FLAG,
        pid=COUNT,
    ),
    frozenset({"id", "kind", "name", "process"}),
)
RESOURCE = Shape(
    _same("resource"),
    _kinds(id=TEXT, kind=TEXT, name=TEXT, capacity=COUNT, of=TEXT, location=TEXT),
    frozenset({"id", "kind", "name"}),
)
EVENT = Shape(
    _same("event"),
    _kinds(
        seq=PLACE,
        task=TEXT,
        phase=_one_of(Phase),
        operation=TEXT,
        resource=TEXT,
        item=TEXT,
        value=TEXT,
        result=TEXT,
        location=TEXT,
        real_ns=TIME,
        virtual_ns=TIME,
        began_ns=TIME,
        depth=COUNT,
        timeout_s=NUMBER,
        cut=COUNT,
        option=COUNT,
        step=PLACE,
    ),
    frozenset({"seq", "task", "phase", "operation"}),
)
OUTCOME = Shape(
    _same("outcome"),
    _kinds(
        kind=_one_of(OutcomeKind),
        detail=TEXT,
        exit_code=INTEGER,
        waits=LIST,
        losses=LIST,
        ended_ns=TIME,
        uncontrolled=TEXTS,
    ),
    frozenset({"kind"}),
)
WAIT = Shape(
    _same("wait"),
    _kinds(
        task=TEXT,
        operation=TEXT,
        resource=TEXT,
        holders=TEXTS,
        since_ns=TIME,
        location=TEXT,
        timeout_s=NUMBER,
    ),
    frozenset({"task", "operation"}),
)
LOSS = Shape(_same("loss"), _kinds(reason=TEXT, task=TEXT, events=COUNT), frozenset({"reason"}))
