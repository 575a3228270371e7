"""Watch, repeat, explore and teach concurrency in plain Python programs.

``run`` carries a program out under control and returns its trace: the same seed, the same
run, anywhere. ``replay`` repeats a trace choice by choice. ``explore`` tries every
interleaving, and reports what may be claimed of all; ``explain`` finds out how lines that
were printed can come about::

    trace = pyqdemo.run("program.py", seed=7)
    print(trace.printed(), trace.outcome)
    assert pyqdemo.replay(trace) == trace
    report = pyqdemo.explore("program.py")
    print(report.verdict, report.executions)

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
    from pyqdemo.explaining import explain as explain
    from pyqdemo.explanation import Explanation as Explanation
    from pyqdemo.exploring import explore as explore
    from pyqdemo.report import Report as Report
    from pyqdemo.trace import Trace as Trace

__all__ = [
    "Explanation",
    "PyqdemoError",
    "Report",
    "Trace",
    "__version__",
    "explain",
    "explore",
    "replay",
    "run",
]

__version__ = "0.1.0"


#: Where each of these is at home.
_ROOMS = {
    "Explanation": "explanation",
    "PyqdemoError": "errors",
    "Report": "report",
    "Trace": "trace",
    "explain": "explaining",
    "explore": "exploring",
    "replay": "executing",
    "run": "executing",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
