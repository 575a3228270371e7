"""What every operation on something shared by processes has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pyqdemo.kernel.operations import Model, Operation

if TYPE_CHECKING:
    from pyqdemo.kernel.execution import Execution
    from pyqdemo.kernel.tasks import Task

__all__ = ["Lost", "SharedOperation", "model_of"]

OfKind = TypeVar("OfKind", bound=Model)


class SharedOperation(Operation):
    """An operation made of plain data: what is behind the two first arguments of a subclass is
    None, bool, int, float, str, bytes, or lists, tuples and dicts of those, and so is its
    answer. What it raises can be told by name and arguments.

    Args:
        execution: in which it is attempted; it finds its models in ``execution.shared``.
        task: who attempts it.
    """

    shared = True
    #: What it is attempted on goes by its id; of a queue's side, by that and by its task.
    untold = (Operation.untold | {"execution", "side"}) - {"target", "value"}

    def __init__(self, execution: Execution, task: Task) -> None:
        self.execution = execution
        self.task = task


def model_of(execution: Execution, id: str, kind: type[OfKind]) -> OfKind:
    """The model of that id, which is of that class: who asks has made it so."""
    model = execution.shared[id]
    assert isinstance(model, kind), id
    return model


class Lost(NamedTuple):
    """What a process that ended without leaving has lost, or holds for ever.

    Attributes:
        operation: ``lost`` or ``kept``.
        resource: where it was.
        item: id of a lost item.
        value: short text: of the item, or what is kept (``read lock``).
        cut: characters left out of ``value``.
    """

    operation: str
    resource: str
    item: str | None = None
    value: str | None = None
    cut: int = 0
