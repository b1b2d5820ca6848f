"""What a person asks for, as tokens: words with their synonyms, regions, departments and periods told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Final

import rjieba

from catalog.db import CIVIL, now
from search import periods
from search.fields import WORD_WEIGHT
from search.lexicon import Entry, Lexicon, lexicon, regional
from search.periods import Mention
from search.pinyin import pairs_of, splits_of, syllables_of
from search.places import Place, places
from search.runs import joined_runs, neighbours
from search.tokens import IS_HAN, LONGEST_TOKEN, RUN, fold, grams_of, initial_grams, is_han, letter_token, letters_of
from search.units import Question, Unit, Way
from search.wordlists import word_list

QUESTION_LENGTH: Final = 200  # characters of a question that are looked at
QUESTION_UNITS: Final = 16
_OWN_TOKENS: Final = 6  # tokens that one written word is sought by; engines' limits on clauses are kept
_OTHER_TOKENS: Final = 6
_OTHERS: Final = 14  # other words that one word is sought by
_LONGEST_UNKNOWN: Final = 3  # characters
_FREE_MATCH: Final = 4  # an entry of so many characters may begin and end inside of dictionary words
_SHORT_OFFICE: Final = 1.5  # an office whose name has every character of a short one
_OFFICES: Final = "局会署部处委办院厅所站协"  # what the names of offices end in
_REGIONAL: Final = 0.9
_STEM: Final = 0.8  # a place without its kind, where the kind was written
_CODE: Final = 0.6  # a dataset that has the region's code
_WIDER_PERIODS: Final = (0.45, 0.35, 0.3)
_WRITTEN: Final = 2.5  # what a written word of two characters is worth: itself (WORD_WEIGHT) and its pair
_WRITTEN_LONG: Final = 3.2
_SOUND: Final = 0.6  # a word that only sounds the same
_BY_SPELLING: Final = 0.9
_WORD_INSIDE: Final = 3  # characters up to which a word inside of a longer one is a token of its own
_SPELLED: Final = 3  # words that are spelled the same
_QUOTED: Final = re.compile(r'["“”「『]([^"“”「」『』]+)["“”」』]')

STOP_WORDS: Final = word_list("stop")
LIGHT_WORDS: Final = word_list("light")
COMMON_LETTERS: Final = word_list("common_letters")


@dataclass(frozen=True)
class _Piece:
    """A run of a question's text: `literal` where it stood in quotes, `mention` where it is a period."""

    text: str
    literal: bool = False
    mention: Mention | None = None


def question(text: str, words: Lexicon | None = None, *, today: date | None = None) -> Question:
    """What a person asks for. No token of it can be mistaken for an engine's query language."""
    return _question(text[: QUESTION_LENGTH + 1], words or lexicon(), today or now().astimezone(CIVIL).date())


def attempts(asked: Question) -> list[Question]:
    """The same question, each time more forgiving: with a word less and by the sound, then by single characters."""
    heard = tuple(replace(unit, ways=(*map(_in_any_part, unit.ways), *_sounds(unit))) for unit in asked.units)
    vaguely = tuple(replace(unit, ways=_in_part(unit)) for unit in heard)
    fewer = replace(asked, units=heard, missing=1)
    return [asked, fewer, replace(fewer, units=vaguely, parts=True)]


def _question(text: str, words: Lexicon, today: date) -> Question:
    folded = fold(text[:QUESTION_LENGTH])
    latin = not IS_HAN.search(folded)
    units: list[Unit] = []
    for piece in _pieces(folded, today):
        units += [_period(piece)] if piece.mention else _units(piece, words, latin=latin)
    kept = _telling(list(dict.fromkeys(units)))
    inside = {token for unit in kept for token in unit.tokens}
    bonds = dict.fromkeys(
        gram for gram in neighbours(folded, [unit.word for unit in kept], latin=latin) if gram not in inside
    )
    return Question(
        units=tuple(kept[:QUESTION_UNITS]),
        bonds=tuple(bonds)[: 2 * QUESTION_UNITS],
        chars=_telling_letters("".join(unit.word for unit in kept)),
        title=letters_of(folded),
        text=folded,
        latin=latin,
        cut=len(text) > QUESTION_LENGTH or len(kept) > QUESTION_UNITS,
    )


