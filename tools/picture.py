"""Takes a picture of a terminal while a command really runs in it: SVG, or PNG by Chromium.

    python tools/picture.py chefs.svg --at 3 -- pyqdemo chefs
    python tools/picture.py zh.png --size 120x32 --light --at 3 -- pyqdemo chefs --lang zh

Needs pyte (in the dev extra) and a system with pseudo-terminals. What is drawn is what the
terminal showed at that moment; nothing is made up or touched up.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pyte
from pyte.screens import Char

CELL, ROW, FONT = 8.4, 18.0, 14  # pixels: width of a cell, height of a row, size of the type
MARGIN, BAR = 14.0, 26.0
FAMILY = (
    "'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,'Noto Sans Mono CJK SC',"
    "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',monospace"
)
QUIET_S = 0.02  # without a character: a frame is over
PATIENCE_S = 5.0  # for the command to end after Ctrl-C

#: ground, ink, title bar, title: the two grounds of docs/looks.md
THEMES = {
    "dark": ("#14171C", "#E8E6E1", "#1F242D", "#9AA3B0"),
    "light": ("#FBFAF7", "#1B1E23", "#ECE9E2", "#5A616B"),
}
#: The sixteen colours as pyte names them, for programs that use those.
NAMED = {
    "black": "#1B1E23",
    "red": "#C4314B",
    "green": "#3B7D3A",
    "brown": "#B85C00",
    "blue": "#0B5FA5",
    "magenta": "#8A3FA0",
    "cyan": "#1B7F8C",
    "white": "#9AA3B0",
    "brightblack": "#767676",
    "brightred": "#FF7773",
    "brightgreen": "#7BC47A",
    "brightbrown": "#FFB15C",
    "brightblue": "#74B9FF",
    "brightmagenta": "#D9A0E8",
    "brightcyan": "#7FD4DF",
    "brightwhite": "#E8E6E1",
}


def main() -> int:
    options, command = _parted(sys.argv[1:])
    asked = _asked(options)
    if not command:
        print("picture.py: say what to run after --", file=sys.stderr)
        return 2
    columns, rows = asked.size
    theme = "light" if asked.light else "dark"
    screen = watch(command, columns, rows, asked.at, asked.keys, _environment(theme, asked.plain))
    title = asked.title if asked.title is not None else " ".join(command)
    drawing = svg(screen, theme, title)
    if asked.picture.suffix == ".png":
        return png(drawing, asked.picture)
    asked.picture.write_text(drawing, encoding="utf-8")
    return 0


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Our own words and the command's, which stand after the first ``--``."""
    if "--" not in words:
        return words, []
    place = words.index("--")
    return words[:place], words[place + 1 :]


