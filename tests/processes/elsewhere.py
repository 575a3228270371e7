"""Programs of this folder under this Python and under others, with a hash seed of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from each_python import candidates, works

import pyqdemo

__all__ = ["printed_by", "python_3"]

HERE = Path(__file__).parent
SOURCE = Path(pyqdemo.__file__).parent.parent


def python_3(minor: int) -> Path:
    """CPython 3.minor; without one here the test is skipped."""
    for python in candidates(minor):
        if works(python, minor):
            return python
    pytest.skip(f"no CPython 3.{minor} here")


def printed_by(python: Path | str, script: str, *words: object) -> list[str]:
    """The lines that ``python script words...`` prints."""
    environ = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "random"}
    command = [str(python), str(HERE / script), *map(str, words)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
