"""The row API beside Datasette over HTTP: `python -m bench.datasette [--rows 1000000] [--seconds 5] [--out FILE]`.

The same table with the same indexes, two server processes each (Datasette forked over one socket), the same load tool,
every request drawn anew so that no cache answers, all guards of ours on, each logging its requests as it does by itself
(to nowhere). Each question is asked of both in turn, in one run. The figures go to FILE as JSON, from which
`python -m bench.report` writes docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
import threading
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow.parquet as pq
from sqlalchemy import select

from bench import rows as land
from bench.beside import API, HEAVY, Question, questions
from bench.load import CONNECTIONS, Figures, Load, Tool, measure, processor_of
from bench.overhead import measure_overhead
from bench.roapi import measure_roapi
from bench.servers import DATASETTE, HELLO_PATH, Server, ask, datasette_python, hello, portal, running
from catalog.db import session
from catalog.models import Dataset, Publisher, Release
from catalog.rows.engine import RowFiles
from catalog.schema import tables_from
from portal.context import House
from portal.migrate import upgrade
from portal.settings import load
from portal.taking import publish_now, take_in

SECRET = "a secret for measurements, long enough"
WARMING = 2.0  # seconds
IDLE = 0.2  # seconds of processor in that time, of a server that makes nothing
DRAWN = 4000
TURNS = 8
STORM = 4  # heavy questions at once
INDEXES = ("region, deal_price", "deal_price", "parcel_no", "period", "deal_date")
VERSIONS = ("flask", "uvicorn", "duckdb", "pyarrow", "orjson", "sqlalchemy")
HOME = Path("var/bench")


def give_to_portal(files: RowFiles, directory: Path) -> RowFiles:
    """Take the table in from a CSV file, as a steward would, raw cells and all; publish it as dataset `land`."""
    source = directory / "land.csv"
    duckdb.execute(f"COPY (SELECT * FROM '{files.parquet}') TO '{source}' (HEADER)")
    house = House(load({"PORTAL_DATA_DIR": str(directory), "PORTAL_SECRET_KEY": SECRET}))
    upgrade(house.engine)
    with house.writing() as opened:
        office = Publisher(slug="office", title="局", aliases=[])
        opened.add_all([office, Dataset(slug="land", title="土地", publisher=office)])
    job = take_in(house, source, "land", {}, tell=False)
    if job.state != "succeeded" or job.rows_accepted != files.table.rows:
        raise SystemExit(f"taken in: {job.state}, {job.rows_accepted} rows")
    publish_now(house, "land")
    with session(house.engine) as opened:
        (release,) = opened.scalars(select(Release))
        (table,) = tables_from(release.tables)
    given = house.rows_of(table)
    serving = house.serving.path_for(given.parquet, table)
    house.close()
    source.unlink()
    return RowFiles(given.parquet, serving, table)


def give_to_datasette(files: RowFiles, path: Path) -> list[int]:
    """The same rows and indexes in SQLite, decimals as integers of hundredths; some prices from the middle."""
    con = sqlite3.connect(path)
    con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    fields = files.table.fields
    columns = [f"{one.name} {'INTEGER' if one.type in ('integer', 'decimal') else 'TEXT'}" for one in fields]
    con.execute(f"CREATE TABLE rows (id INTEGER PRIMARY KEY, {', '.join(columns)})")
    marks = ", ".join("?" * len(fields))
    with pq.ParquetFile(files.parquet) as source:
        for batch in source.iter_batches(50_000):
            values = [[_plain(one) for one in column.to_pylist()] for column in batch.columns]
            con.executemany(f"INSERT INTO rows VALUES (NULL, {marks})", zip(*values, strict=True))
    for number, indexed in enumerate(INDEXES):
        con.execute(f"CREATE INDEX i{number} ON rows ({indexed})")
    con.execute("ANALYZE")
    con.commit()
    middle = "SELECT deal_price FROM rows WHERE deal_price IS NOT NULL ORDER BY 1 LIMIT 4000 OFFSET ?"
    prices = [row[0] for row in con.execute(middle, (files.table.rows * 45 // 100,))]
    con.close()
    return prices


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    scaled = getattr(value, "scaleb", None)
    return int(scaled(2)) if scaled else str(value)


def compare(servers: tuple[Server, Server], asked: list[Question], seconds: float) -> list[dict[str, Any]]:
    """Each question of both, in turns short enough that others on the machine disturb both alike."""
    print(f"{'question':24}{'ours/s':>10}{'cpu ms':>9}{'Datasette/s':>13}{'cpu ms':>9}{'ratio':>8}{'cpu':>7}{'aim':>7}")
    found = []
    for one in asked:
        same_answer(servers, one)
        warm(servers[0], one)
        pairs = one.pairs(DRAWN)
        loads = Load(), Load()
        for turn in range(TURNS if one.connections != HEAVY else 1):
            for side, (server, gone) in enumerate(zip(servers, loads, strict=True)):
                paths = [pair[side] for pair in pairs[turn::TURNS]]
                before = processor_of(server.session)
                measure(server.port, paths, seconds / TURNS, one.connections, gone, patient=one.connections == HEAVY)
                gone.server += processor_of(server.session) - before
        found.append(told(one, loads[0].figures(), loads[1].figures()))
    return found


def told(question: Question, ours: Figures, theirs: Figures) -> dict[str, Any]:
    """The two side by side, by requests/s and by processor time for a request."""
    ratio = ours.per_second / theirs.per_second
    cpu = theirs.cpu_ms / ours.cpu_ms if ours.cpu_ms and theirs.cpu_ms else None
    cells = f"{ours.per_second:10.1f}{ours.cpu_ms or 0:9.2f}{theirs.per_second:13.2f}{theirs.cpu_ms or 0:9.1f}"
    print(f"{question.name:24}{cells}{ratio:8.1f}{cpu or 0:7.1f}{question.aim:7}", flush=True)
    both = {"ours": asdict(ours), "theirs": asdict(theirs), "ratio": ratio, "cpu_ratio": cpu}
    return {"name": question.name, "aim": question.aim, **both}


def warm(server: Server, question: Question) -> None:
    """Ask until what is made at its first use is there: until nothing is done unasked, and it gets no quicker."""
    best = 0.0
    for _ in range(200):
        paths = [pair[0] for pair in question.pairs(200)]
        seen = measure(server.port, paths, 0.5, question.connections, patient=True).figures().per_second
        before = processor_of(server.session)
        time.sleep(WARMING)
        if seen < best * 1.2 and processor_of(server.session) - before < IDLE:
            return
        best = max(best, seen)


def same_answer(servers: tuple[Server, Server], question: Question) -> None:
    """Raises SystemExit where the two do not answer with as many rows."""
    told = [orjson.loads(ask(one.port, path)[1]) for one, path in zip(servers, question.draw(), strict=True)]
    counts = [len(one["rows"]) if "rows" in one else len([one["row"]]) for one in told]
    if counts[0] != counts[1] or not counts[0]:
        raise SystemExit(f"{question.name}: {counts} rows")


def compare_csv(servers: tuple[Server, Server], rows: int) -> dict[str, Any]:
    """Everything as CSV, once each."""
    taken, cpu = [], []
    for server, path in zip(servers, (f"{API}/export.csv", "/land/rows.csv?_stream=on"), strict=True):
        started, before = time.perf_counter(), processor_of(server.session)
        status, body = ask(server.port, path)
        taken.append(time.perf_counter() - started)
        cpu.append(processor_of(server.session) - before)
        if status != 200 or body.count(b"\n") != rows + 1:
            raise SystemExit(f"{path}: {status}, {len(body)} bytes")
    ratio = taken[1] / taken[0]
    cells = f"{taken[0]:9.2f}s{cpu[0]:8.1f}s{taken[1]:12.1f}s{cpu[1]:8.1f}s"
    print(f"{'CSV of everything':24}{cells}{ratio:8.1f}{cpu[1] / (cpu[0] or 1):7.1f}{15:7}", flush=True)
    found = {"ours_s": taken[0], "theirs_s": taken[1], "ours_cpu_s": cpu[0], "theirs_cpu_s": cpu[1], "ratio": ratio}
    return {"name": "CSV of everything", "aim": 15, **found}


def under_storm(port: int, page: Question, heavy: Question, seconds: float) -> dict[str, Any]:
    """Pages alone, then beside `STORM` heavy questions that are asked again and again."""
    paths = [pair[0] for pair in page.pairs(DRAWN)]
    quiet = measure(port, paths, seconds, STORM).figures()
    over, storm = threading.Event(), Tool(port, [pair[0] for pair in heavy.pairs(DRAWN)], STORM, patient=True)

    def blow() -> None:
        while not over.is_set():
            storm.step(0.1)

    thread = threading.Thread(target=blow)
    thread.start()
    try:
        stormy = measure(port, paths, seconds, STORM).figures()
    finally:
        over.set()
        thread.join()
        storm.close()
    answered = {"answered": len(storm.times), "refused": storm.refused}
    print(f"storm: p99 {quiet.p99:.1f} -> {stormy.p99:.1f} ms (x {stormy.p99 / quiet.p99:.1f}), heavy {answered}")
    ratio = stormy.p99 / quiet.p99
    return {"quiet": asdict(quiet), "storm": asdict(stormy), "ratio": ratio, "aim": 3, "heavy": answered}


def about(rows: int, columns: int, seconds: float) -> dict[str, Any]:
    """What the figures were taken with."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}",
        "load": os.getloadavg()[0],
        "versions": {name: version(name) for name in VERSIONS},
        "rows": rows,
        "columns": columns,
        "seconds": seconds,
        "connections": CONNECTIONS,
        "logged": True,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def run(directory: Path, rows: int, seconds: float, *, csv: bool) -> dict[str, Any]:
    """Set both up, compare, take both down."""
    files = land.make(directory, rows)
    prices = give_to_datasette(files, directory / "land.db")
    (directory / "portal").mkdir(exist_ok=True)
    given = give_to_portal(files, directory / "portal")
    asked = questions(given, prices, SECRET)
    figures = about(rows, len(files.table.fields), seconds)
    figures["overhead"] = measure_overhead(given, directory / "portal", asked[1:4])
    with running(hello(), HELLO_PATH) as server:
        before, bare = processor_of(server.session), measure(server.port, [HELLO_PATH], seconds)
        bare.server = processor_of(server.session) - before
        figures["ceiling"] = asdict(bare.figures())
    print(f"load tool against a bare server: {figures['ceiling']['per_second']:.0f}/s", flush=True)
    command, environment = portal(directory / "portal", SECRET)
    theirs = [datasette_python(HOME / "datasette"), "-c", DATASETTE, str(directory / "land.db"), "{port}"]
    with (
        running(command, f"{API}/rows?limit=1", environment) as ours,
        running(theirs, "/-/versions.json") as other,
    ):
        figures["versions"]["datasette"] = orjson.loads(ask(other.port, "/-/versions.json")[1])["datasette"]["version"]
        figures["questions"] = compare((ours, other), asked, seconds)
        if csv:
            figures["csv"] = compare_csv((ours, other), rows)
    figures["roapi"] = measure_roapi(HOME / "roapi", files, seconds)
    with running(command, f"{API}/rows?limit=1", environment) as ours:
        figures["storm"] = under_storm(ours.port, asked[2], asked[4], seconds)
    return figures


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument(
        "--no-csv", action="store_true", help="leave out the CSV of everything, which takes Datasette long"
    )
    parser.add_argument("--out", type=Path, help="where the figures go, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = run(Path(name), options.rows, options.seconds, csv=not options.no_csv)
    if options.out:
        options.out.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
