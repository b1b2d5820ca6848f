"""Rows at hand are answered where the request is read, without a task or a thread of its own.

That is most of what is asked for, and handing it over would cost more than the answer.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from portal.edge import Inner
from portal.server.connection import Connection
from portal.server.environment import BEGUN, of_head, tell_address

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LONGEST_QUERY: Final = 4 << 10  # bytes; to read a longer one takes its time
_DATASETS: Final = b"/api/v1/datasets/"
_ROWS: Final = b"/rows"
_MORE: Final = frozenset(("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_X_UPGRADE", "HTTP_EXPECT"))
_NO_BODY: Final = io.BytesIO()
_LINE: Final = re.compile(rb"GET (%b[a-z0-9-]+%b(?:/[0-9]+)?)(?:\?([!\"$-~]*))? HTTP/1\.1\r\n" % (_DATASETS, _ROWS))
_NEVER: Final = b"\x00"  # no request ends so


class AtOnce(Connection):
    """A connection; `edge` is the application, which is asked for what it can answer at once."""

    edge: Inner

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answered = False
        self._taken = 0  # requests that began in what came last
        self._told: WSGIEnvironment = {}  # what the headers said that came last
        self._again: tuple[bytes, WSGIEnvironment] = _NEVER, {}  # headers as they were sent, and what they said
        self._asked: WSGIEnvironment | None = None  # what was found not to be at hand
        self._answered_at = 0.0
        self._dated: tuple[list[tuple[bytes, bytes]] | None, bytes] = None, b""

    def data_received(self, data: bytes) -> None:
        """Read on. What differs from a request that was answered at once in its line alone needs no reading twice."""
        between = self._is_between()
        if between and data.endswith(self._again[0]):
            found = _LINE.fullmatch(data, 0, len(data) - len(self._again[0]))
            if found is not None and self._answer_again(found):
                return
        self._answered, self._taken = False, 0
        super().data_received(data)
        self._asked = None
        if between and self._answered and self._taken == 1 and (found := _LINE.match(data)):
            self._again = data[found.end() :], self._told

    def take(self, path: bytes, query: bytes) -> None:
        """Answer at once, or have the application asked."""
        self._answered = False
        self._taken += 1
        begun = self._asked
        if begun is None and (begun := self._begin(path, query)) is not None and self._answer(begun):
            return
        super().take(path, query)
        if begun is not None:
            self.scope["state"][BEGUN] = begun

    def on_message_complete(self) -> None:
        """The request has come whole."""
        if self._answered:
            self._in_line, self._in_body = True, False
        else:
            super().on_message_complete()

    def _answer_again(self, line: re.Match[bytes]) -> bool:
        """The same with headers that are known, where nobody waits for an answer."""
        path, query = line.groups(b"")
        if len(query) >= LONGEST_QUERY or self.flow.write_paused or self.transport.is_closing():
            return False
        environ = self._again[1].copy()
        tell_address(environ, path, query)
        if self._answer(environ):
            return True
        self._asked = environ
        return False

    def _answer(self, environ: WSGIEnvironment) -> bool:
        """Whether it could be answered at once."""
        answer = self.edge.answer_at_once(environ)
        if answer is None:
            return False
        head = answer.head.encode("latin-1")
        self.transport.write(b"%b%b%b\r\n%b" % (STATUS_LINE[answer.status], self._always(), head, answer.body))
        self._answered, self._answered_at = True, self.loop.time()
        return True

    def timeout_keep_alive_handler(self) -> None:
        """Hang up, unless something was answered at once since the time was set."""
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _begin(self, path: bytes, query: bytes) -> WSGIEnvironment | None:
        """What to ask of the application; None where it can have no answer at hand."""
        if not (path.startswith(_DATASETS) and _ROWS in path and self._is_plain()) or len(query) >= LONGEST_QUERY:
            return None
        told = self._environ()
        if told is None:
            return None
        self._told = told.copy()
        tell_address(told, path, query)
        return told

    def _is_plain(self) -> bool:
        """Whether nothing but an answer is wanted, and nobody waits for another before it."""
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return False
        return self._is_free() and not self.flow.write_paused

    def _environ(self) -> WSGIEnvironment | None:
        """All but the address; None where there is a body, or more is wanted than an answer."""
        told = of_head(self.scheme or "http", self.server, self.client, self.headers)
        told |= {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": _NO_BODY}
        return None if told.keys() & _MORE else told

    def _always(self) -> bytes:
        """The date, written once while it is the same."""
        if self.server_state.default_headers is not self._dated[0]:
            pairs = self.server_state.default_headers
            self._dated = pairs, b"".join(b"%b: %b\r\n" % pair for pair in pairs)
        return self._dated[1]
