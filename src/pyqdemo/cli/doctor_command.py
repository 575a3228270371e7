"""``pyqdemo doctor``: what this machine has, what is missing, what would be nice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from pyqdemo import __version__
from pyqdemo.cli.commands import HELP, LANG, Command, Given, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.helping import cells, padded
from pyqdemo.cli.mistakes import tell
from pyqdemo.cli.words import say, text
from pyqdemo.errors import Exit, PyqdemoError

__all__ = ["DOCTOR"]

OLDEST = (3, 11)
COLUMNS, ROWS = 80, 24


class _Finding(NamedTuple):
    """One line.

    Attributes:
        state: ``here``, ``lesser`` (nothing needs it, something is less without it) or
            ``missing``.
    """

    what: str
    state: str
    told: str


def _start(given: Given, console: Console) -> int:
    findings = list(_findings(given.lang, console))
    marks = {"here": "✓", "lesser": "-", "missing": "✗"}
    if not console.shows("✓✗"):
        marks = {"here": "v", "lesser": "-", "missing": "X"}
    names = [say(f"doctor.{finding.what}", given.lang) for finding in findings]
    longest = max(map(cells, names))
    lines = [
        f"  {marks[finding.state]} {padded(name, longest)}  {finding.told}\n"
        for finding, name in zip(findings, names, strict=True)
    ]
    failed = any(finding.state == "missing" for finding in findings)
    verdict = say("doctor.failed" if failed else "doctor.fine", given.lang)
    console.write(f"pyqdemo {__version__}\n\n{''.join(lines)}\n{verdict}\n")
    return Exit.FAILED if failed else Exit.FINE


def _findings(lang: str, console: Console) -> Iterator[_Finding]:
    yield _python(lang)
    yield _start_methods(lang)
    yield _locks(lang)
    yield _scratch()
    yield _lessons(lang)
    yield _terminal(lang, console)
    yield _encoding(lang, console)
    yield _textual(lang)


def _python(lang: str) -> _Finding:
    import platform

    told = f"{platform.python_version()} ({platform.python_implementation()}, {platform.system()})"
    if sys.version_info >= OLDEST:
        return _Finding("python", "here", told)
    return _Finding("python", "missing", say("doctor.too_old", lang, version=told))


def _start_methods(lang: str) -> _Finding:
    import multiprocessing

    # The default comes first, by the library's own promise; asking it would settle it.
    default, *others = multiprocessing.get_all_start_methods()
    told = [say("doctor.default", lang, method=default), *others]
    return _Finding("methods", "here", say("doctor.join", lang).join(told))


def _locks(lang: str) -> _Finding:
    import multiprocessing

    try:
        multiprocessing.Lock()
    except (ImportError, OSError) as error:
        return _Finding("locks", "missing", str(error))
    return _Finding("locks", "here", say("doctor.locks_fine", lang))


def _scratch() -> _Finding:
    import tempfile

    try:
        with tempfile.TemporaryDirectory(prefix="pyqdemo-"):
            return _Finding("scratch", "here", tempfile.gettempdir())
    except OSError as error:
        return _Finding("scratch", "missing", str(error))


def _lessons(lang: str) -> _Finding:
    from pyqdemo.lessons import catalogue

    try:
        count = len(catalogue())
    except PyqdemoError as error:
        return _Finding("lessons", "missing", tell(error, lang).partition(" ")[2])
    if not count:
        return _Finding("lessons", "missing", say("doctor.none", lang))
    return _Finding("lessons", "here", say("doctor.found", lang, count=count))


def _terminal(lang: str, console: Console) -> _Finding:
    import shutil

    if not console.terminal:
        return _Finding("terminal", "lesser", say("doctor.no_terminal", lang))
    columns, rows = shutil.get_terminal_size()
    small = columns < COLUMNS or rows < ROWS
    size = say("doctor.small" if small else "doctor.size", lang, columns=columns, rows=rows)
    kind = console.environ.get("TERM", "")
    return _Finding("terminal", "lesser" if small else "here", f"{kind}  {size}".strip())


def _encoding(lang: str, console: Console) -> _Finding:
    encoding = console.out.encoding or "?"
    shows = console.shows("中文")
    key = "doctor.chinese" if shows else "doctor.no_chinese"
    return _Finding("encoding", "here" if shows else "lesser", say(key, lang, encoding=encoding))


def _textual(lang: str) -> _Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return _Finding("textual", "here", version("textual"))
    except PackageNotFoundError:
        return _Finding("textual", "lesser", say("doctor.optional_missing", lang))


DOCTOR = Command(
    name="doctor",
    panel="more",
    summary=text("doctor.summary"),
    about=text("doctor.about"),
    sections=(Section(text("panel.options"), (LANG, HELP)),),
    start=_start,
)
