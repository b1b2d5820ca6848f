"""A query's rows as a file: csv, json, ndjson, geojson, xlsx and parquet, made while they are sent.

The same release and parameters give the same bytes. Text is made by DuckDB, a batch at a time, so memory stays flat.
Polars, which puts it together, takes a second to load: `text_out` is imported only by who writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from catalog.errors import BadParameter
from catalog.messages import DEFAULT_LANGUAGE
from catalog.rows.coordinates import find_coordinates
from catalog.rows.engine import RowFiles, iter_export
from catalog.rows.limits import LIMITS, Limits
from catalog.rows.line_out import csv_chunks, text_chunks
from catalog.rows.output_sql import csv_line, each, json_line, json_sql, xlsx_sql
from catalog.rows.parquet_out import parquet_chunks, stored_chunks
from catalog.rows.terms import RowQuery
from catalog.rows.xlsx_out import xlsx_chunks


@dataclass(frozen=True)
class Options:
    """How a file is dressed: `header` is `name` or `title`, `bom` marks UTF-8 for Excel, `sheet` is the worksheet,
    `language` that of the titles where there are several.
    """

    header: str = "name"
    bom: bool = False
    sheet: str = "data"
    language: str = DEFAULT_LANGUAGE


@dataclass(frozen=True)
class Download:
    """The bytes of a file, and how many rows the query selects (`total`) and the file holds (`rows`)."""

    total: int
    rows: int
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Format:
    """A file format: its media type and how it is written."""

    media_type: str
    write: Callable[[RowFiles, RowQuery, Options, Limits], Download]


def export(
    name: str, files: RowFiles, query: RowQuery, options: Options = Options(), limits: Limits = LIMITS
) -> Download:
    """The file in the format of that name (a key of EXPORTS). Raises as `iter_export`, before the first byte."""
    return EXPORTS[name].write(files, query, options, limits)


def csv(files: RowFiles, query: RowQuery, options: Options, limits: Limits) -> Download:
    """Comma-separated, UTF-8, a header, `\\n`; text that begins with `= + - @` gets a `'` before it."""
    found = iter_export(files, query, limits, csv_line)
    return Download(found.total, found.rows, csv_chunks(found, headers(query, options), bom=options.bom))


def ndjson(files: RowFiles, query: RowQuery, options: Options, limits: Limits) -> Download:
    """One JSON object a line."""
    found = iter_export(files, query, limits, json_line([item.name for item in query.select]))
    return Download(found.total, found.rows, text_chunks(found))


def json(files: RowFiles, query: RowQuery, options: Options, limits: Limits) -> Download:
    """A JSON array of objects."""
    found = iter_export(files, query, limits, json_line([item.name for item in query.select]))
    return Download(found.total, found.rows, _array(text_chunks(found)))


def geojson(files: RowFiles, query: RowQuery, options: Options, limits: Limits) -> Download:
    """Points with properties. Raises BadParameter where longitude and latitude are not both selected."""
    from catalog.rows.geojson_out import geojson_chunks

    coordinates = find_coordinates([item.output for item in query.select])
    if coordinates is None:
        raise BadParameter.at("select", "export_without_coordinates")
    found = iter_export(files, query, limits, each(json_sql))
    return Download(found.total, found.rows, geojson_chunks(found, query, coordinates))


def xlsx(files: RowFiles, query: RowQuery, options: Options, limits: Limits) -> Download:
    """A workbook; past 1,048,576 rows the next sheet begins."""
    from catalog.rows.text_out import sheet_rows

    found = iter_export(files, query, limits, each(xlsx_sql))
    rows = sheet_rows(found, len(query.select))
    return Download(found.total, found.rows, xlsx_chunks(rows, found.rows, headers(query, options), options.sheet))


def parquet(files: RowFiles, query: RowQuery, options: Options, limits: Limits) -> Download:
    """The stored file itself where everything is asked for, else a new one with the same types."""
    if _is_everything(query, files):
        return Download(files.table.rows, files.table.rows, stored_chunks(files.parquet))
    found = iter_export(files, query, limits)
    return Download(found.total, found.rows, parquet_chunks(found.batches, [item.output for item in query.select]))


EXPORTS: Final = {
    "csv": Format("text/csv; charset=utf-8", csv),
    "geojson": Format("application/geo+json", geojson),
    "json": Format("application/json", json),
    "ndjson": Format("application/x-ndjson; charset=utf-8", ndjson),
    "parquet": Format("application/vnd.apache.parquet", parquet),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
}


def headers(query: RowQuery, options: Options) -> list[str]:
    """The first line: names, or titles for people."""
    if options.header == "name":
        return [item.name for item in query.select]
    return [(item.output.titles or {}).get(options.language, item.output.title) for item in query.select]


def _is_everything(query: RowQuery, files: RowFiles) -> bool:
    """Whether the answer is the stored file: all fields in their order, all rows in theirs."""
    if tuple(item.output for item in query.select) != files.table.fields:
        return False
    return not (query.narrowed or query.order_by or query.grouped or query.offset) and query.limit is None


def _array(lines: Iterator[bytes]) -> Iterator[bytes]:
    yield b"["
    first = True
    for chunk in lines:
        body = chunk.rstrip(b"\n").replace(b"\n", b",\n")
        yield body if first else b",\n" + body
        first = False
    yield b"]\n"
