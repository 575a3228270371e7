"""Draws that were chosen, and prints that part: recorded, written down and repeated."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from programs import BUSY

import pyqdemo
from pyqdemo.codec import read_trace, write_trace
from pyqdemo.errors import Exit, PyqdemoError, ReplayMismatch
from pyqdemo.executing import Plan, execute
from pyqdemo.executing.carrying import carry, ground_of, program_for, trace_of
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.point import Draw, Exhausted, Point
from pyqdemo.schedule import from_text, schedule_of, to_text
from pyqdemo.strategies import Random, Replay
from pyqdemo.trace import OutcomeKind, Record, Trace

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")


class Drawing(Random):
    """Random choices; of each draw the option that stands as far on as there were draws."""

    draws = True

    def begin(self) -> None:
        super().begin()
        self.drawn = 0

    def draw(self, draw: Draw) -> int:
        self.drawn += 1
        return self.drawn % draw.options


def recorded(program: Path, seed: int = 3, **settings: Any) -> Trace:
    """A run with draws that were chosen and prints that part."""
    plan = Plan(program, **{"seed": seed, "prints": "parted", "strategy": "random", **settings})
    loaded, log = program_for(plan), Log()
    with ground_of(plan) as ground:
        execution = carry(loaded, plan, Drawing(seed), ground, log)
    return trace_of(loaded, plan, execution, log)


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    program = tmp_path / "busy.py"
    program.write_text(BUSY, encoding="utf-8")
    return program


def test_a_record_says_that_draws_were_chosen_and_which(busy: Path) -> None:
    """The cooks draw eight times, from nine values; the first option is 1, the ninth 0. How
    long they sleep is a float, and follows the seed."""
    trace = recorded(busy)
    drawn = [each for each in trace.events if each.operation == "draw"]
    assert (trace.header.draws, trace.header.prints) == ("chosen", "parted")
    assert [each.option for each in drawn] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [each.result for each in drawn] == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert {each.value for each in drawn} == {"randrange(9)"}
    assert schedule_of(trace).draws == (1, 2, 3, 4, 5, 6, 7, 8)


def test_a_record_of_a_seeded_run_says_nothing_of_draws(busy: Path) -> None:
    trace = pyqdemo.run(busy, seed=3)
    assert (trace.header.draws, trace.header.prints) == (None, None)
    assert [each for each in trace.events if each.operation == "draw"] == []


@pytest.mark.parametrize("sleeps", ["strict", "loose"])
def test_a_run_with_chosen_draws_is_repeated_to_an_equal_trace(sleeps: str, busy: Path) -> None:
    trace = recorded(busy, limits=Limits(loose=sleeps == "loose"))
    assert pyqdemo.replay(trace, busy) == trace


def test_it_is_so_from_its_file_too(busy: Path, tmp_path: Path) -> None:
    trace = recorded(busy)
    records: tuple[Record, ...] = (*trace.tasks, *trace.resources, *trace.events)
    write_trace(tmp_path / "run.jsonl", trace.header, records, trace.outcome)
    assert read_trace(tmp_path / "run.jsonl").header == trace.header
    assert pyqdemo.replay(tmp_path / "run.jsonl", busy) == trace


def test_a_run_that_was_stopped_is_repeated_to_the_same_place(busy: Path) -> None:
    trace = recorded(busy, limits=Limits(20))
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.STEP_BOUND
    assert pyqdemo.replay(trace, busy) == trace


def test_the_schedules_text_is_enough_for_the_same_events(busy: Path) -> None:
    trace = recorded(busy)
    schedule = from_text(to_text(schedule_of(trace)))
    plan = Plan(
        busy,
        seed=schedule.seed or 0,
        choices=schedule.choices,
        draws=schedule.draws,
        prints=schedule.prints,
    )
    assert execute(plan).trace.events == trace.events


def test_other_draws_in_a_schedule_give_other_values(busy: Path) -> None:
    """Who goes next hangs on no value in this program."""
    schedule = schedule_of(recorded(busy))
    plan = Plan(busy, seed=3, choices=schedule.choices, draws=(7,) * 8, prints="parted")
    assert "[7, 7, 7, 7, 7, 7, 7, 7]" in execute(plan).trace.printed()


@pytest.mark.parametrize("prints", ["whole", "parted"])
def test_in_a_changed_program_a_draw_that_cannot_be_taken_is_told(prints: str, busy: Path) -> None:
    """The fifth draw was the fifth option of nine; now there are five."""
    trace = recorded(busy, prints=prints)
    busy.write_text(BUSY.replace("randrange(9)", "randrange(5)"), encoding="utf-8")
    with pytest.raises(ReplayMismatch) as refused:
        pyqdemo.replay(trace, busy, force=True)
    facts = refused.value.facts
    assert refused.value.happened == "replay_draw"
    assert (facts["draw"], facts["wanted"], facts["enabled"]) == ("randrange(5)", "5", "0 … 4")
    assert facts["step"] == [each for each in trace.events if each.operation == "draw"][4].step
    assert refused.value.exit_code is Exit.UNUSABLE


def test_a_run_stops_where_its_draws_are_used_up(busy: Path) -> None:
    schedule = schedule_of(recorded(busy))
    draws = (schedule.draws or ())[:2]
    plan = Plan(busy, seed=3, choices=schedule.choices, draws=draws, prints="parted")
    trace = execute(plan).trace
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.STEP_BOUND
    assert trace.outcome.detail == "the schedule ends after 2 draws"
    assert pyqdemo.replay(trace, busy).events == trace.events


@pytest.mark.parametrize(
    "wrong",
    [{"prints": "merged"}, {"draws": (1,)}, {"draws": ()}],
    ids=str,
)
def test_what_no_plan_may_ask_for_is_refused(wrong: dict[str, Any], busy: Path) -> None:
    """Draws without the choices among which they stand mean nothing."""
    with pytest.raises(PyqdemoError):
        execute(Plan(busy, **wrong))


# ---------------------------------------------------------------- processes

FAMILY = """
import multiprocessing, os, random, sys, threading

