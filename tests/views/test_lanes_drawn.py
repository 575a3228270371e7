"""Lanes and reports as drawn: exact rows, aligned in both languages, cut openly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from explored import REPORTS, report_of
from rich.cells import cell_len

import pyqdemo
from pyqdemo.analysis.lanes import Lanes, lanes
from pyqdemo.languages import LANGUAGES, Text
from pyqdemo.report import Ending, NoFork, Race, Reason, Report, Verdict
from pyqdemo.schedule import Schedule
from pyqdemo.views.dress import ASCII, UNICODE, Glyphs, Tone
from pyqdemo.views.lanes import FIRST_ROWS, LAST_ROWS, lanes_lines
from pyqdemo.views.report import report_lines

LONG = """\
import queue
q = queue.Queue()
for i in range(60):
    q.put(i)
    q.get()
"""
#: A ring of locks, one a thread, so that many columns stand beside each other.
CROWD = """\
import threading
locks = [threading.Lock() for _ in range(30)]
def hold(n):
    with locks[n]:
        pass
threads = [threading.Thread(target=hold, args=(n,)) for n in range(30)]
for t in threads: t.start()
for t in threads: t.join()
"""


@pytest.fixture
def failed() -> Report:
    return report_of("check")


def _file(folder: Path, text: str) -> Path:
    file = folder / "check.py"
    file.write_text(text, encoding="utf-8")
    return file


def drawn(laid: Lanes, lang: str, width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    lines = list(lanes_lines(laid, lang, glyphs, width))
    assert [line.text for line in lines if cell_len(line.text) > width] == []
    return [line.text.rstrip() for line in lines]


def shown(report: Report, lang: str, width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    lines = [line.text for line in report_lines(report, lang, glyphs, width)]
    assert [line for line in lines if cell_len(line) > width] == []
    return [line.rstrip() for line in lines]


def test_the_picture_of_a_tiny_run_to_the_cell(failed: Report) -> None:
    """Both look before either takes: steps 6 and 8 are the looks, 9 the one get that works."""
    assert failed.counterexample is not None
    laid = lanes(failed.counterexample.trace)
    assert drawn(laid, "en", 80, ASCII)[:9] == [
        "         main",
        "         |  queue",
        "         |  |     Thread-1  take",
        "         |  |     |  Thread-2  take",
        "  1-2    o->'饭'         begins, puts '饭'             3 q.put(\"饭\")",
        "    3    o  '饭'  |      starts Thread-1               8 for t in threads: t...",
        "    4    o  '饭'  |  |   starts Thread-2               8 for t in threads: t...",
        "  5-6    #  '饭'  o  |   begins, empty() says False    5 if not q.empty():",
        "  7-8    #  '饭'  |  o   begins, empty() says False    5 if not q.empty():",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_line_is_wider_than_the_terminal(
    failed: Report, width: int, lang: str, glyphs: Glyphs
) -> None:
    shown(failed, lang, width, glyphs)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_columns_stand_in_the_same_cells_in_every_row(failed: Report, lang: str) -> None:
    """Thread-2's lane is the last: its mark stands 18 cells from the left of each row."""
    assert failed.counterexample is not None
    lines = drawn(lanes(failed.counterexample.trace), lang, 80)
    rows = [line for line in lines[4:] if cell_len(line) > 30]
    cells = {cell_len(row[: row.index("▮")]) for row in rows if "▮" in row}
    assert cells == {9}


def test_a_long_run_is_cut_in_the_middle_and_says_how_much(tmp_path: Path) -> None:
    laid = lanes(pyqdemo.run(_file(tmp_path, LONG), seed=0))
    lines = drawn(laid, "en", 80)
    rows = lines[len(laid.columns) :]
    assert len(rows) == FIRST_ROWS + 1 + LAST_ROWS
    first, last = laid.rows[FIRST_ROWS], laid.rows[-LAST_ROWS - 1]
    assert first.first is not None and last.last is not None
    count = last.last - first.first + 1
    assert rows[FIRST_ROWS].strip() == f".. {count} steps .."
    assert drawn(laid, "zh", 80)[len(laid.columns) + FIRST_ROWS].strip() == f".. 省略 {count} 步 .."


