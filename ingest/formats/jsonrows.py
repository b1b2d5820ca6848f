"""JSON: an array of objects, an object that holds one, several glued together, or one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.findings import Refused
from ingest.progress import Progress, Tell
from ingest.raw import CELL_LIMIT, MAX_COLUMNS, RawSheet, RawWriter

VALUE_LIMIT = 64 << 20  # characters of one record, or of a document that is not an array
_CHUNK = 1 << 20
_READING = 0.4
_NESTED = 4  # objects round the array of records
_GAP = re.compile(r"[\s,\x1e]*")


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)
Record = dict[str, Any]


def read_json(source: Path, target: Path, tell: Tell, *, lines: bool = False) -> RawSheet:
    """All records of a UTF-8 file. `lines` says that a single object is one record. Raises Refused with the line."""
    names, texts = _columns(source, lines)
    with RawWriter(target, len(names)) as writer:
        writer.add(0, names)
        for number, record in enumerate(_iter_records(source, lines), start=1):
            writer.add(number, [_text(record.get(name)) for name in names])
            if number % 32_768 == 0:
                tell(Progress(number, fraction=_READING))
    return RawSheet(target, len(names), writer.rows, grid=False, text_columns=texts)


def _columns(source: Path, lines: bool) -> tuple[list[str], frozenset[int]]:
    """The members of all records in the order first met, and which of them are written as strings."""
    places: dict[str, int] = {}
    texts: set[int] = set()
    for record in _iter_records(source, lines):
        for name, value in record.items():
            place = places.setdefault(name, len(places))
            if isinstance(value, str) and not isinstance(value, _Number) and value.strip():
                texts.add(place)
        if len(places) > MAX_COLUMNS:
            raise Refused("columns_too_many", count=len(places), most=MAX_COLUMNS)
    if not places:
        raise Refused("file_empty")
    return list(places), frozenset(texts)


def _text(value: Any) -> str:
    if value is None:
        return ""
    words = value if isinstance(value, str) else _written(value)
    if len(words) > CELL_LIMIT:
        raise Refused("cell_too_long", most_mib=CELL_LIMIT >> 20)
    return words


def _written(value: Any) -> str:
    """A value as JSON text, its numbers as they were."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(name, ensure_ascii=False)}:{_written(one)}" for name, one in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _iter_records(source: Path, lines: bool) -> Iterator[Record]:
    with _Stream(source) as stream:
        try:
            yield from _records(stream, lines)
        except RecursionError:
            raise Refused("json_too_deep") from None


def _records(stream: _Stream, lines: bool) -> Iterator[Record]:
    first: Record | None = None  # a lone object is a document; the first of several is a record
    count = 0
    while (start := stream.peek()) is not None:
        if start == "[":
            yield from _elements(stream)
        else:
            record = _record(stream.value(), stream)
            if first is not None:
                yield first
            first = record
        count += 1
    if first is not None:
        yield from ([first] if lines or count > 1 else _inside(first, stream))


def _elements(stream: _Stream) -> Iterator[Record]:
    """The objects of an array; or its arrays, of which the first names what is in the others."""
    names: list[str] = []
    stream.skip()
    while (start := stream.peek()) != "]":
        if start is None:
            raise stream.broken()
        value = stream.value()
        if names:
            yield _named(names, value, stream)
        elif _are_names(value):
            names = value
        else:
            yield _record(value, stream)
    stream.skip()


def _are_names(value: Any) -> bool:
    """Whether a value is an array of different texts."""
    texts = isinstance(value, list) and all(type(one) is str and one.strip() for one in value)
    return texts and len(set(value)) == len(value) > 0


def _named(names: list[str], value: Any, stream: _Stream) -> Record:
    if isinstance(value, list) and len(value) == len(names):
        return dict(zip(names, value, strict=True))
    raise Refused("json_not_records", line=stream.line, row=stream.line)


def _record(value: Any, stream: _Stream) -> Record:
    if isinstance(value, dict):
        properties = value.get("properties")
        is_feature = value.get("type") == "Feature" and isinstance(properties, dict)  # of GeoJSON
        return {**properties, "geometry": value.get("geometry")} if is_feature and properties else value
    raise Refused("json_not_records", line=stream.line, row=stream.line)


def _inside(document: Record, stream: _Stream) -> list[Record]:
    """The one array of objects in a document, the nearest to its top; or the pairs of a list of codes."""
    level: list[Any] = [document]
    for _ in range(_NESTED):
        members = [value for one in level for value in one.values()]
        arrays = [one for one in members if isinstance(one, list) and any(isinstance(each, dict) for each in one)]
        if len(arrays) == 1:
            return [_record(each, stream) for each in arrays[0]]
        if not arrays and (rows := _rows_of(members)):
            return [_named(rows[0], each, stream) for each in rows[1:]]
        level = [one for one in members if isinstance(one, dict)] if not arrays else []
    if len(document) > 2 and all(isinstance(value, str) for value in document.values()):
        return [{"key": name, "value": value} for name, value in document.items()]
    raise Refused("json_not_records", line=1, row=1)


def _rows_of(members: list[Any]) -> list[Any]:
    """The one array of arrays, its names in front: its own first, or those of the one array of names beside it."""
    tables = [one for one in members if isinstance(one, list) and one and all(isinstance(each, list) for each in one)]
    names = [one for one in members if _are_names(one) and tables and len(one) == len(tables[0][0])]
    if len(tables) != 1 or len(names) > 1:
        return []
    return [*names, *tables[0]] if names or _are_names(tables[0][0]) else []


class _Stream:
    """Values one after the other from a text that is never whole in memory."""

    def __init__(self, source: Path) -> None:
        self._file = source.open(encoding="utf-8-sig", errors="replace")
        self._text, self._at, self._ended = "", 0, False
        self._line = 1

    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def line(self) -> int:
        """The line that is being read, from 1."""
        return self._line + self._text.count("\n", 0, self._at)

    def peek(self) -> str | None:
        """The next character that matters, or None at the end."""
        while True:
            self._at = _GAP.match(self._text, self._at).end()  # type: ignore[union-attr]  # an empty gap matches too
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return None

    def skip(self) -> None:
        """Pass one character."""
        self._at += 1

    def value(self) -> Any:
        """The next value, whole. Raises Refused where it is broken or beyond the bound."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise self.broken() from None
            else:
                if end < len(self._text) or not self._more():
                    self._at = end
                    return value

    def broken(self) -> Refused:
        """What to say of a text that stops or goes wrong here."""
        return Refused("json_broken", line=self.line, row=self.line, raw=self._text[self._at : self._at + 80])

    def _more(self) -> bool:
        """Read on; what is behind us is forgotten. Each try doubles, so that a long value is not parsed too often."""
        rest = len(self._text) - self._at
        if self._ended or rest > VALUE_LIMIT:
            if rest > VALUE_LIMIT:
                raise Refused("json_value_too_long", line=self.line, row=self.line, most_mib=VALUE_LIMIT >> 20)
            return False
        chunk = self._file.read(max(_CHUNK, rest))
        self._line += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :] + chunk, 0
        self._ended = not chunk
        return bool(chunk)
