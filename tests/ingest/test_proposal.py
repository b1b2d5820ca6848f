"""Tables without a declared schema, and headers that are nearly a field's: what is proposed, and by what evidence."""

from __future__ import annotations

import pytest

from ingest.families import find_schema
from ingest.likeness import find_likenesses
from ingest.previews import preview
from ingest.proposal import is_clear, list_proposals
from ingest.tables import Found
from tests.ingest.taking import Taker

RESULT = (
    "行政区,电子监管号,项目名称,项目位置,面积(公顷),土地来源,土地用途,供地方式,成交价格(万元),"
    "约定开工时间,约定竣工时间\n"
)
ROW = "越城区,3306022018B00012,某项目,某路,1.5,新增建设用地,工业用地,挂牌出让,500,2018-03-01,2020-03-01\n"


def test_a_table_without_a_schema_is_shown_the_one_that_fits(take: Taker) -> None:
    taken = take(RESULT + ROW)
    found = taken.finding("schema_proposed")
    assert found.params["schema"] == "land_supply.result"
    assert "电子监管号→supervision_no" in found.message()
    assert "land_supply.result" in found.remedy()


def test_the_proposal_is_not_taken_without_the_steward(take: Taker) -> None:
    assert "dian_zi_jian_guan_hao" in take(RESULT + ROW).types


def test_two_schemas_that_fit_alike_are_a_choice(take: Taker) -> None:
    found = take("地块编号,土地面积(公顷),成交价(万元),受让人,签订日期\nA1,1,2,某公司,2021-3-4\n").finding(
        "schemas_proposed"
    )
    assert {found.params["schema"], found.params["other"]} == {"land_supply.deal", "land_supply.result"}


def test_a_table_of_another_kind_is_shown_none(take: Taker) -> None:
    taken = take("姓名,年级\n甲,1\n")
    assert taken.findings("schema_proposed") == taken.findings("schemas_proposed") == []


def test_the_title_speaks_for_a_schema_that_its_headers_do_not() -> None:
    headers = ("地区", "A", "B")
    proposals = list_proposals(Found(headers, 1, "某市2020年地方政府债务限额和余额情况表"))
    assert proposals[0].schema == "gov_debt.limit_balance"
    assert proposals[0].by_title
    assert list_proposals(Found(headers, 1)) == ()


def test_a_dry_run_shows_the_first_rows_typed_and_the_proposals(take: Taker) -> None:
    lines = "".join(f"A{number},{number}.50,2019-01-02\n" for number in range(60))
    shown = preview(take("编号,面积,日期\n" + lines).outcome)
    rows = shown["tables"][0]["first_rows"]
    assert len(rows) == 50
    assert rows[1] == {"bian_hao": "A1", "mian_ji": "1.50", "ri_qi": "2019-01-02"}
    assert shown["proposals"] == []
    assert preview(take(RESULT + ROW).outcome)["proposals"][0]["mapping"]["电子监管号"] == "supervision_no"


def test_a_header_that_is_nearly_a_fields_is_taken_and_said(take: Taker) -> None:
    taken = take("宗地编号,土地面积,估价报告备案号,成交价款额(万元)\nA1,1.5,B,3\n", schema="land_supply.deal")
    found = taken.finding("header_taken_as")
    assert (found.params["name"], found.cell) == ("deal_price", "D1")
    assert taken.column("deal_price") == [30_000]
    assert "deal_price" in found.remedy()


def test_the_stewards_answer_ends_the_guessing(take: Taker) -> None:
    content = "宗地编号,土地面积,成交价款额(万元)\nA1,1.5,3\n"
    kept = take(content, schema="land_supply.deal", mapping={"成交价款额(万元)": None})
    assert kept.findings("header_taken_as") == []
    assert "deal_price" not in kept.types


def test_a_header_that_is_only_somewhat_like_is_left_with_the_choice(take: Taker) -> None:
    taken = take("宗地编号,土地面积,地块坐标\nA1,1.5,某路\n", schema="land_supply.deal")
    assert taken.finding("header_is_like").params["name"] == "location"
    assert "location" not in taken.types


@pytest.mark.parametrize("header", ["未成交价款", "约定开工时间", "存量"])
def test_a_word_that_turns_the_meaning_is_no_likeness(header: str) -> None:
    schema = find_schema("land_supply.deal")
    assert schema is not None
    assert find_likenesses(("宗地编号", header), schema, {}) == ()


def test_proposals_stand_out_or_do_not() -> None:
    headers = tuple(RESULT.strip().split(","))
    assert is_clear(list_proposals(Found(headers, 1)))
    assert not is_clear(list_proposals(Found(("地块编号", "土地面积", "成交价", "受让人", "签订日期"), 1)))


