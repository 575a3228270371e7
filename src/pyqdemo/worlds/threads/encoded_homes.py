"""How a process's modules and settings are told, and what it has changed in our stand-ins."""

from __future__ import annotations

import operator
from collections.abc import Collection
from types import ModuleType
from typing import Any, NamedTuple

from pyqdemo.worlds.stand_in import StandIn
from pyqdemo.worlds.threads import modules
from pyqdemo.worlds.threads.encoding import Encoding
from pyqdemo.worlds.threads.lives import Home

__all__ = ["Changed", "tell_home"]

#: What the import system has put into a module, and nobody changes.
_ITS_OWN = frozenset(
    {
        *("__builtins__", "__loader__", "__spec__", "__cached__", "__file__"),
        *("__doc__", "__annotations__"),
    }
)
#: Of ``sys``, what every process has for itself.
_OF_SYS = frozenset({"argv", "path", "modules", "meta_path", "path_hooks"})
_STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
#: Of a process's scratch, what is told elsewhere or leads to nothing.
_SCRATCH = frozenset({"modules", "streams", "feedings", "observed"})


class Changed(NamedTuple):
    """What a program has changed in a stand-in.

    Attributes:
        values: all of the stand-in's, when it was last looked at.
        changed: names that stand for something else than before the run.
        gone: names that are there no more.
    """

    values: list[Any]
    changed: list[str]
    gone: list[str]


def tell_home(encoding: Encoding, home: Home, known: dict[ModuleType, Changed]) -> None:
    """A process's modules and settings, but for what ``tell_process`` tells.

    Args:
        known: what was found in stand-ins before; what is found now is put there.
    """
    around = home.surroundings
    encoding.put(
        b"h",
        home.main.id,
        home.exit_code,
        encoding.refs((around.argv, around.path)),
        sorted(around.modules),
        encoding.refs((around.at_exit, around.before_join, around.at_last)),
        encoding.ref(around.handlers),
        [(name, loading.task.id) for name, loading in around.importing._loading.items()],
    )
    kept = {key: value for key, value in home.scratch.items() if key not in _SCRATCH}
    keys = sorted(kept, key=str)
    encoding.put(b"hk", keys, encoding.refs(kept[key] for key in keys))
    seen: set[int] = set()
    for name, module in sorted(around.modules.items()):
        if module is None or id(module) in seen:
            continue
        seen.add(id(module))
        if isinstance(module, StandIn):
            _tell_stand_in(encoding, name, module, known)
        else:
            held = vars(module)
            names = [key for key in held if key not in _ITS_OWN]
            encoding.put(b"g", name, names, encoding.refs(held[key] for key in names))


def _tell_stand_in(
    encoding: Encoding, name: str, module: ModuleType, known: dict[ModuleType, Changed]
) -> None:
    """What the program has changed in it, and in the classes in it."""
    for kind, names in modules.changed_classes(name):
        held = [vars(kind).get(key) for key in names]
        encoding.put(b"kc", name, kind.__qualname__, names, encoding.refs(held))
    now = vars(module)
    found = known.get(module)
    if found is None or not _are_same(now.values(), found.values):
        found = known[module] = _changed_in(name, module)
    if found.changed or found.gone:
        values = encoding.refs(now[key] for key in found.changed)
        encoding.put(b"gs", name, found.changed, values, found.gone)


def _are_same(values: Collection[Any], others: Collection[Any]) -> bool:
    return len(values) == len(others) and all(map(operator.is_, values, others))


def _changed_in(name: str, module: ModuleType) -> Changed:
    now, before = vars(module), modules.as_made(name)
    own = _OF_SYS if name == "sys" else frozenset({"callbacks"} if name == "gc" else ())
    changed = [key for key, value in now.items() if key not in own and before.get(key) is not value]
    if name == "sys":
        changed = [key for key in changed if not _is_at_first(module, key)]
    # What observes the program's plain data has names there that no program can have.
    changed = [key for key in changed if key != "__import__" and not key.startswith(".")]
    return Changed(list(now.values()), changed, [key for key in before if key not in now])


def _is_at_first(system: ModuleType, name: str) -> bool:
    """Whether a stream of a process is the one that it had at its beginning."""
    held = vars(system)
    return name in _STREAMS and held[name] is held[f"__{name.strip('_')}__"]
