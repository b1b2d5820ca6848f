"""The WSGI application as an ASGI one: it runs in threads, and holds one only while it works.

A body is read through as it comes; what the application gives is sent piece by piece, and given up when the reader has
gone. No thread waits for a slow reader.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeVar

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import FileWrapper

from portal.server.environment import environ_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

T = TypeVar("T")
_Asked = tuple["asyncio.Future[Any]", Callable[[], Any]]
PATIENCE: Final = 60.0  # seconds that a body may stand still
_PIECE: Final = 256 << 10  # bytes that are read of a file, and gathered before they are sent
_WITH_BODY: Final = frozenset((b"content-length", b"transfer-encoding"))
_ENDED: Final = {"type": "http.response.body", "body": b"", "more_body": False}


class Bridge:
    """An ASGI application round a WSGI one that has `threads` at its service."""

    def __init__(self, application: WSGIApplication, threads: int) -> None:
        self._application = application
        self._threads = _Threads(threads)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        has_body = any(name in _WITH_BODY for name, _ in scope["headers"])
        body = io.BufferedReader(_Body(asyncio.get_running_loop(), receive), _PIECE) if has_body else io.BytesIO()
        environ = environ_of(scope, body)
        environ["wsgi.file_wrapper"] = partial(FileWrapper, buffer_size=_PIECE)
        answer = await self._threads.run(partial(_begin, self._application, environ))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.rest is None:
            await send({"type": "http.response.body", "body": answer.first, "more_body": False})
            return
        gone = asyncio.ensure_future(_wait_until_gone(receive))
        try:
            await self._send_rest(answer, send, gone)
        finally:
            gone.cancel()
            await self._threads.run(answer.close)

    async def _send_rest(self, answer: _Answer, send: Any, gone: asyncio.Future[None]) -> None:
        piece = answer.first
        while piece:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return
            piece = await self._threads.run(answer.read)
        await send(_ENDED)


class _Threads:
    """Threads that do what the loop asks, the one that was last at work first: what it needs is still near.

    An executor's way there and back takes three times as long as this one, more than most answers; it goes round its
    threads, and would wait for them when the process is to end.
    """

    def __init__(self, number: int) -> None:
        self._idle: list[SimpleQueue[_Asked]] = [
            SimpleQueue() for _ in range(number)
        ]  # of each thread what it is asked
        self._waiting: deque[_Asked] = deque()  # these two belong to the loop, as does `_ended`
        for at, asked in enumerate(self._idle):
            threading.Thread(target=self._work, args=(asked,), name=f"request-{at}", daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, or raises."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._idle:
            self._idle.pop().put((future, work))
        else:
            self._waiting.append((future, work))
        return await future

    def _work(self, asked: SimpleQueue[_Asked]) -> None:
        while True:
            future, work = asked.get()
            found = fault = None
            try:
                found = work()
            except BaseException as raised:  # noqa: BLE001 - it is raised where the work was asked for
                fault = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(self._ended, asked, future, found, fault)
            del future, work, found, fault  # they hold what was answered, and the next one may be long in coming

    def _ended(
        self, asked: SimpleQueue[_Asked], future: asyncio.Future[Any], found: Any, fault: BaseException | None
    ) -> None:
        if self._waiting:
            asked.put(self._waiting.popleft())
        else:
            self._idle.append(asked)
        if future.cancelled():
            return
        if fault is None:
            future.set_result(found)
        else:
            future.set_exception(fault)


async def _wait_until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


@dataclass
class _Answer:
    """What the application gave: its head, its first piece, and the rest where there is more."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    given: Iterable[bytes]
    rest: Iterator[bytes] | None

    def read(self) -> bytes:
        """The next piece, nothing at the end."""
        return _gather(self.rest) if self.rest else b""

    def close(self) -> None:
        """Let the application know that nobody reads on."""
        close = getattr(self.given, "close", None)
        if close:
            close()


@dataclass
class _Start:
    """Takes what the application says of its answer before the first piece."""

    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, status: str, headers: list[tuple[str, str]], fault: Any = None) -> Any:
        self.status, self.headers = status, headers
        return _write


def _write(_piece: bytes) -> None:
    raise NotImplementedError("give the body as an iterable")


def _begin(application: WSGIApplication, environ: WSGIEnvironment) -> _Answer:
    """Have the application begin its answer, in a thread."""
    start = _Start()
    given = application(environ, start)
    whole = isinstance(given, list)
    pieces = iter(given)
    first = b"".join(given) if whole else _gather(pieces)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in start.headers]
    answer = _Answer(int(start.status[:3]), headers, first, given, pieces)
    if whole or not first:
        answer.rest = None
        answer.close()
    return answer


def _gather(pieces: Iterator[bytes]) -> bytes:
    """Pieces enough to be worth sending; nothing at the end."""
    found, size = [], 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size >= _PIECE:
            break
    return found[0] if len(found) == 1 else b"".join(found)


class _Body(io.RawIOBase):
    """The body of a request for a thread: it waits for what comes, but not for ever."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Any) -> None:
        super().__init__()
        self._loop, self._receive = loop, receive
        self._left = memoryview(b"")
        self._more = True

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
