"""What a strategy is let see besides the operations: plain data, and exact states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from pyqdemo.kernel.execution import Execution
from pyqdemo.observing import Notes, PlacedNotes, Touch
from pyqdemo.worlds.threads.minder import PATIENCE_OF_MANY_S
from pyqdemo.worlds.threads.observed import observe
from pyqdemo.worlds.threads.world import World

__all__ = ["Sight"]


def _nothing() -> bytes:
    return b""


@dataclass(slots=True)
class Sight:
    """What is looked at beside the operations of one execution, as an exploration wants it.

    Attributes:
        clock: whether the clock counts; see ``Execution.clock_matters``.
        stream: whether the order of what is printed counts; then what has been printed is part
            of every state.
        data: whether the program's plain data is observed.
        states: whether ``Point.state`` gives fingerprints.
        besides: bytes that are part of every state, as the caller wants it.
        learned: what earlier executions have shown, though it was assumed not to happen, as
            ``draws``: the program sets the state of the generator that its tasks share.
        learned_anew: what this one has shown.
        opaque: what of the plain data could not be observed, in words with ``file.py:6``.
        placed: it is kept who touched what where; ``touches`` has it of each step, for
            ``observing.races``.
    """

    clock: bool = True
    stream: bool = False
    data: bool = False
    states: bool = False
    besides: Callable[[], bytes] = _nothing
    learned: frozenset[str] = frozenset()
    learned_anew: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    placed: bool = False
    touches: list[tuple[Touch, ...]] = field(default_factory=list)

    def open(self, world: World) -> None:
        """Called before anything runs in that world."""
        world.execution.clock_matters = self.clock
        world.execution.stream_matters = self.stream
        world.execution.draws_matter = "draws" in self.learned
        world.learned = self.learned_anew
        world.of_many, world.patience_s = True, min(world.patience_s, PATIENCE_OF_MANY_S)
        if self.data:
            of = PlacedNotes if self.placed else Notes
            notes = of(world.execution, self.learned, self.learned_anew, self.opaque)
            if isinstance(notes, PlacedNotes):
                self.touches = notes.touches
            observe(world, notes)
        if self.states:
            from pyqdemo.worlds.threads.fingerprints import Fingerprints  # few runs need it

            besides = partial(self._with_output, world.execution) if self.stream else self.besides
            prints = Fingerprints(world, besides, self.learned, self.learned_anew)
            world.execution.state = prints.state
            world.execution.place = prints.place
            world.execution.witness = prints.witness

    def _with_output(self, execution: Execution) -> bytes:
        """As ``besides``, with what has been written, and what waits in buffers to be."""
        written: dict[str, list[str]] = {}
        for each in execution.output:
            written.setdefault(each.stream, []).append(each.text)
        told = sorted((stream, "".join(texts)) for stream, texts in written.items())
        waiting = [
            (process.id, sorted((stream, "".join(texts)) for stream, texts in unwritten.items()))
            for process in execution.processes
            if (unwritten := process.state.unwritten)
        ]
        output = repr((told, waiting)).encode("utf-8", "surrogatepass")
        return b"%d %b%b" % (len(output), output, self.besides())
