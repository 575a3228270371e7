"""The words of the summary."""

from __future__ import annotations

from pyqdemo.languages import Text
from pyqdemo.trace import OutcomeKind
from pyqdemo.views import words

LEFT = Text("left", "剩下")
LOST = Text("lost", "丢失")
COUNTS = (words.PUT, words.GOT, LEFT)
PAUSE = Text(", ", "，")
LONGEST = Text("longest wait", "最长等待")
NOBODY_WAITED = Text("nobody waited", "没有人等待")
NO_TIME_WAITED = Text("none that took virtual time", "没有一次花去虚拟时间")
FULLEST = Text("fullest queue", "队列最满时")
ITEM = Text("{count} item", "{count} 件")
ITEMS = Text("{count} items", "{count} 件")
KEPT = Text("promises kept", "守住的承诺")
BROKEN = Text("promise broken", "承诺未守住")
NOT_CHECKED = Text("not checked", "无从判断")
MISSING = Text("not recorded", "未能记录")
NOT_ENDED = Text("did not end", "没有正常结束")
SAVED = Text("recorded in", "记录在")
EVENTS = Text("{count} events", "{count} 个事件")
AND_MORE = Text("and {count} more", "另有 {count} 个")

#: Why records are missing or something did not end, in the words of other rooms: the reason
#: in Chinese, and the label.
LOSSES = {
    r"(?P<task>.+) catches its own end again and again: its thread could not be ended": (
        "{task} 一再捕获要它结束的异常，它的线程停不下来",
        NOT_ENDED,
    ),
    r"(?P<task>.+) cannot be reached: its thread could not be ended": (
        "{task} 一直没有回到 Python 代码里，它的线程停不下来",
        NOT_ENDED,
    ),
    r"an object's __del__ goes on without end: its thread could not be ended": (
        "有个对象的 __del__ 没完没了，它的线程停不下来",
        NOT_ENDED,
    ),
    r"an object's __del__ at the end went on for too long and was broken off": (
        "结束时有个对象的 __del__ 运行太久，被中途打断",
        NOT_ENDED,
    ),
    r"the disk was full": ("磁盘满了", MISSING),
}
#: Why a run broke off, in the words of other rooms: the sentence in Chinese.
BROKE_OFF = {
    r"(?P<task>.+) went on for (?P<s>\S+) s without an operation": (
        "{task} 连续 {s} 秒没有做任何操作：也许在空转，也许在等控制之外的东西"
    ),
    r"(?P<task>.+) went on for (?P<s>\S+) s without an operation \((?P<at>.+)\)": (
        "{task} 连续 {s} 秒没有做任何操作（{at}）：也许在空转，也许在等控制之外的东西"
    ),
    r"(?P<task>.+) was stopped by a signal from outside": "{task} 被外来的信号暂停了",
    r"(?P<task>.+) closed the channel by which it is controlled": ("{task} 关掉了用来控制它的通道"),
    r"(?P<task>.+) did not begin within (?P<s>\S+) s": "{task} 过了 {s} 秒还没有开始运行",
    r"(?P<task>.+) cannot be reached: (?P<why>.+)": "联系不上 {task}：{why}",
    r"the program's first process has died: exit code (?P<code>\S+)": (
        "程序的第一个进程意外死亡，退出码 {code}"
    ),
    r"the process that starts processes has died": "负责启动其他进程的进程意外死亡",
}
#: What a run used that no seed decides and that is no module's or function's name.
NOT_CONTROLLED = {
    r"a process's unexpected death": "进程的意外死亡",
    r"a message of a queue that was broken off in the middle": "队列里传到一半就断掉的消息",
    r"messages that are sent into the middle of each other": "几条互相混在一起的消息",
    r"two receives at once from one pipe": "同时从一条管道接收的两个任务",
    r"closing a pipe's end at which another thread waits": "关掉别的线程正在等的管道一端",
    r"(?P<kind>\S+) inside a library": "库内部的 {kind}",
    r"lines that Python did not tell": "Python 没有通知的行",
}
NO_KEYBOARD = Text(" (a run under control has no keyboard)", "（受控的运行没有键盘）")

EXIT_CODE = Text("failed  its exit code is {code}", "出错  退出码是 {code}")
RAISED = Text("exception  {task} raised {what}", "异常  {task} 抛出了 {what}")
AFTER_STEPS = Text("after {steps} steps, {seconds}", "走了 {steps} 步，{seconds}")
SCHEDULE_ENDS = Text(
    "where the schedule ends: {steps} steps, {seconds}", "调度走完了：{steps} 步，{seconds}"
)
NEVER_ENDS = Text(": it never ends", "：它不会自己结束")
WAIT_FOR_EACH_OTHER = Text("{names} wait for each other", "{names} 互相等待")
WAITS_FOR_ITSELF = Text("{name} waits for itself", "{name} 在等自己")

#: Head of the table of who waits for what.
HEADS = (
    Text("who", "谁"),
    Text("waited", "等了"),
    Text("at", "在哪一行"),
    Text("waits for", "等什么"),
)

#: Outcome → its word, one sentence, and whether it is a failure.
ENDS = {
    OutcomeKind.STUCK: (
        Text("stuck", "卡住"),
        Text("nothing moves any more: whoever is left waits", "再也没有动静：还没结束的都在等"),
        True,
    ),
    OutcomeKind.DEADLOCK: (
        Text("deadlock", "死锁"),
        Text("nobody can go on: whoever is left waits", "谁也走不下去：还没结束的都在等"),
        True,
    ),
    OutcomeKind.LIVELOCK: (
        Text("livelock", "活锁"),
        Text("everybody is busy and nothing moves on", "大家都在忙，事情却毫无进展"),
        True,
    ),
    OutcomeKind.RUNS_FOR_EVER: (
        Text("runs for ever", "永远运行"),
        Text("it comes back to where it was", "它又回到了原来的状态"),
        True,
    ),
    OutcomeKind.TIME_BOUND: (
        Text("stopped", "停下"),
        Text("after {seconds}", "运行了 {seconds}"),
        False,
    ),
    OutcomeKind.STEP_BOUND: (
        Text("stopped", "停下"),
        Text("after {items} items, {seconds}", "取走 {items} 件，运行了 {seconds}"),
        False,
    ),
    OutcomeKind.INTERRUPTED: (
        Text("interrupted", "中断"),
        Text("after {seconds}", "运行了 {seconds}"),
        False,
    ),
    OutcomeKind.ABORTED: (
        Text("failed", "出错"),
        Text("after {seconds}", "运行了 {seconds}"),
        True,
    ),
}
