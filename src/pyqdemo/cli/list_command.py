"""``pyqdemo list``: the lessons, for people or as JSON."""

from __future__ import annotations

from pyqdemo.card import Card, Parameter
from pyqdemo.cli.commands import HELP, LANG, Command, Given, Option, Section
from pyqdemo.cli.console import Console
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
    console.write(listed(cards, given.lang))
    if cards:
        console.write(f"\n{say('menu.start_with', given.lang, name=cards[0].name)}\n")
    return Exit.FINE


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
        "references": [{"title": one.title, "url": one.url} for one in card.references],
    }


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
