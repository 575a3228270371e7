"""Watches a program as another process than the tests' own: python driver.py PROGRAM METHOD."""

import sys
from pathlib import Path

from pyqdemo.worlds.native.running import Bounds, Request, run


class Onlooker:
    follows = True

    def printed(self, stream: str, text: str) -> None:
        print(text, end="", flush=True)

    def recorded(self, records: object) -> None:
        pass

    def tick(self, elapsed_ns: int) -> None:
        pass


if __name__ == "__main__":
    request = Request(Path(sys.argv[1]), start_method=sys.argv[2])
    with run(request, Bounds(for_s=60), Onlooker()) as recording:
        print(recording.outcome.kind)
