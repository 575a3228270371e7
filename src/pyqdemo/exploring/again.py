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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyqdemo.codec import encode_record
from pyqdemo.errors import ReplayMismatch
from pyqdemo.executing import Plan
from pyqdemo.executing.carrying import carry, ground_of
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.loading import Program, facts_of, program_from
from pyqdemo.schedule import Schedule
from pyqdemo.strategies import Replay

__all__ = ["differs", "main"]

CALL = "from pyqdemo.exploring.again import main; main()"
PATIENCE_S = 60.0


def differs(program: Program, plan: Plan, schedules: Sequence[Schedule]) -> str | None:
    """What comes out differently in another process; None if nothing does.

    Args:
        schedules: of executions of that program and plan.
    """
    here = [_digest(program, plan, schedule) for schedule in schedules]
    asked = json.dumps(
        {
            "path": sys.path,
            "program": facts_of(program),
            "plan": _facts(plan),
            "schedules": [[schedule.choices, schedule.draws] for schedule in schedules],
        }
    )
    environ = dict(os.environ)
    environ["PYTHONHASHSEED"] = "2" if environ.get("PYTHONHASHSEED") == "1" else "1"
    environ["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            [sys.executable, "-c", CALL],
            input=asked,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environ,
            timeout=PATIENCE_S,
            check=True,
        )
        there = json.loads(done.stdout.rpartition("\n")[2])
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        return f"the second process: {type(error).__name__}"
    for number, (mine, its) in enumerate(zip(here, there, strict=True), 1):
        if mine != its:
            return f"schedule {number} of {len(here)} in a process with another hash seed"
    return None


def main() -> None:
    """The second process: digests of what it is asked for on its stdin."""
    asked = json.loads(sys.stdin.read())
    program = program_from(asked["program"])
    plan = _plan(program, asked["plan"])
    digests = []
    for choices, draws in asked["schedules"]:
        drawn = None if draws is None else tuple(draws)
        schedule = Schedule("", "", tuple(choices), draws=drawn)
        digests.append(_digest(program, plan, schedule))
    print("\n" + json.dumps(digests), end="")


def _digest(program: Program, plan: Plan, schedule: Schedule) -> str:
    """Of all records of the execution; what is in its way if it cannot be repeated."""
    log = Log()
    strategy = Replay(schedule.choices, draws=schedule.draws)
    with ground_of(plan) as ground:
        try:
            execution = carry(program, plan, strategy, ground, log)
        except ReplayMismatch as mismatch:
            return str(mismatch)
    digest = hashlib.sha256(str(execution.outcome()).encode())
    for record in log.records:
        digest.update(encode_record(record).encode())
    return digest.hexdigest()


_FACTS = ("arguments", "seed", "start_method", "stdout", "granularity", "prints")


def _facts(plan: Plan) -> dict[str, Any]:
    parameters = None if plan.parameters is None else dict(plan.parameters)
    kept = {name: getattr(plan, name) for name in _FACTS}
    return {**kept, "parameters": parameters, "limits": plan.limits._asdict()}


def _plan(program: Program, facts: dict[str, Any]) -> Plan:
    facts = {**facts, "arguments": tuple(facts["arguments"]), "limits": Limits(**facts["limits"])}
    return Plan(program=Path(program.path), function=program.function, **facts)
