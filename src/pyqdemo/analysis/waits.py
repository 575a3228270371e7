"""Who waits for whom, at one moment of a run."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.analysis.labels import the_label
from pyqdemo.analysis.now import State, TaskNow
from pyqdemo.analysis.reasons import Reason
from pyqdemo.analysis.sentences import filled, joined, same
from pyqdemo.analysis.state import RunState
from pyqdemo.languages import Text
from pyqdemo.trace import TaskKind, Wait

__all__ = [
    "find_cycle",
    "nobody_left",
    "tell_cycle",
    "tell_wait",
    "tell_waits",
    "undelivered",
    "waits",
]


#: Of more tasks than these, how many there are says more than their names.
MOST_NAMED = 4
_PIPE_LOCKS = ("read lock", "write lock")
_OWNED = (Reason.HELD, Reason.NO_PERMIT, Reason.READ_LOCK, Reason.WRITE_LOCK)


def waits(state: RunState) -> tuple[Wait, ...]:
    """A row for each blocked task, in the order the tasks were announced."""
    return tuple(
        Wait(
            task=id,
            operation=now.operation or "",
            resource=now.resource,
            holders=_holders(state, now),
            since_ns=now.since_ns,
            location=now.location,
            timeout_s=now.timeout_s,
        )
        for id, now in state.tasks.items()
        if now.state is State.BLOCKED
    )


def find_cycle(state: RunState, rows: Sequence[Wait]) -> tuple[Wait, ...]:
    """Waits of which each can end only after the next, and the last only after the first.

    Only certain waits count: for a lock with one holder, for a task to end, at exit for
    any of the threads that are left. A wait with a bound, a sleep or a wait on a queue
    breaks the chain. Of several circles the one whose first task was announced first.

    Returns:
        the rows of the circle; empty if there is none.
    """
    after = {row.task: _needs(state, row) for row in rows}
    by_task = {row.task: row for row in rows}
    settled: set[str] = set()  # tasks from which no circle is reached
    for start in after:
        found = _circle_from(start, after, settled)
        if found:
            return tuple(by_task[task] for task in found)
    return ()


def nobody_left(state: RunState, row: Wait) -> bool:
    """Whether whoever waits on a queue or pipe waits for nobody.

    So it is when every other task has ended, or is blocked without a bound itself.
    """
    if _reason(state, row) not in (Reason.EMPTY, Reason.FULL) or row.timeout_s is not None:
        return False
    buffered = any(queue.buffered or queue.carried for queue in state.queues.values())
    return all(
        id == row.task
        or now.over is not None
        or (now.state is State.BLOCKED and now.timeout_s is None)
        or (now.task.kind is TaskKind.FEEDER and not buffered)
        for id, now in state.tasks.items()
    )


def tell_wait(state: RunState, row: Wait) -> Text:
    """One row as a clause: ``Thread-1 waits for lock-1, held by Thread-2``."""
    task = state.name(row.task)
    reason = _reason(state, row)
    name = the_label(state, row.resource)
    if reason in _OWNED and row.holders:
        if reason in _LOCKS_OF_A_PIPE:
            name = filled(_LOCKS_OF_A_PIPE[reason], name=name)
        return _held(state, row, task, name)
    if reason is Reason.OTHERS_LEFT and 0 < len(row.holders) <= MOST_NAMED:
        return filled(
            Text(
                "{task} waits for {names} to end before it exits",
                "{task} 等 {names} 结束才能退出",
            ),
            task=task,
            names=_names(state, row.holders),
        )
    told = filled(
        Text("{task} waits for {what}", "{task} 等 {what}"), task=task, what=reason.awaited(name)
    )
    more = _behind_it(state, row, reason, told)
    if more is not None:
        return more
    if not nobody_left(state, row):
        return told
    if reason is Reason.EMPTY:
        return joined([told, Text("nobody is left to put", "已经没有人会放入")], ", and ", "，而")
    return joined([told, Text("nobody is left to take", "已经没有人会取出")], ", and ", "，而")


def tell_waits(state: RunState, rows: Sequence[Wait]) -> Text:
    """All rows as one sentence; an empty text where nobody waits."""
    if not rows:
        return same("")
    told = joined([tell_wait(state, row) for row in rows], "; ", "；")
    return Text(told.en + ".", told.zh + "。")


def tell_cycle(state: RunState, cycle: Sequence[Wait]) -> Text:
    """A circle as one sentence, or for a task that waits for itself just that."""
    told = tell_waits(state, cycle)
    if len(cycle) == 1:
        return filled(Text("It waits for itself: {told}", "它在等自己：{told}"), told=told)
    return filled(
        Text("They wait for each other: {told}", "它们互相等待，绕成一圈：{told}"), told=told
    )


_LOCKS_OF_A_PIPE = {
    Reason.READ_LOCK: Text("the read lock of {name}", "{name} 的读锁"),
    Reason.WRITE_LOCK: Text("the write lock of {name}", "{name} 的写锁"),
}
_NO_MESSAGE = Text(
    "{task} waits for a message or the end of file, and {end} is held by {holders}",
    "{task} 等消息或 EOF（文件结束），而 {end} 在 {holders} 手里",
)
_DRAIN = Text(
    "{told}, whose feeder waits for room in the pipe behind {name}: drain it before you join",
    "{told}，而它的 feeder 线程在等 {name} 背后的管道空出位置：要先取完，再 join",
)


def _behind_it(state: RunState, row: Wait, reason: Reason, told: Text) -> Text | None:
    """What a wait on a pipe's end, or for a process to end, is really about."""
    other = state.processes.partner.get(row.resource or "")
    if reason is Reason.EMPTY and other is not None:
        holders = row.holders or state.processes.holders(other)
        if holders:
            task, names = state.name(row.task), _names(state, holders)
            return filled(_NO_MESSAGE, task=task, end=state.name(other), holders=names)
    elif reason is Reason.NOT_ENDED:
        full = undelivered(state, row.resource or "")
        if full is not None:
            return filled(_DRAIN, told=told, name=the_label(state, full))
    return None