def _pieces(folded: str, today: date) -> Iterator[_Piece]:
    """Quoted runs, periods, and what stands between them."""
    last = 0
    for quoted in _QUOTED.finditer(folded):
        yield from _open_pieces(folded[last : quoted.start()], today)
        yield _Piece(quoted[1], literal=True)
        last = quoted.end()
    yield from _open_pieces(folded[last:], today)


def _open_pieces(text: str, today: date) -> Iterator[_Piece]:
    last = 0
    for mention in periods.mentions(text, today=today):
        yield _Piece(text[last : mention.start])
        yield _Piece(text[mention.start : mention.end].strip(), mention=mention)
        last = mention.end
    yield _Piece(text[last:])


def _period(piece: _Piece) -> Unit:
    named = piece.mention.periods if piece.mention else ()
    ways = [Way(piece.text, (one.token,), whole=True) for one in named]
    ways += [
        Way(piece.text, (wider.token,), weight, whole=True)
        for one in named
        for wider, weight in zip(one.wider, _WIDER_PERIODS, strict=False)
    ]
    numbers = tuple(run for run in RUN.findall(piece.text) if run.isdecimal() and len(run) > 1)
    own = [Way(piece.text, numbers, _STEM, whole=True)] if numbers else []
    return Unit(piece.text, (*ways, *own), "period", period=named[0] if len(named) == 1 else None)


def _units(piece: _Piece, words: Lexicon, *, latin: bool) -> Iterator[Unit]:
    for run in joined_runs(piece.text, words, latin=latin):
        if not is_han(run):
            yield _latin_unit(run[:LONGEST_TOKEN], words, alone=latin)
        elif piece.literal:
            yield Unit(run, (Way(run, tuple(grams_of(run))[: 2 * _OTHER_TOKENS], whole=True),))
        else:
            yield from _han_units(run, words)


def _latin_unit(run: str, words: Lexicon, *, alone: bool) -> Unit:
    entry = words.find(run)
    spoken = splits_of(run) if alone or len(run) > 4 else []
    parts = tuple(RUN.findall(run))
    ways = [Way(run, parts, whole=len(parts) > 1)]
    for split in spoken:
        if len(split) > 1 or alone:
            ways.append(Way(run, tuple(pairs_of(split))[:_OWN_TOKENS], whole=len(split) < 4))
    if alone and 2 < len(run) < 20:
        ways.append(Way(run, tuple(initial_grams(run))[: 2 * _OTHER_TOKENS], whole=True))
        ways.append(Way(run, ("^" + run,), _WRITTEN))
    if meant := _places_by_code().get(run):
        return _region(run, meant)
    kind = "light" if run in LIGHT_WORDS or len(run) == 1 or (run.isdecimal() and len(run) < 3) else "word"
    return Unit(run, (*ways, *_spelled_ways(run, words), *_other_ways(run, entry)), kind)


def _spelled_ways(run: str, words: Lexicon) -> list[Way]:
    """The words of the lexicon that are spelled so, and what else they are called."""
    meant = words.spelled(run)[:_SPELLED]
    found = dict.fromkeys(meant, 1.0)
    for word in meant:
        entry = words.find(word)
        found |= {other: weight for other, weight in (entry.others if entry else {}).items() if other not in found}
    return [_whole(word, weight * _BY_SPELLING) for word, weight in list(found.items())[:_OTHERS]]


@cache
def _places_by_code() -> dict[str, tuple[Place, ...]]:
    return {place.codes[0]: (place,) for meant in places().values() for place in meant if place.codes}


