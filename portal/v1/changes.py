"""What changed from one release of a dataset to another."""

from __future__ import annotations

from flask import Response, request
from marshmallow import Schema, fields

from catalog.errors import BadParameter
from catalog.lookup import get_dataset, get_release, get_table, require_readable_rows
from catalog.models import Release
from portal.answers import PRIVATE, content_tag, json_answer, tagged
from portal.context import actor, catalog_session, house
from portal.places import REVALIDATE, require_shown_to
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented, parameter

_NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
PARAMETERS = (
    parameter("from", "The number of the earlier release.", _NUMBER, required=True),
    parameter("to", "The number of the later release.", _NUMBER, required=True),
    parameter("table", "Which table, where a release has several."),
)
MOST = 1000  # rows of each kind that an answer holds; the counts are whole


class ChangesAnswer(Schema):
    """The rows that came, changed and went, by the key of the schema; `counts` are whole, the lists may be cut."""

    table = fields.String()
    key = fields.List(fields.String())
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    added = fields.List(fields.Dict())
    changed = fields.List(fields.Dict())
    removed = fields.List(fields.Dict())
    truncated = fields.Boolean()


@api.route("/datasets/<slug>/changes")
class ReleaseChanges(Resource):
    """Changes."""

    takes = {"GET": ("from", "to", "table")}

    @documented(api, *PARAMETERS)
    @api.response(200, ChangesAnswer)
    def get(self, slug: str) -> Response:
        """Rows added, changed and removed from release `from` to release `to`."""
        from ingest.changes import compare  # polars, which it needs, takes a second to load

        dataset = get_dataset(catalog_session(), slug, actor())
        require_readable_rows(dataset, actor())
        releases: list[Release] = [
            get_release(catalog_session(), dataset, actor(), _number(name)) for name in ("from", "to")
        ]
        for release in releases:
            require_shown_to(catalog_session(), actor(), release)
        tables = [get_table(release, request.args.get("table")) for release in releases]
        before, after = ((house().rows_of(table).parquet, table) for table in tables)
        found = compare(before, after, tables[1].origin.get("key", ()), MOST)
        body = {
            "table": tables[1].name,
            "key": list(found.key),
            "counts": found.counts,
            "added": found.added,
            "changed": found.changed,
            "removed": found.removed,
            "truncated": max(found.counts.values()) > MOST,
        }
        private = dataset.access != "open" or any(release.state != "published" for release in releases)
        answer = json_answer(body, headers=PRIVATE if private else {"Cache-Control": REVALIDATE})
        return tagged(answer, content_tag(answer))


def _number(name: str) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise BadParameter.at(name, "release_expected", value=text)
    return int(text)
