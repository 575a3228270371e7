"""Which world a command line asks for, and how it is kept in what is offered after the run."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_all_start_methods
from pathlib import Path
from typing import Any

import pytest

from pyqdemo.cli.offering import Offers, offers_of_replay
from pyqdemo.cli.recorded import command_of
from pyqdemo.cli.retyping import retyped
from pyqdemo.cli.worlds import makes_processes
from pyqdemo.codec import read_trace
from pyqdemo.errors import Exit
from pyqdemo.executing import Plan
from pyqdemo.lessons import lesson
from pyqdemo.trace import Control, Header, Processes, ProgramFile
from pyqdemo.worlds.processes.fork_server import ForkServer

USUAL, *OTHERS = get_all_start_methods()


@pytest.fixture
def asked(typed: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Plan, Offers]]:
    """``asked("pipe --seed 3")``: the plan and the offers of that line. No program is run."""

    def ask(line: str) -> tuple[Plan, Offers]:
        taken: list[Any] = []
        monkeypatch.setattr(
            "pyqdemo.cli.controlled_run.watch_controlled",
            lambda card, plan, look, console, offers, **more: taken.append((plan, offers)) or 0,
        )
        answer = typed(shlex.split(line))
        assert (answer.code, answer.err) == (0, "")
        plan, offers = taken.pop()
        return plan, offers

    return ask


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Here are a program with processes and one without."""
    monkeypatch.chdir(tmp_path)
    Path("forks.py").write_text("from multiprocessing import Process\n")
    Path("threads.py").write_text("import threading\n")
    return tmp_path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("line", "world"),
    [
        ("pipe --seed 3", "real"),
        ("writer-reader --as-published --sleeps loose", "real"),
        ("pipe --seed 3 --world simulated", "simulated"),
        ("chefs --seed 3", "simulated"),
        ("odd-even --seed 3", "simulated"),
        ("odd-even --seed 3 --world real", "real"),
        ("run forks.py --seed 3", "real"),
        ("run forks.py --seed 3 --world simulated", "simulated"),
        ("run threads.py --seed 3", "simulated"),
        ("run threads.py --seed 3 --world real", "real"),
    ],
)
def test_processes_are_real_where_the_program_makes_some_and_nobody_says_otherwise(
    line: str, world: str, asked: Callable
) -> None:
    assert asked(line)[0].world == world


