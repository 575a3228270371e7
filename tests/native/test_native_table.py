"""Every watched primitive: what a call leaves in the trace, operation by operation."""

from __future__ import annotations

import sys

import pytest
from watching import Watched, step, steps, watch, write

from pyqdemo.trace import Phase, TaskKind

FULL_QUEUE = [
    "put 'b'",
    "put 'a'",
    "full -> True",
    "put 'c' -> raised Full",
    "put 'c' -> raised Full",
    "put ... at most 0.01 s",
    "put 'c' -> raised Full",
    "put 'c' -> raised ValueError: 'timeout' must be a non-negative number",
    "qsize -> 2",
]
EMPTY_QUEUE = [
    "empty -> True",
    "get -> raised Empty",
    "get ... at most 0.01 s",
    "get -> raised Empty",
    "get -> raised ValueError: 'timeout' must be a non-negative number",
    "task_done",
    "task_done",
    "join",
    "task_done -> raised ValueError: task_done() called too many times",
]


@pytest.fixture(scope="module")
def thread_queues() -> Watched:
    return watch("queues_of_threads.py")


@pytest.fixture(scope="module")
def process_queues() -> Watched:
    return watch("queues_of_processes.py")


@pytest.fixture(scope="module")
def pipes() -> Watched:
    return watch("pipes.py")


@pytest.fixture(scope="module", params=["threading", "multiprocessing"])
def locks(request: pytest.FixtureRequest) -> tuple[Watched, str]:
    prefix = "" if request.param == "threading" else "mp_"
    return watch("locks.py", request.param), prefix


@pytest.fixture(scope="module")
def orders() -> Watched:
    return watch("orders.py")


@pytest.fixture(scope="module")
def tasks() -> Watched:
    return watch("kinds_of_tasks.py")


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("queue", ["get 'b'", "get 'a'"]),
        ("lifo", ["get 'a'", "get 'b'"]),
        ("priority", ["get 'a'", "get 'b'"]),
    ],
)
def test_every_call_on_a_thread_queue_is_one_operation(
    thread_queues: Watched, kind: str, taken: list[str]
) -> None:
    """The calls of ``bounded`` in the program, in its order; blocked ones say so before."""
    assert steps(thread_queues.trace, kind) == [*FULL_QUEUE, *taken, *EMPTY_QUEUE]


def test_every_call_on_a_simple_queue_is_one_operation(thread_queues: Watched) -> None:
    assert steps(thread_queues.trace, "simple") == [
        "put 'b'",
        "put 'a'",
        "put 'c'",
        "qsize -> 3",
        "get 'b'",
        "get 'a'",
        "get 'c'",
        "empty -> True",
        "get -> raised Empty",
        "get ... at most 0.01 s",
        "get -> raised Empty",
        "get ...",
        "get -> raised ValueError: 'timeout' must be a non-negative number",
    ]


def test_the_depth_of_a_thread_queue_is_what_is_left_after_the_operation(
    thread_queues: Watched,
) -> None:
    """Two puts, two gets: 1, 2, 1, 0, in each of the three queues that count."""
    events = thread_queues.trace.events
    depths = [event.depth for event in events if event.item and event.depth is not None]
    assert depths == [1, 2, 1, 0] * 3


@pytest.mark.parametrize("kind", ["mp_queue", "mp_joinable"])
def test_every_call_on_a_process_queue_is_one_operation(process_queues: Watched, kind: str) -> None:
    """As the program calls; a get may or may not have had to wait for the feeder.

    A put on a closed queue comes by nothing that is watched.
    """
    joining = [
        "task_done",
        "task_done",
        "join",
        "task_done -> raised ValueError: task_done() called too many times",
    ]
    seen = steps(process_queues.trace, kind, task="0")
    seen = [text.partition(" Queue <")[0] for text in seen]  # not the object's address
    waited = ("get ...", "get ... at most 20 s")
    assert [text for text in seen if text not in waited] == [
        "put 'a'",
        "put 'b'",
        "full -> True",
        "put -> raised Full",
        "put ... at most 0.01 s",
        "put -> raised Full",
        "qsize -> 2",
        "get 'a'",
        "get 'b'",
        "empty -> True",
        "get -> raised Empty",
        "get ... at most 0.01 s",
        "get -> raised Empty",
        *(joining if kind == "mp_joinable" else []),
        "close",
        "get -> raised ValueError:",
    ]


