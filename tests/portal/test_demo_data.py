"""The demonstration data as files: complete, consistent, true to its own sums, and without personal data."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import opencc
import pytest

from catalog.duties import iter_duties
from catalog.regions import regions_called
from catalog.vocabularies import codes
from portal.demo.catalogue import DemoRelease, iter_datasets, iter_publishers, iter_releases

MEMBERS = {
    *(
        "slug",
        "title",
        "title_translations",
        "description",
        "publisher",
        "themes",
        "tags",
        "regions",
        "schema",
        "family",
    ),
    *("frequency", "access", "conditions", "level", "license", "contact", "temporal", "landing_page", "identifier"),
    *("duties", "relations"),
}
CODED = {"themes": "themes", "regions": "regions", "frequency": "frequencies", "access": "access", "level": "levels"}
PERSONAL = (
    r"(?<![0-9A-Za-z])[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])",  # ID card
    r"(?<![0-9A-Za-z.])(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z.])",  # mobile
    r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
    r"0\d{2,3}[-－]\d{7,8}",
    r"先生|女士|小姐|联系人|负责人",
)
DATASETS = {body["slug"]: body for body in iter_datasets()}
RELEASES = list(iter_releases())
FILES = [release.file for release in RELEASES]
with_each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def everything_of(slug: str) -> list[dict[str, str]]:
    return [row for release in RELEASES if release.dataset == slug for row in table(release.file)]


def test_slugs_are_addresses_and_each_is_taken_once() -> None:
    slugs = [body["slug"] for body in iter_datasets()]
    assert len(set(slugs)) == len(slugs) >= 143
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


@pytest.mark.parametrize("body", DATASETS.values(), ids=lambda body: body["slug"])
def test_a_body_has_only_members_and_codes_of_the_contract(body: dict[str, Any]) -> None:
    assert set(body) <= MEMBERS
    for member, vocabulary in CODED.items():
        found = body.get(member, [])
        assert set([found] if isinstance(found, str) else found) <= codes(vocabulary)
    assert body["themes"]
    assert body["tags"]
    assert all(body["title_translations"].values())
    assert not {"schema", "family"} <= set(body)
    assert body.get("schema", body.get("family", "other")).split(".")[0] in codes("families")
    assert body["access"] != "open" or body["level"] in ("L1", "L2")
    assert body["access"] == "open" or body["conditions"]


def test_every_title_of_every_duty_is_a_dataset_that_names_its_duty() -> None:
    wanted = Counter(duty.id for duty in iter_duties() for _ in duty.dataset_titles)
    assert Counter(duty for body in DATASETS.values() for duty in body.get("duties", [])) == wanted
    titles = {(duty, body["title"]) for body in DATASETS.values() for duty in body.get("duties", [])}
    for duty in iter_duties():
        for title in duty.dataset_titles:
            plain = re.sub("（(含个人信息，需审查|须去除个人信息)）$", "", title)
            assert any(owner == duty.id and plain in known for owner, known in titles), title


def test_the_family_of_a_dataset_is_that_of_its_duty() -> None:
    families = {duty.id: duty.family for duty in iter_duties()}
    for body in DATASETS.values():
        for duty in body.get("duties", []):
            assert body.get("schema", body.get("family", "other")).split(".")[0] == families[duty]


def test_what_holds_personal_data_is_not_open() -> None:
    guarded = {duty.id for duty in iter_duties() if any("个人信息" in title for title in duty.dataset_titles)}
    assert guarded == {"D057", "D067", "D068", "D071"}
    for body in DATASETS.values():
        if guarded & set(body.get("duties", [])):
            assert (body["access"], body["level"]) == ("conditional", "L3")


def test_every_publisher_named_is_there_and_no_name_means_two() -> None:
    publishers = {one.slug: one for one in iter_publishers()}
    named = {body["publisher"]["slug"]: body["publisher"]["title"] for body in DATASETS.values()}
    assert named == {slug: one.title for slug, one in publishers.items()}
    names = [name for one in publishers.values() for name in (one.title, *one.aliases)]
    assert len(set(names)) == len(names)
    assert all(one.region is None or one.region in codes("regions") for one in publishers.values())
    assert publishers["shaoxing-natural-resources-bureau"].region == "330600"
    assert "绍兴市国土资源局" in publishers["shaoxing-natural-resources-bureau"].aliases


def test_traditional_titles_fold_to_the_simplified_ones() -> None:
    fold = opencc.OpenCC("t2s").convert
    pairs = [(one.title, one.title_translations["zh-Hant"]) for one in iter_publishers()]
    pairs += [(body["title"], body["title_translations"]["zh-Hant"]) for body in DATASETS.values()]
    assert [fold(traditional) for _, traditional in pairs] == [fold(simplified) for simplified, _ in pairs]


def test_each_family_has_datasets_with_rows() -> None:
    with_rows = {release.dataset for release in RELEASES}
    assert with_rows <= set(DATASETS)
    families = Counter(
        DATASETS[slug].get("schema", DATASETS[slug].get("family", "other")).split(".")[0] for slug in with_rows
    )
    assert all(families[family] for family in codes("families") - {"other"})
    assert {"land_supply.deal", "land_supply.result"} <= {DATASETS[slug].get("schema") for slug in with_rows}


def test_what_has_rows_says_that_it_is_a_demonstration_and_from_where() -> None:
    for slug in {release.dataset for release in RELEASES}:
        body = DATASETS[slug]
        assert "演示数据" in body["description"]
        assert "来源：" in body["description"]
        assert body["landing_page"].startswith(("http://", "https://"))
        assert date.fromisoformat(body["temporal"]["from"]) <= date.fromisoformat(body["temporal"]["to"])


def test_what_has_no_rows_says_so() -> None:
    for slug in set(DATASETS) - {release.dataset for release in RELEASES}:
        assert "没有数据文件" in DATASETS[slug]["description"]


def test_every_file_belongs_to_one_release() -> None:
    assert sorted(FILES) == sorted(FILES[0].parent.iterdir())
    assert len({(release.dataset, release.period) for release in RELEASES}) == len(RELEASES)
    month = r"\d{4}(-(Q[1-4]|H[12]|\d{2}))?"
    assert all(re.fullmatch(f"{month}(/{month})?", release.period or "") for release in RELEASES)


def test_a_dataset_may_have_several_releases_oldest_first() -> None:
    periods: dict[str, list[str]] = {}
    for release in RELEASES:
        periods.setdefault(release.dataset, []).append(str(release.period))
    assert periods["qingdao-land-prices"] == ["2013-Q4", "2014-Q1"]
    assert all(found == sorted(found) for found in periods.values())


@with_each_file
def test_a_file_is_a_plain_table_with_one_header_row(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines, strict=True))
    assert rows
    assert len(set(header)) == len(header)
    assert all(header)
    assert {len(row) for row in rows} == {len(header)}
    assert all(cell == cell.strip() for row in rows for cell in row)


@with_each_file
def test_a_file_has_no_personal_data(file: Path) -> None:
    words = file.read_text(encoding="utf-8")
    assert not [found.group() for pattern in PERSONAL for found in re.finditer(pattern, words)]


def test_the_catalogue_has_no_personal_data() -> None:
    words = " ".join(str(value) for body in DATASETS.values() for value in body.values())
    assert not [found.group() for pattern in PERSONAL for found in re.finditer(pattern, words)]


@with_each_file
def test_grantees_are_companies(file: Path) -> None:
    for row in table(file):
        for header in {"土地使用权人", "受让单位"} & set(row):
            assert row[header] == "" or row[header].endswith(("公司", "集团")), row


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.file.stem)
def test_region_codes_and_region_names_agree(release: DemoRelease) -> None:
    for row in table(release.file):
        if row.get("行政区代码"):
            assert row["行政区代码"] in regions_called(row["行政区"]), row


@pytest.mark.parametrize(
    "slug",
    ["qijiang-debt-limits-and-balances", "province-debt-limits-and-balances", "zhejiang-debt-limits-and-balances"],
)
def test_total_debt_is_general_plus_special(slug: str) -> None:
    sums: dict[tuple[str, ...], dict[str, Decimal]] = {}
    for row in everything_of(slug):
        key = (row["行政区代码"], row["时期"], row["指标"])
        sums.setdefault(key, {})[row["债务类型"]] = Decimal(row["金额(亿元)"])
    assert sums
    for parts in sums.values():
        assert parts["合计"] == parts["一般债务"] + parts["专项债务"]


def test_the_balance_at_the_end_is_what_the_year_made_of_the_beginning() -> None:
    rows = [row for row in everything_of("qijiang-debt-flow") if row["债务类型"] == "一般债务"]
    value = {(row["时期"], row["项目"]): Decimal(row["金额(亿元)"]) for row in rows}
    came = value["2020", "发行额"] - value["2020", "还本支出"]
    assert value["2020", "年末余额"] == value["2019", "年末余额"] + came


def test_the_growth_that_qingdao_printed_follows_from_its_levels() -> None:
    last = [release for release in RELEASES if release.dataset == "qingdao-land-prices"][-1]
    value = {(row["所在栏"], row["土地用途"], row["指标"]): Decimal(row["数值"]) for row in table(last.file)}
    for use in ("综合", "商服", "住宅", "工业"):
        now, before = value["本季度", use, "地面地价水平值"], value["上季度", use, "地面地价水平值"]
        assert abs((now - before) * 100 / before - value["本季度", use, "环比增长率"]) <= Decimal("0.01")


def test_the_result_table_is_worth_a_filter_and_an_export() -> None:
    rows = everything_of("zhejiang-land-supply-results")
    assert len(rows) == 60
    assert len({row["土地用途"] for row in rows}) >= 5
    assert {row["供地方式"] for row in rows} == {"挂牌出让", "拍卖出让"}
    assert all(Decimal(row["成交价格(万元)"]) > 0 and Decimal(row["土地面积(公顷)"]) > 0 for row in rows)