shared = random.Random()

def deal(results):
    results.put(random.choice(["a", "b", "c"]))

def play(results, seed):
    thread = threading.Thread(target=deal, args=(results,))
    thread.start()
    print("dice", random.randint(1, 6), shared.randrange(4), random.random() < 2, object())
    print("partly", end="", file=sys.stderr)
    thread.join()
    if seed:
        random.seed(seed)
        print(random.sample(range(20), 2))
        sys.stdout.flush()
        print("lost", end="")
        os._exit(0)

def main():
    results = multiprocessing.Queue()
    children = [multiprocessing.Process(target=play, args=(results, seed)) for seed in (0, 7)]
    for child in children:
        child.start()
    print(random.randrange(3), "main")
    print(sorted(results.get() for _ in children))
    for child in children:
        child.join()

if __name__ == "__main__":
    main()
"""


@needs_linux
@pytest.mark.parametrize("stdout", ["terminal", "pipe"])
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_both_worlds_give_the_same_events(method: str, stdout: str, tmp_path: Path) -> None:
    """Main draws once, each child twice itself and once in its thread; behind the seed of its
    own the second one's draws are no choices."""
    program = tmp_path / "family.py"
    program.write_text(FAMILY, encoding="utf-8")
    settings = {"start_method": method, "stdout": stdout}
    for seed in range(2):
        simulated = recorded(program, seed, **settings)
        real = recorded(program, seed, **settings, world="real")
        assert real.events == simulated.events
        assert len(schedule_of(real).draws or ()) == 7
        assert pyqdemo.replay(simulated, program, world="real") == real
        assert ("lost", "lost") in [(each.operation, each.value) for each in real.events]


