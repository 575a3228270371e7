"""Holds the documents to what is there. Prints each slip as ``file:line: what``; exit 1.

- every relative link leads to a file, and its anchor to a heading of that file;
- every ``pyqdemo`` and ``make`` command in a console or sh block exists, with its options;
- a document and its Chinese twin (``X.md``, ``X.zh.md``) have the same headings, level by
  level, and the same commands.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

CHECKOUT = Path(__file__).parent.parent
FOLDERS = ("docs", "demos", "benchmarks")
SHELLS = ("console", "sh", "shell", "bash", "powershell")

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)")
HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(\S*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document.

    Attributes:
        number: from 1.
        block: language of the code block it stands in, empty for a block without one,
            None outside.
    """

    number: int
    text: str
    block: str | None


@dataclass(frozen=True, slots=True)
class Slip:
    file: Path
    line: int
    what: str


def documents(root: Path) -> list[Path]:
    """The Markdown files of a checkout, in order."""
    found = list(root.glob("*.md"))
    for folder in FOLDERS:
        found += (root / folder).rglob("*.md")
    return sorted(found)


def lines_of(document: Path) -> Iterator[Line]:
    """Its lines without the fences of code blocks."""
    fence, block = "", None
    for number, text in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        marks = FENCE.match(text)
        if marks and block is None:
            fence, block = marks[1], marks[2]
        elif marks and marks[1].startswith(fence) and not marks[2]:
            block = None
        else:
            yield Line(number, text, block)


def headings(document: Path) -> list[tuple[int, str]]:
    """(level, text) of each heading, in order."""
    found = (HEADING.match(line.text) for line in lines_of(document) if line.block is None)
    return [(len(heading[1]), heading[2]) for heading in found if heading]


def anchors(document: Path) -> set[str]:
    """Names under which the headings can be linked to, as GitHub makes them."""
    made: set[str] = set()
    for _, text in headings(document):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
        base = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        again = 0
        while (name := f"{base}-{again}" if again else base) in made:
            again += 1
        made.add(name)
    return made


def check_links(document: Path) -> Iterator[Slip]:
    for line in lines_of(document):
        if line.block is not None:
            continue
        for link in LINK.finditer(re.sub(r"`[^`]*`", "", line.text)):
            wrong = _broken(document, unquote(link[1] or link[2]))
            if wrong:
                yield Slip(document, line.number, wrong)


def _broken(document: Path, target: str) -> str | None:
    """What is wrong with a link's target, None for a good one or one to another place."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return None
    path, _, anchor = target.partition("#")
    file = document.parent / path if path else document
    if not file.exists():
        return f"{target}: there is no {path}"
    if anchor and (file.suffix != ".md" or anchor not in anchors(file)):
        return f"{target}: no heading of {file.name} is called {anchor}"
    return None


def commands(document: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, words) of each ``pyqdemo`` and ``make`` command in its shell blocks."""
    for line in lines_of(document):
        if line.block not in SHELLS:
            continue
        text = line.text.strip()
        if line.block == "console":
            if not text.startswith("$ "):
                continue
            text = text[2:]
        for part in re.split(r"\s(?:\||&&|;)\s", text):
            words = [word for word in _words(part) if "=" not in word or word.startswith("-")]
            if words[:2] == ["uv", "run"]:
                words = words[2:]
            if words and Path(words[0].replace("\\", "/")).name in ("pyqdemo", "make"):
                yield line.number, [Path(words[0].replace("\\", "/")).name, *words[1:]]


def _words(text: str) -> list[str]:
    words = shlex.shlex(text, posix=True, punctuation_chars="<>")
    words.whitespace_split, words.escape = True, ""
    return list(words)


@cache
def help_of(command: str) -> str | None:
    """The whole help of a command (empty: of pyqdemo itself), None where it does not exist."""
    for wish in ("--help-all", "--help"):
        told = [sys.executable, "-m", "pyqdemo", *command.split(), wish]
        done = subprocess.run(told, capture_output=True, text=True, encoding="utf-8", timeout=60)
        if done.returncode == 0:
            return done.stdout
    return None


@cache
def targets() -> frozenset[str]:
    """What make can make."""
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def check_commands(
    document: Path, help_of: Callable[[str], str | None] = help_of
) -> Iterator[Slip]:
    for number, (program, *words) in commands(document):
        if program == "make":
            unknown = [word for word in words if not word.startswith("-")]
            unknown = [word for word in unknown if word not in targets()]
            yield from (Slip(document, number, f"make {word}: no such target") for word in unknown)
            continue
        ours = words[: words.index("--")] if "--" in words else words
        name = ours[0] if ours and not ours[0].startswith("-") else ""
        text = help_of(name)
        if text is None:
            yield Slip(document, number, f"pyqdemo {name}: no such command")
            continue
        for option in (word.partition("=")[0] for word in ours if word.startswith("--")):
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text):
                yield Slip(document, number, f"pyqdemo {name}: its help has no {option}")


def check_twins(document: Path) -> Iterator[Slip]:
    """Compares a document with its Chinese twin, if it has one."""
    twin = document.with_suffix(".zh.md")
    if document.name.endswith(".zh.md") or not twin.exists():
        return
    levels = [[level for level, _ in headings(file)] for file in (document, twin)]
    if levels[0] != levels[1]:
        yield Slip(twin, 1, f"headings {levels[1]} where {document.name} has {levels[0]}")
    ours, theirs = (
        [re.sub(r"\s+#.*", "", line.text).rstrip() for line in lines_of(file) if line.block]
        for file in (document, twin)
    )
    if ours != theirs:
        apart = next((pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]), None)
        told = f"{apart[1]!r} where {document.name} has {apart[0]!r}" if apart else "their number"
        yield Slip(twin, 1, f"code blocks differ: {told}")


def main() -> int:
    slips = [
        slip
        for document in documents(CHECKOUT)
        for check in (check_links, check_commands, check_twins)
        for slip in check(document)
    ]
    for slip in slips:
        print(f"{slip.file.relative_to(CHECKOUT)}:{slip.line}: {slip.what}")
    counted = len(documents(CHECKOUT))
    print(f"{counted} documents, {len(slips)} slips" if slips else f"{counted} documents hold")
    return 1 if slips else 0


if __name__ == "__main__":
    sys.exit(main())
