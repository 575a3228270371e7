"""The sentence of every mistake in both languages, by key."""

from __future__ import annotations

from collections.abc import Mapping

from pyqdemo.languages import Text

__all__ = ["SENTENCES"]

#: By ``PyqdemoError.happened``; the placeholders are its facts.
SENTENCES: Mapping[str, Text] = {
    # Commands and lessons
    "unknown_lesson": Text(
        'there is no lesson "{name}". Nearest: pyqdemo {nearest}',
        "没有叫“{name}”的课。最接近的是：pyqdemo {nearest}",
    ),
    "unknown_lesson_far": Text(
        'there is no lesson "{name}". Try: pyqdemo list',
        "没有叫“{name}”的课。试试：pyqdemo list",
    ),
    "unknown_command": Text(
        'there is no command "{name}". Nearest: pyqdemo {nearest}',
        "没有叫“{name}”的命令。最接近的是：pyqdemo {nearest}",
    ),
    "one_version": Text(
        "{lesson} has only one version. Try: pyqdemo {next}",
        "{lesson} 只有一个版本。试试：pyqdemo {next}",
    ),
    "published_takes_no": Text(
        "{lesson} as published takes no {option}. Try: pyqdemo {next}",
        "{lesson} 的原版没有 {option}。试试：pyqdemo {next}",
    ),
    "flaw_none": Text(
        "no flaw of {lesson} can be shown on purpose. Try: pyqdemo {next}",
        "{lesson} 没有可以专门演示的毛病。试试：pyqdemo {next}",
    ),
    "flaw_unknown": Text(
        '{lesson} has no flaw "{id}" to show; there are: {known}. Try: pyqdemo {next}',
        "{lesson} 没有叫“{id}”的毛病可以演示，只有：{known}。试试：pyqdemo {next}",
    ),
    "flaw_of_published": Text(
        "only {lesson} as published has that flaw. Try: pyqdemo {next}",
        "只有 {lesson} 的原版才有这个毛病。试试：pyqdemo {next}",
    ),
    "no_processes": Text(
        "{lesson} starts no process, so {option} means nothing here. Try: pyqdemo {next}",
        "{lesson} 不启动进程，{option} 在这里没有意义。试试：pyqdemo {next}",
    ),
    "reserved_parameter": Text(
        "the card {file} does not hold together: {option} is an option of every lesson",
        "课程卡片 {file} 有问题：{option} 是每一课都有的选项",
    ),
    "reserved_name": Text(
        "the card {file} does not hold together: {name} is a command of pyqdemo",
        "课程卡片 {file} 有问题：{name} 是 pyqdemo 的命令",
    ),
    "no_start_method": Text(
        "--start-method is {method}, but this system has {known}. Try: pyqdemo doctor",
        "--start-method 是 {method}，而这个系统只有 {known}。试试：pyqdemo doctor",
    ),
    # Options and arguments
    "option_range": Text(
        "{option} is {value}, but takes {low} to {high}. Try: pyqdemo {next}",
        "{option} 是 {value}，应为 {low} 到 {high}。试试：pyqdemo {next}",
    ),
    "option_choice": Text(
        "{option} is {value}, but takes {choices}. Try: pyqdemo {next}",
        "{option} 是 {value}，应为 {choices}。试试：pyqdemo {next}",
    ),
    "option_unknown": Text(
        "{command} has no option {option}. Try: pyqdemo {next}",
        "{command} 没有 {option} 这个选项。试试：pyqdemo {next}",
    ),
    "option_nowhere": Text(
        "there is no option {option}. Try: pyqdemo {next}",
        "没有 {option} 这个选项。试试：pyqdemo {next}",
    ),
    "option_nearest": Text(
        "{command} has no option {option}. Nearest: pyqdemo {next}",
        "{command} 没有 {option} 这个选项。最接近的是：pyqdemo {next}",
    ),
    "option_of_program": Text(
        "{command} has no option {option}. If it is the program's own, try: pyqdemo {next}",
        "{command} 没有 {option} 这个选项。要交给程序，就用：pyqdemo {next}",
    ),
    "option_empty": Text(
        "{option} needs a value. Try: pyqdemo {next}", "{option} 后面要有值。试试：pyqdemo {next}"
    ),
    "option_full": Text(
        "{option} takes no value. Try: pyqdemo {next}", "{option} 不带值。试试：pyqdemo {next}"
    ),
    "options_clash": Text(
        "{option} and {other} do not go together. Try: pyqdemo {next}",
        "{option} 和 {other} 不能一起用。试试：pyqdemo {next}",
    ),
    "argument_extra": Text(
        '{command} has no use for "{value}". Try: pyqdemo {next}',
        "{command} 用不到“{value}”。试试：pyqdemo {next}",
    ),
    "argument_missing": Text(
        "{command} needs {argument}. Try: pyqdemo {next}",
        "{command} 缺少 {argument}。试试：pyqdemo {next}",
    ),
    "usage": Text("{reason}. Try: pyqdemo {next}", "{reason}。试试：pyqdemo {next}"),
    # Runs under control
    "world_native": Text(
        "--world native leaves the choices to the operating system, and {option} takes them from"
        " it. Try: pyqdemo {next}",
        "--world native 让操作系统决定轮到谁，和 {option} 正好相反。试试：pyqdemo {next}",
    ),
    "world_seed": Text(
        "--world {world} is for a run under control, which wants a seed. Try: pyqdemo {next}",
        "--world {world} 只用于受控的运行，要给一个种子。试试：pyqdemo {next}",
    ),
    "plan_world": Text(
        "the world is {value}, but can be simulated or real."
        " Try: pyqdemo writer-reader --seed 7 --world real",
        "world 是 {value}，应为 simulated 或 real。"
        "试试：pyqdemo writer-reader --seed 7 --world real",
    ),
    "plan_stdout": Text(
        "the stdout is {value}, but can be terminal or pipe."
        " Try: pyqdemo writer-reader --seed 7 --stdout pipe",
        "stdout 是 {value}，应为 terminal 或 pipe。"
        "试试：pyqdemo writer-reader --seed 7 --stdout pipe",
    ),
    "plan_prints": Text(
        "prints are {value}, but can be whole or parted."
        ' Try: pyqdemo.executing.Plan("program.py", prints="parted")',
        "prints 是 {value}，应为 whole 或 parted。"
        '试试：pyqdemo.executing.Plan("program.py", prints="parted")',
    ),
    "plan_granularity": Text(
        "the granularity is {value}, but can be operation or line."
        " Try: pyqdemo counter --seed 7 --granularity line",
        "granularity 是 {value}，应为 operation 或 line。"
        "试试：pyqdemo counter --seed 7 --granularity line",
    ),
    "plan_line_real": Text(
        "real processes cannot be stopped at lines: at granularity line the world is simulated."
        " Try: pyqdemo writer-reader --seed 7 --granularity line",
        "真实进程不能在行与行之间停下：granularity 为 line 时，world 只能是 simulated。"
        "试试：pyqdemo writer-reader --seed 7 --granularity line",
    ),
    "world_by_line": Text(
        "{option} cannot stop real processes at lines, only simulated ones. Try: pyqdemo {next}",
        "{option} 不能让真实进程停在行与行之间，只能用模拟进程。试试：pyqdemo {next}",
    ),
    "lines_untold": Text(
        "other tools have taken every place there is in sys.monitoring, so nobody tells of lines;"
        " end one of them, a debugger or a coverage tool",
        "sys.monitoring 的位置都被别的工具占了，没有办法知道走到了哪一行；请先结束其中一个，"
        "例如调试器或覆盖率工具",
    ),
    "depth_of_pct": Text(
        "{option} means something with --strategy pct only. Try: pyqdemo {next}",
        "{option} 只对 --strategy pct 有意义。试试：pyqdemo {next}",
    ),
    "strategy_unknown": Text(
        "the strategy is {name}, but there are {known}. Try: pyqdemo chefs --strategy pct",
        "策略是 {name}，只有 {known}。试试：pyqdemo chefs --strategy pct",
    ),
    "strategy_depth": Text(
        "the depth is {value}, but takes {low} to {high}."
        " Try: pyqdemo chefs --strategy pct --depth 3",
        "深度是 {value}，应为 {low} 到 {high}。试试：pyqdemo chefs --strategy pct --depth 3",
    ),
    "strategy_length": Text(
        "the length of the run is {value}, but takes {low} or more. Try: pyqdemo chefs --seed 7",
        "运行的步数是 {value}，应不小于 {low}。试试：pyqdemo chefs --seed 7",
    ),
    "plan_seed": Text(
        "the seed is {value}, but takes 0 to {high}. Try: pyqdemo chefs --seed 7",
        "种子是 {value}，应为 0 到 {high}。试试：pyqdemo chefs --seed 7",
    ),
    "plan_sleeps": Text(
        "the sleeps are {value}, but can be strict or loose. Try: pyqdemo chefs --sleeps loose",
        "睡眠方式是 {value}，应为 strict 或 loose。试试：pyqdemo chefs --sleeps loose",
    ),
    "plan_bound": Text(
        "the bound {name} is {value}, but takes more than 0. Try: pyqdemo chefs --seed 7",
        "上限 {name} 是 {value}，应大于 0。试试：pyqdemo chefs --seed 7",
    ),
    "refused_processes": Text(
        "{where} uses {what}, and processes cannot be controlled yet. Try: pyqdemo {next}",
        "{where} 用到 {what}，目前还控制不了进程。试试：pyqdemo {next}",
    ),
    "refused_manager": Text(
        "{where} uses {what}, which nobody can control; a Queue or a Pipe that is handed to the"
        " processes can be. Try: pyqdemo {next}",
        "{where} 用到 {what}，它无法控制；改用 Queue 或 Pipe，作为参数交给进程，就可以。"
        "试试：pyqdemo {next}",
    ),
    "refused_logger": Text(
        "{where} uses {what}, the library's own log, which has nothing to tell under control;"
        " logging.getLogger can be used. Try: pyqdemo {next}",
        "{where} 用到 {what}，这是库自己的日志，受控时它没有内容；改用 logging.getLogger 就可以。"
        "试试：pyqdemo {next}",
    ),
    "refused_listener": Text(
        "{where} uses {what}, which speaks with the world outside; multiprocessing.Pipe stays"
        " within the run and can be controlled. Try: pyqdemo {next}",
        "{where} 用到 {what}，它面对的是外面的世界；改用 multiprocessing.Pipe，就在控制之内。"
        "试试：pyqdemo {next}",
    ),
    "refused_structure": Text(
        "{where} shares {what}; a Value or an Array of numbers can be controlled, a structure or"
        " a pointer cannot. Try: pyqdemo {next}",
        "{where} 共享的是 {what}；存放数字的 Value 和 Array 可以控制，结构体和指针不行。"
        "试试：pyqdemo {next}",
    ),
    "refused_buffer": Text(
        "{where} hands shared memory to code in C, as a buffer; it can be controlled item by item"
        " only. Try: pyqdemo {next}",
        "{where} 把共享内存当作缓冲区交给 C 代码；只有逐项读写才能控制。试试：pyqdemo {next}",
    ),
    "fork_not_copied": Text(
        "the simulated fork cannot copy {what} exactly, at {where}: --world real can, and"
        " --start-method spawn need not. Try: pyqdemo {next}",
        "{where} 处，模拟的 fork 无法原样复制 {what}：加 --world real 就可以，"
        "用 --start-method spawn 则不必复制。试试：pyqdemo {next}",
    ),
    "no_fork_here": Text(
        "{where} uses {what}, but no process can be forked on this system. Try: pyqdemo {next}",
        "{where} 用到 {what}，而这个系统不能 fork 进程。试试：pyqdemo {next}",
    ),
    "lost_control": Text(
        "the process {name} closed the channel by which it is controlled. Try: pyqdemo {next}",
        "进程 {name} 关闭了用来控制它的通道。试试：pyqdemo {next}",
    ),
    "refused_fork": Text(
        "{where} uses {what}, which would copy pyqdemo itself. Try: pyqdemo {next}",
        "{where} 用到 {what}，会把 pyqdemo 自己也复制一份。试试：pyqdemo {next}",
    ),
    "refused_threads": Text(
        "{where} uses {what}, which nobody can control; threading.Thread and threading.Lock can"
        " be. Try: pyqdemo {next}",
        "{where} 用到 {what}，它无法控制；改用 threading.Thread、threading.Lock 就可以。"
        "试试：pyqdemo {next}",
    ),
    "refused_keyboard": Text(
        "{where} uses {what}, but a run under control has no keyboard. Try: pyqdemo {next}",
        "{where} 用到 {what}，而受控的运行没有键盘。试试：pyqdemo {next}",
    ),
    "refused_signal": Text(
        "{where} uses {what} on itself, and signals cannot be controlled. Try: pyqdemo {next}",
        "{where} 用 {what} 给自己发信号，而信号无法控制。试试：pyqdemo {next}",
    ),
    "function_unusable": Text(
        "{function} cannot be run under control: {reason}. Try: a function of a file",
        "{function} 不能受控运行：{reason}。试试：写在文件里的函数",
    ),
    # Every interleaving
    "explore_bound": Text(
        "the bound {name} is {value}, but takes {low} or more. Try: pyqdemo {next}",
        "上限 {name} 是 {value}，应不小于 {low}。试试：pyqdemo {next}",
    ),
    "explore_time": Text(
        "the time is {value}, but takes more than 0 seconds. Try: pyqdemo {next}",
        "时间是 {value}，应大于 0 秒。试试：pyqdemo {next}",
    ),
    "explore_endless": Text(
        "the strategy {strategy} never ends by itself, and has neither time_s nor max_executions.",
        "策略 {strategy} 自己不会停，却没有给出 time_s 或 max_executions。",
    ),
    "explore_preemptions": Text(
        "preemptions can be bounded with the strategy dfs only, not with {strategy}."
        " Try: pyqdemo {next}",
        "只有策略 dfs 能限定抢占次数，{strategy} 不行。试试：pyqdemo {next}",
    ),
    "explore_strict_dpor": Text(
        "the strategy dpor needs loose sleeps: in strict time every step depends on the clock."
        " Try: pyqdemo {next}",
        "策略 dpor 要求 loose 睡眠：睡眠准时时，每一步都依赖时钟。试试：pyqdemo {next}",
    ),
    "explore_world": Text(
        "the world is {value}, but processes are simulated while exploring; a finding is replayed"
        " with real ones. Try: pyqdemo {next}",
        "world 是 {value}，而 explore 只用模拟的进程；找到的毛病会再用真实进程重放。"
        "试试：pyqdemo {next}",
    ),
    "explore_of_lesson": Text(
        "{option} is for lessons, and {program} is a program. Try: pyqdemo {next}",
        "{option} 只用于课程，而 {program} 是程序。试试：pyqdemo {next}",
    ),
    "explore_parameter": Text(
        "{lesson} takes no {option}. Try: pyqdemo {next}",
        "{lesson} 没有 {option}。试试：pyqdemo {next}",
    ),
    "failure_unknown": Text(
        "there is no failure of the kind {kind}, only {known}.",
        "没有 {kind} 这种失败，只有 {known}。",
    ),
    # Schedules
    "schedule_malformed": Text(
        "the schedule is wrong from sign {place} on: it has {seen}, but should have {expected}."
        " Try: pyqdemo {next}",
        "调度从第 {place} 个字符起有误，这里是：{seen}；应为：{expected}。试试：pyqdemo {next}",
    ),
    "schedule_program": Text(
        "the schedule is of the program {expected}, but this one is {seen}. Try: pyqdemo {next}",
        "这份调度属于程序 {expected}，而这个程序是 {seen}。试试：pyqdemo {next}",
    ),
    "schedule_of_published": Text(
        "the schedule is of {lesson} as published, which takes {option}. Try: pyqdemo {next}",
        "这份调度属于 {lesson} 的原版，要加上 {option}。试试：pyqdemo {next}",
    ),
    "schedule_of_repaired": Text(
        "the schedule is of {lesson} without {option}. Try: pyqdemo {next}",
        "这份调度属于修好的 {lesson}，不要加 {option}。试试：pyqdemo {next}",
    ),
    "schedule_model": Text(
        "the choices were made for version {expected} of the models, but here is version {seen}."
        " Try: pyqdemo {next}",
        "这些选择是为模型第 {expected} 版做的，这里是第 {seen} 版。试试：pyqdemo {next}",
    ),
    "schedule_native": Text(
        "the run was native: the operating system made the choices, and nobody noted them."
        " Try: pyqdemo chefs --seed 7",
        "这是原生运行：轮到谁由操作系统决定，没有记下来。试试：pyqdemo chefs --seed 7",
    ),
    "schedule_parameter": Text(
        "no schedule can carry {name}={value}. Try: pyqdemo chefs --seed 7 --save run.jsonl",
        "调度里写不了 {name}={value}。试试：pyqdemo chefs --seed 7 --save run.jsonl",
    ),
    "schedule_unwritable": Text(
        "this run's {name} cannot be written as a text; a record made with --save has all of it",
        "这次运行的 {name} 写不成文字；用 --save 保存的记录里什么都有",
    ),
    "schedule_no_parameter": Text(
        "the schedule says {name}={value}, which {program} does not take. Try: pyqdemo {next}",
        "调度里有 {name}={value}，{program} 不接受。试试：pyqdemo {next}",
    ),
    "schedule_otherwise": Text(
        "{option} does not go with the schedule, where it is {settled}. Try: pyqdemo {next}",
        "{option} 和调度不符，调度里是 {settled}。试试：pyqdemo {next}",
    ),
    "schedule_arguments": Text(
        "the program's arguments are not those of the schedule. Try: pyqdemo {next}",
        "程序的参数和调度里的不一样。试试：pyqdemo {next}",
    ),
    # Files
    "cannot_read": Text(
        "{file} cannot be read: {reason}. Try: pyqdemo {next}",
        "读不了 {file}：{reason}。试试：pyqdemo {next}",
    ),
    "program_missing": Text(
        "there is no file {file}. Nearest: pyqdemo {next}",
        "没有文件 {file}。最接近的是：pyqdemo {next}",
    ),
    "program_too_deep": Text(
        "{file} is nested too deeply for Python to compile. Try: python {quoted}",
        "{file} 嵌套太深，Python 无法编译。试试：python {quoted}",
    ),
    "cannot_compile": Text(
        "{file}, line {line}, is not Python: {reason}. Try: python {quoted}",
        "{file} 第 {line} 行不是正确的 Python：{reason}。试试：python {quoted}",
    ),
    "cannot_import": Text(
        "{file} cannot be loaded: {reason}. Try: python {quoted}",
        "加载不了 {file}：{reason}。试试：python {quoted}",
    ),
    "cannot_write": Text(
        "{file} cannot be written: {reason}. Try: pyqdemo {next}",
        "写不了 {file}：{reason}。试试：pyqdemo {next}",
    ),
    "save_foreign": Text(
        "--save would replace {file}, which is no recorded run. Try: pyqdemo {next}",
        "--save 会覆盖 {file}，而它不是一次运行的记录。试试：pyqdemo {next}",
    ),
    "copy_exists": Text(
        "{file} is there already and stays as it is. Try: pyqdemo {next}",
        "{file} 已经存在，没有动它。试试：pyqdemo {next}",
    ),
    "copy_unwritable": Text(
        "{file} cannot be written: {reason}. Try: pyqdemo {next}",
        "写不了 {file}：{reason}。试试：pyqdemo {next}",
    ),
    "card_unreadable": Text(
        "the card {file} cannot be read: {reason}. Try: pyqdemo doctor",
        "课程卡片 {file} 读不了：{reason}。试试：pyqdemo doctor",
    ),
    "card_wrong": Text(
        "the card {file} does not hold together: {reason}. Try: pyqdemo doctor",
        "课程卡片 {file} 有问题：{reason}。试试：pyqdemo doctor",
    ),
    # Recorded runs
    "trace_foreign": Text(
        "{file} is no recorded run; line 1 is {seen}. Try: pyqdemo {next}",
        "{file} 不是一次运行的记录，第 1 行是：{seen}。试试：pyqdemo {next}",
    ),
    "trace_newer": Text(
        "{file} is {seen}, but this pyqdemo reads {expected}: a newer one wrote it."
        " Try: pyqdemo --version",
        "{file} 的格式是 {seen}，由更新的版本写成，这个版本只能读 {expected}。"
        "试试：pyqdemo --version",
    ),
    "trace_damaged": Text(
        "{file}, line {line}, is damaged: {seen}, but should be {expected}. Try: pyqdemo {next}",
        "{file} 第 {line} 行已损坏，这里是：{seen}；应为：{expected}。试试：pyqdemo {next}",
    ),
    "trace_line_too_long": Text(
        "{file}, line {line}, is longer than {most} bytes, the most there can be."
        " Try: pyqdemo {next}",
        "{file} 第 {line} 行超过 {most} 字节的上限。试试：pyqdemo {next}",
    ),
    "trace_too_big": Text(
        "{file} has {seen} bytes, but {most} are the most that is read. Try: pyqdemo {next}",
        "{file} 有 {seen} 字节，最多只读 {most}。试试：pyqdemo {next}",
    ),
    "trace_lacks": Text(
        "{file} lacks {field}, which a run under control leaves. Try: pyqdemo {next}",
        "{file} 缺少 {field}，受控的运行都会留下它。试试：pyqdemo {next}",
    ),
    "trace_steps": Text(
        "{file} does not hold together: event {seq} is of step {step}, but should be of step"
        " {expected}. Try: pyqdemo {next}",
        "{file} 前后不符：事件 {seq} 属于第 {step} 步，应为第 {expected} 步。试试：pyqdemo {next}",
    ),
    "replay_native": Text(
        "{file} is of a native run: the operating system chose who goes next, so there are no"
        " choices to repeat. Try: pyqdemo {next}",
        "{file} 记录的是原生运行：轮到谁由操作系统决定，没有可以重放的选择。试试：pyqdemo {next}",
    ),
    "replay_program_missing": Text(
        "{file}, the program of this run, is neither here nor beside the record."
        " Try: pyqdemo {next}",
        "这次运行的程序 {file} 既不在这里，也不在记录旁边。试试：pyqdemo {next}",
    ),
    "replay_function": Text(
        "the run called {function} of {file}, which is part of a package."
        " Try: pyqdemo.replay(trace, {function})",
        "这次运行调用的是 {file} 里的 {function}，它属于一个包。"
        "试试：pyqdemo.replay(trace, {function})",
    ),
    "runs_itself": Text(
        "{where} runs its own file again each time it is loaded."
        ' Put it under: if __name__ == "__main__":',
        '{where} 每次加载都会再运行自己。请把它放到 if __name__ == "__main__": 下面',
    ),
    "plan_type": Text(
        "{name} is {value}, but takes {expected}. Try: help(pyqdemo.run)",
        "{name} 是 {value}，应为 {expected}。试试：help(pyqdemo.run)",
    ),
    "no_main": Text(
        "{file} has no function main to be called with parameters. Try: help(pyqdemo.run)",
        "{file} 里没有可以用参数调用的 main 函数。试试：help(pyqdemo.run)",
    ),
    "replay_lesson_missing": Text(
        "{file} is of the lesson {name}, which is not here. Try: pyqdemo list",
        "{file} 是 {name} 这一课的运行，而这里没有这一课。试试：pyqdemo list",
    ),
    "replay_other_text": Text(
        "{file} is not as it was when it was recorded. Try: pyqdemo {next}",
        "{file} 和记录时的内容不一样了。试试：pyqdemo {next}",
    ),
    "replay_other_program": Text(
        "{file} is another program than the one that was recorded, {name}. Try: pyqdemo {next}",
        "{file} 不是记录下来的那个程序，那时运行的是 {name}。试试：pyqdemo {next}",
    ),
    "replay_mismatch": Text(
        "step {step} cannot be repeated: {wanted} should go on, but only {enabled} can."
        " Try: pyqdemo {next}",
        "第 {step} 步重放不了：该轮到 {wanted}，可运行的只有 {enabled}。试试：pyqdemo {next}",
    ),
    "replay_draw": Text(
        "step {step} cannot be repeated: {draw} should give value number {wanted}, but there are"
        " only {enabled}. Try: pyqdemo {next}",
        "第 {step} 步重放不了：{draw} 该取编号为 {wanted} 的值，可取的编号只有 {enabled}。"
        "试试：pyqdemo {next}",
    ),
    "transcript_empty": Text(
        "the transcript has no line that a program has printed. Try: pyqdemo {next}",
        "输出文本里没有程序打印的任何一行。试试：pyqdemo {next}",
    ),
    "transcript_binary": Text(
        "the transcript is not text. Try: pyqdemo {next}",
        "输出文本含有不是文字的内容。试试：pyqdemo {next}",
    ),
    "transcript_long": Text(
        "the transcript is too long: {most} lines at most are looked at. Try: pyqdemo {next}",
        "输出文本太长：最多看 {most} 行。试试：pyqdemo {next}",
    ),
    "transcript_unreadable": Text(
        "the transcript {file} cannot be read: {reason}. Try: pyqdemo {next}",
        "读不了输出文本 {file}：{reason}。试试：pyqdemo {next}",
    ),
    "cannot_start": Text(
        "the program could not be started: {reason}. Try: pyqdemo doctor",
        "程序启动不了：{reason}。试试：pyqdemo doctor",
    ),
    "system": Text(
        "{what}: {reason}. Try: pyqdemo doctor", "{what}：{reason}。试试：pyqdemo doctor"
    ),
}
