"""Datasets as items of a search. What the public sees of one is written once for each of its revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from catalog.accounts import PUBLIC, Actor
from catalog.lookup import visible_to
from catalog.models import Dataset, Publisher
from catalog.rows.kept import Kept
from portal.context import house
from portal.links import absolute
from portal.v1.shapes import item_shape

_MOST_WRITTEN: Final = 5_000  # items of one or two KB
_written: Final[Kept[bytes]] = Kept(_MOST_WRITTEN)


class Item(NamedTuple):
    """A dataset of a page: `holds_rows` says whether everybody may read rows of it, `text` is its JSON object."""

    slug: str
    holds_rows: bool
    text: bytes

    def told(self, more: Mapping[str, Any]) -> orjson.Fragment:
        """The item with more members behind its own."""
        return orjson.Fragment(self.text[:-1] + b"," + orjson.dumps(more)[1:])


def items_of(opened: Session, ids: Sequence[int], viewer: Actor, language: str) -> dict[int, Item]:
    """Dataset -> its item, for those that the viewer may see: the database is asked again, not the index."""
    rows = opened.execute(_asked().where(Dataset.id.in_(ids), visible_to(viewer))).all()
    if viewer == PUBLIC:
        texts = _public_texts(opened, rows, language)
    else:
        texts = dict(_write(opened, [row.id for row in rows], viewer, language))
    return {row.id: Item(row.slug, row.access == "open" and bool(row.release), texts[row.id]) for row in rows}


def _asked() -> Any:
    """What an item's text is decided by, apart from the language and the portal's own address."""
    release = Dataset.latest_release_id.label("release")
    office = Publisher.slug.label("office"), Publisher.title.label("office_title")
    return select(Dataset.id, Dataset.slug, Dataset.access, Dataset.revision, release, *office).join(Dataset.publisher)


def _public_texts(opened: Session, rows: Sequence[Row[Any]], language: str) -> dict[int, bytes]:
    about = house().engine, language, absolute("")
    keys = {row.id: (*about, *row) for row in rows}
    texts = {one: text for one, key in keys.items() if (text := _written.find(key))}
    for one, text in _write(opened, [one for one in keys if one not in texts], PUBLIC, language):
        texts[one] = _written.keep(keys[one], text)
    return texts


def _write(opened: Session, ids: Sequence[int], viewer: Actor, language: str) -> Iterable[tuple[int, bytes]]:
    if not ids:
        return
    for dataset in opened.scalars(select(Dataset).where(Dataset.id.in_(ids))):
        yield dataset.id, orjson.dumps(item_shape(dataset, viewer, language), option=orjson.OPT_UTC_Z)
