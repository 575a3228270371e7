"""The same executions once more, in another process with another hash seed.

What differs there depends on something that no schedule decides, and nothing may be claimed
of schedules that were never tried.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from pyqdemo.codec import encode_record
from pyqdemo.errors import ReplayMismatch
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import carry, ground_of
from pyqdemo.exploring.stopping import Later
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program, facts_of, program_from
from pyqdemo.schedule import Schedule
from pyqdemo.strategies import Replay

__all__ = ["differs", "main"]

CALL = "from pyqdemo.exploring.again import main; main()"
PATIENCE_S = 60.0
LOOKS_S = 0.1  # between two looks for a signal


class _Unanswered(Exception):
    """The second process gave no answer, and why."""


def differs(
    program: Program, plan: Plan, schedules: Sequence[Schedule], signals: Later | None = None
) -> str | None:
    """What comes out differently in another process; None if nothing does.

    Args:
        schedules: of executions of that program and plan.
        signals: looked at now and then.

    Raises:
        Stopped, KeyboardInterrupt: a signal came; the other process has been ended.
    """
    here = []
    try:
        for digest in _digests(program, plan, schedules):
            if signals is not None:
                signals.heed()
            here.append(digest)
        there = _answer(_question(program, plan, schedules), len(here), signals)
    except ReplayMismatch as mismatch:
        return str(mismatch)
    except _Unanswered as error:
        return f"the second process: {error}"
    for number, (mine, its) in enumerate(zip(here, there, strict=True), 1):
        if mine != its:
            return f"schedule {number} of {len(here)} in a process with another hash seed"
    return None


def main() -> None:
    """The second process: digests of what it is asked for on its stdin."""
    asked = json.loads(sys.stdin.read())
    program = program_from(asked["program"])
    schedules = (
        Schedule("", "", tuple(choices), draws=None if draws is None else tuple(draws))
        for choices, draws in asked["schedules"]
    )
    digests = list(_digests(program, _plan(program, asked["plan"]), schedules))
    print("\n" + json.dumps(digests), end="")


def _question(program: Program, plan: Plan, schedules: Sequence[Schedule]) -> str:
    asked = {
        "program": facts_of(program),
        "plan": _facts(plan),
        "schedules": [[schedule.choices, schedule.draws] for schedule in schedules],
    }
    try:
        return json.dumps(asked)
    except TypeError as error:  # a parameter that JSON does not have
        raise _Unanswered(str(error)) from None


def _answer(asked: str, count: int, signals: Later | None) -> list[str]:
    """So many digests from another process. Raises _Unanswered."""
    environ = dict(os.environ)
    environ["PYTHONHASHSEED"] = "2" if environ.get("PYTHONHASHSEED") == "1" else "1"
    environ["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        said = _said([sys.executable, "-c", CALL], asked, environ, signals)
        there = json.loads(said.rpartition("\n")[2])
    except (ValueError, OSError) as error:
        raise _Unanswered(f"{type(error).__name__}: {error}") from None
    if not isinstance(there, list) or len(there) != count:
        raise _Unanswered(f"{len(there)} answers about {count} schedules")
    return there


def _said(
    command: Sequence[str], asked: str, environ: dict[str, str], signals: Later | None
) -> str:
    """What a process answers on its stdout; it is over then, whatever happens."""
    until = monotonic() + PATIENCE_S
    told: str | None = asked
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environ, text=True, encoding="utf-8"
    ) as process:
        try:
            while True:
                try:
                    out, err = process.communicate(told, timeout=LOOKS_S)
                    break
                except subprocess.TimeoutExpired:
                    told = None  # it is under way
                    if monotonic() > until:
                        raise _Unanswered(f"nothing in {PATIENCE_S:g} s") from None
                finally:
                    if signals is not None:
                        signals.heed()
        finally:
            process.kill()
    if process.returncode:
        lines = err.strip().splitlines() or [f"exit code {process.returncode}"]
        raise _Unanswered(lines[-1])
    return out


def _digests(program: Program, plan: Plan, schedules: Iterable[Schedule]) -> Iterator[str]:
    """Of all records of each execution. Raises ReplayMismatch."""
    with ground_of(plan) as ground:
        for schedule in schedules:
            log = Log()
            strategy = Replay(schedule.choices, draws=schedule.draws)
            execution = carry(program, plan, strategy, ground, log)
            digest = hashlib.sha256(str(execution.outcome()).encode())
            for record in log.records:
                digest.update(encode_record(record).encode())
            yield digest.hexdigest()


_FACTS = ("arguments", "seed", "start_method", "stdout", "granularity", "prints")


def _facts(plan: Plan) -> dict[str, Any]:
    parameters = None if plan.parameters is None else dict(plan.parameters)
    kept = {name: getattr(plan, name) for name in _FACTS}
    return {**kept, "parameters": parameters, "limits": plan.limits._asdict()}


def _plan(program: Program, facts: dict[str, Any]) -> Plan:
    facts = {**facts, "arguments": tuple(facts["arguments"]), "limits": Limits(**facts["limits"])}
    return Plan(program=Path(program.path), function=program.function, **facts)
