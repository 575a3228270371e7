"""A mistake told in one line: what happened, the value seen, the value expected, what to type."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

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


def tell(error: PyqdemoError, lang: str) -> str:
    """The line for a mistake, ready for stderr; a sentence without a key tells itself."""
    facts = {name: one_line(_fact(fact)[lang]) for name, fact in error.facts.items()}
    sentence = SENTENCES.get(error.happened)
    try:
        told = sentence[lang].format(**facts) if sentence else one_line(str(error))
    except (KeyError, IndexError):  # a fact is missing: rather our own words than a traceback
        told = one_line(str(error))
    return f"pyqdemo：{told}" if lang == "zh" else f"pyqdemo: {told}"


def _fact(fact: object) -> Text:
    if isinstance(fact, Text):
        return fact
    told = str(fact)
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
