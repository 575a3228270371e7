"""What is sent to a stream: at once, or from a process's buffer line by line or block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyqdemo.kernel.operations import Operation
from pyqdemo.point import Access

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Buffer", "EndLine", "Flush", "Write"]


class _Sending(Operation):
    """What a ``print`` or ``write`` sends to a stream, in the parts in which it does."""

    def __init__(self, stream: str, parts: tuple[str, ...]) -> None:
        self.stream = self.target = stream
        self.parts = parts

    def seen(self, task: Task) -> str | None:
        return task.process.state.ahead("".join(self.parts))


class Write(_Sending):
    """A text goes out to a stream at once.

    Several parts are several events of one step: nobody comes in between.
    """

    kind = "write"

    def apply(self, execution: Execution, task: Task) -> None:
        for part in self.parts[:-1]:
            execution.write(task, self, part)
        execution.write(task, self, self.parts[-1], last=True)

    def sends(self, task: Task) -> tuple[Access, ...]:
        return (Access(self.stream, "w"),)


class EndLine(_Sending):
    """A text with the end of a line in it: with it goes out, as one, whatever waits in the
    process's buffer, whichever of its threads has put it there."""

    kind = "write"

    def apply(self, execution: Execution, task: Task) -> None:
        held = task.process.state.unwritten.pop(self.stream, [])
        execution.write(task, self, "".join((*held, *self.parts)), last=True)

    def sends(self, task: Task) -> tuple[Access, ...]:
        return (_buffer(self.stream, task), Access(self.stream, "w"))


class Buffer(_Sending):
    """A text waits in the process's buffer until there is a block of it; or until its line ends,
    where prints part."""

    kind = "buffer"
    BLOCK = 8_192  # characters, as they come; CPython counts bytes

    def apply(self, execution: Execution, task: Task) -> None:
        state = task.process.state
        self.value = state.tidy("".join(self.parts))
        held = state.unwritten.setdefault(self.stream, [])
        held.append(self.value)
        if sum(map(len, held)) >= self.BLOCK:
            execution.behind(lambda: execution.flush(task, self.stream))

    def sends(self, task: Task) -> tuple[Access, ...]:
        held = task.process.state.unwritten.get(self.stream, ())
        if sum(map(len, (*held, *self.parts))) >= self.BLOCK:
            return (_buffer(self.stream, task), Access(self.stream, "w"))
        return (_buffer(self.stream, task),)


class Flush(Operation):
    """A process's buffer of a stream is written out."""

    kind = "flush"

    def __init__(self, stream: str) -> None:
        self.stream = self.target = stream

    def apply(self, execution: Execution, task: Task) -> None:
        execution.behind(lambda: execution.flush(task, self.stream))

    def sends(self, task: Task) -> tuple[Access, ...]:
        return (_buffer(self.stream, task), Access(self.stream, "w"))


def _buffer(stream: str, task: Task) -> Access:
    """A process's buffer of a stream: its threads share it, and nobody else."""
    return Access(f"{stream.rpartition('/')[2]}:{task.process.id}", "w")
