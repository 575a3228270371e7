"""``pyqdemo.run`` and ``replay`` as a person at a prompt meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import BUSY, CROSSING

import pyqdemo
from pyqdemo.codec import write_trace
from pyqdemo.trace import OutcomeKind, Trace

FAILING = """
import threading

def work(step):
    return {}[step + 1]

thread = threading.Thread(target=work, args=(1,))
thread.start()
thread.join()
"""


def written(folder: Path, text: str, name: str = "program.py") -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(text, encoding="utf-8")
    return program


def saved(trace: Trace, file: Path) -> Path:
    records = (*trace.tasks, *trace.resources, *trace.events)
    write_trace(file, trace.header, records, trace.outcome)
    return file


def test_what_was_printed_is_one_text(tmp_path: Path) -> None:
    trace = pyqdemo.run(written(tmp_path, "import sys\nprint(1, 2)\nprint('x', file=sys.stderr)"))
    assert (trace.printed(), trace.printed("stderr")) == ("1 2\n", "x\n")


def test_a_saved_run_is_replayed_from_its_file(tmp_path: Path) -> None:
    program = written(tmp_path, CROSSING)
    trace = pyqdemo.run(program, seed=1)
    assert pyqdemo.replay(saved(trace, tmp_path / "run.jsonl")) == trace


def test_a_run_that_failed_is_the_same_wherever_the_program_lies(tmp_path: Path) -> None:
    """Its traceback names the file from the program's folder on."""
    here, there = (written(tmp_path / name, FAILING) for name in ("here", "there"))
    trace = pyqdemo.run(here, seed=1)
    assert trace.outcome is not None
    assert trace.outcome.kind is OutcomeKind.EXCEPTION
    assert 'File "program.py", line 5, in work' in trace.printed("stderr")
    assert pyqdemo.replay(trace, there) == trace


def test_a_copy_of_the_program_under_another_name_replays_equally(tmp_path: Path) -> None:
    trace = pyqdemo.run(written(tmp_path, BUSY), seed=1)
    assert pyqdemo.replay(trace, written(tmp_path, BUSY, "copy.py")) == trace


def test_the_file_that_is_named_is_the_one_that_is_compared(tmp_path: Path) -> None:
    """Beside it the recorded file still lies as it was."""
    trace = pyqdemo.run(written(tmp_path, BUSY), seed=1)
    other = written(tmp_path, BUSY + "\n# changed\n", "other.py")
    with pytest.raises(pyqdemo.PyqdemoError, match=r"other\.py is not as it was"):
        pyqdemo.replay(trace, other)


FUNCTION = """
import queue, threading

def kitchen(dishes=2):
    line = queue.Queue()
    threading.Thread(target=lambda: [line.put(n) for n in range(dishes)]).start()
    print([line.get() for _ in range(dishes)])
"""


def test_a_functions_run_is_replayed_without_naming_the_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, FUNCTION, "cooking_with_functions.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    import cooking_with_functions  # type: ignore[import-not-found]

    trace = pyqdemo.run(cooking_with_functions.kitchen, seed=3, parameters={"dishes": 3})
    assert trace.printed() == "[0, 1, 2]\n"
    assert pyqdemo.replay(trace) == trace
    assert pyqdemo.replay(trace, cooking_with_functions.kitchen) == trace


def test_a_file_that_runs_itself_when_it_is_loaded_is_told_so(tmp_path: Path) -> None:
    """Without the guard each run would load the file and begin another."""
    program = written(tmp_path, "import pyqdemo\ndef f(): pass\npyqdemo.run(f)\n", "endless.py")
    with pytest.raises(pyqdemo.PyqdemoError, match="runs its own file again each time"):
        pyqdemo.run(program, parameters={})


def test_a_program_that_uses_pyqdemo_is_not_uncontrolled_for_that(tmp_path: Path) -> None:
    outcome = pyqdemo.run(written(tmp_path, "import pyqdemo\nprint(pyqdemo.__version__)")).outcome
    assert outcome is not None
    assert outcome.uncontrolled == ()


def test_a_module_that_is_not_there_is_not_uncontrolled(tmp_path: Path) -> None:
    outcome = pyqdemo.run(written(tmp_path, "import nosuchmodule")).outcome
    assert outcome is not None
    assert (outcome.kind, outcome.uncontrolled) == (OutcomeKind.EXCEPTION, ())


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda file: pyqdemo.run(3), "program is 3, but takes a file or a function"),
        (lambda file: pyqdemo.run(file, max_steps=2.5), "max_steps is 2.5, but takes a whole"),
        (lambda file: pyqdemo.run(file, max_steps=True), "max_steps is True, but takes a whole"),
        (lambda file: pyqdemo.run(file, for_s="3"), "for_s is '3', but takes seconds"),
        (lambda file: pyqdemo.run(file, arguments="abc"), "arguments is 'abc', but takes a list"),
        (lambda file: pyqdemo.run(file, arguments=[1]), r"arguments is \[1\], but takes a list"),
        (lambda file: pyqdemo.run(file, parameters=3), "parameters is 3, but takes a dict"),
        (lambda file: pyqdemo.run(file, parameters={}), "has no function main"),
        (lambda file: pyqdemo.run(file, seed=-1), "the seed is -1, but takes 0 to"),
        (lambda file: pyqdemo.run(file, world="native"), "the world is 'native', but can be sim"),
        (lambda file: pyqdemo.run(file, world=["real"]), r"the world is \['real'\], but can be"),
        (lambda file: pyqdemo.run(file, stdout="file"), "the stdout is 'file', but can be term"),
        (lambda file: pyqdemo.run(file, start_method="clone"), "--start-method is clone, but this"),
        (lambda file: pyqdemo.run(file, start_method=3), "--start-method is 3, but this system"),
        (lambda file: pyqdemo.replay(pyqdemo.run(file), file, world="x"), "the world is 'x', but"),
        (lambda file: pyqdemo.replay(None), "trace is None, but takes a trace or its file"),
        (lambda file: pyqdemo.replay("nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (lambda file: pyqdemo.run(lambda: None), "a lambda has no name to find it by"),
    ],
)
def test_a_mistake_in_a_call_is_one_sentence(call, told: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(pyqdemo.PyqdemoError, match=told):
        call(written(tmp_path, "print(1)\n"))
