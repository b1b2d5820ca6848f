"""Regions of the country by GB/T 2260, with the years in which a code held: a name, or a path of names, is a code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from catalog.messages import LANGUAGES
from catalog.regions import PEOPLES, is_aggregate
from catalog.vocabularies import Term, get_vocabulary, label
from ingest.headers import fold
from ingest.numerals import with_digits
from ingest.values import Unreadable

_STROKES = re.compile(r"[>＞/|,，-]")
_ITSELF = re.compile(
    r"(?:全|本)?(?:自治)?[省市区县州盟旗](?:本?级|直)?|本级|本地区|(?:全[省市区县州盟旗])?(?:合计|总计|小计|平均)"
)
_LEVELS = ("省", "市州盟", "区县旗市")  # of provinces, prefectures and counties, as the words for them go
_MUNICIPALITIES, _AUTONOMIES = ("11", "12", "31", "50"), ("15", "45", "54", "64", "65")  # `全市`, `全区` is a province
_LABEL = re.compile(r"^(?:所在)?(?:城市|地区|行政区|区域|填报单位|编制单位|填报城市|单位)(?:名称)?[:]")
_SUFFIXES = ("省", "市", "区", "县", "州", "盟", "旗")
_YEARS = r"(?:19|20)\d{2}(?:年(?:度|末|底|初)?)?"
_WITHIN = r"第?[1-4一二三四]季度?|[上下]半年|\d{1,2}月?(?:[-—~至]\d{1,2})?月(?:份|末|底)?(?:\d{1,2}日)?|\.\d{1,2}"
_WHEN = re.compile(rf"^\D{{0,4}}(?:\(?{_YEARS}(?:[-—~至]+{_YEARS})?(?:{_WITHIN})?\)?)+")  # `截至2023年末`
_LEAD = re.compile(r"^\s*(?:(?:附[件表]|表)\s*\d*(?:-\d+)?[:：.\s]+)?(?:关于(?:公布|公开|下达|印发|发布|调整|批复)?)?")
_ASIDE = re.compile(r"\(([^()]{2,15}[省市区县州盟旗])(?:本级)?\)$")  # `限额提前下达情况表(永嘉县)`
_ENDS = "省市区县州盟旗"
_OF_NICKNAMES, _SHORT = "州盟", 2  # 巴州 is short for a longer name, 鄞县 is whole
_REMEMBERED = 10_000  # names
_MOST_TOLD = 6  # namesakes of an ambiguous name
_LONGEST = 15  # characters of a path of names
_OWN = re.compile(r"(?:市本级|县本级|区本级|州本级|本级|市辖区)$")
_BEFORE = re.compile(r"^(?:其\s*中\s*[:：]|[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．])\s*")  # `一、市本级`
_COUNT = re.compile(r"\s*(?:[(（][^()（）]*[)）]|[:：])$")
_SUMMED = re.compile(r"(?<=[省市区县州盟旗])(?:合计|总计|小计)$")
_AUTONOMOUS = re.compile(rf"(?P<stem>.{{2,}}?)(?:(?:{PEOPLES})族?)*自治(?P<level>[区州县旗])")


class _Table(NamedTuple):
    """`names` are folded labels by code, `codes` those that a whole name has or had, `short` those of a short name."""

    names: dict[str, str]
    codes: dict[str, list[str]]
    short: dict[str, list[str]]


@cache
def _table() -> _Table:
    table = _Table({}, defaultdict(list), defaultdict(list))
    for term in get_vocabulary("regions").terms:
        table.names[term.code] = fold(term.label())
        for name in dict.fromkeys(map(fold, _names_of(term))):
            nickname = name != table.names[term.code] and not is_aggregate(term) and not _is_whole(name)
            kept = table.short if nickname else table.codes
            kept[name].append(term.code)
    table.codes.update(_short_names(table.codes))
    return table


def _is_whole(name: str) -> bool:
    return name[-1] in _ENDS and (len(name) > _SHORT or name[-1] not in _OF_NICKNAMES)


def _names_of(term: Term) -> Iterator[str]:
    """Label and aliases; a code that sums up others stands in tables without its parent: `市辖区`, `县`."""
    yield term.label()
    yield from term.aliases
    if is_aggregate(term) and (above := get_vocabulary("regions").find_term(term.parent or "")):
        yield term.label().removeprefix(above.label()).removeprefix("辖")


def _short_names(codes: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What autonomous regions are called without their peoples: `恩施州`, `内蒙古`; where nothing else is."""
    short: dict[str, list[str]] = defaultdict(list)
    for name, known in codes.items():
        found = _AUTONOMOUS.fullmatch(name)
        called = (found["stem"] if found["level"] == "区" else found["stem"] + found["level"]) if found else name
        if called not in codes:
            short[called] += known
    return short


