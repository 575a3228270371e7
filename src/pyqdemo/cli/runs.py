"""The options that every watched run has, and what they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyqdemo.cli.commands import HELP, HELP_ALL, LANG, Given, Option, Section
from pyqdemo.cli.retyping import corrected, new_record
from pyqdemo.cli.words import text
from pyqdemo.errors import UnusableFile

__all__ = [
    "CONTROL",
    "ELSEWHERE_S",
    "GRANULARITY",
    "ON_A_TERMINAL_S",
    "PLAIN",
    "RECORD",
    "SEED",
    "SHOW_SCHEDULE",
    "SLEEPS",
    "START_METHOD",
    "START_METHODS",
    "STDOUT",
    "STRATEGY",
    "WORLD",
    "Look",
    "for_of",
    "look_of",
    "picture",
    "rest",
    "speed_of",
    "stop_after_of",
]

#: In the order of the documentation; which of them exist here, the system tells.
START_METHODS = ("fork", "forkserver", "spawn")

START_METHOD = Option(
    "--start-method",
    text("option.start_method"),
    "M",
    choices=START_METHODS,
    example="spawn",
)
SEED = Option("--seed", text("option.seed"), "N", example="7")
STRATEGY = Option(
    "--strategy",
    text("option.strategy"),
    "S",
    "random",
    choices=("random", "pct", "round-robin"),
    example="pct",
)
SLEEPS = Option(
    "--sleeps",
    text("option.sleeps"),
    "S",
    "strict",
    choices=("strict", "loose"),
    example="loose",
)
GRANULARITY = Option(
    "--granularity",
    text("option.granularity"),
    "G",
    "operation",
    choices=("operation", "line"),
    example="line",
)
WORLD = Option(
    "--world",
    text("option.world"),
    "W",
    choices=("native", "simulated", "real"),
    example="real",
)
STDOUT = Option(
    "--stdout",
    text("option.stdout"),
    "S",
    "terminal",
    choices=("terminal", "pipe"),
    example="pipe",
)
SHOW_SCHEDULE = Option("--show-schedule", text("option.show_schedule"))
#: What decides a run beside its seed, which stands in the short help.
_STEERING = (
    STRATEGY,
    Option("--depth", text("option.depth"), "N", "3"),
    SLEEPS,
    GRANULARITY,
    Option("--max-steps", text("option.max_steps"), "N", "1000000"),
)
_SCHEDULE = (Option("--schedule", text("option.schedule"), "TEXT", example="TEXT"), SHOW_SCHEDULE)
#: Any of them puts a run under control.
CONTROL = (SEED, *_STEERING, *_SCHEDULE, STDOUT)
PLAIN = Option("--plain", text("option.plain"))
SAVE = Option("--save", text("option.save"), "RUN.jsonl", example="run.jsonl")
JSON = Option("--json", text("option.json"))
QUIET = Option("--quiet", text("option.quiet"))

RECORD = Section(text("panel.record"), (SAVE, JSON, QUIET))

#: After how long a program that never ends is stopped where nobody said when.
ON_A_TERMINAL_S, ELSEWHERE_S = 20.0, 5.0
LONGEST_S = 86_400
MOST_ITEMS = 10**9
SLOWEST, FASTEST = 0.01, 1000


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is shown and kept.

    Attributes:
        lang: ``en`` or ``zh``.
        plain: the program's lines alone.
        quiet: no words of ours.
        json: the record goes to stdout, everything for people to stderr.
        save: file for the record.
    """

    lang: str
    plain: bool = False
    quiet: bool = False
    json: bool = False
    save: Path | None = None


def picture(*first: Option) -> Section:
    """The options that every run's short help ends with, after those that only some have."""
    return Section(text("panel.picture"), (*first, PLAIN, LANG, HELP_ALL, HELP))


def rest(speed: float, *, processes: bool, sleeps: bool = True) -> tuple[Section, ...]:
    """What ``--help-all`` adds.

    Args:
        speed: the pace without ``--speed``.
        processes: whether a start method means something, and what a process writes to.
        sleeps: whether a pace does.
    """
    run = [
        *([Option("--speed", text("option.speed"), "X", f"{speed:g}")] if sleeps else []),
        Option("--for", text("option.for"), "SECONDS", example="10"),
        Option("--stop-after", text("option.stop_after"), "N", example="20"),
    ]
    if processes:
        run.append(START_METHOD)
    of_processes = (STDOUT,) if processes else ()
    again = Section(text("panel.again"), (*_STEERING, WORLD, *of_processes, *_SCHEDULE))
    return (Section(text("panel.run"), tuple(run)), again, RECORD)


def look_of(given: Given) -> Look:
    """How the run shall be shown and kept; the file to save is tried out before it starts.

    Raises:
        UnusableFile: the file cannot be written, or holds something else than a run.
    """
    save = Path(given.values["save"]) if "save" in given.values else None
    if save is not None:
        try:
            _try_out(save)
        except UnusableFile as mistake:
            mistake.facts["next"] = corrected(given, save=new_record())
            raise
    return Look(given.lang, given.has("plain"), given.has("quiet"), given.has("json"), save)


def speed_of(given: Given, default: float) -> float:
    """By how much the program's sleeps are divided. Raises UsageError."""
    speed = given.number("speed", low=SLOWEST, high=FASTEST, example=default)
    return default if speed is None else speed


def for_of(given: Given) -> float | None:
    """The seconds after which the program is stopped, None for no bound. Raises UsageError."""
    return given.number("for", low=0.1, high=LONGEST_S, example=10)


def stop_after_of(given: Given) -> int | None:
    """The items after which it is stopped, None for no bound. Raises UsageError."""
    items = given.whole("stop-after", low=1, high=MOST_ITEMS, default=0, example=20)
    return items or None


def _try_out(file: Path) -> None:
    """Returns if the record could be written there and nothing else would be lost by it.

    Raises:
        UnusableFile: it cannot, or the file holds something that is no record of a run.
    """
    from pyqdemo.codec.writing import ensure_writable
    from pyqdemo.trace import FORMAT

    ensure_writable(file)
    if file.is_file():
        with file.open("rb") as opened:
            beginning = opened.read(200)
        if beginning and FORMAT.partition("/")[0].encode() not in beginning:
            raise UnusableFile("save_foreign", file=str(file))
