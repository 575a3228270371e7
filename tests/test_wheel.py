"""What is published: the wheel and the source archive, built and used as others would."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent

# One worker builds and installs for all of these tests.
pytestmark = pytest.mark.xdist_group("wheel")


def build(kind: str, source: Path, into: Path) -> Path:
    """Builds ``wheel`` or ``sdist`` of the project in ``source``; returns the one file."""
    into.mkdir()
    hatchling = [sys.executable, "-m", "hatchling", "build", "--target", kind]
    told = [*hatchling, "--directory", str(into)]
    subprocess.run(told, cwd=source, check=True, capture_output=True)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive of this checkout."""
    return build("sdist", CHECKOUT, tmp_path_factory.mktemp("sdist") / "dist")


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive, so that the archive is shown to be whole."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(["tar", "--extract", "--file", sdist, "--directory", folder], check=True)
    (source,) = folder.iterdir()
    return build("wheel", source, folder / "dist")


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel and what it asks for; nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", str(wheel)], check=True)
    return folder


def command(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the installed command in its own folder, out of sight of this checkout."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [installed / "bin" / "pyqdemo", *arguments],
        cwd=installed,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def files_under(folder: Path) -> set[str]:
    """Its files, without what running and recording leave there (see .gitignore)."""
    left = {".pyc", ".jsonl"}
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in left)
    return {path.relative_to(folder).as_posix() for path in files}


def test_the_wheel_holds_exactly_the_package_and_the_lessons_inside_it(wheel: Path) -> None:
    """Every file of ``src/pyqdemo`` and of ``demos`` once, no other beside the metadata."""
    package = {f"pyqdemo/{name}" for name in files_under(CHECKOUT / "src" / "pyqdemo")}
    lessons = {f"pyqdemo/demos/{name}" for name in files_under(CHECKOUT / "demos")}
    held = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert sorted(held) == sorted(package | lessons)


def test_the_source_archive_holds_what_a_change_needs(sdist: Path) -> None:
    """The folders and files that ``make check`` reads; a wheel's needs are shown above."""
    with tarfile.open(sdist) as archive:
        held = {name.split("/")[1] for name in archive.getnames()}
    assert held >= {"demos", "docs", "src", "tests", "tools", "LICENSE", "Makefile", "README.zh.md"}


def test_no_folder_called_demos_lands_beside_other_packages(installed: Path) -> None:
    """Two distributions with a top-level ``demos`` would overwrite each other."""
    (packages,) = installed.glob("lib/python*/site-packages")
    assert not (packages / "demos").exists()
    assert (packages / "pyqdemo" / "demos").is_dir()


def test_the_installed_command_lists_the_lessons_of_this_checkout(installed: Path) -> None:
    cards = {path.stem.replace("_", "-") for path in (CHECKOUT / "demos").glob("*/*.toml")}
    done = command(installed, "list")
    assert done.returncode == 0, done.stderr
    assert cards <= set(done.stdout.split())


def test_the_installed_command_runs_a_lesson_to_its_end(installed: Path) -> None:
    """Two dishes from one chef: two lines of making and two of eating are printed."""
    wanted = ["chefs", "--plain", "--producers", "1", "--consumers", "1", "--dishes", "2"]
    done = command(installed, *wanted)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" 做了 ") == 2
    assert done.stdout.count(" 吃了 ") == 2


def test_the_published_requirements_are_typer_and_rich_only(wheel: Path) -> None:
    """Anything more costs every newcomer a download and every command an import."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        lines = archive.read(metadata).decode().splitlines()
    needs = [line.split(": ")[1] for line in lines if line.startswith("Requires-Dist: ")]
    base = {need.split("<")[0].split(">")[0] for need in needs if "extra ==" not in need}
    assert base == {"typer", "rich"}


def test_the_dev_extra_and_the_dev_group_are_one_list() -> None:
    """pip of 2023 knows only the extra, ``uv run`` takes only the group."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    assert extras["dev"] == project["dependency-groups"]["dev"]
    assert set(extras["screens"]) <= set(extras["dev"])


def test_the_oldest_that_are_tested_are_the_oldest_that_are_allowed() -> None:
    """``typer>=0.26`` is tested as ``typer==0.26.0`` by make test-oldest, and so for rich."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = (CHECKOUT / "tools" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    allowed = [
        need.split(",")[0].replace(">=", "==") for need in project["project"]["dependencies"]
    ]
    assert [line for line in oldest if not line.startswith("#")] == [f"{x}.0" for x in allowed]
