"""Reports of explorations for pictures: tiny programs, explored anew, with a fixed time."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from pyqdemo.exploring import explore
from pyqdemo.languages import Text
from pyqdemo.report import Report
from pyqdemo.views.dress import ASCII, UNICODE
from pyqdemo.views.report import report_lines

__all__ = ["CHECK", "REPORTS", "report_of", "report_text"]

#: Two threads take from a queue of one dish, each after a look whether it is empty.
CHECK = """\
import queue, threading
q = queue.Queue()
q.put("饭")
def take():
    if not q.empty():
        q.get_nowait()
threads = [threading.Thread(target=take) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
"""
#: Whoever gets what he does not want puts it back; who finds nothing leaves.
CIRCLE = """\
import queue, threading
q = queue.Queue()
def picky(wants):
    while True:
        try:
            n = q.get_nowait()
        except queue.Empty:
            return
        if n == wants:
            return
        q.put(n)
q.put(1)
for w in (1, 2): threading.Thread(target=picky, args=(w,)).start()
"""
#: Two locks in opposite order.
LOCKS = """\
import threading
one, two = threading.Lock(), threading.Lock()
def hold(first, second):
    with first:
        with second:
            pass
threads = [threading.Thread(target=hold, args=pair) for pair in ((one, two), (two, one))]
for t in threads: t.start()
for t in threads: t.join()
"""
REPORTS = {"check": CHECK, "circle": CIRCLE, "locks": LOCKS}


@cache
def report_of(name: str) -> Report:
    """The report of one of ``REPORTS``; what differs from run to run is fixed in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.py"
        file.write_text(REPORTS[name], encoding="utf-8")
        return replace(explore(file), seconds=0.05)


def report_text(name: str, columns: int, lang: str, *, ascii_only: bool = False) -> str:
    """As it is shown on a terminal that wide, without colours."""
    glyphs = ASCII if ascii_only else UNICODE
    commands = [(Text("the same run again", "同一次运行再来一遍"), f"run {name}.py --schedule ..")]
    lines = report_lines(report_of(name), lang, glyphs, columns, commands)
    return "".join(line.text.rstrip() + "\n" for line in lines)
