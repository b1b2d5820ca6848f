"""Ingest of a large CSV beside DuckDB copies of it to Parquet, bare and with casts: time and peak memory in one run.

    python -m bench.ingest [ROWS] [ROUNDS]

Each measurement is a child process of its own; the rounds alternate; medians are printed.
"""

from __future__ import annotations

import csv
import hashlib
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.schema import Table
    from ingest.families import DeclaredSchema
    from ingest.outcome import Outcome

HEADER = (
    "行政区",
    "电子监管号",
    "项目名称",
    "项目位置",
    "面积(公顷)",
    "土地来源",
    "土地用途",
    "供地方式",
    "土地使用年限",
    "成交价格(万元)",
    "合同签订日期",
    "约定开工时间",
)
USES = ("工业用地", "城镇住宅用地", "商务金融用地")
METHODS = ("挂牌出让", "划拨", "协议出让")

BARE = "SELECT * FROM read_csv('{source}')"
# The casts that a person would write by hand for this file: text trimmed and blank made null, 公顷 and 万元 to square
# metres and yuan as exact decimals, days, and the codes looked up by their spellings.
CASTS = """
SELECT
    regions.code AS region, cell("行政区") AS region_name, cell("电子监管号") AS supervision_no,
    cell("项目名称") AS project_name, cell("项目位置") AS location,
    CAST(CAST(cell("面积(公顷)") AS DECIMAL(18, 6)) * 10000 AS DECIMAL(18, 2)) AS area,
    cell("土地用途") AS use, uses.code AS use_code, cell("土地来源") AS land_source, methods.code AS supply_method,
    CAST(cell("土地使用年限") AS DECIMAL(18, 0)) AS term_years, cell("土地使用年限") AS term,
    CAST(CAST(cell("成交价格(万元)") AS DECIMAL(18, 4)) * 10000 AS DECIMAL(18, 0)) AS deal_price,
    CAST(cell("合同签订日期") AS DATE) AS sign_date, CAST(cell("约定开工时间") AS DATE) AS start_date_agreed
FROM read_csv('{source}', all_varchar = true, header = true)
LEFT JOIN {region} AS regions(word, code) ON regions.word = cell("行政区")
LEFT JOIN {use_code} AS uses(word, code) ON uses.word = cell("土地用途")
LEFT JOIN {supply_method} AS methods(word, code) ON methods.word = cell("供地方式")
"""
CODED = ("region", "use_code", "supply_method")

# With those of land_supply.result that this file has the columns for, twelve rules: ten checks of rows and two bounds.
CHECKS = (
    ("pattern", "region", "^[1-9][0-9]{5}$"),
    ("pattern", "project_name", "^项目[0-9]+号地块$"),
    ("pattern", "location", "路[0-9]+号$"),
    ("pattern", "use_code", "^[0-9]{3,4}$"),
    ("pattern", "land_source", "^(?:新增|存量)"),
)
BOUNDS = {"area": 1e6, "deal_price": 1e9}
Work = Callable[[], object]


@dataclass(frozen=True)
class Run:
    """Seconds of the work on the wall and of processor, imports apart; the peak of resident memory in MiB."""

    seconds: float
    processor: float
    mib: int


def write_rows(path: Path, rows: int) -> None:
    """A CSV of invented land supply results, the same for the same number of rows."""
    dice = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(HEADER)
        for number in range(rows):
            year, month, day = 2010 + number % 10, 1 + number % 12, 1 + number % 28
            writer.writerow(
                (
                    "越城区",
                    f"330602{year}B{number % 100_000:05d}",
                    f"项目{number}号地块",
                    f"越城区样例路{number % 999}号",
                    f"{dice.random() * 10:.6f}",
                    "新增建设用地",
                    dice.choice(USES),
                    dice.choice(METHODS),
                    dice.choice((40, 50, 70)),
                    f"{dice.random() * 10_000:.4f}",
                    f"{year}-{month:02d}-{day:02d}",
                    f"{year + 1}-{month:02d}-{day:02d}",
                )
            )


def copied(select: str, source: Path, work: Path) -> Work:
    """DuckDB's copy of what the statement selects."""
    import duckdb  # each child loads only what it measures

    words = {name: _codes(name) for name in CODED} if select is CASTS else {}
    duckdb.sql("SET enable_progress_bar = false")
    duckdb.sql("CREATE MACRO cell(text) AS nullif(trim(text), '')")
    query = select.format(source=source, **words)
    return lambda: duckdb.sql(f"COPY ({query}) TO '{work}/bare.parquet' (FORMAT parquet, COMPRESSION zstd)")


