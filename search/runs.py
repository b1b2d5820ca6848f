"""The runs of a question's text: what belongs together, and what joins two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from search.lexicon import Lexicon
from search.pinyin import SYLLABLES, pairs_of, split_syllables
from search.tokens import RUN, grams_of, is_han

_KNOWN_RUNS: Final = 3  # words and numbers that are known as one, such as pm2.5


def neighbours(folded: str, words: Sequence[str], *, latin: bool) -> Iterator[str]:
    """Pairs that join two words: characters, or the last syllable of one with the first of the next."""
    if not latin:
        yield from filter(is_han, grams_of(folded))
        return
    for one, other in pairwise(split_syllables(word) for word in words):
        if one and other:
            yield from pairs_of((one[-1], other[0]))


def joined_runs(text: str, words: Lexicon, *, latin: bool) -> Iterator[str]:
    """The runs of a text: what is known as one (`pm2.5`, `world bank`) is left whole, and so are syllables that are
    written one by one (`deng ta`)."""
    found = list(RUN.finditer(text))
    place = 0
    while place < len(found):
        after = _known_run(text, found, place, words)
        if latin and after == place + 1:
            while after < len(found) and all(one[0] in SYLLABLES for one in found[place : after + 1]):
                after += 1
            yield "".join(one[0] for one in found[place:after])
        else:
            yield text[found[place].start() : found[after - 1].end()]
        place = after


def _known_run(text: str, found: Sequence[re.Match[str]], place: int, words: Lexicon) -> int:
    """Behind the runs that are known as one from there on; the next one where none are."""
    start = found[place].start()
    if not is_han(found[place][0]) and not _is_latin(text[start - 1 : start]):
        for after in range(min(len(found), place + _KNOWN_RUNS), place + 1, -1):
            end = found[after - 1].end()
            if words.find(text[start:end]) and not _is_latin(text[end : end + 1]):
                return after
    return place + 1


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
