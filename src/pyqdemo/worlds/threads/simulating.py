"""Simulated processes: each has modules of its own and is carried by threads of this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.threads.inside import Inside
from pyqdemo.worlds.threads.lives import Home, Life
from pyqdemo.worlds.threads.observed import observed
from pyqdemo.worlds.threads.pickling import loads
from pyqdemo.worlds.threads.stand_ins.mp.family import Family
from pyqdemo.worlds.threads.stand_ins.mp.living import live_as, settle
from pyqdemo.worlds.threads.stand_ins.mp.processes import Process
from pyqdemo.worlds.threads.stand_ins.systems import call_at_exit
from pyqdemo.worlds.threads.surroundings import Surroundings, refuse

__all__ = ["COPIED", "at_exit", "bear", "imported"]


def bear(parent: Life, process: Process, id: str, method: str, payload: bytes | None) -> None:
    """Gives a process that has been started its life.

    Args:
        parent: the life of the task that started it.
        process: its object there.
        id: of its main task.
        method: ``fork``, ``spawn`` or ``forkserver``.
        payload: its pickled object, but for fork.
    """
    world = parent.world
    task = world.execution.task(id)
    home = Home(world, task)
    world.homes.append(home)
    around = parent.home.surroundings
    name = "__mp_main__" if payload is not None else around.main_name
    inside = home.inside = Inside(home, around.program, around.argv[1:], name)
    family = settle(home, process.name, parent.home.scratch["family"].method)
    if payload is None:
        own = family.current = _forked(parent, task, inside, process)
        begin = partial(_itself, own)
    else:
        begin = partial(imported, inside, payload)
    home.begin(partial(live_as, parent.home.main.id, begin), partial(at_exit, home, method))


def _itself(process: Process) -> Process:
    return process


def imported(inside: Inside, payload: bytes) -> Process:
    """The own object of a process that begins anew: the main module is imported first."""
    own: Family = inside.home.scratch["family"]
    own.importing = True
    inside.execute()
    process: Process = loads(payload, inside.around.modules)
    own.importing = False
    return process


def at_exit(home: Home, method: str) -> Sequence[Callable[[], object]]:
    """What a further process does when its code is over and its threads have ended."""
    around = home.surroundings
    while around.before_join:
        around.before_join.pop()()
    # Only a process that was spawned ends as a Python of its own does.
    calls = [partial(call_at_exit, around)] if method == "spawn" and around.at_exit else []
    return [*calls, *around.at_last]


def _forked(parent: Life, task: Task, inside: Inside, process: Process) -> Process:
    """A copy of a process's object, with all of its parent's modules behind it.

    Args:
        parent: the life of the task that forks.
        task: the new process's main task.
    """
    run = observed(parent.world)
    if run is not None:
        run.forks(parent.world, parent.task)
    # Real processes, which have the rest of this module, are copied by the system.
    from pyqdemo.worlds.threads.copying import CannotCopy, copy_process

    theirs, ours = parent.home.surroundings, inside.around
    own: dict[str, ModuleType] = {}
    # What the forking task holds is held by the new one.
    stand_ins: dict[int, object] = {id(parent.task): task}
    changed: list[tuple[ModuleType, dict[str, Any]]] = []
    for name, module in theirs.modules.items():
        if module is None:
            ours.modules[name] = None
        elif theirs.importing.owns(module):
            own[name] = module
        else:
            twin = ours.importing.stand_in(name)
            stand_ins[id(module)] = twin
            changed.append((twin, _changed(name, module, twin)))
            if name == "sys":
                for stream in ("__stdout__", "__stderr__", "__stdin__", "modules"):
                    stand_ins[id(getattr(module, stream))] = getattr(twin, stream)
    main = theirs.modules["__main__"]

    def fresh(module: ModuleType) -> ModuleType:
        return inside.main if module is main else _blank(module, ours)

    named = [each for _, each in changed]
    roots = [
        *(process, theirs.handlers, theirs.argv, theirs.path, named, parent.kept_by_fork()),
    ]
    parent.inside = True  # the copy asks the program's objects whether they are equal
    try:
        modules, copied = copy_process(own, fresh, roots, stand_ins)
    except CannotCopy as error:
        refuse("fork_not_copied", f"{error.where}: {error.what}")
    finally:
        parent.inside = False
    ours.modules.update(modules)
    process, handlers, argv, path, values, inside.home.kept = copied
    ours.handlers.update(handlers)
    ours.argv[:], ours.path[:] = argv, path
    for (twin, _), named in zip(changed, values, strict=True):
        vars(twin).update(named)
    for counter in COPIED & parent.home.scratch.keys():
        inside.home.scratch[counter] = parent.home.scratch[counter]
    process._task_id = None
    return process


#: What every process has anew in its stand-ins.
_ITS_OWN = {
    "sys": {
        *("modules", "stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"),
        *("argv", "path", "meta_path", "path_hooks"),
    },
    "gc": {"callbacks"},
}
#: What a forked process has in its scratch from its parent: what counts and what was set.
COPIED = {"threads made", "executors made", "switch interval", "gc", "stack size"}


def _changed(name: str, module: ModuleType, twin: ModuleType) -> dict[str, Any]:
    """What the program has put into a stand-in, by name."""
    mine, fresh = vars(module), vars(twin)
    changed = {
        key: value
        for key, value in mine.items()
        if fresh.get(key) is not value and key not in _ITS_OWN.get(name, ())
    }
    changed = {key: value for key, value in changed.items() if not key.startswith("__")}
    if name == "sys":
        for stream in ("stdin", "stdout", "stderr"):
            if mine[stream] is not mine[f"__{stream}__"]:
                changed[stream] = mine[stream]
    return changed


def _blank(module: ModuleType, around: Surroundings) -> ModuleType:
    """An empty module in the place of one of the program's."""
    new = ModuleType(module.__name__)
    names = vars(module)
    for name in ("__spec__", "__loader__", "__package__", "__path__", "__file__", "__cached__"):
        if name in names:
            vars(new)[name] = names[name]
    vars(new)["__builtins__"] = around.builtins
    return new
