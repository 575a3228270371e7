"""What travels between processes arrives as it was, and is taken for nothing else."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from pyqdemo.errors import RunError
from pyqdemo.worlds.processes.forms import (
    error_of,
    form_of_error,
    hidden,
    put_together,
    shown,
    taken_apart,
)


@pytest.mark.parametrize(
    "requests",
    [
        [("a", 1, None)],
        [("a", b"one", 2)],
        [("a", b"one"), (b"", "two"), (3, b"three")],
        [("\0bytes", b"x", {"\0": 1}, ["\0bytes"])],
        [(b"",)],
    ],
)
def test_bytes_in_several_requests_arrive_beside_one_message(
    requests: list[Sequence[Any]],
) -> None:
    parts: list[bytes] = []
    plain = [hidden(args, parts) for args in requests]
    lengths = [len(part) for part in parts]
    arrived = taken_apart(put_together(parts), lengths)
    assert [shown(args, arrived) for args in plain] == [list(args) for args in requests]


@pytest.mark.parametrize(
    "error",
    [
        queue.Empty(),
        queue.Full(),
        threading.BrokenBarrierError(),
        ValueError("semaphore or lock released too many times"),
        BrokenPipeError(32, "Broken pipe"),
        ProcessLookupError(3, "No such process"),
        EOFError(),
    ],
    ids=repr,
)
def test_an_operations_exception_arrives_with_its_kind_and_arguments(error: Exception) -> None:
    arrived = error_of(form_of_error(error))
    assert type(arrived) is type(error)
    assert arrived.args == error.args


def test_an_exception_that_no_operation_raises_is_raised_here() -> None:
    with pytest.raises(RunError):
        form_of_error(RunError("cannot_start", reason="no more processes"))
