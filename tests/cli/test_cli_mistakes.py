"""A mistake is one line on stderr, in both languages, and the right exit code."""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pyqdemo.lessons import lesson

MINE = "print(1)\n"
#: What stands for itself in the table below: digests of programs, and a long schedule's choices.
STAND_FOR = {
    "{chefs}": hashlib.sha256(lesson("chefs").program.read_bytes()).hexdigest()[:6],
    "{published}": hashlib.sha256(
        lesson("chefs").program.with_name("chefs_as_published.py").read_bytes()
    ).hexdigest()[:6],
    "{mine}": hashlib.sha256(MINE.encode()).hexdigest()[:6],
    "{long}": ",".join(["0x2", "1"] * 300),
}

# What is typed, what is answered in English and in Chinese. The first four are the words
# that were agreed on before there was any code.
USAGE = [
    (
        "chefs --producers 0",
        "--producers is 0, but takes 1 to 50. Try: pyqdemo chefs --producers 3",
        "--producers 是 0，应为 1 到 50。试试：pyqdemo chefs --producers 3",
    ),
    (
        "cheffs",
        'there is no lesson "cheffs". Nearest: pyqdemo chefs',
        "没有叫“cheffs”的课。最接近的是：pyqdemo chefs",
    ),
    (
        "queue-kinds --as-published",
        "queue-kinds has only one version. Try: pyqdemo queue-kinds",
        "queue-kinds 只有一个版本。试试：pyqdemo queue-kinds",
    ),
    (
        "chefs --producers three",
        "--producers is three, but takes 1 to 50. Try: pyqdemo chefs --producers 3",
        "--producers 是 three，应为 1 到 50。试试：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --producers -1",
        "--producers is -1, but takes 1 to 50. Try: pyqdemo chefs --producers 3",
        "--producers 是 -1，应为 1 到 50。试试：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --producers=1000000000",
        "--producers is 1000000000, but takes 1 to 50. Try: pyqdemo chefs --producers 3",
        "--producers 是 1000000000，应为 1 到 50。试试：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --producers 1_0",
        "--producers is 1_0, but takes 1 to 50. Try: pyqdemo chefs --producers 3",
        "--producers 是 1_0，应为 1 到 50。试试：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --producers 2.5",
        "--producers is 2.5, but takes 1 to 50. Try: pyqdemo chefs --producers 3",
        "--producers 是 2.5，应为 1 到 50。试试：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --capacity -1",
        "--capacity is -1, but takes 0 to 10000. Try: pyqdemo chefs --capacity 10",
        "--capacity 是 -1，应为 0 到 10000。试试：pyqdemo chefs --capacity 10",
    ),
    (
        "chefs --producers",
        "--producers needs a value. Try: pyqdemo chefs --producers 3",
        "--producers 后面要有值。试试：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --plain=yes",
        "--plain takes no value. Try: pyqdemo chefs --plain",
        "--plain 不带值。试试：pyqdemo chefs --plain",
    ),
    (
        "chefs --prodcers 3",
        "chefs has no option --prodcers. Nearest: pyqdemo chefs --producers 3",
        "chefs 没有 --prodcers 这个选项。最接近的是：pyqdemo chefs --producers 3",
    ),
    (
        "chefs --dishs=1 --plan --sead",
        "chefs has no option --dishs. Nearest: pyqdemo chefs --dishes=1 --plan --sead",
        "chefs 没有 --dishs 这个选项。最接近的是：pyqdemo chefs --dishes=1 --plan --sead",
    ),
    (
        "chefs --dishes 1 --sead",
        "chefs has no option --sead. Nearest: pyqdemo chefs --dishes 1 --seed 7",
        "chefs 没有 --sead 这个选项。最接近的是：pyqdemo chefs --dishes 1 --seed 7",
    ),
    (
        "run mine.py --seed",
        "--seed needs a value. Try: pyqdemo run mine.py --seed 7",
        "--seed 后面要有值。试试：pyqdemo run mine.py --seed 7",
    ),
    (
        "run --seed",
        "--seed needs a value. Try: pyqdemo run program.py --seed 7",
        "--seed 后面要有值。试试：pyqdemo run program.py --seed 7",
    ),
    (
        "run --seed 3",
        "run needs FILE. Try: pyqdemo run program.py --seed 3",
        "run 缺少 FILE。试试：pyqdemo run program.py --seed 3",
    ),
    (
        "chefs --zzz",
        "chefs has no option --zzz. Try: pyqdemo chefs --help",
        "chefs 没有 --zzz 这个选项。试试：pyqdemo chefs --help",
    ),
    (
        "--zzz",
        "there is no option --zzz. Try: pyqdemo --help",
        "没有 --zzz 这个选项。试试：pyqdemo --help",
    ),
    (
        "chefs dinner",
        'chefs has no use for "dinner". Try: pyqdemo chefs --help',
        "chefs 用不到“dinner”。试试：pyqdemo chefs --help",
    ),
    (
        "chefs --start-method fork",
        "chefs starts no process, so --start-method means nothing here. Try: pyqdemo chefs",
        "chefs 不启动进程，--start-method 在这里没有意义。试试：pyqdemo chefs",
    ),
    (
        "pipe --start-method thread",
        "--start-method is thread, but takes fork, forkserver or spawn."
        " Try: pyqdemo pipe --start-method spawn",
        "--start-method 是 thread，应为 fork、forkserver 或 spawn。"
        "试试：pyqdemo pipe --start-method spawn",
    ),
    (
        "chefs --as-published --dishes 3",
        "chefs as published takes no --dishes. Try: pyqdemo chefs --as-published",
        "chefs 的原版没有 --dishes。试试：pyqdemo chefs --as-published",
    ),
    (
        "chefs --for 0",
        "--for is 0, but takes 0.1 to 86400. Try: pyqdemo chefs --for 10",
        "--for 是 0，应为 0.1 到 86400。试试：pyqdemo chefs --for 10",
    ),
    (
        "chefs --speed nan",
        "--speed is nan, but takes 0.01 to 1000. Try: pyqdemo chefs --speed 4",
        "--speed 是 nan，应为 0.01 到 1000。试试：pyqdemo chefs --speed 4",
    ),
    (
        "chefs --stop-after some",
        "--stop-after is some, but takes 1 to 1000000000. Try: pyqdemo chefs --stop-after 20",
        "--stop-after 是 some，应为 1 到 1000000000。试试：pyqdemo chefs --stop-after 20",
    ),
    (
        "lst",
        'there is no command "lst". Nearest: pyqdemo list',
        "没有叫“lst”的命令。最接近的是：pyqdemo list",
    ),
    (
        "xyzzy",
        'there is no lesson "xyzzy". Try: pyqdemo list',
        "没有叫“xyzzy”的课。试试：pyqdemo list",
    ),
    (
        "source writer_reader",
        'there is no lesson "writer_reader". Nearest: pyqdemo source writer-reader',
        "没有叫“writer_reader”的课。最接近的是：pyqdemo source writer-reader",
    ),
    (
        "source queue-kinds --diff",
        "queue-kinds has only one version. Try: pyqdemo source queue-kinds",
        "queue-kinds 只有一个版本。试试：pyqdemo source queue-kinds",
    ),
    (
        "source chefs --diff --as-published",
        "--as-published and --diff do not go together. Try: pyqdemo source chefs --diff",
        "--as-published 和 --diff 不能一起用。试试：pyqdemo source chefs --diff",
    ),
    (
        "source",
        "source needs LESSON. Try: pyqdemo source chefs",
        "source 缺少 LESSON。试试：pyqdemo source chefs",
    ),
    (
        "copy chefs",
        "copy needs DIR. Try: pyqdemo copy chefs my-chefs",
        "copy 缺少 DIR。试试：pyqdemo copy chefs my-chefs",
    ),
    (
        "run",
        "run needs FILE. Try: pyqdemo run program.py",
        "run 缺少 FILE。试试：pyqdemo run program.py",
    ),
    (
        "chefs --seed seven",
        "--seed is seven, but takes 0 to 9223372036854775807. Try: pyqdemo chefs --seed 7",
        "--seed 是 seven，应为 0 到 9223372036854775807。试试：pyqdemo chefs --seed 7",
    ),
    (
        "chefs --seed -1",
        "--seed is -1, but takes 0 to 9223372036854775807. Try: pyqdemo chefs --seed 7",
        "--seed 是 -1，应为 0 到 9223372036854775807。试试：pyqdemo chefs --seed 7",
    ),
    (
        "chefs --seed 9223372036854775808",
        "--seed is 9223372036854775808, but takes 0 to 9223372036854775807."
        " Try: pyqdemo chefs --seed 7",
        "--seed 是 9223372036854775808，应为 0 到 9223372036854775807。"
        "试试：pyqdemo chefs --seed 7",
    ),
    (
        "chefs --max-steps 0",
        "--max-steps is 0, but takes 1 to 1000000000. Try: pyqdemo chefs --max-steps 1000000",
        "--max-steps 是 0，应为 1 到 1000000000。试试：pyqdemo chefs --max-steps 1000000",
    ),
    (
        "run mine.py --seed 1 --for 0",
        "--for is 0, but takes 0.1 to 86400. Try: pyqdemo run mine.py --for 10 --seed 1",
        "--for 是 0，应为 0.1 到 86400。试试：pyqdemo run mine.py --for 10 --seed 1",
    ),
    (
        "chefs --strategy first",
        "--strategy is first, but takes random, pct or round-robin."
        " Try: pyqdemo chefs --strategy pct",
        "--strategy 是 first，应为 random、pct 或 round-robin。试试：pyqdemo chefs --strategy pct",
    ),
    (
        "chefs --sleeps late",
        "--sleeps is late, but takes strict or loose. Try: pyqdemo chefs --sleeps loose",
        "--sleeps 是 late，应为 strict 或 loose。试试：pyqdemo chefs --sleeps loose",
    ),
    (
        "chefs --strategy pct --depth 101",
        "--depth is 101, but takes 1 to 100. Try: pyqdemo chefs --strategy pct --depth 3",
        "--depth 是 101，应为 1 到 100。试试：pyqdemo chefs --strategy pct --depth 3",
    ),
    (
        "chefs --seed 7 --depth 4",
        "--depth means something with --strategy pct only."
        " Try: pyqdemo chefs --depth 4 --strategy pct --seed 7",
        "--depth 只对 --strategy pct 有意义。试试：pyqdemo chefs --depth 4 --strategy pct --seed 7",
    ),
    (
        "chefs --dishes 2 --seed 7 --speed 2",
        "--speed and --seed do not go together. Try: pyqdemo chefs --dishes 2 --seed 7",
        "--speed 和 --seed 不能一起用。试试：pyqdemo chefs --dishes 2 --seed 7",
    ),
    (
        "run mine.py --speed 2 --strategy pct",
        "--speed and --strategy do not go together. Try: pyqdemo run mine.py --strategy pct",
        "--speed 和 --strategy 不能一起用。试试：pyqdemo run mine.py --strategy pct",
    ),
    (
        "chefs --show-schedule --quiet",
        "--quiet and --show-schedule do not go together. Try: pyqdemo chefs --show-schedule",
        "--quiet 和 --show-schedule 不能一起用。试试：pyqdemo chefs --show-schedule",
    ),
    (
        "pipe --count 3 --seed 7 --world native",
        "--world native leaves the choices to the operating system, and --seed takes them from"
        " it. Try: pyqdemo pipe --count 3 --seed 7",
        "--world native 让操作系统决定轮到谁，和 --seed 正好相反。"
        "试试：pyqdemo pipe --count 3 --seed 7",
    ),
    (
        "run mine.py --stdout pipe --world native",
        "--world native leaves the choices to the operating system, and --stdout takes them from"
        " it. Try: pyqdemo run mine.py --stdout pipe",
        "--world native 让操作系统决定轮到谁，和 --stdout 正好相反。"
        "试试：pyqdemo run mine.py --stdout pipe",
    ),
    (
        "pipe --count 3 --world real",
        "--world real is for a run under control, which wants a seed."
        " Try: pyqdemo pipe --count 3 --world real --seed 7",
        "--world real 只用于受控的运行，要给一个种子。"
        "试试：pyqdemo pipe --count 3 --world real --seed 7",
    ),
    (
        "run mine.py --world simulated -- a",
        "--world simulated is for a run under control, which wants a seed."
        " Try: pyqdemo run mine.py --world simulated --seed 7 -- a",
        "--world simulated 只用于受控的运行，要给一个种子。"
        "试试：pyqdemo run mine.py --world simulated --seed 7 -- a",
    ),
    (
        "pipe --seed 7 --world fake",
        "--world is fake, but takes native, simulated or real."
        " Try: pyqdemo pipe --world real --seed 7",
        "--world 是 fake，应为 native、simulated 或 real。试试：pyqdemo pipe --world real --seed 7",
    ),
    (
        "replay run.jsonl --world native",
        "--world is native, but takes simulated or real."
        " Try: pyqdemo replay run.jsonl --world real",
        "--world 是 native，应为 simulated 或 real。试试：pyqdemo replay run.jsonl --world real",
    ),
    (
        "pipe --seed 7 --stdout file",
        "--stdout is file, but takes terminal or pipe. Try: pyqdemo pipe --stdout pipe --seed 7",
        "--stdout 是 file，应为 terminal 或 pipe。试试：pyqdemo pipe --stdout pipe --seed 7",
    ),
    (
        "odd-even --seed 7 --stdout pipe",
        "odd-even starts no process, so --stdout means nothing here."
        " Try: pyqdemo odd-even --seed 7",
        "odd-even 不启动进程，--stdout 在这里没有意义。试试：pyqdemo odd-even --seed 7",
    ),
    (
        "run mine.py --schedule m1.{mine},start-method=spawn,seed=4:0 --start-method fork",
        "--start-method fork does not go with the schedule, where it is spawn."
        " Try: pyqdemo run mine.py --schedule m1.{mine},start-method=spawn,seed=4:0",
        "--start-method fork 和调度不符，调度里是 spawn。"
        "试试：pyqdemo run mine.py --schedule m1.{mine},start-method=spawn,seed=4:0",
    ),
    (
        "run mine.py --schedule m1.{mine}:0 --stdout pipe",
        "--stdout pipe does not go with the schedule, where it is terminal."
        " Try: pyqdemo run mine.py --schedule m1.{mine}:0",
        "--stdout pipe 和调度不符，调度里是 terminal。"
        "试试：pyqdemo run mine.py --schedule m1.{mine}:0",
    ),
    (
        "queue-kinds --flaw livelock",
        "no flaw of queue-kinds can be shown on purpose. Try: pyqdemo queue-kinds",
        "queue-kinds 没有可以专门演示的毛病。试试：pyqdemo queue-kinds",
    ),
    (
        "chefs --schedule m1.3fa91c,seed=x:0",
        "the schedule is wrong from sign 16 on: it has x, but should have a whole number."
        " Try: pyqdemo chefs --show-schedule --seed 7",
        "调度从第 16 个字符起有误，这里是：x；应为：整数。"
        "试试：pyqdemo chefs --show-schedule --seed 7",
    ),
    (
        "run mine.py --schedule foo --lang {lang} -- a",
        "the schedule is wrong from sign 1 on: it has foo, but should have the version of the"
        " models and the program's digest, as m1.3fa91c."
        " Try: pyqdemo run mine.py --show-schedule --lang {lang} --seed 7 -- a",
        "调度从第 1 个字符起有误，这里是：foo；应为：模型版本和程序摘要，例如 m1.3fa91c。"
        "试试：pyqdemo run mine.py --show-schedule --lang {lang} --seed 7 -- a",
    ),
    (
        "chefs --schedule m1.{chefs},kitchens=2:0",
        "the schedule says kitchens=2, which chefs does not take. Try: pyqdemo chefs --seed 0",
        "调度里有 kitchens=2，chefs 不接受。试试：pyqdemo chefs --seed 0",
    ),
    (
        "writer-reader --seed 7 --granularity line --world real",
        "--granularity line cannot stop real processes at lines, only simulated ones."
        " Try: pyqdemo writer-reader --granularity line --world simulated --seed 7",
        "--granularity line 不能让真实进程停在行与行之间，只能用模拟进程。"
        "试试：pyqdemo writer-reader --granularity line --world simulated --seed 7",
    ),
    (
        "chefs --granularity bytes",
        "--granularity is bytes, but takes operation or line."
        " Try: pyqdemo chefs --granularity line",
        "--granularity 是 bytes，应为 operation 或 line。试试：pyqdemo chefs --granularity line",
    ),
    (
        "chefs --schedule m1.{chefs},granularity=line:0 --granularity operation",
        "--granularity operation does not go with the schedule, where it is line."
        " Try: pyqdemo chefs --schedule m1.{chefs},granularity=line:0",
        "--granularity operation 和调度不符，调度里是 line。"
        "试试：pyqdemo chefs --schedule m1.{chefs},granularity=line:0",
    ),
    (
        "chefs --schedule m1.{chefs},dishes=2000:0",
        "--dishes is 2000, but takes 1 to 1000. Try: pyqdemo chefs --dishes 20 --seed 0",
        "--dishes 是 2000，应为 1 到 1000。试试：pyqdemo chefs --dishes 20 --seed 0",
    ),
    (
        "chefs --schedule m1.{chefs},dishes=2:0 --dishes 3",
        "--dishes 3 does not go with the schedule, where it is 2."
        " Try: pyqdemo chefs --schedule m1.{chefs},dishes=2:0",
        "--dishes 3 和调度不符，调度里是 2。试试：pyqdemo chefs --schedule m1.{chefs},dishes=2:0",
    ),
    (
        "chefs --schedule m1.{chefs},seed=7:0 --seed 8",
        "--seed 8 does not go with the schedule, where it is 7."
        " Try: pyqdemo chefs --schedule m1.{chefs},seed=7:0",
        "--seed 8 和调度不符，调度里是 7。试试：pyqdemo chefs --schedule m1.{chefs},seed=7:0",
    ),
    (
        "chefs --schedule m1.{chefs}:0 --strategy pct --depth 2",
        "--strategy and --schedule do not go together. Try: pyqdemo chefs --schedule m1.{chefs}:0",
        "--strategy 和 --schedule 不能一起用。试试：pyqdemo chefs --schedule m1.{chefs}:0",
    ),
    (
        "chefs --schedule m1.{chefs},seed=7,producers=3:0 --producers 2 --seed 3",
        "--seed 3 does not go with the schedule, where it is 7."
        " Try: pyqdemo chefs --schedule m1.{chefs},seed=7,producers=3:0",
        "--seed 3 和调度不符，调度里是 7。"
        "试试：pyqdemo chefs --schedule m1.{chefs},seed=7,producers=3:0",
    ),
    (
        "chefs --schedule m1.{chefs},seed=7,producers=3:{long} --producers 2 --seed 3",
        "--seed 3 does not go with the schedule, where it is 7."
        " Try: pyqdemo chefs --producers 2 --seed 3",
        "--seed 3 和调度不符，调度里是 7。试试：pyqdemo chefs --producers 2 --seed 3",
    ),
    (
        "chefs --schedule m1.{chefs},seed=7:{long} --max-steps 0",
        "--max-steps is 0, but takes 1 to 1000000000."
        " Try: pyqdemo chefs --max-steps 1000000 --seed 7",
        "--max-steps 是 0，应为 1 到 1000000000。试试：pyqdemo chefs --max-steps 1000000 --seed 7",
    ),
    (
        "chefs --schedule m1.{chefs},seed=7,dishes=2:0 --as-published --producers 2",
        "the schedule is of chefs without --as-published."
        " Try: pyqdemo chefs --producers 2 --schedule m1.{chefs},seed=7,dishes=2:0",
        "这份调度属于修好的 chefs，不要加 --as-published。"
        "试试：pyqdemo chefs --producers 2 --schedule m1.{chefs},seed=7,dishes=2:0",
    ),
    (
        "chefs --schedule m1.{published},producers=2:0 --dishes 3 --producers 1",
        "the schedule is of chefs as published, which takes --as-published."
        " Try: pyqdemo chefs --as-published --schedule m1.{published},producers=2:0",
        "这份调度属于 chefs 的原版，要加上 --as-published。"
        "试试：pyqdemo chefs --as-published --schedule m1.{published},producers=2:0",
    ),
    (
        "run mine.py --schedule m1.{mine},foo=3,seed=4:0x3,1",
        "the schedule says foo=3, which mine.py does not take. Try: pyqdemo run mine.py --seed 4",
        "调度里有 foo=3，mine.py 不接受。试试：pyqdemo run mine.py --seed 4",
    ),
    (
        "run mine.py --schedule m1.{mine},arg=one:{long} -- two",
        "the program's arguments are not those of the schedule."
        " Try: pyqdemo run mine.py --seed 0 -- two",
        "程序的参数和调度里的不一样。试试：pyqdemo run mine.py --seed 0 -- two",
    ),
    (
        "chefs --schedule m1.000000:0",
        "the schedule is of the program 000000, but this one is {chefs}."
        " Try: pyqdemo chefs --seed 0",
        "这份调度属于程序 000000，而这个程序是 {chefs}。试试：pyqdemo chefs --seed 0",
    ),
    (
        "chefs --schedule m0.{chefs},seed=3:0",
        "the choices were made for version 0 of the models, but here is version 1."
        " Try: pyqdemo chefs --seed 3",
        "这些选择是为模型第 0 版做的，这里是第 1 版。试试：pyqdemo chefs --seed 3",
    ),
    (
        "replay run.jsonl --quiet --show-schedule",
        "--quiet and --show-schedule do not go together."
        " Try: pyqdemo replay run.jsonl --show-schedule",
        "--quiet 和 --show-schedule 不能一起用。试试：pyqdemo replay run.jsonl --show-schedule",
    ),
    (
        "replay",
        "replay needs RUN. Try: pyqdemo replay run.jsonl",
        "replay 缺少 RUN。试试：pyqdemo replay run.jsonl",
    ),
    (
        "run mine.py --loud",
        "run has no option --loud. If it is the program's own, try: pyqdemo run mine.py -- --loud",
        "run 没有 --loud 这个选项。要交给程序，就用：pyqdemo run mine.py -- --loud",
    ),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder has the programs that the table names."""
    monkeypatch.chdir(tmp_path)
    for name in ("mine.py", "program.py"):
        Path(name).write_text(MINE)


def spelled(told: str, lang: str) -> str:
    for name, text in {**STAND_FOR, "{lang}": lang}.items():
        told = told.replace(name, text)
    return told


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("words", "en", "zh"), USAGE, ids=[words for words, _, _ in USAGE])
def test_a_wrong_command_line_is_told_in_one_line(
    words: str, en: str, zh: str, typed: Callable
) -> None:
    for lang, told in (("en", f"pyqdemo: {en}\n"), ("zh", f"pyqdemo：{zh}\n")):
        answer = typed(spelled(words, lang), lang=lang)
        assert (answer.code, answer.out, answer.err) == (2, "", spelled(told, lang))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [words for words, _, _ in USAGE])
def test_what_a_wrong_command_line_is_offered_can_be_typed(
    words: str, typed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where several words are wrong, after as many offers. No program is run for it."""
    monkeypatch.setattr("pyqdemo.cli.watching.watch", lambda *given, **more: 0)
    monkeypatch.setattr("pyqdemo.cli.controlled_run.watch_controlled", lambda *given, **more: 0)
    line = spelled(words, "en").split()
    for _ in range(4):
        answer = typed(line)
        if answer.code != 2:
            break
        line = shlex.split(answer.err.rpartition(": pyqdemo ")[2])
    assert answer.code in (0, 4), answer.err


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("--lang fr", "--lang zh"),
        ("--lang=fr chefs", "--lang=zh chefs"),
        ("run mine.py --lang fr -- --lang fr", "run mine.py --lang zh -- --lang fr"),
    ],
)
def test_a_language_we_do_not_speak_is_told(words: str, offered: str, typed: Callable) -> None:
    answer = typed(words)
    assert answer.code == 2
    assert answer.err == f"pyqdemo: --lang is fr, but takes en or zh. Try: pyqdemo {offered}\n"


