"""Which statement of a text each of its lines belongs to."""

from __future__ import annotations

import ast
import warnings
from typing import NamedTuple

__all__ = ["NOTHING", "Statements", "statements_of"]


class Statements(NamedTuple):
    """The statements of a text, by the lines on which they begin.

    Attributes:
        first: line → the line on which the innermost statement begins that it is part of. The
            head of a compound statement (``for``, ``with``, ``def`` with its decorators) is
            one, without its body; so is ``except`` and ``case``.
        loops: those lines on which a loop stands with its body.
    """

    first: dict[int, int]
    loops: frozenset[int]


#: Of a text that is not there.
NOTHING = Statements({}, frozenset())


def statements_of(text: str) -> Statements:
    """The statements of a text that is Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they came when it was compiled
        tree = ast.parse(text)
    first: dict[int, int] = {}
    loops: set[int] = set()
    for node in ast.walk(tree):  # what contains comes before what it contains
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            begins, ends = _extent(node)
            first.update(dict.fromkeys(range(begins, ends + 1), begins))
            if isinstance(node, ast.For | ast.AsyncFor | ast.While) and node.body[0].lineno <= ends:
                loops.add(begins)
    return Statements(first, frozenset(loops))


def _extent(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> tuple[int, int]:
    """The first and the last line of a statement, of a compound one those of its head."""
    begins = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    decorators = getattr(node, "decorator_list", [])
    begins = min([begins, *(each.lineno for each in decorators)])
    body = getattr(node, "body", None)
    if not body:
        return begins, getattr(node, "end_lineno", None) or begins
    inside = min([body[0].lineno, *(d.lineno for d in getattr(body[0], "decorator_list", []))])
    return begins, max(begins, inside - 1)
