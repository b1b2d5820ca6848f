"""What personal data looks like, as a table: pattern, check, and the words that must stand over or beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.privacy.checksums import (
    is_born_there,
    is_damaged_id_number,
    is_id_number,
    is_luhn,
    is_old_id_number,
)

S = r"[\s\-–—_/·.]{0,2}"  # what people put between digits
_S = r"[\s\-–—_/·.,']{0,2}"  # and between those that have a check of their own
_D, _SEP = "[0-9０-９]", r"[\s\p{Cf}\-–—_/·.,，'＇]*"  # the same for whole columns, in the dialect of polars
UNSEEN = r"[\p{Cf}\p{Mn}\p{Me}\x{115F}\x{1160}\x{3164}\x{FFA0}\x{2800}]"  # fills a text without being seen
ODD_DIGITS = r"[\p{Nd}\p{No}--[0-9０-９]]"  # digits of other scripts, in circles, in bold
SCIENTIFIC = r"[0-9]\.[0-9]{5,}[eE]\+?1[0-9]"  # a long number as a spreadsheet writes it
_LEFT, _RIGHT = r"(?<![0-9])", r"(?![0-9])"
_ALONE, _ENDS = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z]|\.[0-9])"
_PLACES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
BESIDE = rf"(?s:.{{0,20}}?){_D}"  # after a word: what may be the number that it is beside of
NAMED = rf"\p{{Han}}{{2}}{_SEP}"  # before a mobile: perhaps its owner
PERSON = "person_name"


@dataclass(frozen=True)
class Detector:
    """One kind. `rough` is the pattern without bounds, for whole columns at once; `check` reads the bare digits.

    Two signals make a hit: the pattern and its check (`sure`), or the pattern and one of the words in `context`,
    over the column or at most a few characters before the number.
    """

    kind: str
    pattern: re.Pattern[str]
    rough: str
    context: re.Pattern[str]
    check: Callable[[str], bool] = lambda _: True
    sure: bool = False
    loose: Callable[[str], bool] | None = (
        None  # the check where a word speaks of the kind: a mistyped number counts too
    )


_ID_WORDS = r"身份证|身份證|证件号|證件號|公民身份|证照号|id.?card"
_HOME = r"住址|家庭地址|家庭住|户籍地|戶籍地|居住地|通讯地址|通信地址|home.?address"
_PHONE = r"电话|電話|手机|手機|联系方式|聯絡|联系人|移动号|(?i:tel|phone|mobile)"


def _words(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


def _is_private(address: str) -> bool:
    """Mailboxes of government are meant to be published."""
    return not re.search(r"[.@]gov(?:\.[a-z]{2})?$", address.lower())


DETECTORS = (
    Detector(
        "id_number",
        re.compile(rf"{_LEFT}[1-9](?:{_S}[0-9]){{16}}{_S}[0-9Xx]{_RIGHT}"),
        rf"(?:{_D}{_SEP}){{17}}[0-9０-９XxＸｘ]",
        _words(_ID_WORDS),
        lambda digits: is_id_number(digits) or is_damaged_id_number(digits),
        sure=True,
        loose=is_born_there,
    ),
    Detector(
        "old_id_number",
        re.compile(rf"{_ALONE}[1-9](?:{S}[0-9]){{14}}{_ENDS}"),
        rf"(?:{_D}{_SEP}){{15}}",
        _words(_ID_WORDS),
        is_old_id_number,
    ),
    Detector(
        "bank_card",
        re.compile(rf"{_ALONE}[1-9](?:{S}[0-9]){{15,18}}{_ENDS}"),
        rf"(?:{_D}{_SEP}){{16}}",
        _words(r"卡号|卡號|账号|賬號|帳號|帐号|开户|開戶|银行卡|bank.?(?:card|account)"),
        is_luhn,
    ),
    Detector(
        "mobile",
        re.compile(rf"{_ALONE}(?:\+?86{S})?1[3-9]{S}[0-9](?:{S}[0-9]){{8}}{_ENDS}"),
        rf"[1１]{_SEP}(?:{_D}{_SEP}){{10}}",
        _words(_PHONE),
    ),
    Detector(
        "landline",
        re.compile(rf"{_ALONE}\(?0[1-9][0-9]{{1,2}}\)?[- ]?[2-9][0-9]{{6,7}}{_ENDS}"),
        rf"[0０](?:{_D}[)）\s\-]*){{9}}",
        _words(r"家庭电话|住宅电话|个人电话|本人电话|户主电话|宅电"),
    ),
    Detector(
        "passport",
        re.compile(rf"{_ALONE}(?:[EGDSP][0-9]{{8}}|E[A-HJ-NP-Z][0-9]{{7}}){_ENDS}", re.IGNORECASE),
        rf"{_D}{{7}}",
        _words(rf"护照|護照|passport|{_ID_WORDS}"),
    ),
    Detector(
        "travel_permit",
        re.compile(rf"{_ALONE}(?:[CHMW][0-9]{{8,10}}|[0-9]{{8}}){_ENDS}", re.IGNORECASE),
        rf"{_D}{{8}}",
        _words(r"通行证|通行證|台胞证|臺胞證|回乡证|回鄉證|居住证号|居留证"),
    ),
    Detector(
        "plate",
        re.compile(rf"[{_PLACES}][A-HJ-NP-Z][·. ]?(?=[A-Z]*[0-9])[A-HJ-NP-Z0-9]{{5,6}}{_ENDS}"),
        rf"[{_PLACES}]\s?[A-ZＡ-Ｚ]",
        _words(r"车牌|車牌|号牌|車號|车号|plate"),
    ),
    Detector(
        "email",
        re.compile(r"[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,12}"),
        r"[@＠]",
        _words(r"邮箱|郵箱|e-?mail"),
        _is_private,
        sure=True,
    ),
    Detector(
        "home_address",
        re.compile(r"[\u3400-\u9fff]{2,40}[0-9]{1,6}\s{0,2}(?:号|號|室|幢|栋|单元|组|户)[\u3400-\u9fff0-9\-]{0,20}"),
        rf"{_D}\s*[号號室幢栋单组户]",
        _words(_HOME),
    ),
    Detector(
        "birth_date",
        re.compile(
            rf"{_LEFT}(?:19|20)[0-9]{{2}}(?:[-/.年]\s?[0-9]{{1,2}}(?:[-/.月]\s?[0-9]{{1,2}}日?)?|[01][0-9][0-3][0-9]){_RIGHT}"
        ),
        r"(?:19|20|１９|２０)[0-9０-９]{2}",
        _words(r"出生(?:日期|年月|时间|時間)|生日|date.?of.?birth|birth.?da(?:te|y)"),
    ),
    Detector(
        "certificate",
        re.compile(r"(?:不动产权|房权证|国用|土地证|集用)[^0-9]{0,8}第?[0-9]{3,20}\s{0,2}号"),
        r"(?:不动产权|房权证|国用|土地证|集用)",
        _words(r"身份证|姓名|户主|宅基地"),
    ),
)
_HOLDERS = (
    r"姓名|使用权人|使用權人|受让人|受讓人|受让方|受让单位|权利人|權利人|联系人|聯絡人|负责人|負責人|户主|戶主|持有人|所有人|法人|法定代表"
    r"|代表人|申请人|申請人|抵押人|转让人|竞得人|当事人|经办人|主任|(?i:holder|owner|contact)"
)
HOLDERS = _words(_HOLDERS)
_WHOSE = rf"(?:{_HOLDERS}|填表人|制表人|審核人|审核人|复核人|业主|業主|住户)"
LABEL = rf"{_WHOSE}[\p{{Han}}(（)）]{{0,4}}\s*[:：]"  # after it a name may stand; for whole columns
_DOTS = "·•・‧∙⋅"
LABELLED = re.compile(
    rf"{_WHOSE}[\u3400-\u9fff()]{{0,4}}\s*:\s*([\u3400-\u9fff](?:\s+[\u3400-\u9fff]){{1,2}}(?![\u3400-\u9fff])"
    rf"|[\u3400-\u9fff{_DOTS}]{{2,17}}?)(?=等|[^\u3400-\u9fff{_DOTS}]|$)"
)
KINDS = (*(one.kind for one in DETECTORS), PERSON)


def context_of(title: str) -> frozenset[str]:
    """The kinds that a column's heading speaks of."""
    kinds = {one.kind for one in DETECTORS if one.context.search(title)}
    return frozenset(kinds | ({PERSON} if HOLDERS.search(title) else set()))
