"""What a person asks for, as tokens: words with their synonyms, regions, departments and periods told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from catalog.db import CIVIL, now
from search import periods
from search.lexicon import Entry, Lexicon, lexicon
from search.periods import Mention
from search.pinyin import pairs_of, splits_of
from search.places import Names, Place, find_place, places_in
from search.runs import joined_runs, neighbours
from search.sounds import initial_grams
from search.telling import LIGHT_WORDS, QUESTION_UNITS, STOP_WORDS, apart, telling, telling_letters
from search.tokens import IS_HAN, LONGEST_TOKEN, RUN, fold, grams_of, is_han, letter_token, letters_of
from search.units import Question, Unit, Way
from search.ways import (
    OTHER_TOKENS,
    OTHERS,
    OWN_TOKENS,
    WRITTEN,
    composed_ways,
    dictionary_words,
    in_any_part,
    in_part,
    other_ways,
    own_way,
    sounds,
    spelled_ways,
    whole_way,
)
from search.wordlists import word_list

QUESTION_LENGTH: Final = 200  # characters of a question that are looked at
_LONGEST_UNKNOWN: Final = 3  # characters
_FREE_MATCH: Final = 4  # an entry of so many characters may begin and end inside of dictionary words
_SHORT_OFFICE: Final = 1.5  # an office whose name has every character of a short one
_OFFICES: Final = "局会署部处委办院厅所站协"  # what the names of offices end in
_STEM: Final = 0.8  # a place without its kind, where the kind was written
_CODE: Final = 0.6  # a dataset that has the region's code
_WIDER_PERIODS: Final = (0.45, 0.35, 0.3)
_CHOICE: Final = re.compile(r"(.)[不没]\1")  # `堵不堵车` asks whether 堵车
_QUOTED: Final = re.compile(r'["“”「『]([^"“”「」『』]+)["“”」』]')

ACTS: Final = word_list("acts")
THINGS: Final = word_list("things")
_COUNTED: Final = re.compile(
    r"[一两几半每这那哪某下上]个?([个只条张位名家间所座栋台辆部件份次趟班站天年月周日夜晚斤吨升度米里块元毛秒]|分钟)"
)


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
    heard = tuple(replace(unit, ways=(*map(in_any_part, unit.ways), *sounds(unit))) for unit in asked.units)
    vaguely = tuple(replace(unit, ways=in_part(unit)) for unit in heard)
    fewer = replace(asked, units=heard, missing=1)
    return [asked, fewer, replace(fewer, units=vaguely, parts=True)]


def _question(text: str, words: Lexicon, today: date) -> Question:
    folded = fold(text[:QUESTION_LENGTH])
    latin = not IS_HAN.search(folded)
    names = places_in(folded, words.home)
    units: list[Unit] = []
    for piece in _pieces(folded, today):
        units += [_period(piece)] if piece.mention else _units(piece, words, names, latin=latin)
    kept = apart(telling(list(dict.fromkeys(units))))
    inside = {token for unit in kept for token in unit.tokens}
    bonds = dict.fromkeys(
        gram for gram in neighbours(folded, [unit.word for unit in kept], latin=latin) if gram not in inside
    )
    return Question(
        units=tuple(kept[:QUESTION_UNITS]),
        bonds=tuple(bonds)[: 2 * QUESTION_UNITS],
        chars=telling_letters(kept),
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
    for mention in periods.asked(text, today=today):
        yield _Piece(text[last : mention.start])
        if mention.periods:
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


def _units(piece: _Piece, words: Lexicon, names: Names, *, latin: bool) -> Iterator[Unit]:
    for run in joined_runs(piece.text, words, latin=latin):
        if not is_han(run):
            yield _latin_unit(run[:LONGEST_TOKEN], words, alone=latin)
        elif piece.literal:
            yield Unit(run, (Way(run, tuple(grams_of(run))[: 2 * OTHER_TOKENS], whole=True),))
        else:
            yield from _han_units(run, words, names)


def _latin_unit(run: str, words: Lexicon, *, alone: bool) -> Unit:
    entry = words.find(run)
    spoken = splits_of(run) if alone or len(run) > 4 else []
    parts = tuple(RUN.findall(run))
    ways = [Way(run, parts, whole=len(parts) > 1)]
    for split in spoken:
        if len(split) > 1 or alone:
            ways.append(Way(run, tuple(pairs_of(split))[:OWN_TOKENS], whole=len(split) < 4))
    if alone and 2 < len(run) < 20:
        ways.append(Way(run, tuple(initial_grams(run))[: 2 * OTHER_TOKENS], whole=True))
        ways.append(Way(run, ("^" + run,), WRITTEN))
    if meant := find_place(run):
        return _region(run, (meant,))
    kind = "light" if run in LIGHT_WORDS or len(run) == 1 or (run.isdecimal() and len(run) < 3) else "word"
    return Unit(run, (*ways, *spelled_ways(run, words), *other_ways(run, entry)), kind)


def _han_units(run: str, words: Lexicon, names: Names) -> Iterator[Unit]:
    """Places, departments and words with synonyms first, the longest first; the dictionary cuts what is left."""
    run = _CHOICE.sub(lambda asked: asked[0] if words.find(asked[0]) or asked[0] in STOP_WORDS else asked[1], run)
    found = dictionary_words(run)
    if _is_short_office(run, found, words, names):
        yield _unknown_unit(run)
        return
    bounds = {0}
    for word in found:
        bounds.add(max(bounds) + len(word))
    start = last = 0
    while start < len(run):
        end = _longest_known(run, start, bounds, words, names)
        if end == start:
            start += 1
            continue
        yield from _plain_units(run[last:start], words)
        yield _known_unit(run[start:end], words, names)
        start = last = end
    yield from _plain_units(run[last:], words)


def _longest_known(run: str, start: int, bounds: set[int], words: Lexicon, names: Names) -> int:
    """Where the longest known word ends that begins at `start`; `start` where there is none."""
    for end in range(min(len(run), start + words.longest), start + 1, -1):
        word = run[start:end]
        ends = (start in bounds) + (end in bounds)
        fits = end - start >= _FREE_MATCH or ends == 2 or (ends == 1 and end - start == 2)
        if fits and (word in STOP_WORDS or word in names or words.find(word)):
            return end
    return start


def _known_unit(word: str, words: Lexicon, names: Names) -> Unit:
    meant, entry = names.get(word), words.find(word)
    if word in STOP_WORDS:
        return Unit(word, (Way(word, ("_" + word, *grams_of(word))[:OWN_TOKENS]),), "stop")
    if meant:
        return _region(word, meant)
    unit = _word_unit(word, entry)
    return replace(unit, ways=(*unit.ways, *composed_ways(word, words))) if unit.kind == "word" else unit


def _plain_units(text: str, words: Lexicon) -> Iterator[Unit]:
    """Dictionary words; characters that the dictionary leaves alone join their neighbours."""
    lone = ""
    for word in [*dictionary_words(text), ""]:
        if len(word) == 1 and word not in STOP_WORDS:
            lone += word
            continue
        yield from _lone_units(lone, words)
        lone = ""
        if word:
            yield _word_unit(word, None)


def _lone_units(lone: str, words: Lexicon) -> Iterator[Unit]:
    """A short run that no dictionary knows is one word; of a longer one each pair counts, and enough must be there.

    What is done stands apart from what it is done with: 买煤, 带狗.
    """
    if 1 < len(lone) <= _LONGEST_UNKNOWN and (lone[0] in ACTS or lone[-1] in ACTS):
        for letter in lone:
            yield from _lone_units(letter, words)
    elif len(lone) == 1:
        kind = "word" if lone in THINGS else "light"
        yield Unit(lone, (Way(lone, (letter_token(lone),)), *other_ways(lone, words.find(lone))), kind)
    elif lone and len(lone) <= _LONGEST_UNKNOWN:
        yield _unknown_unit(lone)
    elif lone:
        yield from (_word_unit(pair, None) for pair in grams_of(lone))


def _is_short_office(run: str, found: Sequence[str], words: Lexicon, names: Names) -> bool:
    """上期所, which the dictionary takes for 上期 and a 所: a short run of its own that ends like an office."""
    known = words.find(run) or words.find(run[:-1]) or names.get(run)
    return 2 < len(run) <= _LONGEST_UNKNOWN and found[-1] in _OFFICES and not known


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
    own = own_way(word, entry)
    kind = _kind(word, entry)
    if word in LIGHT_WORDS:  # what half of all titles have needs no synonyms
        entry = None
    names = tuple(entry.others)[:OTHERS] if entry else ()
    return Unit(word, (own, *other_ways(word, entry)), kind, names)


def _kind(word: str, entry: Entry | None) -> str:
    if word in STOP_WORDS:
        return "stop"
    light = word in LIGHT_WORDS or (not entry and _COUNTED.fullmatch(word))
    return "light" if light else entry.kind if entry and entry.kind != "place" else "word"


def _region(word: str, meant: Sequence[Place]) -> Unit:
    texts = dict.fromkeys(text for place in meant for text in place.texts)
    ways = [whole_way(text, 1.0 if text == word else _STEM) for text in dict.fromkeys((word, *texts))]
    codes = tuple(dict.fromkeys(code for place in meant for code in place.codes))
    ways += [Way(f"#{code}", (f"#{code}",), _CODE * WRITTEN, whole=True) for code in codes]
    kind = "light" if word in LIGHT_WORDS else "region"  # the whole of Taiwan is seldom told in a title
    return Unit(word, tuple(ways), kind, tuple(place.name for place in meant), codes)
