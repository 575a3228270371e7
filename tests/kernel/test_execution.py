"""One execution: who can go next, what time it is, and how it ends."""

from __future__ import annotations

from plain import Chosen, Code, drive, start

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.locks import Acquire, LockModel, Release, RLockModel
from pyqdemo.kernel.operations import ReadClock, Sleep
from pyqdemo.kernel.printing import Write
from pyqdemo.kernel.tasks import IsAlive, Join, Task
from pyqdemo.trace import Event, OutcomeKind, Phase


def events(execution: Execution) -> list[tuple[str, str, str]]:
    """(task, phase, operation) of every event."""
    assert execution.log is not None
    return [
        (event.task, str(event.phase), event.operation)
        for event in execution.log.records
        if isinstance(event, Event)
    ]


def sleeping(*seconds: float) -> Code:
    for each in seconds:
        yield Sleep(each, repr(each))


def test_a_program_that_does_nothing_begins_ends_and_exits() -> None:
    def main(execution: Execution, task: Task) -> Code:
        yield from ()

    done = drive(main)
    assert events(done) == [("0", "done", each) for each in ("begin", "end", "exit")]
    assert done.outcome().kind is OutcomeKind.COMPLETED
    assert done.choices == ["0", "0", "0"]


def test_a_task_that_waits_has_a_blocked_event_before_its_done_one() -> None:
    """Main joins a task that has not begun; the join is done when that one has ended."""

    def child(task: Task) -> Code:
        yield from ()

    def main(execution: Execution, task: Task) -> Code:
        other = yield start(task, child)
        yield Join(other)

    assert events(drive(main)) == [
        ("0", "done", "begin"),
        ("0", "done", "start"),
        ("0", "blocked", "join"),
        ("0.1", "done", "begin"),
        ("0.1", "done", "end"),
        ("0", "done", "join"),
        ("0", "done", "end"),
        ("0", "done", "exit"),
    ]


def test_the_first_done_event_of_each_step_is_of_the_task_that_was_chosen() -> None:
    """So the choices can be read off the record."""

    def child(task: Task) -> Code:
        yield Write("0/stream/stdout", ("a", "b", "\n"))

    def main(execution: Execution, task: Task) -> Code:
        yield start(task, child)
        yield start(task, child)

    done = drive(main)
    assert done.log is not None
    first: dict[int, str] = {}
    for record in done.log.records:
        if isinstance(record, Event) and record.phase is Phase.DONE:
            assert record.step is not None
            first.setdefault(record.step, record.task)
    assert list(first.values()) == done.choices
    assert list(first) == list(range(1, done.steps + 1))


def test_strict_sleeps_end_in_the_order_of_their_ends() -> None:
    """3 s, 1 s, 2 s started in that order end as 1, 2, 3, whoever is chosen where it can be."""

    def main(execution: Execution, task: Task) -> Code:
        for seconds in (3, 1, 2):
            yield start(task, lambda task, seconds=seconds: sleeping(seconds))

    done = drive(main)
    woken = [task for task, phase, what in events(done) if (phase, what) == ("done", "sleep")]
    assert woken == ["0.2", "0.3", "0.1"]
    assert done.now_ns == 3_000_000_000


def test_a_loose_sleep_may_overrun_and_takes_the_clock_along() -> None:
    """Of 3 s and 1 s the first is chosen to end first: 1 s then ends late, at 3 s."""

    def main(execution: Execution, task: Task) -> Code:
        for seconds in (3, 1):
            yield start(task, lambda task, seconds=seconds: sleeping(seconds))

    choices = ["0", "0", "0", "0.1", "0.2", "0.1"]
    done = drive(main, Chosen(choices), Limits(loose=True))
    assert done.log is not None
    ends = [
        (event.task, event.virtual_ns)
        for event in done.log.records
        if isinstance(event, Event) and event.operation == "sleep" and event.phase is Phase.DONE
    ]
    assert ends == [("0.1", 3_000_000_000), ("0.2", 3_000_000_000)]


def test_an_hour_of_sleep_takes_one_step() -> None:
    def main(execution: Execution, task: Task) -> Code:
        yield from sleeping(3600)

    done = drive(main)
    assert (done.steps, done.now_ns) == (4, 3_600_000_000_000)  # begin, sleep, end, exit


