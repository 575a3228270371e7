"""What a program's text uses: what it can look at or change that no state tells.

Files, the environment, frames, what a library keeps for itself: a program that may use them has
no exact states. That is read off its text and on the safe side.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple

from pyqdemo.worlds.threads.private import PRIVATE
from pyqdemo.worlds.threads.programs import Program

__all__ = ["Used", "used_by"]

#: They show frames, or what these hold, or how often something is held.
_PEEKING = frozenset(
    {
        *("_getframe", "_current_frames", "f_locals", "f_back", "gi_frame", "tb_frame", "tb_lasti"),
        *("getrefcount", "locals", "open", "_clear_type_cache", "getallocatedblocks"),
    }
)
#: Of ``os``, what belongs to the run or asks for what never changes.
_OF_OS = frozenset({"getpid", "getppid", "kill", "_exit", "abort", "cpu_count", "name", "sep"})

#: Modules of the library that keep nothing, or whose state is the run's own.
_KEPT_BY_NOBODY = frozenset(
    {
        *("__future__", "_thread", "abc", "array", "atexit", "bisect", "builtins", "cmath"),
        *("collections", "concurrent", "contextlib", "copy", "dataclasses", "enum", "fractions"),
        *("functools", "heapq", "itertools", "json", "keyword", "math", "multiprocessing"),
        *("numbers", "operator", "os", "queue", "random", "re", "signal", "statistics", "string"),
        *("struct", "sys", "textwrap", "threading", "time", "types", "typing"),
    }
)

#: By them the counter behind ``task_done`` can be lowered, set or read.
_COUNTING = frozenset({"task_done", "unfinished_tasks", "shutdown"})
#: By them all variables of a function are seen, whether it reads them any more or not.
_SHOWING = frozenset({"vars", "dir", "breakpoint"})
#: By them anything can be reached under a name that is made up.
_BY_NAME = frozenset({"getattr", "attrgetter", "methodcaller", "exec", "eval", "__getattribute__"})


class Used(NamedTuple):
    """What a program may look at, as far as its text shows it.

    Attributes:
        peeks: a name by which it sees what no state tells; None if there is none.
        counts: whether it can see how many items of a queue are unfinished.
        shows: whether it can see variables that their function does not read any more.
    """

    peeks: str | None
    counts: bool
    shows: bool


_known: dict[tuple[str, ...], Used] = {}


def used_by(program: Program) -> Used:
    """What a program's files, as far as they have been read, may look at."""
    texts = (program.file.text, *program.sources.texts)
    used = _known.get(texts)
    if used is None:
        codes = [compile(text, "", "exec", dont_inherit=True) for text in texts]
        names = {name for code in codes for name in _names(code)}
        modules = {name for code in codes for name in _imported(code)}
        peeking = sorted((names & _PEEKING) | set(filter(_keeps, modules)))
        if "os" in modules:
            peeking += sorted((names & set(dir(sys.modules["os"]))) - _OF_OS - _EVERYWHERE)
        counts = bool(names & (_COUNTING | _BY_NAME))
        shows = bool(names & (_SHOWING | _BY_NAME))
        _known.clear()  # of one program at a time
        used = _known[texts] = Used(peeking[0] if peeking else None, counts, shows)
    return used


#: Names of ``os`` that many other things have.
_EVERYWHERE = frozenset({"sys", "st", "abc", "name", "close", "read", "write", "wait", "error"})


def _keeps(module: str) -> bool:
    """Whether a module of the library keeps something that a program could change or look at."""
    root = module.partition(".")[0]
    known = root in _KEPT_BY_NOBODY or root in PRIVATE
    return root in sys.stdlib_module_names and not known


def _imported(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield instruction.argval
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from _imported(constant)


def _names(code: CodeType) -> Iterator[str]:
    """Names and texts in code, and in what is defined in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if type(constant) is str:
            yield constant
        elif type(constant) is CodeType:
            yield from _names(constant)
