"""The row API beside Datasette over HTTP: `python -m bench.datasette PYTHON_WITH_DATASETTE [ROWS] [SECONDS]`.

The same table with the same indexes, two server processes each (Datasette forked over one socket), the same four
connections, parameters drawn from thousands of values so that no cache answers, all guards of ours on. Each question is
asked of both in turn. Prints requests/s, medians and ratios.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pyarrow.parquet as pq

from bench import rows as land
from catalog.db import now
from catalog.models import Dataset, Publisher, Release
from catalog.rows.engine import RowFiles
from catalog.rows.query import parse_query
from portal.context import House
from portal.cursors import write_cursor
from portal.migrate import upgrade
from portal.settings import load

SECRET = "a secret for measurements, long enough"
CONNECTIONS = 4
WARMING = 4.0  # seconds
API = "/api/v1/datasets/land"
INDEXES = ("region, deal_price", "deal_price", "parcel_no", "period", "deal_date")
SERVER = """
import os, socket, sys, uvicorn
from datasette.app import Datasette
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
listening.bind(("127.0.0.1", int(sys.argv[2])))
listening.listen(128)
os.fork()
app = Datasette([], immutables=[sys.argv[1]], settings={"sql_time_limit_ms": 60000, "max_csv_mb": 0}).app()
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listening])
"""


@dataclass(frozen=True)
class Question:
    """One question, as an address of each; drawn anew for every request. `aim` is the ratio that is wanted."""

    name: str
    aim: float
    ours: Callable[[], str]
    theirs: Callable[[], str]


def questions(files: RowFiles, prices: list[int]) -> list[Question]:
    """All of them."""
    rows = files.table.rows
    deep = parse_query([("order_by", "deal_price")], files.table)
    purpose = f"rows:{files.table.digest}:{deep.fingerprint()}"

    def ours_deep() -> str:
        cursor = write_cursor(SECRET, purpose, (random.choice(prices), 1))
        return f"{API}/rows?{urlencode({'order_by': 'deal_price', 'cursor': cursor})}"

    def drawn(template: str, make: Callable[[], object]) -> Callable[[], str]:
        return lambda: template.format(quote(str(make())))

    group = "select region, supply_method, count(*), sum(deal_price) from rows where bids > {} group by 1, 2"
    pick = "select=region,supply_method,count(*),sum(deal_price)%20as%20s&group_by=region,supply_method"
    return [
        Question(
            "key look-up",
            10,
            drawn(API + "/rows/{}", lambda: random.randint(1, rows)),
            drawn("/land/rows/{}.json?_shape=objects", lambda: random.randint(1, rows)),
        ),
        Question(
            "filter + sort + 100",
            8,
            drawn(API + "/rows?region={}&order_by=-deal_price", land.region),
            drawn("/land/rows.json?region={}&_sort_desc=deal_price&_size=100&_nocount=1&_nofacet=1", land.region),
        ),
        Question(
            "first page",
            10,
            drawn(API + "/rows?offset={}", lambda: random.randrange(3000)),
            drawn("/land/rows.json?_size=100&_nocount=1&_nofacet=1&_next={}", lambda: random.randrange(3000)),
        ),
        Question(
            "deep page by price",
            8,
            ours_deep,
            drawn(
                "/land/rows.json?_sort=deal_price&_size=100&_nocount=1&_nofacet=1&_next={}%2C1",
                lambda: random.choice(prices),
            ),
        ),
        Question(
            "group by two columns",
            25,
            drawn(API + "/rows?" + pick + "&bids__gt={}", lambda: random.randrange(5000)),
            lambda: "/land.json?" + urlencode({"sql": group.format(random.randrange(5000)), "_shape": "arrays"}),
        ),
        Question(
            "text contains",
            2.5,
            drawn(API + "/rows?location__contains={}", lambda: f"路{random.randrange(5003)}号"),
            drawn(
                "/land/rows.json?_nocount=1&_nofacet=1&_size=100&location__contains={}",
                lambda: f"路{random.randrange(5003)}号",
            ),
        ),
    ]


def give_to_portal(files: RowFiles, directory: Path) -> None:
    """Publish the table as dataset `land`, with its serving file."""
    house = House(load({"PORTAL_DATA_DIR": str(directory), "PORTAL_SECRET_KEY": SECRET}))
    upgrade(house.engine)
    copy = directory / "copy.parquet"
    os.link(files.parquet, copy)
    house.storage.adopt("releases", copy, suffix=".parquet")
    with house.writing() as opened:
        office = Publisher(slug="office", title="局", aliases=[])
        dataset = Dataset(slug="land", title="土地", publisher=office, state="published")
        release = Release(dataset=dataset, number=1, state="published", rows=files.table.rows, published_at=now())
        release.digest, release.upload_digest, release.tables = files.table.digest, "", [files.table.to_dict()]
        opened.add_all([office, dataset, release])
        opened.flush()
        dataset.latest_release = release
    house.serving.path_for(files.parquet, files.table)
    house.close()


def give_to_datasette(files: RowFiles, path: Path) -> list[int]:
    """The same rows and indexes in SQLite, decimals as integers of hundredths; some prices from the middle."""
    con = sqlite3.connect(path)
    con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    names = [field.name for field in files.table.fields]
    con.execute(f"CREATE TABLE rows (id INTEGER PRIMARY KEY, {', '.join(names)})")
    marks = ", ".join("?" * len(names))
    with pq.ParquetFile(files.parquet) as source:
        for batch in source.iter_batches(50_000):
            columns = [[_plain(one) for one in column.to_pylist()] for column in batch.columns]
            con.executemany(f"INSERT INTO rows VALUES (NULL, {marks})", zip(*columns, strict=True))
    for number, columns in enumerate(INDEXES):
        con.execute(f"CREATE INDEX i{number} ON rows ({columns})")
    con.execute("ANALYZE")
    con.commit()
    middle = "SELECT deal_price FROM rows WHERE deal_price IS NOT NULL ORDER BY 1 LIMIT 3000 OFFSET ?"
    prices = [row[0] for row in con.execute(middle, (files.table.rows * 45 // 100,))]
    con.close()
    return prices


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    scaled = getattr(value, "scaleb", None)
    return int(scaled(2)) if scaled else str(value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            if ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), path)[0] < 500:
                return
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.2)


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def load_on(port: int, make: Callable[[], str], seconds: float) -> tuple[float, float]:
    """Requests/s and the median in ms of four connections that ask one question after the other."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while time.monotonic() < end:
            path = make()
            started = time.perf_counter()
            status, body = ask(connection, path)
            if status != 200:
                raise SystemExit(f"{status} for {path}: {body[:300]!r}")
            times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.monotonic() - started), statistics.median(times) * 1000


