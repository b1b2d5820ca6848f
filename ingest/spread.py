"""Short names that are set as wide as longer ones (`样  县`): what parts their characters is taken out."""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest.nulls import SPACE

_SPREAD = rf"^[\x{{3400}}-\x{{9FFF}}](?:[{SPACE}]+[\x{{3400}}-\x{{9FFF}}]){{1,11}}$"
_SEVERAL = "[一二三四五六七八九十甲乙丙丁是否有无男女]"  # numerals and choices may be several values


def closed(texts: Any) -> Any:
    """An Arrow array of texts; those whose characters all stand alone without the blanks between them."""
    series = pl.Series(texts)
    spread = series.str.contains(_SPREAD) & ~series.str.contains(_SEVERAL)
    if not spread.any():
        return texts
    names = series.str.replace_all(rf"[{SPACE}]+", "").to_arrow().cast(pa.string())
    return pc.if_else(spread.fill_null(value=False).to_arrow(), names, texts)
