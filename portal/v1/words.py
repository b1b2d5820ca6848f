"""Suggestions while people write, the stewards' synonyms, and the questions that found nothing."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy import select

from catalog.accounts import READ, STAFF, require_role
from catalog.errors import Stale
from catalog.models import Publisher
from portal.answers import PRIVATE, content_tag, json_answer, language, tagged
from portal.context import actor, catalog_session, house
from portal.links import absolute
from portal.v1 import find, parameters
from portal.v1 import word_documents as documents
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented, parameter
from portal.v1.shapes import moment
from search.lexicon import built_in_groups
from search.misses import list_misses
from search.models import SynonymList
from search.suggest import Suggestion, suggest
from search.synonyms import find_synonyms, put_synonyms

_ADDRESSES = {"dataset": "/api/v1/datasets/{}", "publisher": "/api/v1/datasets?publisher={}"}
_ADDRESSES |= {"tag": "/api/v1/datasets?tag={}", "region": "/api/v1/datasets?region={}"}


@api.route("/suggest")
class Suggest(Resource):
    """Completions."""

    takes = {"GET": ("q",)}

    @documented(api, parameter("q", "What has been written so far: Chinese, pinyin or initials.", example="tdgy"))
    @api.response(200, documents.SuggestAnswer)
    def get(self) -> Response:
        """Titles, publishers, tags and regions that fit."""
        text = find.read_text().strip()
        items = [_suggestion(one) for one in suggest(house().index, text, find.words(), _publishers())] if text else []
        response = json_answer({"total": len(items), "items": items})
        return tagged(response, content_tag(response))


@api.route("/synonyms")
class Synonyms(Resource):
    """Words that mean the same."""

    takes = {"GET": (), "PUT": ()}

    @documented(api)
    @api.response(200, documents.SynonymsAnswer)
    def get(self) -> Response:
        """The groups that stewards have added, and those that come with the program (for stewards)."""
        require_role(actor(), *STAFF, scope=READ)
        found = find_synonyms(catalog_session())
        return tagged(json_answer(_synonyms(found)), _tag(found))

    @documented(api)
    @api.arguments(documents.SynonymsBody, example={"groups": [["公厕", "厕所", "洗手间"]]})
    @api.response(200, documents.SynonymsAnswer)
    def put(self, body: dict[str, Any]) -> Response:
        """Replace the stewards' groups; in force with the next search, the index stays as it is."""
        require_role(actor(), *STAFF)
        tag = _tag(find_synonyms(catalog_session()))
        if request.if_match and not request.if_match.contains(tag):
            raise Stale("etag_stale", etag=tag)
        kept = put_synonyms(catalog_session(), actor(), body["groups"])
        return tagged(json_answer(_synonyms(kept)), _tag(kept))


@api.route("/search-misses")
class SearchMisses(Resource):
    """Questions that found nothing."""

    takes = {"GET": ("page", "page_size")}

    @documented(
        api,
        parameters.PAGE,
        parameter("page_size", "Questions of a page.", {"type": "integer", "minimum": 1, "maximum": 100}),
    )
    @api.response(200, documents.MissesAnswer)
    def get(self) -> Response:
        """The most frequent first, the words alone (for stewards)."""
        require_role(actor(), *STAFF, scope=READ)
        house().misses.settle()
        size, page = find.whole_number("page_size", 50, 1, 100), find.whole_number("page", 1, 1, find.DEEPEST_PAGE)
        total, found = list_misses(catalog_session(), size, (page - 1) * size)
        items = [
            {"q": one.text, "count": one.count, "first_at": moment(one.first_at), "last_at": moment(one.last_at)}
            for one in found
        ]
        return json_answer({"total": total, "items": items}, headers=PRIVATE)


def _publishers() -> dict[str, str]:
    rows = catalog_session().execute(select(Publisher.slug, Publisher.title, Publisher.title_translations))
    return {slug: titles.get(language(), title) for slug, title, titles in rows}


def _suggestion(one: Suggestion) -> dict[str, Any]:
    link = absolute(_ADDRESSES[one.kind].format(find.quoted(one.value)))
    return {"type": one.kind, "value": one.value, "text": one.text, "link": link}


def _synonyms(found: SynonymList | None) -> dict[str, Any]:
    own = {"revision": found.revision if found else 0, "groups": found.groups if found else []}
    changed = {"changed_at": moment(found.changed_at), "changed_by": found.changed_by} if found else {}
    return {**own, **changed, "built_in": [list(group) for group in built_in_groups()]}


def _tag(found: SynonymList | None) -> str:
    return f"synonyms-{found.revision if found else 0}"
