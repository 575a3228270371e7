"""One recorded run in the place of an exploration."""

from __future__ import annotations

from pyqdemo.executing import Plan
from pyqdemo.exploring.asked import Asked
from pyqdemo.exploring.bench import Bench
from pyqdemo.exploring.confirming import confirmed
from pyqdemo.exploring.covering import cost_of
from pyqdemo.exploring.forks import fork_of
from pyqdemo.report import Counterexample, Ending, Reason, Report, Verdict

__all__ = ["repeated"]


def repeated(plan: Plan, file: str) -> Report:
    """The report of that one run: ``failed``, or else nothing is known.

    Args:
        plan: that repeats a record; see ``executing.replayed``.
        file: from which it was read.
    """
    with Bench(Asked(plan)) as bench:
        again = bench.repeat(plan.choices or (), plan.draws, loose=plan.limits.loose)
        done, schedule = again.done, again.schedule
        judged, header = done.judged, again.trace.header
        overruns, preemptions, _ = cost_of(done)
        failed = judged.failed
        fork = fork_of(bench, schedule, again.trace) if failed else None
        example = Counterexample(
            0,
            again.trace,
            preemptions,
            overruns,
            fork,
            confirmed=confirmed(plan, schedule, again.trace) if failed else None,
        )
        return Report(
            program=bench.program.file.name,
            verdict=Verdict.FAILED if failed else Verdict.NOT_EXHAUSTED,
            strategy="replay",
            why="asked",
            executions=1,
            pruned=0,
            traces=None,
            states=None,
            granularity=plan.granularity,
            seconds=0.0,
            parameters=dict(plan.parameters or {}),
            arguments=plan.arguments,
            sleeps="loose" if plan.limits.loose else "strict",
            start_method=header.start_method,
            processes=str(header.processes),
            bounds=dict(plan.limits.bounds),
            seed=plan.seed if bench.drew else None,
            clock=bench.read_clock,
            reasons=(Reason("replayed", file),),
            capacity=bench.capacity,
            endings=(Ending(judged.kind, 1, judged.detail, failed, schedule, done.output),),
            counterexample=example,
        )
