"""Pickles between processes of a program: what the library's are, and what it raises.

Natively both ends have their modules in ``sys.modules``; here two tables stand for them. What
the library does is asked of a Python of its own.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

import pyqdemo
from pyqdemo.worlds.stand_in import StandIn, names_with
from pyqdemo.worlds.threads.pickling import dumps, loads
from pyqdemo.worlds.threads.stand_ins.queues import Queue
from pyqdemo.worlds.threads.stand_ins.threads import Thread

#: A main module; ``CASES`` are what shall be pickled, each alone.
MAIN = """
import sys, types
from functools import partial

class Item:
    kinds = []
    def __init__(self, number): self.number = number
    def double(self): return 2 * self.number
    class Inner:
        pass
    @classmethod
    def made(cls): return cls(1)

def work(*args): return args
def maker():
    def inner(): pass
    class Local: pass
    return inner, Local
inner, Local = maker()
nameless = lambda: 1
class Twice: pass
Old = Twice
class Twice: pass
class Gone: pass
kept = Gone
del Gone
class Odd:
    def __reduce__(self): return 3
class Raising:
    def __getstate__(self): raise KeyError("state")
class Single:
    def __reduce__(self): return "single"
single = Single()
class Lost:
    def __reduce__(self): return "lost"
class Foreign: pass
Foreign.__module__ = "no_such_module"
class Deep: pass
Deep.__qualname__ = "a.Deep"

CASES = [
    nameless, inner, Local, Local(), [Local], Old, {"k": Old()}, kept, kept(), Odd(), Raising(),
    Lost(), Foreign, Foreign(), Deep, (n for n in ()), sys, types, sys._getframe(), work.__code__,
    partial(nameless), inner.__get__(1), vars(Item), Item.double.__get__(kept()),
    [1, (2, nameless)], open,
]
"""


def main_of(text: str = MAIN, name: str = "__main__") -> Any:
    module = ModuleType(name)
    exec(compile(dedent(text), "/program/main.py", "exec", dont_inherit=True), vars(module))
    return module


def told(call: Callable[[Any], object], value: Any) -> str:
    """What a call raises; addresses apart."""
    try:
        call(value)
    except Exception as error:
        text = f"{type(error).__module__}.{type(error).__name__}: {error}"
        return re.sub("0x[0-9a-f]+", "0x", text)
    return "nothing raised"


def test_what_cannot_be_pickled_raises_what_the_library_raises(tmp_path: Path) -> None:
    """Case by case the same class, by name, and the same words."""
    ending = """
        import re
        from multiprocessing.reduction import ForkingPickler
        for case in CASES:
            try:
                ForkingPickler.dumps(case)
            except Exception as error:
                text = f"{type(error).__module__}.{type(error).__name__}: {error}"
                print(re.sub("0x[0-9a-f]+", "0x", text))
            else:
                print("nothing raised")
        """
    path = tmp_path / "main.py"
    path.write_text(MAIN + dedent(ending))
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    main = main_of()
    mine = [told(partial(dumps, modules={"__main__": main}), case) for case in main.CASES]
    assert mine == done.stdout.splitlines()
    assert len(set(mine)) > 12


def test_an_object_arrives_as_one_of_the_class_of_the_process_that_unpickles_it() -> None:
    one, other = main_of(), main_of(name="__mp_main__")
    sent = [one.Item(3), one.Item.Inner(), one.work, one.Item, one.Item(4).double, one.single]
    sent += [one.Item.made, partial(one.work, one.Item), {one.Item: [one.Item.Inner]}]
    data = dumps(sent, {"__main__": one, "__mp_main__": one})
    item, inner, work, kind, double, single, made, part, table = loads(data, {"__mp_main__": other})
    assert (type(item), type(inner), work, kind) == (
        *(other.Item, other.Item.Inner),
        *(other.work, other.Item),
    )
    assert (item.number, double(), made().number, single) == (3, 8, 1, other.single)
    assert type(double.__self__) is type(made()) is other.Item
    assert part(2) == (other.Item, 2)
    assert table == {other.Item: [other.Item.Inner]}


def test_the_main_module_is_one_under_both_of_its_names() -> None:
    parent, child = main_of(), main_of(name="__mp_main__")
    back = loads(dumps(child.Item(5), {"__mp_main__": child}), {"__main__": parent})
    assert type(back) is parent.Item


def test_plain_data_has_the_librarys_own_pickle() -> None:
    value = [1, "a", b"b", 2.5, None, {"k": (True, {1})}, range(3), ValueError("x"), len, 1j]
    assert dumps(value, {}) == bytes(ForkingPickler.dumps(value))


def test_each_name_of_the_programs_costs_four_bytes_more_than_natively(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How much goes into a pipe is almost what it is natively: two names here, often used."""
    main = main_of()
    monkeypatch.setitem(sys.modules, "__main__", main)
    for value, names in (
        ([main.Item(n) for n in range(100)], 1),
        ([main.Item(1), main.Item.Inner(), main.Item(2)], 2),
        ([main.work, main.Item, main.Twice], 3),
    ):
        native = len(bytes(ForkingPickler.dumps(value)))
        assert len(dumps(value, {"__main__": main})) == native + 4 * names


