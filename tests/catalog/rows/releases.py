"""Small releases made in a test: a Parquet file, its serving file and its shape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.rows.engine import RowFiles
from catalog.rows.serving import build
from catalog.schema import Field, Table
from catalog.storage import digest_of

TYPES = {
    **dict.fromkeys(("string", "code", "period"), pa.string()),
    "integer": pa.int64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "boolean": pa.bool_(),
}

LAND = (
    Field("parcel_no", "宗地编号", "string"),
    Field("supply_method", "供应方式", "code", codes={"auction": {"zh-Hans": "拍卖", "en": "Auction"}}),
    Field("area", "土地面积", "decimal", unit="m2", precision=18, scale=2),
    Field("period", "时期", "period"),
    Field("deal_date", "成交日期", "date"),
    Field("listing_start", "挂牌起始时间", "datetime"),
    Field("bids", "报价次数", "integer"),
    Field("sold", "成交", "boolean"),
)


def type_of(field: Field) -> pa.DataType:
    return pa.decimal128(field.precision, field.scale) if field.type == "decimal" else TYPES[field.type]


def make_release(
    directory: Path, fields: Sequence[Field], rows: Sequence[Sequence[Any]], *, group: int = 1000, serve: bool = True
) -> RowFiles:
    parquet = directory / "release.parquet"
    columns = list(zip(*rows, strict=True)) or [() for _ in fields]
    arrays = [pa.array(list(column), type_of(field)) for field, column in zip(fields, columns, strict=True)]
    pq.write_table(pa.table(arrays, names=[field.name for field in fields]), parquet, row_group_size=group)
    digest, size = digest_of(parquet)
    table = Table("t", "表", tuple(fields), rows=len(rows), bytes=size, digest=digest)
    serving = directory / "release.rows"
    if serve:
        build(parquet, table, serving)
    return RowFiles(parquet, serving if serve else None, table)
