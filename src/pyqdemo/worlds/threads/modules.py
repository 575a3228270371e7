"""The library modules that a program under control does not get as they are.

Three tables by name: those that have a stand-in, those that work but are not controlled, and
those that are refused, since a run with them would hang or escape. (A fourth, of the modules
of which every run has its own copy, is in ``private``.)
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from pyqdemo.worlds.stand_in import StandIn, names_with
from pyqdemo.worlds.threads.surroundings import Surroundings, refuse, surroundings

__all__ = ["UNCONTROLLED", "exists", "make", "mend", "note", "prepare", "refuse_where_needed"]

_STAND_INS = "pyqdemo.worlds.threads.stand_ins"

#: What stands for something else in each module: by its name, the modules of ``stand_ins`` and
#: the tables in them. They are imported for a program that imports that module.
_REPLACED: dict[str, tuple[str, ...]] = {
    "_thread": ("escapes:LOW_THREADS",),
    "atexit": ("systems:AT_EXIT",),
    "builtins": ("systems:BUILTINS",),
    "concurrent": (),
    "concurrent.futures": ("escapes:EXECUTORS", "executors:NAMES"),
    "concurrent.futures.process": ("mp.process_executors:NAMES",),
    "concurrent.futures.thread": ("executors:THREAD_NAMES",),
    "contextlib": ("systems:REDIRECTING",),
    "dataclasses": ("importlibs:DATACLASSES",),
    "functools": ("caching:CACHING",),
    "gc": ("systems:COLLECTING",),
    "importlib": ("importlibs:IMPORTLIB",),
    "importlib.util": ("importlibs:UTIL",),
    "multiprocessing": ("mp.contexts:NAMES",),
    "multiprocessing.connection": ("mp.connections:NAMES",),
    "multiprocessing.context": ("mp.contexts:CONTEXT",),
    "multiprocessing.pool": ("mp.pools:NAMES",),
    "multiprocessing.process": ("mp.contexts:PROCESS",),
    "multiprocessing.queues": ("mp.queues:NAMES",),
    "multiprocessing.sharedctypes": ("mp.values:NAMES",),
    "multiprocessing.synchronize": ("mp.locks:NAMES", "mp.conditions:NAMES"),
    "os": ("operating:OS",),
    "pytest": ("pytests:NAMES",),
    "queue": ("queues:NAMES",),
    "random": ("randoms:NAMES",),
    "signal": ("operating:SIGNAL",),
    "sys": ("systems:SYS",),
    "threading": ("threading_names:NAMES",),
    "time": ("times:NAMES",),
}

#: Names of a module that are another's, which is imported when they are first asked for.
_LATER = {"concurrent.futures.ProcessPoolExecutor": "concurrent.futures.process"}

#: Modules that end the run where the program imports them; by the sentence that says why.
_REFUSED: dict[str, str] = {
    "concurrent.futures.interpreter": "refused_processes",
    "multiprocessing.dummy": "refused_threads",
    "multiprocessing.managers": "refused_manager",
    **dict.fromkeys(("pdb", "getpass", "curses"), "refused_keyboard"),
}

#: Modules that work and are not controlled, with the reason: whatever is claimed of a run
#: holds of runs without them.
UNCONTROLLED: dict[str, str] = {
    **dict.fromkeys(
        ("asyncio", "asyncore", "asynchat", "select", "selectors", "socket", "socketserver"),
        "it waits for real events, in real time",
    ),
    **dict.fromkeys(
        ("_socket", "ftplib", "http.client", "http.server", "imaplib", "nntplib", "poplib"),
        "it talks to other machines",
    ),
    **dict.fromkeys(
        ("smtplib", "ssl", "telnetlib", "urllib.request", "wsgiref", "xmlrpc", "webbrowser"),
        "it talks to other machines",
    ),
    **dict.fromkeys(("subprocess", "pty"), "it starts programs that run as they like"),
    **dict.fromkeys(("datetime",), "it reads the real clock"),
    **dict.fromkeys(("secrets", "uuid", "tempfile"), "it draws what no seed decides"),
    "multiprocessing.shared_memory": "what it reads and changes cannot be seen",
    **dict.fromkeys(
        ("ctypes", "mmap", "_ctypes", "shelve", "dbm", "sqlite3", "fcntl"),
        "what it reads and changes cannot be seen",
    ),
    **dict.fromkeys(("tkinter", "turtle", "idlelib"), "it waits for a person"),
    **dict.fromkeys(("runpy", "imp"), "what it loads sees the real threading"),
    **dict.fromkeys(
        ("_interpreters", "_xxsubinterpreters", "concurrent.interpreters"),
        "it starts interpreters of its own",
    ),
    **dict.fromkeys(("tracemalloc", "faulthandler"), "it looks at the whole process"),
}
_LIBRARY = frozenset(sys.stdlib_module_names)

#: Modules that do not call the program back, or hold nothing while they do.
_QUIET = frozenset(
    {
        *sys.builtin_module_names,
        *("__future__", "abc", "collections", "enum", "functools", "itertools", "math"),
        *("operator", "string", "types", "typing"),
    }
)


class _Template(NamedTuple):
    """What the stand-ins of one module have in common in every run.

    Attributes:
        classes: ours among the names, each with its attributes, and those as they are before
            a run.
    """

    real: ModuleType
    names: Mapping[str, Any]
    classes: tuple[tuple[type, Mapping[str, Any], Mapping[str, Any]], ...]


_templates: dict[str, _Template] = {}


class Module(StandIn):
    """A stand-in in one run."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        if exists(full):
            return surroundings().importing.stand_in(full)
        if full in _LATER:
            return getattr(surroundings().importing.stand_in(_LATER[full]), name)
        refuse_where_needed(full)
        return super().__getattr__(name)


