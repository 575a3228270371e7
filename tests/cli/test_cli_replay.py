"""``pyqdemo replay``: the same run from its file, and every file from which there is none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pyqdemo.cli.likeness import likeness
from pyqdemo.codec import read_trace
from pyqdemo.trace import Trace
from pyqdemo.views.under_control import Replayed

#: Prints who goes on, three times each; ends by itself.
PROGRAM = """
import threading
import time


def work(number):
    for round in range(3):
        time.sleep(0.1 * number)
        print("worker", number, "round", round)


for number in (1, 2):
    threading.Thread(target=work, args=[number]).start()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def recorded(here: Path, typed: Callable) -> Path:
    """``run.jsonl`` of ``program.py`` with the seed 7, both in the current folder."""
    Path("program.py").write_text(PROGRAM)
    answer = typed("run program.py --seed 7 --save run.jsonl")
    assert (answer.code, answer.out.count("worker")) == (0, 6)
    return Path("run.jsonl")


def edit(file: Path, change: Callable[[list[Any]], object]) -> None:
    """Changes the records of a file, as tables."""
    records = [json.loads(line) for line in file.read_text().splitlines()]
    change(records)
    file.write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.mark.usefixtures("recorded")
def test_a_replay_prints_the_same_lines_and_says_that_it_is_the_same_run(typed: Callable) -> None:
    again = typed("replay run.jsonl")
    first = typed("run program.py --seed 7")
    assert (again.code, again.err) == (0, "")
    assert again.out.partition("\n\n")[0] == first.out.partition("\n\n")[0]
    assert "\nreplayed   seed 7   " in again.out
    assert "\nas recorded   every event, and how it ended\n" in again.out
    assert again.out.endswith("\nTry: pyqdemo run program.py --seed 8\n")


@pytest.mark.usefixtures("recorded")
def test_what_a_replay_saves_is_the_recorded_run(typed: Callable) -> None:
    assert typed("replay run.jsonl --save again.jsonl").code == 0
    assert read_trace("again.jsonl") == read_trace("run.jsonl")
    assert Path("again.jsonl").read_bytes() == Path("run.jsonl").read_bytes()


def test_a_lesson_is_found_by_its_name(typed: Callable, here: Path) -> None:
    typed("chefs --as-published --seed 7 --stop-after 5 --producers 2 --save run.jsonl --quiet")
    answer = typed("replay run.jsonl", lang="zh")
    assert answer.code == 0
    assert "\n停下  取走 5 件，" in answer.out
    assert "\n与记录相同  每个事件和结局都一样\n" in answer.out
    assert answer.out.endswith(
        "\n试试：pyqdemo chefs --as-published --producers 2 --stop-after 5 --seed 8\n"
    )


@pytest.mark.usefixtures("recorded")
def test_the_program_is_found_beside_the_record_or_where_one_says(typed: Callable) -> None:
    Path("elsewhere").mkdir()
    os.chdir("elsewhere")
    assert typed("replay ../run.jsonl").code == 0
    Path("../program.py").rename("moved.py")
    assert typed("replay ../run.jsonl").code == 4


@pytest.mark.usefixtures("recorded")
def test_the_schedule_can_be_had_from_the_record(typed: Callable) -> None:
    out = typed("replay run.jsonl --show-schedule").out
    text = next(line for line in out.splitlines() if line.startswith("Schedule: "))[10:]
    answer = typed(["run", "program.py", "--schedule", text])
    assert (answer.code, answer.out.partition("\n\n")[0]) == (0, out.partition("\n\n")[0])


@pytest.mark.usefixtures("recorded")
def test_quiet_and_json_are_as_of_any_run(typed: Callable) -> None:
    quiet, records = typed("replay run.jsonl --quiet"), typed("replay run.jsonl --json")
    assert (quiet.code, quiet.out.count("\n"), quiet.err) == (0, 6, "")
    assert records.out.encode() == Path("run.jsonl").read_bytes()


# Records from which no run can be had, or not the same.


