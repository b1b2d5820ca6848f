"""The same matrix on several sheets of a file."""

from __future__ import annotations

from tests.ingest.taking import Taker, picked, workbook

PRICES = "land_price.quarterly"


def sheet(year: int, unit: str, own: float, part: float) -> tuple[str, list[list[object]]]:
    """A sheet of limits and balances of one year."""
    return f"{year}年", [
        [f"{year}年资阳市政府债务限额及余额决算表"],
        [f"单位：{unit}"],
        ["地区", f"{year}年一般债务限额", f"{year}年专项债务余额"],
        ["市本级", own, 50],
        ["乐至县", part, 20],
        ["合计", own + part, 70],
    ]


def test_a_matrix_that_comes_again_on_the_next_sheet_is_one_table(take: Taker) -> None:
    book = workbook(sheet(2021, "亿元", 100, 60), sheet(2022, "万元", 1_100_000, 600_000))
    taken = take(book, schema="gov_debt.limit_balance")
    assert [one.table.name for one in taken.outcome.tables] == ["limit_balance"]
    assert picked(taken.rows, "region", "scope", "period", "measure", "value")[::3] == [
        ("512000", "own_level", "2021", "limit", 10_000_000_000),
        ("512022", "whole", "2021", "balance", 2_000_000_000),
        ("512022", "whole", "2022", "limit", 6_000_000_000),
    ]
    told = taken.cells(7)
    assert (told["value"]["sheet"], told["value"]["cell"], told["value"]["unit"]) == ("2022年", "B5", "万元")
    assert (told["measure"]["sheet"], told["measure"]["cell"]) == ("2022年", "B3")
    assert [(one["sheet"], one["values"]["地区"]) for one in taken.outcome.totals] == [
        ("2021年", "合计"),
        ("2022年", "合计"),
    ]
    assert taken.outcome.totals[1]["values"]["2022年一般债务限额"] == "1700000"
    assert taken.table.origin["left_out"][1] == {"row": 6, "why": "total", "sheet": "2022年"}


def prices(city: str, place: str, level: int) -> tuple[str, list[list[object]]]:
    """A sheet of the prices in one place of a city."""
    head = ["地区", "用途", "地面地价水平值(元/㎡)", "环比(%)"]
    return city, [[f"{city}2020年第三季度地价"], head, [place, "商服", level, 0.5], [place, "住宅", level, 0.6]]


def test_places_of_sheets_that_need_their_title_stay_tables_of_their_own(take: Taker) -> None:
    plain = workbook(prices("绍兴市", "诸暨市", 4000), prices("嘉兴市", "海宁市", 3900))
    (table,) = take(plain, schema=PRICES).outcome.tables
    assert (table.table.rows, table.table.sheet) == (8, None)
    namesakes = take(workbook(prices("南京市", "鼓楼区", 4000), prices("徐州市", "鼓楼区", 3900)), schema=PRICES)
    assert [one.table.name for one in namesakes.outcome.tables] == ["quarterly", "quarterly_2"]
    assert namesakes.column("region") == ["320106"] * 4


def test_a_text_that_means_something_else_on_the_next_sheet_keeps_its_meaning(take: Taker) -> None:
    head = ["项目", "2021年", "2022年"]
    limits = [["2022年丽江市地方政府债务限额"], ["单位：亿元"], head, ["一般债务", 2, 3], ["专项债务", 4, 5]]
    balances = [["2022年丽江市地方政府债务余额"], ["单位：亿元"], head, ["一般债务", 1, 2], ["专项债务", 3, 4]]
    taken = take(workbook(("甲", limits), ("乙", balances)), schema="gov_debt.limit_balance")
    assert picked(taken.rows, "measure", "debt_type", "value")[2:6] == [
        ("limit", "special", 400_000_000),
        ("limit", "special", 500_000_000),
        ("balance", "general", 100_000_000),
        ("balance", "general", 200_000_000),
    ]


def debts(kind: str, issued: float) -> list[list[object]]:
    """The form of one kind of debt."""
    title = [f"舒城县2023年和2024年地方政府{kind}债务余额情况表"]
    return [
        title,
        ["单位：亿元"],
        ["项目", "预算数", "执行数"],
        [f"三、2023年{kind}债务发行额", "", issued],
        [f"四、2023年{kind}债务还本额", "", 1],
    ]


def test_two_forms_one_under_the_other_are_one_table(take: Taker) -> None:
    rows = [*debts("一般", 8.5), [], [], *debts("专项", 30)]
    taken = take(workbook(("表", rows)), schema="gov_debt.flow")
    assert [one.table.name for one in taken.outcome.tables] == ["flow"]
    assert picked(taken.rows, "debt_type", "item", "value")[::2] == [
        ("general", "issue", 850_000_000),
        ("special", "issue", 3_000_000_000),
    ]
    assert taken.cells(3)["value"]["cell"] == "C11"


