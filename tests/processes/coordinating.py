"""A coordinator to be killed: says its folder, then starts families until it is.

    python coordinating.py SEED MANNER...

Each line on stdout tells of one thing done; the first has the scratch folder and the helper.
"""

from __future__ import annotations

import random
import sys
import time

from pyqdemo.worlds.processes.channels import Listener, Watched
from pyqdemo.worlds.processes.nursery import Nursery
from pyqdemo.worlds.processes.wire import Wire


def accepted(listener: Listener, task: str, watched: Watched) -> Wire | None:
    return listener.accept(task, time.monotonic() + 30, lambda: not watched.gone(0))


def main(seed: int, manners: list[str]) -> None:
    draw = random.Random(seed)
    with Listener() as listener, Nursery(listener.folder, ["born"]) as nursery:
        print(listener.folder, nursery.pid, flush=True)
        for number in range(1_000_000):
            task = f"0.{number}"
            bear = draw.choice((nursery.fork, nursery.fork, nursery.fork, nursery.spawn))
            manner = draw.choice(manners)
            pid = bear("born:family", listener.address, listener.token, task, manner)
            print(pid, flush=True)
            wire = accepted(listener, task, Watched(pid))
            if wire is not None:
                try:
                    print(*wire.receive()[0], flush=True)
                except EOFError:
                    print("gone", flush=True)
            if draw.random() < 0.2:
                nursery.clear()
                print("cleared", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
