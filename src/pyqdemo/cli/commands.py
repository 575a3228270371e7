"""What a command is, as plain data, and what was given to it on one command line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyqdemo.cli.console import Console
from pyqdemo.cli.retyping import corrected
from pyqdemo.cli.words import text
from pyqdemo.errors import UsageError
from pyqdemo.languages import LANGUAGES, Text

__all__ = [
    "HELP",
    "HELP_ALL",
    "LANG",
    "Argument",
    "Command",
    "Given",
    "Option",
    "Section",
    "either",
]


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes:
        flag: ``--dishes``; its name is the same without the hyphens in front.
        metavar: what stands for its value in the help; empty where it takes none.
        shown: the default, as the help gives it.
        choices: every value there is, where they can be listed.
        example: a value to offer where none was given; by default one of those above.
    """

    flag: str
    help: Text
    metavar: str = ""
    shown: str = ""
    choices: tuple[str, ...] = ()
    example: str = ""

    @property
    def name(self) -> str:
        return self.flag.lstrip("-")

    @property
    def to_try(self) -> str:
        """The option as it may be typed."""
        return f"{self.flag} {self.example or self.shown or ''.join(self.choices[:1])}".rstrip()


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument by place.

    Attributes:
        many: takes all that is left, nothing too (the last one only).
        optional: may be left out.
        choices: asked for only when a shell completes.
        example: what a mistake offers to type where it is missing.
    """

    name: str
    many: bool = False
    optional: bool = False
    choices: Callable[[], tuple[str, ...]] | None = None
    example: str = "program.py"


@dataclass(frozen=True, slots=True)
class Section:
    """Options under one heading of the help.

    Attributes:
        rows: what is told below them: a word, and what it means.
    """

    heading: Text
    options: tuple[Option, ...]
    rows: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        panel: heading it stands under (``lessons``, ``program``, ``more``).
        summary: its line in the list of commands.
        about: its help's opening.
        sections: options of ``--help``.
        rest: further ones, of ``--help-all`` only.
        unoffered: options that mean nothing here and are read only to tell why.
        example: arguments of the command that the help and the errors offer to type.
        question: what the example lets one see.
        start: does it, and answers with the exit code.
    """

    name: str
    panel: str
    summary: Text
    about: Text
    start: Callable[[Given, Console], int]
    arguments: tuple[Argument, ...] = ()
    sections: tuple[Section, ...] = ()
    rest: tuple[Section, ...] = ()
    unoffered: tuple[Option, ...] = ()
    example: str = ""
    question: Text | None = None

    @property
    def options(self) -> tuple[Option, ...]:
        every = (*self.sections, *self.rest)
        return tuple(option for section in every for option in section.options)

    @property
    def to_try(self) -> str:
        """The example as it is typed after ``pyqdemo``."""
        return f"{self.name} {self.example}".strip()


LANG = Option("--lang", text("option.lang"), "|".join(LANGUAGES), choices=LANGUAGES, example="zh")
HELP = Option("--help", text("option.help"))
HELP_ALL = Option("--help-all", text("option.help_all"))


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed for one command, values still as text.

    Attributes:
        lang: the language our words are in.
        flags: names of the options without a value that were given.
        values: option name → the text after it.
        arguments: argument name → what stood there; absent if nothing did.
    """

    command: str
    lang: str
    flags: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether an option was typed, with a value or without."""
        return name in self.flags or name in self.values

    def argument(self, name: str) -> str:
        """An argument that takes one; empty if it is missing."""
        return next(iter(self.arguments.get(name, ())), "")

    def whole(
        self,
        name: str,
        *,
        low: int,
        high: int,
        default: int,
        example: int | None = None,
    ) -> int:
        """A whole number in a range.

        Args:
            example: what a mistake offers to type, by default the default.

        Raises:
            UsageError: no whole number, or outside the range.
        """
        told = self.values.get(name)
        if told is None:
            return default
        # int() also takes 1_000 and gives up on thousands of digits: neither is a count.
        number = int(told) if len(told) < 20 and "_" not in told and _is_whole(told) else None
        if number is None or not low <= number <= high:
            raise self._outside(name, told, f"{low}", f"{high}", f"{example or default}")
        return number

    def number(self, name: str, *, low: float, high: float, example: float) -> float | None:
        """A number in a range, None if the option was not typed. Raises UsageError."""
        told = self.values.get(name)
        if told is None:
            return None
        try:
            number = float(told)
        except ValueError:
            number = math.nan
        if not low <= number <= high:  # nan fails too
            raise self._outside(name, told, f"{low:g}", f"{high:g}", f"{example:g}")
        return number

    def choice(self, option: Option) -> str | None:
        """One of the option's choices, None if it was not typed. Raises UsageError."""
        told = self.values.get(option.name)
        if told is None or told in option.choices:
            return told
        raise UsageError(
            "option_choice",
            option=option.flag,
            value=_short(told),
            choices=either(option.choices),
            next=corrected(self, **{option.name: option.example or option.choices[0]}),
        )

    def _outside(self, name: str, told: str, low: str, high: str, example: str) -> UsageError:
        return UsageError(
            "option_range",
            option=f"--{name}",
            value=_short(told),
            low=low,
            high=high,
            next=corrected(self, **{name: example}),
        )


def either(values: tuple[str, ...]) -> Text:
    """``a, b or c``."""
    first, last = values[:-1], values[-1]
    if not first:
        return Text(last, last)
    return Text(f"{', '.join(first)} or {last}", f"{'、'.join(first)} 或 {last}")


def _is_whole(told: str) -> bool:
    try:
        int(told)
    except ValueError:
        return False
    return True


def _short(told: str) -> str:
    """What was typed, as it stands in a sentence: never empty, never long."""
    if not told.strip():
        return f'"{told[:20]}"'
    return told if len(told) <= 40 else f"{told[:37]}..."