def _codes(name: str) -> str:
    """The spellings of a coded field with their codes, as a relation; of regions their names."""
    from catalog.vocabularies import codes
    from ingest import regions
    from ingest.families import find_schema

    schema = find_schema("land_supply.result")
    spellings = dict(next(one.spellings for one in schema.fields if one.name == name) if schema else {})
    spellings = spellings or {labels["zh-Hans"]: code for code, labels in regions.labels_of(codes("regions")).items()}
    return "(VALUES " + ", ".join(f"('{word}', '{code}')" for word, code in spellings.items()) + ")"


def taken_in(schema: str, serves: bool, source: Path, work: Path) -> Work:
    """All that a worker does until a release is kept, and with `serves` until its rows are served from ranks."""
    from catalog.rows import serving
    from ingest.headers import name_fields
    from ingest.pipeline import Options, take_in
    from ingest.regions import told_within

    name_fields(["地"])  # a worker has loaded its words, regions and schemas before
    told_within(("绍兴市",))
    declared = _declared(schema)

    def run() -> None:
        outcome = take_in(
            source,
            source.name,
            work,
            Options(),
            schema=declared,
            mapping={},
            previous=(),
            progress=lambda _: None,
        )
        table, parquet = _kept(outcome)
        if serves:
            serving.build(parquet, table, work / "rows.serving")

    return run


def _declared(name: str) -> DeclaredSchema | None:
    """The schema with the twelve rules; None for an open table."""
    from ingest.families import Check, find_schema, list_schemas

    list_schemas()
    schema = find_schema(name)
    if schema is None:
        return None
    more = [Check(rule, (field,), pattern=pattern) for rule, field, pattern in CHECKS]
    fields = tuple(replace(one, plausible=BOUNDS.get(one.name, one.plausible)) for one in schema.fields)
    in_order = Check("in_order", ("sign_date", "start_date_agreed"))
    return replace(schema, fields=fields, checks=(*schema.checks, in_order, *more))


def _kept(outcome: Outcome) -> tuple[Table, Path]:
    """Looked through for personal data, its files named by their digests."""
    from ingest.privacy.guard import look_through

    one = look_through(outcome)[0].tables[0]
    digests = []
    for path in (one.parquet, one.cells):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return replace(one.table, digest=digests[0], cells=digests[1]), one.parquet


PROGRAMS: dict[str, Callable[[Path, Path], Work]] = {
    "DuckDB CSV to Parquet": partial(copied, BARE),
    "DuckDB CSV to Parquet with casts": partial(copied, CASTS),
    "release kept, open table": partial(taken_in, "", False),
    "release kept, open table + serving file": partial(taken_in, "", True),
    "release kept, land_supply.result": partial(taken_in, "land_supply.result", False),
    "release kept, land_supply.result + serving file": partial(taken_in, "land_supply.result", True),
}
CHILD = """
import time
from pathlib import Path
from bench.ingest import processor_time
from bench.{module} import PROGRAMS
work = PROGRAMS[{name!r}](Path({source!r}), Path({folder!r}))
wall, processor = time.perf_counter(), processor_time()
work()
print(time.perf_counter() - wall, processor_time() - processor)
"""


def processor_time() -> float:
    """Seconds of processor that this process and the children it has waited for have taken."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(name: str, source: Path, module: str = "ingest") -> Run:
    """Run a program of a benchmark in a child process, which tells how long its work took."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        code = CHILD.format(module=module, name=name, source=str(source), folder=folder)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        said, _ = process.stdout.read(), process.stdout.close()  # type: ignore[union-attr]  # it was asked for
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a measured process ended with {process.returncode}")
    seconds, processor = map(float, said.split()[-2:])
    return Run(seconds, processor, usage.ru_maxrss >> 10)


def main(rows: int = 1_000_000, rounds: int = 3) -> None:
    """Print the table."""
    runs: dict[str, list[Run]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "land.csv"
        write_rows(source, rows)
        for _ in range(rounds):
            for name in PROGRAMS:
                runs[name].append(measure(name, source))
    print(f"{rows:,} rows × {len(HEADER)} columns, median of {rounds}; × bare and × with casts, wall and (processor)")
    found = {name: median_of(some) for name, some in runs.items()}
    bare, casts, *_ = found.values()
    for name, run in found.items():
        speed = f"{run.seconds:7.2f} s {rows / run.seconds:12,.0f} rows/s {run.mib:6,d} MiB"
        ratios = (f"{run.seconds / one.seconds:5.2f} × ({run.processor / one.processor:4.2f})" for one in (bare, casts))
        print(f"{name:48s}{speed} {' '.join(ratios)}")


def median_of(runs: list[Run]) -> Run:
    seconds, processor = (statistics.median(getattr(run, name) for run in runs) for name in ("seconds", "processor"))
    return Run(seconds, processor, max(run.mib for run in runs))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
