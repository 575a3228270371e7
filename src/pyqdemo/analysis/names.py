"""Names that tell resources apart: ``forks 1`` and ``forks 2`` where a record has ``forks`` twice.

A record's names are labels, read off the line that makes a thing: all that one line makes are
called the same there, and so is every object's ``self.lock``.
"""

from __future__ import annotations

from pyqdemo.analysis.channels import CHANNELS
from pyqdemo.analysis.reasons import LOCKS, PERMITS
from pyqdemo.trace import Resource

__all__ = ["Names", "is_inner"]


def is_inner(id: str | None) -> bool:
    """Whether it is a library's own: what it sends through its own pipes is its own affair."""
    return "~" in (id or "").rpartition("/")[2]


class Names:
    """The names of a run's resources, each with its number where there are several of one.

    They are numbered in the order in which they were announced. A lock and a queue of one name
    need no numbers; neither does a value and the lock that comes with it.
    """

    def __init__(self) -> None:
        self._alike: dict[tuple[str, str], dict[str, int]] = {}
        self._same: dict[tuple[str, str], set[str]] = {}
        self._kinds: dict[str, int] = {}

    def add(self, resource: Resource) -> None:
        """Takes in a resource."""
        key = _key(resource)
        numbers = self._alike.setdefault(key, {})
        if resource.id not in numbers:
            numbers[resource.id] = len(numbers) + 1
            self._kinds[_kind(resource)] = self._kinds.get(_kind(resource), 0) + 1
        self._same.setdefault(key, set()).add(resource.name.removeprefix(resource.kind))

    def of(self, resource: Resource) -> str:
        """What that resource is called now; with the next one of its name it gets a number."""
        key = _key(resource)
        numbers = self._alike.get(key, {})
        if len(numbers) < 2 or len(self._same[key]) == len(numbers):
            return resource.name
        number = numbers[resource.id]
        if _is_numbered(resource):  # by its maker only: another task's first is a first too
            return f"{resource.kind}-{number}"
        return f"{resource.name} {number}"

    def is_only(self, resource: Resource) -> bool:
        """Whether the program has no other of that kind."""
        return self._kinds.get(_kind(resource), 0) < 2


def _key(resource: Resource) -> tuple[str, str]:
    """Equal for resources that nobody could tell apart by their names."""
    kind = resource.kind.removeprefix("mp_")
    if kind in ("simple", "joinable"):
        kind = "queue"
    if _is_numbered(resource):
        return _inner(resource) + kind, ""
    if kind in LOCKS or kind in PERMITS:
        kind = "lock"
    elif kind in CHANNELS and kind != "pipe_end":
        kind = "queue"
    return _inner(resource) + kind, resource.name


def _kind(resource: Resource) -> str:
    return _inner(resource) + resource.kind


def _inner(resource: Resource) -> str:
    """A mark for a library's own: the program knows nothing of them."""
    return "~" if is_inner(resource.id) else ""


def _is_numbered(resource: Resource) -> bool:
    """Whether it is called by its kind and a counter, for want of a variable."""
    kind, _, number = resource.name.rpartition("-")
    return kind == resource.kind and number.isdecimal()
