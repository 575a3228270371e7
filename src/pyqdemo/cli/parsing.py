"""Typer reads the words of a command line; nothing is run in here.

Commands are made of plain data (``Command``), so that a lesson's card is all that its
command needs. Values stay text: our own checks tell a mistake in one line and in both
languages, which the parser's could not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_install_completion_arguments

from pyqdemo.cli.commands import Argument, Command, Given, Option
from pyqdemo.cli.complaints import of_program, told
from pyqdemo.errors import PyqdemoError, UsageError

__all__ = ["PROGRAM", "Typed", "parsed"]

PROGRAM = "pyqdemo"

#: The base of all that the parser itself complains about; Typer exports this leaf only.
_Complaint: type[Exception] = typer.BadParameter.__mro__[1]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a command line asks for: a command, or None for pyqdemo alone."""

    command: Command | None
    given: Given


def parsed(
    words: Sequence[str],
    *,
    lang: str,
    root: Sequence[Option],
    names: Callable[[], Iterable[str]],
    find: Callable[[str], Command],
) -> Typed | int:
    """What the words ask for; an exit code where Typer has answered by itself (completion).

    Args:
        root: options that stand before the command.
        names: every command's name, in order; asked for only where all are needed.
        find: the command of that name; raises UsageError where there is none.

    Raises:
        UsageError: an option, an argument or the command does not exist or lacks something.
    """
    group = _Shelf(lang, root, names, find)
    try:
        answer = group.main(list(words), prog_name=PROGRAM, standalone_mode=False)
    except _Complaint as complaint:
        raise told(complaint, words, None, root) from None
    return answer if isinstance(answer, Typed) else int(answer or 0)


class _Shelf(TyperGroup):
    """The commands, each made only when it is asked for."""

    def __init__(
        self,
        lang: str,
        root: Sequence[Option],
        names: Callable[[], Iterable[str]],
        find: Callable[[str], Command],
    ) -> None:
        options: list[Any] = [_option(option, lang) for option in root]
        super().__init__(
            name=PROGRAM,
            params=[*options, *get_install_completion_arguments()],
            callback=lambda **values: self._alone(values),
            invoke_without_command=True,
            add_help_option=False,
            rich_markup_mode=None,
        )
        self._lang, self._root, self._names, self._find = lang, root, names, find

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self._names())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _Shelved(self._find(cmd_name), self._lang)

    def invoke(self, ctx: Any) -> Any:
        alone = self._alone(ctx.params)
        # --help and --version before a command are about pyqdemo itself.
        return alone if alone.given.flags else super().invoke(ctx)

    def _alone(self, values: Mapping[str, Any]) -> Typed:
        return Typed(None, _given("", self._lang, self._root, (), values))


class _Shelved(TyperCommand):
    """One command as Typer knows it; what it answers is the ``Typed`` for it."""

    def __init__(self, command: Command, lang: str) -> None:
        options = (*command.options, *command.unoffered)
        params: list[Any] = [_option(option, lang) for option in command.options]
        params += [_option(option, lang, hidden=True) for option in command.unoffered]
        params += [_argument(argument) for argument in command.arguments]

        def answer(**values: Any) -> Typed:
            given = _given(command.name, lang, options, command.arguments, values)
            return Typed(command, given)

        super().__init__(
            name=command.name,
            params=params,
            callback=answer,
            # What is left over is told by us.
            context_settings={"allow_extra_args": True},
            short_help=command.summary[lang],
            add_help_option=False,
            rich_markup_mode=None,
        )
        self._command = command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        command, typed = self._command, list(args)
        try:
            left = super().parse_args(ctx, args)
        except _Complaint as complaint:
            if any(argument.many for argument in command.arguments):
                raise of_program(complaint, typed, command) from None
            raise told(complaint, typed, command) from None
        if left and not ctx.resilient_parsing:
            raise UsageError(
                "argument_extra", command=command.name, value=left[0], next=f"{command.name} --help"
            )
        return left


def _option(option: Option, lang: str, *, hidden: bool = False) -> Any:
    return TyperOption(
        param_decls=[option.flag, _python_name(option.name)],
        help=option.help[lang],
        hidden=hidden,
        is_flag=not option.metavar,
        default=None if option.metavar else False,
        type=str if option.metavar else None,
        autocompletion=_completion(lambda: option.choices) if option.metavar else None,
    )


def _argument(argument: Argument) -> Any:
    return TyperArgument(
        param_decls=[_python_name(argument.name)],
        nargs=-1 if argument.many else 1,
        required=False,
        autocompletion=_completion(argument.choices) if argument.choices else None,
    )


def _completion(choices: Callable[[], tuple[str, ...]]) -> Callable[..., list[str]]:
    def complete(ctx: Any, args: list[str], incomplete: str) -> list[str]:
        try:
            return [choice for choice in choices() if choice.startswith(incomplete)]
        except PyqdemoError:  # a lesson with a slip must not print into the middle of a shell
            return []

    return complete


def _python_name(name: str) -> str:
    # ``for`` and ``json`` are names of the language or of modules: none of ours is one.
    return "given_" + name.lower().replace("-", "_")


def _given(
    command: str,
    lang: str,
    options: Sequence[Option],
    arguments: Sequence[Argument],
    values: Mapping[str, Any],
) -> Given:
    told = {option.name: values.get(_python_name(option.name)) for option in options}
    stood = {one.name: values.get(_python_name(one.name)) for one in arguments}
    return Given(
        command=command,
        lang=lang,
        flags=frozenset(name for name, value in told.items() if value is True),
        values={name: value for name, value in told.items() if isinstance(value, str)},
        arguments={
            name: value if isinstance(value, tuple) else (value,)
            for name, value in stood.items()
            if value is not None
        },
    )
