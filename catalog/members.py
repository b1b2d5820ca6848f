"""The members of a dataset that a body may set, under the same names in bodies, import files and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from catalog.errors import Invalid
from catalog.models import Dataset

MEMBERS = (
    "title",
    "title_translations",
    "description",
    "themes",
    "tags",
    "regions",
    "schema",
    "family",
    "frequency",
    "access",
    "conditions",
    "level",
    "license",
    "contact",
    "temporal",
    "landing_page",
    "identifier",
    "duties",
    "relations",
)


def members_of(dataset: Dataset) -> dict[str, Any]:
    """The members that a body may set, as they are now."""
    values = {name: getattr(dataset, name) for name in MEMBERS if name != "temporal"}
    values["temporal"] = {"from": dataset.temporal_from, "to": dataset.temporal_to}
    return values


def set_members(dataset: Dataset, body: Mapping[str, Any]) -> None:
    """Set what the body names; `family` follows `schema` where there is one."""
    check_members(dataset.access or "open", dataset.level or "L1", body)
    for name, value in column_values(body).items():
        setattr(dataset, name, value)
    if dataset.schema:
        dataset.family = family_of(dataset.schema)


def column_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the body names, as the columns of a dataset hold it."""
    values = {name: body[name] for name in MEMBERS if name in body and name != "temporal"}
    if "temporal" in body:
        span = body["temporal"] or {}
        values |= {"temporal_from": _date(span.get("from")), "temporal_to": _date(span.get("to"))}
    return values


@cache
def blank_columns() -> Mapping[str, Any]:
    """Every column that a body may set, as it is where no body said anything; for copying, not for changing."""
    names = (*(name for name in MEMBERS if name != "temporal"), "temporal_from", "temporal_to")
    return {name: _default(name) for name in names}


def _default(name: str) -> Any:
    default: Any = Dataset.__table__.columns[name].default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def family_of(schema: str) -> str:
    """The family is the first part of the schema's name."""
    return schema.split(".", 1)[0]


def check_members(access: str, level: str, body: Mapping[str, Any]) -> None:
    """Rules between members, those of the body over those there are: an L3 or L4 dataset cannot be open.

    Raises Invalid.
    """
    access, level = body.get("access", access), body.get("level", level)
    if access == "open" and level in ("L3", "L4"):
        raise Invalid.at("access", "level_cannot_be_open", level=level)


def _date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as JSON data: dates as text."""
    return {name: _plain_value(value) for name, value in body.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
