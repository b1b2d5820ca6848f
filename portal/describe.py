"""A dataset's own description, typed by its fields: the JSON Schema of a row, and an OpenAPI document.

What a field can be asked (operators by type) comes from the row grammar's own table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.rows.coordinates import find_coordinates
from catalog.rows.exports import EXPORTS
from catalog.rows.limits import MOST_OFFSET, MOST_ROWS, PAGE
from catalog.rows.terms import OPERATORS, Operator
from catalog.schema import Field, Table
from portal.places import Place

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
PERIOD: Final = r"^\d{4}(-(H[12]|Q[1-4]|\d{2}(-\d{2})?))?(/\d{4}(-(H[12]|Q[1-4]|\d{2}(-\d{2})?))?)?$"
MOMENT: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{6})?)?\+08:00$"  # `date-time` would want seconds
MOST_CODES: Final = 200  # a longer list is only referred to by examples
_TYPES: Final[Mapping[str, dict[str, Any]]] = {
    "string": {"type": "string"},
    "code": {"type": "string"},
    "period": {"type": "string", "pattern": PERIOD},
    "integer": {"type": ["integer", "string"]},
    "decimal": {"type": ["number", "string"]},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "pattern": MOMENT},
    "boolean": {"type": "boolean"},
}
TEXT: Final = {"type": "string", "pattern": "^[^\\u0000]*$"}  # no address may hold a NUL
_EXACT: Final = "A number where a float carries it exactly, else a string with every digit."


def field_schema(field: Field, language: str) -> dict[str, Any]:
    """A field's values as JSON Schema."""
    made = dict(_TYPES[field.type])
    if field.allowed and len(field.allowed) <= MOST_CODES:
        made["enum"] = field.allowed
    if field.nullable:
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = [*types, "null"]
        made |= {"enum": [*made["enum"], None]} if "enum" in made else {}
    words = [field.description, _EXACT if field.type in ("integer", "decimal") else None]
    text = " ".join(one for one in words if one)
    title = (field.titles or {}).get(language, field.title)
    made |= {"title": title} | ({"description": text} if text else {})
    return made | ({"x-unit": field.unit} if field.unit else {})


def row_schema(table: Table, language: str) -> dict[str, Any]:
    """A whole row as JSON Schema."""
    return {
        "$schema": DIALECT,
        "title": table.title,
        "type": "object",
        "properties": {
            "_row": {"type": "integer", "minimum": 1, "description": "The place in the release, from 1."},
            **{field.name: field_schema(field, language) for field in table.fields},
        },
        "required": ["_row", *(field.name for field in table.fields)],
        "additionalProperties": False,
    }


def parameters(table: Table, language: str) -> Iterator[dict[str, Any]]:
    """Every filter that the fields have, then the parameters of the query."""
    for field in table.fields:
        for operator in OPERATORS.values():
            if field.type in operator.types:
                yield _filter(field, operator, language)
    yield from _own(table)


def _filter(field: Field, operator: Operator, language: str) -> dict[str, Any]:
    name = field.name if operator.name == "eq" else f"{field.name}__{operator.name}"
    title = (field.titles or {}).get(language, field.title)
    text = f"{title}: {operator.meaning}"
    if operator.value == "flag":
        return _parameter(name, text, {"type": "boolean"})
    if operator.value == "text":
        return _parameter(name, text, TEXT)
    if operator.value == "list":
        values = {"type": "array", "items": _value_schema(field), "minItems": 1}
        return _parameter(name, text, values, style="form", explode=False)
    return _parameter(name, text, _value_schema(field))


def _value_schema(field: Field) -> dict[str, Any]:
    """What a filter is compared with."""
    if field.type in ("integer", "decimal"):
        return {"type": "number"}
    return TEXT if field.type in ("string", "code") else _TYPES[field.type]


def _own(table: Table) -> Iterator[dict[str, Any]]:
    fields = [field.name for field in table.fields]
    yield _parameter("select", "Fields and functions, with commas.", example=",".join(fields[:2]))
    yield _parameter("group_by", "Fields to group by, with commas.")
    yield _parameter("order_by", "Fields or aliases, `-` for descending.", example=f"-{fields[0]}")
    yield _parameter("q", "Words to look for inside the rows.")
    yield _parameter(
        "limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": PAGE}
    )
    yield _parameter("offset", "Rows to pass over.", {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET})
    yield _parameter("cursor", "From `next` of the page before.")


def _parameter(name: str, text: str, schema: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"in": "query", "name": name, "description": text, "schema": schema or TEXT, **more}


def openapi(place: Place, server: str, language: str, example: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of one dataset."""
    asked = list(parameters(place.table, language))
    row = row_schema(place.table, language)
    del row["$schema"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": place.dataset.title,
            "version": str(place.release.number),
            "description": place.dataset.description or place.dataset.title,
        },
        "servers": [{"url": server}],
        "paths": {
            "/rows": {"get": _operation("rows", "Rows", asked, _page(example))},
            "/rows/{row}": {"get": _one_row()},
            "/export.{format}": {"get": _export(asked, place.table)},
        },
        "components": {"schemas": {"Row": row, "Page": _page_schema(), "Problem": _problem()}},
    }


def _operation(name: str, text: str, asked: list[dict[str, Any]], answer: dict[str, Any]) -> dict[str, Any]:
    faults = {
        status: {
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, words in (
            ("400", "A parameter is wrong; the answer says which."),
            ("404", "There is no such release, table or row."),
            ("410", "The dataset was withdrawn."),
            ("414", "The address is too long."),
            ("429", "Too many requests."),
            ("503", "Too slow, or away for a moment."),
        )
    }
    return {"operationId": name, "summary": text, "parameters": asked, "responses": {"200": answer, **faults}}


def _page(example: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    body = {"schema": {"$ref": "#/components/schemas/Page"}}
    shown = {"example": {"total": len(example), "rows": list(example), "next": None}} if example else {}
    return {"description": "A page of rows.", "content": {"application/json": {**body, **shown}}}


def _page_schema() -> dict[str, Any]:
    """With `select` a row has other members than the fields, so the page allows any object."""
    row = {"anyOf": [{"$ref": "#/components/schemas/Row"}, {"type": "object"}]}
    return {
        "type": "object",
        "properties": {
            "total": {"type": "integer", "minimum": 0},
            "rows": {"type": "array", "items": row},
            "next": {"type": ["string", "null"]},
        },
        "required": ["total", "rows", "next"],
    }


def _one_row() -> dict[str, Any]:
    at = {"in": "path", "name": "row", "required": True, "schema": {"type": "integer", "minimum": 1}}
    body = {"type": "object", "properties": {"row": {"$ref": "#/components/schemas/Row"}}, "required": ["row"]}
    answer = {"description": "The row.", "content": {"application/json": {"schema": body}}}
    return _operation("row", "One row with its raw cells", [at], answer)


def _export(asked: list[dict[str, Any]], table: Table) -> dict[str, Any]:
    forms = {name: one for name, one in EXPORTS.items() if name != "geojson" or find_coordinates(table.fields)}
    at = {"in": "path", "name": "format", "required": True, "schema": {"type": "string", "enum": list(forms)}}
    kinds: dict[str, Any] = {one.media_type: {} for one in forms.values()}
    kept = [one for one in asked if one["name"] != "cursor"]
    return _operation("export", "Everything as a file", [at, *kept], {"description": "The file.", "content": kinds})


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"status": {"type": "integer"}, "title": {"type": "string"}, "detail": {"type": "string"}},
        "required": ["status", "title", "detail"],
    }