def compare(files: RowFiles, prices: list[int], ports: tuple[int, int], seconds: float) -> None:
    print(f"{'question':24}{'ours/s':>10}{'ms':>8}{'Datasette/s':>13}{'ms':>9}{'ratio':>8}{'aim':>7}")
    for one in questions(files, prices):
        load_on(ports[0], one.ours, 0.5)
        time.sleep(WARMING)  # ranks are made at a column's first use
        ours = load_on(ports[0], one.ours, seconds)
        theirs = load_on(ports[1], one.theirs, seconds)
        cells = f"{ours[0]:10.1f}{ours[1]:8.2f}{theirs[0]:13.2f}{theirs[1]:9.1f}"
        print(f"{one.name:24}{cells}{ours[0] / theirs[0]:8.1f}{one.aim:7}", flush=True)
    seconds_of = []
    for port, path in zip(ports, (f"{API}/export.csv", "/land/rows.csv?_stream=on"), strict=True):
        started = time.perf_counter()
        status, body = ask(http.client.HTTPConnection("127.0.0.1", port, timeout=600), path)
        seconds_of.append(time.perf_counter() - started)
        if status != 200 or body.count(b"\n") != files.table.rows + 1:
            raise SystemExit(f"{path}: {status}, {len(body)} bytes")
    ratio = seconds_of[1] / seconds_of[0]
    print(f"{'CSV of everything':24}{seconds_of[0]:9.2f}s{seconds_of[1]:20.1f}s{ratio:17.1f}{15:7}")


def main(python: str = "", rows: str = "1000000", seconds: str = "5") -> None:
    """Set both up, compare, take both down."""
    if not python:
        print("left out: give the Python of an environment that holds datasette==0.65.1")
        return
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        files = land.make(directory, int(rows))
        prices = give_to_datasette(files, directory / "land.db")
        give_to_portal(files, directory / "portal")
        ports = free_port(), free_port()
        environment = {"PORTAL_DATA_DIR": str(directory / "portal"), "PORTAL_RATE_LIMIT": "10000000/minute"}
        command = [sys.executable, "-m", "portal", "serve", "--port", str(ports[0]), "--workers", "2", "--no-worker"]
        ours = subprocess.Popen(command, env={**os.environ, **environment, "PORTAL_SECRET_KEY": SECRET})
        theirs = subprocess.Popen(
            [python, "-c", SERVER, str(directory / "land.db"), str(ports[1])], start_new_session=True
        )
        try:
            wait_for(ports[0], f"{API}/rows?limit=1")
            wait_for(ports[1], "/-/versions.json")
            version = json.loads(ask(http.client.HTTPConnection("127.0.0.1", ports[1]), "/-/versions.json")[1])
            print(f"{int(rows):,} rows x {len(files.table.fields)} columns; Datasette {version['datasette']}")
            compare(files, prices, ports, float(seconds))
        finally:
            ours.terminate()
            os.killpg(theirs.pid, signal.SIGTERM)
            ours.wait()
            theirs.wait()


if __name__ == "__main__":
    main(*sys.argv[1:4])
