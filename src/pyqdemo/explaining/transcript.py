"""Lines as people copy them from a terminal, without what the terminal has put there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyqdemo.errors import UsageError

__all__ = ["MOST", "Transcript", "transcript_of"]

MOST = 1_000_000  # characters
MOST_LINES = 5_000

_COLOURS = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]"
)
_PROMPT = re.compile(
    r"^(?:\([^()\n]*\) ?)?(?:(?:\[?[\w.-]+@[\w.-]+)?[^\n<>|]{0,80}?)?[$#%>❯] "
    r"(?:\S*/)?(?:python[\d.]*|py|uv|pyqdemo|time)\b.*$"
)
_EMPTY_PROMPT = re.compile(r"^(?:\([^()\n]*\) ?)?\[?[\w.-]+@[\w.-]+[^\n]{0,80}[$#%❯]$|^[$%❯]$")
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
        left_out: how many lines of the shell's, and of tracebacks, have been left out.
    """

    lines: tuple[str, ...]
    stopped: bool = False
    cut: bool = False
    left_out: int = 0


def transcript_of(text: str) -> Transcript:
    """The lines of a program among those that were copied.

    Left out are colours, a byte order mark, blanks at the ends of lines, empty lines before and
    after all, prompts of a shell with the command that was typed, tracebacks, and ``^C``.

    Raises:
        UsageError: ``transcript_binary``, ``transcript_long``, or ``transcript_empty``.
    """
    if len(text) > MOST or text.count("\n") > MOST_LINES:
        raise UsageError("transcript_long", most=f"{MOST_LINES:,}")
    text = _COLOURS.sub("", text.removeprefix("\ufeff"))
    text = text.replace("\r\n", "\n").replace("\r", "")
    if "\0" in text or any(ord(each) < 32 and each not in "\n\t\f\v\b\x07" for each in text):
        raise UsageError("transcript_binary")
    typed = [line.rstrip() for line in text.split("\n")]
    stopped = cut = False
    for number, line in enumerate(typed):
        if "^C" in line:
            stopped, cut = True, not line.startswith("^C")
            before, _, behind = line.partition("^C")
            typed[number : number + 1] = [each for each in (before, behind) if each]
            break
    lines = _without_tracebacks(typed)
    shell = [bool(_PROMPT.match(line) or _EMPTY_PROMPT.match(line)) for line in lines]
    kept = [line for line, is_shell in zip(lines, shell, strict=True) if not is_shell]
    left_out = len(typed) - len(kept)
    while kept and not kept[0]:
        del kept[0]
    while kept and not kept[-1]:
        del kept[-1]
    if not kept:
        raise UsageError("transcript_empty")
    return Transcript(tuple(kept), stopped or "KeyboardInterrupt" in typed, cut, left_out)


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