def test_the_feeder_is_a_task_of_its_own(process_queues: Watched) -> None:
    """Two queues, each with a feeder of the one process."""
    feeders = [task for task in process_queues.trace.tasks if task.kind is TaskKind.FEEDER]
    assert [(task.id, task.name, task.process) for task in feeders] == [
        ("0~1", "feeder", "0"),
        ("0~2", "feeder", "0"),
    ]


def test_an_item_keeps_its_id_from_put_to_get(process_queues: Watched) -> None:
    """Each of a and b: put and get, under one id that nothing else has."""
    kinds = {resource.id: resource.kind for resource in process_queues.trace.resources}
    ways: dict[str, list[str]] = {}
    for event in process_queues.trace.events:
        if event.item and kinds.get(event.resource or "") == "mp_queue":
            ways.setdefault(event.item, []).append(step(event))
    assert sorted(ways.values()) == [
        ["put 'a'", "get 'a'"],
        ["put 'b'", "get 'b'"],
    ]


def test_every_call_on_a_process_simple_queue_is_one_operation(process_queues: Watched) -> None:
    assert steps(process_queues.trace, "mp_simple") == [
        "put 'a'",
        "empty -> False",
        "get 'a'",
        "empty -> True",
        "close",
        "put 'b' -> raised OSError: handle is closed",
        "get -> raised OSError: handle is closed",
    ]


def of_pipe(run: Watched, number: int) -> list[str]:
    """The steps on both ends of the pipe of that number, from 1, in order."""
    ends = [resource.id for resource in run.trace.resources if resource.kind == "pipe_end"]
    wanted = ends[2 * number - 2 : 2 * number]
    return [step(event) for event in run.trace.events if event.resource in wanted]


def test_every_call_on_a_one_way_pipe_is_one_operation(pipes: Watched) -> None:
    assert of_pipe(pipes, 1) == [
        "send 'a'",
        "poll -> True",
        "recv 'a'",
        "poll ... at most 0.01 s",
        "poll -> False",
        "send b'23456'",
        "recv b'23456'",
        "send b'abc'",
        "recv 3",
        "send b'abcdef'",
        "recv -> raised BufferTooShort: b'abcdef'",
        "send 'x' -> raised OSError: connection is read-only",
        "recv -> raised OSError: connection is write-only",
        "close",
        "recv -> raised EOFError",
        "close",
        "recv -> raised OSError: handle is closed",
        "poll -> raised OSError: handle is closed",
    ]


def test_every_call_on_a_two_way_pipe_is_one_operation(pipes: Watched) -> None:
    assert of_pipe(pipes, 2) == [
        "send 'ping'",
        "recv 'ping'",
        "send 'pong'",
        "recv 'pong'",
        "close",
        "recv -> raised EOFError",
        "send 'late' -> raised BrokenPipeError: [Errno 32] Broken pipe",
        "close",
    ]


def test_a_message_over_the_limit_closes_the_end_as_it_does_bare(pipes: Watched) -> None:
    assert of_pipe(pipes, 3)[-1] == "recv -> raised OSError: bad message length"


def test_every_call_on_a_lock_is_one_operation(locks: tuple[Watched, str]) -> None:
    """A refused release leaves its refusal and no release."""
    run, prefix = locks
    too_many = (
        "ValueError: semaphore or lock released too many times"
        if prefix
        else "RuntimeError: release unlocked lock"
    )
    assert steps(run.trace, f"{prefix}lock") == [
        "acquire",
        "acquire -> False",
        "acquire ... at most 0.01 s",
        "acquire -> False",
        "release",
        f"release -> raised {too_many}",
        "acquire",
        "release",
    ]


def test_an_rlock_is_acquired_and_released_as_often_as_called(locks: tuple[Watched, str]) -> None:
    run, prefix = locks
    first = next(r.id for r in run.trace.resources if r.kind == f"{prefix}rlock")
    operations = [event.operation for event in run.trace.events if event.resource == first]
    refused = [event.raised for event in run.trace.events if event.resource == first]
    assert operations == ["acquire"] * 3 + ["release"] * 4
    assert refused == [False] * 6 + [True]


def test_every_call_on_a_semaphore_is_one_operation(locks: tuple[Watched, str]) -> None:
    run, prefix = locks
    seen = [text.replace(" 1", "") for text in steps(run.trace, f"{prefix}semaphore")]
    assert seen == [
        "acquire",
        "acquire -> False",
        "acquire ... at most 0.01 s",
        "acquire -> False",
        "release",
        "release",
        "acquire",
        "release",
    ]


