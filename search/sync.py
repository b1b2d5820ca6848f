"""Index and database: what is stale is brought up to date, what is lost is built anew, and both are compared."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import Engine, bindparam, func, select, update
from sqlalchemy.orm import Session

from catalog.db import alone, session
from catalog.models import Dataset
from search import stale as stale  # publishers that change make their datasets stale
from search.batches import batches
from search.documents import BEHIND, documents_of, iter_documents, iter_stale
from search.index import Changes, IndexStatus, SearchDocument, SearchIndex

BATCH: Final = 500
AT_ONCE: Final = 20_000  # datasets whose writing is one step: long enough to be worth processes of its own
_NAMED: Final = 20  # disagreements that a report names
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agreement:
    """Index and database side by side. `stale` datasets wait for the index; ids are named up to a bound.

    `missing` stand in the database only, `surplus` in the index only, `different` in both with other revisions.
    """

    index: IndexStatus
    datasets: int
    stale: int
    missing: tuple[int, ...]
    surplus: tuple[int, ...]
    different: tuple[int, ...]

    @property
    def agrees(self) -> bool:
        """Whether the index is exactly what the database says."""
        return self.index.ready and not (self.stale or self.missing or self.surplus or self.different)


def sync(engine: Engine, index: SearchIndex, *, at_once: int = AT_ONCE) -> int:
    """Bring every stale dataset up to date; gives how many were. Any number may call at once.

    A document that the index refuses is named in the log and passed over: it stays stale, the rest goes on.
    Raises Unavailable where the index does not answer; nothing is lost then, the next call goes on.
    """
    done, last = 0, 0
    while True:
        read: dict[int, int] = {}
        refused = index.write(_noting(islice(iter_stale(engine, last, min(BATCH, at_once)), at_once), read)).refused
        if not read:
            return done
        last = max(read)
        taken = {one: revision for one, revision in read.items() if one not in refused}
        _mark(engine, taken)
        done += len(taken)


def rebuild(engine: Engine, index: SearchIndex, *, batch: int = BATCH) -> int:
    """A new index from the database; the old one answers until the new one has everything. Gives its documents.

    One rebuild at a time: another caller waits, and then builds anew.
    """
    with alone(engine, "rebuild"):
        return _rebuild(engine, index, batch)


def _rebuild(engine: Engine, index: SearchIndex, batch: int) -> int:
    _log.info("The search index is being rebuilt")
    held = index.rebuild(iter_documents(engine, batch), lambda held: changes(engine, held))
    with session(engine) as opened:
        stale = opened.scalars(select(Dataset.id).where(BEHIND)).all()
    _mark(engine, {one: held[one] for one in stale if one in held})
    sync(engine, index)
    return len(held)


def ensure(engine: Engine, index: SearchIndex) -> bool:
    """Make the index where there is none, and rebuild it where it is empty, of another version or half done."""
    if not index.prepare():
        return False
    with alone(engine, "rebuild"):
        if not index.prepare():  # another process has made it while this one waited
            return False
        _rebuild(engine, index, BATCH)
    return True


def status(engine: Engine, index: SearchIndex) -> Agreement:
    """Compare index and database, dataset by dataset."""
    known = index.status(revisions=True)
    with session(engine) as opened:
        truth = _revisions(opened)
        stale = opened.scalar(select(func.count()).where(BEHIND)) or 0
    held = known.revisions
    return Agreement(
        index=known,
        datasets=len(truth),
        stale=stale,
        missing=_some(truth.keys() - held.keys()),
        surplus=_some(held.keys() - truth.keys()),
        different=_some({one for one in truth.keys() & held.keys() if truth[one] != held[one]}),
    )


def changes(engine: Engine, held: Mapping[int, int]) -> Changes:
    """What an index that holds those revisions (id -> revision) lacks now; documents are read as they are asked for."""
    with session(engine) as opened:
        truth = _revisions(opened)
    changed = [one for one, revision in truth.items() if held.get(one) != revision]
    return Changes(_documents(engine, changed), tuple(held.keys() - truth.keys()))


def _noting(documents: Iterable[SearchDocument], read: dict[int, int]) -> Iterator[SearchDocument]:
    for one in documents:
        read[one.id] = one.revision
        yield one


def _mark(engine: Engine, taken: Mapping[int, int]) -> None:
    """Note what the index has, but only where nobody has edited meanwhile."""
    same = Dataset.id == bindparam("one"), Dataset.revision == bindparam("seen")
    marked = update(Dataset).where(*same).values(indexed_revision=bindparam("seen"))
    for batch in batches(taken.items(), BATCH):  # short transactions, so that others may write between
        with session(engine, write=True) as opened:
            opened.connection().execute(marked, [{"one": one, "seen": revision} for one, revision in batch])
            opened.commit()


def _documents(engine: Engine, ids: Sequence[int]) -> Iterator[SearchDocument]:
    for batch in batches(ids, BATCH):
        with session(engine) as opened:
            found = documents_of(opened, batch)
        yield from found


def _revisions(opened: Session) -> dict[int, int]:
    return {row[0]: row[1] for row in opened.execute(select(Dataset.id, Dataset.revision))}


def _some(ids: set[int]) -> tuple[int, ...]:
    return tuple(sorted(ids)[:_NAMED])
