"""The settings in a schedule's text: ``seed=7``, ``sleeps=loose``, ``producers=2``.

A setting whose name is none of ours is a parameter of the lesson. A parameter that is
called like one of ours has a dot before it: ``.seed=3``. What is neither a letter, a digit
nor one of ``_ . / -`` stands as ``%`` and two hex digits for each of its bytes in UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from keyword import iskeyword
from math import isfinite
from typing import Any

from pyqdemo.errors import ScheduleError
from pyqdemo.languages import Text
from pyqdemo.schedule.made import Schedule

__all__ = ["malformed", "read_settings", "settings_of"]


def settings_of(schedule: Schedule) -> Iterator[str]:
    """Those that are not at their defaults, as they are written, in one order.

    Raises:
        ScheduleError: ``schedule_unwritable`` (name): a value that no text can carry.
    """
    for name, value in _of(schedule):
        yield f"{name}={_written(name, value)}"


def read_settings(pieces: Iterable[tuple[int, str]]) -> dict[str, Any]:
    """The attributes of a Schedule that the settings give.

    Args:
        pieces: each setting, with its place in the whole text.

    Raises:
        ScheduleError: as ``malformed`` makes it.
    """
    settings: dict[str, Any] = {"parameters": {}, "arguments": (), "bounds": {}}
    seen: set[str] = set()
    for place, piece in pieces:
        typed, equals, text = piece.partition("=")
        try:
            name = _unquoted(typed)
            read, expected = _form(name)
        except ValueError:
            raise malformed(place, piece, _NAMED) from None
        if not equals:
            raise malformed(place + len(piece), "", Text("=", "="))
        if name in seen and name != "arg":
            raise malformed(place, piece, Text(f"{name} only once", f"{name} 只出现一次"))
        seen.add(name)
        try:
            _put(settings, name, read(text))
        except ValueError:
            raise malformed(place + len(typed) + 1, text, expected) from None
    return settings


def malformed(place: int, seen: str, expected: Text) -> ScheduleError:
    """``schedule_malformed`` with its facts.

    Args:
        place: of the first character that is wrong, from 1.
        seen: what stands there; it is cut if long.
    """
    short = seen if len(seen) <= 60 else f"{seen[:57]}..."
    told = short or Text("nothing", "没有")
    return ScheduleError("schedule_malformed", place=place, expected=expected, seen=told)


def _of(schedule: Schedule) -> Iterator[tuple[str, object]]:
    if schedule.seed is not None:
        yield "seed", schedule.seed
    if schedule.sleeps != "strict":
        yield "sleeps", schedule.sleeps
    if schedule.granularity != "operation":
        yield "granularity", schedule.granularity
    if schedule.start_method is not None:
        yield "start-method", schedule.start_method
    if schedule.stdout != "terminal":
        yield "stdout", schedule.stdout
    if schedule.prints != "whole":
        yield "prints", schedule.prints
    if schedule.draws is not None:
        yield "draws", schedule.draws
    for name, value in sorted(schedule.parameters.items()):
        if not isinstance(value, int):
            raise ScheduleError("schedule_unwritable", name=name)
        yield f".{name}" if name in _FORMS else _quoted(name), value
    for argument in schedule.arguments:
        yield "arg", argument
    for name, key in _BOUNDS.items():
        if key in schedule.bounds:
            yield name, schedule.bounds[key]


def _written(name: str, value: object) -> str:
    """The value's text, which its own reader takes."""
    try:
        match value:
            case bool():
                text = "true" if value else "false"
            case float():
                text = repr(value).removesuffix(".0")
            case tuple():
                text = ".".join(map(str, value))
            case str() if name == "arg":
                text = _quoted(value)
            case _:
                text = str(value)
        read, _ = _form(_unquoted(name))
        read(text)
    except ValueError:
        raise ScheduleError("schedule_unwritable", name=name) from None
    return text


