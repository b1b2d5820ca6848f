"""What a person may be about to write: titles, publishers, tags and regions, by Chinese, pinyin or initials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final

from catalog.regions import region_and_parents
from search.index import SearchIndex, SearchPage, SearchQuery
from search.lexicon import Lexicon
from search.pinyin import initials_of, split_syllables, syllables_of
from search.places import Place, places
from search.tokens import IS_HAN, fold, letters_of

MOST: Final = 10
_TITLES: Final = 6
_OF_EACH: Final = 3
_LONGEST: Final = 40  # characters that are looked at
_FACETS: Final = ("publisher", "tag")


@dataclass(frozen=True)
class Suggestion:
    """`kind` is dataset, publisher, tag or region; `value` is its slug, tag or code, `text` what people read.

    The text of a publisher is filled in by who knows the catalogue.
    """

    kind: str
    value: str
    text: str


def suggest(index: SearchIndex, text: str, words: Lexicon, publishers: dict[str, str]) -> list[Suggestion]:
    """At most `MOST` suggestions, the likeliest first. `publishers` maps slugs to titles. Raises Unavailable."""
    asked = _whole_syllables(text[:_LONGEST])
    page = index.search(SearchQuery(asked, size=_TITLES, facets=_FACETS, words=words))
    titles = [Suggestion("dataset", hit.slug, hit.title) for hit in page.hits]
    others = [*_of_facets(page, text, publishers), *_regions(text, words.home)]
    return [*others[: MOST - min(len(titles), _TITLES)], *titles][:MOST]


def likeness(name: str, asked: str) -> int | None:
    """How well a name is what was begun, 0 the best: it begins with the letters, has them, its pinyin or initials do
    so, or one letter is wrong; None where it is not at all."""
    if asked in name:
        return 0 if name.startswith(asked) else 1
    whole, initials = _spoken(name)
    if not IS_HAN.search(asked):
        if initials.startswith(asked) or whole.startswith(asked):
            return 2
        return 3 if len(asked) > 2 and asked in initials else None
    return 4 if len(asked) > 2 and len(name) >= len(asked) and _one_off(name, asked) else None


def _of_facets(page: SearchPage, text: str, publishers: dict[str, str]) -> Iterator[Suggestion]:
    """The likest names, of those that are alike the most frequent; of what is the same in both scripts one."""
    if not (asked := letters_of(fold(text))):
        return
    for kind, named in (("tag", dict[str, str]()), ("publisher", publishers)):
        found: dict[str, tuple[int, int, Suggestion]] = {}
        for place, one in enumerate(page.facets[kind]):
            title = named.get(one.value, one.value)
            like = likeness(_key(title), asked)
            if like is not None:
                found.setdefault(_key(title), (like, place, Suggestion(kind, one.value, title)))
        yield from (one for *_, one in sorted(found.values(), key=itemgetter(0, 1))[:_OF_EACH])


def _regions(text: str, home: str) -> Iterator[Suggestion]:
    asked = letters_of(fold(text))
    if len(asked) < 2:
        return
    codes: dict[str, str] = {}
    begun = _names_by_start(home).get(asked[:2] if IS_HAN.search(asked) else asked[0], ())
    for name in sorted(begun, key=lambda name: (name != asked, not name.startswith(asked))):
        if likeness(name, asked) is not None:
            codes |= {place.codes[0]: place.name for place in places(home)[name] if place.codes}
    for code, name in list(codes.items())[:_OF_EACH]:
        yield Suggestion("region", code, name)


@lru_cache(maxsize=1)
def _names_by_start(home: str) -> dict[str, list[str]]:
    """Names of regions by their first two characters and by the first letter of their pinyin, the near ones first."""
    starts: dict[str, list[str]] = {}
    for name in sorted(places(home), key=lambda name: not _is_near(places(home)[name], home)):
        for start in (name[:2], _spoken(name)[1][:1]):
            starts.setdefault(start, []).append(name)
    return starts


def _is_near(meant: Iterable[Place], home: str) -> bool:
    """Whether a name is that of the home region's province or of something inside of it."""
    return any(region_and_parents(place.codes[0])[-1][:2] == home[:2] for place in meant if place.codes)


def _one_off(text: str, asked: str) -> bool:
    windows = (text[start : start + len(asked)] for start in range(len(text) - len(asked) + 1))
    return any(sum(one != other for one, other in zip(window, asked, strict=True)) <= 1 for window in windows)


@lru_cache(maxsize=20_000)
def _key(title: str) -> str:
    return letters_of(fold(title))


@lru_cache(maxsize=20_000)
def _spoken(text: str) -> tuple[str, str]:
    syllables = [syllable for letter in text for syllable in syllables_of(letter) or (letter,)]
    return "".join(syllables), initials_of(syllables)


def _whole_syllables(text: str) -> str:
    """`tudig` as `tudi`: the beginning of a syllable finds nothing."""
    folded = fold(text)
    if IS_HAN.search(folded) or not folded.isalpha() or split_syllables(folded):
        return text
    for end in range(len(folded) - 1, max(2, len(folded) - 6), -1):
        if len(split_syllables(folded[:end])) > 1:
            return folded[:end]
    return text
