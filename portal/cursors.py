"""Cursors: where the next page begins, signed and bound to the query that made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from catalog.errors import BadParameter


def write_cursor(secret: str, purpose: str, after: Sequence[Any]) -> str:
    """A cursor for what comes after these order values; `purpose` names the query (and release) it belongs to."""
    return _serializer(secret, purpose).dumps(list(after))


def read_cursor(secret: str, purpose: str, cursor: str) -> tuple[Any, ...]:
    """The order values. Raises BadParameter for a cursor of another query, or one that was changed."""
    try:
        return tuple(_serializer(secret, purpose).loads(cursor))
    except (BadSignature, TypeError):
        raise BadParameter.at("cursor", "cursor_foreign") from None


def _serializer(secret: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"cursor:{purpose}")
