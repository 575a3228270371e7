"""Runs a function that uses the stand-in classes directly, without any import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.limits import Limits
from pyqdemo.kernel.log import Log
from pyqdemo.kernel.texts import raised
from pyqdemo.point import Strategy
from pyqdemo.strategies.random import Random
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.places import Places
from pyqdemo.worlds.threads.stand_ins.streams import announce_streams
from pyqdemo.worlds.threads.world import Unwind, World, here

FOLDER = str(Path(__file__).parent)


def carry(
    main: Callable[[], object],
    strategy: Strategy | None = None,
    *,
    loose: bool = False,
    max_steps: int = 10_000,
    for_s: float | None = None,
    stop_after: int | None = None,
    patience_s: float = 10.0,
) -> Execution:
    """One execution of ``main`` as the main task; its record is ``execution.log``.

    Args:
        strategy: by default random choices from the seed 0.
    """
    limits = Limits(max_steps, for_s, stop_after, loose)
    execution = Execution(strategy or Random(0), limits, Log())

    def body() -> str | None:
        try:
            main()
        except Unwind:
            raise
        except BaseException as error:
            execution.failed(here().task, error)
            return raised(error)
        return None

    with Carriers() as carriers:
        world = World(execution, Places(FOLDER), carriers, patience_s=patience_s)
        announce_streams(world.execution.log)
        world.run(body, list)
    return execution
