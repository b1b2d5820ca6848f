"""Who asks for what, in which language: all that the answer to a read depends on, apart from the database."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.sansio.utils import get_current_url
from werkzeug.wrappers import Request

from catalog.accounts import Actor
from catalog.errors import BadParameter
from portal.answers import language
from portal.context import House, actor, house

Asked = MultiDict[str, str]


class Asking(NamedTuple):
    """One request as the reads see it. `args` are its parameters, or those of one query of a batch."""

    house: House
    actor: Actor
    language: str
    request: Request
    args: Asked

    @property
    def origin(self) -> str:
        """The portal's address as others reach it: from PORTAL_BASE_URL, else from the request.

        Raises BadParameter where the request names a host that cannot be one.
        """
        return self.house.settings.base_url or _origin(self.request.scheme, self.request.host)

    @property
    def path(self) -> str:
        """The path of the address."""
        found: str = self.request.environ["PATH_INFO"]
        return found


@lru_cache(100)
def _origin(scheme: str, host: str) -> str:
    if not host:  # so werkzeug tells that it will not do
        raise BadParameter("host_broken")
    return get_current_url(scheme, host).rstrip("/")


def asking() -> Asking:
    """The request that Flask is at."""
    own: Request = request._get_current_object()  # type: ignore[attr-defined]  # the thing itself, not its proxy
    return Asking(house(), actor(), language(), own, own.args)
