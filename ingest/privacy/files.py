"""The files of a draft release written again as the steward decided: masked cells, dropped columns, new digests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.schema import Field, Table
from ingest.cells import ABOUT, OPTIONS, iter_cells, read_about
from ingest.privacy.detectors import context_of
from ingest.privacy.hits import mask_text
from ingest.privacy.scan import raw_headings

_TEXT = ("string", "code", "period")


@dataclass(frozen=True)
class Ruling:
    """What becomes of a column: `mask`, `drop` or `publish`, and the kinds that were found in it."""

    action: str
    kinds: frozenset[str]


def _headings(cells: Path, table: Table) -> dict[int, tuple[str, list[str]]]:
    """`raw_headings` of a cells file."""
    headers, titles = table.origin.get("headers", {}), {one.name: one.title for one in table.fields}
    fields = read_about(cells)["fields"].items()
    return raw_headings((name, titles.get(name, ""), headers.get(name, ""), how["columns"]) for name, how in fields)


def rewrite(
    parquet: Path, cells: Path, table: Table, rulings: Mapping[str, Ruling], work: Path
) -> tuple[Table, Path, Path]:
    """The table and its two files, new in `work`; `digest` and `cells` are for whoever stores them."""
    fields = tuple(_field(one, rulings.get(one.name), table) for one in table.fields)
    kept = tuple(one for one in fields if one is not None)
    rows_file, cells_file = work / "rows.parquet", work / "cells.arrow"
    _write_rows(parquet, cells, table, kept, rulings, rows_file)
    _write_cells(cells, table, rulings, cells_file)
    names = {one.name for one in kept}
    headers = {name: title for name, title in table.origin.get("headers", {}).items() if name in names}
    changed = replace(table, fields=kept, origin={**table.origin, "headers": headers})
    return replace(changed, bytes=rows_file.stat().st_size), rows_file, cells_file


def _field(field: Field, ruling: Ruling | None, table: Table) -> Field | None:
    """The field as it is then; None where it is dropped. A masked number of an open table becomes text."""
    if ruling is None or ruling.action == "publish":
        return field
    if ruling.action == "drop":
        return None
    if field.type in _TEXT or table.origin.get("schema"):
        return field
    return replace(field, type="string", unit=None, precision=None, scale=None)


def _write_rows(
    parquet: Path, cells: Path, table: Table, kept: tuple[Field, ...], rulings: Mapping[str, Ruling], target: Path
) -> None:
    source = pq.ParquetFile(parquet)
    masked = [one for one in kept if one.name in rulings and rulings[one.name].action == "mask"]
    raw = _raw_of(cells, [one for one in masked if _was(table, one) not in _TEXT])
    types = {one.name: source.schema_arrow.field(one.name).type for one in kept}
    types |= {one.name: pa.string() for one in masked if one.type == "string"}
    schema, first = pa.schema(list(types.items())), 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(source.num_row_groups):
            columns = source.read_row_group(group, columns=[one.name for one in kept])
            for one in masked:
                texts = raw[one.name].slice(first, columns.num_rows) if one.name in raw else columns.column(one.name)
                new = _mask_column(texts, columns.column(one.name), rulings[one.name], one, schema)
                columns = columns.set_column(columns.schema.get_field_index(one.name), schema.field(one.name), new)
            writer.write_table(columns.select(schema.names).cast(schema), row_group_size=max(1, columns.num_rows))
            first += columns.num_rows


def _mask_column(texts: Any, values: Any, ruling: Ruling, field: Field, schema: pa.Schema) -> Any:
    """Masked texts; where the type cannot hold them, null in place of each value that was personal."""
    masked = mask_array(texts, ruling.kinds | context_of(field.title))
    if pa.types.is_string(schema.field(field.name).type):
        return masked
    changed = pl.Series(texts) != pl.Series(masked)
    return pc.if_else(pa.array(changed.to_list(), pa.bool_()), None, values)


def mask_array(texts: Any, context: frozenset[str]) -> Any:
    """An array of strings, each masked; every different text is looked at once."""
    series = pl.Series("text", texts)
    different = series.drop_nulls().unique().to_list()
    masks = {text: mask for text in different if (mask := mask_text(text, context)) != text}
    return series.replace(masks).to_arrow().cast(pa.string()) if masks else series.to_arrow().cast(pa.string())


def _write_cells(cells: Path, table: Table, rulings: Mapping[str, Ruling], target: Path) -> None:
    about = read_about(cells)
    dropped = {name for name, ruling in rulings.items() if ruling.action == "drop"}
    about["fields"] = {name: how for name, how in about["fields"].items() if name not in dropped}
    used = {f"c{source}" for how in about["fields"].values() for source in how["columns"]}
    hidden = _hidden(cells, table, rulings)
    names = ["row", *sorted(used, key=lambda name: int(name[1:]))]
    fields = [(name, pa.int64() if name == "row" else pa.string()) for name in names]
    text = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    schema = pa.schema(fields, metadata={ABOUT: text})
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, schema, options=OPTIONS) as writer:
        for batch in iter_cells(cells):
            arrays = [_hide(batch.column(name), hidden.get(name)) for name in names]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _hidden(cells: Path, table: Table, rulings: Mapping[str, Ruling]) -> dict[str, frozenset[str]]:
    """The raw columns that must be masked, each with its context: one strict ruling is enough."""
    found = {}
    for source, (title, names) in _headings(cells, table).items():
        strict = [rulings[name] for name in names if name in rulings and rulings[name].action != "publish"]
        if strict:
            found[f"c{source}"] = context_of(title).union(*(one.kinds for one in strict))
    return found


def _hide(texts: Any, context: frozenset[str] | None) -> Any:
    return texts if context is None else mask_array(texts, context)


def _raw_of(cells: Path, fields: list[Field]) -> dict[str, Any]:
    """The raw texts of these fields, whole: for a column whose type holds no mask."""
    about = read_about(cells)["fields"]
    sources = {one.name: f"c{about[one.name]['columns'][0]}" for one in fields}
    batches = list(_columns(cells, set(sources.values()))) if sources else []
    return {
        name: pa.chunked_array([batch[column] for batch in batches], pa.string()) for name, column in sources.items()
    }


def _columns(cells: Path, names: set[str]) -> Iterator[dict[str, Any]]:
    for batch in iter_cells(cells):
        yield {name: batch.column(name) for name in names}


def _was(table: Table, field: Field) -> str:
    before = table.field(field.name)
    return before.type if before else field.type
