"""Regions of the country: what contains them, what took their place, and by which names people call them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from catalog.vocabularies import Term, codes, get_vocabulary

_LISTS: Final = ("regions", "functional_areas")
_LONGEST_PLACE: Final = 60  # characters; what is longer is no place name
_SHORTEST: Final = 2
_OWN_LEVEL: Final = "本级"
_AGGREGATE: Final = "汇总"  # in the note of a code that sums up others
_MOST_NAMED: Final = 6
_SUFFIXES: Final = (
    "特别行政区", "自治区", "自治州", "地区", "新区", "省", "市", "区", "县", "盟",
    "特別行政區", "自治區", "地區", "新區", "區", "縣",
)  # fmt: skip
PEOPLES: Final = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|"
    "布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|塔塔尔|独龙|鄂伦春|门巴|珞巴|基诺|各"
)
_OF_PEOPLES: Final = re.compile(rf"(?:(?:{PEOPLES})族|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯)+(?=自治|$)")


def region_and_parents(code: str) -> tuple[str, ...]:
    """A region with all it counts for: `330602` gives itself, its city and its province; a functional area likewise."""
    area = get_vocabulary("functional_areas").find_term(code)
    if area is not None:
        return (code, *region_and_parents(area.parent or ""))
    if not re.fullmatch(r"\d{6}(\d{3}){0,2}", code):
        return (code,) if code else ()
    wider = (code[:9] if len(code) == 12 else code, code[:6], code[:4] + "00", code[:2] + "0000")
    return tuple(dict.fromkeys((code, *wider)))


def current_region(code: str) -> str:
    """The region that has taken the place of a former one; a living or unknown one is its own."""
    term = get_vocabulary("regions").find_term(code)
    return code if term is None or term.successor is None else current_region(term.successor)


def is_aggregate(term: Term) -> bool:
    """Whether a code only sums up others, such as the districts of a city."""
    return _AGGREGATE in (term.note or "")


def stem_of(name: str) -> str:
    """绍兴 for 绍兴市, 广西 for 广西壮族自治区: the name as people say it."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
            name = name[: -len(suffix)]
            break
    peoples = _OF_PEOPLES.search(name, _SHORTEST)
    return name[: peoples.start()] if peoples else name.removesuffix("自治")


def regions_called(text: str) -> tuple[str, ...]:
    """The codes of the regions and functional areas of that name, alias or code, province and city may stand before it.

    Several where several are called so (`鼓楼区`); of a living and a former one the living. `丽水市本级`, a city's own
    level, is the city where no functional area has that name.
    """
    found = _meanings(_folded(text[:_LONGEST_PLACE]))
    return tuple(sorted({code for code in found if _terms()[code].valid_to is None} or found))


def nearest_regions(text: str) -> tuple[str, ...]:
    """The codes that may have been meant by what is no code: those of that name, else what would contain it."""
    if named := regions_called(text):
        return named[:_MOST_NAMED]
    wider = (text[:4] + "00", text[:2] + "0000") if text.isascii() and text[:2].isdecimal() else ()
    return next(((code,) for code in wider if code in codes("regions")), ())


def _meanings(words: str) -> set[str]:
    """All that a name or a path of names may mean."""
    if found := _names().get(words):
        return set(found)
    if words.endswith(_OWN_LEVEL):
        return _meanings(words.removesuffix(_OWN_LEVEL))
    for cut in range(len(words) - _SHORTEST, 1, -1):
        wider = _names().get(words[:cut])
        inner = _meanings(words[cut:]) if wider else set()
        if inside := {code for code in inner if not set(region_and_parents(code)).isdisjoint(wider or ())}:
            return inside
    return set()


@cache
def _terms() -> dict[str, Term]:
    return {term.code: term for name in reversed(_LISTS) for term in get_vocabulary(name).terms}


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Folded name -> the codes it may mean: whole names go before aliases, these before short names, cities first."""
    names: dict[str, dict[str, int]] = {}
    for term in _terms().values():
        for rank, name in _ranked(term):
            known = names.setdefault(_folded(name), {})
            known[term.code] = min(rank, known.get(term.code, rank))
    return {
        name: tuple(code for code, rank in found.items() if rank == min(found.values()))
        for name, found in names.items()
    }


def _ranked(term: Term) -> Iterator[tuple[int, str]]:
    yield from ((0, name) for name in (term.code, *term.labels.values()))
    living, wide = term.valid_to is None, term.code.endswith("00")
    yield from ((1, name) for name in term.aliases)
    if not is_aggregate(term):
        rank = (2 if wide else 3) + (0 if living else 2)
        length = len(stem_of(term.labels["zh-Hans"]))  # both have as many characters
        yield from ((rank, term.labels[language][:length]) for language in ("zh-Hans", "zh-Hant"))


def _folded(text: str) -> str:
    return re.sub(r"[\s>,，/、·-]+", "", unicodedata.normalize("NFKC", text)).casefold()
