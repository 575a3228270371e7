"""What the fork server makes ready once, so that the processes it forks find it there.

Importing it is all: the stand-ins of the modules that most programs use are put together.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pyqdemo.worlds.threads.modules import make

__all__: list[str] = []

_IMPORTED = ("pyqdemo.worlds.threads.stand_ins.operating",)
_MADE = ("builtins", "multiprocessing", "queue", "random", "threading", "time")
_nobody: Any = None  # these are alike in every run

for _name in _IMPORTED:
    import_module(_name)
for _name in _MADE:
    make(_name, _nobody)
