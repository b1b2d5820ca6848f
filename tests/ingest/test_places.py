"""Places that titles speak of, and what a name means within them."""

from __future__ import annotations

import pytest

from ingest.regions import code_of, find_place
from tests.ingest.taking import Taker, merged, why


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("合肥市2023年第二批国有建设用地", ("合肥市", "340100")),
        ("2021年度宜宾市地方政府一般债务余额情况表", ("宜宾市", "511500")),
        ("2014年第1季度青岛市地价", ("青岛市", "370200")),
        ("浙江省绍兴市柯桥区2020年", ("浙江省绍兴市柯桥区", "330603")),
        ("2021--2022年末自贡市发行的新增债券", ("自贡市", "510300")),
        ("城市：淄博市", ("淄博市", "370300")),
        ("鼓楼区2022年", ("鼓楼区", None)),
        ("附件2", None),
        ("全市2022年", None),
    ],
)
def test_a_title_speaks_of_a_place(title: str, place: tuple[str, str | None] | None) -> None:
    assert find_place(title) == place


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("鼓楼区", "350100", "350102"),
        ("市本级", "510500", "510500"),
        ("全省平均", "340000", "340000"),
        ("本级", "330603", "330603"),
        ("四川省", "510500", "510000"),
        ("成都", None, "510100"),
        ("成都", "510000", "510100"),
        ("江苏省无锡市滨湖区", "340100", "320211"),
        ("福州市台江区", None, "350103"),
        ("河南省 > 省直辖县级行政区划 > 济源市", None, "419001"),
        ("福建省沙县", None, "350427"),
        ("三元区", None, "350404"),
        ("襄樊市", None, "420600"),
        ("荔蒲县", None, "450331"),
        ("延边州", None, "222400"),
        ("广西", None, "450000"),
        ("福州市市辖区", None, "350101"),
        ("市辖区", "350100", "350101"),
        ("江北区", "330200", "330205"),
        ("江北区", "500000", "500105"),
    ],
)
def test_a_name_means_what_the_title_lets_it_mean(name: str, within: str | None, code: str) -> None:
    assert code_of(name, within) == code


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("滨湖区", "340100", "region_elsewhere"),
        ("市本级", "330000", "region_unknown"),
        ("市本级", None, "region_unknown"),
        ("吉林", None, "region_ambiguous"),
        ("恩施", None, "region_ambiguous"),
        ("巴州", None, "region_ambiguous"),
        ("江北区", None, "region_ambiguous"),
        ("桥东区", "130000", "region_ambiguous"),
        ("城关区", None, "region_ambiguous"),
        ("样例区", None, "region_unknown"),
    ],
)
def test_a_name_that_may_mean_something_else_is_no_code(name: str, within: str | None, code: str) -> None:
    assert why(lambda text: code_of(text, within), name) == code


def test_the_regions_that_a_name_may_mean_are_told_with_their_cities(take: Taker) -> None:
    taken = take("行政区,宗地编号,成交价（万元）\n鼓楼区,A,1\n南京市鼓楼区,B,1\n", schema="land_supply.deal")
    assert taken.column("region") == [None, "320106"]
    told = taken.finding("region_ambiguous").params["codes"]
    assert told == "南京市鼓楼区 320106、徐州市鼓楼区 320302、福州市鼓楼区 350102、开封市鼓楼区 410204"


@pytest.mark.parametrize(
    ("when", "code"), [("2012-03-01", "350403"), ("2021-03-01", "350404"), ("2023-03-01", "350404")]
)
def test_a_district_has_the_code_of_its_time_where_only_the_year_of_the_change_is_known(
    take: Taker, when: str, code: str
) -> None:
    head = "行政区,宗地编号,成交日期,成交价（万元）\n"
    taken = take(head + f"福建省三明市三元区,A,{when},1\n", schema="land_supply.deal")
    assert taken.column("region") == [code]
    assert [one.code for one in taken.outcome.findings if one.code == "check_held"] == []


@pytest.mark.parametrize(("when", "told"), [("2012-11-30", False), ("2015-06-30", False), ("2016-01-01", True)])
def test_a_code_is_doubted_only_where_it_surely_did_not_hold(take: Taker, when: str, told: bool) -> None:
    head = "行政区代码,行政区,宗地编号,成交日期,成交价（万元）\n"  # Zhabei became part of Jing'an in 2015
    taken = take(head + f"310108,闸北区,A,{when},1\n", schema="land_supply.deal")
    assert bool(taken.findings("check_held")) is told


def test_a_release_names_the_regions_that_are_in_it_and_no_others(take: Taker) -> None:
    rows = "福州市鼓楼区,A,1\n福州市台江区,B,1\n没有这个地方,C,1\n福州市台江区,D,1\n"
    taken = take("行政区,宗地编号,成交价（万元）\n" + rows, schema="land_supply.deal")
    codes = taken.field("region").codes
    assert codes is not None
    assert {code: words["zh-Hans"] for code, words in codes.items()} == {"350102": "鼓楼区", "350103": "台江区"}
    assert codes["350102"] == {"zh-Hans": "鼓楼区", "zh-Hant": "鼓樓區", "en": "Gulou District"}


