"""The pytest plugin: a fixture ``lab`` in which every interleaving can be tried.

Installed with pyqdemo; ``-p no:pyqdemo`` leaves it out. Until a test asks for the fixture
nothing of pyqdemo is loaded but this.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest

# An own name, so that a type checker believes it and nothing is imported for it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyqdemo.testing import Lab
    from pyqdemo.trace import Trace

__all__ = ["lab", "pytest_addoption", "pytest_configure"]

_RECORDED: pytest.StashKey[tuple[Trace, Path]] = pytest.StashKey()
INDENT = 4  # cells that pytest puts before each line of a failure


def pytest_addoption(parser: pytest.Parser) -> None:
    """Its options, in a group of their own."""
    group = parser.getgroup("pyqdemo", "every interleaving (pyqdemo)")
    group.addoption(
        "--pyqdemo-seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of the lab's runs, and of random draws in what it explores (default: 0)",
    )
    group.addoption(
        "--pyqdemo-replay",
        metavar="FILE",
        help="repeat this recorded run in place of what the lab would try of its program",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Reads the recorded run, if one was asked for, so that a wrong file is told at once."""
    file = config.getoption("--pyqdemo-replay")
    if file is None:
        return
    from pyqdemo.codec import read_trace
    from pyqdemo.errors import PyqdemoError

    path = config.invocation_params.dir / file
    try:
        config.stash[_RECORDED] = read_trace(path), path
    except PyqdemoError as error:
        raise pytest.UsageError(f"--pyqdemo-replay {file}: {error}") from None


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Lab:
    """Runs programs under control, and explores every interleaving of them.

    ``lab.run(program)`` returns a trace, ``lab.explore(program)`` a report with
    ``assert_proved()`` and ``assert_failed()``. A program is a file, or a function at the top
    level of one.
    """
    from pyqdemo.testing import Case, Lab

    config, node = request.config, request.node
    home = config.invocation_params.dir
    test = _as_typed(node, home)

    kept_as = f"{_file_name(node.nodeid)}.jsonl"

    def record() -> Path:
        return _folder(request) / kept_as

    case = Case(test, home, record, _columns(config) - INDENT, kept_as)
    return Lab(
        case,
        seed=config.getoption("--pyqdemo-seed"),
        recorded=config.stash.get(_RECORDED, None),
    )


def _as_typed(node: pytest.Item, home: Path) -> str:
    """The test as pytest takes it in that folder."""
    _, colons, rest = node.nodeid.partition("::")
    return f"{os.path.relpath(node.path, home)}{colons}{rest}"


def _file_name(test: str) -> str:
    """One for each test, that any file system takes."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", test.rpartition("/")[2])[:80]
    return f"{plain}-{hashlib.sha256(test.encode()).hexdigest()[:6]}"


def _folder(request: pytest.FixtureRequest) -> Path:
    """Where records are kept: pytest's cache, or the test's own folder if there is none."""
    cache = getattr(request.config, "cache", None)
    if cache is not None:
        try:
            return Path(cache.mkdir("pyqdemo"))
        except OSError:
            pass
    return Path(request.getfixturevalue("tmp_path"))


def _columns(config: pytest.Config) -> int:
    """Cells of the terminal; a worker of pytest-xdist has none."""
    if config.pluginmanager.has_plugin("terminalreporter"):
        return config.get_terminal_writer().fullwidth
    return shutil.get_terminal_size().columns
