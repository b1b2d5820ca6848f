"""Rows at hand are answered where the request is read, without a task or a thread of its own.

That is most of what is asked for, and handing it over would cost more than the answer.
"""

from __future__ import annotations

import io
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


class AtOnce(Connection):
    """A connection; `edge` is the application, which is asked for what it can answer at once."""

    edge: Inner

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answered = False
        self._known: tuple[list[tuple[bytes, bytes]], WSGIEnvironment | None] = [], None
        self._dated: tuple[list[tuple[bytes, bytes]] | None, bytes] = None, b""

    def take(self, path: bytes, query: bytes) -> None:
        """Answer at once, or have the application asked."""
        self._answered = False
        begun = None
        if path.startswith(_DATASETS) and _ROWS in path and self._is_plain() and len(query) < LONGEST_QUERY:
            begun = self._environ()
        if begun is not None:
            tell_address(begun, path, query)
            if self._answer(begun):
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

    def _answer(self, environ: WSGIEnvironment) -> bool:
        """Whether it could be answered at once."""
        answer = self.edge.answer_at_once(environ)
        if answer is None:
            return False
        headers = "\r\n".join(map(": ".join, answer.headers)).encode("latin-1")
        self.transport.write(b"%b%b%b\r\n\r\n%b" % (STATUS_LINE[answer.status], self._always(), headers, answer.body))
        self._answered = True
        self.on_response_complete()
        return True

    def _is_plain(self) -> bool:
        """Whether nothing but an answer is wanted, and nobody waits for another before it."""
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return False
        return self._is_free() and not self.flow.write_paused

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
