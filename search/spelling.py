"""`did_you_mean`: what was probably meant by a word that the best titles write with another character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from search.pinyin import syllables_of
from search.tokens import IS_HAN, RUN, fold, is_han

_TITLES: Final = 5  # the best hits are looked at
_WIDEST, _NARROWEST, _NARROWEST_ODD = 6, 2, 4  # characters that are compared at once


def did_you_mean(folded: str, titles: Sequence[str], *, loose: bool) -> str | None:
    """The question with one wrong character put right, or None where nothing seems wrong.

    A character that sounds like the title's is taken for a slip; where words were not found as written (`loose`), so is
    one that does not, if three others about it are the same.
    """
    known = [fold(title) for title in titles[:_TITLES]]
    for run in RUN.findall(folded):
        if not is_han(run) or any(run in title for title in known):
            continue
        for wrong in _odd_pieces(run, known):
            right = _meant(wrong, known, loose=loose)
            if right:
                return folded.replace(wrong, right, 1)
    return None


def _odd_pieces(run: str, known: Sequence[str]) -> Iterator[str]:
    """Pieces of the run that no title has, the widest first."""
    for width in range(min(_WIDEST, len(run)), _NARROWEST - 1, -1):
        for start in range(len(run) - width + 1):
            piece = run[start : start + width]
            if not any(piece in title for title in known):
                yield piece


def _meant(wrong: str, known: Sequence[str], *, loose: bool) -> str | None:
    for title in known:
        for start in range(len(title) - len(wrong) + 1):
            right = title[start : start + len(wrong)]
            if _is_slip(wrong, right, loose=loose):
                return right
    return None


def _is_slip(wrong: str, right: str, *, loose: bool) -> bool:
    pairs = [(one, other) for one, other in zip(wrong, right, strict=True) if one != other]
    if len(pairs) != 1 or not all(IS_HAN.match(letter) for letter in pairs[0]):
        return False
    one, other = pairs[0]
    return syllables_of(one) == syllables_of(other) or (loose and len(wrong) >= _NARROWEST_ODD)
