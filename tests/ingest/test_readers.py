"""By the column or by the cell, the value is the same; what is no value is told with its place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.declared_readers import (
    DaySpanReader,
    LongestReader,
    NoNumberReader,
    OutcomeReader,
    PartReader,
    SpanReader,
    masked,
)
from ingest.evidence import Evidence, shape_of
from ingest.nulls import null_kind, strip
from ingest.persons import is_person, mask
from ingest.readers import (
    Converted,
    DateReader,
    DecimalReader,
    IntegerReader,
    MomentReader,
    Reader,
    TextReader,
    TruthReader,
)
from ingest.spread import closed
from ingest.unit_readers import JOIN, AnyUnitReader, UnitBesideReader
from ingest.units import find_unit
from ingest.values import Unreadable

PLAIN = st.sampled_from(
    [
        *(
            "",
            "0",
            "7",
            "-12",
            "3.50",
            "0.125",
            "007",
            "+5",
            "1e3",
            " 4",
            "1,234",
            "5%",
            "２",
            "9" * 18,
            "9" * 19,
            "/",
            "-",
        ),
        *("2020-01-31", "2020-02-30", "1900-01-01", "2020/1/3", "2020-01-31 09:30:00", "2020-01-31 9:30", "20200131"),
        *(
            "2020-1-2",
            "+2020-01-02",
            "2020-01-02 ",
            "12345-01-01",
            "0000-01-01",
            "2020-01-31 24:00:00",
            "1.",
            ".5",
            "--",
        ),
        *("true", "是", "abc", "1900-01-01 00:00:00"),
    ]
)
TEXTS = st.lists(PLAIN | st.text(st.sampled_from("0123456789-/.: +年e"), max_size=10), min_size=1, max_size=12)


def one_by_one(reader: Reader, texts: list[str]) -> tuple[list[Any], dict[int, str]]:
    values, faults = [], {}
    for place, text in enumerate(texts):
        try:
            values.append(reader.value(text))
        except Unreadable as unreadable:
            values.append(None)
            faults[place] = unreadable.code
    return values, faults


def by_column(reader: Reader, texts: list[str]) -> tuple[list[Any], dict[int, str]]:
    found: Converted = reader.convert(pa.array(texts, pa.string()))
    assert found.values.type == reader.arrow
    return found.values.to_pylist(), {place: why.code for place, why in found.faults.items()}


@pytest.mark.parametrize("make", [IntegerReader, DateReader, lambda: DateReader(loose=True), MomentReader, TruthReader])
@given(texts=TEXTS)
def test_a_column_is_read_as_its_cells_are(make: Any, texts: list[str]) -> None:
    assert by_column(make(), texts) == one_by_one(make(), texts)


@pytest.mark.parametrize(
    ("measure", "unit"), [(None, ""), ("CNY", "万元"), ("m2", "亩"), ("m2", "平方米"), ("CNY", "亿元")]
)
@given(texts=TEXTS)
def test_a_decimal_column_is_read_as_its_cells_are(measure: str | None, unit: str, texts: list[str]) -> None:
    reader = DecimalReader(measure, find_unit(unit) if unit else None)
    reader.measure_digits(pa.array(texts, pa.string()))
    reader.settle()
    assert by_column(reader, texts) == one_by_one(reader, texts)


UNITS = st.sampled_from(["", "元", "万元", " 亿元 ", "亩", "平方米", "公顷", "%", "—", "无"])


@pytest.mark.parametrize("make", [AnyUnitReader, lambda: UnitBesideReader("CNY", find_unit("万元"))])
@given(numbers=TEXTS, units=st.lists(UNITS, min_size=1, max_size=5))
def test_a_column_with_units_beside_it_is_read_as_its_cells_are(
    make: Any, numbers: list[str], units: list[str]
) -> None:
    pairs = [f"{text}{JOIN}{units[at % len(units)]}" if at % 3 else text for at, text in enumerate(numbers)]
    reader = make()
    reader.measure_digits(pa.array(pairs, pa.string()))
    reader.settle()
    assert by_column(reader, pairs) == one_by_one(reader, pairs)
    once = pa.array(pairs, pa.string()).dictionary_encode()
    assert reader.read_column(once).values.to_pylist() == one_by_one(reader, pairs)[0]


def test_whether_a_number_stands_without_a_unit_is_seen_by_the_column_too() -> None:
    for pairs, bare in ([f"5{JOIN}万元"], False), ([f"5{JOIN}万元", f"6{JOIN}"], True), ([f"{JOIN}"], False):
        reader = UnitBesideReader("CNY", find_unit("元"))
        reader.measure_digits(pa.array(pairs))
        assert reader.bare is bare


@given(numbers=st.lists(st.decimals(-(10**15), 10**15, places=5) | st.none(), min_size=1, max_size=20))
def test_decimals_come_back_exactly_and_in_18_digits_where_they_fit(numbers: list[Decimal | None]) -> None:
    texts = ["" if number is None else format(number, "f") for number in numbers]
    reader = DecimalReader("CNY", find_unit("万元"))
    reader.measure_digits(pa.array(texts, pa.string()))
    reader.settle()
    values, faults = by_column(reader, texts)
    assert not faults
    assert values == [None if number is None else number * 10_000 for number in numbers]
    assert (reader.precision, reader.scale) in ((18, 0), (18, 1), (38, 0), (38, 1))


def test_numbers_that_38_digits_cannot_hold_together_are_faults() -> None:
    texts = ["1" * 23, "0." + "1" * 30]
    reader = DecimalReader()
    reader.measure_digits(pa.array(texts))
    reader.settle()
    assert by_column(reader, texts) == ([Decimal("1" * 23), None], {1: "number_too_long"})


@given(st.lists(st.text(st.sampled_from("ab /-—*|\u3000\u00a0\ufeff\tNone"), max_size=6), min_size=1))
def test_text_is_trimmed_and_nulls_are_null(texts: list[str]) -> None:
    wanted = [None if null_kind(text) else strip(text) for text in texts]
    assert TextReader().convert(pa.array(texts)).values.to_pylist() == wanted


def test_a_memory_of_odd_texts_does_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers._MEMO", 3)
    reader = IntegerReader()
    by_column(reader, [f"x{number}" for number in range(10)])
    assert len(reader._memo) <= 3


def test_the_ends_of_ranges_are_two_columns() -> None:
    texts = pa.array(["1.0-2.5", "≤3", "2", "", "按规划"])
    ends = []
    for end in (0, 1):
        reader = SpanReader(end, None, None)
        reader.measure_digits(texts)
        reader.settle()
        found = reader.convert(texts)
        assert list(found.faults) == [4]
        ends.append(found.values.to_pylist()[:4])
    assert ends == [[Decimal(1), None, Decimal(2), None], [Decimal("2.5"), Decimal(3), Decimal(2), None]]


def test_the_ends_of_spans_of_days_are_two_columns() -> None:
    texts = pa.array(["2020-01-02至2020-01-09", "2020-01-05", ""])
    assert DaySpanReader(0).convert(texts).values.to_pylist() == [dt.date(2020, 1, 2), dt.date(2020, 1, 5), None]
    assert DaySpanReader(1).convert(texts).values.to_pylist() == [dt.date(2020, 1, 9), dt.date(2020, 1, 5), None]


def test_the_longest_term_is_a_number() -> None:
    reader, texts = LongestReader(), pa.array(["住宅70年、商业40年", "50"])
    reader.measure_digits(texts)
    reader.settle()
    assert reader.convert(texts).values.to_pylist() == [Decimal(70), Decimal(50)]


def test_the_outcome_is_told_by_price_and_buyer() -> None:
    texts = pa.array(["125\x1f样例公司", "流 拍\x1f", "\x1f流标", "中止\x1f/", "\x1f", "-\x1fNone"])
    assert OutcomeReader().convert(texts).values.to_pylist() == ["sold", "unsold", "unsold", "withdrawn", None, None]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张某某", "张**"),
        ("张某、李某某", "张**、李**"),
        ("欧阳某某", "欧阳**"),
        ("王某（住宅）", "王**（住宅）"),
        ("王某等3人", "王**等3人"),
        ("阿某某·某某提", "阿**"),
        ("买某提 · 阿某都、艾某・某孜等3人", "买**、艾**等3人"),
        ("买买提·某某都养殖场", "买**"),
        ("海某沙·吐送", "海**"),
        ("绿融·江湾里", "绿融·江湾里"),
        ("样绿地·香树花城", "样绿地·香树花城"),
        ("万某·海德公园（一期）", "万某·海德公园（一期）"),
        ("王  某、张　某 某", "王**、张**"),
        ("高 新 区", "高 新 区"),
        ("样例置业有限公司", "样例置业有限公司"),
        ("高某和李某某", "高**和李**"),
        ("安置房", "安置房"),
        ("马某街道", "马某街道"),
        ("张某 330602199001010000", "张** ******************"),
        ("某某公司（330602199001010000）", "某某公司（******************）"),
    ],
)
def test_natural_persons_are_cut_to_their_surname(text: str, shown: str) -> None:
    assert mask(text) == shown
    assert masked(pa.array([text, "样例公司"])).to_pylist() == [shown, "样例公司"]


def test_a_name_whose_characters_are_spread_is_the_plain_name() -> None:
    texts = ["泾  县", "市 本 级", "样　例\xa0局", "样例 县", "是 否", "样 A", "样例局", None]
    found = ["泾县", "市本级", "样例局", "样例 县", "是 否", "样 A", "样例局", None]
    assert closed(pa.array(texts)).to_pylist() == found


@given(st.text(st.sampled_from("张李欧阳司马某样例公司、，和等（）(·・湾0123456789Xx私住宅 自"), max_size=24))
def test_the_quick_look_for_persons_overlooks_none(text: str) -> None:
    assert masked(pa.array([text])).to_pylist() == [mask(text)]


def test_a_masked_name_is_no_person_any_more() -> None:
    assert is_person("张某")
    assert not is_person(mask("张某"))
    assert mask(mask("张某、李某")) == mask("张某、李某")


@given(TEXTS)
def test_evidence_by_columns_counts_the_shapes_of_its_cells(texts: list[str]) -> None:
    evidence = Evidence()
    evidence.see(pa.array(range(1, len(texts) + 1)), pa.array(texts, pa.string()))
    shapes = [shape_of(text) for text in texts]
    counted = {shape: shapes.count(shape) for shape in set(shapes)}
    assert {shape: count for shape, count in evidence.counts.items() if count} == counted
    assert evidence.total == sum(count for shape, count in counted.items() if shape not in ("null", "dash"))


LISTED = {
    "（一）河道整治": "河道整治",
    "(3) 河道整治": "河道整治",
    "1.河道整治": "河道整治",
    "２、河道整治": "河道整治",
    "三、 河道整治": "河道整治",
    "①河道整治": "河道整治",
    "（二）二期工程": "二期工程",
    "1.5级河道": "1.5级河道",
    "1、2号闸维修": "1、2号闸维修",
    "二、三号闸维修": "二、三号闸维修",
    "十.五规划": "十.五规划",
    "10kV线路": "10kV线路",
    "（一）": "（一）",
}


@pytest.mark.parametrize("reader", [NoNumberReader(), PartReader(1)])
def test_an_enumerator_before_a_name_is_none_of_it(reader: Reader) -> None:
    assert reader.convert(pa.array(list(LISTED))).values.to_pylist() == list(LISTED.values())
