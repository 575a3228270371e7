"""The list of lessons, and the menu that is made of it on a terminal."""

from __future__ import annotations

import difflib
import select
import sys
import time
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from pyqdemo.card import Card
from pyqdemo.cli.commands import Given
from pyqdemo.cli.console import Console
from pyqdemo.cli.helping import cells, padded
from pyqdemo.cli.lesson_command import watch_lesson
from pyqdemo.cli.runs import Look
from pyqdemo.cli.words import say
from pyqdemo.errors import Exit

__all__ = ["listed", "menu"]

#: How a person leaves: q, Ctrl-D, Escape.
_LEAVE = frozenset("qQ\x04\x1b")
_AGAIN = frozenset("\r\n")


def listed(cards: Sequence[Card], lang: str) -> str:
    """The head and a line for each lesson."""
    longest = max((cells(card.name) for card in cards), default=0)
    digits = len(str(len(cards)))
    rows = [
        f"  {number:>{digits}}  {padded(card.name, longest)}  {card.summary[lang]}\n"
        for number, card in enumerate(cards, 1)
    ]
    return say("menu.head", lang) + "\n\n" + "".join(rows)


def menu(cards: Sequence[Card], lang: str, console: Console) -> int:
    """Lets a person pick a lesson, runs it, and asks what next until they leave.

    Off a terminal it lists the lessons and says how to start one.
    """
    told = listed(cards, lang)
    if not cards:
        console.write(told)
        return Exit.FINE
    if not console.terminal:
        console.write(f"{told}\n{say('menu.start_with', lang, name=cards[0].name)}\n")
        return Exit.FINE
    console.write(f"\n{told}\n")
    card = _ask(cards, lang, console)
    published = False
    while card is not None:
        console.write("\n")
        # However it ended (a broken promise, Ctrl-C), the person decides what comes next.
        watch_lesson(card, Look(lang), console, Given(card.name, lang), published=published)
        if console.signal is not None:
            return 128 + console.signal
        question = f"\n{_choices(card, lang, published)}\n"
        pressed = _key(console, question, "b" if card.published else "")
        if pressed == "q":
            return Exit.FINE
        published ^= pressed == "b"
    return Exit.FINE


def _ask(cards: Sequence[Card], lang: str, console: Console) -> Card | None:
    """The lesson a person types; None if they leave."""
    while True:
        console.write(say("menu.ask", lang, name=cards[0].name))
        try:
            line = console.keys.readline()
        except KeyboardInterrupt:
            console.write("\n")  # what follows begins a line of its own
            raise
        if not line:  # Ctrl-D
            console.write("\n")
            return None
        # Chinese input methods type full-width letters and digits too.
        answer = unicodedata.normalize("NFKC", line).strip().lower().replace("_", "-")
        if answer in ("q", "quit", "exit"):
            return None
        card = _picked(answer, cards)
        if card is not None:
            return card
        near = difflib.get_close_matches(answer, [card.name for card in cards], 1, 0.4)
        nearest = near[0] if near else cards[0].name
        facts = {"answer": line.strip()[:40], "last": len(cards), "nearest": nearest}
        console.write(say("menu.unknown", lang, **facts) + "\n")


def _picked(answer: str, cards: Sequence[Card]) -> Card | None:
    """By number, by name, by a beginning that only one name has; Enter is the first."""
    if not answer:
        return cards[0]
    if answer.isdecimal():
        number = int(answer[:9])
        return cards[number - 1] if 1 <= number <= len(cards) else None
    named = [card for card in cards if card.name == answer]
    begun = named or [card for card in cards if card.name.startswith(answer)]
    return begun[0] if len(begun) == 1 else None


def _choices(card: Card, lang: str, published: bool) -> str:
    """The line after a run: what exists today, nothing more."""
    keys = ["menu.again", "menu.leave"]
    if card.published:
        keys.insert(1, "menu.repaired" if published else "menu.broken")
    return "    ".join(say(key, lang) for key in keys)


def _key(console: Console, question: str, others: str) -> str:
    """The next key that means something: ``again``, one of ``others``, or ``q``."""
    from pyqdemo.views.keys import Keys

    with Keys(console.keys) as keys:
        if not keys.reading:  # a terminal that is not ours alone: a line will do
            console.write(question)
            line = console.keys.readline()
            return _meaning(line or "q", others) or "again"
        _forget(console.keys)  # before the question stands there: the quickest answer counts
        console.write(question)
        while keys.reading:
            _wait(console.keys)
            meaning = _meaning(keys.pressed(), others)
            if meaning:
                return meaning
    return "q"  # the terminal has gone away


def _forget(stream: TextIO) -> None:
    """Drops keys pressed while the program ran: they answer no question of ours."""
    if sys.platform != "win32":
        import termios

        termios.tcflush(stream.fileno(), termios.TCIFLUSH)


def _wait(stream: TextIO) -> None:
    """Until there may be a key."""
    if sys.platform == "win32":
        time.sleep(0.05)
    else:
        select.select([stream.fileno()], [], [])


def _meaning(pressed: str, others: str) -> str:
    """What the first key of these that means something means; empty if none does."""
    for key in unicodedata.normalize("NFKC", pressed):
        if key in _LEAVE:
            return "q"
        if key in _AGAIN:
            return "again"
        if key.lower() in others:
            return key.lower()
    return ""
