"""Headers that are nearly a field's, in spelling or in words: taken, and said, where one answer alone is likely."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from ingest.claims import Claims, fits_measure
from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import fold, split_unit

SURE, FLOOR, MARGIN = 88.0, 72.0, 8.0  # of 100; one character more in five is 89, one other in four is 75
_ASIDE, _FOR_ASIDE = re.compile(r"\([^()]*\)(?=.)"), 5.0  # `合同(划拨决定书)签订日期`: another word for that before
# What does not change a header's meaning where the rest of it is a field's word.
_NEUTRAL = re.compile(
    r"^(?:(?:安排|本次|本期|本批|拟|出让|供应|国有|建设用地|土地|宗地|地块|项目|规划|地方|政府|所属|所在|填报|申报)(?=..))+"
    r"|(?:名称|情况|要求)$"
)
_ALIKE, _LEAST = 90.0, 3  # the score of two that are so the same, and the characters that must be left of them
_ONE_END = re.compile("[上下]限|最[高低大小多少]|不[低高小大少多超]|[起止]$|开始|结束|截止")  # no whole range
_OTHERS = ("未", "不", "非", "无", "原", "上次", "上期", "前次", "历史", "调整前", "最终")  # of another
_SHORTEST = 4  # in shorter words one character is the meaning: 存量, 增量
# Words of one group turn the meaning of a header: where two differ in them, they are not alike.
_TURNS: tuple[tuple[str, ...], ...] = (
    ("上", "下"),
    ("最大", "最小"),
    ("起", "止"),
    ("开始", "结束", "截止"),
    ("开工", "竣工", "交地"),
    ("约定", "实际", "计划"),
    ("年初", "年末"),
    ("一般", "专项"),
    ("本", "上"),
    ("地面", "楼面"),
    ("同比", "环比"),
    ("收入", "支出"),
    ("总", "单"),
    ("价",),
    ("面积",),
    ("未", "不", "非", "无", "已"),
)


@dataclass(frozen=True)
class Likeness:
    """A column (from 0) whose header is like a spelling of a field: how much (of 100), and whether it is taken.

    One without a spelling has words that only the field has.
    """

    place: int
    header: str
    name: str
    title: str
    spelling: str
    score: float
    taken: bool = False

    @property
    def code(self) -> str:
        """The code of the finding that says so."""
        if not self.taken:
            return "header_is_like"
        return "header_taken_as" if self.spelling else "header_worded"


def find_likenesses(
    headers: tuple[str, ...], schema: DeclaredSchema, mapping: Mapping[str, str | None]
) -> tuple[Likeness, ...]:
    """For every column that nothing claims: the field still free that it is most like, if that is enough.

    What then is not taken may still be by its words, if no other column has them and it has those of no other field.
    """
    claims = Claims(headers, schema, mapping)
    free = [one for one in schema.fields if not claims.has(one)]
    pairs = [pair for place in claims.unknown() for pair in _pairs(place, headers[place], free)]
    best: dict[int, Likeness] = {}
    for pair in sorted(pairs, key=lambda one: -one.score):
        best.setdefault(pair.place, pair)
    found = {place: replace(one, taken=_is_sure(one, pairs)) for place, one in best.items()}
    sure = {one.name for one in found.values() if one.taken}
    left = [place for place in claims.unknown() if place not in found or not found[place].taken]
    worded = _worded({place: headers[place] for place in left}, [one for one in free if one.name not in sure])
    return tuple(one for _, one in sorted({**found, **worded}.items()))


def _worded(headers: Mapping[int, str], fields: list[DeclaredField]) -> dict[int, Likeness]:
    """The columns whose headers hold the words of one field, which those of no other column do."""
    found = [(place, one) for place, header in headers.items() for one in fields if _has_words(header, one)]
    places, names = Counter(place for place, _ in found), Counter(one.name for _, one in found)
    alone = [(place, one) for place, one in found if places[place] == names[one.name] == 1]
    return {place: Likeness(place, headers[place], one.name, one.title, "", FLOOR, taken=True) for place, one in alone}


def _has_words(header: str, one: DeclaredField) -> bool:
    name = split_unit(header)[0]
    if not one.worded or not fits_measure(header, one.unit) or (one.ends and _ONE_END.search(name)):
        return False
    if any(word in name and word not in one.worded for word in _OTHERS):
        return False
    words = any(re.search(one.worded, text) for text in (name, fold(header)))
    return words and not (one.unlike and re.search(one.unlike, name))


def _pairs(place: int, header: str, fields: list[DeclaredField]) -> Iterator[Likeness]:
    for one in fields:
        if not fits_measure(header, one.unit):
            continue
        score, spelling = max((_score(header, word), word) for word in (*one.headers, one.title))
        if score >= FLOOR:
            yield Likeness(place, header, one.name, one.title, spelling, score)


def _is_sure(found: Likeness, pairs: list[Likeness]) -> bool:
    """Whether nothing else comes near: no other field for the column, no other column for the field."""
    rivals = (one for one in pairs if (one.place == found.place) != (one.name == found.name))
    return found.score >= SURE and all(one.score < found.score - MARGIN for one in rivals)


def _score(header: str, spelling: str) -> float:
    one, other = split_unit(header)[0], split_unit(spelling)[0]
    if any(_turns(group, one, other) for group in _TURNS):
        return 0.0
    if len(bare := _NEUTRAL.sub("", one)) >= _LEAST and bare == _NEUTRAL.sub("", other):
        return _ALIKE
    if min(len(one), len(other)) < _SHORTEST:
        return 0.0
    return max(fuzz.ratio(one, other), fuzz.ratio(_ASIDE.sub("", one), other) - _FOR_ASIDE)


def _turns(group: tuple[str, ...], one: str, other: str) -> bool:
    return {word for word in group if word in one} != {word for word in group if word in other}
