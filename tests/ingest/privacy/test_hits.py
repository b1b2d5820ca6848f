"""What is found in one text, what is left alone, and that a masked text holds nothing any more."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.privacy.checksums import id_check, is_id_number, is_luhn
from ingest.privacy.detectors import DETECTORS, context_of
from ingest.privacy.hits import find_hits, mask_text
from ingest.privacy.scan import ColumnScan

HEADS = st.builds(
    lambda province, year, month, day, serial: f"{province}0602{year}{month:02d}{day:02d}{serial:03d}",
    st.sampled_from(["11", "33", "44", "65"]),
    st.integers(1930, 2020),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 999),
)
NUMBERS = HEADS.map(lambda head: head + id_check(head))
UNSEEN = st.sampled_from(["", "", "", " ", "\u200b", "\ufeff", "-", "\u3000"])
AROUND = st.sampled_from(["", "某某某", "合计 ", "（", "注：", "。", "ID"])


@st.composite
def hidden(draw: st.DrawFn) -> tuple[str, str]:
    """A number and one way to write it among other words."""
    number = draw(NUMBERS)
    wide = draw(st.booleans())
    spelled = "".join(
        (chr(ord(one) + 0xFEE0) if wide else one) + (draw(UNSEEN) if place < 17 else "")
        for place, one in enumerate(number)
    )
    return number, draw(AROUND) + spelled + draw(st.sampled_from(["", "。", "）", "号"]))


@given(hidden())
def test_a_number_is_found_however_it_is_hidden_and_its_mask_is_clean(one: tuple[str, str]) -> None:
    number, text = one
    assert "id_number" in {hit.kind for hit in find_hits(text)}
    masked = mask_text(text)
    assert find_hits(masked) == []
    assert number[6:14] not in masked
    assert mask_text(masked) == masked


@given(HEADS)
def test_any_other_last_character_is_no_number(head: str) -> None:
    good = id_check(head)
    assert [one for one in "0123456789X" if is_id_number(head + one)] == [good]


@given(st.text(max_size=40))
def test_masking_any_text_twice_changes_nothing_more(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked


@given(st.integers(10**14, 10**18).map(str))
def test_just_one_last_digit_fits_a_card(head: str) -> None:
    assert sum(is_luhn(head + str(digit)) for digit in range(10)) == 1


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("联系电话", "13800138000", "mobile"),
        ("联系电话", "+86 138-0013-8000", "mobile"),
        ("备注", "王小明13800138000", "mobile"),
        ("备注", "手机：138 0013 8000", "mobile"),
        ("住宅电话", "0575-88001234", "landline"),
        ("银行卡号", "4111111111111111", "bank_card"),
        ("护照号", "E12345678", "passport"),
        ("通行证号", "H1234567890", "travel_permit"),
        ("车牌", "浙D·A1234", "plate"),
        ("家庭住址", "某某路12号3室", "home_address"),
        ("备注", "someone@example.com", "email"),
        ("备注", "office@sx.gov.cn", None),
        ("身份证号", "330602991231123", "old_id_number"),
        ("备注", "身份证330602991231123", "old_id_number"),
        ("备注", "330602991231123", None),
        ("备注", "4111111111111111", None),
        ("唯一标识", "d41d8cd98f00b204e9800998ecf8427e", None),
        ("成交价", "13800138000", None),
        ("坐标", "119.330602199912319005", None),
        ("统一社会信用代码", "11332500MB1601924J", None),
        ("项目", "51000021R000000019951-工资", None),
        ("土地坐落", "某某路12号", None),
        ("宗地编号", "330602001001GB00001", None),
    ],
)
def test_two_signals_make_a_hit(title: str, text: str, kind: str | None) -> None:
    found = {hit.kind for hit in find_hits(text, context_of(title))}
    assert (kind in found) if kind else not found


def test_persons_of_a_holders_column_keep_their_surname_and_firms_their_name() -> None:
    context = context_of("土地使用权人")
    assert mask_text("王小明", context) == "王**"
    assert mask_text("郑州康和置业有限公司", context) == "郑州康和置业有限公司"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("权利人：张三，面积3亩", "权利人：张**，面积3亩"),
        ("负责人（签字）： 李四 ", "负责人（签字）： 李** "),
        ("聯絡人:王小明等", "聯絡人:王**等"),
        ("联系人：王　某 电话", "联系人：王** 电话"),
        ("权利人：买买提・某某都", "权利人：买**"),
        ("权利人：王小明13800138000", "权利人：王*********8000"),
    ],
)
def test_a_name_that_a_label_announces_is_personal_wherever_it_stands(text: str, masked: str) -> None:
    assert "person_name" in {hit.kind for hit in find_hits(text)}
    assert mask_text(text) == masked
    scan = ColumnScan("备注")
    scan.see(pa.array([text, "无"], pa.string()))
    assert scan.cells["person_name"] == 1


OFFICES = (
    "受让人：某某公司",
    "联系人:单位",
    "项目负责人：财务处",
    "法人：无",
    "主任：王",
    "说明：张家港市",
    "权利人：绿融·江湾里",
)


@pytest.mark.parametrize("text", OFFICES)
def test_an_office_after_a_label_is_nobody(text: str) -> None:
    assert find_hits(text) == []


LATIN = ("tel", "phone", "mobile", "id card", "e-mail", "passport", "plate", "bank card", "home address", "birth date")
DIGITS = ("13812345678", "330602199003070011", "E12345678", "6222020200112233445", "0575-85112233", "1990-03-07", "x")


@given(st.lists(st.sampled_from([*LATIN, *DIGITS, ":", " ", "a@b.com", "B"]), min_size=1, max_size=8))
def test_no_kind_is_left_out_of_a_text_in_latin_letters(parts: list[str]) -> None:
    text = "".join(parts)
    found = find_hits(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.privacy.hits._possible", lambda *_: DETECTORS)
        assert find_hits(text) == found
