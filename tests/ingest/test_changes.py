"""What changed between two releases: by the key where there is one, else by whole rows."""

from __future__ import annotations

from ingest.changes import Changes, compare
from tests.ingest.taking import Taken, Taker

HEAD = "公告号,宗地编号,土地面积（平方米）,成交价（元）\n"
OLD = HEAD + "样告字[2021]1号,P1,10,100\n样告字[2021]1号,P2,20,200\n样告字[2021]1号,P3,30,300\n"
NEW = HEAD + "样告字[2021]1号,P3,30,300\n样告字[2021]1号,P1,10,150.5\n样告字[2021]1号,P4,40,400\n"


def between(before: Taken, after: Taken, key: tuple[str, ...], most: int = 10) -> Changes:
    one, other = before.outcome.tables[0], after.outcome.tables[0]
    return compare((one.parquet, one.table), (other.parquet, other.table), key, most)


def test_rows_are_told_apart_by_their_key(take: Taker) -> None:
    found = between(
        take(OLD, schema="land_supply.deal"), take(NEW, schema="land_supply.deal"), ("notice_no", "parcel_no")
    )
    assert found.counts == {"added": 1, "changed": 1, "removed": 1}
    assert found.changed == [
        {
            "_row": 2,
            "key": {"notice_no": "样告字〔2021〕1号", "parcel_no": "P1"},
            "fields": {"deal_price": {"from": 100, "to": 150.5}},
        }
    ]
    assert (found.added[0]["_row"], found.added[0]["parcel_no"]) == (3, "P4")
    assert (found.removed[0]["_row"], found.removed[0]["parcel_no"]) == (2, "P2")


def test_without_a_key_a_row_is_all_that_it_says(take: Taker) -> None:
    found = between(take("a,b\n1,x\n1,x\n2,y\n"), take("a,b\n1,x\n2,z\n"), ())
    assert found.counts == {"added": 1, "changed": 0, "removed": 2}


def test_the_lists_are_cut_and_the_counts_are_whole(take: Taker) -> None:
    found = between(take("a\n1\n2\n3\n"), take("a\n4\n5\n6\n"), (), most=1)
    assert (found.counts["added"], len(found.added), len(found.removed)) == (3, 1, 1)
