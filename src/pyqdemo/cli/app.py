"""All commands together: from the words of a command line to an exit code."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pyqdemo import __version__
from pyqdemo.card import Card
from pyqdemo.cli.commands import HELP, LANG, Command, Given, Option, Section
from pyqdemo.cli.console import Console, console, ended_by_signals, let_go, unread
from pyqdemo.cli.copy_command import COPY
from pyqdemo.cli.doctor_command import DOCTOR
from pyqdemo.cli.explain_command import EXPLAIN, explain_command
from pyqdemo.cli.explore_command import EXPLORE, explore_command
from pyqdemo.cli.finding import nearest
from pyqdemo.cli.helping import help_of, help_of_all
from pyqdemo.cli.lesson_command import lesson_command
from pyqdemo.cli.list_command import LIST
from pyqdemo.cli.menu import menu
from pyqdemo.cli.mistakes import reason, tell
from pyqdemo.cli.program_command import RUN
from pyqdemo.cli.replay_command import REPLAY
from pyqdemo.cli.source_command import SOURCE
from pyqdemo.cli.words import text
from pyqdemo.errors import CardError, Exit, PyqdemoError, UnknownLesson, UnusableFile, UsageError
from pyqdemo.languages import LANGUAGES, Text, language_from
from pyqdemo.lessons import catalogue

__all__ = ["main"]

#: Every command that is no lesson, in the order of the help.
COMMANDS = (RUN, EXPLORE, EXPLAIN, REPLAY, LIST, SOURCE, COPY, DOCTOR)
#: A panel without a command is left out.
PANELS = ("lessons", "program", "more")
VERSION = Option("--version", text("root.version"))
ROOT = (Option("--lang", text("option.lang_all"), LANG.metavar, "", LANGUAGES), VERSION, HELP)
#: Typer reads and answers these; here they are only for the help.
COMPLETION = (
    Option("--install-completion", text("root.install")),
    Option("--show-completion", text("root.show")),
)
COMPLETING = "_PYQDEMO_COMPLETE"


def main(words: Sequence[str], person: Console | None = None) -> int:
    """Does what the words of a command line ask for; nothing is raised for a user's mistake.

    Args:
        words: without the name of the program.
        person: where to read and write; by default the process's own streams.

    Returns:
        The exit code: one of ``Exit``, ``PIPE_CLOSED``, or 128 and a signal's number.
    """
    person = person or console()
    lang = language_from(person.environ) if person.shows("中文") else "en"
    typed = _typed_language(words)
    with ended_by_signals(person):
        try:
            lang = _language(words, typed, person.environ)
            if not person.shows("中文"):
                lang = "en"  # an escape for every character could not be read by anyone
            code = _answer(words, lang, typed, person)
            person.out.flush()
        except PyqdemoError as mistake:
            code = _complain(mistake, lang, typed, person)
        except BrokenPipeError:
            code = unread(person, lang)
        except OSError as error:
            what = error.filename or Text("the output", "输出")
            refused = UnusableFile("system", what=what, reason=reason(error))
            code = _complain(refused, lang, typed, person)
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        except SystemExit as leaving:  # by a signal, or by Typer after a completion
            code = leaving.code if isinstance(leaving.code, int) else Exit.FINE
    return code if person.signal is None else 128 + person.signal


def _complain(mistake: PyqdemoError, lang: str, typed: str | None, person: Console) -> int:
    # While a shell completes, any line would land in the middle of the person's own.
    if not person.environ.get(COMPLETING):
        try:
            person.complain(tell(mistake, lang, typed_lang=typed))
        except OSError:
            let_go(person.out)
            let_go(person.err)
    return mistake.exit_code


def _answer(words: Sequence[str], lang: str, typed_lang: str | None, person: Console) -> int:
    alone = _without_language(words)
    if alone in ([], ["--help"]) and not person.environ.get(COMPLETING):
        # What newcomers type first does not need Typer, which takes as long as all the rest.
        return _alone(frozenset(word[2:] for word in alone), lang, person)
    from pyqdemo.cli.parsing import parsed

    typed = parsed(words, lang=lang, root=ROOT, names=_names, find=_find)
    if isinstance(typed, int):
        return typed
    command, given = typed.command, typed.given
    if command is None:
        return _alone(given.flags, lang, person)
    if given.has("help") or given.has("help-all"):
        person.write(help_of(command, lang, everything=given.has("help-all")))
        return Exit.FINE
    if typed_lang is not None:  # before the command, perhaps
        given = replace(given, values={"lang": typed_lang, **given.values})
    try:
        return command.start(given, person)
    except PyqdemoError as mistake:
        mistake.facts.setdefault("next", f"{command.name} --help")
        raise


def _alone(flags: frozenset[str], lang: str, person: Console) -> int:
    """pyqdemo without a command."""
    if "version" in flags:
        person.write(f"pyqdemo {__version__}\n")
        return Exit.FINE
    cards = _lessons()
    if "help" not in flags:
        return menu(cards, lang, person)
    options = Section(text("panel.options"), (*ROOT[:2], *COMPLETION, ROOT[2]))
    first = cards[0].name if cards else LIST.name
    person.write(help_of_all(list(_panels(cards)), options, first, lang))
    return Exit.FINE


def _panels(cards: Sequence[Card]) -> Iterator[tuple[Text, list[tuple[str, Text]]]]:
    rows: dict[str, list[tuple[str, Text]]] = {panel: [] for panel in PANELS}
    rows["lessons"] = [(card.name, card.summary) for card in cards]
    for command in COMMANDS:
        needed = [one for one in command.arguments if not (one.many or one.optional)]
        marks = [argument.name for argument in needed[:1]]  # the rest its own help tells
        rows[command.panel].append((" ".join([command.name, *marks]), command.summary))
    for panel, under in rows.items():
        if under:
            yield text(f"panel.{panel}"), under


def _names() -> list[str]:
    return [*(card.name for card in _lessons()), *(command.name for command in COMMANDS)]


def _lessons() -> tuple[Card, ...]:
    """The catalogue. Raises CardError, also where a lesson has the name of a command."""
    cards = catalogue()
    taken = {command.name for command in COMMANDS}
    for card in cards:
        if card.name in taken:
            file = str(card.program.with_suffix(".toml"))
            raise CardError("reserved_name", file=file, name=card.name)
    return cards


def _find(name: str) -> Command:
    """The command of that name.

    Raises:
        UnknownLesson, UsageError: there is none; the nearest is told.
        CardError: a lesson's card does not hold together.
    """
    for command in COMMANDS:
        if command.name == name:
            return _with_lessons(command) if command in (EXPLORE, EXPLAIN) else command
    for card in _lessons():
        if card.name == name:
            return lesson_command(card)
    near = nearest(name, _names())
    if near is None:
        raise UnknownLesson("unknown_lesson_far", name=name)
    if near in {command.name for command in COMMANDS}:
        raise UsageError("unknown_command", name=name, nearest=near)
    raise UnknownLesson("unknown_lesson", name=name, nearest=near)


def _with_lessons(command: Command) -> Command:
    """The command with the lessons' own options, unless a card does not hold together."""
    try:
        with_options = explore_command if command is EXPLORE else explain_command
        return with_options(_lessons())
    except CardError:
        return command


