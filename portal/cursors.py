"""Cursors: where the next page begins, signed and bound to the query that made them."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from catalog.errors import BadParameter

_MARK: Final = 16  # bytes of the signature
_write: Final = json.JSONEncoder(separators=(",", ":")).encode


def write_cursor(secret: str, purpose: str, after: Sequence[Any]) -> str:
    """A cursor for what comes after these order values; `purpose` names the query (and release) it belongs to."""
    said = _write(list(after)).encode("ascii")
    return _text(_mark(secret, purpose, said) + said)


def read_cursor(secret: str, purpose: str, cursor: str) -> tuple[Any, ...]:
    """The order values. Raises BadParameter for a cursor of another query, or one that was changed."""
    try:
        whole = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:  # not ASCII, or no base64
        raise BadParameter.at("cursor", "cursor_foreign") from None
    mark, said = whole[:_MARK], whole[_MARK:]
    if _text(whole) != cursor or not hmac.compare_digest(mark, _mark(secret, purpose, said)):
        raise BadParameter.at("cursor", "cursor_foreign")
    return tuple(json.loads(said))


def _text(whole: bytes) -> str:
    return urlsafe_b64encode(whole).decode("ascii").rstrip("=")


def _mark(secret: str, purpose: str, said: bytes) -> bytes:
    mark = _keyed(secret).copy()
    mark.update(b"cursor\0" + purpose.encode() + b"\0" + said)
    return mark.digest()[:_MARK]


@lru_cache(8)
def _keyed(secret: str) -> hmac.HMAC:
    """The key's part of the mark: `hmac.digest` would work it out each time, and let go of the interpreter for it."""
    return hmac.new(secret.encode(), digestmod="sha256")
