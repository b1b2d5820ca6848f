"""Tables on their side with columns for the whole and its parts, which cross the row of the whole.

用途     | 供应总量 | 其中：增量
住宅用地 | 120     | 70
总计     | 400     | 270
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.form_blocks import plain_label
from ingest.headers import fold, split_unit
from ingest.row_words import matching_total
from ingest.underheads import is_number

AMONG = re.compile(r"^\s*其\s*中\s*[:：]?\s*")
_SHARE = re.compile(r"占.*[比率重]|比[例重]")


def find_parts(
    heads: Sequence[str], columns: Sequence[int], names: Mapping[str, str]
) -> tuple[tuple[int, ...], frozenset[str]]:
    """The columns after the first that are fields of their own as it is, and the labels of the row that it crosses.

    `names` are labels with the fields that they name; a first column of no field (`计划供应面积`) is of the total.
    """
    told = [names.get(plain_label(AMONG.sub("", heads[at]))) for at in columns] if heads else []
    if len(told) < 2 or None in told[1:] or len(set(told)) < len(told):
        return (), frozenset()
    if told[0] is None and (len(told) < 3 or AMONG.match(heads[columns[0]])):
        return (), frozenset()
    whole = [label for label, name in names.items() if (name == told[0] if told[0] else matching_total(label))]
    return tuple(columns[1:]), frozenset(whole)


def is_share(head: str) -> bool:
    """Whether a column only says how much of the whole its row is: `占总量比例（%）`."""
    return bool(_SHARE.search(fold(split_unit(head)[0])))


def are_heads(cells: Sequence[str], names: Mapping[str, str]) -> bool:
    """Whether a row says of its columns which fields they are."""
    words = dict.fromkeys(plain_label(AMONG.sub("", cell)) for cell in cells[1:] if cell and not is_share(cell))
    return len(words) > 1 and all(word in names for word in words)


def is_caption(rows: Sequence[tuple[int, Sequence[str]]], place: int) -> bool:
    """Whether a row only says, in one cell over them, what the names in the next one are: `用地类型 | 行政区域`."""
    cells = rows[place][1]
    words = list(dict.fromkeys(cell for cell in cells if cell))
    if len(words) != 2 or cells[0] != words[0] or place + 1 == len(rows) or is_number(words[1]):
        return False
    below = [cell for cell in rows[place + 1][1] if cell and cell != words[0]]
    spread = cells.count(words[1])
    over = cells[-1] == words[1] if spread > 1 else rows[place + 1][1][0] in ("", words[0])
    return over and len(below) > 1 and not any(map(is_number, below))