def _typed_language(words: Sequence[str]) -> str | None:
    """What stands after ``--lang``, before or after the command; None if it does not."""
    ours = list(words[: words.index("--")] if "--" in words else words)
    typed = None
    for word, following in zip(ours, [*ours[1:], None], strict=False):
        if word == "--lang":
            typed = following
        elif word.startswith("--lang="):
            typed = word.partition("=")[2]
    return typed


def _language(words: Sequence[str], typed: str | None, environ: Mapping[str, str]) -> str:
    """The language of our words: the typed one, else as environ says.

    It is looked for before anything else is read, since every word after needs it.

    Raises:
        UsageError: we do not speak it.
    """
    if typed is None:
        return language_from(environ)
    try:
        Given("", "", values={"lang": typed}).choice(LANG)
    except UsageError as mistake:
        mistake.facts["next"] = shlex.join(_with_language(words, "zh"))
        raise
    return typed


def _with_language(words: Sequence[str], lang: str) -> Iterator[str]:
    """The words with that language in the place of every other one."""
    before = None
    for number, word in enumerate(words):
        if word == "--":
            yield from words[number:]
            return
        if before == "--lang":
            yield lang
        else:
            yield f"--lang={lang}" if word.startswith("--lang=") else word
        before = word


def _without_language(words: Sequence[str]) -> list[str]:
    """The words without ``--lang`` and its value, where these stand first."""
    left = list(words)
    while left and left[0].partition("=")[0] == "--lang":
        del left[: 1 if "=" in left[0] else 2]
    return left
