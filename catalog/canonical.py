"""The one form of JSON that is digested and signed."""

from __future__ import annotations

import json
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(statement: Any) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8."""
    return _encode(statement).encode()
