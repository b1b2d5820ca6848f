"""What is told of a question beside its hits: what was recognised in it, each with the question that undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from search.spelling import did_you_mean
from search.units import Question, Unit


def understood(question: Question, titles: Sequence[str], *, loose: bool) -> dict[str, Any]:
    """`words` that were sought, and `period`, `regions`, `departments`, `synonyms` where there are any.

    `loose`: few datasets have all words, so some may be missing; `cut`: the rest was left out; `did_you_mean`: the
    question as it was probably meant; `undo` of each thing is the question that takes it literally.
    """
    if not question.title:
        return {}
    kinds = {"regions": ("region",), "departments": ("office",), "synonyms": ("word", "light")}
    told = {name: [_told(question, one) for one in question.units if _is(one, of)] for name, of in kinds.items()}
    found: dict[str, Any] = {"words": [unit.word for unit in question.units], "loose": loose, "cut": question.cut}
    found |= {name: several for name, several in told.items() if several}
    if named := _periods(question):
        found["period"] = named[0]
    meant = did_you_mean(question.text, titles, loose=loose)
    return found | ({"did_you_mean": meant} if meant else {})


def _is(unit: Unit, kinds: Sequence[str]) -> bool:
    return unit.kind in kinds and bool(unit.names)


def _told(question: Question, unit: Unit) -> dict[str, Any]:
    codes = {"codes": list(unit.codes)} if unit.codes else {}
    return {"text": unit.word, "names": list(unit.names), **codes, "undo": _undo(question, unit)}


def _periods(question: Question) -> list[dict[str, Any]]:
    named = [(unit, unit.period.days) for unit in question.units if unit.period]
    return [
        {"text": unit.word, "from": first.isoformat(), "to": last.isoformat(), "undo": _undo(question, unit)}
        for unit, (first, last) in named
    ]


def _undo(question: Question, unit: Unit) -> str:
    return question.text.replace(unit.word, f'"{unit.word}"', 1)
