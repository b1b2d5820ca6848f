"""Chinese words as they are spoken: syllables without tones, pairs of them, initials."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise, product
from unicodedata import combining, normalize

from search.wordlists import word_list

SYLLABLES = word_list("syllables")
_LONGEST_SYLLABLE = 6  # zhuang, chuang, shuang
_SPLITS = 4
_SHORT = 3  # characters of a word whose every reading is looked at


@lru_cache(maxsize=100_000)
def syllables_of(word: str) -> tuple[str, ...]:
    """The syllables of a Chinese word; characters that have none are left out.

    The longest phrases of the dictionary go first, then the characters between: 行 in 人民银行 is read as in 银行.
    """
    _, phrases = _dictionaries()
    longest = _longest_phrases()
    found: list[str] = []
    start = 0
    while start < len(word):
        end = start + longest.get(word[start : start + 2], 1)
        while end > start + 1 and word[start:end] not in phrases:
            end -= 1
        found += _syllables(word[start:end])
        start = end
    return tuple(found)


@lru_cache(maxsize=20_000)
def _syllables(piece: str) -> tuple[str, ...]:
    """Of a phrase, or of a character by its first reading."""
    characters, phrases = _dictionaries()
    known = phrases.get(piece)
    spoken = [one[0] for one in known] if known else characters.get(ord(piece), "").split(",")[:1]
    return tuple([_toneless(one) for one in spoken if one])


def spellings_of(word: str) -> set[str]:
    """How a word may be written in Latin letters: as it is spoken, and a short one in every reading of its letters.

    世行 is read shihang for 世界银行, which no dictionary knows.
    """
    characters, _ = _dictionaries()
    found = {"".join(syllables_of(word))}
    if len(word) <= _SHORT:
        readings = [characters.get(ord(letter), "").split(",") for letter in word]
        found |= {"".join(map(_toneless, several)) for several in product(*readings)}
    return found


def initials_of(syllables: Iterable[str]) -> str:
    """The first letter of each syllable."""
    return "".join([syllable[0] for syllable in syllables])


def pairs_of(syllables: Sequence[str]) -> Iterable[str]:
    """Neighbouring syllables, as `lv-se`; a lone one as `-lv`."""
    if len(syllables) == 1:
        return ["-" + syllables[0]]
    return list(map("-".join, pairwise(syllables)))


def split_syllables(letters: str) -> tuple[str, ...]:
    """Latin letters as Chinese syllables, the fewest there can be; empty where they are none."""
    return next(iter(splits_of(letters)), ())


def splits_of(letters: str) -> list[tuple[str, ...]]:
    """Every way of cutting Latin letters into the fewest syllables, at most four: xiane is xian-e or xia-ne."""
    best: list[list[tuple[str, ...]]] = [[()], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        starts = [start for start in range(max(0, end - _LONGEST_SYLLABLE), end) if letters[start:end] in SYLLABLES]
        splits = [(*before, letters[start:end]) for start in starts for before in best[start]]
        fewest = min(map(len, splits), default=0)
        best[end] = [split for split in splits if len(split) == fewest][:_SPLITS]
    return best[-1] if letters else []


@cache
def _dictionaries() -> tuple[dict[int, str], dict[str, list[list[str]]]]:
    # Loaded at first use (0.1 s): whoever only reads the public pages seldom needs them.
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    gc.freeze()  # a quarter of a million objects that stay: to look through them took 60 ms now and again
    atexit.register(gc.unfreeze)
    return pinyin_dict, phrases_dict


@cache
def _longest_phrases() -> dict[str, int]:
    """The length of the longest phrase that begins with two characters: most pairs begin none."""
    longest: dict[str, int] = {}
    for phrase in sorted(_dictionaries()[1], key=len):
        longest[phrase[:2]] = len(phrase)
    return longest


@lru_cache(maxsize=4_000)
def _toneless(syllable: str) -> str:
    spelled = normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in spelled if not combining(letter))
