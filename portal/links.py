"""Addresses as others reach the portal: from PORTAL_BASE_URL, else from the request."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from portal.context import house


def absolute(path: str) -> str:
    """The full address of a path of the portal."""
    base = house().settings.base_url or request.host_url.rstrip("/")
    return f"{base}{path}"


def next_link(cursor: str, drop: Iterable[str] = (), path: str = "", asked: MultiDict[str, str] | None = None) -> str:
    """This address (or `path` with what was `asked`) with `cursor` in the place of what began its page."""
    gone = {"cursor", "page", "offset", *drop}
    pairs = (request.args if asked is None else asked).items(multi=True)
    kept = [(name, value) for name, value in pairs if name not in gone]
    return f"{absolute(path or request.path)}?{urlencode([*kept, ('cursor', cursor)])}"
