"""What a dataset says of itself to programs and people: typed descriptions, dictionary, and statistics."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, request

from catalog.lookup import get_dataset, get_release, get_table, require_readable_rows
from catalog.rows.engine import read_page
from catalog.rows.query import parse_query
from portal import describe, packages
from portal.answers import json_answer, language
from portal.asking import asking
from portal.context import actor, catalog_session, house
from portal.links import absolute
from portal.places import WHERE, Place, find_place, marked, require_shown_to
from portal.v1 import parameters, row_documents
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented
from portal.v1.row_pages import row_shapes

EXAMPLES = 2  # rows shown in the description


class DescriptionAnswer(ma.Schema):
    """A document in a form that others have laid down."""

    class Meta:
        unknown = ma.INCLUDE


class _Description(Resource):
    takes = {"GET": WHERE}

    @documented(api, *parameters.WHERE)
    @api.response(200, DescriptionAnswer)
    def get(self, slug: str) -> Response:
        """The description of the latest release, of `release=n`, or `as_of=` a day."""
        place = find_place(asking(), slug)
        return marked(json_answer(self.describe(place, absolute(f"/api/v1/datasets/{slug}"))), place)

    def describe(self, place: Place, home: str) -> Any:
        """The document; `home` is the dataset's own address."""


@api.route("/datasets/<slug>/openapi.json")
class DatasetOpenapi(_Description):
    """OpenAPI 3.1 of the dataset's rows, typed."""

    def describe(self, place: Place, home: str) -> Any:
        """With the first rows as an example."""
        page = read_page(place.files(house()), parse_query([("limit", str(EXAMPLES))], place.table))
        names = [field.name for field in place.table.fields]
        return describe.openapi(place, home, language(), row_shapes(names, page.rows, "objects"))


@api.route("/datasets/<slug>/schema.json")
class RowSchema(_Description):
    """JSON Schema of a row."""

    def describe(self, place: Place, home: str) -> Any:
        """Draft 2020-12."""
        return describe.row_schema(place.table, language())


@api.route("/datasets/<slug>/datapackage.json")
class DataPackage(_Description):
    """Frictionless Data Package."""

    def describe(self, place: Place, home: str) -> Any:
        """One resource: the table's CSV."""
        return packages.data_package(place, home)


@api.route("/datasets/<slug>/csvw.json")
class CsvMetadata(_Description):
    """CSV on the Web."""

    def describe(self, place: Place, home: str) -> Any:
        """The table's CSV."""
        return packages.csvw(place, home)


@api.route("/datasets/<slug>/dictionary.json")
class Dictionary(_Description):
    """The data dictionary."""

    def describe(self, place: Place, home: str) -> Any:
        """Every field in words."""
        fields = packages.dictionary(place.table, language())
        return {"release": place.release_mark, "table": place.table.name, "fields": fields}


@api.route("/datasets/<slug>/releases/<int:number>/profile")
class Profile(Resource):
    """Statistics of a release."""

    takes = {"GET": ("table",)}

    @documented(api, parameters.WHERE[2])
    @api.response(200, row_documents.ProfileAnswer)
    def get(self, slug: str, number: int) -> Response:
        """Per field: count, nulls, distinct, least, greatest, mean, quantiles, top values, histogram."""
        dataset = get_dataset(catalog_session(), slug, actor())
        require_readable_rows(dataset, actor())
        release = get_release(catalog_session(), dataset, actor(), number)
        require_shown_to(catalog_session(), actor(), release)
        place = Place(dataset, release, get_table(release, request.args.get("table")))
        unchanged = marked(Response(), place)
        if unchanged.status_code == 304:
            return unchanged
        serving, parquet = house().serving, place.files(house()).parquet
        fields = house().heavy.run(lambda: serving.profile_for(parquet, place.table))
        return marked(json_answer({"release": place.release_mark, "rows": place.table.rows, "fields": fields}), place)
