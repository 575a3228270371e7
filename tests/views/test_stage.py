"""What goes out on terminals and pipes: read back with a terminal emulator."""

from __future__ import annotations

import io
import os
import pty
import re
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pyte
import pytest
from kitchen import Kitchen, Pipe, Terminal, chefs_card, environ

from pyqdemo.analysis.summary import Summing
from pyqdemo.languages import LANGUAGES
from pyqdemo.trace import Outcome, OutcomeKind
from pyqdemo.views.stage import Stage, open_stage

END_NS = 3_600_000_000


@dataclass(frozen=True)
class Request:
    program: Path = Path("chefs.py")
    speed: float = 4.0


def opened(
    out: TextIO, *, err: TextIO | None = None, keys: TextIO | None = None, **more: Any
) -> Stage:
    wanted: dict[str, Any] = {"lang": "en", "plain": False, "quiet": False, "environ": environ()}
    wanted |= more
    err = out if err is None else err
    return open_stage(chefs_card(), Request(), out=out, err=err, keys=keys, **wanted)


def play(stage: Stage, kitchen: Kitchen, until_ns: int = END_NS) -> None:
    for at, batch, text in kitchen.ticks(until_ns):
        if text:
            stage.printed("stdout", text)
        stage.recorded(batch)
        stage.tick(at)


def finish(stage: Stage, kitchen: Kitchen) -> None:
    card = chefs_card()
    summing = Summing(card.promises, card.words, 4.0)
    for record in kitchen.records():
        summing.add(record)
    outcome = Outcome(OutcomeKind.COMPLETED, exit_code=0, ended_ns=END_NS)
    stage.show_end(summing.result(outcome), outcome, summing.state)


def screen_of(text: str, columns: int = 80, rows: int = 24) -> pyte.HistoryScreen:
    screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=0.5)
    # A terminal's driver adds the carriage return that a plain newline lacks.
    pyte.Stream(screen).feed(re.sub("(?<!\r)\n", "\r\n", text))
    return screen


def rows_of(screen: pyte.HistoryScreen) -> list[str]:
    """What scrolled away and what is on the screen, without the blanks at the right."""
    gone = [
        "".join(line[column].data for column in range(screen.columns))
        for line in screen.history.top
    ]
    return [row.rstrip() for row in [*gone, *screen.display]]


def printed_by(kitchen: Kitchen) -> list[str]:
    return [text.rstrip("\n") for _, text in sorted(kitchen.lines)]


def test_the_programs_lines_scroll_above_and_all_of_them_stay() -> None:
    """60 dishes made and eaten are 120 lines, in order, with nothing of ours among them."""
    out, kitchen = Terminal(), Kitchen()
    with opened(out) as stage:
        play(stage, kitchen)
        finish(stage, kitchen)
    rows = rows_of(screen_of(out.getvalue()))
    assert rows[: rows.index("")] == printed_by(kitchen)


def test_while_it_runs_a_rule_and_nothing_else_parts_the_lines_from_the_picture() -> None:
    out, kitchen = Terminal(), Kitchen()
    with opened(out) as stage:
        play(stage, kitchen, 2_000_000_000)
        rows = rows_of(screen_of(out.getvalue()))
    rule = rows.index("╌" * 79)
    printed = [text.rstrip("\n") for at, text in sorted(kitchen.lines) if at <= 2_000_000_000]
    # Lines of the last frame's time may not be drawn yet.
    assert rows[:rule] == printed[:rule] and rule >= len(printed) - 5
    assert rows[rule + 1].startswith("Chefs and eaters  3 chefs, 2 eaters, 10 places")


def test_the_picture_stands_in_the_same_rows_from_frame_to_frame() -> None:
    """Once the screen is full, the rule is in one row for good."""
    out, kitchen = Terminal(), Kitchen()
    places = set()
    with opened(out) as stage:
        screen = pyte.Screen(80, 24)
        stream = pyte.Stream(screen)
        seen = 0
        for at, batch, text in kitchen.ticks(2_400_000_000):
            stage.printed("stdout", text)
            stage.recorded(batch)
            stage.tick(at)
            told = out.getvalue()
            stream.feed(told[seen:])
            seen = len(told)
            if at > 1_200_000_000:
                places.add([row.startswith("╌" * 70) for row in screen.display].index(True))
    assert len(places) == 1