def _han_units(run: str, words: Lexicon) -> Iterator[Unit]:
    """Places, departments and words with synonyms first, the longest first; the dictionary cuts what is left."""
    cut = _cut(run)
    if _is_short_office(run, cut, words):
        yield _unknown_unit(run)
        return
    bounds = {0}
    for word in cut:
        bounds.add(max(bounds) + len(word))
    start = last = 0
    while start < len(run):
        end = _longest_known(run, start, bounds, words)
        if end == start:
            start += 1
            continue
        yield from _plain_units(run[last:start], words)
        yield _known_unit(run[start:end], words)
        start = last = end
    yield from _plain_units(run[last:], words)


def _cut(text: str) -> list[str]:
    """Dictionary words and single characters: guessed words are no help in a question."""
    return list(rjieba.cut(text, hmm=False))


def _longest_known(run: str, start: int, bounds: set[int], words: Lexicon) -> int:
    """Where the longest known word ends that begins at `start`; `start` where there is none."""
    for end in range(min(len(run), start + words.longest), start + 1, -1):
        word = run[start:end]
        ends = (start in bounds) + (end in bounds)
        fits = end - start >= _FREE_MATCH or ends == 2 or (ends == 1 and end - start == 2)
        if fits and (word in STOP_WORDS or word in places() or words.find(word)):
            return end
    return start


def _known_unit(word: str, words: Lexicon) -> Unit:
    meant, entry = places().get(word), words.find(word)
    if word in STOP_WORDS:
        return Unit(word, (Way(word, ("_" + word, *grams_of(word))[:_OWN_TOKENS]),), "stop")
    return _region(word, meant) if meant else _word_unit(word, entry)


def _plain_units(text: str, words: Lexicon) -> Iterator[Unit]:
    """Dictionary words; characters that the dictionary leaves alone join their neighbours."""
    lone = ""
    for word in [*_cut(text), ""]:
        if len(word) == 1 and word not in STOP_WORDS:
            lone += word
            continue
        yield from _lone_units(lone, words)
        lone = ""
        if word:
            yield _word_unit(word, None)


def _lone_units(lone: str, words: Lexicon) -> Iterator[Unit]:
    """A short run that no dictionary knows is one word; of a longer one each pair counts, and enough must be there."""
    if len(lone) == 1:
        yield Unit(lone, (Way(lone, (letter_token(lone),)), *_other_ways(lone, words.find(lone))), "light")
    elif lone and len(lone) <= _LONGEST_UNKNOWN:
        yield _unknown_unit(lone)
    elif lone:
        yield from (_word_unit(pair, None) for pair in grams_of(lone))


def _is_short_office(run: str, cut: Sequence[str], words: Lexicon) -> bool:
    """上期所, which the dictionary takes for 上期 and a 所: a short run of its own that ends like an office."""
    return 2 < len(run) <= _LONGEST_UNKNOWN and cut[-1] in _OFFICES and not (words.find(run) or places().get(run))


def _unknown_unit(word: str) -> Unit:
    """`证期局` is short for an office whose name has those characters; 局 may be 署 by now."""
    unit = _word_unit(word, None)
    if len(word) < 3 or word[-1] not in _OFFICES:
        return unit
    letters = tuple(map(letter_token, word))
    short = (Way(word, letters, _SHORT_OFFICE, whole=True), Way(word, letters[:-1], whole=True))
    own = replace(unit.ways[0], least=len(grams_of(word)))
    return replace(unit, ways=(own, *unit.ways[1:], *short))


def _word_unit(word: str, entry: Entry | None) -> Unit:
    own = _own_way(word, entry)
    kind = _kind(word, entry)
    if kind == "light":  # what half of all titles have needs no synonyms
        entry = None
    names = tuple(entry.others)[:_OTHERS] if entry else ()
    return Unit(word, (own, *_other_ways(word, entry)), kind, names)


