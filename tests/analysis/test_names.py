"""What resources are called: those of one name are told apart by numbers."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.analysis.labels import label
from pyqdemo.analysis.state import RunState
from pyqdemo.languages import Text
from pyqdemo.trace import Resource


def named(*resources: tuple[str, str, str]) -> list[str]:
    """Their names, each told as (id, kind, name)."""
    state = _state(resources)
    return [state.name(id) for id, _, _ in resources]


def _state(resources: Sequence[tuple[str, str, str]]) -> RunState:
    state = RunState()
    for id, kind, name in resources:
        state.add(Resource(id, kind, name))
    return state


def test_what_one_line_makes_several_times_is_numbered_in_its_order() -> None:
    forks = [(f"0/lock/{n}", "lock", "forks") for n in (1, 2, 3)]
    assert named(*forks) == ["forks 1", "forks 2", "forks 3"]


def test_the_locks_of_two_objects_are_told_apart_whatever_their_kind() -> None:
    assert named(("0/lock/1", "lock", "self.lock"), ("0/rlock/1", "rlock", "self.lock")) == [
        "self.lock 1",
        "self.lock 2",
    ]


def test_a_name_that_is_the_only_one_has_no_number() -> None:
    assert named(("0/lock/1", "lock", "one"), ("0/lock/2", "lock", "two")) == ["one", "two"]


def test_a_value_and_the_lock_that_comes_with_it_share_a_name() -> None:
    assert named(("0/mp_value/1", "mp_value", "v"), ("0/mp_rlock/1", "mp_rlock", "v")) == ["v", "v"]


def test_counters_of_several_makers_become_one_count() -> None:
    """Each task counts its own: the first lock of both is lock-1."""
    both = [("0.1/lock/1", "lock", "lock-1"), ("0.2/lock/1", "lock", "lock-1")]
    state = _state(both)
    assert [label(state, id) for id, _, _ in both] == [
        Text("lock 1", "锁 1"),
        Text("lock 2", "锁 2"),
    ]


def test_counters_that_differ_stay_as_they_are() -> None:
    assert named(("0/lock/2", "lock", "lock-2"), ("0/lock/1", "lock", "lock-1")) == [
        "lock-2",
        "lock-1",
    ]


def test_what_a_library_made_for_itself_is_not_counted() -> None:
    assert named(("0/lock/1", "lock", "gate"), ("0/lock~1", "lock", "gate")) == ["gate", "gate"]


def test_two_locks_of_a_list_are_told_apart_in_the_row_of_who_waits() -> None:
    from hand_made import Story

    from pyqdemo.analysis.waits import tell_wait
    from pyqdemo.trace import Wait

    story = Story("A", queue=None)
    for number in (1, 2):
        story.resource(f"0/lock/{number}", "lock", "forks")
    story.done("0", "acquire", "0/lock/2").blocked("0.1", "acquire", "0/lock/2")
    state = RunState()
    for record in story.records:
        state.add(record)
    told = tell_wait(state, Wait("0.1", "acquire", "0/lock/2", ("0",)))
    assert told == Text(
        "T1 waits for forks 2, held by MainThread", "T1 等 forks 2，它被 MainThread 占用"
    )
