"""The program's plain data, seen: what each step touches, and where two tasks race for it."""

from pyqdemo.observing.notes import Notes
from pyqdemo.observing.noting import observers
from pyqdemo.observing.pickled import Pickled
from pyqdemo.observing.places import PlacedNotes, Touch
from pyqdemo.observing.races import (
    Move,
    Pair,
    Scan,
    Unordered,
    contested,
    orders,
    pair_of,
    races,
)
from pyqdemo.observing.rewriting import Facts, rewrite

__all__ = [
    "Facts",
    "Move",
    "Notes",
    "Pair",
    "Pickled",
    "PlacedNotes",
    "Scan",
    "Touch",
    "Unordered",
    "contested",
    "observers",
    "orders",
    "pair_of",
    "races",
    "rewrite",
]
