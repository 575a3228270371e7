"""An exit code in words: below 0 it is a signal's number."""

from __future__ import annotations

from pyqdemo.analysis.sentences import same
from pyqdemo.languages import Text

__all__ = ["exit_code"]

#: Signals that end a process and have the same number on every system.
_SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    8: "SIGFPE",
    9: "SIGKILL",
    11: "SIGSEGV",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
}


def exit_code(code: int | None) -> Text:
    """The code, and the signal that it stands for if it does for one; ``?`` if it is unknown."""
    if code is None:
        return same("?")
    signal = _SIGNALS.get(-code)
    return same(str(code)) if signal is None else Text(f"{code} ({signal})", f"{code}（{signal}）")
