"""Where a process of the program begins, and where it becomes two."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from pyqdemo.kernel.process_state import ProcessState
from pyqdemo.kernel.tasks import Task
from pyqdemo.kinds import OutcomeKind, TaskKind
from pyqdemo.loading import bind, program_from
from pyqdemo.worlds.processes.branch import GONE, Branch
from pyqdemo.worlds.processes.channels import connect
from pyqdemo.worlds.processes.wire import Wire
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.inside import Inside
from pyqdemo.worlds.threads.lives import AtExit, Life, local
from pyqdemo.worlds.threads.modules import prepare
from pyqdemo.worlds.threads.programs import Program
from pyqdemo.worlds.threads.simulating import COPIED, at_exit, imported
from pyqdemo.worlds.threads.stand_ins.mp.living import live_as, settle
from pyqdemo.worlds.threads.world import World

__all__ = ["first", "further", "read"]

VANISHING_S = 5.0
_read: dict[tuple[Any, ...], Program] = {}
Line = tuple[str, str]
"""Address and token of the coordinator."""


def read(facts: Mapping[str, Any]) -> Program:
    """A program, read and compiled; the one that was read last is kept until its file changes.

    The fork server reads it before it forks, and nothing of it is run there. The stand-ins of
    what its file imports are made ready, so that all of its processes find them.
    """
    seen = os.stat(facts["path"])
    key = (*sorted(facts.items()), seen.st_mtime_ns, seen.st_size, seen.st_ino)
    if key not in _read:
        _read.clear()
        program = _read[key] = program_from(facts)
        for name in ("builtins", *program.code.co_names):
            prepare(name)
    return _read[key]


def first(address: str, token: str, id: str, facts: Mapping[str, Any]) -> int:
    """The program's first process, from its beginning to its end; gives its exit code."""
    wire = _line_to((address, token), id)
    main = Task(id, "MainThread", TaskKind.MAIN, None, False)
    main.of_process = ProcessState()
    program = read(facts["program"])
    with Carriers() as carriers:
        world = _world(facts, wire, main, program, carriers, (address, token))
        error: BaseException | None = None
        arguments, parameters = facts["arguments"], facts["parameters"]
        try:
            with bind(program, world, arguments=arguments, parameters=parameters) as bound:
                world.run(bound.body, bound.at_exit)
        except Exception as stopped:
            error = stopped
        _execution(world).farewell(error)
    return world.home.exit_code


def further(address: str, token: str, id: str) -> int:
    """A process that begins anew: it imports the main module and gets what it was sent."""
    wire = _line_to((address, token), id)
    facts, payload = _hear(wire)
    main = Task(id, facts["name"], TaskKind.PROCESS, None, facts["daemon"])
    main.of_process = ProcessState(facts["number"], facts["method"])
    main.of_process.on_sigterm = facts["on_sigterm"]
    program = read(facts["program"])
    with Carriers() as carriers:
        world = _world(facts, wire, main, program, carriers, (address, token))
        inside = Inside(world.home, program, facts["arguments"], "__mp_main__")
        for name in ("__main__", "__mp_main__"):
            sys.modules[name] = inside.main
        settle(world.home, facts["name"], facts["method set"])
        body = partial(live_as, facts["parent"], partial(imported, inside, payload or b""))
        return _live(world, body, partial(at_exit, world.home, facts["method"]))


def _line_to(coordinator: Line, id: str) -> Wire:
    """The wire, when hello has been said; without a coordinator the process ends."""
    try:
        return connect(*coordinator, id)
    except (EOFError, OSError):
        os._exit(GONE)


def _hear(wire: Wire) -> tuple[Any, bytes | None]:
    try:
        return wire.receive()
    except (EOFError, OSError):
        os._exit(GONE)


