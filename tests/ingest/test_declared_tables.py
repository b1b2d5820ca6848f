"""Tables of a declared schema: headers matched, units converted exactly, persons kept out, cells refused by name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.ingest.taking import Taken, Taker, picked

DEAL = "land_supply.deal"
RESULT = "land_supply.result"


def deal(take: Taker, header: str, *rows: str, **named: object) -> Taken:
    return take("\n".join((header, *rows)) + "\n", schema=DEAL, **named)  # type: ignore[arg-type]  # each option has its own type


def test_headers_are_matched_by_their_spellings_and_units_are_converted_exactly(take: Taker) -> None:
    taken = deal(
        take,
        "地块编号,地块位置,土地面积（公顷）,成交价(万元),受让单位,供应方式,成交时间",
        "样例[2021]1号,越城区样例路,1.234567,2249.687,样例置业有限公司,挂牌出让,2019年11月14日",
    )
    assert taken.table.name == "deal"
    row = taken.rows[0]
    assert row["parcel_no"] == "样例〔2021〕1号"
    assert (row["area"], row["deal_price"]) == (Decimal("12345.67"), Decimal("22496870"))
    assert (row["supply_method"], row["outcome"], row["deal_date"]) == ("listing", "sold", dt.date(2019, 11, 14))
    assert (taken.field("area").unit, taken.field("deal_price").unit) == ("m2", "CNY")
    assert taken.field("supply_method").codes is not None
    assert not [finding for finding in taken.outcome.findings if finding.level != "info"]


def test_traditional_headers_and_full_width_brackets_are_the_same(take: Taker) -> None:
    taken = deal(take, "宗地編號,成交價（萬元）", "A,2")
    assert taken.rows[0]["deal_price"] == Decimal(20_000)


def test_the_raw_cell_its_unit_and_its_note_stand_beside_the_value(take: Taker) -> None:
    taken = deal(take, "宗地编号,土地面积(公顷),成交价(万元),容积率", "A,1.5,44523元,大于1且不大于1.8", "B,2,流拍,≤2.5")
    first, second = taken.cells(1), taken.cells(2)
    assert first["area"] == {
        "raw": "1.5",
        "sheet": None,
        "cell": "B2",
        "unit": "公顷",
        "null": None,
        "note": "公顷 → m2",
    }
    assert (first["deal_price"]["unit"], first["deal_price"]["note"]) == ("元", None)
    assert first["far_min"]["note"] == "(1, 1.8]"
    assert (second["deal_price"]["null"], second["outcome"]["raw"]) == ("unsold", "流拍")
    assert taken.rows[1]["outcome"] == "unsold"
    assert taken.rows[1]["deal_price"] is None


@pytest.mark.parametrize(
    ("header", "cell", "options", "price"),
    [
        ("成交价(万元)", "5元", {}, 5),
        ("成交价(万元)", "5", {"unit": "公顷,元"}, 50_000),
        ("成交价", "5", {"unit": "公顷,亿元"}, 500_000_000),
        ("成交价", "5", {}, 50_000),
        ("成交价", "12345678", {}, 12_345_678),
    ],
    ids=["cell", "header", "steward", "schema", "size"],
)
def test_the_unit_is_the_cells_the_headers_the_stewards_or_the_schemas(
    take: Taker, header: str, cell: str, options: dict[str, object], price: int
) -> None:
    taken = deal(take, f"宗地编号,{header}", f"A,{cell}", **options)
    assert taken.rows[0]["deal_price"] == price
    assumed = header == "成交价" and not options
    assert bool(taken.findings("unit_assumed")) is assumed


def test_a_corner_names_the_unit_of_the_whole_table(take: Taker) -> None:
    taken = take("成交公示,\n,单位：亿元\n宗地编号,成交价\nA,5\nB,6\n", schema=DEAL)
    assert taken.rows[0]["deal_price"] == 500_000_000


def test_no_unit_need_be_assumed_where_every_cell_names_its_own(take: Taker) -> None:
    assert not deal(take, "宗地编号,成交价", "A,5万元").findings("unit_assumed")


def test_mu_are_rounded_half_even_to_a_hundredth(take: Taker) -> None:
    assert deal(take, "宗地编号,土地面积(亩)", "A,1", "B,3").column("area") == [Decimal("666.67"), Decimal("2000.00")]


def test_a_cell_that_cannot_be_read_is_refused_and_named_and_its_row_stays(take: Taker) -> None:
    taken = deal(take, "宗地编号,成交价(万元)", "A,5", "B,面议", "C,7", "D,面议")
    assert picked(taken.rows, "parcel_no", "deal_price") == [("A", 50_000), ("B", None), ("C", 70_000), ("D", None)]
    assert (taken.outcome.rows_accepted, taken.outcome.rows_rejected) == (4, 0)
    finding = taken.finding("not_a_number")
    assert (finding.level, finding.row, finding.cell, finding.raw, finding.count) == ("error", 3, "B3", "面议", 2)
    assert finding.column == "成交价(万元)"
    assert "B3, B5" in finding.message()
    assert taken.cells(2)["deal_price"]["raw"] == "面议"
    assert taken.cells(3)["parcel_no"]["cell"] == "A4"


def test_without_a_required_value_that_can_be_read_the_row_goes_too(take: Taker) -> None:
    taken = take("电子监管号,面积(公顷)\nA,1\nB,若干\nC,2\n", schema=RESULT)
    assert taken.column("supervision_no") == ["A", "C"]
    assert (taken.outcome.rows_rejected, taken.finding("not_a_number").cell) == (1, "B3")


def test_a_file_of_which_no_row_is_accepted_is_refused_with_the_first_fault(take: Taker) -> None:
    finding = take.refused("电子监管号,面积(公顷)\nA,若干\n", schema=RESULT)
    assert (finding.code, finding.cell) == ("no_row_accepted", "B2")
    assert "若干" in finding.message()


def test_an_unknown_code_is_refused_and_the_known_ones_are_named(take: Taker) -> None:
    finding = deal(take, "宗地编号,供应方式", "A,挂牌", "B,抽签").finding("code_unknown")
    assert (finding.level, finding.cell) == ("error", "B3")
    assert "listing" in finding.remedy()


def test_a_lenient_field_is_null_with_a_warning(take: Taker) -> None:
    taken = deal(take, "宗地编号,公示期", "A,满后无异议", "B,2020年4月3日起至2020年4月27日止")
    assert taken.column("notice_from") == [None, dt.date(2020, 4, 3)]
    assert taken.finding("not_a_date").level == "warning"


def test_a_derived_code_that_is_not_known_is_null_and_only_noted(take: Taker) -> None:
    taken = deal(take, "宗地编号,行政区,土地用途", "A,越城区,工业用地", "B,某市,330602")
    assert taken.column("region") == ["330602", None]
    assert taken.column("use_code") == ["0601", None]
    assert {finding.level for finding in taken.findings("code_unknown")} == {"info"}


def test_a_use_is_known_without_its_aside_and_its_class(take: Taker) -> None:
    taken = deal(take, "宗地编号,土地用途", "A,工矿仓储用地—工业用地（非金属矿物制品业）", "B,城镇住宅")
    assert taken.column("use_code") == ["0601", "0701"]


def test_a_required_field_without_a_column_is_refused_with_the_headers_found(take: Taker) -> None:
    finding = take.refused("名字,成交价(万元)\nA,5\n", schema=DEAL)
    assert finding.code == "required_missing"
    assert "宗地编号" in finding.message()
    assert "名字" in finding.message()


def test_a_steward_says_which_column_is_which(take: Taker) -> None:
    taken = deal(take, "名字,成交价(万元),备注", "A,5,x", mapping={"名字": "parcel_no", "备注": None})
    assert taken.column("parcel_no") == ["A"]
    assert "remark" not in taken.types


def test_where_two_columns_claim_a_field_preference_decides_and_the_other_is_named(take: Taker) -> None:
    taken = deal(take, "宗地编号,宗地总面积(公顷),土地面积(公顷)", "A,9,1")
    assert taken.column("area") == [Decimal(10_000)]
    finding = taken.finding("column_left")
    assert (finding.level, finding.cell) == ("warning", "B1")
    assert "C1" in finding.message()


def test_columns_that_match_nothing_are_named_and_not_published(take: Taker) -> None:
    taken = deal(take, "宗地编号,天气", "A,晴")
    assert list(taken.types) == ["parcel_no"]
    assert "天气" in taken.finding("columns_not_in_schema").message()
    assert list(taken.cells(1)) == ["parcel_no"]


def test_personal_columns_are_counted_and_never_stored(take: Taker) -> None:
    taken = deal(take, "宗地编号,联系人,联系电话,备注", "A,某某某,00000000,x", "B,,00000001,y")
    assert list(taken.types) == ["parcel_no", "remark"]
    counts = {finding.params["kind"]: finding.params["count"] for finding in taken.findings("column_dropped")}
    assert counts == {"contact_person": 1, "contact_phone": 2}
    for path in (taken.outcome.tables[0].parquet, taken.outcome.tables[0].cells):
        assert b"00000000" not in path.read_bytes()
    with pa.memory_map(str(taken.outcome.tables[0].cells)) as source:
        assert pa.ipc.open_file(source).schema.names == ["row", "c0", "c3"]


def test_natural_persons_are_masked_in_rows_and_in_raw_cells(take: Taker) -> None:
    taken = deal(take, "宗地编号,受让人,成交价(万元)", "A,张某某,5", "B,样例置业有限公司,6", "C,流拍,流拍")
    assert taken.column("grantee") == ["张**", "样例置业有限公司", None]
    assert taken.cells(1)["grantee"]["raw"] == "张**"
    assert taken.cells(3)["grantee"]["null"] == "unsold"
    assert taken.column("outcome") == ["sold", "sold", "unsold"]


def test_totals_show_no_masked_column(take: Taker) -> None:
    taken = deal(take, "宗地编号,受让人,成交价(万元)", "A,张某某,5", "合计,张某某,5")
    assert taken.outcome.totals[0]["values"] == {"parcel_no": "合计", "deal_price": "5"}


def test_a_range_from_two_columns_is_put_into_order_and_that_is_said(take: Taker) -> None:
    taken = take(
        "电子监管号,面积(公顷),约定容积率上限,约定容积率下限\n3306022019B00001,1,0.8,2.50\n3306022019B00002,1,2,1\n",
        schema=RESULT,
    )
    assert taken.column("far_min") == [Decimal("0.80"), Decimal(1)]
    assert taken.column("far_max") == [Decimal("2.50"), Decimal(2)]
    assert taken.finding("range_exchanged").count == 1


def test_both_ends_come_from_one_column(take: Taker) -> None:
    taken = deal(take, "宗地编号,容积率", "A,1.0-2.5", "B,≥0.8", "C,2", "D,")
    assert taken.column("far_min") == [Decimal("1.0"), Decimal("0.8"), Decimal(2), None]
    assert taken.column("far_max") == [Decimal("2.5"), None, Decimal(2), None]


def test_a_range_that_excel_made_a_date_is_refused_with_the_likely_reading(take: Taker) -> None:
    finding = deal(take, "宗地编号,容积率", "A,10月20日", "B,1").finding("range_is_date")
    assert (finding.level, finding.cell) == ("error", "B2")
    assert "10-20" in finding.message()


def test_a_number_that_no_floor_area_ratio_can_be_is_left_out_and_named(take: Taker) -> None:
    taken = deal(take, "宗地编号,可建面积(㎡)或容积率", "A,0.7≤容积率≤1.5", "B,≥15441", "C,20613.5", "D,2.5")
    assert taken.column("far_min") == [Decimal("0.7"), None, None, Decimal("2.5")]
    assert taken.column("far_max") == [Decimal("1.5"), None, None, Decimal("2.5")]
    assert [one.cell for one in taken.findings("range_beyond")] == ["B3"]
    assert "最大 100" in taken.finding("range_beyond").message()
    assert deal(take, "宗地编号,容积率上限", "A,100000").column("far_max") == [100_000]  # as it is published


def test_terms_keep_their_words_and_the_longest_counts(take: Taker) -> None:
    taken = deal(take, "宗地编号,出让年限", "A,住宅70年；商业40年", "B,50", "C,仓储用地")
    assert taken.column("term") == ["住宅70年；商业40年", "50", "仓储用地"]
    assert taken.column("term_years") == [Decimal(70), Decimal(50), None]


def test_dates_out_of_order_and_odd_numbers_are_warnings_only(take: Taker) -> None:
    taken = take(
        "电子监管号,面积(公顷),约定开工时间,约定竣工时间\n"
        "3306022019B00001,1,2019-01-01,2018-01-01\nX1,1,2019-01-01,\n3306022019A00002-1,1,2019-01-01,2020-01-01\n",
        schema=RESULT,
    )
    assert taken.outcome.rows_accepted == 3
    assert (taken.finding("check_in_order").row, taken.finding("check_in_order").level) == (2, "warning")
    assert taken.finding("check_pattern").cell == "A3"


def test_declared_tables_of_json_have_no_cell_names(take: Taker) -> None:
    taken = take('[{"宗地编号": "A", "成交价(万元)": 5}, {"宗地编号": "B", "成交价(万元)": "面议"}]', schema=DEAL)
    assert taken.column("deal_price") == [Decimal(50_000), None]
    finding = taken.finding("not_a_number")
    assert (finding.row, finding.cell) == (2, None)


def test_a_table_of_another_kind_is_refused(take: Taker) -> None:
    assert take.refused("姓名,年龄\nA,5\n", schema=RESULT).code == "required_missing"


def test_a_cell_explains_a_sentinel_a_text_and_what_could_not_be_read(take: Taker) -> None:
    taken = deal(take, "宗地编号,成交日期,公示期,出让年限", "A,1900-01-01,满后,仓储", "B,2019-01-02,,50")
    cells = taken.cells(1)
    assert cells["deal_date"]["null"] == "missing"
    assert (cells["notice_from"]["raw"], cells["notice_from"]["null"]) == ("满后", None)
    assert (cells["term_years"]["raw"], cells["term_years"]["unit"]) == ("仓储", "年")
    assert taken.cells(2)["deal_date"]["null"] is None


def test_a_price_beside_a_sale_that_failed_is_none(take: Taker) -> None:
    taken = deal(take, "宗地编号,成交价(万元),受让人", "A,1230.5,中止出让", "B,—,流拍", "C,流拍,/", "D,9,样例公司")
    assert taken.column("deal_price") == [None, None, None, 90_000]
    assert taken.column("outcome") == ["withdrawn", "unsold", "unsold", "sold"]
    assert [taken.cells(row)[name]["null"] for row in (1, 2, 3) for name in ("deal_price", "grantee")] == ["unsold"] * 6
    assert taken.finding("price_unsold").cell == "B2"


def test_where_the_column_of_the_outcome_is_blank_price_and_buyer_tell_it(take: Taker) -> None:
    rows = ("A,,10,样例公司", "B,,,流 拍", "C,成交,12,样例商行", "D,,,")
    taken = deal(take, "宗地编号,拍卖结果,成交价(万元),竟得者", *rows)
    assert taken.column("outcome") == ["sold", "unsold", "sold", None]
    assert taken.column("grantee") == ["样例公司", None, "样例商行", None]
    assert taken.cells(1)["outcome"]["raw"].split(" | ")[1:] == ["10", "样例公司"]
