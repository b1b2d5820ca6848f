"""The WSGI application as an ASGI one: it runs in threads, and holds one only while it works.

What the application gives is sent piece by piece, and given up when the reader has gone. No thread waits for a slow
reader, nor for a short body; for long ones some threads do, never all.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import FileWrapper

from catalog.messages import DEFAULT_LANGUAGE, say
from portal.problems import PROBLEM_TYPE, problem_text
from portal.server.body import gather, reader
from portal.server.environment import environ_of
from portal.server.threads import Threads

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, WSGIApplication, WSGIEnvironment

_PIECE: Final = 256 << 10  # bytes that are read of a file, and gathered before they are sent
_WITH_BODY: Final = frozenset((b"content-length", b"transfer-encoding"))
_ENDED: Final = {"type": "http.response.body", "body": b"", "more_body": False}


class Bridge:
    """An ASGI application round a WSGI one that has `threads` at its service, half of them for long bodies too."""

    def __init__(self, application: WSGIApplication, threads: int) -> None:
        self._application = application
        self._threads = Threads(threads)
        self._long_bodies = asyncio.Semaphore(max(1, threads // 2))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            answer = await self._begin(scope, receive)
        except ClientDisconnected:
            return
        except TimeoutError:
            await _refuse(send, 408, "request_broken")
            return
        except asyncio.CancelledError:  # the server is to end, and has waited long enough
            await _refuse(send, 503, "server_ends")
            return
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

    async def _begin(self, scope: Any, receive: Any) -> _Answer:
        begun, more = b"", False
        if any(name in _WITH_BODY for name, _ in scope["headers"]):
            begun, more = await gather(receive)
        if not more:
            return await self._ask(scope, io.BytesIO(begun))
        async with self._long_bodies:
            return await self._ask(scope, reader(begun, receive))

    async def _ask(self, scope: Any, body: InputStream) -> _Answer:
        environ = environ_of(scope, body)
        environ["wsgi.file_wrapper"] = partial(FileWrapper, buffer_size=_PIECE)
        return await self._threads.run(partial(_begin, self._application, environ))

    async def _send_rest(self, answer: _Answer, send: Any, gone: asyncio.Future[None]) -> None:
        piece = answer.first
        while piece:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return
            piece = await self._threads.run(answer.read)
        await send(_ENDED)


async def _refuse(send: Any, status: int, code: str) -> None:
    """Say so where the application cannot."""
    body = problem_text(status, say(code), DEFAULT_LANGUAGE)
    headers = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


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
    """The way of giving a body that WSGI keeps for applications older than itself: ours has no use for it."""
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
