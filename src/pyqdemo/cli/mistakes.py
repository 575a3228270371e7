"""A mistake told in one line: what happened, the value seen, the value expected, what to type."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from pyqdemo.errors import PyqdemoError
from pyqdemo.languages import Text

__all__ = ["SENTENCES", "one_line", "reason", "tell"]

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
        "the tutorial's own {lesson} takes no {option}. Try: pyqdemo {lesson} --as-published",
        "教程原来的 {lesson} 没有 {option}。试试：pyqdemo {lesson} --as-published",
    ),
    "no_processes": Text(
        "{lesson} starts no process, so {option} means nothing here. Try: pyqdemo {lesson}",
        "{lesson} 不启动进程，{option} 在这里没有意义。试试：pyqdemo {lesson}",
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
        "run has no option {option}. If it is the program's own, try: pyqdemo {next}",
        "run 没有 {option} 这个选项。要交给程序，就用：pyqdemo {next}",
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
    # Files
    "cannot_read": Text(
        "{file} cannot be read: {reason}. Try: pyqdemo run --help",
        "读不了 {file}：{reason}。试试：pyqdemo run --help",
    ),
    "program_missing": Text(
        "there is no file {file}. Nearest: pyqdemo run {nearest}",
        "没有文件 {file}。最接近的是：pyqdemo run {nearest}",
    ),
    "program_too_deep": Text(
        "{file} is nested too deeply for Python to compile. Try: python {file}",
        "{file} 嵌套太深，Python 无法编译。试试：python {file}",
    ),
    "cannot_compile": Text(
        "{file}, line {line}, is not Python: {reason}. Try: python {file}",
        "{file} 第 {line} 行不是正确的 Python：{reason}。试试：python {file}",
    ),
    "cannot_write": Text(
        "{file} cannot be written: {reason}. Try: --save run.jsonl",
        "写不了 {file}：{reason}。试试：--save run.jsonl",
    ),
    "save_foreign": Text(
        "--save would replace {file}, which is no recorded run. Try: --save run.jsonl",
        "--save 会覆盖 {file}，而它不是一次运行的记录。试试：--save run.jsonl",
    ),
    "copy_exists": Text(
        "{file} is there already and stays as it is. Try: pyqdemo {next} --force",
        "{file} 已经存在，没有动它。试试：pyqdemo {next} --force",
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
        "{file} is no recorded run; line 1 is {seen}. Try: pyqdemo chefs --save run.jsonl",
        "{file} 不是一次运行的记录，第 1 行是：{seen}。试试：pyqdemo chefs --save run.jsonl",
    ),
    "trace_newer": Text(
        "{file} is {seen}, but this pyqdemo reads {expected}. Try: a newer pyqdemo",
        "{file} 的格式是 {seen}，这个版本只能读 {expected}。试试：新版的 pyqdemo",
    ),
    "trace_damaged": Text(
        "{file}, line {line}, is damaged: {seen}, but should be {expected}."
        " Try: pyqdemo chefs --save run.jsonl",
        "{file} 第 {line} 行已损坏：是 {seen}，应为 {expected}。"
        "试试：pyqdemo chefs --save run.jsonl",
    ),
    "trace_line_too_long": Text(
        "{file}, line {line}, is longer than {most} bytes, the most there can be."
        " Try: pyqdemo chefs --save run.jsonl",
        "{file} 第 {line} 行超过 {most} 字节的上限。试试：pyqdemo chefs --save run.jsonl",
    ),
    "trace_too_big": Text(
        "{file} has {seen} bytes, but {most} are the most that is read."
        " Try: pyqdemo chefs --save run.jsonl",
        "{file} 有 {seen} 字节，最多只读 {most}。试试：pyqdemo chefs --save run.jsonl",
    ),
    "cannot_start": Text(
        "the program could not be started: {reason}. Try: pyqdemo doctor",
        "程序启动不了：{reason}。试试：pyqdemo doctor",
    ),
    "system": Text(
        "{what}: {reason}. Try: pyqdemo doctor", "{what}：{reason}。试试：pyqdemo doctor"
    ),
}

_REASONS: Mapping[int, Text] = {
    errno.ENOENT: Text("there is no such file or folder", "没有这个文件或文件夹"),
    errno.EACCES: Text("no permission", "没有权限"),
    errno.EPERM: Text("no permission", "没有权限"),
    errno.EISDIR: Text("it is a folder", "它是文件夹"),
    errno.ENOTDIR: Text("its folder is a file", "它所在的文件夹其实是文件"),
    errno.EEXIST: Text("it is there already", "它已经存在"),
    errno.ENOSPC: Text("no space left", "磁盘已满"),
    errno.EROFS: Text("this disk is read-only", "磁盘是只读的"),
    errno.ENAMETOOLONG: Text("the name is too long", "名称太长"),
    errno.ELOOP: Text("its links go round in a circle", "链接绕成了圈"),
}


#: The same by the words that the system has for them, as other rooms pass them on.
_TOLD: Mapping[str, Text] = {os.strerror(number): why for number, why in _REASONS.items()} | {
    "it is not Python source": Text("it is not Python source", "它不是 Python 源文件"),
}


def tell(error: PyqdemoError, lang: str) -> str:
    """The line for a mistake, ready for stderr; a sentence without a key tells itself."""
    facts = {name: one_line(_fact(fact)[lang]) for name, fact in error.facts.items()}
    sentence = SENTENCES.get(error.happened)
    try:
        told = sentence[lang].format(**facts) if sentence else one_line(str(error))
    except (KeyError, IndexError):  # a fact is missing: rather our own words than a traceback
        told = one_line(str(error))
    return f"pyqdemo：{told}" if lang == "zh" else f"pyqdemo: {told}"


def _fact(fact: object) -> Text:
    if isinstance(fact, Text):
        return fact
    told = str(fact)
    return _TOLD.get(told, Text(told, told))


def reason(error: OSError) -> Text:
    """Why the system refused, in both languages where it is one of the usual reasons."""
    known = _REASONS.get(error.errno or 0)
    if known is not None:
        return known
    told = error.strerror or str(error) or type(error).__name__
    return Text(told, told)


def one_line(value: str) -> str:
    """The value with everything escaped that would break the line or move the cursor."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in value
    )
