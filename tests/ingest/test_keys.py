"""Keys that come twice are found whatever the parts in which they are compared."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import keys as parts


@pytest.mark.parametrize("waiting", [1, 7, 1_000_000])
@given(batches=st.lists(st.lists(st.sampled_from("abcdefg") | st.none(), min_size=1, max_size=20), max_size=6))
def test_rows_whose_key_stood_before_are_counted(waiting: int, batches: list[list[str | None]]) -> None:
    keys, seen, wanted, row = parts.Keys(("key",), Path(tempfile.gettempdir())), set[str](), list[int](), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_WAITING", waiting)
        patch.setattr(parts, "_PARTS", 3)
        for texts in batches:
            rows = range(row + 1, row + 1 + len(texts))
            keys.add(pa.record_batch([pa.array(texts, pa.string())], names=["key"]), pa.array(rows, pa.int64()))
            for row, text in zip(rows, texts, strict=True):
                wanted += [row] if text in seen else []
                seen |= {text} if text else set()
        assert keys.find_repeated(5) == (len(wanted), wanted[:5])
        keys.close()


def test_the_batches_that_keys_came_from_are_not_kept() -> None:
    before = pa.total_allocated_bytes()
    keys = parts.Keys(("key",), Path(tempfile.gettempdir()))
    for start in range(0, 64 * 1024, 1024):
        rows = pa.array(range(start, start + 1024), pa.int64())
        batch = pa.record_batch([rows, pa.array(["x" * 1000 for _ in range(1024)])], names=["key", "text"])
        whole = pa.ipc.read_record_batch(batch.serialize(), batch.schema)  # its columns are parts of one piece
        keys.add(whole, whole.column(0))
        del rows, batch, whole
    assert pa.total_allocated_bytes() - before < 8 << 20
    keys.close()
