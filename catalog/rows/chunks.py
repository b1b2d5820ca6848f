"""A file that is written to and read from at once, for writers that want a file and senders that want bytes."""

from __future__ import annotations

import io


class Chunks(io.RawIOBase):
    """What has been written since `take` was last called; the position counts all bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # any buffer, as RawIOBase allows
        self._parts.append(part)
        self._position += len(part)
        return len(part)

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        """The bytes written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
