"""What is told of a question beside its hits."""

from __future__ import annotations

from typing import Any

from search.analysis import Question


def understood(question: Question, *, loose: bool) -> dict[str, Any]:
    """`words` that were sought; `loose`: no dataset has them, so parts of them were; `cut`: the rest was left out."""
    if not question.title:
        return {}
    return {"words": [unit.word for unit in question.units], "loose": loose, "cut": question.cut}
