"""The copy that a simulated fork makes is what the system's fork leaves in the child.

Little programs fork for real, by Python itself, and under control, and must print the same;
graphs of objects drawn at random are copied and compared with what they were.
"""

from __future__ import annotations

import builtins
import os
import random
import subprocess
import sys
from collections import deque
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

import pyqdemo
from pyqdemo.worlds.threads.copying import CannotCopy, copy_process

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

#: What comes before ``child`` is there when the process forks. Each part prints what it sees.
PROGRAMS = {
    "globals": (
        "numbers = [1, 2]; again = numbers; text = 'a'; nested = {'n': numbers, (1, 2): {3}}",
        "numbers.append(3); print(again, nested, text, again is nested['n'])",
    ),
    "functions": (
        """
        def counter():
            count = 0
            def more(by=[1], *, scale={"x": 1}):
                nonlocal count
                count += by[0] * scale["x"]
                return count
            def read():
                return count
            return more, read
        more, read = counter()
        more.called = [more]
        more()
        """,
        """
        more(); more.__defaults__[0].append(2)
        print(read(), more.called[0] is more, more.__defaults__, more.__qualname__)
        """,
    ),
    "decorators": (
        """
        import functools
        calls = []
        def noted(function):
            @functools.wraps(function)
            def wrapper(*args):
                calls.append(function.__name__)
                return function(*args)
            return wrapper
        @noted
        def twice(x: int) -> int:
            return 2 * x
        half = functools.partial(twice, 4)
        """,
        "print(half(), calls, twice.__wrapped__.__annotations__, half.func is twice)",
    ),
    "classes": (
        """
        class Base:
            made = []
            def __init_subclass__(cls, **more):
                Base.made.append(cls.__name__)
            def __init__(self):
                self.made.append(type(self))
            def who(self):
                return "base"
        class Below(Base):
            __slots__ = ("x", "__y")
            def __init__(self, x):
                super().__init__()
                self.x, self.__y = x, [x]
            def who(self):
                return "below " + super().who()
            @property
            def y(self):
                return self.__y
            @classmethod
            def new(cls):
                return cls([])
            @staticmethod
            def name():
                return __class__.__name__
        one = Below("x")
        bound = one.who
        """,
        """
        class More(Below): pass
        print(Base.made[0], Base.made[1] is Below, Base.made[2:], one.y)
        print(bound(), bound.__self__ is one, More.__mro__[1] is Below)
        print(type(Below.new()) is Below, isinstance(one, Base), Below.name())
        """,
    ),
    "dataclasses": (
        """
        from dataclasses import dataclass, field, asdict, replace
        @dataclass(order=True)
        class Item:
            number: int
            tags: list = field(default_factory=list)
        @dataclass(frozen=True, slots=True)
        class Point:
            x: int
            y: int = 0
        items = [Item(1), Item(2, ["a"])]
        points = {Point(1): items, Point(2, 3): items[0]}
        corners = frozenset(points)
        """,
        """
        print(points[Point(1)] is items, points[Point(2, 3)] is items[0], Point(1) in corners)
        print(items < [Item(1), Item(3)], asdict(items[1]), replace(Point(5), y=6), Item(7))
        """,
    ),
    "abstract classes and enumerations": (
        """
        from abc import ABC, abstractmethod
        from enum import Enum, IntFlag
        class Colour(Enum):
            RED = 1
            BLUE = "b"
            def loud(self):
                return self.name.upper() + "!"
        class Mode(IntFlag):
            READ = 1
            WRITE = 2
        class Shape(ABC):
            @abstractmethod
            def area(self): ...
        class Square(Shape):
            colour = Colour.RED
            def area(self): return 4
        class Other: pass
        Shape.register(Other)
        shapes = {Colour.RED: Square(), Mode.READ | Mode.WRITE: 3}
        """,
        """
        print(isinstance(shapes[Colour.RED], Shape), issubclass(Other, Shape), Colour("b").loud())
        print(Square().area(), list(shapes), Square.colour is Colour.RED, Shape.__abstractmethods__)
        try: Shape()
        except TypeError as error: print(error)
        """,
    ),
    "the library's containers": (
        """
        import collections, itertools, types
        Pair = collections.namedtuple("Pair", "left right")
        ids = itertools.count(3, 2); next(ids)
        last = collections.deque([1, 2, 3], maxlen=3)
        words = collections.defaultdict(list, a=[1])
        count = collections.Counter("banana")
        order = collections.OrderedDict(z=1, a=2); order.move_to_end("z")
        space = types.SimpleNamespace(pair=Pair(1, words))
        raw = bytearray(b"ab")
        seen = {5, 13, 21, 8, 0}; seen.discard(13)
        """,
        """
        words["b"].append(2); last.append(4); raw.append(99)
        print(next(ids), last, words, count.most_common(2), order, raw, seen)
        print(space.pair.right is words, space.pair._replace(left=5))
        """,
    ),
    "objects that hold each other": (
        """
        class Node:
            def __init__(self, name):
                self.name, self.near = name, []
        a, b = Node("a"), Node("b")
        a.near += [b, a]; b.near += [(a, [b])]
        a.far = {a: b, b: a}
        attributes = vars(a)
        loop = []; loop.append((loop,))
        chain = None
        for n in range(50_000):
            chain = [chain]
        """,
        """
        attributes["name"] = "new"
        print(a.near[0].near[0][0] is a, a.far[b].name, loop[0][0] is loop, b.near[0][1][0] is b)
        depth = 0
        while chain is not None: chain = chain[0]; depth += 1
        print(depth)
        """,
    ),
    "subclasses of what is built in": (
        """
        class Numbers(list):
            def total(self): return sum(self)
        class Names(dict):
            def __missing__(self, key): return key * 2
        class Metre(float): pass
        class Wrong(ValueError):
            def __init__(self, what): super().__init__(what); self.what = what
        numbers = Numbers([1, 2]); numbers.unit = Metre(1.5)
        names = Names(a=numbers)
        wrong = Wrong(names)
        """,
        """
        print(numbers.total(), numbers.unit, type(numbers.unit) is Metre, names["a"] is numbers)
        print(names["q"], wrong.what is wrong.args[0] is names, repr(wrong), numbers.append)
        """.replace(", numbers.append", ""),
    ),
    "generators made anew and typing": (
        """
        from typing import Generic, NamedTuple, Optional, TypeVar
        import contextlib, functools
        T = TypeVar("T")
        class Box(Generic[T]):
            def __init__(self, held: T): self.held = held
            def get(self) -> "Optional[T]": return self.held
        class Row(NamedTuple):
            box: Box
            n: int = 1
        row = Row(Box([1]))
        def find(rows: list[Row]) -> Optional[Row]: return rows[0]
        @functools.lru_cache(maxsize=5)
        def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
        log = []
        @contextlib.contextmanager
        def scope():
            log.append("in")
            yield log
        def numbers():
            yield from log
        """,
        """
        with scope() as held: print(held is log, list(numbers()), fib(20), fib.cache_info())
        print(find([row]).box.get(), find.__annotations__["return"].__args__[0] is Row, row.n)
        print(Box[int](3).held, fib.cache_parameters()["maxsize"], isinstance(row.box, Box))
        """,
    ),
    "made by exec, and a class made by type": (
        """
        space = {"start": [1]}
        exec("def more():\\n    start.append(len(start)); return start", space)
        Made = type("Made", (), {"run": lambda self: more, "more": space["more"]})
        more = space["more"]
        made = Made()
        """,
        "more(); print(space['start'], more() is space['start'], made.run() is more, list(space))",
    ),
}

