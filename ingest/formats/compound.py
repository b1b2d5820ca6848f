"""A stream of a compound file (OLE), in which old workbooks keep their records."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_ENTRY, _HEADER = 128, 512
_STREAM, _ROOT = 2, 5


class Broken(Exception):
    """The file is not built as it says."""


class Compound:
    """The streams of a compound file by their names, read from its bytes; every chain of sectors is bounded."""

    def __init__(self, content: bytes) -> None:
        if content[:8] != MAGIC or len(content) < _HEADER:
            raise Broken
        self._content = content
        shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if not 7 <= shift <= 16 or mini_shift > shift:
            raise Broken
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        _, first, _, self._cutoff, mini, _, difat, _ = struct.unpack_from("<8I", content, 44)
        self._table = self._allocation(difat)
        entries = b"".join(self._chain(first))
        self._entries = [entries[at : at + _ENTRY] for at in range(0, len(entries) - _ENTRY + 1, _ENTRY)]
        self._mini_table = _numbers(b"".join(self._chain(mini)))
        root = next((one for one in self._entries if one[66] == _ROOT), None)
        self._mini = b"".join(self._chain(struct.unpack_from("<I", root, 116)[0])) if root else b""

    def stream(self, *names: str) -> bytes:
        """The first stream of one of these names. Raises Broken."""
        for entry in self._entries:
            length = struct.unpack_from("<H", entry, 64)[0]
            if entry[66] == _STREAM and entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace") in names:
                start, size = struct.unpack_from("<II", entry, 116)
                return self._mini_stream(start, size) if size < self._cutoff else b"".join(self._chain(start))[:size]
        raise Broken

    def _allocation(self, difat: int) -> array[int]:
        """The sector that follows each sector."""
        places = list(struct.unpack_from("<109I", self._content, 76))
        seen = 0
        while difat not in (_END, _FREE) and seen < len(self._content) // self._size:
            *more, difat = _numbers(self._sector(difat))
            places += more
            seen += 1
        return _numbers(b"".join(self._sector(place) for place in places if place < _END - 2))

    def _sector(self, place: int) -> bytes:
        start = (place + 1) * self._size
        if start >= len(self._content):
            raise Broken
        return self._content[start : start + self._size]

    def _chain(self, place: int) -> Iterator[bytes]:
        for _ in range(len(self._table) + 1):
            if place >= len(self._table):
                return
            yield self._sector(place)
            place = self._table[place]
        raise Broken  # it goes in a circle

    def _mini_stream(self, place: int, size: int) -> bytes:
        found = bytearray()
        for _ in range(len(self._mini_table) + 1):
            if place >= len(self._mini_table):
                return bytes(found[:size])
            found += self._mini[place * self._mini_size : (place + 1) * self._mini_size]
            place = self._mini_table[place]
        raise Broken


def _numbers(content: bytes) -> array[int]:
    """Little-endian 32-bit numbers, whatever the machine is."""
    count = len(content) // 4
    return array("L", struct.unpack(f"<{count}I", content[: count * 4]))