def _world(
    facts: Mapping[str, Any],
    wire: Wire,
    main: Task,
    program: Program,
    carriers: Carriers,
    line: Line,
) -> World:
    branch = Branch(wire, main, program.sources, lambda: _about(world), facts["draws"])
    patience_s = facts["patience_s"]
    world = World(branch, program.places, carriers, patience_s=patience_s)
    world.seed = facts["seed"]
    world.start_method = facts["start_method"]
    world.buffers = facts["buffers"]
    world.parted = facts["parted"]
    world.bear = partial(_bear, line)
    world.vanish = _vanish
    world.tick = _execution(world).so_far
    return world


def _about(world: World) -> dict[str, Any]:
    """What a process that is started anew is to know of this one."""
    home = world.home
    return {
        "arguments": [str(each) for each in home.surroundings.argv[1:]],
        "method set": home.scratch["family"].method,
    }


def _execution(world: World) -> Branch:
    branch = world.execution
    assert isinstance(branch, Branch), "made here"
    return branch


def _live(
    world: World,
    body: Callable[[], str | None],
    at_exit: AtExit,
) -> int:
    """A further process's life; gives its exit code."""
    branch, error = _execution(world), None
    try:
        world.run(body, at_exit)
    except Exception as stopped:
        error = stopped
    if branch.broke_off:
        branch.farewell(error)
    return world.home.exit_code


def _vanish(code: int) -> NoReturn:
    """The process ends at once, in the way that the program wants."""
    if code < 0:
        with suppress(ImportError, ValueError, OSError):
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it is asked for: nobody debugs it
        if code == -signal.SIGABRT:
            os.abort()
        os.kill(os.getpid(), -code)
        time.sleep(VANISHING_S)  # the signal may come by another thread
    os._exit(code & 0xFF)


def _bear(
    line: Line, parent: Life, process: Any, id: str, method: str, payload: bytes | None
) -> None:
    """A process that the program has started gets its life: a copy of this one, where it is
    to be forked. (One that begins anew is the coordinator's affair.)"""
    if payload is not None:
        return
    execution = _execution(parent.world)
    try:
        # Python warns of forks beside threads, which here are ours and stand still.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pid = os.fork()
    except OSError as error:
        execution.end(OutcomeKind.ABORTED, f"{process.name} could not be started: {error}")
        return
    if pid:
        execution.born(id, pid)
        return
    code = 1
    try:
        code = _be_copy(line, parent, process, id)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # ours has failed: nobody else would say why
    finally:
        os._exit(code)


def _be_copy(line: Line, parent: Life, process: Any, id: str) -> int:
    """In the copy: this thread is all that is left, and begins a world of its own."""
    del local.life
    before = parent.world
    theirs = parent.home.surroundings
    parent_task, state = parent.home.main.id, ProcessState(process._number, "fork")
    state.on_sigterm = parent.home.main.state.on_sigterm
    for task in before.lives:
        task.alive = False  # the other threads are gone
    # What the forking task holds is held by the new one: it is the same, under another name.
    main = parent.task
    main.__init__(id, process.name, TaskKind.PROCESS, None, bool(process.daemon))  # type: ignore[misc]
    main.of_process = state
    sources = theirs.program.sources
    draws = before.execution.chooses_draws
    branch = Branch(_line_to(line, id), main, sources, lambda: _about(world), draws)
    world = World(branch, before.places, Carriers(), patience_s=before.patience_s)
    for name in ("seed", "start_method", "buffers", "parted", "vanish", "bear", "libraries"):
        setattr(world, name, getattr(before, name))
    world.tick = branch.so_far
    home = world.home
    home.surroundings = theirs
    theirs.home, theirs.world = home, world
    for left in (theirs.at_exit, theirs.before_join, theirs.at_last):
        left.clear()
    was = parent.home.scratch
    home.scratch.update({key: was[key] for key in COPIED | {"modules", "streams"} if key in was})
    settle(home, process.name, was["family"].method)
    process._task_id = None
    gc.enable()  # as it was in the beginning
    home.kept = parent.kept_by_fork()
    body = partial(live_as, parent_task, lambda: process)
    return _live(world, body, partial(at_exit, home, "fork"))
