"""Brings the database's schema up to date, in this process; two that start at once wait for each other.

For developers, `python -m portal.migrate "what changes"` drafts the next migration from the models.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from catalog.db import open_database
from catalog.errors import Conflict

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x6F70656E  # any number that is ours alone among the locks of the database


def head() -> str:
    """The newest revision: the versions are a line, and their files are numbered from 0001."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest schema; one small query, without loading Alembic."""
    with engine.connect() as connection:
        return found_revision(connection) == head()


def found_revision(connection: Connection) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(database: Engine | str) -> None:
    """Upgrade to the newest schema, all in one transaction. Does nothing where it is there already.

    Raises Conflict where a newer program has been at work on the database.
    """

    def run(connection: Connection) -> None:
        from alembic import command

        found, newest = found_revision(connection), head()
        if found is not None and found > newest:
            raise Conflict("schema_newer", found=found, known=newest)
        if found != newest:  # another process may have done it while we waited
            command.upgrade(_config(connection), "head")

    _with_engine(database, run)


def downgrade(database: Engine | str, revision: str = "base") -> None:
    """Go back to an older schema; what the newer one kept in addition is lost."""

    def run(connection: Connection) -> None:
        from alembic import command

        command.downgrade(_config(connection), revision)

    _with_engine(database, run)


def draft(what: str) -> Path:
    """Write the next migration from the difference between models and migrations; returns its file, to be read."""
    from alembic import command

    following = f"{int(head()) + 1:04d}"
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/draft.sqlite"
        upgrade(url)

        def run(connection: Connection) -> None:
            command.revision(_config(connection), what, autogenerate=True, rev_id=following)

        _with_engine(url, run)
    return next((MIGRATIONS / "versions").glob(f"{following}_*.py"))


def _with_engine(database: Engine | str, run: Callable[[Connection], None]) -> None:
    engine = open_database(database) if isinstance(database, str) else database
    try:
        with locked(engine) as connection:
            run(connection)
    finally:
        if engine is not database:
            engine.dispose()


@contextmanager
def locked(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other migration can be in at the same time, committed at the end."""
    with engine.connect().execution_options(portal_write=True) as connection:
        if engine.dialect.name == "sqlite":
            with _foreign_keys_off(connection), connection.begin():
                yield connection
                _check_foreign_keys(connection)
        else:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                yield connection


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by rebuilding it, which must not cascade; the pragma works outside transactions only."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the migration would leave {len(broken)} references to nothing, e.g. {tuple(broken[0])}")


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


if __name__ == "__main__":
    import argparse  # nothing that a server needs

    parser = argparse.ArgumentParser(description="Draft the next migration from the models.")
    parser.add_argument("what", help="what changes, in a few words")
    print(draft(parser.parse_args().what))
