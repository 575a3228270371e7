"""Random small programs of several processes: what must hold of every program holds of these."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from both import METHODS
from each_python import MINORS
from elsewhere import printed_by, python_3
from fuzz_programs import quiet, wild
from fuzzing import Fuzzed, Told

from pyqdemo.trace import Event, OutcomeKind, Phase, Record

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="real processes need Linux here")

#: A program that takes no longer than this under control takes about as long natively.
SHORT_NS = 4_000_000_000
#: How long a native program waits for others, and once more where that was too short.
SETTLED_S = ("0.3", "1.0", "3.0")
AT_MOST_S = 200.0


@pytest.fixture
def fuzzed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fuzzed]:
    """Fails if runs leave a file, a descriptor or a thread behind. (Processes: see ``check``.)"""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = held()
    with Fuzzed() as found:
        yield found
    assert held() == before
    assert list(scratch.iterdir()) == []


def held() -> tuple[int, int]:
    """How many descriptors are open, how many threads there are."""
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def written(folder: Path, name: str, text: str) -> Path:
    program = folder / f"{name}.py"
    program.write_text(text, encoding="utf-8")
    return program


@pytest.mark.parametrize("method", METHODS)
def test_nothing_of_a_run_depends_on_its_world_or_on_who_looks_on(
    method: str, fuzzed: Fuzzed, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    """In both worlds the events, the outcome and the output are those of the run before it, of
    the replay of its choices, and, but for the events, of a run without a log; each ends in
    time and leaves no process."""
    usual = 12 if method == "fork" else 3
    for seed in range(how_many(usual, soak=1_000)):
        program = written(tmp_path, f"wild{seed}", wild(seed))
        told = fuzzed.check(program, seed, method, "pipe" if seed % 3 == 0 else "terminal")
        assert_possible(told.records or (), f"seed {seed}, {method}")


def assert_possible(records: Iterable[Record], where: str) -> None:
    """An item is got, or received, once at most, and after it was put, or sent."""
    there: set[str] = set()
    taken: set[str] = set()
    for each in records:
        if not isinstance(each, Event) or each.item is None or each.result is not None:
            continue
        if each.phase is not Phase.DONE:
            continue
        match each.operation:
            case "put" | "put_part" | "send" | "send_part":
                there.add(each.item)
            case "get" | "recv":
                assert each.item in there, f"{where}: {each}"
                assert each.item not in taken, f"{where}: {each}"
                taken.add(each.item)


@pytest.mark.parametrize("minor", MINORS)
def test_random_programs_run_alike_on_every_python(
    minor: int, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    """The digests are of the choices, the events but for tracebacks, and the printed text."""
    other = python_3(minor)
    words = ("fuzzing.py", 0, how_many(6, soak=300), METHODS[0])
    assert printed_by(sys.executable, *words) == printed_by(other, *words)


def test_what_nobody_can_disturb_prints_the_same_natively(
    fuzzed: Fuzzed, tmp_path: Path, how_many: Callable[..., int]
) -> None:
    """Where only one process goes on at a time, all seeds print the same, and bare Python
    prints it too, with the same exit code."""
    wanted = how_many(4, soak=200)
    for name, told in islice(completed(fuzzed, tmp_path), wanted):
        assert told.outcome is not None
        expected = (told.text, told.outcome.exit_code)
        text = (tmp_path / f"{name}.py").read_text(encoding="utf-8")
        for settled in SETTLED_S:
            seen = bare(written(tmp_path, f"bare_{name}", natively(text, settled)))
            if seen == expected:
                break
        assert seen == expected, name


def completed(fuzzed: Fuzzed, folder: Path) -> Iterator[tuple[str, Told]]:
    """The quiet programs that come to an end, and soon."""
    for number in range(100_000):
        name = f"quiet{number}"
        program = written(folder, name, quiet(number))
        runs = [fuzzed.run("simulated", program, seed, "fork") for seed in range(3)]
        outcomes = [run.outcome for run in runs]
        assert len({run.text for run in runs}) == 1, name
        if all(
            outcome is not None
            and outcome.kind in (OutcomeKind.COMPLETED, OutcomeKind.EXCEPTION)
            and (outcome.ended_ns or 0) < SHORT_NS
            for outcome in outcomes
        ):
            yield name, runs[0]


def natively(text: str, settled: str) -> str:
    guard = 'if __name__ == "__main__":\n'
    assert guard in text
    text = text.replace(guard, f'{guard}    mp.set_start_method("fork")\n')
    return text.replace("SETTLED_S = 0.3", f"SETTLED_S = {settled}")


def bare(program: Path) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=AT_MOST_S,
        check=False,
    )
    return done.stdout, done.returncode