#: The same for objects of ours, whose copies live in a run only.
STAND_INS = {
    "locks and queues": (
        """
        import sys, threading, queue
        lock, again = threading.Lock(), threading.RLock()
        ready = threading.Event(); ready.set()
        gate = threading.Semaphore(2); gate.acquire()
        condition = threading.Condition(lock)
        barrier = threading.Barrier(2)
        lines = queue.Queue(3); lines.put(["a"]); lines.put("b")
        heap = queue.PriorityQueue(); heap.put((2, ["b"])); heap.put((1, ["a"]))
        stack = queue.LifoQueue(); stack.put(1); stack.put(2)
        simple = queue.SimpleQueue(); simple.put(7)
        class Own(threading.Thread):
            done = []
            def run(self): self.done.append(self.name)
        over = Own(name="over"); over.start(); over.join()
        new = Own(name="new")
        lock.acquire()
        """,
        """
        print(lock.locked(), ready.is_set(), gate.acquire(False), gate.acquire(False))
        lock.release()
        with condition: condition.notify_all()
        lines.get().append("c"); heap.get()
        print(lines.qsize(), heap.get(), stack.get(), simple.get(), again.acquire(False))
        if sys.version_info[:2] != (3, 13):  # in a forked child that one says "already started"
            new.start(); new.join()
        print(Own.done, over.is_alive(), new.is_alive(), barrier.parties, lines.unfinished_tasks)
        """,
    ),
    "threads of the parent": (
        """
        import threading
        stop = threading.Lock(); stop.acquire()
        helper = threading.Thread(target=stop.acquire, name="helper", daemon=True)
        helper.start()
        while not helper.is_alive(): pass
        """,
        "print(helper.name, helper.is_alive() and where, stop.locked())",
    ),
    "a cache, a property that is kept, a lock in an object": (
        """
        import functools, threading
        class Account:
            def __init__(self): self.lock, self.balance = threading.RLock(), 5
            @functools.cached_property
            def owner(self): return [self.balance]
            def add(self, n):
                with self.lock: self.balance += n; return self.balance
        account = Account(); account.owner.append(1)
        other = Account()
        """,
        "print(account.add(2), account.owner, other.owner, vars(other)['balance'])",
    ),
}

