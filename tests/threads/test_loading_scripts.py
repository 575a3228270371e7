"""What a script does under control is what it does when Python itself runs it.

Every program here runs twice, by Python and under control, and must print the same, word for
word, and end with the same code.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_runs import controlled, natively, written

SCRIPTS: dict[str, str] = {
    "what a script knows of itself": """
        import sys
        print(__name__, __file__, __package__, __spec__, __doc__, __builtins__, __cached__)
        print(type(__loader__).__name__, sorted(globals()), sys.argv[1:], sys.path[0])
        print(sys.modules['__main__'].__dict__ is globals(), __builtins__.print is print)
        """,
    "a text above everything": "'''What it is for.'''\nprint(__doc__, __name__)",
    "code that makes code": """
        exec('import threading; print(threading.current_thread().name)')
        print(eval('__import__("queue").Queue(3).maxsize'))
        exec(compile('print(__name__)', 'x', 'exec'), {'__name__': 'other'})
        """,
    "an empty keyboard": """
        import sys
        print(repr(sys.stdin.read()), sys.stdin.readline() == '', sys.stdin.isatty())
        input('name? ')
        """,
    "a keyboard of its own": """
        import sys, io
        sys.stdin = io.StringIO('Li\\nWang')
        print(input(), input('next: '))
        """,
    "streams of its own": """
        import sys, io, contextlib
        kept, sys.stdout = sys.stdout, io.StringIO()
        print('hidden')
        text, sys.stdout = sys.stdout.getvalue(), kept
        print(text, end='')
        with contextlib.redirect_stdout(io.StringIO()) as out:
            print('caught')
            with contextlib.redirect_stderr(sys.stdout):
                print('too', file=sys.stderr)
        print(out.getvalue(), end='')
        print('plain', file=sys.__stdout__, flush=True)
        sys.stderr.write('error\\n')
        sys.stdout.buffer.write(b'bytes\\n')
        sys.stdout = None
        print('nowhere')
        """,
    "sys.exit": "import sys; print('x'); sys.exit()",
    "sys.exit with a number": "import sys; sys.exit(3)",
    "sys.exit with a large number": "import sys; sys.exit(259)",
    "sys.exit with a negative number": "import sys; sys.exit(-1)",
    "sys.exit with a truth": "import sys; sys.exit(True)",
    "sys.exit with a text": "import sys; sys.exit('no more')",
    "exit": "exit(4)",
    "exit shown": "print(exit, quit); raise SystemExit",
    "an exception": "def f():\n    raise ValueError('no')\n\nf()",
    "an exception without a text": "raise KeyError",
    "an exception out of another": """
        class Own(Exception):
            def __init__(self):
                super().__init__('own')
                self.add_note('a note')
        try:
            {}['x']
        except KeyError as error:
            raise Own from error
        """,
    "an exception on the way of another": "try:\n    1 / 0\nexcept Exception:\n    [][1]",
    "a group of exceptions": """
        def made(error):
            try:
                raise error
            except Exception as caught:
                return caught
        raise ExceptionGroup('both', [made(ValueError(1)), made(KeyError('x'))])
        """,
    "an exception whose text fails": """
        class Bad(Exception):
            def __str__(self):
                raise ValueError
        raise Bad
        """,
    "a hook for exceptions": """
        import sys
        def hook(kind, error, trace):
            print('hook', kind.__name__, error, trace.tb_lineno > 0)
        sys.excepthook = hook
        raise ValueError('no')
        """,
    "deep recursion": """
        import sys
        def f(n):
            return f(n + 1)
        try:
            f(0)
        except RecursionError as error:
            print('RecursionError')
        sys.setrecursionlimit(5000)
        def g(n):
            return n and g(n - 1) + 1
        print(g(4000), sys.getrecursionlimit())
        """,
    "calls at the end": """
        import atexit, threading, time
        @atexit.register
        def first():
            print('first')
        atexit.register(print, 'second', end='!\\n')
        gone = atexit.register(lambda: print('gone'))
        atexit.unregister(gone)
        class Failing:
            def __init__(self, error):
                self.error = error
            def __repr__(self):
                return 'Failing()'
            def __call__(self):
                raise self.error
        atexit.register(Failing(ValueError('no')))
        atexit.register(Failing(SystemExit(5)))
        def late():
            time.sleep(.01)
            print('thread')
        threading.Thread(target=late).start()
        print('main is through')
        """,
    "things that die at the end": """
        import sys
        class Thing:
            def __init__(self, name):
                self.name = name
            def __del__(self):
                print('dies', self.name)
        one, _two = Thing('one'), Thing('two')
        print('end')
        """,
    "things that use others as they die": """
        import queue, threading
        q, name, lock = queue.Queue(), 'kept', threading.Lock()
        seen = []
        class Thing:
            def __del__(self):
                with lock:
                    q.put(1)
                    seen.append(q.qsize())
                    print('dies', name, seen, threading.main_thread().name)
        thing = Thing()
        print('end')
        """,
    "a property that is kept, asked for by two": """
        import functools, queue, threading
        q = queue.Queue()
        class Thing:
            @functools.cached_property
            def value(self):
                return q.get()
        thing = Thing()
        threads = [threading.Thread(target=lambda: thing.value) for _ in range(2)]
        for thread in threads:
            thread.start()
        q.put(1); q.put(1)
        for thread in threads:
            thread.join()
        print(thing.value)
        """,
    "finalizers": """
        import weakref
        class Thing: pass
        thing, kept = Thing(), Thing()
        weakref.finalize(thing, print, 'gone')
        weakref.finalize(kept, print, 'kept to the end')
        del thing
        print('end')
        """,
    "own builtins": """
        import builtins, json
        builtins.answer = 42
        print(answer)
        builtins.print = lambda *a, real=print: real('<', *a, '>')
        print('told')
        """,
    "functions of the library in a class": """
        import time, random, os
        class Clock:
            show, sleep, number, write = print, time.sleep, random.randint, os.getpid
        clock = Clock()
        clock.show('shown', clock.sleep(0), clock.number(3, 3), clock.write() > 0)
        print(print, input, time.sleep, sep='\\n')
        """,
    "switch intervals": """
        import sys
        print(sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        print(sys.getswitchinterval())
        sys.setswitchinterval(0)
        """,
    "signals": """
        import signal
        print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        print(signal.signal(signal.SIGTERM, print), signal.getsignal(signal.SIGTERM) is print)
        import threading
        def work():
            try:
                signal.signal(signal.SIGTERM, print)
            except ValueError as error:
                print(error)
        t = threading.Thread(target=work); t.start(); t.join()
        for handler in ('x', None):
            try:
                signal.signal(signal.SIGTERM, handler)
            except TypeError as error:
                print(error)
        """,
    "argparse": """
        import argparse
        parser = argparse.ArgumentParser(description='It counts.')
        parser.add_argument('--count', type=int, default=1)
        print(parser.parse_args(['--count', '3']), parser.parse_args())
        parser.print_usage()
        parser.parse_args(['--count', 'x'])
        """,
    "pprint, traceback, sched, timeit": """
        import pprint, traceback, sched, time, timeit, sys
        pprint.pprint({'a': [1, 2]})
        try:
            [][1]
        except IndexError:
            traceback.print_exc()
            print(traceback.format_exc(), traceback.format_stack()[-1], end='')
        print(len(traceback.extract_stack()), len(traceback.format_stack()))
        s = sched.scheduler()
        s.enter(.02, 1, print, ('second',))
        s.enter(.01, 1, print, ('first',))
        s.run()
        print(timeit.timeit('x + 1', 'x = 1', number=3) >= 0)
        """,
    "warnings": """
        import warnings
        def old():
            warnings.warn('old', DeprecationWarning, stacklevel=2)
        for _ in range(2):
            old()
        warnings.warn('plain')
        warnings.simplefilter('error')
        try:
            warnings.warn('now')
        except UserWarning as error:
            print('raised', error)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            warnings.warn('caught')
        print([str(w.message) for w in caught])
        """,
    "logging": """
        import logging, logging.handlers, queue, io, sys
        logging.warning('to stderr')
        log = logging.getLogger('mine')
        log.setLevel('DEBUG')
        log.debug('%s in %s', 1, 'two')
        out = logging.StreamHandler(sys.stdout)
        out.setFormatter(logging.Formatter('%(levelname)s %(threadName)s %(name)s %(lineno)d'))
        log.addHandler(out)
        log.error('x')
        try:
            1 / 0
        except ZeroDivisionError:
            log.exception('caught')
        q = queue.Queue()
        listener = logging.handlers.QueueListener(q, out)
        listener.start()
        logging.getLogger('other').addHandler(logging.handlers.QueueHandler(q))
        logging.getLogger('other').critical('queued')
        listener.stop()
        """,
    "unittest": """
        import unittest
        class Case(unittest.TestCase):
            def test_it(self):
                self.assertEqual(1, 1)
        result = unittest.TextTestRunner(stream=__import__('io').StringIO()).run(
            unittest.defaultTestLoader.loadTestsFromTestCase(Case))
        print(result)
        """,
    "os": """
        import os
        print(os.path.basename(__file__), os.getpid() > 1, os.environ.get('NO_SUCH'), os.isatty(1),
              flush=True)
        os.write(1, b'written\\n')
        print(os.read(0, 5))
        """,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_does_what_it_does_natively(name: str, tmp_path: Path) -> None:
    program = written(tmp_path, main=SCRIPTS[name])
    native = natively(program, "a", "b c")
    assert controlled(program, "a", "b c") == native
