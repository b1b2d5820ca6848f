"""The one form of JSON that is digested and signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def canonical(statement: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8."""
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
