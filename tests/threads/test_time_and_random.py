"""Virtual time, and draws that the seed decides."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.strategies.random import Random
from pyqdemo.strategies.round_robin import RoundRobin
from pyqdemo.worlds.threads.stand_ins import randoms, times
from pyqdemo.worlds.threads.stand_ins.threads import Thread

sleep = times.NAMES["sleep"]


def results_of(script: Any, strategy: Any = None, **limits: Any) -> Any:
    results: list[Any] = []
    carry(lambda: results.append(script()), strategy, **limits)
    return results[0]


def told(call: Any, *args: Any) -> str:
    try:
        call(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing raised"


@pytest.mark.parametrize("given", [-1, -0.5, "1", None, [], float("nan"), 1e300], ids=repr)
def test_a_wrong_sleep_is_refused_with_the_same_exception_as_the_real_one(given: Any) -> None:
    """The type is promised; the text differs between Python versions."""
    real = told(time.sleep, given).partition(":")[0]
    assert results_of(lambda: told(sleep, given)).partition(":")[0] == real


def test_a_sleep_moves_every_clock_by_as_much() -> None:
    clocks = [times.NAMES[name] for name in ("time", "monotonic", "perf_counter", "process_time")]

    def script() -> list[float]:
        before = [clock() for clock in clocks]
        sleep(10)
        return [clock() - first for clock, first in zip(clocks, before, strict=True)]

    # Reading four clocks one after the other moves them by three microseconds.
    assert results_of(script) == pytest.approx([10.0] * 4, abs=1e-5)


def test_seconds_and_nanoseconds_are_of_one_clock() -> None:
    def script() -> tuple[float, int]:
        return times.NAMES["time"](), times.NAMES["time_ns"]()

    seconds, nanoseconds = results_of(script)
    assert nanoseconds - round(seconds * 1e6) * 1000 == 1_000  # the second look is a tick later


def test_the_calendar_begins_in_2024_in_every_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    format = times.NAMES["strftime"]
    assert results_of(lambda: format("%Y-%m-%d %H:%M:%S")) == "2024-01-01 00:00:00"


def test_a_loop_that_waits_for_a_moment_comes_to_its_end() -> None:
    """The first looks move it by 1, 2, 4 … microseconds, in all 1,023 after ten of them; each
    further one by 1,024: to come 100 ms on takes ten looks and 97 more."""

    def script() -> None:
        clock = times.NAMES["monotonic"]
        until = clock() + 0.1
        while clock() < until:
            pass

    done = carry(script)
    assert done.steps - 3 == 1 + 10 + 97  # begin, end, exit; the look that sets the moment


def drawing(done: list[Any], draws: int) -> None:
    for _ in range(draws):
        done.append(randoms.NAMES["random"]())
        sleep(0)


def drawn(strategy: Any) -> dict[str, list[float]]:
    """Three draws of each of two threads."""
    found: dict[str, list[float]] = {"a": [], "b": []}

    def main() -> None:
        for each in found.values():
            Thread(target=drawing, args=(each, 3)).start()

    carry(main, strategy)
    return found


def test_a_tasks_draws_do_not_depend_on_who_goes_first() -> None:
    schedules = [Random(1), Random(2), RoundRobin()]
    first, *others = [drawn(strategy) for strategy in schedules]
    assert others == [first, first]


def test_two_tasks_draw_from_streams_of_their_own() -> None:
    found = drawn(RoundRobin())
    assert set(found["a"]).isdisjoint(found["b"])


def test_a_seed_of_the_programs_own_gives_the_draws_it_gives_natively() -> None:
    def script() -> list[object]:
        names = randoms.NAMES
        names["seed"](42)
        items = list(range(10))
        names["shuffle"](items)
        return [items, names["randint"](1, 6), names["choice"]("abc"), names["Random"](3).random()]

    random.seed(42)
    items = list(range(10))
    random.shuffle(items)
    real = [items, random.randint(1, 6), random.choice("abc"), random.Random(3).random()]
    assert results_of(script) == real


def test_an_unseeded_generator_is_decided_by_the_run() -> None:
    def script() -> list[float]:
        return [randoms.NAMES["Random"]().random() for _ in range(2)]

    first, second = results_of(script), results_of(script)
    assert first == second
    assert first[0] != first[1]


def test_the_systems_random_numbers_are_named_as_uncontrolled() -> None:
    done: Execution = carry(lambda: randoms.NAMES["SystemRandom"]().random())
    assert done.uncontrolled == ["random.SystemRandom"]
