"""What a program's modules import is what Python gives them, and gone after the run.

Most programs here run twice, by Python itself and under control, and must print the same,
word for word, and end with the same code.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from loading_runs import carry, controlled, natively, printed, written

from pyqdemo.strategies.random import Random

#: Programs of several files. Whatever they print is what their imports gave them.
PROGRAMS: dict[str, dict[str, str]] = {
    "a module beside it": {
        "main": "import one; from one import two as three; print(one.two, three, one.__name__)",
        "one": "two = 2",
    },
    "what a module knows of itself": {
        "main": "import pack.mod, pack, one",
        "one": "print(__name__, __file__, __package__, __spec__.name, __cached__)",
        "pack/__init__": "print(__name__, __file__, __package__, __path__, __spec__.origin)",
        "pack/mod": "print(__name__, __file__, repr(__package__), sorted(globals()))",
    },
    "packages": {
        "main": """
            import pack.deep.mod
            import pack.deep.mod as short
            from pack import deep, other
            from pack.deep import mod, value
            print(pack.deep.mod is short is mod is deep.mod, value, other.seen)
            """,
        "pack/__init__": "print('pack begins')",
        "pack/other": "from .deep import value; from . import deep; seen = deep.value, value",
        "pack/deep/__init__": "from .mod import value",
        "pack/deep/mod": "from ..top import value",
        "pack/top": "value = 7",
    },
    "star imports": {
        "main": "from pack import *; print(sorted(n for n in dir() if n[0] != '_'), sub.x, y)",
        "pack/__init__": "__all__ = ['sub', 'y']; y = 1; z = 2",
        "pack/sub": "x = 3",
    },
    "modules that import each other": {
        "main": "import a; print(a.b.seen, a.b.a is a)",
        "a": "first = 1; import b; second = 2",
        "b": "import a; seen = hasattr(a, 'first'), hasattr(a, 'second')",
    },
    "modules of a package that import each other": {
        "main": "from pack import a; print(a.b.a is a, a.b.c is a)",
        "pack/__init__": "",
        "pack/a": "from . import b; import pack.b as again; assert again is b",
        "pack/b": "from . import a; import pack.a as c",
    },
    "an import that is circular in vain": {
        "main": "import a",
        "a": "import b; x = 1",
        "b": "from a import x",
    },
    "an attribute of a module that is half made": {
        "main": "import a",
        "a": "import b; x = 1",
        "b": """
            import a
            try:
                a.x
            except AttributeError as error:
                print(error.name)  # its text, since 3.13, looks at the real sys.path
            """,
    },
    "a folder without an init": {
        "main": "import space.mod as m; from space import mod; print(m.x, mod is m)",
        "space/mod": "x = 1",
    },
    "a module that is not there": {"main": "import nowhere_at_all"},
    "a module that is not in the package": {"main": "import pack.no", "pack/__init__": ""},
    "a submodule of what is no package": {"main": "import one.two", "one": ""},
    "a name that is not in a module": {"main": "from one import two", "one": ""},
    "a name that is not in a package": {"main": "from pack import two", "pack/__init__": ""},
    "a name that is not in a library module": {"main": "from json import two"},
    "a name that is not in a stand-in": {"main": "from threading import two"},
    "a submodule that is not in a library package": {"main": "import logging.two"},
    "a submodule of a module of the library": {"main": "import threading.two"},
    "a relative import in a script": {"main": "from . import one", "one": ""},
    "a relative import from above everything": {
        "main": "import pack",
        "pack/__init__": "from ..one import x",
        "one": "",
    },
    "a mistake in a module beside it": {"main": "import one", "one": "x = = 1"},
    "an exception in a module beside it": {
        "main": "import one",
        "one": "import two",
        "two": "def f():\n    return 1 / 0\nf()",
    },
    "an import that fails and is tried again": {
        "main": """
            import sys
            for _ in range(2):
                try:
                    import one
                except ValueError as error:
                    print(error, 'one' in sys.modules)
            """,
        "one": "print('tried'); raise ValueError('no')",
    },
    "files that hide library modules": {
        "main": """
            import queue, string, logging, random, math, os, sys
            print(queue.x, string.x, logging.x, random.x, hasattr(math, 'x'), hasattr(os, 'x'))
            """,
        **dict.fromkeys(("queue", "string", "logging", "random", "os", "sys"), "x = 1"),
    },
    "a module that replaces itself": {
        "main": "import one; print(one.x)",
        "one": "import sys, types; sys.modules[__name__] = types.SimpleNamespace(x=5)",
    },
    "a module that makes names when asked": {
        "main": "import one; from one import anything; print(one.other, anything)",
        "one": "def __getattr__(name):\n    if name[0] == '_': raise AttributeError(name)\n"
        "    return name * 2",
    },
    "sys.modules": {
        "main": """
            import sys, one, types
            print(sys.modules['one'] is one, sys.modules[__name__].__name__, 'two' in sys.modules)
            import threading
            print(sys.modules['threading'] is threading, sys.modules.get('no'))
            sys.modules['made'] = types.ModuleType('made')
            import made
            print(made, made is sys.modules['made'])
            del sys.modules['one']
            import one as again
            print(again is one, len(sys.modules) > 10, 'one' in list(sys.modules))
            sys.modules['two'] = None
            import two
            """,
        "one": "",
        "two": "",
    },
    "importing by name": {
        "main": """
            import importlib
            for name, package in (('one', None), ('.sub', 'pack'), ('pack.sub', None)):
                print(importlib.import_module(name, package).__name__)
            print(importlib.import_module('threading').Thread.__name__)
            print(__import__('pack.sub').__name__)
            print(__import__('pack.sub', fromlist=['sub']).__name__)
            import one
            one.count = 5
            print(importlib.reload(one) is one, one.count)
            try:
                importlib.import_module('.sub')
            except TypeError as error:
                print(error)
            """,
        "one": "count = 1; print('one runs')",
        "pack/__init__": "",
        "pack/sub": "",
    },
    "the main module": {
        "main": "import __main__; x = 3; print(__main__.x, __main__.__name__); import one",
        "one": "import __main__; print(__main__.x); from __main__ import x; print(x)",
    },
    "a path of its own": {
        "main": "import sys, os\nsys.path.insert(0, os.path.join(sys.path[0], 'lib'))\nimport far",
        "lib/far": "import threading; print('far', threading.current_thread().name)",
    },
    "a module from its file": {
        "main": """
            import importlib.util, os, sys
            path = os.path.join(os.path.dirname(__file__), 'plugins', 'one.py')
            spec = importlib.util.spec_from_file_location('one', path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            print(module.name)
            """,
        "plugins/one": "import threading; name = threading.current_thread().name",
    },
    "data classes with names to look up": {
        "main": "import dataclasses as d, one; print(one.Item(1), d.fields(one.Item)[0].name)",
        "one": """
            from __future__ import annotations
            from dataclasses import dataclass
            from typing import ClassVar
            @dataclass(order=True)
            class Item:
                number: int
                kinds: ClassVar[int] = 3
            """,
    },
    "pickles of its classes": {
        "main": """
            import pickle, one, copy
            from dataclasses import dataclass
            @dataclass
            class Mine:
                x: int
            for thing in (Mine(1), one.Item(), one.Item, len, [Mine(2)]):
                again = pickle.loads(pickle.dumps(thing))
                print(type(again) is type(thing), copy.deepcopy(thing) is not None)
            """,
        "one": "class Item: pass",
    },
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_import_does_what_it_does_natively(name: str, tmp_path: Path) -> None:
    program = written(tmp_path, **PROGRAMS[name])
    out, err, code = natively(program)
    assert controlled(program) == (out, err, code)
    assert out or err


def test_nothing_of_a_program_stands_in_the_real_table_of_modules(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        **{
            "main": "import helper_of_this_test, pack.sub, logging, queue, sys",
            "helper_of_this_test": "",
            "pack/__init__": "",
            "pack/sub": "",
        },
    )
    carry(program)  # Python imports what it needs for the first time
    before = dict(sys.modules)
    assert carry(program).exit_code == 0
    assert sys.modules == before


def test_what_a_program_sets_in_a_module_is_gone_after_the_run(tmp_path: Path) -> None:
    """On stand-ins and on our classes alike; and the real modules never have it."""
    import queue
    import threading

    program = written(
        tmp_path,
        main="""
            import threading, queue, builtins, sys, os, time
            print([hasattr(m, 'mark') for m in (threading, queue, builtins, sys, os, time)])
            print(hasattr(threading.Thread, 'mark'), threading.Thread.run.__name__, queue.Queue.get)
            for m in (threading, queue, builtins, sys, os, time, threading.Thread): m.mark = 1
            print(mark, time.mark)
            threading.Thread.run = lambda self: print('another run')
            queue.Queue.get = None
            thread = threading.Thread(); thread.start(); thread.join()
            os.environ['MARK'] = '1'
            """,
    )
    first, second = (printed(carry(program)) for _ in range(2))
    assert first == second
    assert first.splitlines()[0] == str([False] * 6)
    assert first.splitlines()[2:] == ["1 1", "another run"]
    assert not hasattr(threading, "mark") and not hasattr(queue, "mark")


def test_every_import_of_a_stand_in_gives_the_same_module(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="""
            import threading, importlib, sys, one, concurrent.futures, concurrent, logging
            from concurrent.futures import thread
            same = threading, importlib.import_module('threading'), sys.modules['threading'], one.t
            print(len({id(m) for m in same}), len({id(m) for m in (logging, one.logging)}))
            print(concurrent.futures.thread is thread, logging.threading is threading)
            """,
        one="import threading as t, logging",
    )
    assert printed(carry(program)) == "1 1\nTrue True\n"


def test_a_task_waits_while_another_executes_the_module_it_imports(tmp_path: Path) -> None:
    """Whatever the order: both see a whole module, which was executed once."""
    program = written(
        tmp_path,
        main="""
            import threading
            def work():
                import slow
                print(slow.done)
            threads = [threading.Thread(target=work) for _ in range(3)]
            for t in threads: t.start()
            for t in threads: t.join()
            """,
        slow="import time; print('once'); time.sleep(1); print('twice'); done = True",
    )
    for seed in range(20):
        done = carry(program, strategy=Random(seed))
        assert printed(done) == "once\ntwice\nTrue\nTrue\nTrue\n", seed


def test_tasks_that_import_modules_that_import_each_other_do_not_wait_for_ever(
    tmp_path: Path,
) -> None:
    program = written(
        tmp_path,
        main="""
            import threading
            threads = [threading.Thread(target=__import__, args=(n,)) for n in 'ab']
            for t in threads: t.start()
            for t in threads: t.join()
            print('through')
            """,
        a="import time; time.sleep(1); import b",
        b="import time; time.sleep(1); import a",
    )
    for seed in range(20):
        assert printed(carry(program, strategy=Random(seed))) == "through\n", seed


@pytest.mark.parametrize(
    ("statement", "noted"),
    [
        ("import json, re, math, threading, logging.handlers, pickle, argparse", []),
        ("import socket, asyncio", ["socket", "asyncio"]),
        ("import http, urllib.parse", []),
        ("import http.client", ["http.client"]),
        ("from http import client, server", ["http.client", "http.server"]),
        ("from urllib import request", ["urllib.request"]),
        ("import importlib; importlib.import_module('subprocess')", ["subprocess"]),
        ("import one", ["select"]),
        ("import os; os.urandom(1)", ["os.urandom"]),
        ("import os; os.register_at_fork(before=print)", ["os.register_at_fork"]),
        ("import logging", []),  # which calls that too, for its own
        ("import pluggy", ["pluggy"]),
        ("import sys; sys.settrace(print)", ["sys.settrace"]),
        ("import signal; signal.signal(signal.SIGINT, print)", ["signal.signal"]),
        ("import random; random.SystemRandom()", ["random.SystemRandom"]),
        (
            "import json, queue; q = queue.Queue(); json.dumps(q, default=lambda q: q.put(1))",
            ["put inside a library"],
        ),
        ("import functools, queue; q = queue.Queue(); functools.partial(q.put)(1)", []),
    ],
)
def test_what_is_not_controlled_is_noted_when_the_program_asks_for_it(
    statement: str, noted: list[str], tmp_path: Path
) -> None:
    done = carry(written(tmp_path, main=statement, one="import select"))
    assert (done.uncontrolled, done.exit_code) == (noted, 0), printed(done)
