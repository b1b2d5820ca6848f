"""A batch of row queries in one body, each with its own answer or problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import orjson
from flask import Response

from catalog.errors import BadParameter, PortalError
from portal.answers import JSON_TYPE, read_language
from portal.asking import Asked, Asking, asking
from portal.places import find_place, read_parameters
from portal.problems import problem, status_of
from portal.v1 import row_documents
from portal.v1.blueprint import api
from portal.v1.resource import Body, Resource, documented
from portal.v1.row_pages import FORM, page_body

MOST = 20
EXAMPLE = [{"dataset": "shaoxing-land-deals", "select": "use,count(*)", "group_by": "use"}]


class Batch(Body):
    """Up to 20 row queries: `dataset`, and the parameters of its rows by their names; a list repeats one."""

    queries = ma.fields.List(
        ma.fields.Dict(
            keys=ma.fields.String(), error_messages={"invalid": "body_not_object", "null": "body_not_object"}
        ),
        required=True,
        validate=ma.validate.Length(1, MOST, error="queries_count"),
        error_messages={"required": "member_required", "invalid": "queries_count"},
        metadata={"example": EXAMPLE},
    )


@api.route("/queries")
class Queries(Resource):
    """Several row queries at once."""

    reads_only = True

    @documented(api)
    @api.arguments(Batch)
    @api.response(200, row_documents.BatchAnswer)
    def post(self, body: dict[str, Any]) -> Response:
        """Answers in the order of the queries: each a page of rows, or the problem that stood in its way."""
        asked = asking()
        answers = [_answer(asked, one) for one in body["queries"]]
        text = b'{"answers":[' + b",".join(answers) + b"]}"
        return Response(text, content_type=JSON_TYPE, headers={"Cache-Control": "no-store"})


def _answer(whole: Asking, query: Mapping[str, Any]) -> bytes:
    try:
        slug, args = _asked(query)
        one = whole._replace(args=args, language=read_language(args.get("lang"), whole.environ, whole.language))
        place = find_place(one, slug)
        return page_body(one, place, read_parameters(one, place, FORM))
    except PortalError as error:
        found: bytes = problem(status_of(error), error.message, error.places).get_data()
        return found


def _asked(query: Mapping[str, Any]) -> tuple[str, Asked]:
    """The dataset, and the parameters as an address would carry them. Raises BadParameter for what is not plain."""
    pairs = [
        (name, value) for name, found in query.items() for value in (found if isinstance(found, list) else [found])
    ]
    for name, value in pairs:
        if not isinstance(value, str | int | float):
            raise BadParameter.at(name, "parameter_not_plain", name=name)
    plain = [(name, _plain(value)) for name, value in pairs]
    slugs = [value for name, value in plain if name == "dataset"]
    if len(slugs) != 1:
        raise BadParameter.at("dataset", "parameter_repeated" if slugs else "member_required", name="dataset")
    return slugs[0], Asked(pair for pair in plain if pair[0] != "dataset")


def _plain(value: str | int | float) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
