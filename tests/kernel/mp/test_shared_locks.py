"""Locks and semaphores between processes as plain data: who holds what, for how long."""

from __future__ import annotations

import pytest
from depth_first import ByPlaces
from several import Body, Code, done, drive, ended, every, process, thread

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.tasks import Join, Task
from pyqdemo.trace import OutcomeKind


def taking(*locks: str, times: int = 1, scoped: bool = False) -> Body:
    """Takes the locks in that order and lets go of them, so many times."""

    def body(execution: Execution, task: Task) -> Code:
        for _ in range(times):
            for lock in locks:
                yield ("mp.acquire", lock, True, None, scoped)
            for lock in reversed(locks):
                yield ("mp.release", lock)

    return body


def sharing(*kinds: str | tuple[str, int], bodies: list[Body], daemons: int = 0) -> Body:
    """Makes models, and starts a process for each body, the last so many of them daemons."""

    def main(execution: Execution, task: Task) -> Code:
        for kind in kinds:
            name, *args = (kind,) if isinstance(kind, str) else kind
            execution.share(task, name, tuple(args))
        ids = []
        for number, body in enumerate(bodies):
            daemon = number >= len(bodies) - daemons
            yield process(body, daemon)
            if not daemon:
                ids.append(f"0.{number + 1}")
        for id in ids:
            yield ("process.join", id)

    return main


@pytest.mark.parametrize("kind", ["mp_lock", "mp_rlock"])
@pytest.mark.parametrize(("tasks", "times", "schedules"), [(2, 1, 2), (3, 1, 6), (2, 2, 6)])
def test_under_one_lock_a_schedule_is_an_order_of_its_holders(
    kind: str, tasks: int, times: int, schedules: int
) -> None:
    """While one holds it nobody else can go on, so what is left to choose is who is next:
    (tasks * times)! / times! ** tasks orders, which are 2, 6 and 6."""
    main = sharing(kind, bodies=[taking(f"0/{kind}/1", times=times)] * tasks)
    kinds = [run.outcome().kind for run in every(main)]
    assert kinds == [OutcomeKind.COMPLETED] * schedules


def test_two_processes_with_one_lock_each_are_told_beside_a_busy_daemon() -> None:
    """Both hold one by ``with`` and want the other's: 2 of the 4 orders of their first steps,
    whatever the daemon does meanwhile. Here the daemon is the first whenever it can be."""

    def busy(execution: Execution, task: Task) -> Code:
        while True:
            yield ("mp.sem_value", "0/mp_semaphore/1")

    a, b = "0/mp_lock/1", "0/mp_lock/2"
    bodies = [taking(a, b, scoped=True), taking(b, a, scoped=True), busy]
    main = sharing("mp_lock", "mp_lock", ("mp_semaphore", 1), bodies=bodies, daemons=1)

    class InTurn:
        def begin(self) -> None:
            self.turn = 0

        def choose(self, point: object) -> str:
            self.turn += 1
            enabled: tuple[str, ...] = point.enabled  # type: ignore[attr-defined]
            return enabled[self.turn % len(enabled)]

    kind, waits = ended(drive(main, InTurn()))
    assert kind is OutcomeKind.DEADLOCK
    assert waits == [
        ("0", "join", ("0.1",)),
        ("0.1", "acquire", ("0.2",)),
        ("0.2", "acquire", ("0.1",)),
    ]


def test_anybody_may_release_a_lock_but_not_once_too_often() -> None:
    def other(execution: Execution, task: Task) -> Code:
        yield ("mp.release", "0/mp_lock/1")
        with pytest.raises(ValueError, match=r"^semaphore or lock released too many times$"):
            yield ("mp.release", "0/mp_lock/1")

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_lock", ())
        yield ("mp.acquire", "0/mp_lock/1")
        yield process(other)
        yield ("process.join", "0.1")
        yield ("mp.acquire", "0/mp_lock/1")

    assert ended(drive(main)) == (OutcomeKind.COMPLETED, [])