@pytest.mark.parametrize(
    ("text", "makes"),
    [
        ("import multiprocessing", True),
        ("import multiprocessing.pool as pools", True),
        ("def f():\n    from multiprocessing.connection import Pipe", True),
        ("from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor", True),
        ("import concurrent.futures as cf\ncf.ProcessPoolExecutor()", True),
        ("from concurrent.futures import ThreadPoolExecutor", False),
        ("from .multiprocessing import Process", False),
        ("import multiprocessing_of_mine", False),
        ("'import multiprocessing'  # ProcessPoolExecutor", False),
        ("import multiprocessing\n)", False),
        ("x = '\\d'\nimport threading", False),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_makes_processes_is_read_off_the_imports(
    text: str, makes: bool, tmp_path: Path
) -> None:
    """A text that is not Python makes none; nor is Python's warning about another told twice."""
    file = tmp_path / "program.py"
    file.write_text(text)
    assert makes_processes(file) is makes


def test_a_file_that_cannot_be_read_makes_no_processes(tmp_path: Path) -> None:
    assert not makes_processes(tmp_path / "nothing.py")
    (tmp_path / "null.py").write_bytes(b"import multiprocessing\n\0")
    assert not makes_processes(tmp_path / "null.py")


def test_native_without_a_seed_is_a_native_run(typed: Callable, here: Path) -> None:
    typed("run threads.py --world native --quiet --save run.jsonl")
    assert read_trace(here / "run.jsonl").header.control is Control.NATIVE


def test_start_method_and_stdout_go_into_the_plan(asked: Callable) -> None:
    plan, _ = asked(f"pipe --seed 3 --start-method {USUAL} --stdout pipe")
    assert (plan.start_method, plan.stdout) == (USUAL, "pipe")
    plan, _ = asked("pipe --seed 3")
    assert (plan.start_method, plan.stdout) == (None, "terminal")


def test_stdout_alone_puts_a_run_under_control_with_the_seed_0(asked: Callable) -> None:
    plan, _ = asked("pipe --stdout pipe")
    assert (plan.seed, plan.stdout) == (0, "pipe")


def test_a_schedule_brings_its_start_method_and_stdout(asked: Callable, here: Path) -> None:
    import hashlib

    digest = hashlib.sha256((here / "forks.py").read_bytes()).hexdigest()[:6]
    other = OTHERS[0] if OTHERS else USUAL
    text = f"m1.{digest},seed=4,start-method={other},stdout=pipe:0"
    plan, offers = asked(f"run forks.py --schedule {text} --world simulated")
    assert (plan.world, plan.start_method, plan.stdout) == ("simulated", other, "pipe")
    assert offers.same == f"run forks.py --world simulated --schedule {text}"
    words = {"--start-method", other} if OTHERS else set()
    assert words | {"--stdout", "pipe", "--world", "simulated"} <= set(offers.by_seed.split())


def test_what_was_typed_of_it_stays_in_what_is_offered(asked: Callable) -> None:
    words = f"pipe --start-method {USUAL} --world simulated --stdout pipe"
    _, offers = asked(f"{words} --seed 3")
    assert offers.same == f"{words} --seed 3"
    assert offers.another == f"{words} --seed 4"
    assert offers.real == words.replace("simulated", "real") + " --seed 3"
    assert offers.native == f"pipe --start-method {USUAL}"


# ------------------------------------------------------- after a record


def header(**more: Any) -> Header:
    digest = "sha256:" + "0" * 64
    return Header((ProgramFile("forks.py", digest, ""),), Control.CONTROLLED, seed=5, **more)


@pytest.mark.parametrize(
    ("world", "program", "words"),
    [
        ("real", "forks.py", "run forks.py --seed 6"),
        ("simulated", "forks.py", "run forks.py --world simulated --seed 6"),
        ("simulated", "threads.py", "run threads.py --seed 6"),
        ("real", "threads.py", "run threads.py --world real --seed 6"),
    ],
)
@pytest.mark.usefixtures("here")
def test_another_run_like_a_replayed_one_is_in_the_same_world(
    world: str, program: str, words: str, given: Callable
) -> None:
    plan = Plan(Path(program), seed=5, choices=(), world=world)
    offers = offers_of_replay(given("replay run.jsonl"), None, plan, None, header())
    assert offers.another == words


def test_a_command_like_a_record_names_the_start_method_only_where_it_is_not_the_usual() -> None:
    recorded = header(lesson="pipe", variant="repaired", processes=Processes.REAL)
    for method, words in (
        (None, "pipe"),
        (USUAL, "pipe"),
        *((m, f"pipe --start-method {m}") for m in OTHERS),
    ):
        like = command_of(replace(recorded, start_method=method), Path(), lesson("pipe"), None)
        assert like is not None
        assert retyped(like) == words


@pytest.fixture
def given() -> Callable[[str], Any]:
    """``given("replay run.jsonl")``: a command and its first argument, as typed."""
    from pyqdemo.cli.commands import Given

    def type_(line: str) -> Given:
        command, file = line.split()
        return Given(command, "en", arguments={"RUN": (file,)})

    return type_


@pytest.mark.parametrize(
    ("recorded", "words", "world"),
    [
        (Processes.NONE, "", "simulated"),
        (Processes.SIMULATED, "", "simulated"),
        (Processes.REAL, "", "real"),
        (Processes.SIMULATED, " --world real", "real"),
        (Processes.REAL, " --world simulated", "simulated"),
    ],
)
def test_a_replay_is_in_the_recorded_world_unless_another_is_typed(
    recorded: Processes, words: str, world: str, asked: Callable, typed: Callable, here: Path
) -> None:
    from pyqdemo.codec import write_trace

    typed("run threads.py --seed 1 --quiet --save run.jsonl")
    trace = read_trace(here / "run.jsonl")
    records = (*trace.tasks, *trace.resources, *trace.events)
    head = replace(trace.header, processes=recorded)
    write_trace(here / "run.jsonl", head, records, trace.outcome)
    assert asked(f"replay run.jsonl{words}")[0].world == world


@pytest.mark.usefixtures("here")
def test_a_slip_that_is_found_late_leaves_nothing_of_what_was_started_early(
    typed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fork server is started before the numbers are read: it goes with the command."""
    started: list[ForkServer] = []

    class Noted(ForkServer):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr("pyqdemo.worlds.processes.fork_server.ForkServer", Noted)
    answer = typed(["run", "forks.py", "--seed", "3", "--max-steps", "0"])
    (server,) = started
    assert (answer.code, answer.out) == (Exit.USAGE, "")
    assert not Path(server.listener.folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server.nursery.pid, 0)
