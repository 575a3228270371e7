"""What blocks, is cut off or ends too early leaves nothing untried."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from carrying import Family, get, put
from covering import covered, kinds, queue, said
from exhaustive import Following, Self, beside, explore
from modelled import ModelBarrier
from plain import Code
from several import drive, process

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.locks import Acquire, LockModel, Release, RLockModel
from pyqdemo.kernel.operations import Model, Sleep
from pyqdemo.kernel.queues import Get, Put, QueueModel
from pyqdemo.kernel.semaphores import AcquirePermit, ReleasePermits, SemaphoreModel
from pyqdemo.kernel.tasks import Task
from pyqdemo.point import Access, Exhausted, Point, Step
from pyqdemo.strategies import Dfs, Dpor


def test_a_task_that_is_never_let_on_might_have_come_first() -> None:
    """Who takes the lock keeps it: the other one waits for ever, and has no step that could be
    seen."""

    def code(self: Self, lock: LockModel) -> Code:
        yield Acquire(lock, self.task)
        self.told.append("got it")

    explored = covered(beside(lambda: [LockModel()], code, code))
    assert kinds(explored) == {"deadlock": 2}
    told = {ending[1] for ending in explored.endings}  # type: ignore[index]
    got = ("'got it'",)
    assert told == {(("0.1", got), ("0.2", ())), (("0.1", ()), ("0.2", got))}


def test_a_permit_that_came_from_another_hand_lets_a_task_on_sooner() -> None:
    """Either of two releases lets the reader on. If only the second one came first, ``box`` is not
    filled yet; but the two releases commute, so nothing but this tells that they might."""

    def fill(self: Self, semaphore: SemaphoreModel) -> Code:
        yield Sleep(1.0, "1")
        self.write("box", 1)
        yield ReleasePermits(semaphore)

    def release(self: Self, semaphore: SemaphoreModel) -> Code:
        yield ReleasePermits(semaphore)

    def read(self: Self, semaphore: SemaphoreModel) -> Code:
        yield AcquirePermit(semaphore)
        self.told.append(self.read("box"))

    program = beside(lambda: [SemaphoreModel(0)], fill, release, read)
    assert said(covered(program, pruned=None)) == {("1",), ("None",)}


def test_what_a_blocked_task_would_have_touched_is_remembered_from_where_it_was_not() -> None:
    """A reader takes a lock, reads ``box`` and gives the lock back; a second one keeps it; a third
    task fills ``box``. Where the second has come first, the reader waits for ever, and that it
    would have read ``box`` is not seen there. Reader first: 2 ways. Second first: 1, for then
    nobody reads."""

    def read(self: Self, lock: LockModel) -> Code:
        yield Acquire(lock, self.task)
        self.told.append(self.read("box"))
        yield Release(lock)

    def keep(self: Self, lock: LockModel) -> Code:
        yield Acquire(lock, self.task)

    def fill(self: Self, lock: LockModel) -> Code:
        yield Sleep(1.0, "1")
        self.write("box", 1)

    explored = covered(beside(lambda: [LockModel()], read, keep, fill), pruned=None)
    assert kinds(explored) == {"completed": 2, "deadlock": 1}
    assert said(explored) == {("None",), ("1",), ()}


def test_a_bound_on_a_wait_is_reached_or_not() -> None:
    """In loose time the get gives up before the put, or comes behind it."""

    def put(self: Self, buffer: QueueModel) -> Code:
        yield Put(buffer, "item")

    def get(self: Self, buffer: QueueModel) -> Code:
        try:
            self.told.append((yield Get(buffer, timeout_s=1.0)))
        except Exception as error:
            self.told.append(type(error).__name__)

    explored = covered(beside(lambda: [queue(1)], put, get))
    assert (explored.begun, said(explored)) == (2, {("'item'",), ("'Empty'",)})


def test_a_daemon_gets_as_far_as_the_end_of_the_program_lets_it() -> None:
    """A daemon of two sleeps, beside a main task that does nothing: it has not begun, has begun,
    has slept once, twice, or has ended when the program exits."""

    def daemon(self: Self) -> Code:
        for number in range(2):
            yield Sleep(1.0, "1")
            self.told.append(number)

    explored = covered(beside(list, daemon, daemons=1))
    assert explored.begun == 5
    assert said(explored) == {(), ("0",), ("0", "1")}


def test_a_daemon_that_could_go_on_at_a_deadlock_has_its_way_before() -> None:
    """Two tasks take two locks in opposite order. A daemon first sleeps, then takes one of the
    locks for good, if it is free: then nobody gets it. That is behind a step that touches
    nothing, where each execution that is first ends in the deadlock before."""

    def taking(*order: int) -> Callable[..., Code]:
        def code(self: Self, *locks: LockModel) -> Code:
            for number in order:
                yield Acquire(locks[number], self.task)
                self.told.append(number)

        return code

    def daemon(self: Self, *locks: LockModel) -> Code:
        yield Sleep(1.0, "1")
        self.told.append((yield Acquire(locks[0], self.task, block=False)))

    program = beside(
        lambda: [LockModel(), LockModel()], taking(0, 1), taking(1, 0), daemon, daemons=1
    )
    found = [said(explore(program, strategy)) for strategy in (Dpor(), Dfs())]
    assert ("True",) in {told[-1:] for told in found[0]}
    assert {told for told in found[1] if "True" in told} <= found[0]


def test_an_owner_may_take_its_lock_again_before_somebody_else_fails_to_release_it() -> None:
    """The release comes before both acquires, between them or behind them; it is refused."""

    def take(self: Self, lock: RLockModel) -> Code:
        yield Acquire(lock, self.task)
        yield Acquire(lock, self.task)

    def give(self: Self, lock: RLockModel) -> Code:
        try:
            yield Release(lock)
        except RuntimeError:
            self.told.append("refused")

    for codes in ((take, give), (give, take)):
        explored = covered(beside(lambda: [RLockModel()], *codes))
        assert (explored.begun, said(explored)) == (3, {("'refused'",)})


def test_a_process_may_have_got_what_comes_only_after_it_was_killed() -> None:
    """One process waits for an item, a second one puts it, and the first is killed. What its
    ``get`` waits for is delivered behind the kill, and might have been before it."""

    def program(strategy: Following) -> tuple[Execution, Hashable]:
        got: list[bytes] = []

        def main(family: Family) -> Code:
            family.execution.clock_matters = False
            id = family.share("mp_queue", 0)

            def getting() -> Code:
                got.append((yield from get(id)))

            def putting() -> Code:
                yield put(id, 1)

            yield family.process(getting)
            yield family.process(putting)
            yield ("process.kill", "0.1")

        execution = Family(main, strategy, Limits(loose=True)).execution
        return execution, (str(execution.outcome().kind), tuple(got))

    expected = {("completed", ()), ("completed", (b"1",))}
    assert set(covered(program, pruned=None).endings) == expected


def test_whoever_comes_to_a_barrier_depends_on_the_death_of_those_who_waited_there() -> None:
    """Of two processes that wait for each other the first is killed before the second comes, who
    then waits for an acknowledgement for ever; or behind that."""

    def program(strategy: Following) -> tuple[Execution, Hashable]:
        got: dict[str, Any] = {}

        def main(execution: Execution, task: Task) -> Code:
            execution.clock_matters = False
            barrier = ModelBarrier(execution, task, 2, False)

            def body(execution: Execution, task: Task) -> Code:
                got[task.id] = yield from barrier.wait()

            yield process(body)
            yield process(body)
            yield ("process.kill", "0.1")

        execution = drive(main, strategy, Limits(loose=True))
        return execution, (str(execution.outcome().kind), tuple(sorted(got.items())))

    explored = covered(program, pruned=None)
    assert set(explored.endings) == {
        ("deadlock", ()),  # killed before both had met
        ("completed", (("0.2", 1),)),  # killed when both had met, the first not yet gone on
        ("completed", (("0.1", 0), ("0.2", 1))),
        ("completed", (("0.1", 1), ("0.2", 0))),  # the second came first
    }


def test_an_exception_that_ends_a_task_is_found() -> None:
    def fail(self: Self) -> Code:
        yield Sleep(1.0, "1")
        if not self.read("box"):
            raise LookupError("nothing there")

    def fill(self: Self) -> Code:
        yield Sleep(1.0, "1")
        self.write("box", 1)

    assert kinds(covered(beside(list, fill, fail))) == {"completed": 1, "exception": 1}


def test_long_executions_are_covered_without_recursion() -> None:
    """10,000 steps that commute, but for the one write of either task at its end."""

    def code(number: int) -> Callable[..., Code]:
        def code(self: Self, *semaphores: SemaphoreModel) -> Code:
            for _ in range(5_000):
                yield ReleasePermits(semaphores[number])
            self.write("box", number)
            yield ReleasePermits(semaphores[number])

        return code

    def ending(execution: Execution, told: dict[str, list[Any]]) -> Hashable:
        return execution.steps

    def models() -> list[Model]:
        return [SemaphoreModel(0), SemaphoreModel(0)]

    program = beside(models, code(0), code(1), ending=ending, max_steps=50_000)
    strategy, steps = Dpor(), []
    while strategy.more:
        execution, _ = program(_Bare(strategy))  # type: ignore[arg-type]  # it draws nothing
        execution.tell_strategy()
        steps.append(execution.steps)
    assert len(steps) == 2
    assert min(steps) > 10_000


class _Bare:
    """A strategy that is not followed."""

    observes = True

    def __init__(self, strategy: Dpor) -> None:
        self.begin, self.choose, self.over = strategy.begin, strategy.choose, strategy.over


def test_executions_that_are_cut_short_do_no_harm() -> None:
    """A bound of eight steps ends each of them; there are some, and then no more."""

    def code(self: Self, lock: LockModel) -> Code:
        for _ in range(3):
            yield Acquire(lock, self.task, block=False)

    explored = explore(beside(lambda: [LockModel()], code, code, max_steps=8), Dpor())
    assert kinds(explored) == {"step_bound": explored.traces}


def run(strategy: Dpor, *steps: tuple[tuple[str, ...], str]) -> None:
    """An execution: of each step who could be chosen, and what it wrote."""
    strategy.begin()
    last = None
    for number, (enabled, part) in enumerate(steps, 1):
        chosen = strategy.choose(Point(number, "0", enabled, last, tuple))
        last = Step(chosen, (Access(part, "w"),))
    assert last is not None
    strategy.over(last)


def test_it_is_told_when_a_repeated_step_touches_something_else() -> None:
    strategy = Dpor()
    run(strategy, (("1",), "cup"), (("2", "3"), "box"), (("3",), "box"))
    assert strategy.more
    run(strategy, (("1",), "bag"), (("2", "3"), "box"), (("2",), "box"))
    assert strategy.nondeterminism == "step 1: touched bag:w; before, cup:w"
    assert not strategy.more


def test_an_execution_with_other_choices_than_before_is_stopped() -> None:
    strategy = Dpor()
    run(strategy, (("1",), "cup"), (("2", "3"), "box"), (("3",), "box"))
    with pytest.raises(Exhausted):
        run(strategy, (("1", "2"), "cup"))
    strategy.over(Step("0", ()))
    assert strategy.nondeterminism == "step 1: enabled 1 2; before, 1"
    assert not strategy.more
