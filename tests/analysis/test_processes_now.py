"""What each process has for itself: its life, its exit code, its pipe ends."""

from __future__ import annotations

import pytest
from hand_made import Story, fed

from pyqdemo.analysis.now import State
from pyqdemo.analysis.processes import Processes, ProcessNow
from pyqdemo.analysis.state import RunState
from pyqdemo.analysis.waits import find_cycle, tell_waits, waits
from pyqdemo.languages import Text
from pyqdemo.trace import TaskKind

READ, WRITE = "0/pipe_end/1", "0/pipe_end/2"


def story(*, made_at: str | None = "p.py:5") -> Story:
    """A pipe and two processes, not started."""
    told = Story(queue=None, controlled=True)
    told.resource(READ, "pipe_end", "pipe[0]", location=made_at)
    told.resource(WRITE, "pipe_end", "pipe[1]", of=READ, location=made_at)
    for n, role in enumerate(("send", "receive"), 1):
        told.task(f"0.{n}", TaskKind.PROCESS, f"Process-{n}", role=role, parent="0")
    return told


def started(method: str) -> Story:
    told = story()
    told.done("0", "start", "0.1", value=method, location="p.py:8")
    return told.done("0", "start", "0.2", value=method, location="p.py:9")


def holders(told: Story, end: str) -> tuple[str, ...]:
    return fed(Processes(), told.records).holders(end)


def process(told: Story, id: str) -> ProcessNow:
    return fed(Processes(), told.records).now[id]


def test_a_fork_has_every_end_of_its_parent() -> None:
    assert holders(started("fork"), READ) == ("0", "0.1", "0.2")
    assert holders(started("fork"), WRITE) == ("0", "0.1", "0.2")


def test_a_fork_has_no_end_that_its_parent_makes_at_a_later_line() -> None:
    told = story(made_at="p.py:12").done("0", "start", "0.1", value="fork", location="p.py:8")
    assert holders(told, READ) == ("0",)


def test_a_fork_of_a_process_that_has_closed_an_end_has_it_not() -> None:
    told = story().done("0", "close", WRITE).done("0", "start", "0.1", value="fork")
    assert holders(told, WRITE) == ()
    assert holders(told, READ) == ("0", "0.1")


def test_a_spawned_process_has_what_it_uses() -> None:
    told = started("spawn")
    assert holders(told, WRITE) == ("0",)
    told.done("0.1", "send", WRITE, item="0.1#1", value="1")
    assert holders(told, WRITE) == ("0", "0.1")
    assert holders(told, READ) == ("0",)


def test_an_end_is_held_until_its_last_handle_is_closed() -> None:
    """Lending one in a message makes it two handles; the message taken out gives one away."""
    told = started("spawn").done("0", "lend", WRITE).done("0", "close", WRITE)
    assert holders(told, WRITE) == ("0",)
    told.done("0.2", "adopt", WRITE, value="0")
    assert holders(told, WRITE) == ("0.2",)


def test_a_process_that_is_over_holds_nothing() -> None:
    told = started("fork").end("0.1").done("0.1", "exit")
    assert holders(told, WRITE) == ("0", "0.2")


def test_a_process_that_ignores_sigterm_goes_on() -> None:
    told = started("spawn").begin("0.1").done("0", "terminate", "0.1", result="ignored")
    state = fed(RunState(), told.records)
    assert (process(told, "0.1").alive, state.tasks["0.1"].doomed) == (True, False)


def test_a_terminated_process_is_over_where_it_dies() -> None:
    told = (
        started("spawn").begin("0.1").done("0", "terminate", "0.1").done("0.1", "die", value="-15")
    )
    now, task = process(told, "0.1"), fed(RunState(), told.records).tasks["0.1"]
    assert (now.alive, now.exit_code, now.how, now.ended_by) == (False, -15, "terminate", "0")
    assert (task.state, task.failure, task.doomed) == (State.FAILED, "terminate by 0", False)


def test_what_a_thread_does_to_its_process_ends_all_of_it() -> None:
    """os._exit(3) in a thread."""
    told = started("spawn").task("0.1.1", TaskKind.THREAD, "T", process="0.1", parent="0.1")
    told.begin("0.1", "0.1.1").done("0.1.1", "exit", value="3")
    now, state = process(told, "0.1"), fed(RunState(), told.records)
    assert (now.alive, now.exit_code, now.how) == (False, 3, "exit")
    assert [state.tasks[id].state for id in ("0.1", "0.1.1")] == [State.FAILED, State.ENDED]
    assert state.tasks["0.1"].failure == "exit code 3"


@pytest.mark.parametrize(
    ("result", "code"),
    [(None, 0), ("raised SystemExit: 4", 4), ("raised SystemExit: text", 1), ("raised E: x", 1)],
)
def test_the_end_of_a_process_tells_its_exit_code(result: str | None, code: int) -> None:
    told = started("spawn").done("0.1", "end", result=result).done("0.1", "exit")
    assert process(told, "0.1").exit_code == code


def test_natively_a_killed_process_is_seen_to_be_over_by_whoever_joins_it() -> None:
    told = started("fork").done("0", "kill", "0.1").done("0", "join", "0.1", result="exit code -9")
    now = process(told, "0.1")
    assert (now.alive, now.exit_code, now.how, now.ended_by) == (False, -9, "kill", "0")


def test_a_process_keeps_what_it_took_to_its_grave() -> None:
    told = started("fork").resource("0/mp_lock/1", "mp_lock", "lock")
    told.done("0.1", "die", value="-9").done("0.1", "kept", "0/mp_lock/1")
    told.done("0.1", "lost", "0/stream/stdout", value="hello\n")
    now = process(told, "0.1")
    assert [gone.resource for gone in now.kept] == ["0/mp_lock/1"]
    assert [gone.value for gone in now.lost] == ["hello\n"]


def test_a_receiver_is_told_who_holds_the_other_end() -> None:
    told = started("fork").done("0.1", "exit", value="1").blocked("0.2", "recv", READ)
    state = fed(RunState(), told.records)
    (row,) = waits(state)
    assert row.holders == ("0", "0.2")
    assert tell_waits(state, (row,)) == Text(
        "Process-2 waits for a message or the end of file, and pipe[1] is held by MainThread"
        " and Process-2.",
        "Process-2 等消息或 EOF（文件结束），而 pipe[1] 在 MainThread、Process-2 手里。",
    )


def test_whoever_holds_an_end_closes_no_circle_by_that() -> None:
    """Any message would do, and any task of theirs could send it."""
    told = started("fork").blocked("0.2", "recv", READ).blocked("0", "join", "0.2")
    state = fed(RunState(), told.records)
    assert find_cycle(state, waits(state)) == ()


def test_a_lock_that_went_to_the_grave() -> None:
    told = started("fork").resource("0/mp_lock/1", "mp_lock", "lock")
    told.done("0.1", "acquire", "0/mp_lock/1").done("0", "kill", "0.1")
    told.done("0.1", "die", value="-9").done("0.1", "kept", "0/mp_lock/1")
    told.blocked("0", "acquire", "0/mp_lock/1")
    state = fed(RunState(), told.records)
    assert tell_waits(state, waits(state)) == Text(
        "MainThread waits for lock, which Process-1 took to the grave.",
        "MainThread 等 lock，而 Process-1 至死没有放开它。",
    )
