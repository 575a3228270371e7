"""What goes on for ever in a graph of states, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.languages import Text

__all__ = ["round_told", "stuck_told"]

_ROUND = Text(
    "{names} go round and round for ever: each has its turn, and nothing comes of it",
    "{names} 无限循环：每个任务都轮得到，却毫无进展",
)
_ALONE = Text(
    "{names} goes round and round for ever, and nothing comes of it",
    "{names} 无限循环，毫无进展",
)
_SAYS = Text(
    "{names} go on for ever, each in its turn, and the program never ends",
    "{names} 轮流运行，永不停止，程序不会结束",
)
_SAYS_ALONE = Text(
    "{names} goes on for ever, and the program never ends",
    "{names} 一直运行，永不停止，程序不会结束",
)
_STUCK = Text("{names} waits for ever, while others go on", "其他任务还在运行，{names} 却永远等待")
_ALL_STUCK = Text("{names} wait for ever, while others go on", _STUCK.zh)


def round_told(names: Sequence[str], *, writes: bool) -> Text:
    """Tasks that go round for ever.

    Args:
        names: at least one.
        writes: they print, or the like; else nothing comes of it.
    """
    if writes:
        return _told(_SAYS_ALONE, _SAYS, names)
    return _told(_ALONE, _ROUND, names)


def stuck_told(names: Sequence[str]) -> Text:
    """Tasks that wait for ever beside others that go on."""
    return _told(_STUCK, _ALL_STUCK, names)


def _told(one: Text, many: Text, names: Sequence[str]) -> Text:
    listed = joined([same(name) for name in names], ", ", "、")
    return filled(one if len(names) == 1 else many, names=listed)
