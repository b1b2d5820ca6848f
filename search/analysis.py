"""Text into tokens, in one place: what engines index and what a question asks for.

Token shapes, all safe for a tokenizer that splits at white space: `绿色` a bigram, `_绿色` a word of the dictionary,
`绿` a lone character, `2.5` and `cpi` numbers and Latin words, `lv-se` two syllables, `^lsjz` initials.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import ceil
from operator import add
from typing import Final
from unicodedata import is_normalized, normalize

import opencc
import rjieba

from search.index import SearchDocument, encodable
from search.pinyin import initials_of, pairs_of, split_syllables, syllables_of
from search.wordlists import word_list

VERSION: Final = 1  # raise it with any change of the tokens: indexes of another version are built anew
QUESTION_LENGTH: Final = 200  # characters of a question that are looked at
QUESTION_UNITS: Final = 16
_KANA_AND_HANGUL: Final = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\uac00-\ud7af"
_HAN: Final = rf"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff{_KANA_AND_HANGUL}"
_RUN: Final = re.compile(rf"[{_HAN}]+|[0-9]+(?:\.[0-9]+)?|[^\W\d_{_HAN}]+")
_IS_HAN: Final = re.compile(rf"[{_HAN}]")
_LAST_MARK: Final = "\u3001"  # every Chinese character stands behind it, every Latin one before
_SEPARATOR: Final = "\x1e"
_UNIT_TOKENS: Final = 5  # tokens that one word is sought by; with 16 words, engines' limits on clauses are kept
_LONGEST_TOKEN: Final = 64  # a run of Latin letters longer than that is no word

STOP_WORDS: Final = word_list("stop")
COMMON_LETTERS: Final = word_list("common_letters")
_simplify = opencc.OpenCC("t2s").convert


@dataclass(frozen=True)
class Unit:
    """One word of a question; a dataset has it where any of `tokens` occurs."""

    word: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A question as tokens. `bonds` join neighbouring words, `chars` are its single characters, `title` is its key.

    With `pinyin` it is in Latin letters, and the field of that name is looked at too; `cut`: it was too long.
    """

    units: tuple[Unit, ...]
    bonds: tuple[str, ...] = ()
    chars: tuple[str, ...] = ()
    title: str = ""
    pinyin: bool = False
    cut: bool = False

    @property
    def least(self) -> int:
        """How many units a dataset must have: all of two, and a growing remainder may be missing."""
        count = len(self.units)
        return count if count <= 2 else max(2, round(count * 0.6))

    @property
    def least_chars(self) -> tuple[int, int]:
        """Where words find nothing: how many single characters match on their own, and how many beside one unit."""
        count = len(self.chars)
        return max(2, ceil(count * 0.6)), ceil(count * 0.4)


