"""The published flaws on demand: each card's run shows what the card tells, in both worlds.

What a run has to show is said in ``tools/find_flaws.py``, which also finds the seeds.
"""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import find_flaws
import pytest
from flaw_programs import FOLDER, METHODS, PROGRAMS, Come

import pyqdemo
from pyqdemo.analysis.promises import Standing, check
from pyqdemo.card import Card
from pyqdemo.codec import read_trace
from pyqdemo.executing import Plan, execute
from pyqdemo.lessons import catalogue
from pyqdemo.trace import OutcomeKind, Phase, Trace

CARDS = {card.name: card for card in catalogue()}
SHOWN = [(card.name, flaw.id) for card in CARDS.values() for flaw, _ in find_flaws.shown(card)]
LESSONS = ["writer-reader", "pipe", "odd-even"]
OF_PROCESSES = [(name, flaw) for name, flaw in SHOWN if name in LESSONS]

#: Flaws that take another program than the lesson's → that program.
ELSEWHERE = {
    ("writer-reader", "put_is_not_sent"): "put_not_sent",
    ("writer-reader", "lock_left_held"): "read_lock_lost",
    ("writer-reader", "pickled_later"): "changed_after_put",
    ("writer-reader", "join_before_drain"): "join_before_drain",
    ("writer-reader", "writer_killed"): "writer_killed",
    ("pipe", "no_eof"): "sender_dies",
    ("pipe", "closed_too_late"): "closed_late",
    ("odd-even", "put_back_blocks"): "put_back_blocks",
}
#: That no run can show: it is about how the program is written.
OF_THE_TEXT = {("pipe", "counted_loop")}

ENDS = {True: OutcomeKind.COMPLETED, False: OutcomeKind.DEADLOCK}
RUNS = [
    pytest.param(come, method, id=" ".join((come.program, *come.arguments, f"{come.seed}", method)))
    for come in PROGRAMS
    for method in come.methods
]


def some(methods: Sequence[str]) -> list[object]:
    """The first of them; the others, with real processes that start slowly, by make soak."""
    return [methods[0], *(pytest.param(each, marks=pytest.mark.soak) for each in methods[1:])]


def plan(lesson: str, flaw: str) -> Plan:
    options = {each.id: options for each, options in find_flaws.shown(CARDS[lesson])}
    return find_flaws.plan_of(CARDS[lesson], options[flaw])


def trace_of(come: Come, method: str, world: str) -> Trace:
    file = FOLDER / f"{come.program}.py"
    return pyqdemo.run(
        file, seed=come.seed, arguments=come.arguments, start_method=method, world=world
    )


# ── the cards ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("lesson", "flaw"), SHOWN)
def test_the_run_on_the_card_shows_the_flaw_under_every_start_method(
    lesson: str, flaw: str
) -> None:
    assert find_flaws.holds(CARDS[lesson], flaw, plan(lesson, flaw))


@pytest.mark.parametrize("method", some(METHODS))
@pytest.mark.parametrize(("lesson", "flaw"), OF_PROCESSES)
def test_real_processes_show_the_flaw_by_the_same_events(
    lesson: str, flaw: str, method: str
) -> None:
    ours = replace(plan(lesson, flaw), start_method=method)
    simulated, real = (execute(replace(ours, world=w)).trace for w in ("simulated", "real"))
    assert (real.events, real.outcome) == (simulated.events, simulated.outcome)


def test_every_flaw_on_a_card_has_its_run_or_a_program_of_its_own() -> None:
    """Those of processes; what is left over could be on the card and never be looked at."""
    flaws = {(name, flaw.id) for name in LESSONS for flaw in CARDS[name].flaws}
    assert flaws == set(OF_PROCESSES) | set(ELSEWHERE) | OF_THE_TEXT


def test_the_livelock_repeats_itself_second_by_second() -> None:
    """So the run could be stopped at any later moment and would show the same."""
    seconds = defaultdict(list)
    trace = execute(plan("odd-even", "livelock")).trace
    for event in trace.events:
        if event.phase is Phase.DONE:
            what = (event.task, event.operation, event.value, event.result)
            seconds[(event.virtual_ns or 0) // 10**9].append(what)
    rounds = {tuple(seconds[second]) for second in range(2, 20)}
    assert len(rounds) == 1
    taken = [(task, value) for task, operation, value, _ in rounds.pop() if operation == "get"]
    assert taken == [("0.2", "1"), ("0.3", "2")]


def test_in_the_broken_order_the_even_one_has_put_the_1_behind_the_3() -> None:
    """The first thing taken is the 1, by Consumer_even; the odd one's second is that 1 again."""
    trace = execute(plan("odd-even", "order_broken")).trace
    even = find_flaws.Told(trace).by("Consumer_even", "get", "put")
    assert [(event.operation, event.value) for event in even][:2] == [("get", "1"), ("put", "1")]


# ── the programs of their own ────────────────────────────────────────────────


def test_every_program_is_tried_here() -> None:
    assert {come.program for come in PROGRAMS} == {file.stem for file in FOLDER.glob("*.py")}
    assert set(ELSEWHERE.values()) == {come.program for come in PROGRAMS}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_a_program_is_plain_and_short(file: Path) -> None:
    """At most 25 lines of code beside its first words; nothing but the standard library."""
    text = file.read_text(encoding="utf-8")
    code = [line for line in text.split('"""')[2].splitlines() if line]
    assert len(code) <= 25
    assert "pyqdemo" not in text
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.M)) <= sys.stdlib_module_names