def test_a_bounded_semaphore_refuses_one_release_too_many(locks: tuple[Watched, str]) -> None:
    run, prefix = locks
    events = [
        (event.operation, event.raised)
        for event in run.trace.events
        if event.resource == f"0/{prefix}bounded_semaphore/1"
    ]
    assert events == [("acquire", False), ("release", False), ("release", True)]


def test_every_call_on_an_event_is_one_operation(locks: tuple[Watched, str]) -> None:
    run, prefix = locks
    assert steps(run.trace, f"{prefix}event") == [
        "is_set -> False",
        "wait ... at most 0.01 s",
        "wait -> False",
        "set",
        "is_set -> True",
        "wait",
        "clear",
        "is_set -> False",
    ]


def test_a_condition_that_is_not_held_refuses_and_its_waits_time_out(
    locks: tuple[Watched, str],
) -> None:
    """wait and notify refused; then notify, wait, wait_for (a shorter wait), notify_all."""
    run, prefix = locks
    of = f"0/{prefix}condition/1"
    seen = [
        (event.operation, event.phase is Phase.BLOCKED, event.raised, event.result == "False")
        for event in run.trace.events
        if event.resource == of
    ]
    blocked, timed_out = ("wait", True, False, False), ("wait", False, False, True)
    assert seen == [
        ("wait", False, True, False),
        ("notify", False, True, False),
        ("notify", False, False, False),
        *(blocked, timed_out) * 2,
        ("notify", False, False, False),
    ]


def test_a_condition_gives_its_lock_back_while_it_waits(locks: tuple[Watched, str]) -> None:
    """with, two waits: the lock is acquired 1 + 2 times and released 2 + 1 times in turn."""
    run, prefix = locks
    condition = run.trace.resource(f"0/{prefix}condition/1")
    assert condition.of is not None
    seen = [event.operation for event in run.trace.events if event.resource == condition.of]
    assert seen == ["acquire", "release"] * 3


def test_a_barrier_passes_breaks_and_is_reset(locks: tuple[Watched, str]) -> None:
    run, prefix = locks
    assert steps(run.trace, f"{prefix}barrier") == [
        "wait -> 0",
        "wait ... at most 0.01 s",
        "wait -> raised BrokenBarrierError",
        "reset",
        "abort",
        "wait -> raised BrokenBarrierError",
    ]


def test_a_resource_is_known_by_kind_capacity_and_place(thread_queues: Watched) -> None:
    found = [
        (resource.id, resource.kind, resource.capacity)
        for resource in thread_queues.trace.resources
        if resource.kind != "stream"
    ]
    assert found == [
        ("0/queue/1", "queue", 2),
        ("0/lifo/1", "lifo", 2),
        ("0/priority/1", "priority", 2),
        ("0/simple/1", "simple", 0),
    ]


def items(run: Watched, kind: str, operation: str) -> list[str | None]:
    """Item ids in the order of that operation."""
    events = [event for event in run.trace.events if event.operation == operation]
    return [event.item for event in events if run.trace.resource(event.resource).kind == kind]


def test_ids_leave_a_stack_in_the_stacks_order(orders: Watched) -> None:
    """a b c put, c taken, d put, then d b a: of 1 2 3 and 4, the ids 3 4 2 1."""
    assert items(orders, "lifo", "put") == ["0#1", "0#2", "0#3", "0#4"]
    assert items(orders, "lifo", "get") == ["0#3", "0#4", "0#2", "0#1"]


def test_ids_leave_a_heap_with_their_own_values(orders: Watched) -> None:
    """Put as 5 to 8; 7 is the least, 6 and 8 are one object put twice, 5 is the greatest."""
    assert items(orders, "priority", "get") == ["0#7", "0#6", "0#8", "0#5"]


def test_an_item_put_back_gets_an_id_of_its_own(orders: Watched) -> None:
    """1 put as 9, 2 as 10, 1 taken and put again as 11."""
    assert items(orders, "queue", "put") == ["0#9", "0#10", "0#11"]
    assert items(orders, "queue", "get") == ["0#9", "0#10", "0#11"]


def test_an_object_changed_after_put_is_shown_as_it_was_and_as_it_came(orders: Watched) -> None:
    assert steps(orders.trace, "simple") == ["put ['rice']", "get ['rice', 'salt']"]