def undelivered(state: RunState, process: str) -> str | None:
    """The queue whose pipe is so full that the process's feeder, and thus it, cannot end."""
    for now in state.tasks.values():
        if now.task.kind is TaskKind.FEEDER and now.task.process == process:
            full = state.reason(now.operation or "", now.resource, now.value)
            leaving = state.tasks[process].operation in ("exit", "join_thread")
            if now.state is State.BLOCKED and full is Reason.PIPE_FULL and leaving:
                return now.resource
    return None


def _reason(state: RunState, row: Wait) -> Reason:
    now = state.tasks.get(row.task)
    return state.reason(row.operation, row.resource, now.value if now else None)


def _reason_now(state: RunState, now: TaskNow) -> Reason:
    return state.reason(now.operation or "", now.resource, now.value)


def _held(state: RunState, row: Wait, task: str, name: Text) -> Text:
    if row.holders == (row.task,):
        template = Text(
            "{task} waits for {name}, which it holds itself", "{task} 等 {name}，而它正由自己占用"
        )
        return filled(template, task=task, name=name)
    gone = [now for now in map(state.tasks.get, row.holders) if now and now.over]
    processes = [state.processes.now.get(state.processes.of(holder)) for holder in row.holders]
    if processes and all(process and process.how for process in processes):
        template = Text(
            "{task} waits for {name}, which {holders} took to the grave",
            "{task} 等 {name}，而 {holders} 至死没有放开它",
        )
        return filled(template, task=task, name=name, holders=_names(state, row.holders))
    template = Text(
        "{task} waits for {name}, held by {holders}", "{task} 等 {name}，它被 {holders} 占用"
    )
    if gone and len(gone) == len(row.holders):
        template = Text(
            "{task} waits for {name}, held by {holders}, who has ended",
            "{task} 等 {name}，它被 {holders} 占用，而后者已经结束",
        )
    return filled(template, task=task, name=name, holders=_names(state, row.holders))


def _names(state: RunState, tasks: Sequence[str]) -> Text:
    *first, last = [state.name(task) for task in tasks]
    listed = f"{', '.join(first)} and {last}" if first else last
    return Text(listed, "、".join([*first, last]))


def _holders(state: RunState, now: TaskNow) -> tuple[str, ...]:
    """Whoever could let it go on: owners of the lock, the task joined, whoever is left."""
    match now.operation:
        case "acquire":
            lock = state.lock_of(now.resource)
            return tuple(lock.holders) if lock else ()
        case "read_lock" | "get" | "deliver" | "put" if now.value in _PIPE_LOCKS or (
            now.operation == "read_lock"
        ):
            queue = state.queues.get(now.resource or "")
            owner = queue and (queue.writer if now.value == "write lock" else queue.reader)
            if owner:
                return (owner,)
            return tuple(
                id
                for id, other in state.tasks.items()
                if other.operation == "get"
                and other.resource == now.resource
                and other.value != "read lock"
            )
        case "recv" | "poll" if now.resource in state.processes.partner:
            return state.processes.holders(state.processes.partner[now.resource])
        case "join_thread":
            return tuple(
                id
                for id, other in state.tasks.items()
                if other.task.kind is TaskKind.FEEDER
                and other.task.process == now.task.process
                and other.resource in (now.resource, None)
                and other.over is None
            )
        case "join" if now.resource in state.tasks:
            return (now.resource,) if now.resource else ()
        case "exit" | "join" if _reason_now(state, now) is Reason.OTHERS_LEFT:
            return tuple(id for id, other in state.tasks.items() if _outlasts(state, other, now))
        case _:
            return ()


def _outlasts(state: RunState, other: TaskNow, leaving: TaskNow) -> bool:
    """Whether an exit waits for it: a thread of the process, or a process made by one.

    For a feeder it waits only while there is something left to feed.
    """
    if other is leaving or other.over is not None:
        return False
    if other.task.kind is TaskKind.FEEDER:
        return other.task.process == leaving.task.process and other.state is State.BLOCKED
    if other.task.daemon:
        return False
    parent = state.tasks.get(other.task.parent or "")
    mine = leaving.task.process
    return other.task.process == mine or (parent is not None and parent.task.process == mine)


def _needs(state: RunState, row: Wait) -> tuple[str, ...]:
    """Tasks each of which must move before this one can."""
    if row.timeout_s is not None:
        return ()
    if row.operation in ("acquire", "collect") and len(row.holders) > 1:
        return ()  # a semaphore, or several futures: any of them may do
    if row.operation in ("recv", "poll", "wait", "send"):
        return ()  # whoever has the other end, any of its tasks, or a message may do
    return row.holders


def _circle_from(
    start: str, after: dict[str, tuple[str, ...]], settled: set[str]
) -> list[str] | None:
    """Depth first; a task met again on the way back to it closes a circle."""
    way: list[str] = []
    on_way: set[str] = set()
    steps = [iter((start,))]
    while steps:
        task = next(steps[-1], None)
        if task is None:
            steps.pop()
            if way:
                settled.add(way[-1])
                on_way.discard(way.pop())
        elif task in on_way:
            return way[way.index(task) :]
        elif task not in settled and task in after:
            way.append(task)
            on_way.add(task)
            steps.append(iter(after[task]))
    return None
