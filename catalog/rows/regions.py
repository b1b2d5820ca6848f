"""Levels of a region's code, in Python and as the same rule in SQL: `330602003` lies in 330602, 330600 and 330000.

A functional area lies where the vocabulary puts it. A code above the level, or of no region, has no code there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from catalog.regions import region_and_parents
from catalog.vocabularies import get_vocabulary, label

LEVELS: Final = {"province": 2, "city": 4, "county": 6}  # how many digits tell them apart
_FORM: Final = r"[0-9]{6}([0-9]{3}){0,2}"


def level_of(code: str, level: str) -> str | None:
    """The code of the province, city or county that a region lies in; None where there is none."""
    digits = LEVELS[level]
    for wider in reversed(region_and_parents(code) if code.isascii() else ()):  # full-width digits are no code
        if len(wider) == 6 and wider[digits:] == "0" * (6 - digits) and wider[digits - 2 : digits] != "00":
            return wider
    return None


def level_sql(level: str, text: str) -> str:
    """`level_of` of an SQL expression, for DuckDB."""
    digits = LEVELS[level]
    own = f"coalesce({_areas()}[{text}], {text})"
    named = f"regexp_full_match({own}, '{_FORM}') AND substr({own}, {digits - 1}, 2) <> '00'"
    return f"CASE WHEN {named} THEN substr({own}, 1, {digits}) || '{'0' * (6 - digits)}' END"


def level_codes(codes: Iterable[str], level: str) -> Mapping[str, Mapping[str, str]]:
    """Code -> language -> label of the level's regions that these codes lie in."""
    found = sorted({wider for code in codes if (wider := level_of(code, level)) is not None})
    languages = get_vocabulary("regions").titles
    return {code: {language: label("regions", code, language) for language in languages} for code in found}


def _areas() -> str:
    """The functional areas and where each lies, as a constant map; no text of a user is in it."""
    terms = get_vocabulary("functional_areas").terms
    return "MAP {" + ", ".join(f"'{term.code}': '{term.parent or ''}'" for term in terms) + "}"
