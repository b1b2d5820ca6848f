"""The shape of a table's rows: fields with type and unit, as releases store them and every reader uses them.

How a field's type stands in the release's Parquet file (which has just these columns, in this order; the row
number is the position in the file, from 1):

| type | Parquet | note |
|---|---|---|
| string, period, code | string | a period is `2018`, `2018-H1`, `2018-Q3`, `2018-09`, `2018-12-31`, `2015-01/2015-06` |
| integer | int64 | |
| decimal | decimal128(precision, scale) | precision 18 or 38; exact |
| date | date32 | |
| datetime | timestamp[us], no zone | civil time at +08:00 |
| boolean | bool | |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

FIELD_TYPES: Final = ("string", "integer", "decimal", "date", "datetime", "boolean", "period", "code")


@dataclass(frozen=True)
class Field:
    """One column of a release. `title` is what people read; `unit` is canonical (CNY, m2, percent, m, year, …)."""

    name: str
    title: str
    type: str
    unit: str | None = None
    description: str | None = None
    codes: Mapping[str, Mapping[str, str]] | None = None  # code -> language -> label
    nullable: bool = True
    precision: int | None = None  # decimals only
    scale: int | None = None
    titles: Mapping[str, str] | None = None  # language -> title, where more than one is known
    codes_open: bool = False  # values beyond `codes` may stand in it: other places, or texts that were kept

    @property
    def allowed(self) -> list[str] | None:
        """The only values that may stand in it, where they are listed."""
        return list(self.codes) if self.type == "code" and self.codes and not self.codes_open else None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON data, absent members left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Field:
        """The inverse of `to_dict`."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(frozen=True)
class Table:
    """One table of a release: where it was found, its fields, and the digest of its Parquet file."""

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: int = 0
    bytes: int = 0
    digest: str = ""  # SHA-256 of the Parquet file, hex
    sheet: str | None = None
    header_rows: tuple[int, ...] = ()
    unit: str | None = None
    cells: str = ""  # SHA-256 of the Arrow file with the raw cells, hex; empty where there is none
    origin: Mapping[str, Any] = field(default_factory=dict)  # how the table was found; for stewards

    def __hash__(self) -> int:
        return hash((self.digest, self.name))

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON data."""
        data = asdict(self)
        data["fields"] = [one.to_dict() for one in self.fields]
        data["header_rows"] = list(self.header_rows)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Table:
        """The inverse of `to_dict`."""
        known = {one.name for one in fields(cls)}
        plain = {name: value for name, value in data.items() if name in known}
        plain["fields"] = tuple(Field.from_dict(one) for one in data.get("fields", ()))
        plain["header_rows"] = tuple(data.get("header_rows", ()))
        return cls(**plain)

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((one for one in self.fields if one.name == name), None)


def tables_from(data: Iterable[Mapping[str, Any]]) -> tuple[Table, ...]:
    """The tables of a release row."""
    return tuple(Table.from_dict(one) for one in data)
