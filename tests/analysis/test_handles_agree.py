"""Who holds which end of a pipe, as it follows from a trace, is what the kernel knows."""

from __future__ import annotations

from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.analysis.processes import Processes
from pyqdemo.kernel.execution import Execution

#: Pipes made before and after a fork, by a child, sent through another pipe, closed, collected,
#: and left behind by one who leaves at once.
PROGRAM = """
import os
from multiprocessing import Pipe, Process


def child(pipe, n):
    mine, its = Pipe()
    mine.send(n)
    its.recv()
    if n == 0:
        below = Process(target=grandchild, args=(its,))
        below.start()
        below.join()
        mine.close()
    pipe.send(n)
    if n == 1:
        os._exit(0)


def grandchild(pipe):
    pipe.send("from below")


def taker(pipe):
    other = pipe.recv()
    other.send("through")
    other.close()


def main():
    first, second = Pipe()
    children = [Process(target=child, args=(second, n)) for n in range(2)]
    children[0].start()
    reader, writer = Pipe(duplex=False)
    children[1].start()
    third = Process(target=taker, args=(second,))
    third.start()
    first.send(writer)
    writer.close()
    reader.recv()
    for process in (*children, third):
        process.join()


if __name__ == "__main__":
    main()
"""

Held = dict[str, dict[str, int]]
"""Process → end → how many handles."""


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Held]]:
    """What the kernel knows at each choice, with how many events there were."""
    seen: list[tuple[int, Held]] = []
    choose = Execution.choose

    def choosing(execution: Execution) -> object:
        assert execution.log is not None
        held = {
            main.id: dict(main.state.ends) if main.state.alive else {}
            for main in execution.processes
        }
        seen.append((execution.log._seq, held))
        return choose(execution)

    monkeypatch.setattr(Execution, "choose", choosing)
    return seen


def follow(trace: pyqdemo.Trace, seqs: list[int]) -> list[Held]:
    """The same after so many events, from the trace alone."""
    processes, events, found = Processes(), list(trace.events), []
    for record in (*trace.tasks, *trace.resources):
        processes.add(record)
    for seq in seqs:
        while events and events[0].seq <= seq:
            processes.add(events.pop(0))
        found.append(
            {
                id: {end: many for end, (many, _) in now.ends.items()}
                for id, now in processes.now.items()
            }
        )
    return found


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("seed", range(5))
def test_the_trace_tells_who_holds_which_end(
    seed: int, method: str, tmp_path: Path, known: list[tuple[int, Held]]
) -> None:
    """At each choice, but for pipes that are yet to be made and processes to be started."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    trace = pyqdemo.run(program, seed=seed, start_method=method)
    derived = follow(trace, [seq for seq, _ in known])
    for (_, held), found in zip(known, derived, strict=True):
        made = {end for ends in held.values() for end in ends}
        assert {id: _of(ends, made) for id, ends in found.items() if id in held} == held


def _of(ends: dict[str, int], made: set[str]) -> dict[str, int]:
    return {end: many for end, many in ends.items() if end in made}