def _own_way(word: str, entry: Entry | None) -> Way:
    """Any part of a word will do, of a known term of several words more than half, of an office's name all."""
    inner, grams = _inner(word), tuple(grams_of(word))[:_OWN_TOKENS]
    if entry and entry.kind == "office":
        return Way(word, grams, round(max(1.0, _WRITTEN_LONG / len(grams)), 3), least=len(grams))
    tokens = (*inner, *grams)[:_OWN_TOKENS]
    return Way(word, tokens, least=len(tokens) // 2 + 1 if len(inner) > 1 else 1)


def _inner(word: str) -> list[str]:
    """The word where the dictionary has it, else the words that it is made of."""
    return ["_" + one for one in _cut(word) if len(one) > 1]


def _kind(word: str, entry: Entry | None) -> str:
    if word in STOP_WORDS:
        return "stop"
    return "light" if word in LIGHT_WORDS else entry.kind if entry else "word"


def _other_ways(word: str, entry: Entry | None) -> list[Way]:
    others = dict.fromkeys(regional(word), _REGIONAL) | (dict(entry.others) if entry else {})
    return [way for other, weight in list(others.items())[:_OTHERS] for way in [_whole(other, weight)] if way.tokens]


@lru_cache(maxsize=20_000)
def _whole(word: str, weight: float) -> Way:
    """A word that must be there as a whole, worth as much as if it had been written: about 2.5 to 3.5 tokens."""
    if len(word) == _WORD_INSIDE and rjieba.cut(word) == [word] and is_han(word):
        return Way(word, ("_" + word,), round(weight * _WRITTEN_LONG / WORD_WEIGHT, 3), whole=True)
    grams = list(dict.fromkeys(grams_of(word)))
    if len(grams) > _OTHER_TOKENS:
        half = _OTHER_TOKENS // 2
        grams = [*grams[:half], *grams[-half:]]
    written = _WRITTEN if len(grams) < 3 else _WRITTEN_LONG
    return Way(word, tuple(grams), round(weight * min(written, written / max(1, len(grams))), 3), whole=True)


def _region(word: str, meant: Sequence[Place]) -> Unit:
    texts = dict.fromkeys(text for place in meant for text in place.texts)
    ways = [_whole(text, 1.0 if text == word else _STEM) for text in dict.fromkeys((word, *texts))]
    codes = tuple(dict.fromkeys(code for place in meant for code in place.codes))
    ways += [Way(f"#{code}", (f"#{code}",), _CODE * _WRITTEN, whole=True) for code in codes]
    kind = "light" if word in LIGHT_WORDS else "region"  # the whole of Taiwan is seldom told in a title
    return Unit(word, tuple(ways), kind, tuple(place.name for place in meant), codes)


def _telling(units: list[Unit]) -> list[Unit]:
    """What says what is sought: no stop words."""
    return [unit for unit in units if _is_no_stop_word(unit)] or units


def _is_no_stop_word(unit: Unit) -> bool:
    return unit.kind != "stop" and unit.word not in STOP_WORDS


def _telling_letters(text: str) -> tuple[str, ...]:
    """The single characters that tell something; those of every office's title only where there are no others."""
    letters = tuple(dict.fromkeys(IS_HAN.findall(text)))
    telling = tuple(letter for letter in letters if letter not in COMMON_LETTERS)
    return tuple(map(letter_token, (telling or letters)[: 2 * QUESTION_UNITS]))


def _in_any_part(way: Way) -> Way:
    """The way with any of its tokens; a way that must be there as a whole stays as it is."""
    return way if way.whole else replace(way, least=1)


def _in_part(unit: Unit) -> tuple[Way, ...]:
    """Of what is written in Latin letters, any part will do."""
    return unit.ways if is_han(unit.word) else tuple(replace(way, whole=False) for way in unit.ways)


@lru_cache(maxsize=2_000)
def _sounds(unit: Unit) -> tuple[Way, ...]:
    if len(unit.word) < 2 or not is_han(unit.word) or unit.kind == "period":
        return ()
    spoken = syllables_of(unit.word)
    return (Way(unit.word, tuple(pairs_of(spoken))[:_OWN_TOKENS], _SOUND, whole=True),) if spoken else ()
