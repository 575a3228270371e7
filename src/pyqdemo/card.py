"""A lesson's card: what a lesson is called, what it takes, and what it promises.

A card is a TOML file beside the lesson's program, named after it
(``writer_reader.toml`` beside ``writer_reader.py``). docs/cards.md shows one whole.
"""

from __future__ import annotations

import math
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pyqdemo.errors import CardError
from pyqdemo.languages import Text

T = TypeVar("T")

__all__ = [
    "Card",
    "Explored",
    "Flaw",
    "Made",
    "Parameter",
    "Promise",
    "Promises",
    "Reference",
    "Show",
    "Trial",
    "Used",
    "Words",
    "read_card",
]

Promise = str
PROMISES: tuple[Promise, ...] = (
    "nothing_lost",  # every item made was used
    "nothing_twice",  # no item was used twice
    "producer_order",  # each producer's items reach each consumer in the order made
    "clean_end",  # the program ended by itself, every task ended without an exception
)
MAKING = ("put", "send")
USING = ("get", "recv")
KINDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A keyword argument of the programs' ``main`` and the option of the same name.

    Attributes:
        name: as ``main`` names it; the option has hyphens for underscores.
        kind: ``int`` or ``flag`` (a bool, False unless given).
        default, minimum, maximum: for ``int``; both bounds are allowed values.
        published: whether the published program's ``main`` takes it too.
    """

    name: str
    kind: str
    help: Text
    default: int | bool
    minimum: int | None = None
    maximum: int | None = None
    published: bool = False

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Made:
    """Which operation puts a new item into the world.

    Attributes:
        operation: ``put`` or ``send``.
        by: roles (class or target names) whose such operations count.
    """

    operation: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Which operation, or which printed line after it, uses an item up.

    Attributes:
        operation: ``get`` or ``recv``.
        by: roles whose such operations count.
        printed: a regular expression; if given, an item counts as used only when its
            taker prints a line that matches before it takes the next one. An item it
            puts instead moves on under a new id, and is still the same item.
    """

    operation: str
    by: tuple[str, ...]
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class Promises:
    """What the repaired program keeps: some of ``PROMISES``, and how to count."""

    keep: tuple[Promise, ...]
    made: Made | None = None
    used: Used | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """The run that shows a flaw.

    Attributes:
        options: as they are typed behind the lesson's name and ``--as-published``; a seed
            or a schedule is among them.
    """

    options: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """What the published program is known to do wrong.

    Attributes:
        id: small letters, digits and underscores.
        show: None where no run is known that shows it.
    """

    id: str
    text: Text
    show: Show | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One next thing to try: options for the lesson's command, and a question."""

    options: str
    question: Text


