"""The stand-ins for ``multiprocessing.connection``: as the library's, script by script.

Each script is a function of a namespace (the library's, or ours) that returns plain results;
none hangs on the schedule. Modelled on CPython's ``_test_multiprocessing``: of
``_TestConnection`` the cases ``test_connection``, ``test_duplex_false``, ``test_sendbytes``,
``test_spawn_close`` (in test_connections_run), ``test_context``; of ``TestWait`` ``test_wait``,
``test_wait_timeout`` and ``test_neg_timeout``; of ``TestInvalidHandle`` what does not need a
file of one's own. Not covered: sockets, listeners, file descriptors that are passed by hand,
shared memory: those are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import connection as real
from multiprocessing.context import BufferTooShort
from pathlib import Path
from typing import Any

import pytest

from pyqdemo.errors import RunError
from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.texts import raised
from pyqdemo.strategies.random import Random
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.places import Places
from pyqdemo.worlds.threads.stand_ins.mp import connections
from pyqdemo.worlds.threads.world import Unwind, World, here

Script = Callable[[Any], Any]


class Ours:
    """Our names as a namespace."""

    Connection = connections.Connection
    Pipe = staticmethod(connections.Pipe)
    wait = staticmethod(connections.wait)


def tried(call: Callable[[], Any]) -> Any:
    """What a call returns, or how it raises."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__, error.args


def ours(script: Script) -> Any:
    """What a script returns as the main task of a run under control."""
    answers: list[Any] = []

    def main() -> None:
        answers.append(script(Ours))

    execution = carry(main)
    assert execution.failures == [], execution.failures
    return answers[0]


class Program:
    given = "program.py"


class Around:
    """As much of a process's surroundings as pickling and refusing ask for."""

    def __init__(self) -> None:
        self.modules: dict[str, Any] = {}
        self.program = Program


def carry(main: Callable[[], object]) -> Execution:
    """One execution of ``main`` as the main task."""
    execution = Execution(Random(0), Limits(), Log())

    def body() -> str | None:
        try:
            main()
        except Unwind:
            raise
        except BaseException as error:
            execution.failed(here().task, error)
            return raised(error)
        return None

    with Carriers() as carriers:
        world = World(execution, Places(str(Path(__file__).parent)), carriers)
        world.home.surroundings = Around()  # type: ignore[assignment]
        world.run(body, list)
    return execution


def messages(mp: Any) -> Any:
    """Values arrive equal and in order, on one-way and two-way pipes."""
    r, w = mp.Pipe(False)
    a, b = mp.Pipe()
    values = [1, "two", [3.0, None], {"four": (5,)}, b"six", ""]
    for value in values:
        w.send(value)
        a.send([value])
        b.send((value,))
    return [(r.recv(), b.recv(), a.recv()) for _ in values]


def directions(mp: Any) -> Any:
    r, w = mp.Pipe(False)
    a, _ = mp.Pipe(True)
    calls = [lambda: r.send(1), lambda: r.send_bytes(b""), lambda: w.recv(), lambda: w.poll()]
    calls += [lambda: w.recv_bytes(), lambda: w.recv_bytes_into(bytearray(3))]
    return [(end.readable, end.writable) for end in (r, w, a)], [tried(call) for call in calls]


def closing(mp: Any) -> Any:
    """A closed handle raises for everything, but for being closed once more."""
    r, w = mp.Pipe(False)
    before = r.closed, w.closed
    r.close()
    r.close()
    with w as same:
        same.close()
    calls = [r.recv, r.recv_bytes, r.poll, r.fileno, lambda: w.send(1), lambda: w.send_bytes(b"")]
    calls += [lambda: r.recv_bytes_into(bytearray()), lambda: mp.wait([r]), r.close]
    return before, r.closed, same is w, [tried(call) for call in calls]


def bytes_sent(mp: Any) -> Any:
    r, w = mp.Pipe(False)
    for args in [(b"abc",), (b"abc", 1), (b"abc", 1, 1), (bytearray(b"xyz"), 0, 0), (b"",)]:
        w.send_bytes(*args)
    wrong = [(b"ab", 3), (b"ab", -1), (b"ab", 1, 2), (b"ab", 1, -2), ("ab",), (b"ab", 3, 0)]
    told = [tried(lambda args=args: w.send_bytes(*args)) for args in wrong]
    return [r.recv_bytes() for _ in range(5)], told


def bytes_into(mp: Any) -> Any:
    from array import array

    r, w = mp.Pipe(False)
    buffer, numbers = bytearray(b"." * 8), array("i", [9] * 4)
    w.send_bytes(b"abc")
    w.send_bytes(b"abc")
    w.send_bytes(bytes(8))
    sizes = [r.recv_bytes_into(buffer), r.recv_bytes_into(buffer, 5), r.recv_bytes_into(numbers, 4)]
    w.send_bytes(b"abc")
    wrong = [(buffer, 6), (buffer, -1), (buffer, 9), (b"fixed",)]
    w.send_bytes(b"never seen")
    return sizes, bytes(buffer), list(numbers), [into(r, args) for args in wrong]


def into(r: Any, args: tuple[Any, ...]) -> Any:
    try:
        return r.recv_bytes_into(*args)
    except BufferTooShort as error:
        return "too short", error.args
    except Exception as error:
        return type(error).__name__, error.args


