"""What each task of a forked process finds in ``threading.local``: what it finds natively."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from beside_the_library import native, print_alike

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

PROGRAM = """
import multiprocessing as mp
import threading

class Counting(threading.local):
    def __init__(self):
        print("made for", threading.current_thread().name)
        self.count = 0

def tell(who):
    print(who, vars(kept), counting.count, threading.current_thread().name)

def child(who):
    tell(who)
    thread = threading.Thread(target=tell, args=(who + "'s thread",), name=who + "'s")
    thread.start()
    thread.join()
    tell(who)

def fork(who):
    kept.of = who
    counting.count += 1
    process = mp.get_context("fork").Process(target=child, args=("child of " + who,))
    process.start()
    process.join()

if __name__ == "__main__":
    kept, counting = threading.local(), Counting()
    fork("main")
    thread = threading.Thread(target=fork, args=("thread",), name="other")
    thread.start()
    thread.join()
    tell("main")
"""


def test_a_forked_main_task_has_its_forkers_attributes_and_a_thread_of_it_has_none(
    tmp_path: Path,
) -> None:
    """Whether the main thread forks or another; only one goes on at a time, so all schedules
    print the same."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    assert "child of main's thread {} 0 child of main's\n" in native(program)
    print_alike(program, "fork", seeds=[1])