@dataclass(frozen=True, slots=True)
class Explored:
    """What ``pyqdemo explore`` tries of a lesson where nobody says.

    Attributes:
        repaired, published: parameters of ``main``, smallest first; those not named have their
            defaults. Empty for the defaults alone.
        granularity: ``operation`` or ``line``.
        fails: the schedule, as a text, of a run in which the published program fails; None
            where none is featured.
        unseen: why exploring it does not show what is wrong with it; None where it does.
        published_s: real seconds after which exploring it shows nothing more; None where nobody
            knows.
    """

    repaired: tuple[Mapping[str, int | bool], ...] = ()
    published: tuple[Mapping[str, int | bool], ...] = ()
    granularity: str = "operation"
    fails: str | None = None
    unseen: Text | None = None
    published_s: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """How this lesson's picture names things.

    Attributes:
        parameters: heading over the lesson's own options (``The kitchen``).
        made, used: column heads of the summary (``made``, ``eaten``).
        roles: class or target name → what such a task is called (``chef``).
        groups: class or target name → what all of them are called (``chefs``).
    """

    parameters: Text
    made: Text
    used: Text
    roles: Mapping[str, Text]
    groups: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Card:
    """One lesson.

    Attributes:
        name: the command's name, the program's file name with hyphens.
        order: place in the menu and in the course.
        title: two or three words.
        summary: the menu's line.
        about: one to three sentences, the help's opening.
        speed: the pace at which the lesson ends within five seconds; the program's
            sleeps are divided by it.
        sleeps: whether the program sleeps at all (and so has a pace).
        processes: whether the program makes processes (and so has a start method).
        endless: whether the published program never ends.
        may_hang: whether it ends in some runs only.
        tutorial: whether it is a tutorial's; else it is ours, as it is written first.
        parameters: in the order of the help.
        program: the repaired program.
        published: the published one, or None where there is only one version.
    """

    name: str
    order: int
    title: Text
    summary: Text
    about: Text
    speed: float
    processes: bool
    sleeps: bool
    endless: bool
    may_hang: bool
    tutorial: bool
    parameters: tuple[Parameter, ...]
    promises: Promises
    words: Words
    flaws: tuple[Flaw, ...]
    references: tuple[Reference, ...]
    explored: Explored
    trial: Trial | None
    program: Path
    published: Path | None

    def program_of(self, published: bool) -> Path:
        """The published program where there is one and it is wanted, else the repaired one."""
        return self.published if published and self.published is not None else self.program

    def parameters_of(self, published: bool) -> tuple[Parameter, ...]:
        """The parameters that the repaired or the published ``main`` takes."""
        if not published:
            return self.parameters
        return tuple(parameter for parameter in self.parameters if parameter.published)

    def sizes_of(self, published: bool) -> tuple[Mapping[str, int | bool], ...]:
        """All parameters of each size that is explored, smallest first; at least one."""
        sizes = self.explored.published if published else self.explored.repaired
        usual = {one.name: one.default for one in self.parameters_of(published)}
        return tuple({**usual, **size} for size in sizes or ({},))


