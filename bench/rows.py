"""Times row queries and exports in process: `python -m bench.rows [--rows 1000000] [--no-serving]`.

Each query runs over the same synthetic land table with the serving file and with DuckDB alone; the median of seven runs
in milliseconds. An export runs in a process of its own, so that its peak memory is its own. Values are drawn anew in
every run, so no cache answers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from catalog.rows.engine import RowFiles, read_page, read_row
from catalog.rows.exports import export
from catalog.rows.query import parse_query
from catalog.rows.serving import build
from catalog.schema import Field, Table
from catalog.storage import digest_of

FIELDS = (
    Field("region", "行政区代码", "code"),
    Field("parcel_no", "宗地编号", "string"),
    Field("location", "坐落", "string"),
    Field("area", "土地面积", "decimal", unit="m2", precision=18, scale=2),
    Field("supply_method", "供应方式", "code"),
    Field("deal_price", "成交价", "decimal", unit="CNY", precision=18, scale=2),
    Field("period", "时期", "period"),
    Field("deal_date", "成交日期", "date"),
    Field("bids", "报价次数", "integer"),
    Field("listing_start", "挂牌起始时间", "datetime"),
    Field("grantee", "受让人", "string"),
)
COLUMNS = """
    '3306' || lpad((i % 97)::VARCHAR, 2, '0'), '地块' || (i * 7919 % 1000003)::VARCHAR || '号',
    '某市某路' || (i % 5003)::VARCHAR || '号地块北侧 Block' || (i % 31)::VARCHAR,
    (random() * 1000000)::DECIMAL(18, 2), ['allocation', 'tender', 'auction', 'listing', 'agreement'][1 + i % 5],
    CASE WHEN random() < 0.1 THEN NULL ELSE (random() * 1e10)::DECIMAL(18, 2) END,
    (2010 + i % 10)::VARCHAR || '-Q' || (1 + i % 4)::VARCHAR, DATE '2010-01-01' + (random() * 4000)::INTEGER,
    (random() * 100000)::BIGINT, TIMESTAMP '2015-01-01' + to_minutes((random() * 1000000)::BIGINT),
    '某某有限公司' || (i * 31 % 20011)::VARCHAR
"""
Params = list[tuple[str, str]]


def region() -> str:
    return f"3306{random.randrange(97):02}"


def parcel(place: int) -> str:
    return f"地块{place * 7919 % 1000003}号"


QUERIES: list[tuple[str, Callable[[], Params]]] = [
    ("first page", list),
    ("deep offset", lambda: [("offset", str(random.randrange(100_000)))]),
    ("filter and sort", lambda: [("region", region()), ("order_by", "-deal_price")]),
    ("sort by price", lambda: [("order_by", "-deal_price"), ("offset", str(random.randrange(1000)))]),
    ("sort by period", lambda: [("order_by", "-period"), ("offset", str(random.randrange(1000)))]),
    ("filter by period", lambda: [("period__in", str(random.randrange(2010, 2020))), ("bids__gt", "50000")]),
    ("text contains", lambda: [("location__contains", f"路{random.randrange(5003)}号")]),
    ("text contains, Latin", lambda: [("location__contains", f"block{random.randrange(31)}")]),
    ("words in rows", lambda: [("q", f"路{random.randrange(5003)}號")]),
    (
        "group by two columns",
        lambda: [
            ("select", "region,supply_method,sum(deal_price) as total,count(*)"),
            ("group_by", "region,supply_method"),
            ("bids__gt", str(random.randrange(100))),
        ],
    ),
    (
        "group by year, having",
        lambda: [
            ("select", "year(period) as y,avg(area),median(deal_price) as m"),
            ("group_by", "y"),
            ("having", f"m__gt={random.randrange(1000)}"),
        ],
    ),
]


def make(directory: Path, rows: int) -> RowFiles:
    parquet = directory / f"rows-{rows}.parquet"
    names = ", ".join(field.name for field in FIELDS)
    con = duckdb.connect(config={"threads": 1})
    con.execute("SELECT setseed(0.42)")
    source = f"SELECT * FROM (SELECT {COLUMNS} FROM range({rows}) t(i)) x({names})"
    con.execute(f"COPY ({source}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)")
    con.close()
    digest, size = digest_of(parquet)
    return RowFiles(parquet, directory / "rows.sqlite", Table("land", "土地", FIELDS, rows, size, digest))


def median_ms(work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(8):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken[1:])


def time_queries(files: RowFiles) -> None:
    alone = RowFiles(files.parquet, None, files.table)
    print(f"\n{'query, ms':28}{'serving file':>14}{'DuckDB alone':>14}{'total':>12}")
    places = files.table.rows
    times = [median_ms(lambda one=one: read_row(one, random.randint(1, places))) for one in (files, alone)]
    print(f"{'one row':28}{times[0]:14.2f}{times[1]:14.2f}{1:12}")
    for name, params in QUERIES:
        times = [
            median_ms(lambda one=one, params=params: read_page(one, parse_query(params(), one.table)))
            for one in (files, alone)
        ]
        print(
            f"{name:28}{times[0]:14.2f}{times[1]:14.2f}{read_page(files, parse_query(params(), files.table)).total:12}"
        )
    time_deep_page(files, alone)


def time_deep_page(files: RowFiles, alone: RowFiles) -> None:
    query = parse_query([("order_by", "deal_price")], files.table)
    after = [(random.randrange(10**12), 1) for _ in range(8)]
    times = [median_ms(lambda one=one: read_page(one, query, after=random.choice(after))) for one in (files, alone)]
    print(f"{'keyset page by price':28}{times[0]:14.2f}{times[1]:14.2f}{files.table.rows:12}")


def peak_mib() -> int:
    """Peak memory of this process; its parent's would be in `ru_maxrss`, so Linux is asked directly."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20


def _export(name: str, files: RowFiles, params: Params, answers: Any) -> None:
    started = time.perf_counter()
    size = sum(map(len, export(name, files, parse_query(params, files.table)).chunks))
    answers.put((time.perf_counter() - started, size, peak_mib()))


def time_exports(files: RowFiles) -> None:
    print(f"\n{'export':28}{'seconds':>14}{'MB':>14}{'peak MiB':>12}")
    context = multiprocessing.get_context("spawn")
    jobs: list[tuple[str, Params]] = [(name, []) for name in ("csv", "ndjson", "json", "parquet")]
    jobs += [("csv", [("order_by", "-deal_price")]), ("parquet", [("bids__gt", "50000")]), ("xlsx", [])]
    for name, params in jobs:
        answers = context.SimpleQueue()
        child = context.Process(target=_export, args=(name, files, params, answers))
        child.start()
        seconds, size, peak = answers.get()
        child.join()
        label = " ".join([name, *(f"{key}={value}" for key, value in params)])
        print(f"{label:28}{seconds:14.2f}{size / 1e6:14.1f}{peak:12}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-serving", action="store_true", help="leave out the serving file and all page queries")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        files = make(Path(directory), options.rows)
        print(f"{options.rows:,} rows x {len(FIELDS)} columns, {files.table.bytes / 1e6:.1f} MB of Parquet")
        if not options.no_serving:
            started, cpu = time.perf_counter(), time.process_time()
            build(files.parquet, files.table, Path(directory) / "rows.sqlite")
            print(f"serving file: {time.perf_counter() - started:.2f} s, {time.process_time() - cpu:.2f} s of CPU")
            time_queries(files)
        time_exports(files)


if __name__ == "__main__":
    main()
