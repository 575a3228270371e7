"""Who appears in the picture: which tasks get a row, and which stand in a group's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pyqdemo.analysis.now import State as Doing
from pyqdemo.analysis.now import TaskNow
from pyqdemo.card import Card
from pyqdemo.languages import Text
from pyqdemo.trace import Event, TaskKind
from pyqdemo.views import words

__all__ = ["Cast"]

_SERVICE = frozenset({"create", "start", "begin", "end", "exit", "join", "sleep", "write", "flush"})
_KINDS = {
    TaskKind.MAIN: words.MAIN,
    TaskKind.THREAD: words.THREAD,
    TaskKind.PROCESS: words.PROCESS,
    TaskKind.FEEDER: words.FEEDER,
}
_MANY = {
    TaskKind.MAIN: words.MAIN,
    TaskKind.THREAD: words.THREADS,
    TaskKind.PROCESS: words.PROCESSES,
    TaskKind.FEEDER: words.FEEDERS,
}


class Cast:
    """The tasks of a run in a steady order, and what each is called.

    The program's main task gets no row while others do the work and it only starts and
    joins them: that is all one would ever see of it.
    """

    def __init__(self, card: Card | None) -> None:
        self._card = card
        self._main_works = False
        self._ordered: list[str] = []

    def note(self, event: Event, tasks: int) -> None:
        """Looks whether the main task does more than start and join others.

        A lesson says who its workers are; what main does beside them (a sentinel at the
        end) would only disturb.
        """
        if self._main_works or event.task != "0" or event.operation in _SERVICE:
            return
        self._main_works = self._card is None or tasks == 1

    def on_stage(self, tasks: Mapping[str, TaskNow]) -> list[TaskNow]:
        """The tasks to show, in the order of their ids."""
        if len(self._ordered) != len(tasks):
            self._ordered = sorted(tasks, key=_order)
        shown = [tasks[id] for id in self._ordered if not _unseen(tasks[id])]
        main = tasks.get("0")
        if main is None or self._main_works or len(shown) == 1 or main.state is Doing.FAILED:
            return shown
        return [now for now in shown if now is not main]

    def role(self, now: TaskNow) -> Text:
        """What such a task is called, in one or two words."""
        role = now.task.role
        if role is None:
            return _KINDS[now.task.kind]
        known = self._card.words.roles.get(role) if self._card else None
        return known or Text(role, role)

    def group(self, now: TaskNow, number: int) -> Text:
        """So many of them: ``3 chefs``; of others, ``3 Worker threads``."""
        role, kind = now.task.role, now.task.kind
        if self._card and role and role in self._card.words.groups:
            return words.count(number, self.role(now), self._card.words.groups[role])
        one, many = _KINDS[kind], _MANY[kind]
        if role:
            one, many = (Text(f"{role} {text.en}", f"{role} {text.zh}") for text in (one, many))
        return words.count(number, one, many)

    def named(self, now: TaskNow) -> Text | None:
        """What all of such tasks are called at a queue's end; None for the main task."""
        role = now.task.role
        if role is None:
            return None
        many = self._card.words.groups.get(role) if self._card else None
        return many or Text(role, role)

    def counted(self, tasks: Mapping[str, TaskNow]) -> list[Text]:
        """How many of each kind there are, main and feeders left out."""
        return [
            self.group(members[0], len(members))
            for members in self._kinds(list(tasks.values())).values()
            if members[0].task.kind not in (TaskKind.MAIN, TaskKind.FEEDER)
        ]

    def parted(
        self, shown: Sequence[TaskNow], rows: int
    ) -> tuple[list[TaskNow], list[tuple[Text, Counter[Doing]]]]:
        """Who gets a row, and the groups that share one each; ``rows`` rows in all at most.

        Who failed comes first; otherwise the first of each group, so that nobody changes
        places while one looks.
        """
        if len(shown) <= rows:
            return list(shown), []
        groups = self._merged(list(self._kinds(shown).values()), rows)
        chosen = {id(now) for now in _dealt(groups, rows - len(groups))}
        told = []
        for members in groups:
            rest = [now for now in members if id(now) not in chosen]
            if len(rest) == 1:  # the row of a group of one is a row of its own
                chosen.add(id(rest[0]))
            elif rest:
                told.append((self._label(members, rest), Counter(now.state for now in rest)))
        return [now for now in shown if id(now) in chosen], told

    def _label(self, members: Sequence[TaskNow], rest: Sequence[TaskNow]) -> Text:
        mixed = len({self._kind(now) for now in members}) > 1
        if mixed:
            told = words.count(len(rest), words.TASK, words.TASKS)
        else:
            told = self.group(members[0], len(rest))
        if len(rest) == len(members):
            return told
        number, _, noun_en = told.en.partition(" ")
        return Text(f"{number} more {noun_en}", f"另 {told.zh}")

    def _kind(self, now: TaskNow) -> str:
        named = self.named(now)
        return named.en if named else now.task.kind.value

    def _kinds(self, shown: Sequence[TaskNow]) -> dict[str, list[TaskNow]]:
        kinds: dict[str, list[TaskNow]] = {}
        for now in shown:
            kinds.setdefault(self._kind(now), []).append(now)
        return kinds

    def _merged(self, groups: list[list[TaskNow]], rows: int) -> list[list[TaskNow]]:
        """At most as many groups as rows: the smallest become one."""
        if len(groups) <= rows:
            return groups
        large = sorted(groups, key=len, reverse=True)[: max(0, rows - 1)]
        rest = [now for members in groups if members not in large for now in members]
        return [members for members in groups if members in large] + [rest]


def _dealt(groups: Sequence[Sequence[TaskNow]], places: int) -> Iterator[TaskNow]:
    """So many tasks, in turn from each group, the failed ones of each first."""
    queues = [sorted(members, key=lambda now: now.state is not Doing.FAILED) for members in groups]
    turn = 0
    while places > 0 and any(queues):
        members = queues[turn % len(queues)]
        turn += 1
        if members:
            yield members.pop(0)
            places -= 1


def _order(id: str) -> tuple[tuple[int, str], ...]:
    """``0.2`` before ``0.10``, and a feeder right after its process."""
    parts = id.replace("~", ".~").split(".")
    return tuple((int(part), "") if part.isdecimal() else (1 << 60, part) for part in parts)


def _unseen(now: TaskNow) -> bool:
    """A native feeder is noted only where it has to wait: between that nothing is known."""
    return now.task.kind is TaskKind.FEEDER and now.state is Doing.READY and not now.location
