"""Schedules: what a trace followed, as a text that can be typed, and back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_traces import HEADER, MAIN

from pyqdemo.codec import read_trace
from pyqdemo.errors import Exit, ScheduleError, TraceError
from pyqdemo.languages import Text
from pyqdemo.schedule import MAX_STEPS, Schedule, check, from_text, schedule_of, to_text
from pyqdemo.trace import (
    Control,
    Event,
    Header,
    Phase,
    Processes,
    ProgramFile,
    Task,
    TaskKind,
    Trace,
)

DIGEST = "sha256:3fa91c" + "0" * 58
CONTROLLED = Header(
    (ProgramFile("p.py", DIGEST, "pass\n"),),
    Control.CONTROLLED,
    clock="virtual",
    seed=7,
    sleeps="strict",
    granularity="operation",
    model="1",
    bounds={"max_steps": MAX_STEPS},
)
OTHER = Task("0.1", TaskKind.THREAD, "T", "0")


def told(task: str, step: int | None, phase: Phase = Phase.DONE) -> Event:
    return Event(0, task, phase, "put", virtual_ns=0, step=step)


def trace_of(*events: Event, **header: Any) -> Trace:
    numbered = tuple(replace(each, seq=n) for n, each in enumerate(events, 1))
    return Trace(replace(CONTROLLED, **header), (MAIN, OTHER), (), numbered, None)


# ---------------------------------------------------------------- from a trace


def test_the_choices_are_read_off_the_first_done_event_of_each_step() -> None:
    """Step 2 has a second event, by another task; step 3 begins with somebody who waits."""
    trace = trace_of(
        told("0", 1),
        told("0.1", 2),
        told("0", 2),
        told("0.1", 2, Phase.BLOCKED),
        told("0.1", 3, Phase.BLOCKED),
        told("0", 3),
    )
    assert schedule_of(trace) == Schedule("1", "3fa91c", ("0", "0.1", "0"), seed=7)


def test_a_trace_without_steps_has_a_schedule_without_choices() -> None:
    assert to_text(schedule_of(trace_of())) == "m1.3fa91c,seed=7:"


def test_a_schedule_carries_all_that_decides_a_run() -> None:
    """The bound that holds where nobody gives one is left out, 1,000,000 steps."""
    header = {
        "sleeps": "loose",
        "granularity": "line",
        "start_method": "spawn",
        "parameters": {"producers": 2, "quick": True},
        "arguments": ("a b",),
        "bounds": {"for_s": 0.5, "max_steps": MAX_STEPS, "stop_after": 3},
    }
    assert to_text(schedule_of(trace_of(told("0", 1), **header))) == (
        "m1.3fa91c,seed=7,sleeps=loose,granularity=line,start-method=spawn,"
        "producers=2,quick=true,arg=a%20b,for=0.5,stop-after=3:0"
    )


def test_a_native_trace_has_no_schedule() -> None:
    fixture = read_trace(Path(__file__).parent / "fixtures" / "trace-1.jsonl")
    with pytest.raises(ScheduleError) as caught:
        schedule_of(fixture)
    assert caught.value.happened == "schedule_native"


@pytest.mark.parametrize("value", ["rice", "7", None, 2.0, [1]], ids=repr)
def test_a_parameter_that_is_no_whole_number_has_a_schedule_but_no_text(value: object) -> None:
    """A trace is replayed with it; the text would bring back something else."""
    schedule = schedule_of(trace_of(parameters={"dish": value}))
    assert schedule.parameters == {"dish": value}
    with pytest.raises(ScheduleError) as caught:
        to_text(schedule)
    assert (caught.value.happened, caught.value.facts) == ("schedule_unwritable", {"name": "dish"})


def test_a_step_without_a_done_event_is_told() -> None:
    """Step 2 is missing: the second event is of step 3."""
    with pytest.raises(TraceError) as caught:
        schedule_of(trace_of(told("0", 1), told("0", 3)))
    assert caught.value.happened == "trace_steps"
    assert caught.value.facts == {"seq": 2, "step": 3, "expected": 2}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ({"model": None}, "model"),
        ({"program": ()}, "program.digest"),
        ({"program": HEADER.program}, "program.digest"),
    ],
)
def test_a_controlled_trace_that_lacks_what_a_replay_needs_is_told(
    header: dict[str, Any], field: str
) -> None:
    with pytest.raises(TraceError) as caught:
        schedule_of(trace_of(**header))
    assert (caught.value.happened, caught.value.facts) == ("trace_lacks", {"field": field})


def test_a_text_tells_what_the_program_wrote_to_only_where_that_was_a_pipe() -> None:
    pipe = Schedule("1", "3fa91c", ("0",), start_method="fork", stdout="pipe")
    assert to_text(pipe) == "m1.3fa91c,start-method=fork,stdout=pipe:0"
    assert to_text(Schedule("1", "3fa91c", ("0",), stdout="terminal")) == "m1.3fa91c:0"


def test_a_text_carries_the_draws_that_were_chosen_also_if_there_were_none() -> None:
    chosen = Schedule("1", "3fa91c", ("0",), draws=(3, 0, 99), prints="parted")
    assert to_text(chosen) == "m1.3fa91c,prints=parted,draws=3.0.99:0"
    assert to_text(Schedule("1", "3fa91c", draws=())) == "m1.3fa91c,draws=:"
    assert to_text(Schedule("1", "3fa91c", draws=None)) == "m1.3fa91c:"


def drawn(option: int | None) -> Event:
    return replace(told("0", 1), operation="draw", option=option)


def test_the_draws_are_read_off_the_events_where_they_were_chosen() -> None:
    events = told("0", 1), drawn(3), drawn(0)
    chosen = trace_of(*events, draws="chosen", prints="parted")
    assert to_text(schedule_of(chosen)) == "m1.3fa91c,seed=7,prints=parted,draws=3.0:0"
    assert schedule_of(trace_of(*events)).draws is None


def test_a_draw_that_does_not_say_what_was_chosen_is_told() -> None:
    with pytest.raises(TraceError) as caught:
        schedule_of(trace_of(told("0", 1), drawn(None), draws="chosen"))
    assert (caught.value.happened, caught.value.facts) == ("trace_lacks", {"field": "event.option"})


@pytest.mark.parametrize("world", list(Processes))
def test_the_world_is_no_part_of_a_schedule(world: Processes) -> None:
    """What was chosen in one world is repeated in the other."""
    trace = trace_of(told("0", 1), processes=world, start_method="fork")
    assert to_text(schedule_of(trace)) == "m1.3fa91c,seed=7,start-method=fork:0"


# ---------------------------------------------------------------- of which program


def test_a_schedule_of_this_program_and_these_models_passes() -> None:
    check(Schedule("1", "3fa91c"), DIGEST, "1")


@pytest.mark.parametrize(
    ("schedule", "happened", "expected", "seen"),
    [
        (Schedule("1", "3fa91d"), "schedule_program", "3fa91d", "3fa91c"),
        (Schedule("1", "3fa91c01"), "schedule_program", "3fa91c01", "3fa91c00"),
        (Schedule("2", "3fa91c"), "schedule_model", "2", "1"),
    ],
)
def test_a_schedule_of_another_program_or_model_is_refused(
    schedule: Schedule, happened: str, expected: str, seen: str
) -> None:
    with pytest.raises(ScheduleError) as caught:
        check(schedule, DIGEST, "1")
    assert caught.value.happened == happened
    assert caught.value.facts == {"expected": expected, "seen": seen}
    assert caught.value.exit_code is Exit.USAGE


# ---------------------------------------------------------------- text


def test_the_text_of_the_documentation_means_what_it_says() -> None:
    schedule = from_text("m1.3fa91c,seed=7,producers=2:0x5,1x3,2,1.2x2")
    choices = ("0",) * 5 + ("0.1",) * 3 + ("0.2",) + ("0.1.2",) * 2
    assert schedule == Schedule("1", "3fa91c", choices, seed=7, parameters={"producers": 2})


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("0", "0"),
        ("0.1", "1"),
        ("0.12.3", "12.3"),
        ("0~1", "0~1"),
        ("0.1~1", "1~1"),
        ("0~1.2", "0~1.2"),
    ],
)
def test_the_zero_that_ids_begin_with_is_left_out(task: str, text: str) -> None:
    whole = f"m1.3fa91c:{text}"
    assert to_text(Schedule("1", "3fa91c", (task,))) == whole
    assert from_text(whole).choices == (task,)


def test_a_whole_id_is_understood_too() -> None:
    assert from_text("m1.3fa91c:0.1x2").choices == ("0.1", "0.1")


def test_a_parameter_called_like_a_setting_is_told_from_it() -> None:
    schedule = Schedule("1", "3fa91c", seed=7, parameters={"seed": 3, "arg": 1, "sleeps": False})
    text = "m1.3fa91c,seed=7,.arg=1,.seed=3,.sleeps=false:"
    assert to_text(schedule) == text
    assert from_text(text) == schedule


def test_equal_schedules_have_equal_texts() -> None:
    """Tables are equal whatever the order of their names."""
    one = Schedule("1", "3fa91c", parameters={"a": 1, "b": 2}, bounds={"for_s": 2.0})
    other = Schedule("1", "3fa91c", parameters={"b": 2, "a": 1}, bounds={"for_s": 2})
    assert one == other
    assert to_text(one) == to_text(other) == "m1.3fa91c,a=1,b=2,for=2:"


def test_a_text_is_as_long_as_its_runs_not_as_its_choices() -> None:
    """A million steps of two tasks, one after the other."""
    schedule = Schedule("1", "3fa91c", ("0",) * 500_000 + ("0.1",) * 500_000)
    assert to_text(schedule) == "m1.3fa91c:0x500000,1x500000"


counters = st.integers(1, 999_999_999)
ids = st.lists(st.tuples(st.sampled_from(".~"), counters), max_size=3).map(
    lambda parts: "0" + "".join(f"{sign}{number}" for sign, number in parts)
)
names = st.sampled_from(["n", "seed", "arg", "draws", "match", "厨师", "_", "a1"]) | st.from_regex(
    r"[a-z_][a-z0-9_]{5,9}", fullmatch=True
)
whole = st.integers(-(10**299), 10**299)
bounds = st.fixed_dictionaries(
    {},
    optional={
        "for_s": st.floats(0, exclude_min=True, allow_infinity=False) | st.integers(1, 10**20),
        "max_steps": st.integers(1, 10**20),
        "stop_after": st.integers(1, 10**20),
    },
)
schedules = st.builds(
    Schedule,
    model=st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True),
    program=st.from_regex(r"[0-9a-f]{6,64}", fullmatch=True),
    choices=st.lists(st.tuples(ids, st.integers(1, 30)), max_size=6).map(
        lambda runs: tuple(task for task, count in runs for _ in range(count))
    ),
    seed=st.none() | whole,
    sleeps=st.sampled_from(["strict", "loose"]),
    granularity=st.sampled_from(["operation", "line"]),
    start_method=st.sampled_from([None, "fork", "spawn", "forkserver"]),
    stdout=st.sampled_from(["terminal", "pipe"]),
    prints=st.sampled_from(["whole", "parted"]),
    draws=st.none() | st.lists(st.integers(0, 99), max_size=6).map(tuple),
    parameters=st.dictionaries(names, st.booleans() | whole, max_size=3),
    arguments=st.lists(st.text(st.characters(), max_size=8), max_size=3).map(tuple),
    bounds=bounds,
)


@given(schedule=schedules)
def test_a_schedule_comes_back_from_its_text(schedule: Schedule) -> None:
    assert from_text(to_text(schedule)) == schedule


@given(schedule=schedules)
def test_no_sign_in_a_text_means_anything_to_a_shell(schedule: Schedule) -> None:
    """It begins with a letter, so ``~`` and ``=`` are never first, where they would mean
    something, and the ``~`` in an id always stands behind a digit."""
    text = to_text(schedule)
    assert re.fullmatch(r"m[A-Za-z0-9_.,:=%/+~-]*", text)
    assert re.search(r"(?<![0-9])~", text) is None


#: What is wrong → the text, the place of the first wrong character, what was expected.
MALFORMED: dict[str, tuple[str, int, str]] = {
    "nothing": ("", 1, "m1.3fa91c"),
    "rubbish": ("rubbish", 1, "m1.3fa91c"),
    "no version": ("m.3fa91c:0", 1, "m1.3fa91c"),
    "a short digest": ("m1.3fa91:0", 1, "m1.3fa91c"),
    "a digest that is not hex": ("m1.3fa91g:0", 1, "m1.3fa91c"),
    "a digest that is too long": (f"m1.{'a' * 65}:0", 1, "m1.3fa91c"),
    "no colon": ("m1.3fa91c,seed=7", 17, "a colon"),
    "a blank": ("m1.3fa91c: 0", 11, "without blanks"),
    "a new line": ("m1.3fa91c:0\n", 12, "without blanks"),
    "digits of another script": ("m1.3fa91c,seed=٣:0", 16, "without blanks"),
    "a full-width colon": ("m1.3fa91c：0", 10, "without blanks"),
    "an empty setting": ("m1.3fa91c,,seed=7:0", 11, "one of seed"),
    "a setting that can be none": ("m1.3fa91c,max_step-s=1:0", 11, "one of seed"),
    "a word for a parameter": ("m1.3fa91c,for_=1,lambda=1:0", 18, "one of seed"),
    "a dot before no name of ours": ("m1.3fa91c,.producers=1:0", 11, "one of seed"),
    "an unknown setting": ("m1.3fa91c,colour=red:0", 18, "a whole number, true or false"),
    "a setting without a value": ("m1.3fa91c,seed:0", 15, "="),
    "a setting twice": ("m1.3fa91c,seed=1,seed=1:0", 18, "seed only once"),
    "a parameter twice": ("m1.3fa91c,a=1,%61=2:0", 15, "a only once"),
    "a seed in parts": ("m1.3fa91c,seed=1.5:0", 16, "a whole number"),
    "a seed without end": (f"m1.3fa91c,seed={'1' * 9999}:0", 16, "a whole number"),
    "other sleeps": ("m1.3fa91c,sleeps=none:0", 18, "strict or loose"),
    "another grain": ("m1.3fa91c,granularity=byte:0", 23, "operation or line"),
    "another stdout": ("m1.3fa91c,stdout=file:0", 18, "terminal or pipe"),
    "other prints": ("m1.3fa91c,prints=merged:0", 18, "whole or parted"),
    "a draw that is none": ("m1.3fa91c,draws=3.x:0", 17, "whole numbers, 0 or more"),
    "a draw left out": ("m1.3fa91c,draws=3..1:0", 17, "with dots between"),
    "a draw below 0": ("m1.3fa91c,draws=-1:0", 17, "whole numbers, 0 or more"),
    "another start method": ("m1.3fa91c,start-method=clone:0", 24, "fork, spawn"),
    "no steps": ("m1.3fa91c,max-steps=0:0", 21, "1 or more"),
    "fewer than no items": ("m1.3fa91c,stop-after=-1:0", 22, "1 or more"),
    "no seconds": ("m1.3fa91c,for=0:0", 15, "a number above 0"),
    "seconds without end": ("m1.3fa91c,for=1e999:0", 15, "a number above 0"),
    "seconds that are no number": ("m1.3fa91c,for=nan:0", 15, "a number above 0"),
    "half a byte": ("m1.3fa91c,arg=%4:0", 15, "%XX"),
    "bytes that are no text": ("m1.3fa91c,arg=%FF:0", 15, "%XX"),
    "a comma at the end": ("m1.3fa91c:0,", 13, "a task and how often"),
    "two commas": ("m1.3fa91c:0,,0", 13, "a task and how often"),
    "no times": ("m1.3fa91c:1,0x0", 13, "a task and how often"),
    "a times sign alone": ("m1.3fa91c:x3", 11, "a task and how often"),
    "no count": ("m1.3fa91c:0x", 11, "a task and how often"),
    "a count with zeros before": ("m1.3fa91c:0x03", 11, "a task and how often"),
    "a task that nobody makes": ("m1.3fa91c:1.0", 11, "a task and how often"),
    "zeros before a task": ("m1.3fa91c:01", 11, "a task and how often"),
    "a second colon": ("m1.3fa91c:0:0", 11, "a task and how often"),
    "a name": ("m1.3fa91c:main", 11, "a task and how often"),
    "too many": ("m1.3fa91c:0x10000001", 11, "at most 10000000"),
    "too many together": ("m1.3fa91c:0x9999999,1x2", 21, "at most 10000000"),
    "endlessly many": (f"m1.3fa91c:0x{'9' * 90}", 11, "at most 10000000"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_text_is_one_error_that_names_the_place(case: str) -> None:
    text, place, expected = MALFORMED[case]
    with pytest.raises(ScheduleError) as caught:
        from_text(text)
    error = caught.value
    assert (error.happened, error.exit_code) == ("schedule_malformed", Exit.USAGE)
    assert error.facts["place"] == place
    told = error.facts["expected"]
    assert isinstance(told, Text) and expected in told.en
    assert len(str(error.facts["seen"])) <= 60


@given(
    text=st.text(max_size=30)
    | st.text("m1.3fa91c,seed=7:0x5%~-", max_size=40).map(lambda text: f"m1.3fa91c{text}")
)
def test_any_text_is_a_schedule_or_one_error(text: str) -> None:
    """And a schedule that was understood can be written down again."""
    try:
        schedule = from_text(text)
    except ScheduleError:
        return
    assert from_text(to_text(schedule)) == schedule


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule("1.2", "3fa91c"),
        Schedule("1", "3FA91C"),
        Schedule("1", "3fa91c", ("0.0",)),
        Schedule("1", "3fa91c", ("0", "x")),
        Schedule("1", "3fa91c", ("0",) * 10_000_001),
        Schedule("1", "3fa91c", seed=10**400),
        Schedule("1", "3fa91c", seed=10**9999),
        Schedule("1", "3fa91c", sleeps="none"),
        Schedule("1", "3fa91c", prints="merged"),
        Schedule("1", "3fa91c", draws=(-1,)),
        Schedule("1", "3fa91c", parameters={"for": 1}),
        Schedule("1", "3fa91c", bounds={"max_steps": 0}),
        Schedule("1", "3fa91c", bounds={"for_s": float("inf")}),
    ],
    ids=[
        *("model", "digest", "a task of 0", "a name", "too many", "seed", "endless seed"),
        *("sleeps", "prints", "draws", "parameter", "bound", "endless"),
    ],
)
def test_what_no_text_can_carry_is_refused(schedule: Schedule) -> None:
    with pytest.raises(ScheduleError) as caught:
        to_text(schedule)
    assert caught.value.happened == "schedule_unwritable"
