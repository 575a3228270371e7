"""The live stage: the program's lines above, the picture at the foot."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from types import TracebackType

from pyqdemo.analysis.state import RunState
from pyqdemo.trace import Record
from pyqdemo.views.cells import cell_len
from pyqdemo.views.director import Director
from pyqdemo.views.foot import Foot, reflows, size_of
from pyqdemo.views.keys import Keys
from pyqdemo.views.lines import ProgramLines
from pyqdemo.views.picture import compose
from pyqdemo.views.stage import Setting, Stage

__all__ = ["LiveStage"]

FRAME_NS = 83_000_000  # twelve frames a second at most
HELD_CHARACTERS = 4_000_000  # of the program's text kept back while the picture is held
NARROWEST = 20


class LiveStage(Stage):
    """Draws at each tick that is due; between them it only folds in what happened.

    Space holds the picture: nothing is drawn while the run goes on, and the lines printed
    meanwhile appear when it goes on in the present.
    """

    follows = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._director = Director(setting.card, setting.title, setting.lang, setting.speed)
        self._foot = Foot(setting.out, reflows=reflows(setting.environ))
        self._keys = Keys(setting.keys)
        self._lines = {"stdout": ProgramLines(), "stderr": ProgramLines()}
        self._waiting: list[str] = []  # whole lines not yet on the screen
        self._waiting_characters = 0
        self._drawn_ns: int | None = None
        self._held = False

    def printed(self, stream: str, text: str) -> None:
        """The program's text; whole lines go above the picture with the next frame."""
        if stream == "stderr" and not self._set.err.isatty():
            self.write(self._set.err, text)
            return
        whole = self._lines[stream].add(text)
        if whole:
            self._waiting.append(whole)
            self._waiting_characters += len(whole)

    def recorded(self, records: Sequence[Record]) -> None:
        self._director.recorded(records)

    def tick(self, elapsed_ns: int) -> None:
        """Reads the keys, and draws if a frame is due."""
        self._director.tick(elapsed_ns)
        pressed = self._keys.pressed()
        turned = pressed.count(" ") % 2 == 1
        if self._held and (turned or self._waiting_characters > HELD_CHARACTERS):
            self._held = False
            self._draw(elapsed_ns)
        elif turned:
            self._held = True
            self._draw(elapsed_ns)
        elif not self._held and self._due(elapsed_ns):
            self._draw(elapsed_ns)

    @property
    def followed(self) -> RunState:
        return self._director.state

    def close_picture(self) -> None:
        """Takes the picture away; the program's lines stay, the unfinished one among them."""
        rest = [lines.end() for lines in self._lines.values()]
        self._foot.clear("".join((*self._waiting, *rest)))
        self._waiting.clear()

    def __enter__(self) -> LiveStage:
        self._keys.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            # A terminal that has gone away needs no tidying up.
            with contextlib.suppress(OSError, ValueError):
                self.close_picture()
        finally:
            self._keys.__exit__(kind, error, trace)

    def _due(self, elapsed_ns: int) -> bool:
        return self._drawn_ns is None or elapsed_ns - self._drawn_ns >= FRAME_NS

    def _draw(self, elapsed_ns: int) -> None:
        self._drawn_ns = elapsed_ns
        columns, rows = size_of(self._set.out, self._set.environ)
        painted, cells = self._frame(columns, rows)
        lines = "".join(self._waiting)
        self._waiting.clear()
        self._waiting_characters = 0
        self._foot.draw(lines, painted, cells, columns)

    def _frame(self, columns: int, rows: int) -> tuple[list[str], list[int]]:
        """The rows of a frame, painted, and how wide each is without its paint."""
        partial = [row for lines in self._lines.values() for row in lines.rows(columns - 1)]
        if columns < NARROWEST:
            return partial or [""], [cell_len(row) for row in partial] or [0]
        shares = self._director.rows(rows - len(partial))
        scene = self._director.scene(shares, held=self._held, keys=self._keys.reading)
        picture = compose(scene, shares, columns - 1, self._set.dress, self._set.lang)
        painted = [*partial, *(self._set.dress.paint(line) for line in picture)]
        cells = [cell_len(row) for row in partial]
        cells += [cell_len(line.text.rstrip(" ")) for line in picture]
        return painted, cells