def test_a_line_without_its_end_does_not_break_the_picture() -> None:
    out = Terminal()
    with opened(out) as stage:
        stage.printed("stdout", "whole\nhalf a li")
        stage.tick(100_000_000)
        before = rows_of(screen_of(out.getvalue()))
        stage.printed("stdout", "ne\n")
        stage.tick(200_000_000)
        after = rows_of(screen_of(out.getvalue()))
    assert before[:2] == ["whole", "half a li"] and before[2].startswith("╌")
    assert after[:2] == ["whole", "half a line"] and after[2].startswith("╌")


def test_a_line_wider_than_the_terminal_is_left_to_the_terminal() -> None:
    out = Terminal()
    with opened(out) as stage:
        stage.tick(50_000_000)
        stage.printed("stdout", "x" * 200 + "\nnext\n")
        stage.tick(150_000_000)
        rows = rows_of(screen_of(out.getvalue()))
    assert rows[:4] == ["x" * 80, "x" * 80, "x" * 40, "next"]


def test_codes_of_the_program_cannot_move_the_picture() -> None:
    out = Terminal()
    with opened(out) as stage:
        stage.tick(50_000_000)
        stage.printed("stdout", "\x1b[2J\x1b[H\x1b[31mred\n\x1b[999Bend\n")
        stage.tick(150_000_000)
        rows = rows_of(screen_of(out.getvalue()))
    assert rows[:2] == ["red", "end"] and rows[2].startswith("╌")


def test_a_narrower_window_gets_a_narrower_picture() -> None:
    """The size is asked for at each frame; no row is wider than the window."""
    size = dict(environ(100, 30))
    out = Terminal()
    with opened(out, environ=size) as stage:
        stage.tick(50_000_000)
        size["COLUMNS"] = "60"
        seen = len(out.getvalue())
        stage.tick(150_000_000)
        rows = rows_of(screen_of(out.getvalue()[seen:], 60, 30))
    assert "╌" * 59 in rows


