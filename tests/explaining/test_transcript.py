"""What people copy from a terminal, and the program's lines in it."""

from __future__ import annotations

import pytest

from pyqdemo.explaining.transcript import Transcript, readings_of, transcript_of

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
    "power shell": "PS C:\\work> & C:/Python/python.exe c:/work/program.py\na\nb\nPS C:\\work>\n",
    "oh my zsh": "➜  work git:(main) ✗ python program.py\na\nb\n➜  work git:(main) ✗\n",
    "conda and zsh": "(base) ➜  ~ python program.py\na\nb\n(base) ➜  ~\n",
    "two lines of prompt": "~/work on  main via 🐍\n❯ python program.py\na\nb\n~/work on main\n❯\n",
    "a frame of prompt": "┌──(me㉿kali)-[~]\n└─$ python program.py\na\nb\n┌──(me㉿kali)-[~]\n└─$\n",
    "an interpreter": ">>> import program\na\nb\n>>>\n",
    "a bare command": "python program.py\na\nb\n",
    "a command with its path": "/usr/bin/python3.12 /home/me/program.py \na\nb\n",
    "pycharm": "a\nb\n\nProcess finished with exit code 0\n",
    "an editor": '[Running] python -u "program.py"\na\nb\n\n[Done] exited with code=0\n',
    "a fence": "```text\na\nb\n```\n",
    "a fence with a prompt": "```\n$ python program.py\na\nb\n```",
    "indented": "    a\n    b\n",
    "indented with a prompt": "    $ python program.py\n    a\n    b\n",
    "indented behind a prompt": "$ python program.py\n    a\n    b\n",
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


def test_an_empty_line_between_all_lines_is_left_out() -> None:
    told = transcript_of("a\n\nb\n\nc\n")
    assert (told.lines, told.tidied) == (("a", "b", "c"), ("spacing",))


def test_lines_stay_that_look_like_a_prompt_in_the_midst_of_others() -> None:
    """Only at the beginning is a command without a sign of a shell taken for one."""
    text = "a\nb\nc\nd\ne\nf\npython program.py\ng\n"
    assert transcript_of(text).lines == tuple(text.splitlines())


@pytest.mark.parametrize(
    "text", ["$ python program.py\na\n", "    a\n", "Process finished with exit code 0\na\n"]
)
def test_what_may_be_the_programs_own_is_read_as_it_is_first(text: str) -> None:
    literal, tidied = readings_of(text)
    assert literal.lines == tuple(line.rstrip() for line in text.splitlines())
    assert tidied.lines == ("a",)


def test_what_needs_no_tidying_has_one_reading() -> None:
    (reading,) = readings_of("\n\x1b[1ma\x1b[0m \r\nb\r\n")
    assert reading.lines == ("a", "b")


@pytest.mark.parametrize(("text", "open_ended"), [("a\nb", True), ("a\nb\n", False)])
def test_a_text_that_does_not_end_its_last_line_may_break_off_there(
    text: str, open_ended: bool
) -> None:
    assert transcript_of(text).open_ended == open_ended
    assert transcript_of(f"$ python program.py\n{text}").open_ended == open_ended
