"""Cells that hold no value, and of which kind: missing, not applicable, not disclosed, unsold."""

from __future__ import annotations

import re

MISSING, NOT_APPLICABLE, NOT_DISCLOSED, UNSOLD = "missing", "not_applicable", "not_disclosed", "unsold"
_DASHES = 6  # in a row, at most
DASH = "-"  # a lone hyphen is missing, unless the steward says that it is a zero

_TOKENS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (MISSING, ("None", "Nah", "暂无", "暫無", "-", "－", "&nbsp;", "NULL", "null", "NaN", "nan", "N/A", "n/a", "#N/A")),
    (NOT_APPLICABLE, ("/", "／", "\\")),
    (NOT_DISCLOSED, ("--", "---", "----", "**", "***", "****", "＊＊", "…", "……", "...", "......")),
    (NOT_DISCLOSED, tuple(dash * count for dash in "—―–─━" for count in range(1, _DASHES + 1))),
)
KINDS = {token: kind for kind, tokens in _TOKENS for token in tokens}
UNSOLD_PATTERN = r"^[^0-9]*(?:流\s*[拍标標挂掛]|[中终終]止|撤\s*[回销銷牌]|未成交)[^0-9]*$"
WITHDRAWN_PATTERN = r"[中终終]止|撤\s*[回销銷牌]"
# All that nobody sees, as characters, and as the inside of a class in the regular expressions of Polars.
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
SPACES += "\u200b\u200e\u200f\ufeff"
SPACE = "".join(f"\\x{{{ord(one):X}}}" for one in SPACES)

LONGEST = max(len(token.encode()) for token in KINDS)  # bytes of the longest of them

# What the vectorised readers look for: the same table as one regular expression.
PATTERN = rf"^[|{SPACE}]*(?:{'|'.join(re.escape(token) for token in KINDS)})?[|{SPACE}]*$"


def strip(text: str) -> str:
    """The text without space around it, of any kind."""
    return text.strip(SPACES)


def null_kind(text: str) -> str | None:
    """The kind of null that a cell is, or None where it holds something."""
    bare = text.strip(SPACES + "|")
    return KINDS.get(bare) if bare else MISSING


def is_unsold(text: str) -> bool:
    """Whether a price or a buyer is the word that a sale failed."""
    return re.fullmatch(UNSOLD_PATTERN, text) is not None
