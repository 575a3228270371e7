"""As many executions as there are ways in which steps depend on each other, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import pytest
from covering import covered, kinds, queue, said
from exhaustive import Self, beside, explore
from plain import Code

from pyqdemo.kernel.barriers import Arrive, BarrierModel, Pass
from pyqdemo.kernel.flags import FlagModel, IsSet, Set
from pyqdemo.kernel.locks import Acquire, LockModel, Release
from pyqdemo.kernel.operations import Sleep
from pyqdemo.kernel.queues import Get, Put, QueueModel, TaskDone
from pyqdemo.kernel.semaphores import AcquirePermit, SemaphoreModel
from pyqdemo.strategies import Dfs, Dpor


def test_independent_tasks_take_one_execution() -> None:
    """Three tasks of four steps, each on a semaphore of its own: 12! / (4!)³ schedules, and one
    way."""

    def code(number: int) -> Callable[..., Code]:
        def code(self: Self, *semaphores: SemaphoreModel) -> Code:
            for _ in range(4):
                yield AcquirePermit(semaphores[number])

        return code

    explored = covered(beside(lambda: [SemaphoreModel(4) for _ in range(3)], *map(code, range(3))))
    assert explored.begun == 1


@pytest.mark.parametrize("joined", [True, False])
def test_starts_and_ends_of_tasks_take_no_execution_of_their_own(joined: bool) -> None:
    def code(self: Self) -> Code:
        yield Sleep(1.0, "1")

    assert covered(beside(list, code, code, code, joined=joined)).begun == 1


@pytest.mark.parametrize(("tasks", "steps", "count"), [(2, 3, 20), (2, 4, 70), (3, 2, 90)])
def test_steps_that_all_depend_on_each_other_come_in_every_order(
    tasks: int, steps: int, count: int
) -> None:
    """(kn)! / (n!)^k: 6! / (3!)² = 20, 8! / (4!)² = 70, 6! / (2!)³ = 90."""

    def code(self: Self, lock: LockModel) -> Code:
        for _ in range(steps):
            yield Acquire(lock, self.task, block=False)

    explored = covered(beside(lambda: [LockModel()], *[code] * tasks))
    assert explored.begun == count


def test_reads_commute_with_each_other_but_not_with_a_write() -> None:
    """Each of the three readers comes before the ``set`` or behind it: 2³."""

    def read(self: Self, flag: FlagModel) -> Code:
        self.told.append((yield IsSet(flag)))

    def write(self: Self, flag: FlagModel) -> Code:
        yield Set(flag)

    explored = covered(beside(lambda: [FlagModel()], read, read, read, write))
    assert (explored.begun, len(explored.endings)) == (8, 8)


def test_two_locks_in_opposite_order_are_three_executions() -> None:
    """The first task's pair comes first, or the second's, or each takes one lock: a deadlock."""

    def taking(first: int, second: int) -> Callable[..., Code]:
        def code(self: Self, *locks: LockModel) -> Code:
            for number in (first, second):
                yield Acquire(locks[number], self.task)
            for number in (second, first):
                yield Release(locks[number])

        return code

    explored = covered(beside(lambda: [LockModel(), LockModel()], taking(0, 1), taking(1, 0)))
    assert kinds(explored) == {"completed": 2, "deadlock": 1}


@pytest.mark.parametrize("seats", [2, 3, 4])
def test_philosophers_take_as_many_executions_as_forks_can_be_taken_first(seats: int) -> None:
    """Each fork is taken first by one of two: 2ⁿ ways. If each is taken first by who sits at its
    left, that is a deadlock. That each is so by who sits at its right cannot be: everybody
    would have had to take the other one before."""

    def code(seat: int) -> Callable[..., Code]:
        def code(self: Self, *forks: LockModel) -> Code:
            mine, other = forks[seat], forks[(seat + 1) % seats]
            yield Acquire(mine, self.task)
            yield Acquire(other, self.task)
            yield Release(other)
            yield Release(mine)

        return code

    explored = covered(
        beside(lambda: [LockModel() for _ in range(seats)], *map(code, range(seats))), pruned=None
    )
    assert kinds(explored) == {"completed": 2**seats - 2, "deadlock": 1}
    assert explored.begun <= 40


def test_a_bounded_buffer_takes_400_executions() -> None:
    """Queue(2), two producers of three items, two consumers of three: the puts come in 6! / (3!)²
    = 20 orders, the gets in 20, and of a put and a get the order never matters, where both can
    take effect. Each order of the puts can meet each of the gets."""

    def producer(self: Self, buffer: QueueModel) -> Code:
        for number in range(3):
            yield Put(buffer, (self.task.id, number))

    def consumer(self: Self, buffer: QueueModel) -> Code:
        for _ in range(3):
            self.told.append((yield Get(buffer)))

    program = beside(lambda: [queue(2)], producer, producer, consumer, consumer)
    explored = explore(program, Dpor())
    assert (explored.traces, len(explored.forms)) == (comb(6, 3) ** 2, 400)
    assert explored.begun <= 500


def test_plain_data_in_a_step_is_a_dependency() -> None:
    """Two sleeps touch nothing, but what follows them in their steps touches ``box``."""

    def fill(self: Self) -> Code:
        yield Sleep(1.0, "1")
        self.write("box", 1)

    def use(self: Self) -> Code:
        yield Sleep(1.0, "1")
        self.told.append(self.read("box"))

    explored = covered(beside(list, fill, use))
    assert (explored.begun, said(explored)) == (2, {("1",), ("None",)})


def test_all_values_are_drawn_in_every_order_that_matters() -> None:
    """Two tasks draw one of two values and write it to ``box``: 2 x 2 values, 2 orders."""

    def code(self: Self) -> Code:
        yield Sleep(1.0, "1")
        self.write("box", self.draw(2))
        self.told.append(self.plain["box"])

    explored = covered(beside(list, code, code))
    assert explored.begun == 8
    assert said(explored) == {(one, other) for one in "01" for other in "01"}


def test_what_is_drawn_decides_what_depends() -> None:
    """A value of 1 writes ``box``, one of 0 nothing. Two tasks: both 0, or one of them: 1 way
    each; both 1: 2 orders. Some come twice, for who sleeps does so with all that it may draw."""

    def code(self: Self) -> Code:
        yield Sleep(1.0, "1")
        self.told.append(self.draw(2))
        if self.told[-1]:
            self.write("box", self.task.id)

    program = beside(list, code, code)
    assert len(explore(program, Dpor()).forms) == 1 + 1 + 1 + 2
    assert set(explore(program, Dpor()).forms) == set(explore(program, Dfs()).forms)


def test_a_task_done_too_many_is_refused_to_whoever_comes_last() -> None:
    def code(self: Self, buffer: QueueModel) -> Code:
        try:
            yield TaskDone(buffer)
            self.told.append("done")
        except ValueError:
            self.told.append("refused")

    def put(self: Self, buffer: QueueModel) -> Code:
        yield Put(buffer, "item")

    explored = covered(beside(lambda: [queue(0)], put, code, code))
    both = {("'done'", "'refused'"), ("'refused'", "'done'"), ("'refused'", "'refused'")}
    assert said(explored) == both
    # put, then the two in either order; one before the put, which then refuses no more: 2; both
    # before it: 2.
    assert explored.begun == 6


def test_tasks_pass_a_barrier_in_the_order_of_their_arrivals_alone() -> None:
    """Three tasks: 3! orders in which they arrive; in which they pass does not matter."""

    def code(self: Self, barrier: BarrierModel) -> Code:
        answer = yield Arrive(barrier, False, None)
        self.told.append((yield answer) if isinstance(answer, Pass) else answer)

    explored = covered(beside(lambda: [BarrierModel(3)], code, code, code))
    assert (explored.begun, len(said(explored))) == (6, 6)