def test_an_rlock_is_owned_by_one_thread_of_one_process() -> None:
    """Neither a thread beside the owner nor another process gives it back, or gets it; the
    owner takes it again, and it is free when it was given as often."""
    refused = "^attempt to release recursive lock not owned by thread$"

    def stranger(execution: Execution, task: Task) -> Code:
        with pytest.raises(AssertionError, match=refused):
            yield ("mp.release", "0/mp_rlock/1")
        got = yield ("mp.acquire", "0/mp_rlock/1", False)
        assert got is False

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_rlock", ())
        lock = "0/mp_rlock/1"
        yield ("mp.acquire", lock)
        yield ("mp.acquire", lock)
        yield process(stranger)
        yield ("process.join", "0.1")
        yield thread(stranger)
        yield ("itself", Join(execution.task("0.2")))
        yield ("mp.release", lock)
        assert (yield ("mp.sem_look", lock)) == [0, 1, 1]
        yield ("mp.release", lock)
        assert (yield ("mp.sem_look", lock)) == [1, 0, 0]
        with pytest.raises(AssertionError, match=refused):
            yield ("mp.release", lock)

    for run in every(main):
        assert run.failures == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (("mp_lock",), "0.1 kept"),
        (("mp_rlock",), "0.1 kept"),
        (("mp_semaphore", 1), "0.1 kept 1"),
    ],
)
def test_a_killed_holder_keeps_it_for_ever(kind: tuple[str, int], told: str) -> None:
    lock, got = f"0/{kind[0]}/1", "0/mp_bounded_semaphore/1"

    def holder(execution: Execution, task: Task) -> Code:
        yield ("mp.acquire", lock)
        yield ("mp.acquire", got)
        yield ("mp.acquire", got)  # for ever

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, kind[0], kind[1:])
        execution.share(task, "mp_bounded_semaphore", (1,))
        yield process(holder)
        while (yield ("mp.sem_value", got)):
            yield ("mp.acquire", lock, True, 1.0)
        yield ("process.kill", "0.1")
        assert (yield ("mp.acquire", lock, True, 1.0)) is False
        yield ("mp.acquire", lock)

    run = drive(main, ByPlaces([1, 1]))
    assert told in done(run)
    assert ended(run) == (OutcomeKind.DEADLOCK, [("0", "acquire", ("0.1",))])


def test_a_process_that_leaves_keeps_what_only_it_could_give_back() -> None:
    """An RLock; of a Lock or a permit it may have meant to leave it to others."""

    def taker(execution: Execution, task: Task) -> Code:
        for lock in ("0/mp_lock/1", "0/mp_rlock/1", "0/mp_semaphore/1"):
            yield ("mp.acquire", lock)

    main = sharing("mp_lock", "mp_rlock", ("mp_semaphore", 1), bodies=[taker])
    assert done(drive(main), "kept") == ["0.1 kept"]


def test_permits_of_a_bounded_semaphore_are_counted_over_all_processes() -> None:
    """One of two is taken here and given back there; the next release is refused there, and of
    a semaphore without a bound it is not."""

    def giver(execution: Execution, task: Task) -> Code:
        yield ("mp.release", "0/mp_bounded_semaphore/1")
        with pytest.raises(ValueError, match="released too many times"):
            yield ("mp.release", "0/mp_bounded_semaphore/1")
        yield ("mp.release", "0/mp_semaphore/1")
        assert (yield ("mp.sem_value", "0/mp_semaphore/1")) == 3

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_bounded_semaphore", (2,))
        execution.share(task, "mp_semaphore", (2,))
        yield ("mp.acquire", "0/mp_bounded_semaphore/1")
        yield process(giver)

    run = drive(main)
    assert run.failures == []
    assert "0.1 release 1" in done(run)


def test_a_lock_let_go_of_elsewhere_is_still_noted_as_the_takers_own() -> None:
    """The notes are each process's own: after a release by another process this one's still
    say that it has taken the lock once, and is the one; so a condition lets it wait."""

    def other(execution: Execution, task: Task) -> Code:
        yield ("mp.release", "0/mp_lock/1")
        assert (yield ("mp.sem_look", "0/mp_lock/1")) == [1, -1, 0]

    def main(execution: Execution, task: Task) -> Code:
        execution.share(task, "mp_lock", ())
        yield ("mp.acquire", "0/mp_lock/1")
        yield process(other)
        yield ("process.join", "0.1")
        assert (yield ("mp.sem_look", "0/mp_lock/1")) == [1, 1, 1]

    assert drive(main).failures == []