def test_every_kind_of_task_is_known_by_kind_name_role_and_maker(tasks: Watched) -> None:
    """As the program makes them; within: 0.8 makes a thread, 0.9 a process that makes one."""
    table = [(t.id, t.kind.value, t.name, t.role, t.process, t.daemon) for t in tasks.trace.tasks]
    assert sorted(table) == [
        ("0", "main", "MainThread", None, "0", False),
        ("0.1", "thread", "Thread-1 (work)", "work", "0", False),
        ("0.2", "thread", "named", "work", "0", True),
        ("0.3", "thread", "Thread-2", "Chef", "0", False),
        ("0.4", "thread", "Thread-3", "Timer", "0", False),
        ("0.5", "process", "Process-1", "work", "0.5", False),
        ("0.6", "process", "called", "work", "0.6", True),
        ("0.7", "process", "Cook-3", "Cook", "0.7", False),
        ("0.8", "process", "Process-4", "within", "0.8", False),
        ("0.8.1", "thread", "Thread-4 (work)", "work", "0.8", False),
        ("0.9", "process", "Process-5", "nested", "0.9", False),
        ("0.9.1", "process", "Process-5:1", "within", "0.9.1", False),
        ("0.9.1.1", "thread", "Thread-4 (work)", "work", "0.9.1", False),
    ]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_life_of_a_task_is_begin_to_end_under_every_start_method(method: str) -> None:
    """Threads begin and end; the main thread of a process has an exit behind its end."""
    run = watch("kinds_of_tasks.py", start_method=method)
    assert run.trace.header.start_method == method
    lives: dict[str, list[str]] = {task.id: [] for task in run.trace.tasks}
    for event in run.trace.events:
        if event.phase is Phase.DONE and event.operation in ("begin", "end", "exit"):
            lives[event.task].append(event.operation)
    for task in run.trace.tasks:
        leads = task.kind in (TaskKind.MAIN, TaskKind.PROCESS)
        assert lives[task.id] == ["begin", "end", *(["exit"] if leads else [])], task


def test_a_task_is_started_and_joined_by_name(tasks: Watched) -> None:
    """Each of the nine tasks of main: start, join blocked unless it was over, join."""
    for number in range(1, 10):
        seen = [
            event.operation
            for event in tasks.trace.events
            if event.resource == f"0.{number}" and event.phase is Phase.DONE
        ]
        assert seen[:2] == ["start", "join"]


def test_queues_of_the_programs_own_are_watched_however_they_keep_their_items() -> None:
    """1, 2, 2 into each; the four classes override _put, _get, both, or put and get.

    Shown is what went in: twice the number where the class's own _put passes that on.
    """
    run = watch("own_queues.py")
    seen = {
        resource.id: [
            step(event)
            for event in run.trace.events
            if event.resource == resource.id and event.operation in ("put", "get")
        ]
        for resource in run.trace.resources
        if resource.kind in ("queue", "lifo")
    }
    assert seen == {
        "0/queue/1": ["put 1", "put 2", "put 2", "get 1", "get 2"],
        "0/queue/2": ["put 2", "put 4", "put 4", "get 2", "get 4", "get 4"],
        "0/queue/3": ["put 1", "put 2", "put 2", "get 2", "get 2", "get 1"],
        "0/lifo/1": ["put (1,)", "put (2,)", "put (2,)", "get (2,)", "get (2,)", "get (1,)"],
        "0/queue/4": [],
    }


def test_an_item_that_cannot_be_pickled_fails_in_the_feeder(tmp_path) -> None:
    """put returns; the feeder raises, on the same item and queue; the next item arrives."""
    program = write(
        tmp_path,
        "import multiprocessing as mp\n"
        "queue = mp.Queue()\n"
        "queue.put(lambda: 0)\n"
        "queue.put('next')\n"
        "print(queue.get())\n",
    )
    run = watch(program)
    moved = [event for event in run.trace.events if event.operation in ("put", "feed", "get")]
    seen = [(e.operation, e.item, e.raised) for e in moved if e.phase is Phase.DONE]
    assert sorted(seen) == [
        ("feed", "0#1", True),
        ("get", "0#2", False),
        ("put", "0#1", False),
        ("put", "0#2", False),
    ]
    assert {event.resource for event in moved} == {"0/mp_queue/1"}
    assert run.stdout == "next\n"
    assert "Can't pickle" in run.stderr


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Queue.shutdown came with Python 3.13")
def test_shutdown_ends_a_queue_and_those_who_wait() -> None:
    run = watch("shutting.py")
    assert steps(run.trace, "queue") == [
        "put 1",
        "shutdown",
        "put 2 -> raised ShutDown",
        "get 1",
        "get -> raised ShutDown",
        "shutdown immediate",
        "put 2",
        "shutdown immediate",
        "get -> raised ShutDown",
    ]
