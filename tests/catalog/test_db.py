"""The database's promises: moments in UTC, references enforced, writers that wait, readers that never do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from catalog import db
from catalog.db import UtcDateTime, _json, now, open_database
from catalog.models import Account, ApiKey, Dataset, Publisher


def count_publishers(engine: Engine) -> int:
    with db.session(engine) as opened:
        return opened.scalar(select(func.count()).select_from(Publisher)) or 0


def publisher(slug: str = "land") -> Publisher:
    return Publisher(slug=slug, title="自然资源局")


@contextmanager
def sqlite_engine(path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{path}")
    yield engine
    engine.dispose()


zones = st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))


@given(st.datetimes(timezones=zones))
def test_a_moment_survives_storing_whatever_its_zone(moment: datetime) -> None:
    kind = UtcDateTime()
    try:
        stored = kind.process_bind_param(moment, sqlite.dialect())
    except OverflowError:  # UTC's calendar begins and ends a few hours apart from the zone's
        return
    assert kind.process_result_value(stored, sqlite.dialect()) == moment


def test_a_moment_without_zone_is_refused_since_nobody_knows_what_it_means() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2019, 5, 1), sqlite.dialect())  # noqa: DTZ001 - the point


def test_no_moment_stays_none() -> None:
    kind = UtcDateTime()
    assert kind.process_bind_param(None, sqlite.dialect()) is None
    assert kind.process_result_value(None, sqlite.dialect()) is None


def test_a_moment_of_another_zone_comes_back_as_utc(engine: Engine) -> None:
    noon = datetime(2019, 5, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    with db.session(engine, write=True) as opened:
        opened.add(Publisher(slug="land", title="自然资源局", created_at=noon))
        opened.commit()
    with db.session(engine) as opened:
        found = opened.scalars(select(Publisher)).one().created_at
    assert (found, found.tzinfo) == (datetime(2019, 5, 1, 4, tzinfo=UTC), UTC)


def test_now_is_aware() -> None:
    assert now().tzinfo is UTC


def test_defaults_and_json_come_back_as_they_went_in(session: Session) -> None:
    titles = {"zh-Hant": "自然資源局", "en": "Natural Resources"}
    session.add(Publisher(slug="land", title="自然资源局", title_translations=titles, aliases=["国土资源局", "国土局"]))
    session.flush()
    session.expire_all()
    found = session.scalars(select(Publisher)).one()
    assert (found.title_translations, found.aliases) == (titles, ["国土资源局", "国土局"])
    session.add(Dataset(slug="deals", title="土地成交", publisher=found))
    session.flush()
    session.expire_all()
    dataset = session.scalars(select(Dataset)).one()
    assert (dataset.state, dataset.revision, dataset.mapping, dataset.pending) == ("draft", 1, {}, None)


def test_what_is_not_committed_is_forgotten(engine: Engine) -> None:
    with db.session(engine, write=True) as opened:
        opened.add(publisher())
        opened.flush()
    assert count_publishers(engine) == 0


def test_a_fault_in_the_middle_rolls_back(engine: Engine) -> None:
    def fail() -> None:
        with db.session(engine, write=True) as opened:
            opened.add(publisher())
            opened.flush()
            raise KeyError("a fault")

    with pytest.raises(KeyError):
        fail()
    assert count_publishers(engine) == 0


def test_a_reference_to_nothing_is_refused(session: Session) -> None:
    session.add(ApiKey(account_id=404, digest="d"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_name_is_given_once(session: Session) -> None:
    session.add_all([Account(name="li", role="steward"), Account(name="li", role="admin")])
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_second_writer_waits_for_the_first_instead_of_failing(engine: Engine) -> None:
    start, faults = Barrier(4), []

    def write(number: int) -> None:
        start.wait()
        try:
            for step in range(5):
                with db.session(engine, write=True) as opened:
                    seen = opened.scalar(select(func.count()).select_from(Publisher))  # a read first, then a write
                    opened.add(publisher(f"{number}-{step}-{seen}"))
                    opened.commit()
        except OperationalError as fault:
            faults.append(fault)

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert count_publishers(engine) == 20


def test_a_reader_sees_the_last_commit_while_somebody_writes(engine: Engine) -> None:
    with db.session(engine, write=True) as writer:
        writer.add(publisher())
        writer.flush()
        assert count_publishers(engine) == 0
        writer.commit()
    assert count_publishers(engine) == 1


def test_a_reader_keeps_its_snapshot_on_sqlite(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    with db.session(engine) as reader:
        before = reader.scalar(select(func.count()).select_from(Publisher))
        with db.session(engine, write=True) as writer:
            writer.add(publisher())
            writer.commit()
        assert reader.scalar(select(func.count()).select_from(Publisher)) == before == 0
    engine.dispose()


def test_sqlite_is_opened_with_the_pragmas_that_the_portal_relies_on(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": db.BUSY_TIMEOUT_MS}


def test_the_directory_of_a_new_sqlite_file_is_made(tmp_path: Path) -> None:
    with sqlite_engine(tmp_path / "deep" / "er" / "portal.sqlite") as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_database_in_memory_needs_no_directory() -> None:
    engine = open_database("sqlite://")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_what_is_done_alone_is_done_by_one_at_a_time(engine: Engine) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with db.alone(engine, "counting"):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_a_json_column_holds_numbers_of_any_length() -> None:
    for value in ({"n": 10**30, "a": ["甲", 1.5, None]}, [1, "é"], {}):
        assert json.loads(_json(value)) == value
