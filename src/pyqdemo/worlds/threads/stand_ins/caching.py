"""``functools``: its one class that holds a lock of its own while the program's code runs."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

from pyqdemo.worlds.threads.stand_ins.locks import RLock

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["CACHING"]


class cached_property(functools.cached_property[Any]):
    """``functools.cached_property`` before Python 3.12: who comes second waits for the first.

    Its lock has to be one of ours: behind a real one another task would wait for ever.
    """

    def __init__(self, func: Any) -> None:
        super().__init__(func)
        self.lock = RLock()

    def __forked__(self, copy: Copying) -> Any:
        return copy.alike(self)


#: Of the module ``functools``.
CACHING: dict[str, Any] = {"cached_property": cached_property} if sys.version_info < (3, 12) else {}
