"""A million events, recorded, merged and saved: the peak memory of either side.

The program puts and gets half a million numbers; the recording is written to a file. Run:
``make bench`` or ``python benchmarks/memory.py [--events N]``.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path
from time import perf_counter

from recording import Printed

from pyqdemo.codec import write_trace
from pyqdemo.worlds.native.running import Bounds, Request, run

PROGRAM = """
import resource, sys
from queue import Queue
q = Queue(100)
for i in range(int(sys.argv[1]) // 2):
    q.put(i)
    q.get()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    before = peak_mib()
    with tempfile.TemporaryDirectory() as folder:
        for count in (events // 10, events):
            path, saved = Path(folder) / "program.py", Path(folder) / "run.jsonl"
            path.write_text(PROGRAM, encoding="utf-8")
            watcher = Printed()
            began = perf_counter()
            with run(Request(path, arguments=(str(count),)), Bounds(), watcher) as recording:
                ran = perf_counter() - began
                write_trace(saved, recording.header, recording.records(), recording.outcome)
            took = perf_counter() - began - ran
            program = int(watcher.text) / 1024
            size = saved.stat().st_size / 2**20
            print(
                f"{count:9,} events: the program's process {program:4.0f} MiB, ours "
                f"{before:3.0f} -> {peak_mib():3.0f} MiB; ran {ran:4.1f} s, "
                f"merged and saved {took:4.1f} s, {size:4.0f} MiB"
            )


if __name__ == "__main__":
    main()
