"""What ends a run from inside: exits, exceptions, and what cannot be controlled."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_runs import carry, controlled, natively, printed, written

from pyqdemo.errors import RunError
from pyqdemo.trace import OutcomeKind


@pytest.mark.parametrize(
    ("statement", "happened", "what"),
    [
        ("import multiprocessing", "refused_processes", "multiprocessing"),
        ("from multiprocessing import Queue", "refused_processes", "multiprocessing"),
        ("import multiprocessing.pool", "refused_processes", "multiprocessing"),
        ("import one", "refused_processes", "multiprocessing"),
        (
            "import concurrent.futures as f; f.ProcessPoolExecutor()",
            "refused_processes",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        (
            "import concurrent.futures.process",
            "refused_processes",
            "concurrent.futures.process",
        ),
        ("import os; os.fork()", "refused_fork", "os.fork"),
        ("import os; os.execv('/bin/true', ['true'])", "refused_fork", "os.execv"),
        (
            "import _thread; _thread.start_new_thread(print, ())",
            "refused_threads",
            "_thread.start_new_thread",
        ),
        ("import _thread; _thread.allocate_lock()", "refused_threads", "_thread.allocate_lock"),
        ("breakpoint()", "refused_keyboard", "breakpoint"),
        ("import pdb", "refused_keyboard", "pdb"),
        ("import signal; signal.pause()", "refused_signal", "signal.pause"),
        ("import os; os.kill(os.getpid(), 2)", "refused_signal", "os.kill"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "try:\n    {}\nexcept:\n    print('caught')\n"])
def test_what_would_hang_or_escape_ends_the_run_with_one_error(
    statement: str, happened: str, what: str, around: str, tmp_path: Path
) -> None:
    """Also where the program catches everything: what it prints then is no part of the run."""
    program = written(tmp_path, main=around.format(statement), one="import multiprocessing")
    with pytest.raises(RunError) as caught:
        carry(program)
    where = "one.py:1" if statement == "import one" else f"main.py:{1 if around == '{}' else 2}"
    assert caught.value.happened == happened
    assert caught.value.facts == {"what": what, "where": where, "file": str(program)}


def test_os_exit_ends_the_run_and_not_this_process(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="""
            import os, threading, atexit
            atexit.register(print, 'never')
            def work():
                try:
                    os._exit(3)
                finally:
                    print('never')
            threading.Thread(target=work).start()
            threading.Event().wait()
            """,
    )
    done = carry(program)
    assert done.over is not None
    assert (done.over.kind, done.over.detail) == (OutcomeKind.ABORTED, "os._exit(3)")
    assert (done.exit_code, printed(done)) == (3, "")


def test_ctrl_c_that_the_program_raises_itself_is_an_exception_with_the_code_130(
    tmp_path: Path,
) -> None:
    """Python itself ends by the signal then, which a shell tells as 130."""
    done = carry(written(tmp_path, main="raise KeyboardInterrupt"))
    assert done.exit_code == 130
    assert printed(done).endswith("\nKeyboardInterrupt\n")
    assert done.outcome().kind is OutcomeKind.EXCEPTION


def test_a_hook_for_exceptions_that_fails_is_told_with_both(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="import sys\ndef hook(*a): raise KeyError\nsys.excepthook = hook\nraise ValueError",
    )
    assert controlled(program) == natively(program)


def test_an_exception_in_a_thread_goes_to_the_hook_that_the_program_set(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="""
            import threading
            threading.excepthook = lambda args: print('hook', args.exc_type.__name__)
            thread = threading.Thread(target=lambda: [][1]); thread.start(); thread.join()
            """,
    )
    assert printed(carry(program)) == "hook IndexError\n"
