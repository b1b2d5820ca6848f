"""A file beside the published release: what leapt, what is gone, what is said otherwise, and what would change."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from catalog import db, registry
from catalog.accounts import OPERATOR
from catalog.models import Dataset, Release
from catalog.rows.cache import ServingCache
from catalog.storage import FileStorage
from ingest import jobs
from ingest.comparison import Published, compare_outcome
from ingest.families import load_schema
from ingest.findings import Finding
from ingest.models import Job
from ingest.worker import Workshop, run_next
from tests.factories import a_dataset, a_publisher
from tests.ingest.taking import Taken, Taker

# Daying County heads its table 亿元 and writes 万元 (502,325): the year before it wrote what it headed.
DAYING = "地区,2023年债务限额,2023年债务限额 / 一般债务,2023年债务限额 / 专项债务\n大英县,{}\n"
# Qingdao's form of 2014Q1, and the quarter before as its own form had it.
QINGDAO = (
    "指标类别,本季度 / 综合,本季度 / 商业用途,上季度 / 综合,上季度 / 商业用途\n"
    "(1)地面地价水平值,{}\n(3)地价增长率(环比),{}\n"
)
HEAD = "行政区,公告号,宗地编号,土地面积（平方米）,成交价（元）,成交日期\n"
DEALS = HEAD + (
    "柯桥区,样告字[2021]1号,P1,10,100,2021-03-01\n"
    "柯桥区,样告字[2021]1号,P2,20,200,2021-03-01\n"
    "柯桥区,样告字[2021]1号,P3,30,300,2021-03-01\n"
)


def beside(before: Taken, after: Taken, schema: str | None) -> list[Finding]:
    """What the comparison of two files of one dataset finds."""
    tables = tuple((one.table, one.parquet) for one in before.outcome.tables)
    published = Published(3, before.outcome.period, tables)
    outcome, _ = compare_outcome(after.outcome, published, schema)
    found = list(outcome.findings[len(after.outcome.findings) :])
    for one in found:
        assert all(one.message(language) for language in ("zh-Hans", "zh-Hant", "en"))
        assert one.level == "info" or one.remedy()
    return found


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


def test_a_limit_of_another_unit_than_the_published_one_is_told(take: Taker) -> None:
    told = {"schema": "gov_debt.limit_balance", "unit": "亿元"}
    before = take(DAYING.format("50.2325,18.1,32.1325"), "大英县2023年.csv", **told)
    after = take(DAYING.format("502325,181000,321325"), "大英县2023年.csv", **told)
    found = beside(before, after, "gov_debt.limit_balance")
    assert codes(found) == ["changes_found", "value_moved"]
    assert (found[1].cell, found[1].count, found[1].raw) == ("B2", 3, "502325")
    assert found[1].params["before"] == "5023250000"
    assert "差 10 倍以上" in found[1].message()


def test_a_limit_that_leaps_from_one_year_to_the_next_is_told(take: Taker) -> None:
    told = {"schema": "gov_debt.limit_balance", "unit": "亿元"}
    before = take(DAYING.replace("2023", "2022").format("48.1,17.6,30.5"), "大英县2022年.csv", **told)
    after = take(DAYING.format("502325,181000,321325"), "大英县2023年.csv", **told)
    found = beside(before, after, "gov_debt.limit_balance")
    assert codes(found) == ["changes_found", "value_leapt"]
    assert (found[1].cell, found[1].count) == ("B2", 3)


def test_the_quarter_before_in_a_new_form_is_held_against_its_own_form(take: Taker) -> None:
    schema = "land_price.quarterly"
    before = take(QINGDAO.format("3050,8642,2990,8500", "2.01,1.67,,"), "青岛市2013年第4季度.csv", schema=schema)
    same = take(QINGDAO.format("3193,9234,3050,8642", "4.69,6.85,,"), "青岛市2014年第1季度.csv", schema=schema)
    assert codes(beside(before, same, schema)) == ["changes_found"]
    other = take(QINGDAO.format("3193,9234,3050,8624", "4.69,7.07,,"), "青岛市2014年第1季度.csv", schema=schema)
    found = beside(before, other, schema)
    assert codes(found) == ["changes_found", "value_revised"]
    assert (found[1].cell, found[1].params["before"], found[1].params["now"]) == ("E2", "8642", "8624")


def test_a_rate_may_leap_from_one_quarter_to_the_next(take: Taker) -> None:
    schema = "land_price.quarterly"
    before = take(QINGDAO.format("3050,8642,2990,8500", "0.10,1.67,,"), "青岛市2013年第4季度.csv", schema=schema)
    after = take(QINGDAO.format("3193,9234,3050,8642", "4.69,6.85,,"), "青岛市2014年第1季度.csv", schema=schema)
    assert codes(beside(before, after, schema)) == ["changes_found"]


def test_rows_that_are_gone_and_dates_that_are_others_are_told(take: Taker) -> None:
    lines = DEALS.splitlines(keepends=True)
    after = "".join((lines[0], lines[1].replace("03-01", "04-01"), lines[3]))
    found = beside(take(DEALS, schema="land_supply.deal"), take(after, schema="land_supply.deal"), "land_supply.deal")
    assert codes(found) == ["changes_found", "row_vanished", "value_revised"]
    assert found[0].params == {"release": 3, "table": "表", "added": 0, "changed": 1, "removed": 1}
    assert (found[1].count, found[1].params["keys"]) == (1, "柯桥区 P2 样告字〔2021〕1号")
    assert (found[2].cell, found[2].params["now"]) == ("F2", "2021-04-01")


def test_a_file_with_other_rows_altogether_is_said_once(take: Taker) -> None:
    after = DEALS.replace(",P", ",Q")
    found = beside(take(DEALS, schema="land_supply.deal"), take(after, schema="land_supply.deal"), "land_supply.deal")
    assert codes(found) == ["changes_found", "rows_all_others"]


def test_rows_of_one_quarter_need_not_come_again_in_the_next(take: Taker) -> None:
    before = take(DEALS, schema="land_supply.deal", period="2021-Q1")
    after = take(DEALS.replace(",P", ",Q"), schema="land_supply.deal", period="2021-Q2")
    assert codes(beside(before, after, "land_supply.deal")) == ["changes_found"]


def test_the_same_file_again_is_said_to_be_the_same(take: Taker) -> None:
    assert codes(beside(take(DEALS), take(DEALS), None)) == ["changes_none"]


def test_a_table_without_a_key_is_compared_by_whole_rows_and_doubted_in_nothing(take: Taker) -> None:
    found = beside(take("a,b\n1,x\n2,y\n"), take("a,b\n1000,x\n2,y\n"), None)
    assert codes(found) == ["changes_found"]


def test_a_member_of_the_key_that_only_one_side_has_tells_no_rows_apart(take: Taker) -> None:
    after = "\n".join(line.partition(",")[2] for line in DEALS.replace("100", "100000").splitlines())
    found = beside(take(DEALS, schema="land_supply.deal"), take(after, schema="land_supply.deal"), "land_supply.deal")
    assert codes(found) == ["changes_found"]


def test_the_rules_are_data() -> None:
    schema = load_schema(
        'name = "a.b"\ntitle = {zh-Hans = "甲"}\nkey = ["n"]\n[previous]\nmoved = 3\nvanished = false\n'
        '[[field]]\nname = "n"\ntype = "string"\ntitle = {zh-Hans = "号"}\n'
    )
    assert (schema.past.moved, schema.past.vanished, schema.past.revised) == (3, False, True)
    with pytest.raises(ValueError, match="moves"):
        load_schema('name = "a.b"\ntitle = {zh-Hans = "甲"}\nfield = []\n[previous]\nmoves = 3\n')


@pytest.fixture
def shop(engine: Engine, storage: FileStorage, tmp_path: Path) -> Workshop:
    with db.session(engine, write=True) as opened:
        a_publisher(opened)
        a_dataset(opened, slug="one", schema="land_supply.deal")
        opened.commit()
    return Workshop(engine, storage, ServingCache(tmp_path / "serving", 1 << 30), tmp_path / "work")


def taken_by(shop: Workshop, content: str, **options: object) -> str:
    """The id of a job that the worker brought to its end."""
    stored = shop.storage.save("uploads", BytesIO(content.encode()))
    with db.session(shop.engine, write=True) as opened:
        dataset = opened.scalars(select(Dataset)).one()
        job_id = jobs.enqueue(opened, OPERATOR, dataset, jobs.Upload(stored, "data.csv", options)).id
        opened.commit()
    assert run_next(shop)
    return job_id


def test_the_worker_compares_a_draft_and_a_dry_run_with_what_is_published(shop: Workshop) -> None:
    taken_by(shop, DEALS)
    with db.session(shop.engine, write=True) as opened:
        registry.publish(opened, opened.scalars(select(Dataset)).one(), list(opened.scalars(select(Release))))
        opened.commit()
    after = DEALS.replace("300,2021", "3000,2021").replace("P2,", "P4,")
    for options in ({}, {"dry_run": True}):
        job_id = taken_by(shop, after, **options)
        with db.session(shop.engine) as opened:
            job = opened.get_one(Job, job_id)
            assert {"changes_found", "row_vanished", "value_moved"} <= {
                one.code for one in jobs.list_findings(opened, job)
            }
            result = job.result
    (change,) = result["changes"]
    assert (change["table"], change["release"]) == ("deal", 1)
    assert change["counts"] == {"added": 1, "changed": 1, "removed": 1}
    assert [row["parcel_no"] for row in (change["added"][0], change["removed"][0])] == ["P4", "P2"]
    assert change["changed"][0]["fields"] == {"deal_price": {"from": 300, "to": 3000}}


def test_a_published_file_that_is_lost_leaves_the_comparison_out(shop: Workshop) -> None:
    taken_by(shop, DEALS)
    with db.session(shop.engine, write=True) as opened:
        registry.publish(opened, opened.scalars(select(Dataset)).one(), list(opened.scalars(select(Release))))
        opened.commit()
    for key in list(shop.storage.iter_keys("releases")):
        shop.storage.remove(key)
    job_id = taken_by(shop, DEALS.replace("300", "301"))
    with db.session(shop.engine) as opened:
        assert "changes_found" not in {one.code for one in jobs.list_findings(opened, opened.get_one(Job, job_id))}


def test_tables_past_the_bound_are_not_compared_and_that_is_said(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.comparison.MOST_ROWS", 2)
    monkeypatch.setattr("ingest.past.MOST_ROWS", 2)
    assert codes(beside(take(DEALS), take(DEALS), None)) == ["changes_not_counted"]


def test_values_keep_their_digits_in_the_sentence(take: Taker) -> None:
    before, after = (take(DEALS.replace(",100,", f",{price},"), schema="land_supply.deal") for price in ("0.01", "0.5"))
    (found,) = [one for one in beside(before, after, "land_supply.deal") if one.code == "value_moved"]
    assert (found.params["before"], found.params["now"]) == ("0.01", "0.5")
    assert after.rows[0]["deal_price"] == Decimal("0.5")
