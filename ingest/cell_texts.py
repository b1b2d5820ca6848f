"""What is told of a row's raw cells, kept so that it is written as JSON by putting a few bytes together.

A cell is plain if nothing but its raw text and its place differ from row to row: a number without a unit of its own, a
day that is none of the sentinels, a text that is no kind of null. Which cells are plain is found for many rows at once,
when the view of a release is made; whatever is not is explained by `ingest.cells`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ingest import nulls
from ingest.cells import explain, explain_field
from ingest.findings import a1

WHOLE: Final = -1  # the mark of a row that is explained as a whole, whose text is the JSON of its cells
_LETTER: Final = r"[0-9A-Za-z\x{4000}-\x{9FFF}]"  # no space of any kind: Latin, or Chinese
_NUMBER: Final = r"\A-?[0-9]+(?:\.[0-9]+)?\z"
_DAY: Final = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?\z"
_SENTINELS: Final = "^(?:1900-01-01|1901-01-02)"
_TEXT: Final = rf'\A{_LETTER}(?:[^"\\\x00-\x1f]*{_LETTER})?\z'
_MAYBE_UNSOLD: Final = "[流中终終撤未]"
_SAMPLES: Final = {"integer": "1", "decimal": "1", "date": "2000-01-01", "datetime": "2000-01-01"}  # plain ones
_MOST: Final = 62  # fields whose plainness a mark has room for
_BETWEEN: Final = "\x1f"  # raw texts: it is in none that is plain
_BETWEEN_BYTES: Final = _BETWEEN.encode()


class _Told(NamedTuple):
    """A field, the names of it and of its column, and what stands around its raw text and the number of its row."""

    field: Mapping[str, Any]
    name: bytes
    column: str
    before: bytes
    between: bytes
    behind: bytes


class CellTexts:
    """Keeps and writes the cells of one table, `about` being what its file says of them, in columns of these names."""

    def __init__(self, about: Mapping[str, Any], names: Sequence[str]) -> None:
        self._about, self._grid = about, about["grid"]
        fields = about["fields"]
        single = all(len(field["columns"]) == 1 and field["type"] != "range" for field in fields.values())
        direct = single and "sheet" not in names and 0 < len(fields) <= _MOST
        self._fields = [_told(name, field, about) for name, field in fields.items()] if direct else []
        self._all_plain = (1 << len(self._fields)) - 1
        self._frame = _frame(self._fields)

    def keep(self, batch: Any) -> tuple[Any, Any]:
        """The marks and texts of a batch of a cells file."""
        if not self._fields or any(column.null_count for column in batch.columns):
            return pa.array([WHOLE] * len(batch), pa.int64()), pa.array(_written(batch.to_pylist()), pa.binary())
        marks = self._marks(batch)
        columns = [batch.column(one.column) for one in self._fields]
        texts = pc.binary_join_element_wise(batch.column("row").cast(pa.string()), *columns, _BETWEEN)
        whole = pc.equal(marks, WHOLE)
        written = pa.array(_written(batch.filter(whole).to_pylist()), pa.binary())
        return marks, pc.replace_with_mask(texts.cast(pa.binary()), whole, written)

    def write(self, mark: int, text: bytes) -> bytes:
        """The JSON object of a row's cells, as kept."""
        if mark == WHOLE:
            return orjson.dumps(explain(self._about, orjson.loads(text)))
        row, *raws = text.split(_BETWEEN_BYTES)
        if mark == self._all_plain:
            parts = self._frame.copy()
            parts[1::4] = raws
            if self._grid:
                parts[3::4] = [row] * len(raws)
            return b"".join(parts)
        return b"{" + b",".join(self._cells(mark, row, raws)) + b"}"

    def _cells(self, mark: int, row: bytes, raws: Sequence[bytes]) -> Iterator[bytes]:
        """Of each field its name and what is told of it."""
        for place, (one, raw) in enumerate(zip(self._fields, raws, strict=True)):
            if mark >> place & 1:
                yield b"".join((one.before, raw, one.between, row if self._grid else b"", one.behind))
            else:
                texts = {"row": int(row), one.column: raw.decode()}
                yield one.name + orjson.dumps(explain_field(one.field, texts, self._about, failed=False))

    def _marks(self, batch: Any) -> Any:
        """Of each row which fields are plain, a bit each; `WHOLE` where one cell tells of others."""
        marks, whole = pa.scalar(0, pa.int64()), pa.scalar(value=False)
        for place, one in enumerate(self._fields):
            column = batch.column(one.column)
            plain = _are_plain(one.field["type"], column)
            marks = pc.add(marks, pc.multiply(plain.cast(pa.int64()), 1 << place))
            whole = pc.or_(whole, pc.match_substring(column, _BETWEEN))
            if one.field.get("unsold"):
                whole = pc.or_(whole, _are_unsold(column))
        return pc.if_else(whole, WHOLE, marks)


def _are_plain(kind: str, column: Any) -> Any:
    if kind in ("integer", "decimal"):
        return pc.match_substring_regex(column, _NUMBER)
    if kind in ("date", "datetime"):
        return pc.and_not(pc.match_substring_regex(column, _DAY), pc.match_substring_regex(column, _SENTINELS))
    return pc.and_not(pc.match_substring_regex(column, _TEXT), pc.is_in(column, _TOKENS))


def _are_unsold(column: Any) -> Any:
    unsure = pc.unique(column.filter(pc.match_substring_regex(column, _MAYBE_UNSOLD)))
    return pc.is_in(column, pa.array([one for one in unsure.to_pylist() if nulls.is_unsold(one)], pa.string()))


def _written(rows: Sequence[Mapping[str, Any]]) -> list[bytes]:
    return [orjson.dumps(one) for one in rows]


def _told(name: str, field: Mapping[str, Any], about: Mapping[str, Any]) -> _Told:
    column = field["columns"][0]
    told = explain_field(field, {"row": 1, f"c{column}": _SAMPLES.get(field["type"], "甲")}, about, failed=False)
    named, sheet, unit, note = (orjson.dumps(one) for one in (name, told["sheet"], told["unit"], told["note"]))
    cell = b'"' + a1(1, column + 1)[:-1].encode() if about["grid"] else b"null"
    end = b'"' if about["grid"] else b""
    return _Told(
        field,
        named + b":",
        f"c{column}",
        named + b':{"raw":"',
        b'","sheet":' + sheet + b',"cell":' + cell,
        end + b',"unit":' + unit + b',"null":null,"note":' + note + b"}",
    )


def _frame(fields: Sequence[_Told]) -> list[bytes]:
    """A row of plain cells with room for its raw texts and numbers: what stands before, between and behind them."""
    parts, end = [], b"{"
    for one in fields:
        parts += [end + one.before, b"", one.between, b""]
        end = one.behind + b","
    return [*parts, end[:-1] + b"}"]


_TOKENS: Final = pa.array(list(nulls.KINDS), pa.string())
