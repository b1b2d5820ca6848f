"""The tokens that documents and questions share, all safe for a tokenizer that splits at white space.

`绿色` a bigram, `_绿色` a word of the dictionary, `绿` a lone character, `~绿` any character, `2.5` and `cpi` numbers
and Latin words, `lv-se` two syllables, `^lsjz` initials of a whole run, `^lsj` three of them, `@2019q3` periods,
`#330602` regions, `=绍市储2019` whole values of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Final
from unicodedata import is_normalized, normalize

import opencc
import rjieba

Tokens = dict[str, None]  # each once, in order
LONGEST_TOKEN: Final = 64  # a run of Latin letters longer than that is no word
_KANA_AND_HANGUL: Final = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\uac00-\ud7af"
_HAN: Final = rf"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff{_KANA_AND_HANGUL}"
RUN: Final = re.compile(rf"[{_HAN}]+|[0-9]+(?:\.[0-9]+)?|[^\W\d_{_HAN}]+")
HAN_RUN: Final = re.compile(rf"[{_HAN}]+")
IS_HAN: Final = re.compile(rf"[{_HAN}]")
_LAST_MARK: Final = "\u3001"  # every Chinese character stands behind it, every Latin one before
SEPARATOR: Final = "\x1e"  # of texts that are worked on as one
_MARKS: Final = tuple(zip("，（）：；！？％\u3000", ",():;!?% ", strict=True))
_MARKED: Final = re.compile(r"[\W_]+")
simplify: Final = opencc.OpenCC("t2s").convert


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
        return str(simplify(plain))
    except UnicodeEncodeError:  # a lone surrogate
        return str(simplify(encodable(plain)))


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` of each, in one go: calls into OpenCC cost more than what they do."""
    folded = _simplified(SEPARATOR.join(map(_narrow, texts))).split(SEPARATOR)
    return folded if len(folded) == len(texts) else [fold(text) for text in texts]


def is_han(run: str) -> bool:
    """Whether a run begins with a Chinese character."""
    return run > _LAST_MARK


def grams_of(folded: str) -> list[str]:
    """Pairs of neighbouring characters, lone characters, numbers and Latin words."""
    return grams_of_runs(RUN.findall(folded))


def grams_of_runs(runs: Iterable[str]) -> list[str]:
    """`grams_of` a text by its runs."""
    grams: list[str] = []
    for run in runs:
        if run > _LAST_MARK:
            length = len(run)
            grams += _PAIRS[length](run) if length <= LONGEST_TOKEN else _slices(run, 2)
        else:
            grams.append(run[:LONGEST_TOKEN])
    return grams


def pieces_of(text: str, size: int) -> Sequence[str]:
    """All pieces of two or three characters, which overlap; a text that has no more is one."""
    return _CUTTERS[size][len(text)](text) if len(text) <= LONGEST_TOKEN else _slices(text, size)


def _slices(run: str, size: int) -> list[str]:
    return [run[start : start + size] for start in range(len(run) - size + 1)]


def _cutter(length: int, size: int) -> Callable[[str], tuple[str, ...]]:
    """What cuts a text of that length into all pieces of that size at once: in half the time of one by one."""
    if length <= size:
        return lambda text: (text,)
    return itemgetter(*(slice(start, start + size) for start in range(length - size + 1)))


_CUTTERS: Final = {size: [_cutter(length, size) for length in range(LONGEST_TOKEN + 1)] for size in (2, 3)}
_PAIRS: Final = _CUTTERS[2]


def words_of_all(folded: Sequence[str]) -> list[list[str]]:
    """The words of the dictionary, long ones with the shorter ones inside; of all texts in one go, as `fold_all`."""
    words: list[str] = []
    found = [words]
    for word in rjieba.cut_for_search(_as_one(folded)):
        if word > _LAST_MARK:
            if len(word) > 1 and word.isalnum():
                words.append("_" + word)
        elif word == SEPARATOR:
            words = []
            found.append(words)
    return found if folded else []


def _as_one(texts: Sequence[str]) -> str:
    joined = SEPARATOR.join(texts)
    if joined.count(SEPARATOR) < len(texts):
        return joined
    return SEPARATOR.join([text.replace(SEPARATOR, " ") for text in texts])


def letter_token(letter: str) -> str:
    """A character wherever it stands."""
    return "~" + letter


def value_token(key: str) -> str:
    """A whole value of a row, by its letters and digits."""
    return "=" + key[:LONGEST_TOKEN]


def letters_of(folded: str) -> str:
    """Letters and digits alone: the key of a title."""
    return folded if folded.isalnum() else _MARKED.sub("", folded)
