"""`did_you_mean`: what was probably meant by a word that the best titles write with another character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import rjieba

from search.pinyin import syllables_of
from search.tokens import IS_HAN, fold

_TITLES: Final = 5  # the best hits are looked at
_ABOUT: Final = (-2, -1, 1, 2)  # neighbours that are compared
_ODD: Final = 3  # of them that must be the same where the character does not even sound alike


def did_you_mean(folded: str, titles: Sequence[str], *, loose: bool) -> str | None:
    """The question with one wrong character put right, or None where nothing seems wrong.

    A character that no title has is taken for a slip where a title has one that sounds the same beside the same
    neighbour; where words were not found as written (`loose`), the sound may differ if the neighbours agree more.
    """
    known = [fold(title) for title in titles[:_TITLES]]
    letters = set("".join(known))
    for place, letter in enumerate(folded):
        if letter not in letters and IS_HAN.match(letter):
            unsure = loose and not _in_word(folded, place)
            right = next(_meant(folded, place, known, loose=unsure), None)
            if right:
                return folded[:place] + right + folded[place + 1 :]
    return None


def _in_word(folded: str, place: int) -> bool:
    """Whether a character is a part of a word that the dictionary has: hardly a slip, then."""
    end = 0
    for word in rjieba.cut(folded, hmm=False):
        end += len(word)
        if place < end:
            return len(word) > 1
    return False


def _meant(folded: str, place: int, known: Sequence[str], *, loose: bool) -> Iterator[str]:
    for title in known:
        for other in _beside_the_same(folded, place, title):
            letter = title[other]
            if not IS_HAN.match(letter):
                continue
            same = {step for step in _ABOUT if _at(folded, place + step) == _at(title, other + step) != ""}
            near = same & {-1, 1}
            alike = near and syllables_of(letter) == syllables_of(folded[place])
            if alike or (loose and len(near) == len((-1, 1)) and len(same) >= _ODD):
                yield letter


def _beside_the_same(folded: str, place: int, title: str) -> list[int]:
    """The places in a title beside a character that stands in the question beside `place` too, on the same side."""
    found: set[int] = set()
    for step in (-1, 1):
        neighbour = _at(folded, place + step)
        at = title.find(neighbour) if neighbour else -1
        while at >= 0:
            if 0 <= at - step < len(title):
                found.add(at - step)
            at = title.find(neighbour, at + 1)
    return sorted(found)


def _at(text: str, place: int) -> str:
    found = text[place : place + 1] if place >= 0 else ""
    return found if IS_HAN.match(found) else ""
