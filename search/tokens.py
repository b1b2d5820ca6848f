"""The tokens that documents and questions share, all safe for a tokenizer that splits at white space.

`绿色` a bigram, `_绿色` a word of the dictionary, `绿` a lone character, `~绿` any character, `2.5` and `cpi` numbers
and Latin words, `lv-se` two syllables, `^lsjz` initials of a whole run, `^lsj` three of them, `@2019q3` periods,
`#330602` regions, `=绍市储2019` whole values of rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from operator import add
from typing import Final
from unicodedata import is_normalized, normalize

import opencc
import rjieba

from search.pinyin import initials_of, pairs_of, syllables_of

LONGEST_TOKEN: Final = 64  # a run of Latin letters longer than that is no word
_KANA_AND_HANGUL: Final = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\uac00-\ud7af"
_HAN: Final = rf"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff{_KANA_AND_HANGUL}"
RUN: Final = re.compile(rf"[{_HAN}]+|[0-9]+(?:\.[0-9]+)?|[^\W\d_{_HAN}]+")
NOT_HAN: Final = re.compile(rf"[^{_HAN}]+")
IS_HAN: Final = re.compile(rf"[{_HAN}]")
_LAST_MARK: Final = "\u3001"  # every Chinese character stands behind it, every Latin one before
_SEPARATOR: Final = "\x1e"
_MARKS: Final = tuple(zip("，（）：；！？％\u3000", ",():;!?% ", strict=True))
_INITIALS: Final = 3  # letters of a piece of initials
_simplify = opencc.OpenCC("t2s").convert


def encodable(text: str) -> str:
    """The text without what no database takes: lone surrogates and NULs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def fold(text: str) -> str:
    """Full width to half width, lower case, Traditional to Simplified."""
    return _simplified(_narrow(text))


def _narrow(text: str) -> str:
    """The text in NFKC: most need no more than the marks of Chinese, and to replace those costs far less."""
    if is_normalized("NFKC", text):
        return text
    for wide, narrow in _MARKS:
        text = text.replace(wide, narrow)
    return text if is_normalized("NFKC", text) else normalize("NFKC", text)


def _simplified(narrow: str) -> str:
    plain = narrow.lower()
    if plain.isascii():
        return plain
    try:
        return str(_simplify(plain))
    except UnicodeEncodeError:  # a lone surrogate
        return str(_simplify(encodable(plain)))


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` of each, in one go: calls into OpenCC cost more than what they do."""
    folded = _simplified(_SEPARATOR.join(map(_narrow, texts))).split(_SEPARATOR)
    return folded if len(folded) == len(texts) else [fold(text) for text in texts]


def is_han(run: str) -> bool:
    """Whether a run begins with a Chinese character."""
    return run > _LAST_MARK


def grams_of(folded: str) -> list[str]:
    """Pairs of neighbouring characters, lone characters, numbers and Latin words."""
    grams: list[str] = []
    for run in RUN.findall(folded):
        if len(run) > 1 and is_han(run):
            letters = list(run)
            grams += map(add, letters, letters[1:])
        else:
            grams.append(run[:LONGEST_TOKEN])
    return grams


def words_of(folded: str) -> list[str]:
    """The words of the dictionary, long ones with the shorter ones inside."""
    found = rjieba.cut_for_search(folded)
    return ["_" + word for word in found if word > _LAST_MARK and len(word) > 1 and word.isalnum()]


def sounds_of(folded: str, *, parts: bool) -> list[str]:
    """Pairs of syllables within each run of Chinese, and its initials, all of them and with `parts` three by three."""
    tones: list[str] = []
    for run in RUN.findall(folded):
        if run > _LAST_MARK and len(run) > 1:
            whole, pieces = _spoken(run)
            tones += whole
            if parts:
                tones += pieces
    return tones


@lru_cache(maxsize=20_000)
def _spoken(run: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pairs of syllables and initials of a run of Chinese, and these in pieces: offices, places and subjects come
    again and again."""
    spoken = [*chain.from_iterable(map(syllables_of, rjieba.cut(run)))]
    initials = initials_of(spoken)
    return (*pairs_of(spoken), "^" + initials), tuple(initial_grams(initials))


def initial_grams(initials: str) -> list[str]:
    """Initials three by three, so that those of a part of a title find it."""
    return ["^" + initials[start : start + _INITIALS] for start in range(len(initials) - _INITIALS + 1)]


def letter_token(letter: str) -> str:
    """A character wherever it stands."""
    return "~" + letter


def value_token(key: str) -> str:
    """A whole value of a row, by its letters and digits."""
    return "=" + key[:LONGEST_TOKEN]


def letters_of(folded: str) -> str:
    """Letters and digits alone: the key of a title."""
    return "".join(filter(str.isalnum, folded))
