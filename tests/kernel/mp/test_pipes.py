"""Pipes as plain data: who may read and write, in how many steps, and when it is all over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from piping import Code, Run, by, every, recv, send, told

from pyqdemo.kernel.mp.pipe_ends import PipeEnd
from pyqdemo.kernel.mp.pipe_messages import MIXED, SHARED
from pyqdemo.trace import OutcomeKind

RESET = "ConnectionResetError: [Errno 104] Connection reset by peer"
BROKEN = "BrokenPipeError: [Errno 32] Broken pipe"


def outcomes(main: Callable[[Run], Code]) -> set[tuple[str, tuple[Any, ...]]]:
    """How every execution ends, and what was noted in it."""
    return {(str(run.execution.outcome().kind), tuple(run.notes)) for run in every(main)}


def alone(code: Callable[[Run], Code]) -> list[Any]:
    """What a program of one task notes."""
    return Run(code).notes


def test_messages_arrive_in_order_whatever_the_schedule() -> None:
    """A child sends two, the parent takes two: one order only, and the program ends."""

    def main(run: Run) -> Code:
        r, w = run.pipe()

        def child() -> Code:
            yield from send(w, b"a")
            yield from send(w, b"b")

        yield run.process(child)
        for _ in "ab":
            yield from run.noting(recv(r))

    assert outcomes(main) == {("completed", (b"a", b"b"))}


def test_a_fork_keeps_the_write_end_open_in_the_parent() -> None:
    """The child sends one message and ends. The parent still holds the write end itself, so
    that its second receive waits for ever, for itself."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, b"a"))
        yield from run.noting(recv(r))
        yield from run.noting(recv(r))

    assert outcomes(main) == {("deadlock", (b"a",))}
    (wait,) = by("", main).execution.outcome().waits
    assert (wait.task, wait.operation, wait.holders) == ("0", "recv", ("0",))


@pytest.mark.parametrize(
    ("method", "expected"),
    [("fork", {("deadlock", ())}), ("spawn", {("completed", ("EOFError",))})],
)
def test_closing_after_the_start_is_too_late_under_fork_only(
    method: str, expected: set[Any]
) -> None:
    """The receiver is started, then the parent closes both ends. A forked receiver has a copy
    of the write end; one that was spawned has only the read end it was sent."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: run.noting(recv(r)), r, method=method)
        yield ("pipe.close", w)
        yield ("pipe.close", r)

    assert outcomes(main) == expected


def test_closing_before_the_start_gives_the_end_of_file_under_fork_too() -> None:
    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield ("pipe.close", w)
        yield run.process(lambda: run.noting(recv(r)))

    assert outcomes(main) == {("completed", ("EOFError",))}


def test_the_end_of_file_comes_behind_what_was_sent_before_it() -> None:
    """The child sends one message and ends; the parent has given up the write end."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, b"last"))
        yield ("pipe.close", w)
        yield from run.noting(recv(r))
        yield from run.noting(recv(r))

    assert outcomes(main) == {("completed", (b"last", "EOFError"))}


def test_a_send_without_any_reader_breaks() -> None:
    """Either the child's send comes before its only reader closes, or it breaks."""

    def main(run: Run) -> Code:
        r, w = run.pipe()

        def child() -> Code:
            yield from run.noting(send(w, b"a"))

        yield run.process(child, w, method="spawn")
        yield ("pipe.close", r)

    assert outcomes(main) == {("completed", (None,)), ("completed", (BROKEN,))}


def test_a_poll_sees_the_first_byte_and_the_end() -> None:
    """Nothing; then 4 bytes of a large message's header; then nothing, and the end."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield from run.noting(asked(r))
        yield ("pipe.send", w, bytes(20_000))
        yield from run.noting(asked(r))
        yield ("pipe.send_on", w)
        yield from recv(r)
        yield from run.noting(asked(r))
        yield ("pipe.close", w)
        yield from run.noting(asked(r))

    assert alone(main) == [False, True, False, True]


def asked(end: str) -> Code:
    return (yield ("pipe.poll", end))


def test_a_poll_with_a_bound_waits_for_a_message_or_for_the_time() -> None:
    """Time passes only where nobody can go on, so a child that sends is always in time. Nobody
    sends afterwards: the second poll's three seconds go by."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, b"a"))
        for _ in range(2):
            yield from run.noting(asked_for_3_s(r))
            yield from run.noting(asked(r))
            if run.notes[-1]:
                yield from recv(r)

    assert outcomes(main) == {("completed", (True, True, False, False))}
    assert by("", main).execution.now_ns == 3_000_000_000


def asked_for_3_s(end: str) -> Code:
    return (yield ("pipe.poll", end, True, 3.0))


# Messages in parts.


