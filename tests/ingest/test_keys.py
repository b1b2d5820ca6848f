"""Keys that come twice are found whatever the parts in which they are compared."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import wholes


@pytest.mark.parametrize("part", [1, 7, 1_000_000])
@given(batches=st.lists(st.lists(st.sampled_from("abcdefg") | st.none(), min_size=1, max_size=20), max_size=6))
def test_rows_whose_key_stood_before_are_counted(part: int, batches: list[list[str | None]]) -> None:
    keys, seen, wanted, row = wholes.Keys(("key",)), set[str](), list[int](), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wholes, "_PART", part)
        for texts in batches:
            rows = range(row + 1, row + 1 + len(texts))
            keys.add(pa.record_batch([pa.array(texts, pa.string())], names=["key"]), pa.array(rows, pa.int64()))
            for row, text in zip(rows, texts, strict=True):
                wanted += [row] if text in seen else []
                seen |= {text} if text else set()
        assert keys.find_repeated(5) == (len(wanted), wanted[:5])
