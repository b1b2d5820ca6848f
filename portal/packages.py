"""A table described for other tools: Frictionless Data Package, CSV on the Web, and a dictionary for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog.rows.coordinates import find_coordinates
from catalog.schema import Field, Table
from portal.describe import MOMENT
from portal.places import Place

_FRICTIONLESS: Final[Mapping[str, dict[str, Any]]] = {
    "string": {"type": "string"},
    "code": {"type": "string"},
    "period": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "date"},
    "datetime": {"type": "datetime", "format": "any"},
    "boolean": {"type": "boolean"},
}
_CSVW: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("string", "code", "period"), "string"),
    **{name: name for name in ("integer", "decimal", "boolean")},
    "date": {"base": "date", "format": "yyyy-MM-dd"},
    "datetime": {"base": "string", "format": MOMENT},  # `dateTime` would want seconds
}


def data_package(place: Place, home: str) -> dict[str, Any]:
    """`datapackage.json`: the table's CSV with its schema, and its points where rows have coordinates."""
    table = place.table
    schema = {"fields": [_frictionless(one) for one in table.fields], "missingValues": [""]}
    dialect = {"delimiter": ",", "header": True}
    resources = [{**_resource(place, home, "csv", "text/csv"), "dialect": dialect, "schema": schema}]
    if find_coordinates(table.fields) is not None:
        resources.append(_resource(place, home, "geojson", "application/geo+json"))
    made = {
        "name": place.dataset.slug,
        "title": place.dataset.title,
        "description": place.dataset.description,
        "version": str(place.release.number),
        "homepage": place.dataset.landing_page,
        "resources": resources,
    }
    return {name: value for name, value in made.items() if value}


def _resource(place: Place, home: str, form: str, media_type: str) -> dict[str, Any]:
    """One form of the table; the first has its name, others add theirs, for names differ in a package."""
    name = _plain(place.table.name)
    return {
        "name": name if form == "csv" else f"{name}-{form}",
        "title": place.table.title,
        "path": f"{home}/export.{form}?release={place.release.number}&table={place.table.name}",
        "format": form,
        "mediatype": media_type,
        "encoding": "utf-8",
    }


def csvw(place: Place, home: str) -> dict[str, Any]:
    """Metadata of CSV on the Web (W3C) for the table's CSV."""
    table = place.table
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh-Hans"}],
        "url": f"{home}/export.csv?release={place.release.number}&table={table.name}",
        "dc:title": place.dataset.title,
        "dc:publisher": place.dataset.publisher.title,
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\n"]},
        "tableSchema": {"columns": [_column(one) for one in table.fields]},
    }


def dictionary(table: Table, language: str) -> list[dict[str, Any]]:
    """Every field in words: title, type, unit, meaning, codes with labels, and how it stood in the published file."""
    headers = table.origin.get("headers", {})
    return [
        {
            "name": one.name,
            "title": (one.titles or {}).get(language, one.title),
            "type": one.type,
            "unit": one.unit,
            "description": one.description,
            "nullable": one.nullable,
            "precision": one.precision,
            "scale": one.scale,
            "codes": {code: words.get(language, code) for code, words in (one.codes or {}).items()} or None,
            "header": headers.get(one.name),
        }
        for one in table.fields
    ]


def _frictionless(field: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"name": field.name, "title": field.title, **_FRICTIONLESS[field.type]}
    if field.description:
        made["description"] = field.description
    if field.allowed:
        made["constraints"] = {"enum": field.allowed}
    if not field.nullable:
        made.setdefault("constraints", {})["required"] = True
    return made


def _column(field: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"name": field.name, "titles": [field.name], "datatype": _CSVW[field.type]}
    made["dc:title"] = field.title
    if field.description:
        made["dc:description"] = field.description
    return made | ({"required": True} if not field.nullable else {})


def _plain(name: str) -> str:
    """A resource's name knows only small letters, digits and `-._/`."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-._") else "-" for char in name.lower())
    return plain.strip("-") or "rows"
