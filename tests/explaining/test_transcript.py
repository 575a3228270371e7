"""What people copy from a terminal, and the program's lines in it."""

from __future__ import annotations

import pytest

from pyqdemo.explaining.transcript import Transcript, transcript_of

PASTED = {
    "lines": "a\nb\n",
    "no end": "a\nb",
    "crlf": "a\r\nb\r\n",
    "blanks at the ends of lines": "a   \nb\t\n",
    "empty lines around": "\n\na\nb\n\n\n",
    "a byte order mark": "\ufeffa\nb\n",
    "colours": "\x1b[1;31ma\x1b[0m\nb\n",
    "a prompt with the command": "$ python program.py\na\nb\n",
    "a prompt with a folder": "me@host:~/work$ python3 program.py\na\nb\nme@host:~/work$\n",
    "an environment": "(venv) me@host:~$ python program.py\na\nb\n",
    "windows": "C:\\work> python program.py\na\nb\n",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_the_programs_lines_are_found_in_what_was_pasted(text: str) -> None:
    assert transcript_of(text).lines == ("a", "b")


def test_ctrl_c_with_its_traceback_is_left_out_and_noted() -> None:
    text = (
        "a\n^CTraceback (most recent call last):\n"
        '  File "program.py", line 3, in <module>\n    main()\nKeyboardInterrupt\n'
    )
    assert transcript_of(text) == Transcript(("a",), stopped=True, left_out=4)


def test_a_line_in_which_ctrl_c_was_pressed_may_break_off() -> None:
    assert transcript_of("a\nlong li^C\n") == Transcript(("a", "long li"), True, True, 0)


def test_an_empty_line_between_others_stays() -> None:
    """Merged prints leave one."""
    assert transcript_of("ab\n\nc\n").lines == ("ab", "", "c")