def test_the_clock_moves_for_a_task_that_finds_it_where_it_last_saw_it() -> None:
    """A second and third reading without a sleep are one and two microseconds later; after a
    sleep it shows just that sleep."""
    seen = []

    def main(execution: Execution, task: Task) -> Code:
        for _ in range(3):
            seen.append((yield ReadClock()))
        yield Sleep(1, "1")
        seen.append((yield ReadClock()))

    drive(main)
    assert seen == [0, 1_000, 3_000, 1_000_003_000]


def test_an_rlock_that_its_dead_owner_kept_is_a_deadlock_whatever_daemons_do() -> None:
    """0.1 takes the lock and ends; main waits for it, and only the heart beats on."""
    lock = RLockModel()

    def keeper(task: Task) -> Code:
        yield Acquire(lock, task)

    def main(execution: Execution, task: Task) -> Code:
        execution.register(lock, task)
        yield start(task, heartbeat, daemon=True)
        other = yield start(task, keeper)
        yield Join(other)
        yield Acquire(lock, task)

    assert drive(main).outcome().kind is OutcomeKind.DEADLOCK


def test_loose_time_does_not_run_past_the_time_bound() -> None:
    def main(execution: Execution, task: Task) -> Code:
        yield from sleeping(100)

    done = drive(main, limits=Limits(for_s=1, loose=True))
    assert (done.outcome().kind, done.now_ns) == (OutcomeKind.TIME_BOUND, 1_000_000_000)


def test_two_locks_in_opposite_order_deadlock_with_each_others_names() -> None:
    """0.1 takes a, 0.2 takes b, then each wants the other's."""
    a, b = LockModel(), LockModel()

    def crossing(first: LockModel, second: LockModel) -> object:
        def child(task: Task) -> Code:
            yield Acquire(first, task)
            yield Acquire(second, task)
            yield Release(second)
            yield Release(first)

        return child

    def main(execution: Execution, task: Task) -> Code:
        for model in (a, b):
            execution.register(model, task)
        yield start(task, crossing(a, b))  # type: ignore[arg-type]
        yield start(task, crossing(b, a))  # type: ignore[arg-type]

    done = drive(main, Chosen(["0", "0", "0", "0.1", "0.1", "0.2", "0.2"]))
    outcome = done.outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK
    assert [(w.task, w.operation, w.resource, w.holders) for w in outcome.waits] == [
        ("0", "exit", None, ("0.1", "0.2")),
        ("0.1", "acquire", "0/lock/2", ("0.2",)),
        ("0.2", "acquire", "0/lock/1", ("0.1",)),
    ]


def heartbeat(task: Task) -> Code:
    while True:
        yield Sleep(1, "1")


def test_a_heartbeat_daemon_does_not_hide_a_deadlock() -> None:
    """Main takes an RLock-like scoped lock twice; only a daemon could go on."""
    lock = LockModel()

    def main(execution: Execution, task: Task) -> Code:
        execution.register(lock, task)
        yield start(task, heartbeat, daemon=True)
        yield Acquire(lock, task, scoped=True)
        yield Acquire(lock, task, scoped=True)

    outcome = drive(main).outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK


def test_a_circle_of_others_is_no_deadlock_while_somebody_keeps_the_program_alive() -> None:
    """A daemon waits for itself; main sleeps on, and the program completes."""
    lock = LockModel()

    def itself(task: Task) -> Code:
        yield Acquire(lock, task, scoped=True)
        yield Acquire(lock, task, scoped=True)

    def main(execution: Execution, task: Task) -> Code:
        execution.register(lock, task)
        yield start(task, itself, daemon=True)
        yield from sleeping(1, 1)

    assert drive(main).outcome().kind is OutcomeKind.COMPLETED


def test_a_gate_that_another_task_opens_is_no_deadlock() -> None:
    """Main acquires a plain lock twice; a daemon lets go of it after a second."""
    gate = LockModel()

    def opener(task: Task) -> Code:
        yield Sleep(1, "1")
        yield Release(gate)

    def main(execution: Execution, task: Task) -> Code:
        execution.register(gate, task)
        yield start(task, opener, daemon=True)
        yield Acquire(gate, task)
        yield Acquire(gate, task)

    assert drive(main).outcome().kind is OutcomeKind.COMPLETED


