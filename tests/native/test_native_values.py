"""Whatever is put, printed or raised: the program is not harmed, the record says what is cut."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from watching import watch, write

from pyqdemo.trace import Phase

HEAD = "from queue import Queue\nimport sys\nqueue = Queue()\n"


def put(folder: Path, value: str, head: str = "") -> object:
    """The event of putting that value."""
    run = watch(write(folder, f"{HEAD}{head}queue.put({value})\nprint('well')\n"))
    assert run.stdout == "well\n", run.stderr
    (event,) = [event for event in run.trace.events if event.operation == "put"]
    return event


def test_a_long_text_is_cut_and_the_record_says_by_how_much(tmp_path: Path) -> None:
    event = put(tmp_path, "'x' * 1_000_000")
    assert (event.value, event.cut) == ("'" + "x" * 80 + "'", 1_000_000 - 80)


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    event = put(tmp_path, "list(range(100_000))")
    assert event.value == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]"


def test_a_number_of_ten_thousand_digits_is_no_obstacle(tmp_path: Path) -> None:
    """Python itself refuses to write it out: its repr raises ValueError."""
    assert put(tmp_path, "10 ** 10_000").value == "<int: repr raised ValueError>"


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**100, 0])
def test_a_number_is_shown_in_full_whatever_its_size(number: int, tmp_path: Path) -> None:
    assert put(tmp_path, str(number)).value == str(number)


def test_an_object_whose_repr_raises_is_shown_by_its_kind(tmp_path: Path) -> None:
    odd = "class Odd:\n    def __repr__(self): raise LookupError\n"
    value = put(tmp_path, "Odd()", odd).value
    assert value is not None
    assert "Odd" in value


def test_an_object_whose_repr_is_huge_is_cut(tmp_path: Path) -> None:
    huge = "class Huge:\n    def __repr__(self): return 'y' * 10_000_000\n"
    event = put(tmp_path, "Huge()", huge)
    assert len(event.value) <= 200
    assert event.value.startswith("yyy")


def test_an_object_whose_repr_uses_its_queue_is_put_and_its_uses_are_not_recorded(
    tmp_path: Path,
) -> None:
    """The repr asks the queue's size; only the program's own question is an operation."""
    text = (
        "class Nosy:\n    def __repr__(self): return f'one of {queue.qsize()}'\n"
        "queue.put(Nosy())\nqueue.qsize()\n"
    )
    run = watch(write(tmp_path, HEAD + text))
    seen = [(event.operation, event.value, event.result) for event in run.trace.events]
    assert [step for step in seen if step[0] in ("put", "qsize")] == [
        ("put", "one of 1", None),
        ("qsize", None, "1"),
    ]


def test_a_full_queue_and_a_repr_that_uses_it_do_not_lock_each_other_out(tmp_path: Path) -> None:
    """The put waits, and is noted as blocked, while the repr asks the same queue its size."""
    text = (
        "from queue import Queue\nfrom threading import Thread\n"
        "class Nosy:\n    def __repr__(self): return f'one of {queue.qsize()}'\n"
        "queue = Queue(1)\nqueue.put(0)\n"
        "thread = Thread(target=queue.put, args=(Nosy(),)); thread.start()\n"
        "while not queue.not_full._waiters: pass\n"
        "queue.get(); queue.get(); thread.join(); print('well')\n"
    )
    run = watch(write(tmp_path, text), for_s=5)
    assert run.stdout == "well\n", run.outcome


def test_a_queue_that_holds_itself_is_no_obstacle(tmp_path: Path) -> None:
    assert put(tmp_path, "[queue]").value is not None


def test_addresses_become_numbers(tmp_path: Path) -> None:
    value = put(tmp_path, "object()").value
    assert value == "<object object at #1>"


def test_printed_text_is_recorded_as_written_and_as_it_left_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """print writes the text, then the end; on a pipe all seven bytes leave when flushed."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "")
    text = "print('one')\nprint('two', end='', flush=True)\n"
    run = watch(write(tmp_path, text))
    seen = [(e.operation, e.value) for e in run.trace.events if e.operation in ("write", "flush")]
    assert seen == [
        ("write", "one"),
        ("write", "\n"),
        ("write", "two"),
        ("write", ""),
        ("flush", "7"),
    ]


def test_ten_megabytes_printed_at_once_are_shown_whole_and_recorded_cut(tmp_path: Path) -> None:
    run = watch(write(tmp_path, "print('z' * 10_000_000, end='')"))
    event = next(event for event in run.trace.events if event.operation == "write")
    assert len(run.stdout) == 10_000_000
    assert event.cut == 10_000_000 - len(event.value)
    sent = [int(e.value) for e in run.trace.events if e.operation == "flush"]
    assert sum(sent) == 10_000_000


def test_a_text_that_cannot_be_encoded_raises_in_the_program_and_is_recorded(
    tmp_path: Path,
) -> None:
    text = "import sys\ntry:\n    sys.stdout.write('\\ud800')\nexcept ValueError:\n    pass\n"
    run = watch(write(tmp_path, text))
    results = [event.result for event in run.trace.events if event.operation == "write"]
    assert run.outcome.exit_code == 0
    assert any((result or "").startswith("raised UnicodeEncodeError") for result in results)