@pytest.mark.parametrize("name", ["lessons.md", "lessons.zh.md"])
def test_the_lessons_name_every_program_with_its_command(name: str) -> None:
    text = (FOLDER.parents[1] / "docs" / name).read_text(encoding="utf-8")
    named = re.findall(r"^pyqdemo run examples/flaws/(\w+)\.py .*--seed \d+", text, re.M)
    assert set(named) == {come.program for come in PROGRAMS}


@pytest.mark.parametrize(("come", "method"), RUNS)
def test_a_program_comes_to_what_it_says(come: Come, method: str) -> None:
    trace = trace_of(come, method, "simulated")
    assert trace.outcome is not None
    assert sorted(trace.printed().splitlines()) == sorted(come.lines)
    assert trace.outcome.kind is ENDS[come.ends]


@pytest.mark.parametrize(
    ("come", "method"),
    [
        pytest.param(*run.values, id=run.id, marks=[] if first else pytest.mark.soak)
        for run in RUNS
        for first in [run.values[1] == run.values[0].methods[0]]
    ],
)
def test_with_real_processes_it_comes_to_the_same_by_the_same_events(
    come: Come, method: str
) -> None:
    simulated, real = (trace_of(come, method, world) for world in ("simulated", "real"))
    assert (real.events, real.outcome) == (simulated.events, simulated.outcome)


@pytest.mark.parametrize("method", METHODS)
def test_the_receiver_of_a_dead_sender_waits_for_whoever_holds_the_sending_end(method: str) -> None:
    """The parent made it; under fork the receiver (0.2) is a copy of the parent with all it has."""
    come = PROGRAMS[0]
    outcome = trace_of(come, method, "simulated").outcome
    assert outcome is not None
    waits = {wait.task: (wait.operation, wait.holders) for wait in outcome.waits}
    assert waits == {
        "0": ("join", ("0.2",)),
        "0.2": ("recv", ("0", "0.2") if method == "fork" else ("0",)),
    }


# ── as typed ─────────────────────────────────────────────────────────────────


def typed(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pyqdemo", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_the_published_writer_and_reader_are_the_same_run_in_both_worlds(tmp_path: Path) -> None:
    found = {}
    for world in ("simulated", "real"):
        file = tmp_path / f"{world}.jsonl"
        words = ("writer-reader", "--as-published", "--seed", "3", "--world", world)
        answer = typed(*words, "--save", file)
        found[world] = (answer.returncode, read_trace(file))
    (code, simulated), (same, real) = found["simulated"], found["real"]
    assert (code, same) == (1, 1)
    assert real.events == simulated.events
    assert (real.tasks, real.resources) == (simulated.tasks, simulated.resources)


def test_a_dead_sender_is_diagnosed() -> None:
    file = FOLDER / "sender_dies.py"
    answer = typed("run", file, "--seed", "0", "--start-method", "fork")
    assert answer.returncode == 3
    assert "✗ deadlock  nobody can go on: whoever is left waits\n" in answer.stdout
    told = " ".join(answer.stdout.split())  # a table may go on in the next line
    assert "end of file for Process-2 at pipe[0]: pipe[1] is still held by MainThread" in told


def test_what_is_said_of_a_livelock_that_was_stopped_is_no_more_than_was_seen() -> None:
    answer = typed("odd-even", "--as-published", "--flaw", "livelock")
    assert answer.returncode == 0
    assert "stopped  after 20.0 s of virtual time\n" in answer.stdout
    assert "put 2   used 0   left 2\n" in answer.stdout
    assert "nothing lost, ended by itself: the run was stopped before its end\n" in answer.stdout


# ── the repaired programs ────────────────────────────────────────────────────


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_repaired_program_keeps_its_promises_with_every_seed(
    lesson: str, method: str, how_many: Callable[..., int]
) -> None:
    card = CARDS[lesson]
    for seed in range(how_many(100 if method == "fork" else 10, soak=1_000)):
        assert unkept(card, seed, method, "simulated") == [], f"seed {seed}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_and_so_it_does_with_real_processes(lesson: str, how_many: Callable[..., int]) -> None:
    card = CARDS[lesson]
    for seed in range(how_many(3, soak=100)):
        assert unkept(card, seed, multiprocessing.get_start_method(), "real") == [], f"seed {seed}"


def unkept(card: Card, seed: int, method: str, world: str) -> list[str]:
    """What the run has not kept of the card's promises."""
    parameters = {one.name: one.default for one in card.parameters}
    trace = execute(
        Plan(card.program, parameters=parameters, seed=seed, start_method=method, world=world)
    ).trace
    records = (*trace.tasks, *trace.resources, *trace.events)
    results = check(card.promises, card.words, records, trace.outcome)
    return [result.promise for result in results if result.standing is not Standing.KEPT]
