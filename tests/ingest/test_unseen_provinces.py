"""Layouts of other provinces: types and years that only the title tells, other words for the same, rows after sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from ingest.headers import split_unit
from tests.ingest.taking import Taker, merged, picked, workbook


def test_a_kind_of_debt_stands_in_the_title_only(take: Taker) -> None:
    text = (
        "安徽省2018年地方政府一般债务分地区余额和限额表,,\n,,单位：万元\n地区,2018年限额,2018年余额\n"
        "全省,61135,58087\n省级,2063,2062\n合肥市,10298,10207\n"
    )
    taken = take(text, "债务.csv")
    assert taken.outcome.proposals[0].schema == "gov_debt.limit_balance"
    taken = take(text, "债务.csv", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region", "scope", "period", "measure", "debt_type", "value") == [
        ("340000", "whole", "2018", "limit", "general", 611_350_000),
        ("340000", "whole", "2018", "balance", "general", 580_870_000),
        ("340000", "own_level", "2018", "limit", "general", 20_630_000),
        ("340000", "own_level", "2018", "balance", "general", 20_620_000),
        ("340100", "whole", "2018", "limit", "general", 102_980_000),
        ("340100", "whole", "2018", "balance", "general", 102_070_000),
    ]


def test_kinds_in_the_header_go_before_that_of_the_title(take: Taker) -> None:
    text = (
        "安徽省2018年地方政府一般债务和专项债务余额表,,\n,,单位：万元\n地区,2018年一般债务余额,2018年专项债务余额\n"
        "合肥市,10298,10207\n"
    )
    taken = take(text, "债务.csv", schema="gov_debt.limit_balance")
    assert taken.column("debt_type") == ["general", "special"]


SECTIONS = [
    ["2020年江西省地方政府债务发行及还本付息情况表"],
    ["", "", "单位：亿元"],
    ["项目", "本地区", "本级"],
    ["一、2019年末地方政府债务余额", 101.5, 18.5],
    ["其中：一般债务", 61.5, 16.5],
    ["二、2019年地方政府债务限额", 102.5, 19.5],
    ["三、2020年地方政府债务发行决算数", 25.5, 3.5],
    ["     新增一般债券发行额", 4.5, 1.5],
    ["     再融资一般债券发行额", 6.5, 1.25],
    ["     置换专项债券发行额", 2.5, 0.5],
    ["     国际金融组织和外国政府贷款", 3.5, ""],
    ["四、2020年地方政府债务还本决算数", 9.5, 2.5],
    ["六、2020年末地方政府债务余额决算数", 118.5, 19.5],
]


def test_the_balance_of_a_year_before_is_that_of_the_start(take: Taker) -> None:
    taken = take(merged(SECTIONS, "A1:C1"), schema="gov_debt.flow")
    rows = [row for row in taken.rows if row["scope"] == "whole"]
    assert picked(rows, "item", "debt_type", "period") == [
        ("balance_start", "total", "2019-12-31"),
        ("balance_start", "general", "2019-12-31"),
        ("limit_start", "total", "2019"),
        ("issue", "total", "2020"),
        ("issue_new", "general", "2020"),
        ("issue_refinancing", "general", "2020"),
        ("issue_swap", "special", "2020"),
        ("issue_external", "total", "2020"),
        ("repay_principal", "total", "2020"),
        ("balance_end", "total", "2020-12-31"),
    ]
    assert not taken.findings("key_repeated")


def test_a_balance_alone_is_that_of_the_end(take: Taker) -> None:
    rows = [["2020年赣州市地方政府债务情况表"], ["", "单位：亿元"], ["项目", "本地区"], ["2020年末债务余额", 11.5]]
    assert take(workbook(("表", rows)), schema="gov_debt.flow").column("item") == ["balance_end"]


LISTED = [
    ["来宾市2019年度部门预算项目绩效自评结果汇总表"],
    ["", "", "", "", "", "", "", "", "单位：万元"],
    [
        "序号",
        "主管部门",
        "项目实施单位",
        "项目名称",
        "年初预算数",
        "全年预算数",
        "全年执行数",
        "预算执行率",
        "自评得分",
    ],
    ["", "", "", "合计", 695, 730, 698.86, "", ""],
    [1, "来宾市公安局", "来宾市公安局交警支队", "信号灯维护", 180, 180, 171.36, "95.2%", 95.5],
    [2, "", "来宾市公安局", "视频监控租赁", 420, 460, 460, "100%", 98],
    ["", "", "", "小计", 600, 640, 631.36, "", ""],
    [3, "来宾市林业局", "来宾市国有林场", "病虫害防治", 95, 90, 67.5, "75%", 86.5],
    ["林业小计", "", "", "", 95, 90, 67.5, "", ""],
    ["", "", "", "本表由市财政局汇总", "", "", "", "", ""],
]


def test_records_go_on_after_sums_and_end_with_words(take: Taker) -> None:
    taken = take(merged(LISTED, "A1:I1", "B5:B7"), schema="fiscal_project.self_evaluation")
    assert picked(taken.rows, "project", "department", "executed", "execution_rate") == [
        ("信号灯维护", "来宾市公安局", 1_713_600, Decimal("95.2")),
        ("视频监控租赁", "来宾市公安局", 4_600_000, 100),
        ("病虫害防治", "来宾市林业局", 675_000, 75),
    ]


EVALUATED = [
    ["2020年度秸秆利用项目自评表"],
    ["项目名称", "秸秆综合利用补贴"],
    ["主管部门", "样县农业农村局", "", "项目实施单位", "农业科"],
    ["预算执行情况（元）（20分）", "", "预算数（A）", "执行数（B）", "执行率（B/A）", "得分（20分*执行率）"],
    ["", "年度财政资金总额", 15600, 7800, "50%", 10],
    ["一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分"],
    ["产出指标", "数量指标", "补贴户数", "6", "5", 20],
    ["满意度指标", "服务对象满意度", "农户满意度", "90%", "≥90%", 40],
    ["总分", "", "", "", "", 70],
]


def test_letters_of_a_formula_and_points_are_no_part_of_a_header(take: Taker) -> None:
    taken = take(merged(EVALUATED, "A1:F1", "A4:A5"), schema="fiscal_project.self_evaluation")
    tables = {one.table.name: pq.read_table(one.parquet).to_pylist() for one in taken.outcome.tables}
    names = ("budget_total", "executed", "execution_rate", "score")
    assert picked(tables["projects"], *names) == [(15_600, 7_800, 50, 70)]
    assert picked(tables["funding"], "source", "budget_total", "score") == [("total", 15_600, 10)]
    assert picked(tables["indicators"], "level3", "target", "actual") == [
        ("补贴户数", "6", "5"),
        ("农户满意度", "90%", "≥90%"),
    ]
    assert not taken.findings("unit_assumed")
    assert not taken.findings("figure_unplaced")


def test_a_word_beside_another_for_the_same_is_no_other_header(take: Taker) -> None:
    head = "行政区,项目名称,面积（公顷）,供地方式,土地使用权人,合同（划拨决定书）签订日期,约定（实际）开工时间\n"
    taken = take(head + "海勃湾区,样例小学,2.4,划拨,样例教育局,2020-10-15,2021-04-15\n", schema="land_supply.result")
    assert taken.column("sign_date") == [date(2020, 10, 15)]
    assert taken.finding("header_taken_as").cell == "F1"
    assert not {"start_date_agreed", "start_date_actual"} & set(taken.rows[0])  # which of both it is nobody knows


def test_the_one_who_is_to_get_the_land_and_what_it_costs(take: Taker) -> None:
    text = "地块编号,土地面积（㎡）,竞得价（万元）,竞得入选人\n样告字[2021]1号,10,33.5,样例公司\n"
    taken = take(text, schema="land_supply.deal")
    assert picked(taken.rows, "deal_price", "grantee") == [(335_000, "样例公司")]


SPENT = (
    "年度,项目名称,项目期,{},财政拨款（元）,上年结转（元）\n2020,水质监测,1,2360,2360,0\n2020,土壤详查,2,845.5,700.5,145\n"
    "2020,雨污分流,3,{},1200,30\n"
)


def test_a_total_in_words_that_nobody_knows_is_proven_by_its_parts(take: Taker) -> None:
    taken = take(SPENT.format("经费盘子（元）", 1230), schema="fiscal_project.budget")
    assert taken.column("total") == [2360, Decimal("845.5"), 1230]
    told = taken.finding("column_is_sum")
    assert (told.cell, told.params["parts"]) == ("D1", "财政拨款（元）、上年结转（元）")
    assert all(told.message(language) for language in ("zh-Hans", "zh-Hant", "en"))


@pytest.mark.parametrize(("header", "last"), [("经费盘子（元）", 1231), ("经费盘子（万元）", 1230)])
def test_a_total_that_is_no_sum_of_its_parts_is_asked_for(take: Taker, header: str, last: int) -> None:
    assert take.refused(SPENT.format(header, last), schema="fiscal_project.budget").code == "required_missing"


@pytest.mark.parametrize(
    ("header", "stem", "unit"),
    [
        ("合计（A=B+C）（万元）", "合计", "万元"),
        ("合计（万元）A=B+C", "合计", "万元"),
        ("合计1=2+3", "合计", None),
        ("财政拨款(2)", "财政拨款", None),
        ("执行率（B/A）", "执行率", None),
        ("管网长度(m)", "管网长度", "米"),
        ("维生素B", "维生素b", None),
        ("PM2.5", "pm2.5", None),
        ("A=B+C", "a=b+c", None),
        ("2019(1)", "2019(1)", None),
    ],
)
def test_letters_and_numbers_of_a_formula_are_no_part_of_a_name(header: str, stem: str, unit: str | None) -> None:
    found, of = split_unit(header)
    assert (found, of.name if of else None) == (stem, unit)


def test_a_header_with_its_letter_is_the_fields(take: Taker) -> None:
    text = "年度,项目名称,合计（A=B+C）,财政拨款（B）,上年结转（C）\n2020,水质监测,2360,2300,60\n"
    taken = take(text, schema="fiscal_project.budget", unit="元")
    assert picked(taken.rows, "total", "appropriation", "carried_over") == [(2360, 2300, 60)]


def test_a_kind_of_bond_that_is_no_code_is_told_where_it_has_a_column(take: Taker) -> None:
    head = "债券名称,债券类型,债券规模（亿元）\n"
    taken = take(head + "2021年样例专项债券（一期）,记账式,1.5\n", schema="gov_debt.bonds")
    assert taken.finding("code_unknown").raw == "记账式"


@pytest.mark.parametrize(
    ("title", "corner", "price", "said", "kept"),
    [
        ("样例市土地成交结果", "", "成交价（百万港元）", "", False),
        ("样例市土地成交结果", "單位：百萬港幣", "成交价", "", False),
        ("样例市土地成交结果", "单位：万元（港币）", "成交价", "", False),
        ("样例市土地成交结果", "币种：港币", "成交价（万元）", "", False),
        ("香港特別行政區土地成交結果", "", "成交價（百萬元）", "", False),
        ("样例市土地成交结果", "币种：港币", "成交价（人民币万元）", "", True),
        ("样例市土地成交结果", "单位：万元、万美元", "成交价", "", True),
        ("样例市土地成交结果", "单位：百万港元", "成交价", "万元", True),
    ],
)
def test_money_of_another_country_is_left_and_named_unless_the_steward_says(
    take: Taker, title: str, corner: str, price: str, said: str, kept: bool
) -> None:
    rows = [[title], *([[corner]] if corner else []), ["地段编号", "土地面积（平方米）", "出让方式", price, "承批人"]]
    rows += [["样-1", 4000, "公開招標", 300, "甲公司"], ["样-2", 3000, "私人協約方式批地", "－", "流標"]]
    taken = take(workbook(("表", rows)), schema="land_supply.deal", **({"unit": said} if said else {}))
    names = ("parcel_no", "supply_method", "outcome", "grantee")
    assert picked(taken.rows, *names) == [("样-1", "tender", "sold", "甲公司"), ("样-2", "agreement", "unsold", None)]
    assert [row.get("deal_price") for row in taken.rows] == [3_000_000 if kept else None, None]
    assert len(taken.findings("column_other_measure")) == (not kept)


def test_homes_in_stock_are_of_the_region_in_the_title(take: Taker) -> None:
    rows = [
        ["2022年第三季度海林市存量住宅用地项目清单"],
        [
            "序号",
            "项目名称",
            "开发企业",
            "所在区和街道（乡镇）",
            "具体位置",
            "住宅类型",
            "土地面积（公顷）",
            "建设状态",
        ],
        [1, "样例嘉园", "样例公司", "海林镇", "样例路1号", "普通商品住房", 3.5, "未动工"],
    ]
    taken = take(workbook(("表", rows)), schema="land_supply.residential_stock")
    assert picked(taken.rows, "region", "region_name", "district") == [("231083", "海林市", "海林镇")]


def test_the_number_of_a_form_before_a_place_is_no_part_of_it(take: Taker) -> None:
    rows = [
        ["表1-11  洛阳市2017年第3季度地价动态监测指标（季度）调查表"],
        ["指标类别", "综合", "商业用途", "居住用途", "工业用途"],
        ["（1）地面地价水平值（元/平方米）", 1936, 3852, 2705, 562],
        ["（2）地价增长率（环比）", "0.94%", "0.81%", "1.39%", "0.36%"],
    ]
    taken = take(workbook(("表", rows)), schema="land_price.quarterly")
    assert set(picked(taken.rows, "region", "region_name", "period")) == {("410300", "洛阳市", "2017-Q3")}