@pytest.mark.parametrize("way", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_on_every_way_out_the_picture_goes_and_the_cursor_comes_back(
    way: type[BaseException] | None,
) -> None:
    out = Terminal()
    try:
        with opened(out) as stage:
            stage.printed("stdout", "one\nrest")
            stage.tick(100_000_000)
            if way:
                raise way
    except BaseException as error:
        assert way and isinstance(error, way)
    screen = screen_of(out.getvalue())
    assert [row for row in rows_of(screen) if row] == ["one", "rest"]
    assert not screen.cursor.hidden
    assert out.getvalue().count("\x1b[?25l") == out.getvalue().count("\x1b[?25h") == 1


def test_a_terminal_that_has_gone_away_does_not_hide_what_happened() -> None:
    class Gone(Terminal):
        gone = False

        def write(self, text: str) -> int:
            if self.gone:
                raise OSError(5, "Input/output error")
            return super().write(text)

    out = Gone()
    with pytest.raises(KeyboardInterrupt), opened(out) as stage:
        stage.tick(100_000_000)
        out.gone = True
        raise KeyboardInterrupt


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pipe_gets_the_lines_a_blank_line_and_the_summary(lang: str) -> None:
    """No escape at all, with FORCE_COLOR no code but colours: no cursor is ever moved."""
    kitchen = Kitchen()
    for force in ({}, {"FORCE_COLOR": "1"}):
        out = Pipe()
        with opened(out, lang=lang, environ=environ(**force)) as stage:
            play(stage, kitchen)
            finish(stage, kitchen)
        text = out.getvalue()
        codes = re.findall(r"\x1b(\[[0-9;?]*[A-Za-z]|.)", text)
        assert all(code.endswith("m") for code in codes) and bool(codes) == bool(force)
        lines, blank, summary = text.partition("\n\n")
        assert lines.split("\n") == printed_by(kitchen) and blank
        assert "60" in summary.split("\n")[0]


@pytest.mark.parametrize("wish", [{"plain": True}, {"environ": environ(TERM="dumb")}])
def test_plain_and_dumb_terminals_get_the_lines_with_nothing_animated(wish: dict[str, Any]) -> None:
    out, kitchen = Terminal(), Kitchen()
    with opened(out, **wish) as stage:
        play(stage, kitchen)
    assert out.getvalue() == "".join(text for _, text in sorted(kitchen.lines))


def test_quiet_says_nothing_of_its_own() -> None:
    out, err, kitchen = Terminal(), Terminal(), Kitchen()
    with opened(out, err=err, quiet=True) as stage:
        stage.announce(20.0)
        play(stage, kitchen)
        finish(stage, kitchen)
    assert out.getvalue() == "".join(text for _, text in sorted(kitchen.lines))
    assert err.getvalue() == ""


def test_text_passes_a_pipe_unaltered() -> None:
    """Colours, cursor codes, carriage returns, no last newline: none of our business there."""
    out, err = Pipe(), Pipe()
    with opened(out, err=err, quiet=True) as stage:
        stage.printed("stdout", "\x1b[2J10 %\r20 %")
        stage.printed("stderr", "oh\r\n")
    assert (out.getvalue(), err.getvalue()) == ("\x1b[2J10 %\r20 %", "oh\r\n")


def test_an_endless_program_is_announced_on_stderr() -> None:
    out, err = Pipe(), Pipe()
    with opened(out, err=err) as stage:
        stage.announce(20.0)
    assert out.getvalue() == ""
    assert err.getvalue() == (
        "This program never ends. Ctrl-C stops it; left alone it is stopped after 20 s.\n"
    )


def test_no_colour_means_no_colour_and_shape_and_letter_stay() -> None:
    out = Terminal()
    with opened(out, environ=environ(NO_COLOR="1", COLORTERM="truecolor")) as stage:
        play(stage, Kitchen(), 1_500_000_000)
        styles = set(re.findall(r"\x1b\[([0-9;]*)m", out.getvalue()))
    assert styles <= {"0", "1"}
    assert "S Thread-1" in out.getvalue()


@pytest.mark.parametrize(
    ("ground", "blocked"),
    [("15;0", "255;177;92"), ("0;15", "154;67;0"), ("", "184;92;0"), ("0;default", "184;92;0")],
)
def test_colours_follow_the_ground_they_stand_on(ground: str, blocked: str) -> None:
    """#FFB15C on dark, #9A4300 on light, #B85C00 where nobody knows."""
    out = Terminal()
    env = environ(COLORTERM="truecolor", COLORFGBG=ground)
    with opened(out, environ=env) as stage:
        play(stage, Kitchen(), 2_200_000_000)
        assert f"38;2;{blocked}m" in out.getvalue()


def test_a_console_that_has_no_such_characters_gets_ascii_and_english() -> None:
    class Old(Terminal):
        encoding = "ascii"  # type: ignore[assignment]

        def write(self, text: str) -> int:
            text.encode("ascii")  # raises as the real one would
            return super().write(text)

    out = Old()
    with opened(out, lang="zh") as stage:
        play(stage, Kitchen(), 1_000_000_000)
        assert "Chefs and eaters" in out.getvalue()


@contextmanager
def keyboard() -> Iterator[tuple[TextIO, int]]:
    """A terminal to read keys from, and the descriptor of whoever types."""
    typist, terminal = pty.openpty()
    stream = os.fdopen(terminal, "r", encoding="utf-8")
    try:
        yield stream, typist
    finally:
        stream.close()
        os.close(typist)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's terminal is nobody's controlling one, so no job owns it."""
    monkeypatch.setattr(os, "tcgetpgrp", lambda descriptor: os.getpgrp())


@pytest.mark.usefixtures("ours")
def test_space_holds_the_picture_and_lets_it_go_on_in_the_present() -> None:
    out = Terminal()
    with keyboard() as (stream, typist), opened(out, keys=stream) as stage:
        stage.tick(100_000_000)
        os.write(typist, b" ")
        stage.tick(120_000_000)
        held = len(out.getvalue())
        assert "held at 0.1 s" in out.getvalue()
        stage.printed("stdout", "meanwhile\n")
        for at in range(200_000_000, 2_000_000_000, 20_000_000):
            stage.tick(at)
        assert len(out.getvalue()) == held
        os.write(typist, b"x ")
        stage.tick(2_000_000_000)
        rows = rows_of(screen_of(out.getvalue()))
    assert rows[0] == "meanwhile"
    assert rows[2].endswith("2.0 s")


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("way", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_the_keyboard_gets_its_manners_back_on_every_way_out(
    way: type[BaseException] | None,
) -> None:
    with keyboard() as (stream, _):
        before = termios.tcgetattr(stream)
        try:
            with opened(Terminal(), keys=stream):
                assert not termios.tcgetattr(stream)[3] & (termios.ECHO | termios.ICANON)
                assert termios.tcgetattr(stream)[3] & termios.ISIG
                if way:
                    raise way
        except BaseException as error:
            assert way and isinstance(error, way)
        assert termios.tcgetattr(stream) == before


@pytest.mark.parametrize("keys", [None, io.StringIO(" ")])
def test_without_a_keyboard_no_key_is_offered(keys: TextIO | None) -> None:
    out = Terminal()
    with opened(out, keys=keys) as stage:
        stage.tick(100_000_000)
        assert "ctrl-c  end" in out.getvalue() and "space" not in out.getvalue()
