"""Sentences in both languages, put together from parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter

from pyqdemo.languages import Text

__all__ = ["counted", "filled", "joined", "same"]


def same(word: str) -> Text:
    """A name that is the same in every language."""
    return Text(word, word)


def filled(template: Text, **parts: Text | str | int) -> Text:
    """A template with its placeholders filled, language by language.

    Write Chinese templates with a space at each side of a placeholder: it stays beside a
    Latin letter or a digit, and goes where Chinese meets Chinese. The parts themselves
    stay as they are.
    """
    en = {name: part.en if isinstance(part, Text) else part for name, part in parts.items()}
    zh = {name: part.zh if isinstance(part, Text) else str(part) for name, part in parts.items()}
    return Text(template.en.format(**en), _filled_in_chinese(template.zh, zh))


def counted(one: Text, many: Text, count: int) -> Text:
    """So many of them: the template for one, or for many, with its ``{count}`` filled."""
    return filled(one if count == 1 else many, count=f"{count:,}")


def joined(parts: Sequence[Text], en: str, zh: str) -> Text:
    """Texts one after the other, with what stands between them."""
    return Text(en.join(part.en for part in parts), zh.join(part.zh for part in parts))


def _filled_in_chinese(template: str, parts: Mapping[str, str]) -> str:
    told = ""
    for literal, name, _, _ in Formatter().parse(template):
        told = _meet(told, literal)
        if name is not None:
            told = _meet(told, parts[name])
    return told


def _meet(left: str, right: str) -> str:
    """Puts two pieces together; a space at the seam goes where both its sides are wide."""
    if left.endswith(" ") and _wide(left[-2:-1]) and _wide(right[:1]):
        left = left[:-1]
    elif right.startswith(" ") and _wide(left[-1:]) and _wide(right[1:2]):
        right = right[1:]
    return left + right


def _wide(character: str) -> bool:
    """Whether it is a Han character or full-width punctuation."""
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
