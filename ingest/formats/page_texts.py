"""What a page says round its tables: headings and lines above each, and the sentences below the last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

SPACE = re.compile(r"[ \t\r\n]+")  # of markup
_INLINE = frozenset({"b", "strong", "i", "em", "u", "s", "font", "span", "sub", "sup", "small", "big", "ins", "o:p"})
_UNSEEN = frozenset({"script", "style", "head", "nav", "select", "button", "a"})  # links are the way to other pages
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINES = 8  # above or below a table
_LONGEST = 400  # characters of a line
_SENTENCE = re.compile(r"[。；：:]|^\s*(?:注|备注|说明)")


@dataclass
class PageTable:
    """A table of a page, with the lines above it and, of the last, those below."""

    element: Any
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


@dataclass
class _Reading:
    """A page on the way: its headings by level, and the lines since the last table."""

    tables: list[PageTable] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def close(self, level: int = 0) -> None:
        """End the line; `level` is that of a heading."""
        text, self.words = SPACE.sub(" ", "".join(self.words)).strip(" \u3000\xa0"), []
        if not text or len(text) > _LONGEST:
            return
        if level:
            self.headings = {one: words for one, words in self.headings.items() if one < level} | {level: text}
            self.lines.clear()
        else:
            self.lines.append(text)

    def take(self, table: Any) -> None:
        """A table, with what stands above it."""
        headings = [text for _, text in sorted(self.headings.items())]
        self.tables.append(PageTable(table, [*headings, *self.lines[-_LINES:]]))
        self.lines = []


def read_page(root: Any) -> list[PageTable]:
    """The tables of a page that hold no tables themselves (the others only lay it out), with the lines round them."""
    reading, inside = _Reading(), None  # `inside`: of a table, or of what is no text
    for event, one in etree.iterwalk(root, events=("start", "end")):
        tag = one.tag if isinstance(one.tag, str) else ""
        starts = event == "start"
        if inside is not None:
            if one is not inside or starts:
                continue
            inside = None
        elif starts and (tag in _UNSEEN or (tag == "table" and one.find(".//table") is None)):
            reading.close()
            inside = one
            if tag == "table":
                reading.take(one)
            continue
        elif tag not in _INLINE:
            reading.close(0 if starts else _HEADINGS.get(tag, 0))
        reading.words.append((one.tail if not starts else one.text if tag else "") or "")
    reading.close()
    if reading.tables:
        reading.tables[-1].below = list(_sentences(reading.lines))
    return reading.tables


def _sentences(lines: list[str]) -> Iterator[str]:
    yield from (line for line in lines[:_LINES] if _SENTENCE.search(line))