def test_a_native_run_is_refused_with_the_reason(typed: Callable, here: Path) -> None:
    typed("chefs --dishes 1 --speed 1000 --quiet --save run.jsonl")
    english, chinese = typed("replay run.jsonl"), typed("replay run.jsonl", lang="zh")
    assert (english.code, english.out, chinese.code, chinese.out) == (4, "", 4, "")
    assert english.err == (
        "pyqdemo: run.jsonl is of a native run: the operating system chose who goes next,"
        " so there are no choices to repeat. Try: pyqdemo chefs --dishes 1 --seed 0\n"
    )
    assert chinese.err == (
        "pyqdemo：run.jsonl 记录的是原生运行：轮到谁由操作系统决定，没有可以重放的选择。"
        "试试：pyqdemo chefs --dishes 1 --seed 0\n"
    )


@pytest.mark.parametrize(
    ("lesson", "offered"),
    [(None, "run echo.py"), ("queue-kinds", "queue-kinds"), ("pipe", "pipe"), ("gone", "chefs")],
)
def test_a_native_run_is_offered_a_seed_where_one_can_be_had(
    lesson: str | None, offered: str, typed: Callable, here: Path
) -> None:
    Path("echo.py").write_text("print(1)\n")
    typed("run echo.py --quiet --save run.jsonl")
    edit(Path("run.jsonl"), lambda records: lesson and records[0].update(lesson=lesson))
    assert typed("replay run.jsonl").err.endswith(f" Try: pyqdemo {offered} --seed 0\n")


def test_a_native_record_is_offered_the_program_where_it_lies(typed: Callable, here: Path) -> None:
    """Beside the record, not where another program of its name is; arguments and language stay."""
    Path("sub").mkdir()
    Path("sub/echo.py").write_text("print(1)\n")
    Path("echo.py").write_text("print(2)\n")
    typed("run sub/echo.py --quiet --save sub/run.jsonl -- a b")
    answer = typed("replay sub/run.jsonl --lang zh")
    offered = "run sub/echo.py --lang zh --seed 0 -- a b"
    assert answer.err.endswith(f"试试：pyqdemo {offered}\n")
    assert typed(offered).out.startswith("1\n")


@pytest.mark.usefixtures("recorded")
def test_a_file_that_is_no_such_program_is_what_is_told(typed: Callable) -> None:
    """The record itself, given for its program."""
    english, chinese = (
        typed("replay run.jsonl run.jsonl"),
        typed("replay run.jsonl ./run.jsonl --lang zh"),
    )
    assert (english.code, english.out, chinese.code) == (4, "", 4)
    assert english.err == (
        "pyqdemo: run.jsonl is another program than the one that was recorded, program.py."
        " Try: pyqdemo replay run.jsonl\n"
    )
    assert chinese.err == (
        "pyqdemo：./run.jsonl 不是记录下来的那个程序，那时运行的是 program.py。"
        "试试：pyqdemo replay run.jsonl --lang zh\n"
    )


def test_what_a_replay_offers_is_the_run_as_it_was_typed(typed: Callable, here: Path) -> None:
    words = "chefs --dishes 1 --capacity 2 --strategy pct --depth 2 --sleeps loose"
    typed(f"{words} --seed 7 --quiet --save run.jsonl")
    last = typed("replay run.jsonl").out.splitlines()[-1]
    assert last.startswith("Try: pyqdemo chefs ")
    assert sorted(last.split()[2:]) == sorted(f"{words} --seed 8".split())


@pytest.mark.usefixtures("recorded")
def test_another_text_of_the_program_is_named_and_force_is_offered(typed: Callable) -> None:
    Path("program.py").write_text(PROGRAM + "\n")
    english, chinese = typed("replay run.jsonl"), typed("replay run.jsonl", lang="zh")
    assert (english.code, english.out, chinese.code, chinese.out) == (4, "", 4, "")
    assert english.err == (
        "pyqdemo: program.py is not as it was when it was recorded."
        " Try: pyqdemo replay run.jsonl --force\n"
    )
    assert chinese.err == (
        "pyqdemo：program.py 和记录时的内容不一样了。试试：pyqdemo replay run.jsonl --force\n"
    )


@pytest.mark.usefixtures("recorded")
def test_force_replays_a_text_that_does_the_same(typed: Callable) -> None:
    Path("program.py").write_text(PROGRAM + "\n")
    answer = typed("replay run.jsonl --force")
    assert (answer.code, answer.out.count("worker")) == (0, 6)


