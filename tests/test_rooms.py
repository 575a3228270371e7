"""The rooms of docs/how-it-works.md: who may know whom, and what stays light."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"
CONTRIBUTING = SOURCE.parent / "CONTRIBUTING.md"

#: Room → the rooms it imports, no fewer. A room that is not here yet fails the first test.
ARROWS: dict[str, set[str]] = {
    "": {"errors", "trace", "report", "explanation", "executing", "exploring", "explaining"},
    "errors": {"sentences"},
    "sentences": {"languages"},
    "languages": set(),
    "kinds": set(),
    "trace": {"kinds"},
    "ids": set(),
    "point": set(),
    "schedule": {"errors", "languages", "trace"},
    "report": {"languages", "trace", "schedule"},
    "explanation": {"trace", "report"},
    "observing": {"point"},
    "strategies": {"errors", "ids", "point"},
    "kernel": {"kinds", "trace", "ids", "point"},
    "codec": {"errors", "languages", "trace", "schedule", "report", "explanation"},
    "card": {"errors", "languages"},
    "lessons": {"errors", "card"},
    "worlds": {"errors", "kinds", "trace", "ids", "point", "observing", "kernel"},
    "loading": {"errors", "worlds"},
    "entering": {"kinds", "kernel", "worlds", "loading"},
    "executing": {
        *("errors", "trace", "point", "schedule", "strategies", "kernel", "codec", "lessons"),
        *("worlds", "loading"),
    },
    "exploring": {
        *("errors", "languages", "trace", "point", "schedule", "report", "observing"),
        *("strategies", "kernel", "codec", "card", "worlds", "loading", "executing"),
        *("analysis",),
    },
    "explaining": {
        *("errors", "trace", "point", "schedule", "report", "explanation", "observing"),
        *("strategies", "kernel", "worlds", "loading", "executing", "exploring"),
    },
    "analysis": {"languages", "trace", "report", "card"},
    "views": {"languages", "trace", "report", "explanation", "card", "analysis"},
    "cli": {
        *("", "errors", "sentences", "languages", "trace", "schedule", "report", "explanation"),
        *("kernel", "codec", "card", "lessons", "worlds", "executing", "exploring"),
        *("explaining", "analysis", "views"),
    },
    "testing": {
        *("errors", "languages", "trace", "report", "codec", "executing", "exploring"),
        *("analysis", "views"),
    },
    "pytest_plugin": {"errors", "trace", "codec", "testing"},
    "__main__": {"", "cli"},
}

#: Outside packages → the rooms that may import them.
GUESTS: dict[str, set[str]] = {
    "pytest": {"pytest_plugin", "testing"},
    "rich": {"views", "cli"},
    "textual": {"views"},
    "typer": {"cli"},
}

#: What ``import pyqdemo`` must not bring along; each costs 5 to 100 ms.
HEAVY = {
    "argparse",
    "asyncio",
    "dataclasses",
    "inspect",
    "json",
    "multiprocessing",
    "pathlib",
    "rich",
    "subprocess",
    "textual",
    "threading",
    "tomllib",
    "typer",
    "typing",
}

MODULES = sorted(SOURCE.glob("pyqdemo/**/*.py"))


def name_of(module: Path) -> str:
    """``pyqdemo.worlds.native`` of its ``__init__.py``, and likewise for plain modules."""
    parts = module.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(name: str) -> str:
    """``worlds`` of ``pyqdemo.worlds.native``; the package itself is the room ``""``."""
    return [*name.split("."), ""][1]


def imports_of(module: Path) -> Iterator[str]:
    """Every module imported anywhere in the file, inside functions too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(source), names=names, level=0):
                yield from _with_submodules(source, [alias.name for alias in names])
            case ast.ImportFrom():
                pytest.fail(f"{name_of(module)}: write imports in full, not relative ones")


def _with_submodules(source: str, names: list[str]) -> Iterator[str]:
    """``from pyqdemo import trace`` imports the module ``pyqdemo.trace``, not the package."""
    for name in names:
        path = SOURCE.joinpath(*source.split("."), name)
        yield f"{source}.{name}" if path.is_dir() or path.with_suffix(".py").exists() else source


def rooms_known_to(module: Path) -> set[str]:
    """The other rooms that a module imports."""
    ours = {name for name in imports_of(module) if name.split(".")[0] == "pyqdemo"}
    return {room_of(name) for name in ours} - {room_of(name_of(module))}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_room_imports_only_the_rooms_it_may_know(module: Path) -> None:
    room = room_of(name_of(module))
    assert room in ARROWS, f"{name_of(module)} stands in a room that has no arrows yet"
    assert rooms_known_to(module) <= ARROWS[room]


def test_no_arrow_is_drawn_that_nobody_goes() -> None:
    """One that stood here unused would let an import creep in."""
    gone: dict[str, set[str]] = {room: set() for room in ARROWS}
    for module in MODULES:
        gone[room_of(name_of(module))] |= rooms_known_to(module)
    assert gone == ARROWS


