"""Lines as people copy them from a terminal, without what others than the program put there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import dedent

from pyqdemo.errors import UsageError
from pyqdemo.explaining.plain import plain

__all__ = ["MOST", "Transcript", "readings_of", "transcript_of"]

MOST = 1_000_000  # characters
MOST_LINES = 5_000
LEAST = 3  # with which it is no chance that there is an empty line between all
NEAR = 6  # lines at the beginning within which a command is looked for

#: A command that runs a program: at the beginning of a line, or behind a sign of a shell.
_CALL = (
    r"(?:& ?)?[\"']?(?:[^\s\"'<>|]*[/\\])?"
    r"(?:python[\d.]*w?|pythonw|pypy[\d.]*|py|uv|pyqdemo|time)(?:\.exe)?[\"']?(?= |$)"
)
_SIGNS = r"[$#%>❯➜✗✔λ»]"
_PROMPT = re.compile(
    rf"^(?:\([^()\n]*\) ?)?(?:(?:\[?[\w.-]+@[\w.-]+)?[^\n<>|]{{0,80}}?{_SIGNS} +"
    rf"|➜ +\S+ +(?:git:\(\S*\) +)?(?:[✗✔] +)?){_CALL}.*$"
)
_CODE = re.compile(r"\.pyw?\b|\s-[cm]\s|^pyqdemo |^(?:\S*[/\\])?uv run ")
_BARE = re.compile(rf"^(?:{_CALL} |\./).*$")
_EMPTY_PROMPT = re.compile(
    r"^(?:\([^()\n]*\) ?)?\[?[\w.-]+@[\w.-]+[^\n]{0,80}[$#%❯]$|^(?:\([^()\n]*\) ?)?[$%❯]$"
    r"|^(?:\([^()\n]*\) ?)?➜ .{0,80}$|^(?:\([^()\n]*\) ?)?PS [A-Z]:\\[^>\n]*>$|^[A-Z]:\\[^>\n]*>$"
    r"|^[╰└]─+ ?[$#%❯>λ➜]+(?: .*)?$"
)
#: The first line of a prompt of two.
_ABOVE = re.compile(
    r"^[╭┌]─.{0,80}$|^(?:\([^()\n]*\) ?)?(?:\S+ )?[~/]\S*(?: .{0,60})?$"
    r"|^\S+ on \S+ .{0,40}(?:via|took|\[).{0,40}$"
)
_INTERPRETER = re.compile(r"^(?:>>>|\.\.\.)(?: .*)?$|^In \[\d+\]:.*$")
_FENCE = re.compile(r"^(?:```|~~~)\s*[\w+-]*$")
_EDITOR = re.compile(
    r"^(?:Process finished with exit code -?\d+.*|\[(?:Running|Done|Finished in)\b.*"
    r"|Press any key to continue.*|\[Process (?:exited|completed).*"
    r"|Program ended with exit code.*)$"
)
_TRACEBACK = re.compile(
    r"^(?:Exception in thread .*|Exception ignored .*|Process \S+:|Traceback \(most recent .*)$"
)
_ERROR = re.compile(r"^(?:[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Empty|Full)\b.*)$")


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a program has printed, line by line.

    Attributes:
        lines: without blanks at their ends; neither the first nor the last one is empty.
        stopped: it shows that somebody pressed Ctrl-C.
        cut: the last line may break off.
        left_out: how many lines of others than the program have been left out.
        tidied: what else than lines of a shell's and tracebacks has been changed: ``fence``,
            ``editor``, ``indent``, ``spacing`` (an empty line between all).
        open_ended: the text does not end with the end of a line.
    """

    lines: tuple[str, ...]
    stopped: bool = False
    cut: bool = False
    left_out: int = 0
    tidied: tuple[str, ...] = ()
    open_ended: bool = False


def readings_of(text: str) -> tuple[Transcript, ...]:
    """What the text can stand for, at least one: each line as it is; and the lines of the program
    alone, if there are others.

    Raises:
        UsageError: ``transcript_binary``, ``transcript_long``, or ``transcript_empty``.
    """
    tidied = transcript_of(text)
    literal = Transcript(_within(_lines(text)), open_ended=tidied.open_ended)
    if literal.lines == tidied.lines:
        return (tidied,)
    return literal, tidied