@needs_linux
def test_what_the_draws_of_real_processes_followed_is_told(tmp_path: Path) -> None:
    program = tmp_path / "family.py"
    program.write_text(FAMILY, encoding="utf-8")
    for world in ("simulated", "real"):
        plan = Plan(program, world=world, start_method="fork")
        loaded = program_for(plan)
        with ground_of(plan) as ground:
            chosen = carry(loaded, plan, Drawing(1), ground)
            seeded = carry(loaded, plan, Random(1), ground)
        assert chosen.seeded == ["random.random"]
        assert set(seeded.seeded) == {
            *("random.choice", "random.randint", "random.randrange", "random.random"),
            "random.Random",
        }


@needs_linux
def test_with_real_processes_too_a_draw_that_cannot_be_taken_ends_the_run(tmp_path: Path) -> None:
    """Of the two dice the one that is thrown later is the fourth draw or one behind it, and
    takes that option of six."""
    program = tmp_path / "family.py"
    program.write_text(FAMILY, encoding="utf-8")
    trace = recorded(program, start_method="fork")
    program.write_text(FAMILY.replace("randint(1, 6)", "randint(1, 2)"), encoding="utf-8")
    found = []
    for world in ("simulated", "real"):
        with pytest.raises(ReplayMismatch) as refused:
            pyqdemo.replay(trace, program, force=True, world=world)
        found.append(refused.value.facts)
    assert found[0] == found[1]
    assert (found[0]["draw"], found[0]["enabled"]) == ("randint(1, 2)", "0 … 1")


@needs_linux
def test_with_real_processes_too_a_run_stops_where_its_draws_are_used_up(tmp_path: Path) -> None:
    program = tmp_path / "family.py"
    program.write_text(FAMILY, encoding="utf-8")
    schedule = schedule_of(recorded(program, start_method="fork"))
    traces = [
        execute(
            Plan(
                program,
                seed=3,
                choices=schedule.choices,
                draws=(schedule.draws or ())[:4],
                prints="parted",
                start_method="fork",
                world=world,
            )
        ).trace
        for world in ("simulated", "real")
    ]
    assert traces[0].events == traces[1].events
    assert traces[0].outcome == traces[1].outcome
    assert traces[0].outcome is not None
    assert traces[0].outcome.detail == "the schedule ends after 4 draws"


# ---------------------------------------------------------------- the strategy


def draw(options: int) -> Draw:
    return Draw("0", options, f"randrange({options})")


def begun(replay: Replay) -> Replay:
    replay.begin()
    return replay


def test_replay_gives_its_draws_one_after_another_and_anew_in_each_execution() -> None:
    replay = Replay([], draws=[2, 0])
    assert [begun(replay).draw(draw(3)), replay.draw(draw(3))] == [2, 0]
    assert begun(replay).draw(draw(3)) == 2


def test_replay_chooses_draws_only_where_it_has_any_to_choose() -> None:
    """None: they follow the seed. None left: it has nothing more to say."""
    assert not Replay([]).draws
    assert Replay([], draws=()).draws
    with pytest.raises(Exhausted, match="the schedule ends after 0 draws"):
        begun(Replay([], draws=())).draw(draw(2))


def test_behind_its_draws_replay_lets_another_go_on() -> None:
    replay = begun(Replay([], Drawing(1), draws=[2]))
    assert [replay.draw(draw(3)) for _ in range(3)] == [2, 1, 2]


def test_replay_tells_the_step_the_draw_and_how_many_values_there_are() -> None:
    replay = begun(Replay(["0"], draws=[3]))
    replay.choose(Point(1, "0", ("0",), None, lambda: ()))
    with pytest.raises(ReplayMismatch) as caught:
        replay.draw(draw(3))
    assert str(caught.value) == (
        "step 1 cannot be repeated: randrange(3) should give value number 3, but there are only"
        " 0 … 2"
    )
