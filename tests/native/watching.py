"""How these tests run a program and read what was seen of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyqdemo.trace import Event, Phase, Record, Trace
from pyqdemo.worlds.native.running import Bounds, Request, run

__all__ = ["PROGRAMS", "Onlooker", "Watched", "bare", "steps", "watch", "write"]

PROGRAMS = Path(__file__).parent / "programs"

#: No program of these tests takes as long; one that hangs is told by its outcome.
AT_MOST_S = 60.0


@dataclass(slots=True)
class Onlooker:
    """A watcher that keeps what it was shown."""

    follows: bool = True
    shown: dict[str, list[str]] = field(default_factory=lambda: {"stdout": [], "stderr": []})
    records: list[Record] = field(default_factory=list)

    def printed(self, stream: str, text: str) -> None:
        self.shown[stream].append(text)

    def recorded(self, records: Sequence[Record]) -> None:
        self.records.extend(records)

    def tick(self, elapsed_ns: int) -> None:
        pass

    def text(self, stream: str) -> str:
        return "".join(self.shown[stream])


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that is over."""

    trace: Trace
    stdout: str
    stderr: str

    @property
    def outcome(self):
        return self.trace.outcome


def watch(program: Path | str, *arguments: str, follows: bool = True, **wishes: object) -> Watched:
    """Runs a program of the folder ``programs``, or any file, watched, to its end.

    Args:
        wishes: fields of ``Request`` and of ``Bounds``.
    """
    bounds = {name: wishes.pop(name) for name in ("for_s", "stop_after", "stuck_s") & wishes.keys()}
    onlooker = Onlooker(follows)
    request = Request(PROGRAMS / program, arguments=arguments, **wishes)
    with run(request, Bounds(**{"for_s": AT_MOST_S, **bounds}), onlooker) as recording:
        trace = recording.trace()
    return Watched(trace, onlooker.text("stdout"), onlooker.text("stderr"))


def bare(program: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs it as ``python FILE`` does, in UTF-8, reading nothing."""
    return subprocess.run(
        [sys.executable, str(PROGRAMS / program), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=AT_MOST_S,
        check=False,
    )


def write(folder: Path, text: str, name: str = "program.py") -> Path:
    """A program in a file of its own."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def steps(trace: Trace, *kinds: str, task: str | None = None) -> list[str]:
    """What was done to resources of those kinds, in order, one short text each.

    ``put 'a'`` is done, ``get ...`` blocked, ``empty -> True`` has a result.
    """
    wanted = {resource.id for resource in trace.resources if resource.kind in kinds}
    chosen = (event for event in trace.events if event.resource in wanted)
    return [step(event) for event in chosen if task is None or event.task == task]


def step(event: Event) -> str:
    value = "" if event.value is None else f" {event.value}"
    waits = " ..." if event.phase is Phase.BLOCKED else ""
    bound = "" if event.timeout_s is None else f" at most {event.timeout_s:g} s"
    result = "" if event.result is None else f" -> {event.result}"
    return f"{event.operation}{value}{waits}{bound}{result}"


def done(trace: Trace, *operations: str) -> Iterable[Event]:
    """Events of those operations that took effect."""
    return [
        event
        for event in trace.events
        if event.operation in operations and event.phase is Phase.DONE and not event.raised
    ]
