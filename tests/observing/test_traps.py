"""Programs on which exploring by operations alone finds less than there is.

Of each, every end is found with sleep sets and with partial order reduction, when its plain data
is observed, that plain depth-first search finds without observing anything.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from seeing import explored, written

_STARTING = """
threads = [threading.Thread(target=f) for f in (write, read)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def _two(text: str, main: bool = True) -> str:
    head = "import threading, queue, time\n"
    return head + textwrap.dedent(text) + (_STARTING if main else "")


#: By what it is about: the program, and how many ends it has.
TRAPS: dict[str, tuple[str, int]] = {
    "the argument of a call is an operation": (
        _two("""
        box, q = [], queue.Queue()
        q.put(1)
        def write(): box.append(q.get())
        def read(): assert not box
        """),
        2,
    ),
    "both parts of += with an operation in between": (
        _two("""
        q, total = queue.Queue(), 0
        def three():
            q.put(1)
            return 3
        def write():
            global total
            total += three()
        def read():
            global total
            total = 10
            q.put(2)
            print(total)
        """),
        3,
    ),
    "a bound method of a list, called by a thread itself": (
        _two(
            """
        box = []
        threads = [threading.Thread(target=box.append, args=(n,)) for n in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert box == [0, 1]
        """,
            main=False,
        ),
        2,
    ),
    "a variable that two functions share": (
        _two(
            """
        def main():
            n = 0
            def write():
                nonlocal n
                n += 1
                k = n
                n = k * 2
            def read(): assert n != 2
            threads = [threading.Thread(target=f) for f in (write, read)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
        main()
        """,
            main=False,
        ),
        2,
    ),
    "a variable of a comprehension": (
        _two(
            """
        out = []
        bell = threading.Event()
        late = [(t := threading.Thread(target=lambda: out.append(i)), t.start(), bell.set())[0]
                for i in range(2)]
        for thread in late: thread.join()
        print(sorted(out))
        """,
            main=False,
        ),
        2,
    ),
    "an attribute of a class, read by its object": (
        _two("""
        class Box: n = 0
        box = Box()
        def write(): Box.n = 1
        def read(): assert box.n == 0
        """),
        2,
    ),
    "two lists, in the order in which they are first touched": (
        _two("""
        a, b = [], []
        def read(): assert not a
        def write():
            if not b: a.append(1)
        """),
        2,
    ),
    "the inside of a queue": (
        _two("""
        q = queue.Queue()
        def write(): q.put(1)
        def read(): assert not q.queue
        """),
        2,
    ),
    "a global that is bound when others run": (
        _two(
            """
        def work():
            with lock: seen.append(x)
        lock, seen = threading.Lock(), []
        thread = threading.Thread(target=work)
        thread.start()
        threading.Event().set()
        x = 5
        thread.join()
        """,
            main=False,
        ),
        2,
    ),
    "a property that performs an operation": (
        _two("""
        q, log = queue.Queue(), []
        q.put(1)
        class Source:
            @property
            def next(self): return q.get()
        source = Source()
        def write(): log.append(source.next)
        def read(): assert not log
        """),
        2,
    ),
    "a method that an attribute hides": (
        _two(
            """
        class Box:
            def hi(self): return 1
        box, out = Box(), []
        def work(): out.append(box.hi())
        thread = threading.Thread(target=work)
        thread.start()
        threading.Event().set()
        box.hi = lambda: 2
        thread.join()
        assert out == [1]
        """,
            main=False,
        ),
        2,
    ),
    "the name of a thread": (
        _two("""
        def write(): threads[1].name = "renamed"
        def read(): assert threading.current_thread().name != "renamed"
        """),
        2,
    ),
    "a view of a dictionary": (
        _two("""
        menu = {}
        keys = menu.keys()
        def write(): menu["x"] = 1
        def read(): assert "x" not in keys
        """),
        2,
    ),
    "an array": (
        _two("""
        import array
        box = array.array("i", [0])
        def write(): box[0] = 1
        def read(): assert box[0] == 0
        """),
        2,
    ),
    "an attribute by a computed name": (
        _two("""
        class Box: pass
        box = Box()
        def write(): setattr(box, "".join("ab"), 1)
        def read(): assert not hasattr(box, "ab")
        """),
        2,
    ),
    "items that a PriorityQueue compares": (
        _two("""
        from dataclasses import dataclass
        @dataclass(order=True)
        class Task: rank: int
        one, two, q = Task(1), Task(2), queue.PriorityQueue()
        def write():
            time.sleep(1)
            one.rank = 3
        def read():
            q.put(two)
            q.put(one)
            print(q.get().rank)
        """),
        3,
    ),
    "an iterator that two tasks share": (
        _two("""
        import itertools
        numbers = itertools.count()
        def write(): next(numbers)
        def read(): print(next(numbers))
        """),
        2,
    ),
    "a generator that two tasks share": (
        _two("""
        numbers = (n for n in range(9))
        def write(): next(numbers)
        def read(): print(next(numbers))
        """),
        2,
    ),
    "what lru_cache keeps": (
        _two("""
        import functools
        total = 0
        @functools.lru_cache
        def seen(): return total
        def write():
            global total
            seen()
            total = 1
        def read(): print(seen())
        """),
        1,
    ),
    "what a defaultdict makes": (
        _two("""
        import collections
        shelves = collections.defaultdict(list)
        def write(): shelves["a"].append(1)
        def read(): print(len(shelves))
        """),
        2,
    ),
    "a loop that meets what another appends": (
        _two("""
        q, box = queue.Queue(), [1]
        def write(): box.append(2)
        def read():
            for each in box:
                q.put(each)
            print(each)
        """),
        2,
    ),
    "an attribute of a function": (
        _two("""
        def count(): count.calls += 1
        count.calls = 0
        def write(): count()
        def read(): print(count.calls)
        """),
        2,
    ),
    "a default that all calls share": (
        _two("""
        def seen(box=[]):
            box.append(1)
            return len(box)
        def write(): seen()
        def read(): print(seen())
        """),
        2,
    ),
    "a subclass of Thread with attributes of its own": (
        _two(
            """
        class Worker(threading.Thread):
            done = False
            def run(self): self.done = True
        worker = Worker()
        worker.start()
        threading.Event().set()
        print(worker.done)
        """,
            main=False,
        ),
        2,
    ),
}


@pytest.mark.parametrize("about", TRAPS)
def test_no_end_is_missed_where_plain_data_is_observed(about: str, tmp_path: Path) -> None:
    """The number of ends stands beside each program. It is two where who comes first decides,
    once.

    Three are those of ``+=``: ``write`` comes before ``read``, or behind it, or reads before and
    writes behind; and of the PriorityQueue: the rank is changed before it is compared, so that
    the other task is first, or between that and where it is printed, or later.

    The cache has one, as whoever comes first finds 0 and keeps it for all.
    """
    text, ends = TRAPS[about]
    program = written(tmp_path, text)
    plain, sleep, dpor = (explored(program, how) for how in ("dfs", "sleep", "dpor"))
    assert plain.complete and sleep.complete and dpor.complete
    assert len(plain.ends) == ends
    assert (sleep.ends, sleep.opaque, sleep.nondeterminism) == (plain.ends, set(), None)
    assert (dpor.ends, dpor.opaque, dpor.nondeterminism) == (plain.ends, set(), None)
