"""Words of `q` inside rows: every script form that a word may have, and the codes whose labels hold it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

import opencc

from catalog.schema import Field

_SCRIPTS: Final = ("t2s", "s2t", "s2tw", "s2hk")


@lru_cache(maxsize=1000)
def variants(word: str) -> tuple[str, ...]:
    """The word as written, then in Simplified and Traditional characters where these differ."""
    return tuple(dict.fromkeys([word, *(_converter(script).convert(word) for script in _SCRIPTS)]))


def codes_with(field: Field, forms: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of a field that have a label holding one of the forms."""
    return tuple(
        code
        for code, labels in (field.codes or {}).items()
        if any(form.lower() in label.lower() for label in labels.values() for form in forms)
    )


@cache
def _converter(script: str) -> opencc.OpenCC:
    return opencc.OpenCC(script)
