"""The pytest plugin: the fixture ``lab``, what a failed claim says, and its options."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

import pyqdemo
from pyqdemo.analysis import report_words
from pyqdemo.codec import read_trace
from pyqdemo.exploring.judging import FAILING
from pyqdemo.report import Verdict
from pyqdemo.testing.claims import FAILURES
from pyqdemo.trace import OutcomeKind

#: Two locks, by one of two tasks in an order of its own.
TWIN = """
import threading


def cross():
    red, blue = threading.Lock(), threading.Lock()

    def paint(first, second):
        with first:
            with second:
                pass

    for pair in ((red, blue), (SECOND)):
        threading.Thread(target=paint, args=pair).start()


def test_cross(lab):
    lab.explore(cross).assert_proved()
"""

pytest_plugins = ("pytester",)

CHECKOUT = Path(__file__).parent.parent
PATIENCE_S = 60

#: Two locks in opposite order; and a queue with two takers that ask first. Two tests claim
#: that all is well, two what goes wrong, one explores what is fine.
TESTS = """
import queue
import threading

import pytest


@pytest.fixture
def number():
    return 7


def cross():
    red, blue = threading.Lock(), threading.Lock()

    def paint(first, second):
        with first:
            with second:
                pass

    ann = threading.Thread(target=paint, args=(red, blue), name="Ann")
    ben = threading.Thread(target=paint, args=(blue, red), name="Ben")
    ann.start()
    ben.start()
    ann.join()
    ben.join()


