"""Who asks for what, in which language: all that the answer to a read depends on, apart from the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from flask import request
from werkzeug.sansio.utils import get_current_url, get_host

from catalog.accounts import Actor
from catalog.errors import BadParameter
from portal.answers import language
from portal.context import House, actor, house

_LONGEST_HOST: Final = 300  # characters; a name has 253


class Asked:
    """Parameters in their order, as `pairs`; of a name that stands several times `get` gives the first."""

    __slots__ = ("_first", "pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)
        self._first = dict(reversed(self.pairs))

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of a name."""
        return self._first.get(name, default)

    def require_once(self, names: Iterable[str]) -> None:
        """Raises BadParameter where one of these names stands several times."""
        if len(self._first) == len(self.pairs):
            return
        given = [name for name, _ in self.pairs]
        for name in names:
            if given.count(name) > 1:
                raise BadParameter.at(name, "parameter_repeated", name=name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)


class Asking(NamedTuple):
    """One request as the reads see it. `args` are its parameters, or those of one query of a batch."""

    house: House
    actor: Actor
    language: str
    environ: Mapping[str, Any]
    args: Asked

    @property
    def origin(self) -> str:
        """The portal's address as others reach it: from PORTAL_BASE_URL, else from the request.

        Raises BadParameter where the request names a host that cannot be one.
        """
        return origin_of(self.house, self.environ)

    @property
    def path(self) -> str:
        """The path of the address."""
        found: str = self.environ["PATH_INFO"]
        return found


def origin_of(own: House, environ: Mapping[str, Any]) -> str:
    """`Asking.origin` of a request by its environment."""
    if own.settings.base_url:
        return own.settings.base_url
    asked = environ.get("HTTP_HOST")
    if asked and len(asked) > _LONGEST_HOST:
        raise BadParameter("host_broken")
    return _origin(environ["wsgi.url_scheme"], asked, environ["SERVER_NAME"], environ["SERVER_PORT"])


@lru_cache(100)
def _origin(scheme: str, asked: str | None, server: str, port: str) -> str:
    host = get_host(scheme, asked, (server, int(port)))
    if not host:  # so werkzeug tells that it will not do
        raise BadParameter("host_broken")
    return get_current_url(scheme, host).rstrip("/")


def read_args(environ: Mapping[str, Any]) -> Asked:
    """The parameters of the address, read as Flask reads them."""
    text: str = environ.get("QUERY_STRING", "")
    if not text:
        return _NOTHING
    plain = text if text.isascii() else text.encode("latin-1").decode()
    return Asked(parse_qsl(plain, keep_blank_values=True, errors="werkzeug.url_quote"))


_NOTHING = Asked()


def asking() -> Asking:
    """The request that Flask is at."""
    return Asking(house(), actor(), language(), request.environ, read_args(request.environ))
