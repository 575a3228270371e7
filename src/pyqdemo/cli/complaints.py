"""What the parser complains about, as a mistake of ours: with what was probably meant."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence

from pyqdemo.cli.commands import Command, Option
from pyqdemo.errors import UsageError

__all__ = ["of_program", "told"]


def told(
    complaint: Exception,
    words: Sequence[str],
    command: Command | None,
    root: Sequence[Option] = (),
) -> UsageError:
    """The parser's complaint as a mistake of ours.

    Args:
        words: that stand after the command; all of them where there is none.
        root: options that stand before a command.
    """
    flag = str(getattr(complaint, "option_name", ""))
    known = {option.flag: option for option in (command.options if command else root)}
    helping = f"{command.name} --help" if command else "--help"
    match type(complaint).__name__:
        case "NoSuchOption":
            near = difflib.get_close_matches(flag, known, 1)
            if near and command is not None:
                meant = _mended(words, flag, known[near[0]])
                facts = {"command": command.name, "option": flag, "next": _offered(meant, command)}
                return UsageError("option_nearest", **facts)
            if command is not None:
                facts = {"command": command.name, "option": flag, "next": helping}
                return UsageError("option_unknown", **facts)
            return UsageError("option_nowhere", option=flag, next=near[0] if near else helping)
        case "BadOptionUsage" if flag in known:
            wrong = "option_empty" if known[flag].metavar else "option_full"
            meant = _mended(words, flag, known[flag])
            return UsageError(wrong, option=flag, next=_offered(meant, command))
    reason = str(getattr(complaint, "message", complaint)).rstrip(".")
    return UsageError("usage", reason=reason, next=helping)


def of_program(complaint: Exception, words: Sequence[str], command: Command) -> UsageError:
    """As ``told``, where an option that we do not know may be meant for the user's program."""
    if type(complaint).__name__ != "NoSuchOption":
        return told(complaint, words, command)
    flag = str(getattr(complaint, "option_name", ""))
    ours, others = _sorted_out(words, command)
    places, others = _placed(others, command)
    following = shlex.join([command.name, *places, *ours, "--", *others])
    facts = {"command": command.name, "option": flag, "next": following}
    return UsageError("option_of_program", **facts)


def _placed(words: Sequence[str], command: Command) -> tuple[list[str], list[str]]:
    """The command's arguments by place, examples for those that are missing, and the rest.

    The first is a file of Python if there is one. A further one follows it at once, or else
    comes last: a word in between may be the value of an option.
    """
    rest, places, near = list(words), list[str](), 0
    for argument in (one for one in command.arguments if not one.many):
        files = [at for at, word in enumerate(rest) if word == "-" or not word.startswith("-")]
        if not files:
            places.append(argument.example)
            continue
        python = [at for at in files if rest[at].endswith(".py")]
        first = python[0] if python else files[0]
        near = first if not places else near if near in files else files[-1]
        places.append(rest.pop(near))
    return places, rest


def _mended(words: Sequence[str], flag: str, option: Option) -> list[str]:
    """The words with that option in the place of the flag, and a value if it lacks one."""
    mended: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*mended, word, *rest]
        typed, equals, value = word.partition("=")
        if typed != flag:
            mended.append(word)
        elif not option.metavar:
            mended.append(option.flag)
        elif equals:
            mended.append(f"{option.flag}={value}")
        else:
            lacks = not rest or rest[0].startswith("--")
            _, *tried = option.to_try.split() if lacks else [option.flag]
            again = {part for part in tried if part.startswith("--") and part in words}
            mended += [option.flag, *(part for part in tried if part not in again)]
    return mended


def _offered(words: Sequence[str], command: Command | None) -> str:
    """The words as a command line, with an example of what the command cannot do without."""
    if command is None:
        return shlex.join(words)
    _, rest = _sorted_out(words, command)
    needs = any(not (one.many or one.optional) for one in command.arguments)
    example = shlex.split(command.example) if needs and not any(rest) else []
    return shlex.join([command.name, *example, *words])


def _sorted_out(words: Sequence[str], command: Command) -> tuple[list[str], list[str]]:
    """The words that are options of ours with their values, and all the others."""
    known = {option.flag: option for option in command.options}
    ours: list[str] = []
    others: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return ours, others + rest
        option = known.get(word.partition("=")[0])
        if option is None:
            others.append(word)
            continue
        ours.append(word)
        if option.metavar and "=" not in word and rest:
            ours.append(rest.pop(0))
    return ours, others
