"""English and Chinese, side by side and equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LANGUAGES", "Text", "language_from"]

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in every language; ``text["zh"]`` takes one out."""

    en: str
    zh: str

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def format(self, **facts: object) -> Text:
        """Both languages with their placeholders filled."""
        return Text(self.en.format(**facts), self.zh.format(**facts))


def language_from(environ: Mapping[str, str]) -> str:
    """The language an environment asks for: PYQDEMO_LANG, LC_ALL, LC_MESSAGES, LANG.

    The first variable that is set and not empty decides, as POSIX has it for locales.
    """
    for variable in ("PYQDEMO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(variable)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
