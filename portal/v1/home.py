"""The door of the API: links, versions, limits, the sizes of things."""

from __future__ import annotations

from flask import Response

from catalog.lookup import count_public, list_publishers
from catalog.rows.limits import LIMITS, MOST_OFFSET, MOST_ROWS
from portal import VERSION
from portal.answers import content_tag, json_answer, tagged
from portal.context import catalog_session, house
from portal.links import absolute
from portal.v1 import list_documents as documents
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented

DOORS = ("datasets", "publishers", "themes", "vocabularies", "duties", "me")


@api.route("", strict_slashes=False)
class Home(Resource):
    """The API itself."""

    @documented(api)
    @api.response(200, documents.HomeAnswer)
    def get(self) -> Response:
        """Links, versions, limits and counts."""
        opened, settings = catalog_session(), house().settings
        rate = settings.rate_limit
        body = {
            "version": VERSION,
            "links": {
                **{name: absolute(f"/api/v1/{name}") for name in DOORS},
                "openapi": absolute("/openapi.json"),
                "docs": absolute("/docs"),
            },
            "limits": {
                "page_size": 100,
                "rows": MOST_ROWS,
                "offset": MOST_OFFSET,
                "upload_bytes": settings.upload_limit,
                "query_seconds": LIMITS.seconds,
                "rate": {"requests": rate[0], "seconds": rate[1]} if rate else None,
            },
            "counts": {"datasets": count_public(opened), "publishers": len(list_publishers(opened))},
        }
        response = json_answer(body)
        return tagged(response, content_tag(response))