def test_a_message_of_16384_bytes_is_one_write_and_a_longer_one_two() -> None:
    """The header of the second is written apart: its first part, which does not wait."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        for size in (16_384, 16_385):
            yield from send(w, bytes(size))
            yield from run.noting(recv(r))

    run = by("", main)
    assert [len(data) for data in run.notes] == [16_384, 16_385]
    parts = ["0 send 0#1", "0 recv 0#1", "0 send_part 0#2", "0 send 0#2", "0 recv 0#2"]
    assert told(run, "send", "send_part", "recv", "recv_part") == parts


def test_a_message_larger_than_the_pipe_goes_through_in_parts() -> None:
    """200,000 bytes behind a header of 4, which takes a page of its own as the first message in
    an empty pipe; of the body 15 pages fit, then 16 at a time as the reader takes all it finds.

    Header; 61,440 (its last 3,392 bytes do not fit behind the header's 4, whose page they could
    share: they do, before the pages: 3,392 + 61,440 = 64,832); then 65,536; 65,536; 4,096.
    """

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, bytes(range(250)) * 800))
        yield from run.noting(recv(r))

    run = by("0 0.1 0.1 0 0.1 0 0.1 0 0.1 0", main)
    assert run.notes == [bytes(range(250)) * 800]
    assert told(run, "send", "send_part", "recv", "recv_part") == [
        "0 recv ...",
        "0.1 send_part 0.1#1",
        "0.1 send_part 0.1#1",
        "0.1 send ...",
        "0 recv_part 0.1#1",
        "0 recv ...",
        "0.1 send_part 0.1#1",
        "0.1 send ...",
        "0 recv_part 0.1#1",
        "0 recv ...",
        "0.1 send_part 0.1#1",
        "0.1 send ...",
        "0 recv_part 0.1#1",
        "0 recv ...",
        "0.1 send 0.1#1",
        "0 recv 0.1#1",
    ]


def test_a_full_pipe_keeps_its_sender_waiting() -> None:
    """16 messages of 3,000 bytes take a page each with their header; the 17th waits for the
    reader, which the sender is itself: it waits for ever."""

    def main(run: Run) -> Code:
        _, w = run.pipe()
        for _ in range(17):
            yield from run.noting(send(w, bytes(3_000)))

    run = by("", main)
    assert run.notes == [None] * 16
    outcome = run.execution.outcome()
    assert outcome.kind is OutcomeKind.DEADLOCK
    assert [(wait.operation, wait.holders) for wait in outcome.waits] == [("send", ("0",))]


def test_a_reader_waits_in_the_middle_for_a_sender_that_was_killed() -> None:
    """The child has written the header when it is killed. The parent, which holds the write end
    too, reads 4 bytes and waits for the rest for ever; the item is lost."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, bytes(20_000), "big"))
        yield ("process.kill", "0.1")
        yield from run.noting(recv(r))

    run = by("0 0.1 0", main)
    assert told(run, "send_part", "die", "lost", "recv", "recv_part") == [
        "0.1 send_part 0.1#1",
        "0.1 die",
        "0.1 lost 0.1#1",
        "0 recv_part 0.1#1",
        "0 recv ...",
    ]
    assert run.execution.outcome().kind is OutcomeKind.DEADLOCK


@pytest.mark.parametrize(
    ("size", "noted"), [(20_000, "EOFError"), (70_000, "OSError: got end of file during message")]
)
def test_a_reader_whose_sender_died_in_a_message_is_told_so(size: int, noted: str) -> None:
    """Killed behind the header, the end is found where a read begins, as the library does. Killed
    with some of the body written, it is found within one."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, bytes(size)))
        yield ("pipe.close", w)
        yield ("process.kill", "0.1")
        yield from run.noting(recv(r))

    schedule = "0 0.1 0 0" if size == 20_000 else "0 0.1 0.1 0 0"
    assert by(schedule, main).notes == [noted]


def test_a_killed_reader_takes_along_what_nobody_else_can_read() -> None:
    """Two messages lie there when the only holder of the read end is killed."""

    def main(run: Run) -> Code:
        r, w = run.pipe()

        def reader() -> Code:
            yield ("pipe.close", w)
            yield ("pipe.poll", r, True)

        yield run.process(reader, r, w, method="spawn")
        yield ("pipe.close", r)
        for text in ("a", "b"):
            yield from send(w, text.encode(), text)
        yield ("process.kill", "0.1")

    run = by("0 0 0 0 0", main)
    assert told(run, "send", "die", "lost") == [
        "0 send 0#1",
        "0 send 0#2",
        "0.1 die",
        "0.1 lost 0#1",
        "0.1 lost 0#2",
    ]


def test_two_large_sends_at_once_mix_and_are_noted() -> None:
    """Both begin with their header: the reader takes the second header for the first bytes of
    the first body. That hangs on sizes, so nothing may be claimed of other executions."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        for letter in b"xy":
            yield run.process(lambda letter=letter: send(w, bytes([letter]) * 20_000))
        yield from run.noting(recv(r))

    mixed = by("0 0 0.1 0.2 0.1 0", main)
    assert mixed.notes == [bytes([0, 0, 0x4E, 0x20]) + b"x" * 19_996]
    assert mixed.execution.uncontrolled == [MIXED]