@pytest.mark.parametrize("words", ["--lang zh cheffs", "cheffs --lang zh", "cheffs --lang=zh"])
def test_the_language_may_stand_before_and_after_the_command(words: str, typed: Callable) -> None:
    told = "pyqdemo：没有叫“cheffs”的课。最接近的是：pyqdemo chefs --lang zh\n"
    assert typed(words).err == told


@pytest.mark.parametrize("words", ["--lang zh run a.py --for 0", "run a.py --for 0 --lang zh"])
def test_the_language_that_was_typed_stays_in_what_is_offered(words: str, typed: Callable) -> None:
    told = "--for 是 0，应为 0.1 到 86400。试试：pyqdemo run a.py"
    assert typed(words).err in (
        f"pyqdemo：{told} --lang zh --for 10\n",
        f"pyqdemo：{told} --for 10 --lang zh\n",
    )


def test_a_language_after_two_hyphens_is_the_programs_own(typed: Callable) -> None:
    assert typed("run missing.py -- --lang zh").err.startswith("pyqdemo: missing.py cannot be read")


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"PYQDEMO_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, False),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "C"}, False),
    ],
)
def test_without_a_wish_the_environment_decides(
    variables: dict[str, str], chinese: bool, ran: Callable
) -> None:
    answer = ran("xyzzy", PYTHONUTF8="1", **variables)
    assert ("没有" in answer.err) is chinese


