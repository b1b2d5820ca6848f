"""What a row of a matrix stands under: `一、` over `（一）` over a label without a number over `其中：`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.melt_texts import is_bare
from ingest.nulls import strip

_LEVELS = (
    re.compile(r"[一二三四五六七八九十]+[、：:．.]|附\s*[:：]"),
    re.compile(r"[（(][一二三四五六七八九十]+[)）]"),
)
_PART = re.compile(r"其\s*中")
_COUNTED_YEAR = re.compile(r"((?:19|20)\d{2})\s*[-－]\s*([1-3])\s*年")
_SET_IN = re.compile(r"(?:[ \t\xa0]{2}|\u3000)\s*\S")

At = tuple[int, int]
Text = tuple[str, At]


def label_of(texts: Iterable[str]) -> str:
    """The label that the texts before a row's figures are; a year that the form counted from another written out.

    `2019-1年` is 2018年.
    """
    words = " ".join(strip(text) for text in texts if not is_bare(text)).strip()
    return _COUNTED_YEAR.sub(lambda found: f"{int(found[1]) - int(found[2])}年", words)


@dataclass
class Labels:
    """The labels that hold where a row stands, each with its level."""

    stack: list[tuple[int, str, At]] = field(default_factory=list)
    within: bool = False  # whether the row before was a part (`其中：…`)

    def above(self, label: str, raw: str, at: At, *, whole: bool) -> list[Text]:
        """The labels over a row, the nearest first. `raw` is its text as it stands.

        `whole`: the label says by itself what its figures are; one that does not goes on with the parts above it.
        """
        level = next((level for level, sign in enumerate(_LEVELS) if sign.match(label)), len(_LEVELS))
        if level == len(_LEVELS):
            named = bool(_PART.match(label))
            level += named or bool(_SET_IN.match(raw)) or (self.within and not whole)
            self.within = named or (self.within and level > len(_LEVELS))
        else:
            self.within = False
        self.stack = [one for one in self.stack if one[0] < level]
        found = [(text, where) for _, text, where in reversed(self.stack)]
        if level <= len(_LEVELS) and label:
            self.stack.append((level, label, at))
        return found

    @property
    def begins(self) -> bool:
        """Whether the row that was asked for last begins a section."""
        return len(self.stack) == 1 and self.stack[0][0] == 0


@dataclass
class Meanings:
    """What the figures of each line mean, by the line's label and the column."""

    known: dict[tuple[At, int], tuple[str, ...]] = field(default_factory=dict)

    def repeats(self, meaning: tuple[str, ...], place: int, at: At, above: list[Text]) -> bool:
        """Whether a line that this one is a part of has a figure that means the same: a part is not the whole."""
        self.known[at, place] = meaning
        return any(self.known.get((where, place)) == meaning for _, where in above)


def is_counted(label: str) -> bool:
    """Whether a label begins with the number of a section: `一、`, `（一）`."""
    return any(sign.match(label) for sign in _LEVELS)
