"""What lies in frames and on their stacks is read as it is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from pyqdemo.worlds.threads.stack_depths import stops_of
from pyqdemo.worlds.threads.stacks import UNSET, Held, can_see, held_by

LIBRARY = Path(ast.__file__).parent


def here() -> Held:
    """What the calling frame holds."""
    frame = sys._getframe(1)
    return held_by(frame)


def below(held: Held, frame_code: CodeType) -> list[Any]:
    """What lies on the stack, behind the variables."""
    code = frame_code
    cells = sum(name not in code.co_varnames for name in code.co_cellvars)
    return held.slots[len(code.co_varnames) + cells + len(code.co_freevars) :]


def test_this_python_is_one_of_those_that_can_be_read() -> None:
    assert can_see()


def test_variables_are_the_objects_themselves() -> None:
    assert can_see()

    def body(first: object) -> tuple[Held, object]:
        second = [first]
        if first is None:
            unset = 1
            return here(), unset
        return here(), second

    mark = object()
    held, second = body(mark)
    assert held.slots[0] is mark
    assert held.slots[1] is second
    assert held.slots[2] is UNSET


def test_the_stack_holds_what_comes_before_the_call() -> None:
    """An iterator of the loop, then ``max``, what stands for no object, and 3."""
    assert can_see()

    def body() -> Held:
        seen: list[Held] = []
        for _ in (1, 2):
            max(3, len(seen), 0 if seen.append(here()) else 1)
            return seen[0]
        raise AssertionError

    stack = [each for each in below(body(), body.__code__) if each is not UNSET]
    kinds = [type(each).__name__ for each in stack]
    assert kinds[0] == "tuple_iterator"
    assert stack[1:4] == [max, 3, 0]


class Entered:
    """A context that looks at the frame around it."""

    held: Held
    frame: FrameType

    def __enter__(self) -> None:
        self.frame = sys._getframe(1)
        self.held = held_by(self.frame)

    def __exit__(self, *_: object) -> None: ...


def test_a_call_by_way_of_c_leaves_what_lies_below_its_operands() -> None:
    """A ``with`` statement calls by way of C: the iterators of two loops lie below."""
    assert can_see()
    context = Entered()

    def body() -> CodeType:
        for _ in [1]:
            for _ in "x":
                with context:
                    return context.frame.f_code
        raise AssertionError

    code = body()
    assert context.held.beneath_c
    kinds = [type(each).__name__ for each in below(context.held, code)]
    assert kinds[0] == "tuple_iterator"  # the compiler makes a tuple of the list
    assert kinds[1] in ("str_iterator", "str_ascii_iterator")
    assert len(kinds) == 2


def suspended() -> Iterator[Any]:
    for each in [10, 20]:  # noqa: UP028  # its loop is what is looked for
        yield each


@pytest.mark.parametrize("steps", [1, 2])
def test_a_generator_that_waits_holds_its_loop(steps: int) -> None:
    assert can_see()
    generator: Any = suspended()
    for _ in range(steps):
        next(generator)
    held = held_by(generator.gi_frame)
    assert held.slots[0] == 10 * steps
    assert held.slots[1].__reduce__()[2] == steps


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


@pytest.mark.parametrize("name", ["argparse", "ast", "contextlib", "dataclasses", "typing"])
def test_every_way_to_an_instruction_finds_as_much_on_the_stack(name: str) -> None:
    """``stops_of`` raises where two ways disagree; and nothing is deeper than the compiler has
    made room for."""
    text = (LIBRARY / f"{name}.py").read_text(encoding="utf-8")
    for code in codes(compile(text, name, "exec")):
        stops = stops_of(code)
        assert max(stop.before for stop in stops.values()) <= code.co_stacksize
        assert all(stop.below is None or stop.below >= 0 for stop in stops.values())


def test_to_look_does_not_keep_anything_alive() -> None:
    """``f_locals`` would, before Python 3.13: in the dictionary that the frame keeps."""
    assert can_see()
    gone: list[str] = []

    class Last:
        def __del__(self) -> None:
            gone.append("gone")

    def body(look: Callable[[FrameType], object]) -> None:
        last: Any = Last()
        look(sys._getframe())
        del last
        gone.append("after")

    body(lambda frame: held_by(frame).slots.clear())
    assert gone == ["gone", "after"]
