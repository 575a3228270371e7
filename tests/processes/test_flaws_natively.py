"""What Python itself does with the flaws' programs is what the controlled run shows.

Each runs as bare processes under a watchdog, and prints what the controlled run with the seed
printed. Where the system decides what comes out, somebody is made slow, as on a busy machine (see
``natively.FORCED``), a few times if need be: then the claim is that Python can do that, too.
Outcomes are compared, never times. By make soak each program also runs unforced, again and again:
whatever then comes out is the outcome of some seed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import find_flaws
import pytest
from flaw_programs import FOLDER, METHODS, PROGRAMS, Come
from natively import Ended, natively

import pyqdemo
from pyqdemo.executing import execute
from pyqdemo.lessons import catalogue
from pyqdemo.trace import Trace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells who sleeps")

CARDS = {card.name: card for card in catalogue()}
#: How often a busy machine may spoil what is forced.
ATTEMPTS = 5
#: None of the programs that never end sleeps, or waits with a bound.
HANGING_S = 1.0

RUNS = [
    pytest.param(
        come,
        method,
        id=" ".join((come.program, *come.arguments, str(come.seed), method)),
        marks=[] if method == come.methods[0] or not come.ends else pytest.mark.soak,
    )
    for come in PROGRAMS
    for method in come.methods
]


def shown(lesson: str, flaw: str) -> tuple[Trace, dict[str, object]]:
    """The trace of the card's run, and the parameters of ``main`` in it."""
    options = {each.id: options for each, options in find_flaws.shown(CARDS[lesson])}
    plan = replace(find_flaws.plan_of(CARDS[lesson], options[flaw]), start_method="fork")
    if not CARDS[lesson].processes:
        plan = replace(plan, start_method=None)
    return execute(plan).trace, dict(plan.parameters or {})


def forced_to(
    lesson: str, flaw: str, forced: str, folder: Path, *, errors: str = "", **how: object
) -> tuple[list[str], Ended]:
    """The lines of the card's run, and the native run that prints the same ones, else the last.

    Two processes print in no order: what each has printed is compared, as one bag of lines.

    Args:
        errors: what stderr has to begin with besides.
    """
    trace, parameters = shown(lesson, flaw)
    program = CARDS[lesson].published
    assert program is not None
    wanted = trace.printed().splitlines()
    for _ in range(ATTEMPTS):
        ended = natively(program, forced=forced, parameters=parameters, folder=folder, **how)  # type: ignore[arg-type]
        if sorted(ended.lines) == sorted(wanted) and ended.errors.startswith(errors):
            break
    return wanted, ended


@pytest.mark.parametrize(("come", "method"), RUNS)
def test_a_program_comes_natively_to_what_it_comes_to_under_control(
    come: Come, method: str, tmp_path: Path
) -> None:
    file = FOLDER / f"{come.program}.py"
    quiet = {} if come.ends else {"quiet_s": HANGING_S}
    for _ in range(ATTEMPTS):
        ended = natively(
            file, *come.arguments, method=method, forced=come.forced, folder=tmp_path, **quiet
        )
        if sorted(ended.lines) == sorted(come.lines):
            break
    assert sorted(ended.lines) == sorted(come.lines)
    assert (ended.code, ended.errors) == (0 if come.ends else None, "")


@pytest.mark.soak
@pytest.mark.parametrize("come", [come for come in PROGRAMS if come.ends], ids=lambda c: c.program)
def test_whatever_comes_out_natively_some_seed_shows(come: Come, tmp_path: Path) -> None:
    file, method = FOLDER / f"{come.program}.py", come.methods[0]
    possible = {
        tuple(sorted(trace.printed().splitlines()))
        for seed in range(300)
        for trace in [pyqdemo.run(file, seed=seed, arguments=come.arguments, start_method=method)]
    }
    for _ in range(10):
        ended = natively(file, *come.arguments, method=method, folder=tmp_path)
        assert tuple(sorted(ended.lines)) in possible


