"""The parameters, bodies and examples that the OpenAPI document shows beside the answers."""

from __future__ import annotations

from catalog.rows.terms import FUNCTIONS, OPERATORS
from portal.describe import TEXT
from portal.v1 import documents
from portal.v1.find import DEEPEST_PAGE, FILTERS, SORTS
from portal.v1.resource import parameter
from search.fields import FACETS

_OPERATORS = "; ".join(f"`{one.name}`: {one.meaning}" for one in OPERATORS.values()) + "."
_PARTS = ", ".join(f"`{one.name}`" for one in FUNCTIONS.values() if not one.aggregate)
_SUMS = ", ".join(f"`{one.name}`" for one in FUNCTIONS.values() if one.aggregate)
_FACETS = "^(({0})(,({0}))*)?$".format("|".join(FACETS))
WHOLE = {"type": "integer", "minimum": 1}
PAGE = parameter("page", "Which page.", {**WHOLE, "maximum": DEEPEST_PAGE})
DAY = {"type": "string", "format": "date"}
SEARCH = (
    parameter("q", "Words to look for, as people write them.", example="住宅地价"),
    *(parameter(name, "Repeat for OR; different ones are AND.", {"type": "array", "items": TEXT}) for name in FILTERS),
    parameter("period_from", "Data that reach to this day or later.", DAY),
    parameter("period_to", "Data that begin on this day or earlier.", DAY),
    parameter("updated_from", "Modified on this day or later.", DAY),
    parameter("sort", "With `-` for descending.", {"type": "string", "enum": [*SORTS, *(f"-{one}" for one in SORTS)]}),
    parameter("page_size", "Items of a page.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    PAGE,
    parameter("cursor", "From `next` of the page before; goes deeper than `page`."),
    parameter("facets", "Facets to count, with commas.", {"type": "string", "pattern": _FACETS}, "publisher,theme"),
    parameter("explain", "For stewards.", {"type": "boolean"}),
)
WHERE = (
    parameter("release", "A release by its number; else the latest.", {**WHOLE, "maximum": 999_999_999}),
    parameter("as_of", "The latest release at the end of that day; with `release`, only if it is that one.", DAY),
    parameter("table", "A table of the release; else the first."),
)
QUERY = (
    parameter(
        "select",
        f"Fields and functions, with commas; of groups {_SUMS}, of fields {_PARTS}.",
        example="count(*) as total",  # what every table can answer
    ),
    parameter("group_by", f"Fields to group by, or {_PARTS} of them."),
    parameter("having", "Conditions on aliases, in the form of filters.", example="total__gt=0"),
    parameter("order_by", "Fields or aliases, `-` for descending.", example="-total"),
    parameter("q", "Words to look for inside the rows."),
    parameter("limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    parameter(
        "offset", "Rows to pass over; `cursor` goes deeper.", {"type": "integer", "minimum": 0, "maximum": 100000}
    ),
    {
        "in": "query",
        "name": "filter",
        "description": "`field=value` or `field__op=value`; repeat = AND. op: " + _OPERATORS,
        "schema": {"type": "object", "additionalProperties": TEXT},
        "style": "form",
        "explode": True,
    },
)
ROWS = (
    *WHERE,
    *QUERY,
    parameter("cursor", "From `next` of the page before."),
    parameter("shape", "Rows as objects or as arrays.", {"type": "string", "enum": ["objects", "arrays"]}),
)
EXPORT = (
    *WHERE,
    *QUERY,
    parameter("header", "CSV and XLSX: field names or titles.", {"type": "string", "enum": ["name", "title"]}),
    parameter("bom", "CSV: begin with a mark that Excel needs.", {"type": "boolean"}),
)
DRY_RUN = parameter("dry_run", "Keep nothing; the job tells what would be kept.", {"type": "boolean"})
UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "period": {"type": "string", "examples": ["2019-Q3"]},
                    "sheet": {"type": "string"},
                    "encoding": {"type": "string", "examples": ["gb18030"]},
                    "unit": {"type": "string", "examples": ["公顷,万元"]},
                },
            }
        }
    },
}
NEW_DATASET_EXAMPLE = {
    "slug": "shaoxing-land-deals",
    "title": "国有建设用地使用权成交公示",
    "publisher": "shaoxing-natural-resources-bureau",
    "schema": "land_supply.deal",
    "themes": ["resources"],
    "regions": ["330600"],
    "frequency": "irregular",
    "duties": ["D112"],
}
SEARCH_EXAMPLE = {"total": 0, "items": [], "facets": {}, "next": None, "query": {"understood": {}}, "answers": []}
ROWS_EXAMPLE = {
    "release": {"number": 1, "digest": documents.DIGEST, "published_at": "2019-10-28T02:00:00Z"},
    "fields": [{"name": "deal_price", "title": "成交价", "type": "decimal", "unit": "CNY"}],
    "total": 1,
    "total_exact": True,
    "rows": [{"_row": 1, "deal_price": 445230000}],
    "truncated": False,
    "next": None,
}
