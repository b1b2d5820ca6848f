"""HTTP as uvicorn speaks it, with bounds on the head of a request, and rows answered at once.

What is at hand is answered where it is read, without a task or a thread of its own; that is most of what is asked for,
and handing it over would cost more than the answer.
"""

from __future__ import annotations

import io
import re
from asyncio import TimerHandle
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_from_bytes

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from catalog.messages import DEFAULT_LANGUAGE, Message, say
from portal.edge import Inner
from portal.problems import PROBLEM_TYPE, problem_text
from portal.server.environment import of_head, tell_address

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LONGEST_HEAD: Final = 256 << 10  # bytes of a request before its body
HEAD_SECONDS: Final = 30.0  # that it may take to come
LINGER_SECONDS: Final = 2.0  # that somebody who was refused may go on talking
_DATASETS: Final = b"/api/v1/datasets/"
_ROWS: Final = b"/rows"
_MORE: Final = frozenset(("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE", "HTTP_EXPECT"))
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_NO_BODY: Final = io.BytesIO()


def _escaped_line(data: bytes) -> bytes:
    """The first line in ASCII: addresses are typed in Chinese too, and the parser knows only those that are escaped."""
    line, end, rest = data.partition(b"\n")
    return _BEYOND_ASCII.sub(lambda found: quote_from_bytes(found[0]).encode(), line) + end + rest


class Protocol(HttpToolsProtocol):
    """One connection. `edge` is the application, which is asked for what it can answer at once."""

    edge: Inner

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0  # bytes of a head that has not come whole
        self._in_line, self._answered, self._deaf = True, False, False
        self._patience: TimerHandle | None = None
        self._known: tuple[list[tuple[bytes, bytes]], WSGIEnvironment | None] = [], None
        self._dated: tuple[list[tuple[bytes, bytes]] | None, bytes] = None, b""

    def connection_made(self, transport: Any) -> None:
        """Somebody has come, and has to say something soon."""
        super().connection_made(transport)
        self._await(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that does not end is refused."""
        if self._deaf:
            return
        if self._in_line and not data.isascii():
            data = _escaped_line(data)
        super().data_received(data)
        if self._head and not self._deaf:
            self._head += len(data)
            self._in_line = self._in_line and b"\n" not in data
            if self._head > LONGEST_HEAD:
                self._refuse(431, say("head_too_long", most=LONGEST_HEAD))
            elif self._patience is None:
                self._await(HEAD_SECONDS)

    def on_message_begin(self) -> None:
        """A head begins."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._head, self._answered = 1, False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; what comes behind a body is nothing to us."""
        if self._head:
            name = name.lower()
            if name == b"expect":
                self.expect_100_continue = value.lower() == b"100-continue"
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """A head is there: answer at once, or have the application asked."""
        self._head, self._in_line = 0, False
        if self._patience is not None:
            self._head_came()
        path, _, query = self.url.partition(b"?")
        if path.startswith(_DATASETS) and _ROWS in path and self._answer(path, query):
            self._answered = True
        else:
            self._hand_over(path, query)

    def _hand_over(self, path: bytes, query: bytes) -> None:
        """To uvicorn, which makes a task of it.

        The query is kept as it came: what parses addresses for uvicorn knows none over 64 KiB.
        """
        headers, continued = self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url = path
        self.headers += headers
        self.expect_100_continue = continued
        super().on_headers_complete()
        self.scope["query_string"] = query.partition(b"#")[0]

    def on_message_complete(self) -> None:
        """The request has come whole."""
        self._in_line = True
        if not self._answered:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is told so in a sentence, not in uvicorn's words."""
        self._refuse(400, say("request_broken"))

    def _refuse(self, status: int, said: Message) -> None:
        """Say why, and hear no more; what is still being sent is let come, or the answer would be lost for it."""
        body = problem_text(status, said, DEFAULT_LANGUAGE)
        about = f"Content-Type: {PROBLEM_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + about.encode() + body)
        self.transport.write_eof()
        self._deaf = True
        self._head_came()
        self._await(LINGER_SECONDS)

    def _await(self, seconds: float) -> None:
        self._patience = self.loop.call_later(seconds, self.transport.close)

    def _head_came(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _answer(self, path: bytes, query: bytes) -> bool:
        """Whether it could be answered at once."""
        environ = self._environ() if self._is_plain() else None
        if environ is None:
            return False
        tell_address(environ, path, query)
        answer = self.edge.answer_at_once(environ)
        if answer is None:
            return False
        headers = "\r\n".join(map(": ".join, answer.headers)).encode("latin-1")
        self.transport.write(b"%b%b%b\r\n\r\n%b" % (STATUS_LINE[answer.status], self._always(), headers, answer.body))
        self.on_response_complete()
        return True

    def _environ(self) -> WSGIEnvironment | None:
        """All but the address; None where there is a body, or more is wanted than an answer. Readers repeat headers."""
        if self.headers != self._known[0]:
            told = of_head(self.scheme or "http", self.server, self.client, self.headers)
            told |= {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": _NO_BODY}
            self._known = self.headers, None if told.keys() & _MORE else told
        known = self._known[1]
        return None if known is None else known.copy()

    def _always(self) -> bytes:
        """The date, written once while it is the same."""
        if self.server_state.default_headers is not self._dated[0]:
            pairs = self.server_state.default_headers
            self._dated = pairs, b"".join(b"%b: %b\r\n" % pair for pair in pairs)
        return self._dated[1]

    def _is_plain(self) -> bool:
        """Whether nothing but an answer is wanted, and nobody waits for another before it."""
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return False
        free = self.cycle is None or self.cycle.response_complete
        return free and not self.pipeline and not self.flow.write_paused
