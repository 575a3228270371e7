"""``States`` over the kernel's models: outcomes, deadlocks and livelocks of small programs."""

from __future__ import annotations

import random
from collections.abc import Callable

from state_programs import Body, Code, Program, all_outcomes, carry, outcome_of
from systems import endings, graph_of

from pyqdemo.analysis.cheapest import cheapest
from pyqdemo.analysis.fairness import FairSet, fair_sets, round_in, starved
from pyqdemo.analysis.no_return import can_end_well, no_return
from pyqdemo.analysis.state_graph import StateGraph, way_of
from pyqdemo.kernel.flags import FlagModel, IsSet, Set
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.locks import Acquire, LockModel, Release
from pyqdemo.kernel.operations import Operation, Sleep
from pyqdemo.kernel.printing import Write
from pyqdemo.kernel.queues import AskQueue, Get, Put, QueueModel
from pyqdemo.kernel.semaphores import AcquirePermit, ReadValue, ReleasePermits, SemaphoreModel
from pyqdemo.kernel.stores import FifoStore
from pyqdemo.kernel.tasks import Task
from pyqdemo.strategies import Replay
from pyqdemo.strategies.states import States

MOST = 5_000  # executions


def covered(program: Program, *, reduce: bool = True) -> States:
    """Everything, with no more than ``MOST`` executions."""
    strategy = States(reduce=reduce)
    for _ in range(MOST):
        if not strategy.more:
            assert strategy.nondeterminism is None
            return strategy
        carried = carry(program, strategy)
        if not strategy.pruned:
            strategy.ended(outcome_of(carried))
    raise AssertionError("too many executions")


def queue(maxsize: int) -> QueueModel:
    return QueueModel("queue", FifoStore(), maxsize, lambda value: (repr(value), 0))


def one_by_one(*operations: Callable[[Task], Operation]) -> Body:
    """Attempts them in turn; gives what each answered."""

    def body(task: Task) -> Code:
        answers: list[object] = []
        while len(answers) < len(operations):
            try:
                answers.append((yield operations[len(answers)](task)))
            except (RuntimeError, ValueError) as error:
                answers.append(str(error))
        return answers

    return body


def test_two_tasks_of_one_step_have_28_states() -> None:
    """Main begins (1), is to start the first task (1), and the second (the first may have come
    to its begin, its step, its end, or over: 4); waits for the first (4 * 4), for the second
    (4), is to end and to exit (2). The steps out of these: 1 + 1 + (3 + 4) +
    (3 * 4 + 3 * 4 + 4) + (3 + 1) + 1 + 1."""

    def program() -> tuple[list, list[Body]]:
        permits = SemaphoreModel(0)
        return [permits], [one_by_one(lambda task: ReleasePermits(permits))] * 2

    strategy = covered(program, reduce=False)
    assert strategy.states == 1 + 1 + 4 + 16 + 4 + 1 + 1
    assert len(graph_of(strategy).target) == 43
    assert len(endings(strategy)) == 1


def test_steps_whose_order_nobody_can_see_are_taken_in_one_order_only() -> None:
    """The same program: permits that are added commute, and who ends first makes no difference
    to a main task that joins both. Main begins, starts, joins twice, ends and exits (7), each
    task begins, adds and ends (6): 13 steps in a row, with a state before each."""

    def program() -> tuple[list, list[Body]]:
        permits = SemaphoreModel(0)
        return [permits], [one_by_one(lambda task: ReleasePermits(permits))] * 2

    strategy = covered(program)
    assert strategy.states == 7 + 6
    assert len(endings(strategy)) == 1


def crossing() -> tuple[list, list[Body]]:
    """Two locks, taken in opposite orders."""
    one, two = LockModel(), LockModel()

    def nested(outer: LockModel, inner: LockModel) -> Body:
        return one_by_one(
            lambda task: Acquire(outer, task),
            lambda task: Acquire(inner, task),
            lambda task: Release(inner),
            lambda task: Release(outer),
        )

    return [one, two], [nested(one, two), nested(two, one)]


