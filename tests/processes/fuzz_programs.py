"""Random small programs of several processes, for what has to hold of every program.

``wild`` ones do anything at any moment and may end in any way: they must do the same in both
worlds. In ``quiet`` ones one process goes on at a time, and whoever goes on behind another
waits until that one can do no more: they print the same whoever controls them, so Python
alone must print it too.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator

__all__ = ["quiet", "wild"]

_HEAD = '''
import multiprocessing as mp
import os
import queue
import random
import signal
import sys
import threading
import time
from multiprocessing.connection import wait

SETTLED_S = {settled}
noted = []


def short(value):
    text = repr(value)
    return text if len(text) < 40 else f"{{text[:20]}}... {{len(text)}}"


def show(label, value="", flush={flush}):
    print(mp.current_process().name, label, short(value), flush=flush)


def settle():
    time.sleep(SETTLED_S)


class Told(Exception):
    pass


class Odd:
    """It can be pickled, and not be unpickled."""

    def __init__(self, first):
        self.first = first

    def __reduce__(self):
        return Odd, ()

    def __repr__(self):
        return "Odd"


class Shut:
    """It cannot be pickled."""

    def __reduce__(self):
        raise Told("cannot be pickled")

    def __repr__(self):
        return "Shut"


def handler(manner, first):
    def on(number, frame):
        show("signal", number)
        if manner == "exits":
            sys.exit(7)
        if manner == "raises":
            raise Told("in the handler")
        if manner == "sets" and first is not None:
            first.value = 99

    return on
'''

_MADE = {
    "queue": "mp.Queue({size})",
    "joinable": "mp.JoinableQueue({size})",
    "simple": "mp.SimpleQueue()",
    "lock": "mp.Lock()",
    "rlock": "mp.RLock()",
    "semaphore": "mp.Semaphore({few})",
    "bounded": "mp.BoundedSemaphore({few})",
    "event": "mp.Event()",
    "condition": "mp.Condition()",
    "value": "mp.Value('i', {few})",
    "array": "mp.Array('i', 3)",
    "barrier": "mp.Barrier(2)",
    "duplex": "mp.Pipe()",
    "simplex": "mp.Pipe(duplex=False)",
}

_PUTS = ["put({v}, timeout={t})", "put_nowait({v})", "put({v}, False)"]
_ASKS = ["empty()", "full()", "qsize()"]
_GETS = ["get(timeout={t})", "get_nowait()", "get(False)", "get(True, {t})"]
_QUEUE = [*_PUTS, *_PUTS, *_GETS, *_GETS, *_ASKS]
_TAKEN = ["acquire(timeout={t})", "acquire(False)", "release()"]

#: What can be done with each, without waiting for ever.
_BOUNDED = {
    "queue": _QUEUE,
    "joinable": [*_QUEUE, "task_done()", "task_done()"],
    "simple": ["empty()", "put({v})", "empty() or {x}.get()", "empty() or {x}.get()"],
    "lock": _TAKEN,
    "rlock": [*_TAKEN, "acquire(True, {t})"],
    "semaphore": [*_TAKEN, "get_value()"],
    "bounded": [*_TAKEN, "get_value()"],
    "event": ["set()", "clear()", "is_set()", "wait({t})", "wait(0)"],
    "condition": ["notify()", "notify_all()", "wait({t})", "release()", "acquire(timeout={t})"],
    "value": ["value", "get_lock().acquire(timeout={t})", "get_lock().release()"],
    "array": ["__getitem__({few})", "__setitem__({few}, 5)", "__len__()", "__getitem__(7)"],
    "barrier": ["wait({t})", "n_waiting", "parties", "broken", "abort()", "reset()"],
    "end": [
        *["send({v})"] * 3,
        *["poll({t}) and {x}.recv()"] * 3,
        "poll()",
        "poll(0.0)",
        "send_bytes(b'bytes')",
        "poll() and {x}.recv_bytes()",
        "closed",
        "readable",
        "writable",
    ],
}

#: What may wait for ever.
_UNBOUNDED = {
    "queue": ["put({v})", "get()", "get()"],
    "joinable": ["put({v})", "get()", "join()"],
    "simple": ["get()"],
    "lock": ["acquire()"],
    "rlock": ["acquire()"],
    "semaphore": ["acquire()"],
    "bounded": ["acquire()"],
    "event": ["wait()"],
    "condition": ["wait()", "acquire()"],
    "value": ["get_lock().acquire()"],
    "barrier": ["wait()"],
    "end": ["recv()", "recv()", "recv_bytes()", "poll(None)"],
}

#: What is over behind it.
_ENDING = {
    "queue": ["close()", "join_thread()", "cancel_join_thread()"],
    "joinable": ["close()", "cancel_join_thread()"],
    "simple": ["close()"],
    "end": ["close()"],
}

_BLOCKS = {"lock", "rlock", "semaphore", "bounded", "condition", "value", "array"}


def wild(seed: int) -> str:
    """A program of 1 to 4 processes that may do anything, and may end in any way."""
    return _Writer(random.Random(f"wild {seed}"), calm=False).program()


def quiet(seed: int) -> str:
    """A program whose output does not depend on who goes first.

    It waits ``SETTLED_S`` seconds wherever somebody else may still go on.
    """
    return _Writer(random.Random(f"quiet {seed}"), calm=True).program()


class _Writer:
    """Writes one program.

    Args:
        calm: only what prints the same whoever goes first.
    """

    def __init__(self, draw: random.Random, *, calm: bool) -> None:
        self._draw = draw
        self._calm = calm
        self._of: dict[str, list[str]] = {}
        self._bodies = draw.randint(1, 3)
        self._threads = 0 if calm else draw.randint(0, 2)
        self._labels = 0

    def program(self) -> str:
        making = list(self._making())
        flush = self._calm or self._draw.random() < 0.3
        head = _HEAD.format(settled=0.3, flush=flush)
        parts = [head]
        for number in reversed(range(self._threads)):
            parts.append(self._function(f"thread{number}", self._lines(0, level=9), None))
        for number in reversed(range(self._bodies)):
            parts.append(self._function(f"body{number}", self._body(number + 1), "child"))
        main = self._indented(["s = {}", *making, "children, threads, box = [], [], []"])
        main += self._indented(self._body(0) + self._leaving())
        return "\n\n".join([*parts, f'if __name__ == "__main__":\n{main}\n'])

    # The parts.

    def _making(self) -> Iterator[str]:
        draw = self._draw
        kinds = draw.choices(list(_MADE), k=draw.randint(2, 5))
        if draw.random() < 0.5:
            kinds.append("value")
        for number, kind in enumerate(kinds):
            made = self._filled(_MADE[kind])
            if kind in ("duplex", "simplex"):
                names = [f"a{number}", f"b{number}"]
                yield f"s['{names[0]}'], s['{names[1]}'] = {made}"
                self._of.setdefault("end", []).extend(names)
            else:
                name = f"{kind}{number}"
                yield f"s['{name}'] = {made}"
                self._of.setdefault(kind, []).append(name)

    def _function(self, name: str, lines: list[str], role: str | None) -> str:
        first = ["children, threads, box = [], [], []", f"show('begins {name}')"]
        if role is not None and self._draw.random() < 0.25:
            first.append(self._disposition())
        last = self._last() if role is not None else []
        return f"def {name}(s):\n{self._indented([*first, *lines, *last])}"

    def _disposition(self) -> str:
        manner = self._draw.choice(["ignores", "notes", "exits", "raises", "sets"])
        if manner == "ignores":
            return "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
        value = f"s['{self._of['value'][0]}']" if "value" in self._of else "None"
        return f"signal.signal(signal.SIGTERM, handler({manner!r}, {value}))"

    def _body(self, level: int) -> list[str]:
        return self._lines(0, level)

    def _lines(self, depth: int, level: int) -> list[str]:
        count = self._draw.randint(2, (5 if self._calm and level else 7) if depth == 0 else 3)
        return [line for _ in range(count) for line in self._statement(depth, level)]

    def _statement(self, depth: int, level: int) -> list[str]:
        draw = self._draw
        ways = [self._operation] * 12 + [self._plain] * 3
        if depth < 2:
            ways += [self._block] * 2 + [self._repeated] + [self._branch]
        if level < self._bodies:
            ways += [self._child] * (5 if level == 0 else 2)
        if self._threads and level < 9:
            ways += [self._thread] * 2
        ways += [self._waiting_for] * 1
        if level < self._bodies:
            ways += [self._of_child] * 3
        return draw.choice(ways)(depth, level)

    def _operation(self, depth: int, level: int) -> list[str]:
        draw = self._draw
        kind = draw.choice(list(self._of))
        name = f"s['{draw.choice(self._of[kind])}']"
        table = _BOUNDED
        if draw.random() < 0.08 and kind in _ENDING:
            table = _ENDING
        elif draw.random() < (0.03 if self._calm else 0.1) and kind in _UNBOUNDED:
            table = _UNBOUNDED
        call = self._filled(draw.choice(table[kind]), x=name)
        lines = self._tried(f"{name}.{call}", call.split("(")[0], kind)
        if kind == "end" and "send" in call and self._calm:
            return lines
        if self._calm and ("put" in call or "close" in call or "cancel" in call):
            lines.append("settle()")
        return lines

    def _tried(self, expression: str, label: str, kind: str = "") -> list[str]:
        self._labels += 1
        shown = (
            f"show({self._labels}, {expression})"
            if kind != "array" or "set" not in label
            else expression
        )
        if not self._calm and self._draw.random() < 0.08:
            return [shown]
        return [
            "try:",
            f"    {shown}",
            "except Exception as e:",
            f"    show({self._labels}, type(e))",
        ]

    def _plain(self, depth: int, level: int) -> list[str]:
        draw = self._draw
        ways = [
            "time.sleep({t})",
            "show('draws', random.randrange(100))",
            "noted.append({few})",
            "show('noted', noted)",
            "box.append({few})",
            "show('pid', os.getpid())",
            "show('named', [p.name for p in mp.active_children()])",
            "show('daemon', mp.current_process().daemon)",
            "show('since', round(time.monotonic() % 1, 0) >= 0)",
            "sys.stdout.flush()",
            "print('half', end=' ')",
            "sys.stderr.write('told\\n')",
        ]
        if self._calm:
            ways = ways[2:5] + ways[6:8]
        if "value" in self._of:
            name = draw.choice(self._of["value"])
            ways += [f"s['{name}'].value += 1", f"show('value', s['{name}'].value)"]
        if not self._calm and draw.random() < 0.05:
            ways = ["raise Told('bare')", "sys.exit(5)", "os._exit(6)", "sys.exit('a text')"]
        return [self._filled(draw.choice(ways))]

    def _block(self, depth: int, level: int) -> list[str]:
        kinds = [kind for kind in self._of if kind in _BLOCKS]
        if not kinds or self._calm:
            return self._plain(depth, level)
        kind = self._draw.choice(kinds)
        name = f"s['{self._draw.choice(self._of[kind])}']"
        if kind in ("value", "array"):
            name += ".get_lock()"
        inside = self._lines(depth + 1, level)
        return [f"with {name}:", *("    " + line for line in inside)]

    def _repeated(self, depth: int, level: int) -> list[str]:
        inside = self._lines(depth + 1, level)
        times = self._draw.randint(2, 3)
        return [f"for _ in range({times}):", *("    " + line for line in inside)]

    def _branch(self, depth: int, level: int) -> list[str]:
        test = self._filled("random.random() < 0.5" if not self._calm else "len(noted) > {few}")
        lines = [f"if {test}:", *("    " + line for line in self._lines(depth + 1, level))]
        if self._draw.random() < 0.5:
            lines += ["else:", *("    " + line for line in self._lines(depth + 1, level))]
        return lines

    def _child(self, depth: int, level: int) -> list[str]:
        draw = self._draw
        body = draw.randrange(level, self._bodies)
        daemon = draw.random() < (0.0 if self._calm else 0.2)
        lines = [f"children.append(mp.Process(target=body{body}, args=(s,), daemon={daemon}))"]
        if self._calm:
            lines.append("children[-1].start()")  # and nothing is printed while both go on
            ways = ["join", "join", "settle terminate", "settle kill"]
            ending = draw.choice(ways if level == 0 else ways[:2])  # one such bound at a time
            if ending == "join":
                return [*lines, "children[-1].join()", "show('code', children[-1].exitcode)"]
            how = ending.split()[1]
            lines += ["children[-1].join(8)", f"children[-1].{how}()", "children[-1].join(30)"]
            return [*lines, "show('code', children[-1].exitcode)"]
        return lines + self._tried("children[-1].start()", "start")

    def _of_child(self, depth: int, level: int) -> list[str]:
        ways = ["is_alive()", "exitcode", "name", "daemon", "close()"]
        if not self._calm:
            ways += ["join({t})", "join()", "join(0)", "terminate()", "kill()", "terminate()"]
        which = self._draw.choice(["-1", "0"])
        return self._tried(f"children[{which}].{self._filled(self._draw.choice(ways))}", "child")

    def _thread(self, depth: int, level: int) -> list[str]:
        draw = self._draw
        if draw.random() < 0.3:
            return self._tried(self._filled("threads[-1].join({t})"), "join")
        number, daemon = draw.randrange(self._threads), draw.random() < 0.3
        made = f"threading.Thread(target=thread{number}, args=(s,), daemon={daemon})"
        return [f"threads.append({made})", "threads[-1].start()"]

    def _waiting_for(self, depth: int, level: int) -> list[str]:
        ends = self._of.get("end", [])
        if not ends:
            return self._plain(depth, level)
        asked = self._draw.sample(ends, k=self._draw.randint(1, len(ends)))
        listed = ", ".join(f"s['{name}']" for name in asked)
        if level < self._bodies and not self._calm:
            listed += ", *(c.sentinel for c in children)"
        return self._tried(self._filled(f"len(wait([{listed}], {{t}}))"), "wait")

    def _last(self) -> list[str]:
        draw = self._draw
        ways = ["show('over')", "sys.exit(3)", "raise Told('last')", "os._exit(4)", "return"]
        ways += ["sys.exit('text')", "sys.exit(None)", "sys.exit(True)", "sys.exit(300)"]
        if self._calm:
            # What it put has to be in the pipe, whoever it is that ends it.
            return ["settle()", draw.choice([*ways, "time.sleep(12)"])]
        return [draw.choice(ways)] if draw.random() < 0.6 else []

    def _leaving(self) -> list[str]:
        draw = self._draw
        if self._calm:
            names = [*self._of.get("queue", []), *self._of.get("joinable", [])]
            return [f"s['{name}'].cancel_join_thread()" for name in names] + ["show('main over')"]
        ways = [
            ["for child in children:", "    child.join()", "    show('code', child.exitcode)"],
            ["for child in children:", "    child.join(2)", "    show('code', child.exitcode)"],
            ["for child in children:", "    child.terminate()"],
            ["show('main over')"],
            ["raise Told('of main')"],
            ["sys.exit(9)"],
        ]
        return draw.choice(ways)

    # Words.

    def _filled(self, text: str, x: str = "") -> str:
        draw = self._draw
        values = ["1", "'text'", "(1, 'two')", "None", "[]"]
        if not self._calm:
            values += ["box", "box", "noted", "'x' * 70_000", "b'y' * 5_000", "Shut()", "Odd(1)"]
            values.append(
                f"s['{draw.choice([each for all in self._of.values() for each in all])}']"
                if self._of
                else "2"
            )
        words = {"v": draw.choice(values), "x": x, "size": str(draw.choice([0, 0, 1, 2]))}
        words["few"] = str(draw.randint(0, 2))
        words["t"] = draw.choice(["0.01", "0.1", "0.5", "0"])
        for name, word in words.items():
            text = text.replace("{" + name + "}", word)
        return text

    @staticmethod
    def _indented(lines: list[str]) -> str:
        return textwrap.indent("\n".join(lines), "    ") + "\n"