@pytest.mark.usefixtures("recorded")
def test_force_says_where_a_text_that_prints_something_else_differs(typed: Callable) -> None:
    Path("program.py").write_text(PROGRAM.replace('"round"', '"turn"'))
    answer = typed("replay run.jsonl --force")
    first = next(event for event in read_trace("run.jsonl").events if event.value == "round")
    assert (answer.code, answer.out.count("turn")) == (4, 6)
    told = f"from step {first.step} on: Thread-1 (work) went on at program.py:9"
    assert f"\nnot as recorded  {told}\n" in answer.out
    assert answer.out.endswith("\nReplay: pyqdemo replay run.jsonl --force\n")


@pytest.mark.usefixtures("recorded")
def test_force_stops_where_a_choice_cannot_be_made(typed: Callable) -> None:
    """Its second thread is never started, so nobody but those two can go when it is to begin."""
    trace = read_trace("run.jsonl")
    begin = next(e for e in trace.events if e.operation == "begin" and e.task == "0.2")
    Path("program.py").write_text(PROGRAM.replace("(1, 2)", "(1,)"))
    answer = typed("replay run.jsonl --force")
    assert answer.code == 4
    assert answer.err.startswith(f"pyqdemo: step {begin.step} cannot be repeated: ")
    assert "0.2 should go on, but only Thread-1 (work) (0.1) can" in answer.err
    assert answer.err.endswith(" can. Try: pyqdemo run program.py --seed 7\n")


@pytest.mark.usefixtures("recorded")
def test_a_program_that_is_nowhere_is_named(typed: Callable) -> None:
    Path("program.py").unlink()
    english, chinese = typed("replay run.jsonl"), typed("replay run.jsonl", lang="zh")
    assert (english.code, english.out, chinese.code) == (4, "", 4)
    assert english.err == (
        "pyqdemo: program.py, the program of this run, is neither here nor beside the record."
        " Try: pyqdemo replay run.jsonl path/to/program.py\n"
    )
    assert chinese.err == (
        "pyqdemo：这次运行的程序 program.py 既不在这里，也不在记录旁边。"
        "试试：pyqdemo replay run.jsonl path/to/program.py\n"
    )


@pytest.mark.usefixtures("recorded")
def test_other_versions_of_the_models_are_told(typed: Callable) -> None:
    edit(Path("run.jsonl"), lambda records: records[0].update(model="0"))
    answer = typed("replay run.jsonl")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == (
        "pyqdemo: the choices were made for version 0 of the models, but here is version 1."
        " Try: pyqdemo replay run.jsonl --force\n"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda records: records[0].pop("model"), "run.jsonl lacks model, which a run under"),
        (lambda records: records[0].update(program=[]), "run.jsonl lacks program.digest"),
        (lambda records: records[0].update(seed=-1), "the seed is -1, but takes 0 to 9223372036"),
        (
            lambda records: records[0].update(lesson="nowhere"),
            "run.jsonl is of the lesson nowhere, which is not here. Try: pyqdemo list",
        ),
        (lambda records: records.__setitem__(1, {"event": 3}), "run.jsonl, line 2, is damaged"),
        (lambda records: records.clear(), "run.jsonl is no recorded run"),
        (lambda records: records[0].update(format="pyqdemo.trace/9"), "but this pyqdemo reads"),
    ],
    ids=["no model", "no program", "a seed", "a lesson", "damaged", "empty", "newer"],
)
def test_a_record_that_is_not_sound_is_told_in_one_line(
    change: Callable[[list[Any]], object], told: str, recorded: Path, typed: Callable
) -> None:
    edit(recorded, change)
    answer = typed("replay run.jsonl")
    assert (answer.code, answer.out, answer.err.count("\n")) == (4, "", 1)
    assert told in answer.err


def test_a_step_that_is_missing_in_the_record_is_told(recorded: Path, typed: Callable) -> None:
    def without_the_third_step(records: list[Any]) -> None:
        for record in records:
            event = record.get("event", {})
            if event.get("step", 0) > 2:
                event["step"] += 1

    edit(recorded, without_the_third_step)
    answer = typed("replay run.jsonl")
    assert (answer.code, answer.out) == (4, "")
    assert "is of step 4, but should be of step 3." in answer.err


