"""Every word of the command line in both languages, by key."""

from __future__ import annotations

from collections.abc import Mapping

from pyqdemo.languages import Text

__all__ = ["WORDS", "say", "text"]

#: Keys go by place: the command or the part of the screen, then what it says.
WORDS: Mapping[str, Text] = {
    # The menu
    "menu.head": Text(
        "pyqdemo  Threads and processes at work on a queue. Pick one and watch.",
        "pyqdemo  看线程和进程如何围着队列工作。选一课，马上开始。",
    ),
    "menu.start_with": Text("Start one with: pyqdemo {name}", "这样开始：pyqdemo {name}"),
    "menu.ask": Text(
        "A number or a name (Enter: {name}, q: leave) > ",
        "输入编号或名称（回车：{name}，q：离开）> ",
    ),
    "menu.unknown": Text(
        'There is no lesson "{answer}". 1 to {last}, or a name: {nearest}',
        "没有“{answer}”这一课。请输入 1 到 {last}，或者名称：{nearest}",
    ),
    "menu.again": Text("Enter  again", "回车  再来一次"),
    "menu.broken": Text("b  the broken one", "b  有毛病的版本"),
    "menu.repaired": Text("b  the repaired one", "b  修好的版本"),
    "menu.leave": Text("q  leave", "q  离开"),
    # Help: headings and layout
    "help.usage": Text("Usage: {usage}", "用法：{usage}"),
    "help.try": Text("Try: pyqdemo {command}", "试试：pyqdemo {command}"),
    "help.question": Text("({question})", "（{question}）"),
    "help.options_metavar": Text("[OPTIONS]", "[选项]"),
    "help.command_metavar": Text("COMMAND ...", "命令 ..."),
    "help.range": Text("{help}, {low} to {high}", "{help}，{low} 到 {high}"),
    "panel.lessons": Text("Lessons", "课程"),
    "panel.program": Text("Your own program", "你自己的程序"),
    "panel.more": Text("More", "其他"),
    "panel.options": Text("Options", "选项"),
    "panel.picture": Text("The picture", "画面"),
    "panel.run": Text("The run", "运行"),
    "panel.again": Text("The same run again", "重现一次运行"),
    "panel.flaws": Text(
        "Its flaws, with --as-published --flaw ID", "它的毛病：--as-published --flaw ID"
    ),
    "panel.record": Text("The record", "记录"),
    # The command itself
    "root.about": Text(
        "Plain Python programs, run for real and watched: threads and processes at work on"
        " a queue. Without a command it shows the lessons.",
        "普通的 Python 程序，真实运行，看线程和进程怎样围着队列工作。不带命令时列出全部课程。",
    ),
    "root.version": Text("the version", "版本号"),
    "root.install": Text(
        "let this shell complete commands and options",
        "让当前的 shell 自动补全命令和选项",
    ),
    "root.show": Text(
        "show what --install-completion would write", "显示 --install-completion 要写入的内容"
    ),
    # Options of every run
    "option.published": Text(
        "the tutorial's own program, flaws and all", "教程原来的程序，毛病都在"
    ),
    "option.published_endless": Text(
        "the tutorial's own program, flaws and all; it never ends",
        "教程原来的程序，毛病都在；它不会自己结束",
    ),
    "option.published_ours": Text(
        "the program as it is written first, with the flaw", "最初写成的样子，毛病还在"
    ),
    "option.plain": Text(
        "the program's lines alone, nothing moves", "只有程序自己的输出，没有动画"
    ),
    "option.lang": Text(
        "language of everything but the program's own lines", "程序输出以外的文字用哪种语言"
    ),
    "option.lang_all": Text(
        "language of everything but the programs' own lines", "程序输出以外的文字用哪种语言"
    ),
    "option.help_all": Text(
        "also: pace, limits, who goes next, saving, JSON",
        "其余选项：速度、时限、调度、保存、JSON",
    ),
    "option.help": Text("this text", "显示这段文字"),
    "option.speed": Text("its sleeps are divided by X", "程序的睡眠时间除以 X"),
    "option.for": Text(
        "stops it after so long; with --seed in virtual time",
        "运行这么久就停下；加了 --seed 就按虚拟时间算",
    ),
    "option.stop_after": Text("stops it after N items were taken", "取走 N 件东西后停下"),
    "option.flaw": Text(
        "one of its flaws, shown on purpose: see --help-all",
        "专门演示其中一个毛病，有哪些见 --help-all",
    ),
    "option.start_method": Text(
        "how processes start: fork, forkserver, spawn",
        "进程的启动方式：fork、forkserver、spawn",
    ),
    "option.seed": Text(
        "the same run every time, and in no time", "每次运行都一模一样，而且立刻跑完"
    ),
    "option.strategy": Text(
        "who goes next: random, pct, round-robin", "轮到谁走：random、pct 或 round-robin"
    ),
    "option.depth": Text(
        "pct: how many orders must meet, 1 to 100",
        "pct：触发错误所需的次序约束数，1 到 100",
    ),
    "option.sleeps": Text(
        "strict: end on time; loose: may overrun",
        "strict：准时结束；loose：可能延迟",
    ),
    "option.granularity": Text(
        "operation; line: between lines too",
        "operation：操作之间；line：每行之间",
    ),
    "option.world": Text(
        "processes beside a seed: simulated, real; native: no seed",
        "有种子时：simulated 模拟进程，real 真实进程；native 不用种子",
    ),
    "option.stdout": Text(
        "terminal: written by line; pipe: by block",
        "terminal：进程逐行写出；pipe：攒成块再写",
    ),
    "option.max_steps": Text("stops it after N steps", "走满 N 步就停下"),
    "option.schedule": Text(
        "these choices, as --show-schedule printed them",
        "按这份调度运行，写法同 --show-schedule 的输出",
    ),
    "option.show_schedule": Text(
        "prints the choices as a text that can be typed",
        "把每一步轮到谁打印成一行文字，可以照着输入",
    ),
    "option.save": Text("writes all that happened to a file", "把发生的一切写进文件"),
    "option.json": Text(
        "the same on stdout, a line each; our words on stderr",
        "同样的内容，逐行写到标准输出；其余文字走标准错误",
    ),
    "option.quiet": Text("no picture and no words of ours", "不要画面，也不要我们的文字"),
    # run
    "run.summary": Text("watch any Python program the same way", "用同样的方式看任何 Python 程序"),
    "run.about": Text(
        "Runs a Python program for real and shows what its threads, processes and queues do."
        " What stands after -- goes to the program. One that reads the keyboard wants --plain;"
        " with --seed it has no keyboard.",
        "真实运行一个 Python 程序，显示它的线程、进程和队列在做什么。-- 后面的内容交给程序。"
        "要从键盘输入的程序，请加 --plain；有 --seed 时没有键盘。",
    ),
    "run.unread": Text(
        "pyqdemo: nobody reads the output any more, so it stopped here.",
        "pyqdemo：没有人再读输出，到此为止。",
    ),
    "run.replay": Text("Replay: pyqdemo {command}", "重放：pyqdemo {command}"),
    "run.schedule": Text("Schedule: {schedule}", "调度：{schedule}"),
    "run.shorter": Text(
        "The schedule is long. The same run in short: pyqdemo {command}",
        "这份调度太长。同一次运行的短写法：pyqdemo {command}",
    ),
    # explore
    "explore.summary": Text(
        "every order there is, or one that breaks it", "试遍所有先后次序，或者找出会出错的一种"
    ),
    "explore.about": Text(
        "Runs a lesson or a program of your own in every order its threads and processes can take,"
        " and says what may be claimed: proved, failed (with the simplest run that fails), or not"
        " exhausted. A lesson takes its own options too; what stands after -- goes to a program.",
        "把一课或你自己的程序，按线程和进程的每一种先后次序各运行一遍，然后给出结论："
        "已证明，失败（附最简单的出错运行），或者未穷尽。课程可以带它自己的选项；"
        "-- 后面的内容交给程序。",
    ),
    "panel.search": Text("The search", "搜索"),
    "panel.limits": Text("Further limits", "其他上限"),
    "explore.help_all": Text(
        "also: granularity, sleeps, draws, limits", "其余选项：粒度、睡眠、随机数、其他上限"
    ),
    "panel.claim": Text("What is claimed", "结论的范围"),
    "panel.report": Text("The report", "报告"),
    "explore.published": Text(
        "a lesson's program as it was published, flaws and all", "课程的原版程序，毛病都在"
    ),
    "explore.strategy": Text(
        "auto, dpor, states, dfs, random, pct", "auto、dpor、states、dfs、random、pct"
    ),
    "explore.max_executions": Text("stops after N executions", "运行 N 次后停下"),
    "explore.time": Text("stops after so many seconds", "搜索这么多秒后停下"),
    "explore.preemptions": Text(
        "dfs: only runs with at most N preemptions", "dfs：只试抢占不超过 N 次的运行"
    ),
    "explore.max_steps": Text("stops each run after N steps", "每次运行走满 N 步就停下"),
    "explore.sleeps": Text("loose: may be late; strict: on time", "loose：可能延迟；strict：准时"),
    "explore.random": Text("values of random draws are choices too", "随机数的取值也是选择"),
    "explore.same_output": Text(
        "output that depends on the order is a failure", "输出随调度而变也算失败"
    ),
    "explore.seed": Text("what random draws follow", "随机数的种子"),
    "explore.depth": Text(
        "pct: how many orders must meet", "pct：触发错误所需的次序约束数（深度）"
    ),
    "explore.stdout": Text(
        "terminal: by line; pipe: by block", "terminal：逐行写出；pipe：攒成块再写"
    ),
    "explore.save": Text("keeps the run that fails, for replay", "保存出错的运行，供 replay 用"),
    "explore.json": Text("the report as one JSON object", "把报告写成一个 JSON 对象"),
    "explore.plain": Text("no colours and no progress", "不要颜色，不显示进度"),
    "explore.progress": Text(
        "{executions}, {rate} a second, {elapsed} s",
        "{executions}，每秒 {rate} 次，已用 {elapsed} 秒",
    ),
    "explore.progress_left": Text(
        "{executions}, {rate} a second, {elapsed} s, at most {left} s more",
        "{executions}，每秒 {rate} 次，已用 {elapsed} 秒，最多再用 {left} 秒",
    ),
    "search.again": Text("the same run again", "同一次运行再来一遍"),
    "search.keep": Text("keep that run, to replay it", "保存这次运行，以便重放"),
    "search.keep_piped": Text(
        "type or pipe the lines in once more, to keep that run",
        "再输入一遍这几行，就可以保存这次运行",
    ),
    "explore.repaired": Text("the repaired program", "修好的程序"),
    "explore.broken": Text("the broken one", "有毛病的版本"),
    "explore.longer": Text("search for longer", "延长搜索时间"),
    "explore.published_one": Text("the published program", "教程的原程序"),
    "explore.lines": Text("between lines too", "每行之间也试"),
    "explore.nothing_kept": Text(
        "pyqdemo: nothing failed, so nothing was saved in {file}.",
        "pyqdemo：没有出错的运行，{file} 里什么也没有存。",
    ),
    # explain
    "explain.summary": Text("how can it have printed these lines?", "这几行输出是怎么来的？"),
    "explain.about": Text(
        "Finds a schedule, random draws and sleeps under which a program prints exactly the lines"
        " of a transcript, all of its output or a beginning, or tells how far it can get."
        " TRANSCRIPT is a file, or - for what is typed or piped in.",
        "给出一段输出文本（全部输出或开头一段），找出一种调度、随机数和睡眠长短，使程序恰好打印它；"
        "找不到时说明最多能打印到哪里。TRANSCRIPT 是文件，- 表示从标准输入读取。",
    ),
    "explain.seed": Text(
        "of draws that are not chosen: floats, large ranges",
        "不作选择的随机数（小数、大范围）的种子",
    ),
    "explain.save": Text(
        "keeps the run that was found, for replay", "保存找到的运行，供 replay 用"
    ),
    "explain.json": Text("the answer as one JSON object", "把回答写成一个 JSON 对象"),
    "explain.help_all": Text(
        "also: granularity, seed, how processes start and print",
        "其余选项：粒度、种子、进程怎样启动和打印",
    ),
    "explain.progress_one": Text("{executions}, 1 line", "{executions}，对上 1 行"),
    "explain.progress": Text("{executions}, {matched} lines", "{executions}，对上 {matched} 行"),
    "explain.progress_next": Text("; next: {line}", "；下一行：{line}"),
    "explain.nothing_kept": Text(
        "pyqdemo: no run that prints these lines was found, so nothing was saved in {file}.",
        "pyqdemo：没有找到打印这几行的运行，{file} 里什么也没有存。",
    ),
    # What was shown with --flaw
    "flaw.told": Text("{id}: {text}", "{id}：{text}"),
    "flaw.stands_for": Text("--flaw {id} stands for {options}", "--flaw {id} 就是 {options}"),
    # replay
    "replay.summary": Text(
        "a run with a seed once more, from its record", "照记录把带种子的运行重放一遍"
    ),
    "replay.about": Text(
        "Repeats a recorded run choice by choice: the same lines, the same end, on any machine."
        " That takes a run under control, which --seed makes, and the program as it was then."
        " FILE is needed only where the program lies neither here nor beside the record.",
        "把记录下来的运行一步不差地重放一遍：输出一样，结局也一样，换一台机器也不变。"
        "只有受控的运行（加了 --seed）才能重放，程序也必须是当时的内容。"
        "程序既不在当前文件夹、也不在记录旁边时，才需要写 FILE。",
    ),
    "replay.world": Text(
        "its processes: simulated or real, else as recorded",
        "进程：simulated（模拟）或 real（真实），默认同记录",
    ),
    "replay.force": Text(
        "goes on with a changed program, as far as it can", "程序改过也继续，走不下去才停"
    ),
    # list
    "list.summary": Text("the lessons, a line each", "全部课程，每课一行"),
    "list.about": Text("Lists the lessons in the order of the course.", "按课程顺序列出全部课程。"),
    "list.flaws": Text(
        "Flaws on purpose: pyqdemo NAME --as-published --flaw ID",
        "专门演示一个毛病：pyqdemo 课名 --as-published --flaw 编号",
    ),
    "list.json": Text("as JSON, with parameters and files", "输出 JSON，带参数和文件"),
    # source
    "source.summary": Text("a lesson's program, to read", "阅读一课的程序"),
    "source.about": Text(
        "Shows the program of a lesson: a plain Python file that runs without pyqdemo.",
        "显示一课的程序：普通的 Python 文件，没有 pyqdemo 也能运行。",
    ),
    "source.published": Text("the broken one, as published", "有毛病的原版"),
    "source.diff": Text("the broken one beside the repaired one", "有毛病的原版，对照修好的版本"),
    # copy
    "copy.summary": Text(
        "a lesson's programs into a folder of yours", "把一课的程序复制到你的文件夹"
    ),
    "copy.about": Text(
        "Copies the programs of a lesson into a folder, to change and to run. A file that is"
        " there already stays as it is.",
        "把一课的程序复制到文件夹里，随你修改、运行。已有的文件不会被覆盖。",
    ),
    "copy.force": Text("replaces files that are there already", "覆盖已有的文件"),
    "copy.no_folder": Text("it is no folder", "它不是文件夹"),
    "copy.done": Text("copied  {file}", "已复制  {file}"),
    # doctor
    "doctor.summary": Text("what this machine has, and what is missing", "这台机器有什么，缺什么"),
    "doctor.about": Text(
        "Checks what pyqdemo needs here and what it can make use of.",
        "检查 pyqdemo 需要的条件，以及可以用上的条件。",
    ),
    "doctor.python": Text("Python", "Python"),
    "doctor.methods": Text("start methods", "启动方式"),
    "doctor.locks": Text("shared locks", "进程间的锁"),
    "doctor.scratch": Text("scratch folder", "临时文件夹"),
    "doctor.lessons": Text("lessons", "课程"),
    "doctor.terminal": Text("terminal", "终端"),
    "doctor.encoding": Text("encoding", "编码"),
    "doctor.textual": Text("textual", "textual"),
    "doctor.default": Text("{method} (default)", "{method}（默认）"),
    "doctor.join": Text(", ", "、"),
    "doctor.locks_fine": Text("processes can share them", "进程之间可以共用"),
    "doctor.found": Text("{count} found", "找到 {count} 课"),
    "doctor.none": Text("none found", "一课也没有找到"),
    "doctor.no_terminal": Text("none: the lines alone will be shown", "没有：只会显示程序的输出"),
    "doctor.size": Text("{columns} x {rows}", "{columns} 列，{rows} 行"),
    "doctor.small": Text(
        "{columns} x {rows}: small, 80 x 24 shows more",
        "{columns} 列，{rows} 行：偏小，80 列 24 行能看到更多",
    ),
    "doctor.chinese": Text("{encoding}, shows Chinese", "{encoding}，能显示中文"),
    "doctor.no_chinese": Text(
        "{encoding} cannot show Chinese. Try: PYTHONIOENCODING=utf-8",
        "{encoding} 不能显示中文。试试：PYTHONIOENCODING=utf-8",
    ),
    "doctor.optional_missing": Text(
        "not installed (interactive screens): pip install textual",
        "没有安装（交互画面要用）：pip install textual",
    ),
    "doctor.too_old": Text("{version}, but 3.11 or newer is needed", "{version}，需要 3.11 或更新"),
    "doctor.fine": Text("All that is needed is here.", "需要的都有了。"),
    "doctor.failed": Text("Something needed is missing: see above.", "缺少必需的条件，见上面。"),
}


def text(key: str, **facts: object) -> Text:
    """Both languages of a key, placeholders filled; an unknown key is its own text."""
    found = WORDS.get(key, Text(key, key))
    return found.format(**facts) if facts else found


def say(key: str, lang: str, **facts: object) -> str:
    """One language of a key, placeholders filled."""
    return text(key, **facts)[lang]
