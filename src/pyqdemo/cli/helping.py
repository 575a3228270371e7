"""The help: plain text of at most 80 cells, the same on a terminal and on a pipe.

Rich is not loaded for it: that alone would double the time of ``pyqdemo --help``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from pyqdemo.cli.commands import Command, Section
from pyqdemo.cli.words import say
from pyqdemo.languages import Text

__all__ = ["cells", "help_of", "help_of_all", "padded", "wrapped"]

WIDTH = 80
#: Cells that an option and its metavar have; more only if one is longer.
OPTION_CELLS = 16
#: Cells before the end of a line in which a Chinese one had better break at punctuation.
NEAR_THE_END = 20
#: Where the defaults stand.
DEFAULT_AT = 62


def cells(line: str) -> int:
    """How many cells of a terminal a text without control characters takes."""
    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in line
    )


def padded(line: str, width: int) -> str:
    """The text with blanks after it, up to that many cells."""
    return line + " " * (width - cells(line))


def wrapped(paragraph: str, width: int = WIDTH) -> list[str]:
    """The paragraph in lines of at most that many cells, broken as its script allows.

    Latin breaks at blanks. Chinese breaks after its punctuation if some stands near the
    end of the line, else between any two characters; but closing punctuation never begins
    a line.
    """
    lines, line = [], [""]
    for piece in _pieces(paragraph):
        if cells("".join(line) + piece.rstrip()) > width:
            at = _break_of(line)
            lines.append("".join(line[:at]).rstrip())
            line = line[at:]
        line.append(piece if any(line) else piece.lstrip())
    return [*lines, "".join(line).rstrip()]


def _break_of(line: list[str]) -> int:
    """How many pieces of a full line stay on it."""
    for at in range(len(line), 0, -1):
        if cells("".join(line[at:])) > NEAR_THE_END:
            break
        if line[at - 1].endswith(tuple("，。；：！？、")):
            return at
    return len(line)


def help_of(command: Command, lang: str, *, everything: bool) -> str:
    """The help of one command; ``everything`` adds what is seldom needed."""
    usage = [command.name, say("help.options_metavar", lang), *_argument_marks(command)]
    parts = [
        say("help.usage", lang, usage=f"pyqdemo {' '.join(usage)}"),
        "\n".join(wrapped(command.about[lang])),
    ]
    shown = (*command.sections, *command.rest) if everything else command.sections
    parts += _sections(shown, lang)
    return "\n\n".join([*parts, _tried(command, lang)]) + "\n"


def help_of_all(
    panels: Sequence[tuple[Text, Sequence[tuple[str, Text]]]],
    options: Section,
    first: str,
    lang: str,
) -> str:
    """The help of pyqdemo itself.

    Args:
        panels: heading → commands under it, each with its line.
        first: what the last line offers to type after ``pyqdemo``.
    """
    usage = f"pyqdemo {say('help.options_metavar', lang)} {say('help.command_metavar', lang)}"
    parts = [say("help.usage", lang, usage=usage), "\n".join(wrapped(say("root.about", lang)))]
    longest = max((len(name) for _, rows in panels for name, _ in rows), default=0)
    for heading, rows in panels:
        lines = [f"  {padded(name, longest)}  {summary[lang]}" for name, summary in rows]
        parts.append("\n".join([heading[lang], *lines]))
    parts += _sections([options], lang)
    return "\n\n".join([*parts, say("help.try", lang, command=first)]) + "\n"


def _tried(command: Command, lang: str) -> str:
    """What to type next, and beside it, or below where that is too wide, what it shows."""
    tried = say("help.try", lang, command=command.to_try)
    if command.question is None:
        return tried
    question = say("help.question", lang, question=command.question[lang])
    beside = f"{tried}{' ' * 6}{question}"
    if cells(beside) <= WIDTH:
        return beside
    return "\n".join([tried, *(f"  {line}" for line in wrapped(question, WIDTH - 2))])


def _argument_marks(command: Command) -> list[str]:
    return [
        f"[--] [{one.name}]..." if one.many else f"[{one.name}]" if one.optional else one.name
        for one in command.arguments
    ]


def _sections(sections: Iterable[Section], lang: str) -> list[str]:
    """Each section as one block; the columns are the same in all of them."""
    sections = list(sections)
    marks = [f"{option.flag} {option.metavar}".rstrip() for s in sections for option in s.options]
    words = [word for section in sections for word, _ in section.rows]
    column = max([OPTION_CELLS, *map(cells, [*marks, *words])])
    blocks = []
    for section in sections:
        lines = [section.heading[lang]]
        for option in section.options:
            mark = f"{option.flag} {option.metavar}".rstrip()
            line = f"  {padded(mark, column)}  {option.help[lang]}"
            if option.shown:
                line = f"{padded(line, DEFAULT_AT - 1)} {option.shown}"
            lines.append(line)
        for word, told in section.rows:
            first, *others = wrapped(told[lang], WIDTH - column - 4)
            lines.append(f"  {padded(word, column)}  {first}")
            lines += [f"  {padded('', column)}  {other}" for other in others]
        blocks.append("\n".join(lines))
    return blocks


#: Marks that may not begin a line, and those that may not end one.
_CLOSING = "，。；：！？、）》”’"
_OPENING = "（《“‘"


def _pieces(paragraph: str) -> list[str]:
    """The smallest parts that may stand on a line of their own, blanks after them included."""
    pieces: list[str] = []
    for character in paragraph:
        before = pieces[-1][-1] if pieces else ""
        alone = before == " " or _is_wide(character) or (before and _is_wide(before))
        joined = character == " " or character in _CLOSING or (before and before in _OPENING)
        if pieces and (joined or not alone):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
