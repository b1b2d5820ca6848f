"""A glance gives what it found again only while nothing was committed, whoever commits and however."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, column, select, table
from sqlalchemy.exc import OperationalError

from catalog import glance
from catalog.db import open_database
from catalog.glance import Glance

STATEMENT = select(column("revision")).select_from(table("d")).where(column("slug") == bindparam("slug"))
OTHER = """
import sqlite3, sys
for line in sys.stdin:
    con = sqlite3.connect(sys.argv[1], isolation_level=None)
    con.execute("PRAGMA busy_timeout = 5000")
    for statement in line.split(";"):
        con.execute(statement).fetchall()
    con.close()
    print("done", flush=True)
"""
CHANGES = (
    "UPDATE d SET revision = {n} WHERE slug = 'a'",
    "BEGIN IMMEDIATE;INSERT INTO d VALUES ('x{n}', 1);UPDATE d SET revision = {n} WHERE slug = 'a';COMMIT",
    "UPDATE d SET revision = {n} WHERE slug = 'a';PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA wal_checkpoint(RESTART);UPDATE d SET revision = {n} WHERE slug = 'a'",
)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(glance, "_MOST_MARKS", 10_000)
    made = tmp_path / "d.sqlite"
    with sqlite3.connect(made, isolation_level=None) as con:
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("CREATE TABLE d (slug TEXT PRIMARY KEY, revision INTEGER)")
        con.execute("INSERT INTO d VALUES ('a', 0), ('b', 7)")
    con.close()
    return made


@pytest.fixture
def looking(path: Path) -> Iterator[Glance]:
    engine = open_database(f"sqlite:///{path}")
    found = Glance(engine, STATEMENT)
    yield found
    found.close()
    engine.dispose()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    run = Glance._from_idle
    monkeypatch.setattr(
        Glance, "_from_idle", lambda self, idle, values: (asked.append(values), run(self, idle, values))[1]
    )
    return asked


def test_nothing_is_asked_again_while_nothing_changes(looking: Glance, statements: list[Any]) -> None:
    for _ in range(5):
        assert (looking.first(slug="a"), looking.first(slug="b"), looking.first(slug="c")) == ((0,), (7,), None)
    assert len(statements) == 4  # the first before anything watched


def test_every_commit_of_another_process_is_seen_at_once(path: Path, looking: Glance, statements: list[Any]) -> None:
    looking.first(slug="a")
    command = [sys.executable, "-c", OTHER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for n in range(1, 200):
            other.stdin.write(CHANGES[n % len(CHANGES)].format(n=n) + "\n")
            other.stdin.flush()
            assert other.stdout.readline() == "done\n"
            assert [looking.first(slug="a"), looking.first(slug="a")] == [(n,), (n,)]
        other.stdin.close()
    assert len(statements) < 2 * 200, "it never remembered"


def test_what_is_not_committed_is_not_seen(path: Path, looking: Glance) -> None:
    assert looking.first(slug="a") == looking.first(slug="a") == (0,)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE d SET revision = 5")
    assert looking.first(slug="a") == (0,)
    other.execute("ROLLBACK")
    assert looking.first(slug="a") == (0,)
    other.execute("UPDATE d SET revision = 6")
    assert looking.first(slug="a") == (6,)
    other.close()


def test_it_begins_afresh_after_it_was_closed_and_after_a_fault(path: Path, looking: Glance) -> None:
    assert looking.first(slug="a") == looking.first(slug="a") == (0,)
    looking.close()
    with sqlite3.connect(path) as other:  # the last to leave takes the shared memory with it
        other.execute("UPDATE d SET revision = 8 WHERE slug = 'a'")
    other.close()
    assert looking.first(slug="a") == looking.first(slug="a") == (8,)
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE d RENAME TO e")
    other.close()
    with pytest.raises((sqlite3.Error, OperationalError)):
        looking.first(slug="a")
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE e RENAME TO d")
        other.execute("UPDATE d SET revision = 9 WHERE slug = 'a'")
    other.close()
    assert looking.first(slug="a") == looking.first(slug="a") == (9,)


def test_without_a_write_ahead_log_it_asks_each_time(tmp_path: Path, statements: list[Any]) -> None:
    engine = open_database("sqlite://")
    looking = Glance(engine, STATEMENT)
    with engine.begin() as opened:
        opened.exec_driver_sql("CREATE TABLE d (slug TEXT, revision INTEGER)")
        opened.exec_driver_sql("INSERT INTO d VALUES ('a', 1)")
    assert looking.first(slug="a") == looking.first(slug="a") == (1,)
    assert len(statements) == 2
    looking.close()
    engine.dispose()
