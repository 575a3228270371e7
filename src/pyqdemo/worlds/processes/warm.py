"""What the fork server makes ready once, so that the processes it forks find it there.

Importing it is all: the stand-ins of the modules that most programs use are put together.
"""

from __future__ import annotations

from typing import Any

# It hashes the program's files, and takes as long to be loaded as anything else.
import hashlib  # noqa: F401  # isort: skip

import pyqdemo.worlds.processes.entering  # noqa: F401
from pyqdemo.worlds.threads.modules import make

_NAMES = ("builtins", "multiprocessing", "queue", "random", "threading", "time")
_nobody: Any = None  # these are alike in every run

for _name in _NAMES:
    make(_name, _nobody)