@cache
def former() -> dict[str, tuple[str, str]]:
    """Code -> the code that the same name had before, and the month until which it surely had it."""
    terms = get_vocabulary("regions")
    found: dict[str, tuple[str, str]] = {}
    for old in terms.terms:
        new = terms.find_term(old.successor or "")
        if new and old.valid_to and new.label() == old.label():
            found[new.code] = old.code, _earliest(old.valid_to)
    return found


@cache
def validity() -> tuple[dict[str, str], dict[str, str]]:
    """Code -> the month since which it may hold, and the one from which it surely holds no more, where there is one."""
    terms = get_vocabulary("regions").terms
    since = {term.code: _earliest(term.valid_from) for term in terms if term.valid_from}
    return since, {term.code: _latest(term.valid_to) for term in terms if term.valid_to}


def _earliest(when: str) -> str:
    return when if "-" in when else f"{when}-01"


def _latest(when: str) -> str:
    """Of a year alone, the first month after it."""
    return when if "-" in when else f"{int(when) + 1}-01"


def labels_of(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Code -> language -> label; a code that the country's list lacks is its own label."""
    return {code: {one: label("regions", code, one) for one in LANGUAGES} for code in sorted(codes)}


def plain_name(text: str) -> str:
    """A name in a list without its number, and without `其中：`."""
    return _BEFORE.sub("", text.strip())


def without_aside(text: str) -> str:
    """A name over some rows of a table without its number and what is said of them: `花溪区` of `一、花溪区（2宗）`."""
    return _COUNT.sub("", plain_name(text))


def code_of(text: str, within: str | None = None, among: str | None = None) -> str:
    """The code of a region by its name (`柯桥区`) or path (`浙江省绍兴市柯桥区`). Raises Unreadable.

    `within` is the region of the title: a name alone is one of its parts, itself (`市本级`), or above it; `among` the
    one that a name is likelier of where several have it.
    """
    text = _SUMMED.sub("", plain_name(text))
    words = _parts(fold(_STROKES.sub(" ", text.strip("| "))) if not _STROKES.search(text) else text)
    if within and len(words) == 1 and _ITSELF.fullmatch(words[0]):
        if not _is_level(words[0], within):
            raise Unreadable("region_unknown")
        return within
    found = _last(words)
    alone = len(words) == 1 and (
        not found or words[0] in _table().codes
    )  # no path of names, though it be glued together
    found = found or _short(words)
    if not found:
        raise Unreadable("region_unknown")
    if within and alone:
        found = {code for code in found if code == within or lies_in(code, within) or lies_in(within, code)}
        if not found:
            raise Unreadable("region_elsewhere", where=_table().names[within])
    found = _settled(found)
    if among and len(found) > 1:
        found = {code for code in found if lies_in(code, among)} or found
    if len(found) > 1:
        raise Unreadable("region_ambiguous", codes="、".join(map(_told, sorted(found)[:_MOST_TOLD])))
    return found.pop()


def _is_level(word: str, code: str) -> bool:
    """Whether `市本级` can be that region: a city's, not a province's; a word without a level is anybody's."""
    said = re.search(f"[{_ENDS}]", word)
    return said is None or said[0] in _LEVELS[_rank(code)] + _also_called(code)


def level_within(word: str, code: str) -> int | None:
    """How far below the region a level stands that a word names: `县级` is 1 below a city's; None where above it."""
    said = re.search(f"[{_ENDS}]", word)
    if said is None:
        return None
    if said[0] in _also_called(code):
        return 0
    own = _rank(code)
    below = (rank - own for rank in range(own, len(_LEVELS)) if said[0] in _LEVELS[rank])
    return next(below, None)


def _rank(code: str) -> int:
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2


def _also_called(code: str) -> str:
    """What else a province calls itself."""
    if not code.endswith("0000"):
        return ""
    return "市" if code.startswith(_MUNICIPALITIES) else "区" if code.startswith(_AUTONOMIES) else ""


@lru_cache(_REMEMBERED)
def names_region(text: str) -> bool:
    """Whether a text is the plain name of a region, be it in the country's list or not (`滨海新区`, `成都`)."""
    name = fold(plain_name(text))
    if len(name) > _SHORT and name[-1] in _ENDS:
        return name != "市辖区"
    try:
        return bool(name) and bool(code_of(name))
    except Unreadable as unclear:
        return unclear.code == "region_ambiguous"


def find_place(text: str) -> tuple[str, str | None] | None:
    """The region that a title begins with, or that stands after its time, and its code if that is certain."""
    words = with_digits(_LABEL.sub("", fold(_LEAD.sub("", text))))
    aside = _ASIDE.search(words)
    for start in dict.fromkeys((words, _WHEN.sub("", words), aside[1] if aside else "")):
        for size in range(min(_LONGEST, len(start)), 1, -1):
            name = start[:size]
            if name[-1] in _ENDS and (found := _last([name])):
                codes = _settled(found)
                return name, codes.pop() if len(codes) == 1 else None
    return None


def told_within(about: Iterable[str | None]) -> str | None:
    """The code of the first region that the titles and banners over a table speak of."""
    told = (find_place(text) for text in about if text)
    return next((place[1] for place in told if place), None)


def is_place(text: str) -> bool:
    """Whether a text is the name of a region, or a path of names, and nothing else."""
    bare = plain_name(text)
    for word in (_OWN.sub("", bare), bare.removesuffix("本级")):
        found = find_place(word) if word and word[-1] in _ENDS else None
        if found is not None and found[0] == fold(word):
            return True
    return False


def _told(code: str) -> str:
    """A region as people tell it from its namesakes: `南京市鼓楼区 320106`."""
    term = get_vocabulary("regions").find_term(code)
    above = get_vocabulary("regions").find_term(term.parent or "") if term else None
    return f"{above.label() if above else ''}{term.label() if term else ''} {code}"


def _settled(found: set[str]) -> set[str]:
    """Of codes that followed each other the last: 三元区 was 350403 and is 350404. Others stay side by side."""
    return {code for code in found if found.isdisjoint(_successors(code))}


def _successors(code: str) -> Iterator[str]:
    terms = get_vocabulary("regions")
    while (term := terms.find_term(code)) and term.successor:
        code = term.successor
        yield code


def _parts(text: str) -> list[str]:
    return [word for piece in _STROKES.split(text) if (word := fold(piece))]


def _last(words: list[str]) -> set[str]:
    """The codes that the last word can be, below all that the words before it can be."""
    above: set[str] | None = None
    found: set[str] = set()
    for word in words:
        found = _within(word, above)
        if not found and above is not None:
            return above if _OWN.search(word) else set()
        above = found
    return found


def _short(words: list[str]) -> set[str]:
    """The codes of a name that lacks its last character, or that is short for one: `成都`, `广西`, `延边`."""
    if not words:
        return set()
    nicknamed = set(_table().short.get(words[0], ())) if len(words) == 1 else set()
    return nicknamed.union(*(_last([*words[:-1], words[-1] + suffix]) for suffix in _SUFFIXES))


def _within(word: str, above: set[str] | None) -> set[str]:
    """The codes of one word, which may itself be a path without strokes."""
    codes = _table().codes
    plain = {code for code in codes.get(word, ()) if above is None or any(lies_in(code, one) for one in above)}
    if plain:
        return plain
    own = _OWN.sub("", word)
    for whole in dict.fromkeys((own + ("" if own[-1:] in "省市县区" else "市"), word.removesuffix("本级"))):
        if own and len(whole) < len(word) and (found := _within(whole, above)):
            return found
    for cut in range(2, len(word) - 1):
        heads = set(codes.get(word[:cut], ()))
        if heads and (inside := _within(word[cut:], heads)):
            return inside
    return set()


def lies_in(code: str, above: str) -> bool:
    """Whether a region lies in another."""
    return code != above and code.startswith(
        above.rstrip("0") if not above.endswith("00") else re.sub("(?:00){1,2}$", "", above)
    )
