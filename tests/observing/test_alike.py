"""A program does the same whether its plain data is observed or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from random_programs import program as random_program
from seeing import by_seed, written

from pyqdemo.loading import load

DEMOS = sorted(Path(__file__).parents[2].glob("demos/*/*.py"))


@pytest.mark.parametrize("demo", DEMOS, ids=lambda path: path.stem)
def test_a_lesson_leaves_the_same_record_and_nothing_of_it_is_unseen(demo: Path) -> None:
    """Under four seeds, two with strict and two with loose sleeps; 400 steps at most."""
    for seed in range(4):
        plain, noting = (by_seed(load(demo), seed, data) for data in (False, True))
        assert noting.log.records == plain.log.records
        assert noting.execution.output == plain.execution.output
        assert noting.execution.outcome() == plain.execution.outcome()
        assert noting.opaque == set()


@pytest.mark.parametrize("block", range(4))
def test_random_programs_leave_the_same_record(block: int, tmp_path: Path) -> None:
    """Fifteen programs for each block, numbered from 100 times the block."""
    for number in range(100 * block, 100 * block + 15):
        program = written(tmp_path, random_program(number))
        plain, noting = (by_seed(program, number, data) for data in (False, True))
        assert noting.log.records == plain.log.records, f"program {number}"
        assert noting.execution.output == plain.execution.output, f"program {number}"


#: What a program can see of itself and of what it does.
LANGUAGE = {
    "local variables": """
        def f(n=3, *a, k=None, **kw):
            count = 0
            def inc():
                nonlocal count
                count += 1
                return sorted(locals())
            return inc(), sorted(locals()), sorted(vars()), sorted(dir())
        print(f(), f(z=[1]))
    """,
    "frames": """
        import sys
        from collections import namedtuple
        def where(*args):
            frame = sys._getframe(1)
            return frame.f_code.co_name, frame.f_lineno
        class Box:
            def here(self): return where([1][0], len([2]))
        print(Box().here(), where(where()), namedtuple("Pair", "a b").__module__)
    """,
    "depth": """
        import sys
        sys.setrecursionlimit(200)
        def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
        print(deep(150))
    """,
    "tracebacks": """
        def bad(boxes):
            return (boxes
                [5]
                .missing)
        try:
            bad([1])
        except IndexError as error:
            print(error)
        bad([1])
    """,
    "errors": """
        box, menu, text = [], {}, "%d"
        for bad in (
            lambda: box[0], lambda: menu["k"], lambda: box + 1, lambda: "a" + 1,
            lambda: box < menu, lambda: text % "x", lambda: None.x, lambda: (1)(),
            lambda: len(5), lambda: [*5], lambda: box.pop(), lambda: {**{}, **menu}["z"],
        ):
            try:
                print(bad())
            except Exception as error:
                print(type(error).__name__, error)
        for code in (2, 3):
            try:
                if code == 2: a, b = [1]
                else: a, b = [1, 2, 3]
            except ValueError as error:
                print(error)
    """,
    "generators": """
        def numbers():
            try:
                got = yield 1
                print("got", got)
                yield from [2, 3]
                return 4
            finally:
                print("closed")
        def outer():
            print("returned", (yield from numbers()))
        one = outer()
        print(next(one), one.send(9), list(one))
        two = numbers()
        next(two)
        del two
        print("behind")
    """,
    "names within classes": """
        class Box:
            __secret = [1]
            def __init__(self): self.__value = 2
            def get(self):
                self.__value += 1
                self.__secret[0] += 1
                return self.__value, self.__secret, self._Box__value
        print(Box().get(), sorted(vars(Box())))
    """,
    "metaclasses": """
        class Meta(type):
            def __call__(cls, *args): return super().__call__(*args)
        class Base(metaclass=Meta):
            def __init_subclass__(cls, **given): print(cls.__name__, given)
            def __class_getitem__(cls, key): return key
        class Child(Base, flag=1): pass
        print(Base[3], type(Child()).__name__)
    """,
    "exception groups": """
        try:
            raise ExceptionGroup("both", [ValueError([1]), KeyError(2)])
        except* ValueError as group:
            print(group.exceptions)
        except* KeyError as group:
            print(group.exceptions)
    """,
    "walrus and comprehensions": """
        if (n := len([1, 2])) > 1:
            print(n, [m for k in range(3) if (m := k * 2)], m)
        print([[i * j for j in range(i)] for i in range(3)], {x for x in "aa"})
        calls = [lambda: q for q in range(3)]
        print([call() for call in calls], {a: b for a, b in zip("ab", [1, 2])})
        class Body:
            size = 2
            rows = [size for _ in range(size)] if False else [0 for _ in range(size)]
        print(Body.rows)
    """,
    "match": """
        from dataclasses import dataclass
        @dataclass
        class Point: x: int; y: int = 0
        for value in ({"a": [1, 2, 3], "b": 4}, Point(1), [1, 2], 5):
            match value:
                case {"a": [first, *rest], **others}: print(first, rest, others)
                case Point(x=1, y=y): print("point", y)
                case [a, b] if a < b: print(a, b)
                case other: print(other)
    """,
    "changes in place": """
        a = b = []
        a += [1]
        print(b, a is b)
        pair = ([1],)
        try:
            pair[0] += [2]
        except TypeError as error:
            print(error, pair)
        s = t = {1}
        s |= {2}
        menu = {}
        menu.setdefault("k", []).append(1)
        menu["k"] += [2]
        boxes = [1, 2, 3]
        boxes[1:2] = [7, 8]
        boxes[0], boxes[-1] = boxes[-1], boxes[0]
        del boxes[1]
        x, (y, *z), w = 1, (2, 3, 4), 5
        print(t, menu, boxes, boxes[::-1], x, y, z, w)
    """,
    "special methods": """
        class Odd:
            def __init__(self): self._v = 0
            @property
            def v(self): return self._v
            @v.setter
            def v(self, n): self._v = n
            def __getattr__(self, name): return name.upper()
            def __getitem__(self, key): return key
            def __setitem__(self, key, value): print("set", key, value)
            def __delitem__(self, key): print("del", key)
            def __contains__(self, key): return key == 1
            def __iter__(self): return iter([1, 2])
            def __len__(self): return 0
            def __eq__(self, other): return True
            def __hash__(self): return 1
            def __add__(self, other): return ("add", other)
            def __iadd__(self, other): self._v += other; return self
            def __enter__(self): return self
            def __exit__(self, *told): return True
            def __call__(self, *args, **kwargs): return args, kwargs
            def __format__(self, told): return told or "odd"
        odd = Odd()
        odd.v += 3
        print(odd.v, odd.zz, odd[1:2, 3], 1 in odd, list(odd), bool(odd), odd == 3, odd + 1)
        odd["a"] = 1
        del odd["a"]
        odd["q"] += 2 if False else "q"
        odd += 4
        with odd as same: raise KeyError
        print(odd.v, odd(1, k=2), [*odd], f"{odd} {odd:>3}", same is odd, 1 < 2 < 3)
    """,
    "annotations": """
        from typing import get_type_hints
        def f(a: "int" = 1, *, b: list[int] | None = None) -> dict[str, int]: return {}
        class Box:
            size: int = 3
            name: str
        print(f.__annotations__, f.__defaults__, get_type_hints(Box))
    """,
}


@pytest.mark.parametrize("about", LANGUAGE)
def test_what_a_program_sees_of_itself_is_the_same(about: str, tmp_path: Path) -> None:
    program = written(tmp_path, LANGUAGE[about])
    plain, noting = (by_seed(program, 0, data) for data in (False, True))
    assert noting.output == plain.output
    assert noting.log.records == plain.log.records
