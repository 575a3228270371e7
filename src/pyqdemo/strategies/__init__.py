"""Who goes next: one strategy to a file, all over the seam in ``pyqdemo.point``."""

from pyqdemo.strategies.dfs import Dfs
from pyqdemo.strategies.dpor import Dpor
from pyqdemo.strategies.pct import Pct
from pyqdemo.strategies.random import Random
from pyqdemo.strategies.replay import Replay
from pyqdemo.strategies.round_robin import RoundRobin
from pyqdemo.strategies.states import States

__all__ = ["Dfs", "Dpor", "Pct", "Random", "Replay", "RoundRobin", "States"]
