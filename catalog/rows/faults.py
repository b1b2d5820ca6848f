"""Faults of a query that several parsers raise alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from catalog.errors import BadParameter, nearest
from catalog.rows.limits import LONGEST_VALUE

_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_SHOWN: Final = 12  # known names, where none is like the unknown one


def unknown(place: str, what: str, name: str, known: Iterable[str]) -> BadParameter:
    """No such `what` (parameter, field, operator, function, alias): with the nearest known name, or some others."""
    names = list(dict.fromkeys(known))  # a name that several tables have is told once
    near = nearest(name, names)
    if near:
        return BadParameter.at(place, f"unknown_{what}", name=name, nearest=near)
    return BadParameter.at(place, f"no_such_{what}", name=name, known=", ".join(names[:_SHOWN]))


def check_text(place: str, raw: str, most: int = LONGEST_VALUE) -> None:
    """Raises BadParameter for what is too long or not text (NUL, lone surrogates)."""
    if len(raw) > most:
        raise BadParameter.at(place, "value_too_long", most=most)
    if _NOT_TEXT.search(raw):
        raise BadParameter.at(place, "value_not_text")
