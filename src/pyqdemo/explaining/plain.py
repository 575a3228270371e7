"""What a terminal shows of a text, as far as that can be told from the text alone."""

from __future__ import annotations

import re
from types import CodeType

__all__ = ["moves", "moves_in", "plain", "unfinished"]

#: Colours, titles, character sets: what shows no letter.
_SEQUENCE = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78cM]"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*|\][^\x07\x1b]*\x1b?|[()])?\Z")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff]")
#: What puts letters elsewhere than behind the last one: all sequences but colours and titles too.
_MOVES = re.compile(r"\r(?!\n)|[\x08\x0b\x0c]|\x1b\[[0-9;?]*[ -/]*[@-ln-~]|\x1b[78cM]")


def plain(text: str) -> str:
    """A text without colours and other sequences, control characters (but for tabs and ends of
    lines) and byte order marks, none of which anybody copies from a screen."""
    if text.isprintable() and "\ufeff" not in text:
        return text
    return _UNSEEN.sub("", _SEQUENCE.sub("", text))


def unfinished(text: str) -> str:
    """The sequence that a text ends in the middle of; empty if it does not."""
    found = _UNFINISHED.search(text) if "\x1b" in text else None
    return "" if found is None else found.group()


def moves(text: str) -> bool:
    """Whether a text writes over what stands on the screen, or somewhere else on it: what is
    shown then is another text."""
    return not text.isprintable() and _MOVES.search(text) is not None


def moves_in(code: CodeType) -> bool:
    """Whether any text in a program's code does; it need not have been printed anywhere yet."""
    return any(_moves_in(constant) for constant in code.co_consts)


def _moves_in(constant: object) -> bool:
    match constant:
        case str():
            return moves(constant)
        case bytes():
            return moves(constant.decode("latin-1"))
        case tuple() | frozenset():
            return any(map(_moves_in, constant))
        case CodeType():
            return moves_in(constant)
    return False
