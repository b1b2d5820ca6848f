"""How runs of Chinese sound, as tokens: `lv-se` two syllables, `^lsjz` the initials of a whole run, `^lsj` a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import Final

import rjieba

from search.pinyin import initials_of, syllables_of
from search.remembered import Remembered
from search.tokens import SEPARATOR, Tokens, is_han, pieces_of

_PART: Final = 3  # letters of a part of initials
_REMEMBERED: Final = 10_000  # runs


def sounds_in_parts(runs: Iterable[str]) -> dict[str, Tokens]:
    """The sounds of each run with all parts of its initials, nothing for what is no Chinese: offices, places and
    subjects come again and again."""
    return _in_parts.of(runs)


def sounds_of(runs: Iterable[str]) -> dict[str, list[str]]:
    """The sounds of each run as a whole: pairs of syllables and all initials."""
    each = list(dict.fromkeys(runs))
    spoken = _spoken(each)
    return {
        run: [*pairs, "^" + initials] if sounding else []
        for run, (sounding, pairs, initials) in zip(each, spoken, strict=True)
    }


def initial_grams(initials: str) -> Sequence[str]:
    """Initials three by three, so that those of a part of a title find it."""
    return ["^" + piece for piece in pieces_of(initials, _PART)] if len(initials) >= _PART else []


def _all_sounds(runs: Sequence[str]) -> Iterator[Tokens]:
    for sounding, pairs, initials in _spoken(runs):
        yield dict.fromkeys([*pairs, "^" + initials, *initial_grams(initials)]) if sounding else {}


def _spoken(runs: Sequence[str]) -> Iterator[tuple[bool, list[str], str]]:
    """Of each run whether it sounds at all, its pairs of syllables, and its initials.

    Calls into the dictionary cost more than what they do, so that all runs are cut as one.
    """
    sounding = [len(run) > 1 and is_han(run) for run in runs]
    words = rjieba.cut(SEPARATOR.join(compress(runs, sounding)))
    doubled = iter(f"-{'-'.join(filter(None, map(_doubled, words)))}-".split(SEPARATOR))
    initials = iter("".join(map(_initials, words)).split(SEPARATOR))
    for one in sounding:
        yield (True, _pairs(next(doubled)), next(initials)) if one else (False, [], "")


def _pairs(doubled: str) -> list[str]:
    """`-lv lv-se se-` are two syllables, each with its neighbours."""
    pairs = doubled.split(" ")
    return pairs[1:-1] if len(pairs) > 2 else pairs[:-1]


@lru_cache(maxsize=50_000)
def _doubled(word: str) -> str:
    """Joined by `-` to the word before it, each syllable stands behind and before another one: `lv lv-se se`."""
    return SEPARATOR if word == SEPARATOR else "-".join([f"{one} {one}" for one in syllables_of(word)])


@lru_cache(maxsize=50_000)
def _initials(word: str) -> str:
    return SEPARATOR if word == SEPARATOR else initials_of(syllables_of(word))


_in_parts: Final = Remembered(_all_sounds, _REMEMBERED)
