"""Every kind of shared model and every operation on one, by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from pyqdemo.kernel.operations import Model, Operation

__all__ = ["MODELS", "OPERATIONS"]

_MODULES = (
    "barriers",
    "conditions",
    "flags",
    "locks",
    "pipes",
    "processes",
    "queues",
    "values",
)

#: By a resource's kind: makes the model, of plain arguments.
MODELS: dict[str, Callable[..., Model]] = {}

#: By the request's name: makes the operation, of the execution, the task and plain arguments.
OPERATIONS: dict[str, Callable[..., Operation]] = {}

for _name in _MODULES:
    _module = import_module(f"pyqdemo.kernel.mp.{_name}")
    MODELS.update(_module.MODELS)
    OPERATIONS.update(_module.OPERATIONS)
