"""Seeded columns of numbers as public tables hold them, none of them personal, and citizens' numbers of nobody."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from ingest.privacy.checksums import PROVINCES, id_check

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
Maker = Callable[[random.Random], str]


def _whole(chance: random.Random, digits: int) -> str:
    return str(chance.randrange(10 ** (digits - 1), 10**digits))


def _day(chance: random.Random) -> str:
    return (date(2004, 1, 1) + timedelta(chance.randrange(7000))).strftime("%Y%m%d")


def _filled(chance: random.Random, form: str) -> str:
    """The form with a digit for each `#`."""
    return "".join(str(chance.randrange(10)) if one == "#" else one for one in form)


def _form(form: str) -> Maker:
    return lambda chance: _filled(chance, form)


NUMBERS: Mapping[str, Maker] = {  # heading -> one cell
    "唯一标识": lambda chance: hashlib.md5(chance.randbytes(8), usedforsecurity=False).hexdigest(),
    "数据摘要": lambda chance: hashlib.sha256(chance.randbytes(8)).hexdigest(),
    "成交价(万元)": lambda chance: f"{chance.random() * 1e6:.4f}",
    "成交价(元)": lambda chance: f"{chance.randrange(10**10, 10**11):,}",
    "金额": lambda chance: _whole(chance, chance.randrange(9, 19)),
    "经度": lambda chance: f"{120 + chance.random():.{chance.randrange(5, 16)}f}",
    "坐标": _form("120.######,30.#######"),
    "范围": lambda chance: " ".join(_filled(chance, "120.###### 30.######") for _ in range(8)),
    "项目编码": _form("33060020R000000#######-工资性支出"),
    "功能分类科目": _form("2######"),
    "电子监管号": lambda chance: _filled(chance, f"3306##{chance.randrange(2008, 2027)}{chance.choice('AB')}#####"),
    "宗地编号": _form("3306########GB#####"),
    "不动产单元号": _form("3306## ###### GB##### F########"),
    "债券代码": _form("1######"),
    "债券编码": _form("sz1#####、1######"),
    "统一社会信用代码": lambda chance: _filled(chance, "113306##") + "".join(chance.choices(_USCC, k=10)),
    "组织机构代码": _form("########-#"),
    "联系电话": lambda chance: _filled(chance, chance.choice(("0575-8#######", "(0575)8#######", "（0575）8#######"))),
    "合同编号": lambda chance: _filled(chance, f"绍{_day(chance)}####号"),
    "批次号": lambda chance: _filled(chance, f"{_day(chance)}######"),
    "时间戳": lambda chance: str(chance.randrange(1_262_304_000_000, 1_800_000_000_000)),
    "流水号": lambda chance: _whole(chance, 20),
    "订单号": lambda chance: _whole(chance, 18),
    "GUID": lambda chance: str(chance.getrandbits(128)),
    "比率": lambda chance: repr(chance.random()),
    "网址": lambda chance: _filled(chance, f"https://example.org/{_day(chance)}/t{_day(chance)}_#########.html"),
    "索引号": lambda chance: _filled(chance, f"113306##MB#######J/{chance.randrange(2015, 2027)}-#####"),
}


def citizens(chance: random.Random, count: int) -> Iterator[str]:
    """Numbers that fit the check, over every province and all days since 1930."""
    days = (date(2025, 12, 31) - date(1930, 1, 1)).days
    for place in range(count):
        province = PROVINCES[place % len(PROVINCES)]
        born = (date(1930, 1, 1) + timedelta(chance.randrange(days))).strftime("%Y%m%d")
        head = f"{province}{chance.randrange(10**4):04d}{born}{chance.randrange(1000):03d}"
        yield head + id_check(head)


SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    lambda one: f"{one[:6]} {one[6:14]} {one[14:]}",
    lambda one: f"{one[:6]}-{one[6:14]}-{one[14:]}",
    lambda one: "\u200b".join(one),
    lambda one: " ".join(one),
    lambda one: "".join(chr(ord(each) + 0xFEE0) for each in one),
    lambda one: f"某某某{one}",
    lambda one: f"权利人：某某（{one}）、某甲",
    lambda one: f"身份证号{one}；住址不详",
    lambda one: f"1.{one}",
    lambda one: f"{one}.0" if one.isdecimal() else one,
    lambda one: f"{float(one):.14E}" if one.isdecimal() else one,
    lambda one: str(int(float(one))) if one.isdecimal() else one,
)