def _put(settings: dict[str, Any], name: str, value: Any) -> None:
    if name == "arg":
        settings["arguments"] += (value,)
    elif name in _BOUNDS:
        settings["bounds"][_BOUNDS[name]] = value
    elif name in _FORMS:
        settings[name.replace("-", "_")] = value
    else:
        settings["parameters"][name.removeprefix(".")] = value


# Readers of values: each raises ValueError for what is none.


def _whole(text: str) -> int:
    """ASCII digits, and so many that Python always converts them, to a float too."""
    if not re.fullmatch(r"-?[0-9]{1,300}", text):
        raise ValueError(text)
    return int(text)


def _count(text: str) -> int:
    count = _whole(text)
    if count < 1:
        raise ValueError(text)
    return count


def _seconds(text: str) -> float | int:
    if not re.fullmatch(r"[0-9]{1,300}(\.[0-9]{1,300})?(e[+-]?[0-9]{1,3})?", text):
        raise ValueError(text)
    seconds = int(text) if text.isdecimal() else float(text)
    if not (seconds > 0 and isfinite(seconds)):
        raise ValueError(text)
    return seconds


def _options(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"([0-9]{1,9}(\.[0-9]{1,9})*)?", text):
        raise ValueError(text)
    return tuple(map(int, text.split("."))) if text else ()


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


def _of_a_parameter(text: str) -> int | bool:
    return text == "true" if text in ("true", "false") else _whole(text)


def _quoted(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if chr(byte) in _UNQUOTED else f"%{byte:02X}" for byte in raw)


def _unquoted(text: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9_./-]|%[0-9A-Fa-f]{2})*", text):
        raise ValueError(text)
    raw = re.sub(r"%(..)", lambda found: chr(int(found[1], 16)), text).encode("latin-1")
    return raw.decode("utf-8", "surrogatepass")


_UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-")

_Form = tuple[Callable[[str], Any], Text]
_COUNT: _Form = (_count, Text("a whole number, 1 or more", "不小于 1 的整数"))
_PARAMETER: _Form = (
    _of_a_parameter,
    Text("a whole number, true or false", "整数、true 或 false"),
)

#: Our own settings: how to read one, and what it must be. Only ``arg`` may stand twice.
_FORMS: Mapping[str, _Form] = {
    "seed": (_whole, Text("a whole number", "整数")),
    "sleeps": (_one_of("strict", "loose"), Text("strict or loose", "strict 或 loose")),
    "granularity": (_one_of("operation", "line"), Text("operation or line", "operation 或 line")),
    "start-method": (
        _one_of("fork", "spawn", "forkserver"),
        Text("fork, spawn or forkserver", "fork、spawn 或 forkserver"),
    ),
    "stdout": (_one_of("terminal", "pipe"), Text("terminal or pipe", "terminal 或 pipe")),
    "prints": (_one_of("whole", "parted"), Text("whole or parted", "whole 或 parted")),
    "draws": (
        _options,
        Text("whole numbers, 0 or more, with dots between", "不小于 0 的整数，用点隔开"),
    ),
    "arg": (_unquoted, Text("letters, digits, _ . / - and %XX", "字母、数字、_ . / - 和 %XX")),
    "for": (_seconds, Text("seconds, a number above 0", "大于 0 的秒数")),
    "max-steps": _COUNT,
    "stop-after": _COUNT,
}
_BOUNDS = {"for": "for_s", "max-steps": "max_steps", "stop-after": "stop_after"}
_NAMED = Text(
    f"one of {', '.join(_FORMS)}, or a parameter's name",
    f"{'、'.join(_FORMS)} 之一，或参数名",
)


def _form(name: str) -> _Form:
    """That of a setting of ours, or of a parameter. Raises ValueError: nothing is called so."""
    if name in _FORMS:
        return _FORMS[name]
    parameter = name.removeprefix(".")
    dotted = parameter != name
    if not parameter.isidentifier() or iskeyword(parameter) or dotted != (parameter in _FORMS):
        raise ValueError(name)
    return _PARAMETER