def test_a_code_that_the_country_does_not_have_is_its_own_label(take: Taker) -> None:
    taken = take("行政区代码,宗地编号,成交价（万元）\n339999,A,1\n", schema="land_supply.deal")
    codes = taken.field("region").codes
    assert codes is not None
    assert set(codes["339999"].values()) == {"339999"}


def test_the_land_markets_own_names_of_fields_are_known(take: Taker) -> None:
    record = '{"xzqFullName":"浙江省绍兴市柯桥区","zdBh":"柯桥区2022-10","mj":1.2345,"tdYt":"二类居住用地",'
    record += '"gyFs":"挂牌出让","crNx":"70","minRjl":"1.0","maxRjl":"2.0","cjJg":"31000.5","srDw":"样例公司",'
    record += '"qdRq":"2022-03-05 00:00:00"}'
    (row,) = take(f'{{"code":200,"data":{{"list":[{record}],"total":1}}}}', "api.json", schema="land_supply.deal").rows
    assert (row["region"], row["parcel_no"], row["area"], row["use_code"]) == ("330603", "柯桥区2022-10", 12_345, "07")
    assert (str(row["far_min"]), str(row["far_max"]), row["deal_price"]) == ("1.0", "2.0", 310_005_000)
    assert (row["supply_method"], str(row["sign_date"])) == ("listing", "2022-03-05")


def test_a_kind_of_bond_that_no_list_has_is_told_by_its_word(take: Taker) -> None:
    taken = take(
        "债券名称,债券性质,债券规模（万元）\n甲,其他自平衡专项债券,1\n乙,政府一般债券,1\n", schema="gov_debt.bonds"
    )
    assert taken.column("debt_type") == ["special", "general"]


def test_a_corner_of_several_units_gives_each_column_its_own(take: Taker) -> None:
    lines = "某市住宅用地成交情况,,\n,,单位：公顷、万元\n月份,面积,成交价款\n1月,8.5,120000\n2月,1.25,30500.5\n"
    assert [field.unit for field in take(lines).table.fields] == [None, "公顷", "万元"]


def test_days_in_every_spelling_are_days_in_a_column_of_days(take: Taker) -> None:
    spellings = ("2021-3-7", "2021年3月7日", "2021.03.07", "20210307", "2021-03-07 00:00:00")
    taken = take("名,日期\n" + "".join(f"a,{one}\n" for one in spellings))
    assert {str(day) for day in taken.column("ri_qi")} == {"2021-03-07"}
    assert take("名,日期\na,2021-3-7\nb,20210307\nc,2021-03-07 09:30:00\n").types["ri_qi"] == "string"


def test_a_price_by_the_mu_is_no_price_of_the_whole(take: Taker) -> None:
    taken = take("宗地编号,起拍价（万元/亩）,成交总价（万元）\nA,320,24009.6\n", schema="land_supply.deal")
    assert set(taken.types) == {"parcel_no", "deal_price", "outcome"}
    assert taken.finding("column_other_measure").cell == "B1"


def test_a_head_that_reaches_down_beside_a_blank_corner_is_a_head(take: Taker) -> None:
    rows = [["存量住宅用地信息汇总表"], ["2024年第一季度", "", "", "单位：公顷"], ["项目总数", "存量总面积", "", ""]]
    rows += [["", "", "未动工面积", "已动工面积"], ["(1)", "(2)", "(3)", "(4)"], [5, 50.5, 20.25, 30.25]]
    taken = take(merged(rows, "A3:A4", "B3:B4", "C3:D3"))
    assert [field.title for field in taken.table.fields] == ["项目总数", "存量总面积", "未动工面积", "已动工面积"]
    assert [field.unit for field in taken.table.fields] == [None, "公顷", "公顷", "公顷"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("2023年10月新昌县国有建设用地使用权出让公告", "新昌县"),
        ("2021年上半年诸暨市政府债务", "诸暨市"),
        ("2023年1-6月诸暨市地价", "诸暨市"),
        ("二〇二三年嵊州市政府债务", "嵊州市"),
        ("（2023年度）新昌县项目", "新昌县"),
        ("附件1 2023年10月新昌县成交公示", "新昌县"),
        ("关于公布新昌县2023年10月成交结果", "新昌县"),
        ("2023年第三季度绍兴市柯桥区地价", "绍兴市柯桥区"),
    ],
)
def test_a_place_stands_after_the_time_of_a_title(title: str, name: str) -> None:
    found = find_place(title)
    assert found is not None
    assert found[0] == name
