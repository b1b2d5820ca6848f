"""Regions that neither a column nor the title tells, but what stands in each row does."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, picked

NOTICE, DEAL = "land_supply.notice", "land_supply.deal"


def test_the_titles_of_notices_tell_the_region_of_their_rows(take: Taker) -> None:
    text = (
        "文件标题,宗地编号,土地坐落,土地面积\n"
        "湄潭县自然资源局国有建设用地使用权挂牌出让公告,|A-1号|A-2号,|县城西侧|湄江街道,|17320平方米|8108平方米\n"
        "绍兴市自然资源和规划局公告,B-1号,越城区样例路北侧,2350平方米\n样例公告,C-1号,样例路,20平方米\n"
    )
    taken = take(text, "公告.csv", schema=NOTICE)
    assert picked(taken.rows, "parcel_no", "region", "region_name") == [
        ("A-1号", "520328", "湄潭县"),
        ("A-2号", "520328", "湄潭县"),
        ("B-1号", "330602", "绍兴市越城区"),
        ("C-1号", None, None),
    ]
    assert (taken.finding("region_spoken").count, taken.cells(1)["region_name"]["cell"]) == (2, "A2")


@pytest.mark.parametrize(
    ("location", "region"),
    [
        ("湄潭县茅坝社区", "520328"),
        ("贵州省遵义市湄潭县茅坝社区", "520328"),
        ("株洲市渌口区南洲镇", "430212"),
        ("港口区样例路", None),  # a part of any city on the sea
        ("鼓楼区样例路", None),
        ("中山市场东侧", None),
        ("延安市路北侧", None),
        ("贵州省某地", None),
        ("茅坝社区，湄潭县内", None),
    ],
)
def test_a_location_tells_a_region_only_where_it_is_certain(take: Taker, location: str, region: str | None) -> None:
    taken = take(f"地块编号,坐落,成交价（万元）\nA-1,{location},3\n".replace("，", " "), schema=DEAL)
    assert [row.get("region") for row in taken.rows] == [region]
    assert bool(taken.findings("region_spoken")) is (region is not None)


def test_a_title_and_a_location_that_disagree_tell_nothing(take: Taker) -> None:
    taken = take("公告标题,地块编号,坐落,成交价（万元）\n绍兴市公告,A-1,湄潭县茅坝社区,3\n", schema=DEAL)
    assert not taken.findings("region_spoken")


def test_the_title_of_the_table_goes_first(take: Taker) -> None:
    taken = take("遵义市成交公示,,\n地块编号,坐落,成交价（万元）\nA-1,湄潭县茅坝社区,3\n", schema=DEAL)
    assert taken.column("region") == ["520300"]
    own = take("行政区,地块编号,坐落,成交价（万元）\n遵义市,A-1,湄潭县茅坝社区,3\n", schema=DEAL)
    assert own.column("region") == ["520300"]


@pytest.mark.parametrize(
    ("others", "region"),
    [
        (("大兴区", "房山区"), "110112"),
        (("大兴区", "越城区"), None),  # of two provinces
        (("大兴区", "大兴区"), None),  # one alone is little company
        (("越城区", "柯桥区"), None),  # of a third
    ],
)
def test_a_name_of_several_regions_is_of_the_province_that_all_others_are_of(
    take: Taker, others: tuple[str, str], region: str | None
) -> None:
    first, last = others
    taken = take(f"行政区,地块编号,成交价(万元)\n{first},A-1,3\n通州区,A-2,3\n{last},A-3,3\n", schema=DEAL)
    assert [row["region"] for row in taken.rows][1] == region
    assert bool(taken.findings("region_by_others")) is bool(region)
    assert bool(taken.findings("region_ambiguous")) is not bool(region)


def test_words_of_lists_from_trading_centres(take: Taker) -> None:
    text = "地块编号,出让结果,每次竞价加价最低幅度(万元),成交价(万元)\nA-1,流拍,10,\nA-2,成交,10,30\n"
    taken = take(text, schema=DEAL)
    assert picked(taken.rows, "outcome", "increment") == [("unsold", 100_000), ("sold", 100_000)]


def test_a_row_that_names_a_part_of_the_titles_region_is_of_that_part(take: Taker) -> None:
    head = "清远市2022年第四季度存量住宅用地项目清单\n县（市、区）,项目名称,位置,住宅类型,土地面积(公顷)\n"
    rows = "清城区,样例花园,东城街道,普通商品房,1\n英德市,样例御景,英城街道,普通商品房,2\n"
    rows += "高新区,样例园,龙塘镇,普通商品房,3\n"
    taken = take(head + rows, schema="land_supply.residential_stock")
    assert picked(taken.rows, "district", "region", "region_name") == [
        ("清城区", "441802", "清城区"),
        ("英德市", "441881", "英德市"),
        ("高新区", "441800", "清远市"),
    ]
    assert not taken.findings("region_spoken")
