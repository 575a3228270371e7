"""Prints that part: each write of a ``print`` is a step, and a line goes out as one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from everything import Next

from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import carry, ground_of, program_for
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.log import Log
from pyqdemo.point import Access, Pending, Point, Step, Strategy
from pyqdemo.trace import Event

STREAM = Access("0/stream/stdout", "w")
BUFFER = Access("stdout:0", "w")
MOST = 3_000


@pytest.fixture
def program(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


def once(program: Path, strategy: Strategy | None = None, **settings: Any) -> Execution:
    """One execution; prints part unless ``settings``, as of ``Plan``, say otherwise."""
    return next(every(program, strategy, **settings))


def every(program: Path, strategy: Strategy | None = None, **settings: Any) -> Iterator[Execution]:
    plan = Plan(program, **{"prints": "parted", **settings})
    strategy = strategy or Next()
    loaded = program_for(plan)
    with ground_of(plan) as ground:
        for _ in range(MOST):
            yield carry(loaded, plan, strategy, ground, Log())
            if not (isinstance(strategy, Next) and strategy.go_on()):
                return
    raise AssertionError(f"more than {MOST} executions")


def outputs(program: Path, **settings: Any) -> set[str]:
    return {printed(done) for done in every(program, **settings)}


def printed(done: Execution, *streams: str) -> str:
    return "".join(each.text for each in done.output if each.stream in (streams or ("stdout",)))


def sent(done: Execution, operations: tuple[str, ...] = ("write", "buffer", "lost")) -> list[Any]:
    """What went to a stream or its buffer: operation and text, step by step."""
    assert done.log is not None
    events = [each for each in done.log.records if isinstance(each, Event)]
    return [(each.operation, each.value) for each in events if each.operation in operations]


TWO = """
    import threading
    for text in "ab":
        threading.Thread(target=print, args=(text,)).start()
"""


def test_somebody_may_come_between_a_text_and_its_newline(program: Any) -> None:
    """Of the six orders of ``a``, its newline, ``b`` and its newline, two put the lines one
    after the other, and of the other four two begin with ``a`` and two with ``b``; whose
    newline then comes first cannot be seen."""
    assert outputs(program(TWO)) == {"a\nb\n", "b\na\n", "ab\n\n", "ba\n\n"}


def test_nobody_comes_in_between_where_prints_are_whole(program: Any) -> None:
    assert outputs(program(TWO), prints="whole") == {"a\nb\n", "b\na\n"}


def test_a_print_is_as_many_steps_as_it_makes_writes_that_are_not_empty(program: Any) -> None:
    """begin, the writes, then: end, the wait for threads, exit."""
    done = once(program('print("a", 1, sep="-"); print(); print("", 2, sep="", end="")'))
    assert done.steps == 1 + (4 + 1 + 1) + 4
    assert sent(done) == [
        *[("buffer", "a"), ("buffer", "-"), ("buffer", "1"), ("write", "a-1\n")],
        *[("write", "\n"), ("buffer", "2"), ("write", "2")],
    ]


def test_writelines_writes_line_by_line(program: Any) -> None:
    done = once(program('import sys; sys.stdout.writelines(["a", "b\\n", "c\\n"])'))
    assert sent(done) == [("buffer", "a"), ("write", "ab\n"), ("write", "c\n")]


def test_a_values_text_is_made_when_its_turn_comes(program: Any) -> None:
    """Natively ``a`` has been sent when the second value's ``__str__`` fails."""
    text = """
        class Bad:
            def __str__(self):
                raise ValueError("no text")

        try:
            print("a", Bad())
        except ValueError as error:
            print(error)
    """
    assert printed(once(program(text))) == "a no text\n"


def test_what_waits_is_written_at_the_end_and_by_a_flush(program: Any) -> None:
    text = 'print("a", end="", flush=True); print("b", end="")'
    assert sent(once(program(text))) == [
        *[("buffer", "a"), ("write", "a"), ("buffer", "b"), ("write", "b")]
    ]


def test_what_waits_is_lost_where_the_process_vanishes(program: Any) -> None:
    text = 'import os; print("a"); print("b", end=""); os._exit(0)'
    done = once(program(text))
    assert printed(done) == "a\n"


def test_each_stream_has_a_buffer_of_its_own(program: Any) -> None:
    text = """
        import sys
        print("a", end="")
        print("b", end="", file=sys.stderr)
        sys.stderr.flush()
        print("c")
    """
    done = once(program(text))
    assert [(each.stream, each.text) for each in done.output] == [
        ("stderr", "b"),
        ("stdout", "ac\n"),
    ]