def fold(text: str) -> str:
    """Full width to half width, lower case, Traditional to Simplified."""
    plain = text if is_normalized("NFKC", text) else normalize("NFKC", text)
    plain = plain.lower()
    if plain.isascii():
        return plain
    try:
        return str(_simplify(plain))
    except UnicodeEncodeError:  # a lone surrogate
        return str(_simplify(encodable(plain)))


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` of each, in one go: calls into OpenCC cost more than what they do."""
    folded = fold(_SEPARATOR.join(texts)).split(_SEPARATOR)
    return folded if len(folded) == len(texts) else [fold(text) for text in texts]


def document_tokens(documents: Sequence[SearchDocument]) -> list[dict[str, str]]:
    """For each document the token text of every text field, joined by spaces, and `folded`, the key of its title."""
    folded = iter(fold_all([text for document in documents for text in _texts(document)]))
    return [_fields(*texts) for texts in zip(documents, folded, folded, folded, folded, strict=True)]


def question(text: str) -> Question:
    """What a person asks for. No token of it can be mistaken for an engine's query language."""
    folded = fold(text[:QUESTION_LENGTH])
    words = _telling(_question_words(folded))
    han = bool(_IS_HAN.search(folded))
    units = tuple(dict.fromkeys(_unit(word, pinyin=not han) for word in words))
    inside = {token for unit in units for token in unit.tokens}
    bonds = tuple(dict.fromkeys(gram for gram in _grams(folded) if gram not in inside and _is_han(gram)))
    return Question(
        units=units[:QUESTION_UNITS],
        bonds=bonds[: 2 * QUESTION_UNITS],
        chars=_telling_letters("".join(words)),
        title=_letters(folded),
        pinyin=not han,
        cut=len(text) > QUESTION_LENGTH or len(units) > QUESTION_UNITS,
    )


def _texts(document: SearchDocument) -> tuple[str, str, str, str]:
    others = [title for title in document.titles.values() if title != document.title]
    return document.title, " ".join(others), document.description, " ".join(document.field_titles)


def _fields(document: SearchDocument, first: str, others: str, body: str, columns: str) -> dict[str, str]:
    names = (document.publisher_title, *document.publisher_aliases, *document.tags, document.family or "")
    known = [_name(name) for name in names if name]
    title = f"{first} {others}" if others else first
    return {
        "folded": _letters(first),
        "title": _tokens(title),
        "names": " ".join(name[0] for name in known),
        "body": _tokens(body),
        "columns": _tokens(columns),
        "chars": " ".join(dict.fromkeys(_IS_HAN.findall(title + "".join(name[1] for name in known)))),
        "pinyin": " ".join(chain([_pinyin(title)], (name[2] for name in known))),
    }


@lru_cache(maxsize=20_000)
def _name(name: str) -> tuple[str, str, str]:
    folded = fold(name)
    return _tokens(folded), folded, _pinyin(folded)


def _tokens(folded: str) -> str:
    return " ".join(chain(_grams(folded), _words(folded)))


def _grams(folded: str) -> list[str]:
    grams: list[str] = []
    for run in _RUN.findall(folded):
        if len(run) > 1 and _is_han(run):
            grams += map(add, run, run[1:])
        else:
            grams.append(run[:_LONGEST_TOKEN])
    return grams


def _words(folded: str) -> list[str]:
    found = rjieba.cut_for_search(folded)
    return ["_" + word for word in found if word > _LAST_MARK and len(word) > 1 and word.isalnum()]


def _is_han(run: str) -> bool:
    return run > _LAST_MARK


def _pinyin(folded: str) -> str:
    """Pairs of syllables within each run of Chinese, and the initials of the run."""
    tones: dict[str, None] = {}
    for run in _RUN.findall(folded):
        if run > _LAST_MARK and len(run) > 1:
            spoken = [syllable for word in rjieba.cut(run) for syllable in syllables_of(word)]
            tones |= dict.fromkeys(pairs_of(spoken))
            tones["^" + initials_of(spoken)] = None
    return " ".join(tones)


def _question_words(folded: str) -> list[str]:
    """Dictionary words, numbers and Latin words; characters that the dictionary leaves alone join their neighbours."""
    words: list[str] = []
    for run in _RUN.findall(folded):
        if not _is_han(run):
            words.append(run[:_LONGEST_TOKEN])
            continue
        lone = ""
        for word in [*rjieba.cut(run), ""]:
            if len(word) == 1 and word not in STOP_WORDS:
                lone += word
                continue
            words += [lone] if lone else []
            lone = ""
            words += [word] if word else []
    return words


def _telling(words: list[str]) -> list[str]:
    """The words that say what is sought: no stop words, and no lone character beside real words (bonds have it)."""
    for telling in (_is_telling, _is_no_stop_word):
        if kept := [word for word in words if telling(word)]:
            return kept
    return words


def _telling_letters(text: str) -> tuple[str, ...]:
    """The single characters that tell something; those of every office's title only where there are no others."""
    letters = tuple(dict.fromkeys(_IS_HAN.findall(text)))
    telling = tuple(letter for letter in letters if letter not in COMMON_LETTERS)
    return (telling or letters)[: 2 * QUESTION_UNITS]


def _is_no_stop_word(word: str) -> bool:
    return word not in STOP_WORDS


def _is_telling(word: str) -> bool:
    return word not in STOP_WORDS and not (len(word) == 1 and _is_han(word))


def _unit(word: str, *, pinyin: bool) -> Unit:
    if not _IS_HAN.match(word):
        spoken = split_syllables(word) if pinyin else ()
        tones = (*pairs_of(spoken), *(["^" + word] if len(word) > 2 else []))
        return Unit(word, (word, *tones)[:_UNIT_TOKENS] if pinyin else (word,))
    return Unit(word, (*(["_" + word] if len(word) > 1 else []), *_grams(word))[:_UNIT_TOKENS])


def _letters(folded: str) -> str:
    return "".join(letter for letter in folded if letter.isalnum())