def test_tasks_for_which_there_is_no_room_are_counted(tmp_path: Path) -> None:
    laid = lanes(pyqdemo.run(_file(tmp_path, CROWD), seed=0))
    lines = drawn(laid, "en", 80)
    heads = next(number for number, line in enumerate(lines) if line.startswith("  1-"))
    assert lines[-1] == f"  {31 - heads} tasks are not drawn: no room"


def test_the_report_says_what_fails_where_and_since_when(failed: Report) -> None:
    lines = shown(failed, "en", 100)
    assert lines[0].startswith("✗ failed   An exception ends it: Thread-")
    assert lines[1].strip() == "check.py:6  q.get_nowait()"
    text = "\n".join(lines)
    assert "4 executions, 4 inequivalent schedules. Granularity: operation." in " ".join(
        text.split()
    )
    assert "✗ last way out that was found" in text or "✗ moment of no return" in text
    assert "(this run)" in text and "(nearest good run)" in text


def test_below_100_columns_the_two_runs_stand_below_each_other(failed: Report) -> None:
    beside = [line for line in shown(failed, "en", 100) if "(this run)" in line]
    below = [line for line in shown(failed, "en", 99) if "(this run)" in line]
    assert "(nearest good run)" in beside[0] and "(nearest good run)" not in below[0]


def made(verdict: Verdict, **fields: object) -> Report:
    ending = Ending("completed", 3, Text("", ""), False, Schedule("1", "abcdef"), "")
    settings: dict[str, object] = {"endings": (ending,), "traces": 3, "states": None, **fields}
    return Report("p.py", verdict, "dpor", "ends", 4, 1, **settings, **GRAIN)  # type: ignore[arg-type]


GRAIN = {"granularity": "operation", "seconds": 0.25, "bounds": {"max_steps": 10_000}}


def test_a_proof_under_a_seed_is_one_for_that_seed() -> None:
    lines = shown(made(Verdict.PROVED, seed=7), "en", 80)
    assert lines[:2] == [
        "✓ proved for seed 7",
        "           Every schedule was covered, and none fails.",
    ]
    assert any("Its random draws follow seed 7; with" in line for line in lines)
    assert shown(made(Verdict.PROVED, seed=7), "zh", 80)[0] == "✓ 已证明（仅限种子 7）"


def test_a_proof_is_green_and_a_failure_red(failed: Report) -> None:
    proof = [*report_lines(made(Verdict.PROVED), "en", UNICODE, 80)]
    assert proof[0].pieces[0] == ("✓ proved", Tone.WELL_STRONG)
    assert ("✓ ", Tone.WELL) in [piece for line in proof for piece in line.pieces]
    [first, *_] = report_lines(failed, "en", UNICODE, 80)
    assert first.pieces[0] == ("✗ failed", Tone.FAILED)


def ended(*details: str, kind: str = "deadlock", count: int = 2, **fields: object) -> Report:
    """A report with an ending for each text, of which none is shown as lanes."""
    schedule = Schedule("1", "abcdef")
    endings = [Ending(kind, count, Text(one, one), True, schedule, "") for one in details]
    return made(Verdict.FAILED, endings=tuple(endings), **fields)


def rows_of(report: Report, lang: str, width: int) -> list[str]:
    """The lines of its table of endings."""
    lines = shown(report, lang, width)
    blanks = [number for number, line in enumerate(lines) if not line]
    return lines[blanks[1] + 1 :]


LONG_WAIT = "MainThread waits for {name} (work) to end; {name} (work) waits for the gate"


def test_endings_that_differ_behind_the_first_words_are_told_in_full() -> None:
    report = ended(*(LONG_WAIT.format(name=name) for name in ("Thread-1", "Thread-2")))
    assert rows_of(report, "en", 80) == [
        "           ✗ deadlock  2 executions  MainThread waits for Thread-1 (work) to",
        "                                     end; Thread-1 (work) waits for the gate",
        "           ✗ deadlock  2 executions  MainThread waits for Thread-2 (work) to",
        "                                     end; Thread-2 (work) waits for the gate",
    ]


def test_at_40_columns_what_is_told_of_an_ending_stands_below_its_word() -> None:
    report = ended(LONG_WAIT.format(name="Thread-1"))
    assert rows_of(report, "en", 40) == [
        "  ✗ deadlock  2 executions",
        "    MainThread waits for Thread-1 (work)",
        "    to end; Thread-1 (work) waits for",
        "    the gate",
    ]


