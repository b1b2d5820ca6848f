"""Sentences for people, kept as data: a code and its parameters travel, words are chosen at the edge.

Each package keeps its own table, `<package>/data/messages.toml`, with one block a code:

    [slug_taken]
    zh-Hans = "…{slug}…"
    zh-Hant = "…{slug}…"
    en = "…{slug}…"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
DEFAULT_LANGUAGE = LANGUAGES[0]
_OPTIONAL = re.compile(r"‹([^›]*)›")
_NAME = re.compile(r"{(\w+)")
_TABLES = ("catalog", "ingest", "search", "portal")


@dataclass(frozen=True)
class Message:
    """One sentence: its code and what is filled in. `str()` gives Simplified Chinese."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence in `language`. Raises KeyError for a code that no table has."""
        row = table()[self.code]
        return fill(str(row.get(language, row[DEFAULT_LANGUAGE])), self.params)

    def __str__(self) -> str:
        return self.text()


def say(code: str, **params: Any) -> Message:
    """A Message, in one short word."""
    return Message(code, params)


def fill(template: str, params: Mapping[str, Any]) -> str:
    """Put the parameters in their places; values are cut to 200 characters so that no input is echoed at length.

    A part in ‹ › is said only where all its parameters have a value: `‹最接近的是“{nearest}”。›`.
    """
    short = {name: _short(value) for name, value in params.items()}
    said = _OPTIONAL.sub(
        lambda part: part[1] if all(short.get(name) for name in _NAME.findall(part[1])) else "", template
    )
    return said.format_map(short)


def _short(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    words = str(value)
    return words if len(words) <= 200 else words[:200] + "…"


@cache
def table() -> dict[str, dict[str, Any]]:
    """Every code with its sentences, from all packages that have a table."""
    rows: dict[str, dict[str, Any]] = {}
    for package in _TABLES:
        source = files(package).joinpath("data/messages.toml")
        if source.is_file():
            rows.update(tomllib.loads(source.read_text(encoding="utf-8")))
    return rows
