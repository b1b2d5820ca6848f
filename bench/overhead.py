"""What the portal adds to the bare engine, in one process: processor time of the same page either way."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from bench.beside import Question
from catalog.rows.engine import RowFiles, read_page
from catalog.rows.query import parse_query
from portal.app import create_app
from portal.settings import load

TIMES = 100
ROUNDS = 5


def measure_overhead(files: RowFiles, directory: Path, asked: list[Question]) -> list[dict[str, Any]]:
    """For each question: milliseconds of the engine alone (rows found, read, written as JSON), and of the whole answer.

    The least of several rounds that take turns, so that others on the machine disturb both alike.
    """
    app = create_app(load({"PORTAL_DATA_DIR": str(directory), "PORTAL_RATE_LIMIT": "100000000/minute"}))
    serving = RowFiles(files.parquet, next(directory.glob("serving/*/*.rows")), files.table)
    found = []
    for one in asked:
        paths = [path for path, _ in one.pairs(TIMES) if "cursor=" not in path] or _without_cursor(TIMES)
        _cpu(lambda path: _answer(app, path), paths)
        app.extensions["house"].builder.submit(int).result()  # what this asked for beside has been made
        engine, whole = _least(lambda path: _engine(serving, path), lambda path: _answer(app, path), paths)
        print(f"{one.name:24} engine {engine:.3f} ms, whole answer {whole:.3f} ms: x {whole / engine:.2f}", flush=True)
        found.append({"name": one.name, "engine_ms": engine, "whole_ms": whole, "ratio": whole / engine, "aim": 1.6})
    return found


def _without_cursor(number: int) -> list[str]:
    return [f"/api/v1/datasets/land/rows?order_by=deal_price&offset={at * 300}" for at in range(number)]


def _engine(files: RowFiles, path: str) -> None:
    query = parse_query(parse_qsl(urlsplit(path).query), files.table)
    names = ["_row", *(item.name for item in query.select)]
    orjson.dumps([dict(zip(names, row, strict=True)) for row in read_page(files, query).rows])


def _answer(app: Any, path: str) -> None:
    parts = urlsplit(path)
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    if not b"".join(app(environ, lambda status, headers: None)).startswith(b'{"release"'):
        raise SystemExit(f"no answer to {path}")


def _least(engine: Callable[[str], None], whole: Callable[[str], None], paths: list[str]) -> tuple[float, float]:
    taken: list[tuple[float, float]] = []
    for _ in range(ROUNDS + 1):  # the first warms up
        taken.append((_cpu(engine, paths), _cpu(whole, paths)))
    return min(one[0] for one in taken[1:]), min(one[1] for one in taken[1:])


def _cpu(work: Callable[[str], None], paths: list[str]) -> float:
    started = time.process_time()
    for path in paths:
        work(path)
    return (time.process_time() - started) * 1000 / len(paths)
