"""Regions of the country by GB/T 2260, with the years in which a code held: a name, or a path of names, is a code."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ingest.headers import fold
from ingest.values import Unreadable

_STROKES = re.compile(r"[>＞/|,，-]")
_ITSELF = re.compile(r"(?:全|本)?[省市区县州](?:本级)?|本级|本地区|(?:全[省市区县州])?(?:合计|总计|小计|平均)")
_LABEL = re.compile(r"^(?:城市|地区|行政区|区域|填报单位|编制单位|单位名称)[:]")
_SUFFIXES = ("省", "市", "区", "县", "州", "盟", "旗")
_YEAR = re.compile(
    r"^\D{0,4}(?:(?:19|20)\d{2}\s*(?:年(?:度|末|底)?)?\s*(?:[-—~至]+\s*(?:19|20)\d{2}(?:年[末底度]?)?)?(?:第?[1-4一二三四]季度)?)+"
)
_ENDS = "省市区县州盟旗"
_LONGEST = 15  # characters of a path of names
_OWN = re.compile(r"(?:市本级|县本级|区本级|州本级|本级|市辖区)$")
_SUMMED = re.compile(r"(?<=[省市区县州盟旗])(?:合计|总计|小计)$")
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|"
    "布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|塔塔尔|独龙|鄂伦春|门巴|珞巴|基诺|各"
)
_AUTONOMOUS = re.compile(rf"(?P<stem>.{{2,}}?)(?:(?:{_PEOPLES})族?)*自治(?P<level>[区州县旗])")


@cache
def _table() -> tuple[dict[str, str], dict[str, list[str]], dict[str, str]]:
    """Code -> folded name, folded name -> codes (former ones too), and code -> the month until which it held."""
    source = files("ingest").joinpath("families/codes/regions.csv")
    names: dict[str, str] = {}
    ended: dict[str, str] = {}
    codes: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(source.read_text(encoding="utf-8").splitlines()):
        name = fold(row["name"])
        names[row["code"]], ended[row["code"]] = name, row["until"]
        if row["code"] not in codes[name]:
            codes[name].append(row["code"])
    for short, known in _short_names(codes).items():
        codes[short] = known
    return names, codes, ended


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
    source = files("ingest").joinpath("families/codes/regions.csv")
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    old = {(row["code"][:2], row["name"]): row["code"] for row in rows if row["until"] and not row["since"]}
    new = [(row["code"], (row["code"][:2], row["name"]), row["since"]) for row in rows if row["since"]]
    return {code: (old[name], since) for code, name, since in new if name in old}


@cache
def validity() -> tuple[dict[str, str], dict[str, str]]:
    """Code -> the month since which it holds, and code -> the month from which it no more does; those that have one."""
    source = files("ingest").joinpath("families/codes/regions.csv")
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    since, until = ({row["code"]: row[name] for row in rows if row[name]} for name in ("since", "until"))
    return since, until


def code_of(text: str, within: str | None = None) -> str:
    """The code of a region by its name (`柯桥区`) or path (`浙江省绍兴市柯桥区`). Raises Unreadable.

    `within` is the region of the title: a name alone is one of its parts, itself (`市本级`), or above it.
    """
    text = _SUMMED.sub("", text.strip())
    words = _parts(fold(_STROKES.sub(" ", text.strip("| "))) if not _STROKES.search(text) else text)
    if within and len(words) == 1 and _ITSELF.fullmatch(words[0]):
        if not _is_level(words[0], within):
            raise Unreadable("region_unknown")
        return within
    found = _last(words)
    alone = len(words) == 1 and (not found or words[0] in _table()[1])  # no path of names, though it be glued together
    found = found or _short(words)
    if not found:
        raise Unreadable("region_unknown")
    if within and alone:
        found = {code for code in found if code == within or _below(code, within) or _below(within, code)}
        if not found:
            raise Unreadable("region_elsewhere", where=_table()[0][within])
    found = {code for code in found if not _table()[2].get(code)} or found  # what holds today, before what held once
    if len(found) > 1:
        raise Unreadable("region_ambiguous", codes="、".join(sorted(found)[:6]))
    return found.pop()


def _is_level(word: str, code: str) -> bool:
    """Whether `市本级` can be that region: a city's, not a province's; a word without a level is anybody's."""
    level = "省" if code.endswith("0000") else "市州" if code.endswith("00") else "区县市"
    said = re.search("[省市区县州]", word)
    return said is None or said[0] in level


def find_place(text: str) -> tuple[str, str | None] | None:
    """The region that a title begins with, or that stands after its year, and its code if that is certain."""
    words = _LABEL.sub("", fold(text))
    for start in dict.fromkeys((words, _YEAR.sub("", words))):
        for size in range(min(_LONGEST, len(start)), 1, -1):
            name = start[:size]
            if name[-1] in _ENDS and (found := _last([name])):
                codes = {code for code in found if not _table()[2].get(code)} or found
                return name, codes.pop() if len(codes) == 1 else None
    return None


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
    """The codes of a name that lacks its last character: `成都`."""
    return set().union(*(_last([*words[:-1], words[-1] + suffix]) for suffix in _SUFFIXES)) if words else set()


def _within(word: str, above: set[str] | None) -> set[str]:
    """The codes of one word, which may itself be a path without strokes."""
    codes = _table()[1]
    plain = {code for code in codes.get(word, ()) if above is None or any(_below(code, one) for one in above)}
    if plain:
        return plain
    own = _OWN.sub("", word)
    if own != word and (whole := _within(own + ("" if own[-1:] in "省市县区" else "市"), above) if own else set()):
        return whole
    for cut in range(2, len(word) - 1):
        heads = set(codes.get(word[:cut], ()))
        if heads and (inside := _within(word[cut:], heads)):
            return inside
    return set()


def _below(code: str, above: str) -> bool:
    """Whether a region lies in another."""
    return code != above and code.startswith(
        above.rstrip("0") if not above.endswith("00") else re.sub("(?:00){1,2}$", "", above)
    )
