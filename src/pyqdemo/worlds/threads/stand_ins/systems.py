"""``sys``, ``builtins``, ``atexit`` and ``contextlib``: what a program takes for its process."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from pyqdemo.worlds.threads.stand_ins.calls import left_out, refused
from pyqdemo.worlds.threads.stand_ins.failing import show
from pyqdemo.worlds.threads.stand_ins.streams import program_print, standard_stream
from pyqdemo.worlds.threads.surroundings import Surroundings, surroundings
from pyqdemo.worlds.threads.world import Unwind, here

__all__ = ["AT_EXIT", "BUILTINS", "COLLECTING", "REDIRECTING", "SYS", "call_at_exit", "sys_of"]

F = TypeVar("F", bound=Callable[..., object])


class Modules(MutableMapping[str, Any]):
    """``sys.modules``: the run's own modules and the stand-ins before the real ones."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def __getitem__(self, name: str) -> Any:
        mine = self._around.modules
        if name in mine:
            return mine[name]
        real = sys.modules[name]
        return self._around.importing.seen(name, real)

    def __setitem__(self, name: str, module: Any) -> None:
        self._around.modules[name] = module

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._around.modules.pop(name, None)  # a real one stays for the others here

    def __iter__(self) -> Iterator[str]:
        return iter({**sys.modules, **self._around.modules})

    def __len__(self) -> int:
        return len({**sys.modules, **self._around.modules})

    def copy(self) -> dict[str, Any]:
        return {**sys.modules, **self._around.modules}


# sys


def excepthook(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None, /
) -> None:
    """``sys.excepthook``: the traceback on the program's stderr."""
    show(error)


def setrecursionlimit(limit: int, /) -> None:
    """``sys.setrecursionlimit``, for as long as the run lasts."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    surroundings().undo.setdefault("recursion limit", partial(sys.setrecursionlimit, before))


def set_int_max_str_digits(maxdigits: int) -> None:
    """``sys.set_int_max_str_digits``, for as long as the run lasts."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(maxdigits)
    surroundings().undo.setdefault("digits", partial(sys.set_int_max_str_digits, before))


def setswitchinterval(interval: float, /) -> None:
    """``sys.setswitchinterval``: means nothing here, where we decide who runs."""
    if not interval > 0:
        raise ValueError("switch interval must be strictly positive")
    here().home.scratch["switch interval"] = float(interval)


def getswitchinterval() -> float:
    """What the program has set, else Python's own default."""
    interval: float = here().home.scratch.get("switch interval", 0.005)
    return interval


breakpointhook = refused("refused_keyboard", "breakpoint")

#: Of the module ``sys``, alike in every run.
SYS: dict[str, Any] = {
    "excepthook": excepthook,
    "__excepthook__": excepthook,
    "setrecursionlimit": setrecursionlimit,
    "set_int_max_str_digits": set_int_max_str_digits,
    "setswitchinterval": setswitchinterval,
    "getswitchinterval": getswitchinterval,
    "settrace": left_out("sys.settrace"),
    "setprofile": left_out("sys.setprofile"),
    "addaudithook": left_out("sys.addaudithook"),
    "breakpointhook": breakpointhook,
    "__breakpointhook__": breakpointhook,
}


def sys_of(around: Surroundings) -> dict[str, Any]:
    """Of the module ``sys``, what a run has for itself. There is no keyboard."""
    out, err = (standard_stream(around.home, name) for name in ("stdout", "stderr"))
    keyboard = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    return {
        "argv": around.argv,
        "path": around.path,
        "modules": Modules(around),
        "stdin": keyboard,
        "stdout": out,
        "stderr": err,
        "__stdin__": keyboard,
        "__stdout__": out,
        "__stderr__": err,
        "meta_path": list(sys.meta_path),
        "path_hooks": list(sys.path_hooks),
    }


# builtins


def program_input(prompt: object = "", /) -> str:
    """``input``: from what the program has as ``sys.stdin``, which is empty at first."""
    if prompt != "":
        program_print(prompt, end="", flush=True)
    system = surroundings().modules.get("sys")
    line: str = "" if system is None else system.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.removesuffix("\n")


