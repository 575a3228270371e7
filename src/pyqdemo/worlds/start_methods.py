"""The ways in which processes can start here."""

from __future__ import annotations

from pyqdemo.errors import UsageError

__all__ = ["check_start_method", "start_methods"]


def start_methods() -> tuple[str, ...]:
    """Those of the running Python on this system, its default first."""
    from multiprocessing import get_all_start_methods  # only who asks pays for it

    return tuple(get_all_start_methods())


def check_start_method(method: str | None) -> None:
    """Raises UsageError where this Python has no such start method; None is none to check."""
    if method is not None and method not in (known := start_methods()):
        raise UsageError("no_start_method", method=method, known=", ".join(known))
