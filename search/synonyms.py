"""The stewards' groups of synonyms: kept in the database, in force with the next question, no rebuild needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import ROLES, Actor, require_role
from catalog.canonical import canonical
from catalog.db import now
from catalog.errors import Invalid
from catalog.models import Audit
from search.lexicon import Lexicon, lexicon
from search.models import SynonymList
from search.places import HOME
from search.tokens import fold, letters_of

MOST_GROUPS: Final = 2_000
MOST_WORDS: Final = 30  # of one group
LONGEST_WORD: Final = 16
_ROW: Final = 1


def find_synonyms(opened: Session) -> SynonymList | None:
    """The list with its revision; None where nobody has written one."""
    return opened.get(SynonymList, _ROW)


def words(opened: Session, home: str = HOME) -> Lexicon:
    """All that questions are understood by: what comes with the program and what stewards have added.

    `home` is the region whose portal it is.
    """
    found = find_synonyms(opened)
    groups = tuple(tuple(group) for group in found.groups) if found else ()
    return lexicon(groups, found.revision if found else 0, home)


def put_synonyms(opened: Session, actor: Actor, groups: Sequence[Sequence[str]]) -> SynonymList:
    """Replace the whole list. Raises Invalid with the place of the first fault, Forbidden for who may not."""
    require_role(actor, *ROLES)
    if len(groups) > MOST_GROUPS:
        raise Invalid.at("groups", "synonym_groups_too_many", most=MOST_GROUPS)
    kept = [_checked(place, group) for place, group in enumerate(groups)]
    found = find_synonyms(opened)
    if found is None:
        found = SynonymList(id=_ROW, revision=0, groups=[], changed_by="")
        opened.add(found)
    found.groups, found.revision = kept, found.revision + 1
    found.changed_at, found.changed_by = now(), actor.name
    opened.flush()
    detail = {"revision": found.revision, "groups": len(kept), "content": list_digest(found)}
    audit.record(opened, audit.Act(actor.name, "set_synonyms", "synonyms", detail=detail))
    return found


def list_digest(found: SynonymList) -> str:
    """Of the groups as they are kept."""
    return hashlib.sha256(canonical({"groups": found.groups})).hexdigest()


def iter_unproved(opened: Session) -> Iterator[str]:
    """One sentence where the groups are not what the last act says."""
    acts = select(Audit.detail).where(Audit.act == "set_synonyms").order_by(Audit.id.desc()).limit(1)
    told, found = opened.scalar(acts), find_synonyms(opened)
    if told is not None and (found is None or list_digest(found) != told["content"]):
        yield "synonyms: they are not what the acts say"


def _checked(place: int, group: Sequence[str]) -> list[str]:
    kept = list(dict.fromkeys(letters_of(fold(word)) for word in group))
    if not 2 <= len(kept) <= MOST_WORDS:
        raise Invalid.at(f"groups.{place}", "synonym_group_size", least=2, most=MOST_WORDS)
    for word in kept:
        if not 1 <= len(word) <= LONGEST_WORD:
            raise Invalid.at(f"groups.{place}", "synonym_word_length", most=LONGEST_WORD)
    return kept