@pytest.mark.parametrize("name", ["n" * 100_000, "\\ud800 \\0 中文"])
def test_a_thread_of_any_name_is_watched(name: str, tmp_path: Path) -> None:
    text = f"from threading import Thread\nThread(target=print, args=('ran',), name='{name}')"
    run = watch(write(tmp_path, f"{text}.start()\n"), for_s=10)
    assert (run.stdout, run.outcome.exit_code) == ("ran\n", 0), run.stderr[-2000:]


def test_many_threads_at_once_are_watched(tmp_path: Path) -> None:
    """More threads than a process may open files at first: bare they need none."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, limits[1]))
    text = (
        "from threading import *\n"
        "gate = Event()\n"
        "threads = [Thread(target=gate.wait) for _ in range(300)]\n"
        "for thread in threads: thread.start()\n"
        "gate.set()\n"
        "for thread in threads: thread.join()\n"
        "print('all')\n"
    )
    try:
        run = watch(write(tmp_path, text), for_s=20)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert run.stdout == "all\n", run.stderr[-2000:]
    assert len(run.trace.tasks) == 301


def test_threads_one_after_the_other_leave_no_open_file(tmp_path: Path) -> None:
    text = (
        "import os\nfrom threading import Thread\n"
        "def one():\n    thread = Thread(target=int); thread.start(); thread.join()\n"
        "one()\n"
        "before = len(os.listdir('/proc/self/fd'))\n"
        "for _ in range(50): one()\n"
        "print(len(os.listdir('/proc/self/fd')) - before)\n"
    )
    assert watch(write(tmp_path, text)).stdout == "0\n"


def test_a_full_disk_is_told_and_harms_nobody(tmp_path: Path) -> None:
    """The program may write no file beyond 100 kB: its lane's second window finds no room."""
    text = (
        "import resource\nfrom queue import Queue\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "queue = Queue()\n"
        "for number in range(5_000):\n    queue.put(number)\n    queue.get()\n"
        "print('done')\n"
    )
    run = watch(write(tmp_path, text))
    kept = [event for event in run.trace.events if event.operation in ("put", "get")]
    (loss,) = run.outcome.losses
    assert (run.stdout, loss.task) == ("done\n", "0")
    assert 10_000 <= len(kept) + loss.events <= 10_000 + 10  # and a few others


def test_tasks_of_pools_executors_and_forks_appear_and_nothing_is_harmed(tmp_path: Path) -> None:
    text = (
        "import multiprocessing as mp, os\nfrom queue import Queue\n"
        "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
        "def work(number):\n"
        "    queue = Queue(); queue.put(number); return queue.get() * 2\n"
        "if __name__ == '__main__':\n"
        "    with ThreadPoolExecutor(1) as pool: print(list(pool.map(work, [1, 2])))\n"
        "    with ProcessPoolExecutor(1) as pool: print(list(pool.map(work, [3, 4])))\n"
        "    with mp.Pool(1) as pool: print(pool.map(work, [5, 6]))\n"
        "    print(flush=True)\n"
        "    if os.fork() == 0:\n"
        "        work(7); os._exit(0)\n"
        "    os.wait()\n"
    )
    run = watch(write(tmp_path, text))
    assert run.stdout == "[2, 4]\n[6, 8]\n[10, 12]\n\n", run.stderr
    by_task: dict[str, list[str]] = {}
    for event in run.trace.events:
        if event.operation == "put" and event.phase is Phase.DONE:
            by_task.setdefault(event.task, []).append(event.value or "")
    assert sorted(by_task.values()) == [["1", "2"], ["3", "4"], ["5", "6"], ["7"]]


@pytest.mark.parametrize("name", ["queue", "random", "json", "multiprocessing"])
def test_a_neighbour_named_like_a_standard_module_hides_it_as_it_does_bare(
    name: str, tmp_path: Path
) -> None:
    write(tmp_path, "mine = True\n", f"{name}.py")
    run = watch(write(tmp_path, f"import {name}\nprint({name}.mine)\n"))
    assert run.stdout == "True\n", run.stderr


@pytest.mark.parametrize("name", ["time", "sys"])
def test_a_neighbour_named_like_a_built_in_module_is_not_seen_as_it_is_not_bare(
    name: str, tmp_path: Path
) -> None:
    write(tmp_path, "mine = True\n", f"{name}.py")
    run = watch(write(tmp_path, f"import {name}\nprint(hasattr({name}, 'mine'))\n"))
    assert run.stdout == "False\n", run.stderr


def test_a_signal_handler_and_a_finalizer_may_use_what_is_watched(tmp_path: Path) -> None:
    """Both run in the middle of anything, in the same thread: here 200 times each."""
    text = (
        "import signal\nfrom queue import SimpleQueue, Queue\n"
        "seen, busy = SimpleQueue(), Queue()\n"
        "signal.signal(signal.SIGALRM, lambda *_: seen.put('signal'))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "class Final:\n    def __del__(self): seen.put('final')\n"
        "signals = 0\n"
        "while signals < 200:\n"
        "    Final(); busy.put(1); busy.get()\n"
        "    while not seen.empty():\n"
        "        signals += seen.get() == 'signal'\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "print('well')\n"
    )
    run = watch(write(tmp_path, text), for_s=30)
    assert run.stdout == "well\n", run.stderr[-2000:]
