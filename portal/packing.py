"""Exports packed as the reader's client can unpack them, zstd or gzip, while the file is written."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import pyarrow as pa
from flask import request

from catalog.rows.chunks import Chunks

PACKED_ALREADY: Final = ("xlsx", "parquet")


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(4, zlib.DEFLATED, 31)  # 31: with gzip's own frame, which then holds no time
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    out = Chunks()
    with pa.CompressedOutputStream(pa.PythonFile(out, "w"), "zstd") as packer:
        for chunk in chunks:
            packer.write(chunk)
            yield out.take()
    yield out.take()


PACKERS: Final[dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]]] = {"zstd": _zstd, "gzip": _gzip}


def wanted_packing(form: str) -> str | None:
    """The packing that the request accepts, the best first; none for files that are packed already."""
    if form in PACKED_ALREADY or "Range" in request.headers:
        return None
    named = {value for value, quality in request.accept_encodings if quality > 0}
    return next((name for name in PACKERS if name in named), None)
