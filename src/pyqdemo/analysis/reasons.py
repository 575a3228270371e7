"""Why a task waits, in words."""

from __future__ import annotations

from enum import Enum

from pyqdemo.analysis.sentences import filled
from pyqdemo.languages import Text

__all__ = ["FOR_OTHERS", "LOCKS", "PERMITS", "Reason", "reason_for"]

LOCKS = frozenset({"lock", "rlock", "mp_lock", "mp_rlock"})
PERMITS = frozenset({"semaphore", "bounded_semaphore", "mp_semaphore", "mp_bounded_semaphore"})
#: Operations whose wait lasts as long as the others' work.
FOR_OTHERS = frozenset({"join", "exit", "result", "collect", "shutdown"})


class Reason(Enum):
    """Why an operation cannot take effect yet.

    A value holds three texts, with ``{name}`` for the resource's or task's name:
    what is so now (``queue full``), the same looked back at (``the queue was full``),
    and what is waited for (``a place in queue``).
    """

    FULL = (
        Text("{name} full", "{name} 已满"),
        Text("{name} was full", "{name} 是满的"),
        Text("a place in {name}, which is full", "{name} 空出位置（它满了）"),
    )
    EMPTY = (
        Text("{name} empty", "{name} 为空"),
        Text("{name} was empty", "{name} 是空的"),
        Text("something to come out of {name}, which is empty", "{name} 里来东西（它是空的）"),
    )
    READ_LOCK = (
        Text("{name}'s read lock taken", "{name} 的读锁被占用"),
        Text("{name}'s read lock was taken", "{name} 的读锁被占用"),
        Text("the read lock of {name}, which is taken", "{name} 的读锁（它被占用）"),
    )
    WRITE_LOCK = (
        Text("{name}'s write lock taken", "{name} 的写锁被占用"),
        Text("{name}'s write lock was taken", "{name} 的写锁被占用"),
        Text("the write lock of {name}, which is taken", "{name} 的写锁（它被占用）"),
    )
    PIPE_FULL = (
        Text("{name}'s pipe full", "{name} 的管道已满"),
        Text("the pipe behind {name} was full", "{name} 背后的管道是满的"),
        Text(
            "room in the pipe behind {name}, which is full", "{name} 背后的管道空出位置（它满了）"
        ),
    )
    HELD = (
        Text("{name} taken", "{name} 被占用"),
        Text("{name} was taken", "{name} 被占用"),
        Text("{name}, which is taken", "{name}（它被占用）"),
    )
    NO_PERMIT = (
        Text("{name} at zero", "{name} 已到零"),
        Text("{name} was at zero", "{name} 已到零"),
        Text("{name}, which is at zero", "{name}（它已到零）"),
    )
    UNDELIVERED = (
        Text("items of {name} not delivered", "{name} 的东西没送完"),
        Text("its feeder had not delivered all into {name}", "feeder 线程还没把东西都送进 {name}"),
        Text(
            "its feeder to deliver all that it put into {name}",
            "自己的 feeder 线程把放进 {name} 的东西都送走",
        ),
    )
    NONE_READY = (
        Text("none of them ready", "一个都没就绪"),
        Text("none of them was ready", "一个都没就绪"),
        Text("one of several to be ready", "其中任何一个就绪"),
    )
    NOT_ENDED = (
        Text("{name} not ended", "{name} 还没结束"),
        Text("{name} had not ended", "{name} 还没结束"),
        Text("{name} to end", "{name} 结束"),
    )
    UNFINISHED = (
        Text("{name} not done", "{name} 没办完"),
        Text("{name} had unfinished items", "{name} 还有没办完的"),
        Text("a task_done() for every item of {name}", "{name} 的每一件都调用 task_done()"),
    )
    NOT_SET = (
        Text("{name} not set", "{name} 未置位"),
        Text("{name} was not set", "{name} 还没置位"),
        Text("{name} to be set", "{name} 置位"),
    )
    NOT_NOTIFIED = (
        Text("no notify on {name}", "{name} 没有通知"),
        Text("nobody had notified {name}", "{name} 没有人通知"),
        Text("a notify on {name}", "{name} 的通知"),
    )
    NOT_ALL_THERE = (
        Text("not all at {name}", "{name} 人未到齐"),
        Text("not all had come to {name}", "{name} 人还没到齐"),
        Text("the others to come to {name}", "其他任务到 {name} 会合"),
    )
    NO_JOB = (
        Text("no job in {name}", "{name} 没有收到任务"),
        Text("no job had come to {name}", "没有任务提交给 {name}"),
        Text("a job to come to {name}", "有任务提交给 {name}"),
    )
    NO_RESULT = (
        Text("{name} not done", "{name} 没出结果"),
        Text("{name} was not done", "{name} 还没出结果"),
        Text("the result of {name}", "{name} 的结果"),
    )
    FUTURES_LEFT = (
        Text("futures not done", "还有 future 没出结果"),
        Text("there were futures not done", "还有 future 没出结果"),
        Text("the futures that are not done yet", "还没出结果的 future"),
    )
    WORKERS_LEFT = (
        Text("workers of {name} not ended", "{name} 的线程没结束"),
        Text("the workers of {name} had not ended", "{name} 的线程还没结束"),
        Text("the workers of {name} to end", "{name} 的线程结束"),
    )
    OTHERS_LEFT = (
        Text("others not ended", "还有任务没结束"),
        Text("others had not ended", "还有任务没结束"),
        Text("the threads and processes it leaves behind to end", "留下的线程和进程结束"),
    )
    OTHER = (
        Text("{name} not ready", "{name} 未就绪"),
        Text("{name} was not ready", "{name} 还没就绪"),
        Text("{name}", "{name}"),
    )

    def now(self, name: Text) -> Text:
        """Short, for a live picture: ``queue full``, ``队列已满``."""
        return filled(self.value[0], name=name)

    def past(self, name: Text) -> Text:
        """To stand after ``because`` and ``因为``: ``the queue was full``, ``队列是满的``."""
        return filled(self.value[1], name=name)

    def awaited(self, name: Text) -> Text:
        """To stand after ``waits for`` and ``等``."""
        return filled(self.value[2], name=name)


