"""What WSGI calls the environment of a request, made of what ASGI calls its scope."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from portal.edge import MARKS

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, WSGIEnvironment

BEGUN: Final = "begun"  # in the state of a scope: the environment of a request that could not be answered at once
LONGEST_NAME: Final = 100  # characters of a header's name; a longer one is none that anybody knows
Address = tuple[str, int | None]
_PLAIN: Final = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


def environ_of(scope: Any, body: InputStream) -> WSGIEnvironment:
    """The environment of a request. Bytes become characters as WSGI wants it, one for one."""
    environ = of_head(scope["scheme"], scope["server"], scope["client"], scope["headers"])
    environ["REQUEST_METHOD"] = scope["method"]
    environ["SERVER_PROTOCOL"] = f"HTTP/{scope['http_version']}"
    environ["wsgi.input"] = body
    tell_address(environ, scope["raw_path"], scope["query_string"])
    begun = scope["state"].get(BEGUN)
    if begun is not None:  # it was counted already
        environ |= {name: begun[name] for name in MARKS if name in begun}
    return environ


def tell_address(environ: WSGIEnvironment, path: bytes, query: bytes) -> None:
    """What was asked for; `path` as it came."""
    environ["PATH_INFO"] = (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1")
    environ["QUERY_STRING"] = query.decode("latin-1")


def of_head(
    scheme: str, server: Address | None, client: Address | None, headers: Iterable[tuple[bytes, bytes]]
) -> WSGIEnvironment:
    """What the connection and the headers (names in small letters) say.

    A header with an underscore in its name is left out: it could not be told from one with a hyphen, which a proxy may
    have been trusted to set. So is one with an endless name.
    """
    host, port = server or ("localhost", None)
    environ: WSGIEnvironment = {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in headers:
        variable = _variable(name) if len(name) <= LONGEST_NAME else None
        if variable is not None:
            text = value.decode("latin-1")
            environ[variable] = f"{environ[variable]},{text}" if variable in environ else text
    return environ


@lru_cache(1000)
def _variable(name: bytes) -> str | None:
    if name in _PLAIN:
        return _PLAIN[name]
    return None if b"_" in name else f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