def test_a_command_says_its_help_even_if_a_value_is_wrong(typed: Callable) -> None:
    answer = typed("chefs --producers 0 --help")
    assert (answer.code, answer.err) == (0, "")


FILES = [
    ("nothing.py", None, "cannot be read: there is no such file or folder. Try:", "读不了"),
    ("folder.py", "folder", "cannot be read: it is a folder. Try:", "读不了"),
    ("binary.py", b"\x7fELF\x80\xff\x00\x01", "cannot be read: it is not Python source.", "读不了"),
    ("wrong.py", b"x = 1\ndef f(:\n", ", line 2, is not Python: invalid syntax.", "第 2 行不是"),
    ("null.py", b"x = 1\n\0", ", line ", "不是正确的 Python"),
    ("deep.py", b"print(" + b"+".join([b"1"] * 200_000) + b")", "is nested too deeply", "嵌套太深"),
]


@pytest.mark.parametrize(("name", "content", "en", "zh"), FILES, ids=[row[0] for row in FILES])
def test_a_file_that_is_no_program_is_told_in_one_line(
    name: str, content: bytes | str | None, en: str, zh: str, typed: Callable, tmp_path: Path
) -> None:
    if content == "folder":
        (tmp_path / name).mkdir()
    elif isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    english = typed(["run", str(tmp_path / name)])
    chinese = typed(["run", str(tmp_path / name)], lang="zh")
    assert (english.code, english.out, english.err.count("\n")) == (4, "", 1)
    assert english.err.startswith(f"pyqdemo: {tmp_path / name}")
    assert en in english.err
    assert (chinese.code, chinese.out, chinese.err.count("\n")) == (4, "", 1)
    assert zh in chinese.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_that_may_not_be_read_is_told(typed: Callable, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("")
    (tmp_path / "secret.py").chmod(0)
    answer = typed(["run", str(tmp_path / "secret.py")])
    assert (answer.code, answer.out) == (4, "")
    assert "cannot be read: no permission" in answer.err


def test_a_mistyped_file_gets_the_nearest_beside_it(typed: Callable, tmp_path: Path) -> None:
    (tmp_path / "my kitchen.py").write_text("")
    answer = typed(["run", str(tmp_path / "my kichen.py"), "--seed", "3", "--", "a b"])
    nearest = f"Nearest: pyqdemo run '{tmp_path / 'my kitchen.py'}' --seed 3 -- 'a b'"
    assert answer.err == f"pyqdemo: there is no file {tmp_path / 'my kichen.py'}. {nearest}\n"


#: Leaves a mark, so that one can see whether it was started.
MARKING = "import pathlib\npathlib.Path(__file__).with_suffix('.ran').touch()\n"


@pytest.mark.parametrize(
    ("save", "told"),
    [
        ("missing/run.jsonl", "there is no such file or folder"),
        (".", "it is a folder"),
        ("notes.txt", "--save would replace"),
    ],
)
def test_a_file_that_cannot_take_the_record_is_told_before_the_program_starts(
    save: str, told: str, typed: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is offered is the same with a name that is free."""
    monkeypatch.chdir(tmp_path)
    Path("marking.py").write_text(MARKING)
    Path("notes.txt").write_text("my notes\n")
    Path("run.jsonl").touch()
    answer = typed(["run", "marking.py", "--save", save, "--quiet"])
    assert (answer.code, answer.out, answer.err.count("\n")) == (4, "", 1)
    assert told in answer.err
    assert answer.err.endswith(" Try: pyqdemo run marking.py --quiet --save run-2.jsonl\n")
    assert not Path("marking.ran").exists()
    assert Path("notes.txt").read_text() == "my notes\n"


def test_trying_out_the_file_to_save_leaves_nothing_behind(typed: Callable, tmp_path: Path) -> None:
    typed(["run", str(tmp_path / "missing.py"), "--save", str(tmp_path / "run.jsonl")])
    assert list(tmp_path.iterdir()) == []


def test_a_start_method_this_system_lacks_is_told(
    typed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    answer = typed("pipe --start-method fork")
    assert (answer.code, answer.out) == (2, "")
    told = "--start-method is fork, but this system has spawn. Try: pyqdemo doctor"
    assert answer.err == f"pyqdemo: {told}\n"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize("words", [["list"], ["--version"]])
def test_a_full_disk_is_told_in_one_line(words: list[str]) -> None:
    import subprocess

    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "pyqdemo", *words], stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 4
    assert done.stderr == b"pyqdemo: the output: no space left. Try: pyqdemo doctor\n"
