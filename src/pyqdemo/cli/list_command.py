"""``pyqdemo list``: the lessons, for people or as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from pyqdemo.card import Card, Flaw, Parameter
from pyqdemo.cli.commands import HELP, LANG, Command, Given, Option, Section
from pyqdemo.cli.console import Console
from pyqdemo.cli.flaws import shown_flaws
from pyqdemo.cli.helping import WIDTH, cells, padded, wrapped
from pyqdemo.cli.menu import listed
from pyqdemo.cli.words import say, text
from pyqdemo.errors import Exit
from pyqdemo.languages import LANGUAGES, Text
from pyqdemo.lessons import catalogue

__all__ = ["LIST"]


def _start(given: Given, console: Console) -> int:
    cards = catalogue()
    if given.has("json"):
        import json

        told = json.dumps([_plain(card) for card in cards], ensure_ascii=False, indent=2)
        console.write(told + "\n")
        return Exit.FINE
    console.write(listed(cards, given.lang) + _flaws(cards, given.lang))
    if cards:
        console.write(f"\n{say('menu.start_with', given.lang, name=cards[0].name)}\n")
    return Exit.FINE


def _flaws(cards: Sequence[Card], lang: str) -> str:
    """The lessons with flaws that can be shown on purpose, and these by their ids."""
    flawed = {card.name: shown_flaws(card) for card in cards if shown_flaws(card)}
    if not flawed:
        return ""
    longest = max(map(cells, flawed))
    lines = ["", say("list.flaws", lang)]
    for name, flaws in flawed.items():
        told = wrapped(", ".join(flaw.id for flaw in flaws), WIDTH - longest - 4)
        for first, ids in zip([name, *[""] * len(told)], told, strict=False):
            lines.append(f"  {padded(first, longest)}  {ids}")
    return "\n".join([*lines, ""])


def _plain(card: Card) -> dict[str, object]:
    """What a program wants to know of a lesson."""
    return {
        "name": card.name,
        "title": _both(card.title),
        "summary": _both(card.summary),
        "about": _both(card.about),
        "parameters": [_parameter(parameter) for parameter in card.parameters],
        "speed": card.speed,
        "processes": card.processes,
        "promises": list(card.promises.keep),
        "program": str(card.program),
        "published": None if card.published is None else str(card.published),
        "published_endless": card.endless,
        "published_flaws": [_flaw(flaw) for flaw in card.flaws],
        "references": [{"title": one.title, "url": one.url} for one in card.references],
    }


def _flaw(flaw: Flaw) -> dict[str, object]:
    shown = None if flaw.show is None else flaw.show.options
    return {"id": flaw.id, "text": _both(flaw.text), "show": shown}


def _parameter(parameter: Parameter) -> dict[str, object]:
    return {
        "name": parameter.name,
        "option": parameter.option,
        "kind": parameter.kind,
        "default": parameter.default,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "published": parameter.published,
        "help": _both(parameter.help),
    }


def _both(told: Text) -> dict[str, str]:
    return {lang: told[lang] for lang in LANGUAGES}


LIST = Command(
    name="list",
    panel="more",
    summary=text("list.summary"),
    about=text("list.about"),
    sections=(Section(text("panel.options"), (Option("--json", text("list.json")), LANG, HELP)),),
    start=_start,
)
