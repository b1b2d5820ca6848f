"""What title, banners and file name say of a whole table: its period, place and number, and what its lines label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from ingest.claims import Claims
from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import JOIN, fold, split_unit
from ingest.headings import is_unit
from ingest.nulls import null_kind, strip
from ingest.records import find_number
from ingest.regions import code_of, find_place, is_place, labels_of, told_within, without_aside
from ingest.tables import Found
from ingest.values import Unreadable

_ANY = r"(?P<name>[\u4e00-\u9fff]{1,15}?[省市区县州旗])(?:本级)?\s*"
_OF = r"国有|政府|地方|土地|住宅|存量|房地产|供地|供应|财政|债|一般|专项|部门|预算|项目|城市|地价"
# A place that is none of the country's: before a year, or between a time and what the table is about.
_PLACE = re.compile(
    rf"(?:关于公[布开])?{_ANY}(?=(?:19|20)\d{{2}}\s*年)|\D{{0,2}}(?:19|20)\d{{2}}年[\d年月日度末底上下半一二三四第季至—-]*"
    rf"(?![全本各所])(?P<after>[\u4e00-\u9fff]{{1,6}}?[省市区县州旗])(?:本级)?(?={_OF})"
)
_YEARLY = re.compile(r"(?P<year>(?:19|20)\d{2})年?度?")
_LABELLED = re.compile(
    r"(?:^|(?<=\s))(?:[(（]?[\d一二三四五六七八九十]{1,3}[)）、.．]+\s*)?(?P<label>[\u3400-\u9fff（()）]{2,10})\s*[:：]\s*"
    r"(?P<value>(?:[^\s:：。；;]|(?<=\d)[:：](?=\d))+)[。；;]?(?=\s|$)"
)
# A department as titles and file names call it, beside the year or before what is made public; the one of finance
# lists the projects of others, and so does who speaks of a whole level.
_BODY = re.compile(
    r"(?:^|[^\u4e00-\u9fff、,]|年度?)(?P<name>(?![年度]|[\u4e00-\u9fff]*[局厅委会][和及与])[\u4e00-\u9fff]{1,10}?[省市区县州旗盟][\u4e00-\u9fff]{1,20}?"
    r"(?:(?<!财政)[局厅委]|委员会|办公室|法院|检察院|总工会|联合会))(?:\(?(?:本级|机关|汇总)\)?)?"
    r"(?=$|(?:19|20)\d{2}|部门|单位|预算|项目|绩效)(?!.*(?:[省市区县州][级直]|全[省市区县州]))"
)
_AND = ("", "、", "或", "和", "及", "与", "/")
_NAMED = 4  # characters of a spelling that a title can hold by no chance
_BODIES = re.compile(r"单位(?!资金)|部门")  # headers of columns that name some


def told_of(
    one: DeclaredField, found: Found, named: Sequence[str], period: str | None, notes: Sequence[str] = ()
) -> str:
    """What is told of a field without a column; empty where nothing is. `named` are the names of sheet and file."""
    if one.filled == "period":
        return period or ""
    above = [strip(text) for text in (found.title or "", *found.banners)]
    texts = [*above, *named]
    if one.filled == "number":
        return _number(above, texts)
    if one.filled == "region":
        known = _block_place(above) or next((place[0] for text in texts if (place := find_place(text))), "")
        places = (match for text in texts if (match := _PLACE.match(text)))
        return known or next((match["name"] or match["after"] for match in places), "")
    return labelled(one, (*above, *notes))


def own_name(text: str) -> str:
    """A region's own name, without those that it is in: `成县` of `甘肃省成县`; another text as it stands."""
    with suppress(Unreadable):
        code = code_of(text)
        own = labels_of([code])[code]["zh-Hans"]
        return own if text.endswith(own) and code_of(own, code) == code else text
    return text


def _block_place(above: Sequence[str]) -> str:
    """The region that a line of its own over the table names, where tables of several stand below one title."""
    within = told_within(above)
    for text in reversed(above[1:]):
        name = without_aside(text)
        if is_place(name):
            with suppress(Unreadable):
                return name if code_of(name, within) != within else ""
    return ""


