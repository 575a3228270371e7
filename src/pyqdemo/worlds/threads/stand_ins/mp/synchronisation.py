"""``multiprocessing.synchronize``: its names, wherever they are defined here."""

from __future__ import annotations

from typing import Any

from pyqdemo.worlds.threads.stand_ins.mp import conditions, locks

__all__ = ["NAMES"]

NAMES: dict[str, Any] = {**locks.NAMES, **conditions.NAMES}