def read_card(path: Path) -> Card:
    """Reads one card and checks that it holds together with the files beside it.

    Raises:
        CardError: the file is not TOML, lacks or misspells a key, or names no program.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CardError("card_unreadable", file=str(path), reason=str(error)) from None
    try:
        return _card(path, _Table(path.name, table))
    except _Wrong as wrong:
        raise CardError("card_wrong", file=str(path), reason=str(wrong)) from None


class _Wrong(Exception):
    pass


class _Table:
    """A TOML table that says which key is missing, of the wrong type, or unknown."""

    def __init__(self, where: str, table: Mapping[str, object]) -> None:
        self.where = where
        self.left = dict(table)

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        if key not in self.left:
            if default is None:
                raise _Wrong(f"{self.where}: {key} is missing")
            return default
        value: object = self.left.pop(key)
        if kind is float and type(value) is int:
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise _Wrong(f"{self.where}: {key} is {value!r}, expected {KINDS[kind]}")
        return value

    def table(self, key: str, *, optional: bool = False) -> _Table:
        return _Table(f"{self.where}: {key}", self.take(key, dict, {} if optional else None))

    def tables(self, key: str) -> list[_Table]:
        rows = self.take(key, list, [])
        if not all(isinstance(row, dict) for row in rows):
            raise _Wrong(f"{self.where}: {key} holds something that is not a table")
        return [_Table(f"{self.where}: {key} {n}", row) for n, row in enumerate(rows, 1)]

    def strings(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise _Wrong(f"{self.where}: {key} holds something that is not text")
        return tuple(values)

    def text(self, key: str) -> Text:
        table = self.table(key)
        text = Text(en=table.take("en", str).strip(), zh=table.take("zh", str).strip())
        table.done()
        return text

    def texts(self, key: str) -> dict[str, Text]:
        table = self.table(key, optional=True)
        return {name: table.text(name) for name in list(table.left)}

    def done(self) -> None:
        if self.left:
            raise _Wrong(f"{self.where}: nothing here is called {', '.join(self.left)}")


def _card(path: Path, table: _Table) -> Card:
    published_program = path.with_name(path.stem + "_as_published.py")
    has_published = published_program.is_file()
    published = table.table("published", optional=not has_published)
    if not path.with_suffix(".py").is_file():
        raise _Wrong(f"{path.stem}.py is missing beside the card")
    card = Card(
        name=path.stem.replace("_", "-"),
        order=table.take("order", int),
        title=table.text("title"),
        summary=table.text("summary"),
        about=table.text("about"),
        speed=table.take("speed", float, 1.0),
        processes=table.take("processes", bool, False),
        sleeps=table.take("sleeps", bool, True),
        endless=published.take("endless", bool, False),
        may_hang=published.take("may_hang", bool, False),
        tutorial=published.take("tutorial", bool, True),
        parameters=tuple(_parameter(row) for row in table.tables("parameters")),
        promises=_promises(table.table("promises")),
        words=_words(table.table("words")),
        flaws=tuple(_flaw(row) for row in published.tables("flaws")),
        references=tuple(_reference(row) for row in table.tables("references")),
        explored=_explored(table.table("explore", optional=True)),
        trial=_trial(table.table("try")) if "try" in table.left else None,
        program=path.with_suffix(".py"),
        published=published_program if has_published else None,
    )
    published.done()
    table.done()
    if not 0 < card.speed < math.inf:
        raise _Wrong(f"{path.name}: speed is {card.speed:g}, expected more than 0")
    names = [parameter.name for parameter in card.parameters]
    if len(set(names)) < len(names):
        raise _Wrong(f"{path.name}: two parameters of one name among {', '.join(names)}")
    ids = [flaw.id for flaw in card.flaws]
    if len(set(ids)) < len(ids):
        raise _Wrong(f"{path.name}: two flaws of one id among {', '.join(ids)}")
    if not has_published and (card.endless or card.flaws or card.parameters_of(published=True)):
        raise _Wrong(f"{published_program.name}, of which the card speaks, is missing beside it")
    _check_sizes(path.name, card)
    return card


def _parameter(row: _Table) -> Parameter:
    name, kind = row.take("name", str), row.take("kind", str)
    if kind not in ("int", "flag"):
        raise _Wrong(f"{row.where}: kind is {kind!r}, expected 'int' or 'flag'")
    parameter = Parameter(
        name=name,
        kind=kind,
        help=row.text("help"),
        default=row.take("default", int) if kind == "int" else False,
        minimum=row.take("minimum", int) if kind == "int" else None,
        maximum=row.take("maximum", int) if kind == "int" else None,
        published=row.take("published", bool, False),
    )
    row.done()
    if not re.fullmatch(r"[a-z][a-z_]*", name):
        raise _Wrong(f"{row.where}: name is {name!r}, expected small letters and underscores")
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None and not low <= parameter.default <= high:
        raise _Wrong(f"{row.where}: default {parameter.default} is outside its range")
    return parameter


def _promises(table: _Table) -> Promises:
    keep = table.strings("keep")
    made = table.table("made") if "made" in table.left else None
    used = table.table("used") if "used" in table.left else None
    promises = Promises(keep, _made(made) if made else None, _used(used) if used else None)
    for part in (table, made, used):
        if part:
            part.done()
    for promise in keep:
        if promise not in PROMISES:
            raise _Wrong(f"{table.where}: {promise!r} is no promise; known: {', '.join(PROMISES)}")
    if set(keep) - {"clean_end"} and not (made and used):
        raise _Wrong(f"{table.where}: a promise about items needs made and used")
    if promises.used and promises.used.printed:
        try:
            re.compile(promises.used.printed)
        except re.error as error:
            raise _Wrong(f"{table.where}: printed is no regular expression: {error}") from None
    return promises


def _made(table: _Table) -> Made:
    made = Made(table.take("operation", str), table.strings("by"))
    if made.operation not in MAKING:
        raise _Wrong(f"{table.where}: operation is {made.operation!r}, expected put or send")
    if not made.by:
        raise _Wrong(f"{table.where}: by names nobody")
    return made


def _used(table: _Table) -> Used:
    printed = table.take("printed", str, "") or None
    used = Used(table.take("operation", str), table.strings("by"), printed)
    if used.operation not in USING:
        raise _Wrong(f"{table.where}: operation is {used.operation!r}, expected get or recv")
    if not used.by:
        raise _Wrong(f"{table.where}: by names nobody")
    return used


def _words(table: _Table) -> Words:
    words = Words(
        parameters=table.text("parameters"),
        made=table.text("made"),
        used=table.text("used"),
        roles=table.texts("roles"),
        groups=table.texts("groups"),
    )
    table.done()
    return words


def _flaw(row: _Table) -> Flaw:
    flaw = Flaw(
        row.take("id", str),
        Text(row.take("en", str).strip(), row.take("zh", str).strip()),
        _show(row.table("show")) if "show" in row.left else None,
    )
    row.done()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", flaw.id):
        raise _Wrong(f"{row.where}: id is {flaw.id!r}, expected small letters and underscores")
    return flaw


def _show(table: _Table) -> Show:
    show = Show(table.take("options", str).strip())
    table.done()
    try:
        words = shlex.split(show.options)
    except ValueError as error:
        raise _Wrong(f"{table.where}: options cannot be typed: {error}") from None
    if not {word.partition("=")[0] for word in words} & {"--seed", "--schedule"}:
        raise _Wrong(f"{table.where}: options has neither --seed nor --schedule")
    return show


def _reference(row: _Table) -> Reference:
    reference = Reference(row.take("title", str), row.take("url", str))
    row.done()
    return reference


def _explored(table: _Table) -> Explored:
    """Whether the sizes are parameters of the programs is checked once these are known."""
    explored = Explored(
        repaired=tuple(_size(row) for row in table.tables("repaired")),
        published=tuple(_size(row) for row in table.tables("published")),
        granularity=table.take("granularity", str, "operation"),
        fails=table.take("fails", str, "").strip() or None,
        unseen=table.text("unseen") if "unseen" in table.left else None,
        published_s=table.take("published_s", float, 0.0) or None,
    )
    table.done()
    if explored.granularity not in ("operation", "line"):
        seen = repr(explored.granularity)
        raise _Wrong(f"{table.where}: granularity is {seen}, expected 'operation' or 'line'")
    return explored


def _size(row: _Table) -> dict[str, int | bool]:
    return {
        name: row.take(name, bool if isinstance(value, bool) else int)
        for name, value in list(row.left.items())
    }


def _check_sizes(where: str, card: Card) -> None:
    explored = card.explored
    if card.published is None and explored != replace(
        explored, published=(), fails=None, unseen=None, published_s=None
    ):
        raise _Wrong(f"{where}: explore: there is no published program")
    if explored.fails and explored.unseen:
        raise _Wrong(f"{where}: explore: fails and unseen contradict each other")
    for published, sizes in ((False, explored.repaired), (True, explored.published)):
        taken = {one.name: one for one in card.parameters_of(published)}
        told = f"{where}: explore: {'published' if published else 'repaired'}"
        for name, value in (pair for size in sizes for pair in size.items()):
            if name not in taken:
                raise _Wrong(f"{told}: main() takes no {name}")
            if not _fits(taken[name], value):
                raise _Wrong(f"{told}: {name} is {value!r}, which main() does not take")


def _fits(parameter: Parameter, value: object) -> bool:
    if parameter.kind == "flag":
        return isinstance(value, bool)
    low, high = parameter.minimum, parameter.maximum
    return type(value) is int and low is not None and high is not None and low <= value <= high


def _trial(table: _Table) -> Trial:
    trial = Trial(table.take("options", str), table.text("question"))
    table.done()
    return trial
