"""Traces for tests: tiny ones, and sound ones made at random."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from pyqdemo.trace import (
    Control,
    Event,
    Header,
    Loss,
    Outcome,
    OutcomeKind,
    Phase,
    Processes,
    ProgramFile,
    Record,
    Resource,
    Task,
    TaskKind,
    Trace,
    Wait,
)

__all__ = ["DONE", "HEADER", "MAIN", "event", "events", "stories", "traces"]

MAIN = Task("0", TaskKind.MAIN, "MainThread", "0")
HEADER = Header((ProgramFile("p.py", "sha256:0", "pass\n"),))
DONE = Outcome(OutcomeKind.COMPLETED)


def event(seq: int, **fields: Any) -> Event:
    return Event(seq, "0", Phase.DONE, fields.pop("operation", "begin"), real_ns=seq, **fields)


def stories(count: int) -> Iterator[Record]:
    yield MAIN
    for seq in range(1, count + 1):
        yield event(seq)


# A high surrogate before a low one is, in JSON, the one character they stand for.
_pair = re.compile("[\ud800-\udbff][\udc00-\udfff]")
texts = st.text(st.characters(), max_size=20).filter(lambda text: not _pair.search(text))
times = st.integers(0, 2**63 - 1)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


seconds = st.floats(allow_nan=False, allow_infinity=False)
above_zero = st.floats(0, exclude_min=True, allow_infinity=False)
places = st.integers(1, 2**63 - 1)
bounds = st.fixed_dictionaries(
    {}, optional={"for_s": above_zero, "max_steps": places, "stop_after": places}
)
program_files = st.builds(ProgramFile, texts, texts, texts)
headers = st.builds(
    Header,
    program=st.lists(program_files, max_size=3).map(tuple),
    control=st.sampled_from(Control),
    processes=st.sampled_from(Processes),
    lesson=optional(texts),
    variant=optional(texts),
    function=optional(texts),
    parameters=st.dictionaries(texts, st.none() | st.booleans() | st.integers() | seconds | texts),
    arguments=st.lists(texts, max_size=3).map(tuple),
    start_method=optional(texts),
    stdout=optional(texts),
    prints=optional(texts),
    draws=optional(texts),
    clock=texts,
    speed=optional(st.floats(0.001, 1000)),
    started=optional(texts),
    python=texts,
    platform=texts,
    seed=optional(st.integers()),
    sleeps=optional(st.sampled_from(["strict", "loose"])),
    granularity=optional(texts),
    model=optional(texts),
    strategy=optional(texts),
    bounds=bounds,
)
resources = st.builds(
    Resource,
    id=texts,
    kind=texts,
    name=texts,
    capacity=optional(st.integers(0, 2**31)),
    of=optional(texts),
    location=optional(texts),
)
events = st.builds(
    Event,
    seq=st.just(0),
    task=st.just("0"),
    phase=st.sampled_from(Phase),
    operation=texts,
    item=optional(texts),
    value=optional(texts),
    result=optional(texts),
    location=optional(texts),
    real_ns=times,
    began_ns=optional(times),
    depth=optional(st.integers(0, 2**31)),
    timeout_s=optional(seconds),
    cut=st.integers(0, 2**31),
    option=optional(st.integers(0, 99)),
    step=optional(places),
)
waits = st.builds(
    Wait,
    task=texts,
    operation=texts,
    resource=optional(texts),
    holders=st.lists(texts, max_size=2).map(tuple),
    since_ns=optional(times),
    location=optional(texts),
    timeout_s=optional(seconds),
)
losses = st.builds(Loss, reason=texts, task=optional(texts), events=optional(st.integers(0, 2**31)))
outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(OutcomeKind),
    detail=texts,
    exit_code=optional(st.integers(-255, 255)),
    waits=st.lists(waits, max_size=2).map(tuple),
    losses=st.lists(losses, max_size=2).map(tuple),
    ended_ns=optional(times),
    uncontrolled=st.lists(texts, max_size=2).map(tuple),
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Any trace that is sound: ids once, events numbered, one clock, resources told before."""
    header = draw(headers)
    things = draw(st.lists(resources, max_size=3, unique_by=lambda resource: resource.id))
    names = st.sampled_from([thing.id for thing in things]) if things else st.none()
    told = draw(st.lists(events, max_size=5))
    if header.control is Control.CONTROLLED:
        told = [replace(each, real_ns=None, virtual_ns=each.real_ns) for each in told]
    return Trace(
        header=header,
        tasks=(MAIN,),
        resources=tuple(things),
        events=tuple(
            replace(each, seq=n, resource=draw(st.none() | names)) for n, each in enumerate(told, 1)
        ),
        outcome=draw(st.none() | outcomes),
    )