def test_a_matrix_is_looked_for_on_sheets_that_somebody_laid_out(take: Taker) -> None:
    head, line = "城市,商服地价,住宅地价,工业地价\n", "杭州市,9000,20000,800\n"
    short = take(head + line * 3)
    long = take(head + line * 20_001)
    assert short.finding("schema_proposed").params["schema"] == "land_price.quarterly"
    assert long.findings("schema_proposed") == []


def test_a_title_tells_results_from_deals(take: Taker) -> None:
    text = (
        "宗地编号,宗地位置,供应面积(公顷),土地用途,供应方式,成交价(万元),受让人,合同签订日期\n"
        "A1,甲路,1.2,工业用地,挂牌出让,1200,样例公司,2022-04-01\n"
    )
    named = {
        "新昌县2022年土地供应结果.csv": "land_supply.result",
        "2022年国有建设用地供地结果公示.csv": "land_supply.result",
        "2022年国有土地使用权成交结果.csv": "land_supply.deal",
    }
    for name, schema in named.items():
        assert take(text, name).outcome.proposals[0].schema == schema


def test_many_fields_are_enough_whatever_else_stands_beside(take: Taker) -> None:
    heads = "出让土地面积,土地用途,容积率,建筑密度,绿地率,出让年限,起始价,保证金,增价幅度,四至,土地现状,公告类型"
    text = f"{heads}\n3000平方米,工业,≥1.0,≤55%,20%,50年,1600万元,400万元,10万元,东至甲路,净地,出让公告\n"
    first = take(text, "表.csv").outcome.proposals[0]
    assert (first.schema, first.missing) == ("land_supply.notice", ("宗地编号",))


def test_what_columns_of_codes_hold_tells_schemas_apart(take: Taker) -> None:
    economy = "地区,统计年度,指标,数值,计量单位\n成都市,2021,地区生产总值,5,亿元\n成都市,2021,财政收入,5,万元\n"
    assert take(economy).outcome.proposals[0].schema == "gov_debt.economy"
    prices = "地区,统计年度,用途,指标,数值\n成都市,2021,商服,地面地价水平值,5\n成都市,2021,住宅,环比增长率,5\n"
    likely = {one.schema: one.misread for one in take(prices).outcome.proposals}
    assert likely == {"land_price.quarterly": 0, "gov_debt.economy": 1, "gov_debt.flow": 1}


def test_what_a_matrix_passes_over_speaks_against_a_schema(take: Taker) -> None:
    lines = ["一、2022年末地方政府一般债务余额实际数,,120", "二、2023年末地方政府一般债务余额限额,150,",
             "三、2023年地方政府一般债务发行额,30,28", "四、2023年地方政府一般债务还本支出,9,8",
             "五、2023年末地方政府一般债务余额预计执行数,,140"]  # fmt: skip
    text = "样例县2023年地方政府一般债务余额情况表\n单位：亿元\n项目,预算数,执行数\n" + "\n".join(lines) + "\n"
    assert take(text).finding("schema_proposed").params["schema"] == "gov_debt.flow"


def test_a_title_is_enough_for_few_figures_and_for_a_form_that_begins_with_other_words(take: Taker) -> None:
    lines = [
        "地区生产总值（亿元）,5,6",
        "常住人口数（万人）,40,41",
        "一般公共预算收入（亿元）,2,3",
        "医院床位数（张）,9,9",
    ]
    text = "样例市经济、财政基本情况表\n项目,2021年,2022年\n" + "\n".join(lines) + "\n"
    assert take(text).finding("schema_proposed").params["schema"] == "gov_debt.economy"
    heads = "单位编码,单位(专项)名称,资金总额,绩效目标,一级指标,二级指标,三级指标,指标值\n"
    rows = "302,样例市样例局,30,,,,,\n,样例专项,30,完成样例,产出指标,数量指标,样例数,≥3个\n,,,,,质量指标,合格率,≥9%\n"
    text = "2023年度项目支出绩效目标表\n单位：万元\n" + heads + rows
    assert take(text).finding("schema_proposed").params["schema"] == "fiscal_project.targets"


def test_a_list_of_units_over_projects_is_one_of_projects(take: Taker) -> None:
    rows = "201,样例局,5\n201001,样例局本级,5\n,样例项目,3\n,另一项目,2\n"
    text = "2022年项目支出预算表\n单位：万元\n单位编码,单位（项目）名称,项目金额\n" + rows
    assert take(text).finding("schema_proposed").params["schema"] == "fiscal_project.budget"
