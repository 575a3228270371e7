"""What tasks did, in the words of Python and of the field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hand_made import QUEUE, Story

import pyqdemo
from pyqdemo.analysis.doings import tell_doing
from pyqdemo.analysis.lanes import Lanes, lanes
from pyqdemo.analysis.operation_words import ASKS, AT, ATTRIBUTES, DONE, OF_KIND, WITH_RESULT
from pyqdemo.analysis.state import RunState
from pyqdemo.languages import Text
from pyqdemo.trace import Event

FORMAT = Path(__file__).parent.parent.parent / "docs" / "trace-format.md"
POOL = """\
from concurrent.futures import ThreadPoolExecutor
def add(n):
    return n + 1
with ThreadPoolExecutor(1) as pool:
    results = [pool.submit(add, n) for n in (1, 2)]
    print([one.result() for one in results])
"""
LINES = """\
import threading
n = 0
def add():
    global n
    n += 1
t = threading.Thread(target=add)
t.start()
t.join()
"""


def laid(folder: Path, text: str, **settings: object) -> Lanes:
    file = folder / "p.py"
    file.write_text(text, encoding="utf-8")
    return lanes(pyqdemo.run(file, seed=0, **settings))  # type: ignore[arg-type]


def doing(
    operation: str,
    resource: tuple[str, str, str] | None = None,
    source: str = "",
    **fields: object,
) -> Text:
    """What is told of one event on a resource that is told as (id, kind, name)."""
    story = Story("A", queue=None)
    if resource is not None:
        story.resource(*resource, of="0/executor/1")
    story.resource("0/executor/1", "executor", "executor-1")
    story.done("0.1", operation, resource and resource[0], **fields)
    state = RunState()
    for record in story.records:
        state.add(record)
    event = story.records[-1]
    assert isinstance(event, Event)
    return tell_doing(state, event, source)


BARRIER = ("0/barrier/1", "barrier", "gate")
VALUE = ("0/mp_value/1", "mp_value", "v")
ARRAY = ("0/mp_array/1", "mp_array", "a")
FUTURE = ("0/future/1", "future", "results")
BOX = ("0/queue/1", "queue", "box")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (doing("enter", BARRIER), Text("comes to gate", "来到 gate")),
        (doing("wait", BARRIER, result="0"), Text("passes gate", "通过 gate")),
        (doing("read", VALUE, result="0"), Text("reads v.value: 0", "读 v.value：0")),
        (doing("write_value", VALUE, value="1"), Text("sets v.value to 1", "把 v.value 设为 1")),
        (doing("write_value", ARRAY, value="[0] = 3"), Text("sets a[0] = 3", "设置 a[0] = 3")),
        (
            doing("submit", FUTURE, value="f(1)"),
            Text("submits f(1) to the pool", "把 f(1) 交给工作池"),
        ),
        (doing("take", FUTURE, value="f(1)"), Text("picks up f(1)", "接手 f(1)")),
        (doing("finish", FUTURE, result="2"), Text("has the result 2", "得出结果 2")),
        (doing("result", FUTURE, result="2"), Text("gets the result 2", "拿到结果 2")),
        (
            doing("finish", FUTURE, result="raised KeyError: 1"),
            Text("its call raises KeyError: 1", "所做的调用抛出 KeyError: 1"),
        ),
        (
            doing("draw", value="randint(1, 3)", result="2"),
            Text("draws randint(1, 3): 2", "抽取 randint(1, 3)：2"),
        ),
        (doing("draw", value="shuffle of 4"), Text("draws shuffle of 4", "抽取 shuffle of 4")),
        (doing("exitcode", result="None"), Text("exitcode is None", "exitcode 是 None")),
        (doing("join", BOX), Text("the queue is all done", "队列都办完了")),
        (
            doing("get", BOX, "print(q.get_nowait())", result="raised Empty"),
            Text("get_nowait() raises Empty", "get_nowait() 抛出 Empty"),
        ),
        (
            doing("get", BOX, "q.get() or q.get_nowait()", result="raised Empty"),
            Text("get() raises Empty", "get() 抛出 Empty"),
        ),
    ],
)
def test_an_operation_is_told_in_words(told: Text, expected: Text) -> None:
    assert told == expected


def test_every_operation_of_the_format_has_words() -> None:
    """Those that are told by what was written, and natively only, apart."""
    table = FORMAT.read_text(encoding="utf-8").partition("## Operations")[2]
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", table.partition("### ")[0], re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"[a-z_]+", row)}
    known = {*DONE, *ASKS, *ATTRIBUTES, "write", "buffer"}
    assert {"put", "enter", "write_value", "draw"} <= listed
    assert listed - known == set()


def test_words_that_hang_on_more_belong_to_known_operations() -> None:
    assert {name for name, _ in (*WITH_RESULT, *OF_KIND)} <= DONE.keys() >= AT.keys()


def test_a_pool_is_told_by_its_calls_not_by_its_insides(tmp_path: Path) -> None:
    told = [part for row in laid(tmp_path, POOL).rows for part in row.told.en.split(", ")]
    assert {
        "submits add(1) to the pool",
        "submits add(2) to the pool",
        "picks up add(1)",
        "has the result 2",
        "gets the result 3",
        "shuts the pool down",
        "is told to stop",
        "sees the pool end",
    } <= set(told)


def test_a_line_is_told_with_its_text_and_in_short_not_at_all(tmp_path: Path) -> None:
    rows = laid(tmp_path, LINES, granularity="line").rows
    told = [(row.told.en, row.told.zh, row.in_short.en) for row in rows]
    assert ("line 8: t.join()", "第 8 行：t.join()", "") in told
    assert not any(row.source == "" for row in rows if "line " in row.told.en)


def test_the_parts_of_a_print_are_one_row_and_said_once() -> None:
    """Three parts wait in the buffer, the fourth brings the line out: its text has them all."""
    story = Story("A", "B", controlled=True, queue=None)
    for step, part in enumerate(("hello", " ", "1"), 1):
        story.done("0.1", "buffer", value=part, location="p.py:1", step=step)
    story.done("0.1", "write", value="hello 1\n", location="p.py:1", step=4)
    story.done("0.2", "buffer", value="bye", location="p.py:1", step=5)
    story.done("0.1", "write", value="\n", location="p.py:2", step=6)
    rows = lanes(story.trace()).rows
    assert [(row.first, row.last, row.told) for row in rows] == [
        (1, 4, Text("prints hello 1", "打印：hello 1")),
        (5, 5, Text("buffers: bye", "存入缓冲区：bye")),
        (6, 6, Text("prints a newline", "打印换行")),
    ]


def test_the_first_look_at_a_pipe_is_not_told() -> None:
    story = Story("A", controlled=True, queue=None)
    story.resource("0/pipe_end/1", "pipe_end", "a")
    story.done("0", "begin", step=1).done("0", "open", "0/pipe_end/1", step=1)
    assert [row.told.en for row in lanes(story.trace()).rows] == ["begins"]


def test_a_failure_has_its_line_and_no_step_is_missing_before_it() -> None:
    """What Python writes of it, step 2, is no row: its number belongs to the end."""
    story = Story("A", controlled=True)
    story.done("0.1", "get", QUEUE, result="raised Empty", location="p.py:3", step=1)
    traceback = 'Traceback:\n  File "p.py", line 1, in f\n'
    story.done("0.1", "write", "0/stream/stderr", value=traceback, step=2)
    story.done("0.1", "end", result="raised AssertionError", step=3)
    rows = lanes(story.trace()).rows
    assert [(row.first, row.last, row.told.en) for row in rows] == [
        (1, 1, "get() raises Empty"),
        (2, 3, "ends: AssertionError"),
    ]
    assert rows[-1].location == "p.py:1"


def test_what_nobody_is_told_of_counts_to_the_row_before_if_another_goes_on() -> None:
    story = Story("A", controlled=True)
    story.done("0.1", "empty", QUEUE, result="True", location="p.py:3", step=1)
    story.done("0.1", "write", "0/stream/stderr", value="Traceback", step=2)
    story.done("0", "empty", QUEUE, result="True", location="p.py:3", step=3)
    rows = lanes(story.trace()).rows
    assert [(row.first, row.last) for row in rows] == [(1, 2), (3, 3)]