def test_into_a_pipe_all_parts_wait_for_a_block(program: Any) -> None:
    text = 'print("a", 1); print("b" * 8190)'
    done = once(program(text), stdout="pipe")
    assert sent(done) == [
        *[("buffer", "a"), ("buffer", " "), ("buffer", "1"), ("buffer", "\n")],
        *[("buffer", "b" * 8190), ("write", f"a 1\n{'b' * 8190}")],
        *[("buffer", "\n"), ("write", "\n")],
    ]


PROCESSES = """
    import multiprocessing, threading

    def tell(text):
        thread = threading.Thread(target=print, args=(text,))
        thread.start()
        print(text, text)
        thread.join()

    if __name__ == "__main__":
        for text in "ab":
            multiprocessing.get_context("fork").Process(target=tell, args=(text,)).start()
"""


@pytest.mark.parametrize("seed", range(12))
def test_no_other_process_comes_into_a_line(seed: int, program: Any) -> None:
    """Each of them prints ``a`` and ``a a`` in two threads; within a process all may part."""
    from pyqdemo.strategies import Random

    done = once(program(PROCESSES), Random(seed))
    assert len(done.processes) == 3
    for line in printed(done).splitlines():
        assert not {"a", "b"} <= set(line)
    assert sorted(printed(done).replace("\n", "").replace(" ", "")) == list("aaabbb")


# ---------------------------------------------------------------- what a strategy sees


class Watching:
    """Goes on with the first who can; keeps who waits to send what, and what steps touched."""

    observes = True

    def __init__(self) -> None:
        self.pending: list[Pending] = []
        self.touched: list[tuple[Access, ...]] = []

    def begin(self) -> None:
        pass

    def choose(self, point: Point) -> str:
        if point.last is not None and point.step > 1:
            self.touched.append(point.last.accesses)
        seen = {each.task: each for each in point.look()}[point.enabled[0]]
        if seen.operation in ("write", "buffer", "flush"):
            self.pending.append(seen)
        return point.enabled[0]

    def over(self, last: Step) -> None:
        self.touched.append(last.accesses)


@pytest.mark.parametrize(
    ("prints", "texts"),
    [
        ("whole", ["a 1\n", "<object object at #1>\n", "a 1\n"]),
        ("parted", ["a", " ", "1", "\n", "<object object at #1>", "\n", "a", " ", "1", "\n"]),
    ],
)
def test_a_text_is_seen_before_it_is_sent(prints: str, texts: list[str], program: Any) -> None:
    text = 'print("a", 1); print(object()); print("a", 1)'
    strategy = Watching()
    once(program(text), strategy, prints=prints)
    assert [each.value for each in strategy.pending] == texts


def test_to_see_an_address_before_it_is_sent_gives_it_no_number(program: Any) -> None:
    """The second thread's object is seen first, and printed last."""
    text = """
        import threading
        kept = object(), object()
        for each in kept:
            threading.Thread(target=print, args=(each,)).start()
    """

    class Last(Watching):
        def choose(self, point: Point) -> str:
            super().choose(point)
            return point.enabled[-1]

    strategy = Last()
    done = once(program(text), strategy, prints="whole")
    assert printed(done) == "<object object at #1>\n<object object at #2>\n"


def test_where_prints_part_a_step_touches_the_buffer_and_with_its_line_the_stream(
    program: Any,
) -> None:
    """begin, ``a``, the newline, end, the wait for threads, exit."""
    strategy = Watching()
    once(program('print("a")'), strategy)
    sending = [
        tuple(each for each in step if each in (STREAM, BUFFER)) for step in strategy.touched
    ]
    assert sending == [(), (BUFFER,), (BUFFER, STREAM), (), (), ()]
    assert [each.accesses for each in strategy.pending] == [(BUFFER,), (BUFFER, STREAM)]


@pytest.mark.parametrize(
    ("stdout", "touched"),
    [("terminal", [(STREAM,)]), ("pipe", [(BUFFER,), (BUFFER, STREAM)])],
)
def test_a_whole_print_touches_the_stream_where_that_matters(
    stdout: str, touched: list[tuple[Access, ...]], program: Any
) -> None:
    """A line into a pipe waits in the buffer, and is flushed at the end."""
    from pyqdemo.worlds.threads.sights import Sight
    from pyqdemo.worlds.threads.world import World

    class Streams(Sight):
        def open(self, world: World) -> None:
            world.execution.stream_matters = True

    plan = Plan(program('print("a", 1)'), stdout=stdout)
    for sight, expected in ((Streams(), touched), (None, [()] * len(touched))):
        strategy = Watching()
        with ground_of(plan) as ground:
            carry(program_for(plan), plan, strategy, ground, sight=sight)
        assert [each.accesses for each in strategy.pending] == expected
