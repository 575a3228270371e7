"""Watch, repeat, explore and teach concurrency in plain Python programs.

``run`` carries a program out under control and returns its trace: the same seed, the same
run, anywhere. ``replay`` repeats a trace choice by choice::

    trace = pyqdemo.run("program.py", seed=7)
    print(trace.printed(), trace.outcome)
    assert pyqdemo.replay(trace) == trace

What goes wrong raises a ``PyqdemoError``.

This package stays light on import: what these need is loaded when they are first asked for,
and nothing here loads Typer, Rich or the standard library's heavier parts (a test holds that).
"""

# An own name, so that a type checker believes it and nothing is imported for it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyqdemo.errors import PyqdemoError as PyqdemoError
    from pyqdemo.executing import replay as replay
    from pyqdemo.executing import run as run
    from pyqdemo.trace import Trace as Trace

__all__ = ["PyqdemoError", "Trace", "__version__", "replay", "run"]

__version__ = "0.1.0"


#: Where each of these is at home.
_ROOMS = {"PyqdemoError": "errors", "Trace": "trace", "replay": "executing", "run": "executing"}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