def test_a_send_behind_a_message_that_was_never_finished_is_noted() -> None:
    """The child is killed behind its header of 20,000: the parent's message becomes the first
    bytes of the body for which the reader waits."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, bytes(20_000)))
        yield ("process.kill", "0.1")
        yield from send(w, b"a")
        yield from run.noting(recv(r))

    execution = by("0 0.1 0 0 0", main).execution
    assert execution.uncontrolled == [MIXED]
    assert [wait.operation for wait in execution.outcome().waits] == ["recv"]


def test_two_small_sends_at_once_do_not_mix() -> None:
    """Messages of 4,092 bytes fill a page with their header, and are whole or not there."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: send(w, b"x" * 4_092))
        yield from send(w, b"y" * 4_092)
        for _ in range(2):
            yield from run.noting(recv(r))

    found = {(*run.notes, *run.execution.uncontrolled) for run in every(main)}
    x, y = b"x" * 4_092, b"y" * 4_092
    assert found == {(x, y), (y, x)}


def test_two_receives_at_once_are_noted() -> None:
    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield run.process(lambda: recv(r))
        yield from send(w, b"a")
        yield from send(w, b"b")
        yield from recv(r)

    assert by("0 0 0 0", main).execution.uncontrolled == [SHARED]
    assert by("0 0 0.1", main).execution.uncontrolled == []


def test_a_message_longer_than_allowed_is_left_behind_its_header() -> None:
    """The next receive takes the four first bytes of it for a size: 16,843,009 bytes."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield from send(w, bytes([1]) * 20)
        yield from run.noting(recv(r, 19))
        yield ("pipe.close", w)
        yield from run.noting(recv(r))

    assert alone(main) == [False, "OSError: got end of file during message"]


# Both ways.


def test_a_duplex_pipe_has_its_own_room_in_each_direction() -> None:
    """278 messages that are one packet fill one way; the other still takes one."""

    def main(run: Run) -> Code:
        a, b = run.pipe(duplex=True)
        for _ in range(278):
            yield from send(a, b"x")
        yield from run.noting(send(b, b"y"))
        yield from run.noting(recv(a))
        yield from run.noting(send(a, b"x"))

    run = by("", main)
    assert run.notes == [None, b"y"]
    assert [wait.operation for wait in run.execution.outcome().waits] == ["send"]


def test_a_side_that_leaves_something_unread_resets_the_connection_once() -> None:
    """What was sent before is still read; then the reset is told once, then the end."""

    def main(run: Run) -> Code:
        a, b = run.pipe(duplex=True)
        yield from send(a, b"unread")
        yield from send(b, b"read")
        yield ("pipe.close", b)
        for code in (recv(a), send(a, b"x"), recv(a), recv(a), asked(a)):
            yield from run.noting(code)

    assert alone(main) == [b"read", BROKEN, RESET, "EOFError", True]


@pytest.mark.parametrize(("size", "noted"), [(1, RESET), (1_000_000, BROKEN)])
def test_a_sender_that_waits_is_told_of_the_reset(size: int, noted: str) -> None:
    """The parent leaves without reading while the child waits: with nothing written of the
    message it is reset; with some of it written that is swallowed, and the next write breaks."""

    def main(run: Run) -> Code:
        a, b = run.pipe(duplex=True)

        def child() -> Code:
            for _ in range(279 if size == 1 else 1):
                yield from send(b, bytes(size))

        yield run.process(lambda: run.noting(child()), b, method="spawn")
        yield ("pipe.close", a)

    sends = 278 if size == 1 else 2
    assert by("0 " + "0.1 " * sends + "0", main).notes == [noted]


# Handles.


def test_a_handle_that_was_closed_meanwhile_cannot_be_used() -> None:
    """A message is there, and the receiver has seen the handle open. Another thread is quicker."""

    def main(run: Run) -> Code:
        r, w = run.pipe()

        def closer() -> Code:
            yield ("pipe.close", r)

        yield from send(w, b"a")
        yield run.thread(closer)
        yield from run.noting(recv(r))

    assert outcomes(main) == {("completed", (b"a",)), ("completed", ("OSError: handle is closed",))}


def test_closing_a_handle_at_which_another_thread_waits_is_noted() -> None:
    def main(run: Run) -> Code:
        r, _ = run.pipe()

        def closer() -> Code:
            yield ("pipe.poll", r)
            yield ("pipe.close", r)

        yield run.thread(closer)
        yield from run.noting(recv(r))

    execution = by("0 0.1 0.1", main).execution
    assert execution.uncontrolled == ["closing a pipe's end at which another thread waits"]


def test_a_handle_in_a_message_belongs_to_the_sender_until_it_is_taken() -> None:
    """The parent lends its read end and closes its own handle: the pipe stays whole, and the
    child that takes it over is its only reader."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        yield ("pipe.lend", r)
        yield ("pipe.close", r)
        run.notes.append(holders(run, r))

        def child() -> Code:
            yield ("pipe.adopt", r, "0")
            run.notes.append(holders(run, r))
            yield from run.noting(recv(r))

        yield run.process(child, method="spawn")
        yield from send(w, b"a")
        yield ("process.join", "0.1")

    assert outcomes(main) == {("completed", (("0",), ("0.1",), b"a"))}