def test_the_guide_for_contributors_names_every_room() -> None:
    """``name`` or ``name/`` in the section Rooms; the package itself has no name there."""
    section = CONTRIBUTING.read_text(encoding="utf-8").partition("## Rooms\n")[2]
    named = set(re.findall(r"`(?:src/pyqdemo/)?(\w+)/?`", section.partition("\n## ")[0]))
    assert set(ARROWS) - {""} - named == set()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_outside_packages_are_imported_only_where_people_are_spoken_to(module: Path) -> None:
    """Besides the standard library only typer, rich and textual, each in its own rooms."""
    outside = {name.split(".")[0] for name in imports_of(module)} - sys.stdlib_module_names
    room = room_of(name_of(module))
    assert {name for name in outside - {"pyqdemo"} if room not in GUESTS.get(name, set())} == set()


def test_the_arrows_go_one_way() -> None:
    """No room reaches itself: following the arrows from anywhere comes to an end."""

    def below(room: str, above: tuple[str, ...] = ()) -> None:
        assert room not in above, " -> ".join((*above, room))
        for lower in ARROWS[room]:
            below(lower, (*above, room))

    for room in ARROWS:
        below(room)


def modules_after(statement: str) -> set[str]:
    """Names in ``sys.modules`` that the statement adds in a fresh interpreter."""
    told = f"import sys; had = set(sys.modules); {statement}; print(*(set(sys.modules) - had))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_pyqdemo_brings_nothing_heavy() -> None:
    """It is imported by every command, ``--version`` among them."""
    assert modules_after("import pyqdemo") & HEAVY == set()


def test_the_world_that_runs_programs_brings_no_typer_rich_or_analysis() -> None:
    """All of it is importable in the program's own process, which must stay lean."""
    worlds = [name_of(module) for module in MODULES if room_of(name_of(module)) == "worlds"]
    modules = [name for name in worlds if not name.endswith("__main__")]
    brought = modules_after(f"import {', '.join(modules)}")
    unwanted = {"typer", "rich", "textual", "pygments"}
    unwanted |= {f"pyqdemo.{room}" for room in ("analysis", "views", "cli", "lessons", "card")}
    assert brought & unwanted == set()


#: What a process of the program does without; each costs 1 to 20 ms.
SLOW = {
    *("dataclasses", "inspect", "pathlib", "subprocess", "sysconfig", "traceback"),
    *("pyqdemo.codec", "pyqdemo.observing", "pyqdemo.schedule", "pyqdemo.trace"),
}


def test_a_process_of_the_program_loads_nothing_slow() -> None:
    """What it needs is imported for every cold run, and under spawn for every process."""
    brought = modules_after("import pyqdemo.worlds.processes.nursing, pyqdemo.entering")
    assert brought & SLOW == set()


#: The public modules and what they export. Changing this is changing the interface.
EXPORTS = {
    "pyqdemo": [
        "Explanation",
        "PyqdemoError",
        "Report",
        "Trace",
        "__version__",
        "explain",
        "explore",
        "replay",
        "run",
    ],
    "pyqdemo.executing": [
        "STRATEGIES",
        "Controlled",
        "Plan",
        "Watcher",
        "carry",
        "execute",
        "limits_of",
        "replay",
        "replayed",
        "run",
    ],
    "pyqdemo.errors": [
        "CardError",
        "Exit",
        "PyqdemoError",
        "ReplayMismatch",
        "RunError",
        "ScheduleError",
        "TraceError",
        "UnknownLesson",
        "UnusableFile",
        "UsageError",
    ],
    "pyqdemo.kinds": ["OutcomeKind", "Phase", "TaskKind"],
    "pyqdemo.languages": ["LANGUAGES", "Text", "language_from"],
    "pyqdemo.trace": [
        "FORMAT",
        "Control",
        "Event",
        "Header",
        "Loss",
        "Outcome",
        "OutcomeKind",
        "Phase",
        "Processes",
        "ProgramFile",
        "Record",
        "Resource",
        "Sleeps",
        "Task",
        "TaskKind",
        "Trace",
        "Wait",
    ],
    "pyqdemo.point": [
        "Access",
        "Draw",
        "Exhausted",
        "Pending",
        "Point",
        "Step",
        "Strategy",
        "depend",
    ],
    "pyqdemo.report": [
        "Counterexample",
        "Ending",
        "Fork",
        "Race",
        "Reason",
        "Report",
        "Side",
        "Verdict",
    ],
    "pyqdemo.explanation": ["Explanation"],
    "pyqdemo.schedule": ["MAX_STEPS", "Schedule", "check", "from_text", "schedule_of", "to_text"],
    "pyqdemo.strategies": [
        "Dfs",
        "Dpor",
        "Pct",
        "Random",
        "Replay",
        "RoundRobin",
        "States",
    ],
    "pyqdemo.card": [
        "Card",
        "Explored",
        "Flaw",
        "Made",
        "Parameter",
        "Promise",
        "Promises",
        "Reference",
        "Show",
        "Trial",
        "Used",
        "Words",
        "read_card",
    ],
    "pyqdemo.codec": [
        "encode_record",
        "ensure_writable",
        "read_records",
        "read_trace",
        "write_trace",
    ],
    "pyqdemo.lessons": ["EXTRA", "catalogue", "demo_folders", "lesson"],
    "pyqdemo.worlds.native.running": [
        "Bounds",
        "Recording",
        "Request",
        "Watcher",
        "check_program",
        "run",
    ],
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_public_module_exports_exactly_what_is_promised(name: str) -> None:
    exported = importlib.import_module(name).__all__
    assert list(exported) == EXPORTS[name]
