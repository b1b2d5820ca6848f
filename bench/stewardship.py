"""What stewardship costs: the record of acts in a write, the question who may see what in a read, many at once.

`python -m bench.stewardship [--database postgresql+psycopg://…] [--tries 1000]` prints what a write takes with its
record and without, what the visibility check adds to a read, and how many of so many tries at once won each step. The
two sides of a comparison take turns call by call, so that what else the machine does falls on both; medians count.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.orm import Session

from catalog import audit, registry
from catalog.accounts import OPERATOR, PUBLIC, Actor
from catalog.db import session
from catalog.keys import get_actor
from catalog.lookup import get_dataset
from catalog.models import Dataset
from portal import migrate
from portal.app import create_app
from portal.context import House
from portal.settings import load
from tests.factories import a_key, a_publisher
from tests.portal.conftest import Api

WRITES, BARE, READS, AT_ONCE = 300, 1_000, 4_000, 16


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


Clock = Callable[[], float]


def by_turns(
    first: Callable[[], object], second: Callable[[], object], times: int, clock: Clock = time.perf_counter
) -> tuple[float, float]:
    """The medians of both in milliseconds of a clock: one call each in turn, now one of them first, now the other."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(times):
        for which in (0, 1) if number % 2 else (1, 0):
            begin = clock()
            (second if which else first)()
            taken[which].append((clock() - begin) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


def compare_writes(house: House, steward: Api, actor: Actor) -> None:
    """Print what the record adds to a request that writes, and to the same act with nothing round it."""
    steward.register(slug="own")
    texts = map(str, count())

    def request() -> None:
        body = {"description": next(texts)}
        answer = steward.call("PATCH", "/datasets/own", json=body, headers={"If-Match": "*"})
        assert answer.status_code == 200

    def act() -> None:
        with house.writing() as opened:
            registry.revise(opened, actor, get_dataset(opened, "own", actor, lock=True), {"description": next(texts)})

    for name, work, times in (("a PATCH", request, WRITES), ("a bare act and its commit", act, BARE)):
        for of, clock in (("", time.perf_counter), (" of this process", time.process_time)):
            with_it, without = by_turns(work, _unrecorded(work), times, clock)
            added = (with_it / without - 1) * 100
            print(f"{name}: {with_it:.2f} ms{of} with its record, {without:.2f} ms without: {added:+.0f} %")


def _unrecorded(work: Callable[[], object]) -> Callable[[], None]:
    """The same without the record; the exchange itself is no work worth counting."""
    real = audit.record

    def run() -> None:
        setattr(audit, "record", lambda *_: None)  # noqa: B010 - mypy would rightly refuse it as an assignment
        try:
            work()
        finally:
            setattr(audit, "record", real)  # noqa: B010 - see above

    return run


def compare_reads(house: House) -> None:
    """Print what the question who may see a dataset adds to finding it."""
    with house.writing() as opened:
        registry.publish(opened, get_dataset(opened, "own", OPERATOR), [])
    with session(house.engine) as opened:
        for name, actor in (("public", PUBLIC), ("a steward", Actor("s", "steward", 1, frozenset({"finance-bureau"})))):
            bare, asked = by_turns(lambda: _found(opened), lambda: get_dataset(opened, "own", actor), READS)  # noqa: B023 - called here
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
        names["PORTAL_SECRET_KEY"] = secrets.token_urlsafe(48)
        app = create_app(load(names))
        house: House = app.extensions["house"]
        with house.writing() as opened:
            a_publisher(opened)
            keys = {role: a_key(opened, role, role, ["finance-bureau"]) for role in ("steward", "reviewer")}
        print(house.engine.dialect.name)
        api = {role: Api(app.test_client(), house, key) for role, key in keys.items()}
        with house.writing() as opened:
            actor = get_actor(opened, keys["steward"])
        compare_writes(house, api["steward"], actor)
        compare_reads(house)
        race(house, api, asked.tries)
        house.close()


if __name__ == "__main__":
    main()