def _asked(options: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("picture", type=Path, help="a file that ends in .svg or .png")
    parser.add_argument("--size", type=_size, default=(80, 24), help="columns x rows (80x24)")
    parser.add_argument("--at", type=float, default=None, help="seconds; without: at its end")
    parser.add_argument(
        "--keys", default="", help="keys pressed at that moment, before the picture"
    )
    parser.add_argument("--light", action="store_true", help="a light ground (dark)")
    parser.add_argument("--plain", action="store_true", help="with NO_COLOR")
    parser.add_argument("--title", help="over the picture, in place of the command")
    return parser.parse_args(options)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 80x24")
    return int(found[1]), int(found[2])


def _environment(theme: str, plain: bool) -> dict[str, str]:
    ground = "0;15" if theme == "light" else "15;0"
    wanted = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLORFGBG": ground}
    wanted |= {"PYTHONUTF8": "1"} | ({"NO_COLOR": "1"} if plain else {})
    dropped = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    return {name: value for name, value in os.environ.items() if name not in dropped} | wanted


def watch(
    command: Sequence[str],
    columns: int,
    rows: int,
    at_s: float | None,
    keys: str,
    environment: Mapping[str, str],
) -> pyte.Screen:
    """Runs the command in a terminal of that size; the screen as it was then.

    Args:
        at_s: when to look; None lets the command end first.
        keys: what is typed at that moment; the screen is what it is half a second later.
    """
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    started = subprocess.Popen(
        list(command),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=dict(environment),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    began = time.monotonic()
    try:
        _feed(stream, ours, None if at_s is None else began + at_s)
        if keys:
            os.write(ours, keys.encode())
            _feed(stream, ours, time.monotonic() + 0.5)
    finally:
        _end(started, ours)
    return screen


def _feed(stream: pyte.ByteStream, descriptor: int, until: float | None) -> None:
    """Shows what the command writes, up to a quiet moment after that one, or to its end."""
    while True:
        # A frame that has begun is shown whole.
        wait = None if until is None else max(QUIET_S, until - time.monotonic())
        if not select.select([descriptor], [], [], wait)[0]:
            return
        try:
            told = os.read(descriptor, 65536)
        except OSError:  # Linux: the last one who held the other end has gone
            return
        if not told:
            return
        stream.feed(told)


def _end(started: subprocess.Popen[bytes], ours: int) -> None:
    """Ctrl-C, then patience, then no more patience; what is still written is thrown away."""
    if started.poll() is None:
        started.send_signal(signal.SIGINT)
        rest = pyte.ByteStream(pyte.Screen(1, 1))
        deadline = time.monotonic() + PATIENCE_S
        while started.poll() is None and time.monotonic() < deadline:
            _feed(rest, ours, time.monotonic() + 0.05)
        if started.poll() is None:
            started.kill()
    started.wait()
    os.close(ours)


def svg(screen: pyte.Screen, theme: str, title: str) -> str:
    """The screen as an SVG drawing: every character stands in its own cell."""
    ground, ink, bar, told = THEMES[theme]
    width = screen.columns * CELL + 2 * MARGIN
    height = screen.lines * ROW + 2 * MARGIN + BAR
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="{FAMILY}" font-size="{FONT}">',
        f'<rect width="100%" height="100%" fill="{ground}"/>',
        f'<rect width="100%" height="{BAR:g}" fill="{bar}"/>',
        f'<text x="{MARGIN:g}" y="{BAR - 8:g}" fill="{told}" font-size="12">{escape(title)}</text>',
    ]
    for row in range(screen.lines):
        top = BAR + MARGIN + row * ROW
        for at, text, char, cells in _runs(screen, row):
            x = MARGIN + at * CELL
            back, fore = _colour(char.bg, ground), _colour(char.fg, ink)
            if char.reverse:
                back, fore = fore, back
            if back != ground:
                size = f'width="{cells * CELL:g}" height="{ROW - 3:g}"'
                parts.append(f'<rect x="{x:g}" y="{top + 1.5:g}" {size} fill="{back}"/>')
            if text.strip():
                parts.append(_text(text, x, top + ROW - 5, fore, char.bold))
    return "\n".join([*parts, "</svg>", ""])


def _runs(screen: pyte.Screen, row: int) -> Iterator[tuple[int, str, Char, int]]:
    """Neighbouring cells of one look: first column, text, look, cells.

    A wide character is followed by an empty cell; it ends its run, since fonts draw it
    at widths of their own.
    """
    line = screen.buffer[row]
    at = 0
    while at < screen.columns:
        char = line[at]
        look = char._replace(data="")
        text, column = "", at
        while column < screen.columns and line[column]._replace(data="") == look:
            data = line[column].data
            wide = column + 1 < screen.columns and line[column + 1].data == ""
            text += data
            column += 2 if wide else 1
        yield at, text, char, column - at
        at = column


def _text(text: str, x: float, y: float, fill: str, bold: bool) -> str:
    """One place for each character, so that no font can shift the ones after it.

    Blanks are left out: a browser would close them up and with them the list of places.
    """
    places, drawn, at = [], "", x
    for character in text:
        if character != " ":
            places.append(f"{at:.1f}".removesuffix(".0"))
            drawn += character
        at += CELL * (2 if _wide(character) else 1)
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{" ".join(places)}" y="{y:g}" fill="{fill}"{weight}>{escape(drawn)}</text>'


def _wide(character: str) -> bool:
    return bool(pyte.screens.wcwidth(character) == 2)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMED.get(name, f"#{name}")


def png(drawing: str, picture: Path) -> int:
    """The drawing as a PNG file, at twice its size; needs Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    browser = browser or shutil.which("google-chrome")
    if browser is None:
        print("picture.py: no chromium here; ask for a .svg file", file=sys.stderr)
        return 1
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', drawing)
    assert found is not None
    width, height = (round(float(number)) for number in found.groups())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(
            f'<meta charset="utf-8"><body style="margin:0">{drawing}</body>', encoding="utf-8"
        )
        subprocess.run(
            [
                browser,
                *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *("--force-device-scale-factor=2", f"--window-size={width},{height}"),
                *(f"--screenshot={picture}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