@pytest.mark.usefixtures("here")
def test_a_record_that_is_not_there_is_told(typed: Callable) -> None:
    answer = typed("replay nowhere.jsonl")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == (
        "pyqdemo: nowhere.jsonl cannot be read: there is no such file or folder."
        " Try: pyqdemo replay --help\n"
    )


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("content", "en", "zh"),
    [
        (b"hello\n", "text that is not JSON", "一段不是 JSON 的文字"),
        (b'{"format": 1,}\n', "text that is not JSON", "一段不是 JSON 的文字"),
        (b"\xff\x00'\"" * 30, "binary data", "二进制数据"),
        (b"", "an empty file", "空文件"),
    ],
    ids=["text", "a comma too many", "bytes", "nothing"],
)
def test_a_file_that_is_no_record_is_told_in_words(
    content: bytes, en: str, zh: str, typed: Callable
) -> None:
    """What is offered makes a record that can be replayed, and does not take the file's place."""
    Path("run.jsonl").write_bytes(content)
    english, chinese = typed("replay run.jsonl"), typed("replay run.jsonl", lang="zh")
    assert english.err == (
        f"pyqdemo: run.jsonl is no recorded run; line 1 is {en}."
        " Try: pyqdemo chefs --seed 7 --save run-2.jsonl\n"
    )
    assert chinese.err == (
        f"pyqdemo：run.jsonl 不是一次运行的记录，第 1 行是：{zh}。"
        "试试：pyqdemo chefs --seed 7 --save run-2.jsonl\n"
    )


def test_what_a_line_may_be_is_a_list_in_each_language(recorded: Path, typed: Callable) -> None:
    edit(recorded, lambda records: records[0].update(sleeps="late"))
    told = typed("replay run.jsonl").err, typed("replay run.jsonl", lang="zh").err
    assert "'late', but should be header.sleeps: strict, loose. Try: " in told[0]
    assert "第 1 行已损坏，这里是：'late'；应为：首行.sleeps：strict、loose。试试：" in told[1]


def test_a_record_that_breaks_off_is_replayed_as_far_as_it_goes(
    recorded: Path, typed: Callable
) -> None:
    lines = recorded.read_bytes().splitlines(keepends=True)
    recorded.write_bytes(b"".join(lines[:-5]))
    answer = typed("replay run.jsonl")
    assert answer.code == 0
    assert "\nas recorded   as far as the record goes: it breaks off\n" in answer.out
    assert "\nstopped  where the schedule ends: " in answer.out


# What counts as the same run.


def test_an_event_a_name_and_the_end_are_told_apart(recorded: Path) -> None:
    trace = read_trace(recorded)

    def but(**changed: Any) -> Trace:
        return replace(trace, **changed)

    assert trace.outcome
    event = replace(trace.events[2], value="other")
    task = replace(trace.tasks[1], name="Anna")
    assert likeness(trace, trace) == Replayed()
    assert likeness(trace, but(events=(*trace.events[:2], event, *trace.events[3:]))) == (
        Replayed("event", step=event.step or 0, task="Thread-1 (work)", location=event.location)
    )
    last = trace.events[-1]
    assert likeness(trace, but(events=trace.events[:-1])) == (
        Replayed("event", step=last.step or 0, task="MainThread", location=last.location)
    )
    assert likeness(trace, but(tasks=(trace.tasks[0], task, *trace.tasks[2:]))) == Replayed("name")
    assert likeness(trace, but(resources=trace.resources[:-1])) == Replayed("name")
    assert likeness(trace, but(outcome=replace(trace.outcome, exit_code=3))) == Replayed("end")
    assert likeness(trace, but(header=replace(trace.header, python="9.9"))) == Replayed()


def test_a_text_that_a_file_had_to_cut_is_still_the_same(here: Path, typed: Callable) -> None:
    """Two million characters are more than a line of a file may have."""
    Path("long.py").write_text("print('x' * 2_000_000)\n")
    typed("run long.py --seed 1 --quiet --save run.jsonl")
    answer = typed("replay run.jsonl")
    assert (answer.code, "\nas recorded  every event, and how it ended\n" in answer.out) == (
        0,
        True,
    )