def test_a_circle_of_gates_that_a_daemon_opens_is_no_deadlock() -> None:
    """Main has the worker's gate and waits at its own, the worker has main's and waits at its
    own: a daemon opens the worker's after a second, and the worker then main's."""
    mine, its = LockModel(), LockModel()

    def opener(task: Task) -> Code:
        yield Sleep(1, "1")
        yield Release(its)

    def worker(task: Task) -> Code:
        yield Acquire(mine, task)
        yield Acquire(its, task)
        yield Release(mine)

    def main(execution: Execution, task: Task) -> Code:
        execution.register(mine, task)
        execution.register(its, task)
        yield start(task, opener, daemon=True)
        yield Acquire(its, task)
        yield start(task, worker)
        yield Sleep(0.5, "0.5")
        yield Acquire(mine, task)

    done = drive(main)
    assert done.outcome().kind is OutcomeKind.COMPLETED
    assert done.now_ns == 1_000_000_000


def test_a_lock_with_a_bound_gives_up_at_its_deadline() -> None:
    """Main holds the lock for 2 s of virtual time; 0.1 waits for half a second."""
    lock = LockModel()
    got = []

    def impatient(task: Task) -> Code:
        got.append((yield Acquire(lock, task, timeout_s=0.5)))

    def main(execution: Execution, task: Task) -> Code:
        execution.register(lock, task)
        yield Acquire(lock, task)
        yield start(task, impatient)
        yield from sleeping(2)

    assert drive(main).outcome().kind is OutcomeKind.COMPLETED
    assert got == [False]


def test_an_rlock_is_let_go_of_as_often_as_it_was_taken() -> None:
    """Another task gets it only after the second release."""
    lock = RLockModel()
    order: list[str] = []

    def other(task: Task) -> Code:
        yield Acquire(lock, task)
        order.append("other")
        yield Release(lock)

    def main(execution: Execution, task: Task) -> Code:
        execution.register(lock, task)
        yield Acquire(lock, task)
        yield Acquire(lock, task)
        yield start(task, other)
        yield Release(lock)
        yield Sleep(0, "0")
        order.append("main")
        yield Release(lock)

    drive(main)
    assert order == ["main", "other"]


def test_an_exception_of_a_task_is_the_outcome_when_the_rest_has_ended() -> None:
    def failing(task: Task) -> Code:
        yield Sleep(0, "0")
        raise ValueError("no")

    def main(execution: Execution, task: Task) -> Code:
        yield start(task, failing)
        yield from sleeping(1)

    outcome = drive(main).outcome()
    assert (outcome.kind, outcome.detail) == (OutcomeKind.EXCEPTION, "failing: ValueError: no")


def test_the_program_ends_with_its_last_thread_that_is_no_daemon() -> None:
    """Main is over at once, 0.2 after a second; the daemon 0.1 would sleep for ever."""

    def main(execution: Execution, task: Task) -> Code:
        yield start(task, heartbeat, daemon=True)
        yield start(task, lambda task: sleeping(2.5))

    done = drive(main)
    assert done.outcome().kind is OutcomeKind.COMPLETED
    assert done.now_ns == 2_500_000_000


def test_whether_a_task_is_alive_is_seen_before_and_after_its_end() -> None:
    seen = []

    def child(task: Task) -> Code:
        yield from ()

    def main(execution: Execution, task: Task) -> Code:
        other = yield start(task, child)
        seen.append((yield IsAlive(other)))
        yield Join(other)
        seen.append((yield IsAlive(other)))

    drive(main)
    assert seen == [True, False]


def test_a_step_bound_stops_after_exactly_so_many_steps() -> None:
    def main(execution: Execution, task: Task) -> Code:
        yield from heartbeat(task)

    done = drive(main, limits=Limits(max_steps=5))
    assert (done.steps, done.outcome().kind) == (5, OutcomeKind.STEP_BOUND)
    assert done.outcome().detail == "stopped after 5 steps"


def test_a_time_bound_stops_at_exactly_that_virtual_time() -> None:
    """Sleeps of 1 s under a bound of 2.5 s: two end, and the clock stands at the bound."""

    def main(execution: Execution, task: Task) -> Code:
        yield from heartbeat(task)

    done = drive(main, limits=Limits(for_s=2.5))
    assert done.outcome().kind is OutcomeKind.TIME_BOUND
    assert done.now_ns == 2_500_000_000
    assert events(done).count(("0", "done", "sleep")) == 2


def test_the_tasks_that_can_be_chosen_come_in_the_order_of_their_ids() -> None:
    """0.2 before 0.10: ids are compared by their numbers."""
    strategy = Chosen()

    def main(execution: Execution, task: Task) -> Code:
        for _ in range(10):
            yield start(task, lambda task: sleeping(0))

    drive(main, strategy)
    assert strategy.points[11].enabled == ("0", *(f"0.{n}" for n in range(1, 11)))
