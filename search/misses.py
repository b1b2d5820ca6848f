"""Questions that found nothing, for stewards to mend titles and synonyms by: the words alone, not who asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from catalog.db import now
from search.models import QueryMiss
from search.tokens import fold

LONGEST: Final = 100  # characters; what is longer is no question that a title could answer
MOST: Final = 10_000  # questions that are kept, those asked last
_PERSONAL: Final = re.compile(r"\d{6,}|@|\d{3,4}[-\s]\d{4}")  # numbers of people and their phones, mail addresses
_SCATTERED: Final = re.compile(r"(?:\d[^\w]{0,3}){11}")  # the same with signs between the digits


def is_kept(text: str) -> bool:
    """Whether a question may be kept: it has words, and nothing that may name a person by a number or an address."""
    folded = fold(text).strip()
    personal = _PERSONAL.search(folded) or _SCATTERED.search(folded)
    return 0 < len(folded) <= LONGEST and any(map(str.isalpha, folded)) and not personal


def note_miss(opened: Session, text: str) -> None:
    """Count a question that found nothing, if it may be kept."""
    if not is_kept(text):
        return
    folded = " ".join(fold(text).split())
    found = opened.scalar(select(QueryMiss).where(QueryMiss.text == folded))
    if found is None:
        opened.add(QueryMiss(text=folded))
        opened.flush()
        _forget_oldest(opened)
        return
    found.count += 1
    found.last_at = now()


def list_misses(opened: Session, limit: int, offset: int = 0) -> tuple[int, Sequence[QueryMiss]]:
    """How many there are, and a page of them: the most frequent first."""
    asked = select(QueryMiss).order_by(QueryMiss.count.desc(), QueryMiss.last_at.desc(), QueryMiss.id)
    total = opened.scalar(select(func.count()).select_from(QueryMiss)) or 0
    return total, opened.scalars(asked.limit(limit).offset(offset)).all()


def _forget_oldest(opened: Session) -> None:
    kept = select(QueryMiss.id).order_by(QueryMiss.last_at.desc()).limit(MOST)
    if (opened.scalar(select(func.count()).select_from(QueryMiss)) or 0) > MOST:
        opened.execute(delete(QueryMiss).where(QueryMiss.id.not_in(kept)))
