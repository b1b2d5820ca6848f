"""Rows for the public straight from the request's environment, without Flask between: most of what is asked is this.

The answer is made by the functions that the views call, and every fault is handed to the application, which tells it as
it tells all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from catalog.accounts import PUBLIC
from portal.answers import Answer, read_language, refuse_broken
from portal.asking import Asking, read_args
from portal.context import House
from portal.edge import COUNT
from portal.heads import read_head
from portal.v1.rows import one_row, row_at_once, rows, rows_at_once

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAULT: Final = "portal.fault"  # in the environment: what the application is to tell
_ADDRESS: Final = re.compile(r"/api/v1/datasets/([a-z0-9-]+)/rows(?:/([0-9]+))?")
_STATUS: Final = {status: f"{status} {HTTPStatus(status).phrase}" for status in (200, 304)}


class Direct:
    """The application, with this way round it."""

    def __init__(self, inner: WSGIApplication, house: House) -> None:
        self.inner, self.house = inner, house

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Rows to the public; whatever else to the application."""
        found = self._find_address(environ)
        if found is None:
            return self.inner(environ, start_response)
        try:
            answer = self._answer(environ, *found.groups())
        except Exception as fault:  # noqa: BLE001 - the application has an answer to every fault, and logs our own
            environ[FAULT] = fault
            return self.inner(environ, start_response)
        start_response(_STATUS[answer.status], read_head(answer.head))
        return [answer.body]

    def answer_at_once(self, environ: WSGIEnvironment) -> Answer | None:
        """Rows where nothing has to be waited for to give them; else None, and `__call__` has something to say."""
        found = self._find_address(environ)
        if found is None:
            return None
        slug, row = found.groups()
        try:
            asked = self._asking(environ)
            return rows_at_once(asked, slug) if row is None else row_at_once(asked, slug, row)
        except Exception:  # noqa: BLE001 - asked again it is told, and logged
            return None

    def _find_address(self, environ: WSGIEnvironment) -> re.Match[str] | None:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ:
            return None
        if COUNT in environ and not environ[COUNT].allowed:
            return None
        return _ADDRESS.fullmatch(environ["PATH_INFO"])

    def _answer(self, environ: WSGIEnvironment, slug: str, row: str | None) -> Answer:
        asked = self._asking(environ)
        return rows(asked, slug) if row is None else one_row(asked, slug, row)

    def _asking(self, environ: WSGIEnvironment) -> Asking:
        refuse_broken(environ)
        args = read_args(environ)
        return Asking(self.house, PUBLIC, read_language(args.get("lang"), environ), environ, args)
