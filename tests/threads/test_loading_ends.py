"""What ends a run from inside: exits, exceptions, and what cannot be controlled."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_runs import carry, controlled, natively, printed, written

from pyqdemo.errors import RunError
from pyqdemo.kernel.execution import Execution, Limits
from pyqdemo.loading import bind, load
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.world import World


@pytest.mark.parametrize(
    ("statement", "happened", "what"),
    [
        ("import multiprocessing.managers", "refused_manager", "multiprocessing.managers"),
        (
            "from multiprocessing import Manager; Manager()",
            "refused_manager",
            "multiprocessing.Manager",
        ),
        (
            "from multiprocessing.connection import Listener; Listener()",
            "refused_listener",
            "multiprocessing.connection.Listener",
        ),
        ("import one", "refused_manager", "multiprocessing.managers"),
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
    program = written(
        tmp_path, main=around.format(statement), one="import multiprocessing.managers"
    )
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


def test_a_hook_of_a_thread_that_exits_ends_that_thread_and_not_this_process(
    tmp_path: Path,
) -> None:
    program = written(
        tmp_path,
        main="""
            import sys, threading
            threading.excepthook = lambda args: sys.exit(4)
            thread = threading.Thread(target=lambda: [][1]); thread.start(); thread.join()
            print('main goes on')
            """,
    )
    assert printed(carry(program)) == "main goes on\n"


def test_ctrl_c_raised_in_a_hook_of_a_thread_is_told_and_main_goes_on(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="""
            import threading
            def hook(args): raise KeyboardInterrupt
            threading.excepthook = hook
            thread = threading.Thread(target=lambda: [][1]); thread.start(); thread.join()
            print('main goes on')
            """,
    )
    text = printed(carry(program))
    assert text.startswith("Exception in threading.excepthook:\n")
    assert text.endswith("\nKeyboardInterrupt\nmain goes on\n")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "never", ["while True: pass", "while True:\n  try: q.get()\n  except BaseException: pass"]
)
def test_a_del_without_end_at_the_end_is_broken_off_and_said(never: str, tmp_path: Path) -> None:
    """The run itself was over, so its outcome stands. Whether one that catches everything can
    be ended is luck; if not, that is said too."""
    body = never.replace("\n", "\n        ")
    program = load(
        written(
            tmp_path,
            main=f"""\
import queue
q = queue.Queue()
class Thing:
    def __del__(self):
        {body}
thing = Thing()
print('end')
""",
        )
    )
    execution = Execution(Random(0), Limits())
    with Carriers() as carriers:
        world = World(execution, program.places, carriers, patience_s=0.2)
        with bind(program, world) as run:
            world.run(run.body, run.at_exit)
    assert (execution.outcome().kind, printed(execution)) == (OutcomeKind.COMPLETED, "end\n")
    first, *more = [loss.reason for loss in execution.losses]
    assert first == "an object's __del__ at the end went on for too long and was broken off"
    if more:
        assert "except" in never
        told = "an object's __del__ goes on without end: its thread could not be ended"
        assert more == [told]


def test_a_helper_that_is_no_text_is_a_syntax_error_without_frames_of_ours(
    tmp_path: Path,
) -> None:
    program = written(tmp_path, main="import helper")
    (tmp_path / "helper.py").write_bytes(b"x = '\xff'\n")
    text = printed(carry(program))
    assert text.count("  File ") == 2  # the import, and the line in the helper
    assert "importlib" not in text
    assert "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xff" in text
