"""What every test may use: databases of both kinds, each with a fresh schema, a storage, and the real services.

A test that needs Elasticsearch or PostgreSQL is marked so; `tests/needed.py` finds these, or leaves the test out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from catalog import db
from catalog.storage import FileStorage
from portal import migrate
from tests.needed import Needed

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_configure(config: pytest.Config) -> None:
    """Have what the chosen tests need found or started."""
    config.pluginmanager.register(Needed(config), "needed")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """No coverage (it doubles the time) of what has a twin on SQLite, nor of what is `unmeasured`."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    measuring = getattr(plugin, "cov_controller", None)
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    twin = "postgres" in (chosen.get("database_url"), chosen.get("shared_url"))
    if not measuring or not (twin or item.get_closest_marker("unmeasured")):
        return (yield)
    measuring.pause()
    try:
        return (yield)
    finally:
        measuring.resume()


# Databases ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema and no rows."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@dataclass
class PostgresTemplate:
    """A database with the newest schema and no rows, and the way to copies of it."""

    name: str
    server: Engine
    numbers: Iterator[int] = field(default_factory=count)

    def copy(self) -> str:
        """The name of a fresh copy."""
        name = f"{self.name}_{next(self.numbers)}"
        with self.server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {self.name} STRATEGY file_copy"))
        return name

    def drop(self, name: str) -> None:
        """Drop a copy, even if somebody is still connected to it."""
        with self.server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a fresh copy, which is dropped in the end."""
        name = self.copy()
        yield self.url(name)
        self.drop(name)

    def url(self, name: str) -> str:
        """The address of a copy."""
        return self.server.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[PostgresTemplate]:
    """The template, under a name that two sessions on one server do not share."""
    server = create_engine(make_url(os.environ["TEST_DATABASE_URL"]), isolation_level="AUTOCOMMIT")
    template = PostgresTemplate(f"portal_test_{os.getpid()}", server)
    template.drop(template.name)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {template.name} ENCODING 'UTF8' TEMPLATE template0"))
    migrate.upgrade(template.url(template.name))
    yield template
    template.drop(template.name)
    server.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database."""
    path = tmp_path / "portal.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_template: PostgresTemplate) -> Iterator[str]:
    """The address of a fresh PostgreSQL database. A test that asks for it by name is marked `postgres`."""
    with postgres_template.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with the newest schema, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that tests of a module share since they leave it as it is, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "portal.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    with template.fresh() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database, once of each kind."""
    opened = db.open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that may write; what the test does not commit is forgotten."""
    with db.session(engine, write=True) as opened:
        yield opened


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    """An empty storage."""
    return FileStorage(tmp_path / "files")
