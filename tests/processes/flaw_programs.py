"""The little programs of examples/flaws, and what each comes to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "METHODS", "PROGRAMS", "Come"]

FOLDER = Path(__file__).parents[2] / "examples" / "flaws"
METHODS = ("fork", "spawn", "forkserver")

_ARRIVED = [f"get {letter} from queue" for letter in "abcd"]
_RECEIVED = [f"recv {number} from pipe" for number in (1, 2, 3, 4)]
_EOF = ["EOF: nobody holds the sending end any more"]


@dataclass(frozen=True, slots=True)
class Come:
    """What a program comes to.

    Attributes:
        lines: that its processes print, in no order between them.
        ends: it comes to its end.
        seed: with which it does so under control.
        forced: how it is made to do so natively, a key of ``natively.FORCED``.
        methods: the start methods under which it does.
    """

    program: str
    lines: list[str]
    arguments: tuple[str, ...] = ()
    ends: bool = True
    seed: int = 0
    forced: str = ""
    methods: tuple[str, ...] = METHODS


PROGRAMS = [
    Come("sender_dies", ["the sender is dead: -9", *_RECEIVED], ends=False),
    Come("closed_late", [], ends=False, methods=("fork",)),
    Come("closed_late", _EOF, methods=("spawn", "forkserver")),
    Come("closed_late", _EOF, arguments=("early",)),
    Come("put_not_sent", ["empty: True   qsize: 1", _ARRIVED[0]], forced="a late feeder"),
    Come(
        "put_not_sent", ["empty: False   qsize: 1", _ARRIVED[0]], seed=7, forced="a prompt feeder"
    ),
    Come("changed_after_put", ["put ['tea'], got ['tea', 'cake']"], forced="a late feeder"),
    Come("changed_after_put", ["put ['tea'], got ['tea']"], seed=4, forced="a prompt feeder"),
    Come("read_lock_lost", ["Empty, with qsize 1"]),
    Come("join_before_drain", [], ends=False),
    Come("join_before_drain", ["got 60000 characters"], arguments=("60",)),
    Come("writer_killed", ["Empty, with qsize 4"], forced="a late feeder"),
    Come("writer_killed", [*_ARRIVED, "Empty, with qsize 0"], seed=30, forced="a prompt feeder"),
    Come("put_back_blocks", [], ends=False),
]
