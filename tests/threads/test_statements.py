"""Which statement of a text each of its lines belongs to."""

from __future__ import annotations

from textwrap import dedent

from pyqdemo.worlds.threads.statements import statements_of

TEXT = """\
@decorated(
    1)
def work(
    n,
):
    made = [
        n,
    ]
    for n in range(
        3
    ):
        made.append(n)
    else:
        made.clear()
    try:
        n += 1
    except (
        ValueError
    ):
        n = 2
    while n: n -= 1
    match n:
        case 1:
            n = (
                3)
    return n
"""


def test_each_line_belongs_to_the_innermost_statement_that_stands_on_it() -> None:
    """Read off the text: a head without its body; ``else`` belongs to its loop's body, and is
    never come to."""
    first = statements_of(TEXT).first
    begins = sorted(set(first.values()))
    assert begins == [1, 6, 9, 12, 14, 15, 16, 17, 20, 21, 22, 23, 24, 26]
    lines = {begin: sorted(line for line in first if first[line] == begin) for begin in begins}
    assert {begin: found for begin, found in lines.items() if found != [begin]} == {
        1: [1, 2, 3, 4, 5],
        6: [6, 7, 8],
        9: [9, 10, 11],
        17: [17, 18, 19],
        24: [24, 25],
    }


def test_a_loop_on_one_line_goes_round_on_it() -> None:
    assert statements_of(TEXT).loops == {21}


def test_a_string_that_looks_like_code_is_none() -> None:
    text = dedent(
        """
        def work():
            return \'\'\'
        for n in 3: pass
        \'\'\'
        """
    )
    assert statements_of(text).loops == frozenset()
