"""An exception that ends a task's code: told as Python tells it, and noted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pyqdemo.kernel.texts import raised
from pyqdemo.worlds.threads.stand_ins.streams import standard_error
from pyqdemo.worlds.threads.surroundings import check_buffers
from pyqdemo.worlds.threads.world import Life, Unwind, here

__all__ = ["excepthook", "fail_thread", "show"]


def excepthook(args: Any, /) -> None:
    """``threading.excepthook``: a heading and the traceback on the program's stderr."""
    if args.exc_type is SystemExit:
        return
    name = "?" if args.thread is None else args.thread.name
    show(args.exc_value, f"Exception in thread {name}:\n")


def show(error: BaseException, heading: str = "") -> None:
    """Prints a traceback of the program's own frames."""
    from pyqdemo.worlds.threads.tracebacks import lines  # a run without failures needs none

    stream = standard_error()
    if stream is not None:
        folder = here().world.places.folder
        stream.write(heading + "".join(lines(error, folder)))


def fail_thread(life: Life, thread: Any, error: BaseException) -> str | None:
    """What happens where ``Thread.run`` raised; gives the result for the thread's end.

    SystemExit ends a thread without a word, as in a real one.
    """
    if isinstance(error, SystemExit):
        return None
    check_buffers(error)
    life.world.execution.failed(life.task, error)
    modules: dict[str, Any] = life.home.scratch.get("modules", {})
    hook = getattr(modules.get("threading"), "excepthook", excepthook)
    args = SimpleNamespace(
        exc_type=type(error),
        exc_value=error,
        exc_traceback=error.__traceback__,
        thread=thread,
    )
    try:
        hook(args)
    except Unwind:
        raise
    except SystemExit:
        pass  # as in a real thread, which it ends
    except BaseException as worse:
        show(worse, "Exception in threading.excepthook:\n")
    return raised(error)
