"""Column headers: cleaned, compared without their accidents, their unit split off, and named in ASCII."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from opencc import OpenCC

from ingest.nulls import strip
from ingest.units import Unit, find_unit

NAME_LIMIT = 60
_REMEMBERED = 10_000  # headers and their parts
JOIN = " / "  # between the header rows of one column, from top to bottom
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_BREAK = re.compile(r"\s*[\r\n]+\s*")
_TAIL_UNIT = re.compile(
    r"^(?P<stem>.*?)(?:[(\[〔{](?:单位:?)?(?P<inner>[^()\[\]〔〕{}]+)[)\]〕}]|[,，](?:单位:?)?(?P<bare>[^,，()]+))$"
)
_ONE, _SIGN = r"(?:[a-z]|\d{1,2})", r"[-+*/×÷]"
# The letters or numbers of a formula row that stand in the header itself: `合计（A=B+C）`, `财政拨款(2)`, `合计1=2+3`.
_LETTERS = re.compile(
    rf"(?<=[^\W\d_][^\W\d_]|[^\W\d_]\))(?:\((?:{_ONE}(?:={_ONE}(?:{_SIGN}{_ONE})*)?|[a-z](?:{_SIGN}[a-z])+)\)"
    rf"|(?<![a-z0-9]){_ONE}={_ONE}(?:{_SIGN}{_ONE})*)$"
)
_EACH = re.compile(r"/每?[次轮宗幅手笔]$")  # each time that one is paid or bid: the sum itself
_PARTING = re.compile(r"[,，;；、]")  # between the unit and what is said behind it: `(万元，可用银行保函)`
_ASIDE = re.compile(
    r"(?<=\))\((?:不?含|可|需|须|大写|人民币|暂|税|保留|精确|以|按|扣除|取整)[^()]*\)$"
)  # behind it, in brackets too
# What whoever fills in the form is asked: `备注（如有较大差异，请说明）`.
_ASKED = re.compile(r"(?<=[^\W\d_])\((?:请|如[有存因果需]|[^()]*请(?:说明|注明|填[写报]|列[明出]|简述|备注))[^()]*\)$")
# What is counted, or a unit that is none of ours: `数量（个）`, `PM2.5（μg/m³）`.
_COUNTS = "[个件家宗套户次辆台所名项例起株处座条张份间栋幢只头部篇期批]|万?人次|家次|户次|[个家]/万人|床|床位|学时"
_SYMBOLS = r"(?:[mμukc]?[gml]|kwh?|t|tce)\d?/[a-z]{1,4}\d?|°c|db(?:\(a\))?|ntu|kw|mw|万?千瓦|无量纲"
_OTHER_UNIT = re.compile(rf"(?<=[^\W_])\((?:单位:?)?(?:{_COUNTS}|{_SYMBOLS})\)$")
_BRACKETS = str.maketrans("【】〔〕［］｛｝「」[]{}", "()()()()()()()")
# How a character is pronounced, as pages turned into Traditional have it: `債券規(guī)模`.
_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_SPOKEN = re.compile(rf"(?<=[\u3400-\u9fff])\((?=[a-zü]*[{_TONES}])[a-zü{_TONES}]{{1,6}}\)")
_BID = re.compile("竟(?=[得买价拍])")  # a slip that lists of auctions have: `竟得人`
_RESERVED = frozenset({"row"})
_simplify = OpenCC("t2s")


def clean(header: str) -> str:
    """The header as people read it: trimmed, on one line."""
    return strip(_BREAK.sub("", header))


@lru_cache(_REMEMBERED)
def fold(header: str) -> str:
    """What two headers that mean the same have in common: Simplified, half width, no space, one kind of bracket."""
    text = _simplify.convert(unicodedata.normalize("NFKC", header)).lower()
    text = (
        _SPOKEN.sub("", re.sub(r"\s", "", text).translate(_BRACKETS))
        .replace("——", "-")
        .replace("—", "-")
        .replace("岀", "出")
        .replace("座落", "坐落")
    )
    return _BID.sub("竞", text).strip(":：*")


@lru_cache(_REMEMBERED)
def split_unit(header: str) -> tuple[str, Unit | None]:
    """The folded header without its unit, and the unit: `成交价（万元）` is `成交价`, 万元.

    Of a header of several rows, the unit may stand in any of them; the lowest that names one counts.
    """
    first, *rest = header.split(JOIN)
    parts = [_split(first), *((("", unit) if (unit := find_unit(part)) else _split(part)) for part in rest)]
    return "/".join(stem for stem, _ in parts if stem), next((unit for _, unit in reversed(parts) if unit), None)


def _split(header: str) -> tuple[str, Unit | None]:
    folded = _ASIDE.sub("", fold(header))
    found = _TAIL_UNIT.match(folded)
    unit = _unit_in(found["inner"] or found["bare"]) if found else None
    if found and unit:
        return _LETTERS.sub("", found["stem"].strip(":-")), unit
    bare = _LETTERS.sub("", _OTHER_UNIT.sub("", _ASKED.sub("", folded)))
    return (bare, None) if bare == folded else _split(bare)


def _unit_in(words: str) -> Unit | None:
    """The unit in brackets, whatever is said behind it, and whatever it is paid for each."""
    first, *others = _PARTING.split(words)
    alone = not any(map(find_unit, others))  # `平方米、亩` is either
    return find_unit(words) or (find_unit(_EACH.sub("", first)) if alone else None)


def unit_label(header: str) -> str | None:
    """The unit that a header names: canonical where it is one (`CNY`, `m2`, `percent`), else as people write it."""
    unit = split_unit(header)[1]
    if unit is None or _EACH.search(fold(header).removesuffix(")")):
        return None
    return unit.measure if unit.factor == 1 else unit.name


def name_fields(headers: Iterable[str]) -> list[str]:
    """A name for each header: itself where it is an identifier, else in pinyin, `column_3` for a blank one.

    No two are alike: the second of the same name gets `_2`, and so on.
    """
    names: list[str] = []
    taken: set[str] = set(_RESERVED)
    for place, header in enumerate(headers, start=1):
        name = _free(_name(header) or f"column_{place}", taken)
        taken.add(name.lower())
        names.append(name)
    return names


def _name(header: str) -> str:
    from pypinyin import lazy_pinyin  # its dictionary takes half a second to load: only for who names columns

    title = clean(header)
    if _IDENTIFIER.fullmatch(title):
        return title
    plain = _simplify.convert(unicodedata.normalize("NFKC", title))
    words = [word for piece in lazy_pinyin(plain, errors=_keep) for word in re.findall(r"[a-z0-9]+", piece.lower())]
    name = _cut("_".join(words))
    return f"n_{name}" if name and name[0].isdigit() else name


def _keep(piece: str) -> str:
    """What is no Chinese character: its ASCII letters and digits stay."""
    return unicodedata.normalize("NFKD", piece).encode("ascii", "ignore").decode()


def _cut(name: str) -> str:
    if len(name) <= NAME_LIMIT:
        return name
    return name[:NAME_LIMIT].rpartition("_")[0] or name[:NAME_LIMIT]


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"
