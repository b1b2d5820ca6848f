"""Code lists, publishers and duties."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from catalog import lookup
from catalog.errors import NotFound, nearest
from catalog.registry import create_publisher
from catalog.vocabularies import Term, get_vocabulary, list_vocabularies
from portal.answers import content_tag, json_answer, language, tagged
from portal.context import actor, catalog_session
from portal.links import absolute, next_page
from portal.v1 import list_documents as documents
from portal.v1 import parameters
from portal.v1.blueprint import api
from portal.v1.bodies import NewPublisher
from portal.v1.find import DEEPEST_PAGE, whole_number
from portal.v1.resource import Resource, documented, parameter
from portal.v1.shapes import duty_shape


def _tagged(data: dict[str, Any]) -> Response:
    response = json_answer(data)
    return tagged(response, content_tag(response))


MOST_TERMS = 1000  # codes of a page: all of every list but that of the regions


@api.route("/publishers")
class Publishers(Resource):
    """The offices that owe data."""

    @documented(api)
    @api.response(200, documents.PublishersAnswer)
    def get(self) -> Response:
        """Every publisher with the number of its public datasets."""
        found = lookup.list_publishers(catalog_session())
        parents = {one.id: one.slug for one, _ in found}
        items = [
            {
                "slug": one.slug,
                "title": one.title_translations.get(language(), one.title),
                "aliases": one.aliases,
                "region": one.region,
                "parent": parents[one.parent_id] if one.parent_id else None,
                "datasets": count,
            }
            for one, count in found
        ]
        return _tagged({"total": len(items), "items": items})

    @documented(api)
    @api.arguments(NewPublisher)
    @api.response(201, documents.PublisherAnswer)
    def post(self, body: dict[str, Any]) -> Response:
        """Make a publisher (admin)."""
        made = create_publisher(catalog_session(), actor(), body)
        shape = {name: getattr(made, name) for name in ("slug", "title", "aliases", "region")}
        shape |= {"parent": made.parent.slug if made.parent else None, "datasets": 0}
        return json_answer(shape, 201, {"Location": absolute("/api/v1/publishers")})


@api.route("/themes")
class Themes(Resource):
    """Themes."""

    @documented(api)
    @api.response(200, documents.VocabularyAnswer)
    def get(self) -> Response:
        """The themes with their labels."""
        return _tagged(_vocabulary("themes"))


@api.route("/vocabularies")
class Vocabularies(Resource):
    """All code lists."""

    @documented(api)
    @api.response(200, documents.VocabulariesAnswer)
    def get(self) -> Response:
        """The names of the code lists."""
        items = [{"name": name, "link": absolute(f"/api/v1/vocabularies/{name}")} for name in list_vocabularies()]
        return _tagged({"total": len(items), "items": items})


@api.route("/vocabularies/<name>")
class OneVocabulary(Resource):
    """One code list."""

    takes = {"GET": ("parent", "page", "page_size")}

    @documented(
        api,
        parameter("parent", "Only the codes right below this one.", example="330600"),
        parameters.PAGE,
        parameter("page_size", "Codes of a page.", {"type": "integer", "minimum": 1, "maximum": MOST_TERMS}),
    )
    @api.response(200, documents.VocabularyAnswer)
    def get(self, name: str) -> Response:
        """Its codes with labels, validity and successors; long lists by pages."""
        return _tagged(_vocabulary(name))


def _vocabulary(name: str) -> dict[str, Any]:
    found = get_vocabulary(name)
    title = found.titles.get(language(), name)
    page, size = whole_number("page", 1, 1, DEEPEST_PAGE), whole_number("page_size", MOST_TERMS, 1, MOST_TERMS)
    parent = request.args.get("parent")
    terms = [one for one in found.terms if parent is None or one.parent == parent]
    shown, more = terms[(page - 1) * size : page * size], len(terms) > page * size
    return {
        "name": found.name,
        "title": title,
        "total": len(terms),
        "items": [_term(one) for one in shown],
        "next": next_page(page + 1) if more else None,
    }


def _term(term: Term) -> dict[str, Any]:
    optional = {
        "note": term.note,
        "valid_from": term.valid_from,
        "valid_to": term.valid_to,
        "successor": term.successor,
        "parent": term.parent,
        "aliases": list(term.aliases) or None,
    }
    kept = {name: value for name, value in optional.items() if value}
    return {"code": term.code, "label": term.label(language()), "labels": dict(term.labels), **kept}


@api.route("/duties")
class Duties(Resource):
    """What must be disclosed."""

    @documented(api)
    @api.response(200, documents.DutiesAnswer)
    def get(self) -> Response:
        """Every duty, in the order of the document, with the datasets that fulfil it."""
        fulfilled = _datasets_by_duty()
        items = [duty_shape(one, fulfilled.get(one.id, [])) for one in lookup.list_duties(catalog_session())]
        return _tagged({"total": len(items), "items": items})


@api.route("/duties/<duty_id>")
class OneDuty(Resource):
    """One duty."""

    @documented(api)
    @api.response(200, documents.DutyAnswer)
    def get(self, duty_id: str) -> Response:
        """Its wording, its clock, and the datasets that fulfil it."""
        duties = {one.id: one for one in lookup.list_duties(catalog_session())}
        if duty_id not in duties:
            raise NotFound("duty_not_found", id=duty_id, nearest=nearest(duty_id, duties))
        return _tagged(duty_shape(duties[duty_id], _datasets_by_duty().get(duty_id, [])))


def _datasets_by_duty() -> dict[str, list[str]]:
    fulfilled: dict[str, list[str]] = {}
    for dataset in lookup.iter_datasets_of_duties(catalog_session()):
        for duty in dataset.duties:
            fulfilled.setdefault(duty, []).append(dataset.slug)
    return fulfilled
