"""Ways to type at pyqdemo: in this process, as a program, and at a terminal."""

from __future__ import annotations

import io
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pyqdemo.cli import app
from pyqdemo.cli.console import Console

GOLDEN = Path(__file__).parent / "golden"
#: ``PYQDEMO_GOLDENS=write pytest tests/cli`` writes the files anew.
WRITE = os.environ.get("PYQDEMO_GOLDENS") == "write"
DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    code: int
    out: str
    err: str


class _Stream(io.TextIOWrapper):
    """A stream of our own, a terminal if we say so."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8", newline="")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def told(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.fixture
def typed() -> Callable[..., Answer]:
    """``typed("chefs --help", lang="zh")``: the answer, without another process.

    ``keys`` are typed at a terminal; without them there is none.
    """

    def type_(line: str | Sequence[str], *, lang: str = "en", keys: str | None = None) -> Answer:
        words = line.split() if isinstance(line, str) else list(line)
        terminal = keys is not None
        out, err = _Stream(terminal=terminal), _Stream()
        environ = {**os.environ, "PYQDEMO_LANG": lang}
        person = Console(out, err, _Stream(keys or "", terminal=terminal), environ)
        code = app.main(words, person)
        return Answer(code, out.told(), err.told())

    return type_


@pytest.fixture
def ran() -> Callable[..., Answer]:
    """``ran("chefs", "--dishes", "1")``: as a program, both streams on a pipe."""

    def run(*words: str | Path, stdin: str = "", **environ: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "pyqdemo", *map(str, words)],
            input=stdin.encode(),
            capture_output=True,
            env={**os.environ, **environ},
            timeout=DEADLINE_S,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """``golden("menu.en", text)``: the text is the one in that file."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / f"{name}.txt"
        if WRITE:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare


#: A lesson that takes no time, to be put into a folder of its own.
CARD = """
order = 90
[title]
en = "Echo"
zh = "回声"
[summary]
en = "one voice and a wall"
zh = "一个人对着墙喊"
[about]
en = "A voice calls, the wall answers."
zh = "一个人喊，墙来回答。"
[promises]
keep = ["clean_end"]
[published]
endless = {endless}
[words.parameters]
en = "The valley"
zh = "山谷"
[words.made]
en = "called"
zh = "喊了"
[words.used]
en = "answered"
zh = "答了"
[[parameters]]
name = "{name}"
kind = "int"
default = 2
minimum = 1
maximum = 9
published = true
help = {{ en = "times", zh = "次数" }}
[[parameters]]
name = "far_away"
kind = "flag"
help = {{ en = "from far away", zh = "在远处" }}
"""

PROGRAM = """
import time


def main({name}: int = 2, far_away: bool = False) -> None:
    print("{title}", {name}, far_away)


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def add_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``add_lesson()``: from now on there is the lesson valley-echo, in two versions.

    Args:
        name: of its parameter; file: of its programs; endless: its published one never ends.
    """

    def add(*, name: str = "calls", file: str = "valley_echo", endless: bool = False) -> None:
        folder = tmp_path / "lessons" / "echoes"
        folder.mkdir(parents=True)
        card = CARD.format(name=name, endless=str(endless).lower())
        (folder / f"{file}.toml").write_text(card, encoding="utf-8")
        (folder / f"{file}.py").write_text(PROGRAM.format(name=name, title="echo"))
        published = PROGRAM.format(name=name, title="echo as published")
        published = published.replace(", far_away)", ", flush=True)")
        published = published.replace(", far_away: bool = False", "")
        if endless:
            published = published.replace(
                "\n\n\nif", "\n    while True:\n        time.sleep(0.1)\n\n\nif"
            )
        (folder / f"{file}_as_published.py").write_text(published)
        monkeypatch.setenv("PYQDEMO_DEMOS", str(folder.parent))

    return add


@pytest.fixture
def echo(add_lesson: Callable[..., None]) -> None:
    """There is the lesson valley-echo."""
    add_lesson()


class Terminal:
    """A person's terminal with a program running in it."""

    def __init__(self, words: Sequence[str], size: tuple[int, int], environ: Mapping[str, str]):
        import fcntl
        import pty
        import struct
        import termios

        import pyte

        columns, rows = size
        self.screen = pyte.HistoryScreen(columns, rows, history=2000)
        self._parser = pyte.ByteStream(self.screen)
        self._ours, theirs = pty.openpty()
        #: The terminal's other end: kept open, so that its manners outlive the program.
        self.descriptor = theirs
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pyqdemo", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", **environ},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    @property
    def text(self) -> str:
        """All lines so far, those that scrolled away too; wide characters count once."""
        columns = range(self.screen.columns)
        gone = ["".join(row[x].data for x in columns) for row in self.screen.history.top]
        return "\n".join(line.rstrip() for line in [*gone, *self.screen.display])

    def until(self, wanted: str) -> str:
        """Reads until the text stands on the screen. Fails at the deadline."""
        return self.until_count(wanted, 1)

    def until_count(self, wanted: str, count: int) -> str:
        """Reads until the text stands there that many times. Fails at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while self.text.count(wanted) < count:
            if not self._read(deadline - time.monotonic()):
                pytest.fail(f"{wanted!r} came less than {count} times:\n{self.text}")
        return self.text

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def code(self) -> int:
        """Reads until the program has ended; its exit code."""
        deadline = time.monotonic() + DEADLINE_S
        ended = os.pidfd_open(self.process.pid)
        try:
            while ended not in select.select([self._ours, ended], [], [], 0.1)[0]:
                self._read(0)
                if time.monotonic() > deadline:
                    self.process.kill()
                    pytest.fail(f"it did not end:\n{self.text}")
        finally:
            os.close(ended)
        while self._read(0.01):
            pass
        return self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.code()
        os.close(self._ours)
        os.close(self.descriptor)

    def _read(self, within_s: float) -> bool:
        if not select.select([self._ours], [], [], max(0, within_s))[0]:
            return False
        try:
            told = os.read(self._ours, 65536)
        except OSError:  # the other side has gone
            return False
        self._parser.feed(told)
        return bool(told)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """``terminal("chefs", size=(80, 24))``: pyqdemo at a terminal of that size."""
    opened: list[Terminal] = []

    def open_(*words: str, size: tuple[int, int] = (80, 24), **environ: str) -> Terminal:
        opened.append(Terminal(words, size, environ))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()
