"""The values that a draw can give, as a program would print them."""

from __future__ import annotations

import re

from pyqdemo.point import Draw

__all__ = ["values_of"]

_CALL = re.compile(r"(randrange|randint)\((-?\d+)(?:, (-?\d+))?(?:, (-?\d+))?\)")


def values_of(draw: Draw) -> tuple[str, ...] | None:
    """The text of each option's value; None if the draw is not of whole numbers."""
    call = _CALL.fullmatch(draw.told)
    if call is None:
        return None
    name, *given = call.groups()
    numbers = [int(each) for each in given if each is not None]
    if name == "randint":
        numbers[1] += 1
    values = tuple(map(str, range(*numbers)))
    return values if len(values) == draw.options else None