def test_two_locks_in_opposite_orders_end_well_or_in_a_deadlock() -> None:
    assert endings(covered(crossing)) == all_outcomes(crossing)


def test_the_moment_of_no_return_is_the_second_lock() -> None:
    """Each task has taken its first lock on the cheapest way to the deadlock, and the last
    choice from which the other end can be reached is that of the second of these two."""
    graph = graph_of(covered(crossing))
    ends = {node: graph.ending(node) or "" for node in range(len(graph))}
    bad = {node for node, key in ends.items() if key.startswith("deadlock")}
    good = {key for key in ends.values() if key.startswith("completed")}
    way = cheapest(graph, bad)
    assert way is not None and len(bad) == len(good) == 1
    place = no_return(graph, way, can_end_well(graph, good))
    assert place is not None
    taken = carry(crossing, Replay(way_of(graph, way[: place + 1]).choices)).models
    assert [lock.owner and lock.owner.id for lock in taken] == ["0.1", "0.2"]
    before = carry(crossing, Replay(way_of(graph, way[:place]).choices)).models
    assert [lock.owner is None for lock in before].count(True) == 1


def polite() -> tuple[list, list[Body]]:
    """Whoever cannot get the second lock lets the first one go, sleeps, and tries again."""
    one, two = LockModel(), LockModel()

    def trying(mine: LockModel, other: LockModel) -> Body:
        def body(task: Task) -> Code:
            while True:
                yield Acquire(mine, task)
                if (yield Acquire(other, task, block=False)):
                    break
                yield Release(mine)
                yield Sleep(1.0, "1")
            yield Release(other)
            yield Release(mine)

        return body

    return [one, two], [trying(one, two), trying(two, one)]


def livelocks(graph: StateGraph) -> list[FairSet]:
    return [each for each in fair_sets(graph) if not each.writes]


def test_two_polite_tasks_can_go_round_for_ever_and_it_can_be_repeated() -> None:
    """The round, a hundred times over, comes back to the same state each time, and takes
    steps of both; yet every execution that ends ends well."""
    strategy = covered(polite)
    graph = graph_of(strategy)
    (fair,) = fair_sets(graph)
    assert (fair.writes, fair.tasks) == (False, ("0.1", "0.2"))
    assert {key.split()[0] for key in endings(strategy)} == {"completed"}
    way = cheapest(graph, set(fair.nodes))
    assert way is not None
    begun = way_of(graph, way).choices
    around = way_of(graph, round_in(graph, fair, graph.target[way[-1]])).choices
    assert set(around) == {"0.1", "0.2"}
    states = {carry(polite, Replay((*begun, *around * times))).state() for times in (0, 1, 2, 100)}
    assert len(states) == 1


def test_asking_under_a_lock_that_the_other_needs_is_no_livelock() -> None:
    """The one who asks lets go of the lock again and again; the other could take it then."""

    def program() -> tuple[list, list[Body]]:
        lock, flag = LockModel(), FlagModel()

        def ask(task: Task) -> Code:
            done = False
            while not done:
                yield Acquire(lock, task)
                done = yield IsSet(flag)
                yield Release(lock)

        tell = one_by_one(
            lambda task: Acquire(lock, task), lambda task: Set(flag), lambda task: Release(lock)
        )
        return [lock, flag], [ask, tell]

    for reduce in (True, False):
        graph = graph_of(covered(program, reduce=reduce))
        assert fair_sets(graph) == []


def spinning(first: bool, second: bool) -> Program:
    """Each of two waits in a loop for the other's flag, and sets its own before or after."""

    def program() -> tuple[list, list[Body]]:
        one, two = FlagModel(), FlagModel()

        def waiting(mine: FlagModel, its: FlagModel, early: bool) -> Body:
            def body(task: Task) -> Code:
                if early:
                    yield Set(mine)
                while not (yield IsSet(its)):
                    pass
                yield Set(mine)

            return body

        return [one, two], [waiting(one, two, first), waiting(two, one, second)]

    return program