def count(to):
    box = []
    adders = [threading.Thread(target=box.append, args=(each,)) for each in range(2)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    assert len(box) == to


def hand_over():
    line = queue.Queue()
    giver = threading.Thread(target=line.put, args=(1,))
    giver.start()
    with pytest.raises(ZeroDivisionError):
        1 / 0
    assert line.get() == 1
    giver.join()


@pytest.mark.parametrize("name", ["first"])
def test_cross(lab, name):
    lab.explore(cross).assert_proved()


def test_cross_deadlocks(lab):
    lab.explore(cross).assert_failed("deadlock")


def test_cross_raises(lab):
    lab.explore(cross).assert_failed("exception")


def test_hand_over(lab, number):
    assert number == 7
    lab.explore(hand_over).assert_proved()


def test_count(lab):
    lab.explore(count, parameters={"to": 3}).assert_proved()


def test_closure(lab):
    def inner():
        pass

    lab.explore(inner)


def test_deadlok(lab):
    lab.explore(cross).assert_failed("deadlok")


@pytest.mark.parametrize("method", ["run", "explore"])
def test_misspelt(lab, method):
    getattr(lab, method)(cross, sede=5)


def test_seed(lab):
    print("seed", lab.run(cross).header.seed, lab.run(cross, seed=5).header.seed)


def test_patience(lab):
    bounds = [lab.explore(hand_over, **given).bounds for given in ({}, {"time_s": 9.0})]
    assert [each["time_s"] for each in bounds] == [60.0, 9.0]
"""


@pytest.fixture
def ran(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """Runs pytest over the tests above in a process of its own; takes its arguments."""
    pytester.makepyfile(test_paint=TESTS)
    for name in ("PYTEST_ADDOPTS", "PYTHONPATH", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*arguments, timeout=PATIENCE_S)

    return run


def said(result: pytest.RunResult) -> str:
    """What a failure says, without the margin that pytest puts before it."""
    lines = [line[1:].strip() for line in result.outlines if line.startswith("E ")]
    return "\n".join(lines)


def replay_line(result: pytest.RunResult) -> str:
    """The last line of what a failure says."""
    return said(result).splitlines()[-1]


def test_what_holds_in_every_schedule_is_proved(ran: Callable[..., pytest.RunResult]) -> None:
    """The file has a fixture, a mark and ``raises``: pytest in it does not stand in the way."""
    ran("-k", "hand_over").assert_outcomes(passed=1, deselected=10)


def test_a_failed_claim_shows_verdict_lanes_waits_and_the_fork(
    ran: Callable[..., pytest.RunResult],
) -> None:
    """Two threads, two locks: the one deadlock has each holding its first lock, in the table
    with ``main``, who waits for the first of them."""
    result = ran("-k", "test_cross and first")
    result.assert_outcomes(failed=1, deselected=10)
    told = said(result)
    assert told.startswith("AssertionError: ✗ failed   They wait for each other: Ann waits for")
    assert "|  Ann  paint" in told  # the heads of the lanes
    assert "step 7 " in told  # where each takes its second lock, or does not
    table = re.findall(r"^(MainThread|Ann|Ben) +test_paint\.py:\d+ +(.+)$", told, re.MULTILINE)
    assert [who for who, _ in table] == ["MainThread", "Ann", "Ben"]
    assert [what.partition(", ")[2] for _, what in table] == ["", "held by Ben", "held by Ann"]


def test_the_replay_line_repeats_the_failure_as_typed(
    ran: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    """One run in the place of all: the same table, one execution."""
    first = ran("-k", "test_cross and first")
    typed = shlex.split(replay_line(first))
    assert typed[:3] == ["pytest", "test_paint.py::test_cross[first]", "--pyqdemo-replay"]
    again = pytester.run(sys.executable, "-m", *typed, timeout=PATIENCE_S)
    again.assert_outcomes(failed=1)
    assert "1 execution." in said(again)
    assert said(again).partition("who ")[2] == said(first).partition("who ")[2]


def test_the_kept_run_is_a_record_as_any_other(
    ran: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    file = pytester.path / shlex.split(replay_line(ran("-k", "test_cross and first")))[-1]
    kept = read_trace(file)
    assert kept.outcome is not None and kept.outcome.kind is OutcomeKind.DEADLOCK
    assert kept.header.function == "cross"


def test_a_bare_assert_is_told_with_its_line(ran: Callable[..., pytest.RunResult]) -> None:
    """pytest does not rewrite the file as it is loaded for a run: the line says enough."""
    told = said(ran("-k", "test_count"))
    assert "in count\nassert len(box) == to\nAssertionError\n" in told


def test_only_the_way_of_failing_that_was_named_is_accepted(
    ran: Callable[..., pytest.RunResult],
) -> None:
    result = ran("-k", "cross_deadlocks or cross_raises")
    result.assert_outcomes(passed=1, failed=1, deselected=9)
    assert said(result).startswith("AssertionError: a failure by exception was expected\n")


def test_a_record_of_another_text_is_refused(
    ran: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    file = shlex.split(replay_line(ran("-k", "test_cross and first")))[-1]
    pytester.makepyfile(test_paint=TESTS + "\n# mended\n")
    result = ran("-k", "test_cross and first", "--pyqdemo-replay", file)
    result.assert_outcomes(failed=1, deselected=10)
    assert "test_paint.py is not as it was when it was recorded" in said(result)


def test_a_record_is_used_for_its_own_program_alone(
    ran: Callable[..., pytest.RunResult],
) -> None:
    file = shlex.split(replay_line(ran("-k", "test_cross and first")))[-1]
    ran("-k", "hand_over", "--pyqdemo-replay", file).assert_outcomes(passed=1, deselected=10)


def test_a_record_is_not_of_a_file_of_the_same_name_elsewhere(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two files, whose functions have one name as well, it repeats the one it is of; the other
    one is explored."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    folders = {"broken": "blue, red", "fine": "red, blue"}
    for folder, second in folders.items():
        file = pytester.mkpydir(folder) / "test_twin.py"
        file.write_text(TWIN.replace("SECOND", second), encoding="utf-8")
    first = pytester.runpytest_subprocess("broken", timeout=PATIENCE_S)
    record = shlex.split(replay_line(first))[-1]
    for file in (record, shutil.copy(record, "renamed.jsonl")):
        both = pytester.runpytest_subprocess("--pyqdemo-replay", file, timeout=PATIENCE_S)
        both.assert_outcomes(passed=1, failed=1)
        assert " was repeated" in " ".join(said(both).split())


def test_a_kind_of_failure_that_there_is_not_is_refused(
    ran: Callable[..., pytest.RunResult],
) -> None:
    told = said(ran("-k", "deadlok"))
    assert "there is no failure of the kind 'deadlok', only exception, deadlock, livelock" in told


def test_the_kinds_of_failure_are_those_that_are_judged_so() -> None:
    """A promise stands on a card, which only lessons have."""
    assert set(FAILURES) == {*FAILING, "output"} <= set(report_words._KINDS)


@pytest.mark.parametrize("replayed", [False, True])
def test_a_misspelt_option_is_named(ran: Callable[..., pytest.RunResult], replayed: bool) -> None:
    """Also where a record takes the place of what would have used it."""
    file = shlex.split(replay_line(ran("-k", "test_cross and first")))[-1]
    result = ran("-k", "misspelt", *(["--pyqdemo-replay", file] if replayed else []))
    result.assert_outcomes(failed=2, deselected=9)
    for method in ("run", "explore"):
        assert f"TypeError: {method}() got an unexpected keyword argument 'sede'" in said(result)


def test_a_recorded_run_that_ends_well_skips_the_claim(
    ran: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    """One run that ends well proves nothing of the others, and breaks nothing."""
    made = (
        "import pyqdemo, test_paint; from pyqdemo.testing.records import keep;"
        " from pathlib import Path; found = (pyqdemo.run(test_paint.cross, seed=n)"
        " for n in range(99)); keep(next(t for t in found if t.outcome.kind == 'completed'),"
        " Path('well.jsonl'))"
    )
    assert pytester.run(sys.executable, "-c", made, timeout=PATIENCE_S).ret == 0
    result = ran("-rs", "-k", "test_cross and first", "--pyqdemo-replay", "well.jsonl")
    result.assert_outcomes(skipped=1, deselected=10)
    result.stdout.fnmatch_lines("*ended well this time, which proves nothing of the others*")


def test_a_closure_is_refused_in_one_sentence(ran: Callable[..., pytest.RunResult]) -> None:
    told = said(ran("-k", "closure"))
    assert told.count("\n") == 0
    assert "test_closure.<locals>.inner cannot be run under control" in told
    assert "it is not at the top level of its file" in told


def test_the_seed_is_for_runs_that_name_none(ran: Callable[..., pytest.RunResult]) -> None:
    ran("-s", "-k", "seed", "--pyqdemo-seed", "9").stdout.fnmatch_lines("*seed 9 5")


def test_an_exploration_without_a_bound_has_a_minute(ran: Callable[..., pytest.RunResult]) -> None:
    ran("-k", "patience").assert_outcomes(passed=1, deselected=10)


def test_a_file_that_is_no_record_is_told_before_anything_runs(
    ran: Callable[..., pytest.RunResult],
) -> None:
    result = ran("--pyqdemo-replay", "test_paint.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: --pyqdemo-replay test_paint.py: *")


def test_workers_of_xdist_say_the_same(ran: Callable[..., pytest.RunResult]) -> None:
    """Two tests on two workers: one passes, one has a command that can be typed."""
    result = ran("-n", "2", "-k", "hand_over or test_cross and first")
    result.assert_outcomes(passed=1, failed=1)
    assert replay_line(result).startswith("pytest 'test_paint.py::test_cross[first]' --pyqdemo")


def test_without_the_cache_the_record_lies_in_the_tests_own_folder(
    ran: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    result = ran("-p", "no:cacheprovider", "-k", "test_cross and first")
    file = Path(shlex.split(replay_line(result))[-1])
    assert (pytester.path / file).is_file()
    assert not (pytester.path / ".pytest_cache").exists()


def test_it_can_be_left_out(ran: Callable[..., pytest.RunResult]) -> None:
    result = ran("-p", "no:pyqdemo", "-k", "hand_over")
    result.assert_outcomes(errors=1, deselected=10)
    result.stdout.fnmatch_lines("*fixture 'lab' not found*")


def test_who_does_not_use_it_loads_two_modules(pytester: pytest.Pytester) -> None:
    """The package itself and the plugin: no Rich, no Typer, nothing of the machinery."""
    pytester.makeconftest(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    ours = {'pyqdemo', 'rich', 'typer'}\n"
        "    print('LOADED', *sorted(m for m in sys.modules if m.split('.')[0] in ours))\n"
    )
    pytester.makepyfile("def test_nothing():\n    pass\n")
    result = pytester.runpytest_subprocess("-s", timeout=PATIENCE_S)
    (told,) = [line for line in result.outlines if line.startswith("LOADED")]
    assert told.split() == ["LOADED", "pyqdemo", "pyqdemo.pytest_plugin"]


def test_the_examples_are_as_they_say() -> None:
    """One way of buying tickets is shown to fail, the other one is proved."""
    told = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "examples/testing"]
    done = subprocess.run(told, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert re.search(r"^2 passed", done.stdout, re.MULTILINE), done.stdout


# pytest inside of a program.


def raising() -> None:
    """What ``raises`` does with an exception, a wrong one, none, and texts."""
    with pytest.raises(KeyError) as found:
        raise KeyError("a")
    print(found.type, found.value, found.match("a"))
    with pytest.raises((KeyError, ValueError), match=r"b+"):
        raise ValueError("abba")
    for kind, match in ((ValueError, None), (KeyError, "b")):
        try:
            with pytest.raises(kind, match=match):
                raise KeyError("a")
        except Exception as error:
            print(type(error).__name__)
    try:
        with pytest.raises(ValueError):
            pass
    except BaseException as error:
        print("not raised", isinstance(error, (AssertionError, pytest.fail.Exception)))


def test_raises_does_inside_what_it_does_outside(capsys: pytest.CaptureFixture[str]) -> None:
    raising()
    trace = pyqdemo.run(raising)
    assert trace.printed() == capsys.readouterr().out
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.COMPLETED
    assert trace.outcome.uncontrolled == ("subprocess",)  # which this file imports itself


def warning() -> None:
    """What pytest would have to watch by itself."""
    thread = Thread(target=print)
    thread.start()
    with pytest.warns(UserWarning):
        import warnings

        warnings.warn("careful", stacklevel=1)
    thread.join()


def test_what_pytest_does_by_itself_inside_is_never_proved() -> None:
    report = pyqdemo.explore(warning, max_executions=20)
    assert report.verdict is not Verdict.PROVED
    assert "pytest.warns" in {reason.detail for reason in report.reasons}
