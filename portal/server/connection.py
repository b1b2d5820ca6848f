"""HTTP as uvicorn speaks it, with bounds on all that a stranger may send, and a sentence for what is refused.

Requests behind one that is being answered wait, and a refusal waits for the answers before it.
"""

from __future__ import annotations

import re
from asyncio import TimerHandle
from typing import Any, Final
from urllib.parse import quote_from_bytes

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from catalog.messages import DEFAULT_LANGUAGE, Message, say
from portal.problems import PROBLEM_TYPE, problem_text

LONGEST_HEAD: Final = 256 << 10  # bytes of a request before its body
LONGEST_SILENCE: Final = 512 << 10  # bytes within a body that are none of it: names of chunks, trailers
MOST_WAITING: Final = 16  # requests behind one that is being answered
HEAD_SECONDS: Final = 30.0  # that a head may take to come
LINGER_SECONDS: Final = 2.0  # that somebody who was refused may go on talking
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_OFFER: Final = re.compile(rb"(?i)(?<=\r\n)upgrade(?=[ \t]*:)")


class Unwanted(Exception):
    """Raised where the parser calls, which then stops: the connection hears no more."""


class Connection(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0  # bytes of a head that has not come whole
        self._silence = 0  # bytes since a body last grew
        self._in_line = True  # the line of a request may come, or go on
        self._in_body = self._deaf = self._half_closed = False
        self._last_words: bytes | None = None  # to be said when nobody waits for an answer
        self._running: RequestResponseCycle | None = None  # what is being answered, or was last
        self._patience: TimerHandle | None = None

    # What comes ------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Somebody has come, and has to say something soon."""
        super().connection_made(transport)
        self._await(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone, and no answer is wanted any more."""
        self._await(None)
        if self._running is not None and not self._running.response_complete:
            self._let_go(self._running)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # True: go on to write
        """They have said all that they will."""
        self._half_closed = True
        return not (self._in_body or self._is_free())

    def data_received(self, data: bytes) -> None:
        """Read on, within bounds."""
        if self._deaf:
            return
        if self._in_line and (b"pgrade" in data or not data.isascii()):
            data = _plain(data if self._head else data.lstrip(b"\r\n"))
        super().data_received(data)
        if self._head:
            self._head += len(data)
            self._in_line = self._in_line and b"\n" not in data
            if self._head > LONGEST_HEAD:
                self._refuse(431, say("head_too_long", most=LONGEST_HEAD))
            elif self._patience is None:
                self._await(HEAD_SECONDS)
        elif self._in_body:
            self._silence += len(data)
            if self._silence > LONGEST_SILENCE:
                self._refuse(400, say("request_broken"))
        if self.timeout_keep_alive_task is None and self._is_free():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_message_begin(self) -> None:
        """A head begins."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._head = 1

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; what comes behind a body is nothing to us."""
        if self._head:
            name = name.lower()
            if name == b"expect":
                self.expect_100_continue = value.lower() == b"100-continue"
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """A head is there."""
        self._head, self._silence, self._in_line = 0, 0, False
        if self._patience is not None:
            self._await(None)
        if self.parser.should_upgrade():  # CONNECT, or an offer in pieces: what follows would be no HTTP
            raise Unwanted
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        self.take(path, query)
        self._in_body = True

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._silence = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has come whole."""
        self._in_line, self._in_body = True, False
        super().on_message_complete()

    # What is done with it --------------------------------------------------------------------------------------------

    def take(self, path: bytes, query: bytes) -> None:
        """Have the application asked: a task of uvicorn's, or one behind those that wait.

        The query is kept as it came: what parses addresses for uvicorn knows none over 64 KiB.
        """
        if len(self.pipeline) >= MOST_WAITING:
            self._last_words = b""
            raise Unwanted
        self._unset_keepalive_if_required()
        headers, continued = self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = path, continued
        self.headers += headers
        super().on_headers_complete()
        self.scope["query_string"] = query

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """An answer is given: the next, or the end."""
        super().on_response_complete()
        if (self._last_words is not None or self._half_closed) and self._is_free():
            self._say_last_words()

    def _is_between(self) -> bool:
        """Whether nothing has come of a request that is not answered yet."""
        return self._in_line and not (self._head or self._in_body or self._deaf) and self._is_free()

    def _is_free(self) -> bool:
        """Whether nobody waits for an answer."""
        return not self.pipeline and (self._running is None or self._running.response_complete)

    # What is refused -------------------------------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is told so in a sentence, not in uvicorn's words."""
        self._refuse(400, say("request_broken"))

    def _refuse(self, status: int, said: Message) -> None:
        """Say why when those before have their answers, and hear no more."""
        if self._last_words is None:
            body = problem_text(status, said, DEFAULT_LANGUAGE)
            about = f"Content-Type: {PROBLEM_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            self._last_words = STATUS_LINE[status] + about.encode() + body
        self._deaf, self._head = True, 0
        if self._in_body:
            self._drop_unfinished()
        if self._is_free():
            self._say_last_words()

    def _drop_unfinished(self) -> None:
        """The request whose body does not come is answered with the refusal, unless its answer has begun."""
        if self.pipeline:  # its newest, which stands first
            self.pipeline.popleft()
        elif self._running is not None and not self._running.response_complete:
            if self._running.response_started:
                self.transport.close()
            self._let_go(self._running)
            self._running = None

    def _let_go(self, cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        cycle.message_event.set()

    def _say_last_words(self) -> None:
        """What is being sent meanwhile is let come for a moment, or the answer would be lost for it."""
        if self.transport.is_closing():
            return
        self.transport.write(self._last_words or b"")
        if self._half_closed or not self._last_words:
            self.transport.close()
            return
        self.transport.write_eof()
        self._unset_keepalive_if_required()
        self._await(LINGER_SECONDS)

    def _await(self, seconds: float | None) -> None:
        """Close after so many seconds, instead of when it was said before; never, where None is said."""
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if self._is_free():
            self.transport.close()
        else:
            self._await(HEAD_SECONDS)


def _plain(data: bytes) -> bytes:
    """A request whose line is in ASCII, and which offers no other protocol.

    Addresses are typed in Chinese too, and the parser knows only those that are escaped; it stops at an offer, which is
    never taken up.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    line, newline, headers = head.partition(b"\n")
    line = _BEYOND_ASCII.sub(lambda found: quote_from_bytes(found[0]).encode(), line)
    return _OFFER.sub(b"x-upgrade", line + newline + headers) + end + rest
