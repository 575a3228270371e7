"""The words for each operation of a run: ``puts {value}``, ``comes to {name}``."""

from __future__ import annotations

from pyqdemo.languages import Text

__all__ = ["ASKS", "AT", "ATTRIBUTES", "DONE", "OF_KIND", "SILENT", "SPELLINGS", "WITH_RESULT"]

#: An operation that asks something: its answer is what matters.
ASKS = frozenset(
    {"empty", "full", "qsize", "is_set", "locked", "poll", "is_alive", "value", "active_children"}
    | {"cancel", "done", "cancelled", "running", "state"}
)
#: Likewise, but it is no call.
ATTRIBUTES = frozenset({"exitcode", "n_waiting", "broken"})
#: Not worth words where something else is said.
SILENT = frozenset({"feed", "read_lock", "join_thread", "active_children"}) | frozenset(
    {"open", "inherit", "lend", "adopt", "leave", "kept", "lost"}
)
#: What has happened, by the operation. ``{answer}`` is what came back.
DONE = {
    "begin": Text("begins", "开始"),
    "end": Text("ends", "自己结束"),
    "exit": Text("exits", "退出"),
    "die": Text("is dead", "死了"),
    "start": Text("starts {name}", "启动 {name}"),
    "terminate": Text("terminates {name}", "终止 {name}"),
    "kill": Text("kills {name}", "杀死 {name}"),
    "signal": Text("is sent {value}", "收到 {value}"),
    "join": Text("joins {name}", "等到 {name} 结束"),
    "sleep": Text("wakes", "醒来"),
    "time": Text("reads the clock", "看时钟"),
    "put": Text("puts {value}", "放入 {value}"),
    "get": Text("gets {value}", "取出 {value}"),
    "send": Text("sends {value}", "发送 {value}"),
    "recv": Text("receives {value}", "收到 {value}"),
    "feed": Text("takes {value} out of the buffer", "从缓冲区拿走 {value}"),
    "deliver": Text("{value} into the pipe", "{value} 进管道"),
    "deliver_part": Text("a part of it into the pipe", "一部分进管道"),
    "put_part": Text("puts a part of it", "放入一部分"),
    "get_part": Text("gets a part of it", "取出一部分"),
    "send_part": Text("sends a part of it", "发送一部分"),
    "recv_part": Text("receives a part of it", "收到一部分"),
    "drop": Text("drops {value}", "丢掉 {value}"),
    "lost": Text("{value} is lost", "{value} 丢了"),
    "task_done": Text("task_done()", "task_done()"),
    "acquire": Text("takes {name}", "拿到 {name}"),
    "release": Text("gives {name} back", "放开 {name}"),
    "read_lock": Text("takes the read lock", "拿到读锁"),
    "write_lock": Text("takes the write lock", "拿到写锁"),
    "unlock": Text("gives the read lock back", "放开读锁"),
    "enter": Text("begins to wait for {name}", "开始等 {name}"),
    "leave": Text("leaves {name}", "离开 {name}"),
    "wait": Text("has waited for {name}", "等到 {name}"),
    "notify": Text("notifies {name}", "通知 {name}"),
    "set": Text("sets {name}", "把 {name} 置位"),
    "clear": Text("clears {name}", "把 {name} 复位"),
    "abort": Text("aborts {name}", "中止 {name}"),
    "reset": Text("resets {name}", "重置 {name}"),
    "shutdown": Text("shuts {name} down", "关闭 {name}"),
    "close": Text("closes {name}", "关闭 {name}"),
    "line": Text("line {value}", "第 {value} 行"),
    "join_thread": Text("its feeder is done", "feeder 线程送完了"),
    "cancel_join": Text("will not wait for its feeder", "不再等 feeder 线程"),
    "submit": Text("submits {value} to {pool}", "把 {value} 交给 {pool}"),
    "take": Text("picks up {value}", "接手 {value}"),
    "finish": Text("has the result {answer}", "得出结果 {answer}"),
    "result": Text("gets the result {answer}", "拿到结果 {answer}"),
    "add_done_callback": Text("adds a callback", "加上回调"),
    "collect": Text("{answer} of its futures are done", "其中 {answer} 个 future 有了结果"),
    "break": Text("{name} is broken", "{name} 坏了"),
    "read": Text("reads {name}.value: {answer}", "读 {name}.value：{answer}"),
    "write_value": Text("sets {name}.value to {value}", "把 {name}.value 设为 {value}"),
    "look": Text("reads {name}.{value}", "读 {name}.{value}"),
    "assign": Text("sets {name}.{value}", "设置 {name}.{value}"),
    "flush": Text("flushes its output", "刷新输出"),
    "draw": Text("draws {value}", "抽取 {value}"),
    "open": Text("opens {name}", "打开 {name}"),
    "inherit": Text("inherits {name}", "继承 {name}"),
    "lend": Text("sends {name} along", "把 {name} 一起发出"),
    "adopt": Text("gets hold of {name}", "得到 {name}"),
    "kept": Text("keeps {name} for ever", "永远占着 {name}"),
}
#: The queue, pipe or pool is told too where there are several.
AT = {
    "put": Text("puts {value} into {name}", "往 {name} 放入 {value}"),
    "get": Text("gets {value} from {name}", "从 {name} 取出 {value}"),
    "send": Text("sends {value} by {name}", "经 {name} 发送 {value}"),
    "recv": Text("receives {value} at {name}", "在 {name} 收到 {value}"),
}
#: Where an answer says more than the operation.
WITH_RESULT = {
    ("take", "idle"): Text("finds no more to do", "暂时没有活了"),
    ("take", "shutdown"): Text("is told to stop", "得知要停工"),
    ("take", "cancelled"): Text("finds {value} cancelled", "发现 {value} 已取消"),
    ("acquire", "False"): Text("does not get {name}", "没拿到 {name}"),
    ("wait", "False"): Text("waits for {name} no longer", "不再等 {name}"),
    ("join", "still running"): Text("waits for {name} no longer", "不再等 {name}"),
}
#: Where it means something else for that kind of resource.
OF_KIND = {
    ("join", "queue"): Text("{name} is all done", "{name} 都办完了"),
    ("enter", "barrier"): Text("comes to {name}", "来到 {name}"),
    ("wait", "barrier"): Text("passes {name}", "通过 {name}"),
    ("wait", "pipe_end"): Text("finds {name} ready", "{name} 就绪了"),
    ("wait", "several"): Text("finds {answer} of several ready", "几个里有 {answer} 个就绪"),
    ("shutdown", "workers"): Text("sees {name} end", "等到 {name} 结束"),
    ("read", "array"): Text("reads {name}{value}: {answer}", "读 {name}{value}：{answer}"),
    ("write_value", "array"): Text("sets {name}{value}", "设置 {name}{value}"),
}
#: What a program may have written for an operation; the line says which.
SPELLINGS = {
    "get": ("get_nowait", "get"),
    "put": ("put_nowait", "put"),
    "send": ("send_bytes", "send"),
    "recv": ("recv_bytes", "recv_bytes_into", "recv"),
    "result": ("result", "exception", "get"),
    "submit": ("submit", "map", "apply_async", "apply"),
    "collect": ("as_completed", "wait"),
    "exit": ("_exit",),
    "value": ("get_value",),
    "shutdown": ("shutdown", "close", "terminate"),
}