_WAITED_ON = {
    "event": Reason.NOT_SET,
    "condition": Reason.NOT_NOTIFIED,
    "barrier": Reason.NOT_ALL_THERE,
}


def reason_for(operation: str, kind: str | None, value: str | None = None) -> Reason:
    """Why that operation waits.

    Args:
        operation: as in ``trace.Event``.
        kind: the resource's kind; None where the resource is a task, or unknown.
        value: that of its blocked event.
    """
    match operation:
        case "put" if value == "write lock":  # of a SimpleQueue
            return Reason.WRITE_LOCK
        case "put" | "send":
            return Reason.FULL
        case "get" if value == "read lock":
            return Reason.READ_LOCK
        case "read_lock":
            return Reason.READ_LOCK
        case "get" | "recv" | "poll":
            return Reason.EMPTY
        case "deliver" if value == "write lock":
            return Reason.WRITE_LOCK
        case "feed" | "deliver":
            return Reason.PIPE_FULL
        case "join_thread":
            return Reason.UNDELIVERED
        case "acquire":
            return Reason.NO_PERMIT if kind in PERMITS else Reason.HELD
        case "exit":
            return Reason.OTHERS_LEFT
        case "join" if value == "threads" and kind is None:  # the main task's, at its end
            return Reason.OTHERS_LEFT
        case "join":
            return Reason.NOT_ENDED if kind is None else Reason.UNFINISHED
        case "take":
            return Reason.NO_JOB
        case "result":
            return Reason.NO_RESULT
        case "collect":
            return Reason.FUTURES_LEFT
        case "shutdown" if kind == "executor":
            return Reason.WORKERS_LEFT
        case "wait" if kind is None or kind == "pipe_end":  # connection.wait
            return Reason.NONE_READY
        case "wait" if kind is not None:
            return _WAITED_ON.get(kind.removeprefix("mp_"), Reason.OTHER)
        case _:
            return Reason.OTHER
