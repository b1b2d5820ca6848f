"""Which units of a question tell what is sought, and by which single characters."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from search.tokens import IS_HAN, letter_token
from search.units import Unit
from search.wordlists import word_list

QUESTION_UNITS: Final = 16
STOP_WORDS: Final = word_list("stop")
LIGHT_WORDS: Final = word_list("light")
_COMMON_LETTERS: Final = word_list("common_letters")


def telling(units: list[Unit]) -> list[Unit]:
    """What says what is sought: no stop words."""
    return [unit for unit in units if unit.kind != "stop" and unit.word not in STOP_WORDS] or units


def apart(units: list[Unit]) -> list[Unit]:
    """What is asked for beside an office is no other name of it: `行政服务中心 窗口`."""
    written = {unit.word for unit in units}
    return [_without(unit, written - {unit.word}) if unit.kind == "office" else unit for unit in units]


def _without(unit: Unit, written: set[str]) -> Unit:
    return replace(unit, ways=tuple(way for way in unit.ways if way.word not in written))


def telling_letters(units: list[Unit]) -> tuple[str, ...]:
    """The single characters that tell something; those of every office's title only where there are no others."""
    text = "".join(unit.word for unit in units if _tells_by_letters(unit))
    letters = tuple(dict.fromkeys(IS_HAN.findall(text)))
    rare = tuple(letter for letter in letters if letter not in _COMMON_LETTERS)
    return tuple(map(letter_token, (rare or letters)[: 2 * QUESTION_UNITS]))


def _tells_by_letters(unit: Unit) -> bool:
    """What is asked about a thing (`多少钱`) is not what it is called."""
    return unit.kind != "light" or len(unit.word) == 1 or unit.word in LIGHT_WORDS
