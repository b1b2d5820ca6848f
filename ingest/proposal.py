"""Which declared schema a table looks like, and by what: its headers first, then the words of its title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from ingest.claims import Claims
from ingest.families import DeclaredSchema, list_schemas
from ingest.headers import fold

_LEAST_FIELDS = 3
_LEAST_SHARE = 0.5
_TITLE = 80.0  # of 100: how much of the schema's title stands in the table's
_TITLE_WEIGHT = 3  # columns that a title counts for


@dataclass(frozen=True)
class Proposal:
    """A schema, the columns it would take (header -> field), their share, and what it needs and does not find."""

    schema: str
    title: str
    mapping: Mapping[str, str]
    share: float  # of the columns that have a header, those that the schema knows
    missing: tuple[str, ...] = ()
    by_title: bool = False
    keyless: float = 0.0  # the share of the key's fields that have no column

    @property
    def weight(self) -> float:
        """By what proposals are ranked."""
        faults = 2 * (len(self.missing) + self.keyless)
        return len(self.mapping) - faults + self.share + _TITLE_WEIGHT * self.by_title

    @property
    def columns(self) -> str:
        """The columns as a sentence names them."""
        return "、".join(f"{header}→{name}" for header, name in self.mapping.items())

    def to_dict(self) -> dict[str, Any]:
        """As a dry run shows it."""
        return {
            "schema": self.schema,
            "title": self.title,
            "mapping": dict(self.mapping),
            "share": round(self.share, 2),
            "missing": list(self.missing),
            "by_title": self.by_title,
        }


def list_proposals(headers: tuple[str, ...], title: str | None = None) -> tuple[Proposal, ...]:
    """The schemas that the table may be of, the likeliest first."""
    made = (_propose(schema, headers, fold(title or "")) for schema in list_schemas())
    return tuple(sorted(filter(_is_likely, made), key=lambda one: -one.weight))


def is_clear(proposals: tuple[Proposal, ...]) -> bool:
    """Whether the first stands out from the second."""
    return len(proposals) == 1 or proposals[0].weight >= proposals[1].weight + 1


def _propose(schema: DeclaredSchema, headers: tuple[str, ...], title: str) -> Proposal:
    claims = Claims(headers, schema, {})
    names = [name for one in schema.fields for name in (one.name, *(one.ends or ()))]
    taken = {place: name for name in names if (place := claims.find(name)) is not None}
    full = sum(map(bool, headers))
    return Proposal(
        schema.name,
        schema.titles["zh-Hans"],
        {headers[place]: name for place, name in sorted(taken.items())},
        1 - sum(bool(headers[place]) for place in claims.unknown()) / full if full else 0.0,
        tuple(one.title for one in schema.fields if one.required and not claims.has(one)),
        keyless=sum(name not in taken.values() for name in schema.key) / max(1, len(schema.key)),
        by_title=bool(title) and fuzz.partial_ratio(fold(schema.titles["zh-Hans"]), title) >= _TITLE,
    )


def _is_likely(one: Proposal) -> bool:
    by_headers = len(one.mapping) >= _LEAST_FIELDS and one.share >= _LEAST_SHARE and not one.missing
    return by_headers or (one.by_title and bool(one.mapping))