def test_other_forms_on_one_sheet_are_one_table_unless_they_speak_of_the_same(take: Taker) -> None:
    repaid = [["通辽市地方政府债券发行及还本付息情况表"], ["单位：亿元"], ["项目", "本地区", "本级"]]
    repaid += [["一、2022年发行预计执行数", 58.64, 21.3], ["二、2022年还本预计执行数", 33, 10]]
    limits = [["通辽市2023年地方政府债务限额调整情况表"], ["单位：亿元"], ["项目", "本地区", "本级", "下级"]]
    limits += [["一、2022年地方政府债务限额", 402, 150, 252], ["二、2023年新增地方政府债务限额", 31, 9, 22]]
    taken = take(workbook(("表", [*repaid, [], [], *limits])), schema="gov_debt.flow")
    assert [one.table.rows for one in taken.outcome.tables] == [10]
    assert picked(taken.rows, "item", "scope", "value")[3:5] == [
        ("repay_principal", "own_level", 1_000_000_000),
        ("limit_start", "whole", 40_200_000_000),
    ]
    again = [*limits[:3], ["一、2022年地方政府债务限额", 403, 150, 253]]
    again[2] = [*again[2][:3], "所辖"]
    taken = take(workbook(("表", [*limits, [], [], *again])), schema="gov_debt.flow")
    assert [one.table.rows for one in taken.outcome.tables] == [6, 3]


def test_a_list_on_the_next_sheet_goes_on_where_its_headers_are_the_same(take: Taker) -> None:
    head = ["地块编号", "成交价（万元）", "受让单位"]
    first, second = ("2020年", [["2020年样例市成交"], head, ["A", 5, "甲公司"]]), ("2021年", [head, ["B", 6, "乙公司"]])
    other = ("2022年", [["地块编号", "成交价（元）", "竞得人"], ["C", 70_000, "丙公司"]])
    taken = take(workbook(first, second, other), schema="land_supply.deal")
    assert [one.table.rows for one in taken.outcome.tables] == [3]
    assert picked(taken.rows, "parcel_no", "deal_price", "grantee") == [
        ("A", 50_000, "甲公司"),
        ("B", 60_000, "乙公司"),
        ("C", 70_000, "丙公司"),
    ]
    assert [taken.cells(at)["deal_price"]["sheet"] for at in (1, 2, 3)] == ["2020年", "2021年", "2022年"]
    assert [taken.cells(at)["deal_price"]["cell"] for at in (1, 2, 3)] == ["B3", "B2", "B2"]


def bonds(kind: str, head: list[str], *rows: list[object]) -> list[list[object]]:
    """The list of the bonds of one kind."""
    last = ["合计", "", sum(float(str(row[2])) for row in rows)]
    return [[f"2022年末样例市发行的{kind}债券情况表"], [head.pop()], ["债券名称", "债券编码", *head], *rows, last]


def test_lists_with_other_columns_and_units_are_one_table(take: Taker) -> None:
    general = bonds(
        "一般", ["债券规模", "备注", "单位：亿元"], ["2021年某省政府一般债券（五期）", "2105482", 1.85, "公路"]
    )
    special = bonds("专项", ["债券规模", "债券类型", "已取得项目收益", "单位：万元"],
                    ["2021年某省政府专项债券（九期）", "2105510", 20000, "棚改专项债券", 0])  # fmt: skip
    for sheets in ((("表", [*general, [], *special]),), (("一般", general), ("专项", special))):
        taken = take(workbook(*sheets), schema="gov_debt.bonds")
        assert [one.table.rows for one in taken.outcome.tables] == [2]
        assert picked(taken.rows, "bond_code", "debt_type", "amount", "revenue", "remark") == [
            ("2105482", "general", 185_000_000, None, "公路"),
            ("2105510", "special", 200_000_000, 0, None),
        ]
        raw = taken.cells(2)["amount"]
        assert (raw["sheet"], raw["cell"]) == (sheets[-1][0], "C10" if len(sheets) == 1 else "C4")
        assert [one["values"]["债券规模"] for one in taken.outcome.totals] == ["1.85", "20000"]


def test_lists_that_share_a_key_or_little_else_stay_apart(take: Taker) -> None:
    head = ["债券规模", "备注", "单位：亿元"]
    first = bonds("一般", [*head], ["甲债券", "2105482", 1.85, ""])
    again = bonds("一般", ["债券规模", "项目进度", "单位：亿元"], ["甲债券", "2105482", 1.2, "完工"])
    taken = take(workbook(("甲", first), ("乙", again)), schema="gov_debt.bonds")
    assert [one.table.rows for one in taken.outcome.tables] == [1, 1]
    other = [["2022年样例市项目"], ["单位：亿元"], ["项目名称", "债券规模", "项目总投资"], ["样例项目", 3, 5]]
    taken = take(workbook(("甲", first), ("乙", other)), schema="gov_debt.bonds")
    assert [one.table.rows for one in taken.outcome.tables] == [1, 1]


def test_a_table_that_reports_nothing_is_none_beside_one_with_rows(take: Taker) -> None:
    head = ["债券名称", "债券编码", "债券规模"]
    nothing = [["2023年发行的一般债券"], ["单位：亿元"], head, ["无"], ["注：没有发行一般债券。"]]
    bonds = [
        ["2023年发行的专项债券"],
        ["单位：亿元"],
        [*head, "已实现投资", ""],
        ["", "", "", "合计", "其中：债券资金安排"],
    ]
    bonds.append(["2023年某省专项债券（九期）", "2305273", "1.5", "0.88", "0.8"])
    taken = take(workbook(("附件1", nothing), ("附件2", bonds)), schema="gov_debt.bonds")
    assert [(one.table.name, one.table.rows) for one in taken.outcome.tables] == [("bonds", 1)]
    assert taken.finding("report_of_nothing").sheet == "附件1"
    names = ("amount", "invested", "invested_from_bonds")
    assert picked(taken.rows, *names) == [(150_000_000, 88_000_000, 80_000_000)]
    alone = take(workbook(("附件1", nothing), ("附件2", nothing)), schema="gov_debt.bonds")
    assert [one.table.rows for one in alone.outcome.tables] == [0]
