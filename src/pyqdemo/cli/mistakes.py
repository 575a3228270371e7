"""A mistake told in one line: what happened, the value seen, the value expected, what to type."""

from __future__ import annotations

import errno
import os
import re
import shlex
from collections.abc import Mapping
from contextlib import suppress

from pyqdemo.errors import PyqdemoError
from pyqdemo.languages import Text
from pyqdemo.sentences import SENTENCES

__all__ = ["one_line", "reason", "tell"]

_REASONS: Mapping[int, Text] = {
    errno.ENOENT: Text("there is no such file or folder", "没有这个文件或文件夹"),
    errno.EACCES: Text("no permission", "没有权限"),
    errno.EPERM: Text("no permission", "没有权限"),
    errno.EISDIR: Text("it is a folder", "它是文件夹"),
    errno.ENOTDIR: Text("its folder is a file", "它所在的文件夹其实是文件"),
    errno.EEXIST: Text("it is there already", "它已经存在"),
    errno.ENOSPC: Text("no space left", "磁盘已满"),
    errno.EROFS: Text("this disk is read-only", "磁盘是只读的"),
    errno.ENAMETOOLONG: Text("the name is too long", "名称太长"),
    errno.ELOOP: Text("its links go round in a circle", "链接绕成了圈"),
}


#: The same by the words that the system has for them, as other rooms pass them on.
_TOLD: Mapping[str, Text] = {os.strerror(number): why for number, why in _REASONS.items()} | {
    "it is not Python source": Text("it is not Python source", "它不是 Python 源文件"),
}
#: What the JSON and UTF-8 decoders have to say of a line, for people.
_SEEN: Mapping[str, Text] = {
    r"[A-Z].*: column \d+": Text("text that is not JSON", "一段不是 JSON 的文字"),
    r"b(['\"]).*\1": Text("binary data", "二进制数据"),
}
#: Facts that list several things.
_LISTS = frozenset({"enabled", "expected", "known"})
#: Where a sentence offers something to type.
_OFFER = re.compile(r"[.。] ?(?:Try|试试)[:：]")
_COMMAND = re.compile(r"[:：] ?pyqdemo (?P<typed>(?! ).+)$")


def tell(error: PyqdemoError, lang: str, *, typed_lang: str | None = None) -> str:
    """The line for a mistake, ready for stderr; a sentence without a key tells itself.

    Args:
        typed_lang: the language that was typed; what is offered keeps it.
    """
    facts = {name: one_line(_fact(name, fact)[lang]) for name, fact in error.facts.items()}
    if "file" in facts:
        facts["quoted"] = shlex.quote(facts["file"])
    told = one_line(str(error))
    sentence = SENTENCES.get(error.happened)
    if sentence is not None:
        whole = sentence[lang]
        bare = _OFFER.split(whole)[0]  # for one whose next command nobody knows
        for wording in (whole, bare):
            with suppress(KeyError, IndexError):  # rather our own words than a traceback
                told = wording.format(**facts)
                break
    if typed_lang is not None and sentence is not None:
        told = _in_language(told, typed_lang)
    return f"pyqdemo：{told}" if lang == "zh" else f"pyqdemo: {told}"


def _in_language(told: str, lang: str) -> str:
    """The sentence, its command with the language that was typed."""
    found = _COMMAND.search(told)
    if found is None or "--lang" in found["typed"]:
        return told
    ours, hyphens, theirs = found["typed"].partition(" -- ")
    return f"{told[: found.start('typed')]}{ours} --lang {lang}{hyphens}{theirs}"


def _fact(name: str, fact: object) -> Text:
    told = fact if isinstance(fact, Text) else _known(str(fact), name)
    return Text(told.en, told.zh.replace(", ", "、")) if name in _LISTS else told


def _known(told: str, name: str) -> Text:
    """What was said in English, in both languages where we know it."""
    if name == "seen":
        for pattern, seen in _SEEN.items():
            if re.fullmatch(pattern, told, re.DOTALL):
                return seen
    return _TOLD.get(told, Text(told, told))


def reason(error: OSError) -> Text:
    """Why the system refused, in both languages where it is one of the usual reasons."""
    known = _REASONS.get(error.errno or 0)
    if known is not None:
        return known
    told = error.strerror or str(error) or type(error).__name__
    return Text(told, told)


def one_line(value: str) -> str:
    """The value with everything escaped that would break the line or move the cursor."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in value
    )