def exists(name: str) -> bool:
    """Whether there is a stand-in for the module of that name."""
    return name in _REPLACED


def _names(name: str) -> dict[str, Any]:
    """What stands for something else in the module of that name."""
    names: dict[str, Any] = {}
    for place in _REPLACED[name]:
        module, _, table = place.partition(":")
        names.update(getattr(import_module(f"{_STAND_INS}.{module}"), table))
    return names


def make(name: str, around: Surroundings) -> ModuleType:
    """A new stand-in, for one run."""
    prepare(name)
    template = _templates[name]
    module = Module(template.real, template.names)
    match name:
        case "gc":
            vars(module)["callbacks"] = []  # they would be called after the run
        case "sys":
            from pyqdemo.worlds.threads.stand_ins.systems import sys_of

            vars(module).update(sys_of(around))
        case "os":
            from pyqdemo.worlds.threads.stand_ins.operating import watch_environment

            watch_environment(around)
    return module


def prepare(name: str) -> None:
    """Whatever the stand-ins of a module have in common in every run is there from now on."""
    if exists(name) and name not in _templates:
        _templates[name] = _template(name)


def as_made(name: str) -> Mapping[str, Any]:
    """What the stand-in of that name has in every run, before a program changes anything."""
    return _templates[name].names


def changed_classes(name: str) -> Iterator[tuple[type, list[str]]]:
    """Our classes of that module in which a program has changed something, and what."""
    for each, now, before in _templates[name].classes:
        if len(now) != len(before) or not all(map(operator.is_, now.values(), before.values())):
            names = {*now, *before}
            yield each, sorted(name for name in names if now.get(name) is not before.get(name))


class Builtin(staticmethod):  # type: ignore[type-arg]  # no subscripts at run time
    """One of our functions in the place of one in C: in a class it becomes no method."""

    def __repr__(self) -> str:
        return f"<built-in function {self.__wrapped__.__name__}>"


def _like(real: ModuleType, name: str, ours: Any) -> Any:
    built_in = isinstance(ours, FunctionType) and type(vars(real).get(name)) is not FunctionType
    return Builtin(ours) if built_in else ours


def _template(name: str) -> _Template:
    real = import_module(name)
    known = {*vars(real), *getattr(real, "__all__", ())}  # not every Python has all names
    replaced = {key: _like(real, key, ours) for key, ours in _names(name).items() if key in known}
    names = names_with(real, replaced)
    names.pop("__getattr__", None)  # it would come before ours
    for below in (*_REPLACED, *_REFUSED, *_LATER):
        head, _, tail = below.rpartition(".")
        if head == name:
            names.pop(tail, None)
    own = [
        (each, vars(each), dict(vars(each)))
        for key, each in replaced.items()
        if isinstance(each, type) and vars(real).get(key) is not each
    ]
    return _Template(real, names, tuple(own))


def mend(names: Iterable[str]) -> None:
    """Gives our classes back what a program has replaced in them.

    Args:
        names: of the modules it has imported.
    """
    for name in names:
        template = _templates.get(name)
        for each, now, before in template.classes if template is not None else ():
            if now != before:
                _mend(each, before)


def _mend(each: type, before: Mapping[str, Any]) -> None:
    for name in [name for name in vars(each) if name not in before]:
        delattr(each, name)
    for name, value in before.items():
        if vars(each).get(name) is not value:
            setattr(each, name, value)


def beware(around: Surroundings, name: str) -> None:
    """A module is about to be imported for real: it may call the program back."""
    if name.partition(".")[0] not in _QUIET:
        around.world.libraries = True


def note(around: Surroundings, name: str, names: Sequence[str]) -> None:
    """Notes what was imported for real and is not controlled.

    Args:
        name: of the module.
        names: what is imported from it; modules may be among them.
    """
    root = name.partition(".")[0]
    if root == "pyqdemo":
        return  # its runs are their own
    noted = around.world.execution.note_uncontrolled
    if root not in _LIBRARY:
        noted(root)  # what a library from elsewhere does with threads, nobody knows
        return
    for full in (root, *_longer(name), *(f"{name}.{each}" for each in names)):
        if full in UNCONTROLLED:
            noted(full)


def _longer(name: str) -> Iterator[str]:
    """``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(2, len(parts) + 1))


def refuse_where_needed(name: str) -> None:
    """Ends the run if a module, or the package that it is in, cannot be controlled."""
    root = name.partition(".")[0]
    for full in (root, name):
        if full in _REFUSED:
            refuse(_REFUSED[full], full)