def too_long(mp: Any) -> Any:
    """A one-way end is closed then; a two-way one can still be written to."""
    r, w = mp.Pipe(False)
    a, b = mp.Pipe()
    w.send_bytes(b"abcd")
    b.send_bytes(b"abcd")
    b.send_bytes(b"abc")
    told = [tried(lambda: r.recv_bytes(-1)), tried(lambda: r.recv_bytes(3)), r.closed]
    told += [tried(lambda: w.send(1)), tried(lambda: a.recv_bytes(3)), a.closed, a.readable]
    return [*told, tried(a.recv), a.writable, a.send_bytes(b"x"), b.recv_bytes(1)]


def ends_of_file(mp: Any) -> Any:
    r, w = mp.Pipe(False)
    w.send("last")
    w.close()
    told = [r.poll(), r.recv(), r.poll(), r.poll(None), tried(r.recv), tried(r.recv_bytes)]
    r, w = mp.Pipe(False)
    r.close()
    return told, tried(lambda: w.send(1)), mp.wait([w]) == [w]


def resets(mp: Any) -> Any:
    """An end of a two-way pipe that is closed with something unread."""
    a, b = mp.Pipe()
    a.send(1)
    b.send(2)
    b.close()
    told = [a.poll(), a.recv(), tried(lambda: a.send(3)), tried(a.recv), tried(a.recv), a.poll()]
    a, b = mp.Pipe()
    b.close()
    return told, tried(lambda: a.send(3)), tried(a.recv)


def polls(mp: Any) -> Any:
    r, w = mp.Pipe(False)
    empty = [r.poll(), r.poll(0), r.poll(-1), r.poll(0.01)]
    w.send(0)
    there = [r.poll(), r.poll(-1), r.poll(5), r.poll(None), r.poll(timeout=1)]
    return empty, there, [tried(lambda bad=bad: r.poll(bad)) for bad in ("1", 1e7, 1e10)]


def waiting(mp: Any) -> Any:
    """All that are ready, in the order in which they were given."""
    pipes = [mp.Pipe(False) for _ in range(4)]
    readers = [r for r, _ in pipes]
    for number in (3, 1):
        pipes[number][1].send(number)
    found = [[readers.index(r) for r in mp.wait(given)] for given in (readers, readers[::-1])]
    pipes[0][1].close()
    found.append([readers.index(r) for r in mp.wait(iter(readers), 3)])
    return found, mp.wait([readers[2]], 0.01), mp.wait([readers[2]], -1), mp.wait([], 0)


def waiting_for_nonsense(mp: Any) -> Any:
    r, _ = mp.Pipe(False)
    calls = [lambda: mp.wait([r, r]), lambda: mp.wait([r, -1]), lambda: mp.wait(["r"])]
    calls += [lambda: mp.wait([r], "1"), lambda: mp.wait(None)]
    told = [tried(call) for call in calls]
    return [(name, [str(each).partition(" object at ")[0] for each in args]) for name, args in told]


def names(mp: Any) -> Any:
    r, _ = mp.Pipe(duplex=False)
    return type(r) is mp.Connection, repr(r).partition(" object at 0x")[0]


SCRIPTS: list[Script] = [
    messages,
    directions,
    closing,
    bytes_sent,
    bytes_into,
    too_long,
    ends_of_file,
    resets,
    polls,
    waiting,
    waiting_for_nonsense,
    names,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_a_script_returns_the_same_over_the_library_and_over_our_stand_ins(script: Script) -> None:
    assert ours(script) == script(real)


def test_a_handle_that_nobody_keeps_is_closed() -> None:
    """The write end dies with its only name: the end of file comes at once."""

    def script(mp: Any) -> Any:
        r, w = mp.Pipe(False)
        w.send(1)
        del w
        return r.recv(), tried(r.recv)

    assert ours(script) == script(real) == (1, ("EOFError", ()))


def test_a_connection_can_be_sent_through_another() -> None:
    """The sender keeps a handle more until it is taken out: the pipe stays open although both
    of its own are closed. Then what was in it is read through the new handle."""

    def script(mp: Any) -> Any:
        r, w = mp.Pipe(False)
        inner, feed = mp.Pipe(False)
        feed.send("inside")
        w.send(inner)
        inner.close()
        feed.close()
        taken = r.recv()
        return taken is inner, taken.readable, taken.writable, taken.recv(), tried(taken.recv)

    assert ours(script) == (False, True, False, "inside", ("EOFError", ()))


def test_a_file_number_is_made_up_and_said_to_be_uncontrolled() -> None:
    numbers: list[int] = []

    def main() -> None:
        numbers.extend(end.fileno() for end in connections.Pipe())

    execution = carry(main)
    assert numbers == [1_001_001_000, 1_001_001_001]
    assert execution.uncontrolled == ["Connection.fileno"]


@pytest.mark.parametrize("name", ["Listener", "Client", "Connection", "SocketListener"])
def test_what_reaches_out_of_the_run_is_refused(name: str) -> None:
    with pytest.raises(RunError) as refused:
        carry(lambda: connections.NAMES[name]("localhost"))
    assert refused.value.facts["what"] == f"multiprocessing.connection.{name}"
