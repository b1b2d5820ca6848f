"""How a target is compared where its column only says that it is a quantity (`定量`): by another, or by its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.declared_readers import OperatorReader
from ingest.families import DeclaredField
from ingest.families.declared import FormTable
from ingest.form_labels import Row, Told
from ingest.form_names import Names

_QUANTITY = re.compile(r"\s*(?:定量|[正反逆负]向)(?:指标)?\s*")  # or whether more of it is better
_COMPARED = re.compile(
    r"(?:[≥≤＞＜><=＝≧≦]|(?:不[低少高大小]于|不超过|大于等于|小于等于)(?=[\d.]))[=＝]?\s*.+$|(?<![\d.~～-])\d+(?:\.\d+)?[%％]$"
)
_READER = OperatorReader()


def signed(fields: Sequence[DeclaredField], told: Told) -> Told:
    """What a row tells, with the sign of its target (`≥95`) in the place of the word."""
    for one in fields:
        if one.reader == "operator" and one.name in told and _QUANTITY.fullmatch(told[one.name][0]):
            source = next((told[name] for name in one.source if name in told), ("", told[one.name][1]))
            told = {**told, one.name: (str(_READER.read(source[0])) if source[0] else "", source[1])}
    return told


def signed_beside(names: Names, heads: Sequence[str], row: Row, told: Told) -> Told:
    """What a row tells, with the sign of a second column in the place of the word: `指标方向` beside `指标性质`."""
    number, cells = row
    for name in [name for name, (text, _) in told.items() if _QUANTITY.fullmatch(text)]:
        if names.fields[name].reader != "operator":
            continue
        for at, head in enumerate(heads):
            if name in names.meant(head) and cells[at] and not _QUANTITY.fullmatch(cells[at]):
                told = {**told, name: (cells[at], (number, at))}
    return told


def within(table: FormTable, names: Names, group: Mapping[str, int], told: Told) -> Told:
    """A value that has no column and ends the text of another: `改厕户数≥10000户`."""
    name, other = table.within or ("", "")
    if name not in names.fields or name in group or other not in told:
        return {}
    text, where = told[other]
    found = _COMPARED.search(text)
    return {name: (text[found.start() :], where)} if found and found.start() else {}
