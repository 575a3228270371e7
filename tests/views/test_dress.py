"""Colours: a failure is red and a proof green on every terminal that has colours."""

from __future__ import annotations

import colorsys
import io
import re

import pytest

from pyqdemo.views.dress import Line, Tone, dress_for

#: The first 16 of a terminal's palette as an SGR names them: red and bright red, green likewise.
RED, GREEN = {"31", "91"}, {"32", "92"}
TERMINALS = [
    {"TERM": "xterm"},
    {"TERM": "xterm-256color"},
    {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
]
GROUNDS = [{}, {"COLORFGBG": "15;0"}, {"COLORFGBG": "0;15"}, {"COLORFGBG": "0;default"}]


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


def sgr(tone: Tone, environ: dict[str, str]) -> list[str]:
    """The parameters that a text of that tone stands behind."""
    painted = dress_for(Terminal(), environ).paint(Line().add("x", tone))
    found = re.match(r"\x1b\[([0-9;]*)m", painted)
    return found[1].split(";") if found else []


def hue(parameters: list[str]) -> str:
    """``red``, ``green`` or another, of what an SGR sets."""
    if RED & set(parameters):
        return "red"
    if GREEN & set(parameters):
        return "green"
    if "38" not in parameters:
        return "none"
    of = parameters[parameters.index("38") + 1 :]
    if of[0] == "5":  # the cube of 6 x 6 x 6 behind the first 16
        number = int(of[1]) - 16
        levels = (0, 95, 135, 175, 215, 255)
        rgb = [levels[number // 36], levels[number // 6 % 6], levels[number % 6]]
    else:
        rgb = [int(part) for part in of[1:4]]
    degrees = colorsys.rgb_to_hsv(*rgb)[0] * 360
    if degrees <= 15 or degrees >= 345:
        return "red"
    return "green" if 100 <= degrees <= 150 else f"{degrees:.0f}"


@pytest.mark.parametrize("ground", GROUNDS, ids=str)
@pytest.mark.parametrize("terminal", TERMINALS, ids=str)
def test_a_failure_is_red_and_a_proof_green(
    terminal: dict[str, str], ground: dict[str, str]
) -> None:
    environ = {**terminal, **ground}
    assert hue(sgr(Tone.FAILED, environ)) == "red"
    assert hue(sgr(Tone.WELL, environ)) == hue(sgr(Tone.WELL_STRONG, environ)) == "green"


@pytest.mark.parametrize("terminal", TERMINALS, ids=str)
def test_no_color_leaves_weight_alone(terminal: dict[str, str]) -> None:
    assert sgr(Tone.FAILED, {**terminal, "NO_COLOR": "1"}) == ["1"]
    assert sgr(Tone.WELL, {**terminal, "NO_COLOR": "1"}) == []
