"""What every test may use: databases of both kinds, each with a fresh schema, a storage, and the real services.

A test that needs Elasticsearch or PostgreSQL is marked so. Once the tests are chosen, each service that they need is
taken from TEST_SEARCH_URL or TEST_DATABASE_URL, or else started through `tests/services.py` and stopped at the end;
the variable is set from then on. What cannot be had is skipped, and told at the end; REQUIRE_SERVICES=1 makes it a
failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
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
from tests import services

VARIABLES = {"elasticsearch": "TEST_SEARCH_URL", "postgres": "TEST_DATABASE_URL"}  # by marker, which is the service too

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@dataclass
class Found:
    """What this session has: services it started (with their ports), and why others are left out."""

    started: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)


FOUND = pytest.StashKey[Found]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing found."""
    config.stash[FOUND] = Found()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Find the services that the chosen tests need; skip the tests of those that are not to be had."""
    if config.option.collectonly:
        return
    found = config.stash[FOUND]
    for name in VARIABLES:
        needing = [item for item in items if item.get_closest_marker(name)]
        if needing and (reason := _find(name, found)):
            found.left_out[name], found.skipped[name] = reason, len(needing)
            for item in needing:
                item.add_marker(pytest.mark.skip(reason=reason))
    if found.left_out and _required():
        raise pytest.UsageError(f"REQUIRE_SERVICES is set, but: {'; '.join(found.left_out.values())}")
    if found.left_out:
        _forgive_coverage(config)


def _find(name: str, found: Found) -> str | None:
    """Have the service at hand and its variable set; returns why not where that fails."""
    if os.environ.get(VARIABLES[name]):
        return None
    if reason := services.missing(name):
        return reason
    port = services.free_port()
    try:
        os.environ[VARIABLES[name]] = services.start(name, port)
    except (services.Missing, OSError) as fault:
        services.stop(name, port)
        return f"{name} did not start: {fault}"
    found.started[name] = port
    return None


def _required() -> bool:
    return os.environ.get("REQUIRE_SERVICES", "") not in ("", "0")


def _forgive_coverage(config: pytest.Config) -> None:
    """The floor of coverage holds for a whole run; code of a service that is not here cannot be covered."""
    plugin = config.pluginmanager.getplugin("_cov")
    if plugin:
        plugin.options.cov_fail_under = 0


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this session started."""
    for name, port in config.stash[FOUND].started.items():
        services.stop(name, port)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out and why, so that nobody takes a short run for a whole one."""
    found = config.stash[FOUND]
    if found.left_out:
        terminalreporter.section("left out")
    for name, reason in found.left_out.items():
        terminalreporter.line(f"{found.skipped[name]} tests of {name}: {reason}")
    if found.left_out:
        terminalreporter.line("So the floor of coverage was not applied; REQUIRE_SERVICES=1 makes this a failure.")


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
    name = postgres_template.copy()
    yield postgres_template.url(name)
    postgres_template.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with the newest schema, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


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
