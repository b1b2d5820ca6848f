"""What every request passes, whoever answers it: its id, its place in its reader's count, the headers that every answer
carries, and its line in the log.

It stands round the application as plain WSGI: none of this needs more of a request than its environment.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol

from portal.answers import Answer
from portal.heads import Headers, read_head, write_head
from portal.limits import Window, reader
from portal.logs import tell
from portal.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
COUNT: Final = "portal.count"  # in the environment: what the window said of this request
REQUEST_ID: Final = "portal.request_id"
MARKS: Final = (COUNT, REQUEST_ID)
UNCOUNTED: Final = ("/healthz", "/readyz")
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # no id of ours has digits enough to be a number of somebody's
_YEAR = 365 * 24 * 3600
_SAFE: Final[Headers] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_DOCS = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
_CORS: Final[Headers] = [
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Link, X-Request-Id, X-Release, X-Total-Count, Digest, RateLimit-Limit, RateLimit-Remaining, "
        "RateLimit-Reset, Retry-After",
    ),
]
_PREFLIGHT: Final[Headers] = [
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match, Range, X-Request-Id"),
    ("Access-Control-Max-Age", "86400"),
]


class Inner(Protocol):
    """What stands inside of the edge: a WSGI application that has some answers at hand."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse, /) -> Iterable[bytes]:
        """Answer a request."""

    def answer_at_once(self, environ: WSGIEnvironment) -> Answer | None:
        """The same answer where nothing has to be waited for to give it, else None."""


class Edge:
    """The application with its edge."""

    def __init__(self, inner: Inner, settings: Settings) -> None:
        self.inner = inner
        self.window = Window(*settings.rate_limit) if settings.rate_limit else None
        encrypted = settings.base_url.startswith("https://")
        self.begun, self.numbers = secrets.token_hex(6).translate(_LETTERS), itertools.count()
        safe = [*_SAFE, ("Strict-Transport-Security", f"max-age={_YEAR}")] if encrypted else _SAFE
        self.fixed = {  # by whether it is of the pages of documentation, and whether the method is safe
            (docs, reads): [("Content-Security-Policy", policy), *safe, *(_CORS if reads else [])]
            for docs, policy in ((True, _DOCS), (False, _NOTHING))
            for reads in (True, False)
        }
        self.head_at_once = write_head(self.fixed[False, True])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with the headers of every answer."""
        began = time.perf_counter()
        self._begin(environ)

        def start(status: str, headers: Headers, *fault: Any) -> Any:
            headers += self._headers(environ)
            tell(environ, int(status[:3]), environ[REQUEST_ID], time.perf_counter() - began)
            return start_response(status, headers, *fault)

        return self.inner(environ, start)

    def answer_at_once(self, environ: WSGIEnvironment) -> Answer | None:
        """The same where nothing has to be waited for; None where it has to be called, with these `MARKS`."""
        began = time.perf_counter()
        self._begin(environ)
        answer = self.inner.answer_at_once(environ)
        if answer is None:
            return None
        number, counted = environ[REQUEST_ID], environ.get(COUNT)
        tell(environ, answer.status, number, time.perf_counter() - began)
        head = f"{answer.head}X-Request-Id: {number}\r\n{self.head_at_once}{counted.head if counted else ''}"
        return Answer(answer.status, head, answer.body)

    def _begin(self, environ: WSGIEnvironment) -> None:
        if REQUEST_ID in environ:  # it could not be answered at once
            return
        environ[REQUEST_ID] = self._id(environ.get("HTTP_X_REQUEST_ID"))
        if self.window and environ["PATH_INFO"] not in UNCOUNTED:
            environ[COUNT] = self.window.count(reader(environ), time.time())

    def _id(self, given: str | None) -> str:
        """The reader's own id where it is plain, else one that nobody has had: of this process, and of its requests."""
        if given and _PLAIN_ID.fullmatch(given):
            return given
        return f"{self.begun}{next(self.numbers):06x}"

    def _headers(self, environ: WSGIEnvironment) -> Headers:
        method = environ["REQUEST_METHOD"]
        fixed = self.fixed[environ["PATH_INFO"].startswith("/docs"), method in SAFE_METHODS]
        headers = [("X-Request-Id", environ[REQUEST_ID]), *fixed]
        if COUNT in environ:
            headers += read_head(environ[COUNT].head)
        if method == "OPTIONS":
            headers += _PREFLIGHT
        return headers
