"""Thread, Timer, local and who-am-I: the same scripts over the library and over our own.

Of the cases in CPython's ``test_threading`` these are covered: ThreadTests (names, the various
ops of a thread, ident, enumerate and active_count, main_thread, daemon flags and their
inheritance, repr, is_alive after start and after the end, join and its errors, bound
methods and kwargs), ThreadJoinOnShutdown (main ends before its threads), ThreadingExceptionTests
(start and join twice or too early, daemon of a started thread, an exception in ``run``,
``SystemExit``), TimerTests (arguments, cancel), ThreadRunFail, ExceptHookTests (the default
hook, one of the program's own, ``SystemExit``), and of ``test_threading_local`` the basic ones
and subclasses with ``__init__``. Not covered, since nothing of it is modelled: fork, the frame
and trace hooks, stack sizes, subinterpreters, ``_thread``, the interpreter's own shutdown.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from harness import carry

from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.stand_ins import flags, locals, locks, threads, times

REAL = SimpleNamespace(
    **{name: getattr(threading, name) for name in threads.__all__},
    local=threading.local,
    Event=threading.Event,
    Lock=threading.Lock,
    sleep=time.sleep,
)
OURS = SimpleNamespace(
    **{name: getattr(threads, name) for name in threads.__all__},
    local=locals.local,
    Event=flags.Event,
    Lock=locks.Lock,
    sleep=times.NAMES["sleep"],
)

Script = Callable[[Any], object]


def over_the_library(script: Script) -> object:
    """Under a real thread of its own, so that names begin where ours do."""
    return script(REAL)


def over_ours(script: Script) -> object:
    results: list[object] = []
    done = carry(lambda: results.append(script(OURS)))
    assert done.outcome().kind is OutcomeKind.COMPLETED, done.outcome()
    return results[0]


def refused(call: Callable[[], object]) -> str:
    """The exception that a call raises, as text."""
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing raised"


def target_with_arguments(t: Any) -> object:
    got: list[object] = []

    def work(*args: object, **kwargs: object) -> None:
        got.append((args, kwargs))

    thread = t.Thread(target=work, args=(1, 2), kwargs={"key": 3})
    thread.start()
    thread.join()
    return got


def subclass_with_run(t: Any) -> object:
    class Mine(t.Thread):  # type: ignore[misc, name-defined]
        def __init__(self, number: int) -> None:
            super().__init__(name=f"mine-{number}")
            self.number = number
            self.result: object = None

        def run(self) -> None:
            self.result = (self.number * 2, t.current_thread() is self, self.name)

    mine = [Mine(number) for number in range(3)]
    for thread in mine:
        thread.start()
    for thread in mine:
        thread.join()
    return [thread.result for thread in mine]


def arguments_by_their_private_names(t: Any) -> object:
    """As the well-known thread with a return value uses them."""

    class Returning(t.Thread):  # type: ignore[misc, name-defined]
        def run(self) -> None:
            self.returned = self._target(*self._args, **self._kwargs)

    thread = Returning(target=lambda a, b: a + b, args=(1,), kwargs={"b": 2})
    thread.start()
    thread.join()
    return thread.returned


def names(t: Any) -> object:
    def work() -> None: ...

    class Unnamed:
        def __call__(self) -> None: ...

    named = t.Thread(target=work, name="given")
    by_target, by_object = t.Thread(target=work), t.Thread(target=Unnamed())
    named.name = 5
    return (
        named.name,
        by_target.name.endswith(" (work)"),
        "(" in by_object.name,
        t.Thread(name="").name.startswith("Thread-"),
    )


def life(t: Any) -> object:
    gate = t.Event()
    thread = t.Thread(target=gate.wait)
    seen = [(thread.is_alive(), thread.ident is None)]
    thread.start()
    seen.append((thread.is_alive(), thread.ident is None))
    gate.set()
    thread.join()
    seen.append((thread.is_alive(), thread.ident is None))
    return seen


def join_with_a_bound(t: Any) -> object:
    gate = t.Event()
    thread = t.Thread(target=gate.wait)
    thread.start()
    results = [thread.join(0.01), thread.is_alive(), thread.join(-1), thread.is_alive()]
    gate.set()
    return [*results, thread.join(timeout=None), thread.is_alive(), thread.join()]


def errors(t: Any) -> object:
    thread = t.Thread(target=lambda: None)
    told = [refused(thread.join)]
    thread.start()
    told.append(refused(thread.start))
    thread.join()
    told.append(refused(thread.start))
    told.append(refused(lambda: setattr(thread, "daemon", True)))
    told.append(refused(t.current_thread().join))

    class Forgetful(t.Thread):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            pass

    told.append(refused(Forgetful().start))
    told.append(refused(lambda: t.Thread(group=1)))
    return told


def daemons(t: Any) -> object:
    inherited: list[bool] = []

    def mother() -> None:
        inherited.append(t.Thread().daemon)
        inherited.append(t.Thread(daemon=False).daemon)

    thread = t.Thread(target=mother, daemon=True)
    thread.start()
    thread.join()
    late = t.Thread()
    late.daemon = True
    return inherited, t.Thread().daemon, late.daemon, thread.daemon


def who_is_there(t: Any) -> object:
    gate = t.Event()
    before = t.active_count()
    waiting = [t.Thread(target=gate.wait, name=f"w{n}") for n in range(3)]
    for thread in waiting:
        thread.start()
    names = sorted(each.name for each in t.enumerate() if each.name.startswith("w"))
    during = t.active_count()
    gate.set()
    for thread in waiting:
        thread.join()
    return names, during - before, t.active_count() - before


def main_is_main(t: Any) -> object:
    seen: list[object] = []

    def work() -> None:
        main = t.main_thread()
        seen.append((main.name, main.is_alive(), main is t.current_thread(), main.daemon))

    thread = t.Thread(target=work)
    thread.start()
    thread.join()
    return seen, t.main_thread().ident == t.main_thread().ident


def idents(t: Any) -> object:
    found: list[int] = []
    threads = [t.Thread(target=lambda: found.append(t.get_ident())) for _ in range(3)]
    gate = t.Lock()
    for thread in threads:
        thread.start()
        thread.join()
    with gate:
        return all(type(each) is int and each > 0 for each in found), len(found)


def reprs(t: Any) -> object:
    thread = t.Thread(name="n", daemon=True, target=lambda: None)
    told = [repr(thread)]
    thread.start()
    thread.join()
    told.append(repr(thread).replace(str(thread.ident), "IDENT"))
    return told


def timers(t: Any) -> object:
    called: list[object] = []
    timer = t.Timer(0.01, called.append, ["args"])
    by_key = t.Timer(0.02, lambda **given: called.append(given), kwargs={"key": 1})
    never = t.Timer(10, called.append, ["never"])
    for each in (timer, by_key):
        each.start()
        each.join()
    never.start()
    never.cancel()
    never.join()
    return called, never.finished.is_set()


def locals_of_threads(t: Any) -> object:
    mine = t.local()
    mine.value = "main"
    seen: list[object] = []

    def work(number: int) -> None:
        seen.append(hasattr(mine, "value"))
        mine.value = number
        seen.append(mine.value)
        del mine.value
        seen.append(refused(lambda: mine.value).partition(":")[0])

    for number in range(2):
        thread = t.Thread(target=work, args=(number,))
        thread.start()
        thread.join()
    return seen, mine.value, mine.__dict__


def local_subclass(t: Any) -> object:
    class Counting(t.local):  # type: ignore[misc, name-defined]
        shared = "class"

        def __init__(self, start: int) -> None:
            self.count = start

        @property
        def double(self) -> int:
            return self.count * 2

    mine = Counting(5)
    mine.count += 1
    seen: list[object] = []

    def work() -> None:
        mine.count += 10
        seen.append((mine.count, mine.double, mine.shared))

    thread = t.Thread(target=work)
    thread.start()
    thread.join()
    return seen, mine.count, mine.double


def local_without_init(t: Any) -> object:
    return refused(lambda: t.local(1))


def main_ends_first(t: Any) -> object:
    """Who joins is not main; main is over when this returns."""
    order: list[str] = []
    first = t.Thread(target=lambda: order.append("first"))

    def second() -> None:
        first.join()
        order.append("second")

    then = t.Thread(target=second)
    first.start()
    then.start()
    then.join()
    return order


SCRIPTS: list[Script] = [
    target_with_arguments,
    subclass_with_run,
    arguments_by_their_private_names,
    names,
    life,
    join_with_a_bound,
    errors,
    daemons,
    who_is_there,
    main_is_main,
    idents,
    reprs,
    timers,
    locals_of_threads,
    local_subclass,
    local_without_init,
    main_ends_first,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_threads_do_the_same_under_control_as_in_the_library(script: Script) -> None:
    assert over_ours(script) == over_the_library(script)
