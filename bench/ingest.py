"""Ingest of a large CSV beside a bare DuckDB copy of it to Parquet: seconds, rows/s and peak memory in one run.

    python -m bench.ingest [ROWS] [ROUNDS]

Each measurement is a child process of its own; the rounds alternate; medians are printed.
"""

from __future__ import annotations

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

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

WORK = "# work"  # what stands above it is not measured
SERVING_IMPORT = "from catalog.rows import serving"

DUCKDB = """
import duckdb
duckdb.sql('SET enable_progress_bar = false')
# work
duckdb.sql("COPY (SELECT * FROM read_csv('{source}')) TO '{work}/bare.parquet' (FORMAT parquet, COMPRESSION zstd)")
"""
INGEST = """
from pathlib import Path
from ingest.families import find_schema
from ingest.pipeline import Options, take_in
{imports}
# work
work = Path('{work}')
outcome = take_in(Path('{source}'), 'land.csv', work, Options(), schema=find_schema('{schema}'), mapping={{}},
                  previous=(), progress=lambda progress: None)
assert outcome.rows_accepted == {rows}, outcome
"""
SERVING = """
table = outcome.tables[0]
serving.build(table.parquet, table.table, work / 'rows.serving')
"""


@dataclass(frozen=True)
class Run:
    """Wall seconds of the work, imports apart, and the peak of resident memory of its process in MiB."""

    seconds: float
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


def measure(code: str) -> Run:
    """Run the code in a child process, which tells how long its work took."""
    imports, _, work = code.partition(WORK)
    timed = f"import time\n{imports}\nbegan = time.perf_counter()\n{work}\nprint(time.perf_counter() - began)"
    process = subprocess.Popen([sys.executable, "-c", timed], stdout=subprocess.PIPE, text=True)
    said, _ = process.stdout.read(), process.stdout.close()  # type: ignore[union-attr]  # it was asked for
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a measured process ended with {process.returncode}")
    return Run(float(said.split()[-1]), usage.ru_maxrss >> 10)


def programs(source: Path, work: Path, rows: int) -> dict[str, str]:
    """What is measured, by name."""
    codes = {"DuckDB CSV to Parquet": DUCKDB.format(source=source, work=work)}
    for name, schema in (("ingest, open table", ""), ("ingest, land_supply.result", "land_supply.result")):
        for words, imports, more in (("", "", ""), (" + serving file", SERVING_IMPORT, SERVING)):
            code = INGEST.format(source=source, work=work, rows=rows, schema=schema, imports=imports)
            codes[name + words] = code + more
    return codes


def main(rows: int = 1_000_000, rounds: int = 3) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        source = work / "land.csv"
        write_rows(source, rows)
        codes = programs(source, work, rows)
        runs: dict[str, list[Run]] = {name: [] for name in codes}
        for _ in range(rounds):
            for name, code in codes.items():
                runs[name].append(measure(code))
                (work / "rows.serving").unlink(missing_ok=True)
    bare = statistics.median(run.seconds for run in runs["DuckDB CSV to Parquet"])
    print(f"{rows:,} rows × {len(HEADER)} columns, median of {rounds}")
    for name, found in runs.items():
        seconds, mib = statistics.median(run.seconds for run in found), max(run.mib for run in found)
        print(f"{name:45s} {seconds:7.2f} s  {rows / seconds:12,.0f} rows/s  {mib:6,d} MiB  {seconds / bare:5.2f} ×")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
