"""Notes that know their places: who touched what on which line, and as what the program
calls it. For one execution whose races are to be told; they take several times as long."""

from __future__ import annotations

from types import CodeType, FrameType
from typing import NamedTuple

from pyqdemo.observing.notes import Key, Notes, Running
from pyqdemo.observing.rewriting import Facts
from pyqdemo.point import Access

__all__ = ["PlacedNotes", "Touch"]

Position = tuple[int | None, int | None, int | None, int | None]


class Touch(NamedTuple):
    """One note.

    Attributes:
        key: of what; equal for the same part of the same object.
        mode: ``r``, ``w`` or ``a``.
        name: as the program calls it: ``total``, ``self.items``, ``box``, ``box[...]``; None
            where it is called by nothing but what gives it.
        place: ``file.py:6``.
    """

    key: Key
    mode: str
    name: str | None
    place: str


class PlacedNotes(Notes):
    """As ``Notes``.

    Attributes:
        touches: of each step, in the order in which they were taken.
    """

    def __init__(
        self,
        execution: Running,
        known: Facts = frozenset(),
        learned_anew: set[str] | None = None,
        opaque: set[str] | None = None,
    ) -> None:
        super().__init__(execution, known, learned_anew, opaque)
        self.touches: list[tuple[Touch, ...]] = []
        self._now: dict[Touch, None] = {}
        self._texts: dict[str, list[str]] = {}
        self._positions: dict[CodeType, list[Position]] = {}

    def loads(self, path: str, name: str, text: str) -> None:
        super().loads(path, name, text)
        self._texts[path] = text.splitlines()

    def note(self, key: Key, mode: str) -> None:
        super().note(key, mode)
        if self.is_alone() or self.execution.over is not None:
            return
        frame = self.frame()
        if frame is not None:
            place = f"{self.files[frame.f_code.co_filename]}:{frame.f_lineno}"
            self._now[Touch(key, mode, _name(key, self._text(frame)), place)] = None

    def take(self) -> tuple[Access, ...]:
        self.repeat()
        self.touches.append(tuple(self._now))
        self._now.clear()
        return super().take()

    def _text(self, frame: FrameType) -> str:
        """The expression that is being evaluated."""
        code = frame.f_code
        positions = self._positions.get(code)
        if positions is None:
            positions = self._positions[code] = list(code.co_positions())
        line, end_line, column, end_column = positions[frame.f_lasti // 2]
        lines = self._texts[code.co_filename]
        if line is None or line != end_line or not 0 < line <= len(lines):
            return ""
        cut = lines[line - 1].encode()[column:end_column]  # columns count bytes
        return cut.decode(errors="replace")


def _name(key: Key, text: str) -> str | None:
    which = key[1]
    if which == "|":
        return str(key[2][-1])
    if which.startswith("."):
        return text if text.endswith(which) and "(" not in text else None
    owner = _owner(text)
    return owner if owner is None or which != "[" else f"{owner}[...]"


def _owner(text: str) -> str | None:
    """Of ``box.append(1)`` and ``box[0]`` what comes before the last part."""
    called, paren, _ = text.partition("(")
    if paren:
        return called.rpartition(".")[0] or None
    return text.rpartition("[")[0] if text.endswith("]") else text or None