def told_body(found: Found, named: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The one department that title or names speak of, if its own units are among those of the table."""
    texts = [found.title or "", *found.banners, *named]
    names = {name for text in texts if (name := spoken_body(text))}
    places = [at for at, header in enumerate(found.headers) if _BODIES.search(fold(header))]
    own = any(strip(cells[at]).startswith(tuple(names)) for cells in rows for at in places)
    return names.pop() if len(names) == 1 and (own or not places) else ""


def spoken_body(text: str) -> str:
    """The department that a title speaks of; blank where none is."""
    found = _BODY.search(fold(text))
    return found["name"] if found else ""


def labelled(one: DeclaredField, texts: Sequence[str]) -> str:
    """What a line beside the table says of a field by its label: `部门：某市水利局`."""
    labels = set(map(fold, one.labels))
    return next((text for label, text in _lines(texts) if label in labels), "")


def told_by_year(schema: DeclaredSchema, found: Found, mapping: Mapping[str, str | None], when: str) -> dict[str, str]:
    """Headers with the table's own year before their name: of `2022年预算数` and `2023年预算数`, the latter in 2023."""
    claims, headers = Claims(found.headers, schema, mapping), dict[str, str]()
    for header in found.headers:
        year = _YEARLY.match(fold(header))
        rest = split_unit(header[year.end() :])[0] if year and year["year"] == when[:4] else ""
        one = next((field for field in schema.fields if rest and rest in map(fold, field.headers)), None)
        if one is not None and not claims.has(one):
            headers.setdefault(one.name, header)
    return {header: name for name, header in headers.items()}


def told_apart(schema: DeclaredSchema, found: Found, mapping: Mapping[str, str | None]) -> dict[str, str]:
    """Headers that two fields go by, for the second: where a line over the table already tells the first."""
    claims = Claims(found.headers, schema, mapping)
    apart: dict[str, str] = {}
    for one in schema.fields:
        place = claims.find(one.name)
        if not one.labels or place is None or not labelled(one, found.banners):
            continue
        header = found.headers[place]
        other = next((field for field in schema.fields if field is not one and _goes_by(field, header)), None)
        if other is not None and not claims.has(other):
            apart[header] = other.name
    return apart


def told_code(one: DeclaredField, texts: Sequence[str], headers: Sequence[str]) -> str:
    """The only code of a field that texts over a table name; none where headers beside those of fields speak of it."""
    if any(spelling in fold(header.rpartition(JOIN)[2]) for spelling in map(fold, one.headers) for header in headers):
        return ""
    above, beside = (_codes_in(one, some) for some in (texts, headers))
    codes = set(above.values())
    return next(iter(above)) if len(codes) == 1 and codes.issuperset(beside.values()) else ""


def _codes_in(one: DeclaredField, texts: Sequence[str]) -> dict[str, str]:
    """The spellings of codes that stand in texts, with the codes; a short word may be part of another.

    One that goes on behind a short word of another code (`招标拍卖挂牌出让`) is of both.
    """
    words = [fold(text) for text in texts]
    spelt = {word: code for word, code in one.spellings.items() if len(word) >= _NAMED}
    found = {word: code for word, code in spelt.items() if any(word in text for text in words)}
    for before, other in one.spellings.items() if found else ():
        joint = (f"{before}{mark}{word}" for word, code in found.items() if code != other for mark in _AND)
        if not before.isdigit() and any(both in text for both in joint for text in words):
            return {**found, before: other}
    return found


def _goes_by(one: DeclaredField, header: str) -> bool:
    return fold(header) in set(map(fold, one.headers))


def _lines(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels with what stands behind them."""
    for text in texts:
        for match in () if is_unit(text) else _LABELLED.finditer(text):
            if null_kind(match["value"]) is None:
                yield fold(match["label"]), match["value"]


def _number(texts: Sequence[str], all_texts: Sequence[str]) -> str:
    """The one number of a document in what stands above, else also in the names."""
    above, named = ({found for text in some if (found := find_number(text))} for some in (texts, all_texts))
    numbers = above or named
    return numbers.pop() if len(numbers) == 1 else ""
