"""Which rows an address means, and the marks that an answer made of them carries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

import orjson
from flask import Response
from sqlalchemy.orm import Session
from werkzeug.http import parse_etags

from catalog.accounts import EDITORS, PUBLIC, Actor
from catalog.db import moment_text, session
from catalog.errors import BadParameter, NotAtHand, NotFound
from catalog.lookup import (
    get_current_release,
    get_dataset,
    get_release,
    get_table,
    parse_day,
    require_readable_rows,
)
from catalog.models import Dataset, Release
from catalog.rows.engine import RowFiles
from catalog.rows.kept import Kept, Lately
from catalog.rows.query import parse_query
from catalog.rows.terms import RowQuery
from catalog.schema import Table
from ingest.privacy.decided import require_shown
from portal.answers import JSON_TYPE, PRIVATE, VARY, Answer, if_changed
from portal.asking import Asked, Asking, asking
from portal.context import House
from portal.heads import read_head, write_head

_known: Final[Kept[Place]] = Kept(1000)  # what the public sees of a dataset: the same as long as its revision is
WHERE = ("release", "table", "as_of")  # which rows
ONCE = (*WHERE, "lang", "shape", "cursor", "header", "bom")  # what can only mean one thing
_JSON_HEAD: Final = f"Content-Type: {JSON_TYPE}\r\nContent-Length: "
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"


@dataclass(frozen=True)
class Place:
    """The rows that an address means: a table of a release of a dataset that the reader may see."""

    dataset: Dataset
    release: Release
    table: Table

    @cached_property
    def named(self) -> str:
        """The release and its table as no other is named."""
        return repr((self.dataset.slug, self.table.digest, self.release.number, self.release.state))

    @cached_property
    def mark(self) -> str:
        """The same, as a part of an ETag."""
        return _short(self.named)

    @cached_property
    def lately(self) -> Lately[Any]:
        """What was found of it of late."""
        return Lately()

    @cached_property
    def release_mark(self) -> dict[str, Any]:
        """How an answer names the release that it comes from."""
        published = self.release.published_at
        return {
            "number": self.release.number,
            "digest": self.release.digest,
            "published_at": moment_text(published) if published else None,
        }

    @cached_property
    def release_text(self) -> bytes:
        """The same as JSON."""
        return orjson.dumps(self.release_mark)

    @cached_property
    def is_public(self) -> bool:
        """Whether the release is out, and so will never change."""
        return self.release.state == "published"

    @cached_property
    def is_for_all(self) -> bool:
        """Whether anybody reads these rows; what only some may read is kept by no cache on the way."""
        return self.is_public and self.dataset.access == "open"

    @cached_property
    def head(self) -> str:
        """The headers that every answer of it carries, a line each."""
        return self._head(REVALIDATE)

    @cached_property
    def head_by_number(self) -> str:
        """The same where the release was asked for by its number."""
        return self._head(IMMUTABLE)

    def _head(self, kept: str) -> str:
        return write_head(
            (
                ("Cache-Control", kept if self.is_for_all else PRIVATE["Cache-Control"]),
                ("X-Release", str(self.release.number)),
                ("Vary", ", ".join(VARY)),
            )
        )

    def files(self, house: House) -> RowFiles:
        """Their files."""
        return house.rows_of(self.table)

    def files_at_hand(self, house: House) -> RowFiles:
        """The same for use without waiting, where they were found of late. Raises NotAtHand."""
        found = house.find_rows(self.table)
        if found is None:
            raise NotAtHand
        return replace(found, at_hand=True)


def find_place(asking: Asking, slug: str) -> Place:
    """Dataset, release and table that the parameters name. Raises NotFound, Gone, BadParameter."""
    where = _where(asking.args)
    if asking.actor is not PUBLIC and asking.actor != PUBLIC:
        return _look_up(asking, slug)
    own = asking.house
    revision = own.glances.revisions.first(slug=slug)  # read every time: what is known holds for one revision alone
    key = (own.engine, slug, revision, where)
    return _known.find(key) or _known.get(key, lambda: _look_up(asking, slug))


def place_at_hand(asking: Asking, slug: str) -> Place:
    """The same for the public, where neither the database nor a file has to be asked for it. Raises NotAtHand."""
    own = asking.house
    revision = own.glances.revisions.known(slug=slug)
    found = None if revision is None else _known.find((own.engine, slug, revision, _where(asking.args)))
    if found is None:
        raise NotAtHand
    return found


def _where(args: Asked) -> tuple[str | None, ...]:
    if not args.pairs:
        return ()
    args.require_once(ONCE)
    return tuple(args.get(name) for name in WHERE)


def _look_up(asking: Asking, slug: str) -> Place:
    number, table, day = (asking.args.get(name) for name in WHERE)
    with session(asking.house.engine) as opened:
        dataset = get_dataset(opened, slug, asking.actor)
        require_readable_rows(dataset, asking.actor)
        release = _release(opened, dataset, asking.actor, number, None if day is None else parse_day("as_of", day))
        require_shown_to(opened, asking.actor, release)
        return Place(dataset, release, _first_seen(get_table(release, table)))


def _release(opened: Session, dataset: Dataset, viewer: Actor, number: str | None, day: date | None) -> Release:
    """That of the number, that of the day; of both the one that is both."""
    if number is None:
        return get_current_release(opened, dataset, viewer, day)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise BadParameter.at("release", "release_expected", value=number)
    release = get_release(opened, dataset, viewer, int(number))
    if day is not None and (then := get_current_release(opened, dataset, viewer, day)) is not release:
        raise NotFound("release_of_other_days", number=release.number, day=day.isoformat(), then=then.number)
    return release


@lru_cache(1000)
def _first_seen(table: Table) -> Table:
    """The same one for tables that are equal: what is remembered of a table is then found without comparing fields."""
    return table


def require_shown_to(opened: Session, viewer: Actor, release: Release) -> None:
    """Raises Conflict where the rows still hold personal data that only the steward, who decides on it, may see."""
    if release.state == "draft" and viewer.role not in EDITORS:
        require_shown(opened, release)


def read_parameters(asking: Asking, place: Place, form: tuple[str, ...]) -> RowQuery:
    """The query in the parameters, without what the view itself reads."""
    own = (*WHERE, *form)
    return parse_query([pair for pair in asking.args.pairs if pair[0] not in own], place.table)


def mark_of(asking: Asking, place: Place) -> str:
    """What decides an answer wholly: the release's digest, the query and the form that was asked for."""
    mark = f"{place.named}{asking.path}{sorted(asking.args.pairs)!r}{asking.language}"
    return _short(mark)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def head_of(asking: Asking, place: Place, mark: str) -> str:
    """The tag of an answer, its release, how long it may be kept, and what else it depends on: a line each."""
    by_number = asking.args.get("release") and not asking.args.get("as_of")  # days that are to come may change that
    return f'{place.head_by_number if by_number else place.head}ETag: "{mark}"\r\n'


def marked(response: Response, place: Place) -> Response:
    """The answer of a view with these headers; 304 where the reader has it already."""
    asked = asking()
    response.headers.update(read_head(head_of(asked, place, mark_of(asked, place))))
    return if_changed(response)


def unless_known(asking: Asking, place: Place, make: Callable[[], bytes], mark: str | None = None) -> Answer:
    """The JSON that `make` gives, with its marks; 304 before anything is made where the reader has it already.

    `mark` is given where something shorter than `mark_of` decides the answer wholly.
    """
    mark = mark or mark_of(asking, place)
    head = head_of(asking, place, mark)
    seen = asking.environ.get("HTTP_IF_NONE_MATCH")
    if seen is not None and parse_etags(seen).contains_weak(mark):
        return Answer(304, head, b"")
    body = make()
    return Answer(200, f"{head}{_JSON_HEAD}{len(body)}\r\n", body)
