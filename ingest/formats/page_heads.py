"""Header cells of a page that was copied as text: which words are headers, how two rows of them lie over columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, islice, pairwise, product

from ingest.claims import spellings_by_name
from ingest.families import list_schemas
from ingest.headers import JOIN, fold, split_unit
from ingest.nulls import null_kind

AGREE = 0.85  # of the cells, those that are of their column's sort
_MOST_GROUPS, _MOST_WAYS = 3, 1_000
_OTHERS = ("序号", "四至", "公式", "地区", "项目", "预算数", "执行数", "本级", "本地区", "下级")
_ENDS = re.compile("最[大小高低]")  # `最大容积率`
_GROUP = re.compile("指标|要求|条件|情况|规划|信息|基本|其中")  # over several columns
_FIGURES = re.compile(
    "面积|价|保证金|率|密度|限高|高度|年限|幅度|金额|规模|投资|收益|分值|权重|得分|预算数|执行数|强度|税收|序号"
)
_TIMES = re.compile("时间|日期")
_WORDS = re.compile("用途|性质|坐落|位置|企业|公司|类型|状态|方式|竞得|受让")
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[A-Za-z\u4e00-\u9fff]")

Cell = tuple[int, str]  # the line where it stands, and its text


@cache
def _vocabulary() -> frozenset[str]:
    """The last levels of all spellings that declared schemas have, folded, without units."""
    found = set(map(fold, _OTHERS))
    for schema in (one for one in list_schemas() if one.form is None):  # forms are no tables
        for _, spellings in spellings_by_name(schema):
            found.update(split_unit(one.rpartition(JOIN)[2])[0] for one in spellings)
        found.update(fold(one) for heads in schema.personal.values() for one in heads)
    return frozenset(found)


def known(text: str) -> bool:
    """Whether a text is what some column is headed by."""
    name = split_unit(text)[0]
    return name in _vocabulary() or _ENDS.sub("", name) in _vocabulary()


def sorts(headers: Sequence[str]) -> list[re.Pattern[str] | None]:
    """What the cells of columns so headed have in them; None where a header does not tell."""
    return [
        _DIGIT if _FIGURES.search(one) or _TIMES.search(one) else _LETTER if _WORDS.search(one) else None
        for one in headers
    ]


def agreement(rows: Sequence[Sequence[Cell]], wanted: Sequence[re.Pattern[str] | None]) -> float:
    """The share of the cells whose column's header tells of what sort they are, and that are."""
    told = [
        pattern.search(text) is not None
        for row in rows
        for (_, text), pattern in zip(row, wanted, strict=False)
        if pattern is not None and null_kind(text) is None
    ]
    return sum(told) / len(told) if told else 0.0


def spread(upper: Sequence[Cell], lower: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> list[Cell] | None:
    """The header that two rows of one make over the rows below; None where no way is the likely one alone.

    The cells of the second lie under some of the first, in their order; which, their words tell, then what the columns
    hold.
    """
    width = max(map(len, rows))
    groups = len(upper) + len(lower) - width
    if not 1 <= groups <= min(_MOST_GROUPS, len(upper)) or len(lower) < groups:
        return None
    every = range(len(upper))
    unknown = [at for at in every if not known(upper[at][1])]
    named = [at for at in unknown if _GROUP.search(upper[at][1])]
    for places in (named, unknown, every):
        every_way = product(combinations(places, groups), _sizes(lower, groups))
        ways = [
            _under(upper, lower, dict(zip(chosen, sizes, strict=True)))
            for chosen, sizes in islice(every_way, _MOST_WAYS + 1)
        ]
        if len(ways) > _MOST_WAYS:
            return None
        likely = [way for way in ways if agreement(rows, sorts([text for _, text in way])) >= AGREE]
        if likely:
            return likely[0] if len(likely) == 1 else None
    return None


def _sizes(lower: Sequence[Cell], groups: int) -> Iterator[tuple[int, ...]]:
    """How many cells of the second row may lie under each group: as many, if they repeat; else all ways."""
    count, texts = len(lower), [text for _, text in lower]
    each = count // groups
    if count % groups == 0 and all(texts[at : at + each] == texts[:each] for at in range(0, count, each)):
        yield (each,) * groups
        return
    for cuts in combinations(range(1, count), groups - 1):
        ends = (0, *cuts, count)
        parts = [texts[start:end] for start, end in pairwise(ends)]
        if all(len(set(part)) == len(part) for part in parts):
            yield tuple(map(len, parts))


def _under(upper: Sequence[Cell], lower: Sequence[Cell], sizes: Mapping[int, int]) -> list[Cell]:
    rest, found = iter(lower), list[Cell]()
    for at, (line, text) in enumerate(upper):
        under = [next(rest)[1] for _ in range(sizes.get(at, 0))]
        found += [(line, JOIN.join(filter(None, (text, name)))) for name in under] or [(line, text)]
    return found


def level(cells: Sequence[Cell], width: int | None) -> Iterator[list[Cell]]:
    """The ways in which cells may be the headers of so many columns, or of any number: one row of them, or two.

    Of two, joined to one, the cells of the second repeat under some of the first, or are known under the one that is
    not.
    """
    count = len(cells)
    if width is None or count == width:
        yield list(cells)
    over = range(1, 3) if width is None else range(count - width, count - width + 1)
    for groups in over:
        for first in range(groups, count - 1) if groups > 0 else ():
            yield from _two(cells[:first], cells[first:], groups)
    if width is not None and count % width == 0 and count > width:
        bare = [cell for at in range(0, count, width) for cell in unpadded(cells[at : at + width])]
        if len(bare) != count:
            yield from level(bare, width)


def unpadded(row: Sequence[Cell]) -> list[Cell]:
    """A row without the blanks at its end, which stand for columns that its cells span."""
    end = len(row)
    while end and not row[end - 1][1]:
        end -= 1
    return list(row[:end])


def _two(upper: Sequence[Cell], lower: Sequence[Cell], groups: int) -> Iterator[list[Cell]]:
    each, texts = len(lower) // groups, [text for _, text in lower]
    if len(lower) % groups or each < 2 or not all(text for _, text in upper):
        return
    if any(texts[:each] != texts[at : at + each] for at in range(0, len(texts), each)):
        return
    places = [at for at, (_, text) in enumerate(upper) if not known(text) and _GROUP.search(text)]
    places = places if len(places) == groups else list(range(len(upper) - groups, len(upper))) if groups > 1 else []
    if len(places) == groups and (groups > 1 or all(map(known, texts))):
        yield _under(upper, lower, dict.fromkeys(places, each))