def test_two_who_wait_in_loops_for_each_other_are_one_livelock() -> None:
    """Each waits for a flag that the other sets only behind its own loop. If one of them sets
    its flag before, nobody goes round for ever."""
    (fair,) = fair_sets(graph_of(covered(spinning(False, False))))
    assert (fair.writes, fair.tasks) == (False, ("0.1", "0.2"))
    assert fair_sets(graph_of(covered(spinning(True, False)))) == []


def test_a_producer_that_prints_for_ever_runs_for_ever() -> None:
    """And so does its consumer; neither can go round without the other, nor without printing."""

    def program() -> tuple[list, list[Body]]:
        items = queue(1)

        def produce(task: Task) -> Code:
            while True:
                yield Write("0/stream/stdout", ("made\n",))
                yield Put(items, 1)

        def consume(task: Task) -> Code:
            while True:
                yield Get(items)

        return [items], [produce, consume]

    for reduce in (True, False):
        (fair,) = fair_sets(graph_of(covered(program, reduce=reduce)))
        assert (fair.writes, fair.tasks) == (True, ("0.1", "0.2"))


def test_who_waits_for_ever_beside_one_who_is_busy_is_found() -> None:
    """One task looks at a queue again and again, another waits for an item that nobody puts,
    and the main task waits for the former, so it is stuck as well."""

    def program() -> tuple[list, list[Body]]:
        items = queue(0)

        def look(task: Task) -> Code:
            while (yield AskQueue(items, "empty")):
                yield Sleep(1.0, "1")

        return [items], [look, one_by_one(lambda task: Get(items))]

    for reduce in (True, False):
        (stuck,) = starved(graph_of(covered(program, reduce=reduce)))
        assert stuck.tasks == ("0", "0.2")


Call = Callable[[list, Task], Operation]
CALLS: tuple[Call, ...] = (
    lambda models, task: Acquire(models[0], task),
    lambda models, task: Acquire(models[0], task, timeout_s=1.0),
    lambda models, task: Release(models[0]),
    lambda models, task: Put(models[1], task.id),
    lambda models, task: Get(models[1]),
    lambda models, task: Get(models[1], block=False),
    lambda models, task: AskQueue(models[1], "qsize"),
    lambda models, task: AcquirePermit(models[2]),
    lambda models, task: ReleasePermits(models[2]),
    lambda models, task: ReadValue(models[2]),
    lambda models, task: Set(models[3]),
    lambda models, task: IsSet(models[3]),
    lambda models, task: Sleep(1.0, "1"),
    lambda models, task: Write("0/stream/stdout", (".",)),
)


def made_at_random(draw: random.Random) -> Program:
    calls = [draw.choices(CALLS, k=draw.randint(1, 4)) for _ in range(2)]
    looping = draw.random() < 0.3

    def program() -> tuple[list, list[Body]]:
        models = [LockModel(), queue(1), SemaphoreModel(1, 2), FlagModel()]

        def body_of(mine: list[Call]) -> Body:
            def body(task: Task) -> Code:
                answers: list[object] = []
                at = 0
                while at < len(mine):
                    call = mine[at]
                    at += 1
                    try:
                        answers.append((yield call(models, task)))
                    except Exception as error:
                        answers.append(type(error).__name__)
                    if looping and answers[-1] is False:
                        answers, at = [], 0
                return answers

            return body

        return models, [body_of(mine) for mine in calls]

    return program


def test_outcomes_are_those_of_every_execution_of_programs_made_at_random(
    how_many: Callable[..., int],
) -> None:
    """Programs of two tasks of up to 4 operations each; their answers are part of the outcome.
    Those are compared whose executions are few enough to be gone through one by one, but all
    with and without the reduction. Nothing in them grows for ever, so all have an end."""
    compared, different = 0, 0
    for seed in range(how_many(40, soak=2_000)):
        program = made_at_random(random.Random(f"states of programs/{seed}"))
        found = [endings(covered(program, reduce=reduce)) for reduce in (True, False)]
        assert found[0] == found[1], seed
        wanted = all_outcomes(program, most=500, limits=Limits(loose=True, max_steps=100))
        if wanted is not None:
            assert found[0] == wanted, seed
            compared += 1
            different += len(wanted) > 1
    assert compared > 10 and different > 5, (compared, different)
