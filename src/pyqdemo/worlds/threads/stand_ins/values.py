"""Short texts for values of the program."""

from __future__ import annotations

from reprlib import Repr

from pyqdemo.worlds.threads.lives import OnlyLooking, local

__all__ = ["SHORT", "short"]

SHORT = 80  # characters of a value or a name that are kept

_bounded = Repr()
_bounded.maxstring = _bounded.maxother = 200
_bounded.maxlist = _bounded.maxtuple = _bounded.maxdict = 10


def short(value: object) -> tuple[str, int]:
    """A short repr of a value and how many characters of it were left out.

    A repr of the program's own may do anything; what it raises is told in its place. It is
    only looked at, which a run without us would not have done: an operation that it attempts
    does not happen, and what it draws is drawn from a stream of its own.
    """
    kind = type(value)
    if kind is int and -(10**18) < value < 10**18:  # type: ignore[operator]
        return str(value), 0
    if value is None or kind is bool or kind is float:
        return repr(value), 0
    if kind is str or kind is bytes:
        return repr(value[:SHORT]), max(0, len(value) - SHORT)  # type: ignore[index, arg-type]
    life = getattr(local, "life", None)
    before = (False, False) if life is None else (life.looking, life.inside)
    if life is not None:
        # Also where no operation is under way yet: looking is no step.
        life.looking = life.inside = True
    try:
        text = _bounded.repr(value)
    except OnlyLooking:
        text = f"<{kind.__name__}>"
    except BaseException as error:
        text = f"<{kind.__name__}: repr raised {type(error).__name__}>"
    finally:
        if life is not None:
            life.looking, life.inside = before
    return text[:SHORT], max(0, len(text) - SHORT)
