"""Words of `q` inside rows: every script form that a word may have, and the codes whose labels hold it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product
from math import prod
from typing import Final

import opencc

from catalog.schema import Field

_SCRIPTS: Final = ("t2s", "s2t", "s2tw", "s2hk")
_MOST_FORMS: Final = 8  # of a word by its characters: each is looked for
_HAN: Final = range(0x3400, 0xA000)


@lru_cache(maxsize=1000)
def variants(word: str) -> tuple[str, ...]:
    """The word as written, then in Simplified and Traditional characters where these differ.

    No phrase tells which character a short word is: `发` is `發` and `髮`, so it is all of them.
    """
    forms = [word, *(_converter(script).convert(word) for script in _SCRIPTS)]
    characters = [_spellings().get(char, char) for char in _converter("t2s").convert(word)]
    if max(map(len, characters), default=0) > 2 and prod(map(len, characters)) <= _MOST_FORMS:
        forms += map("".join, product(*characters))
    return tuple(dict.fromkeys(forms))


def codes_with(field: Field, forms: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of a field that have a label holding one of the forms."""
    return tuple(
        code
        for code, labels in (field.codes or {}).items()
        if any(form.lower() in label.lower() for label in labels.values() for form in forms)
    )


@cache
def _spellings() -> Mapping[str, str]:
    """Simplified character -> all characters that are it, itself among them."""
    characters = [chr(one) for one in _HAN]
    found: dict[str, str] = {}
    for char, simple in zip(characters, _converter("t2s").convert("\n".join(characters)).split("\n"), strict=True):
        found[simple] = found.get(simple, simple) + (char if char != simple else "")
    return found


@cache
def _converter(script: str) -> opencc.OpenCC:
    return opencc.OpenCC(script)
