"""Text that a spreadsheet would run as a formula: one rule for every file that people open in one."""

from __future__ import annotations

from typing import Final

RISKY: Final = ("=", "+", "-", "@")


def harmless(text: str) -> str:
    """The text with an apostrophe before it where it looks like a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def harmless_sql(text: str) -> str:
    """The same rule for an SQL expression."""
    signs = ", ".join(f"'{sign}'" for sign in RISKY)
    return f"CASE WHEN substr({text}, 1, 1) IN ({signs}) THEN '''' || {text} ELSE {text} END"
