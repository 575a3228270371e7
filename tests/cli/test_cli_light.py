"""What a command must not load: it would make people wait for nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_by(*words: str) -> set[str]:
    """The modules that a command leaves loaded, in a process of its own."""
    told = (
        "import sys; sys.argv[1:] = sys.argv[2:]\n"
        "from pyqdemo.__main__ import main\n"
        "code = main()\n"
        "print('\\0', code, *sys.modules)\n"
    )
    command = [sys.executable, "-c", told, "", *words]
    done = subprocess.run(command, capture_output=True, check=True)
    code, *modules = done.stdout.decode().rpartition("\0")[2].split()
    assert code == "0"
    return set(modules)


def test_the_version_loads_neither_typer_nor_anything_heavy() -> None:
    """``--version`` costs little more than a bare interpreter only without these."""
    heavy = {
        "typer",
        "rich",
        "dataclasses",
        "enum",
        "re",
        "pathlib",
        "typing",
        "importlib.metadata",
    }
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, check=True
    )
    assert (loaded_by("--version") - set(bare.stdout.decode().split())) & heavy == set()


@pytest.mark.parametrize("words", [[], ["--help"], ["--lang", "zh"], ["--lang=zh", "--help"]])
def test_what_newcomers_type_first_does_not_load_typer(words: list[str]) -> None:
    assert loaded_by(*words) & {"typer", "rich"} == set()


@pytest.mark.parametrize(
    "words",
    [
        ["chefs", "--help"],
        ["run", "--help-all"],
        ["replay", "--help"],
        ["list"],
        ["source", "chefs"],
    ],
)
def test_no_text_loads_rich_or_what_runs_programs(words: list[str]) -> None:
    modules = loaded_by(*words)
    rooms = {name.split(".")[1] for name in modules if name.startswith("pyqdemo.")}
    assert "rich" not in modules
    heavy = {"worlds", "views", "analysis", "codec", "kernel", "loading", "executing", "schedule"}
    assert rooms & heavy == set()
