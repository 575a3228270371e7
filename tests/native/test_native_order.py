"""The one order of all events is causal: what was given comes before who took it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest
from watching import Watched, watch

from pyqdemo.trace import Phase, TaskKind

METHODS = ("fork", "spawn", "forkserver")
CALLS = (("many_to_many.py", "3000"), ("ping_pong.py", "500"), ("handovers.py", "40"))
WITH_LOCKS = (CALLS[0], CALLS[2])


@cache
def recorded(call: tuple[str, str], method: str) -> Watched:
    return watch(*call, start_method=method)


@pytest.fixture(scope="module", params=METHODS)
def method(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=CALLS, ids=" ".join)
def run(request: pytest.FixtureRequest, method: str) -> Watched:
    return recorded(request.param, method)


def check_givers(run: Watched) -> None:
    """Every item that is taken was given before, once, and is taken once from each place."""
    given: set[str] = set()
    taken: set[tuple[str, str]] = set()
    for event in run.trace.events:
        if event.item is None or event.phase is Phase.BLOCKED or event.raised:
            continue
        if event.operation in ("put", "send"):
            assert event.item not in given, event
            given.add(event.item)
        else:
            assert event.item in given, event
            assert (event.operation, event.item) not in taken, event
            taken.add((event.operation, event.item))
    got = {item for operation, item in taken if operation in ("get", "recv")}
    assert got == given


def check_locks(run: Watched) -> None:
    """No lock is acquired while somebody holds it, nor released by who does not."""
    kinds = {resource.id: resource.kind for resource in run.trace.resources}
    holders: dict[str, str] = {}
    handed = 0
    for event in run.trace.events:
        if kinds.get(event.resource or "") not in ("lock", "mp_lock"):
            continue
        if event.phase is Phase.BLOCKED or event.result is not None:
            continue
        if event.operation == "acquire":
            assert event.resource not in holders, event
            holders[event.resource] = event.task
            handed += 1
        else:
            assert holders.pop(event.resource) == event.task, event
    assert not holders
    assert handed > 0


def test_every_item_is_given_before_it_is_taken(run: Watched) -> None:
    check_givers(run)


@pytest.mark.parametrize("call", WITH_LOCKS, ids=" ".join)
def test_no_lock_is_held_by_two_at_once(call: tuple[str, str], method: str) -> None:
    check_locks(recorded(call, method))


def test_the_order_is_counted_from_one_without_a_gap(run: Watched) -> None:
    seqs = [event.seq for event in run.trace.events]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_task_begins_with_begin_and_its_attempts_follow_each_other(run: Watched) -> None:
    """An operation of a task is attempted only when its last one was over."""
    last = defaultdict(int)
    kinds = {task.id: task.kind for task in run.trace.tasks}
    for event in run.trace.events:
        if kinds[event.task] is TaskKind.FEEDER:
            continue
        if event.task not in last:
            assert event.operation == "begin", event
        elif event.phase is Phase.DONE and event.operation not in ("end", "exit"):
            assert event.began_ns is not None, event
            assert event.began_ns >= last[event.task], event
        if event.phase is Phase.DONE:
            last[event.task] = event.real_ns or 0


def test_a_task_is_announced_before_it_acts_and_started_before_it_begins(run: Watched) -> None:
    started = {"0"}
    known = {task.id for task in run.trace.tasks}
    for event in run.trace.events:
        assert event.task in known
        if event.operation == "start":
            started.add(event.resource or "")
        if event.operation == "begin" and "~" not in event.task:  # a feeder starts by itself
            assert event.task in started, event


def test_a_task_is_joined_after_its_end(run: Watched) -> None:
    ended = set()
    for event in run.trace.events:
        if event.operation == "end":
            ended.add(event.task)
        if event.operation == "join" and event.phase is Phase.DONE:
            assert event.resource in ended


def test_nothing_is_lost_and_the_program_ran_to_its_end(run: Watched) -> None:
    outcome = run.outcome
    assert (outcome.kind, outcome.exit_code, outcome.losses) == ("completed", 0, ())


@pytest.mark.soak
def test_a_hundred_thousand_messages_are_in_order(method: str) -> None:
    run = watch("many_to_many.py", "100000", start_method=method, follows=False, for_s=300)
    check_givers(run)
    check_locks(run)
