"""The tests of strategies drive programs that the kernel's tests have made for themselves."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in ("kernel", "kernel/mp"):
    sys.path.append(str(Path(__file__).parent.parent / _folder))
