"""Run as a program: prints a digest of what seeds make of a program, for comparing Pythons.

``python same.py PROGRAM FIRST LAST``: of each seed the events, the output and the choices.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pyqdemo
from pyqdemo.codec import encode_record


def digest(program: Path, seeds: range) -> str:
    made = hashlib.sha256()
    for seed in seeds:
        trace = pyqdemo.run(program, seed=seed)
        for record in (*trace.tasks, *trace.resources, *trace.events):
            made.update(encode_record(record).encode())
        assert trace.outcome is not None
        made.update(encode_record(trace.outcome).encode())
    return made.hexdigest()


if __name__ == "__main__":
    print(digest(Path(sys.argv[1]), range(int(sys.argv[2]), int(sys.argv[3]))))
