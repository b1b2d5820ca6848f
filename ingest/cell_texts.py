"""What is told of a row's raw cells, written as JSON straight from their bytes where they are plain, as most are.

A cell is plain if nothing but its raw text and its place differ from row to row: a number without a unit of its own, a
day that is none of the sentinels, a text that is no kind of null. Whatever is not so is explained by `ingest.cells`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from ingest import nulls
from ingest.cells import explain_field
from ingest.findings import a1

_LETTER = rb"(?:[0-9A-Za-z]|[\xe4-\xe9][\x80-\xbf]{2})"  # no space of any kind: Latin, or Chinese in UTF-8
_TOKENS = b"|".join(re.escape(token.encode()) for token in nulls.KINDS)
_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?")
_DAY: Final = re.compile(
    rb"(?!1900-01-01|1901-01-02)[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_TEXT: Final = re.compile(rb'(?!(?:%b)\Z)%b(?:[^"\\\x00-\x1f]*%b)?' % (_TOKENS, _LETTER, _LETTER))
_PLAIN: Final = {"integer": (_NUMBER, "1"), "decimal": (_NUMBER, "1"), "date": (_DAY, "2000-01-01")}
_PLAIN["datetime"] = _PLAIN["date"]


class _Told(NamedTuple):
    """A field: its cell's place among the row's, what is plain, what stands around the raw text and the number."""

    field: Mapping[str, Any]
    name: bytes
    place: int
    plain: re.Pattern[bytes]
    before: bytes
    between: bytes
    behind: bytes
    unsold: bool


class CellTexts:
    """Writes the cells of one table, `about` being what its file says of them."""

    def __init__(self, about: Mapping[str, Any], fields: Sequence[_Told]) -> None:
        self._about, self._fields = about, fields

    @classmethod
    def of(cls, about: Mapping[str, Any], names: Sequence[str]) -> CellTexts | None:
        """For cells in columns of these names; None where more than one cell makes a field, or is told otherwise."""
        fields = about["fields"]
        single = all(len(field["columns"]) == 1 and field["type"] != "range" for field in fields.values())
        if "sheet" in names or not single:
            return None
        return cls(about, [_told(name, field, about, names) for name, field in fields.items()])

    def write(self, number: int, cells: Sequence[Any]) -> bytes | None:
        """The JSON object of the cells of the sheet's row `number`, given as bytes in the order of the columns.

        None where one cell tells of others, and the row must be explained as a whole.
        """
        row = b"%d" % number if self._about["grid"] else b""
        parts: list[Any] = []
        for one in self._fields:
            raw = cells[one.place]
            if one.unsold and nulls.is_unsold(str(raw, "utf-8")):
                return None
            if one.plain.fullmatch(raw):
                parts += (one.before, raw, one.between, row, one.behind)
            else:
                parts += (one.name, self._explained(one, number, raw), b",")
        return b"{" + b"".join(parts)[:-1] + b"}"

    def _explained(self, one: _Told, number: int, raw: Any) -> bytes:
        texts = {"row": number, f"c{one.field['columns'][0]}": str(raw, "utf-8")}
        return orjson.dumps(explain_field(one.field, texts, self._about, failed=False))


def _told(name: str, field: Mapping[str, Any], about: Mapping[str, Any], names: Sequence[str]) -> _Told:
    column = field["columns"][0]
    plain, sample = _PLAIN.get(field["type"], (_TEXT, "甲"))
    told = explain_field(field, {"row": 1, f"c{column}": sample}, about, failed=False)
    named, sheet, unit, note = (orjson.dumps(one) for one in (name, told["sheet"], told["unit"], told["note"]))
    cell = b'"' + a1(1, column + 1)[:-1].encode() if about["grid"] else b"null"
    end = b'"' if about["grid"] else b""
    return _Told(
        field,
        named + b":",
        names.index(f"c{column}"),
        plain,
        named + b':{"raw":"',
        b'","sheet":' + sheet + b',"cell":' + cell,
        end + b',"unit":' + unit + b',"null":null,"note":' + note + b"},",
        bool(field.get("unsold")),
    )
