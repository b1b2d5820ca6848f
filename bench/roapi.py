"""ROAPI, a REST and SQL server over the same Parquet file, asked what it can answer of the same questions.

It comes from PyPI as one program (Rust, DataFusion), into an environment of its own. One process, with as many threads
as cores. It has no row numbers and ignores `offset`: a key is looked up by a column that is unique, a first page is
always the same one, and there are no deep pages.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import rows as land
from bench.beside import GROUP, HEAVY
from bench.load import CONNECTIONS, measure, processor_of
from bench.servers import free_port, running
from catalog.rows.engine import RowFiles

PINS = Path(__file__).with_name("roapi-requirements.txt")
API = "/api/tables/land"
DRAWN = 4000


def program(home: Path) -> str:
    """The program, installed here at first use, version pinned."""
    path = home / "bin" / "roapi"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(PINS)], check=True)
    return str(path)


def measure_roapi(home: Path, files: RowFiles, seconds: float) -> dict[str, Any]:
    """Its figures by the names of the questions."""
    others = (f"--addr-{kind}=127.0.0.1:{free_port()}" for kind in ("postgres", "flight-sql"))
    command = [program(home), "--addr-http=127.0.0.1:{port}", *others, f"--table=land={files.parquet}"]
    found = {}
    with running(command, f"{API}?limit=1") as server:
        for name, draw, connections in _questions(files.table.rows):
            paths = [draw() for _ in range(DRAWN)]
            before = processor_of(server.session)
            load = measure(server.port, paths, seconds, connections)
            load.server = processor_of(server.session) - before
            figures = found[name] = asdict(load.figures())
            print(f"ROAPI: {name:24}{figures['per_second']:10.1f}/s{figures['cpu_ms'] or 0:9.2f} ms", flush=True)
    return found


def _questions(rows: int) -> Iterator[tuple[str, Callable[[], str], int]]:
    yield "key look-up", lambda: _asked(f"parcel_no='{land.parcel(random.randrange(rows))}'", limit=1), CONNECTIONS
    yield "filter + sort + 100", lambda: _asked(f"region='{land.region()}'", sort="-deal_price", limit=100), CONNECTIONS
    yield "first page", lambda: f"{API}?limit=100", CONNECTIONS
    yield "group by two columns", lambda: _sql(GROUP.format(random.randrange(5000)).replace("rows", "land")), HEAVY
    like = "select * from land where location like '%路{}号%' limit 100"
    yield "text contains", lambda: _sql(like.format(random.randrange(5003))), HEAVY


def _asked(condition: str, **parameters: object) -> str:
    field, _, value = condition.partition("=")
    return f"{API}?{urlencode({f'filter[{field}]': value, **parameters})}"


def _sql(text: str) -> str:
    return f"POST /api/sql\n{text}"
