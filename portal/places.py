"""Which rows an address means, and the marks that an answer made of them carries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from catalog.accounts import EDITORS, PUBLIC, Actor
from catalog.db import moment_text
from catalog.errors import BadParameter
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
from catalog.rows.kept import Kept
from catalog.rows.query import parse_query
from catalog.rows.terms import RowQuery
from catalog.schema import Table
from ingest.privacy.decided import require_shown
from portal.answers import JSON_TYPE, PRIVATE, language, tagged
from portal.context import actor, catalog_session, house

Asked = MultiDict[str, str]
_known: Final[Kept[Place]] = Kept(1000)  # what the public sees of a dataset: the same as long as its revision is
WHERE = ("release", "table", "as_of")  # which rows
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
    def release_mark(self) -> dict[str, Any]:
        """How an answer names the release that it comes from."""
        published = self.release.published_at
        return {
            "number": self.release.number,
            "digest": self.release.digest,
            "published_at": moment_text(published) if published else None,
        }

    @property
    def is_public(self) -> bool:
        """Whether the release is out, and so will never change."""
        return self.release.state == "published"

    @property
    def files(self) -> RowFiles:
        """Their files."""
        return house().rows_of(self.table)


def find_place(slug: str, asked: Asked | None = None) -> Place:
    """Dataset, release and table that the parameters (this request's) name. Raises NotFound, Gone, BadParameter."""
    asked = request.args if asked is None else asked
    viewer = actor()
    if viewer != PUBLIC:
        return _look_up(catalog_session(), slug, viewer, asked)
    own = house()
    revision = own.revisions.first(slug=slug)  # read every time: what is known holds for one revision alone
    key = (own.engine, slug, revision, *(asked.get(name) for name in WHERE))
    return _known.get(key, lambda: _look_up(catalog_session(), slug, viewer, asked))


def _look_up(opened: Session, slug: str, viewer: Actor, asked: Asked) -> Place:
    dataset = get_dataset(opened, slug, viewer)
    require_readable_rows(dataset, viewer)
    number, day = asked.get("release"), asked.get("as_of")
    if number is not None and day is not None:
        raise BadParameter.at("as_of", "release_or_day")
    if number is not None:
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise BadParameter.at("release", "release_expected", value=number)
        release = get_release(opened, dataset, viewer, int(number))
    else:
        release = get_current_release(opened, dataset, viewer, None if day is None else parse_day("as_of", day))
    require_shown_to(opened, viewer, release)
    return Place(dataset, release, get_table(release, asked.get("table")))


def require_shown_to(opened: Session, viewer: Actor, release: Release) -> None:
    """Raises Conflict where the rows still hold personal data that only the steward, who decides on it, may see."""
    if release.state == "draft" and viewer.role not in EDITORS:
        require_shown(opened, release)


def read_parameters(place: Place, form: tuple[str, ...], asked: Asked | None = None) -> RowQuery:
    """The query in the parameters (this request's), without what the view itself reads."""
    asked = request.args if asked is None else asked
    own = {*WHERE, *form}
    return parse_query([(name, value) for name, value in asked.items(multi=True) if name not in own], place.table)


def mark_of(place: Place, asked: Asked | None = None) -> str:
    """What decides an answer wholly: the release's digest, the query and the form that was asked for."""
    pairs = sorted((request.args if asked is None else asked).items(multi=True))
    mark = f"{place.named}{request.environ['PATH_INFO']}{pairs!r}{language()}"
    return hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()[:32]


def marked(response: Response, place: Place, *, conditional: bool = True) -> Response:
    """The answer with its tag, its release, and how long it may be kept."""
    kept = IMMUTABLE if request.args.get("release") else REVALIDATE
    response.headers["Cache-Control"] = kept if place.is_public else PRIVATE["Cache-Control"]
    response.headers["X-Release"] = str(place.release.number)
    if conditional:
        return tagged(response, mark_of(place))
    response.set_etag(mark_of(place))
    return response


def unless_known(place: Place, make: Callable[[], bytes]) -> Response:
    """The JSON that `make` gives, with its marks; 304 before anything is made where the reader has it already."""
    if "HTTP_IF_NONE_MATCH" in request.environ:
        unchanged = marked(Response(), place)
        if unchanged.status_code == 304:
            return unchanged
    return marked(Response(make(), content_type=JSON_TYPE), place)
