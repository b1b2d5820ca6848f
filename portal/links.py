"""Addresses as others reach the portal."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request

from portal.asking import origin_of
from portal.context import house


def absolute(path: str) -> str:
    """The full address of a path of the portal."""
    return f"{origin_of(house(), request.environ)}{path}"


def next_link(cursor: str) -> str:
    """This request's address with `cursor` in the place of what began its page."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in ("cursor", "page", "offset")]
    return f"{absolute(request.path)}?{urlencode([*kept, ('cursor', cursor)])}"


def next_page(page: int) -> str:
    """This request's address for another page of the same size."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != "page"]
    return f"{absolute(request.path)}?{urlencode([*kept, ('page', page)])}"
