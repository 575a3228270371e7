"""Locks and the like on carried threads: deadlocks and what they tell, records, unwinding."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.strategies.random import Random
from pyqdemo.trace import Event, OutcomeKind, Phase, Resource
from pyqdemo.worlds.threads.stand_ins import barriers, conditions, flags, locks, semaphores, times
from pyqdemo.worlds.threads.stand_ins.threads import Thread

sleep = times.NAMES["sleep"]
HERE = "test_locks_under_control.py"


def crossing() -> None:
    """Two tasks take two locks in opposite order."""
    a, b = locks.Lock(), locks.Lock()

    def takes(first: locks.Lock, second: locks.Lock) -> None:
        with first, second:
            pass

    Thread(target=takes, args=(a, b)).start()
    Thread(target=takes, args=(b, a)).start()


def beating() -> None:
    def beat() -> None:
        while True:
            sleep(1)

    Thread(target=beat, daemon=True).start()
    crossing()


@pytest.mark.parametrize(("main", "first"), [(crossing, 1), (beating, 2)])
def test_locks_in_opposite_order_deadlock_under_some_seed(
    main: Callable[[], None], first: int
) -> None:
    """Both outcomes are met, and the deadlock is told the same way, heartbeat or not."""
    one, other = f"0.{first}", f"0.{first + 1}"
    kinds = set()
    for seed in range(40):
        outcome = carry(main, Random(seed)).outcome()
        kinds.add(outcome.kind)
        if outcome.kind is OutcomeKind.DEADLOCK:
            rows = [row for row in outcome.waits if row.operation != "sleep"]
            assert [(row.task, row.operation, row.resource, row.holders) for row in rows] == [
                ("0", "exit", None, (one, other)),
                (one, "acquire", "0/lock/2", (other,)),
                (other, "acquire", "0/lock/1", (one,)),
            ], f"seed {seed}"
    assert kinds == {OutcomeKind.COMPLETED, OutcomeKind.DEADLOCK}


def test_a_gate_that_another_task_opens_is_no_deadlock() -> None:
    """Main acquires a plain lock twice; under no seed does the other one's release come too
    late for it, or too early."""

    def main() -> None:
        gate = locks.Lock()
        gate.acquire()
        Thread(target=gate.release, daemon=True).start()
        gate.acquire()

    for seed in range(20):
        assert carry(main, Random(seed)).outcome().kind is OutcomeKind.COMPLETED, f"seed {seed}"


@pytest.mark.parametrize("bound", [1 / 3, 0.1, 4e-10, 1e-9, 0.0, -1.0])
def test_a_bounded_wait_for_what_never_comes_ends(bound: float) -> None:
    """Also where the bound is no whole number of nanoseconds, as the clock counts them."""
    got: list[object] = []

    def main() -> None:
        condition = conditions.Condition()
        with condition:
            got.append(condition.wait_for(lambda: False, bound))

    done = carry(main, max_steps=20)
    assert (done.outcome().kind, got) == (OutcomeKind.COMPLETED, [False])
    assert done.now_ns == max(0, round(bound * 1e9))


def test_a_thread_may_be_started_while_another_task_asks_for_it() -> None:
    """Main asks and joins as soon as 0.1 is about to start 0.1.1. All is met that can be,
    as natively: it was started before the question, before the join, or behind both."""
    met = set()

    def main() -> None:
        about, told = flags.Event(), list[object]()
        late = Thread(target=lambda: sleep(1))

        def starts() -> None:
            about.wait()
            late.start()

        Thread(target=starts).start()
        about.set()
        told.append(late.is_alive())
        try:
            late.join()
        except RuntimeError as error:
            told.append(str(error))
        met.add(tuple(told))

    for seed in range(60):
        assert carry(main, Random(seed)).outcome().kind is OutcomeKind.COMPLETED, f"seed {seed}"
    text = "cannot join thread before it is started"
    assert met == {(False, text), (False,), (True,)}


def test_of_two_who_start_a_thread_one_is_refused() -> None:
    """And it runs once, whoever comes first."""
    text = "threads can only be started once"
    for seed in range(20):
        told: list[str] = []

        def main(told: list[str] = told) -> None:
            thread = Thread(target=lambda: told.append("ran"))

            def starts() -> None:
                try:
                    thread.start()
                except RuntimeError as error:
                    told.append(str(error))

            for _ in range(2):
                Thread(target=starts).start()

        assert carry(main, Random(seed)).outcome().kind is OutcomeKind.COMPLETED, f"seed {seed}"
        assert sorted(told) == ["ran", text], f"seed {seed}"


def everything() -> None:
    """Two tasks use one of each, bounds and all; any schedule ends well or is stuck."""
    lock, rlock, event = locks.Lock(), locks.RLock(), flags.Event()
    condition, over = conditions.Condition(), conditions.Condition(lock)
    permits, pair = semaphores.Semaphore(1), barriers.Barrier(2, lambda: sleep(0.1))

    def works() -> None:
        with rlock, rlock, permits:
            event.wait(0.5)
            event.set()
        pair.wait()
        with condition, condition:
            condition.wait(1)
            condition.notify_all()
        with over:
            over.wait_for(lambda: not event.is_set(), 0.5)
            over.notify()
        try:
            pair.wait(0)
        except threading.BrokenBarrierError:
            pair.reset()

    for _ in range(2):
        Thread(target=works).start()


def events(execution: Execution) -> list[Event]:
    assert execution.log is not None
    return [record for record in execution.log.records if isinstance(record, Event)]


@pytest.mark.parametrize("loose", [False, True])
def test_the_choices_can_be_read_off_the_events(loose: bool) -> None:
    """Each step has a done event, and the first is of the task that was chosen; so it is with
    every bound on the number of steps too."""
    for seed in range(12):
        done = carry(everything, Random(seed), loose=loose, max_steps=200 - 15 * seed)
        first: dict[int | None, str] = {}
        for event in events(done):
            if event.phase is Phase.DONE:
                first.setdefault(event.step, event.task)
        assert list(first.values()) == done.choices, f"seed {seed}"
        assert list(first) == list(range(1, done.steps + 1)), f"seed {seed}"


def test_the_same_seed_gives_the_same_record() -> None:
    for seed in range(6):
        one, other = (carry(everything, Random(seed), loose=True) for _ in range(2))
        assert one.log is not None and other.log is not None
        assert one.log.records == other.log.records, f"seed {seed}"


def test_a_condition_stands_behind_its_own_rlock_and_names_it() -> None:
    """As natively: the lock is made first, at the same line of the program."""

    def main() -> None:
        conditions.Condition()

    done = carry(main)
    assert done.log is not None
    made = [record for record in done.log.records if isinstance(record, Resource)]
    kinds = [(each.id, each.of) for each in made if each.kind != "stream"]
    assert kinds == [("0/rlock/1", None), ("0/condition/1", "0/rlock/1")]
    places = {each.location for each in made if each.kind != "stream"}
    assert places == {f"{HERE}:{main.__code__.co_firstlineno + 1}"}


def test_every_event_of_a_wait_is_at_the_line_of_the_wait() -> None:
    def main() -> None:
        condition = conditions.Condition()
        with condition:
            condition.wait(1)

    told = [
        (event.operation, str(event.phase), event.location, event.timeout_s)
        for event in events(carry(main))
        if event.resource in ("0/rlock/1", "0/condition/1")
    ]
    entered, waited = (f"{HERE}:{main.__code__.co_firstlineno + line}" for line in (2, 3))
    assert told == [
        ("acquire", "done", entered, None),
        ("release", "done", waited, None),
        ("wait", "blocked", waited, 1.0),
        ("wait", "done", waited, None),
        ("acquire", "done", waited, None),
        ("release", "done", entered, None),
    ]


def test_wait_for_an_hour_is_an_hour_of_the_virtual_clock() -> None:
    """Notified every minute in vain, it gives up when its hour is over."""
    got = []

    def main() -> None:
        condition = conditions.Condition()

        def notifies() -> None:
            while True:
                sleep(60)
                with condition:
                    condition.notify()

        Thread(target=notifies, daemon=True).start()
        with condition:
            got.append(condition.wait_for(lambda: False, timeout=3599.5))

    done = carry(main)
    assert (got, done.outcome().kind) == ([False], OutcomeKind.COMPLETED)
    assert done.now_ns == 3_599_500_000_000


def test_tasks_that_wait_for_ever_are_taken_off_their_stacks() -> None:
    """One in each kind of wait; each leaves its ``with`` and its ``finally`` quietly."""
    left: list[str] = []

    def main() -> None:
        lock, event, permits = locks.Lock(), flags.Event(), semaphores.Semaphore(0)
        condition, pair = conditions.Condition(), barriers.Barrier(2)
        lock.acquire()

        def inside() -> None:
            with condition:
                condition.wait()

        def permitted() -> None:
            with permits:
                pass

        def held() -> None:
            lock.acquire()
            lock.release()

        def leaves(wait: Callable[[], object], name: str) -> None:
            try:
                wait()
            finally:
                left.append(name)
                lock.release()
                event.set()

        for wait, name in (
            (held, "lock"),
            (event.wait, "event"),
            (permitted, "semaphore"),
            (inside, "condition"),
            (pair.wait, "barrier"),
        ):
            Thread(target=leaves, args=(wait, name)).start()

    before = threading.active_count()
    outcome = carry(main).outcome()
    assert (outcome.kind, outcome.losses) == (OutcomeKind.DEADLOCK, ())
    waited = [(row.operation, (row.resource or "").split("/")[1:2]) for row in outcome.waits]
    assert sorted(waited[1:]) == [
        ("acquire", ["lock"]),
        ("acquire", ["semaphore"]),
        ("wait", ["barrier"]),
        ("wait", ["condition"]),
        ("wait", ["event"]),
    ]
    assert sorted(left) == ["barrier", "condition", "event", "lock", "semaphore"]
    assert threading.active_count() == before


def test_what_a_lock_shows_of_itself_is_the_same_in_every_run() -> None:
    """Its id stands where the library has an address."""
    told: list[str] = []

    def main() -> None:
        lock = locks.RLock()
        with lock:
            told.extend(map(repr, (lock, locks.Lock(), flags.Event(), conditions.Condition(lock))))

    carry(main)
    held = "<locked _thread.RLock object owner='MainThread' count=1 at 0/rlock/1>"
    assert told == [
        held,
        "<unlocked _thread.lock object at 0/lock/1>",
        "<threading.Event at 0/event/1: unset>",
        f"<Condition({held}, 0)>",
    ]