def test_a_handle_cannot_be_taken_from_a_process_that_is_over() -> None:
    """One that left has taken its address along; of one that was killed nobody answers there."""

    def main(run: Run) -> Code:
        r, _ = run.pipe()

        def lender() -> Code:
            yield ("pipe.lend", r)

        yield run.process(lender)
        yield run.process(lender)
        yield ("process.join", "0.1")
        yield ("process.kill", "0.2")
        for lent in ("0.1", "0.2"):
            yield from run.noting(adopted(r, lent))

    gone, refused = by("0 0 0.2 0.1 0.1 0.1", main).notes
    assert gone == "FileNotFoundError: [Errno 2] No such file or directory"
    assert refused == "ConnectionRefusedError: [Errno 111] Connection refused"


def adopted(end: str, lender: str) -> Code:
    return (yield ("pipe.adopt", end, lender))


def holders(run: Run, end: str) -> tuple[str, ...]:
    model = run.execution.shared[end]
    assert isinstance(model, PipeEnd)
    return model.holders()


def test_the_holders_of_an_end_are_known_over_time() -> None:
    """A fork copies both handles, a spawn the one it is sent; each close and each end of a
    process drops what it had."""

    def main(run: Run) -> Code:
        r, w = run.pipe()
        seen = []
        run.notes.append(seen)

        def note() -> None:
            seen.append((holders(run, r), holders(run, w)))

        def idle() -> Code:
            yield ("pipe.poll", r)

        note()
        yield run.process(idle)
        note()
        yield run.process(idle, r, method="spawn")
        note()
        yield ("pipe.close", w)
        note()
        yield ("process.kill", "0.1")
        note()

    assert by("0 0 0 0", main).notes == [
        [
            (("0",), ("0",)),
            (("0", "0.1"), ("0", "0.1")),
            (("0", "0.1", "0.2"), ("0", "0.1")),
            (("0", "0.1", "0.2"), ("0.1",)),
            (("0", "0.2"), ()),
        ]
    ]


# connection.wait


def test_waiting_for_any_gives_the_places_of_all_that_are_ready() -> None:
    """A process that is over, an end with a message, a silent end, one whose other is gone."""

    def main(run: Run) -> Code:
        one, two, three = run.pipe(), run.pipe(), run.pipe()
        yield run.process(lambda: iter(()))
        yield ("process.join", "0.1")
        yield from send(one[1], b"a")
        yield ("pipe.close", three[1])
        ends = [one[0], two[0], three[0]]
        run.notes.append((yield ("pipe.wait", ends, ["0.1"])))
        run.notes.append((yield ("pipe.wait", [two[0]], [], False)))
        run.notes.append((yield ("pipe.wait", [two[0]], [], True, 1.5)))

    run = by("", main)
    assert run.notes == [[0, 2, 3], [], []]
    assert run.execution.now_ns == 1_500_000_000


def test_waiting_for_a_write_end_ends_when_nobody_can_read() -> None:
    def main(run: Run) -> Code:
        r, w = run.pipe()
        run.notes.append((yield ("pipe.wait", [w], [], False)))
        yield ("pipe.close", r)
        run.notes.append((yield ("pipe.wait", [w], [])))

    assert alone(main) == [[], [0]]


def test_who_waits_for_any_waits_for_all_their_holders() -> None:
    """The write end is held by the first process and by its fork; the third is asked for
    itself, and waits for a message too."""

    def main(run: Run) -> Code:
        r, _ = run.pipe()
        yield run.process(lambda: recv(r))
        yield run.process(lambda: recv(r), r, method="spawn")
        yield ("pipe.wait", [r], ["0.2"])

    waits = by("0 0", main).execution.outcome().waits
    assert [(wait.task, wait.operation, wait.holders) for wait in waits] == [
        ("0", "wait", ("0", "0.1", "0.2")),
        ("0.1", "recv", ("0", "0.1")),
        ("0.2", "recv", ("0", "0.1")),
    ]