class Quitter:
    """``exit`` and ``quit``; Python's own close the keyboard of the whole process."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Use {self.name}() or Ctrl-D (i.e. EOF) to exit"

    def __call__(self, code: object = None) -> NoReturn:
        raise SystemExit(code)


def _breakpoint(*args: Any, **kwargs: Any) -> Any:
    system = surroundings().modules.get("sys")
    hook = breakpointhook if system is None else system.breakpointhook
    return hook(*args, **kwargs)


program_print.__name__ = program_print.__qualname__ = "print"
program_input.__name__ = program_input.__qualname__ = "input"
_breakpoint.__name__ = _breakpoint.__qualname__ = "breakpoint"

#: Of the module ``builtins``, besides ``__import__``.
BUILTINS: dict[str, Any] = {
    "print": program_print,
    "input": program_input,
    "exit": Quitter("exit"),
    "quit": Quitter("quit"),
    "breakpoint": _breakpoint,
}


# contextlib


class _Redirect(contextlib.AbstractContextManager[Any]):
    """``contextlib.redirect_stdout``, for the program's own ``sys.stdout``."""

    _stream = "stdout"

    def __init__(self, new_target: Any) -> None:
        self._new_target = new_target
        self._old_targets: list[Any] = []

    def __enter__(self) -> Any:
        system = surroundings().importing.stand_in("sys")
        self._old_targets.append(getattr(system, self._stream))
        setattr(system, self._stream, self._new_target)
        return self._new_target

    def __exit__(self, *_: object) -> None:
        system = surroundings().importing.stand_in("sys")
        setattr(system, self._stream, self._old_targets.pop())


class redirect_stdout(_Redirect):
    """``contextlib.redirect_stdout``."""


class redirect_stderr(_Redirect):
    """``contextlib.redirect_stderr``."""

    _stream = "stderr"


#: Of the module ``contextlib``.
REDIRECTING: dict[str, Any] = {
    "redirect_stdout": redirect_stdout,
    "redirect_stderr": redirect_stderr,
}


# gc


def _enable() -> None:
    here().home.scratch["gc"] = True


def _disable() -> None:
    here().home.scratch["gc"] = False


def _isenabled() -> bool:
    enabled: bool = here().home.scratch.get("gc", True)
    return enabled


for _call, _name in ((_enable, "enable"), (_disable, "disable"), (_isenabled, "isenabled")):
    _call.__name__ = _call.__qualname__ = _name

#: Of the module ``gc``: it belongs to the process, and is off while a program is under
#: control, where objects shall die in every run at the same place. ``collect`` works.
COLLECTING: dict[str, Any] = {
    "enable": _enable,
    "disable": _disable,
    "isenabled": _isenabled,
    **{name: left_out(f"gc.{name}") for name in ("set_threshold", "set_debug", "freeze")},
    "unfreeze": left_out("gc.unfreeze"),
}


# atexit


def register(func: F, /, *args: Any, **kwargs: Any) -> F:
    if not callable(func):
        raise TypeError("the first argument must be callable")
    surroundings().at_exit.append((func, args, kwargs))
    return func


def unregister(func: Callable[..., object], /) -> None:
    calls = surroundings().at_exit
    calls[:] = [call for call in calls if call[0] != func]


def _clear() -> None:
    surroundings().at_exit.clear()


def _ncallbacks() -> int:
    return len(surroundings().at_exit)


def _run_exitfuncs() -> None:
    call_at_exit(surroundings())


def call_at_exit(around: Surroundings) -> None:
    """Calls what was registered, the last one first; what one raises is printed."""
    while around.at_exit:
        func, args, kwargs = around.at_exit.pop()
        try:
            func(*args, **kwargs)
        except Unwind:
            raise
        except BaseException as error:
            where = (
                f"Exception ignored in atexit callback {func!r}:\n"
                if sys.version_info >= (3, 13)
                else f"Exception ignored in atexit callback: {func!r}\n"
            )
            show(error, where)


#: Of the module ``atexit``.
AT_EXIT: dict[str, Any] = {
    "register": register,
    "unregister": unregister,
    "_clear": _clear,
    "_ncallbacks": _ncallbacks,
    "_run_exitfuncs": _run_exitfuncs,
}