@pytest.mark.soak
@pytest.mark.parametrize("method", METHODS)
def test_whatever_the_published_reader_prints_some_seed_prints(method: str, tmp_path: Path) -> None:
    """The five beginnings of a, b, c, d; a line may have been printed without its end."""
    program = CARDS["writer-reader"].published
    assert program is not None
    possible = {
        tuple(sorted(trace.printed().splitlines()))
        for seed in range(300)
        for trace in [pyqdemo.run(program, seed=seed, start_method=method)]
    }
    for _ in range(20):
        ended = natively(program, method=method, folder=tmp_path)
        assert tuple(sorted(ended.lines)) in possible
        assert ended.code == 0


# ── writer-reader ────────────────────────────────────────────────────────────


def test_the_reader_is_cut_off_after_two_letters(tmp_path: Path) -> None:
    wanted, ended = forced_to(
        "writer-reader", "reader_cut_off", "a reader who rests after b", tmp_path
    )
    assert sorted(ended.lines) == sorted(wanted)
    assert (ended.code, ended.errors) == (0, "")


def test_what_the_reader_has_printed_is_lost_though_it_got_every_letter(tmp_path: Path) -> None:
    got = "".join(f"got {letter}\n" for letter in "abcd")
    wanted, ended = forced_to(
        "writer-reader", "prints_lost", "a reader in time", tmp_path, errors=got, terminal=False
    )
    assert sorted(ended.lines) == sorted(wanted)
    assert ended.errors == got


def test_the_read_lock_stays_held(tmp_path: Path) -> None:
    """Asked after the end of ``main``; the lock is one that the system itself keeps."""
    still_held = "read lock free: False\n"
    wanted, ended = forced_to(
        "writer-reader",
        "lock_left_held",
        "a reader in time, and the lock",
        tmp_path,
        errors=still_held,
    )
    assert sorted(ended.lines) == sorted(wanted)
    assert (ended.code, ended.errors) == (0, still_held)


def test_all_is_put_before_anything_is_sent(tmp_path: Path) -> None:
    """In this order: four lines of the writer, then three of the reader."""
    wanted, ended = forced_to(
        "writer-reader", "put_is_not_sent", "a late feeder, a late d", tmp_path
    )
    assert ended.lines == wanted


# ── pipe ─────────────────────────────────────────────────────────────────────


def test_the_same_five_of_nine_are_printed_the_wrong_way_round(tmp_path: Path) -> None:
    wanted, ended = forced_to("pipe", "printed_order", "late lines", tmp_path)
    assert ended.lines == wanted


# ── odd-even ─────────────────────────────────────────────────────────────────


def test_three_comes_before_one(tmp_path: Path) -> None:
    """A bound, since one of the other outcomes is that it never ends."""
    wanted, ended = forced_to(
        "odd-even", "order_broken", "a slow hand, once", tmp_path, put_backs=60
    )
    assert ended.lines == wanted
    assert ended.code == 0


@pytest.mark.parametrize(
    ("flaw", "forced", "back"),
    [
        ("livelock", "in step", ["Thread-2 puts back 1", "Thread-3 puts back 2"] * 4),
        ("survivor_circles", "a slow hand", ["Thread-2 puts back 1"] * 5),
    ],
)
def test_a_number_is_put_back_again_and_again(
    flaw: str, forced: str, back: list[str], tmp_path: Path
) -> None:
    """Nobody uses one, and nobody leaves: it is stopped, as the controlled run was."""
    told = "".join(f"{line}\n" for line in back)
    wanted, ended = forced_to("odd-even", flaw, forced, tmp_path, errors=told, put_backs=len(back))
    assert (ended.lines, ended.code) == (wanted, None)
    assert ended.errors.startswith(told)


def test_both_leave_and_the_numbers_stay(tmp_path: Path) -> None:
    wanted, ended = forced_to(
        "odd-even", "numbers_left_behind", "a late feeder, short sleeps", tmp_path
    )
    assert (ended.lines, ended.code, ended.errors) == (wanted, 0, "")


def test_a_get_after_a_look_raises_empty(tmp_path: Path) -> None:
    wanted, ended = forced_to("odd-even", "check_then_get", "a long look", tmp_path)
    assert (ended.lines, ended.code) == (wanted, 0)
    assert ended.errors.endswith("Empty\n")
    assert ended.errors.startswith("Exception in thread Thread-2:\n")
