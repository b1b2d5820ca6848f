"""Chinese words as they are spoken: syllables without tones, pairs of them, initials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from unicodedata import combining, normalize

from search.wordlists import word_list

SYLLABLES = word_list("syllables")
_LONGEST_SYLLABLE = 6  # zhuang, chuang, shuang


@lru_cache(maxsize=100_000)
def syllables_of(word: str) -> tuple[str, ...]:
    """The syllables of a Chinese word; characters that have none are left out."""
    characters, phrases = _dictionaries()
    known = phrases.get(word)
    spoken = [one[0] for one in known] if known else [characters.get(ord(one), "").split(",")[0] for one in word]
    return tuple(_toneless(one) for one in spoken if one)


def initials_of(syllables: Iterable[str]) -> str:
    """The first letter of each syllable."""
    return "".join([syllable[0] for syllable in syllables])


def pairs_of(syllables: Sequence[str]) -> Iterable[str]:
    """Neighbouring syllables, as `lv-se`; a lone one as `-lv`."""
    if len(syllables) == 1:
        return ["-" + syllables[0]]
    return [f"{first}-{second}" for first, second in pairwise(syllables)]


def split_syllables(letters: str) -> tuple[str, ...]:
    """Latin letters as Chinese syllables, the fewest there can be; empty where they are none."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        starts = range(max(0, end - _LONGEST_SYLLABLE), end)
        ways = [(before, letters[start:end]) for start in starts if (before := best[start]) is not None]
        splits = [(*before, last) for before, last in ways if last in SYLLABLES]
        best[end] = min(splits, key=len, default=None)
    return best[-1] or ()


@cache
def _dictionaries() -> tuple[dict[int, str], dict[str, list[list[str]]]]:
    # Loaded at first use (0.1 s): whoever only reads the public pages seldom needs them.
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict, phrases_dict


@lru_cache(maxsize=4_000)
def _toneless(syllable: str) -> str:
    spelled = normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in spelled if not combining(letter))
