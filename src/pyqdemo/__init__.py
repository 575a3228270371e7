"""Watch, repeat, explore and teach concurrency in plain Python programs.

This package stays light on import: nothing here loads Typer, Rich or the
standard library's heavier parts (a test holds that).
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
