"""The migrations lead to just the schema that the models describe, on both databases, and back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import ingest.models  # noqa: F401 - its tables belong to the schema too
import search.models  # noqa: F401 - its tables too
from catalog.db import Base, open_database, session
from catalog.errors import Conflict
from catalog.models import Dataset, Publisher, Release
from portal import migrate

OURS = set(Base.metadata.tables)


def difference(engine: Engine) -> list[Any]:
    """What Alembic would change to make the database fit the models."""

    def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or not (name or "").startswith("search_")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_upgraded_schema_is_the_models_schema(engine: Engine) -> None:
    assert difference(engine) == []


def test_an_upgrade_of_an_upgraded_database_changes_nothing(engine: Engine) -> None:
    assert migrate.is_current(engine)
    migrate.upgrade(engine)
    assert migrate.is_current(engine)


def test_the_search_engines_own_tables_are_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE search_document (id INTEGER)"))
    assert difference(engine) == []


def test_a_downgrade_to_base_leaves_no_table_of_ours_and_can_be_undone(engine: Engine) -> None:
    migrate.downgrade(engine)
    assert not OURS & set(inspect(engine).get_table_names())
    assert not migrate.is_current(engine)
    migrate.upgrade(engine)
    assert difference(engine) == []


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert not migrate.is_current(engine)
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused_with_a_sentence(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="请升级程序"):
        migrate.upgrade(engine)


def test_references_are_still_enforced_after_a_migration(engine: Engine) -> None:
    migrate.upgrade(engine)
    with session(engine, write=True) as opened:
        opened.add(Release(dataset_id=404, number=1, digest="", upload_digest=""))
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            opened.flush()


def test_a_dataset_and_its_latest_release_may_name_each_other(engine: Engine) -> None:
    with session(engine, write=True) as opened:
        dataset = Dataset(slug="deals", title="土地成交", publisher=Publisher(slug="land", title="自然资源局"))
        release = Release(dataset=dataset, number=1, digest="d", upload_digest="u")
        opened.add(release)
        opened.flush()
        dataset.latest_release = release
        opened.commit()
    with session(engine) as opened:
        found = opened.query(Dataset).one()
        assert found.latest_release
        assert found.latest_release.dataset_id == found.id


def upgrade_in_processes(url: str, count: int = 3) -> None:
    program = f"from portal import migrate; migrate.upgrade({url!r})"
    running = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(count)]
    words = [one.communicate()[1].decode() for one in running]
    assert [one.returncode for one in running] == [0] * count, "\n".join(words)


@pytest.mark.postgres
def test_processes_that_upgrade_postgres_at_once_wait_for_each_other(postgres_url: str) -> None:
    migrate.downgrade(postgres_url)
    upgrade_in_processes(postgres_url)


def test_processes_that_make_a_new_sqlite_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    upgrade_in_processes(f"sqlite:///{tmp_path / 'new' / 'portal.sqlite'}")


def test_a_migration_cut_off_in_the_middle_leaves_the_old_schema(engine: Engine) -> None:
    before = sorted(inspect(engine).get_table_names())

    def cut_off() -> None:
        with migrate.locked(engine) as connection:
            connection.execute(text("CREATE TABLE half (id INTEGER)"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert sorted(inspect(engine).get_table_names()) == before


def test_a_migration_that_leaves_references_to_nothing_is_undone(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    with pytest.raises(RuntimeError, match="2 references to nothing"), migrate.locked(engine) as connection:
        connection.execute(text("INSERT INTO account_publisher VALUES (404, 404, FALSE)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM account_publisher")) == 0
    engine.dispose()


def test_the_versions_are_a_line_numbered_by_their_files() -> None:
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    assert scripts.get_heads() == [migrate.head()]
    assert [one.revision for one in scripts.walk_revisions()] == [
        f"{number:04d}" for number in range(int(migrate.head()), 0, -1)
    ]


def test_a_draft_of_the_next_migration_is_empty_while_models_and_migrations_agree() -> None:
    path = migrate.draft("nothing new")
    try:
        assert path.name == f"{int(migrate.head()):04d}_nothing_new.py"
        assert path.read_text().count("    pass\n") == 2
    finally:
        path.unlink()


def test_the_quick_check_loads_no_alembic(sqlite_url: str) -> None:
    program = f"""
import sys
from catalog.db import open_database
from portal import migrate
assert migrate.is_current(open_database({sqlite_url!r}))
assert not [name for name in sys.modules if name.startswith("alembic")]
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
