"""Who goes next: one strategy to a file, all over the seam in ``pyqdemo.point``."""

from pyqdemo.strategies.pct import Pct
from pyqdemo.strategies.random import Random
from pyqdemo.strategies.replay import Replay
from pyqdemo.strategies.round_robin import RoundRobin

__all__ = ["Pct", "Random", "Replay", "RoundRobin"]
