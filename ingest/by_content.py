"""Columns that are known by what they hold, whatever their header says: names of regions, headers moved aside."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.claims import Claims
from ingest.families import DeclaredSchema
from ingest.findings import INFO, WARNING
from ingest.gather import Gather, Place
from ingest.nulls import null_kind, strip
from ingest.origins import ReshapedSheet
from ingest.raw import RawSheet, first_rows
from ingest.regions import is_place, names_region
from ingest.row_words import matching_total
from ingest.tables import Found

_LOOKED = 200  # rows
_ASIDE = re.compile(r"[(（][^()（）]*[)）]$")
_NUMBER, _WORD = re.compile(r"\d{1,4}(?:\.\d+)?年?"), re.compile(r"[\u3400-\u9fff]{2}")
_SHARE = 0.8  # of the names in a column, those of regions


def name_regions(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, mapping: dict[str, str | None], gather: Gather
) -> tuple[Found, dict[str, str | None]]:
    """The mapping with the column of regions that no header names; where its header is blank, with one."""
    field = next((one for one in schema.fields if one.filled == "region"), None)
    claims = Claims(found.headers, schema, mapping)
    if field is None or not sheet.grid or claims.has(field) or claims.find("region") is not None:
        return found, mapping
    rows = _data(sheet, found)
    place = next((at for at in claims.unknown() if _holds_regions(rows, at)), None)
    if place is None:
        return found, mapping
    header = found.headers[place]
    gather.add(INFO, "column_of_regions", Place(sheet.name, found.header_row, header, place + 1), header=header)
    if header and found.headers.count(header) == 1:
        return found, {header: field.name, **mapping}
    named = (*found.headers[:place], field.title, *found.headers[place + 1 :])
    return replace(found, headers=named), mapping


def settle_headers(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, mapping: dict[str, str | None], gather: Gather
) -> Found:
    """The table with headers of words over the words, where one stands over numbers and the next column has none."""
    claims = Claims(found.headers, schema, mapping)
    for field in schema.fields if sheet.grid else ():
        place = claims.find(field.name) if field.wordy else None
        if place is None or place + 1 >= len(found.headers) or strip(found.headers[place + 1]):
            continue
        rows = [(strip(row[place]), strip(row[place + 1])) for row in _data(sheet, found)]
        numbers = [(text, beside) for text, beside in rows if null_kind(text) is None]
        words = [beside for _, beside in rows if null_kind(beside) is None]
        if not numbers or not words or not all(_NUMBER.fullmatch(text) for text, _ in numbers):
            continue
        if not all(map(_WORD.search, words)):
            continue
        left = _known_alone(schema, claims, numbers)
        header, where = found.headers[place], Place(sheet.name, found.header_row, found.headers[place], place + 1)
        gather.add(WARNING, "header_moved", where, header=header, left=left or "—")
        found = replace(found, headers=(*found.headers[:place], left, header, *found.headers[place + 2 :]))
        claims = Claims(found.headers, schema, mapping)
    return found


def _known_alone(schema: DeclaredSchema, claims: Claims, numbers: list[tuple[str, str]]) -> str:
    """The field without a column that all the numbers can only be, unless they are codes of the words beside them."""
    beside = dict[str, set[str]]()
    for text, words in numbers:
        beside.setdefault(text, set()).add(words)
    if all(len(words) == 1 for words in beside.values()):
        return ""
    likely = (one for one in schema.fields if one.alone and not claims.has(one))
    return next((one.title for one in likely if all(re.search(one.alone, text) for text in beside)), "")


def _data(sheet: RawSheet, found: Found) -> list[list[str]]:
    """The first rows below the header."""
    turned = isinstance(sheet, ReshapedSheet)
    return [row for number, row in first_rows(sheet, _LOOKED) if turned or number > found.top]


def _holds_regions(rows: list[list[str]], place: int) -> bool:
    """Whether a column holds names of regions, sums and blanks apart."""
    texts = [strip(row[place]) for row in rows]
    names = {_ASIDE.sub("", text) for text in texts if null_kind(text) is None and not matching_total(text)}
    known = sum(map(is_place, names))
    # Beside regions of the country's list, a city's table has zones that are in none: `高新区`, `风景名胜区`.
    likely = known if known * 4 < len(names) else sum(map(names_region, names))
    return known > 0 and max(known, likely) >= _SHARE * len(names)
