"""Signals behind a search, when its report is being made."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.executing.carrying import Signals

__all__ = ["Later", "Stopped"]


class Stopped(Exception):
    """A signal came: what the report does not have yet it goes without."""


class Later:
    """The signals that come from now on.

    Args:
        signals: all of them.
    """

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._before = len(signals.asked)

    @property
    def asked(self) -> Sequence[int]:
        """Their numbers."""
        return self._signals.asked[self._before :]

    def heed(self) -> None:
        """Ends what goes on if a signal has come.

        Raises:
            Stopped: at the first signal of all.
            KeyboardInterrupt: at any other one.
        """
        if self.asked:
            raise KeyboardInterrupt if len(self._signals.asked) > 1 else Stopped
