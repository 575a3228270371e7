"""After a run this process is as it was, whatever the program did."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path

from loading_runs import carry, printed, written

from pyqdemo.loading import load
from pyqdemo.strategies.random import Random
from pyqdemo.trace import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carriers


def test_the_main_module_of_the_process_is_the_program_s_while_it_runs(tmp_path: Path) -> None:
    """Also where a program runs another: each finds its own before and after."""
    inner = written(tmp_path / "inner", main="import __main__; print(__main__.who)\nwho = 1")
    outer = written(
        tmp_path / "outer",
        main=f"""
            import loading_runs, __main__
            from pathlib import Path
            who = 'outer'
            def real():
                return loading_runs.sys.modules['__main__']
            print(real() is __main__)
            inner = loading_runs.carry(Path({str(inner)!r}))
            print(loading_runs.printed(inner).splitlines()[-1])
            print(real() is __main__, real().who)
            """,
    )
    before = {name: sys.modules.get(name) for name in ("__main__", "__mp_main__")}
    done = carry(outer)
    told = printed(done).splitlines()
    assert told[0] == "True" and told[2:] == ["True outer"]
    assert "has no attribute 'who'" in told[1]
    assert {name: sys.modules.get(name) for name in before} == before


def test_runs_in_several_threads_give_the_main_module_back(tmp_path: Path) -> None:
    program = load(written(tmp_path, main="import time; time.sleep(1); print('through')"))
    before = {name: sys.modules.get(name) for name in ("__main__", "__mp_main__")}
    told: list[str] = []
    threads = [
        threading.Thread(target=lambda: told.append(printed(carry(program)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["through\n"] * 4
    assert {name: sys.modules.get(name) for name in before} == before


def test_what_a_program_changes_in_the_process_is_given_back(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="""
            import sys, os, warnings, logging, random, gc, threading, builtins, atexit
            sys.setrecursionlimit(4321)
            os.chdir('/')
            os.environ['NEW_OF_THIS_TEST'] = '1'
            os.environ.pop('HOME', None)
            sys.path.clear(); sys.argv.clear(); sys.stdout = None; sys.meta_path.clear()
            sys.setswitchinterval(0.5); sys.excepthook = None
            warnings.simplefilter('error')
            logging.basicConfig(level=1)
            random.seed(1)
            threading.stack_size(65536); threading.excepthook = None
            builtins.len = None
            atexit.register(print, 'x')
            os.umask(0o077)
            sys.set_int_max_str_digits(0)
            gc.enable(); gc.disable(); gc.callbacks.append(print)
            """,
    )

    def state() -> list[object]:
        import gc
        import logging
        import random
        import warnings

        root = logging.getLogger()
        mask = os.umask(0)
        os.umask(mask)
        return [
            mask,
            sys.get_int_max_str_digits(),
            (gc.isenabled(), len(gc.callbacks)),
            sys.getrecursionlimit(),
            Path.cwd(),
            dict(os.environ),
            list(sys.path),
            list(sys.argv),
            sys.stdout,
            list(sys.meta_path),
            sys.getswitchinterval(),
            sys.excepthook,
            list(warnings.filters),
            (root.level, list(root.handlers)),
            random.getstate(),
            threading.stack_size(),
            threading.excepthook,
            len,
        ]

    before = state()
    done = carry(program)
    assert (printed(done), done.exit_code) == ("", 0)
    assert state() == before
    assert done.uncontrolled == ["os.chdir"]


def test_a_thousand_runs_leave_nothing_behind(tmp_path: Path) -> None:
    """Neither modules nor objects nor threads; an empty run's worth of objects is allowed for
    what Python itself keeps, not one for each run."""
    program = load(
        written(
            tmp_path,
            main="""
                import threading, queue, time, random, one, pack.two, logging
                class Worker(threading.Thread):
                    def run(self):
                        q.put(random.random()); time.sleep(1)
                        threading.excepthook = self
                q = queue.Queue()
                workers = [Worker() for _ in range(2)]
                for w in workers: w.start()
                for w in workers: w.join()
                if q.get() < .5: raise ValueError(q)
                """,
            one="import threading; lock = threading.Lock()",
            **{"pack/__init__": "from . import two", "pack/two": "x = [lambda: x]"},
        )
    )
    with Carriers() as carriers:

        def counts(runs: int) -> tuple[int, int, int]:
            for seed in range(runs):
                carry(program, carriers=carriers, strategy=Random(seed))
            gc.collect()
            return len(sys.modules), threading.active_count(), len(gc.get_objects())

        modules, threads, objects = counts(20)
        after = counts(1_000)
    assert after[:2] == (modules, threads)
    assert after[2] - objects < 200


def test_logging_from_several_tasks_through_a_captured_stream_never_hangs(
    tmp_path: Path,
) -> None:
    """Each record is one line; each task's records come in their order; 200 seeds."""
    import logging

    root = logging.getLogger()
    host = root.level, list(root.handlers)
    program = load(
        written(
            tmp_path,
            main="""
                import logging, threading, sys, queue, time
                logging.basicConfig(level=logging.DEBUG, stream=sys.stdout,
                                    format='%(relativeCreated)d %(threadName)s %(message)s')
                q = queue.Queue()
                def work(n):
                    for i in range(3):
                        logging.info('%d %d', n, i)
                        q.put(i)
                        logging.debug('put %d', i)
                threads = [threading.Thread(target=work, args=(n,), name=str(n)) for n in range(3)]
                for t in threads: t.start()
                for t in threads: t.join()
                """,
        )
    )
    orders = set()
    with Carriers() as carriers:
        for seed in range(200):
            done = carry(program, carriers=carriers, strategy=Random(seed))
            assert done.over is not None and done.over.kind is OutcomeKind.COMPLETED, seed
            lines = [line.split(None, 1)[1] for line in printed(done).splitlines()]
            for n in range(3):
                mine = [line for line in lines if line[0] == str(n)]
                wanted = [f"{n} {text}" for i in range(3) for text in (f"{n} {i}", f"put {i}")]
                assert mine == wanted, seed
            assert len(lines) == 18, seed
            assert done.uncontrolled == [], seed
            orders.add(tuple(lines))
    assert len(orders) > 50
    assert (root.level, list(root.handlers)) == host


def test_a_module_of_ours_or_an_error_of_ours_is_never_shown_to_the_program(
    tmp_path: Path,
) -> None:
    """In no traceback, whoever formats it, and in no stack."""
    program = written(
        tmp_path,
        main="""
            import traceback, threading, queue, inspect, logging
            def work():
                try:
                    queue.Queue().get(timeout=1)
                except queue.Empty:
                    traceback.print_exc()
                    logging.exception('x')
                print(''.join(traceback.format_stack()))
                raise ValueError
            t = threading.Thread(target=work); t.start(); t.join()
            queue.Queue().get_nowait()
            """,
    )
    done = carry(program)
    assert printed(done).count("Traceback") == 4
    assert "pyqdemo" not in printed(done).replace(str(tmp_path), "")
