"""The body of a request on its way to the application: a short one is gathered, a long one is read as it comes."""

from __future__ import annotations

import asyncio
import io
import time
from typing import Any, Final

from werkzeug.exceptions import ClientDisconnected

PATIENCE: Final = 60.0  # seconds that a short body may take, and a long one stand still
SHORT: Final = 64 << 10  # bytes that are gathered without a thread
SLOWEST: Final = 10 << 10  # bytes a second, after the first `PATIENCE`
_READ: Final = 256 << 10


async def gather(receive: Any) -> tuple[bytes, bool]:
    """What a body begins with, and whether more is to come. Raises ClientDisconnected, TimeoutError."""
    found, more = bytearray(), True
    async with asyncio.timeout(PATIENCE):
        while more and len(found) < SHORT:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            found += message["body"]
            more = message["more_body"]
    return bytes(found), more


def reader(begun: bytes, receive: Any) -> io.BufferedReader:
    """The body for a thread, to be made in the loop that it comes through."""
    return io.BufferedReader(_Body(asyncio.get_running_loop(), begun, receive), _READ)


class _Body(io.RawIOBase):
    """It waits for what comes, but not for ever, and not for a trickle."""

    def __init__(self, loop: asyncio.AbstractEventLoop, begun: bytes, receive: Any) -> None:
        super().__init__()
        self._loop, self._receive = loop, receive
        self._left, self._more = memoryview(begun), True
        self._began, self._came = time.monotonic(), 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, room: Any) -> int:
        """Fill `room` with what is there. Raises ClientDisconnected where no more will come."""
        while not self._left and self._more:
            self._take(asyncio.run_coroutine_threadsafe(self._receive(), self._loop))
        size = min(len(room), len(self._left))
        room[:size], self._left = self._left[:size], self._left[size:]
        return size

    def _take(self, coming: Any) -> None:
        try:
            message = coming.result(PATIENCE)
        except TimeoutError as fault:
            coming.cancel()
            raise ClientDisconnected from fault
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        self._left, self._more = memoryview(message["body"]), message["more_body"]
        self._came += len(self._left)
        if time.monotonic() - self._began > PATIENCE + self._came / SLOWEST:
            raise ClientDisconnected