def test_stand_ins_go_by_where_they_are() -> None:
    """A table that has them, and one that does not: there they are imported."""
    import queue

    clock = StandIn(time, names_with(time, {"sleep": staticmethod_like(time.sleep)}))
    lines = StandIn(queue, names_with(queue, {"Queue": Queue}))
    table = {"__main__": main_of(), "time": clock, "queue": lines}
    sent = [Queue, Thread, clock.sleep, clock.monotonic, queue.Empty]
    assert loads(dumps(sent, table), table) == sent


class staticmethod_like(staticmethod):  # type: ignore[type-arg]
    """As our functions in the place of those in C are."""


@pytest.mark.parametrize(
    ("name", "module"), [("Nothing", "__main__"), ("Item.None_", "__main__"), ("x", "no_such_one")]
)
def test_a_name_that_is_not_there_raises_what_the_library_raises(name: str, module: str) -> None:
    source, target = main_of("class A: pass"), main_of("class Item: pass")
    source.A.__module__, source.A.__qualname__ = module, name
    other: Any = ModuleType(module)
    place: Any = other
    for part in name.split(".")[:-1]:
        setattr(place, part, type(part, (), {}))
        place = getattr(place, part)
    setattr(place, name.split(".")[-1], source.A)
    data = dumps(source.A, {module: other})
    ours = told(partial(loads, modules={"__main__": target}), data)
    asked = f"""
        import pickle, types, sys
        main = types.ModuleType("__main__")
        exec("class Item: pass", vars(main)); sys.modules["__main__"] = main
        module, name = {module!r}, {name!r}
        try:
            pickle.Unpickler.find_class
            class Asking(pickle.Unpickler): pass
            import io
            data = b"\\x80\\x04" + b"".join(
                b"\\x8c" + bytes([len(each)]) + each.encode() for each in (module, name)
            ) + b"\\x93."
            Asking(io.BytesIO(data)).load()
        except Exception as error:
            print(f"{{type(error).__module__}}.{{type(error).__name__}}: {{error}}")
        """
    done = subprocess.run(
        [sys.executable, "-c", dedent(asked)], capture_output=True, text=True, timeout=60
    )
    assert ours == done.stdout.strip(), done.stderr


def test_the_error_is_the_programs_own_pickling_error_too() -> None:
    """A program that imports ``pickle`` has a copy of it, with classes of its own."""
    own: Any = ModuleType("pickle")
    exec(
        "class PickleError(Exception): pass\nclass PicklingError(PickleError): pass",
        vars(own),
    )
    main = main_of()
    with pytest.raises(own.PicklingError) as raised:
        dumps(main.nameless, {"__main__": main, "pickle": own})
    assert (type(raised.value).__module__, type(raised.value).__name__) == (
        "_pickle",
        "PicklingError",
    )
    assert raised.value.__cause__ is None and raised.value.__suppress_context__


def test_what_the_programs_own_code_raises_goes_through() -> None:
    main = main_of()
    with pytest.raises(KeyError, match="state"):
        dumps([main.Raising()], {"__main__": main})


def test_a_pickle_within_another_is_read_from_its_own_tables() -> None:
    """The object's own code unpickles for another process while it is unpickled itself."""
    text = "class Item:\n    def __setstate__(self, state): self.inner = again(); self.after = 1"
    one, two, three = main_of(text), main_of(text), main_of(text)
    plain = main_of("class Plain: pass\nclass Item: pass")
    plain_data = dumps(plain.Plain(), {"__main__": plain})
    two.again = lambda: loads(plain_data, {"__main__": plain})
    value = one.Item()
    value.x = 1
    first, second = loads(dumps([value, value.__class__], {"__main__": one}), {"__main__": two})
    assert (type(first), type(first.inner), second) == (two.Item, plain.Plain, two.Item)
    assert three.Item is not two.Item


#: Programs whose processes are spawned; each prints the same under control as by itself.
PROGRAMS = {
    "what can be sent": """
        class Item:
            def __init__(self, n): self.n = n
            def show(self): print("item", self.n, type(self) is Item, flush=True)
        def work(item, kind, call): item.show(); print(kind is Item, call("7"), flush=True)
        def main():
            run(work, (Item(3), Item, int))
            run(Item(4).show, ())
            run(print, ("printed", 1))
        """,
    "what cannot": """
        import pickle, queue, threading
        def outer():
            def inner(): pass
            return inner
        def main():
            for each in (lambda: 1, outer(), threading.Lock(), queue.Queue(), (n for n in ()),
                         threading.Thread(), queue, threading.Event(), queue.SimpleQueue(),
                         threading.local(), threading.Condition()):
                try:
                    run(print, (each,))
                except (pickle.PicklingError, AttributeError, TypeError) as error:
                    text = f"{type(error).__module__} {type(error).__name__} {error}"
                    print(text.partition(" at 0x")[0].partition(" at #")[0])
        """,
}

_FRAME = """
import multiprocessing
{text}
def run(target, args):
    process = multiprocessing.get_context("spawn").Process(target=target, args=args)
    process.start()
    process.join()

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_sends_under_control_what_it_sends_by_itself(name: str, tmp_path: Path) -> None:
    path = tmp_path / "main.py"
    path.write_text(_FRAME.format(text=dedent(PROGRAMS[name])))
    given = [sys.executable, "-W", "ignore", path]
    done = subprocess.run(given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    trace = pyqdemo.run(path, world="simulated", start_method="spawn")
    events = [event for event in trace.events if event.operation == "write"]
    assert "".join(event.value or "" for event in events) == done.stdout