def test_a_very_long_ending_keeps_both_its_ends() -> None:
    text = " ".join(f"part{number}" for number in range(100))
    told = " ".join(" ".join(rows_of(ended(text), "en", 100)).split())
    assert "part0 part1" in told and told.endswith("part99") and ".." in told


@pytest.mark.parametrize(
    ("kind", "en", "zh"),
    [
        ("livelock", "round (18 states in the circle)", "round（圈里有 18 个状态）"),
        ("exception", "round", "round"),
    ],
)
def test_states_are_counted_of_a_circle_only(kind: str, en: str, zh: str) -> None:
    report = ended("round", kind=kind, count=18, states=392, traces=None)
    word = {"livelock": ("livelock", "活锁"), "exception": ("exception", "异常")}[kind]
    assert rows_of(report, "en", 80) == [f"           ✗ {word[0]}  {en}"]
    assert rows_of(report, "zh", 80) == [f"           ✗ {word[1]}  {zh}"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_each_report_fits_into_40_columns(name: str, lang: str) -> None:
    shown(report_of(name), lang, 40)


def test_what_is_not_exhausted_says_why() -> None:
    reasons = (Reason("time", "60"), Reason("uncontrolled", "os.urandom"))
    lines = shown(made(Verdict.NOT_EXHAUSTED, reasons=reasons), "en", 80)
    place = lines.index("           Not more, because")
    assert lines[0].startswith("▹ not exhausted")
    assert lines[place + 1 : place + 3] == [
        "           - it was stopped after 60 s",
        "           - it uses what no schedule decides: os.urandom",
    ]


def test_a_race_is_named_with_both_places_and_its_limit() -> None:
    race = Race("value", ("p.py:6", "p.py:7"), ("0.1", "0.2"))
    text = " ".join(" ".join(shown(made(Verdict.PROVED, races=(race,)), "en", 80)).split())
    assert "value is touched by two tasks with no order between them: p.py:6, p.py:7" in text
    assert "What happens between and inside these lines is not covered." in text
    assert text.startswith("▹ proved at operation granularity Every order of operations")


def test_a_reason_that_has_no_sentence_is_told_as_it_is() -> None:
    lines = shown(made(Verdict.NOT_EXHAUSTED, reasons=(Reason("moon", "full"),)), "zh", 80)
    assert "           - moon full" in lines


def test_a_round_is_told_in_the_fork_and_bracketed_without_one() -> None:
    """With a way out the round stands at the end of this run's side; without one the lanes
    have a bracket around its steps and a line that says so."""
    report = report_of("circle")
    found = report.counterexample
    assert found is not None and found.cycle is not None
    first, last = found.cycle
    assert any(
        f"steps {first} to {last} again and again" in line for line in shown(report, "en", 100)
    )
    laid = lanes(found.trace)
    lines = [line.text for line in lanes_lines(laid, "en", ASCII, 80, cycle=found.cycle)]
    assert lines[-1].strip() == f"> the same again from step {first}, for ever"
    bracketed = [
        line[:8].split()[0] for line in lines if line[6:7] in ("+", "|") and line[0] == " "
    ]
    assert bracketed[-1] == str(last)


@pytest.mark.parametrize(
    ("no_fork", "lang", "told"),
    [
        ("always", "en", "  From every step of it the run could still have ended well."),
        ("always", "zh", "  从其中任何一步换一个任务，都还能正常结束。"),
        ("never", "en", "  Whatever is chosen, no run ends well."),
        ("drawn", "en", "  No choice decided it: a random value took the last way out."),
        ("not_found", "en", "  No way out was found, wherever one leaves this run."),
    ],
)
def test_where_there_is_no_fork_the_last_line_says_why(
    no_fork: NoFork, lang: str, told: str
) -> None:
    report = report_of("locks")
    assert report.counterexample is not None
    found = replace(report.counterexample, fork=None, no_fork=no_fork)
    assert shown(replace(report, counterexample=found), lang, 80)[-1] == told


def test_a_run_that_real_processes_could_not_repeat_says_why() -> None:
    report = report_of("locks")
    assert report.counterexample is not None
    found = replace(report.counterexample, not_started="no room")
    lines = shown(replace(report, counterexample=found), "en", 80)
    assert "  It could not be repeated with real processes: no room" in lines