_FRAME = """
import multiprocessing

{setup}

def look(where):
{look}

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    process = context.Process(target=look, args=("child",))
    process.start()
    process.join()
    print(process.exitcode)
    look("")
"""


def program(folder: Path, setup: str, look: str) -> Path:
    names = "global chain" if "chain = chain" in look else "pass"
    body = dedent(f"{names}\n") + dedent(look).strip()
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    path = folder / "main.py"
    path.write_text(_FRAME.format(setup=dedent(setup).strip(), look=indented), encoding="utf-8")
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_copy_finds_what_a_forked_child_finds(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Child and parent print what they find, and change some of it, one behind the other."""
    path = program(tmp_path, *PROGRAMS[name])
    module: Any = ModuleType("main")
    monkeypatch.setitem(sys.modules, "main", module)  # where dataclasses look for it
    execute(path.read_text(encoding="utf-8"), module)
    modules, _ = copy_process({"main": module}, fresh, [], {})
    child: Any = modules["main"]
    child.look("child")
    print(0)
    module.look("")
    assert capsys.readouterr().out == forked(path).replace("__main__.", "main.")


@pytest.mark.parametrize("name", STAND_INS)
def test_a_simulated_child_finds_what_a_forked_one_finds(name: str, tmp_path: Path) -> None:
    """The same for what threads share, under control."""
    path = program(tmp_path, *STAND_INS[name])
    trace = pyqdemo.run(path, world="simulated", start_method="fork", max_steps=100_000)
    assert printed(trace) == forked(path)


def forked(path: Path) -> str:
    """What Python itself prints."""
    given = [sys.executable, "-W", "ignore", "-X", "utf8", path]
    done = subprocess.run(given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def printed(trace: Any) -> str:
    events = [event for event in trace.events if event.operation == "write"]
    assert not any(event.cut for event in events)
    return "".join(event.value or "" for event in events)


# What has no exact copy.


def module_of(text: str, **more: Any) -> ModuleType:
    module = ModuleType("__main__")
    vars(module).update(more)
    execute(text, module)
    return module


def execute(text: str, module: ModuleType) -> None:
    vars(module)["__builtins__"] = dict(vars(builtins))
    code = compile(dedent(text), "/program/main.py", "exec", dont_inherit=True)
    exec(code, vars(module))


def fresh(module: ModuleType) -> ModuleType:
    new = ModuleType(module.__name__)
    vars(new)["__builtins__"] = dict(vars(builtins))
    return new


def copied(module: ModuleType, *roots: Any) -> tuple[Any, list[Any]]:
    modules, made = copy_process({"__main__": module}, fresh, roots, {})
    return modules["__main__"], made


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = (n for n in [])", "generator"),
        ("x = iter([])", "list_iterator"),
        ("import sys; x = sys.__stderr__", "_io.TextIOWrapper"),
        ("import weakref\nclass A: pass\na = 1; x = weakref.ref(A)", "weakref.ReferenceType"),
        ("import _thread; x = _thread.allocate_lock()", "_thread.lock"),
        ("import sys; x = sys._getframe()", "frame"),
        ("class M(type): pass\nclass x(metaclass=M): pass", "M"),
        ("def f(): yield\nx = {'deep': [f()]}", "generator"),
        ("import contextvars; x = contextvars.ContextVar('v')", "_contextvars.ContextVar"),
        ("import itertools; x = itertools.cycle('a')", "itertools.cycle"),
        ("def f(): g = (n for n in ()); return lambda: g\nx = f()", "generator"),
        (
            "from enum import Enum\ny = []\nclass x(Enum):\n A = 1\n def f(self): return y",
            "EnumType",
        ),
        ("from enum import Enum\nclass x(Enum):\n A = [1]", "EnumType"),
        ("try: 1 / 0\nexcept Exception as e: x = e", "traceback"),
        ("import functools\n@functools.lru_cache\ndef x(n): return n\nx(1)", "lru_cache"),
        ("class A:\n def __hash__(self): raise KeyError\nx = A", None),
    ],
)
def test_what_has_no_exact_copy_is_refused_where_it_is(text: str, what: str | None) -> None:
    """The last one is no object that refuses, but a class whose objects would."""
    module = module_of(text)
    if what is None:
        copied(module)
        return
    with pytest.raises(CannotCopy) as refusal:
        copied(module)
    assert refusal.value.what == what or refusal.value.what == what.partition(".")[2]
    assert refusal.value.where == "__main__.x"


def test_a_hash_that_raises_is_a_refusal_and_no_crash() -> None:
    text = """
        broken = []
        class A:
            def __hash__(self):
                if broken: raise KeyError("no")
                return 1
        x = {A(): 1}
        broken.append(1)
        """
    with pytest.raises(CannotCopy) as refusal:
        copied(module_of(text))
    assert (refusal.value.what, refusal.value.where) == ("KeyError", "__main__.x")


def test_what_acts_when_it_dies_does_not_while_it_is_copied() -> None:
    """The refusal comes behind ``one``: its copy dies half made, and says nothing."""
    text = """
        died = []
        class A:
            def __del__(self): died.append(1)
        one = A()
        x = iter([])
        """
    module: Any = module_of(text)
    with pytest.raises(CannotCopy):
        copied(module)
    assert module.died == []


def test_what_is_known_stands_in_the_place_of_what_it_is_known_for() -> None:
    module: Any = module_of("x = [y]; f = y.append", y=[1])
    other = [2]
    new: Any = copy_process({"__main__": module}, fresh, [], {id(module.y): other})[0]["__main__"]
    new.f(3)
    assert new.x[0] is new.y is other == [2, 3] and module.y == [1]


def test_a_module_under_two_names_is_one() -> None:
    module = module_of("import sys as itself")
    both = {"__main__": module, "__mp_main__": module}
    made = copy_process(both, fresh, [[module]], {})
    assert made[0]["__main__"] is made[0]["__mp_main__"] is made[1][0][0] is not module


# Graphs drawn at random.

CLASSES = """
class Plain: pass
class Slotted:
    __slots__ = ("a", "b")
class Below(Plain, list): pass
class Keyed:
    def __init__(self, key): self.key = key
    def __hash__(self): return hash(self.key)
    def __eq__(self, other): return type(other) is Keyed and self.key == other.key
"""


def graph(module: Any, draw: random.Random, size: int) -> list[Any]:
    """Objects of all kinds; each holds some of those before it, and some of them itself."""
    made: list[Any] = [draw.randrange(5) for _ in range(3)]
    for number in range(size):
        held = [draw.choice(made) for _ in range(draw.randrange(4))]
        # Objects that go by their address would come in any order in a set.
        hashed = [each for each in held if type(each) in (int, module.Keyed)]
        keys = [each for each in held if type(each) in (int, module.Keyed, module.Plain)]
        one: Any
        match draw.randrange(10):
            case 0:
                one = held
            case 1:
                one = tuple(held)
            case 2:
                one = {key: draw.choice(made) for key in [*keys, number]}
            case 3:
                one = set(hashed)
            case 4:
                one = deque(held)
            case 5:
                one = module.Plain()
                one.held, one.own = held, one
            case 6:
                one = module.Slotted()
                one.a = held
            case 7:
                one = module.Below(held)
                one.z = draw.choice(made)
            case 8:
                one = module.Keyed(number)
            case _:
                one = frozenset(hashed)
        made.append(one)
        if isinstance(one, (list, deque)) and draw.random() < 0.3:
            one.append(one)
    return made


def parts(value: Any) -> list[Any]:
    """What an object holds, in an order that a copy has too."""
    if isinstance(value, dict):
        return [each for pair in value.items() for each in pair]
    held: list[Any] = []
    if isinstance(value, (list, tuple, deque, set, frozenset)):
        held += value
    if hasattr(value, "__dict__"):
        held += vars(value).values()
    return held + [getattr(value, name) for name in ("a", "b") if hasattr(value, name)]


def compare(old: Any, new: Any, module: Any, twin: Any) -> int:
    """Asserts that two graphs have one shape and nothing in common that can change."""
    pairs, back = {id(old): new}, {id(new): old}
    waiting, seen = [(old, new)], 0
    while waiting:
        one, other = waiting.pop()
        seen += 1
        kind = type(one)
        own = vars(module).get(kind.__name__) is kind
        assert type(other) is (vars(twin)[kind.__name__] if own else kind)
        if isinstance(one, int):
            assert one == other
            continue
        if not isinstance(one, (tuple, frozenset)):
            assert one is not other
        assert len(parts(one)) == len(parts(other))
        for left, right in zip(parts(one), parts(other), strict=True):
            if isinstance(left, int):
                assert left == right
            elif id(left) in pairs or id(right) in back:
                assert pairs.get(id(left)) is right and back.get(id(right)) is left
            else:
                pairs[id(left)], back[id(right)] = right, left
                waiting.append((left, right))
    return seen


def test_a_copied_graph_has_one_shape_with_the_first_and_shares_nothing_that_changes(
    how_many: Any,
) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    draw = random.Random(seed)
    seen = 0
    for _ in range(how_many(60, soak=3_000)):
        module: Any = module_of(CLASSES)
        module.all = graph(module, draw, draw.randrange(1, 60))
        draw.shuffle(module.all)
        new, (root,) = copied(module, module.all[:2])
        seen += compare([module.all, module.all[:2]], [new.all, root], module, new)
        shape = repr_of(module.all)
        change(new.all, draw)
        assert repr_of(module.all) == shape
    assert seen > 500


def repr_of(values: list[Any]) -> list[tuple[str, int]]:
    return [
        (type(each).__name__, 0 if isinstance(each, int) else len(parts(each))) for each in values
    ]


def change(values: list[Any], draw: random.Random) -> None:
    for each in values:
        if isinstance(each, (list, deque)):
            each.append(draw)
        elif isinstance(each, dict):
            each.clear()
        elif isinstance(each, set):
            each.add(b"new")
        elif hasattr(each, "__dict__"):
            each.more = 1


def test_a_chain_of_tuples_too_long_to_be_copied_is_refused() -> None:
    module = module_of("x = [1]\nfor _ in range(100_000): x = (x, [])")
    with pytest.raises(CannotCopy) as refusal:
        copied(module)
    assert (refusal.value.what, refusal.value.where) == ("RecursionError", "__main__.x")
