"""The catalogue: every lesson there is, in the order of the course.

A lesson is a card (a TOML file) and the programs beside it. Lessons lie in a folder
of their own, or one folder down, by chapter::

    demos/threading_queue/chefs.toml
    demos/threading_queue/chefs.py
    demos/threading_queue/chefs_as_published.py

Adding a lesson adds files there and changes nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pyqdemo.card import Card, read_card
from pyqdemo.errors import CardError, UnknownLesson

__all__ = ["EXTRA", "catalogue", "demo_folders", "lesson"]

EXTRA = "PYQDEMO_DEMOS"


def demo_folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders lessons are taken from: our own, then the one PYQDEMO_DEMOS names.

    Ours lies inside the package where a wheel was installed, and at the root of the
    checkout otherwise.

    Raises:
        CardError: one of them is no folder.
    """
    package = Path(__file__).parent
    carried = package / "demos"
    folders = [carried if carried.is_dir() else package.parents[1] / "demos"]
    if environ.get(EXTRA):
        folders.append(Path(environ[EXTRA]).expanduser().absolute())
    for folder in folders:
        if not folder.is_dir():
            raise CardError("card_wrong", file=str(folder), reason="there is no such folder")
    return tuple(folders)


def catalogue(folders: Sequence[Path] | None = None) -> tuple[Card, ...]:
    """Every lesson, sorted by the order its card states, then by name.

    Args:
        folders: where to look; by default ``demo_folders()``. A folder given twice, or
            by two names, counts once.

    Raises:
        CardError: a card does not hold together, or two lessons have one name. The
            error names the file; the other lessons are not offered without it, so
            that a teacher's slip is seen at once.
    """
    found: dict[str, Card] = {}
    for path in _card_files(demo_folders() if folders is None else folders):
        card = read_card(path)
        twin = found.setdefault(card.name, card)
        if twin is not card:
            reason = f"there is a lesson {card.name} already: {twin.program}"
            raise CardError("card_wrong", file=str(path), reason=reason)
    return tuple(sorted(found.values(), key=lambda card: (card.order, card.name)))


def lesson(name: str, folders: Sequence[Path] | None = None) -> Card:
    """The lesson of that name.

    Raises:
        UnknownLesson: there is none; ``facts`` hold the name and the nearest there is.
        CardError: as ``catalogue``.
    """
    cards = catalogue(folders)
    for card in cards:
        if card.name == name:
            return card
    raise UnknownLesson("unknown_lesson", name=name, nearest=_nearest(name, cards))


def _card_files(folders: Sequence[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in folders:
        for pattern in ("[!._]*.toml", "[!._]*/[!._]*.toml"):
            for path in sorted(folder.glob(pattern)):
                if (real := path.resolve()) not in seen:
                    seen.add(real)
                    yield path


def _nearest(name: str, cards: Sequence[Card]) -> str:
    from difflib import SequenceMatcher  # only a mistake pays for it

    def likeness(other: str) -> float:
        return SequenceMatcher(None, name.lower().replace("_", "-"), other).ratio()

    # Of several equally near ones, the first of the course.
    return max((card.name for card in cards), key=likeness, default="")
