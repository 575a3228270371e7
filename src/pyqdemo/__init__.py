"""Watch, repeat, explore and teach concurrency in plain Python programs.

``run`` carries a program out under control and returns its trace: the same seed, the same
run, anywhere. ``replay`` repeats a trace choice by choice::

    trace = pyqdemo.run("program.py", seed=7)
    assert pyqdemo.replay(trace) == trace

This package stays light on import: what those two need is loaded when they are first asked
for, and nothing here loads Typer, Rich or the standard library's heavier parts (a test holds
that).
"""

# An own name, so that a type checker believes it and nothing is imported for it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyqdemo.executing import replay as replay
    from pyqdemo.executing import run as run

__all__ = ["__version__", "replay", "run"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in ("replay", "run"):
        from pyqdemo import executing

        return getattr(executing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