def transcript_of(text: str) -> Transcript:
    """The lines of a program among those that were copied.

    Left out are what no screen shows, blanks at the ends of lines, empty lines before and after
    all, prompts with the command that was typed, what editors and forums put around, tracebacks,
    and ``^C``.

    Raises:
        UsageError: as ``readings_of``.
    """
    if len(text) > MOST or text.count("\n") > MOST_LINES:
        raise UsageError("transcript_long", most=f"{MOST_LINES:,}")
    if "\0" in text or any(ord(each) < 32 and each not in "\n\t\f\v\b\x07\r\x1b" for each in text):
        raise UsageError("transcript_binary")
    typed = _lines(text)
    given = sum(map(bool, typed))
    stopped = cut = False
    for number, line in enumerate(typed):
        if "^C" in line:
            stopped, cut = True, not line.startswith("^C")
            before, _, behind = line.partition("^C")
            typed[number : number + 1] = [each for each in (before, behind) if each]
            given += bool(before and behind)
            break
    stopped = stopped or "KeyboardInterrupt" in typed
    told: dict[str, None] = {}
    lines = typed
    for name, tidy in _TIDYING:
        before_it, lines = lines, tidy(lines)
        if lines != before_it and name:
            told[name] = None
    kept = _within(lines)
    if not kept:
        raise UsageError("transcript_empty")
    open_ended = not stopped and typed[-1].strip() == kept[-1].strip()
    left_out = given - sum(map(bool, kept))
    return Transcript(kept, stopped, cut, left_out, tuple(told), open_ended)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in plain(text.replace("\r\n", "\n")).split("\n")]


def _within(lines: Sequence[str]) -> tuple[str, ...]:
    """Without the empty lines before and after all."""
    full = [number for number, line in enumerate(lines) if line]
    return tuple(lines[full[0] : full[-1] + 1]) if full else ()


def _without_fences(lines: list[str]) -> list[str]:
    full = [number for number, line in enumerate(lines) if line.strip()]
    ends = {number for number in (*full[:1], *full[-1:]) if _FENCE.match(lines[number].strip())}
    return [line for number, line in enumerate(lines) if number not in ends]


def _without_indent(lines: list[str]) -> list[str]:
    return dedent("\n".join(lines)).split("\n")


def _without_editor(lines: list[str]) -> list[str]:
    return [line for line in lines if not _EDITOR.match(line)]


def _without_shell(lines: list[str]) -> list[str]:
    """Without prompts, and without whatever comes before the command that began it all."""
    full = [number for number, line in enumerate(lines) if line]
    for number in full[:NEAR]:
        line = lines[number]
        if _PROMPT.match(line) or (_BARE.match(line) and _CODE.search(line)):
            above = [each for each in full if each < number]
            if all(_is_shell(lines[each]) or _ABOVE.match(lines[each]) for each in above):
                lines = lines[number + 1 :]
                break
    kept = [line for line in lines if not _is_shell(line)]
    full = [number for number, line in enumerate(kept) if line]
    if len(kept) < len(lines) and len(full) > 1 and _ABOVE.match(kept[full[-1]]):
        del kept[full[-1] :]
    return kept


def _is_shell(line: str) -> bool:
    return any(each.match(line) for each in (_PROMPT, _EMPTY_PROMPT, _INTERPRETER))


def _without_tracebacks(lines: list[str]) -> list[str]:
    """The lines but for tracebacks, each from its heading to the exception's own line."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if _TRACEBACK.match(line):
            inside = True
        elif inside and _ERROR.match(line):
            inside = False
        elif not inside or not (line.startswith(" ") or not line):
            inside = False
            kept.append(line)
    return kept


def _without_spacing(lines: list[str]) -> list[str]:
    """Without the empty lines, if there is one between any two others, and no further one."""
    within = _within(lines)
    if len(within) < 2 * LEAST - 1 or any(within[1::2]) or not all(within[::2]):
        return lines
    return list(within[::2])


#: Each with its name where it is told of, in order.
_TIDYING: tuple[tuple[str, Callable[[list[str]], list[str]]], ...] = (
    ("fence", _without_fences),
    ("indent", _without_indent),
    ("", _without_tracebacks),
    ("editor", _without_editor),
    ("", _without_shell),
    ("indent", _without_indent),
    ("spacing", _without_spacing),
)
