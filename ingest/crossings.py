"""Tables on their side with columns for the whole and its parts, which cross the row of the whole.

用途     | 供应总量 | 其中：增量
住宅用地 | 120     | 70
总计     | 400     | 270
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.form_blocks import plain_label

AMONG = re.compile(r"^\s*其\s*中\s*[:：]?\s*")


def find_parts(
    heads: Sequence[str], columns: Sequence[int], names: Mapping[str, str]
) -> tuple[tuple[int, ...], frozenset[str]]:
    """The columns after the first that are fields of their own as it is, and the labels of the row that it crosses.

    `names` are labels with the fields that they name.
    """
    told = [names.get(plain_label(AMONG.sub("", heads[at]))) for at in columns] if heads else []
    if len(told) < 2 or None in told or len(set(told)) < len(told):
        return (), frozenset()
    return tuple(columns[1:]), frozenset(label for label, name in names.items() if name == told[0])


def are_heads(cells: Sequence[str], names: Mapping[str, str]) -> bool:
    """Whether a row says of its columns which fields they are."""
    words = dict.fromkeys(plain_label(AMONG.sub("", cell)) for cell in cells[1:] if cell)
    return len(words) > 1 and all(word in names for word in words)
