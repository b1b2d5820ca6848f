"""The ways in which a word may stand in a text: as it is written, by another word, as it sounds."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import rjieba

from search.fields import WORD_WEIGHT
from search.lexicon import Entry, Lexicon, regional
from search.pinyin import pairs_of, syllables_of
from search.tokens import grams_of, is_han
from search.units import Unit, Way

OWN_TOKENS: Final = 6  # tokens that one written word is sought by; engines' limits on clauses are kept
OTHER_TOKENS: Final = 6
OTHERS: Final = 14  # other words that one word is sought by
_REGIONAL: Final = 0.9
WRITTEN: Final = 2.5  # what a written word of two characters is worth: itself (WORD_WEIGHT) and its pair
WRITTEN_LONG: Final = 3.2
_SOUND: Final = 0.6  # a word that only sounds the same
_BY_SPELLING: Final = 0.9
_WORD_INSIDE: Final = 3  # characters up to which a word inside of a longer one is a token of its own
_TWO: Final = 2
_COMPOSED: Final = 3  # other names of either word of a term of two
_SPELLED: Final = 3  # words that are spelled the same


def own_way(word: str, entry: Entry | None) -> Way:
    """Any part of a word will do, of a known term of several words more than half, of an office or a place all."""
    inner, grams = _inner(word), tuple(grams_of(word))[:OWN_TOKENS]
    if entry and entry.kind in ("office", "place"):
        return Way(word, grams, round(max(1.0, WRITTEN_LONG / len(grams)), 3), least=len(grams))
    tokens = (*inner, *grams)[:OWN_TOKENS]
    return Way(word, tokens, least=len(tokens) // 2 + 1 if len(inner) > 1 else 1)


def other_ways(word: str, entry: Entry | None) -> list[Way]:
    """What else it is called: in Taiwan or on the mainland, by a synonym, by an office's other names."""
    others = dict.fromkeys(regional(word), _REGIONAL) | (dict(entry.others) if entry else {})
    return [way for other, weight in list(others.items())[:OTHERS] for way in [whole_way(other, weight)] if way.tokens]


def composed_ways(word: str, words: Lexicon) -> list[Way]:
    """A known term of two words (`公交站点`) with either under another name: `公车…站位`, side by side or not."""
    inside = set(rjieba.cut_for_search(word, hmm=False))
    cut = next((at for at in range(_TWO, len(word) - 1) if {word[:at], word[at:]} <= inside), None)
    if cut is None:
        return []
    first, second = ([(part, 1.0), *_other_names(part, words)] for part in (word[:cut], word[cut:]))
    pairs = [(one, other, weight * more) for one, weight in first for other, more in second]
    return [_together(one, other, weight) for one, other, weight in pairs[1:]]


def _other_names(word: str, words: Lexicon) -> list[tuple[str, float]]:
    entry = words.find(word)
    return [one for one in entry.others.items() if len(one[0]) == _TWO][:_COMPOSED] if entry else []


def _together(one: str, other: str, weight: float) -> Way:
    tokens = (*grams_of(one), *grams_of(other))
    return Way(one + other, tokens, round(weight * WRITTEN_LONG / len(tokens), 3), whole=True)


def spelled_ways(run: str, words: Lexicon) -> list[Way]:
    """The words of the lexicon that are spelled so, and what else they are called."""
    meant = words.spelled(run)[:_SPELLED]
    found = dict.fromkeys(meant, 1.0)
    for word in meant:
        entry = words.find(word)
        found |= {other: weight for other, weight in (entry.others if entry else {}).items() if other not in found}
    return [whole_way(word, weight * _BY_SPELLING) for word, weight in list(found.items())[:OTHERS]]


@lru_cache(maxsize=20_000)
def whole_way(word: str, weight: float) -> Way:
    """A word that must be there as a whole, worth as much as if it had been written: about 2.5 to 3.5 tokens."""
    if len(word) == _WORD_INSIDE and rjieba.cut(word) == [word] and is_han(word):
        return Way(word, ("_" + word,), round(weight * WRITTEN_LONG / WORD_WEIGHT, 3), whole=True)
    grams = list(dict.fromkeys(grams_of(word)))
    if len(grams) > OTHER_TOKENS:
        half = OTHER_TOKENS // 2
        grams = [*grams[:half], *grams[-half:]]
    written = WRITTEN if len(grams) < 3 else WRITTEN_LONG
    return Way(word, tuple(grams), round(weight * min(written, written / max(1, len(grams))), 3), whole=True)


def in_any_part(way: Way) -> Way:
    """The way with any of its tokens; a way that must be there as a whole stays as it is."""
    return way if way.whole else replace(way, least=1)


def in_part(unit: Unit) -> tuple[Way, ...]:
    """Of what is written in Latin letters, any part will do."""
    return unit.ways if is_han(unit.word) else tuple(replace(way, whole=False) for way in unit.ways)


@lru_cache(maxsize=2_000)
def sounds(unit: Unit) -> tuple[Way, ...]:
    """Whatever sounds like the word."""
    if len(unit.word) < 2 or not is_han(unit.word) or unit.kind == "period":
        return ()
    spoken = syllables_of(unit.word)
    return (Way(unit.word, tuple(pairs_of(spoken))[:OWN_TOKENS], _SOUND, whole=True),) if spoken else ()


def _inner(word: str) -> list[str]:
    """The word where the dictionary has it, else the words that it is made of."""
    return ["_" + one for one in dictionary_words(word) if len(one) > 1]


def dictionary_words(text: str) -> list[str]:
    """Dictionary words and single characters: guessed words are no help in a question."""
    return list(rjieba.cut(text, hmm=False))
