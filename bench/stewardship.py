"""What stewardship costs: the record of acts in a write, the question who may see what in a read, many at once.

`python -m bench.stewardship [--database postgresql+psycopg://…] [--tries 1000]` prints processor time a write with and
without its record, what the visibility check adds to a read, and how many of so many tries at once won each step.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.orm import Session

from catalog import audit, registry
from catalog.accounts import OPERATOR, PUBLIC, Actor
from catalog.db import session
from catalog.lookup import get_dataset
from catalog.models import Dataset
from portal import migrate
from portal.app import create_app
from portal.context import House
from portal.settings import load
from tests.factories import a_key, a_publisher
from tests.portal.conftest import Api

WRITES, READS, ROUNDS, AT_ONCE = 200, 2_000, 7, 16


@contextmanager
def fresh(database: str | None) -> Iterator[str]:
    """The address of an empty database with the newest schema."""
    with tempfile.TemporaryDirectory() as folder:
        if database is None:
            url = f"sqlite:///{folder}/bench.sqlite"
            migrate.upgrade(url)
            yield url
            return
        server = create_engine(make_url(database), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS bench_stewardship WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE bench_stewardship TEMPLATE template0"))
        url = make_url(database).set(database="bench_stewardship").render_as_string(hide_password=False)
        migrate.upgrade(url)
        yield url
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE bench_stewardship WITH (FORCE)"))


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Milliseconds on the wall, each."""
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) * 1000 / times


def side_by_side(first: Callable[[], object], second: Callable[[], object], times: int) -> tuple[float, float]:
    """The medians of several rounds, taken in turn."""
    pairs = [(milliseconds(first, times), milliseconds(second, times)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in pairs), statistics.median(two for _, two in pairs)


def write_once(house: House, changes: dict[str, str]) -> None:
    """A revision of a draft, committed: what a steward's PATCH does."""
    with house.writing() as opened:
        registry.revise(opened, OPERATOR, get_dataset(opened, "own", OPERATOR, lock=True), changes)


def compare_writes(house: House) -> None:
    """Print what the record adds to a write."""
    with house.writing() as opened:
        registry.register(opened, OPERATOR, {"title": "甲", "slug": "own", "publisher": "finance-bureau"})

    def unrecorded() -> None:
        with mock.patch.object(audit, "record"):
            write_once(house, {"description": "乙"})

    with_it, without = side_by_side(lambda: write_once(house, {"description": "乙"}), unrecorded, WRITES)
    added = (with_it / without - 1) * 100
    print(f"a write: {with_it:.2f} ms with its record, {without:.2f} ms without: {added:+.0f} %")


def compare_reads(house: House) -> None:
    """Print what the question who may see a dataset adds to finding it."""
    with house.writing() as opened:
        registry.publish(opened, get_dataset(opened, "own", OPERATOR), [])
    with session(house.engine) as opened:
        for name, actor in (("public", PUBLIC), ("a steward", Actor("s", "steward", 1, frozenset({"finance-bureau"})))):
            bare, asked = side_by_side(lambda: _found(opened), lambda: get_dataset(opened, "own", actor), READS)  # noqa: B023 - called here
            print(f"a read by {name}: {asked:.3f} ms, {bare:.3f} ms without the check: {asked - bare:+.4f} ms")


def _found(opened: Session) -> Dataset | None:
    return opened.scalar(select(Dataset).where(Dataset.slug == "own"))


def race(house: House, api: dict[str, Api], tries: int) -> None:
    """Print who won when so many submit, and then approve, the same dataset at once."""
    slug = api["steward"].register(slug="raced")
    client = api["steward"].client.application.test_client
    for who, act in (("steward", "submit"), ("reviewer", "approve")):
        etag = api[who].get(f"/datasets/{slug}").headers["ETag"]

        def once(_: int, who: str = who, act: str = act, etag: str = etag) -> int:
            own = Api(client(), house, api[who].key)
            return own.post(f"/datasets/{slug}/{act}", headers={"If-Match": etag}).status_code

        begin = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = Counter(pool.map(once, range(tries)))
        print(f"{tries} times {act} at once: {dict(sorted(found.items()))} in {time.perf_counter() - begin:.1f} s")


def main() -> None:
    """Print the figures of one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="a PostgreSQL server; SQLite without it")
    parser.add_argument("--tries", type=int, default=1000)
    asked = parser.parse_args()
    with fresh(asked.database) as url, tempfile.TemporaryDirectory() as data:
        names = {"PORTAL_DATA_DIR": str(Path(data)), "PORTAL_DATABASE_URL": url, "PORTAL_RATE_LIMIT": "off"}
        app = create_app(load(names))
        house: House = app.extensions["house"]
        with house.writing() as opened:
            a_publisher(opened)
            keys = {role: a_key(opened, role, role, ["finance-bureau"]) for role in ("steward", "reviewer")}
        print(house.engine.dialect.name)
        compare_writes(house)
        compare_reads(house)
        race(house, {role: Api(app.test_client(), house, key) for role, key in keys.items()}, asked.tries)
        house.close()


if __name__ == "__main__":
    main()
